"""Rules: what must hold, as data. A closed union, each member with a stable code, plus rules written in Python.

A rule passes, fails, or cannot tell (Kleene's logic). What cannot be told refuses a move.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from inspect import signature
from typing import Literal

from salesflow._forms import (
    MAX_DEPTH,
    MAX_NODES,
    ActivityDone,
    AllOf,
    AnyOf,
    AnyRule,
    Approved,
    Compare,
    NoneOf,
    ObjectionsResolved,
    Op,
    Path,
    Present,
    PythonRule,
    Qualified,
    Role,
    Rule,
    RuleFunction,
    Severity,
    TimeInStage,
    Visited,
    depth,
    parts,
    reads,
    walk,
)
from salesflow._wording import describe
from salesflow.money import Money

__all__ = [
    "MAX_DEPTH",
    "MAX_NODES",
    "ActivityDone",
    "AllOf",
    "AnyOf",
    "AnyRule",
    "Approved",
    "Compare",
    "NoneOf",
    "ObjectionsResolved",
    "Op",
    "Path",
    "Present",
    "PythonRule",
    "Qualified",
    "Role",
    "Rule",
    "RuleFunction",
    "Severity",
    "TimeInStage",
    "Visited",
    "activity",
    "all_of",
    "any_of",
    "approved",
    "compare",
    "depth",
    "describe",
    "none_of",
    "objections_resolved",
    "parts",
    "present",
    "qualified",
    "reads",
    "role",
    "rule",
    "time_in_stage",
    "visited",
    "walk",
]


def present(field: str, *, severity: Severity = "block", overridable_by: tuple[str, ...] = ()) -> Present:
    """Require a field to have a value."""
    return Present(field=field, severity=severity, overridable_by=overridable_by)


def compare(
    field: str,
    op: Op,
    value: Money | Decimal | float | str | date | datetime,
    *,
    severity: Severity = "block",
    overridable_by: tuple[str, ...] = (),
) -> Compare:
    """Require a field to compare with a value: `compare("amount", "ge", Money.of(1000, "EUR"))`."""
    plain = value if isinstance(value, Money | bool | int) else _as_text(value)
    return Compare(field=field, op=op, value=plain, severity=severity, overridable_by=overridable_by)


def _as_text(value: Decimal | float | str | date) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def qualified(
    *criteria: str,
    at_least: Literal["claimed", "verified"] = "claimed",
    severity: Severity = "block",
    overridable_by: tuple[str, ...] = (),
) -> Qualified:
    """Require criteria of the template's framework to be met."""
    return Qualified(criteria=criteria, at_least=at_least, severity=severity, overridable_by=overridable_by)


def role(*roles: str, severity: Severity = "block", overridable_by: tuple[str, ...] = ()) -> Role:
    """Require who acts to have one of these roles."""
    return Role(roles=roles, severity=severity, overridable_by=overridable_by)


def activity(
    kind: str,
    *,
    at_least: int = 1,
    within: timedelta | None = None,
    severity: Severity = "block",
    overridable_by: tuple[str, ...] = (),
) -> ActivityDone:
    """Require an activity of that kind on record, `at_least` times and no longer ago than `within`."""
    return ActivityDone(kind=kind, at_least=at_least, within=within, severity=severity, overridable_by=overridable_by)


def objections_resolved(*, severity: Severity = "block", overridable_by: tuple[str, ...] = ()) -> ObjectionsResolved:
    """Require that no objection stands."""
    return ObjectionsResolved(severity=severity, overridable_by=overridable_by)


def time_in_stage(
    *,
    at_least: timedelta | None = None,
    at_most: timedelta | None = None,
    severity: Severity = "block",
    overridable_by: tuple[str, ...] = (),
) -> TimeInStage:
    """Require the stage that is left to have lasted between these bounds."""
    return TimeInStage(at_least=at_least, at_most=at_most, severity=severity, overridable_by=overridable_by)


def visited(stage: str, *, severity: Severity = "block", overridable_by: tuple[str, ...] = ()) -> Visited:
    """Require the record to have been in a stage."""
    return Visited(stage=stage, severity=severity, overridable_by=overridable_by)


def approved(
    what: str,
    *,
    roles: tuple[str, ...] = (),
    severity: Severity = "block",
    overridable_by: tuple[str, ...] = (),
) -> Approved:
    """Require an approval, by one of these roles where any are named."""
    return Approved(what=what, roles=roles, severity=severity, overridable_by=overridable_by)


def all_of(*rules: AnyRule, severity: Severity = "block", overridable_by: tuple[str, ...] = ()) -> AllOf:
    """Require every rule."""
    return AllOf(rules=rules, severity=severity, overridable_by=overridable_by)


def any_of(*rules: AnyRule, severity: Severity = "block", overridable_by: tuple[str, ...] = ()) -> AnyOf:
    """Require at least one rule."""
    return AnyOf(rules=rules, severity=severity, overridable_by=overridable_by)


def none_of(*rules: AnyRule, severity: Severity = "block", overridable_by: tuple[str, ...] = ()) -> NoneOf:
    """Require that no rule holds."""
    return NoneOf(rules=rules, severity=severity, overridable_by=overridable_by)


def rule(
    *,
    reads: tuple[str, ...] = (),
    text: str = "",
    name: str = "",
    severity: Severity = "block",
    overridable_by: tuple[str, ...] = (),
) -> Callable[[RuleFunction], PythonRule]:
    """Make a rule of a function `(record, *, at, by) -> bool | None`. Its name is how files know it.

    Raises TypeError for a function that cannot be called so.

    >>> @rule(reads=("fields.credit",), text="the credit check is not passed")
    ... def credit_check(record, *, at, by):
    ...     return record.fields.get("credit") == "passed"
    >>> credit_check.name
    'credit_check'
    """

    def made(function: RuleFunction) -> PythonRule:
        # asked now, so that a slip shows where it stands and not at the first move
        signature(function).bind(None, at=None, by=None)
        known_as = name or getattr(function, "__name__", "")
        return PythonRule(
            name=known_as, reads=reads, text=text, call=function, severity=severity, overridable_by=overridable_by
        )

    return made
