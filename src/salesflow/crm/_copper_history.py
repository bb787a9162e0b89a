"""Histories of Copper: activities, which tell changes of the stage, and webhooks, which tell the status too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from salesflow.crm._changes import Change, changed, homes_in
from salesflow.crm._copper_pages import items
from salesflow.crm._pages import read_moves
from salesflow.crm._payload import SECOND, BadField, Node, refused
from salesflow.crm._reading import Log, Note, no_move
from salesflow.template import StageTemplate
from salesflow.values import is_listing, is_mapping


def history(payload: Any, *, templates: Iterable[StageTemplate[Any]] = ()) -> Log:
    """Read what `POST /activities/search` gives, one answer or a list of them, or the bodies of webhooks.

    A webhook says no time: each body wants the one of its receipt, as `received_at`. Activities tell changes of the
    stage and none of the status. `templates` are those of `pipelines`: they tell which pipeline a stage lies in.
    Raises LoadError for a payload that is not what it claims to be.
    """
    try:
        nodes = items(payload)
        found = read_moves(nodes, lambda node: _webhook(node) if node.has("event") else _activity(node), _whose)
    except BadField as bad:
        raise refused("Copper", bad) from None
    return changed([*found, *_untold(found)], rows=len(nodes), homes=homes_in(templates))


def _whose(node: Node) -> Iterator[str]:
    told = node if node.has("event") else node.need("parent")
    if told.need("type").name() == "opportunity":
        yield from (each.name() for each in told.need("ids").each()) if told is node else [told.need("id").name()]


def _untold(found: Iterable[object]) -> Iterator[Note]:
    changes = [each for each in found if isinstance(each, Change)]
    if changes and not any(each.what == "status" for each in changes):
        text = "no change of the status is told: which opportunities were won or lost is not known"
        yield Note(code="outcome.untold", kind="assumed", text=text)


# -- activities ---------------------------------------------------------------------------------------------


def _activity(node: Node) -> Iterator[Change | Note]:
    kind, parent = node.need("type"), node.need("parent")
    name = f"{kind.need('category').name()} {kind.need('id').name()}"
    whose = parent.need("type").name()
    if name != _STAGE_CHANGED or whose != "opportunity":
        yield no_move(f"an activity of the type {name!r:.60}, of a {whose:.60},")
        return
    old = node.need("old_value")
    yield Change(
        deal=parent.need("id").name(),
        at=_time(node, "activity_date", "date_created"),
        what="stage",
        new=_stage(node.need("new_value")).name(),
        old=None if old.empty else _stage(old).name(),
        by=node.get("user_id").optional(),
        place=node.place,
    )


_STAGE_CHANGED = "system 3"


def _stage(node: Node) -> Node:
    return node.need("id") if is_mapping(node.value) else node


def _time(node: Node, *keys: str) -> datetime:
    told = [node.get(key) for key in keys if not node.get(key).empty]
    return (told[0] if told else node.need(keys[0])).moment(tick=SECOND)


# -- webhooks -----------------------------------------------------------------------------------------------


def _webhook(node: Node) -> Iterator[Change | Note]:
    whose, event = node.need("type").name(), node.get("event").name()
    if whose != "opportunity":
        yield no_move(f"an event of a {whose:.60}")
        return
    at = _time(node, "received_at", "timestamp")
    deals = [each.name() for each in node.need("ids").each()]
    if event in _EVENTS:
        new = at.isoformat() if event == "new" else ""
        yield from (Change(deal, at, _EVENTS[event], new, place=node.place) for deal in deals)
    elif event == "update":
        for name, pair in node.need("updated_attributes").entries():
            yield from _updated(name, pair, deals, at)
    else:
        node.get("event").bad("payload.value", f"an event is one of new, update, delete, not {event!r:.60}")


_EVENTS = {"new": "created", "delete": "deleted"}
_WHATS = {"pipeline_stage_id": "stage", "status": "status", "monetary_value": "amount"}


def _updated(name: str, pair: Node, deals: list[str], at: datetime) -> Iterator[Change | Note]:
    if name not in _WHATS:
        yield no_move(f"a change of the field {name!r:.60}")
        return
    if not is_listing(pair.value) or len(pair.value) != 2:
        pair.bad("payload.shape", "a list of the value before and the value after is wanted here")
    old, new = pair.each()
    what = _WHATS[name]
    for deal in deals:
        if what == "status":
            yield Change(deal, at, what, _status(new), None if old.empty else _status(old), place=pair.place)
        else:
            told = new.name() if what == "stage" else new.word()
            yield Change(deal, at, what, told, None if old.empty else old.word(), place=pair.place)


def _status(node: Node) -> str:
    status = node.name()
    if status not in STATUSES:
        node.bad("payload.value", f"a status is one of {', '.join(STATUSES)}, not {status!r:.60}")
    return STATUSES[status]


STATUSES = {"Open": "", "Won": "Won", "Lost": "Lost", "Abandoned": "Abandoned"}
"""The statuses of an opportunity, and the stage that each closes it in."""
