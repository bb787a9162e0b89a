"""Payloads: somebody's parsed JSON, looked into with every place named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any, NoReturn

from salesflow._cells import BadCell, time_cell
from salesflow._trees import Parts, path_of
from salesflow._trees import shown as cut
from salesflow.crm._reading import Note
from salesflow.errors import LoadError
from salesflow.money import exact
from salesflow.values import is_listing, is_mapping
from salesflow.verdict import Problem

# exports write 1.0E7, as a float is written
_POWER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]{1,3}")


class BadField(Exception):
    """A field that cannot be read. In a row it drops the row; in a definition it is a LoadError."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    @classmethod
    def at(cls, place: str, code: str, text: str) -> BadField:
        """Return what is bad at a place."""
        return cls(Problem(code=code, path=place, text=text))

    def note(self) -> Note:
        """Return the note that a reader leaves on the row that it drops."""
        problem = self.problem
        return Note(code=problem.code, kind="dropped", place=problem.path, text=problem.text)


def refused(system: str, bad: BadField) -> LoadError:
    """Return the error for a payload that is not what it claims to be."""
    return LoadError(f"the payload of {system}", (bad.problem,))


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a payload, with its place."""

    value: Any
    parts: Parts = ()

    @property
    def place(self) -> str:
        """Where it lies: `results[3].id`."""
        return path_of(self.parts)

    @property
    def empty(self) -> bool:
        """Whether nothing is there: no such key, null, or an empty text."""
        return self.value is None or (isinstance(self.value, str) and not self.value.strip())

    def bad(self, code: str, text: str) -> NoReturn:
        """Raise BadField for this place."""
        raise BadField.at(self.place, code, text)

    # -- inside ---------------------------------------------------------------------------------------------

    def has(self, key: str) -> bool:
        """Tell whether this is an object with that key."""
        return is_mapping(self.value) and key in self.value

    def get(self, key: str) -> Node:
        """Return what lies under a key; nothing where there is no such key. Raises BadField for no object."""
        if not is_mapping(self.value):
            self.bad("payload.shape", f"an object is wanted here, not {_kind(self.value)}")
        return Node(self.value.get(key), (*self.parts, key))

    def need(self, key: str) -> Node:
        """Return what lies under a key that must be there. Raises BadField."""
        found = self.get(key)
        if key not in self.value:
            known = ", ".join(repr(cut(str(each), 40)) for each in list(self.value)[:12])
            self.bad("payload.missing", f"the field {key!r} is missing; there are {known or 'none'}")
        return found

    def each(self) -> Iterator[Node]:
        """Yield what lies in a list. Raises BadField, at once, where this is none."""
        if not is_listing(self.value):
            self.bad("payload.shape", f"a list is wanted here, not {_kind(self.value)}")
        return (Node(item, (*self.parts, place)) for place, item in enumerate(self.value))

    def entries(self) -> Iterator[tuple[str, Node]]:
        """Yield what lies in an object, by its keys as text. Raises BadField, at once, where this is none."""
        self.get("")
        return ((str(key), Node(item, (*self.parts, str(key)))) for key, item in self.value.items())

    # -- values ---------------------------------------------------------------------------------------------

    def name(self) -> str:
        """Read a name or id: text, or a whole number as text. Raises BadField."""
        value = self.value
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
            return str(value)
        if not isinstance(value, str) or not value.strip():
            self.bad("payload.value", f"a name is wanted here, not {_kind(value)}")
        return value.strip()

    def optional(self) -> str:
        """Read a name or id, empty where there is none. Raises BadField."""
        return "" if self.empty else self.name()

    def word(self) -> str:
        """Read one value as text, empty where there is none: text, a number, yes or no. Raises BadField."""
        if self.value is not None and not isinstance(self.value, str | int | float | Decimal | date):
            self.bad("payload.value", f"one value is wanted here, not {_kind(self.value)}")
        return "" if self.empty else str(self.value).strip()

    def flag(self) -> bool:
        """Read yes or no as systems write it: true, "true", "Y", 1. Nothing is no. Raises BadField."""
        if self.empty:
            return False
        word = str(self.value).strip().casefold()
        if word not in _FLAGS:
            self.bad("payload.value", f"yes or no is wanted here, not {_kind(self.value)}")
        return _FLAGS[word]

    def number(self) -> Decimal:
        """Read a number, also one that is written as text. Raises BadField."""
        value = str(self.value).strip() if isinstance(self.value, float | str) else self.value
        try:
            return exact(Decimal(value) if isinstance(value, str) and _POWER.fullmatch(value) else value)
        except ValueError as error:
            self.bad("payload.value", f"a number is wanted here: {error}")

    def moment(self, zone: tzinfo | None = None, *, tick: timedelta | None = None) -> datetime:
        """Read a time in UTC: ISO 8601 text, or ticks since 1970 where the system counts. Raises BadField.

        `zone` is that of times without one; `tick` what one unit of a bare number is, also of one written as text.
        """
        if tick is not None and (_count(self.value) or not isinstance(self.value, str | datetime | date)):
            return self._counted(tick)
        if _count(self.value):
            # fromisoformat takes any character between day and hour: 1612121212121 would be a night in 1612
            self.bad("time.unreadable", f"{_kind(self.value)} is no ISO 8601 time")
        try:
            return time_cell({"": self.value}, "", zone)
        except BadCell as bad:
            self.bad(_TIMES.get(bad.code, "time.unreadable"), bad.detail.removeprefix("column '' holds "))

    def _counted(self, tick: timedelta) -> datetime:
        moment = _EPOCH + self.number_of(tick) * tick
        if not _FIRST <= moment <= _LAST:
            self.bad("time.unreadable", f"{self.value} is no count of {_TICKS.get(tick, tick)} since 1970")
        return moment

    def number_of(self, tick: timedelta) -> int:
        """Read a count that stays within the calendar. Raises BadField."""
        number = self.number()
        if abs(number) * int(tick / timedelta(microseconds=1)) > _MOST_MICROSECONDS:
            self.bad("time.unreadable", f"{number} is no count of {_TICKS.get(tick, tick)} since 1970")
        return int(number)


def _count(value: object) -> bool:
    """Tell a count of seconds or milliseconds, written as text, from the eight digits of a day."""
    return isinstance(value, str) and len(value.strip()) > len("20260105") and value.strip().isdecimal()


_FLAGS = {"true": True, "y": True, "yes": True, "1": True, "false": False, "n": False, "no": False, "0": False}
_TIMES = {"naive_time": "time.naive", "ambiguous_time": "time.ambiguous"}
SECOND, MILLISECOND = timedelta(seconds=1), timedelta(milliseconds=1)
_TICKS = {SECOND: "seconds", MILLISECOND: "milliseconds"}
_EPOCH = datetime.combine(date(1970, 1, 1), time(), UTC)
# no CRM is older, and a count in the wrong unit lands in January 1970 or past the year 50,000
_FIRST, _LAST = datetime(1985, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_MOST_MICROSECONDS = 10**16


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    if is_mapping(value):
        return "an object"
    if is_listing(value):
        return "a list"
    return cut(ascii(value), 60)
