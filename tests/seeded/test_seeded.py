"""Seeded bugs: each is found at ordinary settings, and the same system without it passes the same run."""

from __future__ import annotations

import re

import pytest

from seeded.bugs import BUGS, SOUND, Bug
from seeded.hunt import driven, hunt, rows, steps_of


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug.name}, in {bug.sound}")
def test_a_seeded_bug_is_found_and_told_by_a_short_walk(bug: Bug) -> None:
    told = hunt(bug).told
    assert told is not None
    assert re.search(r"^  expected: .+\n  came:     .+", told, re.MULTILINE)
    assert 1 <= steps_of(told) <= 10


@pytest.mark.parametrize("name", SOUND)
def test_a_system_without_a_bug_passes_the_same_run(name: str) -> None:
    assert driven(SOUND[name]).told is None


def test_every_bug_has_a_system_that_passes() -> None:
    assert {bug.sound for bug in BUGS} == set(SOUND)


def test_the_table_tells_each_bug_where_it_was_planted_and_what_found_it() -> None:
    heading, row = rows(BUGS[:1])
    assert heading.split() == ["bug", "planted", "in", "found", "by", "steps", "seconds"]
    assert row.startswith("lost goes to won ")
    assert re.search(r" the little CRM +template_state_machine +[0-9]+ +[0-9]+\.[0-9]{2}$", row)
