"""Beginnings: records that have not started, of any class, its own validators included."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain, repeat
from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError

from salesflow import Customer, Lead, Opportunity
from salesflow.records import Record
from salesflow.testing._by_type import of_field
from salesflow.testing._model_updates import NOWHERE

Draw = Callable[[st.SearchStrategy[Any]], Any]
_KINDS: dict[str, type[Record]] = {"lead": Lead, "opportunity": Opportunity, "customer": Customer}
_TRIES = 8
"""How often a class is asked to accept what is drawn, barer and fuller by turns."""


class Unfillable(Exception):
    """No record was found that meets what is asked; says what."""


def begun(cls: type[Record], facts: Mapping[str, Any], more: Mapping[str, Any], draw: Draw) -> Record:
    """Make a record that has these facts, and what its class must have beside; where that is not enough, more.

    Raises Unfillable.
    """
    id = draw(st.sampled_from(["D-1", "Ж/7"]))
    needed = {name: field for name, field in cls.model_fields.items() if field.is_required() and name != "id"}
    own = {name: field for name, field in cls.model_fields.items() if name not in _KINDS[cls.kind].model_fields}
    refused = ""
    for fields, added in chain(repeat((needed, {}), 2), [(needed, more)], repeat((own, more), _TRIES)):
        drawn = {name: draw(of_field(field)) for name, field in fields.items() if name not in facts}
        try:
            return cls.model_validate({**added, **drawn, **facts, "id": id}, by_alias=True, by_name=True)
        except ValidationError as error:
            refused = str(error.errors(include_url=False, include_input=False)[0]["msg"])
    raise Unfillable(f"no {cls.__name__} was found that its class accepts ({refused}): give some with begun=…")


def bare(record: Record) -> Record:
    """Return a record as it was before anything was known of it; where its class refuses that, before it started."""
    needed = {name: getattr(record, name) for name, field in type(record).model_fields.items() if field.is_required()}
    try:
        return type(record).model_validate(needed, by_alias=True, by_name=True)
    except ValidationError:
        return unplaced(record)


def unplaced(record: Record) -> Record:
    """Return a record with its facts, before it started."""
    return record.model_copy(update=NOWHERE)
