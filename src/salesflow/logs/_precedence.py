"""Precedence: in which order most deals come to stages for the first time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import combinations


def in_order(firsts: Iterable[Mapping[str, datetime]]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return stages in order, and the groups of which the log does not settle the order.

    Each mapping says when a deal came to each stage for the first time. A stage stands after all those that come before
    it in most of the deals that have both.
    """
    before, places = _counted(firsts)
    remaining, order, unsure = set(places), list[str](), list[tuple[str, ...]]()
    ahead: dict[str, set[str]] = {stage: set() for stage in places}
    for (a, b), number in before.items():
        if number > before.get((b, a), 0):
            ahead[b].add(a)
    while remaining:
        free = [stage for stage in remaining if ahead[stage].isdisjoint(remaining)]
        candidates = sorted(free or remaining, key=lambda each: (sum(places[each]) / len(places[each]), each))
        if len(candidates) > 1:
            unsure.append(tuple(candidates))
        order.append(candidates[0])
        remaining.discard(candidates[0])
    return order, _widest(unsure)


def _counted(firsts: Iterable[Mapping[str, datetime]]) -> tuple[Counter[tuple[str, str]], dict[str, list[int]]]:
    before: Counter[tuple[str, str]] = Counter()
    places: dict[str, list[int]] = {}
    for first in firsts:
        ordered = sorted(first, key=lambda stage: (first[stage], stage))
        for place, stage in enumerate(ordered):
            places.setdefault(stage, []).append(place)
        before.update(pair for pair in combinations(ordered, 2) if first[pair[0]] < first[pair[1]])
    return before, places


def _widest(groups: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return groups without those that lie within another."""
    sets = [frozenset(each) for each in groups]
    return [each for each, own in zip(groups, sets, strict=True) if not any(own < other for other in sets)]
