"""Opportunities of Copper: what they hold now, as opportunities that can be adopted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from salesflow.crm._copper_history import STATUSES
from salesflow.crm._copper_pages import items
from salesflow.crm._deals import free_fields, opportunity, price
from salesflow.crm._pages import once, read_all
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._reading import Note, Reading, gathered
from salesflow.records import Opportunity


def records(payload: Any, *, loss_reasons: Any = ()) -> Reading[Opportunity]:
    """Read what `POST /opportunities/search` gives, one answer or a list of them, as what can be adopted.

    `loss_reasons` is the answer to `GET /loss_reasons`, which names them. The free fields `stage`, `left` and
    `pipeline` say where each opportunity lies, for `adopt(record, stage=…, left=…)`. A closing date is written in the
    order of the account, month or day first: the dates of the payload must show which it is. Raises LoadError for a
    payload that is not what it claims to be.
    """
    try:
        found = [*once(items(payload))]
        reasons = {each.need("id").name(): each.need("name").name() for each in items(loss_reasons)}
        deals = [each for each in found if isinstance(each, Node)]
        order = _order(each.get("close_date").value for each in deals)
        made = read_all(deals, lambda deal: _record(deal, reasons, order))
    except BadField as bad:
        raise refused("Copper", bad) from None
    return gathered((*(each for each in found if isinstance(each, Note)), *made), rows=len(deals))


def _record(deal: Node, reasons: dict[str, str], order: str) -> Iterator[Opportunity | Note]:
    id, status, stage = deal.get("id").name(), deal.need("status").name(), deal.need("pipeline_stage_id").name()
    if status not in STATUSES:
        deal.get("status").bad("payload.value", f"a status is one of {', '.join(STATUSES)}, not {status!r:.60}")
    reason = deal.get("loss_reason_id").optional()
    if reason and status in {"Open", "Won"}:
        text = f"the opportunity {id!r} is {status}, and has a reason for its loss: the status counts"
        yield Note(code="record.contradiction", kind="odd", place=deal.place, text=text)
    amount, notes = price(deal.get("monetary_value"), deal.get("monetary_unit"))
    yield from notes
    due, notes = _day(deal.get("close_date"), order)
    yield from notes
    free = [*_free(deal.get("custom_fields"))]
    yield from (each for each in free if isinstance(each, Note))
    yield opportunity(
        deal,
        {
            "id": id,
            "name": deal.get("name").optional(),
            "owner": deal.get("assignee_id").optional(),
            **amount,
            "expected_close": due,
            "loss": {"reason": reasons.get(reason, reason)} if reason and STATUSES[status] not in {"", "Won"} else None,
            "fields": {
                **amount.get("fields", {}),
                **dict(each for each in free if not isinstance(each, Note)),
                "stage": STATUSES[status] or stage,
                "left": stage if STATUSES[status] else None,
                "pipeline": deal.get("pipeline_id").optional(),
            },
        },
    )


def _free(fields: Node) -> Iterator[tuple[str, Any] | Note]:
    told = {} if fields.empty else {each.need("custom_field_definition_id").name(): each for each in fields.each()}
    yield from free_fields(Node({id: each.get("value").value for id, each in told.items()}, fields.parts))


# -- days ---------------------------------------------------------------------------------------------------


def _order(values: Iterable[object]) -> str:
    """Tell in which order dates are written: `month`, `day` or, where they do not show it, nothing."""
    told = {
        order
        for value in values
        if isinstance(value, str)
        for order in ("month", "day")
        if _read(value, order) is None and _read(value, _OTHER[order]) is not None
    }
    return _OTHER[told.pop()] if len(told) == 1 else ""


_OTHER = {"month": "day", "day": "month"}


def _read(text: str, order: str) -> date | None:
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text.strip(), re.ASCII)
    if not found:
        return None
    first, second, year = (int(each) for each in found.groups())
    try:
        return date(year, first, second) if order == "month" else date(year, second, first)
    except ValueError:
        return None


def _day(node: Node, order: str) -> tuple[date | None, tuple[Note, ...]]:
    text = node.word()
    if not text:
        return None, ()
    day = _iso(text) or (_read(text, order) if order else _certain(text))
    if day:
        return day, ()
    said = f"the date {text!r:.40} may begin with its month or its day, or is none: left out"
    return None, (Note(code="date.unreadable", kind="dropped", place=node.place, text=said),)


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _certain(text: str) -> date | None:
    """Read a date that is the same day in both orders, or one in one of them alone."""
    days = {day for day in (_read(text, "month"), _read(text, "day")) if day}
    return days.pop() if len(days) == 1 else None
