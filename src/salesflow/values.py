"""Values: clean text, aware time, durations, actors and frozen mappings that cannot be half right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, TypeGuard, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    TypeAdapter,
    WithJsonSchema,
)
from pydantic_core import core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

__all__ = ["Actor", "Day", "Duration", "Frozen", "FrozenMap", "Id", "Prose", "Scalar", "Text", "Time", "Whole"]

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


LARGEST = 15
"""Numbers stay below 10^15: far above any deal, far below what makes decimals slow."""


def _scalar(value: object) -> object:
    if isinstance(value, str):
        return _prose.validate_python(value)
    if value is None or type(value) is bool:
        return value
    if type(value) in {int, float} and abs(value) < 10**LARGEST:  # type: ignore[arg-type]
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
