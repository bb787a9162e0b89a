"""Hindsight: a record on its way through its own history, judged by what was known then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from salesflow import _apply
from salesflow._compile import Edge, Table
from salesflow._enter import sets_left
from salesflow._quick import Court
from salesflow._sight import UNREADABLE, View
from salesflow.findings import Fault, Tally, fault, no_way, rule_fault, unknown, without_ground
from salesflow.history import Change, TemplateRef
from salesflow.moves import Policy
from salesflow.qualification import FOUR_CRITERIA
from salesflow.records import RESERVED, Record
from salesflow.values import stated


@dataclass(slots=True)
class Past:
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
    court: Court | None = None
    """What judged the change before; None where its template is not given."""
    changes: list[Change] = field(default_factory=list[Change])
    """What has happened so far, as far as the history at hand tells."""


def beginning(record: Record) -> Past:
    """Return a record as it was before the first change at hand."""
    fields = type(record).model_fields
    set_later = {name for change in record.history for name in change.set if name not in RESERVED} & fields.keys()
    whole = not record.changes_before
    blank = {name: fields[name].default for name in set_later}
    start = {name: fields[name].default for name in RESERVED - {"id", "changes_before"}}
    first = None if whole else record.history[0].source if record.history else record.stage
    return Past(
        record=_apply.with_values(record, {**blank, **start, "stage": first}),
        dim=set() if whole else {*set_later, "template"},
        stage=first,
        left=None,
        last=None,
        number=record.changes_before,
        tail=not whole,
    )


def values_of(record: Record, change: Change) -> tuple[dict[str, Any], list[Fault]]:
    """Read what a change set, and say what of it cannot be read."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, raw in change.set.items():
        if name in RESERVED:
            faults += [] if sets_left(change, name) else [fault("unknown_field", "reserved", field=name)]
            continue
        try:
            values[name] = _apply.from_json(type(record), name, raw)
        except KeyError:
            faults.append(fault("unknown_field", field=name))
        except ValueError as error:
            faults.append(fault("unreadable_field", field=name, error=_apply.first_error(error)))
    return values, faults


def outcome_key(stage: str) -> str:
    """Return the key under which a migration says that it was meant to change the outcome of a stage's records."""
    return f"migration.outcome.{stage}"


def judged(court: Court, past: Past, change: Change, values: dict[str, Any], tally: Tally) -> list[Fault]:
    """Say what stood against a move when it was made."""
    tally.moves += change.kind != "started"
    source = None if change.kind == "started" else change.source
    if source is None and change.kind != "started":
        return []
    if source is not None and source not in court.table.canonical:
        return [unknown(court.table, source)]
    return _move_faults(court, past, change, values, tally)


def _move_faults(court: Court, past: Past, change: Change, values: dict[str, Any], tally: Tally) -> list[Fault]:
    known = _left_known(court, past, change)
    source = None if change.kind == "started" else change.source
    way = court.table.way(source, past.left, change.target) if known else court.table.kindest(source, change.target)
    if not isinstance(way, Edge):
        return [no_way(court.table, source, way)]
    tally.kinds[way.kind] += 1
    if not known:
        return list(_ground_faults(way, change)) if way.kind == "reopened" else []
    return [*_kind_faults(way, change), *_ground_faults(way, change), *_rule_faults(court, way, past, change, values)]


def _left_known(court: Court, past: Past, change: Change) -> bool:
    """Tell whether the history reaches back to when a held or closed record left its stage."""
    here = court.table.stages.get(court.table.canonical.get(change.source or "", ""))
    on_its_way = here is None or (here.open and not here.hold)
    return on_its_way or past.left is not None or not past.tail


def _kind_faults(way: Edge, change: Change) -> Iterator[Fault]:
    if way.kind != change.kind:
        yield fault("wrong_kind", found=way.kind, kind=change.kind)


def _ground_faults(way: Edge, change: Change) -> Iterator[Fault]:
    if way.ground is not None and not stated(change.ground):
        yield without_ground(way)
    yield from override_faults(change)


def override_faults(change: Change) -> Iterator[Fault]:
    """Say when something was passed over, and nobody said why."""
    if change.overrode and not stated(change.ground):
        yield fault("ground_missing", keys=", ".join(change.overrode))


def _rule_faults(court: Court, way: Edge, past: Past, change: Change, values: dict[str, Any]) -> list[Fault]:
    guards = way.guards if stated(change.ground) else (*way.guards, *way.waived)
    if not guards:
        return []
    # only rules that look back see the history: to carry it along costs its length at every change
    seen = {"history": tuple(past.changes)} if court.table.looks_back else {}
    candidate: Any = _apply.with_values(past.record, {**values, **seen})
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


def advance(court: Court | None, past: Past, change: Change, values: dict[str, Any], ref: TemplateRef | None) -> None:
    """Let a change have happened, whatever stood against it; `ref` names the template that judged it."""
    table = court.table if court else _NO_TABLE
    place = _apply.place(past.record, change, table)
    past.record = _apply.with_values(past.record, {**values, **place, "template": change.template})
    past.changes.append(change)
    past.dim -= {*values, "template"}
    past.stage, past.left = past.record.stage, past.record.left
    past.last, past.number, past.ref, past.court = change.at, change.number, ref, court


_NO_TABLE = Table((), (), Policy.model_construct(), FOUR_CRITERIA)
"""What is known of the stages of a template that was not given."""
