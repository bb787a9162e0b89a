"""Audits of records: do stored histories agree with their templates?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from salesflow._acquit import Chart, acquitted
from salesflow._compared._versions import by_version
from salesflow._compile import Table
from salesflow._enter import left_fault
from salesflow._hindsight import (
    Past,
    advance,
    beginning,
    judged,
    outcome_key,
    override_faults,
    values_of,
)
from salesflow._quick import Court
from salesflow.findings import Audit, Fault, Tally, fault, placed, unknown
from salesflow.history import Change
from salesflow.records import Record
from salesflow.template import StageTemplate
from salesflow.values import to_utc
from salesflow.verdict import Finding

__all__ = ["audit"]

Courts = Mapping[tuple[str, str], Court]
Charts = Mapping[tuple[str, str], Chart]


def audit(
    templates: StageTemplate[Any] | Iterable[StageTemplate[Any]],
    records: Iterable[Record],
    *,
    as_of: datetime | None = None,
) -> Audit:
    """Judge every stored change by the template version that was valid when it was made.

    Lazy: records are read as findings are asked for. What is not a record becomes a finding. With `as_of` (a time with
    a zone that stands for now), closing dates that have passed are told too; ValueError when it is naive.
    Raises TemplateError for two templates of one id and version that behave differently.
    """
    given = (templates,) if isinstance(templates, StageTemplate) else tuple(templates)
    courts = {key: each._judged_by() for key, each in by_version(given).items()}  # noqa: SLF001
    now = None if as_of is None else to_utc(as_of)
    tally = Tally()
    return Audit(_all_findings(courts, records, now, tally), tally)


def _all_findings(courts: Courts, records: Iterable[Record], now: datetime | None, tally: Tally) -> Iterator[Finding]:
    things: Iterable[Any] = records
    charts = {key: Chart(court) for key, court in courts.items()}
    usual = {court.record for court in courts.values()}
    for place, record in enumerate(things, 1):
        if record.__class__ not in usual and not isinstance(record, Record):
            yield placed(fault("bad_row", "record", type=type(record).__name__), None, place, None, None, None)
            continue
        tally.deals += 1
        tally.rows += len(record.history)
        if not _acquitted(charts, record, tally):
            yield from _findings(courts, record, tally)
        if now is not None:
            yield from _overdue(courts, record, now)


def _acquitted(charts: Charts, record: Record, tally: Tally) -> bool:
    """Tell at once that a whole history agrees, and count it; otherwise somebody must look closely."""
    ref = record.template
    chart = charts.get((ref.id, ref.version)) if ref else None
    kinds = acquitted(chart, record) if chart else None
    if kinds is None:
        return False
    entry, counts = kinds[:1], tally.kinds
    tally.moves += len(kinds) - len(entry)
    for kind in kinds:
        counts[kind] += 1
    if entry == ["adopted"]:
        # an adoption is no move of the template's
        counts["adopted"] -= 1
    return True


# -- the close look -----------------------------------------------------------------------------------------


def _findings(courts: Courts, record: Record, tally: Tally) -> Iterator[Finding]:
    past = beginning(record)
    for change in record.history:
        ref = change.template or record.template
        court = courts.get((ref.id, ref.version)) if ref else None
        values, unread = values_of(record, change)
        faults = [*unread, *_breaks(past, change)]
        if court is None:
            faults.append(fault("unknown_template", ref=str(ref)))
        else:
            if court.ref != ref:
                faults.append(fault("changed_template", ref=str(ref)))
            faults += [*_switched(court, past, change), *_judged(court, past, change, values, tally)]
        for each in faults:
            yield placed(each, record.id, change.number, change.source, change.target, change.at)
        advance(court, past, change, values, ref)
    yield from _ending(record, past)


def _breaks(past: Past, change: Change) -> Iterator[Fault]:
    due = past.number + 1
    if change.number != due:
        yield fault("number_gap", number=change.number, due=due)
    if past.last is not None and change.at < past.last:
        yield fault("time_back", "record", last=past.last.isoformat())
    entering = change.kind in {"started", "adopted"}
    if entering != (due == 1 and past.stage is None):
        yield fault("wrong_start", "record", number=change.number, kind=change.kind)
    elif change.kind != "adopted" and change.source != past.stage:
        yield fault("gap", "record", told=change.source, stage=past.stage)


def _switched(court: Court, past: Past, change: Change) -> Iterator[Fault]:
    """Say when a record goes by another template than before, and nothing migrated it there."""
    if past.court is not None and past.court is not court and change.kind != "migrated":
        yield fault("unmigrated", ref=str(court.ref), before=str(past.ref))


def _judged(court: Court, past: Past, change: Change, values: dict[str, Any], tally: Tally) -> list[Fault]:
    if change.target not in court.table.canonical:
        return [unknown(court.table, change.target)]
    if change.kind in _UNASKED:
        return list(_UNASKED[change.kind](court, past, change))
    return judged(court, past, change, values, tally)


def _adoption(_court: Court, _past: Past, _change: Change) -> Iterator[Fault]:
    yield from ()


def _update(court: Court, _past: Past, change: Change) -> Iterator[Fault]:
    stage = court.table.stages[court.table.canonical[change.target]]
    if change.source != change.target:
        yield fault("wrong_kind", "update", stage=change.target)
    elif not stage.open and court.table.policy.lock_closed:
        yield fault("updated_while_closed", stage=change.target)


def _migration(court: Court, past: Past, change: Change) -> Iterator[Fault]:
    if change.template == past.ref:
        yield fault("wrong_kind", "migration")
    strange = left_fault(court.table, change)
    if strange:
        yield strange
    if past.court is not None:
        yield from _carried(past.court.table, court.table, change)
    yield from override_faults(change)


def _carried(old: Table, new: Table, change: Change) -> Iterator[Fault]:
    """Judge what a migration left by the old template, and what it reached by the new one."""
    was = old.stages.get(old.canonical.get(change.source or "", ""))
    if was is None:
        yield unknown(old, change.source or "")
        return
    now = new.stages[new.canonical[change.target]]
    if was.outcome != now.outcome and outcome_key(was.id) not in change.overrode:
        yield fault("outcome_changed", source=was.id, target=now.id)


_UNASKED: dict[str, Callable[[Court, Past, Change], Iterator[Fault]]] = {
    "adopted": _adoption,
    "updated": _update,
    "migrated": _migration,
}
"""The changes on which no way between stages is asked."""


def _ending(record: Record, past: Past) -> Iterator[Finding]:
    told = record.template
    wrong = [
        (record.stage != past.stage, "stage", past.stage, record.stage),
        (not record.changes_before and record.left != past.left, "left", past.left, record.left),
        (None not in {told, past.ref} and told != past.ref, "template", str(past.ref), str(told)),
    ]
    for broken, what, then, now in wrong:
        if broken:
            end = fault("wrong_end", what, past=then, now=now)
            yield placed(end, record.id, None, past.stage, record.stage, past.last)


def _overdue(courts: Courts, record: Record, now: datetime) -> Iterator[Finding]:
    due = getattr(record, "expected_close", None)
    ref = record.template
    court = courts.get((ref.id, ref.version)) if ref else None
    if due is None or court is None or due >= now.date():
        return
    stage = court.table.stage(record.stage)
    if stage is not None and stage.open:
        late = fault("closing_date_passed", level="warning", due=due.isoformat())
        yield placed(late, record.id, None, record.stage, None, now)
