"""Close: pipelines, and the activities that tell each change of the status of an opportunity.

- The outcome of a status is its type: active, won, lost. Statuses have no chances to win.
- A change names the status before and after, with the pipeline of each. The creation of an opportunity is none.
- Values are in hundredths of the currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import Any

from salesflow._cells import zone_of
from salesflow.crm._changes import Change, Homes, changed
from salesflow.crm._pages import last_missing, once, pages, read_moves
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._pipeline import Pipeline, StageRow
from salesflow.crm._pipeline import templates as made_of
from salesflow.crm._reading import Log, Note, Reading, gathered, no_move
from salesflow.crm._zones import told_time
from salesflow.stage import Outcome
from salesflow.template import StageTemplate

__all__ = ["history", "pipelines"]


def pipelines(payload: Any, *, version: str = "1") -> Reading[StageTemplate[Any]]:
    """Read `GET /pipeline/`, one answer or a list of them, as a template for each pipeline.

    Raises LoadError for a payload that is not what it claims to be.
    """
    try:
        answers = _answers(payload)
        found = [*once([node for answer in answers for node in answer.need("data").each()])]
        read = [_pipeline(each) for each in found if isinstance(each, Node)]
        notes = [*last_missing(answers, _more)]
    except BadField as bad:
        raise refused("Close", bad) from None
    notes += [each for each in found if isinstance(each, Note)]
    made = made_of(read, version=version)
    return gathered((*notes, *made), rows=sum(len(each.stages) for each in read))


def _answers(payload: Any) -> list[Node]:
    found = [*pages(payload)]
    for each in found:
        if each.has("error"):
            each.bad("payload.error", f"the answer is an error: {each.get('error').value!r:.200}")
    return found


def _more(answer: Node) -> bool:
    return answer.get("has_more").flag()


def _pipeline(node: Node) -> Pipeline:
    id = node.need("id").name()
    stages = tuple(_status(place, status) for place, status in enumerate(node.need("statuses").each()))
    return Pipeline(id, node.get("name").optional() or id, stages, place=node.place)


def _status(place: int, node: Node) -> StageRow:
    kind = node.need("type").name()
    if kind not in _OUTCOMES:
        node.get("type").bad(
            "payload.value", f"the type of a status is one of {', '.join(_OUTCOMES)}, not {kind!r:.60}"
        )
    id, label = node.need("id").name(), node.get("label").optional()
    return StageRow(id=id, label=label, order=place, outcome=_OUTCOMES[kind], place=node.place)


_OUTCOMES: dict[str, Outcome | None] = {"active": None, "won": "won", "lost": "lost"}


# -- history ------------------------------------------------------------------------------------------------


def history(payload: Any, *, templates: Iterable[StageTemplate[Any]] = (), zone: str | tzinfo | None = None) -> Log:
    """Read `GET /activity/status_change/opportunity/`, one answer, a list of them, or activities alone.

    Activities say in which pipelines they happen; `templates`, those of `pipelines`, tell it where an old one does not.
    Times without a zone are read in `zone`, by default UTC. Raises LoadError for a payload that is not what it claims
    to be, and ValueError for an unknown zone.
    """
    reading = zone_of(zone)
    try:
        answers = _answers(payload)
        activities = [node for answer in answers for node in _activities(answer)]
        notes = [*last_missing([each for each in answers if each.has("data")], _more)]
        found = read_moves(activities, lambda node: _changes(node, reading), _whose)
    except BadField as bad:
        raise refused("Close", bad) from None
    return changed([*notes, *found], rows=len(activities), homes=_homes(templates, activities))


def _activities(answer: Node) -> list[Node]:
    return [*answer.get("data").each()] if answer.has("data") else [answer]


def _whose(node: Node) -> Iterator[str]:
    yield node.need("opportunity_id").name()


def _changes(node: Node, zone: tzinfo | None) -> Iterator[Change | Note]:
    kind = node.need("_type").name()
    if kind != "OpportunityStatusChange":
        yield no_move(f"an activity of the type {kind!r:.60}")
    else:
        yield from _change(node, zone)


def _change(node: Node, zone: tzinfo | None) -> Iterator[Change | Note]:
    at, notes = told_time(node.need("date_created" if node.get("activity_at").empty else "activity_at"), zone)
    value = node.get("opportunity_value")
    amount = "" if value.empty else f"{value.number() / 100} {node.get('opportunity_value_currency').word()}".strip()
    by = node.get("user_id")
    yield Change(
        deal=node.need("opportunity_id").name(),
        at=at,
        what="stage",
        new=node.need("new_status_id").name(),
        old=node.need("old_status_id").word(),
        by=(node.get("created_by") if by.empty else by).optional(),
        place=node.place,
        cells={"amount": amount},
    )
    yield from notes


def _homes(templates: Iterable[StageTemplate[Any]], activities: list[Node]) -> Homes:
    """Return which status lies in which pipeline; one that is told in two lies in none."""
    told = [(stage.id, template.id) for template in templates for stage in template.stages]
    for node in activities:
        told += [(_id(node, f"{side}_status_id"), _id(node, f"{side}_pipeline_id")) for side in ("old", "new")]
    known: dict[str, str] = {}
    for status, pipeline in ((status, pipeline) for status, pipeline in told if status and pipeline):
        known[status] = pipeline if known.get(status, pipeline) == pipeline else ""
    return Homes(known)


def _id(node: Node, key: str) -> str:
    """Return an id, or nothing where there is none: what cannot be read was dropped before."""
    value = node.get(key).value if node.has(key) else None
    return str(value).strip() if isinstance(value, str | int) else ""
