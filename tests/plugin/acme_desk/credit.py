"""The credit check, as a rule."""

from datetime import datetime
from typing import Any

from salesflow import Actor, rule


@rule(reads=("fields.credit",), text="the credit check is not passed")
def credit_check(record: Any, *, at: datetime, by: Actor | None) -> bool | None:
    """Tell whether the credit check is passed, once it is made."""
    credit = record.fields.get("credit")
    return None if credit is None else credit == "passed"
