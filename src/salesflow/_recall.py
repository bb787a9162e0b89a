"""Recall: stored values read by hand where they stand just as templates write them. Others raise.

With pydantic, to read values is what an audit spends nearly all of its time on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin
from unicodedata import is_normalized

from pydantic import BaseModel

from salesflow.money import MINOR_UNITS, Money
from salesflow.qualification import Answer, Qualification
from salesflow.records import RESERVED, Activity, Approval, Item, LossReport, Objection, Offer, Record
from salesflow.values import (
    Actor,
    Day,
    FrozenMap,
    Id,
    Prose,
    Text,
    Time,
    clean_id,
    clean_prose,
    clean_text,
)


class Strange(ValueError):
    """A value in another form than that in which templates write: pydantic has to read it."""


Past = dict[Any, tuple[tuple[Any, ...], tuple[Any, ...]]]
"""What was read of this record before: by reader, the last listing in its stored form and as it was read."""

Reader = Callable[[Any, Past], Any]


@lru_cache(maxsize=1024)
def readers(cls: type[Record]) -> dict[str, Reader]:
    """Return a reader for each field of a class that hosts may set."""
    fields = {name: info for name, info in cls.model_fields.items() if name not in RESERVED}
    if cls.model_config != Record.model_config:
        # another configuration may read a text in another way
        return dict.fromkeys(fields, _strange)
    return {name: _of_type(_type_of(info)) for name, info in fields.items()}


def lookers(cls: type[Record]) -> dict[str, Reader]:
    """Return for each such field what looks whether a value can be read, and need not make it."""
    look: dict[Reader, Reader] = {_money: _sum, _money_or_none: _or_none(_sum)}
    return {name: look.get(read, read) for name, read in readers(cls).items()}


def _type_of(info: Any) -> Any:
    return Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation


def _of_type(wanted: Any) -> Reader:
    """Return the reader of an annotation."""
    known = next((read for each, read in _WORDS if each == wanted), None)
    if known is not None:
        return known
    parts = get_args(wanted)
    if get_origin(wanted) is Literal:
        return _one_of(parts)
    if get_origin(wanted) is tuple and parts[1:] == (...,):
        return _several(parts[0])
    if len(parts) == 2 and parts[1] is NoneType:
        return _or_none(_of_type(parts[0]))
    # by identity: what a host annotates with may have no hash
    model = next((each for each in _MODELS if each is wanted), None)
    if model is None:
        return _strange
    return _wordy(model) if model in _WORDY else _model(model)


# -- words --------------------------------------------------------------------------------------------------


def _strange(_raw: Any, _past: Past) -> Any:
    raise Strange


def _text(shortest: int, longest: int, clean: Callable[[str], str]) -> Reader:
    def read(raw: Any, _past: Past) -> Any:
        if raw.__class__ is not str or not shortest <= len(raw) <= longest:
            raise Strange
        if raw.isascii() and raw.isprintable():
            return raw
        if not is_normalized("NFC", raw):
            raise Strange
        return clean(raw)

    return read


_moment = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{6})?Z", re.ASCII).fullmatch
_day = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII).fullmatch


def _time(raw: Any, _past: Past) -> Any:
    if raw.__class__ is not str or not _moment(raw):
        raise Strange
    return datetime.fromisoformat(raw)


def _date(raw: Any, _past: Past) -> Any:
    if raw.__class__ is not str or not _day(raw):
        raise Strange
    return date.fromisoformat(raw)


def _yes_or_no(raw: Any, _past: Past) -> Any:
    if raw is not True and raw is not False:
        raise Strange
    return raw


_USUAL = frozenset({"AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "INR", "NOK", "PLN", "SEK", "USD"})
"""Currencies with hundredths that need no closer look."""
_currency = re.compile("[A-Z]{3}").fullmatch
_hundredths = re.compile(r"(?:0|-?[1-9]\d{0,14})\.\d\d", re.ASCII).fullmatch


def _sum(raw: Any, _past: Past) -> tuple[str, str]:
    """Return amount and currency of money that can be read."""
    items = _items(raw, 2)
    amount, currency = items["amount"], items["currency"]
    if amount.__class__ is not str or currency.__class__ is not str:
        raise Strange
    if currency not in _USUAL and (currency in MINOR_UNITS or not _currency(currency)):
        raise Strange
    if not _hundredths(amount):
        raise Strange
    return amount, currency


def _money(raw: Any, past: Past) -> Any:
    amount, currency = _sum(raw, past)
    return _made(Money, {"amount": Decimal(amount), "currency": currency})


def _money_or_none(raw: Any, past: Past) -> Any:
    return None if raw is None else _money(raw, past)


_WORDS: tuple[tuple[Any, Reader], ...] = (
    (Id, _text(1, 128, clean_id)),
    (Text, _text(0, 500, clean_text)),
    (Prose, _text(0, 20_000, clean_prose)),
    (Time, _time),
    (Day, _date),
    (bool, _yes_or_no),
    (Money, _money),
    (Money | None, _money_or_none),
)
"""No numbers among them: 5, 5.0 and True are equal, and what has been read before is found by equality."""


# -- what holds others --------------------------------------------------------------------------------------


def _or_none(read: Reader) -> Reader:
    return lambda raw, past: None if raw is None else read(raw, past)


def _one_of(words: tuple[Any, ...]) -> Reader:
    def read(raw: Any, _past: Past) -> Any:
        if raw.__class__ is not str or raw not in words:
            raise Strange
        return raw

    return read


def _several(part: Any) -> Reader:
    read_one = _of_type(part)
    if any(each is part for each in _MODELS):
        return _growing(read_one)

    def read(raw: Any, past: Past) -> Any:
        if raw.__class__ is not tuple:
            raise Strange
        return tuple(read_one(each, past) for each in raw)

    return read


def _growing(read_one: Reader) -> Reader:
    """Read a listing of models, and of what was read before only the tail: each update holds all earlier answers."""

    def read(raw: Any, past: Past) -> Any:
        if raw.__class__ is not tuple:
            raise Strange
        before, were = past.get(read, _NONE)
        same = _in_common(raw, before)
        values = (*were[:same], *[read_one(each, past) for each in raw[same:]])
        past[read] = raw, values
        return values

    return read


_NONE: tuple[tuple[Any, ...], tuple[Any, ...]] = ((), ())


def _in_common(now: tuple[Any, ...], before: tuple[Any, ...]) -> int:
    """Count the frozen mappings with which both listings begin."""
    count = 0
    for one, other in zip(now, before, strict=False):
        if one.__class__ is not FrozenMap or one._items != other._items:
            break
        count += 1
    return count


_MODELS: frozenset[type[BaseModel]] = frozenset(
    {Activity, Actor, Answer, Approval, Item, LossReport, Objection, Offer, Qualification}
)
"""The models of which it is known that to read them is to read their fields."""
_WORDY = frozenset({Activity, Answer, LossReport, Objection})
"""Those that hold nothing but texts."""


def _model(cls: type[BaseModel]) -> Reader:
    fields = tuple((name, _of_type(_type_of(info))) for name, info in cls.model_fields.items())

    def read(raw: Any, past: Past) -> Any:
        items = _items(raw, len(fields))
        return _made(cls, {name: read_one(items[name], past) for name, read_one in fields})

    return read


def _wordy(cls: type[BaseModel]) -> Reader:
    """Read a model of texts, and look at all of their characters at once where they are plain ones."""
    types = {name: _type_of(info) for name, info in cls.model_fields.items()}
    names = tuple(types)
    texts = tuple((name, *_BOUNDS[each]) for name, each in types.items() if each in _BOUNDS)
    others = tuple((name, _of_type(each)) for name, each in types.items() if each not in _BOUNDS)
    one_by_one = _model(cls)

    def read(raw: Any, past: Past) -> Any:
        items = _items(raw, len(names))
        words = "".join(filter(None, items.values()))
        if not words.isascii() or not words.isprintable():
            return one_by_one(raw, past)
        values = items.copy() if tuple(items) == names else {name: items[name] for name in names}
        for name, longest, nothing in texts:
            value = values[name]
            if len(value) > longest if value else value != nothing:
                raise Strange
        for name, read_one in others:
            values[name] = read_one(values[name], past)
        return _made(cls, values)

    return read


_ID: Any = Id
_BOUNDS: dict[Any, tuple[int, object]] = {
    Id: (128, NotImplemented),
    _ID | None: (128, None),
    Text: (500, ""),
    Prose: (20_000, ""),
}
"""How long texts may be, and what is there when nothing is: for an id that must be there, nothing that is equal."""


def _items(raw: Any, count: int) -> dict[str, Any]:
    """Return what a frozen mapping of so many items holds."""
    if raw.__class__ is not FrozenMap or len(raw._items) != count:
        raise Strange
    items: dict[str, Any] = raw._items
    return items


_new = object.__new__
_put_values, _put_names, _put_extra, _put_private = (
    vars(BaseModel)[name].__set__
    for name in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
)


def _made(cls: type[BaseModel], values: dict[str, Any]) -> Any:
    """Put a model together of values that were read one by one."""
    made = _new(cls)
    _put_values(made, values)
    _put_names(made, set(values))
    _put_extra(made, None)
    _put_private(made, None)
    return made
