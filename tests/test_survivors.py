"""Mutants that live: each is told of where it is, and has a reason."""

import tomllib
from pkgutil import resolve_name

import pytest

import survivors

REASONS = survivors.told(tomllib.loads(survivors.REASONS.read_text(encoding="utf-8")))


@pytest.mark.parametrize("function", sorted({function for function, _ in REASONS}))
def test_a_function_whose_mutants_live_is_there(function: str) -> None:
    assert callable(resolve_name(f"salesflow.{function}"))


def test_every_mutant_that_lives_has_a_reason_and_tells_what_was_changed() -> None:
    assert [each for each, why in REASONS.items() if not why.strip() or " → " not in each[1]] == []


FATES = {
    **{f"salesflow._compile.x_way__mutmut_{count}": "killed" for count in range(9)},
    "salesflow._compile.x_way__mutmut_9": "survived",
    "salesflow.rules.x_rule__mutmut_1": "killed",
    "salesflow.rules.x_rule__mutmut_2": "timeout",
}


def test_a_module_of_which_nine_mutants_of_ten_are_killed_is_well_tested() -> None:
    assert survivors.below(FATES) == ["rules"]


def test_each_module_is_told_with_its_score() -> None:
    assert [line.split() for line in survivors.table(FATES)] == [
        ["module", "mutants", "killed", "others", "score"],
        ["_compile", "10", "9", "1", "90.0%"],
        ["rules", "2", "1", "1", "50.0%"],
    ]
