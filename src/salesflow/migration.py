"""Migration: records in flight carried over to another version of their template, or to another template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar, cast

from pydantic import PlainSerializer, PlainValidator, model_validator

from salesflow import _passage, _retelling
from salesflow._nearest import nearest
from salesflow._passage import Leg
from salesflow._reach import dead_ends
from salesflow.errors import MoveRefused
from salesflow.findings import Audit, Tally
from salesflow.records import Record
from salesflow.rules import PythonRule
from salesflow.stage import Stage
from salesflow.template import StageTemplate, python_rules
from salesflow.values import Actor, Frozen, FrozenMap, Id, Prose, stated
from salesflow.verdict import MigrationVerdict

__all__ = ["MigrationPlan", "drafted", "would_refuse"]

R = TypeVar("R", bound=Record)
S = TypeVar("S", bound=Record)

_PLAIN = cast("type[StageTemplate[Any]]", StageTemplate)


def _template(value: object) -> StageTemplate[Any]:
    return _PLAIN.model_validate(value)


def _written(template: StageTemplate[Any]) -> dict[str, Any]:
    return template.model_dump(mode="json", exclude_defaults=True)


Whole = Annotated[Any, PlainValidator(_template), PlainSerializer(_written, return_type=dict[str, Any])]
"""A template with everything that it says, so that a plan needs nothing beside it."""


class MigrationPlan(Frozen):
    """Where the records of each stage go when their template is replaced. It is data: read it, change it, store it.

    It holds both templates whole. One that was read from JSON knows no functions of rules in Python: `bind` gives them.
    """

    mapping: FrozenMap[Id | None]
    """For every stage of the source, by id, a stage of the target; None where that is an open question."""
    changes_outcome: tuple[Id, ...] = ()
    """The stages of the source whose records may change their outcome: a closed one opens, a won one is lost."""
    ground: Prose | None = None
    """The stated reason, which every change keeps. A change of outcome asks for one."""
    source: Whole
    """The template that the records run through."""
    target: Whole
    """The template that they are to run through."""

    @model_validator(mode="after")
    def _sound(self) -> MigrationPlan:
        wrong = [*_strange(self), *_groundless(self)]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def unmapped(self) -> tuple[str, ...]:
        """The stages of the source that the plan leaves open: no record that stands there, or left it, is migrated."""
        return tuple(stage.id for stage in self.source.stages if self.mapping[stage.id] is None)

    @property
    def unsaid(self) -> tuple[str, ...]:
        """The stages whose records would change their outcome, which the plan does not say is meant."""
        return tuple(id for id in _turned(self) if id not in self.changes_outcome)

    def dry_run(self, records: Iterable[Record], *, at: datetime | None = None) -> Iterator[MigrationVerdict]:
        """Say of each record what would become of it, in their order; nothing is changed.

        Rules of the new stage are asked as of `at`: the last change of the record where that is None. A verdict is
        true exactly where `apply` succeeds at that time. Lazy, and never raises.
        """
        leg, ends = _leg(self), frozenset(dead_ends(self.target))
        return (_passage.outlook(leg, record, at, ends) for record in records)

    def apply(self, record: R, *, at: datetime, by: Actor | None = None) -> R:
        """Return the record under the new template, with a `migrated` change at the end of its history.

        No rule is asked, and nothing of the history is rewritten. One that runs through the new template already comes
        back as it is. Raises MoveRefused.
        """
        leg = _leg(self)
        if _passage.done(leg, record):
            return record
        verdict, moved = _passage.passed(leg, record, at, by)
        if moved is None:
            raise MoveRefused(record, verdict)
        return moved

    def then(self, following: MigrationPlan) -> MigrationPlan:
        """Return the plan that goes both ways in one step: it leads a record where both would, one after the other.

        What either refuses, both together refuse. Raises ValueError where one does not go on where the other ends, or
        leads back to where that began.
        """
        if self.target.ref != following.source.ref:
            ends, begins = self.target.ref, following.source.ref
            raise ValueError(f"the first plan leads to {ends}, and the second one from {begins}, of another definition")
        return _composed(self, following)

    def bind(self, record: type[Record], *, rules: Iterable[PythonRule] = ()) -> MigrationPlan:
        """Return the plan for a class of the host's own, with rules in Python given their functions.

        Raises TemplateError where the class does not fit, or neither template names a rule.
        """
        given = tuple(rules)
        of = {name: {each.name for each in python_rules(getattr(self, name))} for name in ("source", "target")}
        known = of["source"] | of["target"]
        strange = [each for each in given if each.name not in known]
        bound = {
            name: getattr(self, name).bind(record, rules=[*strange, *(each for each in given if each.name in names)])
            for name, names in of.items()
        }
        return self.model_copy(update=bound)


def drafted(
    source: StageTemplate[Any],
    target: StageTemplate[Any],
    mapping: Mapping[str, str | None] | None = None,
    *,
    changes_outcome: Iterable[str] = (),
    ground: str | None = None,
) -> MigrationPlan:
    """Draft a plan: what `mapping` says, else the stage of the same id, else the one that an alias names.

    Where none of these tells, the stage is left open (`plan.unmapped`), and nothing is guessed. Names in `mapping` may
    be aliases. Raises ValueError for a stage that is not there, for one that two names lead to two places, and for
    records of two kinds.
    """
    own = _told(source, target, mapping or {})
    whole = {stage.id: own[stage.id] if stage.id in own else _same(stage, target) for stage in source.stages}
    turned = tuple(_named(source, name) for name in changes_outcome)
    return MigrationPlan(source=source, target=target, mapping=FrozenMap(whole), changes_outcome=turned, ground=ground)


def would_refuse(
    template: StageTemplate[Any], records: Iterable[Record], *, mapping: Mapping[str, str | None] = FrozenMap()
) -> Audit:
    """Say which past moves of records a template would have refused, and why, by what was known then.

    Each move is judged as if the template had been there all along, whatever judged it; a record goes on from where the
    move led. Stages that it calls otherwise are named by `mapping`, such as that of a plan, or by aliases. The findings
    are those of an audit, and a move within what is one stage of the template is none. Lazy.
    """
    tally = Tally()
    return Audit(_retelling.findings(template._judged_by(), records, mapping, tally), tally)  # noqa: SLF001


def _named(template: StageTemplate[Any], name: str) -> str:
    names = template._judged_by().table.canonical  # noqa: SLF001
    if name not in names:
        raise ValueError(_no_stage(template, name))
    return names[name]


def _told(
    source: StageTemplate[Any], target: StageTemplate[Any], mapping: Mapping[str, str | None]
) -> dict[str, str | None]:
    """Return a mapping of names by the ids of the stages."""
    found: dict[str, str | None] = {}
    for name, to in mapping.items():
        id, there = _named(source, name), _there(target, to)
        if found.setdefault(id, there) != there:
            raise ValueError(f"the mapping leads {id!r} to {found[id]!r} and, as {name!r}, to {there!r}")
    return found


def _there(template: StageTemplate[Any], name: str | None) -> str | None:
    return None if name is None else _named(template, name)


def _no_stage(template: StageTemplate[Any], name: object) -> str:
    near = nearest(name, [stage.id for stage in template.stages]) if isinstance(name, str) else None
    return f"there is no stage {name!r} in {template.ref}" + (f"; {near!r} is near" if near else "")


def _same(stage: Stage, target: StageTemplate[Any]) -> str | None:
    """Return the stage that bears the id of another, or one of its names; None where none does, or several do."""
    names = target._judged_by().table.canonical  # noqa: SLF001
    if stage.id in names:
        return names[stage.id]
    found = {names[alias] for alias in stage.aliases if alias in names}
    return found.pop() if len(found) == 1 else None


# -- what is wrong with a plan ------------------------------------------------------------------------------


def _strange(plan: MigrationPlan) -> Iterator[str]:
    source, target = plan.source, plan.target
    if source.record.kind != target.record.kind:
        kinds = source.record.kind, target.record.kind
        yield f"{source.ref} moves records of the kind {kinds[0]!r}, and {target.ref} of the kind {kinds[1]!r}"
    if source.ref == target.ref:
        yield f"{source.ref} is the source and the target"
    elif (source.id, source.version) == (target.id, target.version):
        yield f"the source and the target are two definitions of {source.ref}: give the new one a new version"
    old, new = ({stage.id for stage in each.stages} for each in (source, target))
    yield from (_no_stage(source, name) for name in (*plan.mapping, *plan.changes_outcome) if name not in old)
    yield from (_no_stage(target, name) for name in plan.mapping.values() if name is not None and name not in new)
    yield from (f"the mapping does not name {name!r}" for name in sorted(old - plan.mapping.keys()))


def _groundless(plan: MigrationPlan) -> Iterator[str]:
    if plan.changes_outcome and not stated(plan.ground):
        yield "a plan that changes outcomes states its ground"


def _turned(plan: MigrationPlan) -> tuple[str, ...]:
    """Return the stages whose records change their outcome."""
    leg = _leg(plan)
    return tuple(id for id, to in plan.mapping.items() if to is not None and _passage.turns(leg, id, to))


def _leg(plan: MigrationPlan) -> Leg:
    old, new = plan.source._judged_by(), plan.target._judged_by()  # noqa: SLF001
    return Leg(old, new, plan.mapping, frozenset(plan.changes_outcome), plan.ground)


# -- two plans as one ---------------------------------------------------------------------------------------


def _composed(first: MigrationPlan, second: MigrationPlan) -> MigrationPlan:
    shut = {*first.unsaid}
    ways = {id: None if to is None or to in second.unsaid else second.mapping[to] for id, to in first.mapping.items()}
    mapping = FrozenMap({id: None if id in shut else to for id, to in ways.items()})
    grounds = dict.fromkeys(each for each in (first.ground, second.ground) if each)
    both = MigrationPlan(source=first.source, target=second.target, mapping=mapping, ground="; ".join(grounds) or None)
    # every step was said or changes nothing, so what they change together is said
    return MigrationPlan.model_validate({**dict(both), "changes_outcome": both.unsaid})
