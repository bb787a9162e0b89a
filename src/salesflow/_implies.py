"""Implication: whether some rules hold wherever others do, whatever the record. It is certain, or it is not claimed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Literal

from salesflow._keys import keys_of
from salesflow._sight import like
from salesflow.money import Money
from salesflow.rules import (
    ActivityDone,
    AnyOf,
    AnyRule,
    Approved,
    Compare,
    NoneOf,
    Present,
    PythonRule,
    Qualified,
    Role,
    TimeInStage,
    Visited,
    parts,
)

CASES_AT_MOST = 64
"""How many cases rules are taken apart into; those with more are left undecided."""


@dataclass(frozen=True, slots=True)
class _Fact:
    """That a simple rule holds, or that it fails. What is unknown does neither, so the one is not *not the other*."""

    form: str
    subject: str
    bound: Any = None
    """What it asks of its subject: whatever may be weaker or stronger there."""
    holds: bool = True


_Case = frozenset[_Fact]
"""Facts that come together."""


def implies(given: Iterable[AnyRule], wanted: Iterable[AnyRule]) -> bool:
    """Tell whether all of `wanted` hold wherever all of `given` do. False also where that cannot be decided.

    A rule holds that is known to: unknown refuses, by Kleene's logic. One that may be overridden counts as met where
    somebody overrides it, so to name fewer roles asks more. Severity is not looked at. The names of stages, criteria
    and rules in Python mean the same on both sides.

    >>> from salesflow.rules import compare, present
    >>> implies([compare("fields.seats", "ge", 10)], [compare("fields.seats", "gt", 5), present("fields.seats")])
    True
    """
    given = tuple(given)
    asked = [rule for rule in dict.fromkeys(wanted) if rule not in given]
    try:
        cases = _crossed([_spread(rule, crossed="all") for rule in dict.fromkeys(given)]) if asked else []
        needs = [need for rule in asked for need in _spread(rule, crossed="any")]
    except _TooMany:
        return False
    return all(_meets(case, need) for case in cases for need in needs)


# -- rules taken apart --------------------------------------------------------------------------------------


class _TooMany(Exception):
    """Rules fall apart into more cases than anybody wants to look at."""


Node = Literal["all", "any"]


def _spread(rule: AnyRule, *, crossed: Node) -> list[_Case]:
    """Return the cases of a rule: with `all` crossed each is enough, with `any` each needs one of its facts."""
    inside = _inside(rule, crossed, holds=True)
    if not rule.overridable_by:
        return inside
    # a request names what it passes over, so that another key is another override
    passed = [frozenset({_Fact("override", "\n".join(keys_of(rule)), frozenset(rule.overridable_by))})]
    return _crossed([inside, passed]) if crossed == "any" else [*inside, *passed]


def _inside(rule: AnyRule, crossed: Node, *, holds: bool) -> list[_Case]:
    several = [_inside(each, crossed, holds=holds is not isinstance(rule, NoneOf)) for each in parts(rule)]
    several = several or [[frozenset({_known(each, holds=holds)})] for each in _facts(rule)]
    # what is asked of all fails as soon as one does, and the other way round
    node: Node = "all" if holds is not isinstance(rule, AnyOf) else "any"
    return _crossed(several) if node == crossed else [case for cases in several for case in cases]


def _crossed(several: Sequence[Sequence[_Case]]) -> list[_Case]:
    found: list[_Case] = [frozenset()]
    for cases in several:
        found = list(dict.fromkeys(one | other for one, other in product(found, cases)))
        if len(found) > CASES_AT_MOST:
            raise _TooMany
    return found


def _facts(rule: AnyRule) -> list[_Fact]:
    """Return what a simple rule asks: all of these facts."""
    if isinstance(rule, Qualified):
        return [_Fact("qualified", criterion, rule.at_least) for criterion in rule.criteria]
    if isinstance(rule, TimeInStage):
        spans = (("ge", rule.at_least), ("le", rule.at_most))
        return [_Fact("time_in_stage", "", (op, timedelta, span)) for op, span in spans if span is not None]
    subject, bound = _BOUNDS[type(rule)](rule) if type(rule) in _BOUNDS else ("", None)
    return [_Fact(rule.rule, subject, bound)]


_BOUNDS: dict[type, Callable[[Any], tuple[str, Any]]] = {
    Present: lambda rule: (rule.field, None),
    # to Python 1 and True are equal; to a rule they are not
    Compare: lambda rule: (rule.field, (rule.op, type(rule.value), rule.value)),
    Role: lambda rule: ("", frozenset(rule.roles)),
    ActivityDone: lambda rule: (rule.kind, (rule.at_least, timedelta.max if rule.within is None else rule.within)),
    Visited: lambda rule: (rule.stage, None),
    Approved: lambda rule: (rule.what, frozenset(rule.roles)),
    PythonRule: lambda rule: (rule.name, None),
}
"""What each form of rule is about, and what it asks of that."""


def _known(fact: _Fact, *, holds: bool) -> _Fact:
    if holds or fact.form not in _RANGES:
        return replace(fact, holds=holds)
    # what is missing compares neither way, so a comparison that fails is the opposite one that holds
    op, *value = fact.bound
    return replace(fact, bound=(_TURNED[op], *value))


_TURNED = {"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "le": "gt", "gt": "le"}


# -- facts that follow --------------------------------------------------------------------------------------


def _meets(case: _Case, need: _Case) -> bool:
    """Tell whether one fact of `need` is met in a case, or the case cannot be."""
    return any(_follows(one, other) for one in case for other in need) or _ranged(case, need) or _impossible(case)


def _follows(one: _Fact, other: _Fact) -> bool:
    """Tell whether one fact makes another so."""
    if (one.form, other.form) == ("compare", "present"):
        return one.subject == other.subject and other.holds
    if (one.form, one.subject, one.holds) != (other.form, other.subject, other.holds):
        return False
    weaker, stronger = (other.bound, one.bound) if one.holds else (one.bound, other.bound)
    return _ENOUGH[one.form](stronger, weaker) if one.form in _ENOUGH else stronger == weaker


_ENOUGH: dict[str, Callable[[Any, Any], bool]] = {
    "role": lambda one, other: one <= other,
    "override": lambda one, other: one <= other,
    "qualified": lambda one, other: one in (other, "verified"),
    "activity": lambda one, other: one[0] >= other[0] and one[1] <= other[1],
    "approved": lambda one, other: not other or (bool(one) and one <= other),
}
"""Whether the bound of one fact is enough for another of its form; the same one is where nothing stands here."""


def _impossible(case: _Case) -> bool:
    """Tell whether facts contradict each other, so that nothing needs to follow from them."""
    fails = [replace(fact, holds=True) for fact in case if not fact.holds]
    return any(_follows(one, other) for one in case if one.holds for other in fails) or _ranged(case, frozenset())


def _ranged(case: _Case, need: _Case) -> bool:
    """Tell whether the values that some subject may have in a case all meet a need."""
    return any(_covered(form, subject, case, need) for form, subject in {(fact.form, fact.subject) for fact in case})


def _covered(form: str, subject: str, case: _Case, need: _Case) -> bool:
    given = [fact.bound for fact in case if (fact.form, fact.subject) == (form, subject)]
    wanted = [fact.bound for fact in need if (fact.form, fact.subject) == (form, subject)]
    return form in _RANGES and all(_within(sample, given, wanted) for sample in _RANGES[form](given))


def _samples(given: Iterable[tuple[str, type, Any]]) -> tuple[Any, ...]:
    # one sum of money is enough: whatever is of another currency meets nothing that is asked of this one
    money = [value for _, kind, value in given if kind is Money][:1]
    return (Decimal(0), "", date(2000, 1, 1), datetime(2000, 1, 1, tzinfo=UTC), True, *money)


_RANGES: dict[str, Callable[[Any], tuple[Any, ...]]] = {
    "compare": _samples,
    "time_in_stage": lambda _: (timedelta(),),
}
"""The forms that ask for a range of values, with a value of each type that a subject may have."""

_Bound = tuple[str, Any]


def _within(sample: Any, given: Iterable[Any], wanted: Iterable[Any]) -> bool:
    """Tell whether each value of the sample's type that meets all that is given meets one of what is wanted."""
    known = [(op, _read(sample, value)) for op, _, value in given]
    if any(value is None for _, value in known):
        # no value of this type can be compared with all of them
        return True
    asked = [(op, value) for op, value in ((op, _read(sample, value)) for op, _, value in wanted) if value is not None]
    points = sorted(value for _, value in (*known, *asked))
    places = range(2 * len(points) + 1)
    left = (place for place in places if all(_lies(place, bound, points) for bound in known))
    return all(any(_lies(place, bound, points) for bound in asked) for place in left)


def _read(sample: Any, value: Any) -> Any:
    return value if isinstance(sample, timedelta) else like(sample, value)


_OPS: dict[str, Callable[[int, int], bool]] = {"eq": eq, "ne": ne, "lt": lt, "le": le, "gt": gt, "ge": ge}


def _lies(place: int, bound: _Bound, points: Sequence[Any]) -> bool:
    """Tell whether a place meets a bound: odd places are at the points, in their order, the others between them."""
    op, value = bound
    return _OPS[op](place, 2 * sum(point < value for point in points) + 1)
