"""The console: text from anywhere, shown as what it is."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterable, Sequence
from io import TextIOWrapper
from typing import NoReturn, TextIO

from rich.box import SIMPLE
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from salesflow.cli._words import ENGLISH
from salesflow.languages import Language

LONGEST = 128
"""As long as the id of a stage may be."""

_PRINTED_TOO = {"\n", "\u00a0", "\u200c", "\u200d"}
"""Line breaks, the spaces that French puts before a colon, and the joiners that emoji and Persian need."""


class Plain(Console):
    """A console to which brackets and colons are text. A reader that left raises BrokenPipeError."""

    def __init__(self, out: TextIO | None = None) -> None:
        super().__init__(file=out, markup=False, emoji=False, highlight=False)

    def section(self, title: str, *things: RenderableType) -> None:
        """Print things below a title."""
        self.print()
        self.print(title, style="bold")
        for thing in things:
            self.print(thing)

    def on_broken_pipe(self) -> NoReturn:
        """Leave it to the command how it ends; rich would end with 1, which means violations here."""
        raise BrokenPipeError


def printable(text: str) -> str:
    """Return text for a terminal: what cannot be printed as its escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _PRINTED_TOO else ascii(c)[1:-1] for c in text)


def shown(name: str) -> str:
    """Return a name for a terminal, a very long one by its two ends."""
    return printable(name if len(name) <= LONGEST else f"{name[: LONGEST - 33]}…{name[-32:]}")


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Container[str] = (), *, words: Language = ENGLISH
) -> Table:
    """Return a table in which codes and numbers are kept whole, and names as far as there is room."""
    made = Table(box=SIMPLE, show_edge=False, padding=(0, 1, 0, 0))
    cells = [tuple(row) for row in rows]
    for name, column in zip(columns, zip(*cells, strict=True), strict=True):
        right, names = name in numbers, name in _NAMES
        width = min(max(map(cell_len, column)), ROOM) if names else None
        whole = right or name in _WHOLE
        made.add_column(
            words.text(f"column.{name}"),
            justify="right" if right else "left",
            min_width=width,
            no_wrap=whole,
            overflow="fold",
        )
    for row in cells:
        made.add_row(*row)
    return made


ROOM = 20
"""Two columns of names beside one of codes fit 80 characters."""

_NAMES = {"pipeline", "stage", "label", "deal", "from", "to"}
_WHOLE = {"code", "level"}


def listing(lines: Iterable[str]) -> Table:
    """Return lines with a dash before each."""
    made = Table.grid(padding=(0, 1))
    for line in lines:
        made.add_row("-", Text(line, overflow="fold"))
    return made


def lenient() -> None:
    """Let output escape what its encoding lacks, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        _configure(stream, errors="backslashreplace")


def in_utf8() -> None:
    """Write output for programs in UTF-8, whatever the encoding of the terminal."""
    _configure(sys.stdout, encoding="utf-8")


def _configure(stream: TextIO, *, encoding: str | None = None, errors: str | None = None) -> None:
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(encoding=encoding, errors=errors)
