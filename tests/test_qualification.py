"""Qualification: answers are added, the latest known one counts, and the score weighs them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from salesflow import Answer, Qualification
from salesflow.qualification import CREDIT, FOUR_CRITERIA, Certainty, Criterion, Framework

START = datetime(2026, 1, 5, tzinfo=UTC)


def answer(criterion: str, certainty: Any = "claimed", day: int = 0, **more: Any) -> Answer:
    return Answer(criterion=criterion, certainty=certainty, at=START + timedelta(days=day), **more)


ANSWERS = st.lists(
    st.builds(answer, st.sampled_from(["need", "value"]), st.sampled_from(get_args(Certainty)), st.integers(0, 3))
).map(lambda answers: Qualification(answers=tuple(answers)))


@pytest.mark.parametrize(
    ("certainty", "met"), [("unknown", False), ("no", False), ("claimed", True), ("verified", True)]
)
def test_a_claim_or_more_meets_a_criterion(certainty: str, met: bool) -> None:
    assert answer("need", certainty).met is met


def test_what_was_never_asked_has_no_answer() -> None:
    assert Qualification().answer("need") is None


def test_the_latest_answer_counts_and_the_last_of_equally_late_ones() -> None:
    early, late, last = answer("need", "no", 1), answer("need", "claimed", 2), answer("need", "verified", 2)
    assert Qualification(answers=(late, last, early)).answer("need") == last


def test_a_past_moment_knows_no_later_answer() -> None:
    early, late = answer("need", "claimed", 1), answer("need", "no", 3)
    known = Qualification(answers=(early, late))
    assert [known.answer("need", at=START + timedelta(days=day)) for day in (0, 1, 2, 3)] == [None, early, early, late]


@given(ANSWERS)
def test_adding_an_answer_keeps_all_that_was_there(before: Qualification) -> None:
    added = answer("budget")
    after = before.answered(added)
    assert (after.answers[:-1], after.answer("budget")) == (before.answers, added)
    assert after.answer("need") == before.answer("need")


def test_the_default_framework_asks_four_things_and_authority_has_two_ways() -> None:
    assert {each.id: each.ways for each in FOUR_CRITERIA.criteria} == {
        "need": (),
        "value": (),
        "budget": (),
        "authority": ("decider", "access"),
    }
    assert all(each.question for each in FOUR_CRITERIA.criteria)


def test_every_certainty_earns_a_credit() -> None:
    assert set(CREDIT) == set(get_args(Certainty))


def test_the_score_is_the_weighed_share_of_credits() -> None:
    framework = Framework(id="f", criteria=(Criterion(id="a", weight=2), Criterion(id="b"), Criterion(id="c")))
    score = framework.score(Qualification(answers=(answer("a", "claimed"), answer("b", "no"), answer("c", "unknown"))))
    assert score.value == 25
    assert dict(score.parts) == {"a": Decimal(25), "b": Decimal(0), "c": Decimal(0)}
    assert score.unanswered == ("c",)


@given(ANSWERS)
def test_a_score_lies_between_nothing_and_a_hundred_and_is_the_sum_of_its_parts(answers: Qualification) -> None:
    score = FOUR_CRITERIA.score(answers)
    assert 0 <= score.value <= 100
    assert abs(sum(score.parts.values()) - score.value) <= Decimal("0.2")


def test_a_score_of_the_past_knows_what_was_known_then() -> None:
    answers = Qualification(answers=(answer("need", "verified", 1),))
    assert [FOUR_CRITERIA.score(answers, at=START + timedelta(days=day)).value for day in (0, 1)] == [0, 25]


def test_no_answer_scores_nothing() -> None:
    score = FOUR_CRITERIA.score(Qualification())
    assert score.value == 0
    assert score.unanswered == ("need", "value", "budget", "authority")


def test_a_framework_finds_its_criteria() -> None:
    assert FOUR_CRITERIA.criterion("need") == FOUR_CRITERIA.criteria[0]
    assert FOUR_CRITERIA.criterion("fun") is None


def test_a_team_adds_criteria_and_replaces_those_of_the_same_id() -> None:
    timing, need = Criterion(id="timing"), Criterion(id="need", weight=3)
    ours = FOUR_CRITERIA.adding("ours", [timing, need])
    assert [each.id for each in ours.criteria] == ["need", "value", "budget", "authority", "timing"]
    assert (ours.id, ours.criterion("need")) == ("ours", need)
    assert FOUR_CRITERIA.criterion("timing") is None


def test_a_criterion_means_what_its_id_says_unless_it_says_otherwise() -> None:
    assert [Criterion(id="need").meaning, Criterion(id="pain", means="need").meaning] == ["need", "need"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"criterion": "need", "certainty": "maybe", "at": START},
        {"criterion": "need", "certainty": "no", "at": "2026-01-05"},
        {"criterion": "", "certainty": "no", "at": START},
        {"criterion": "need", "certainty": "no"},
    ],
    ids=["certainty", "time", "id", "absent"],
)
def test_a_half_right_answer_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Answer.model_validate(wrong)


@pytest.mark.parametrize("weight", [0, -1, 1001])
def test_a_weight_is_positive_and_bounded(weight: int) -> None:
    with pytest.raises(ValidationError):
        Criterion(id="need", weight=weight)


def test_a_framework_asks_something_and_at_most_64_things() -> None:
    for count in (0, 65):
        with pytest.raises(ValidationError):
            Framework(id="f", criteria=tuple(Criterion(id=f"c{each}") for each in range(count)))
