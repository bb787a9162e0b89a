"""Plans: pairs of templates, plans between them, and records in flight. None of it calls `move` or `apply`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from salesflow import Move, Stage, StageTemplate
from salesflow.migration import MigrationPlan, drafted
from salesflow.records import RESERVED, Record
from salesflow.rules import Visited, walk
from salesflow.testing._asking import Request, Template, Walk, attempt
from salesflow.testing._beginnings import Unfillable
from salesflow.testing._journeys import journeys
from salesflow.testing._routes import goals
from salesflow.testing._strategies import requests, templates, walks

Draw = Callable[[st.SearchStrategy[Any]], Any]

_UNSTARTED = {name: Record.model_fields[name].default for name in RESERVED - {"id"}}


@st.composite
def successors(draw: Draw, template: Template, version: str) -> Template:
    """Templates that may come after: another altogether, or the same with stages renamed, reshaped and taken out."""
    made = _other(draw(templates()), template) if draw(st.booleans()) else _edited(draw, template)
    return StageTemplate(**{**dict(made), "id": draw(st.sampled_from([template.id, "another"])), "version": version})


def _other(template: Template, before: Template) -> Template:
    """Return a template for the records of the one before; rules that read fields of other records are left out."""
    if template.record is before.record:
        return template
    bare = {"record": before.record, "host_fields": (), "stages": tuple(map(_bare, template.stages))}
    return StageTemplate(**{**dict(template), **bare, "moves": tuple(map(_bare, template.moves))})


def _bare(holder: Any) -> Any:
    return type(holder)(**{**dict(holder), "rules": ()})


def _edited(draw: Draw, template: Template) -> Template:
    """Return the template with stages renamed, with or without an alias, in another order, and with another policy."""
    said = {stage.id: draw(st.sampled_from(["kept", "kept", "renamed", "forgotten"])) for stage in template.stages}
    made = rewritten(template, said)
    lax = draw(st.sampled_from([{}, {"skip": "free"}, {"back": "free"}]))
    policy = type(made.policy)(**{**dict(made.policy), **lax})
    return StageTemplate(**{**dict(made), "stages": tuple(draw(st.permutations(made.stages))), "policy": policy})


def rewritten(template: Template, said: dict[str, str]) -> Template:
    """Return the template with stages `renamed` or `forgotten` (without an alias), where no rule names them."""
    said = {**said, **dict.fromkeys(_visited(template), "kept")}
    names = {id: id if said[id] == "kept" else f"n{place} {id[:100]}" for place, id in enumerate(said)}
    policy = template.policy
    places = {
        name: None if told is None else tuple(names[each] for each in told)
        for name in ("start_at", "reopen_to", "reopen_from")
        for told in [getattr(policy, name)]
    }
    own = {
        "stages": tuple(_renamed(stage, names[stage.id], said[stage.id]) for stage in template.stages),
        "moves": tuple(_led(move, names) for move in template.moves),
        "policy": type(policy)(**{**dict(policy), **places}),
    }
    return StageTemplate(**{**dict(template), **own})


def _visited(template: Template) -> set[str]:
    """Return the stages that rules name."""
    holders: list[Any] = [*template.stages, *template.moves]
    rules = (each for holder in holders for rule in holder.rules for each in walk(rule))
    return {template.stage(each.stage).id for each in rules if isinstance(each, Visited)}


def _led(move: Move, names: dict[str, str]) -> Move:
    sources = tuple(names[each] for each in move.sources)
    return Move(**{**dict(move), "sources": sources, "target": names[move.target]})


def _renamed(stage: Stage, name: str, how: str) -> Stage:
    aliases = (*stage.aliases, stage.id) if how == "renamed" else stage.aliases if how == "kept" else ()
    return Stage(**{**dict(stage), "id": name, "aliases": aliases})


_manners = st.sampled_from(["drafted", "alike", "alike", "anywhere"])
_grounds = st.sampled_from(["a new year", "zwei Dinge, « un »"])


@st.composite
def plans(draw: Draw, source: Template, target: Template) -> MigrationPlan:
    """Plans between two templates: total or with open stages, that change outcomes or do not, said or unsaid."""
    ids = [stage.id for stage in source.stages]
    mapping: dict[str, str | None] = {stage.id: _goal(draw, stage, target) for stage in source.stages}
    left_open = draw(st.just([]) | st.lists(st.sampled_from(ids), max_size=2))
    turned = tuple(draw(st.sampled_from([[], ids, ids]) | st.lists(st.sampled_from(ids), unique=True, max_size=3)))
    ground = draw(_grounds if turned else _grounds | st.none())
    mapping |= dict.fromkeys(left_open)
    return drafted(source, target, mapping, changes_outcome=turned, ground=ground)


def _goal(draw: Draw, stage: Stage, target: Template) -> str:
    """Return where a stage leads: as it would be drafted, to a stage like it, or anywhere."""
    anywhere = [each.id for each in target.stages]
    alike = [each.id for each in target.stages if (each.outcome, each.hold) == (stage.outcome, stage.hold)]
    same = [each.id for each in target.stages if stage.id in (each.id, *each.aliases)]
    picks = {"drafted": same, "alike": alike, "anywhere": anywhere}[draw(_manners)]
    return str(draw(st.sampled_from(picks or anywhere)))


@dataclass(frozen=True)
class Voyage:
    """A record in flight, the plans that it may go by, one after the other, and what is asked of it afterwards."""

    record: Any
    plans: tuple[MigrationPlan, ...]
    then: tuple[Request, ...]

    @property
    def templates(self) -> tuple[Template, ...]:
        """Every template on the way, the first one first."""
        return self.plans[0].source, *(plan.target for plan in self.plans)


def walked(walk: Walk) -> Any:
    """Return the record at the end of a walk from its very beginning."""
    return onward(walk.record.model_copy(update=_UNSTARTED), walk.template, walk.requests)


def onward(record: Any, template: Template, requests: tuple[Request, ...]) -> Any:
    """Return the record after requests, of which refused ones leave it as it is."""
    for request in requests:
        asked = request.on(template, record)
        record = attempt(template, record, asked)[0] or record
    return record


_AT_REST = frozenset({"won", "lost", "held"})


@st.composite
def in_flight(draw: Draw) -> tuple[Template, Any]:
    """Records with their whole history, half of them on hold or closed, with the template that moved them."""
    walk: Walk = draw(walks(most=8))
    template = walk.template
    aims = [goal for goal in goals(template) if goal.kind in _AT_REST]
    if aims and draw(st.booleans()):
        try:
            walk = draw(journeys(template, draw(st.sampled_from(aims)))).walk
        except Unfillable:
            return template, walked(walk)
    return template, walked(walk)


@st.composite
def voyages(draw: Draw, *, legs: int = 1) -> Voyage:
    """Records in flight, with as many plans in a row as are wanted."""
    template, record = draw(in_flight())
    every = [template]
    for number in range(legs):
        every.append(draw(successors(every[-1], f"{number + 2} β")))
    several = tuple(draw(plans(old, new)) for old, new in pairwise(every))
    then = tuple(draw(st.lists(requests(every[-1]), max_size=4)))
    return Voyage(record, several, then)
