"""Values: money, clean text, aware time, durations, actors and frozen mappings that cannot be half right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeGuard, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    StringConstraints,
    TypeAdapter,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

__all__ = ["Actor", "Day", "Duration", "Frozen", "FrozenMap", "Id", "Money", "Prose", "Scalar", "Text", "Time", "Whole"]

V_co = TypeVar("V_co", covariant=True)


class Frozen(BaseModel):
    """The frozen base of every value here: no unknown fields, no change after construction."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, allow_inf_nan=False)


# -- text ---------------------------------------------------------------------------------------------------

_JOINERS = {"\u200c", "\u200d"}
"""Zero-width joiners carry meaning in prose (emoji, Persian); an id has no use for them."""


_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
"""All of ASCII that does not print."""


def _unclean(text: str, *, allowed: frozenset[str]) -> str | None:
    """Name the first character that does not belong into `text`, or None."""
    if text.isascii():
        if text.isprintable():
            return None
        at = next((found.start() for found in _CONTROLS.finditer(text) if found[0] not in allowed), None)
        return None if at is None else f"U+{ord(text[at]):04X} at position {at}"
    found = (c for c in text if c not in allowed and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    bad = next(found, None)
    return None if bad is None else f"U+{ord(bad):04X} at position {text.index(bad)}"


def _cleaner(allowed: frozenset[str]) -> Callable[[str], str]:
    def clean(text: str) -> str:
        """Refuse control, bidi, zero-width and surrogate characters."""
        bad = _unclean(text, allowed=allowed)
        if bad:
            raise ValueError(f"text may not hold the character {bad}")
        return text

    return clean


def _normal(value: object) -> object:
    """Normalise text before its length is looked at: NFC may be longer."""
    if not isinstance(value, str) or value.isascii():
        return value
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        # pydantic-core answers a lone surrogate with an error that cannot be printed
        raise ValueError(
            f"text may not hold the character U+{ord(value[error.start]):04X} at position {error.start}"
        ) from None
    return normal(value)


_MOST_MARKS = 30
"""How many combining marks may follow one another: as many as Unicode's Stream-Safe Text Format allows (UAX #15)."""


def _piled(text: str) -> int | None:
    """Return where there is a mark too many: to normalise a pile of n marks takes n² steps."""
    # every pile that is too high has a mark at one of these positions
    if not any(map(unicodedata.combining, text[_MOST_MARKS :: _MOST_MARKS + 1])):
        return None
    height = 0
    for position, c in enumerate(text):
        height = height + 1 if unicodedata.combining(c) else 0
        if height > _MOST_MARKS:
            return position
    return None


def normal(text: str) -> str:
    """Return text in NFC. Raises ValueError where marks pile up."""
    if text.isascii():
        return text
    piled = _piled(text)
    if piled is not None:
        raise ValueError(f"text may not hold the character U+{ord(text[piled]):04X} at position {piled}")
    return unicodedata.normalize("NFC", text)


def composed(text: str) -> str:
    """Return what somebody typed as names are kept, in NFC; as it is where it can be no name."""
    try:
        return normal(text)
    except ValueError:
        return text


clean_id = _cleaner(frozenset())
clean_text = _cleaner(frozenset(_JOINERS))
clean_prose = _cleaner(frozenset(_JOINERS | {"\n", "\t", "\r"}))

Id = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=128),
    BeforeValidator(_normal),
    AfterValidator(clean_id),
]
"""What a host stores to name a thing: 1 to 128 clean characters, NFC."""

Text = Annotated[
    str, StringConstraints(strict=True, max_length=500), BeforeValidator(_normal), AfterValidator(clean_text)
]
"""One line for people: at most 500 clean characters."""

Prose = Annotated[
    str, StringConstraints(strict=True, max_length=20_000), BeforeValidator(_normal), AfterValidator(clean_prose)
]
"""Several lines for people: at most 20,000 clean characters, line breaks and tabs allowed."""

# -- time ---------------------------------------------------------------------------------------------------


def to_utc(time: datetime) -> datetime:
    """Return the same instant in UTC; ValueError for a naive time or one outside the calendar."""
    if time.tzinfo is None or time.utcoffset() is None:
        raise ValueError(f"time {time.isoformat()} has no zone")
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"time {time.isoformat()} lies outside the calendar once in UTC") from None


def _only_times(value: object) -> object:
    # pydantic reads 5 and "5" as seconds since 1970: a guess that nobody asked for
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and ("T" in value or " " in value or "t" in value):
        return value
    raise ValueError("a time is a datetime with a zone, or its ISO 8601 text")


Time = Annotated[AwareDatetime, BeforeValidator(_only_times), AfterValidator(to_utc)]
"""An instant, kept in UTC. Naive times and bare numbers are refused."""


def _only_days(value: object) -> object:
    if type(value) is date or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)):
        return value
    raise ValueError("a day is a date, or its ISO 8601 text such as '2026-01-05'")


Day = Annotated[date, BeforeValidator(_only_days)]
"""A day of the calendar. Times and bare numbers are refused."""


def _only_durations(value: object) -> object:
    if isinstance(value, timedelta) or (isinstance(value, str) and value[:1] == "P"):
        return value
    raise ValueError("a duration is a timedelta, or its ISO 8601 text such as 'P3D'")


Duration = Annotated[timedelta, BeforeValidator(_only_durations), Field(gt=timedelta(0), le=timedelta(days=36_525))]
"""A positive span of time of at most a century; ISO 8601 text (`P3D`) in files."""

# -- money --------------------------------------------------------------------------------------------------

_MINOR_UNITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
"""Digits after the point by ISO 4217; two for every currency not named."""

_LONGEST = 64
_LARGEST = 15
"""Amounts stay below 10^15: far above any deal, far below what makes decimals slow."""


def exact(value: object) -> Decimal:
    """Read a finite number below 10^15 exactly: an int, a Decimal or its digits as text, never a float.

    Text is what the schema of a file calls a number: no exponent, no blank, no digits but 0 to 9. Raises ValueError.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError(f"write an exact number as int, Decimal or text, not as {type(value).__name__}")
    if _long(value) or (isinstance(value, str) and not _DIGITS.fullmatch(value)):
        raise _no_digits()
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{number} is not a finite number")
    if number and not -_LARGEST <= number.adjusted() < _LARGEST:
        raise ValueError("a number lies between 10^-15 and 10^15")
    return number


# Decimal itself reads "1_000", " 5 " and the digits of any script
_DIGITS = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


def _no_digits() -> ValueError:
    return ValueError(f"a number is at most {_LONGEST} characters of digits with a point")


def _digits(number: Decimal) -> str:
    """Write a number as `exact` reads it: by itself a Decimal may be written 1E+3."""
    return f"{number:f}"


def _writable(number: Decimal) -> Decimal:
    if number and len(_digits(number)) > _LONGEST:
        raise _no_digits()
    return number


Number = Annotated[
    Decimal,
    BeforeValidator(exact),
    AfterValidator(_writable),
    PlainSerializer(_digits, return_type=str, when_used="json"),
]
"""An exact number that is written as it is read."""

_EXACT = Context(prec=80)
"""Sums do not depend on the precision that the host's thread happens to have set."""


def _long(value: int | str | Decimal) -> bool:
    """Tell what is slow to make a Decimal of: a huge text, a huge int."""
    if isinstance(value, str):
        return len(value) > _LONGEST
    return isinstance(value, int) and value.bit_length() > 2 * _LONGEST


class Money(Frozen):
    """An exact amount in one currency, with as many digits as the currency has minor units.

    >>> Money.of("5", "EUR") + Money.of("2.50", "EUR")
    Money(amount=Decimal('7.50'), currency='EUR')
    >>> Money.of("5", "EUR") + Money.of("5", "USD")
    Traceback (most recent call last):
    ...
    ValueError: EUR and USD do not mix: convert one of them first
    """

    amount: Annotated[Decimal, BeforeValidator(exact)]
    """A number, or as text where it has a point: `"1000.50"`."""
    currency: str
    """Three capital letters (ISO 4217). Any such code is taken: currencies come and go, histories stay."""

    @model_validator(mode="after")
    def _in_minor_units(self) -> Money:
        object.__setattr__(self, "amount", _in_minor_units(self.amount, self.currency))
        return self

    @classmethod
    def of(cls, amount: int | str | Decimal, currency: str) -> Money:
        """Make money from an exact amount; pydantic's ValidationError for anything else."""
        return cls.model_validate({"amount": amount, "currency": currency})

    def __add__(self, other: Money) -> Money:
        if not _money(other):
            return NotImplemented
        return Money.of(_EXACT.add(self.amount, _same_currency(self, other).amount), self.currency)

    def __sub__(self, other: Money) -> Money:
        if not _money(other):
            return NotImplemented
        return Money.of(_EXACT.subtract(self.amount, _same_currency(self, other).amount), self.currency)

    def __mul__(self, times: int | Decimal) -> Money:
        return Money.of(_EXACT.multiply(self.amount, exact(times)), self.currency)

    def __lt__(self, other: Money) -> bool:
        if not _money(other):
            return NotImplemented
        return self.amount < _same_currency(self, other).amount

    def __le__(self, other: Money) -> bool:
        if not _money(other):
            return NotImplemented
        return self.amount <= _same_currency(self, other).amount

    def __gt__(self, other: Money) -> bool:
        if not _money(other):
            return NotImplemented
        return other < self

    def __ge__(self, other: Money) -> bool:
        if not _money(other):
            return NotImplemented
        return other <= self

    def __str__(self) -> str:
        return f"{self.amount:,} {self.currency}"


def _money(value: object) -> bool:
    return isinstance(value, Money)


def _same_currency(one: Money, other: Money) -> Money:
    if one.currency != other.currency:
        raise ValueError(f"{one.currency} and {other.currency} do not mix: convert one of them first")
    return other


@cache
def _quantum(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


def _in_minor_units(amount: Decimal, currency: str) -> Decimal:
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.isupper()):
        raise ValueError(f"currency {currency[:20]!r} is not three capital letters (ISO 4217)")
    digits = _MINOR_UNITS.get(currency, 2)
    rounded = amount.quantize(_quantum(digits), context=_EXACT)
    if rounded != amount:
        raise ValueError(f"{amount} {currency} has more than {digits} digits after the point")
    return rounded or abs(rounded)


def is_exact(money: Money) -> bool:
    """Tell whether money is what validation makes; only what is put together behind its class's back is not."""
    amount: object = money.amount
    try:
        return type(amount) is Decimal and _in_minor_units(amount, money.currency).same_quantum(amount)
    except (ArithmeticError, TypeError, ValueError):
        return False


# -- frozen mappings ----------------------------------------------------------------------------------------


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Tell whether a value of unknown origin is a mapping."""
    # nearly all are dicts, which are told sooner by their class than by the abstract one
    return isinstance(value, (dict, Mapping))


def is_listing(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Tell whether a value of unknown origin is a list or a tuple."""
    return isinstance(value, list | tuple)


class FrozenMap(Mapping[str, V_co]):
    """A mapping from text that can be hashed and never changes.

    Equality is that of `dict`: it knows no order, and `1`, `1.0` and `True` are one value to it.
    """

    __slots__ = ("_items",)
    _items: dict[str, V_co]

    def __new__(cls, items: Mapping[str, V_co] | None = None, /) -> FrozenMap[V_co]:
        """Make it here, so that no later call of `__init__` can change it."""
        made = super().__new__(cls)
        object.__setattr__(made, "_items", dict(items or {}))
        return made

    def __getitem__(self, key: str) -> V_co:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __eq__(self, other: object) -> bool:
        return self._items == dict(other) if is_mapping(other) else NotImplemented

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a FrozenMap never changes: make a new one")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a FrozenMap never changes: make a new one")

    def __reduce__(self) -> tuple[type[FrozenMap[Any]], tuple[dict[str, V_co]]]:
        return FrozenMap, (self._items,)

    def __repr__(self) -> str:
        return f"FrozenMap({self._items!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        arguments = getattr(source, "__args__", (Any,))
        as_dict = core_schema.dict_schema(handler(Id), handler(arguments[0]))
        return core_schema.no_info_before_validator_function(
            _thawed,
            core_schema.no_info_after_validator_function(FrozenMap, as_dict),
            serialization=core_schema.plain_serializer_function_ser_schema(
                thaw, return_schema=core_schema.any_schema()
            ),
        )


def _thawed(value: Any) -> Any:
    if not is_mapping(value):
        return value
    seen: set[object] = set()
    for key in value:
        # two keys may become one in NFC, and the value of one would be lost without a word
        name = composed(key) if isinstance(key, str) and not key.isascii() else key
        if name in seen:
            raise ValueError(f"the key {shown(key)!r} stands twice")
        seen.add(name)
    return dict(value)


_ATOMS = frozenset({str, int, float, bool, type(None)})


def freeze(value: Any) -> Any:
    """Return JSON data with tuples for its lists and frozen mappings for its objects."""
    if type(value) in _ATOMS:
        return value
    if is_mapping(value):
        return FrozenMap({key: freeze(item) for key, item in value.items()})
    if is_listing(value):
        return tuple(freeze(item) for item in value)
    return value


class Settled(FrozenMap[V_co]):
    """A frozen mapping of JSON data that is known to be frozen all the way down, so that nobody freezes it again."""

    __slots__ = ()


NEVER_CHANGING = frozenset({*_ATOMS, Settled})
"""The types of JSON data that nobody needs to freeze."""


def settled(value: Any) -> Any:
    """Freeze JSON data once and for all."""
    if type(value) in NEVER_CHANGING:
        return value
    if is_mapping(value):
        return Settled({key: item if type(item) in _ATOMS else settled(item) for key, item in value.items()})
    return tuple(settled(item) for item in value) if is_listing(value) else value


def thaw(value: Any) -> Any:
    """Undo `freeze`: plain lists and dicts."""
    if type(value) in _ATOMS:
        return value
    if is_mapping(value):
        return {key: thaw(item) for key, item in value.items()}
    if is_listing(value):
        return [thaw(item) for item in value]
    return value


def _scalar(value: object) -> object:
    if isinstance(value, str):
        return _prose.validate_python(value)
    if value is None or type(value) is bool:
        return value
    if type(value) in {int, float} and abs(value) < 10**_LARGEST:  # type: ignore[arg-type]
        return value
    raise ValueError("a free field holds text, a number between -10^15 and 10^15, true, false or null")


_prose: TypeAdapter[str] = TypeAdapter(Prose, config=ConfigDict(defer_build=True))

Scalar = Annotated[Any, BeforeValidator(_scalar), WithJsonSchema({"type": ["string", "number", "boolean", "null"]})]
"""A strict JSON scalar: `True`, `1`, `1.0` and `"1"` stay what they are."""


def stated(text: object) -> bool:
    """Tell whether a text says something: blanks and joiners alone say nothing."""
    return isinstance(text, str) and any(c.isprintable() and not c.isspace() for c in text)


def shown(value: object) -> str:
    """Return whatever a caller sent in a form fit to print, of at most 128 characters."""
    if isinstance(value, str) and value.isprintable() and len(value) <= 128:
        return value
    try:
        return ascii(value)[:128]
    except Exception:  # noqa: BLE001 - a stranger's repr may raise anything, and an int of 5,000 digits has none
        return type(value).__name__


def said_by(error: BaseException) -> str:
    """Return the name and the words of somebody's error, of at most 300 characters, fit to print."""
    try:
        words = str(error)
    except Exception:  # noqa: BLE001 - somebody's error may not even be able to say what it is
        words = ""
    printable = "".join(c if c.isprintable() else " " for c in words[:300])
    return f"{type(error).__name__}: {printable}"[:300] if printable.strip() else type(error).__name__


# -- actors -------------------------------------------------------------------------------------------------


Whole = Annotated[int, Strict()]
"""A whole number, and nothing that pydantic would turn into one: a huge Decimal would take it minutes."""


class Actor(Frozen):
    """Who acts: a person or a program of the host's, with the roles it has at that moment."""

    id: Id
    roles: tuple[Id, ...] = ()
    name: Text = ""
