"""Retelling: a history as another template would have seen it, move by move, with what was known then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from salesflow import _apply
from salesflow._compile import Edge, Table
from salesflow._hindsight import Past, advance, beginning, judged, values_of
from salesflow._quick import Court
from salesflow.findings import Fault, Tally, fault, placed, unknown
from salesflow.history import Change, Kind
from salesflow.records import Record
from salesflow.values import FrozenMap
from salesflow.verdict import Finding

Named = Mapping[str, str | None]
"""What stages are called by the other template; one that is not named, or None, keeps its name."""

_UNASKED = frozenset({"adopted", "updated", "migrated"})
"""The changes on which no way between stages is asked, and which keep their kind."""


def findings(court: Court, records: Iterable[Any], names: Named, tally: Tally) -> Iterator[Finding]:
    """Say of each record where the template would have refused what happened."""
    for place, record in enumerate(records, 1):
        if not isinstance(record, court.record):
            stranger = fault("bad_row", "replay", wanted=court.record.__name__, type=type(record).__name__)
            yield placed(stranger, None, place, None, None, None)
            continue
        tally.deals += 1
        tally.rows += len(record.history)
        yield from _retold(court, record, names, tally)


def _retold(court: Court, record: Record, names: Named, tally: Tally) -> Iterator[Finding]:
    past = beginning(record)
    past.stage = _name(names, past.stage)
    past.record = _apply.with_values(past.record, {"stage": past.stage})
    for change in record.history:
        values, _ = values_of(record, change)
        told = _told(court.table, past, change, names)
        if _stays(court.table, past, told):
            # two stages of the one are one of the other: nothing happened but what was set
            past.record = _apply.with_values(past.record, values)
            past.dim -= values.keys()
            continue
        for each in _faults(court, past, told, values, tally):
            yield placed(each, record.id, change.number, told.source, told.target, change.at)
        advance(court, past, told, values, court.ref)


def _name(names: Named, stage: str | None) -> str | None:
    return (names.get(stage) if isinstance(stage, str) else None) or stage


def _told(table: Table, past: Past, change: Change, names: Named) -> Change:
    """Return a change as the other template would have recorded it."""
    target = _name(names, change.target) or change.target
    source = _name(names, change.source) if change.kind == "adopted" else past.stage
    left = {"left": _name(names, change.set["left"])} if "left" in change.set else {}
    entering = change.kind == "started"
    kind = change.kind if entering or change.kind in _UNASKED else _kind(table, past, target)
    return replace(change, kind=kind, source=source, target=target, set=FrozenMap({**change.set, **left}))


def _kind(table: Table, past: Past, target: str) -> Kind:
    way = table.way(past.stage, past.left, target) if past.stage in table.canonical else None
    if isinstance(way, Edge):
        return way.kind
    stage = table.stages.get(table.canonical.get(target, ""))
    if stage is None:
        return "advanced"
    return "held" if stage.hold else stage.outcome or "advanced"


def _stays(table: Table, past: Past, told: Change) -> bool:
    here = table.canonical.get(past.stage or "")
    return here is not None and told.kind not in _UNASKED and table.canonical.get(told.target) == here


def _faults(court: Court, past: Past, told: Change, values: dict[str, Any], tally: Tally) -> list[Fault]:
    table = court.table
    if told.target not in table.canonical:
        return [unknown(table, told.target)]
    if told.kind not in _UNASKED:
        return judged(court, past, told, values, tally)
    stage = table.stages[table.canonical[told.target]]
    locked = told.kind == "updated" and not stage.open and table.policy.lock_closed
    return [fault("updated_while_closed", stage=told.target)] if locked else []
