"""Odoo: the stages of its CRM, from the database or the module's own file, and the tracked changes of leads.

- Won is a flag of a stage. Lost is none: a lost lead is archived and keeps its stage, so the stage `lost` is added.
- From the database stages have their numbers as ids, and are known by their names too; from the file their names.
- A change belongs to a message, and the message to a lead. Times are in UTC, without a zone.
- A reference is a pair of number and name, and what is empty is false.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any, Literal, NoReturn

from salesflow.crm._changes import Change, Homes, changed
from salesflow.crm._deals import opportunity, price
from salesflow.crm._elements import Element, elements
from salesflow.crm._pages import once, pages, read_each, read_moves
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._pipeline import Pipeline, StageRow, templates
from salesflow.crm._reading import Log, Note, Reading, gathered
from salesflow.records import Opportunity
from salesflow.template import StageTemplate
from salesflow.values import is_listing, is_mapping

__all__ = ["history", "pipelines", "records"]


def pipelines(payload: Any, *, version: str = "1") -> Reading[StageTemplate[Any]]:
    """Read rows of `crm.stage` (`search_read`), or the text of `crm_stage_data.xml`.

    There is one template, `odoo`; where stages belong to teams there is one for each team, its number the id, and
    `odoo` is for leads without one. Raises LoadError for a payload that is not what it claims to be.
    """
    try:
        found = [*_listed(payload)]
    except BadField as bad:
        raise refused("Odoo", bad) from None
    rows = [each for each in found if not isinstance(each, Note)]
    notes = [each for each in found if isinstance(each, Note)]
    return gathered((*notes, *templates(_by_team(rows), version=version)), rows=len(rows))


_Stage = tuple[StageRow, tuple[str, ...]]
"""A stage, and the teams that it belongs to; none where it belongs to all."""


def _listed(payload: Any) -> Iterator[_Stage | Note]:
    if isinstance(payload, str | bytes):
        yield from (_from_file(each, place) for place, each in enumerate(_records(payload)))
        return
    stages = [*once(_rows(payload))]
    names = [each.need("name").name() for each in stages if isinstance(each, Node)]
    for place, each in enumerate(stages):
        yield each if isinstance(each, Note) else _from_database(each, place, names)


def _rows(payload: Any) -> list[Node]:
    """Return rows, also those of an answer in JSON-RPC, or of several. Raises BadField."""
    found: list[Node] = []
    for page in pages(payload):
        inside = next((page.get(key) for key in ("result", "records") if page.has(key)), page)
        inside = inside.get("records") if inside.has("records") else inside
        found += inside.each() if is_listing(inside.value) else [inside]
    return found


def _from_database(node: Node, place: int, names: list[str]) -> _Stage:
    id, name = node.need("id").name(), node.need("name").name()
    teams = _filled(node, "team_ids")
    told = teams if not teams.empty else _filled(node, "team_id")
    several = [Node(told.value)] if is_listing(told.value) and _pair(told.value) else None
    row = _stage(id, name, place, {key: _filled(node, key) for key in ("sequence", "is_won")}, node.place)
    known = (name,) if names.count(name) == 1 and name not in {id, "lost"} else ()
    members = several or ([] if told.empty else [*told.each()])
    return row._replace(aliases=known), tuple(_reference(each)[0] for each in members)


def _stage(id: str, label: str, place: int, told: Mapping[str, Node], where: str) -> StageRow:
    order = told["sequence"]
    return StageRow(
        id=id,
        label=label,
        order=place if order.empty else order.number(),
        outcome="won" if told["is_won"].flag() else None,
        place=where,
    )


def _filled(node: Node, key: str) -> Node:
    """Return a field; Odoo writes false, or an empty list, where it is empty."""
    found = node.get(key)
    return Node(None, found.parts) if found.value is False or found.value == [] else found


def _pair(value: Any) -> bool:
    return len(value) == 2 and isinstance(value[1], str)


def _reference(node: Node) -> tuple[str, str]:
    """Read a reference, a pair or a number alone, as number and name. Raises BadField."""
    if is_listing(node.value):
        parts = [*node.each()]
        return (parts[0] if parts else node).name(), parts[1].optional() if len(parts) > 1 else ""
    return node.name(), ""


def _by_team(stages: list[_Stage]) -> Iterator[Pipeline]:
    teams = dict.fromkeys(team for _, several in stages for team in several)
    lost = (StageRow("lost", "Lost", 0, outcome="lost"),)
    everywhere = tuple(row for row, several in stages if not several)
    if everywhere or not teams:
        yield Pipeline("odoo", "Odoo CRM: Pipeline", everywhere, closing=lost)
    for team in teams:
        own = tuple(row for row, several in stages if not several or team in several)
        yield Pipeline(team, f"Odoo CRM: team {team}", own, closing=lost, place=own[0].place)


# -- the file of the module ---------------------------------------------------------------------------------


def _records(text: str | bytes) -> list[Element]:
    found = [*elements(text, of=("record",), root=("odoo", "openerp"))]
    stages = [each for each in found if each.attributes.get("model") == "crm.stage"]
    if not stages:
        Node(None, ("odoo",)).bad("payload.missing", "there is no record of the model crm.stage")
    return stages


def _from_file(record: Element, place: int) -> _Stage:
    where = f"line {record.line}"
    told = {each.attributes.get("name", ""): _value(each, where) for each in record.children if each.name == "field"}
    fields = {key: told.get(key, Node(None, (where,))) for key in ("name", "sequence", "is_won")}
    name, own = fields["name"].name(), record.attributes.get("id", "").strip()
    row = _stage(name, name, place, fields, where)
    return row._replace(aliases=(own,) if own not in {"", name} else ()), ()


def _value(element: Element, where: str) -> Node:
    plain = element.attributes.get("eval", element.text).strip().strip("'\"")
    return Node(plain, (where, element.attributes.get("name", "")))


# -- history ------------------------------------------------------------------------------------------------


def history(
    payload: Any,
    *,
    messages: Any,
    leads: Any = (),
    fields: Any = (),
    stages: Any = (),
    ids: Literal["number", "name"] = "number",
) -> Log:
    """Read rows of `mail.tracking.value`; `messages` are those of `mail.message`, which tell the lead.

    `leads` are rows of `crm.lead`, which tell when each was created and its team; `fields` of `ir.model.fields`, needed
    where their labels are not English; `stages` of `crm.stage`, where some belong to teams. `ids` says whether stages
    are told by their numbers, or by their names as the module's file has them. Raises LoadError for a payload that is
    not what it claims to be.
    """
    try:
        told = _Told(_of_lead(messages), _fields(fields), {node.need("id").name(): node for node in _rows_or(leads)})
        found = [*once(_rows(payload))]
        kept = [each for each in found if isinstance(each, Node)]
        if kept and not told.lead_of:
            _alone(kept[0].need("mail_message_id"))
        read = [
            each
            for each in read_moves(kept, lambda node: [_change(node, told, ids)], lambda node: _whose(node, told))
            if each is not None
        ]
        created = read_each(told.leads.values(), _creation)
        by_team = any(not _filled(each, "team_ids").empty for each in _rows_or(stages))
        teams = {id: _team(node) for id, node in told.leads.items()} if by_team else {}
    except BadField as bad:
        raise refused("Odoo", bad) from None
    notes = [each for each in found if isinstance(each, Note)]
    return _placed(changed([*notes, *_zone(read), *read, *created], rows=len(found), homes=Homes(only="odoo")), teams)


def _alone(message: Node) -> NoReturn:
    text = "a change names its message alone: rows of mail.message are wanted beside it, which tell the lead"
    message.bad("payload.alone", text)


class _Told:
    """What is told beside the changes."""

    def __init__(self, lead_of: Mapping[str, str], fields: Mapping[str, str], leads: Mapping[str, Node]) -> None:
        self.lead_of, self.fields, self.leads = lead_of, fields, leads


def _rows_or(payload: Any) -> list[Node]:
    return _rows(payload) if is_mapping(payload) or payload else []


def _of_lead(messages: Any) -> dict[str, str]:
    """Return the lead of each message that is about one."""
    return {
        node.need("id").name(): node.need("res_id").name()
        for node in _rows_or(messages)
        if node.get("model").optional() in {"", "crm.lead"}
    }


def _fields(fields: Any) -> dict[str, str]:
    return {node.need("id").name(): node.need("name").name() for node in _rows_or(fields)}


_LABELS = {"stage": "stage_id", "active": "active"}


def _whose(node: Node, told: _Told) -> Iterator[str]:
    message, _ = _reference(node.need("mail_message_id"))
    if message in told.lead_of:
        yield told.lead_of[message]


def _change(node: Node, told: _Told, ids: str) -> Change | Note | None:
    number, label = _reference(node.get("field_id") if node.has("field_id") else node.need("field"))
    name = told.fields.get(number) or _LABELS.get(label.partition(" (")[0].strip().casefold(), number)
    message, _ = _reference(node.need("mail_message_id"))
    if name not in {"stage_id", "active"}:
        text = "a change of another field than the stage or whether the lead is active"
        return Note(code="row.other", kind="dropped", text=text)
    if message not in told.lead_of:
        text = f"the message {message!r} is not among those of leads"
        return Note(code="deal.untold", kind="dropped", place=node.place, text=text)
    old, new = (_staged(node, side, ids) if name == "stage_id" else _closed(node, side) for side in ("old", "new"))
    by = _filled(node, "create_uid")
    return Change(
        deal=told.lead_of[message],
        at=node.need("create_date").moment(UTC),
        what="stage" if name == "stage_id" else "status",
        new=new,
        old=old,
        by="" if by.empty else _reference(by)[0],
        place=node.place,
    )


def _staged(node: Node, side: str, ids: str) -> str:
    told = _filled(node, f"{side}_value_{'integer' if ids == 'number' else 'char'}")
    # what is empty may be written as 0, too
    return "" if told.empty or told.value in (0, "0") else told.name()


def _closed(node: Node, side: str) -> str:
    return "" if _filled(node, f"{side}_value_integer").flag() else "lost"


def _creation(lead: Node) -> Change | Note:
    at = lead.need("create_date").moment(UTC)
    return Change(lead.need("id").name(), at, "created", at.isoformat(), place=lead.place)


def _team(lead: Node) -> str:
    told = _filled(lead, "team_id")
    return "odoo" if told.empty else _reference(told)[0]


def _zone(read: list[Any]) -> Iterator[Note]:
    if any(isinstance(each, Change) for each in read):
        yield Note(code="time.zone", kind="assumed", text="times without a zone are read in UTC, as Odoo writes them")


def _placed(log: Log, teams: Mapping[str, str]) -> Log:
    rows = tuple({**row, "pipeline": teams.get(str(row["deal"]), row.get("pipeline", ""))} for row in log.rows)
    return Log(rows, log.columns, log.report)


# -- records ------------------------------------------------------------------------------------------------


def records(payload: Any, *, currency: str = "") -> Reading[Opportunity]:
    """Read rows of `crm.lead`: `template.adopt(deal, stage=deal.fields["stage"], …)`.

    A lost lead has the stage `lost`, and the one that it keeps as `left`. `currency` is that of the company, for rows
    without `company_currency`. Raises LoadError for a payload that is not what it claims to be.
    """
    try:
        found = [*once(_rows(payload))]
        kept = [each for each in found if isinstance(each, Node)]
        read = read_each(kept, lambda node: [*_deal(node, currency)])
    except BadField as bad:
        raise refused("Odoo", bad) from None
    notes = [each for each in found if isinstance(each, Note)]
    flat = [part for each in read for part in ([each] if isinstance(each, Note) else each)]
    return gathered([*notes, *flat], rows=len(found))


def _deal(node: Node, currency: str) -> Iterator[Opportunity | Note]:
    own, owner, close = (_filled(node, key) for key in ("company_currency", "user_id", "date_deadline"))
    code = currency if own.empty else _reference(own)[1]
    amount, notes = price(_filled(node, "expected_revenue"), Node(code, own.parts))
    yield from notes
    stage, reason = _reference(node.need("stage_id"))[0], _filled(node, "lost_reason_id")
    lost = (node.has("active") and not node.get("active").flag()) or node.get("won_status").value == "lost"
    values = {
        "id": node.need("id").name(),
        "name": _filled(node, "name").optional(),
        "owner": None if owner.empty else _reference(owner)[0],
        **amount,
        "expected_close": None if close.empty else close.moment(UTC).date(),
        "loss": None if reason.empty else {"reason": _reference(reason)[1] or _reference(reason)[0]},
        "fields": {**({"stage": "lost", "left": stage} if lost else {"stage": stage}), **amount.get("fields", {})},
    }
    yield opportunity(node, values)
