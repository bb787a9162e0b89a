"""Hunts: how long it takes to find a seeded bug, and what is told of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from seeded.bugs import Bug, Machine


@dataclass(frozen=True)
class Find:
    """What a hunt brought: what was told of the bug, None where nothing was found; and the seconds that it took."""

    told: str | None
    seconds: float


def hunt(bug: Bug) -> Find:
    """Drive a system with its bug until that is found."""
    with bug.planted():
        return driven(bug.machine)


def driven(machine: Machine) -> Find:
    """Drive a system as it is."""
    # half as many walks as Hypothesis takes by itself; always the same, so that times can be compared
    ordinary = settings(machine.TestCase.settings, max_examples=50, derandomize=True, database=None)
    begun = perf_counter()
    try:
        run_state_machine_as_test(machine, settings=ordinary)
    except AssertionError as failure:
        return Find(str(failure), perf_counter() - begun)
    return Find(None, perf_counter() - begun)


def steps_of(told: str) -> int:
    """Return how many steps there are in the walk that is told."""
    return len(re.findall(r"^ +[0-9]+\. ", told, re.MULTILINE))


def rows(bugs: tuple[Bug, ...]) -> Iterator[str]:
    """Yield the table of a hunt for each bug, line by line."""
    yield f"{'bug':<58} {'planted in':<44} {'found by':<24} {'steps':>5} {'seconds':>7}"
    for bug in bugs:
        find = hunt(bug)
        by = "template_state_machine" if find.told else "nobody"
        yield f"{bug.name:<58} {bug.sound:<44} {by:<24} {steps_of(find.told or ''):>5} {find.seconds:>7.2f}"
