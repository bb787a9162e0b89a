"""Parquet: findings written as columns, for engines and frames."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from salesflow.cli._formats import COLUMNS, LinesReport, Where
from salesflow.cli._summary import Read
from salesflow.languages import Language
from salesflow.verdict import Finding

TOGETHER = 50_000
"""So many findings are held before they are written."""


class ParquetReport(LinesReport):
    """One finding a row."""

    def __init__(self, out: Any, columns: tuple[str, ...], words: Language) -> None:
        super().__init__(out, columns, words)
        arrow = import_module("salesflow.bulk._arrow")
        self._pa = arrow.pa
        kinds = {"row": self._pa.int64(), "at": self._pa.timestamp("us", "UTC")}
        self._schema = self._pa.schema([(name, kinds.get(name, self._pa.string())) for name in columns])
        self._held: list[dict[str, Any]] = []
        self._writer = arrow.parquet.ParquetWriter(out, self._schema)

    def add(self, finding: Finding, where: Where) -> None:
        """Hold a finding, and write all that are held where they are many."""
        told = {**{name: getattr(finding, name) for name in COLUMNS}, **where._asdict()}
        self._held.append({name: told[name] for name in self._columns})
        if len(self._held) == TOGETHER:
            self._write()

    def _write(self) -> None:
        self._writer.write_batch(self._pa.RecordBatch.from_pylist(self._held, schema=self._schema))
        self._held = []

    def end(self, read: Read) -> None:
        """Write what is left, and tell what was not taken as it stood."""
        self._write()
        self._writer.close()
        super().end(read)
