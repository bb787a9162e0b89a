"""Filling: what makes a rule hold, or fail, read off the rule as data: fields of a record, an actor, a moment.

Values are drawn; whether a rule holds is asked of the independent model, never of the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any

from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from salesflow import Actor, Answer, Money
from salesflow.records import RESERVED, Activity, Approval, Objection, Record
from salesflow.rules import TimeInStage, walk
from salesflow.testing._asking import resolved
from salesflow.testing._beginnings import Unfillable
from salesflow.testing._by_type import blank, field_at, numbers, of_field, types_in, words
from salesflow.testing._model_rules import Sight, holds, stay
from salesflow.testing._model_updates import NEVER_CUT
from salesflow.values import FrozenMap

Draw = Callable[[st.SearchStrategy[Any]], Any]
Wanted = bool | None
"""What a rule is to answer: True, False, or None for "it cannot tell"."""


def met(rules: Iterable[Any], sight: Sight, draw: Draw) -> Sight:
    """Return what to show so that every rule holds. Raises Unfillable."""
    # a pause comes first, for what was just done may be long ago after it
    wanted = sorted(rules, key=lambda rule: not any(isinstance(each, TimeInStage) for each in walk(rule)))
    for _ in range(4):
        for rule in wanted:
            sight = made(rule, True, sight, draw)  # noqa: FBT003 - one of three values, no flag
        if all(holds(rule, sight) for rule in wanted):
            return sight
    unmet = [rule for rule in wanted if not holds(rule, sight)]
    raise Unfillable(f"{sight.template.id}: nothing was found to meet {unmet}")


def made(rule: Any, wanted: Wanted, sight: Sight, draw: Draw) -> Sight:
    """Return what to show so that a rule answers what is wanted, as far as anything can do that."""
    return sight if holds(rule, sight) is wanted else _MAKERS[rule.rule](rule, wanted, sight, draw)


# -- fields -------------------------------------------------------------------------------------------------

_days = st.integers(0, 400)
_TIMELY: dict[Any, Callable[[Sight, Draw], Any]] = {
    datetime: lambda sight, _: sight.at,
    date: lambda sight, draw: sight.at.date() + timedelta(days=draw(_days)),
}


def _value(cls: Any, path: str, sight: Sight, draw: Draw) -> Any:
    """Draw a value for the field at a dotted path that is not empty."""
    timely = _TIMELY.get(_type_at(cls, path))
    return timely(sight, draw) if timely else draw(of_field(field_at(cls, path)))


def _type_at(cls: Any, path: str) -> Any:
    """Return the type of the field at a dotted path; Any for what lies in a mapping."""
    field = field_at(cls, path)
    return types_in(field.annotation)[0] if field else Any


def _put(holder: FrozenMap[Any] | BaseModel, path: str, value: Any, blank: Callable[[Any], Any]) -> Any:
    """Return what holds a field with that field set; what is missing on the way is made."""
    first, _, rest = path.partition(".")
    if isinstance(holder, FrozenMap):
        return _noted(holder, path, value)
    fields = type(holder).model_fields
    if rest:
        held = getattr(holder, first)
        if held is None and value is None:
            return holder
        inner = blank(types_in(fields[first].annotation)[0]) if held is None else held
        value = _put(inner, rest, value, blank)
    elif value is None:
        value = _emptied(fields[first], getattr(holder, first))
    return holder.model_copy(update={first: value})


def _noted(holder: FrozenMap[Any], name: str, value: Any) -> FrozenMap[Any]:
    others = {each: held for each, held in holder.items() if each != name}
    return FrozenMap(others if value is None else {**others, name: value})


def _emptied(field: Any, held: Any) -> Any:
    """Return what a field holds where it has no value; one that must have one keeps it."""
    if not field.is_required():
        return field.get_default(call_default_factory=True)
    return "" if types_in(field.annotation) == [str] else held


def _fixed(path: str) -> bool:
    """Tell what no update sets: what a rule asks of it is met by moves, or not at all."""
    return path.partition(".")[0] in RESERVED


def _with(sight: Sight, path: str, value: Any, draw: Draw) -> Sight:
    return replace(sight, facts=_put(sight.facts, path, value, lambda cls: draw(blank(cls))))


def _grown(sight: Sight, name: str, *more: Any) -> Sight:
    return replace(sight, facts=sight.facts.model_copy(update={name: (*getattr(sight.facts, name), *more)}))


def _present(rule: Any, wanted: Wanted, sight: Sight, draw: Draw) -> Sight:
    if _fixed(rule.field) or (not wanted and rule.field in NEVER_CUT):
        return sight
    if not wanted:
        return _with(sight, rule.field, None, draw)
    tries = [_with(sight, rule.field, _value(type(sight.facts), rule.field, sight, draw), draw) for _ in range(2)]
    return next((shown for shown in tries if _valid(shown.facts)), tries[0])


_FLIPPED = {"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "gt": "le", "le": "gt"}
_SIGNS = {"eq": (0,), "ne": (-1, 1), "lt": (-1,), "gt": (1,), "le": (-1, 0), "ge": (0, 1)}


def _compare(rule: Any, wanted: Wanted, sight: Sight, draw: Draw) -> Sight:
    if _fixed(rule.field):
        return sight
    if wanted is None:
        return _with(sight, rule.field, None, draw)
    sign = draw(st.sampled_from(_SIGNS[rule.op if wanted else _FLIPPED[rule.op]]))
    kind = _type_at(type(sight.facts), rule.field)
    # a number of months, say, has bounds of its own
    near = (_beside(rule.value, kind, sign * by) for by in (draw(numbers), 1)) if kind in _COUNTED else ()
    any_ = (_value(type(sight.facts), rule.field, sight, draw) for _ in range(8))
    tries = (_with(sight, rule.field, value, draw) for value in chain(near, any_))
    return next((shown for shown in tries if holds(rule, shown) is wanted and _valid(shown.facts)), sight)


_COUNTED = {str, bool, int, float, Decimal, date, datetime, Money, Any}
"""Types whose values lie beside one another."""


def _valid(facts: Record) -> bool:
    try:
        type(facts).model_validate_json(facts.model_dump_json(), by_alias=True, by_name=True)
    except ValidationError:
        return False
    return True


def _in_utc(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _beside(value: Any, kind: Any, by: int) -> Any:
    """Return a value of that type that lies so far from another."""
    if isinstance(value, Money):
        return Money.of(value.amount + by, value.currency)
    if isinstance(value, bool):
        return value is (by == 0)
    if kind is date:
        return date.fromisoformat(value) + timedelta(days=by)
    if kind is datetime:
        return _in_utc(datetime.fromisoformat(value) + timedelta(days=by))
    if kind is str or (kind is Any and isinstance(value, str)):
        return value if by == 0 else f"{value} {by}" if by > 0 else value[:-1] or "!"
    exact = Decimal(str(value)) + by
    return kind(exact) if kind in {float, Decimal} else int(exact)


# -- what is known, done and agreed -------------------------------------------------------------------------


def _qualified(rule: Any, wanted: Wanted, sight: Sight, draw: Draw) -> Sight:
    criteria = [each for each in sight.template.framework.criteria if each.id in rule.criteria]
    if wanted is not True:
        criteria = [draw(st.sampled_from(criteria))]
    sure = {True: ("verified", rule.at_least), False: ("no",), None: ("unknown",)}[wanted]
    given = tuple(
        Answer(criterion=each.id, certainty=draw(st.sampled_from(sure)), at=sight.at, way=_way(each, draw))
        for each in criteria
    )
    known = sight.facts.qualification.answered(*given)
    return replace(sight, facts=sight.facts.model_copy(update={"qualification": known}))


def _way(criterion: Any, draw: Draw) -> str | None:
    return draw(st.sampled_from(criterion.ways)) if criterion.ways else None


def _role(rule: Any, wanted: Wanted, sight: Sight, draw: Draw) -> Sight:
    if wanted is None:
        return replace(sight, by=None)
    by = sight.by or Actor(id="u-1")
    more = (draw(st.sampled_from(rule.roles)),) if wanted else ()
    kept = by.roles if wanted else tuple(each for each in by.roles if each not in rule.roles)
    return replace(sight, by=Actor(id=by.id, name=by.name, roles=(*kept, *more)))


def _activity(rule: Any, wanted: Wanted, sight: Sight, draw: Draw) -> Sight:
    if not wanted:
        # what was done stays done; it can only be too long ago
        return replace(sight, at=sight.at + rule.within + timedelta(seconds=1)) if rule.within else sight
    # as many as may be asked for: some of those on record may be too old
    done = (Activity(kind=rule.kind, at=sight.at) for _ in range(rule.at_least))
    return _grown(sight, "activities", *done)


def _objections(_rule: Any, wanted: Wanted, sight: Sight, draw: Draw) -> Sight:
    held = sight.facts.objections
    if not wanted:
        return _grown(sight, "objections", Objection(id=f"doubt {len(held)}", text=draw(words), raised_at=sight.at))
    at = max([sight.at, *(each.resolved_at for each in held if each.resolved_at and each.open_at(sight.at))])
    how = draw(words)
    now = tuple(each if each.resolved_at else resolved(each, at=at, resolution=how) for each in held)
    return replace(sight, at=at, facts=sight.facts.model_copy(update={"objections": now}))


def _approved(rule: Any, wanted: Wanted, sight: Sight, draw: Draw) -> Sight:
    roles = (draw(st.sampled_from(rule.roles)),) if rule.roles else ()
    by = Actor(id="u-boss", roles=roles)
    said = Approval(what=rule.what, granted=wanted is True, at=sight.at, by=by, note=draw(words))
    return _grown(sight, "approvals", said)


# -- where it has been, and how long ------------------------------------------------------------------------


def _visited(_rule: Any, _wanted: Wanted, sight: Sight, _draw: Draw) -> Sight:
    return sight  # the way that a walk takes decides that


def _time_in_stage(rule: Any, wanted: Wanted, sight: Sight, _draw: Draw) -> Sight:
    holds_ = {name for stage in sight.template.stages if stage.hold for name in (stage.id, *stage.aliases)}
    lasted = stay(sight.events, holds_, sight.at)
    if lasted is None:
        return sight
    last, instant = sight.events[-1].at, timedelta(microseconds=1)
    least, most = rule.at_least or timedelta(0), rule.at_most or timedelta.max
    if wanted:
        return replace(sight, at=max(last, sight.at + min(max(lasted, least), most) - lasted))
    spared = max(timedelta(0), lasted - least + instant)
    shorter = sight.at - spared
    if rule.at_least and shorter >= last:
        return replace(sight, at=shorter)
    return replace(sight, at=sight.at + most - lasted + instant) if rule.at_most else sight


# -- groups and rules in Python -----------------------------------------------------------------------------


def _every(rule: Any, wanted: Wanted, sight: Sight, draw: Draw) -> Sight:
    for part in rule.rules:
        sight = made(part, wanted, sight, draw)
    return sight


def _one(rule: Any, wanted: Wanted, sight: Sight, draw: Draw) -> Sight:
    turn = draw(st.integers(0, len(rule.rules) - 1))
    tries = (made(part, wanted, sight, draw) for part in (*rule.rules[turn:], *rule.rules[:turn]))
    return next((shown for shown in tries if any(holds(part, shown) is wanted for part in rule.rules)), sight)


def _all_of(rule: Any, wanted: Wanted, sight: Sight, draw: Draw) -> Sight:
    return (_every if wanted else _one)(rule, wanted, sight, draw)


def _any_of(rule: Any, wanted: Wanted, sight: Sight, draw: Draw) -> Sight:
    return (_one if wanted else _every)(rule, wanted, sight, draw)


def _none_of(rule: Any, wanted: Wanted, sight: Sight, draw: Draw) -> Sight:
    return _any_of(rule, None if wanted is None else not wanted, sight, draw)


def _guesses(sight: Sight, path: str, draw: Draw) -> Iterator[Any]:
    """Yield what a function may want in a field: of what has no type, a few of each."""
    if field_at(type(sight.facts), path) is None:
        yield from (1, 100, 0, True, False, "x")
    else:
        yield from (_value(type(sight.facts), path, sight, draw) for _ in range(6))


def _python(rule: Any, wanted: Wanted, sight: Sight, draw: Draw) -> Sight:
    """Try values for what the function says that it reads, and the owner as who acts: nothing more is known of it."""
    by = sight.by or Actor(id="u-1")
    owned = replace(sight, facts=sight.facts.model_copy(update={"owner": by.id}), by=by)
    told = ((path, value) for path in rule.reads if not _fixed(path) for value in _guesses(sight, path, draw))
    tries = chain([owned], (_with(sight, path, value, draw) for path, value in told))
    return next((shown for shown in tries if holds(rule, shown) is wanted), sight)


_MAKERS: dict[str, Callable[[Any, Wanted, Sight, Draw], Sight]] = {
    "present": _present,
    "compare": _compare,
    "qualified": _qualified,
    "role": _role,
    "activity": _activity,
    "objections_resolved": _objections,
    "approved": _approved,
    "visited": _visited,
    "time_in_stage": _time_in_stage,
    "all_of": _all_of,
    "any_of": _any_of,
    "none_of": _none_of,
    "python": _python,
}
