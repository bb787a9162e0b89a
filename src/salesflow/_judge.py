"""Judgement: may this record go there now, and every reason why not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar, cast

from pydantic import ConfigDict, TypeAdapter, ValidationError

from salesflow import _apply
from salesflow._compile import Edge, Table, unknown_stage
from salesflow._guards import Reasons
from salesflow._nearest import nearest
from salesflow._phrases import names, phrase
from salesflow._quick import Court
from salesflow.history import NOTHING, Change, TemplateRef
from salesflow.records import RESERVED, Record
from salesflow.values import Actor, FrozenMap, Prose, shown, stated, to_utc
from salesflow.verdict import Refusal, Verdict, refusal

R = TypeVar("R", bound=Record)


class Request(NamedTuple):
    """What a caller asks for."""

    to: Any
    at: Any
    by: Any = None
    update: Any = None
    ground: Any = None
    override: Any = ()


class Ruling(NamedTuple, Generic[R]):
    """A verdict, and the record as it would be."""

    verdict: Verdict
    moved: R | None


def judge(court: Court, record: R, request: Request) -> Ruling[R]:
    """Answer a move with every reason against it. Never raises."""
    if not isinstance(record, court.record):
        wanted = court.record.__name__
        return _no_record(request, refusal("record.invalid", wanted=wanted, type=type(record).__name__))
    try:
        return _judged(court, record, request)
    except Exception:
        why = malformed(record)
        if why is None:
            raise
        return _no_record(request, why)


def _no_record(request: Request, why: Refusal) -> Ruling[Any]:
    return Ruling(Verdict(source=None, target=shown(request.to), refusals=(why,)), None)


def malformed(record: Record) -> Refusal | None:
    """Say what is wrong with a record that was put together behind its class's back."""
    try:
        type(record).model_validate(dict(record), by_alias=True, by_name=True)
    except Exception as error:  # noqa: BLE001 - whatever its class says of it
        return refusal("record.broken", error=_apply.first_error(error))
    return None


def _judged(court: Court, record: R, request: Request) -> Ruling[R]:
    table, faults = court.table, _faults(court, record, request)
    way = way_to(table, record, request.to)
    values, refused = _apply.read_update(record, request.update) if request.update is not None else ({}, [])
    if not isinstance(way, Edge):
        return Ruling(_refused(table, record, request.to, None, (way, *faults, *refused)), None)
    # a fault of the caller's hides no rule that fails, but for a time at which nothing can be asked
    timely = not any(each.code.startswith("time.") for each in faults)
    asked = _ask(way, _apply.with_values(record, values), request) if timely else ()
    standing, overrode, denied = (asked, (), ()) if faults else _overridden(asked, request)
    reasons = (*standing, *faults, *refused, *_ground(way, request, overrode), *denied)
    if reasons:
        return Ruling(_refused(table, record, request.to, way, reasons), None)
    return _granted(court, record, request, way, values, overrode)


def _granted(
    court: Court, record: R, request: Request, way: Edge, values: dict[str, Any], overrode: tuple[str, ...]
) -> Ruling[R]:
    at = to_utc(request.at)
    candidate = _apply.with_values(record, values)
    warnings = tuple(each for guard in way.warns for each in guard(candidate, at, request.by))
    verdict = way.allowed
    if warnings or overrode:
        verdict = verdict.model_copy(update={"warnings": warnings, "overrode": overrode})
    moved, broken = carry_out(court, record, way, values, request, overrode)
    if broken:
        return Ruling(_refused(court.table, record, request.to, way, (broken,)), None)
    return Ruling(verdict, moved)


def carry_out(
    court: Court, record: R, way: Edge, values: dict[str, Any], request: Request, overrode: tuple[str, ...] = ()
) -> tuple[R, Refusal | None]:
    """Make the change of a move that is granted, and the record after it; or say why its class forbids it."""
    if way.kind == "reopened" and record.loss is not None:
        values = {"loss": None, **values}
    try:
        set_fields = _written(record, values, way)
    except Exception as error:  # noqa: BLE001 - a host's field may hold what has no JSON form
        return record, refusal("record.broken", error=_apply.first_error(error))
    change = Change(
        number=record.changes_before + len(record.history) + 1,
        kind=way.kind,
        source=record.stage,
        target=way.allowed.target,
        at=request.at,
        by=request.by,
        ground=clean_ground(request.ground),
        overrode=overrode,
        set=set_fields,
        template=court.ref,
    )
    return conclude(record, change, values, court.table)


def _written(record: Record, values: dict[str, Any], way: Edge) -> FrozenMap[Any]:
    if way.kind == "started":
        # what an update set back to its default is no part of a snapshot
        return FrozenMap({**_apply.as_json(record, values), **_apply.snapshot(_apply.with_values(record, values))})
    return _apply.as_json(record, values) if values else NOTHING


def conclude(record: R, change: Change, values: Mapping[str, Any], table: Table) -> tuple[R, Refusal | None]:
    """Apply a change, and ask the validators of the record's own class where it has any."""
    moved = _apply.after(record, change, values, table)
    if not _apply.validates_itself(type(record)):
        return moved, None
    try:
        made = _apply.validated(dict(moved), type(record))
        derived = _apply.changed(moved, made)
        if derived & RESERVED:
            return record, refusal("record.broken", error=phrase("sent.reserved", field=min(derived & RESERVED)))
        return _apply.dressed(_told(made, derived), moved), None
    except Exception as error:  # noqa: BLE001 - a host's validator may raise anything; a check never does
        return record, refusal("record.broken", error=_apply.first_error(error))


def _told(made: R, derived: set[str]) -> R:
    """Write what the class's own validators changed into the change, so that the history gives it back."""
    if not derived:
        return made
    *before, last = made.history
    told = replace(
        last, set=FrozenMap({**last.set, **_apply.as_json(made, {name: getattr(made, name) for name in derived})})
    )
    return _apply.with_values(made, {"history": (*before, told)})


# -- where to -----------------------------------------------------------------------------------------------


def way_to(table: Table, record: Record, to: Any) -> Edge | Refusal:
    """Return the way of a record to a stage, or why there is none, whatever `to` is."""
    if not isinstance(to, str):
        return refusal("stage.invalid", type=type(to).__name__)
    if record.stage is not None and record.stage not in table.canonical:
        return unknown_stage(record.stage, table.stages)
    return table.way(record.stage, record.left, to)


def _refused(table: Table, record: Record, to: Any, way: Edge | None, reasons: tuple[Refusal, ...]) -> Verdict:
    target = table.canonical.get(to, to) if isinstance(to, str) else to
    return Verdict(
        source=table.canonical.get(record.stage or "", record.stage),
        target=shown(target),
        kind=way.kind if way else None,
        # a refusal is slow to hash, and most moves are refused for one reason
        refusals=reasons if len(reasons) == 1 else tuple(dict.fromkeys(reasons)),
    )


# -- what the caller sent -----------------------------------------------------------------------------------


def _faults(court: Court, record: Record, request: Request) -> tuple[Refusal, ...]:
    found = (
        foreign(court.ref, record),
        unknown_past(record),
        time_fault(record, request.at),
        actor_fault(request.by),
        ground_fault(request.ground),
        _override_fault(court.table, request.override),
    )
    return tuple(each for each in found if each)


def unknown_past(record: Record) -> Refusal | None:
    """Say when a record sits in a stage, and nothing tells how it came there."""
    if record.stage is None or record.history or record.changes_before:
        return None
    return refusal("record.without_history", stage=record.stage)


def foreign(ours: TemplateRef, record: Record) -> Refusal | None:
    """Say when a record was last moved by another template, or another definition of this one."""
    theirs = record.template
    if theirs is None or theirs == ours:
        return None
    if (theirs.id, theirs.version) == (ours.id, ours.version):
        return refusal("template.changed", ours=str(ours))
    return refusal("template.other", ours=str(ours), theirs=str(theirs))


def time_fault(record: Record, at: object) -> Refusal | None:
    """Say what is wrong with a moment: not a time, without a zone, or before the last change."""
    if not isinstance(at, datetime):
        return refusal("time.invalid", type=type(at).__name__)
    try:
        if at.utcoffset() is None:
            return refusal("time.naive")
        moment = to_utc(at)
    except Exception:  # noqa: BLE001 - a stranger's tzinfo may raise anything
        return refusal("time.invalid", type=phrase("sent.calendar"))
    last = record.history[-1].at if record.history else None
    return refusal("time.back", last=last.isoformat()) if last and moment < last else None


def actor_fault(by: object) -> Refusal | None:
    """Say what is wrong with who acts."""
    return None if by is None or isinstance(by, Actor) else refusal("actor.invalid", type=type(by).__name__)


_prose: TypeAdapter[str] = TypeAdapter(Prose, config=ConfigDict(defer_build=True))


def ground_fault(ground: object) -> Refusal | None:
    """Say what is wrong with the text of a ground."""
    if ground is None:
        return None
    try:
        _prose.validate_python(ground)
    except ValidationError as error:
        return refusal("ground.invalid", error=_apply.first_error(error)[:500])
    return None


def clean_ground(ground: str | None) -> str | None:
    """Return a sound ground in its clean form; a blank one is none."""
    return _prose.validate_python(ground) if stated(ground) else None


def _override_fault(table: Table, override: object) -> Refusal | None:
    several = isinstance(override, tuple | list | set | frozenset)
    keys = cast("Collection[object]", override) if several else (None,)
    if all(isinstance(each, str) for each in keys):
        return _unknown_key(table, [str(each) for each in keys])
    return refusal("override.invalid", type=type(override).__name__)


def _unknown_key(table: Table, keys: list[str]) -> Refusal | None:
    """Name the first key that no rule of the template has: a slip would otherwise pass in silence."""
    strange = next((key for key in keys if key not in table.keys), None)
    if strange is None:
        return None
    near = nearest(strange, table.keys)
    more = {"why": "near", "near": near} if near else {}
    return refusal("override.unknown", shown(strange), **more)


# -- what is asked ------------------------------------------------------------------------------------------


def _ask(way: Edge, candidate: Record, request: Request) -> Reasons:
    at, by = to_utc(request.at), request.by if isinstance(request.by, Actor) else None
    guards = way.guards if stated(request.ground) else (*way.guards, *way.waived)
    return tuple(each for guard in guards for each in guard(candidate, at, by))


def _overridden(asked: Reasons, request: Request) -> tuple[Reasons, tuple[str, ...], Reasons]:
    """Split reasons into those that stand, the keys passed over, and why others may not be."""
    if not request.override or not asked:
        return asked, (), ()
    named = [each for each in asked if each.key in request.override]
    held = frozenset(request.by.roles if isinstance(request.by, Actor) else ())
    denied = tuple(_denied(each) for each in named if held.isdisjoint(each.overridable_by))
    passed = {each.key for each in named} - {each.subject for each in denied}
    return tuple(each for each in asked if each.key not in passed), tuple(sorted(passed)), denied


def _denied(reason: Refusal) -> Refusal:
    if not reason.overridable_by:
        return refusal("override.never", reason.key)
    return refusal("override.denied", reason.key, roles=names(reason.overridable_by))


def _ground(way: Edge, request: Request, overrode: tuple[str, ...]) -> Reasons:
    if stated(request.ground):
        return ()
    if way.ground:
        return (way.ground,)
    return (refusal("ground.missing", missing=("ground",), reason=phrase("ground.override")),) if overrode else ()
