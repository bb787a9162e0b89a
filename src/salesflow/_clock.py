"""Clocks: where a record stood at a moment, since when, and how long its clock has run there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from salesflow import _apply
from salesflow._compile import Table
from salesflow.history import Change
from salesflow.records import Record
from salesflow.stage import Stage

_ZERO = timedelta(0)
_GOES_ON = frozenset({"updated", "resumed"})
"""The changes that begin no new stay."""


@dataclass(frozen=True, slots=True)
class Stay:
    """The stay of a record in its stage, as far as the history at hand reaches back."""

    begun: datetime
    """When the stage was entered; the oldest change at hand where that is not on record."""
    runs: tuple[tuple[datetime, datetime], ...]
    """From when to when the clock ran, oldest first: without the holds, but for the stay in a hold itself."""
    whole: bool
    """Whether nothing of the stay came before `begun`."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a record stands."""

    name: str
    """The stage as the record names it."""
    stage: Stage | None
    """None where the template does not know it."""
    stay: Stay | None
    """None where no history tells of it."""


@dataclass(frozen=True, slots=True)
class Touch:
    """The last time that somebody cared: an activity, or the entry into the stage."""

    at: datetime
    certain: bool
    """Whether it was then; otherwise it was then or before."""


def stage_then(record: Record, at: datetime) -> str | None:
    """Return the name of the stage where the record stood; None where it was not started, or nothing tells."""
    if not record.history:
        return record.stage
    known = _known(record, at)
    return known[-1].target if known else None


def standing(name: str, record: Record, at: datetime, table: Table) -> Standing:
    """Return where a record stood that was in the stage of that name."""
    known = _known(record, at)
    stay = _stay(known, at, table.names.holds, whole=not record.changes_before) if known else None
    return Standing(name, table.stages.get(table.canonical.get(name, "")), stay)


def _known(record: Record, at: datetime) -> tuple[Change, ...]:
    history = record.history
    if not history or history[-1].at <= at:
        return history
    return tuple(change for change in history if change.at <= at)


def _stay(known: tuple[Change, ...], at: datetime, holds: frozenset[str], *, whole: bool) -> Stay:
    """Read a history backwards to the change that began the stay: the same stay as that of `time_in_stage`."""
    runs: list[tuple[datetime, datetime]] = []
    on_hold, end = known[-1].target in holds, at
    for change in reversed(known):
        here = (change.target in holds) == on_hold
        if here and change.at < end:
            runs.append((change.at, end))
        # before a migration, stages bear the names of another template
        if change.kind == "migrated" or (here and change.kind not in _GOES_ON):
            return Stay(change.at, tuple(reversed(runs)), whole=True)
        end = change.at
    return Stay(known[0].at, tuple(reversed(runs)), whole)


def last_touch(record: Record, stay: Stay, at: datetime) -> Touch:
    """Return when the record was last touched: the latest activity by then, or the entry if that came later."""
    latest = max((each.at for each in record.activities if each.at <= at), default=None)
    if latest is None or latest < stay.begun:
        return Touch(stay.begun, stay.whole)
    return Touch(latest, certain=True)


def ran(stay: Stay, after: datetime) -> timedelta:
    """Return how long the clock of a stay has run after a moment."""
    return sum((max(end - max(start, after), _ZERO) for start, end in stay.runs), _ZERO)


def reached(stay: Stay, after: datetime, span: timedelta) -> datetime | None:
    """Return the first moment at which the clock had run for a span after a moment; None where it has not."""
    left = span
    for start, end in stay.runs:
        begin = max(start, after)
        if end - begin >= left:
            return begin + left
        left -= max(end - begin, _ZERO)
    return None


def field_then(record: Record, name: str, at: datetime) -> Any:
    """Return a field as it was, by what the history set; None where it was not set, or nothing tells."""
    changes = [change for change in record.history if name in change.set]
    if not changes or changes[-1].at <= at:
        return getattr(record, name)
    before = [change.set[name] for change in changes if change.at <= at]
    try:
        return _apply.from_json(type(record), name, before[-1]) if before else None
    except ValueError:
        # an audit tells of a stored value that cannot be read
        return None


_UNITS = {
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
    "second": timedelta(seconds=1),
}


def spoken(span: timedelta) -> str:
    """Say a duration in its two largest units, the rest cut off.

    >>> spoken(timedelta(days=1, hours=12, minutes=5))
    '1 day and 12 hours'
    """
    said: list[str] = []
    for name, unit in _UNITS.items():
        count, span = divmod(span, unit)
        if count:
            said.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " and ".join(said[:2]) or "less than a second"
