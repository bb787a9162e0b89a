"""Lint: what is doubtful about a template that contradicts nothing."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acme import BOSS, NEW, NOW, days, process, sitting
from salesflow import (
    Move,
    Opportunity,
    Policy,
    Stage,
    StageTemplate,
    all_of,
    any_of,
    compare,
    none_of,
    present,
    role,
    rule,
    templates,
)
from salesflow._reach import dead_ends, unreached, ways
from salesflow.linting import CODES, lint
from salesflow.rules import AnyRule, PythonRule
from salesflow.stage import Life
from salesflow.testing._strategies import templates as any_templates
from walking import reached

REOPENING: dict[str, Any] = {"reopen_to": ("contact",)}


def said(template: StageTemplate[Any]) -> list[str]:
    return [str(problem) for problem in lint(template)]


def asking(*rules: AnyRule) -> list[str]:
    return said(process({"talk": {"rules": rules}}))


# -- outcomes and ways --------------------------------------------------------------------------------------


def test_a_template_without_doubts_is_sound() -> None:
    assert lint(process(skip="with_ground", back="with_ground", **REOPENING)) == ()


def test_without_any_outcome_one_problem_says_so() -> None:
    template = StageTemplate(id="t", version="1", record=Opportunity, stages=(Stage(id="a"), Stage(id="b")))
    advice = "give one stage outcome='won' and another outcome='lost'"
    assert said(template) == [f"no stage is won or lost; {advice} @ stages [outcome.none]"]


def test_a_stage_from_which_no_outcome_can_be_reached_is_a_dead_end() -> None:
    moves = (Move(sources=("contact",), target="won"), Move(sources=("contact",), target="talk"))
    template = process(moves=moves, next="declared", lose="declared")
    assert dead_ends(template) == ("talk", "offer", "deal")
    advice = "declare a move, or open a way by the policy's next, skip or lose"
    assert said(template)[0] == f"no outcome can be reached from 'talk'; {advice} @ stages[1] [stage.dead_end]"


def test_a_hold_is_a_dead_end_only_where_every_stage_that_it_resumes_is_one() -> None:
    assert dead_ends(process(next="declared", lose="declared")) == ("contact", "talk", "offer", "deal", "wait")
    one_way = (Move(sources=("deal",), target="won"),)
    assert dead_ends(process(moves=one_way, next="declared", lose="declared")) == ("contact", "talk", "offer")


def test_a_hold_leads_back_to_what_can_be_left_for_it() -> None:
    assert ways(process())["wait"] == {"contact", "talk", "offer", "deal"}


def test_a_stage_that_nothing_comes_to_is_named() -> None:
    template = process(start_at=("talk",))
    assert unreached(template) == ("contact",)
    assert said(template) == ["nothing that starts in 'talk' comes to 'contact' @ stages[0] [stage.unreached]"]


def test_a_hold_opens_no_new_way() -> None:
    assert unreached(process(next="declared")) == ("talk", "offer", "deal", "won")


def test_what_a_reopening_leads_to_is_reached() -> None:
    assert unreached(process(next="declared", reopen_to=("offer",))) == ("talk", "deal", "won")


@pytest.mark.parametrize("life", ["deprecated", "retired"])
def test_a_stage_on_its_way_out_may_run_dry(life: str) -> None:
    template = process({"contact": {"life": life}})
    assert unreached(template) == ("contact",)
    assert lint(template) == ()


@pytest.mark.parametrize("life", ["deprecated", "retired"])
def test_a_start_in_a_stage_where_nothing_starts_is_named(life: str) -> None:
    template = process({"talk": {"life": life}}, start_at=("contact", "talk"))
    place = f"policy.start_at[1] [start.{life}]"
    assert said(template) == [f"records are to start in 'talk', which is {life} @ {place}"]


def test_a_reopening_is_named_where_nothing_can_be_reopened() -> None:
    assert lint(process(reopen_from=("won",), **REOPENING)) == ()
    assert [problem.path for problem in lint(process(reopen_from=(), **REOPENING))] == ["policy.reopen_to[0]"]


def test_a_reopening_to_a_retired_stage_is_named() -> None:
    template = process({"contact": {"life": "retired"}}, **REOPENING)
    advice = "see policy.reopen_from and the life of that stage"
    assert said(template) == [f"nothing can be reopened to 'contact'; {advice} @ policy.reopen_to[0] [reopen.never]"]


def test_a_declared_move_to_a_retired_stage_is_named() -> None:
    template = process({"talk": {"life": "retired"}}, moves=(Move(sources=("offer", "deal"), target="talk"),))
    text = "no move to 'talk' can be made, which is retired"
    assert said(template) == [f"{text}; leave the move out @ moves[0] [move.never]"]


EVERYTHING: dict[str, Any] = {"at": NOW, "by": BOSS, "ground": "ok"}


@st.composite
def ways_alone(draw: st.DrawFn) -> StageTemplate[Any]:
    """Templates that ask nothing and lead to little: most ways are declared, and most are missing."""
    order = [f"s{n}" for n in range(draw(st.integers(1, 4)))]
    lives: st.SearchStrategy[Life] = st.sampled_from(["active", "active", "active", "retired"])
    stages = [Stage(id=name, life=draw(lives)) for name in order]
    stages += [Stage(id="wait", hold=True, life=draw(lives))] * draw(st.integers(0, 1))
    stages += [Stage(id="won", outcome="won"), Stage(id="lost", outcome="lost")][: draw(st.integers(0, 2))]
    pairs = draw(
        st.sets(st.tuples(st.sampled_from(order), st.sampled_from([stage.id for stage in stages])), max_size=4)
    )
    policy = {
        "start_at": (draw(st.sampled_from(order)),),
        "next": draw(st.sampled_from(["free", "declared", "declared"])),
        "skip": draw(st.sampled_from(["never", "never", "free"])),
        "back": draw(st.sampled_from(["never", "never", "with_ground"])),
        "lose": draw(st.sampled_from(["declared", "declared", "any_time"])),
        "reopen_to": draw(st.lists(st.sampled_from(order), max_size=1)),
    }
    return StageTemplate(
        id="t",
        version="1",
        record=Opportunity,
        stages=draw(st.permutations(stages)),
        moves=[Move(sources=(source,), target=target) for source, target in pairs if source != target],
        policy=Policy.model_validate(policy),
    )


@given(ways_alone())
def test_dead_ends_are_the_open_stages_from_which_no_move_ever_closes(template: StageTemplate[Any]) -> None:
    closed = {stage.id for stage in template.stages if stage.outcome}
    order = [stage.id for stage in template.stages if stage.open and not stage.hold]
    came_from = {stage.id: order if stage.hold else [None] for stage in template.stages if stage.open}
    onward = {
        stage: reached(template, [sitting(template, stage, left=left) for left in lefts], **EVERYTHING)
        for stage, lefts in came_from.items()
    }
    assert list(dead_ends(template)) == [stage for stage, found in onward.items() if not found & closed]


@given(ways_alone())
def test_unreached_are_the_stages_that_no_walk_from_a_start_enters(template: StageTemplate[Any]) -> None:
    starts = [sitting(template, start) for start in template.policy.start_at or ()]
    entered = reached(template, starts, **EVERYTHING)
    assert list(unreached(template)) == [stage.id for stage in template.stages if stage.id not in entered]


@given(any_templates())
def test_every_problem_is_a_warning_with_a_known_code(template: StageTemplate[Any]) -> None:
    problems = lint(template)
    assert {problem.level for problem in problems} <= {"warning"}
    assert {problem.code for problem in problems} <= CODES.keys()
    assert len(set(problems)) == len(problems)


@given(any_templates())
def test_a_template_is_the_same_after_lint(template: StageTemplate[Any]) -> None:
    before = template.model_dump_json()
    assert lint(template) == lint(template)
    assert template.model_dump_json() == before


@pytest.mark.parametrize("name", templates.names())
def test_the_built_in_templates_are_sound(name: str) -> None:
    assert lint(templates.get(name)) == ()


# -- figures and labels -------------------------------------------------------------------------------------


def test_a_probability_that_falls_along_the_order_is_named() -> None:
    chances = {"contact": 20, "talk": None, "offer": 10, "deal": 15}
    template = process({stage: {"probability": chance} for stage, chance in chances.items()})
    text = "the probability falls from 20 in 'contact' to 10 in 'offer'"
    assert said(template) == [f"{text} @ stages[2].probability [probability.falls]"]


def test_a_probability_may_stay_the_same() -> None:
    assert lint(process({stage: {"probability": 20} for stage in ("contact", "talk")})) == ()


def test_probabilities_of_holds_and_retired_stages_are_in_no_order() -> None:
    retired = {"probability": 90, "life": "retired"}
    assert lint(process({"talk": retired, "deal": {"probability": 80}, "wait": {"probability": 5}})) == ()


def test_a_closed_stage_has_the_probability_of_its_outcome() -> None:
    assert lint(process({"won": {"probability": 100}, "lost": {"probability": 0}})) == ()
    assert said(process({"won": {"probability": 90}, "lost": {"probability": 5}})) == [
        "'won' is won, and its probability is 90, not 100 @ stages[5].probability [probability.closed]",
        "'lost' is lost, and its probability is 5, not 0 @ stages[6].probability [probability.closed]",
    ]


def test_timers_of_closed_stages_are_named() -> None:
    template = process({"won": {"follow_up_every": timedelta(days=1)}, "lost": {"max_age": timedelta(days=1)}})
    assert said(template) == [
        "'won' is closed, and nothing is followed up there @ stages[5].follow_up_every [follow_up.closed]",
        "'lost' is closed, and nothing grows too old there @ stages[6].max_age [max_age.closed]",
    ]


@pytest.mark.parametrize(
    ("changed", "place", "label"),
    [
        ({"talk": {"label": "Meeting"}, "offer": {"label": "meeting"}}, "stages[2].label", "meeting"),
        ({"talk": {"label": "Offer"}}, "stages[2].label", "offer"),
        ({"talk": {"labels": {"fr": "Appel"}}, "deal": {"labels": {"fr": "Appel"}}}, "stages[3].labels.fr", "Appel"),
    ],
)
def test_two_stages_shown_alike_are_named(changed: dict[str, Any], place: str, label: str) -> None:
    [problem] = lint(process(changed))
    assert (problem.code, problem.path) == ("label.duplicate", place)
    assert problem.text.endswith(f"are both shown as {label!r}")


def test_a_label_left_empty_is_like_no_other() -> None:
    assert lint(process({"talk": {"labels": {"fr": ""}}, "offer": {"labels": {"fr": ""}}})) == ()


def test_the_same_label_in_two_languages_is_no_problem() -> None:
    assert lint(process({"talk": {"labels": {"fr": "Contact"}}, "offer": {"labels": {"de": "Contact"}}})) == ()


# -- rules --------------------------------------------------------------------------------------------------


@rule(reads=("name",))
def named(record: Any, *, at: Any, by: Any) -> bool:
    return bool(record.name)


def test_a_rule_in_python_without_its_function_is_named_until_it_is_bound() -> None:
    template = process({"talk": {"rules": [any_of(PythonRule(name="named"), role("boss"))]}})
    advice = "template.bind(…, rules=(…,)) gives it one; until then it refuses"
    assert said(template) == [f"the rule 'named' has no function; {advice} @ stages[1].rules[0] [rule.unbound]"]
    assert lint(template.bind(Opportunity, rules=(named,))) == ()


def test_rules_of_one_stage_that_exclude_each_other_are_named() -> None:
    wanted = (compare("offer.months", "ge", 10), compare("offer.months", "le", 5))
    text = "these rules cannot hold together: offer.months at least 10; offer.months at most 5"
    assert asking(*wanted) == [f"{text} @ stages[1].rules [rules.exclude]"]
    assert asking(all_of(*wanted)) == [f"{text} @ stages[1].rules [rules.exclude]"]


def test_an_alternative_that_can_never_hold_is_named_with_its_rule() -> None:
    never = all_of(present("name"), none_of(present("name")))
    text = "these rules cannot hold together: not (name is present); name is present"
    assert asking(role("boss"), any_of(role("rep"), never)) == [f"{text} @ stages[1].rules[1] [rules.exclude]"]


def test_an_alternative_in_an_alternative_is_named_once() -> None:
    never = all_of(present("name"), none_of(present("name")))
    text = "these rules cannot hold together: not (name is present); name is present"
    assert asking(any_of(role("boss"), any_of(never))) == [f"{text} @ stages[1].rules[0] [rules.exclude]"]


def test_alternatives_may_exclude_each_other() -> None:
    assert asking(any_of(compare("offer.months", "ge", 10), compare("offer.months", "le", 5))) == []


def test_a_move_that_asks_what_its_target_excludes_is_named_once() -> None:
    low, high = compare("offer.months", "le", 5), compare("offer.months", "ge", 10)
    never = (none_of(role("rep")), role("rep"))
    moves = (Move(sources=("contact",), target="talk", rules=(high,)), Move(sources=("offer",), target="talk"))
    template = process({"talk": {"rules": (low, *never)}}, moves=moves)
    months = "these rules cannot hold together: offer.months at least 10; offer.months at most 5"
    assert said(template) == [
        "these rules cannot hold together: done by rep; not (done by rep) @ stages[1].rules [rules.exclude]",
        f"{months} @ moves[0].rules [rules.exclude]",
    ]


def test_a_template_with_rules_that_exclude_each_other_lets_nothing_pass() -> None:
    template = process({"talk": {"rules": (present("name"), none_of(present("name")))}})
    verdicts = [
        template.check(sitting(template, "contact", NEW.model_copy(update={"name": name})), to="talk", at=days(1))
        for name in ("", "x")
    ]
    assert [bool(verdict) for verdict in verdicts] == [False, False]
    assert [problem.code for problem in lint(template)] == ["rules.exclude"]
