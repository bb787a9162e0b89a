"""Frappe CRM: the statuses of deals and leads, and documents with the log of their statuses.

- The type of a status tells its outcome: Open, Ongoing, On Hold, Won, Lost.
- A row of the log says since when the document had a status, and once it was left, where it went; the last row is open.
- The user of a row is who wrote it last: whoever left the status, and on the open row whoever came to it.
- Of a document that is older than its log, the system makes up the first row, a minute before the first change.
- Times are those of the server, without a zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, Literal, NamedTuple

from salesflow._cells import zone_of
from salesflow._trees import path_of
from salesflow.crm._deals import opportunity, price
from salesflow.crm._pages import once, pages, read_all, read_moves
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._pipeline import Pipeline, StageRow, templates
from salesflow.crm._reading import Hole, Log, Note, Reading, Row, gathered, logged
from salesflow.crm._zones import told_time
from salesflow.records import Lead, Opportunity
from salesflow.stage import Outcome
from salesflow.template import StageTemplate

__all__ = ["history", "lead_pipelines", "pipelines", "records"]


def pipelines(payload: Any, *, version: str = "1") -> Reading[StageTemplate[Any]]:
    """Read the documents `CRM Deal Status`: rows, an answer of the API that lists them, or an object by name.

    Documents `CRM Lead Status` among them are a template of leads. Raises LoadError for a payload that is not what it
    claims to be.
    """
    try:
        parted = [_parted(rows) for rows in _together(payload)]
        deals = [_stage(_name(*each, "deal_status"), each[1]) for part in parted for each in part.deals]
        leads = [_stage(_name(*each, "lead_status"), each[1]) for part in parted for each in part.leads]
    except BadField as bad:
        raise refused("Frappe CRM", bad) from None
    notes = [note for part in parted for note in part.notes]
    of_deals = templates([_of_deals(deals)] if deals or not leads else [], version=version)
    of_leads = templates([_of_leads(leads)] if leads else [], version=version, record=Lead)
    rows = [*deals, *leads]
    return gathered((*notes, *_unplaced(rows), *of_deals, *of_leads), rows=len(rows))


def lead_pipelines(payload: Any, *, version: str = "1") -> Reading[StageTemplate[Any]]:
    """Read the documents `CRM Lead Status`, as `pipelines` does those of deals. Raises LoadError as it does."""
    try:
        rows = [
            _stage(_name(name, node, "lead_status"), node) for several in _together(payload) for name, node in several
        ]
    except BadField as bad:
        raise refused("Frappe CRM", bad) from None
    made = templates([_of_leads(rows)], version=version, record=Lead)
    return gathered((*_unplaced(rows), *made), rows=len(rows))


def _of_deals(rows: list[StageRow]) -> Pipeline:
    return Pipeline("frappe", "Frappe CRM: deals", tuple(rows))


def _of_leads(rows: list[StageRow]) -> Pipeline:
    return Pipeline("frappe-lead", "Frappe CRM: leads", tuple(rows))


def _unplaced(rows: list[StageRow]) -> Iterator[Note]:
    for row in rows:
        if row.order == _LAST:
            text = f"{row.id!r} has no position: it stands last"
            yield Note(code="stage.order", kind="odd", place=row.place, text=text)


_Named = tuple[str, Node]
"""A status, with the name under which it stands; empty where it stands in a list."""


def _together(payload: Any) -> list[list[_Named]]:
    """Return the statuses that stand together: those of an answer, of an object by name, and all bare rows."""
    bare: list[_Named] = []
    found: list[list[_Named]] = []
    for page in pages(payload):
        rows = [each for node in _inside(page) for each in _by_name(node)]
        if [node for _, node in rows] == [page]:
            bare += rows
        else:
            found.append(rows)
    return [*found, bare]


def _by_name(node: Node) -> list[_Named]:
    rows = [*node.entries()]
    return rows if rows and all(isinstance(each.value, dict) for _, each in rows) else [("", node)]


def _name(name: str, node: Node, key: str) -> str:
    return name or (node.need("name") if node.get(key).empty else node.get(key)).name()


def _documents(payload: Any) -> list[Node]:
    """Return the documents of answers, of lists, or the one that there is. Raises BadField."""
    return [node for page in pages(payload) for node in _inside(page)]


def _inside(page: Node) -> list[Node]:
    inside = next((page.get(key) for key in ("data", "message") if page.has(key)), page)
    return [*inside.each()] if isinstance(inside.value, list) else [inside]


# -- deals and leads ----------------------------------------------------------------------------------------


class _Parted(NamedTuple):
    """Statuses of deals and those of leads, and what is assumed of them."""

    deals: list[_Named]
    leads: list[_Named]
    notes: list[Note]


def _parted(rows: list[_Named]) -> _Parted:
    """Tell statuses of deals from those of leads: what does not say it is taken for what stands beside it."""
    told = [(each, _whose_status(each[1])) for each in rows]
    deals, leads = ([each for each, whose in told if whose == kind] for kind in ("deals", "leads"))
    untold = [each for each, whose in told if not whose]
    if deals or not untold:
        return _Parted([each for each, whose in told if whose != "leads"], leads, [])
    if leads:
        return _Parted([], rows, [])
    if all(_name(*each, "lead_status") in _MADE for each in untold):
        return _Parted([], untold, [_assumed(untold, "taken for those of leads by their names")])
    return _Parted(untold, [], [_assumed(untold, "taken for those of deals")])


def _assumed(rows: list[_Named], why: str) -> Note:
    text = f"nothing tells whether these are statuses of deals or of leads: {why}"
    return Note(code="pipeline.assumed", kind="assumed", place=path_of(rows[0][1].parts[:-1]), text=text)


_MADE = frozenset({"New", "Contacted", "Nurture", "Qualified", "Converted", "Unqualified", "Junk"})
"""The statuses of leads that Frappe CRM itself makes."""


def _whose_status(node: Node) -> Literal["deals", "leads", ""]:
    """Tell whose status a document is; only one of deals has a chance to win."""
    kind = node.get("doctype").value
    if kind == "CRM Lead Status" or not node.get("lead_status").empty:
        return "leads"
    of_deals = kind == "CRM Deal Status" or any(not node.get(key).empty for key in ("deal_status", "probability"))
    return "deals" if of_deals else ""


# -- a status -----------------------------------------------------------------------------------------------

_LAST = 10**6


def _stage(name: str, node: Node) -> StageRow:
    position, chance = node.get("position"), node.get("probability")
    kind = node.need("type").name()
    if kind not in _KINDS:
        node.get("type").bad("payload.value", f"the type of a status is one of {', '.join(_KINDS)}, not {kind!r:.60}")
    return StageRow(
        id=name,
        label=name,
        order=_LAST if position.empty else position.number(),
        outcome=_KINDS[kind],
        probability=None if chance.empty else chance.number(),
        hold=kind == "On Hold",
        place=node.place,
    )


_KINDS: dict[str, Outcome | None] = {"Open": None, "Ongoing": None, "On Hold": None, "Won": "won", "Lost": "lost"}


# -- history ------------------------------------------------------------------------------------------------


def history(payload: Any, *, zone: str | tzinfo | None = None) -> Log:
    """Read documents with their `status_change_log`: one, an answer, or a list of them.

    `zone` is that of the server; UTC is assumed where none is given. Raises ValueError for an unknown zone, and
    LoadError for a payload that is not what it claims to be.
    """
    local = zone_of(zone)
    try:
        named = list(once(_documents(payload), "name"))
        spans = read_moves([each for each in named if isinstance(each, Node)], lambda node: _spans(node, local), _whose)
    except BadField as bad:
        raise refused("Frappe CRM", bad) from None
    notes = [each for each in named if isinstance(each, Note)]
    number = sum(each.kind == "dropped" if isinstance(each, Note) else not isinstance(each, Hole) for each in spans)
    return logged([*notes, *spans], rows=number, told=["source", "by"])


@dataclass(frozen=True, slots=True)
class _Span:
    """A row of the log: a document had a status."""

    status: str
    since: datetime
    to: str
    until: datetime | None
    by: str
    place: str
    number: int


def _whose(node: Node) -> Iterator[Hole]:
    yield Hole(node.need("name").name(), "frappe")


def _spans(node: Node, zone: tzinfo | None) -> Iterator[Row | Note | Hole]:
    deal, read = node.need("name").name(), list[_Span]()
    for place, each in enumerate(node.need("status_change_log").each()):
        try:
            span, notes = _span(each, place, zone)
        except BadField as bad:
            yield from (bad.note(), Hole(deal, "frappe"))
        else:
            yield from notes
            read.append(span)
    read.sort(key=lambda span: (span.number, span.since))
    if not read:
        text = f"{deal!r} has no history of its status"
        yield Note(code="history.empty", kind="odd", place=node.place, text=text)
    for before, span in zip([None, *read], read, strict=False):
        yield from _gap(deal, before, span)
        yield _row(deal, span.status, span.since, before)
    yield from _ended(deal, read[-1:])
    yield from _oddities(node, read, zone)


def _span(node: Node, place: int, zone: tzinfo | None) -> tuple[_Span, tuple[Note, ...]]:
    since, notes = told_time(node.need("from_date"), zone)
    until = node.get("to_date")
    left, more = (None, ()) if until.empty else told_time(until, zone)
    number = node.get("idx")
    span = _Span(
        status=node.need("from").name(),
        since=since,
        to=node.get("to").optional(),
        until=left,
        by=node.get("log_owner").optional(),
        place=node.place,
        number=place if number.empty else int(number.number()),
    )
    return span, (*notes, *more)


def _row(deal: str, stage: str, at: datetime, before: _Span | None) -> Row:
    source, by = (before.status, before.by) if before else ("", "")
    return {"deal": deal, "stage": stage, "at": at, "source": source, "by": by, "pipeline": "frappe"}


def _gap(deal: str, before: _Span | None, span: _Span) -> Iterator[Note]:
    if before is not None and before.to != span.status:
        text = f"{deal!r} left {before.status!r} for {before.to!r}, and the next row begins in {span.status!r}"
        yield Note(code="history.gap", kind="odd", place=span.place, text=text)


def _ended(deal: str, last: list[_Span]) -> Iterator[Row | Note]:
    """Yield the stage that a last row leads to, which has no open row of its own."""
    for span in last:
        if span.to and span.until:
            text = f"{deal!r} has no open row: where its last one leads counts"
            yield Note(code="history.open", kind="assumed", place=span.place, text=text)
            yield _row(deal, span.to, span.until, span)


def _oddities(node: Node, read: list[_Span], zone: tzinfo | None) -> Iterator[Note]:
    deal, now = node.get("name").name(), node.get("status").optional()
    for span in read[:1]:
        if span.until == span.since + timedelta(minutes=1) or _older(node.get("creation"), span.since, zone):
            text = f"the first row of {deal!r} is made up: since when it was in {span.status!r} is not told"
            yield Note(code="history.invented", kind="odd", place=span.place, text=text)
    for span in read[-1:]:
        if now and now != (span.to or span.status):
            text = f"{deal!r} is in {now!r} now, and its log ends in {span.to or span.status!r}"
            yield Note(code="history.gap", kind="odd", place=node.place, text=text)


def _older(created: Node, first: datetime, zone: tzinfo | None) -> bool:
    try:
        return first - told_time(created, zone)[0] > timedelta(minutes=1)
    except BadField:
        return False


# -- records ------------------------------------------------------------------------------------------------


def records(payload: Any, *, currency: str = "") -> Reading[Opportunity]:
    """Read documents `CRM Deal`: `template.adopt(deal, stage=deal.fields["status"], …)`.

    `currency` is that of the site, for deals that tell none. Raises LoadError for a payload that is not what it claims
    to be.
    """
    try:
        named = list(once(_documents(payload), "name"))
        found = read_all([each for each in named if isinstance(each, Node)], lambda node: _deal(node, currency))
    except BadField as bad:
        raise refused("Frappe CRM", bad) from None
    notes = [each for each in named if isinstance(each, Note)]
    return gathered([*notes, *found], rows=len(named))


def _deal(node: Node, currency: str) -> Iterator[Opportunity | Note]:
    told, close, reason = node.get("currency"), node.get("expected_closure_date"), node.get("lost_reason").optional()
    amount, notes = price(node.get("deal_value"), Node(currency, told.parts) if told.empty else told)
    yield from notes
    values = {
        "id": node.need("name").name(),
        "name": node.get("organization").optional(),
        "owner": node.get("deal_owner").optional(),
        **amount,
        "expected_close": None if close.empty else _day(close),
        "loss": {"reason": reason, "account": node.get("lost_notes").optional()} if reason else None,
        "fields": {"status": node.need("status").name(), **amount.get("fields", {})},
    }
    yield opportunity(node, values)


def _day(node: Node) -> Any:
    return node.moment(_UTC).date()


_UTC = zone_of("UTC")
