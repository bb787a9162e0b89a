"""JSON lines: the rows of an event log, one object a line, and what stands in the way of reading them."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any

from salesflow._json import read_json
from salesflow._trees import Limits
from salesflow.cli._bad_use import BadUse, unopened
from salesflow.cli._source import Source, source_of
from salesflow.errors import LoadError
from salesflow.values import is_mapping

LIMITS = Limits(bytes=1_000_000, values=10_000, depth=32)
"""How much a line may hold."""


class Objects(Iterator[dict[str | Any, Any]]):
    """The objects of a file of JSON lines. Where it breaks they end, and `failure` says why."""

    # Nothing is raised on the way: an audit takes what a reader raises for one bad row and reads on.

    def __init__(self, text: TextIOWrapper, source: Source, file: str) -> None:
        self.file = file
        self.source = source
        self.failure: BadUse | None = None
        self._text = text
        self._line = 0
        self._next = self._load()
        self.columns: tuple[str, ...] = tuple(self._next or ())

    def __iter__(self) -> Objects:
        return self

    def __next__(self) -> dict[str | Any, Any]:
        row = self._next
        if row is None:
            raise StopIteration
        self._next = self._load()
        return row

    def check(self) -> None:
        """Raise the failure, if there was one."""
        if self.failure is not None:
            raise self.failure

    def _load(self) -> dict[str | Any, Any] | None:
        """Return the next object; nothing at the end, or where the file breaks."""
        try:
            return self._read()
        except BadUse as bad:
            self.failure = bad
        except UnicodeDecodeError as error:
            self.failure = self._bad(f"the byte 0x{error.object[error.start]:02X} is not UTF-8")
        except OSError as error:
            self.failure = unopened(self.file, error)
        return None

    def _read(self) -> dict[str | Any, Any] | None:
        while line := self._text.readline(LIMITS.bytes + 1):
            self._line += 1
            if line.strip():
                return self._object(line)
        return None

    def _object(self, line: str) -> dict[str | Any, Any]:
        try:
            tree = read_json(line, place=self.file, limits=LIMITS)
        except LoadError as error:
            raise self._bad("; ".join(problem.text for problem in error.problems)) from None
        if not is_mapping(tree):
            raise self._bad("this is no object")
        return dict(tree)

    def _bad(self, why: str) -> BadUse:
        return BadUse("json.line", file=self.file, line=self._line, why=why)


@contextmanager
def opened(file: str) -> Generator[Objects]:
    """Open a file of JSON lines as rows. Raises BadUse."""
    source = source_of(file)
    with TextIOWrapper(source, encoding="utf-8-sig", newline="\n") as text:
        yield Objects(text, source, file)
