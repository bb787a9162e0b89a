"""Quick answers: moves that nothing stands against. They only ever say yes; all else is for `_judge`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar, cast

from salesflow import _apply
from salesflow._compile import Edge, Table
from salesflow.history import NOTHING, TemplateRef, plain_change
from salesflow.records import Record
from salesflow.values import Actor, to_utc

R = TypeVar("R", bound=Record)

Quick = Callable[[Any, Any, Any, Any], Edge | None]
"""From a record, a stage, a time and an actor to the way there, where nothing stands against it."""


class Court(NamedTuple):
    """What a template judges by."""

    table: Table
    ref: TemplateRef
    record: type[Record]
    quick: Quick


def _no_way(_record: Any, _to: Any, _at: Any, _by: Any) -> None:
    return None


def quick_way(table: Table, ref: TemplateRef, cls: type[Record]) -> Quick:  # noqa: C901 - every check runs through
    """Make the function that finds the way of a plain move. A class that validates itself has none."""
    if _apply.validates_itself(cls):
        return _no_way
    ways, twin = table.open, ref

    def way(record: Any, to: Any, at: Any, by: Any) -> Edge | None:  # noqa: C901 - the same
        nonlocal twin
        try:
            # one look at the fields costs less than a look-up through the model for each
            fields = record.__dict__
            left = fields["left"]
            found = ways[fields["stage"]][to] if left is None else ways[fields["stage"], left][to]
            template = fields["template"]
            if template is not ref and template is not twin:
                if template != ref:
                    return None
                # what was read from JSON is equal and another; all that is read shares it
                twin = template
            if at.tzinfo is not UTC:
                at = to_utc(at)
            if (
                type(record) is not cls
                or type(at) is not datetime
                or at < fields["history"][-1].at
                or (by is not None and type(by) is not Actor)
            ):
                return None
            whole = found.whole
            if whole is not None and whole(record, at, by):
                return None
        except Exception:  # noqa: BLE001 - whatever it is, `_judge` says it, or raises it
            return None
        return found

    return way


def quick_move(court: Court, record: R, to: Any, at: Any, by: Any, update: Any) -> R | None:
    """Move a record where nothing stands against it; else None."""
    candidate, written = record, NOTHING
    if update is not None:
        if not isinstance(cast("object", record), Record):
            return None
        values, refused = _apply.read_update(record, update)
        if refused:
            return None
        candidate = _apply.with_values(record, values)
        try:
            written = _apply.as_json(record, values)
        except Exception:  # noqa: BLE001 - a host's field may hold what has no JSON form: `_judge` says so
            return None
    way = court.quick(candidate, to, at, by)
    if way is None:
        return None
    number = record.changes_before + len(record.history) + 1
    moment = at if at.tzinfo is UTC else to_utc(at)
    change = plain_change(number, way.kind, record.stage, way.allowed.target, moment, by, written, court.ref)
    return _apply.after(candidate, change, {}, court.table)
