"""Trees from strangers: text of bounded size, exact numbers, whole characters, and the name of every flaw."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any, NoReturn, TypeVar

from salesflow._heard import heard
from salesflow._phrases import counted, names
from salesflow.errors import LoadError
from salesflow.money import exact
from salesflow.values import is_listing, is_mapping
from salesflow.verdict import Problem, problem

MAX_PROBLEMS = 100
"""How many problems one error names."""

CODES: dict[str, str] = {
    "text.type": "what was given is neither text nor bytes",
    "text.large": "the text is too large",
    "text.encoding": "the bytes are not UTF-8",
    "text.empty": "there is nothing in it",
    "text.deep": "brackets nest too deep",
    "text.many": "it holds too many values",
    "text.surrogate": "a text holds half a character",
    "key.duplicate": "a key stands twice in one object",
    "number.invalid": "a number is too long, too large, or none",
    "problems.more": "there are more problems than are named",
}
"""Every code of a problem found here, and what it means."""

ABSENT = object()
"""What lies where nothing lies: a null is something."""
Parts = tuple[str | int, ...]
"""Where something lies in a tree: keys and positions from the root."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a text may be, how many values it may hold, and how many brackets may be open at once."""

    bytes: int
    values: int
    depth: int


def refuse(place: str, code: str, *, path: str = "", why: str = "", advises: str = "", **params: Any) -> NoReturn:
    """Raise a LoadError of one problem; `params` are the values in its text and its advice."""
    raise LoadError(place, (problem(code, path, why=why, advises=advises, **params),))


def capped(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the first problems, and how many more there are."""
    return _cut(problems, lambda each: each)


def _cut(found: Iterable[T], told: Callable[[T], Problem]) -> tuple[Problem, ...]:
    waiting = iter(found)
    first = tuple(told(each) for each in islice(waiting, MAX_PROBLEMS))
    more = sum(1 for _ in waiting)
    return (*first, problem("problems.more", count=counted(more))) if more else first


def child(value: object, part: str | int) -> Any:
    """Return what lies in an object or a list under a key or position, or ABSENT."""
    if is_mapping(value):
        return value.get(part, ABSENT)
    return value[part] if is_listing(value) and isinstance(part, int) and part < len(value) else ABSENT


def inside(value: object) -> Iterable[tuple[str | int, Any]]:
    """Return what lies directly in an object or a list, by key or position."""
    if is_mapping(value):
        return value.items()
    return enumerate(value) if is_listing(value) else ()


def path_of(parts: Parts) -> str:
    """Write a place in a tree.

    >>> path_of(("stages", 2, "rules", 0, "field"))
    'stages[2].rules[0].field'
    """
    return "".join(_written(part) for part in parts).removeprefix(".")


def _written(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if re.fullmatch("[A-Za-z_][A-Za-z0-9_]{0,63}", part) else f"['{shown(part, 80)}']"


def shown(name: str, at_most: int = 500) -> str:
    """Return a name fit to print, whatever it holds."""
    cut = name if len(name) <= at_most else f"{name[:at_most]}…"
    return cut if cut.isprintable() else ascii(cut)[1:-1]


# -- text ---------------------------------------------------------------------------------------------------

_BOMS = {b"\xff\xfe": ("UTF-16", "UTF-32"), b"\xfe\xff": ("UTF-16",), b"\x00\x00\xfe\xff": ("UTF-32",)}


def decoded(place: str, text: object, limit: int) -> str:
    if not isinstance(text, str | bytes):
        refuse(place, "text.type", type=type(text).__name__)
    if len(text) > limit:
        refuse(place, "text.large", most=counted(limit))
    # editors on Windows put a mark before UTF-8: it says nothing, and does no harm
    plain = (_from_utf8(place, text) if isinstance(text, bytes) else text).removeprefix("\ufeff")
    if not plain.strip():
        refuse(place, "text.empty")
    return plain


def _from_utf8(place: str, text: bytes) -> str:
    other = next((name for mark, name in _BOMS.items() if text.startswith(mark)), None)
    if other:
        refuse(place, "text.encoding", advises="utf_8", encoding=names(other))
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        byte, line = f"0x{text[error.start]:02X}", text.count(b"\n", 0, error.start) + 1
        refuse(place, "text.encoding", path=f"line {line}", why="byte", advises="utf_8", byte=byte)


# -- values -------------------------------------------------------------------------------------------------


class Flaw:
    """What stands in the tree for a value that cannot be taken: the parser's hooks do not know where they are.

    It holds the code of a problem, which text of that code tells it, and the values in the text.
    """

    __slots__ = ("code", "params", "why")

    def __init__(self, code: str, why: str = "", **params: Any) -> None:
        self.code = code
        self.why = why
        self.params = params


Found = tuple[Parts, Flaw]
"""A flaw and where it lies."""


_LONGEST = 64
"""How many digits a whole number may have."""


def whole(digits: str) -> int | Flaw:
    # of very many digits int() takes very long
    if len(digits.removeprefix("-")) > _LONGEST:
        return Flaw("number.invalid", "digits", most=_LONGEST)
    return int(digits)


def decimal(digits: str) -> int | Decimal | Flaw:
    """Read a number as JSON and TOML write it, with an exponent where it has one."""
    try:
        number = exact(_read(digits))
    except ValueError as error:
        return Flaw("number.invalid", said=heard(str(error), "value"))
    # 25.0 is the whole number 25
    return int(number) if number == number.to_integral_value() else number


def _read(digits: str) -> Decimal | str:
    """Read a number, with its exponent; what no Decimal can be made of at once stays text, which `exact` refuses."""
    try:
        return Decimal(digits) if len(digits) <= _LONGEST else digits
    except InvalidOperation:
        return digits


def refuse_flaws(place: str, found: Iterable[Found]) -> None:
    """Raise a LoadError of the flaws, if there are any."""
    # texts take long to make, and what is past the cap is only counted
    problems = _cut(found, _told)
    if problems:
        raise LoadError(place, problems)


def _told(found: Found) -> Problem:
    parts, flaw = found
    return problem(flaw.code, path_of(parts), why=flaw.why, **flaw.params)


def flaws(value: Any, parts: Parts = ()) -> Iterator[Found]:
    """Yield what is wrong with the tree. It is shallow by now, so recursion is safe."""
    if isinstance(value, Flaw):
        yield parts, value
    elif isinstance(value, str):
        yield from _half_characters(value, parts)
    for part, item in inside(value):
        if isinstance(part, str) and not part.isascii():
            yield from _half_characters(part, (*parts, part))
        if not (isinstance(item, str) and item.isascii()):
            yield from flaws(item, (*parts, part))


def _half_characters(text: str, parts: Parts) -> Iterator[Found]:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        half = f"U+{ord(text[error.start]):04X}"
        yield parts, Flaw("text.surrogate", character=half, position=error.start)
