"""The subcommand `audit`: a CSV event log, judged by a template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain, islice
from typing import Any

from salesflow.cli._bad_use import BadUse
from salesflow.cli._csvlog import Rows, opened
from salesflow.cli._formats import CsvReport, JsonReport, Report
from salesflow.cli._progress import watched
from salesflow.cli._report import TableReport
from salesflow.cli._summary import UNREAD
from salesflow.cli._template import template_of
from salesflow.errors import LoadError
from salesflow.eventlog import Columns, audit_log
from salesflow.findings import Audit
from salesflow.languages import Language
from salesflow.template import StageTemplate
from salesflow.values import to_utc
from salesflow.verdict import Finding

ENOUGH = 1000
"""So many rows that cannot be used, mostly for their times, and the rest need not be read."""


class Format(StrEnum):
    """How findings are told."""

    table = "table"
    json = "json"
    csv = "csv"


@dataclass(frozen=True, slots=True)
class Log:
    """A log as the command line describes it."""

    file: str
    delimiter: str
    columns: Columns
    zone: str | None
    as_of: str | None


def run(log: Log, name: str, form: Format, words: Language) -> int:
    """Audit a log, tell the findings, and return the exit code: 1 where there are violations."""
    template, now = template_of(name), _moment(log.as_of)
    violated = False
    with opened(log.file, log.delimiter) as rows, watched(rows, streaming=form is not Format.table) as taken:
        audit = _audited(template, log, taken, now)
        findings = _trusted(audit, rows)
        report = _report(form, log, template, words)
        for finding in findings:
            report.add(finding)
            violated = violated or finding.level == "violation"
    report.end(audit)
    return int(violated)


def _moment(given: str | None) -> datetime | None:
    try:
        return None if given is None else to_utc(datetime.fromisoformat(given))
    except ValueError:
        raise BadUse("as_of.invalid", given=given) from None


def _report(form: Format, log: Log, template: StageTemplate[Any], words: Language) -> Report:
    if form is Format.table:
        return TableReport(log.file, template, grounds=log.columns.ground is not None, words=words)
    return CsvReport() if form is Format.csv else JsonReport()


def _audited(template: StageTemplate[Any], log: Log, rows: Iterable[dict[Any, Any]], now: datetime | None) -> Audit:
    try:
        return audit_log(template, rows, **log.columns._asdict(), zone=log.zone, as_of=now)
    except ValueError:
        raise BadUse("zone.unknown", zone=log.zone) from None


# -- what is told only of files that can be read ------------------------------------------------------------


def _trusted(audit: Audit, rows: Rows) -> Iterator[Finding]:
    """Return the findings. Raises BadUse, at once or where the file breaks."""
    try:
        held = _unusable(audit)
    except LoadError as error:
        raise _lacking(rows.file, error) from None
    rows.check()
    if not audit.rows:
        raise BadUse("csv.no_rows", file=rows.file)
    if len(held) == audit.rows and all(finding.code in UNREAD for finding in held):
        _check_times(held, rows.file)
    return _while_whole(chain(held, audit), rows)


def _unusable(audit: Audit) -> list[Finding]:
    """Take findings until a row could be used, or enough could not."""
    held: list[Finding] = []
    for finding in islice(audit, ENOUGH):
        held.append(finding)
        if len(held) < audit.rows or finding.code not in UNREAD:
            break
    return held


def _check_times(held: list[Finding], file: str) -> None:
    """Raise BadUse where times are why no row can be used; a zone is soonest given."""
    naive = sum(1 for finding in held if finding.code == "naive_time")
    if naive:
        raise BadUse("zone.missing", file=file, count=naive, rows=len(held))
    bad = [finding for finding in held if finding.code == "bad_time"]
    if bad:
        raise BadUse("time.unreadable", file=file, count=len(bad), rows=len(held), row=bad[0].row, why=bad[0])


def _while_whole(findings: Iterable[Finding], rows: Rows) -> Iterator[Finding]:
    """Pass findings on until the file is seen to be broken: what comes then is about a part of it."""
    for finding in findings:
        rows.check()
        yield finding
    rows.check()


def _lacking(file: str, error: LoadError) -> BadUse:
    return BadUse("column.missing", file=file, lines=error.problems)
