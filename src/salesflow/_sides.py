"""Sides: the two halves of a hand-over, the record that is there and the one that is new, each done or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeVar

from salesflow._carry import carried_over
from salesflow._judge import actor_fault, foreign, ground_fault, time_fault, unknown_past, way_to
from salesflow._phrases import Phrase, names
from salesflow.errors import MoveRefused
from salesflow.records import KINDS, Record
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.values import FrozenMap, composed, shown
from salesflow.verdict import Refusal, Verdict, refusal

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Step:
    """What both changes of a hand-over have in common, and the id of the new record."""

    id: Any
    at: Any
    by: Any
    ground: Any

    @property
    def how(self) -> dict[str, Any]:
        """The arguments of a move."""
        return {"at": self.at, "by": self.by, "ground": self.ground}


@dataclass(frozen=True, slots=True)
class New(Generic[R]):
    """What a new record is made of, and where it starts."""

    template: StageTemplate[R]
    carry: Any
    update: Any
    to: Any
    links: Mapping[str, Any]
    """What the hand-over itself sets: where the record comes from."""
    plain: Mapping[str, Any] = FrozenMap[Any]()


def refuse(record: Any, *reasons: Refusal, target: str = "") -> NoReturn:
    """Refuse what is asked of a record where it stands. Raises MoveRefused."""
    stage = getattr(record, "stage", None)
    source = stage if isinstance(stage, str) else None
    raise MoveRefused(record, Verdict(source=source, target=shown(target or source or "won"), refusals=reasons))


# -- the record that is there -------------------------------------------------------------------------------


def won_with(record: R, template: StageTemplate[R], link: dict[str, Any], step: Step, won: Any) -> R:
    """Win a record, or link it where it is won. Raises MoveRefused."""
    here = stage_named(template, record.stage)
    if here is None or here.outcome != "won" or (won is not None and stage_named(template, won) != here):
        return template.move(record, to=_winning(record, template, won), update=link, **step.how)
    # also where the link is known already: the change is what tells of the hand-over
    return template.update(record, link, **step.how)


def _faults(template: StageTemplate[Any], record: Record, step: Step) -> list[Refusal]:
    """Say what is wrong with a step whatever it does to the record."""
    found = (
        foreign(template.ref, record),
        unknown_past(record),
        time_fault(record, step.at),
        actor_fault(step.by),
        ground_fault(step.ground),
    )
    return [each for each in found if each]


def stage_named(template: StageTemplate[Any], name: object) -> Stage | None:
    """Return the stage of that id or alias; None for whatever names none."""
    try:
        # ids are kept in NFC, whatever form a caller types
        return template.stage(composed(name)) if isinstance(name, str) else None
    except KeyError:
        return None


def _winning(record: R, template: StageTemplate[R], won: Any) -> Any:
    """Return the stage to win in. What is no stage at all is returned too: the move says what it is."""
    stages = [stage.id for stage in template.stages if stage.outcome == "won" and stage.life != "retired"]
    if won is None and len(stages) == 1:
        return stages[0]
    if not stages:
        refuse(record, refusal("won.none", ours=str(template.ref)))
    if won is None:
        refuse(record, refusal("won.missing", missing=("won",), won=_named(stages)), target=stages[0])
    named = stage_named(template, won)
    if named is not None and named.outcome != "won":
        refuse(record, refusal("stage.not_won", named.id, won=_named(stages)), target=named.id)
    return won


def _named(stages: list[str]) -> Phrase:
    return names(stages, quoted=True)


# -- the record that is new ---------------------------------------------------------------------------------


def begun(source: Record, new: New[R], step: Step) -> R:
    """Make the new record and start it. Raises MoveRefused."""
    cls: type[R] = new.template.record
    links = {"id": step.id, **new.links}
    made, reasons = carried_over(cls, source, new.carry, new.update, plain=new.plain, links=links)
    if made is None:
        _refuse_new(new, step, reasons)
    return new.template.start(made, to=new.to, **step.how)


def _refuse_new(new: New[Any], step: Step, reasons: list[Refusal]) -> NoReturn:
    """Refuse what could not be made, with all that is known to be wrong about its start. Raises MoveRefused."""
    table = new.template._judged_by().table  # noqa: SLF001
    bare: Record = KINDS[new.template.record.kind](id=step.id)
    to = table.starts[0] if new.to is None else new.to
    way = way_to(table, bare, to)
    nowhere = [way] if isinstance(way, Refusal) else []
    told = (*reasons, *nowhere, *_faults(new.template, bare, step))
    raise MoveRefused(bare, Verdict(source=None, target=shown(to), refusals=told))
