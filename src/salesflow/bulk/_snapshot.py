"""Snapshots: exports that tell where deals are and not how they came there, judged by a template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from salesflow._cells import BadCell, name_cell, time_cell, zone_of
from salesflow._compile import Table
from salesflow._rowview import Cells, RowView
from salesflow._sight import UNREADABLE
from salesflow._soundness import placed_rules
from salesflow.bulk._arrow import Array, Bools, Codes, Ints, encoded, listed, pa, rows_of
from salesflow.bulk._asking import Asking
from salesflow.bulk._bench import Zone
from salesflow.bulk._closely import Undecided
from salesflow.bulk._names import BAD, Names, deals_of
from salesflow.bulk._read import batches_of
from salesflow.bulk._result import BulkAudit, Sequences, moves_of
from salesflow.bulk._signs import Signs
from salesflow.bulk._standing import Standing
from salesflow.bulk._times import EPOCH, NEVER, Clock, micros_of, moment
from salesflow.bulk._told import Chunk, Told, telling
from salesflow.eventlog import date_cell, future, overdue, rule_columns, summed
from salesflow.findings import Fault, Tally, fault, noted, placed, retired, rule_fault, unknown
from salesflow.template import StageTemplate
from salesflow.values import to_utc


def audit_snapshot(
    template: StageTemplate[Any],
    data: object,
    *,
    deal: str,
    stage: str,
    dates: Mapping[str, str] | None = None,
    closed: str | None = None,
    zone: Zone = None,
    as_of: datetime | None = None,
) -> BulkAudit:
    """Judge an export without history: one row a deal, with the stage that it is in.

    `data`, `zone` and `as_of` are those of `audit`; the other arguments name columns. `dates` holds by stage the column
    that tells when the deal came to it; `closed` is the column of the day on which a deal was won or lost.

    What is judged: whether the stage is known and not retired, whether its rules hold of the row (they read the columns
    of their fields' names), whether the outcome agrees with the closing date, and whether dates come in the order of
    the stages. The result is that of `audit`, with no moves; a variant is the stage that a deal is in.

    Raises what `audit` does, and ValueError where `dates` names a stage that the template does not know.
    """
    table = template._judged_by().table  # noqa: SLF001
    stages = _in_order(table, dates or {})
    told = {each: dates[each] for each in stages} if dates else {}
    columns = {"deal": deal, "stage": stage, **{f"dates.{each}": told[each] for each in told}, "closed": closed}
    now = None if as_of is None else to_utc(as_of)
    snapshot = Snapshot(template, deal, stage, told, closed, Clock(zone_of(zone)), now)
    wanted = rule_columns(template)
    for batch in batches_of(data, wanted | {name for name in columns.values() if name}, columns):
        snapshot.take(batch, wanted - {deal, stage})
    return snapshot.result()


def _in_order(table: Table, dates: Mapping[str, str]) -> list[str]:
    strange = [name for name in dates if name not in table.canonical]
    if strange:
        raise ValueError(f"dates: {unknown(table, strange[0]).detail}")
    last = len(table.order)
    return sorted(dates, key=lambda name: table.position.get(table.canonical[name], last))


@dataclass(slots=True, eq=False)
class Snapshot:
    """The rows of an export that were judged so far."""

    template: StageTemplate[Any]
    deal: str
    stage: str
    dates: dict[str, str]
    """By stage, in the order of the template: the column that tells when deals came to it."""
    closed: str | None
    clock: Clock
    now: datetime | None
    told: Told = field(default_factory=lambda: Told(whole=True))
    undecided: Undecided = field(default_factory=Undecided)
    names: Names = field(default_factory=Names)
    signs: Signs | None = None
    rows: int = 0
    _ids: list[Array] = field(default_factory=list[Array])
    _codes: list[Codes] = field(default_factory=list[Codes])
    _doubted: list[Ints] = field(default_factory=list[Ints])
    """The rows of which something cannot be told."""
    _known: dict[tuple[int, int], tuple[Fault, ...]] = field(default_factory=dict[tuple[int, int], tuple[Fault, ...]])
    """By the number of a stage and the sign of a row: what is found of a deal that is there."""

    @property
    def table(self) -> Table:
        """What the template says, as a table."""
        return self.template._judged_by().table  # noqa: SLF001

    def take(self, batch: Array, wanted: frozenset[str]) -> None:
        """Judge the rows of a batch."""
        ids = deals_of(batch.column(self.deal))
        codes = self.names.numbers(*encoded(batch.column(self.stage)))
        bad = (codes == BAD) | (codes == 0) | np.asarray(ids.is_null())
        self._ids.append(ids)
        self._codes.append(np.where(bad, 0, codes).astype(np.int32))
        places = np.flatnonzero(bad)
        for place, row in zip(listed(places), rows_of(batch.take(pa.array(places))), strict=True):
            self._unread(ids, place, _bad_row(row, self.deal, self.stage))
        self._placed(batch, ids, codes, ~bad, wanted)
        self._timed(batch, ids, codes, ~bad)
        self.rows += len(batch)

    # -- what is told ---------------------------------------------------------------------------------------

    def _tell(self, ids: Array, places: Sequence[int] | Ints, found: Sequence[tuple[Fault, str | None]]) -> None:
        """Tell a fault of the row at each of those places of a batch."""
        if len(places):
            what = np.asarray([self.told.number(telling(each, None, name)) for each, name in found], np.int32)
            self._spread(ids, np.asarray(places, np.int64), what)

    def _spread(self, ids: Array, places: Ints, what: Codes) -> None:
        deals = ids.take(pa.array(places))
        self.told.chunks.append(Chunk(deals, places + (self.rows + 1), np.full(len(places), NEVER), what))

    def _unread(self, ids: Array, place: int, bad: BadCell) -> None:
        found = Fault(bad.code, bad.detail, params=bad.params)
        self._tell(ids, [place], [(found, None)])
        self._doubted.append(np.asarray([self.rows + place]))

    # -- where deals are ------------------------------------------------------------------------------------

    def _placed(self, batch: Array, ids: Array, codes: Codes, read: Bools, wanted: frozenset[str]) -> None:
        signs = self._signs(batch, wanted)
        cells = pa.table({name: batch.column(name) for name in batch.schema.names if name in signs.asking.there})
        matters, own = self._matters(signs.asking, codes, read)
        sign = signs.of(cells, np.arange(len(batch)), matters)
        rows = np.flatnonzero(read & ~own)
        both = codes[rows].astype(np.int64) << 32 | sign[rows]
        used, places = np.unique(both, return_inverse=True)
        for number, each in enumerate(listed(used)):
            self._alike(ids, cells, rows[places == number], each >> 32, each & 0xFFFFFFFF)
        for place in listed(np.flatnonzero(read & own)):
            self._tell_all(ids, np.asarray([place]), self._faults(int(codes[place]), _cells(cells, place)), codes)

    def _signs(self, batch: Array, wanted: frozenset[str]) -> Signs:
        if self.signs is None:
            rules = tuple(rule for _, rule in placed_rules(self.template.stages, self.template.moves))
            there = frozenset(batch.schema.names) & wanted
            self.signs = Signs(Asking(self.table, there, rules))
        return self.signs

    def _matters(self, asking: Asking, codes: Codes, read: Bools) -> tuple[dict[str, Bools], Bools]:
        """Tell for each column in which rows it is read, and which rows are judged one by one."""
        asked = [asking.by(self._rules(number)) for number in range(len(self.names.texts))]
        columns = {name for each in asked for name in each.columns}
        matters = {name: np.asarray([name in each.columns for each in asked])[codes] & read for name in columns}
        return matters, np.asarray([each.opaque for each in asked])[codes]

    def _rules(self, number: int) -> tuple[Any, ...]:
        stage = self.table.stages.get(self.table.canonical.get(self.names.texts[number], ""))
        return () if stage is None else tuple(stage.rules)

    def _alike(self, ids: Array, cells: Array, rows: Ints, number: int, sign: int) -> None:
        """Tell of rows that say the same to the rules of their stage what is found of one."""
        signs = self.signs
        if signs is None or signs.loose(sign):
            for place in listed(rows):
                self._tell_all(ids, np.asarray([place]), self._faults(number, _cells(cells, place)), number)
            return
        if (number, sign) not in self._known:
            self._known[number, sign] = self._faults(number, signs.cells(sign))
        self._tell_all(ids, rows, self._known[number, sign], number)

    def _faults(self, number: int, cells: Cells) -> tuple[Fault, ...]:
        table, name = self.table, self.names.texts[number]
        stage = table.stages.get(table.canonical.get(name, ""))
        if stage is None:
            return (unknown(table, name),)
        view = RowView(cells, (), 1, self.now or EPOCH)
        guards = table.guards(stage.rules)
        reasons = dict.fromkeys(each for guard in guards for each in guard(view, self.now or EPOCH, UNREADABLE))
        gone = (retired(stage.id),) if stage.life == "retired" else ()
        return (*gone, *(rule_fault(each) for each in reasons))

    def _tell_all(self, ids: Array, rows: Ints, found: Sequence[Fault], number: Codes | int) -> None:
        code = number if isinstance(number, int) else int(number[rows[0]])
        for each in found:
            if each.code == "rule_undecidable":
                self._open(ids, rows, each, self.names.texts[code])
            else:
                what = self.told.number(telling(each, None, self.names.texts[code]))
                self._spread(ids, rows, np.full(len(rows), what, np.int32))

    def _open(self, ids: Array, rows: Ints, found: Fault, stage: str) -> None:
        """Count what the columns cannot decide: told once, with the deal whose id comes first."""
        self._doubted.append(rows + self.rows)
        names = ids.take(pa.array(rows)).to_pylist()
        first = min(range(len(rows)), key=names.__getitem__)
        case = placed(found, names[first], self.rows + 1 + int(rows[first]), None, stage, None)
        self.undecided.count(found.refusal.key if found.refusal else "", len(rows), case)

    # -- when -----------------------------------------------------------------------------------------------

    def _timed(self, batch: Array, ids: Array, codes: Codes, read: Bools) -> None:
        stages = [self.table.stages.get(self.table.canonical.get(name, "")) for name in self.names.texts]
        is_open = np.asarray([each is not None and each.open for each in stages])[codes] & read
        is_closed = np.asarray([each is not None and not each.open for each in stages])[codes] & read
        days = {name: self._times(batch, ids, column, read) for name, column in self.dates.items()}
        if self.closed is not None:
            ending = self._times(batch, ids, self.closed, read)
            self._ended(batch, ids, codes, is_open & (ending != NEVER), is_closed & _blank(batch.column(self.closed)))
            days[""] = np.where(is_closed, ending, NEVER)
        self._ordered(ids, codes, days)
        if self.now is not None:
            for times in days.values():
                late = np.flatnonzero(times > micros_of(self.now))
                self._tell(ids, late, [(future(self.now), self._name(codes, place)) for place in listed(late)])
            self._overdue(batch, ids, codes, is_open)

    def _name(self, codes: Codes, place: int) -> str:
        return self.names.texts[int(codes[place])]

    def _times(self, batch: Array, ids: Array, column: str, read: Bools) -> Ints:
        cells = batch.column(column)
        times = self.clock.micros(cells)
        lost = np.flatnonzero((times == NEVER) & ~_blank(cells) & read)
        for place, row in zip(listed(lost), rows_of(batch.select([column]).take(pa.array(lost))), strict=True):
            try:
                times[place] = micros_of(time_cell(row, column, self.clock.zone))
            except BadCell as bad:
                self._unread(ids, place, bad)
        return times

    def _ordered(self, ids: Array, codes: Codes, days: dict[str, Ints]) -> None:
        """Tell where a deal came to a stage before it came to one that lies before it."""
        policy = self.template.policy
        only_on = policy.back == "never" and not policy.reopen_to
        latest = np.full(len(codes), NEVER)
        whose = np.full(len(codes), -1)
        for number, (stage, times) in enumerate(days.items()):
            back = np.flatnonzero((times != NEVER) & (times < latest))
            found = [
                fault(
                    "time_back", "dates",
                    stage=stage or self._name(codes, place), at=moment(int(times[place])).isoformat(),
                    earlier=[*days][whose[place]], last=moment(int(latest[place])).isoformat(),
                )
                for place in listed(back)
            ]  # fmt: skip
            found = found if only_on else [_maybe_twice(each) for each in found]
            names = [self._name(codes, place) for place in listed(back)]
            self._tell(ids, back, list(zip(found, names, strict=True)))
            later = times > latest
            latest[later] = times[later]
            whose[later] = number

    def _ended(self, batch: Array, ids: Array, codes: Codes, early: Bools, undated: Bools) -> None:
        """Tell where the outcome and the closing date do not agree."""
        places = np.flatnonzero(early)
        cells = rows_of(batch.select([self.closed]).take(pa.array(places)))
        names = [self._name(codes, place) for place in listed(places)]
        found = [
            fault("wrong_end", "open", stage=name, day=str(row[self.closed or ""]))
            for name, row in zip(names, cells, strict=True)
        ]
        self._tell(ids, places, list(zip(found, names, strict=True)))
        places = np.flatnonzero(undated)
        names = [self._name(codes, place) for place in listed(places)]
        none = [fault("wrong_end", "undated", stage=name) for name in names]
        self._tell(ids, places, list(zip(none, names, strict=True)))

    def _overdue(self, batch: Array, ids: Array, codes: Codes, is_open: Bools) -> None:
        if "expected_close" not in batch.schema.names or self.now is None:
            return
        places = np.flatnonzero(is_open)
        rows = rows_of(batch.select(["expected_close"]).take(pa.array(places)))
        due = [(place, date_cell(row["expected_close"])) for place, row in zip(listed(places), rows, strict=True)]
        past = [(place, day) for place, day in due if day is not None and day < self.now.date()]
        self._tell(ids, [p for p, _ in past], [(overdue(day), self._name(codes, place)) for place, day in past])

    # -- all of it ------------------------------------------------------------------------------------------

    def result(self) -> BulkAudit:
        """Return what was found."""
        known = pa.chunked_array(self._ids, pa.string()).combine_chunks().dictionary_encode()
        whose = np.asarray(known.indices.cast(pa.int64()).fill_null(-1), np.int64)
        codes = np.concatenate([np.zeros(0, np.int32), *self._codes])
        self._again(known.dictionary, whose, codes)
        count = len(known.dictionary)
        none = np.zeros(count, np.int64)
        events = np.bincount(whose[whose >= 0], minlength=count)
        standing = Standing(known.dictionary, events, self.told, none, none.copy(), np.zeros(count, np.int32))
        for each in self.told.chunks:
            deals = whose[each.row - 1]
            standing.add(deals[deals >= 0], each.what[deals >= 0])
        for rows in self._doubted:
            standing.doubt(whose[rows][whose[rows] >= 0])
        self.told.add(summed(first, times) for times, first in self.undecided.cases.values())
        sequences = self._sequences(codes, np.append(standing.violations, 0)[whose] > 0)
        return BulkAudit(
            findings=self.told.batch(),
            verdicts=standing.table(),
            moves=moves_of(Tally()),
            rows=self.rows,
            deals=count,
            _sequences=lambda: sequences,
        )

    def _again(self, ids: Array, whose: Ints, codes: Codes) -> None:
        """Tell of the rows whose deal has one already."""
        there = np.flatnonzero(whose >= 0)[::-1]
        first = np.zeros(len(ids), np.int64)
        # the last that is written is the first row
        first[whose[there]] = there
        rows = there[::-1][first[whose[there[::-1]]] != there[::-1]]
        found = list(self._repeats(rows, first[whose[rows]], codes))
        self.rows, rows_read = 0, self.rows
        self._tell(ids.take(pa.array(np.maximum(whose, 0))) if len(rows) else ids, rows, found)
        self.rows = rows_read

    def _repeats(self, rows: Ints, first: Ints, codes: Codes) -> Iterator[tuple[Fault, str]]:
        for row, before in zip(listed(rows), listed(first), strict=True):
            name = self._name(codes, row)
            if codes[row] == codes[before]:
                yield fault("duplicate", "row", level="warning", row=before + 1), name
            else:
                yield fault("reused_id", "row", row=before + 1), name

    def _sequences(self, codes: Codes, guilty: Bools) -> Sequences:
        counts = np.bincount(codes, minlength=len(self.names.texts))
        bad = np.bincount(codes[guilty], minlength=len(counts))
        pairs = enumerate(zip(listed(counts), listed(bad), strict=True))
        return {(self.names.texts[number],): pair for number, pair in pairs if number and pair[0]}


def _maybe_twice(found: Fault) -> Fault:
    """Convict nobody of a date that a later visit may have written over."""
    return found._replace(level="warning", **noted(found.detail, found.params, "twice"))


def _bad_row(row: dict[str, object], deal: str, stage: str) -> BadCell:
    try:
        if not name_cell(row, deal):
            return BadCell("bad_row", "no_deal", column=deal)
        name_cell(row, stage)
    except BadCell as bad:
        return bad
    return BadCell("bad_row", "no_stage", column=stage)


def _blank(column: Array) -> Bools:
    """Tell which cells are empty."""
    codes, values = encoded(column)
    blank: Bools = np.asarray([each is None or (isinstance(each, str) and not each.strip()) for each in values])[codes]
    return blank


def _cells(cells: Array, place: int) -> Cells:
    (row,) = rows_of(cells.slice(place, 1)) if cells.num_columns else ({},)
    return tuple(sorted(row.items()))
