"""Parts: the rows of one batch, read into numbers; what cannot be read so is read as one row of a log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import numpy as np

from salesflow._logwalk import Event
from salesflow.bulk._arrow import Array, Bools, Codes, Ints, encoded, pa, rows_of
from salesflow.bulk._keys import Words, ascending, keys_of, words_of
from salesflow.bulk._names import BAD, Names, runs, stated
from salesflow.bulk._times import NEVER, Clock
from salesflow.eventlog import Reading, take
from salesflow.verdict import Finding


class Part(NamedTuple):
    """The readable rows of a batch."""

    heads: Array
    """The deal of each run of rows."""
    lengths: Ints
    """How many rows each run has."""
    at: Ints
    stage: Codes
    source: Codes | None
    created: Codes | None
    ground: Bools | None
    rows: Ints | range
    """The number of each row in the log."""
    cells: Array | None
    """The columns that rules read, where there are any."""
    keys: Words | None = None
    """A number for each run, the same for the same deal and hardly ever for others; None where it is not known yet."""


class Ready(NamedTuple):
    """A batch, and what it says by itself."""

    batch: Array
    heads: Array
    starts: Codes
    keys: Words | None
    names: dict[str, tuple[Codes, list[Any]]]
    """By column: the number of each cell, and the values that the numbers stand for."""


class Intake:
    """Reads batches, and keeps what it read one by one."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.stages = Names(reading.walk.table.canonical)
        self.creations = Names()
        self.strays: dict[str, list[Event]] = defaultdict(list)
        """The events that only a close look could read, by deal."""
        self.last: str | None = None
        """The deal of the last row that was read."""
        self._clock = Clock(reading.zone)

    def ready(self, batch: Array) -> Ready:
        """Take from a batch what no other batch decides: so that several may be made ready at once."""
        columns = self.reading.columns
        names = [each for each in (columns.stage, columns.source, columns.created) if each is not None]
        heads, starts = runs(batch.column(columns.deal))
        keys = None if scanty(len(heads), len(batch)) else _keys_of(heads)
        return Ready(batch, heads, starts, keys, {name: encoded(batch.column(name)) for name in names})

    def part(self, ready: Ready, first: int) -> tuple[Part, list[Finding]]:
        """Read a batch whose first row has that number; return what is found of rows that cannot be read."""
        batch, heads, starts, keys, names = ready
        columns = self.reading.columns
        self.reading.tally.rows += len(batch)
        self.last = heads[-1].as_py() if len(heads) else self.last
        lengths = np.diff(starts, append=len(batch)).astype(np.int64)
        stage = self.stages.numbers(*names[columns.stage])
        at = self._clock.micros(batch.column(columns.at))
        source = None if columns.source is None else self.stages.numbers(*names[columns.source])
        created = None if columns.created is None else self.creations.numbers(*names[columns.created])
        ground, dark = (None, None) if columns.ground is None else stated(batch.column(columns.ground))
        bad = (stage == BAD) | (at == NEVER) | _blank(stage, created)
        for codes in (source, created):
            if codes is not None:
                bad |= codes == BAD
        if dark is not None:
            bad |= dark
        if heads.null_count:
            bad |= np.repeat(np.asarray(heads.is_null()), lengths)
        rows = range(first, first + len(batch))
        cells = _cells(batch, self.reading.wanted)
        part = Part(heads, lengths, at, stage, source, created, ground, rows, cells, keys)
        if not bad.any():
            return _slim(part), []
        return _slim(_without(part, bad)), list(self._one_by_one(batch, np.flatnonzero(bad), first))

    def _one_by_one(self, batch: Array, places: Ints, first: int) -> Iterator[Finding]:
        for place, row in zip(places, rows_of(batch.take(places)), strict=True):
            yield from take(self.reading, first + int(place), row)
        for deal, events in self.reading.deals.items():
            self.strays[deal] += events
        self.reading.deals.clear()


def _cells(batch: Array, wanted: frozenset[str]) -> Array | None:
    names = sorted(wanted.intersection(batch.schema.names))
    if not names:
        return None
    columns = [batch.column(name) for name in names]
    return pa.table([each.dictionary_decode() if hasattr(each, "indices") else each for each in columns], names)


def _slim(part: Part) -> Part:
    """Hold codes in as few bytes as they need: a log has some million."""
    source, created = part.source, part.created
    return part._replace(
        stage=_narrow(part.stage),
        source=None if source is None else _narrow(source),
        created=None if created is None else _narrow(created),
    )


def _narrow(codes: Codes) -> Codes:
    most = int(codes.max(initial=0))
    kind = np.uint8 if most < 256 else np.uint16 if most < 65_536 else np.int32
    return cast("Codes", codes.astype(kind))


def scanty(heads: int, rows: int) -> bool:
    """Tell whether there are about as many runs as rows, so that rows may as well be scattered."""
    return 2 * heads > rows


def _keys_of(heads: Array) -> Words | None:
    """Return the keys of runs; None where they are not wanted, as ids ascend, or cannot be had."""
    words = None if heads.null_count or ascending(heads) else words_of(heads)
    return None if words is None else keys_of(words)


def _blank(stage: Codes, created: Codes | None) -> Bools:
    """Tell which rows name neither a stage nor a creation."""
    blank: Bools = stage == 0
    return blank if created is None else blank & (created <= 0)


def cut(part: Part) -> tuple[Part, Part] | None:
    """Split off the last deal, which may go on in the next batch; None where there is no other."""
    runs_before = len(part.heads) - 1
    while runs_before > 0 and part.heads[runs_before - 1] == part.heads[-1]:
        runs_before -= 1
    if runs_before <= 0:
        return None
    rows_before = int(part.lengths[:runs_before].sum())
    return _sliced(part, slice(0, runs_before), slice(0, rows_before)), _sliced(
        part, slice(runs_before, None), slice(rows_before, None)
    )


def _sliced(part: Part, runs: slice, rows: slice) -> Part:
    return Part(
        part.heads[runs],
        part.lengths[runs],
        part.at[rows],
        part.stage[rows],
        None if part.source is None else part.source[rows],
        None if part.created is None else part.created[rows],
        None if part.ground is None else part.ground[rows],
        part.rows[rows],
        None if part.cells is None else part.cells[rows],
        None if part.keys is None else part.keys[runs],
    )


def _without(part: Part, bad: Bools) -> Part:
    good = ~bad
    ends = np.cumsum(part.lengths)
    whole = np.concatenate(([0], np.cumsum(good)))
    lengths = whole[ends] - whole[ends - part.lengths]
    left = lengths > 0
    return Part(
        part.heads.filter(_mask(left)),
        lengths[left],
        part.at[good],
        part.stage[good],
        None if part.source is None else part.source[good],
        None if part.created is None else part.created[good],
        None if part.ground is None else part.ground[good],
        np.asarray(part.rows, np.int64)[good],
        None if part.cells is None else part.cells.filter(_mask(good)),
        None if part.keys is None else part.keys[left],
    )


def _mask(flags: Bools) -> Array:
    return pa.array(flags)
