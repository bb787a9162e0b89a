"""Trees from strangers: text of bounded size, exact numbers, whole characters, and the name of every flaw."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, NoReturn

from salesflow.errors import LoadError
from salesflow.values import exact, is_listing, is_mapping
from salesflow.verdict import Problem

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


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a text may be, how many values it may hold, and how many brackets may be open at once."""

    bytes: int
    values: int
    depth: int


def refuse(place: str, code: str, text: str, *, path: str = "", advice: str = "") -> NoReturn:
    """Raise a LoadError of one problem."""
    raise LoadError(place, (Problem(code=code, path=path, text=text, advice=advice),))


def refuse_any(place: str, problems: Iterable[Problem]) -> None:
    """Raise a LoadError of the problems, if there are any."""
    found = capped(problems)
    if found:
        raise LoadError(place, found)


def capped(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the first problems, and how many more there are."""
    waiting = iter(problems)
    first = tuple(islice(waiting, MAX_PROBLEMS))
    more = sum(1 for _ in waiting)
    return (*first, Problem(code="problems.more", text=f"and {more:,} more")) if more else first


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

_BOMS = {b"\xff\xfe": "UTF-16 or UTF-32", b"\xfe\xff": "UTF-16", b"\x00\x00\xfe\xff": "UTF-32"}


def decoded(place: str, text: object, most: int) -> str:
    if not isinstance(text, str | bytes):
        refuse(place, "text.type", f"this is neither text nor bytes, but {type(text).__name__}")
    if len(text) > most:
        refuse(place, "text.large", f"this is larger than {most:,} bytes")
    # editors on Windows put a mark before UTF-8: it says nothing, and does no harm
    plain = (_from_utf8(place, text) if isinstance(text, bytes) else text).removeprefix("\ufeff")
    if not plain.strip():
        refuse(place, "text.empty", "there is nothing in it")
    return plain


def _from_utf8(place: str, text: bytes) -> str:
    other = next((name for mark, name in _BOMS.items() if text.startswith(mark)), None)
    if other:
        refuse(place, "text.encoding", f"this is {other}", advice="write it in UTF-8")
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        said = f"the byte 0x{text[error.start]:02X} is not UTF-8"
        line = text.count(b"\n", 0, error.start) + 1
        refuse(place, "text.encoding", said, path=f"line {line}", advice="write it in UTF-8")


def too_much(code: str, said: str, line: int) -> Problem:
    """Say in which line there is more of something than is read."""
    return Problem(code=code, path=f"line {line}", text=said)


# -- values -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flaw:
    """What stands in the tree for a value that cannot be taken: the parser's hooks do not know where they are."""

    code: str
    text: str


_LONGEST = 64
"""How many digits a whole number may have."""


def whole(digits: str) -> int | Flaw:
    # of very many digits int() takes very long
    if len(digits.removeprefix("-")) > _LONGEST:
        return Flaw("number.invalid", f"a whole number has at most {_LONGEST} digits")
    return int(digits)


def decimal(digits: str) -> int | Decimal | Flaw:
    try:
        number = exact(digits)
    except ValueError as error:
        return Flaw("number.invalid", str(error))
    # 25.0 is the whole number 25
    return int(number) if number == number.to_integral_value() else number


def flaws(value: Any, parts: Parts = ()) -> Iterator[Problem]:
    """Yield what is wrong with the tree. It is shallow by now, so recursion is safe."""
    if isinstance(value, Flaw):
        yield Problem(code=value.code, path=path_of(parts), text=value.text)
    elif isinstance(value, str):
        yield from _half_characters(value, parts)
    for part, item in inside(value):
        if isinstance(part, str):
            yield from _half_characters(part, (*parts, part))
        yield from flaws(item, (*parts, part))


def _half_characters(text: str, parts: Parts) -> Iterator[Problem]:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        said = f"U+{ord(text[error.start]):04X} at position {error.start} is half a character"
        yield Problem(code="text.surrogate", path=path_of(parts), text=said)
