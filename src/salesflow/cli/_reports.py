"""Reports: which of them tells of an audit, and what stands above it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from salesflow.cli._asked import Asked, Format
from salesflow.cli._formats import COLUMNS, CsvReport, JsonReport, LinesReport, Report
from salesflow.cli._parquet import ParquetReport
from salesflow.cli._report import TableReport
from salesflow.languages import Language

FEW = 3
"""So many names are listed; more are counted."""


def report_on(asked: Asked, out: TextIO, judges: Iterable[str], beside: tuple[str, ...], words: Language) -> Report:
    """Return the report that is asked for; `judges` names what judges, and `beside` the columns behind the others."""
    columns = (*COLUMNS, *beside)
    if asked.format is Format.table:
        grounds = asked.columns.ground is not None
        heading = _heading(asked, judges, words)
        return TableReport(out, heading, grounds=grounds, columns=not asked.has_columns, words=words)
    if asked.format is Format.json:
        return JsonReport(out, columns)
    if asked.format is Format.parquet:
        return ParquetReport(out.buffer, columns, words)
    return (CsvReport if asked.format is Format.csv else LinesReport)(out, columns, words)


def _heading(asked: Asked, judges: Iterable[str], words: Language) -> str:
    files = asked.files if len(asked.files) == 1 else [Path(file).name for file in asked.files]
    told = {"file": _some(files, "files", words), "template": _some(dict.fromkeys(judges), "pipelines", words)}
    return words.text("audit.heading", told)


def _some(names: Iterable[str], kind: str, words: Language) -> str:
    several = list(names)
    if len(several) > FEW:
        return words.text(f"audit.{kind}", {"count": len(several)})
    return ", ".join(several)
