"""Expectations: what was expected and what came, in words, whoever runs the laws and however."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from salesflow.values import is_listing, is_mapping


def same(came: Any, expected: Any, what: str) -> None:
    """Fail unless two values are equal; `what` names them."""
    if came != expected:
        raise AssertionError(f"{what}\nexpected: {_shown(expected)}\ncame: {_shown(came)}")


def typed(value: Any) -> Any:
    """Return a value all through with its types, so that `1` is not `True`; of a time with a zone, the instant."""
    if isinstance(value, datetime):
        return value.isoformat() if value.tzinfo is None else value.astimezone(UTC).isoformat()
    return type(value).__name__, _parts(value)


def _parts(value: Any) -> Any:
    if isinstance(value, BaseModel) or is_mapping(value):
        return {name: typed(item) for name, item in dict[str, Any](value).items()}
    if is_dataclass(value):
        return {each.name: typed(getattr(value, each.name)) for each in fields(value)}
    return [typed(item) for item in value] if is_listing(value) else repr(value)


def holds(said: object, what: str) -> None:
    """Fail unless something is so; `what` says what should be."""
    if not said:
        raise AssertionError(what)


def among(came: Any, expected: Any, what: str) -> None:
    """Fail unless a value is one of several, or a set of values all of them are."""
    fit = came <= set(expected) if isinstance(came, set | frozenset) else came in expected
    if not fit:
        raise AssertionError(f"{what}\nexpected: of {_shown(expected)}\ncame: {_shown(came)}")


def _shown(value: Any) -> str:
    told = repr(_in_order(value) if isinstance(value, set | frozenset) else value)
    return told if len(told) <= 800 else f"{told[:800]}…"


def _in_order(values: Any) -> list[Any]:
    return sorted(values, key=repr)
