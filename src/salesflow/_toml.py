"""TOML from strangers: a tree of bounded size, or the name of every flaw; and in which line a part of it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from salesflow._heard import heard
from salesflow._phrases import counted
from salesflow._trees import Flaw, Limits, Parts, decimal, decoded, flaws, refuse, refuse_flaws, whole
from salesflow.values import is_listing, is_mapping

MAX_KEY = 40
"""How many parts a dotted key or a table's name may have; a rule at its deepest takes 34."""
MAX_VALUES = 25_000
"""How many values a TOML text may hold: a value counts once for each part of its key and of its table's name."""
MAX_PIECES = 12 * MAX_VALUES
"""How many words and signs may be looked at: no TOML has more of them around its values."""
MAX_WORD = 128
"""How many characters a number or another bare word may have."""

CODES: dict[str, str] = {
    "toml.syntax": "it is not TOML",
    "toml.key": "a dotted key has too many parts",
    "toml.time": "a date or a time stands without quotes",
}
"""Every code of a problem that only TOML has, and what it means."""


def read_toml(text: str | bytes, *, place: str, limits: Limits) -> Any:
    """Return what the text holds. Raises LoadError.

    Whole numbers come as int, others as Decimal: none goes through a float.
    A text in TOML may hold no more than `MAX_VALUES`, whatever the limits: `tomllib` looks up every part of a key.
    """
    plain = decoded(place, text, limits.bytes).replace("\r\n", "\n")
    _refuse_oversize(plain, place, Limits(limits.bytes, min(limits.values, MAX_VALUES), limits.depth))
    tree = _plain(_parsed(place, plain))
    refuse_flaws(place, flaws(tree))
    return tree


# tomllib says by its words alone that a key stands twice
_TWICE = ("Cannot declare", "Cannot overwrite", "Cannot mutate", "Duplicate")
_PLACE = re.compile(r" \((at line \d+, column \d+|at end of document)\)$")


def _parsed(place: str, text: str) -> Any:
    # an edge: who reads no TOML need not load it
    import tomllib

    try:
        return tomllib.loads(text, parse_float=decimal)
    except ValueError as error:
        words = _PLACE.sub("", str(error))
        found = _PLACE.search(str(error))
        path = found[1].removeprefix("at ") if found else ""
    if words.startswith(_TWICE):
        refuse(place, "key.duplicate", path=path)
    # most often a text that stands without quotes
    advises = "quotes" if words == "Invalid value" else ""
    return refuse(place, "toml.syntax", path=path, advises=advises, said=heard(_lower(words), "toml"))


def _lower(words: str) -> str:
    return f"{words[:1].lower()}{words[1:]}"


def _plain(value: Any) -> Any:
    """Return the tree with flaws for what no other form has: numbers that are too long, dates and times."""
    if is_mapping(value):
        return {key: _plain(item) for key, item in value.items()}
    if is_listing(value):
        return [_plain(item) for item in value]
    if isinstance(value, date | time):
        return Flaw("toml.time", quoted=f'"{value.isoformat()}"')
    return whole(str(value)) if type(value) is int else value


# -- size and lines -----------------------------------------------------------------------------------------

# possessive, and content to leave a text open at the end: one pass, however the quotes are set
_PIECE = re.compile(
    r""""{3}(?:[^"\\]++|\\.|"(?!""))*+"{0,5}|'{3}(?:[^']++|'(?!''))*+'{0,5}"""
    r"""|"(?:[^"\\\n]++|\\[^\n])*+"?|'[^'\n]*+'?|(?:[ \t\n]|\#[^\n]*+)++|[\[\]{},=]|[^\s"'#\[\]{},=]++|\s""",
    re.DOTALL,
)


@dataclass(slots=True)
class _Level:
    """A table or an array that is open: where it lies, the key that is read or the position that is reached."""

    parts: Parts
    array: bool = False
    names: tuple[str, ...] = ()
    position: int = 0
    in_key: bool = True

    @property
    def here(self) -> Parts:
        return (*self.parts, self.position) if self.array else (*self.parts, *self.names)

    def next(self) -> None:
        self.position += 1
        self.names, self.in_key = (), True


@dataclass(slots=True)
class _Walk:
    """How far a text is read: the line, what is open, how many brackets a header has, the arrays of tables."""

    place: str
    line: int = 1
    levels: list[_Level] = field(default_factory=lambda: [_Level(())])
    header: int = 0
    arrays: dict[Parts, int] = field(default_factory=dict[Parts, int])

    def close(self) -> None:
        if len(self.levels) > 1:
            self.levels.pop()


def outline(text: str) -> Iterator[tuple[Parts, int]]:
    """Yield every place of a text that is TOML, with its line."""
    return _walked(text.replace("\r\n", "\n"), "")


def _refuse_oversize(text: str, place: str, limits: Limits) -> None:
    """Refuse too many levels or values before a parser recurses, and keys that would take it long."""
    values = 1
    for parts, line in _walked(text, place):
        values += len(parts)
        if len(parts) > limits.depth:
            refuse(place, "text.deep", path=f"line {line}", why="toml", most=limits.depth)
        if values > limits.values:
            refuse(place, "text.many", path=f"line {line}", most=counted(limits.values))


def _walked(text: str, place: str) -> Iterator[tuple[Parts, int]]:
    walk = _Walk(place)
    for number, match in enumerate(_PIECE.finditer(text)):
        if number > MAX_PIECES:
            refuse(place, "text.many", path=f"line {walk.line}", most=counted(MAX_VALUES))
        parts = _step(walk, match[0])
        if parts:
            yield parts, walk.line
        walk.line += match[0].count("\n")


def _step(walk: _Walk, piece: str) -> Parts | None:
    """Take one piece, and return the place that begins with it, if one does."""
    level = walk.levels[-1]
    if piece[0] in " \t\n#":
        if len(walk.levels) == 1 and "\n" in piece:
            walk.header = 0
            level.next()
        return None
    step = _PUNCTUATION.get(piece)
    if step:
        return step(walk, level)
    if level.array or not level.in_key:
        return _value(walk, level, piece)
    level.names += _names(walk, piece)
    return None


def _equals(_walk: _Walk, level: _Level) -> Parts | None:
    level.in_key = False
    return level.here


def _comma(_walk: _Walk, level: _Level) -> None:
    level.next()


def _opened(walk: _Walk, level: _Level) -> Parts | None:
    if level.in_key and not level.array:
        walk.header += 1
        if walk.header > 2:
            refuse(walk.place, "toml.syntax", path=f"line {walk.line}", why="brackets")
        return None
    walk.levels.append(_Level(level.here, array=True))
    return level.here


def _opened_table(walk: _Walk, level: _Level) -> Parts | None:
    walk.levels.append(_Level(level.here))
    return level.here


def _closed(walk: _Walk, level: _Level) -> Parts | None:
    if walk.header and level.names:
        return _headed(walk, level)
    walk.close()
    return None


def _closed_table(walk: _Walk, _level: _Level) -> None:
    walk.close()


_PUNCTUATION: dict[str, Callable[[_Walk, _Level], Parts | None]] = {
    "=": _equals,
    ",": _comma,
    "[": _opened,
    "{": _opened_table,
    "]": _closed,
    "}": _closed_table,
}


def _headed(walk: _Walk, level: _Level) -> Parts:
    """Return where the table of a header lies: in the latest one of every array of tables on the way."""
    parts: Parts = ()
    for name in level.names[:-1]:
        parts = (*parts, name)
        parts = (*parts, walk.arrays[parts]) if parts in walk.arrays else parts
    parts = (*parts, level.names[-1])
    if walk.header > 1:
        walk.arrays[parts] = walk.arrays.get(parts, -1) + 1
        parts = (*parts, walk.arrays[parts])
    level.parts, level.names = parts, ()
    return parts


def _value(walk: _Walk, level: _Level, piece: str) -> Parts | None:
    if len(piece) > MAX_WORD and piece[0] not in "\"'":
        refuse(walk.place, "number.invalid", path=f"line {walk.line}", why="characters", most=MAX_WORD)
    return level.here if level.array else None


def _names(walk: _Walk, piece: str) -> tuple[str, ...]:
    quoted = piece[0] in "\"'"
    parts = 1 if quoted else piece.count(".") + 1
    if parts + len(walk.levels[-1].names) > MAX_KEY:
        refuse(walk.place, "toml.key", path=f"line {walk.line}", most=MAX_KEY)
    return (_unescaped(piece),) if quoted else tuple(filter(None, piece.split(".")))


def _unescaped(piece: str) -> str:
    """Return what a key in quotes says."""
    if piece[0] == "'" or "\\" not in piece:
        return piece[1:-1]
    # by the escapes of JSON, which is fast, and those of TOML but \U: such a key has the line of what lies around it
    try:
        return str(json.loads(piece))
    except ValueError:
        return piece[1:-1]
