"""The check: every promise is put to anybody's template, and one that is broken is told so that it can be read."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import strategies as st

from laws.broken import BREAKS
from salesflow import templates as catalogue
from salesflow.testing import LAWS, Walk, check_template, steps
from salesflow.testing._beginnings import Unfillable
from testing.strangers import BLOCKED, HIRING, SALE, Applicant


@pytest.mark.parametrize("template", [SALE, catalogue.get("hubspot-lead")], ids=lambda each: each.id)
def test_a_strangers_template_keeps_every_promise_and_all_of_it_is_walked(template: Any) -> None:
    checked = check_template(template, examples=4)
    assert checked.laws == tuple(LAWS)
    assert (checked.unreached, checked.template) == ({}, f"{template.id} {template.version}")
    assert checked.walks >= len(checked.reached)
    assert {stage.id for stage in template.stages if stage.life == "active"} <= {
        name.partition(": ")[2] for name in checked.reached
    }


def test_what_no_walk_comes_to_is_told_with_its_reason() -> None:
    checked = check_template(BLOCKED, examples=2)
    assert list(checked.unreached) == ["won: won"]
    assert "nothing was found to meet" in checked.unreached["won: won"]
    assert "- not reached: won: won: blocked: nothing was found to meet" in str(checked)


def test_records_that_nobody_can_guess_are_asked_for() -> None:
    with pytest.raises(Unfillable, match=r"no Applicant was found .*the code is wrong.*begun="):
        check_template(HIRING, examples=2)


def test_records_that_are_given_are_walked_with() -> None:
    begun = st.builds(Applicant, id=st.just("A-1"), code=st.just("open sesame"))
    checked = check_template(HIRING, examples=4, begun=begun)
    assert (checked.unreached, "won: hired" in checked.reached) == ({}, True)


FOUND = ("MutatesOnRefusal", "ForgetsTheSource")


@pytest.mark.parametrize("name", FOUND)
def test_a_template_that_breaks_a_promise_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = next(each for each in BREAKS if each.name == name).broken(monkeypatch)
    with pytest.raises(AssertionError) as caught:
        check_template(engine(catalogue.get("four-step")))
    head, walk, why = str(caught.value).split("\n\n")
    assert re.fullmatch(r"four-step 1 breaks '[a-z-]+': [A-Z`].+\.", head)
    assert re.match(r"   Opportunity 'D-1'.*\n 1\. \w+ '.+' at 2026-.+\n    \w+", walk)
    assert why.strip()


def test_a_law_of_ones_own_is_put_to_every_walk() -> None:
    """Nobody wins without a step before."""
    seen: list[str] = []

    def my_law(template: Any, walk: Walk) -> None:
        """Hold whatever comes."""
        seen.extend(asked.verb for _, asked in steps(walk, template))

    checked = check_template(SALE, laws={"mine": my_law}, examples=2)
    assert checked.laws == ("mine",)
    assert len(seen) == checked.requests > 0
