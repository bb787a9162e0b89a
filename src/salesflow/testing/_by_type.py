"""Values by their type: something for any field that a host's own class may have."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from math import ceil, floor, isfinite
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel

from salesflow import Money
from salesflow.testing._draw_values import T0, texts
from salesflow.values import FrozenMap

words = texts.map(lambda text: f"{text} ~")
"""Text that is not empty."""
numbers = st.integers(1, 48)
sums = st.integers(1, 10**6).flatmap(
    lambda units: st.sampled_from(["EUR", "USD", "JPY"]).map(lambda currency: Money.of(units, currency))
)
scalars = st.one_of(words, numbers, st.booleans())


def types_in(annotation: Any) -> list[Any]:
    """Return the plain types that an annotation allows, None left out; a tuple with what it holds."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return types_in(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        return [found for part in get_args(annotation) if part is not type(None) for found in types_in(part)]
    return [datetime if annotation is AwareDatetime else annotation]


def field_at(cls: Any, path: str) -> Any:
    """Return what pydantic knows of the field at a dotted path; None for what lies in a mapping."""
    first, _, rest = path.partition(".")
    if not issubclass(cls, BaseModel):
        return None
    field: Any = cls.model_fields[first]
    found = types_in(field.annotation)[0]
    return field_at(get_origin(found) or found, rest) if rest else field


def of_field(field: Any) -> st.SearchStrategy[Any]:
    """Values that a field of a model takes and that are not empty, as far as its type and its bounds tell."""
    if field is None:
        return scalars
    bounds = tuple(each for each in _bounds(field) if isinstance(each, Hashable))
    return _bounded(types_in(field.annotation)[0], bounds)


def _bounds(field: Any) -> tuple[Any, ...]:
    """Return what limits the values of a field, wherever it was written."""
    inner = get_args(field.annotation) if get_origin(field.annotation) in _UNIONS else ()
    told = [each for part in inner for each in getattr(part, "__metadata__", ())]
    return (*field.metadata, *(bound for each in told for bound in getattr(each, "metadata", (each,))))


_UNIONS = (Union, UnionType)


@lru_cache(maxsize=1024)
def _bounded(kind: Any, bounds: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    patterns = [found for each in bounds if (found := getattr(each, "pattern", None))]
    if patterns:
        return st.from_regex(str(patterns[0]), fullmatch=True)
    measured = tuple(each for each in bounds if type(each).__module__ == "annotated_types")
    if kind is str:
        return _long_enough(bounds)
    plain = _PLAIN.get(get_origin(kind) or kind)
    return _of_type(kind, measured) if measured or plain is None else plain


def _long_enough(bounds: tuple[Any, ...]) -> st.SearchStrategy[str]:
    least = max([1, *(found for each in bounds if (found := getattr(each, "min_length", None)))])
    most = min([10**6, *(found for each in bounds if (found := getattr(each, "max_length", None)))])
    # texts end with a mark, so that they are not blank
    return words if least <= 2 and most >= 22 else st.text("abc", min_size=least, max_size=min(most, least + 20))


def _of_type(kind: Any, measured: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    origin = get_origin(kind) or kind
    if origin is tuple:
        return _bounded(types_in(get_args(kind)[0])[0], ()).map(lambda one: (one,))
    if isinstance(origin, type) and issubclass(origin, BaseModel):
        return blank(origin)
    if kind is Decimal:
        return _hundredths(measured)
    told: Any = Annotated[(kind, *measured)] if measured else kind
    drawn: st.SearchStrategy[Any] = st.from_type(told)
    return drawn.filter(isfinite) if kind is float else drawn


def _hundredths(measured: tuple[Any, ...]) -> st.SearchStrategy[Decimal]:
    """Decimals within bounds, in hundredths: Hypothesis draws signalling nans, and then cannot compare them."""
    least = [Decimal(str(each.ge)) * 100 for each in measured if hasattr(each, "ge")]
    least += [Decimal(str(each.gt)) * 100 + 1 for each in measured if hasattr(each, "gt")]
    most = [Decimal(str(each.le)) * 100 for each in measured if hasattr(each, "le")]
    most += [Decimal(str(each.lt)) * 100 - 1 for each in measured if hasattr(each, "lt")]
    start = ceil(max(least, default=Decimal(100) if not most else min(most) - 4800))
    return st.integers(start, floor(min(most, default=Decimal(start + 4800)))).map(lambda cents: Decimal(cents) / 100)


_days = st.integers(0, 400).map(lambda days: timedelta(days=days))
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    int: numbers,
    float: numbers.map(float),
    Decimal: numbers.map(Decimal),
    Money: sums,
    FrozenMap: words.map(lambda text: FrozenMap({"note": text})),
    datetime: st.just(T0),
    date: _days.map(lambda days: T0.date() + days),
    timedelta: numbers.map(lambda hours: timedelta(hours=hours)),
    Any: scalars,
}


def blank(cls: Any) -> st.SearchStrategy[Any]:
    """Models of a class with the fields that it must have and no others. May raise what its validators raise."""
    needed: dict[str, Any] = {name: each for name, each in cls.model_fields.items() if each.is_required()}
    parts = st.fixed_dictionaries({name: of_field(field) for name, field in needed.items()})
    return parts.map(lambda fields: cls.model_validate(fields, by_alias=True, by_name=True))
