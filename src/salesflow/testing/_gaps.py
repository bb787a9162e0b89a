"""Gaps: journeys, and a request after them that lacks one thing. None of them calls `move`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from hypothesis import strategies as st

from salesflow.records import Record
from salesflow.rules import TimeInStage, Visited, reads
from salesflow.rules import walk as parts_of
from salesflow.testing._asking import Request, Template, Walk
from salesflow.testing._beginnings import Unfillable
from salesflow.testing._filling import Draw, met
from salesflow.testing._filling import made as filled
from salesflow.testing._journeys import Journey, Tale, beginnings, grounds
from salesflow.testing._model import Way
from salesflow.testing._model_rules import Sight, holds, keys
from salesflow.testing._once import once
from salesflow.testing._routes import START, Place, could, graph, needs, units, ways_from


@dataclass(frozen=True)
class Need:
    """One thing that is needed to enter a stage: a rule of one key, or the ground (no rule)."""

    to: str
    key: str
    rule: Any = None


@dataclass(frozen=True)
class Gap:
    """A legal walk, and a request that lacks one needed thing: it is to be refused under exactly these keys."""

    journey: Journey
    request: Request
    need: Need
    keys: frozenset[str]
    also: tuple[Any, ...]
    """The other rules that fail with it."""


GROUND = "ground.missing"


@once(256)
def spots(template: Template) -> dict[Need, tuple[Place, ...]]:
    """Return every need of a template with the places from where it is asked, the nearest first."""
    far = _depths(template)
    found: dict[Need, list[Place]] = {}
    for place in sorted(far, key=lambda place: far[place]):
        for to, way in ways_from(template, place).items():
            for need in _needed(way, to, place):
                found.setdefault(need, []).append(place)
    return {need: tuple(places) for need, places in found.items()}


def _needed(way: Way, to: str, place: Place) -> Iterator[Need]:
    """Yield what is asked on a way, as far as all else that is asked can be had there."""
    asked = dict.fromkeys(unit for rule in needs(way, ground=way.ground) for unit in units(rule))
    barred = [unit for unit in asked if not could(unit, place)]
    yield from (Need(to, keys(unit)[0], unit) for unit in asked if barred in ([], [unit]))
    if way.ground and not barred:
        yield Need(to, GROUND)


def _depths(template: Template) -> dict[Place, int]:
    """Return how many steps away from the start each place is."""
    far, edge = {START: 0}, [START]
    while edge:
        fresh = [there for place in edge for there in graph(template)[place].values() if there not in far]
        far |= dict.fromkeys(fresh, far[edge[0]] + 1)
        edge = list(dict.fromkeys(fresh))
    return far


@st.composite
def gaps(
    draw: Any,
    template: Template,
    need: Need,
    place: Place,
    *,
    careful: bool = True,
    begun: st.SearchStrategy[Record] | None = None,
) -> Gap | None:
    """Journeys to a place, and the move from there with everything but one thing; None where it cannot be left out."""
    tale = Tale(template, draw(beginnings(template, direct=True) if begun is None else begun), draw)
    tale.lead(frozenset({place}), careful=careful, shunned=need.rule)
    way = ways_from(template, place)[need.to]
    rules = needs(way, ground=way.ground)
    sight = _lacking(tale, rules, need, draw)
    against = [unit for rule in rules for unit in units(rule) if holds(unit, sight) is not True]
    ground = draw(grounds) if way.ground and need.rule is not None else None
    lacks_ground = [GROUND] if way.ground and ground is None else []
    named = frozenset((*(keys(unit)[0] for unit in against), *lacks_ground))
    if need.key not in named:
        return None
    also = tuple(unit for unit in against if unit != need.rule)
    return Gap(tale.journey, replace(tale.request(sight, need.to), ground=ground), need, named, also)


@st.composite
def temptations(draw: Any, template: Template, criterion: str) -> Walk:
    """Walks that try for every stage with everything but the answer on one criterion; some requests are refused."""
    tale = Tale(template, draw(beginnings(template, direct=True)), draw)
    for _ in range(draw(st.integers(1, 12))):
        ways = ways_from(template, tale.place)
        if not ways:
            break
        to = draw(st.sampled_from(sorted(ways)))
        way = ways[to]
        rules = [unit for rule in needs(way) for unit in units(rule)]
        unasked = [unit for unit in rules if getattr(unit, "criteria", ()) != (criterion,)]
        try:
            sight = met(unasked, tale.sight(), draw)
        except Unfillable:
            continue
        request = replace(tale.request(sight, to), ground=draw(grounds))
        if len(unasked) == len(rules):
            tale.tell(request, way, to, sight)
        else:
            tale.requests.append(request)
    return tale.journey.walk


def _lacking(tale: Tale, rules: list[Any], need: Need, draw: Draw) -> Sight:
    """Return what meets every rule but the one that is to be left out."""
    every = [unit for rule in rules for unit in units(rule)]
    others = [unit for unit in every if unit != need.rule and not isinstance(unit, Visited)]
    # what is known at one moment may not be known before: the pause that is too short comes first
    sight = _without(need.rule, tale.sight(), draw) if isinstance(need.rule, TimeInStage) else tale.sight()
    try:
        sight = met([rule for rule in others if not _akin(rule, need.rule)], sight, draw)
    except Unfillable:
        return sight
    return _without(need.rule, sight, draw)


def _without(rule: Any, sight: Sight, draw: Draw) -> Sight:
    """Return what does not meet a rule, where there is one and that can be."""
    if rule is None or holds(rule, sight) is not True:
        return sight
    wanted = draw(st.sampled_from([(False, None), (None, False)]))
    tries = (filled(rule, each, sight, draw) for each in wanted)
    return next((shown for shown in tries if holds(rule, shown) is not True), sight)


def _akin(rule: Any, other: Any) -> bool:
    """Tell whether two rules look at the same, so that the one cannot be met while the other is left out."""
    if other is None:
        return False
    pairs = product(_looks_at(rule), _looks_at(other))
    return any(one == two or one.startswith(f"{two}.") or two.startswith(f"{one}.") for one, two in pairs)


def _looks_at(rule: Any) -> Iterable[str]:
    """Yield the fields that a rule looks at, dotted, and `by` and `at` for who acts and when."""
    for each in parts_of(rule):
        yield from reads(each)
        yield from (f"qualification.{name}" for name in getattr(each, "criteria", ()))
        if each.rule in _ABOUT:
            yield _ABOUT[each.rule](each)


_ABOUT: dict[str, Callable[[Any], str]] = {
    "role": lambda _: "by",
    "time_in_stage": lambda _: "at",
    "objections_resolved": lambda _: "objections",
    "activity": lambda rule: f"activities.{rule.kind}",
    "approved": lambda rule: f"approvals.{rule.what}",
}


def akin(need: Need, rule: Any) -> bool:
    """Tell whether what is left out takes another rule with it."""
    return need.rule is not None and _akin(rule, need.rule)
