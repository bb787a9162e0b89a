"""Priority: who comes first, by value, readiness and staleness, with the parts of the score shown?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Context, Decimal, localcontext
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field, SerializeAsAny, model_validator

from salesflow._clock import Standing, field_then, last_touch, ran, spoken, stage_then, standing
from salesflow._compared._versions import by_version
from salesflow._texts import listed
from salesflow._wanted import moment, wanted
from salesflow.money import Money
from salesflow.records import Record
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.values import Frozen, Whole

__all__ = ["Part", "Parts", "Ranked", "Weights", "priority"]

R = TypeVar("R", bound=Record)

Weight = Annotated[Whole, Field(ge=0, le=1000)]
Points = Annotated[Decimal, Field(ge=0, le=100)]


class Weights(Frozen):
    """How much each part counts in the score; only their ratios matter."""

    value: Weight = 40
    readiness: Weight = 40
    staleness: Weight = 20

    @model_validator(mode="after")
    def _weighs_something(self) -> Weights:
        if self.value + self.readiness + self.staleness == 0:
            raise ValueError("at least one weight is above 0")
        return self


class Part(Frozen):
    """One part of a score."""

    points: Points
    """From 0 to 100, to one decimal."""
    why: str
    """Where the points come from, for people."""


class Parts(Frozen):
    """What a score is made of."""

    value: Part
    """The amount, against the largest of its currency in the list."""
    readiness: Part
    """How far the record is qualified, and how far it has come."""
    staleness: Part
    """How long nobody has touched it, against how long that may be."""


class Ranked(Frozen, Generic[R]):
    """A record in its place, and why it stands there."""

    record: SerializeAsAny[R]
    score: Points
    """The mean of the parts by their weights, to one decimal."""
    parts: Parts

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {part.points} ({part.why})" for name, part in self.parts)
        return f"{self.record.id}: {self.score}: {parts}"


_DEFAULT = Weights.model_construct()


def priority(
    records: Iterable[R],
    templates: StageTemplate[Any] | Iterable[StageTemplate[Any]],
    *,
    at: datetime,
    weights: Weights = _DEFAULT,
) -> list[Ranked[R]]:
    """Rank the records that were in play at `at`, best first: started, neither closed nor on hold.

    Each part is a number from 0 to 100. Everything is rounded to one decimal, halves to the even digit, and the score
    is made of the parts as they are shown: sum of weight x part / sum of weights. Equal scores stand by id.

    - value: 100 x amount / the largest amount of that currency among the ranked; 0 without an amount above 0.
    - readiness: the mean of the framework's score of the answers known at `at`, and of how far the stage is: its
      probability, or where it has none 100 x its place / (open stages in the order + 1), the first having place 1.
    - staleness: 100 x time since the last touch / `follow_up_every` of the stage, or where it has none `max_age`, at
      most 100; 0 where it has neither. Touch and time are those of `due`: time on hold does not count.

    What the record and its history do not tell counts 0. Raises ValueError for a time without a zone, what is no
    record, template or weights, and records in play whose template (by id and version) is not among those given; and
    TemplateError for two templates of one id and version that behave differently.
    """
    now = moment(at)
    wanted("weights", weights, Weights)
    given = by_version(_given(templates))
    entries = _in_play(_several("records", records), given, now)
    with localcontext(_EXACT):
        largest = _largest(entries)
        # negating a score rounds it, as everything here, by the precision at hand
        return _in_order([_ranked(each, largest, weights, now) for each in entries])


_EXACT = Context(prec=80)
"""Scores do not depend on the precision that the host's thread happens to have set."""


@dataclass(frozen=True, slots=True)
class _Entry(Generic[R]):
    record: R
    template: StageTemplate[Any]
    here: Standing
    amount: Money | None


def _given(templates: Any) -> Iterator[StageTemplate[Any]]:
    for each in _several("templates", (templates,) if _is(StageTemplate, templates) else templates):
        wanted("each of templates", each, StageTemplate)
        yield each


def _several(name: str, things: Any) -> Any:
    # a record and a template can be gone through too: they yield their fields
    if _is(Frozen, things) or not _is(Iterable, things):
        raise ValueError(f"{name} are a list of {name}, not {type(things).__name__}")
    return things


def _is(cls: type, thing: object) -> bool:
    return isinstance(thing, cls)


Given = Mapping[tuple[str, str], "StageTemplate[Any]"]


def _in_play(records: Iterable[R], templates: Given, now: datetime) -> list[_Entry[R]]:
    found: list[_Entry[R]] = []
    strangers: list[str] = []
    for record in records:
        name = _open_stage(record, now)
        ref = record.template
        template = templates.get((ref.id, ref.version)) if ref else None
        if name is None:
            continue
        if template is None:
            strangers.append(f"{record.id!r} ({ref or 'which no template has moved'})")
            continue
        here = standing(name, record, now, template._judged_by().table)  # noqa: SLF001
        # a stage that the template does not know may be open: the record is ranked by what is known of it
        if here.stage is None or (here.stage.open and not here.stage.hold):
            found.append(_Entry(record, template, here, field_then(record, "amount", now)))
    if strangers:
        raise ValueError(f"no template was given for {listed(strangers, 'and')}")
    return found


def _open_stage(record: Any, now: datetime) -> str | None:
    """Return the stage where the record stood; None where it was not started, or is closed."""
    if not isinstance(record, Record):
        raise ValueError(f"a record is wanted, not {type(record).__name__}")
    closed = record.closed_at is not None and record.closed_at <= now
    return None if closed else stage_then(record, now)


def _in_order(ranked: list[Ranked[R]]) -> list[Ranked[R]]:
    times = Counter(each.record.id for each in ranked)

    def place(each: Ranked[R]) -> tuple[Decimal, str, str]:
        # leads and deals may share an id: the order of the input must not show
        id = each.record.id
        return -each.score, id, repr(each.record) if times[id] > 1 else ""

    return sorted(ranked, key=place)


# -- the parts ----------------------------------------------------------------------------------------------


_TENTH = Decimal("0.1")
_NOTHING = Decimal("0.0")


def _rounded(points: Decimal) -> Decimal:
    return points.quantize(_TENTH)


def _ranked(entry: _Entry[R], largest: dict[str, Decimal], weights: Weights, now: datetime) -> Ranked[R]:
    value, readiness, staleness = _value(entry.amount, largest), _readiness(entry, now), _staleness(entry, now)
    total = weights.value + weights.readiness + weights.staleness
    weighed = weights.value * value.points + weights.readiness * readiness.points + weights.staleness * staleness.points
    parts = Parts(value=value, readiness=readiness, staleness=staleness)
    return Ranked(record=entry.record, score=_rounded(weighed / total), parts=parts)


def _largest(entries: Iterable[_Entry[Any]]) -> dict[str, Decimal]:
    largest: dict[str, Decimal] = {}
    for each in entries:
        if each.amount is not None:
            currency = each.amount.currency
            largest[currency] = max(largest.get(currency, _NOTHING), each.amount.amount)
    return largest


def _value(amount: Money | None, largest: dict[str, Decimal]) -> Part:
    if amount is None:
        return Part(points=_NOTHING, why="no amount is known")
    most = largest[amount.currency]
    if amount.amount <= 0:
        return Part(points=_NOTHING, why=f"{amount}")
    points = _rounded(100 * amount.amount / most)
    return Part(points=points, why=f"{amount}; the largest is {most:,} {amount.currency}")


def _readiness(entry: _Entry[Any], now: datetime) -> Part:
    template, here = entry.template, entry.here
    qualified = template.framework.score(entry.record.qualification, at=now).value
    progress, why = _progress(template, here)
    return Part(points=_rounded((qualified + progress) / 2), why=f"qualified to {qualified} of 100; {why}")


def _progress(template: StageTemplate[Any], here: Standing) -> tuple[Decimal, str]:
    stage = here.stage
    if stage is None:
        return _NOTHING, f"the stage {here.name!r} is unknown to {template.ref}"
    if stage.probability is not None:
        return Decimal(stage.probability), f"{stage.id!r} has a probability of {stage.probability} %"
    table = template._judged_by().table  # noqa: SLF001
    place, count = table.position[stage.id] + 1, len(table.order)
    return 100 * Decimal(place) / (count + 1), f"{stage.id!r} is stage {place} of {count}"


def _staleness(entry: _Entry[Any], now: datetime) -> Part:
    stage, stay = entry.here.stage, entry.here.stay
    if stage is None or stay is None:
        return Part(points=_NOTHING, why="when it was last touched is not on record")
    span, wanted = _patience(stage)
    touch = last_touch(entry.record, stay, now)
    idle = ran(stay, touch.at)
    points = _rounded(min(100 * Decimal(idle // _TICK) / (span // _TICK), Decimal(100))) if span else _NOTHING
    return Part(points=points, why=f"untouched for {'' if touch.certain else 'at least '}{spoken(idle)}; {wanted}")


_TICK = timedelta(microseconds=1)


def _patience(stage: Stage) -> tuple[timedelta | None, str]:
    """Return how long a record may be left alone in a stage, and in words."""
    if stage.follow_up_every is not None:
        return stage.follow_up_every, f"a follow-up every {spoken(stage.follow_up_every)} is wanted"
    if stage.max_age is not None:
        return stage.max_age, f"{stage.id!r} should last {spoken(stage.max_age)} at most"
    return None, f"{stage.id!r} sets no time"
