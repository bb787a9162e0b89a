"""Timing: passes over many inputs, and other readings, taken down by pytest-benchmark."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

SECONDS = 0.15
"""How long one contender is timed in one turn: short, so that those who are compared stand close together in time."""
TURNS = 3
"""How often all contenders of a file are timed, one after the other: a slow second then hurts no one alone."""


def nothing() -> None:
    """Make nothing ready."""


class Notes:
    """What a benchmark takes down."""

    def __init__(self, fixture: Any) -> None:
        self._fixture = fixture

    def many(self, count: int) -> int:
        """Return how many inputs to take: few where benchmarks only run once, to show that they run."""
        return count if self._fixture.enabled else min(count, 3)

    def take(self, reading: float) -> None:
        """Take down what was measured in another way: bytes, or seconds in another interpreter."""
        self._fixture.extra_info["reading"] = reading
        self._fixture.pedantic(nothing)


class Clock(Notes):
    """Times passes over many inputs."""

    def time(self, work: Callable[[], object], *, steps: int, before: Callable[[], None] = nothing) -> None:
        """Time passes of `work`, each of that many steps; `before` makes a pass ready and is not timed."""
        before()
        begun = perf_counter()
        work()
        rounds = int(SECONDS / (perf_counter() - begun))
        self._fixture.extra_info["steps"] = steps
        self._fixture.pedantic(work, setup=before, rounds=min(max(rounds, 5), 500))
