"""Copper: pipelines and their stages, lead statuses, opportunities, and what activities and webhooks tell of them.

- The outcome of an opportunity is its status, beside the stage: `Won`, `Lost` and `Abandoned` are added to each
  pipeline. What becomes of a lead is kept nowhere: `Converted` is added.
- Stages stand in the order of the list, and have numbers of their own in the whole account.
- Times are seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from salesflow.crm._copper_deals import records
from salesflow.crm._copper_history import history
from salesflow.crm._copper_pages import items
from salesflow.crm._pages import once
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._pipeline import Pipeline, StageRow, templates
from salesflow.crm._reading import Note, Reading, gathered
from salesflow.records import Lead, Opportunity
from salesflow.template import StageTemplate

__all__ = ["history", "pipelines", "records"]


def pipelines(payload: Any, *, version: str = "1") -> Reading[StageTemplate[Any]]:
    """Read `GET /pipelines`, `/pipeline_stages` and `/lead_statuses`, one answer or a list of them.

    Each pipeline is a template, and all lead statuses are one, of the id `lead_statuses`. Raises LoadError for a
    payload that is not what it claims to be.
    """
    try:
        several: dict[str, list[Node]] = {"pipeline": [], "stage": [], "lead": []}
        for node in items(payload):
            several[_kind(node)].append(node)
        found = [each for nodes in several.values() for each in once(nodes)]
        told = [each for each in found if isinstance(each, Node)]
        read = [*_pipelines(told), *_leads(told)]
    except BadField as bad:
        raise refused("Copper", bad) from None
    notes = [each for each in (*found, *read) if isinstance(each, Note)]
    made = [each for each in read if isinstance(each, Pipeline)]
    return gathered((*notes, *_made(made, version)), rows=sum(len(each.stages) for each in made))


def _kind(node: Node) -> str:
    if node.has("stages"):
        return "pipeline"
    if node.has("is_default") and not node.has("pipeline_id"):
        return "lead"
    node.need("pipeline_id")
    return "stage"


def _pipelines(told: list[Node]) -> Iterator[Pipeline | Note]:
    listed = {node.get("id").name(): node for node in told if _kind(node) == "pipeline"}
    several = {id: [*node.get("stages").each()] for id, node in listed.items()}
    for node in told:
        if _kind(node) == "stage":
            several.setdefault(node.get("pipeline_id").name(), []).append(node)
    for id, nodes in several.items():
        # both answers list the same stages: one that was there is told again, and nothing is left out
        rows = {node.need("id").name(): _stage(place, node) for place, node in reversed([*enumerate(nodes)])}
        node = listed.get(id, nodes[0] if nodes else Node({}))
        label = node.get("name").optional() if id in listed else ""
        if not label:
            text = f"no name of the pipeline {id!r} is told"
            yield Note(code="pipeline.unnamed", kind="assumed", place=node.place, text=text)
        yield Pipeline(id, label or id, tuple(reversed(rows.values())), closing=_CLOSING, place=node.place)


def _stage(place: int, node: Node) -> StageRow:
    chance = node.get("win_probability")
    return StageRow(
        id=node.need("id").name(),
        label=node.get("name").optional(),
        order=place,
        probability=None if chance.empty else chance.number(),
        place=node.place,
    )


_CLOSING = (
    StageRow(id="Won", label="Won", order=0, outcome="won"),
    StageRow(id="Lost", label="Lost", order=0, outcome="lost"),
    StageRow(id="Abandoned", label="Abandoned", order=0, outcome="lost"),
)


def _leads(told: list[Node]) -> Iterator[Pipeline | Note]:
    nodes = [node for node in told if _kind(node) == "lead"]
    if nodes:
        text = "which statuses lose a lead is told nowhere: all that are listed are in play"
        yield Note(code="outcome.untold", kind="assumed", text=text)
        rows = tuple(_status(place, node) for place, node in enumerate(nodes))
        converted = StageRow(id="Converted", label="Converted", order=0, outcome="won")
        yield Pipeline(_LEADS, "Lead statuses", rows, closing=(converted,))


_LEADS = "lead_statuses"


def _status(place: int, node: Node) -> StageRow:
    order = node.get("order")
    return StageRow(
        id=node.need("id").name(),
        label=node.get("name").optional(),
        order=place if order.empty else order.number(),
        place=node.place,
    )


def _made(read: list[Pipeline], version: str) -> Iterator[StageTemplate[Any] | Note]:
    for record, leads in ((Opportunity, False), (Lead, True)):
        yield from templates([each for each in read if (each.id == _LEADS) is leads], version=version, record=record)
