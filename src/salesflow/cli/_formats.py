"""Formats: what an audit finds, for programs."""

from __future__ import annotations

import csv
import json
import re
import sys
from typing import Protocol

from salesflow.cli._console import in_utf8
from salesflow.cli._summary import Summary, told
from salesflow.findings import Audit
from salesflow.verdict import Finding


class Report(Protocol):
    """Where findings go, one by one, and what is said when all have been found."""

    def add(self, finding: Finding) -> None: ...

    def end(self, audit: Audit) -> None: ...


class CsvReport:
    """One finding a line. Nothing is kept."""

    COLUMNS = ("code", "level", "deal", "row", "source", "target", "at", "detail")

    def __init__(self) -> None:
        in_utf8()
        self._writer: csv.DictWriter[str] = csv.DictWriter(
            sys.stdout, self.COLUMNS, extrasaction="ignore", lineterminator="\n"
        )
        self._writer.writeheader()

    def add(self, finding: Finding) -> None:
        """Write one finding."""
        data = finding.model_dump(mode="json", exclude={"refusal"})
        self._writer.writerow({name: _harmless(value) for name, value in data.items()})

    def end(self, audit: Audit) -> None:
        """Say nothing more."""


_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def _harmless(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet would take for a formula and run."""
    risky = isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.fullmatch(value)
    return f"'{value}" if risky else value


class JsonReport:
    """One document: `findings`, written as they come, one a line, then the `summary`."""

    OPENING = '{"findings": ['

    def __init__(self) -> None:
        in_utf8()
        self._summary = Summary()
        self._before = f"{self.OPENING}\n"

    def add(self, finding: Finding) -> None:
        """Write one finding, and count it."""
        self._summary.add(finding)
        sys.stdout.write(self._before + json.dumps(finding.model_dump(mode="json"), ensure_ascii=False))
        self._before = ",\n"

    def end(self, audit: Audit) -> None:
        """Write the summary."""
        before = "\n" if self._summary.kinds else self.OPENING
        summary = json.dumps(told(self._summary, audit), ensure_ascii=False, indent=2)
        sys.stdout.write(f'{before}], "summary": {summary}}}\n')
