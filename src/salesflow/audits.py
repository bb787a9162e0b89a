"""Audits of records: do stored histories agree with their templates?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from salesflow import _apply
from salesflow._acquit import Chart, acquitted
from salesflow._compile import Edge, Table
from salesflow._quick import Court
from salesflow._sight import UNREADABLE, View
from salesflow.findings import Audit, Fault, Tally, fault, no_way, placed, rule_fault, unknown, without_ground
from salesflow.history import Change, TemplateRef
from salesflow.moves import Policy
from salesflow.qualification import FOUR_CRITERIA
from salesflow.records import RESERVED, Record
from salesflow.template import StageTemplate
from salesflow.values import stated, to_utc
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
    """
    given = (templates,) if isinstance(templates, StageTemplate) else tuple(templates)
    courts = {(each.id, each.version): each._judged_by() for each in given}  # noqa: SLF001
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


@dataclass(slots=True)
class _Past:
    """A record on its way through its own history."""

    record: Any
    dim: set[str]
    """The fields whose values at that time are not on record."""
    stage: str | None
    left: str | None
    last: datetime | None
    number: int
    tail: bool
    """Whether earlier changes are missing."""
    ref: TemplateRef | None = None
    """The template of the change before."""


def _findings(courts: Courts, record: Record, tally: Tally) -> Iterator[Finding]:
    past = _beginning(record)
    court: Court | None = None
    for change in record.history:
        ref = change.template or record.template
        court = courts.get((ref.id, ref.version)) if ref else None
        values, unread = _values(record, change)
        faults = [*unread, *_breaks(past, change)]
        if court is None:
            faults.append(fault("unknown_template", ref=str(ref)))
        else:
            if court.ref != ref:
                faults.append(fault("changed_template", ref=str(ref)))
            faults += _judged(court, past, change, values, tally)
        for each in faults:
            yield placed(each, record.id, change.number, change.source, change.target, change.at)
        _advance(court, past, change, values)
    yield from _ending(record, past)


def _beginning(record: Record) -> _Past:
    set_later = {name for change in record.history for name in change.set} & type(record).model_fields.keys()
    whole = not record.changes_before
    blank = {name: type(record).model_fields[name].default for name in set_later}
    start = {"stage": None, "left": None, "closed_at": None, "history": (), "reopenings": 0}
    first = None if whole else record.history[0].source if record.history else record.stage
    return _Past(
        record=_apply.with_values(record, {**blank, **start, "stage": first}),
        dim=set() if whole else set_later,
        stage=first,
        left=None,
        last=None,
        number=record.changes_before,
        tail=not whole,
    )


def _values(record: Record, change: Change) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, raw in change.set.items():
        try:
            values[name] = _apply.from_json(type(record), name, raw)
        except KeyError:
            faults.append(fault("unknown_field", field=name))
        except ValueError as error:
            faults.append(fault("unreadable_field", field=name, error=_apply.first_error(error)))
    reserved = sorted(RESERVED & values.keys())
    faults += [fault("unknown_field", "reserved", field=name) for name in reserved]
    return {name: value for name, value in values.items() if name not in RESERVED}, faults


def _breaks(past: _Past, change: Change) -> Iterator[Fault]:
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


def _judged(court: Court, past: _Past, change: Change, values: dict[str, Any], tally: Tally) -> list[Fault]:
    if change.target not in court.table.canonical:
        return [unknown(court.table, change.target)]
    if change.kind in _UNASKED:
        return list(_UNASKED[change.kind](court, past, change))
    tally.moves += change.kind != "started"
    source = None if change.kind == "started" else change.source
    if source is None and change.kind != "started":
        return []
    if source is not None and source not in court.table.canonical:
        return [unknown(court.table, source)]
    return _move_faults(court, past, change, values, tally)


def _move_faults(court: Court, past: _Past, change: Change, values: dict[str, Any], tally: Tally) -> list[Fault]:
    known = _left_known(court, past, change)
    source = None if change.kind == "started" else change.source
    way = court.table.way(source, past.left, change.target) if known else court.table.kindest(source, change.target)
    if not isinstance(way, Edge):
        return [no_way(court.table, source, way)]
    tally.kinds[way.kind] += 1
    if not known:
        return list(_ground_faults(way, change)) if way.kind == "reopened" else []
    return [*_kind_faults(way, change), *_ground_faults(way, change), *_rule_faults(way, past, change, values)]


def _left_known(court: Court, past: _Past, change: Change) -> bool:
    """Tell whether the history reaches back to when a held or closed record left its stage."""
    here = court.table.stages.get(court.table.canonical.get(change.source or "", ""))
    on_its_way = here is None or (here.open and not here.hold)
    return on_its_way or past.left is not None or not past.tail


def _adoption(_court: Court, _past: _Past, _change: Change) -> Iterator[Fault]:
    yield from ()


def _update(court: Court, _past: _Past, change: Change) -> Iterator[Fault]:
    stage = court.table.stages[court.table.canonical[change.target]]
    if change.source != change.target:
        yield fault("wrong_kind", "update", stage=change.target)
    elif not stage.open and court.table.policy.lock_closed:
        yield fault("updated_while_closed", stage=change.target)


def _migration(_court: Court, past: _Past, change: Change) -> Iterator[Fault]:
    if change.template == past.ref:
        yield fault("wrong_kind", "migration")


_UNASKED: dict[str, Callable[[Court, _Past, Change], Iterator[Fault]]] = {
    "adopted": _adoption,
    "updated": _update,
    "migrated": _migration,
}
"""The changes on which no way between stages is asked."""


def _kind_faults(way: Edge, change: Change) -> Iterator[Fault]:
    if way.kind != change.kind:
        yield fault("wrong_kind", found=way.kind, kind=change.kind)


def _ground_faults(way: Edge, change: Change) -> Iterator[Fault]:
    if way.ground is not None and not stated(change.ground):
        yield without_ground(way)
    if change.overrode and not stated(change.ground):
        yield fault("ground_missing", keys=", ".join(change.overrode))


def _rule_faults(way: Edge, past: _Past, change: Change, values: dict[str, Any]) -> list[Fault]:
    guards = way.guards if stated(change.ground) else (*way.guards, *way.waived)
    if not guards:
        return []
    candidate: Any = _apply.with_values(past.record, values)
    dim = past.dim - values.keys()
    if dim:
        candidate = _Dim(candidate, dim)
    reasons = dict.fromkeys(each for guard in guards for each in guard(candidate, change.at, change.by))
    return [rule_fault(each) for each in reasons if not _overridden(each, change)]


def _overridden(reason: Any, change: Change) -> bool:
    held = change.by.roles if change.by else ()
    return reason.key in change.overrode and not set(held).isdisjoint(reason.overridable_by)


class _Dim(View):
    """A past record of which some fields are not known."""

    def __init__(self, record: Record, unknown: set[str]) -> None:
        self._record = record
        self._unknown = unknown

    def __getattr__(self, name: str) -> Any:
        return UNREADABLE if name in self._unknown else getattr(self._record, name)


def _advance(court: Court | None, past: _Past, change: Change, values: dict[str, Any]) -> None:
    table = court.table if court else _NO_TABLE
    place = _apply.place(past.record, change, table)
    if table.looks_back:
        # only rules that look back see the history: to carry it along costs its length at every change
        place["history"] = (*past.record.history, change)
    past.record = _apply.with_values(past.record, {**values, **place})
    past.dim -= values.keys()
    past.stage, past.left = past.record.stage, past.record.left
    past.last, past.number, past.ref = change.at, change.number, change.template


_NO_TABLE = Table((), (), Policy.model_construct(), FOUR_CRITERIA)
"""What is known of the stages of a template that was not given."""


def _ending(record: Record, past: _Past) -> Iterator[Finding]:
    wrong = [
        (record.stage != past.stage, "stage", past.stage, record.stage),
        (not record.changes_before and record.left != past.left, "left", past.left, record.left),
    ]
    for broken, what, told, now in wrong:
        if broken:
            end = fault("wrong_end", what, past=told, now=now)
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
