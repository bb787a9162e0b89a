"""HubSpot: pipelines of the CRM API, version 3, with their rules, and deals with the history of their properties.

- A stage is closed by `metadata.isClosed`, a text; won and lost are told apart by `metadata.probability`, 1.0 or 0.0.
  Without them nothing tells what closes a deal: the first is wanted of every stage, the second of each closed one.
- The history of a property lists values, newest first, and does not say what was there before.
- An archived stage is retired: deals can only leave it.
- The tables of a warehouse connector say the same in rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from salesflow._cells import BEFORE
from salesflow.crm._hubspot_deals import as_opportunity
from salesflow.crm._hubspot_rules import by_pipeline, governed, permitted
from salesflow.crm._hubspot_warehouse import history_from_warehouse, pipelines_from_warehouse
from salesflow.crm._pages import once, pages, read_each, unfinished
from salesflow.crm._payload import MILLISECOND, BadField, Node, refused
from salesflow.crm._pipeline import Pipeline, StageRow, templates
from salesflow.crm._placed import ALWAYS, pipeline_at, ways
from salesflow.crm._reading import Hole, Log, Note, Reading, Row, earliest, gathered, logged, parted
from salesflow.records import Opportunity
from salesflow.stage import Outcome
from salesflow.template import StageTemplate

__all__ = ["history", "history_from_warehouse", "pipelines", "pipelines_from_warehouse", "records"]

T = TypeVar("T")


def pipelines(
    payload: Any, *, version: str = "1", rules: Any = None, permissions: Any = None
) -> Reading[StageTemplate[Any]]:
    """Read `GET /crm/v3/pipelines/deals`, one page or a list of them, as a template for each pipeline.

    `rules` and `permissions` are answers of `GET /crm/pipelines-rules/2026-09-beta/deals/{pipelineId}` and of its
    `/stage-edit-permissions`, one or a list: what HubSpot enforces. Raises LoadError for a payload that is not what it
    claims to be.
    """
    try:
        listed = [node for page in pages(payload) for node in page.need("results").each()]
        nodes, notes = parted([*_unfinished(payload), *once(listed)])
        read = [_pipeline(node) for node in nodes]
        notes += [_archived(node) for node in nodes if node.get("archived").flag()]
        for told, apply in ((by_pipeline(rules), governed), (by_pipeline(permissions), permitted)):
            read, more = _applied(read, told, apply)
            notes += more
    except BadField as bad:
        raise refused("HubSpot", bad) from None
    made = templates(read, version=version)
    return gathered((*notes, *made), rows=sum(len(each.stages) for each in read))


def _applied(
    read: list[Pipeline], told: dict[str, Node], apply: Callable[[Pipeline, Node], Iterator[Pipeline | Note]]
) -> tuple[list[Pipeline], list[Note]]:
    known = {each.id for each in read}
    made: list[Pipeline | Note] = [
        Note(code="governance.other", kind="dropped", place=node.place, text=f"{id!r} is not among the pipelines given")
        for id, node in told.items()
        if id not in known
    ]
    for pipeline in read:
        made += apply(pipeline, told[pipeline.id]) if pipeline.id in told else [pipeline]
    return parted(made)


def _archived(node: Node) -> Note:
    text = f"the pipeline {node.get('id').name()!r} is archived"
    return Note(code="pipeline.archived", kind="odd", place=node.place, text=text)


def _unfinished(payload: Any) -> Iterator[Note]:
    last = pages(payload)[-1:]
    return (unfinished(page) for page in last if page.has("paging") and page.get("paging").has("next"))


def _pipeline(node: Node) -> Pipeline:
    id = node.need("id").name()
    stages = tuple(_stage(stage) for stage in node.need("stages").each())
    return Pipeline(id, node.get("label").optional() or id, stages, place=node.place)


def _stage(node: Node) -> StageRow:
    metadata = node.need("metadata")
    closed = _closed(metadata)
    chance = metadata.need("probability") if closed else metadata.get("probability")
    probability = None if chance.empty and not closed else chance.number() * 100
    return StageRow(
        id=node.need("id").name(),
        label=node.get("label").optional(),
        order=node.need("displayOrder").number(),
        outcome=_outcome(closed, probability),
        probability=probability,
        life="retired" if node.get("archived").flag() else "active",
        place=node.place,
    )


def _closed(metadata: Node) -> bool:
    told = metadata.need("isClosed")
    if told.empty:
        told.bad("payload.value", "yes or no is wanted here, not nothing")
    return told.flag()


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
        told, notes = parted(_each_deal(payload, _told))
    except BadField as bad:
        raise refused("HubSpot", bad) from None
    found = [part for each in told for part in _rows(each)]
    return logged([*notes, *found], rows=sum(len(each.changes) for each in told), told=["by", "created"])


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told of the history of a deal."""

    deal: str
    node: Node
    changes: tuple[Node, ...]
    placed: tuple[tuple[datetime, str], ...]
    """Since when it was in which pipeline, oldest first."""


def _each_deal(payload: Any, read: Callable[[Node], T]) -> list[T | Note]:
    """Return what is read of each deal, and a note on each that cannot be read or came before. Raises BadField."""
    deals = [deal for page in pages(payload) for deal in _deals(page)]
    named, unnamed = parted(read_each(deals, lambda deal: (deal.need("id").name(), deal)[1]))
    kept, repeated = parted(once(named))
    return [*_unfinished(payload), *unnamed, *repeated, *read_each(kept, read)]


def _deals(page: Node) -> list[Node]:
    return [*page.get("results").each()] if page.has("results") else [page]


def _told(deal: Node) -> _Told:
    told = deal.need("propertiesWithHistory")
    return _Told(deal.need("id").name(), deal, tuple(told.need("dealstage").each()), tuple(_placements(deal, told)))


def _rows(told: _Told) -> Iterator[Row | Note | Hole]:
    read: list[Row] = []
    for change in told.changes:
        try:
            read.append(_row(told, change))
        except BadField as bad:
            yield from (bad.note(), Hole(told.deal))
    yield from _oddities(told, read)
    created = _creation(told, read)
    yield from ({**row, "created": created} for row in read)


def _row(told: _Told, change: Node) -> Row:
    at = change.need("timestamp").moment(tick=MILLISECOND)
    by = change.get("updatedByUserId")
    return {
        "deal": told.deal,
        "stage": change.need("value").name(),
        "at": at,
        "by": (change.get("sourceId") if by.empty else by).optional(),
        "pipeline": pipeline_at(told.placed, at),
    }


def _placements(deal: Node, told: Node) -> list[tuple[datetime, str]]:
    several = told.get("pipeline")
    if several.empty or several.value == []:
        now = deal.get("properties").get("pipeline").optional() if deal.has("properties") else ""
        return [(ALWAYS, now)] if now else []
    return sorted(
        (each.need("timestamp").moment(tick=MILLISECOND), each.need("value").name()) for each in several.each()
    )


# -- what is odd about a history ----------------------------------------------------------------------------

KEPT = 20
"""How many values of a property HubSpot keeps of a deal."""

_SOON = timedelta(minutes=1)
"""How long after its creation a deal has its first stage at the latest."""


def _oddities(told: _Told, rows: list[Row]) -> Iterator[Note]:
    def odd(code: str, text: str) -> Note:
        return Note(code=code, kind="odd", place=told.node.place, text=f"the deal {told.deal!r} {text}")

    if not told.changes:
        yield odd("history.empty", "has no history of its stage")
    if len(told.changes) >= KEPT:
        yield odd("history.limited", f"has {len(told.changes)} changes, and no more than {KEPT} may be kept")
    if not told.placed:
        yield odd("pipeline.untold", "says nothing of its pipeline")
    if ways(told.placed):
        yield odd("pipeline.changed", f"changed its pipeline: {ways(told.placed)}")
    yield from (odd(*each) for each in _fate(told, rows))


def _creation(told: _Told, rows: list[Row]) -> str:
    """Return when a deal was created; of one with as many values as are kept only that it was before the first."""
    created, first = _created_at(told), earliest(rows)
    if created is None and first and len(told.changes) >= KEPT:
        return f"{BEFORE}{first.isoformat()}"
    return created.isoformat() if created else ""


def _created_at(told: _Told) -> datetime | None:
    """Return when a deal was created; None where that is not told, or cannot be read."""
    try:
        return told.node.get("createdAt").moment(tick=MILLISECOND)
    except BadField:
        return None


def _fate(told: _Told, rows: list[Row]) -> Iterator[tuple[str, str]]:
    """Tell what became of a deal; what cannot be read is not what was asked for."""
    created, first = _created_at(told), earliest(rows)
    if created and first and first - created > _SOON:
        yield "history.late", f"was created {created.isoformat()}, and its history begins {first.isoformat()}"
    if str(told.node.get("archived").value).casefold() == "true":
        yield "deal.deleted", "is archived"
    properties = told.node.get("properties")
    merged = properties.value.get("hs_merged_object_ids") if properties.has("hs_merged_object_ids") else None
    if merged:
        yield "deal.merged", f"took in others: {merged}"


# -- records ------------------------------------------------------------------------------------------------


def records(payload: Any, *, currency: str = "") -> Reading[Opportunity]:
    """Read deals with their properties: `template.adopt(deal, stage=deal.fields["dealstage"], …)`.

    `currency` is that of the account, for amounts of deals without one of their own. All properties without a place of
    their own are free fields. Raises LoadError for a payload that is not what it claims to be.
    """
    try:
        found, notes = parted(_each_deal(payload, lambda deal: as_opportunity(deal, currency=currency)))
    except BadField as bad:
        raise refused("HubSpot", bad) from None
    dropped = sum(note.kind == "dropped" for note in notes)
    return gathered([*notes, *(part for each in found for part in each)], rows=len(found) + dropped)
