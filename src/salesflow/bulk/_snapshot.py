"""Snapshots: exports that tell where deals are and not how they came there, judged by a template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from salesflow._cells import BadCell, name_cell, zone_of
from salesflow._compile import Table
from salesflow.bulk._arrow import Array, Bools, Codes, Ints, encoded, listed, pa, rows_of
from salesflow.bulk._bench import Zone
from salesflow.bulk._days import Days
from salesflow.bulk._names import BAD, deals_of
from salesflow.bulk._places import Places
from salesflow.bulk._read import batches_of
from salesflow.bulk._result import BulkAudit, Sequences, moves_of
from salesflow.bulk._sheet import Page, Sheet
from salesflow.bulk._standing import Standing
from salesflow.bulk._times import Clock
from salesflow.eventlog import rule_columns, summed
from salesflow.findings import Fault, Tally, fault, unknown
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
    wanted, sheet = rule_columns(template), Sheet()
    places = Places(sheet, template, table, wanted - {deal, stage}, now)
    days = Days(sheet, table, template.policy, told, closed, Clock(zone_of(zone)), now)
    snapshot = Snapshot(sheet, deal, stage, places, days)
    for batch in batches_of(data, wanted | {name for name in columns.values() if name}, columns):
        snapshot.take(batch)
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

    sheet: Sheet
    deal: str
    stage: str
    places: Places
    days: Days
    rows: int = 0
    _ids: list[Array] = field(default_factory=list[Array])
    _codes: list[Codes] = field(default_factory=list[Codes])

    def take(self, batch: Array) -> None:
        """Judge the rows of a batch."""
        ids = deals_of(batch.column(self.deal))
        codes = self.sheet.names.numbers(*encoded(batch.column(self.stage)))
        bad = (codes == BAD) | (codes == 0) | np.asarray(ids.is_null())
        page = Page(batch, ids, np.where(bad, 0, codes).astype(np.int32), ~bad, self.rows)
        self._ids.append(page.ids)
        self._codes.append(page.codes)
        places = np.flatnonzero(bad)
        for place, row in zip(listed(places), rows_of(batch.take(pa.array(places))), strict=True):
            self.sheet.unread(page, place, _bad_row(row, self.deal, self.stage))
        self.places.judge(page)
        self.days.judge(page)
        self.rows += len(batch)

    def result(self) -> BulkAudit:
        """Return what was found."""
        known = pa.chunked_array(self._ids, pa.string()).combine_chunks().dictionary_encode()
        whose = np.asarray(known.indices.cast(pa.int64()).fill_null(-1), np.int64)
        codes = np.concatenate([np.zeros(0, np.int32), *self._codes])
        self._again(known.dictionary, whose, codes)
        count = len(known.dictionary)
        none = np.zeros(count, np.int64)
        events = np.bincount(whose[whose >= 0], minlength=count)
        standing = Standing(known.dictionary, events, self.sheet.told, none, none.copy(), np.zeros(count, np.int32))
        for each in self.sheet.told.chunks:
            deals = whose[each.row - 1]
            standing.add(deals[deals >= 0], each.what[deals >= 0])
        for rows in self.sheet.doubted:
            standing.doubt(whose[rows][whose[rows] >= 0])
        self.sheet.told.add(summed(first, times) for times, first in self.sheet.undecided.cases.values())
        sequences = self._sequences(codes, np.append(standing.violations, 0)[whose] > 0)
        return BulkAudit(
            findings=self.sheet.told.batch(),
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
        whole = Page(None, ids.take(pa.array(np.maximum(whose, 0))) if len(rows) else ids, codes, whose >= 0, 0)
        self.sheet.tell(whole, rows, list(self._repeats(rows, first[whose[rows]], whole)))

    def _repeats(self, rows: Ints, first: Ints, whole: Page) -> Iterator[tuple[Fault, str]]:
        for row, before in zip(listed(rows), listed(first), strict=True):
            name = self.sheet.name(whole, row)
            if whole.codes[row] == whole.codes[before]:
                yield fault("duplicate", "row", level="warning", row=before + 1), name
            else:
                yield fault("reused_id", "row", row=before + 1), name

    def _sequences(self, codes: Codes, guilty: Bools) -> Sequences:
        counts = np.bincount(codes, minlength=len(self.sheet.names.texts))
        bad = np.bincount(codes[guilty], minlength=len(counts))
        pairs = enumerate(zip(listed(counts), listed(bad), strict=True))
        return {(self.sheet.names.texts[number],): pair for number, pair in pairs if number and pair[0]}


def _bad_row(row: dict[str, object], deal: str, stage: str) -> BadCell:
    try:
        if not name_cell(row, deal):
            return BadCell("bad_row", "no_deal", column=deal)
        name_cell(row, stage)
    except BadCell as bad:
        return bad
    return BadCell("bad_row", "no_stage", column=stage)
