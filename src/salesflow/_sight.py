"""Sight: what rules read of a record, of a past record, or of a row of a log."""

from __future__ import annotations

from collections.abc import Callable, Sized
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, cast

from pydantic import BaseModel

from salesflow.money import Money, exact
from salesflow.values import FrozenMap, is_mapping, shown


class View:
    """What rules may read as if it were a record: a past record, a row of a log."""

    @property
    def for_host(self) -> Any:
        """What a rule in Python is shown."""
        return self


class Unread(LookupError):
    """A rule in Python met what cannot be read where it expected a value."""


class Unreadable:
    """What a view of a record gives for a field that the data at hand does not tell."""

    def __repr__(self) -> str:
        return "UNREADABLE"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            # what asks for these asks what kind of thing it is
            raise AttributeError(name)
        # rules in Python meet it where they expected a value
        raise Unread(f"{name} of a field that cannot be read here")

    def _asked(self, *_: object) -> Any:
        raise Unread("a field that cannot be read here was asked for its value")

    # what a rule may do with a value must not pass for an answer
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __len__ = __iter__ = _asked
    __contains__ = __getitem__ = __str__ = __float__ = __int__ = _asked
    __add__ = __sub__ = __mul__ = __truediv__ = __radd__ = __rsub__ = __rmul__ = __rtruediv__ = _asked
    __hash__ = object.__hash__


UNREADABLE = Unreadable()


def reader(path: str, fields: frozenset[str]) -> Callable[[Any], Any]:
    """Return a function that reads a dotted field; None where something on the way is missing."""
    first, *rest = path.split(".")
    begin: Callable[[Any], Any] = attrgetter(first) if first in fields else lambda record: _inside(record, first)
    if not rest:
        return begin

    def read(record: Any) -> Any:
        value = begin(record)
        for name in rest:
            if value is None or value is UNREADABLE:
                return value
            value = _inside(value, name)
        return value

    return read


def _inside(value: Any, name: str) -> Any:
    """Read one field, and nothing that is none: no method, no attribute that happens to be there."""
    if is_mapping(value):
        return value.get(name)
    if isinstance(value, BaseModel):
        return getattr(value, name) if name in type(value).model_fields else UNREADABLE
    return getattr(value, name) if isinstance(value, View) else UNREADABLE


_SIZED = (str, tuple, FrozenMap, list, dict, set, frozenset)


def has_value(value: Any) -> bool:
    """Tell whether a field has a value: not None, not an empty text or collection."""
    # by length: `value in (None, "")` would call the value's own __eq__
    return value is not None and not (isinstance(value, _SIZED) and len(cast("Sized", value)) == 0)


def like(actual: Any, wanted: Any) -> Any:
    """Read `wanted` as the type of `actual`; None where they cannot be compared."""
    if isinstance(actual, Money) or isinstance(wanted, Money):
        same = isinstance(actual, Money) and isinstance(wanted, Money) and actual.currency == wanted.currency
        return wanted if same else None
    if isinstance(actual, bool) or isinstance(wanted, bool):
        return wanted if type(actual) is type(wanted) else None
    return _read_as(actual, wanted)


def _read_as(actual: Any, wanted: int | str) -> Any:
    try:
        if isinstance(actual, int | float | Decimal):
            return exact(wanted)
        if isinstance(actual, datetime):
            if actual.tzinfo is None:
                return None
            moment = datetime.fromisoformat(str(wanted))
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(actual, date):
            return date.fromisoformat(str(wanted))
    except ValueError:
        return None
    return wanted if isinstance(actual, str) and isinstance(wanted, str) else None


def shown_value(value: Any) -> str:
    """Return a field's value as people write it, of at most 200 characters."""
    try:
        return str(value)[:200]
    except ValueError:
        # an int of 5,000 digits has no text
        return shown(value)
