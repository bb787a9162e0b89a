"""Formats: what an audit finds, for programs."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, TextIO

from salesflow.cli._console import printable
from salesflow.cli._notes import noted
from salesflow.cli._summary import Counted, Read, Whole, told
from salesflow.languages import Language
from salesflow.verdict import Finding


class Where(NamedTuple):
    """Which of several logs a finding is in, and which of several pipelines."""

    file: str | None = None
    pipeline: str = ""


class Report(Protocol):
    """Where findings go, one by one, and what is said when all have been found."""

    def add(self, finding: Finding, where: Where) -> None: ...

    def part(self, pipeline: str, template: str, audit: Counted) -> None: ...

    def end(self, read: Read) -> None: ...


COLUMNS = ("code", "level", "deal", "row", "source", "target", "at", "detail")
"""What a line tells of a finding; `file` follows where there are several logs, and `pipeline` where there may be."""


def line_of(finding: Finding, where: Where) -> dict[str, Any]:
    """Return what a line tells of a finding, as JSON data."""
    data = finding.model_dump(mode="json", include=set(COLUMNS))
    return {**{name: data[name] for name in COLUMNS}, **where._asdict()}


class LinesReport:
    """One finding a line. Nothing is kept."""

    def __init__(self, out: TextIO, columns: tuple[str, ...], words: Language) -> None:
        self._out = out
        self._columns = columns
        self._words = words

    def add(self, finding: Finding, where: Where) -> None:
        """Write one finding."""
        told_of_it = line_of(finding, where)
        self.write({name: told_of_it[name] for name in self._columns})

    def write(self, line: Mapping[str, Any]) -> None:
        """Write one line, as JSON."""
        self._out.write(f"{json.dumps(line, ensure_ascii=False)}\n")

    def part(self, pipeline: str, template: str, audit: Counted) -> None:
        """Say nothing more."""

    def end(self, read: Read) -> None:
        """Tell beside the findings what was not taken as it stood: a line among them would be taken for one."""
        sys.stderr.writelines(f"salesflow: {printable(noted(note, self._words))}\n" for note in read.notes)


class CsvReport(LinesReport):
    """One finding a line, below a heading."""

    def __init__(self, out: TextIO, columns: tuple[str, ...], words: Language) -> None:
        super().__init__(out, columns, words)
        self._writer: csv.DictWriter[str] = csv.DictWriter(out, columns, lineterminator="\n")
        self._writer.writeheader()

    def write(self, line: Mapping[str, Any]) -> None:
        """Write one line, as CSV."""
        self._writer.writerow({name: _harmless(value) for name, value in line.items()})


_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def _harmless(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet would take for a formula and run."""
    risky = isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.fullmatch(value)
    return f"'{value}" if risky else value


class JsonReport:
    """One document: `findings`, written as they come, one a line, then the `summary`."""

    OPENING = '{"findings": ['

    def __init__(self, out: TextIO, columns: tuple[str, ...]) -> None:
        self._out = out
        self._beside = [name for name in columns if name not in COLUMNS]
        self._whole = Whole()
        self._before = f"{self.OPENING}\n"

    def add(self, finding: Finding, where: Where) -> None:
        """Write one finding, and count it."""
        self._whole.add(finding, where.pipeline)
        data = {**finding.model_dump(mode="json"), **{name: getattr(where, name) for name in self._beside}}
        self._out.write(self._before + json.dumps(data, ensure_ascii=False))
        self._before = ",\n"

    def part(self, pipeline: str, template: str, audit: Counted) -> None:
        """Count a pipeline."""
        self._whole.part(pipeline, template, audit)

    def end(self, read: Read) -> None:
        """Write the summary."""
        before = "\n" if self._whole.summary.kinds else self.OPENING
        summary = json.dumps(told(self._whole, read), ensure_ascii=False, indent=2)
        self._out.write(f'{before}], "summary": {summary}}}\n')
