"""Deals: what a system holds of one now, made an opportunity that can be adopted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from salesflow._invalid import problems_of
from salesflow.crm._payload import BadField, Node
from salesflow.crm._reading import Note
from salesflow.money import Money
from salesflow.records import Opportunity


def opportunity(node: Node, values: Mapping[str, Any]) -> Opportunity:
    """Return an opportunity of some values. Raises BadField for what it may not hold."""
    tree = {name: value for name, value in values.items() if value not in (None, "")}
    try:
        return Opportunity.model_validate(tree)
    except ValidationError as error:
        first, *_ = problems_of(error, tree)
        node.bad("payload.value", f"{first.path}: {first.text}")


def price(value: Node, currency: Node) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """Return the field `amount` of a deal; without a currency a free field, with a note. Raises BadField."""
    if value.empty:
        return {}, ()
    number = value.number()
    try:
        return {"amount": Money.of(number, currency.word())}, ()
    except ValueError as error:
        said = str(error) if currency.word() else "it has no currency"
        text = f"an amount is kept as a free field: {said}"
        note = Note(code="record.amount", kind="odd", place=value.place, text=text)
        return {"fields": {"amount": str(number)}}, (note,)


def free_fields(node: Node) -> Iterator[tuple[str, Any] | Note]:
    """Yield the free fields of a deal that hold one value each, and a note on each that holds several."""
    for name, each in node.entries():
        value = each.value
        if isinstance(value, str | bool | int | None):
            yield name, value
        else:
            try:
                yield name, str(each.number())
            except BadField:
                text = f"the field {name!r:.60} holds more than one value, or none that is a text or a number"
                yield Note(code="field.shape", kind="dropped", place=each.place, text=text)
