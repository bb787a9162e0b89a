"""Due: which follow-ups, stages and dates of a record need somebody now?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from salesflow._clock import Standing, Stay, field_then, last_touch, ran, reached, spoken, stage_then, standing
from salesflow._wanted import moment, wanted
from salesflow.history import TemplateRef
from salesflow.records import Record
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.values import Frozen, Id, Time

__all__ = ["Due", "DueKind", "due"]

DueKind = Literal["follow_up", "overstayed", "closing_date", "contract_end"]


class Due(Frozen):
    """One thing about a record that needs somebody."""

    kind: DueKind
    deal: Id
    """The id of the record."""
    stage: Id
    since: Time
    """When it became due: it is due from this very moment on."""
    overdue: Annotated[timedelta, Field(ge=timedelta(0))]
    """For how long it has been due, time on hold not counted where the hold stops the clock."""
    exact: bool = True
    """Whether `since` is known. If not, the history at hand begins later: it became due then at the latest."""
    text: str

    def __str__(self) -> str:
        return f"{self.deal}: {self.text} [{self.kind}]"


def due(record: Record, template: StageTemplate[Any], *, at: datetime) -> tuple[Due, ...]:
    """Tell what is due of a record at `at`, the longest due first; nothing of one that is closed or not started.

    The record is judged as it stood at `at`, by the changes, activities and dates of its history up to then. Time is in
    UTC, and a day ends at midnight UTC. What the history at hand does not tell is not due. Raises ValueError for a time
    without a zone, what is no record or no template, and a record of another kind, template or version than that.
    """
    now = moment(at)
    _fits(record, template)
    name = stage_then(record, now)
    if name is None:
        return ()
    here = standing(name, record, now, template._judged_by().table)  # noqa: SLF001
    return tuple(sorted(_all_due(record, here, now), key=lambda each: (each.since, each.kind)))


def _fits(record: Any, template: StageTemplate[Any]) -> None:
    if not isinstance(record, Record):
        raise ValueError(f"a record is wanted, not {type(record).__name__}")
    wanted("template", template, StageTemplate)
    moved = template.record.kind
    kind = getattr(record, "kind", None)
    if kind != moved:
        raise ValueError(f"{record.id!r} is a record of the kind {kind!r}, and the template moves {moved!r}")
    ours: TemplateRef = template.ref
    theirs = record.template or ours
    if (theirs.id, theirs.version) != (ours.id, ours.version):
        raise ValueError(f"{record.id!r} runs through {theirs}, not through {ours}")


def _all_due(record: Record, here: Standing, now: datetime) -> Iterator[Due]:
    if here.stage is None or not here.stage.open:
        return
    if here.stay is not None:
        yield from _follow_up(record, here.stage, here.stay, now)
        yield from _overstayed(record, here.stage, here.stay)
    yield from _date_passed(record, here.stage, now)


def _follow_up(record: Record, stage: Stage, stay: Stay, now: datetime) -> Iterator[Due]:
    every, touch = stage.follow_up_every, last_touch(record, stay, now)
    since = reached(stay, touch.at, every) if every else None
    if every and since:
        overdue = ran(stay, touch.at) - every
        text = f"a follow-up every {spoken(every)} is wanted in {stage.id!r}, and one has been due for "
        yield _made("follow_up", record, stage, since, overdue, text, exact=touch.certain)


def _overstayed(record: Record, stage: Stage, stay: Stay) -> Iterator[Due]:
    most = stage.max_age
    since = reached(stay, stay.begun, most) if most else None
    if most and since:
        overdue = ran(stay, stay.begun) - most
        text = f"{stage.id!r} should last {spoken(most)} at most, and has lasted longer by "
        yield _made("overstayed", record, stage, since, overdue, text, exact=stay.whole)


_DATES: dict[str, tuple[DueKind, str, str]] = {
    "opportunity": ("closing_date", "expected_close", "it was expected to close by {day}, a day that is over for "),
    "customer": ("contract_end", "contract_end", "the contract ran until {day}, a day that is over for "),
}
"""By kind of record: what is due once the day in that field is over."""


def _date_passed(record: Record, stage: Stage, now: datetime) -> Iterator[Due]:
    if record.kind in _DATES:
        kind, field, text = _DATES[record.kind]
        day = field_then(record, field, now)
        # a subclass may have given the field another type
        if type(day) is date and day < now.date():
            since = datetime.combine(day + timedelta(days=1), time(), UTC)
            yield _made(kind, record, stage, since, now - since, text.format(day=day.isoformat()))


def _made(
    kind: DueKind, record: Record, stage: Stage, since: datetime, overdue: timedelta, text: str, *, exact: bool = True
) -> Due:
    told = f"{text}{'' if exact else 'at least '}{spoken(overdue)}"
    return Due(kind=kind, deal=record.id, stage=stage.id, since=since, overdue=overdue, exact=exact, text=told)
