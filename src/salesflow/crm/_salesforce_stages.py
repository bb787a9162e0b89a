"""Stages of Salesforce: rows of a list of stages, as metadata or as records, and the choice that a process makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from salesflow.crm._payload import Node
from salesflow.crm._pipeline import Pipeline, StageRow
from salesflow.crm._reading import Note
from salesflow.stage import Forecast, Outcome


class Keys(NamedTuple):
    """What one of the two forms calls the parts of a stage."""

    name: str
    label: str
    closed: str
    won: str
    converted: str
    forecast: str
    chance: str
    active: str
    order: str


METADATA = Keys(
    "fullName", "label", "closed", "won", "converted", "forecastCategory", "probability", "isActive", "sortOrder"
)
RECORD = Keys(
    "ApiName",
    "MasterLabel",
    "IsClosed",
    "IsWon",
    "IsConverted",
    "ForecastCategory",
    "DefaultProbability",
    "IsActive",
    "SortOrder",
)


class Listed(NamedTuple):
    """A stage of a list, or a status of leads, with what is odd about it."""

    row: StageRow
    lead: bool
    notes: tuple[Note, ...]


def listed(node: Node, keys: Keys, place: int) -> Listed:
    """Read a stage. `place` is its order where none is told. Raises BadField."""
    label = node.get(keys.label).optional()
    id = node.get(keys.name).optional() or label or node.need(keys.name).name()
    lead = node.has(keys.converted)
    closed, won = (False, False) if lead else (node.need(keys.closed).flag(), node.need(keys.won).flag())
    forecast, chance, order = node.get(keys.forecast), node.get(keys.chance), node.get(keys.order)
    active = node.get(keys.active)
    row = StageRow(
        id=id,
        label=label,
        order=place if order.empty else order.number(),
        outcome=_converted(node.get(keys.converted)) if lead else _outcome(closed=closed, won=won),
        probability=None if chance.empty else chance.number(),
        forecast=_FORECASTS.get(forecast.optional().casefold().replace(" ", "")),
        life="active" if active.empty or active.flag() else "retired",
        place=node.place,
    )
    return Listed(row, lead, tuple(_odd(row, forecast.optional(), unclosed=won and not closed)))


def _converted(node: Node) -> Outcome | None:
    return "won" if node.flag() else None


def _outcome(*, closed: bool, won: bool) -> Outcome | None:
    if not closed:
        return None
    return "won" if won else "lost"


_FORECASTS: dict[str, Forecast] = {
    "pipeline": "pipeline",
    "bestcase": "best_case",
    "mostlikely": "most_likely",
    "forecast": "commit",
    "commit": "commit",
    "closed": "closed",
    "omitted": "omitted",
}


def _odd(row: StageRow, forecast: str, *, unclosed: bool) -> Iterator[Note]:
    if unclosed:
        text = f"{row.id!r} is flagged as won, and not as closed: it is in play"
        yield Note(code="stage.unclosed", kind="odd", place=row.place, text=text)
    if forecast and row.forecast is None:
        text = f"the forecast category {forecast!r:.60} of {row.id!r} is none of those that are known"
        yield Note(code="stage.forecast", kind="dropped", place=row.place, text=text)


# -- sales processes ----------------------------------------------------------------------------------------


def process(node: Node, stages: list[StageRow]) -> Iterator[Pipeline | Note]:
    """Yield the stages that a sales process chooses, in the order of the list of all stages. Raises BadField."""
    name = node.need("fullName").name()
    if not stages:
        text = "a sales process lists its stages by the alphabet: the list of all stages is wanted beside it"
        node.bad("payload.alone", text)
    active = node.get("isActive")
    if not (active.empty or active.flag()):
        text = f"the sales process {name!r} is not active: read all the same"
        yield Note(code="pipeline.archived", kind="odd", place=node.place, text=text)
    known = {row.id for row in stages}
    chosen = {unquote(value.need("fullName").name()): value for value in node.need("values").each()}
    for id, value in chosen.items():
        if id not in known:
            text = f"the stage {id!r} of the process {name!r} is not in the list of all stages"
            yield Note(code="stage.unlisted", kind="dropped", place=value.place, text=text)
    rows = tuple(row for row in stages if row.id in chosen)
    yield Pipeline(name, name, rows, place=node.place)
