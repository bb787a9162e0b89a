"""Orders: events tied in time may have happened in any order, and are judged by the kindest.

A walk is a set of states in which the deal may be, each with the least and the most that any order finds.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)
E = TypeVar("E")
F = TypeVar("F")

MOST_TIED = 8
"""More events than this at one time are not tried in every order: 2^8 subsets are enough work."""


@dataclass(frozen=True, slots=True)
class Trail(Generic[F]):
    """What was found, last first: a chain, so that a step costs the same however long the walk is."""

    last: F
    before: Trail[F] | None

    def backwards(self) -> Iterator[F]:
        """Yield what was found, last first."""
        link: Trail[F] | None = self
        while link is not None:
            yield link.last
            link = link.before


@dataclass(frozen=True, slots=True)
class Path(Generic[F]):
    """The kindest way to a state: what was found on it, its weight, and the weight of the harshest way."""

    weight: int = 0
    harshest: int = 0
    trail: Trail[F] | None = None

    def with_found(self, found: F, weight: int = 0) -> Path[F]:
        """Return the path one step on."""
        return Path(self.weight + weight, self.harshest + weight, Trail(found, self.trail))

    def found(self) -> list[F]:
        """Return what was found, in order."""
        return [*self.trail.backwards()][::-1] if self.trail else []


Step = Callable[[S, Path[F], E], tuple[S, F, int]]
"""From a state, the way there, and an event to the next state, what is found, and how heavy that weighs."""


def through(paths: dict[S, Path[F]], events: Sequence[E], step: Step[S, F, E]) -> dict[S, Path[F]]:
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


def _onward(paths: dict[S, Path[F]], event: E, step: Step[S, F, E]) -> dict[S, Path[F]]:
    found: dict[S, Path[F]] = {}
    for state, path in paths.items():
        arrived, judged, weight = step(state, path, event)
        _merge(found, {arrived: path.with_found(judged, weight)})
    return found


def _merge(into: dict[S, Path[F]], more: dict[S, Path[F]]) -> None:
    for state, path in more.items():
        other = into.get(state)
        if other is None:
            into[state] = path
            continue
        kinder = other if other.weight <= path.weight else path
        into[state] = Path(kinder.weight, max(other.harshest, path.harshest), kinder.trail)


def kindest(paths: dict[S, Path[F]]) -> Path[F]:
    """Return the path that finds least; among equals the one that came first."""
    return min(paths.values(), key=lambda path: path.weight)
