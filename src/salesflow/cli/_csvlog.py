"""CSV files: the rows of an event log, and what stands in the way of reading them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any

from salesflow.cli._bad_use import BadUse, unopened
from salesflow.cli._source import Source, source_of

LONGEST = 10_000_000
"""Longer lines are no rows of a log: they would be kept whole in memory."""


class Rows(Iterator[dict[str | Any, str | Any]]):
    """The rows of a CSV file. Where it breaks they end, and `failure` says why."""

    # Nothing is raised on the way: an audit takes what a reader raises for one bad row and reads on.

    columns: tuple[str, ...]
    """The names in the heading."""

    def __init__(self, text: TextIOWrapper, source: Source, file: str, delimiter: str) -> None:
        self.file = file
        self.source = source
        self.failure: BadUse | None = None
        lines = _lines(text, source, file)
        self._reader = csv.DictReader(lines, delimiter=_character(delimiter), strict=True)
        self._check_heading(delimiter)

    def __iter__(self) -> Rows:
        return self

    def __next__(self) -> dict[str | Any, str | Any]:
        self.failure = self.failure or self._load()
        if self.failure is not None:
            raise StopIteration
        return self._row

    def check(self) -> None:
        """Raise the failure, if there was one."""
        if self.failure is not None:
            raise self.failure

    def _load(self) -> BadUse | None:
        """Read one row into place, or say why not. Raises StopIteration at the end."""
        after = self._reader.reader.line_num
        try:
            self._row = next(self._reader)
        except BadUse as bad:
            return bad
        except csv.Error as error:
            return self._broken(after, error)
        return None

    def _broken(self, after: int, error: csv.Error) -> BadUse:
        line = self._reader.reader.line_num
        return BadUse("csv.quotes", file=self.file, after=after, line=line, why=error)

    def _check_heading(self, delimiter: str) -> None:
        try:
            heading = [name.strip() for name in self._reader.fieldnames or ()]
        except csv.Error as error:
            raise self._broken(0, error) from None
        self._reader.fieldnames = heading
        self.columns = tuple(heading)
        names = [name for name in heading if name]
        if not names:
            raise BadUse("csv.empty", file=self.file)
        doubled = [name for name, times in Counter(names).items() if times > 1]
        if doubled:
            raise BadUse("csv.doubled", file=self.file, names=", ".join(map(repr, doubled)))
        near = next((other for other in ";\t|," if other in names[0]), delimiter)
        if len(names) == 1 and near != delimiter:
            named = "tab" if near == "\t" else near
            raise BadUse("csv.delimiter", file=self.file, heading=names[0][:60], named=named)


@contextmanager
def opened(file: str, delimiter: str) -> Generator[Rows]:
    """Open a CSV file as rows. Raises BadUse."""
    source = source_of(file)
    with TextIOWrapper(source, encoding="utf-8-sig", newline="") as text:
        yield Rows(text, source, file, delimiter)


def _character(delimiter: str) -> str:
    character = {"tab": "\t", r"\t": "\t"}.get(delimiter, delimiter)
    if len(character) != 1 or character in '"\r\n':
        raise BadUse("delimiter.invalid", delimiter=delimiter)
    return character


def _lines(text: TextIOWrapper, source: Source, file: str) -> Iterator[str]:
    number = 1
    while line := _line(text, source, file, number):
        if "\0" in line:
            raise BadUse("csv.nul", file=file, line=number)
        if len(line) == LONGEST:
            raise BadUse("csv.line", file=file, line=number, longest=LONGEST)
        yield line
        number += 1


def _line(text: TextIOWrapper, source: Source, file: str, number: int) -> str:
    try:
        return text.readline(LONGEST)
    except UnicodeDecodeError as error:
        raise _undecodable(source, file, number, error) from None
    except OSError as error:
        raise unopened(file, error) from None


def _undecodable(source: Source, file: str, number: int, error: UnicodeDecodeError) -> BadUse:
    """Say where: what the decoder was given ends where reading has come to, and begins in the line at hand."""
    position = source.read_so_far - len(error.object) + error.start
    line = number + error.object[: error.start].count(b"\n")
    return BadUse("csv.encoding", file=file, byte=error.object[error.start], position=position, line=line)
