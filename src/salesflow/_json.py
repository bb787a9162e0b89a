"""JSON from strangers: a tree of bounded size, or the name of every flaw; and in which line a part of it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from salesflow._heard import heard
from salesflow._phrases import counted
from salesflow._trees import Flaw, Limits, Parts, decimal, decoded, flaws, refuse, refuse_flaws, whole

CODES: dict[str, str] = {"json.syntax": "it is not JSON"}
"""Every code of a problem that only JSON has, and what it means."""


def read_json(text: str | bytes, *, place: str, limits: Limits) -> Any:
    """Return what the text holds. Raises LoadError.

    Whole numbers come as int, others as Decimal: none goes through a float.
    """
    plain = decoded(place, text, limits.bytes)
    _refuse_oversize(plain, place, limits)
    tree = _parsed(place, plain)
    refuse_flaws(place, flaws(tree))
    return tree


# possessive, and content to leave a text open at the end: one pass, however the quotes are set
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{},]', re.DOTALL)
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}


def _refuse_oversize(text: str, place: str, limits: Limits) -> None:
    """Refuse too many levels or values before a parser recurses or builds anything."""
    depth, values = 0, 1
    for token in _TOKEN.finditer(text):
        step = _STEP.get(token[0], 0)
        depth += step
        values += step > 0 or token[0] == ","
        if depth > limits.depth:
            refuse(place, "text.deep", path=_line(text, token.start()), most=limits.depth)
        if values > limits.values:
            refuse(place, "text.many", path=_line(text, token.start()), most=counted(limits.values))


def _line(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    return f"line {line}"


def _parsed(place: str, text: str) -> Any:
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_int=whole, parse_float=decimal, parse_constant=_no_number
        )
    except json.JSONDecodeError as error:
        said = f"{error.msg[:1].lower()}{error.msg[1:]}"
        path = f"line {error.lineno}, column {error.colno}"
        refuse(place, "json.syntax", path=path, said=heard(said, "json"))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        made[key] = Flaw("key.duplicate") if key in made else value
    return made


def _no_number(name: str) -> Flaw:
    return Flaw("number.invalid", "none", name=name)


# -- lines --------------------------------------------------------------------------------------------------

_PIECE = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{},]|\n++|[^\s"\[\]{},:]++', re.DOTALL)


@dataclass(slots=True)
class _Level:
    """An object or a list that is open: where it lies, and the part that is read; None before a key."""

    parts: Parts
    part: str | int | None = None

    @property
    def here(self) -> Parts:
        return self.parts if self.part is None else (*self.parts, self.part)


def outline(text: str) -> Iterator[tuple[Parts, int]]:
    """Yield every place of a text that is JSON, with its line."""
    line, levels = 1, [_Level((), 0)]
    for match in _PIECE.finditer(text):
        piece = match[0]
        if piece[0] == "\n":
            line += len(piece)
        elif _begins(levels, piece):
            # all lies in the one value of a text, whose number says nothing
            yield levels[-1].here[1:], line
            if piece in "[{":
                levels.append(_Level(levels[-1].here, 0 if piece == "[" else None))


def _begins(levels: list[_Level], piece: str) -> bool:
    """Tell whether a value begins with this piece; take what is none."""
    level = levels[-1]
    if piece in "]}":
        levels.pop()
    elif piece == ",":
        level.part = level.part + 1 if isinstance(level.part, int) else None
    elif level.part is None:
        level.part = json.loads(piece)
    else:
        return True
    return False
