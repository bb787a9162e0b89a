"""Deals of HubSpot as opportunities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from salesflow.crm._payload import MILLISECOND, Node
from salesflow.crm._reading import Note
from salesflow.records import Opportunity


def as_opportunity(deal: Node, *, currency: str) -> list[Opportunity | Note]:
    """Return a deal and the notes on it. Raises BadField."""
    told = deal.need("properties")
    own = (told.get("deal_currency_code").optional() or currency).upper()
    close, amount = told.get("closedate"), told.get("amount")
    notes: list[Opportunity | Note] = []
    fields: dict[str, Any] = {}
    if not close.empty:
        fields["expected_close"] = close.moment(tick=MILLISECOND).date()
        notes.append(Note(code="time.day", kind="assumed", text="of closedate the day in UTC is kept"))
    if not amount.empty and own:
        fields["amount"] = {"amount": amount.number(), "currency": own}
    elif not amount.empty:
        text = f"the amount of {deal.get('id').name()!r} has no currency: it stays a free field"
        notes.append(Note(code="record.amount", kind="odd", place=amount.place, text=text))
    taken = {"dealname", "hubspot_owner_id", *(("closedate",) if "expected_close" in fields else ())}
    taken |= {"amount", "deal_currency_code"} if "amount" in fields else set()
    return [*notes, _made(deal, {**fields, "fields": _free(told.value, taken)})]


def _free(told: Mapping[str, Any], taken: set[str]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in taken and value not in (None, "")}


def _made(deal: Node, fields: dict[str, Any]) -> Opportunity:
    told = deal.get("properties")
    owner = told.get("hubspot_owner_id").optional() or None
    tree = {"id": deal.get("id").name(), "name": told.get("dealname").optional(), "owner": owner, **fields}
    try:
        return Opportunity.model_validate(tree)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        deal.bad("payload.value", f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
