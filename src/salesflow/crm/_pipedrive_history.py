"""Histories of Pipedrive: the flow of a deal, its changelog, and rows of changes that others exported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from salesflow._cells import zone_of
from salesflow.crm._changes import Change, changed, homes_in
from salesflow.crm._pages import by_deal, last_missing, read_moves
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._pipedrive_fields import FIELDS
from salesflow.crm._pipedrive_pages import answers, items, more
from salesflow.crm._reading import Hole, Log, Note, no_move
from salesflow.crm._zones import told_time
from salesflow.template import StageTemplate
from salesflow.values import is_listing, is_mapping


def history(payload: Any, *, templates: Iterable[StageTemplate[Any]] = (), zone: str | tzinfo | None = None) -> Log:
    """Read the changes of deals, from one of three sources.

    - `GET /deals/{id}/flow`: an answer, or a list of answers of any deals;
    - `GET /deals/{id}/changelog`, which does not say whose it is: `{id of the deal: its answer, or a list of them}`;
    - rows with `deal_id`, `change_time`, `changed_field_key` and `new_value`.

    `templates` are those of `pipelines`: they tell which pipeline a stage lies in. Times without a zone are read in
    `zone`, by default UTC, as the API gives them. Raises LoadError for a payload that is not what it claims to be, and
    ValueError for an unknown zone.
    """
    reading = zone_of(zone)
    try:
        keyed = _keyed(payload)
        pages = [*_pages(payload, keyed=keyed)]
        notes = [*_unfinished(pages, keyed=keyed)]
        nodes = [node for _, page in pages for node in items(page)]
        found = read_moves(
            nodes, lambda node: _read(node, _form(node, keyed=keyed), reading), partial(_whose, keyed=keyed)
        )
    except BadField as bad:
        raise refused("Pipedrive", bad) from None
    return changed([*notes, *_outcomes(found)], rows=len(nodes), homes=homes_in(templates))


def _keyed(payload: Any) -> bool:
    """Tell whether a payload holds answers by the ids of deals: it is no answer, and no row."""
    if not is_mapping(payload) or not payload:
        return False
    return all(str(id).isdecimal() and (is_mapping(each) or is_listing(each)) for id, each in payload.items())


def _pages(payload: Any, *, keyed: bool) -> Iterator[tuple[str, Node]]:
    """Yield the answers, each with the deal that it is known to be of. Raises BadField."""
    for deal, told in Node(payload).entries() if keyed else [("", Node(payload))]:
        for page in answers(told.value):
            yield deal, Node(page.value, (*told.parts, *page.parts))


def _unfinished(pages: list[tuple[str, Node]], *, keyed: bool) -> Iterator[Note]:
    of_deals: dict[str, list[Node]] = {}
    for deal, page in pages:
        of_deals.setdefault(deal, []).append(page)
    for several in of_deals.values() if keyed else by_deal(of_deals.get("", ()), _changes_first, _named):
        yield from last_missing(several, more)


def _changes_first(page: Node) -> list[Node]:
    # what else is in a flow may be linked to another deal
    return sorted(items(page), key=lambda entry: not entry.has("object") or entry.value["object"] != "dealChange")


def _named(entry: Node) -> Iterator[str]:
    change = entry.get("object").value == "dealChange"
    inside = entry.need("data") if entry.has("object") else entry
    yield inside.need(_FLOW.deal if change else _TABLE.deal).name()


# -- rows ---------------------------------------------------------------------------------------------------


class _Form(NamedTuple):
    """What a source calls the parts of a change."""

    field: str
    deal: str
    at: str
    by: str


_FLOW = _Form("field_key", "item_id", "log_time", "user_id")
_CHANGELOG = _Form("field_key", "deal_id", "time", "actor_user_id")
_TABLE = _Form("changed_field_key", "deal_id", "change_time", "user_id")


def _form(node: Node, *, keyed: bool) -> _Form:
    """Return what the parts of a row are called. Raises BadField."""
    if node.has("object"):
        return _FLOW
    if node.has(_TABLE.field):
        return _TABLE
    node.need(_CHANGELOG.field)
    if not keyed:
        node.bad("payload.deal", "a changelog does not say whose it is: give {id of the deal: its changelog}")
    return _CHANGELOG


def _whose(entry: Node, *, keyed: bool) -> Iterator[str]:
    form = _form(entry, keyed=keyed)
    if form is not _FLOW or entry.get("object").optional() == "dealChange":
        yield _deal_of(entry, entry.need("data") if form is _FLOW else entry, form)


def _deal_of(entry: Node, node: Node, form: _Form) -> str:
    return str(entry.parts[0]) if form is _CHANGELOG else node.need(form.deal).name()


def _read(entry: Node, form: _Form, zone: tzinfo | None) -> Iterator[Change | Note]:
    kind = entry.get("object").optional()
    if form is _FLOW and kind != "dealChange":
        yield no_move(f"an entry of the kind {kind!r:.60}")
        return
    node = entry.need("data") if form is _FLOW else entry
    field = node.need(form.field).name()
    if field not in _WHATS:
        yield no_move(f"a change of the field {field!r:.60}")
        return
    at, notes = told_time(node.need(form.at), zone)
    yield from notes
    change = Change(
        deal=_deal_of(entry, node, form),
        at=at,
        what=_WHATS[field],
        new=node.need("new_value").word(),
        old=node.get("old_value").word() if node.has("old_value") else None,
        by=node.get(form.by).optional(),
        place=entry.place,
    )
    yield _as_read(change, node)


_WHATS: Mapping[str, str] = MappingProxyType(
    {
        "add_time": "created",
        "stage_id": "stage",
        "status": "status",
        **{key: FIELDS[key] for key in ("value", "expected_close_date", "lost_reason")},
    }
)


def _as_read(change: Change, node: Node) -> Change:
    """Return the change with its values checked, and told as a log tells them. Raises BadField."""
    if change.what == "created":
        return change._replace(new=change.new or change.at.isoformat(), old=None)
    if change.what == "stage":
        node.get("new_value").name()
    if change.what != "status":
        return change
    if change.new not in _STATUSES:
        node.get("new_value").bad("payload.value", f"a status is one of {', '.join(_STATUSES)}, not {change.new!r:.60}")
    if change.new == "deleted":
        return change._replace(what="deleted", old=None)
    old = None if change.old is None else _STATUSES.get(change.old, "")
    return change._replace(new=_STATUSES[change.new], old=old)


_STATUSES: Mapping[str, str] = MappingProxyType({"open": "", "won": "won", "lost": "lost", "deleted": ""})


# -- outcomes -----------------------------------------------------------------------------------------------


def _outcomes(found: list[Change | Note | Hole]) -> Iterator[Change | Note | Hole]:
    """Take the reasons of losses for the losses, where no change of the status is told at all."""
    if any(isinstance(each, Change) and each.what == "status" for each in found):
        yield from found
        return
    for each in found:
        if isinstance(each, Change) and each.what == "loss.reason" and each.new:
            text = "no change of the status is told: a deal that is given a reason for its loss is taken as lost"
            yield Note(code="outcome.reason", kind="assumed", text=text)
            yield each._replace(what="stage", new="lost", old=None, cells={"loss.reason": each.new})
        else:
            yield each
