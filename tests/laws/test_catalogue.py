"""Every template of the catalogue is walked end to end: to won, to lost, reopened, held and resumed.

A template that is put into the catalogue is walked here without another word.
"""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laws.story import STORY
from laws.stress import STRESS
from salesflow.linting import lint
from salesflow.testing._asking import Template
from salesflow.testing._beginnings import Unfillable
from salesflow.testing._gaps import Need, akin, gaps, spots, temptations
from salesflow.testing._journeys import journeys
from salesflow.testing._laws_of_journeys import (
    criteria_of,
    law_a_closed_record_stays_where_it_is,
    law_every_step_obeys,
    law_nothing_passes_without,
    law_the_books_are_in_order,
    law_what_is_left_out_is_named,
    law_what_is_legal_comes_about,
)
from salesflow.testing._laws_of_machines import law_a_machine_agrees, plain
from salesflow.testing._routes import Goal, goals, unavoidable
from salesflow.testing._strategies import SHIPPED, templates

WALKED: tuple[Template, ...] = (*SHIPPED, STORY, *STRESS)
GOALS = [pytest.param(each, goal, id=f"{each.id}: {goal.name}") for each in WALKED for goal in goals(each)]
NEEDS = [
    pytest.param(each, need, id=f"{each.id}: {number}: {need.to}: {need.key}")
    for each in WALKED
    for number, need in enumerate(spots(each), 1)
]
CRITERIA = [pytest.param(each, name, id=f"{each.id}: {name}") for each in WALKED for name in criteria_of(each)]


def some(one_in: int) -> settings:
    """Return settings for a share of the examples of the profile: there are many templates."""
    return settings(max_examples=max(2, settings().max_examples // one_in))


def ids(template: Template) -> str:
    return template.id


# -- there is a walk to everything --------------------------------------------------------------------------


@pytest.mark.parametrize("template", WALKED, ids=ids)
def test_there_is_a_walk_to_every_stage_that_lint_does_not_call_unreached(template: Template) -> None:
    unreached = {each.path for each in lint(template) if each.code == "stage.unreached"}
    places = {stage.id: f"stages[{place}]" for place, stage in enumerate(template.stages)}
    entered = {goal.name.partition(": ")[2] for goal in goals(template) if not goal.then}
    in_use = {stage.id for stage in template.stages if stage.life == "active"}
    assert {id for id in in_use if places[id] not in unreached} == entered & in_use


@pytest.mark.parametrize("template", WALKED, ids=ids)
def test_there_is_a_walk_out_of_every_hold_and_back_to_every_stage_that_is_reopened(template: Template) -> None:
    doubtful = {each.code for each in lint(template)} & {"stage.unreached", "reopen.never"}
    kinds = {goal.kind for goal in goals(template)}
    assert ("resumed" in kinds) == any(stage.hold for stage in template.stages)
    back = {stage for goal in goals(template) if goal.kind == "reopened" for _, stage in goal.then}
    assert doubtful or back == set(template.policy.reopen_to)


# -- walks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("template", "goal"), GOALS)
@some(16)
@given(data=st.data())
def test_every_goal_is_walked_to(template: Template, goal: Goal, data: st.DataObject) -> None:
    journey = data.draw(journeys(template, goal))
    law_what_is_legal_comes_about(journey, template)
    law_the_books_are_in_order(journey, template)


@pytest.mark.parametrize("template", WALKED, ids=ids)
@some(12)
@given(data=st.data())
def test_every_step_of_these_walks_obeys_every_law(template: Template, data: st.DataObject) -> None:
    goal = data.draw(st.sampled_from(goals(template)))
    law_every_step_obeys(data.draw(journeys(template, goal)), template)


@pytest.mark.parametrize("template", WALKED, ids=ids)
@some(25)
@given(data=st.data())
def test_a_live_machine_walks_with_them(template: Template, data: st.DataObject) -> None:
    goal = data.draw(st.sampled_from(goals(template)))
    law_a_machine_agrees(data.draw(journeys(template, goal)).walk, plain)


# -- what is left out ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("template", "need"), NEEDS)
@some(16)
@given(data=st.data())
def test_each_thing_that_is_left_out_is_refused_by_name(template: Template, need: Need, data: st.DataObject) -> None:
    ways = product(spots(template)[need], (True, False))
    tries = (data.draw(gaps(template, need, place, careful=careful)) for place, careful in ways)
    gap = next(filter(None, tries), None)
    if gap is None:
        # what is done stays done
        assert unavoidable(template, need.rule, spots(template)[need])
        return
    law_what_is_left_out_is_named(gap, template)
    assert all(akin(need, rule) for rule in gap.also)


# -- ways that stay shut ------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", WALKED, ids=ids)
@some(16)
@given(data=st.data())
def test_nothing_skips_out_of_lost_or_won(template: Template, data: st.DataObject) -> None:
    for goal in goals(template):
        if goal.kind in {"won", "lost"}:
            law_a_closed_record_stays_where_it_is(data.draw(journeys(template, goal)), template)


@pytest.mark.parametrize(("template", "criterion"), CRITERIA)
@some(8)
@given(data=st.data())
def test_nothing_passes_qualification_without_its_criteria(
    template: Template, criterion: str, data: st.DataObject
) -> None:
    law_nothing_passes_without(criterion, data.draw(temptations(template, criterion)), template)


# -- any template -------------------------------------------------------------------------------------------


@given(data=st.data(), template=templates())
def test_a_walk_through_any_template_is_legal_too(data: st.DataObject, template: Template) -> None:
    for goal in goals(template)[:3]:
        try:
            journey = data.draw(journeys(template, goal))
        except Unfillable:  # rules that exclude each other, or that break
            continue
        law_what_is_legal_comes_about(journey, template)
        law_the_books_are_in_order(journey, template)
