"""Expectations: what was expected and what came, in words, whoever runs the laws and however."""

from __future__ import annotations

from typing import Any


def same(came: Any, expected: Any, what: str) -> None:
    """Fail unless two values are equal; `what` names them."""
    if came != expected:
        raise AssertionError(f"{what}\nexpected: {_shown(expected)}\ncame: {_shown(came)}")


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
