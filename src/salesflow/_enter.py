"""Entry and upkeep: starting, adopting, updating and replaying a record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, NoReturn, TypeVar

from salesflow import _apply
from salesflow._compile import Table, unknown_stage
from salesflow._judge import (
    Request,
    actor_fault,
    clean_ground,
    conclude,
    foreign,
    ground_fault,
    judge,
    time_fault,
    unknown_past,
)
from salesflow._quick import Court
from salesflow.errors import HistoryError, MoveRefused
from salesflow.findings import Fault, fault, placed
from salesflow.history import Change, Kind, TemplateRef
from salesflow.records import RESERVED, Record
from salesflow.values import FrozenMap, shown
from salesflow.verdict import Finding, Refusal, Verdict, refusal

R = TypeVar("R", bound=Record)


def started(court: Court, record: R, request: Request) -> R:
    """Start a record. Raises MoveRefused."""
    if isinstance(record, court.record) and record.stage is not None:
        _refuse(record, None, request.to, (refusal("record.started", stage=record.stage),))
    ruling = judge(court, record, request)
    if ruling.moved is None:
        raise MoveRefused(record, ruling.verdict)
    return ruling.moved


def adopted(court: Court, record: R, request: Request, left: object) -> R:
    """Take over a record that sits in a stage already. Raises MoveRefused."""
    reasons = [*_common(court, record, request), *_places(court, record, request.to, left)]
    if reasons:
        _refuse(record, None, request.to, tuple(reasons))
    names = court.table.canonical
    stage, came_from = names[request.to], None if left is None else names[str(left)]
    written = _written(record, stage, lambda: _apply.snapshot(record))
    change = _change(court, record, request, kind="adopted", source=came_from, target=stage, values=written)
    return _concluded(court, record, change, {})


def _places(court: Court, record: Record, stage: object, left: object) -> list[Refusal]:
    table = court.table
    found = [_unknown(court, name) for name in (stage, left) if name is not None and not _known(court, name)]
    if getattr(record, "stage", None) is not None:
        found.append(refusal("record.started", stage=record.stage))
    if stage is None:
        found.append(refusal("stage.invalid", type="NoneType"))
    if left is not None and not found:
        here = table.stages[table.canonical[str(stage)]]
        if table.canonical[str(left)] not in table.position or (here.open and not here.hold):
            found.append(refusal("left.invalid", str(left), stage=here.id))
    return found


def _known(court: Court, name: object) -> bool:
    return isinstance(name, str) and name in court.table.canonical


def _unknown(court: Court, name: object) -> Refusal:
    if isinstance(name, str):
        return unknown_stage(name, court.table.stages)
    return refusal("stage.invalid", type=type(name).__name__)


def updated(court: Court, record: R, request: Request) -> R:
    """Set fields without a move. Raises MoveRefused."""
    reasons = _common(court, record, request)
    values: dict[str, Any] = {}
    if isinstance(record, court.record):
        values, refused = _apply.read_update(record, request.update)
        reasons = [*reasons, *_locked(court, record), *refused]
    stage = record.stage if isinstance(record, court.record) else None
    if reasons or stage is None:
        _refuse(record, stage, stage or "", tuple(reasons))
    written = _written(record, stage, lambda: _apply.as_json(record, values))
    change = _change(court, record, request, kind="updated", source=stage, target=stage, values=written)
    return _concluded(court, record, change, values)


def _written(record: Record, stage: str, write: Callable[[], FrozenMap[Any]]) -> FrozenMap[Any]:
    try:
        return write()
    except Exception as error:  # noqa: BLE001 - a host's field may hold what has no JSON form
        _refuse(record, record.stage, stage, (refusal("record.broken", error=_apply.first_error(error)),))


def _locked(court: Court, record: Record) -> list[Refusal]:
    if record.stage is None:
        return [refusal("record.not_started")]
    bare = unknown_past(record)
    if bare is not None:
        return [bare]
    stage = court.table.stages.get(court.table.canonical.get(record.stage, ""))
    if stage is None:
        return [unknown_stage(record.stage, court.table.stages)]
    closed = not stage.open and court.table.policy.lock_closed
    return [refusal("record.closed")] if closed else []


def _common(court: Court, record: Record, request: Request) -> list[Refusal]:
    if not isinstance(record, court.record):
        return [refusal("record.invalid", wanted=court.record.__name__, type=type(record).__name__)]
    found = (
        foreign(court.ref, record),
        time_fault(record, request.at),
        actor_fault(request.by),
        ground_fault(request.ground),
    )
    return [each for each in found if each]


def _change(
    court: Court, record: Record, request: Request, *, kind: Kind, source: Any, target: str, values: FrozenMap[Any]
) -> Change:
    return Change(
        number=record.changes_before + len(record.history) + 1,
        kind=kind,
        source=source,
        target=target,
        at=request.at,
        by=request.by,
        ground=clean_ground(request.ground),
        set=values,
        template=court.ref,
    )


def _concluded(court: Court, record: R, change: Change, values: dict[str, Any]) -> R:
    moved, broken = conclude(record, change, values, court.table)
    if broken:
        _refuse(record, record.stage, change.target, (broken,))
    return moved


def _refuse(record: Any, source: Any, target: Any, reasons: tuple[Refusal, ...]) -> NoReturn:
    raise MoveRefused(record, Verdict(source=source, target=shown(target), refusals=reasons))


# -- replay -------------------------------------------------------------------------------------------------


def replayed(court: Court, record: R, changes: Iterable[Change], earlier: Iterable[Court] = ()) -> R:
    """Apply recorded changes again, each by the template that made it, asking no rule. Raises HistoryError."""
    courts = {each.ref: each for each in (*earlier, court)}
    things: Iterable[Any] = changes
    for place, change in enumerate(things, 1):
        _check_replay(court, record, place, change)
        # where nothing was migrated, one template knows all stages
        table = courts.get(change.template or court.ref, court).table
        breaks = (*discontinuities(record, change), *_misled(record, change, courts, table))
        values, unread = _values(record, change)
        if breaks or unread:
            raise HistoryError((*breaks, *unread))
        record = _apply.after(record, change, values, table)
    return record


def _misled(record: Record, change: Change, courts: Collection[TemplateRef | None], table: Table) -> Iterator[Finding]:
    """Say where a migration comes from a template or leads to one that is not at hand, or names what nothing left."""
    if change.kind != "migrated":
        return
    for ref in (record.template, change.template):
        if ref is not None and ref not in courts:
            yield _finding(record, change, fault("unknown_template", ref=str(ref)))
    strange = left_fault(table, change)
    if strange:
        yield _finding(record, change, strange)


def _check_replay(court: Court, record: Any, place: int, change: Any) -> None:
    if not isinstance(record, court.record):
        stranger = fault("bad_row", "replay", wanted=court.record.__name__, type=type(record).__name__)
        raise HistoryError((placed(stranger, None, place, None, None, None),))
    if not isinstance(change, Change):
        none = fault("bad_row", "change", type=type(change).__name__)
        raise HistoryError((placed(none, record.id, place, None, None, None),))


def discontinuities(record: Record, change: Change) -> Iterator[Finding]:
    """Say where a change does not continue a record's history."""
    number = record.changes_before + len(record.history) + 1
    entering = change.kind in {"started", "adopted"}
    last = record.history[-1].at if record.history else None
    if change.number != number:
        yield _finding(record, change, fault("number_gap", number=change.number, due=number))
    if entering != (record.stage is None):
        yield _finding(record, change, fault("wrong_start", "replay", stage=record.stage, kind=change.kind))
    if not entering and change.source != record.stage:
        yield _finding(record, change, fault("gap", "replay", told=change.source, stage=record.stage))
    if last is not None and change.at < last:
        yield _finding(record, change, fault("time_back", "record", last=str(last)))


def sets_left(change: Change, name: str) -> bool:
    """Tell whether a change may set that field, which others may not: a migration says what the record left."""
    return name == "left" and change.kind == "migrated"


def left_fault(table: Table, change: Change) -> Fault | None:
    """Say when a migration gives a record something to have left that it cannot have left."""
    if "left" not in change.set or change.kind != "migrated":
        return None
    left, stage = change.set["left"], table.stages.get(table.canonical.get(change.target, ""))
    rests = stage is not None and (stage.hold or not stage.open)
    if rests and isinstance(left, str) and table.canonical.get(left) in table.position:
        return None
    return fault("unreadable_field", "left", left=str(left)[:128], stage=change.target)


def _values(record: Record, change: Change) -> tuple[dict[str, Any], list[Finding]]:
    values: dict[str, Any] = {}
    unread: list[Finding] = []
    for name, raw in change.set.items():
        if sets_left(change, name):
            continue
        if name in RESERVED:
            unread.append(_finding(record, change, fault("unknown_field", "reserved", field=name)))
            continue
        try:
            values[name] = _apply.from_json(type(record), name, raw)
        except KeyError:
            unread.append(_finding(record, change, fault("unknown_field", field=name)))
        except ValueError as error:
            bad = fault("unreadable_field", field=name, error=_apply.first_error(error))
            unread.append(_finding(record, change, bad))
    return values, unread


def _finding(record: Record, change: Change, found: Fault) -> Finding:
    return placed(found, record.id, change.number, change.source, change.target, change.at)
