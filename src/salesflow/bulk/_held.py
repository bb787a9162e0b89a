"""Held logs: the events of many deals as numbers, those of a deal together and in the order of time.

An event takes 14 to 24 bytes, and a deal the length of its id and 8 more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np

from salesflow.bulk._arrow import Array, Bools, Codes, Ints, pa, pc
from salesflow.bulk._keys import Words, keys_of, words_of
from salesflow.bulk._part import Part


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Events, grouped by deal."""

    ids: Array
    """The deals, each once."""
    ends: Ints
    """Where the events of each deal end, in `order`."""
    order: Ints | None
    """The place of each event in the columns below; None where they lie in that order."""
    at: Ints
    stage: Codes
    source: Codes | None
    created: Codes | None
    ground: Bools | None
    rows: Ints | range
    cells: Array | None

    def numbers(self, places: Ints) -> Ints:
        """Return the number in the log of the events at those places of the columns."""
        return places + self.rows.start if isinstance(self.rows, range) else self.rows[places]


def held(parts: Sequence[Part], *, empty: Array) -> Held:
    """Put parts together and group their events by deal."""
    heads, lengths = _merged(parts, empty)
    ids, order, counts = _grouped(heads, lengths)
    cells = [part.cells for part in parts if part.cells is not None]
    return Held(
        ids=ids,
        ends=np.cumsum(counts),
        order=order,
        at=np.concatenate([np.zeros(0, np.int64), *(part.at for part in parts)]),
        stage=_joined([part.stage for part in parts]),
        source=_some([part.source for part in parts if part.source is not None]),
        created=_some([part.created for part in parts if part.created is not None]),
        ground=np.concatenate(grounds) if (grounds := [p.ground for p in parts if p.ground is not None]) else None,
        rows=_rows([part.rows for part in parts]),
        cells=pa.concat_tables(cells, promote_options="permissive") if cells else None,
    )


def _some(columns: list[Codes]) -> Codes | None:
    return _joined(columns) if columns else None


def _joined(columns: list[Codes]) -> Codes:
    """Join columns of codes, narrow where they are few."""
    most = max((int(column.max(initial=0)) for column in columns), default=0)
    kind = np.uint8 if most < 256 else np.uint16 if most < 65_536 else np.int32
    return cast("Codes", np.concatenate([np.zeros(0, kind), *(column.astype(kind) for column in columns)]))


def _rows(parts: list[Ints | range]) -> Ints | range:
    ranges = [each for each in parts if isinstance(each, range)]
    follow = all(one.stop == other.start for one, other in pairwise(ranges))
    if len(ranges) == len(parts) and follow:
        return range(ranges[0].start, ranges[-1].stop) if ranges else range(0)
    return np.concatenate([np.asarray(each, np.int64) for each in parts])


# -- grouping -----------------------------------------------------------------------------------------------


def _merged(parts: Sequence[Part], empty: Array) -> tuple[Array, Ints]:
    """Return the runs of all parts; a run that goes on in the next part is one."""
    heads = pa.chunked_array([empty, *(part.heads for part in parts)], pa.string()).combine_chunks()
    lengths = np.concatenate([np.zeros(0, np.int64), *(part.lengths for part in parts)])
    if len(heads) < 2:
        return heads, lengths
    begins = np.concatenate(([True], np.asarray(pc.not_equal(heads[1:], heads[:-1]))))
    if begins.all():
        return heads, lengths
    return heads.filter(pa.array(begins)), np.add.reduceat(lengths, np.flatnonzero(begins))


def ascending(heads: Array) -> bool:
    """Tell whether each is greater than the one before, so that none comes twice."""
    return len(heads) < 2 or bool(pc.all(pc.less(heads[:-1], heads[1:])).as_py())


def _grouped(heads: Array, lengths: Ints) -> tuple[Array, Ints | None, Ints]:
    """Return the deals, the order in which the events of each stand together, and how many each has."""
    if ascending(heads):
        return heads, None, lengths
    words = words_of(heads)
    if words is None:
        return _by_dictionary(heads, lengths)
    keys = keys_of(words)
    if not _repeated(np.sort(keys)):
        # unlike keys are unlike texts
        return heads, None, lengths
    return _by_key(heads, lengths, words, keys)


def _repeated(ordered: Words) -> bool:
    return bool((ordered[1:] == ordered[:-1]).any())


def _by_key(heads: Array, lengths: Ints, words: Words, keys: Words) -> tuple[Array, Ints | None, Ints]:
    """Group runs by the keys of their deals, if no two deals have the same."""
    turn = np.argsort(keys)
    keys = keys[turn]
    begins = np.concatenate(([True], keys[1:] != keys[:-1]))
    same = ~begins[1:]
    for word in words.T:
        turned = word[turn]
        if (turned[1:] != turned[:-1])[same].any():
            return _by_dictionary(heads, lengths)
    first = np.flatnonzero(begins)
    return heads.take(pa.array(turn[first])), _rows_of(turn, lengths), np.add.reduceat(lengths[turn], first)


def _rows_of(turn: Ints, lengths: Ints) -> Ints:
    """Return the rows of runs that are taken in another order."""
    if len(turn) == int(lengths.sum()):
        return turn
    counts = lengths[turn]
    ends = np.cumsum(counts)
    begins = (np.cumsum(lengths) - lengths)[turn]
    rows: Ints = np.arange(int(ends[-1])) + np.repeat(begins - (ends - counts), counts)
    return rows


def _by_dictionary(heads: Array, lengths: Ints) -> tuple[Array, Ints | None, Ints]:
    known = heads.dictionary_encode()
    if len(known.dictionary) == len(heads):
        return heads, None, lengths
    codes = np.asarray(known.indices)
    turn = np.argsort(codes, kind="stable")
    counts = np.bincount(codes, weights=lengths, minlength=len(known.dictionary)).astype(np.int64)
    return known.dictionary, _rows_of(turn, lengths), counts


def slices(held: Held, most: int) -> Iterator[tuple[int, int]]:
    """Yield the first deal and the one after the last of slices of whole deals with about so many events."""
    first, count = 0, len(held.ids)
    while first < count:
        begin = int(held.ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(held.ends, begin + most, "right")))
        yield first, last
        first = last
