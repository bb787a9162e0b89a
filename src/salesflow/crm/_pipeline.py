"""Pipelines: a system's list of stages, made a template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, cast

from pydantic import ValidationError

from salesflow._invalid import problems_of
from salesflow.crm._payload import BadField
from salesflow.crm._reading import Note
from salesflow.errors import LoadError, TemplateError
from salesflow.records import Opportunity, Record
from salesflow.stage import Forecast, Life, Outcome
from salesflow.template import StageTemplate

Tree = Mapping[str, Any]
"""What a part of a template is made of, not looked at yet: what is wrong in it is told with the template."""


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
    aliases: tuple[str, ...] = ()
    rules: tuple[Tree, ...] = ()
    """What must hold to enter, each as a tree of a rule."""
    skippable: bool = False


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline as a system lists it, before it is a template."""

    id: str
    label: str
    stages: tuple[StageRow, ...]
    closing: tuple[StageRow, ...] = ()
    """What is added where the system keeps the outcome beside the stage."""
    policy: Tree = field(default_factory=dict[str, Any])
    """What the system itself enforces, field by field; empty where it lets everything pass."""
    moves: tuple[Tree, ...] = ()
    """The ways that the system declares one by one, each as a tree of `Move`."""
    place: str = ""


def templates(
    pipelines: Iterable[Pipeline], *, version: str, record: type[Record] = Opportunity
) -> Iterator[StageTemplate[Any] | Note]:
    """Yield the notes on several pipelines and their templates; one that makes none is dropped.

    Raises LoadError where not a single one makes a template.
    """
    made: list[StageTemplate[Any] | Note] = []
    failed: list[LoadError] = []
    for pipeline in pipelines:
        try:
            made += as_template(pipeline, version=version, record=record)
        except LoadError as error:
            failed.append(error)
            said = "; ".join(problem.text for problem in error.problems)
            text = f"the pipeline {pipeline.label!r} makes no template: {said}"
            made.append(Note(code="pipeline.unsound", kind="dropped", place=pipeline.place, text=text))
    if failed and not any(isinstance(each, StageTemplate) for each in made):
        raise failed[0]
    yield from made


def as_template(
    pipeline: Pipeline, *, version: str, record: type[Record] = Opportunity
) -> Iterator[StageTemplate[Any] | Note]:
    """Yield the notes on a pipeline and its template. Raises LoadError where it makes none.

    The systems let every move pass. So that an audit finds what people want to know, a skip and a step back take a
    ground here, and a lost deal is reopened, with a ground, to any stage in play.
    """
    rows = _some(pipeline)
    kept = {row.id: row for row in rows}
    for row in pipeline.stages:
        if kept[row.id] is not row:
            yield _odd(
                "stage.duplicate", row, f"the stage {row.id!r} stands twice in {pipeline.id!r}: the first counts"
            )
    yield from _orders(pipeline, rows)
    for row in pipeline.closing:
        if row.id not in kept:
            text = f"{pipeline.label!r} keeps its outcome beside the stage: the stage {row.id!r} is added"
            yield Note(code="stage.added", kind="assumed", place=pipeline.place, text=text)
    rows = [*rows, *(row for row in pipeline.closing if row.id not in kept)]
    for row in rows:
        yield from _chances(row)
    yield _made(pipeline, rows, version, record)


def _some(pipeline: Pipeline) -> list[StageRow]:
    rows = ordered(pipeline)
    if not rows:
        bare = BadField.at("stages", "payload.missing", "no stage of it is told")
        raise LoadError(_place(pipeline), (bare.problem,))
    return rows


def ordered(pipeline: Pipeline) -> list[StageRow]:
    """Return the stages in their order, each once."""
    kept = {row.id: row for row in reversed(pipeline.stages)}
    return sorted((row for row in pipeline.stages if kept[row.id] is row), key=lambda row: row.order)


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
    tree = {
        "id": pipeline.id,
        "label": pipeline.label,
        "version": version,
        "record": record,
        "stages": tuple(_stage(row) for row in rows),
        "moves": pipeline.moves,
        "policy": {**_watchful(rows), **pipeline.policy},
    }
    try:
        return _TEMPLATE.model_validate(tree)
    except ValidationError as error:
        problems = tuple(problems_of(error, tree))
    except TemplateError as error:
        problems = error.problems
    raise LoadError(_place(pipeline), problems)


def _place(pipeline: Pipeline) -> str:
    return pipeline.place or f"the pipeline {pipeline.id!r}"


_TEMPLATE = cast("type[StageTemplate[Any]]", StageTemplate)


def _watchful(rows: list[StageRow]) -> dict[str, Any]:
    in_play = tuple(row.id for row in rows if row.outcome is None and not row.hold and row.life == "active")
    return {"skip": "with_ground", "back": "with_ground", "reopen_to": in_play}


def _stage(row: StageRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "label": "" if row.label == row.id else row.label,
        "outcome": row.outcome,
        "probability": _percent(row),
        "forecast": row.forecast,
        "hold": row.hold,
        "life": row.life,
        "aliases": row.aliases,
        "rules": row.rules,
        "skippable": row.skippable,
    }
