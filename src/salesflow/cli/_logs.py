"""Logs: the rows of one file or of several, one after the other, and in which of them a row is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, Protocol

from salesflow.cli._bad_use import BadUse
from salesflow.cli._formats import Where
from salesflow.cli._source import Source, size_of
from salesflow.verdict import Finding


class Rows(Protocol):
    """The rows of one file. Where it breaks they end, and `check` raises why."""

    source: Source
    columns: tuple[str, ...]

    def __iter__(self) -> Iterator[dict[Any, Any]]: ...

    def check(self) -> None: ...


Open = Callable[[str], AbstractContextManager[Rows]]


class Logs:
    """The rows of several files, each with the columns of the first. Where one breaks, all end."""

    # Nothing is raised on the way, as within a file.

    def __init__(self, files: Sequence[str], opened: Open, stack: ExitStack) -> None:
        self.files = files
        self.size = size_of(files)
        self._open = opened
        self._stack = stack
        self._failure: BadUse | None = None
        self._ends: list[int] = []
        """How many rows there were up to the end of each file that was read."""
        self._rows = 0
        self._bytes = 0
        self._now = stack.enter_context(opened(files[0]))
        self.columns = self._now.columns

    def __iter__(self) -> Iterator[dict[Any, Any]]:
        for place, file in enumerate(self.files):
            if place and not self._turned(file):
                return
            for row in self._now:
                self._rows += 1
                yield row

    def batches(self, batched: Callable[[Rows], Iterator[Any]]) -> Iterator[Any]:
        """Yield the rows in batches, as they are made of each file."""
        for place, file in enumerate(self.files):
            if place and not self._turned(file):
                return
            for batch in batched(self._now):
                self._rows += len(batch)
                yield batch

    def _turned(self, file: str) -> bool:
        """Turn to the next file; not where this one broke, or the next one is none."""
        try:
            self._now.check()
            self._ends.append(self._rows)
            self._bytes += self._now.source.read_so_far
            self._now = self._stack.enter_context(self._open(file))
            self._check_columns(file)
        except BadUse as bad:
            self._failure = bad
        return self._failure is None

    def _check_columns(self, file: str) -> None:
        missing = [name for name in self.columns if name not in self._now.columns]
        if missing:
            raise BadUse("csv.columns", file=file, first=self.files[0], names=", ".join(map(repr, missing)))

    def check(self) -> None:
        """Raise why the rows ended, if they did not end by themselves."""
        if self._failure is not None:
            raise self._failure
        self._now.check()

    @property
    def read_so_far(self) -> int:
        """How many bytes were read."""
        return self._bytes + self._now.source.read_so_far

    def file_of(self, row: int) -> str:
        """Return the file that a row is in."""
        return self.files[bisect_left(self._ends, row)]

    def placed(self, finding: Finding) -> tuple[Finding, Where]:
        """Return a finding with the row in its file, and that file where there are several."""
        if len(self.files) == 1 or finding.row is None:
            return finding, Where()
        file, row = self.row(finding.row)
        return finding.model_copy(update={"row": row}), Where(file)

    def row(self, number: int) -> tuple[str, int]:
        """Return the file that a row is in, and its number there."""
        place = bisect_left(self._ends, number)
        return self.files[place], number - (self._ends[place - 1] if place else 0)


@contextmanager
def opened(files: Sequence[str], open_one: Open) -> Generator[Logs]:
    """Open files one after the other. Raises BadUse."""
    with ExitStack() as stack:
        yield Logs(files, open_one, stack)
