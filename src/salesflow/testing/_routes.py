"""Routes: the places that a record may come to, the ways between them, and what there is to be reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Any

from salesflow.rules import AllOf, Qualified, Role, Visited, walk
from salesflow.testing import _model as model
from salesflow.testing._asking import Template, in_order
from salesflow.testing._model import Deal, Way
from salesflow.testing._model_rules import Anyone
from salesflow.testing._once import once


@dataclass(frozen=True)
class Place:
    """Where a record is: its stage, None before it starts; what it left; where it has been, as far as rules ask."""

    stage: str | None = None
    left: str | None = None
    seen: frozenset[str] = frozenset()


Graph = Mapping[Place, Mapping[str, Place]]
"""From each place, by the stage that is entered, where one comes to."""


@dataclass(frozen=True)
class Goal:
    """Something to be reached: one of these places, and from there perhaps one step more."""

    name: str
    kind: str
    ends: frozenset[Place]
    then: tuple[tuple[Place, str], ...] = ()
    """By the place that was reached, the stage to enter next and at once."""


START = Place()


@once(256)
def graph(template: Template) -> Graph:
    """Return every place that can be reached from before the start, with its ways that can be gone."""
    found: dict[Place, dict[str, Place]] = {}
    waiting = [START]
    while waiting:
        place = waiting.pop()
        if place not in found:
            ways = ways_from(template, place)
            possible = [to for to, way in ways.items() if all(could(rule, place) for rule in needs(way))]
            found[place] = {to: entered(template, place, to) for to in possible}
            waiting.extend(found[place].values())
    return found


@once(100_000)
def ways_from(template: Template, place: Place) -> Mapping[str, Way]:
    """Return every way from a place by its target, whatever its rules ask."""
    deal = Deal(None, place.stage, place.left, None, 0, (), 0, None)
    ways = ((stage.id, model.way(template, deal, stage.id)) for stage in template.stages)
    return {to: way for to, way in ways if way}


def needs(way: Way, *, ground: bool = True) -> list[Any]:
    """Return the rules that are asked on a way and block it."""
    asked = (*way.rules, *(() if ground else way.waived))
    rules = [Role(roles=rule.roles) if isinstance(rule, Anyone) else rule for rule in asked]
    return list(dict.fromkeys(rule for rule in rules if rule.severity == "block"))


def entered(template: Template, place: Place, to: str) -> Place:
    """Return where a record is once it has entered a stage."""
    stage, here = template.stage(to), place.stage and template.stage(place.stage)
    plain = stage.open and not stage.hold
    left = None if plain else place.left if here and here.hold else place.stage
    return Place(to, left, place.seen | ({to} & _watched(template)))


@once(256)
def _watched(template: Template) -> frozenset[str]:
    holders: list[Any] = [*template.stages, *template.moves]
    rules = (each for holder in holders for rule in holder.rules for each in walk(rule))
    return frozenset(each.stage for each in rules if isinstance(each, Visited))


def could(rule: Any, place: Place, *, wanted: bool = True) -> bool:
    """Tell whether a rule can be made to answer so at a place, whatever else is known."""
    if rule.rule == "visited":
        return (rule.stage in place.seen) is wanted
    if rule.rule == "time_in_stage":
        return place.stage is not None
    if rule.rule not in {"all_of", "any_of", "none_of"}:
        return True
    of_parts = (not wanted) if rule.rule == "none_of" else wanted
    every = all if wanted is (rule.rule != "any_of") else any
    return every(could(part, place, wanted=of_parts) for part in rule.rules)


# -- how far ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Taste:
    """Which of two ways is preferred: the careful go step by step, others leap; some shun what a rule asks."""

    careful: bool = True
    shunned: Any = None


CAREFUL = Taste()
_DEAR = {"moved_back": 9, "reopened": 9, "held": 3}


def cost(template: Template, place: Place, to: str, taste: Taste) -> int:
    """Return what a step costs: one, for the careful more where it is no step onward, and much where it is shunned."""
    way = ways_from(template, place)[to]
    price = 1 + (1000 if taste.shunned and _asks(way, taste.shunned) else 0)
    if not taste.careful:
        return price
    order = in_order(template)
    here = order.index(place.stage) if place.stage in order else -1
    there = order.index(to) if to in order else len(order)
    jumped = max(0, there - here - 1) if way.kind in {"skipped", "advanced", "won", "started"} else 0
    return price + _DEAR.get(way.kind, 0) + 9 * jumped


@once(4096)
def distances(template: Template, ends: frozenset[Place], taste: Taste = CAREFUL) -> Mapping[Place, int]:
    """Return what it costs from each place to the nearest of these; what cannot come there is left out."""
    back: dict[Place, list[tuple[Place, int]]] = {}
    for place, ways in graph(template).items():
        for to, there in ways.items():
            back.setdefault(there, []).append((place, cost(template, place, to, taste)))
    far: dict[Place, int] = {}
    ticket = count()  # places have no order
    waiting = [(0, next(ticket), place) for place in ends]
    while waiting:
        so_far, _, place = heappop(waiting)
        if place not in far:
            far[place] = so_far
            for before, more in back.get(place, ()):
                heappush(waiting, (so_far + more, next(ticket), before))
    return far


# -- what there is to be reached ----------------------------------------------------------------------------


@once(256)
def goals(template: Template) -> tuple[Goal, ...]:
    """Return everything to be reached: each open stage, won, lost, reopened from and to each, held and resumed."""
    found = [*_entered(template), *_reopened(template), *_resumed(template)]
    return tuple(goal for goal in found if goal.ends)


def _at(template: Template, stage: str) -> Iterable[Place]:
    return (place for place in graph(template) if place.stage == stage)


def _entered(template: Template) -> Iterable[Goal]:
    for stage in template.stages:
        kind = stage.outcome or ("held" if stage.hold else "entered")
        yield Goal(f"{kind}: {stage.id}", kind, frozenset(_at(template, stage.id)))


def _reopened(template: Template) -> Iterable[Goal]:
    for stage in template.stages:
        for to in template.policy.reopen_to if stage.outcome else ():
            ends = [place for place in _at(template, stage.id) if to in graph(template)[place]]
            then = tuple((place, to) for place in ends)
            yield Goal(f"{stage.outcome} and reopened: {stage.id} to {to}", "reopened", frozenset(ends), then)


def _resumed(template: Template) -> Iterable[Goal]:
    for stage in template.stages:
        held = _at(template, stage.id) if stage.hold else ()
        then = tuple((place, place.left or in_order(template)[0]) for place in held)
        yield Goal(f"held and resumed: {stage.id}", "resumed", frozenset(place for place, _ in then), then)


def unavoidable(template: Template, unit: Any, places: Iterable[Place]) -> bool:
    """Tell whether nobody comes to any of these places without having been asked for something on the way."""
    ways = graph(template)
    free = {
        place: [there for to, there in onward.items() if not _asks(ways_from(template, place)[to], unit)]
        for place, onward in ways.items()
    }
    reached, edge = {START}, [START]
    while edge:
        edge = [there for place in edge for there in free[place] if there not in reached]
        reached |= set(edge)
    return reached.isdisjoint(places)


def _asks(way: Way, unit: Any) -> bool:
    return any(unit in units(rule) for rule in needs(way, ground=way.ground))


def units(rule: Any) -> list[Any]:
    """Return what a rule asks, each under one key."""
    if isinstance(rule, AllOf):
        return [unit for part in rule.rules for unit in units(part)]
    if isinstance(rule, Qualified):
        return [rule.model_copy(update={"criteria": (each,)}) for each in rule.criteria]
    return [rule]
