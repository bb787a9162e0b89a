"""Days: whether the dates of an export agree with the order of the stages, with outcomes and with now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from salesflow._cells import BadCell, time_cell
from salesflow._compile import Table
from salesflow.bulk._arrow import Array, Bools, Ints, encoded, listed, pa, rows_of
from salesflow.bulk._sheet import Page, Sheet
from salesflow.bulk._times import NEVER, Clock, micros_of, moment
from salesflow.eventlog import date_cell, future, overdue
from salesflow.findings import Fault, fault, noted
from salesflow.moves import Policy


@dataclass(slots=True, eq=False)
class Days:
    """Judges when deals came to their stages."""

    sheet: Sheet
    table: Table
    policy: Policy
    dates: dict[str, str]
    """By stage, in the order of the template: the column that tells when deals came to it."""
    closed: str | None
    clock: Clock
    now: datetime | None

    def judge(self, page: Page) -> None:
        """Judge the rows of a batch."""
        batch, _, codes, read, _ = page
        stages = [self.table.stages.get(self.table.canonical.get(name, "")) for name in self.sheet.names.texts]
        is_open = np.asarray([each is not None and each.open for each in stages])[codes] & read
        is_closed = np.asarray([each is not None and not each.open for each in stages])[codes] & read
        days = {name: self._times(page, column) for name, column in self.dates.items()}
        if self.closed is not None:
            ending = self._times(page, self.closed)
            self._ended(page, is_open & (ending != NEVER), is_closed & _blank(batch.column(self.closed)))
            days[""] = np.where(is_closed, ending, NEVER)
        self._ordered(page, days)
        if self.now is not None:
            for times in days.values():
                late = np.flatnonzero(times > micros_of(self.now))
                self.sheet.tell(
                    page, late, [(future(self.now), self.sheet.name(page, place)) for place in listed(late)]
                )
            self._overdue(page, is_open, self.now)

    def _times(self, page: Page, column: str) -> Ints:
        cells = page.batch.column(column)
        times = self.clock.micros(cells)
        lost = np.flatnonzero((times == NEVER) & ~_blank(cells) & page.read)
        for place, row in zip(listed(lost), rows_of(page.batch.select([column]).take(pa.array(lost))), strict=True):
            try:
                times[place] = micros_of(time_cell(row, column, self.clock.zone))
            except BadCell as bad:
                self.sheet.unread(page, place, bad)
        return times

    def _ordered(self, page: Page, days: dict[str, Ints]) -> None:
        """Tell where a deal came to a stage before it came to one that lies before it."""
        policy = self.policy
        only_on = policy.back == "never" and not policy.reopen_to
        latest = np.full(len(page.codes), NEVER)
        whose = np.full(len(page.codes), -1)
        for number, (stage, times) in enumerate(days.items()):
            back = np.flatnonzero((times != NEVER) & (times < latest))
            found = [
                fault(
                    "time_back", "dates",
                    stage=stage or self.sheet.name(page, place), at=moment(int(times[place])).isoformat(),
                    earlier=[*days][whose[place]], last=moment(int(latest[place])).isoformat(),
                )
                for place in listed(back)
            ]  # fmt: skip
            found = found if only_on else [_maybe_twice(each) for each in found]
            names = [self.sheet.name(page, place) for place in listed(back)]
            self.sheet.tell(page, back, list(zip(found, names, strict=True)))
            later = times > latest
            latest[later] = times[later]
            whose[later] = number

    def _ended(self, page: Page, early: Bools, undated: Bools) -> None:
        """Tell where the outcome and the closing date do not agree."""
        places = np.flatnonzero(early)
        cells = rows_of(page.batch.select([self.closed]).take(pa.array(places)))
        names = [self.sheet.name(page, place) for place in listed(places)]
        found = [
            fault("wrong_end", "open", stage=name, day=str(row[self.closed or ""]))
            for name, row in zip(names, cells, strict=True)
        ]
        self.sheet.tell(page, places, list(zip(found, names, strict=True)))
        places = np.flatnonzero(undated)
        names = [self.sheet.name(page, place) for place in listed(places)]
        none = [fault("wrong_end", "undated", stage=name) for name in names]
        self.sheet.tell(page, places, list(zip(none, names, strict=True)))

    def _overdue(self, page: Page, is_open: Bools, now: datetime) -> None:
        if "expected_close" not in page.batch.schema.names:
            return
        places = np.flatnonzero(is_open)
        rows = rows_of(page.batch.select(["expected_close"]).take(pa.array(places)))
        due = [(place, date_cell(row["expected_close"])) for place, row in zip(listed(places), rows, strict=True)]
        past = [(place, day) for place, day in due if day is not None and day < now.date()]
        self.sheet.tell(
            page, [p for p, _ in past], [(overdue(day), self.sheet.name(page, place)) for place, day in past]
        )


def _maybe_twice(found: Fault) -> Fault:
    """Convict nobody of a date that a later visit may have written over."""
    return found._replace(level="warning", **noted(found.detail, found.params, "twice"))


def _blank(column: Array) -> Bools:
    """Tell which cells are empty."""
    codes, values = encoded(column)
    blank: Bools = np.asarray([each is None or (isinstance(each, str) and not each.strip()) for each in values])[codes]
    return blank
