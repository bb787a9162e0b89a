"""Wanted: an argument that is of another type than a function asks for, said in one way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from salesflow.values import to_utc


def wanted(name: str, thing: object, cls: type) -> None:
    """Refuse an argument that is no `cls`. Raises ValueError, which says what is wanted and what was given."""
    if not isinstance(thing, cls):
        article = "an" if cls.__name__[0] in "AEIOU" else "a"
        raise ValueError(f"{name} is {article} {cls.__name__}, not {type(thing).__name__}")


def moment(at: Any) -> datetime:
    """Return a time in UTC. Raises ValueError for what is no time, or has no zone."""
    if not isinstance(at, datetime):
        raise ValueError(f"a time is a datetime with a zone, not {type(at).__name__}")
    return to_utc(at)
