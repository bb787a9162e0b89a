"""Classes of live machines: the stages, moves and policy of a template as states, events and transitions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import new_class
from typing import Any, TypeVar

from statemachine import Event, State
from statemachine.transition_list import TransitionList

from salesflow._binding import UNKNOWN, UNSTARTED
from salesflow._compile import Edge, Table
from salesflow._live import EVENT, MOVE, STATE, Plan, TemplateMachine
from salesflow._nearest import nearest
from salesflow.records import Record
from salesflow.rules import describe
from salesflow.template import StageTemplate
from salesflow.values import shown

R = TypeVar("R", bound=Record)

_Pair = tuple[str | None, str]


def live(template: StageTemplate[R], attributes: Mapping[str, str | None]) -> type[TemplateMachine[R]]:
    """Make the class of machines of a template. Raises ValueError for a field that its records do not have."""
    table = template._judged_by().table  # noqa: SLF001
    plan = _plan(template, _attributes(template.record, attributes))
    said = template.description or template.label or template.id
    members = {**_members(plan, table), "plan": plan, "__module__": "salesflow.machine", "__doc__": said}
    name = "".join(re.findall(r"\w", template.id.title())) + "Machine"
    made: type[TemplateMachine[R]] = new_class(name, (TemplateMachine,), exec_body=lambda body: body.update(members))
    # names of callbacks are looked up only when a machine is made: better now than with the first deal
    made(type("Nobody", (), {str(plan.attributes["stage"]): None})())
    return made


def _attributes(record: type[Record], given: Mapping[str, str | None]) -> dict[str, str | None]:
    fields = record.model_fields
    strange = next((field for field in given if field not in fields), None)
    if strange is not None:
        near = nearest(strange, fields)
        hint = f"; {near!r} is near" if near else ""
        raise ValueError(f"{record.__name__} has no field {shown(strange)!r}{hint}")
    odd = next((name for name in given.values() if name is not None and not _named_well(name)), None)
    if odd is not None or ("stage" in given and given["stage"] is None):
        raise ValueError(f"an attribute is named by its name, not by {shown(odd)!r}")
    return {field: field for field in fields} | dict(given)


def _named_well(name: object) -> bool:
    return isinstance(name, str) and name.isidentifier()


def _plan(template: StageTemplate[Any], attributes: Mapping[str, str | None]) -> Plan:
    table = template._judged_by().table  # noqa: SLF001
    slugs = _slugs(table.stages)
    moves = _slugs(name for name in _named(template) if name not in table.canonical)
    return Plan(
        template,
        attributes,
        states={name: STATE + slugs[id] for name, id in table.canonical.items()},
        events={name: MOVE + slug for name, slug in moves.items()}
        | {name: EVENT + slugs[id] for name, id in table.canonical.items()},
        names={MOVE + slug: name for name, slug in moves.items()}
        | {prefix + slug: id for id, slug in slugs.items() for prefix in (STATE, EVENT)},
    )


def _slugs(names: Iterable[str]) -> dict[str, str]:
    """Give each name an identifier of its own: a dot or a blank in the name of an event means something."""
    slugs: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        stem = slug = re.sub(r"\W", "_", name)
        number = 1
        while slug in taken:
            number += 1
            slug = f"{stem}_{number}"
        taken.add(slug)
        slugs[name] = slug
    return slugs


def _named(template: StageTemplate[Any]) -> dict[str, list[_Pair]]:
    """Return the pairs of stages of each name of a declared move."""
    table = template._judged_by().table  # noqa: SLF001
    named: dict[str, list[_Pair]] = {}
    for (source, target), move in table.declared.items():
        if move.name:
            named.setdefault(move.name, []).append((source, target))
    return named


# -- states, transitions, events ----------------------------------------------------------------------------


def _members(plan: Plan, table: Table) -> dict[str, Any]:
    states = {id: State(plan.template.stage(id).name(), value=plan.states[id]) for id in table.stages}
    start = State(UNSTARTED, value=UNSTARTED, initial=True)
    elsewhere = State(UNKNOWN, value=UNKNOWN)
    ways = {
        (source, target): (states[source] if source else start).to(states[target], **_acts(edge))
        for source, target, edge in _edges(table)
    }
    events = {plan.events[id]: (states[id].name, [pair for pair in ways if pair[1] == id]) for id in states}
    events |= {
        plan.events[name]: (name, pairs) for name, pairs in _named(plan.template).items() if name not in table.canonical
    }
    return {
        UNSTARTED: start,
        UNKNOWN: elsewhere,
        **{state.value: state for state in states.values()},
        **{
            id: _event(id, name, [ways[pair] for pair in pairs if pair in ways]) for id, (name, pairs) in events.items()
        },
    }


def _edges(table: Table) -> Iterator[tuple[str | None, str, Edge]]:
    """Find every pair of stages between which there is a way, wherever a held or closed record came from."""
    for source in (None, *table.stages):
        stage = table.stages.get(source or "")
        lefts = (None, *table.order) if stage is not None and stage.hold else (None,)
        for target in table.stages:
            found = (table.work_out(source, left, target) for left in lefts)
            edge = next((each for each in found if isinstance(each, Edge)), None)
            if edge is not None:
                yield source, target, edge


def _event(id: str, name: str, ways: list[TransitionList]) -> Event:
    return Event(TransitionList([transition for way in ways for transition in way]), id=id, name=name)


def _acts(edge: Edge) -> dict[str, Any]:
    """Return what a transition does: refuse, answer queries, write, settle."""
    said = " and ".join(map(describe, edge.rules))
    return {"validators": _refuse, "cond": _condition(said), "on": _write, "after": _settle}


def _refuse(machine: TemplateMachine[Any]) -> None:
    machine.refuse()


def _write(machine: TemplateMachine[Any]) -> object:
    return machine.write()


def _settle(machine: TemplateMachine[Any]) -> None:
    machine.settle()


def _condition(said: str) -> Callable[..., bool]:
    """Make the condition of a transition, which queries ask and diagrams show by its name."""

    def allowed(
        machine: TemplateMachine[Any],
        target: State,
        *,
        at: Any = None,
        by: Any = None,
        update: Any = None,
        ground: Any = None,
        override: Any = (),
        verdict: Any = None,
    ) -> bool:
        if verdict is None:
            verdict = machine.check(
                machine.plan.names[target.value], at=at, by=by, update=update, ground=ground, override=override
            )
        return bool(verdict)

    allowed.__name__ = said or "allowed"
    return allowed
