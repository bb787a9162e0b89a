"""Pipelines: a system's list of stages, made a template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, cast

from pydantic import ValidationError

from salesflow._invalid import problems_of
from salesflow.crm._reading import Note
from salesflow.errors import LoadError, TemplateError
from salesflow.moves import Policy
from salesflow.records import Opportunity, Record
from salesflow.stage import Forecast, Life, Outcome
from salesflow.template import StageTemplate


class StageRow(NamedTuple):
    """A stage as a system lists it."""

    id: str
    label: str
    order: Decimal | int
    outcome: Outcome | None = None
    probability: Decimal | None = None
    """In percent."""
    forecast: Forecast | None = None
    hold: bool = False
    life: Life = "active"
    place: str = ""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline as a system lists it, before it is a template."""

    id: str
    label: str
    stages: tuple[StageRow, ...]
    closing: tuple[StageRow, ...] = ()
    """What is added where the system keeps the outcome beside the stage."""
    policy: Policy | None = None
    """What the system itself enforces; None where it lets everything pass."""
    place: str = ""


def as_template(
    pipeline: Pipeline, *, version: str, record: type[Record] = Opportunity
) -> Iterator[StageTemplate[Any] | Note]:
    """Yield the notes on a pipeline and its template. Raises LoadError where it makes none.

    The systems let every move pass. So that an audit finds what people want to know, a skip and a step back take a
    ground here, and a lost deal is reopened, with a ground, to any stage in play.
    """
    kept = {row.id: row for row in reversed(pipeline.stages)}
    for row in pipeline.stages:
        if kept[row.id] is not row:
            yield _odd(
                "stage.duplicate", row, f"the stage {row.id!r} stands twice in {pipeline.id!r}: the first counts"
            )
    rows = sorted(kept.values(), key=lambda row: row.order)
    yield from _orders(pipeline, rows)
    for row in pipeline.closing:
        if row.id not in kept:
            text = f"{pipeline.label!r} keeps its outcome beside the stage: the stage {row.id!r} is added"
            yield Note(code="stage.added", kind="assumed", place=pipeline.place, text=text)
    rows = [*rows, *(row for row in pipeline.closing if row.id not in kept)]
    for row in rows:
        yield from _chances(row)
    yield _made(pipeline, rows, version, record)


def _orders(pipeline: Pipeline, rows: Iterable[StageRow]) -> Iterator[Note]:
    first: dict[Decimal | int, StageRow] = {}
    for row in rows:
        other = first.setdefault(row.order, row)
        if other is not row and (row.outcome, row.hold, other.outcome, other.hold) == (None, False, None, False):
            said = f"{other.id!r} and {row.id!r} of {pipeline.id!r} have the same place: listed in the payload's order"
            yield _odd("stage.order", row, said)


def _chances(row: StageRow) -> Iterator[Note]:
    if row.probability is not None and _percent(row) is None:
        yield _odd("stage.probability", row, f"the probability of {row.id!r} is {row.probability} percent: left out")
    certain = {"won": 100, "lost": 0}.get(row.outcome or "")
    if row.outcome is None and row.probability == 0 and not row.hold:
        yield _odd("stage.unclosed", row, f"{row.id!r} has no chance to win, and is not flagged as closed")
    elif certain is not None and row.probability not in (None, certain):
        yield _odd("stage.probability", row, f"{row.id!r} is {row.outcome}, with a probability of {row.probability}")


def _percent(row: StageRow) -> int | None:
    whole = row.probability is not None and row.probability == row.probability.to_integral_value()
    return int(row.probability) if row.probability is not None and whole and 0 <= row.probability <= 100 else None


def _odd(code: str, row: StageRow, text: str) -> Note:
    return Note(code=code, kind="odd", place=row.place, text=text)


def _made(pipeline: Pipeline, rows: list[StageRow], version: str, record: type[Record]) -> StageTemplate[Any]:
    place = pipeline.place or f"the pipeline {pipeline.id!r}"
    tree = {
        "id": pipeline.id,
        "label": pipeline.label,
        "version": version,
        "record": record,
        "stages": tuple(_stage(row) for row in rows),
        "policy": pipeline.policy or _watchful(rows),
    }
    try:
        return _TEMPLATE.model_validate(tree)
    except ValidationError as error:
        problems = tuple(problems_of(error, tree))
    except TemplateError as error:
        problems = error.problems
    raise LoadError(place, problems)


_TEMPLATE = cast("type[StageTemplate[Any]]", StageTemplate)


def _watchful(rows: list[StageRow]) -> Policy:
    in_play = tuple(row.id for row in rows if row.outcome is None and not row.hold and row.life == "active")
    return Policy(skip="with_ground", back="with_ground", reopen_to=in_play)


def _stage(row: StageRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "label": "" if row.label == row.id else row.label,
        "outcome": row.outcome,
        "probability": _percent(row),
        "forecast": row.forecast,
        "hold": row.hold,
        "life": row.life,
    }
