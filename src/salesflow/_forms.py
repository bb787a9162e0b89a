"""Forms: every shape that a rule may take, as data. A closed union, each member with its own tag."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from itertools import islice
from typing import Annotated, Any, Literal, Protocol

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_serializer,
    model_validator,
)

from salesflow.money import Money
from salesflow.values import Actor, Duration, Frozen, Id, Text, Whole, is_listing, is_mapping

MAX_DEPTH = 32
"""How deep rules may nest."""
MAX_NODES = 256
"""How many rules one rule may hold."""

Path = Annotated[
    str,
    StringConstraints(strict=True, max_length=128, pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_][A-Za-z0-9_ -]*)*$"),
]
"""A field of the record, dotted where it lies deeper: `amount`, `loss.reason`, `fields.credit_score`."""

Severity = Literal["block", "warn"]


class _Rule(Frozen):
    severity: Severity = "block"
    """A rule that only warns lets the move pass."""
    overridable_by: tuple[Id, ...] = ()
    """The roles that may pass over it, with a ground."""

    @model_serializer(mode="wrap")
    def _tagged(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # without its tag, which is a default, a rule could not be read back
        return {"rule": self.rule, **dump(self)}  # type: ignore[attr-defined]


class Present(_Rule):
    """The field has a value: not None, not empty."""

    rule: Literal["present"] = "present"
    field: Path
    """The field of the record that is looked at: `amount`, `loss.reason`, `fields.credit_score`."""


Op = Literal["eq", "ne", "lt", "le", "gt", "ge"]


def _comparable(value: object) -> object:
    if isinstance(value, float):
        raise ValueError(f"write a number with a point as text: {str(value)!r}")
    if isinstance(value, int) and (value.bit_length() > 64 or abs(value) >= 10**15):
        raise ValueError("a number lies between -10^15 and 10^15")
    return value


class Compare(_Rule):
    """The field compares with a value. Text is read as the type of the field: a number, a date, a time."""

    rule: Literal["compare"] = "compare"
    field: Path
    """The field of the record that is compared: `amount`, `offer.months`."""
    op: Op
    """Equal, not equal, less, at most (`le`), greater, at least (`ge`)."""
    value: Annotated[Money | StrictBool | StrictInt | Text, BeforeValidator(_comparable)]
    """What the field is compared with: a number, a text, a date as text, or money with its currency."""

    # to Python 1 and True are equal; to a rule they are not

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Compare) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[object, ...]:
        return self.field, self.op, type(self.value), self.value, self.severity, self.overridable_by


class Qualified(_Rule):
    """Each criterion is answered, and met."""

    rule: Literal["qualified"] = "qualified"
    criteria: tuple[Id, ...] = Field(min_length=1, max_length=64)
    """Ids of criteria of the template's framework."""
    at_least: Literal["claimed", "verified"] = "claimed"
    """How sure the answers must be: said by somebody, or backed by evidence."""


class Role(_Rule):
    """Who acts has one of these roles."""

    rule: Literal["role"] = "role"
    roles: tuple[Id, ...] = Field(min_length=1, max_length=256)
    """Any one of these is enough."""


class ActivityDone(_Rule):
    """An activity of that kind is on record, often and recently enough."""

    rule: Literal["activity"] = "activity"
    kind: Id
    """What was done: `call`, `demo`."""
    at_least: Annotated[Whole, Field(ge=1, le=1000)] = 1
    """How often."""
    within: Duration | None = None
    """How long ago at most, such as P30D; at any time where this is not said."""


class ObjectionsResolved(_Rule):
    """No objection stands."""

    rule: Literal["objections_resolved"] = "objections_resolved"


class TimeInStage(_Rule):
    """The stage that is left has lasted long enough, and not too long. Time on hold is not counted."""

    rule: Literal["time_in_stage"] = "time_in_stage"
    at_least: Duration | None = None
    """The shortest time, such as P2D."""
    at_most: Duration | None = None
    """The longest time, such as P30D."""

    @model_validator(mode="after")
    def _bounded(self) -> TimeInStage:
        if self.at_least is None and self.at_most is None:
            raise ValueError("time_in_stage needs at_least, at_most or both")
        if self.at_least and self.at_most and self.at_least > self.at_most:
            raise ValueError("time_in_stage needs at_least <= at_most")
        return self


class Visited(_Rule):
    """The record has been in that stage."""

    rule: Literal["visited"] = "visited"
    stage: Id
    """The id of the stage."""


class Approved(_Rule):
    """The latest approval of that thing is a yes, by one of these roles where any are named."""

    rule: Literal["approved"] = "approved"
    what: Id
    """What is approved: `discount`."""
    roles: tuple[Id, ...] = ()
    """The roles of which one must have approved; anybody where none is named."""


def _shallow(rules: Any) -> Any:
    # before validation: pydantic would answer a tree of 3,000 levels with a page for every level
    level: list[Any] = [rules]
    depth = count = 0
    while level:
        depth += 1
        parts = [*islice((part for each in level if is_listing(each) for part in each), MAX_NODES)]
        count += len(parts)
        if depth >= MAX_DEPTH:
            raise ValueError(f"rules nest at most {MAX_DEPTH} deep")
        if count >= MAX_NODES:
            raise ValueError(f"one rule holds at most {MAX_NODES} rules")
        level = [part["rules"] for part in parts if is_mapping(part) and "rules" in part]
    return rules


class _Group(_Rule):
    rules: Annotated[tuple[Rule, ...], BeforeValidator(_shallow)] = Field(min_length=1, max_length=MAX_NODES)
    """The rules inside."""

    @model_validator(mode="after")
    def _bounded(self) -> _Group:
        _check_group(self.rules)
        return self


class AllOf(_Group):
    """Every rule holds; those that do not are named one by one."""

    rule: Literal["all_of"] = "all_of"


class AnyOf(_Group):
    """At least one rule holds."""

    rule: Literal["any_of"] = "any_of"


class NoneOf(_Group):
    """No rule holds."""

    rule: Literal["none_of"] = "none_of"


class RuleFunction(Protocol):
    """A rule in Python: True when it holds, False when it does not, None when it cannot tell."""

    def __call__(self, record: Any, /, *, at: datetime, by: Actor | None) -> bool | None: ...


def _function(call: object) -> object:
    if call is not None and not callable(call):
        raise ValueError(f"a rule in Python is a function, not {type(call).__name__}")
    return call


class PythonRule(_Rule):
    """A rule written in Python, known in files by its name. Two of the same name are equal, bound or not."""

    rule: Literal["python"] = "python"
    name: Id
    """The name of the function, to which the program binds it."""
    reads: tuple[Path, ...] = ()
    """The fields that it reads, which a form may ask for when it cannot tell."""
    text: Text = ""
    """What to say when it does not hold."""
    call: Annotated[Any, Field(exclude=True, repr=False), AfterValidator(_function)] = None
    """The function, once bound."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PythonRule) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[object, ...]:
        return self.name, self.severity, self.overridable_by

    def __deepcopy__(self, memo: object = None) -> PythonRule:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        # a decorated function is found under its name as this rule, not as the function: pickle needs telling
        call = self.call
        where = (call.__module__, call.__qualname__) if call else None
        return _unpickled, (self.model_dump(), where)


def _unpickled(data: dict[str, Any], where: tuple[str, str] | None) -> PythonRule:
    if where is None:
        return PythonRule(**data)
    __import__(where[0])
    found = reduce(getattr, where[1].split("."), sys.modules[where[0]])
    return PythonRule(**data, call=getattr(found, "call", found))


Rule = Annotated[
    Present
    | Compare
    | Qualified
    | Role
    | ActivityDone
    | ObjectionsResolved
    | TimeInStage
    | Visited
    | Approved
    | AllOf
    | AnyOf
    | NoneOf
    | PythonRule,
    Field(discriminator="rule"),
]
"""Every form that a rule may take."""

AnyRule = (
    Present
    | Compare
    | Qualified
    | Role
    | ActivityDone
    | ObjectionsResolved
    | TimeInStage
    | Visited
    | Approved
    | AllOf
    | AnyOf
    | NoneOf
    | PythonRule
)


def depth(rule: AnyRule) -> int:
    """Return how deep a rule nests: 1 for one without parts."""
    return 1 + max(map(depth, parts(rule)), default=0)


def parts(rule: AnyRule) -> tuple[AnyRule, ...]:
    """Return the rules directly inside a rule."""
    return rule.rules if isinstance(rule, _Group) else ()


def walk(rule: AnyRule) -> Iterator[AnyRule]:
    """Yield a rule and every rule inside it."""
    yield rule
    for part in parts(rule):
        yield from walk(part)


def _check_group(rules: tuple[AnyRule, ...]) -> None:
    if 1 + max(map(depth, rules)) > MAX_DEPTH:
        raise ValueError(f"rules nest at most {MAX_DEPTH} deep")
    if sum(1 for rule in rules for _ in walk(rule)) >= MAX_NODES:
        raise ValueError(f"one rule holds at most {MAX_NODES} rules")
    if any(rule.severity != "block" or rule.overridable_by for rule in rules):
        raise ValueError("severity and overridable_by belong on the outermost rule")


def reads(rule: AnyRule) -> tuple[str, ...]:
    """Return the field paths that a rule reads, each once.

    >>> from salesflow.rules import all_of, compare, present
    >>> reads(all_of(present("amount"), compare("fields.seats", "ge", 10)))
    ('amount', 'fields.seats')
    """
    paths = (path for each in walk(rule) for path in _own_paths(each))
    return tuple(dict.fromkeys(paths))


def _own_paths(rule: AnyRule) -> tuple[str, ...]:
    if isinstance(rule, Present | Compare):
        return (rule.field,)
    return rule.reads if isinstance(rule, PythonRule) else ()
