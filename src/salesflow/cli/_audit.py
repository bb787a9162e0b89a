"""The subcommand `audit`: a log, or what a system gives out, judged by templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from typing import TextIO

from salesflow.cli._asked import Asked, Format
from salesflow.cli._bad_use import BadUse
from salesflow.cli._columns import in_columns, judged
from salesflow.cli._formats import Report, Where
from salesflow.cli._logs import Logs
from salesflow.cli._opening import logs_of
from salesflow.cli._output import output
from salesflow.cli._progress import busy, watched
from salesflow.cli._reading import Judged, parts, readings
from salesflow.cli._reports import report_on
from salesflow.cli._snapshot import judged_now
from salesflow.cli._summary import NOTHING_READ, UNREAD, Counted
from salesflow.cli._template import template_of
from salesflow.errors import LoadError
from salesflow.eventlog import audit_log
from salesflow.findings import Audit
from salesflow.languages import Language
from salesflow.values import to_utc
from salesflow.verdict import Finding

ENOUGH = 1000
"""So many rows that cannot be used, mostly for their times, and the rest need not be read."""


def run(asked: Asked, words: Language) -> int:
    """Audit, tell the findings, and return the exit code: 1 where there are violations."""
    now = _moment(asked)
    with output(asked.output, readers=asked.files, programs=asked.format is not Format.table) as out:
        judge = _judge_parts if asked.has_columns else _judge_log
        return int(judge(asked, now, out, words))


def _moment(asked: Asked) -> datetime | None:
    if asked.as_of is None:
        if asked.form == "snapshot":
            raise BadUse("as_of.missing")
        return None
    try:
        return to_utc(datetime.fromisoformat(asked.as_of))
    except ValueError:
        raise BadUse("as_of.invalid", given=asked.as_of) from None


# -- systems ------------------------------------------------------------------------------------------------


def _judge_parts(asked: Asked, now: datetime | None, out: TextIO, words: Language) -> bool:
    """Judge what had to be read first; return whether there are violations."""
    with busy(words.text("audit.busy"), asked.files, streaming=asked.streaming):
        several, read = parts(readings(asked), asked)
    report = report_on(asked, out, [_named(each, asked, words) for each in several], ("pipeline",), words)
    violated = False
    for pipeline, template, rows, columns in several:
        audit = audit_log(template, rows, **columns, as_of=now)
        violated = _told(report, ((finding, Where(None, pipeline)) for finding in audit)) or violated
        report.part(pipeline, str(template.ref), audit)
    report.end(read)
    return violated


def _named(part: Judged, asked: Asked, words: Language) -> str:
    """Return what judges a part: the template that was named, or the pipeline itself."""
    if asked.template:
        return str(part.template.ref)
    return (part.template.label or part.template.id) if part.pipeline else words.text("audit.any_pipeline")


def _told(report: Report, findings: Iterable[tuple[Finding, Where]]) -> bool:
    """Tell findings; return whether there is a violation."""
    violated = False
    for finding, where in findings:
        report.add(finding, where)
        violated = violated or finding.level == "violation"
    return violated


# -- logs ---------------------------------------------------------------------------------------------------


def _judge_log(asked: Asked, now: datetime | None, out: TextIO, words: Language) -> bool:
    """Judge a log, in columns where that can be; return whether there are violations."""
    if asked.template is None:
        raise BadUse("template.missing", or_file="")
    template = template_of(asked.template)
    beside = ("file",) if len(asked.files) > 1 else ()

    def told(audit: Counted, findings: Iterable[Finding], logs: Logs) -> bool:
        report = report_on(asked, out, [str(template.ref)], beside, words)
        violated = _told(report, map(logs.placed, findings))
        report.part("", str(template.ref), audit)
        report.end(NOTHING_READ)
        return violated

    if in_columns(asked, words):
        with logs_of(asked) as logs, busy(words.text("audit.busy"), asked.files, streaming=asked.streaming):
            quick = judged(asked, template, logs, now)
        if quick is not None:
            return told(quick, quick, logs)
    with logs_of(asked) as logs, watched(logs, streaming=asked.streaming) as taken:
        if asked.form == "snapshot":
            snapshot, found = judged_now(template, taken, asked.columns, now)
            return told(snapshot, _trusted(snapshot, found, logs), logs)
        audit = audit_log(template, taken, **asked.columns._asdict(), zone=asked.zone, as_of=now)
        return told(audit, _trusted(audit, audit, logs), logs)


# -- what is told only of files that can be read ------------------------------------------------------------


def _trusted(audit: Audit, found: Iterator[Finding], rows: Logs) -> Iterator[Finding]:
    """Return the findings. Raises BadUse, at once or where the file breaks."""
    try:
        held = _unusable(audit, found)
    except LoadError as error:
        raise _lacking(rows.files[0], error) from None
    rows.check()
    if not audit.rows:
        raise BadUse("csv.no_rows", file=rows.files[0])
    if len(held) == audit.rows and all(finding.code in UNREAD for finding in held):
        _check_times(held, rows)
    return _while_whole(chain(held, found), rows)


def _unusable(audit: Audit, found: Iterator[Finding]) -> list[Finding]:
    """Take findings until a row could be used, or enough could not."""
    held: list[Finding] = []
    for finding in islice(found, ENOUGH):
        held.append(finding)
        if len(held) < audit.rows or finding.code not in UNREAD:
            break
    return held


def _check_times(held: list[Finding], rows: Logs) -> None:
    """Raise BadUse where times are why no row can be used; a zone is soonest given."""
    naive = [finding for finding in held if finding.code == "naive_time"]
    if naive:
        raise BadUse("zone.missing", file=rows.file_of(naive[0].row or 1), count=len(naive), rows=len(held))
    bad = [finding for finding in held if finding.code == "bad_time"]
    if bad:
        first, where = rows.placed(bad[0])
        file = where.file or rows.files[0]
        raise BadUse("time.unreadable", file=file, count=len(bad), rows=len(held), row=first.row, why=first)


def _while_whole(findings: Iterable[Finding], rows: Logs) -> Iterator[Finding]:
    """Pass findings on until the file is seen to be broken: what comes then is about a part of it."""
    for finding in findings:
        rows.check()
        yield finding
    rows.check()


def _lacking(file: str, error: LoadError) -> BadUse:
    return BadUse("column.missing", file=file, lines=error.problems)
