"""Wording: what a rule requires, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from salesflow._forms import ActivityDone, AnyRule, Approved, Compare, Qualified, TimeInStage
from salesflow._phrases import Phrase, joined, phrase, span, spoken, value

_LONGEST = 200
"""A rule that takes more characters to say is named by its key alone: a phrase is kept in every refusal."""


def bound_of(rule: Compare) -> Phrase:
    """Return what a comparison requires of its field."""
    return phrase(f"bound.{rule.op}", value=value(rule.value))


def bounds_of(rule: TimeInStage) -> Phrase:
    """Return how long a stage is to last."""
    if rule.at_least and rule.at_most:
        return phrase("bound.both", low=span(rule.at_least), high=span(rule.at_most))
    if rule.at_least:
        return phrase("bound.ge", value=span(rule.at_least))
    return phrase("bound.le", value=span(rule.at_most)) if rule.at_most else ""


def _qualified(rule: Qualified) -> Phrase:
    code = "rule.verified" if rule.at_least == "verified" else "rule.qualified"
    return phrase(code, criteria=joined(rule.criteria))


def _activity(rule: ActivityDone) -> Phrase:
    if rule.within:
        return phrase("rule.activity.within", kind=rule.kind, count=rule.at_least, span=span(rule.within))
    return phrase("rule.activity", kind=rule.kind, count=rule.at_least)


def _approved(rule: Approved) -> Phrase:
    if rule.roles:
        return phrase("rule.approved.by", what=rule.what, roles=joined(rule.roles, "or"))
    return phrase("rule.approved", what=rule.what)


def _each(rules: Iterable[AnyRule], word: str = "") -> Phrase:
    return joined([wording(each) for each in rules], word)


_SAID: dict[str, Callable[[Any], Phrase]] = {
    "present": lambda r: phrase("rule.present", field=r.field),
    "compare": lambda r: phrase("rule.compare", field=r.field, bound=bound_of(r)),
    "qualified": _qualified,
    "role": lambda r: phrase("rule.role", roles=joined(r.roles, "or")),
    "activity": _activity,
    "objections_resolved": lambda _: phrase("rule.objections_resolved"),
    "time_in_stage": lambda r: phrase("rule.time_in_stage", bounds=bounds_of(r)),
    "visited": lambda r: phrase("rule.visited", stage=r.stage),
    "approved": _approved,
    "all_of": lambda r: phrase("rule.group", rules=_each(r.rules, "and")),
    "any_of": lambda r: phrase("rule.group", rules=_each(r.rules, "or")),
    "none_of": lambda r: phrase("rule.none_of", rules=_each(r.rules)),
    "python": lambda r: r.name,
}


def wording(rule: AnyRule) -> Phrase:
    """Return what a rule requires, to be said in any language."""
    return _SAID[rule.rule](rule)


def wording_of(rules: Iterable[AnyRule]) -> Phrase | None:
    """Return what several rules require, any of them; None where that takes too long to say."""
    said = _each(rules, "or")
    return said if len(spoken(said)) <= _LONGEST else None


def describe(rule: AnyRule) -> str:
    """Say in words what a rule requires.

    >>> from salesflow.rules import any_of, present, role
    >>> describe(any_of(present("amount"), role("director")))
    '(amount is present or done by director)'
    """
    return spoken(wording(rule))
