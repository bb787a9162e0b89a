"""Dates: what a log says that lies in the future, or has passed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

import numpy as np

from salesflow._compile import Table
from salesflow.bulk._arrow import Array, Ints, encoded, listed
from salesflow.bulk._events import Events
from salesflow.bulk._held import Held
from salesflow.bulk._times import micros_of
from salesflow.eventlog import date_cell, future, overdue
from salesflow.findings import Fault


class Dated(NamedTuple):
    """An event, by its place, and what is odd about a date of it."""

    place: int
    fault: Fault


def dated(held: Held, events: Events, now: datetime, table: Table, names: list[str]) -> Iterator[Dated]:
    """Yield the events that lie after `now`, and the last ones of open deals that were to be closed by then."""
    late = future(now)
    for place in np.flatnonzero(events.at > micros_of(now)).tolist():
        yield Dated(place, late)
    if held.cells is not None and "expected_close" in held.cells.column_names and len(events.deals):
        last = events.starts + events.lengths - 1
        last = last[np.asarray([_open(table, name) for name in names], np.bool_)[events.stage[last]]]
        closing = held.cells.column("expected_close").take(events.places[last])
        yield from _overdue(closing.combine_chunks(), last, now)


def _overdue(closing: Array, last: Ints, now: datetime) -> Iterator[Dated]:
    codes, cells = encoded(closing)
    days: list[date | None] = [date_cell(cell) for cell in cells]
    for place, code in zip(listed(last), listed(codes), strict=True):
        day = days[code]
        if day is not None and day < now.date():
            yield Dated(place, overdue(day))


def _open(table: Table, name: str) -> bool:
    stage = table.stages.get(table.canonical.get(name, ""))
    return stage is not None and stage.open
