"""Orders: events tied in time may have happened in any order, and are judged by the kindest.

A walk is a set of states in which the deal may be, each with the least and the most that any order finds.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)
E = TypeVar("E")
F = TypeVar("F")

MOST_TIED = 10
"""More events than this at one time are not tried in every order: 2^10 subsets are enough work."""


@dataclass(frozen=True, slots=True)
class Path(Generic[F]):
    """The kindest way to a state: its faults in order, their weight, and the weight of the harshest way."""

    weight: int
    harshest: int
    faults: tuple[F, ...]


Step = Callable[[S, E], tuple[S, tuple[F, ...], int]]
"""From a state and an event to the next state, what is found, and how heavy that weighs."""


def through(paths: dict[S, Path[F]], events: Sequence[E], step: Step[S, E, F]) -> dict[S, Path[F]]:
    """Take a walk through events of one time, in every order. At most `MOST_TIED` events."""
    if len(events) == 1:
        return _onward(paths, events[0], step)
    everything = (1 << len(events)) - 1
    reached: dict[int, dict[S, Path[F]]] = {0: paths}
    for done in range(everything):
        for place, event in enumerate(events):
            if not done >> place & 1 and done in reached:
                _merge(reached.setdefault(done | 1 << place, {}), _onward(reached[done], event, step))
    return reached[everything]


def _onward(paths: dict[S, Path[F]], event: E, step: Step[S, E, F]) -> dict[S, Path[F]]:
    found: dict[S, Path[F]] = {}
    for state, path in paths.items():
        arrived, faults, weight = step(state, event)
        _merge(found, {arrived: Path(path.weight + weight, path.harshest + weight, (*path.faults, *faults))})
    return found


def _merge(into: dict[S, Path[F]], more: dict[S, Path[F]]) -> None:
    for state, path in more.items():
        other = into.get(state)
        if other is None:
            into[state] = path
            continue
        kinder = other if other.weight <= path.weight else path
        into[state] = Path(kinder.weight, max(other.harshest, path.harshest), kinder.faults)


def kindest(paths: dict[S, Path[F]]) -> Path[F]:
    """Return the path that finds least; among equals the one that came first."""
    return min(paths.values(), key=lambda path: path.weight)
