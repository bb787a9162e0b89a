"""A host's own part: a record class with fields and a validator of its own, and rules in Python."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import model_validator

from salesflow import Actor, Opportunity, rule
from salesflow.rules import PythonRule


class Deal(Opportunity):
    """A deal as a host has it. Nobody sells more than 500 seats without an owner."""

    seats: int = 0
    tags: tuple[str, ...] = ()
    """The host's own collection, which it may cut as it likes."""

    @model_validator(mode="after")
    def _large_deals_are_owned(self) -> Deal:
        if self.seats > 500 and self.owner is None:
            raise ValueError("more than 500 seats need an owner")
        return self


@rule(reads=("fields.score",), text="the credit check is not passed")
def credit_check(record: Any, *, at: datetime, by: Actor | None) -> bool | None:
    """Tell from the score; without one it cannot tell."""
    score = record.fields.get("score")
    return None if score is None else bool(score >= 50)


@rule()
def own_deals_only(record: Any, *, at: datetime, by: Actor | None) -> bool | None:
    """Tell whether who acts owns the record."""
    return None if by is None else record.owner == by.id


@rule(text="this rule breaks")
def broken_rule(record: Any, *, at: datetime, by: Actor | None) -> bool | None:
    """Break, as a host's rule may."""
    raise ZeroDivisionError("the host's bug")


PYTHON_RULES: tuple[PythonRule, ...] = (credit_check, own_deals_only, broken_rule)
