"""Verdicts: answers for people and for programs, that a host can send on as JSON."""

import pickle
from typing import Any

import pytest
from pydantic import ValidationError

from acme import BOSS, NOW, asked, asking, days, process, sitting
from salesflow import Verdict, all_of, any_of, present, qualified, role
from salesflow.rules import visited
from salesflow.values import freeze, thaw
from salesflow.verdict import Finding, Problem, Refusal, refusal
from test_texts import PRODUCED


def test_a_refusal_is_named_by_code_and_subject() -> None:
    assert refusal("present", "amount").key == "present.amount"
    assert refusal("objections_resolved", open="x").key == "objections_resolved"
    assert str(refusal("present", "amount")) == "amount is missing [present.amount]"


def test_a_refusal_carries_the_values_of_its_text() -> None:
    made = refusal("compare", "amount", why="unknown", wanted="5", status="unknown", missing=("amount",))
    assert (made.params, made.status, made.missing) == ({"wanted": "5", "why": "unknown"}, "unknown", ("amount",))


def test_a_refusal_is_curable_when_something_named_would_cure_it() -> None:
    cure, none = refusal("present", "amount", missing=("amount",)), refusal("visited", "x")
    ways: list[tuple[tuple[Refusal, ...], ...]] = [((none,), (cure,)), ((none, cure),), ((cure, cure),)]
    assert (cure.curable, none.curable) == (True, False)
    assert [refusal("any_of", "x", rules="y", alternatives=way).curable for way in ways] == [True, False, True]


RULES = {
    "simple": present("amount"),
    "any_of": any_of(present("amount"), all_of(role("rep"), qualified("need"))),
    "fails": visited("deal"),
    "overridable": present("amount", overridable_by=("director",)),
    "warning": present("amount", severity="warn"),
    "holds": present("id"),
}


@pytest.mark.parametrize("each", RULES.values(), ids=RULES)
def test_a_verdict_survives_json_and_pickle_and_says_whether_it_allows(each: Any) -> None:
    verdict = asked(each)
    read = Verdict.model_validate_json(verdict.model_dump_json())
    assert (read, hash(read), bool(read)) == (verdict, hash(verdict), bool(verdict))
    assert pickle.loads(pickle.dumps(verdict)) == verdict  # noqa: S301


def test_a_verdict_names_all_that_is_missing_once() -> None:
    template = asking(present("amount"), all_of(present("amount"), role("x")), role("y"))
    verdict = template.check(sitting(template, "contact"), to="talk", at=days(1))
    assert (verdict.missing, verdict.alternatives, verdict.possible) == (("amount", "by"), (), True)


def test_a_verdict_is_possible_when_nothing_but_what_can_be_supplied_is_missing() -> None:
    assert [
        asked(each).possible for each in (present("amount"), visited("deal"), any_of(visited("deal"), present("name")))
    ] == [
        True,
        False,
        True,
    ]
    assert asked(present("id")).possible


def test_a_verdict_reads_as_a_sentence() -> None:
    template = process()
    there = sitting(template, "contact")
    assert str(template.check(there, to="talk", at=days(1))) == "'contact' to 'talk' is allowed"
    assert str(template.check(there, to="deal", at=days(1))) == (
        "'contact' to 'deal' is refused:\n"
        "- 'deal' may not be reached from 'contact': 'talk' and 'offer' would be skipped [move.skip.deal]"
    )


def test_a_verdict_that_was_overridden_is_true_and_says_so() -> None:
    verdict = asked(RULES["overridable"], by=BOSS, ground="x", override=("present.amount",))
    assert (bool(verdict), verdict.refusals, verdict.overrode) == (True, (), ("present.amount",))


def test_a_verdict_never_changes() -> None:
    verdict = asked(present("amount"))
    with pytest.raises(ValidationError):
        verdict.refusals = ()


def test_a_finding_names_deal_row_detail_and_code() -> None:
    assert str(Finding(code="gap", deal="D-1", row=7, detail="it leaves 'x'", at=NOW)) == "D-1 @ 7: it leaves 'x' [gap]"
    assert str(Finding(code="gap", deal="D-1")) == "D-1: gap [gap]"


def test_a_problem_names_text_advice_place_and_code() -> None:
    assert (
        str(Problem(code="c", text="it is wrong", advice="do this", path="stages[0]"))
        == "it is wrong; do this @ stages[0] [c]"
    )
    assert str(Problem(code="c", text="it is wrong")) == "it is wrong [c]"


@pytest.mark.parametrize(
    "each",
    [Finding(code="gap", deal="D-1", row=7, at=NOW, refusal=refusal("present", "amount")), Problem(code="c", text="t")],
    ids=["finding", "problem"],
)
def test_findings_and_problems_survive_json(each: Any) -> None:
    assert type(each).model_validate_json(each.model_dump_json()) == each


@pytest.mark.parametrize("code", PRODUCED)
def test_the_parameters_of_a_refusal_are_frozen_all_the_way_down(code: str) -> None:
    for each in PRODUCED[code]():
        hash(each.params)
        assert each.params == freeze(thaw(each.params))
        assert Refusal.model_validate(each.model_dump()).params == each.params
