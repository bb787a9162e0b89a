"""Soundness: every contradiction of a template is told at once, with its place and the nearest right name."""

from typing import Any

import pytest
from pydantic import ValidationError

from acme import process, shown
from salesflow import (
    Lead,
    Move,
    Opportunity,
    Policy,
    Stage,
    StageTemplate,
    TemplateError,
    all_of,
    compare,
    present,
    qualified,
)
from salesflow._soundness import MAX_PROBLEMS, skeleton
from salesflow.frameworks import MEDDIC
from salesflow.qualification import FOUR_CRITERIA, Criterion, Framework
from salesflow.rules import PythonRule, visited


def problems(*stages: Stage, **more: Any) -> list[str]:
    """Return what is wrong with a template, as people read it."""
    with pytest.raises(TemplateError) as caught:
        StageTemplate(**{"id": "bad", "version": "1", "record": Opportunity, "stages": stages, **more})
    return [str(each) for each in caught.value.problems]


OPEN, WON = Stage(id="open"), Stage(id="won", outcome="won")


def test_one_open_stage_is_a_template() -> None:
    assert StageTemplate(id="t", version="1", record=Lead, stages=(OPEN,)).stage("open") == OPEN


def test_every_contradiction_is_told_at_once_in_the_order_of_the_template() -> None:
    with pytest.raises(TemplateError) as caught:
        StageTemplate(
            id="bad",
            version="1",
            record=Opportunity,
            stages=(
                Stage(id="Contact"),
                Stage(id="contact"),
                Stage(id="hold", hold=True, outcome="lost", skippable=True),
                Stage(id="won", outcome="won", rules=(present("amounts"), qualified("budgit"), visited("contcat"))),
                Stage(id="won", outcome="won"),
            ),
            moves=(
                Move(sources=("won", "Contcat"), target="wno"),
                Move(sources=("Contact",), target="Contact"),
                Move(sources=("Contact",), target="Contact"),
            ),
            policy=Policy(start_at=("won", "Contct"), reopen_from=("Contact",), reopen_to=("hold", "zebra")),
        )
    assert (
        str(caught.value)
        == """\
template 'bad' contradicts itself:
- stage 'contact' looks like 'Contact'; see stages[0] @ stages[1] [stage.lookalike]
- stage 'won' is declared twice; see stages[3] @ stages[4] [stage.duplicate]
- 'hold' cannot be a hold and closed as lost @ stages[2] [stage.hold]
- 'hold' is never passed over, so it cannot be skippable @ stages[2] [stage.skippable]
- nothing can start in 'won' @ policy.start_at[0] [start.closed]
- there is no stage 'Contct'; 'contact' is near @ policy.start_at[1] [stage.unknown]
- nothing can be reopened from 'Contact' @ policy.reopen_from[0] [reopen.from_open]
- nothing can be reopened to 'hold' @ policy.reopen_to[0] [reopen.to_closed]
- there is no stage 'zebra' @ policy.reopen_to[1] [stage.unknown]
- there is no stage 'wno'; 'won' is near @ moves[0].target [stage.unknown]
- 'won' is closed as won; reopening is the only way out: policy.reopen_to @ moves[0].sources[0] [move.from_closed]
- there is no stage 'Contcat'; 'contact' is near @ moves[0].sources[1] [stage.unknown]
- 'Contact' leads to itself @ moves[1].sources[0] [move.to_itself]
- 'Contact' leads to itself @ moves[2].sources[0] [move.to_itself]
- 'Contact' to 'Contact' is declared 2 times @ moves [move.twice]
- there is no field 'amounts'; 'amount' is near @ stages[3].rules[0] [field.unknown]
- there is no criterion 'budgit'; 'budget' is near @ stages[3].rules[1] [criterion.unknown]
- there is no stage 'contcat'; 'contact' is near @ stages[3].rules[2] [stage.unknown]"""
    )


# -- names --------------------------------------------------------------------------------------------------

LOOKALIKES = [("Won", "won"), ("won", "w\u043en"), ("a b", "a  b"), ("a b", "a\u00a0b"), ("10", "1\uff10"), ("Ⅳ", "IV")]


@pytest.mark.parametrize(("one", "other"), LOOKALIKES, ids=shown)
def test_ids_that_look_the_same_are_a_contradiction(one: str, other: str) -> None:
    assert problems(Stage(id=one), Stage(id=other)) == [
        f"stage {other!r} looks like {one!r}; see stages[0] @ stages[1] [stage.lookalike]"
    ]


@pytest.mark.parametrize(("one", "other"), [("a", "b"), ("заявка", "звонок"), ("C2:NEW", "C3:NEW")], ids=shown)
def test_ids_that_look_different_are_different(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)
    assert StageTemplate(id="t", version="1", record=Lead, stages=(Stage(id=one), Stage(id=other)))


def test_an_alias_is_a_name_like_an_id() -> None:
    assert problems(OPEN, Stage(id="b", aliases=("open", "OPEN"))) == [
        "stage 'open' is declared twice; see stages[0] @ stages[1] [stage.duplicate]",
        "stage 'OPEN' looks like 'open'; see stages[0] @ stages[1] [stage.lookalike]",
    ]


def test_a_stage_may_repeat_a_name_of_its_own() -> None:
    assert StageTemplate(id="t", version="1", record=Lead, stages=(Stage(id="a", aliases=("a", "b", "b")),))


def test_a_stage_may_have_had_a_name_that_looks_like_its_own() -> None:
    assert StageTemplate(id="t", version="1", record=Lead, stages=(Stage(id="Proposal", aliases=("proposal",)),))


# -- starts -------------------------------------------------------------------------------------------------

NOWHERE = ["there is no stage to start at; one open, active stage is needed @ policy.start_at [start.nowhere]"]


@pytest.mark.parametrize(
    "stage",
    [WON, Stage(id="wait", hold=True), Stage(id="old", life="deprecated"), Stage(id="older", life="retired")],
    ids=lambda stage: stage.id,
)
def test_a_template_needs_a_stage_to_start_at(stage: Stage) -> None:
    assert problems(stage) == NOWHERE


def test_a_policy_that_starts_nowhere_is_a_contradiction() -> None:
    assert problems(OPEN, policy=Policy(start_at=())) == NOWHERE


def test_nothing_starts_on_hold() -> None:
    assert problems(OPEN, Stage(id="wait", hold=True), policy=Policy(start_at=("wait",))) == [
        "nothing can start in 'wait' @ policy.start_at[0] [start.closed]"
    ]


# -- moves --------------------------------------------------------------------------------------------------


def test_a_move_leaves_no_hold() -> None:
    (problem,) = problems(OPEN, Stage(id="wait", hold=True), moves=(Move(sources=("wait",), target="open"),))
    assert problem == (
        "'wait' is a hold; a hold is judged from the stage it left: declare the move from there"
        " @ moves[0].sources[0] [move.from_hold]"
    )


def test_a_pair_of_stages_has_one_move() -> None:
    twice = (Move(sources=("open", "open"), target="won"), Move(sources=("open",), target="won", ground=True))
    assert problems(OPEN, WON, moves=twice) == ["'open' to 'won' is declared 3 times @ moves [move.twice]"]


# -- rules --------------------------------------------------------------------------------------------------


def test_a_rule_reads_a_field_of_the_record_s_class_however_deep_the_rule_lies() -> None:
    deep = all_of(all_of(compare("offer.price.amounts", "gt", 1)), present("email"))
    assert problems(OPEN, moves=(), stages=(Stage(id="open", rules=(deep,)),)) == [
        "there is no field 'offer.price.amounts'; 'offer.price' is near @ stages[0].rules[0] [field.unknown]",
        "there is no field 'email' @ stages[0].rules[0] [field.unknown]",
    ]
    assert StageTemplate(id="t", version="1", record=Lead, stages=(Stage(id="open", rules=(present("email"),)),))


def test_the_rules_of_moves_are_looked_at_too() -> None:
    move = Move(sources=("open",), target="won", rules=(present("amount"), present("amounts")))
    assert problems(OPEN, WON, moves=(move,)) == [
        "there is no field 'amounts'; 'amount' is near @ moves[0].rules[1] [field.unknown]"
    ]


def test_a_rule_asks_for_criteria_of_the_template_s_own_framework() -> None:
    ours = FOUR_CRITERIA.adding("ours", [Criterion(id="timing")])
    rules = (qualified("timing"),)
    assert StageTemplate(id="t", version="1", record=Lead, stages=(Stage(id="open", rules=rules),), framework=ours)
    assert problems(Stage(id="open", rules=rules)) == [
        "there is no criterion 'timing' @ stages[0].rules[0] [criterion.unknown]"
    ]


def test_a_criterion_that_goes_by_another_name_in_the_framework_is_told_by_that_name() -> None:
    rule = qualified("need", "metric", "budget", "value")
    assert problems(Stage(id="open", rules=(rule,)), framework=MEDDIC) == [
        "there is no criterion 'need'; it is called 'identify_pain' here @ stages[0].rules[0] [criterion.unknown]",
        "there is no criterion 'metric'; 'metrics' is near @ stages[0].rules[0] [criterion.unknown]",
        "there is no criterion 'budget' @ stages[0].rules[0] [criterion.unknown]",
        "there is no criterion 'value'; it is called 'metrics' here @ stages[0].rules[0] [criterion.unknown]",
    ]


def test_every_criterion_that_bears_the_meaning_asked_for_is_told() -> None:
    (problem,) = problems(Stage(id="open", rules=(qualified("decision"),)), framework=MEDDIC)
    assert "; it is called 'decision_criteria' and 'decision_process' here @" in problem


def test_the_criteria_of_a_framework_have_ids_of_their_own() -> None:
    twice = Framework(id="f", criteria=(Criterion(id="need"), Criterion(id="need")))
    assert problems(OPEN, framework=twice) == ["criterion 'need' is declared 2 times @ framework [criterion.duplicate]"]


@pytest.mark.parametrize("name", ["present", "qualified.fun", "ground", "update", "stage.mine"])
def test_a_rule_in_python_takes_no_name_of_salesflow_s_own(name: str) -> None:
    taken = PythonRule(name=name)
    assert problems(Stage(id="open", rules=(all_of(taken),))) == [
        f"a rule in Python cannot be named {name!r}; that is a code of salesflow's own @ stages[0].rules[0] [rule.name]"
    ]


def test_two_functions_under_one_name_are_a_contradiction_however_deep() -> None:
    one, other = (PythonRule(name="credit", call=lambda *_, **__: True) for _ in range(2))
    rules = (one, all_of(present("name"), other))
    assert problems(Stage(id="open", rules=rules)) == [
        "two rules in Python are named 'credit'; give one another name @ stages[0].rules[1] [rule.twice]"
    ]
    (problem,) = problems(Stage(id="open", rules=(one, PythonRule(name="credit"))))
    assert problem.endswith("@ stages[0].rules[1] [rule.twice]")


def test_one_function_may_stand_in_several_places_with_another_severity() -> None:
    rule = PythonRule(name="credit", call=lambda *_, **__: True)
    rules = (rule, all_of(rule), rule.model_copy(update={"severity": "warn"}))
    assert StageTemplate(id="t", version="1", record=Lead, stages=(Stage(id="open", rules=rules),))


def test_a_hundred_contradictions_are_told_at_once_and_no_more() -> None:
    wrong = tuple(Move(sources=(f"x{number}",), target="won") for number in range(MAX_PROBLEMS + 1))
    assert len(problems(OPEN, WON, moves=wrong)) == MAX_PROBLEMS
    assert len(problems(OPEN, WON, moves=wrong[: MAX_PROBLEMS - 1])) == MAX_PROBLEMS - 1


# -- what comes before --------------------------------------------------------------------------------------


def test_what_is_malformed_is_pydantic_s_to_tell_before_contradictions() -> None:
    with pytest.raises(ValidationError):
        StageTemplate(id="", version="1", record=Opportunity, stages=(OPEN, OPEN))


def test_what_is_doubtful_is_no_contradiction() -> None:
    dead_end = process(lose="declared", next="declared")
    assert dead_end.stage("won").outcome == "won"
