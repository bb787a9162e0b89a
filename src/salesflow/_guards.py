"""Guards: rules compiled to closures that look at a record and return every reason against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from operator import eq, ge, gt, le, lt, ne
from typing import Any, NamedTuple

from pydantic import BaseModel

from salesflow._keys import subject_of
from salesflow._phrases import fixed, phrase, span
from salesflow._phrases import names as names_of
from salesflow._phrases import value as phrase_of
from salesflow._sight import UNREADABLE, Unread, View, has_value, like, reader, shown_value
from salesflow._wording import bound_of, bounds_of, wording_of
from salesflow.history import time_in_stage
from salesflow.money import Money
from salesflow.qualification import Answer, Framework
from salesflow.rules import (
    ActivityDone,
    AllOf,
    AnyOf,
    AnyRule,
    Approved,
    Compare,
    NoneOf,
    ObjectionsResolved,
    Present,
    PythonRule,
    Qualified,
    Role,
    TimeInStage,
    Visited,
)
from salesflow.values import Actor, Settled, said_by, shown
from salesflow.verdict import Refusal, refusal

Reasons = tuple[Refusal, ...]
Guard = Callable[[Any, datetime, Any], Reasons]
"""From a record, a moment and an actor to every reason against: none when the rule holds."""

HOLDS: Reasons = ()


class Names(NamedTuple):
    """What rules may refer to: the framework's criteria, and the ids that each stage goes or went by."""

    framework: Framework
    same: Mapping[str, frozenset[str]]
    fields: frozenset[str] = frozenset()
    """The fields of the record's class."""
    holds: frozenset[str] = frozenset()
    """The ids and aliases of the stages that stop the clock."""


def unreadable(code: str, subject: str) -> Refusal:
    """Make the refusal of a rule whose field cannot be read."""
    said = refusal("unreadable", subject, rule=f"{code} {subject}".strip())
    return said.model_copy(update={"code": code, "status": "unreadable"})


# -- one maker a form of rule -------------------------------------------------------------------------------


_NEVER_EMPTY = frozenset({Money, Decimal, bool, int, float, date, datetime, timedelta})


def _present(rule: Present, names: Names) -> Guard:
    read, path = reader(rule.field, names.fields), rule.field
    no = (refusal("present", path, missing=(path,)),)
    dark = (unreadable("present", path),)

    def guard(record: Any, at: datetime, by: Any) -> Reasons:
        value = read(record)
        if type(value) in _NEVER_EMPTY:
            return HOLDS
        if value is UNREADABLE:
            return dark
        return HOLDS if has_value(value) else no

    return guard


_OPS: dict[str, Callable[[Any, Any], bool]] = {"eq": eq, "ne": ne, "lt": lt, "le": le, "gt": gt, "ge": ge}


_PLAIN = frozenset({int, str, bool, date, Money})
"""The types whose values are compared as they are."""


def _compared(actual: Any) -> Any:
    """Return a value in the form in which it is compared. Raises ArithmeticError for nan, which is like no number."""
    if isinstance(actual, datetime):
        # between two zones Python takes an hour that comes twice for unequal to itself
        return actual.astimezone(UTC)
    number = Decimal(repr(actual)) if isinstance(actual, float) else actual
    if isinstance(number, Decimal) and number.is_nan():
        raise ArithmeticError
    return number


def _compare(rule: Compare, names: Names) -> Guard:  # noqa: C901 - a guard and its answers
    read, path, operate, value = reader(rule.field, names.fields), rule.field, _OPS[rule.op], rule.value
    asked = fixed(wanted=bound_of(rule))
    dark = (unreadable("compare", path),)
    absent = (refusal("compare", path, why="unknown", status="unknown", missing=(path,), **asked),)

    def told(actual: Any) -> dict[str, Any]:
        found = {**asked, "actual": shown_value(actual)}
        if isinstance(actual, Money):
            found["words"] = Settled({**asked["words"], "actual": Settled(phrase_of(actual))})
        return found

    def unlike(actual: Any) -> Reasons:
        return (refusal("compare", path, why="unlike", status="unreadable", **told(actual)),)

    def guard(record: Any, at: datetime, by: Any) -> Reasons:
        actual = read(record)
        if actual is UNREADABLE:
            return dark
        if not has_value(actual):
            return absent
        other = like(actual, value)
        if other is None:
            return unlike(actual)
        try:
            holds = operate(actual if actual.__class__ in _PLAIN else _compared(actual), other)
        except ArithmeticError:
            return unlike(actual)
        if holds:
            return HOLDS
        return (refusal("compare", path, **told(actual)),)

    return guard


def _qualified(rule: Qualified, names: Names) -> Guard:
    return all_of_guards(tuple(_criterion(each, names, rule.at_least) for each in rule.criteria))


def _criterion(criterion: str, names: Names, at_least: str) -> Guard:  # noqa: C901 - a guard and its answers
    path = f"qualification.{criterion}"
    known = names.framework.criterion(criterion)
    ways = known.ways if known else ()
    dark = (unreadable("qualified", criterion),)
    unknown = (refusal("qualified", criterion, why="unknown", status="unknown", missing=(path,)),)
    no = (refusal("qualified", criterion),)
    claimed = (refusal("qualified", criterion, why="claimed", missing=(path,)),)
    cure: dict[str, Any] = {"status": "unknown", "missing": (path,)}
    named = fixed(ways=names_of(ways))
    no_way = (refusal("qualified", criterion, why="way", **cure, **named),)

    def other_way(way: str) -> Reasons:
        return (refusal("qualified", criterion, why="other_way", way=shown(way), **cure, **named),)

    def reasons(answer: Answer | None) -> Reasons:
        if answer is None or answer.certainty == "unknown":
            return unknown
        if answer.certainty == "no":
            return no
        if ways and answer.way not in ways:
            return no_way if answer.way is None else other_way(answer.way)
        return claimed if at_least == "verified" and answer.certainty == "claimed" else HOLDS

    def guard(record: Any, at: datetime, by: Any) -> Reasons:
        qualification = record.qualification
        if qualification is UNREADABLE:
            return dark
        answer = qualification.answer(criterion, at=at)
        return dark if answer is UNREADABLE else reasons(answer)

    return guard


def _role(rule: Role, names: Names) -> Guard:
    wanted, subject = frozenset(rule.roles), subject_of(rule)
    named = fixed(roles=names_of(rule.roles))
    no = (refusal("role", subject, **named),)
    nobody = (refusal("role", subject, why="unknown", status="unknown", missing=("by",), **named),)
    dark = (unreadable("role", subject),)

    def guard(record: Any, at: datetime, by: Any) -> Reasons:
        if by is None:
            return nobody
        if not isinstance(by, Actor):
            return dark
        return no if wanted.isdisjoint(by.roles) else HOLDS

    return guard


def _activity(rule: ActivityDone, names: Names) -> Guard:
    kind, path = rule.kind, f"activities.{rule.kind}"
    asked: dict[str, Any] = {"wanted": f"{rule.at_least}"}
    if rule.within:
        asked = fixed(wanted=phrase("count.within", count=rule.at_least, span=span(rule.within, "lasted")))
    dark = (unreadable("activity", kind),)

    def guard(record: Any, at: datetime, by: Any) -> Reasons:
        if record.activities is UNREADABLE:
            return dark
        times = [each.at for each in record.activities if each.kind == kind and each.at <= at]
        count = sum(1 for time in times if rule.within is None or at - time <= rule.within)
        if count >= rule.at_least:
            return HOLDS
        return (refusal("activity", kind, count=count, missing=(path,), **asked),)

    return guard


def _objections(rule: ObjectionsResolved, names: Names) -> Guard:
    dark = (unreadable("objections_resolved", ""),)

    def guard(record: Any, at: datetime, by: Any) -> Reasons:
        if record.objections is UNREADABLE:
            return dark
        still_open = [each.id for each in record.objections if each.open_at(at)]
        return (refusal("objections_resolved", open=", ".join(still_open)),) if still_open else HOLDS

    return guard


def _time_in_stage(rule: TimeInStage, names: Names) -> Guard:
    asked = fixed(wanted=bounds_of(rule))
    dark = (refusal("time_in_stage", why="unknown", status="unreadable"),)

    def guard(record: Any, at: datetime, by: Any) -> Reasons:
        lasted = time_in_stage(record.history, at, names.holds)
        if lasted is None:
            return dark
        long_enough = rule.at_least is None or lasted >= rule.at_least
        if long_enough and (rule.at_most is None or lasted <= rule.at_most):
            return HOLDS
        words = Settled({**asked["words"], "actual": Settled(span(lasted, "lasted"))})
        return (refusal("time_in_stage", actual=str(lasted), wanted=asked["wanted"], words=words),)

    return guard


def _visited(rule: Visited, names: Names) -> Guard:
    wanted = names.same.get(rule.stage, frozenset((rule.stage,)))
    no = (refusal("visited", rule.stage),)
    dark = (refusal("visited", rule.stage, why="unknown", status="unreadable"),)

    def guard(record: Any, at: datetime, by: Any) -> Reasons:
        if any(change.target in wanted for change in record.history):
            return HOLDS
        return dark if record.changes_before else no

    return guard


def _approved(rule: Approved, names: Names) -> Guard:
    what, path, roles = rule.what, f"approvals.{rule.what}", frozenset(rule.roles)
    dark = (unreadable("approved", what),)
    none_yet = (refusal("approved", what, why="unknown", status="unknown", missing=(path,)),)
    no = (refusal("approved", what),)
    named = fixed(roles=names_of(rule.roles))

    def guard(record: Any, at: datetime, by: Any) -> Reasons:
        if record.approvals is UNREADABLE:
            return dark
        known = [each for each in record.approvals if each.what == what and each.at <= at]
        if not known:
            return none_yet
        latest = max(reversed(known), key=lambda each: each.at)
        if not latest.granted:
            return no
        if roles and roles.isdisjoint(latest.by.roles):
            return (refusal("approved", what, why="role", by=latest.by.id, missing=(path,), **named),)
        return HOLDS

    return guard


def all_of_guards(guards: tuple[Guard, ...]) -> Guard:
    """Make the guard that gives the reasons of several, in their order. Of one guard it is that guard."""
    if len(guards) == 1:
        return guards[0]

    def guard(record: Any, at: datetime, by: Any) -> Reasons:
        found: Reasons = HOLDS
        for each in guards:
            found += each(record, at, by)
        return found

    return guard


def _all_of(rule: AllOf, names: Names) -> Guard:
    return all_of_guards(tuple(_make(each, names) for each in rule.rules))


def _denied(reasons: Reasons) -> bool:
    """Tell, by Kleene's logic, whether reasons against a rule make it false: one that fails is enough."""
    return any(each.status == "fails" for each in reasons)


def _doubt(reasons: Reasons) -> str:
    return "unreadable" if any(each.status == "unreadable" for each in reasons) else "unknown"


def _asked(rule: AnyOf | NoneOf) -> dict[str, Any]:
    """Return the rules of a group in words, or where those are too many by their keys."""
    said = wording_of(rule.rules)
    return {"rules": subject_of(rule)} if said is None else fixed(rules=said)


def _any_of(rule: AnyOf, names: Names) -> Guard:
    guards, subject = tuple(_make(each, names) for each in rule.rules), subject_of(rule)
    asked = _asked(rule)

    def guard(record: Any, at: datetime, by: Any) -> Reasons:
        ways = [each(record, at, by) for each in guards]
        if not all(ways):
            return HOLDS
        doubtful = tuple(chain.from_iterable(way for way in ways if not _denied(way)))
        status = _doubt(doubtful) if doubtful else "fails"
        return (refusal("any_of", subject, alternatives=tuple(ways), status=status, **asked),)

    return guard


def _none_of(rule: NoneOf, names: Names) -> Guard:
    guards, subject = tuple(_make(each, names) for each in rule.rules), subject_of(rule)
    asked = _asked(rule)
    no = (refusal("none_of", subject, **asked),)

    def guard(record: Any, at: datetime, by: Any) -> Reasons:
        found = [each(record, at, by) for each in guards]
        if not all(found):
            return no
        doubtful = tuple(chain.from_iterable(each for each in found if not _denied(each)))
        if not doubtful:
            return HOLDS
        return (refusal("none_of", subject, why="unknown", status=_doubt(doubtful), **asked),)

    return guard


def _python(rule: PythonRule, names: Names) -> Guard:  # noqa: C901 - a guard and its answers
    no = (_named(refusal("python", rule=rule.name), rule.name),)
    if rule.text:
        no = (Refusal(code=rule.name, text=rule.text),)
    unsaid: dict[str, Any] = {"said": rule.text or rule.name, "rule": rule.name}
    unknown = (_named(refusal("python", why="unknown", status="unknown", missing=rule.reads, **unsaid), rule.name),)
    unbound = (_named(refusal("python", why="unbound", rule=rule.name, status="unreadable"), rule.name),)
    dark = (unreadable(rule.name, ""),)
    call = rule.call

    def guard(record: Any, at: datetime, by: Any) -> Reasons:
        try:
            answer = call(record.for_host if isinstance(record, View) else record, at=at, by=by)
        except Unread:
            return dark
        except Exception as error:  # noqa: BLE001 - a check never raises: a rule that breaks is a reason that says so
            # what a view of a past record or of a row lacks may break a rule in other ways too: that decides nothing
            status = "unknown" if isinstance(record, BaseModel) else "unreadable"
            broken = refusal("python", why="failed", rule=rule.name, error=said_by(error), status=status)
            return (_named(broken, rule.name),)
        if answer is None:
            return unknown
        if not isinstance(answer, bool):
            # a text such as "no" is true to Python: who answers so meant something else
            odd = refusal("python", why="answer", rule=rule.name, answer=shown(answer), status="unknown")
            return (_named(odd, rule.name),)
        return HOLDS if answer else no

    return guard if call else lambda record, at, by: unbound


def _named(said: Refusal, name: str) -> Refusal:
    """Give a refusal the name of its rule as its code."""
    return said.model_copy(update={"code": name})


_MAKERS: dict[type, Callable[[Any, Names], Guard]] = {
    Present: _present,
    Compare: _compare,
    Qualified: _qualified,
    Role: _role,
    ActivityDone: _activity,
    ObjectionsResolved: _objections,
    TimeInStage: _time_in_stage,
    Visited: _visited,
    Approved: _approved,
    AllOf: _all_of,
    AnyOf: _any_of,
    NoneOf: _none_of,
    PythonRule: _python,
}


def _make(rule: AnyRule, names: Names) -> Guard:
    return _MAKERS[type(rule)](rule, names)


def guard_of(rule: AnyRule, names: Names) -> Guard:
    """Compile a rule. The refusals of an overridable one say who may override them."""
    made = _make(rule, names)
    if not rule.overridable_by:
        return made
    roles = rule.overridable_by

    def guard(record: Any, at: datetime, by: Any) -> Reasons:
        found = made(record, at, by)
        return tuple(each.model_copy(update={"overridable_by": roles}) for each in found)

    return guard
