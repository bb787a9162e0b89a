"""Wording: what a rule requires, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from salesflow._forms import ActivityDone, AnyRule, TimeInStage

_OP_WORDS = {"eq": "is", "ne": "is not", "lt": "<", "le": "at most", "gt": ">", "ge": "at least"}


def _plural(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _span(duration: timedelta) -> str:
    return str(duration).removesuffix(", 0:00:00")


def _within(rule: ActivityDone) -> str:
    return f" within {_span(rule.within)}" if rule.within else ""


def _bounds(rule: TimeInStage) -> str:
    low = f"at least {_span(rule.at_least)}" if rule.at_least else ""
    high = f"at most {_span(rule.at_most)}" if rule.at_most else ""
    return " and ".join(filter(None, (low, high)))


_SAID: dict[str, Callable[[Any], str]] = {
    "present": lambda r: f"{r.field} is present",
    "compare": lambda r: f"{r.field} {_OP_WORDS[r.op]} {r.value}",
    "qualified": lambda r: f"{_plural(r.criteria)} {'verified' if r.at_least == 'verified' else 'qualified'}",
    "role": lambda r: f"done by {' or '.join(r.roles)}",
    "activity": lambda r: f"{r.kind} on record, {r.at_least} or more{_within(r)}",
    "objections_resolved": lambda _: "no objection open",
    "time_in_stage": lambda r: f"in the stage {_bounds(r)}",
    "visited": lambda r: f"has been in {r.stage!r}",
    "approved": lambda r: f"{r.what} approved" + (f" by {' or '.join(r.roles)}" if r.roles else ""),
    "all_of": lambda r: f"({' and '.join(map(describe, r.rules))})",
    "any_of": lambda r: f"({' or '.join(map(describe, r.rules))})",
    "none_of": lambda r: f"none of ({', '.join(map(describe, r.rules))})",
    "python": lambda r: r.name,
}


def describe(rule: AnyRule) -> str:
    """Say in words what a rule requires.

    >>> from salesflow.rules import any_of, present, role
    >>> describe(any_of(present("amount"), role("director")))
    '(amount is present or done by director)'
    """
    return _SAID[rule.rule](rule)
