"""Columns: logs in Parquet, and long ones in CSV, judged in columns where the extra `bulk` is installed."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from itertools import islice
from typing import Any

from salesflow.cli._asked import Asked, Format, installed
from salesflow.cli._bad_use import BadUse
from salesflow.cli._logs import Logs, Rows
from salesflow.cli._progress import LONG
from salesflow.cli._source import Source, size_of, source_of
from salesflow.cli._words import in_english
from salesflow.errors import LoadError
from salesflow.languages import Language
from salesflow.template import StageTemplate
from salesflow.verdict import Finding, Refusal

ROWS = 50_000
"""So many rows in CSV are looked at together."""


def in_columns(asked: Asked, words: Language) -> bool:
    """Tell whether a log is judged in columns: not where findings are wanted with all that a refusal holds."""
    plain = asked.format is not Format.json and (asked.format is not Format.table or in_english(words))
    form = asked.form == "parquet" or (asked.form == "csv" and size_of(asked.files) >= LONG)
    return plain and form and installed()


# -- Parquet ------------------------------------------------------------------------------------------------


class Table:
    """The rows of a file in Parquet. Where it breaks they end, and `failure` says why."""

    def __init__(self, source: Source, file: str) -> None:
        arrow = import_module("salesflow.bulk._arrow")
        self.file = file
        self.source = source
        self.failure: BadUse | None = None
        self._arrow = arrow
        try:
            self._opened = arrow.parquet.ParquetFile(source, pre_buffer=False)
        except (OSError, arrow.pa.ArrowException) as error:
            raise BadUse("file.unreadable", file=file, why=_said(error)) from None
        self.columns: tuple[str, ...] = tuple(self._opened.schema_arrow.names)

    def __iter__(self) -> Iterator[dict[Any, Any]]:
        return (row for batch in self.batches() for row in self._arrow.rows_of(batch))

    def batches(self) -> Iterator[Any]:
        """Yield the rows as record batches."""
        try:
            yield from self._opened.iter_batches()
        except (OSError, self._arrow.pa.ArrowException) as error:
            self.failure = BadUse("file.unreadable", file=self.file, why=_said(error))

    def check(self) -> None:
        """Raise the failure, if there was one."""
        if self.failure is not None:
            raise self.failure


def _said(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


@contextmanager
def opened(file: str) -> Generator[Table]:
    """Open a file in Parquet as rows. Raises BadUse, also where the extra is not installed."""
    if not installed():
        raise BadUse("extra.bulk")
    with source_of(file) as source:
        yield Table(source, file)


# -- judging ------------------------------------------------------------------------------------------------


class TooLong(Exception):
    """A row has more cells than there are columns, which columns cannot hold."""


class Bulk:
    """An audit in columns: what it looked at, and what it found."""

    def __init__(self, found: Any) -> None:
        self.rows: int = found.rows
        self.deals: int = found.deals
        self.moves: int = sum(each["moves"] for each in found.moves.to_pylist() if each["source"] is not None)
        self.kinds: dict[str, int] = found.kinds
        self._findings = found.findings

    def __iter__(self) -> Iterator[Finding]:
        names = self._findings.schema.names
        for batch in self._findings.to_batches(max_chunksize=ROWS):
            rows = zip(*map(_cells, batch.columns), strict=True)
            yield from (_finding(dict(zip(names, row, strict=True))) for row in rows)


def _cells(column: Any) -> list[Any]:
    """Return the cells of a column of findings. Arrow itself takes long over dictionaries and times, one by one."""
    arrow, moment = import_module("salesflow.bulk._arrow"), import_module("salesflow.bulk._times").moment
    if arrow.pa.types.is_dictionary(column.type):
        codes, values = arrow.encoded(column)
        return [values[code] for code in arrow.listed(codes)]
    if arrow.pa.types.is_timestamp(column.type):
        return [None if at is None else moment(at) for at in column.cast(arrow.pa.int64()).to_pylist()]
    return list(column.to_pylist())


def _finding(told: dict[str, Any]) -> Finding:
    rule = told.pop("rule")
    refusal = Refusal(code=rule, subject="", text=told["detail"]) if rule else None
    return Finding.model_validate({**told, "row": told["row"] or None, "refusal": refusal})


def judged(asked: Asked, template: StageTemplate[Any], logs: Logs, now: datetime | None) -> Bulk | None:
    """Judge a log in columns; nothing where only its rows can say what is wrong with it. Raises BadUse."""
    bulk = import_module("salesflow.bulk")
    try:
        found = bulk.audit(template, logs.batches(_batches), **asked.columns._asdict(), zone=asked.zone, as_of=now)
    except (LoadError, TooLong):
        return None
    logs.check()
    return Bulk(found) if found.deals else None


def _batches(rows: Rows) -> Iterator[Any]:
    if isinstance(rows, Table):
        yield from rows.batches()
        return
    pa = import_module("salesflow.bulk._arrow").pa
    schema = pa.schema([(name, pa.string()) for name in rows.columns])
    taken = iter(rows)
    while several := list(islice(taken, ROWS)):
        if any(None in row for row in several):
            raise TooLong
        yield pa.RecordBatch.from_pylist(several, schema=schema)
