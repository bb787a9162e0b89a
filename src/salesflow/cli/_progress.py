"""Progress: how much of a long file has been read, for whoever is watching."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import Progress

from salesflow.cli._logs import Logs
from salesflow.cli._source import size_of

LONG = 2_000_000
"""Files of fewer bytes are read before anybody wonders."""

STEP = 1000
"""Rows between two looks at how far reading has come."""


@contextmanager
def watched(rows: Logs, *, streaming: bool) -> Generator[Iterable[dict[Any, Any]]]:
    """Give the rows, and show a bar on a terminal's stderr as they are taken.

    Not where findings stream to the same terminal: the two would write over each other.
    """
    in_the_way = streaming and sys.stdout.isatty()
    if rows.size < LONG or in_the_way or not sys.stderr.isatty():
        yield rows
        return
    shown_on = Console(stderr=True)
    with Progress(console=shown_on, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        yield _measured(rows, bar)


def _measured(rows: Logs, bar: Progress) -> Iterator[dict[Any, Any]]:
    task = bar.add_task("reading", total=rows.size)
    for number, row in enumerate(rows):
        if number % STEP == 0:
            bar.update(task, completed=rows.read_so_far)
        yield row
    bar.update(task, completed=rows.size, description="judging")


@contextmanager
def busy(what: str, files: Sequence[str], *, streaming: bool) -> Generator[None]:
    """Show on a terminal's stderr that long files are read whole, of which nobody can tell how far it has come."""
    if size_of(files) < LONG or (streaming and sys.stdout.isatty()) or not sys.stderr.isatty():
        yield
        return
    with Console(stderr=True).status(what):
        yield
