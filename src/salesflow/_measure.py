"""Measures: how broad text is, and where it is broken into lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import combining, east_asian_width, normalize

BIG, SMALL = 13, 11
"""Sizes of type, in pixels."""

_NARROW = frozenset("fijltrI.,:;|'!()[] ·-/")
_BROAD = frozenset("mwMW@%…—")
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
"""Where a line may be broken: not before a colon in French, which has a space of its own."""


def width_of(text: str, size: int) -> float:
    """Return how broad text is at most, whatever font of the usual ones it is shown in."""
    return size * sum(_ems(c) for c in normalize("NFKC", text))


def _ems(c: str) -> float:
    if combining(c):
        return 0
    if c in _NARROW:
        return 0.42
    if c in _BROAD:
        return 1.02
    if east_asian_width(c) in "WF":
        return 1.1
    return 0.78 if c.isupper() or not c.isascii() else 0.64


def broadest(text: str, size: int) -> float:
    """Return how broad the broadest part of text is that is kept whole where there is room."""
    parts = (part for word in _SPACES.split(text) for part in re.split(r"(?<=[/_-])", word))
    return max(width_of(part, size) for part in parts)


def wrapped(text: str, size: int, room: float, most: int = 4) -> list[str]:
    """Break text into lines that have room, at spaces where it can; an ellipsis ends what is too long."""
    lines = [""]
    for word in _SPACES.split(text):
        for part in _broken(word, size, room):
            longer = f"{lines[-1]} {part}".strip()
            if width_of(longer, size) <= room:
                lines[-1] = longer
            else:
                lines.append(part)
    lines = [line for line in lines if line]
    return lines if len(lines) <= most else [*lines[: most - 1], _ended(lines[most - 1], size, room)]


def _ended(line: str, size: int, room: float) -> str:
    while width_of(f"{line}…", size) > room and line:
        line = line[:-1]
    return f"{line}…"


def _broken(word: str, size: int, room: float) -> Iterator[str]:
    part = ""
    for piece in _pieces(word, size, room):
        if part and width_of(part + piece, size) > room:
            yield part
            part = ""
        part += piece
    yield part


def _pieces(word: str, size: int, room: float) -> Iterator[str]:
    """Yield what is kept whole: what stands between strokes, and only where that is too broad, each character."""
    for piece in re.split(r"(?<=[/_-])", word):
        yield from [piece] if width_of(piece, size) <= room else piece
