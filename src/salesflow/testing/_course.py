"""Courses: which stage to enter next, so as to come to what a walk has not tried yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from salesflow.testing._asking import Template
from salesflow.testing._routes import Place, entered, graph, ways_from


def ways_on(template: Template, place: Place) -> Mapping[str, Place]:
    """Return the ways that can be gone from a place; from one where only an override leads, every way."""
    known = graph(template).get(place)
    return {to: entered(template, place, to) for to in ways_from(template, place)} if known is None else known


def toward(template: Template, place: Place, wanted: Callable[[Place, str], bool]) -> list[str]:
    """Return which stages to enter next, on the shortest ways to a wanted step; none where no way leads to one."""
    onward = ways_on(template, place)
    here = [to for to in onward if wanted(place, to)]
    edge: dict[Place, dict[str, None]] = {there: {to: None} for to, there in onward.items()}
    seen = {place}
    while edge and not here:
        ends = [at for at in edge if any(wanted(at, to) for to in ways_on(template, at))]
        here = list(dict.fromkeys(first for at in ends for first in edge[at]))
        seen |= edge.keys()
        edge = _beyond(template, edge, seen)
    return here


def _beyond(template: Template, edge: dict[Place, dict[str, None]], seen: set[Place]) -> dict[Place, dict[str, None]]:
    """Return the places one step further, each with the first steps that lead there."""
    found: dict[Place, dict[str, None]] = {}
    for at, firsts in edge.items():
        for there in ways_on(template, at).values():
            if there not in seen:
                found.setdefault(there, {}).update(firsts)
    return found


def toward_kinds(template: Template, place: Place, kinds: frozenset[str]) -> list[str]:
    """Return which stages to enter next on the way to a change of one of these kinds."""
    return toward(template, place, lambda at, to: ways_from(template, at)[to].kind in kinds)


def toward_news(template: Template, place: Place, fresh: Callable[[Place, str], bool]) -> list[str]:
    """Return which stages to enter next on the way to something fresh; where nothing is left, any that can be."""
    alive = toward(template, place, lambda at, to: fresh(at, to) and bool(ways_on(template, ways_on(template, at)[to])))
    return alive or toward(template, place, fresh) or [*ways_on(template, place)]
