"""Passages: one record on its way to another template, what stands against it, and what it misses there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar, cast

from salesflow._compile import unknown_stage
from salesflow._hindsight import outcome_key
from salesflow._judge import actor_fault, conclude, foreign, malformed, time_fault, unknown_past
from salesflow._phrases import phrase
from salesflow._quick import Court
from salesflow._sight import UNREADABLE, View
from salesflow.history import Change
from salesflow.records import RESERVED, Record
from salesflow.stage import Stage
from salesflow.values import FrozenMap, to_utc
from salesflow.verdict import MigrationCode, MigrationVerdict, Refusal, Verdict, refusal

R = TypeVar("R", bound=Record)


class Leg(NamedTuple):
    """The way from one template to another."""

    old: Court
    new: Court
    mapping: Mapping[str, str | None]
    turned: Collection[str]
    """The stages whose records may change their outcome."""
    ground: str | None


def done(leg: Leg, record: object) -> bool:
    """Tell whether a record runs through the new template already."""
    return isinstance(record, Record) and record.template == leg.new.ref


def turns(leg: Leg, source: str, target: str) -> bool:
    """Tell whether the outcome of a record changes on its way from one stage to another."""
    return leg.old.table.stages[source].outcome != leg.new.table.stages[target].outcome


def passed(leg: Leg, record: R, at: Any, by: Any) -> tuple[Verdict, R | None]:
    """Return the record under the new template; or None, and every reason against it."""
    try:
        return _passed(leg, record, at, by)
    except Exception:
        why = malformed(record)
        if why is None:
            raise
        return Verdict(source=None, target="", kind="migrated", refusals=(why,)), None


def _passed(leg: Leg, record: R, at: Any, by: Any) -> tuple[Verdict, R | None]:
    against = _against(leg, record, at, by)
    target = _target(leg, record)
    if against or target is None:
        return _refused(record, target, against), None
    was, now = _stage(leg.old, record.stage), leg.new.table.stages[target]
    values = {"loss": None} if _sheds(was, now) and record.loss is not None else {}
    change = Change(
        number=record.changes_before + len(record.history) + 1,
        kind="migrated",
        source=record.stage,
        target=now.id,
        at=at,
        by=by,
        ground=leg.ground,
        overrode=(outcome_key(was.id),) if was.outcome != now.outcome else (),
        set=FrozenMap({**values, **_left(leg, record, now)}),
        template=leg.new.ref,
    )
    moved, broken = conclude(record, change, values, leg.new.table)
    if broken:
        return _refused(record, target, (broken,)), None
    return Verdict(source=record.stage, target=now.id, kind="migrated"), moved


def _refused(record: Any, target: str | None, against: tuple[Refusal, ...]) -> Verdict:
    stage = getattr(record, "stage", None)
    return Verdict(source=stage, target=target or "", kind="migrated", refusals=against)


def _sheds(was: Stage, now: Stage) -> bool:
    """Tell whether a record is no longer lost: it sheds its report, as in a reopening."""
    return was.outcome == "lost" and now.outcome != "lost"


def _stage(court: Court, name: str | None) -> Stage:
    return court.table.stages[court.table.canonical[name or ""]]


def _left(leg: Leg, record: Record, now: Stage) -> dict[str, str]:
    """Return what the record has left, by its name in the new template, where it stands in a hold or is closed."""
    left = leg.mapping[_stage(leg.old, record.left).id] if record.left is not None else None
    rests = now.hold or not now.open
    return {"left": left} if rests and left is not None and left in leg.new.table.position else {}


def _target(leg: Leg, record: Any) -> str | None:
    """Return where a record goes; None where nothing tells."""
    name = record.stage if isinstance(record, leg.old.record) and not foreign(leg.old.ref, record) else None
    id = leg.old.table.canonical.get(name or "")
    return None if id is None else leg.mapping[id]


# -- what stands against it ---------------------------------------------------------------------------------


def _against(leg: Leg, record: Any, at: object, by: object) -> tuple[Refusal, ...]:
    for court in (leg.old, leg.new):
        if not isinstance(record, court.record):
            return (refusal("record.invalid", wanted=court.record.__name__, type=type(record).__name__),)
    strange = foreign(leg.old.ref, record)
    reasons = (strange,) if strange else _standing(leg, record)
    return tuple(each for each in (*reasons, time_fault(record, at), actor_fault(by)) if each)


def _standing(leg: Leg, record: Record) -> Iterator[Refusal | None]:
    """Say what of where a record stands is against it."""
    if record.stage is None:
        yield refusal("record.not_started")
        return
    yield unknown_past(record)
    table = leg.old.table
    for name in dict.fromkeys((record.stage, record.left)):
        id = table.canonical.get(name or "")
        if name is not None and id is None:
            yield unknown_stage(name, table.stages)
        elif id is not None and leg.mapping[id] is None:
            yield refusal("migration.unmapped", id)
    yield _turn(leg, record.stage)


def _turn(leg: Leg, name: str) -> Refusal | None:
    id = leg.old.table.canonical.get(name, "")
    to = leg.mapping.get(id)
    if to is None or id in leg.turned or not turns(leg, id, to):
        return None
    was, now = leg.old.table.stages[id].outcome, leg.new.table.stages[to].outcome
    words = {"was": phrase(f"outcome.{was or 'none'}"), "now": phrase(f"outcome.{now or 'none'}")}
    return refusal("migration.outcome", id, target=to, **words)


# -- what would become of it --------------------------------------------------------------------------------

_LATEST = datetime.max.replace(tzinfo=UTC)

_CODES: dict[str, MigrationCode] = {
    "record.invalid": "foreign",
    "template.other": "foreign",
    "template.changed": "foreign",
    "migration.unmapped": "unmapped",
    "migration.outcome": "outcome_change",
}
"""What a record is called when this stands against it, the gravest first; all else is `refused`."""


def outlook(leg: Leg, record: Any, at: Any, ends: Collection[str]) -> MigrationVerdict:
    """Say what would become of a record; `ends` holds the stages from where nothing is ever closed. Never raises."""
    told: dict[str, Any] = {"deal": _named(record, "id"), "source": _named(record, "stage")}
    if done(leg, record):
        return MigrationVerdict(**told, code="already_done", target=record.stage)
    moment = _moment(record) if at is None else at
    verdict, moved = passed(leg, record, moment, None)
    told["target"] = verdict.target or None
    if moved is None:
        return MigrationVerdict(**told, code=_code(verdict), refusals=verdict.refusals)
    return _arrived(leg, moved, moment, told, ends)


def _code(verdict: Verdict) -> MigrationCode:
    against = {each.code for each in verdict.refusals}
    for code, name in _CODES.items():
        if code in against:
            return name
    return "refused"


def _moment(record: Any) -> datetime:
    # what was put together behind its class's back may hold anything
    history: object = getattr(record, "history", ())
    last = next(reversed(cast("tuple[object, ...]", history)), None) if isinstance(history, tuple) else None
    return last.at if isinstance(last, Change) else _LATEST


def _named(record: Any, field: str) -> str | None:
    name = getattr(record, field, None) if isinstance(record, Record) else None
    return name if isinstance(name, str) else None


def _arrived(leg: Leg, moved: Record, at: datetime, told: dict[str, Any], ends: Collection[str]) -> MigrationVerdict:
    """Say what a record misses that is migrated."""
    table, view = leg.new.table, _AtRest(moved)
    guards = table.guards(rule for rule in _stage(leg.new, moved.stage).rules if rule.severity == "block")
    asked = dict.fromkeys(each for guard in guards for each in guard(view, to_utc(at), UNREADABLE))
    unmet = tuple(each for each in asked if each.status != "unreadable")
    code: MigrationCode = "dead_end" if moved.stage in ends else "needs_data" if unmet else "fine"
    return MigrationVerdict(
        **told,
        code=code,
        refusals=unmet,
        missing=tuple(dict.fromkeys(path for each in unmet for path in each.missing)),
        undecided=tuple(each for each in asked if each.status == "unreadable"),
    )


class _AtRest(View):
    """A record that stands somewhere, and is asked only for what it holds: not how it came there, or when."""

    history: tuple[Change, ...] = ()
    changes_before = 1

    def __init__(self, record: Record) -> None:
        self._record = record

    def __getattr__(self, name: str) -> Any:
        return getattr(self._record, name)

    @property
    def for_host(self) -> Any:
        """The record as a rule in Python sees it: without where it stands and how it came there."""
        return _Facts(self._record)


class _Facts(View):
    """What a record holds, wherever it stands."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def __getattr__(self, name: str) -> Any:
        return UNREADABLE if name in _PLACED else getattr(self._record, name)


_PLACED = RESERVED - {"id"}
