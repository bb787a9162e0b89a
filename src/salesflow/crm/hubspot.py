"""HubSpot: pipelines of the CRM API, version 3, and deals with the history of their properties.

- A stage is closed by `metadata.isClosed`, a text; won and lost are told apart by `metadata.probability`, 1.0 or 0.0.
- The history of a property lists values, newest first, and does not say what was there before.
- An archived stage is retired: deals can only leave it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from salesflow.crm._pages import once, pages
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._pipeline import Pipeline, StageRow, templates
from salesflow.crm._reading import Log, Note, Reading, Row, gathered, logged
from salesflow.stage import Outcome
from salesflow.template import StageTemplate

__all__ = ["history", "pipelines"]


def pipelines(payload: Any, *, version: str = "1") -> Reading[StageTemplate[Any]]:
    """Read `GET /crm/v3/pipelines/deals`, one page or a list of them, as a template for each pipeline.

    Raises LoadError for a payload that is not what it claims to be.
    """
    try:
        found = [*once([node for page in pages(payload) for node in page.need("results").each()])]
        read = [_pipeline(each) for each in found if isinstance(each, Node)]
    except BadField as bad:
        raise refused("HubSpot", bad) from None
    made = templates(read, version=version)
    notes = (each for each in found if isinstance(each, Note))
    return gathered((*notes, *made), rows=sum(len(each.stages) for each in read))


def _pipeline(node: Node) -> Pipeline:
    id = node.need("id").name()
    stages = tuple(_stage(stage) for stage in node.need("stages").each())
    return Pipeline(id, node.get("label").optional() or id, stages, place=node.place)


def _stage(node: Node) -> StageRow:
    metadata = node.need("metadata")
    chance = metadata.get("probability")
    probability = None if chance.empty else chance.number() * 100
    return StageRow(
        id=node.need("id").name(),
        label=node.get("label").optional(),
        order=node.need("displayOrder").number(),
        outcome=_outcome(metadata.get("isClosed").flag(), probability),
        probability=probability,
        life="retired" if node.get("archived").flag() else "active",
        place=node.place,
    )


def _outcome(closed: bool, probability: Decimal | None) -> Outcome | None:  # noqa: FBT001 - the payload's own flag
    if not closed:
        return None
    return "won" if probability == 100 else "lost"


# -- history ------------------------------------------------------------------------------------------------


def history(payload: Any) -> Log:
    """Read deals that were asked for with `propertiesWithHistory=dealstage,pipeline`: one, a page, or a list of them.

    Raises LoadError for a payload that is not what it claims to be.
    """
    try:
        found = [*once([deal for page in pages(payload) for deal in _deals(page)])]
        changes = [(each, [*_changes(each)]) for each in found if isinstance(each, Node)]
    except BadField as bad:
        raise refused("HubSpot", bad) from None
    notes = [each for each in found if isinstance(each, Note)]
    rows = [row for deal, entries in changes for row in _rows(deal, entries)]
    return logged([*notes, *rows], rows=sum(len(entries) for _, entries in changes), told=["by"])


def _deals(page: Node) -> list[Node]:
    return [*page.get("results").each()] if page.has("results") else [page]


def _changes(deal: Node) -> Iterator[Node]:
    return deal.need("propertiesWithHistory").need("dealstage").each()


def _rows(deal: Node, changes: list[Node]) -> Iterator[Row | Note]:
    if not changes:
        text = f"the deal {deal.get('id').name()!r} has no history of its stage"
        yield Note(code="history.empty", kind="odd", place=deal.place, text=text)
    try:
        placed = _placements(deal)
    except BadField as bad:
        yield bad.note()
        return
    for change in changes:
        try:
            yield _row(deal, change, placed)
        except BadField as bad:
            yield bad.note()


def _row(deal: Node, change: Node, placed: list[tuple[datetime, str]]) -> Row:
    at = change.need("timestamp").moment()
    by = change.get("updatedByUserId")
    return {
        "deal": deal.get("id").name(),
        "stage": change.need("value").name(),
        "at": at,
        "by": (change.get("sourceId") if by.empty else by).optional(),
        "pipeline": _at(placed, at),
    }


def _placements(deal: Node) -> list[tuple[datetime, str]]:
    """Return since when the deal was in which pipeline, oldest first."""
    told = deal.get("propertiesWithHistory").get("pipeline")
    if told.empty:
        now = Node(None) if not deal.has("properties") else deal.get("properties").get("pipeline")
        return [(_ALWAYS, now.optional())]
    return sorted((each.need("timestamp").moment(), each.need("value").name()) for each in told.each())


def _at(placed: list[tuple[datetime, str]], at: datetime) -> str:
    """Return the pipeline of that time; before the first that is told, the first."""
    before = [pipeline for since, pipeline in placed if since <= at]
    return before[-1] if before else placed[0][1] if placed else ""


_ALWAYS = datetime.min.replace(tzinfo=UTC)
