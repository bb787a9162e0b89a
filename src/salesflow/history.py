"""History: the changes that a record went through, and under which template."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator

from salesflow.values import (
    NEVER_CHANGING,
    Actor,
    FrozenMap,
    Id,
    Prose,
    Text,
    Time,
    Whole,
    is_listing,
    is_mapping,
    thaw,
    to_utc,
)

__all__ = ["Change", "Kind", "TemplateRef"]

Kind = Literal[
    "started",
    "adopted",
    "updated",
    "advanced",
    "skipped",
    "moved_back",
    "held",
    "resumed",
    "won",
    "lost",
    "reopened",
    "migrated",
]
"""What a change did. Closing is told by its outcome, whether it skipped stages or not."""


@lru_cache(maxsize=4096)
def _one(value: Any) -> Any:
    """Return the first equal value seen, so that a long history read from JSON shares its actors and templates."""
    return value


def _interned(text: str) -> str:
    return sys.intern(text)


@dataclass(frozen=True, slots=True)
class TemplateRef:
    """Which template judged: its id, its version, and a digest of its behaviour."""

    id: Id
    version: Id
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

    def __str__(self) -> str:
        return f"{self.id} {self.version}"


SharedRef = Annotated[TemplateRef, AfterValidator(_one)]
"""Read from JSON, it is the one object that all equal ones share."""
SharedId = Annotated[Id, AfterValidator(_interned)]


NOTHING: FrozenMap[Any] = FrozenMap()


@lru_cache(maxsize=4096)
def _one_text(text: str) -> str:
    return text


_MAPPINGS = frozenset({dict, FrozenMap})
"""Known by their types alone, which is quicker than to ask what they are like."""


def _shared(value: Any) -> Any:
    """Freeze JSON data, and let equal short texts be one: thousands of changes name the same fields and currencies."""
    if type(value) is str:
        return _one_text(value) if len(value) <= 32 else value
    if type(value) in NEVER_CHANGING:
        return value
    if type(value) in _MAPPINGS or is_mapping(value):
        return FrozenMap({_shared(key): _shared(item) for key, item in value.items()})
    return tuple(_shared(item) for item in value) if is_listing(value) else value


def _fields(value: object) -> Any:
    if not is_mapping(value):
        raise ValueError(f"fields by name are wanted, not {type(value).__name__}")
    if not value:
        return NOTHING
    try:
        return _shared(value)
    except RecursionError:
        raise ValueError("a change sets fields that nest too deep") from None


FrozenJson = Annotated[Any, PlainValidator(_fields), PlainSerializer(thaw, return_type=dict[str, Any])]


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a record's life, as it was recorded.

    Made by templates and read from JSON; never edited.
    """

    number: Annotated[Whole, Field(ge=1, lt=10**9)]
    """Counted from 1 over the whole life of the record."""
    kind: Kind
    source: SharedId | None
    """The stage that was left; None where the record entered the process."""
    target: SharedId
    """The stage that was reached; the same as `source` for an update."""
    at: Time
    by: Annotated[Actor, AfterValidator(_one)] | None = None
    """Who acted, with the roles held at that moment."""
    ground: Prose | None = None
    """The stated reason for an exception."""
    overrode: tuple[Annotated[Text, AfterValidator(_interned)], ...] = ()
    """The codes of the rules passed over by an override."""
    set: FrozenJson = NOTHING
    """The fields that this change set, in their JSON form."""
    template: SharedRef | None = None

    def __post_init__(self) -> None:
        if self.at.tzinfo is not UTC:
            object.__setattr__(self, "at", to_utc(self.at))


_puts = [vars(Change)[each.name].__set__ for each in fields(Change)]
_number, _kind, _source, _target, _at, _by, _ground, _overrode, _set, _template = _puts


def plain_change(  # noqa: PLR0917 - one argument a field
    number: int,
    kind: Kind,
    source: str | None,
    target: str,
    at: datetime,
    by: Actor | None,
    set_fields: FrozenMap[Any],
    template: TemplateRef,
) -> Change:
    """Make a change without a ground and at a time in UTC; through the slots, in half the time that its class takes."""
    made = object.__new__(Change)
    _number(made, number)
    _kind(made, kind)
    _source(made, source)
    _target(made, target)
    _at(made, at)
    _by(made, by)
    _ground(made, None)
    _overrode(made, ())
    _set(made, set_fields)
    _template(made, template)
    return made


def time_in_stage(history: tuple[Change, ...], at: datetime, holds: frozenset[str] = frozenset()) -> timedelta | None:
    """Return how long the record has been in its stage at `at`; None where the history does not reach back.

    Time in one of the `holds` is not counted: a held record is in the stage that it left, and resuming goes on with
    the same stay. A migration begins a stay, also on hold.
    """
    total, end = timedelta(0), at
    for change in reversed(history):
        if change.kind == "updated":
            continue
        if change.target not in holds:
            total += end - change.at
            if change.kind != "resumed":
                return total
        if change.kind == "migrated":
            # what came before bears the names of another template
            return total
        end = change.at
    return None
