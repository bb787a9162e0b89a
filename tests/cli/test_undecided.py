"""What could not be decided: every finding that convicts nobody has its reason, and no other has one."""

import re
from pathlib import Path
from typing import Any

import pytest

from salesflow.cli._undecided import DECIDED, REASONS, Undecided
from salesflow.verdict import Finding, Refusal

REFERENCE = Path(__file__).parent.parent.parent / "docs" / "reference" / "finding-codes.md"
GROUND = Refusal(code="ground.missing", text="a ground must be stated")
HOLE = "1 x a row of the deal could not be read, and may be what is missed [skip]"
NO_COLUMN = "1 x no column tells whether a ground was stated: name it with --ground [skip]"


def said(*findings: Finding, grounds: bool = False) -> list[str]:
    undecided = Undecided(grounds=grounds)
    for finding in findings:
        undecided.add(finding)
    return list(undecided.lines())


def skip(level: Any, refusal: Refusal | None = None) -> Finding:
    return Finding(code="skip", level=level, deal="D-1", row=1, refusal=refusal)


def test_every_warning_of_the_reference_is_decided_or_has_a_reason() -> None:
    text = REFERENCE.read_text("utf-8")
    levels = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", text, re.MULTILINE))
    warnings = {code for code, level in levels.items() if level == "warning"}
    assert warnings - {"rule_undecidable"} - DECIDED == {code for code in REASONS if levels[code] == "warning"}
    assert levels.keys() >= DECIDED | REASONS.keys()


@pytest.mark.parametrize("code", sorted(REASONS))
def test_what_decides_nothing_is_counted_with_its_reason(code: Any) -> None:
    assert said(*[Finding(code=code)] * 1200) == [f"1,200 x {REASONS[code]} [{code}]"]


@pytest.mark.parametrize("code", sorted(DECIDED))
def test_warnings_that_are_decided_have_no_reason(code: Any) -> None:
    assert said(Finding(code=code, level="warning")) == []


@pytest.mark.parametrize(
    ("finding", "grounds", "expected"),
    [
        (skip("violation"), False, []),
        (skip("violation", GROUND), True, []),
        (skip("warning", GROUND), False, [NO_COLUMN]),
        (skip("warning", GROUND), True, [HOLE]),
        (skip("warning"), False, [HOLE]),
        (skip("warning", Refusal(code="move.skip", text="")), False, [HOLE]),
    ],
)
def test_a_fault_that_is_only_a_warning_has_its_reason(finding: Finding, grounds: bool, expected: list[str]) -> None:
    assert said(finding, grounds=grounds) == expected


def test_what_rules_cannot_decide_is_told_with_its_place_after_the_rest() -> None:
    rule = Finding(code="rule_undecidable", level="warning", deal="D-2", row=7, detail="x cannot be judged")
    assert said(rule, Finding(code="bad_row"), Finding(code="incomplete"), Finding(code="incomplete")) == [
        "2 x the log begins after the deal did [incomplete]",
        "1 x a row could not be read [bad_row]",
        "D-2 @ 7: x cannot be judged [rule_undecidable]",
    ]
