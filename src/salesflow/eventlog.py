"""Audits of event logs: the moves of deals as people have them, in rows, judged by a template."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from salesflow._cells import BadCell, Columns, as_mapping, ground_cell, name_cell, time_cell, zone_of
from salesflow._lives import late, lives, without_duplicates
from salesflow._logwalk import Event, LogWalk
from salesflow._nearest import nearest
from salesflow._phrases import joined, phrase
from salesflow._soundness import placed_rules
from salesflow.errors import LoadError
from salesflow.findings import Audit, Fault, Tally, fault, noted, placed
from salesflow.rules import Qualified, reads, walk
from salesflow.template import StageTemplate
from salesflow.values import is_mapping, said_by, to_utc
from salesflow.verdict import Finding, Problem, problem

__all__ = ["audit_log"]


def audit_log(  # noqa: PLR0913 - one argument a column
    template: StageTemplate[Any],
    rows: Iterable[Mapping[Any, Any]],
    *,
    deal: str,
    stage: str,
    at: str,
    source: str | None = None,
    by: str | None = None,
    ground: str | None = None,
    created: str | None = None,
    zone: str | tzinfo | None = None,
    as_of: datetime | None = None,
) -> Audit:
    """Judge a log of moves: one row for each time that a deal came to a stage, in any order.

    `deal`, `stage`, `at` and the others name columns. `source` holds the stage that was left, where the log tells it:
    a row without one creates the deal. `created` holds when the deal was created: two values under one id are two
    deals, and a row with a creation and no stage only says that much. A time there that lies before the first row, by a
    minute or more, says that the log begins later than the deal; `../2026-01-05` stands for some time up to then.
    Rules read columns of their fields' names (`amount`, `loss.reason`, `qualification.need`).

    Times are datetimes, dates or ISO 8601 text; those without a zone are read in `zone` (an IANA name or a tzinfo).
    `as_of` stands for now: later rows and passed closing dates (column `expected_close`) are told.

    Lazy: rows are read as the first finding is asked for. A bad row becomes a finding. Raises ValueError for an unknown
    zone or a naive `as_of`, and LoadError, on the first finding, when the first row lacks a column.
    """
    columns = Columns(deal, stage, at, source, by, ground, created)
    reading = reading_by(template, columns, zone=zone, as_of=as_of)
    return Audit(_findings(reading, rows), reading.tally)


def reading_by(
    template: StageTemplate[Any], columns: Columns, *, zone: str | tzinfo | None = None, as_of: datetime | None = None
) -> Reading:
    """Begin the reading of a log. Raises ValueError for an unknown zone or a naive `as_of`."""
    now = None if as_of is None else to_utc(as_of)
    table = template._judged_by().table  # noqa: SLF001
    wanted = rule_columns(template) - {name for name in columns if name is not None}
    return Reading(LogWalk(table), wanted, columns, zone_of(zone), now)


@dataclass(slots=True)
class Reading:
    """What is known of a log so far."""

    walk: LogWalk
    wanted: frozenset[str]
    """The columns that rules read."""
    columns: Columns
    zone: tzinfo | None
    now: datetime | None
    tally: Tally = field(default_factory=Tally)
    deals: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    holes: set[str] = field(default_factory=set[str])
    """The deals of which some row could not be read."""
    undecided: dict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))


def _findings(reading: Reading, rows: Iterable[Mapping[Any, Any]]) -> Iterator[Finding]:
    yield from _read(reading, rows)
    for deal, events in reading.deals.items():
        for finding in deal_findings(reading, deal, events):
            if finding.code == "rule_undecidable" and finding.refusal:
                reading.undecided[finding.refusal.key].append(finding)
            else:
                yield doubted(finding) if deal in reading.holes else finding
    for several in reading.undecided.values():
        first = min(several, key=lambda each: (each.at is None, each.at, each.deal))
        yield summed(first, len(several))


CERTAIN = frozenset({"unknown_stage", "retired_stage", "reused_id"})
"""What a row that cannot be read does not put in doubt."""


def doubted(finding: Finding) -> Finding:
    """Convict nobody of the hole that an unreadable row leaves."""
    if finding.level == "warning" or finding.code in CERTAIN:
        return finding
    return finding.model_copy(update={"level": "warning", **noted(finding.detail, finding.params, "hole")})


def summed(first: Finding, count: int) -> Finding:
    """Tell once, with its first case, what no row can decide."""
    if count == 1:
        return first.model_copy(update=noted(first.detail, first.params, "once"))
    return first.model_copy(update=noted(first.detail, first.params, "times", times=count))


# -- reading ------------------------------------------------------------------------------------------------


def _read(reading: Reading, rows: Iterable[Mapping[Any, Any]]) -> Iterator[Finding]:
    for number, row, error in _safely(rows):
        if error is not None:
            yield _failed(number, error)
            continue
        reading.tally.rows += 1
        if number == 1:
            _check_columns(reading.columns, row)
        yield from take(reading, number, row)


def _safely(rows: Iterable[Any]) -> Iterator[tuple[int, Any, Exception | None]]:
    """Yield every row with its number, or what its reader raised; a reader that fails twice running has ended."""
    number, failures, iterator = 0, 0, iter(rows)
    while failures < 2:
        number += 1
        try:
            row = next(iterator)
        except StopIteration:
            return
        except Exception as error:  # noqa: BLE001 - a log's own reader may raise anything; the rows before still count
            failures += 1
            yield number, None, error
        else:
            failures = 0
            yield number, row, None


def take(reading: Reading, number: int, thing: object) -> Iterator[Finding]:
    try:
        deal, event = _event(reading, number, as_mapping(thing))
        reading.deals[deal].append(event)
    except BadCell as bad:
        whose = _deal_of(reading, thing)
        reading.holes.update([whose] if whose else [])
        yield Finding(code=bad.code, row=number, deal=whose, detail=bad.detail, params=bad.params)
    except Exception as error:  # noqa: BLE001 - a stranger's row may raise anything
        yield _failed(number, error)


def _failed(number: int, error: Exception) -> Finding:
    return placed(fault("bad_row", "failed", error=said_by(error)), None, number, None, None, None)


def _check_columns(columns: Columns, thing: object) -> None:
    try:
        row = as_mapping(thing)
    except BadCell:
        return
    problems = missing_columns(columns._asdict(), list(row))
    if problems:
        raise LoadError(phrase("place.log"), problems)


def missing_columns(columns: Mapping[str, str | None], there: Collection[object]) -> tuple[Problem, ...]:
    """Return a problem for each column that is named and not there."""
    known = [name for name in there if isinstance(name, str)]
    return tuple(
        problem("column.missing", use, name=name, **_advice(name, known))
        for use, name in columns.items()
        if name is not None and name not in there
    )


def _advice(name: str, known: list[str]) -> dict[str, Any]:
    near = nearest(name, known)
    if near:
        return {"advises": "near", "near": near}
    return {"advises": "columns", "columns": joined(known[:20], quoted=True)} if known else {"advises": "no_columns"}


def _deal_of(reading: Reading, row: object) -> str | None:
    try:
        return name_cell(row, reading.columns.deal) or None if is_mapping(row) else None
    except BadCell:
        return None


def rule_columns(template: StageTemplate[Any]) -> frozenset[str]:
    """Return the columns that the rules of a template may read, and that of expected closing dates."""
    rules = [each for _, rule in placed_rules(template.stages, template.moves) for each in walk(rule)]
    paths = {path for rule in rules for path in reads(rule)}
    answered = {name for rule in rules if isinstance(rule, Qualified) for name in rule.criteria}
    bare = {path.removeprefix("fields.") for path in paths}
    return frozenset({*paths, *bare, *(f"qualification.{name}" for name in answered), "expected_close"})


def _event(reading: Reading, number: int, row: Mapping[Any, Any]) -> tuple[str, Event]:
    if None in row:
        raise BadCell("bad_row", "long")
    columns = reading.columns
    deal = name_cell(row, columns.deal)
    if not deal:
        raise BadCell("bad_row", "no_deal", column=columns.deal)
    stage, created = name_cell(row, columns.stage), _optional(row, columns.created) or ""
    if not stage and not created:
        raise BadCell("bad_row", "no_stage", column=columns.stage)
    at = time_cell(row, columns.at, reading.zone)
    cells = tuple(sorted((name, row[name]) for name in reading.wanted & row.keys()))
    event = Event(
        at=at,
        stage=stage,
        source=_optional(row, columns.source),
        ground=None if columns.ground is None else ground_cell(row, columns.ground),
        created=created,
        cells=cells,
        row=number,
    )
    return deal, event


def _optional(row: Mapping[Any, Any], column: str | None) -> str | None:
    return None if column is None else name_cell(row, column)


# -- one deal -----------------------------------------------------------------------------------------------


def deal_findings(reading: Reading, deal: str, events: list[Event]) -> Iterator[Finding]:
    events, repeats = without_duplicates(events)
    for event in repeats:
        yield placed(fault("duplicate", level="warning"), deal, event.row, event.source, event.stage, event.at)
    for place, life in enumerate(lives(events, reading.columns)):
        reading.tally.deals += 1
        if place:
            first = life[0]
            again = fault("reused_id", number=place + 1)
            yield placed(again, deal, first.row, first.source, first.stage or None, first.at)
        steps = [event for event in life if event.stage]
        yield from reading.walk.findings(deal, steps, reading.tally, late=late(life, reading.zone))
        yield from _as_of(reading, deal, steps)


def _as_of(reading: Reading, deal: str, steps: list[Event]) -> Iterator[Finding]:
    if reading.now is None:
        return
    for event in steps:
        if event.at > reading.now:
            yield placed(future(reading.now), deal, event.row, event.source, event.stage, event.at)
    if steps:
        yield from _overdue(reading, deal, steps[-1], reading.now)


def _overdue(reading: Reading, deal: str, last: Event, now: datetime) -> Iterator[Finding]:
    table = reading.walk.table
    stage = table.stages.get(table.canonical.get(last.stage, ""))
    due = date_cell(dict(last.cells).get("expected_close"))
    if stage is not None and stage.open and due is not None and due < now.date():
        yield placed(overdue(due), deal, last.row, last.source, last.stage, last.at)


def future(now: datetime) -> Fault:
    """Name the fault of a time after `now`."""
    return fault("future_time", level="warning", now=now.isoformat())


def overdue(due: date) -> Fault:
    """Name the fault of an open deal that was to be closed by that day."""
    return fault("closing_date_passed", level="warning", due=due.isoformat())


def date_cell(cell: object) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        return date.fromisoformat(str(cell).strip()[:10]) if cell else None
    except ValueError:
        return None
