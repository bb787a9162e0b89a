"""The walks through the catalogue bite: they find an engine that breaks a promise, and a template that lost a rule."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from laws import broken
from laws.broken import Engine
from laws.stress import EVERY_FORM
from salesflow import Stage
from salesflow.moves import Move
from salesflow.testing._asking import Template
from salesflow.testing._gaps import GROUND, Need, gaps, spots
from salesflow.testing._journeys import journeys
from salesflow.testing._laws_of_journeys import (
    law_a_closed_record_stays_where_it_is,
    law_the_books_are_in_order,
    law_what_is_left_out_is_named,
    law_what_is_legal_comes_about,
)
from salesflow.testing._routes import goals
from salesflow.testing._strategies import SHIPPED

hunting = settings(
    max_examples=200,
    phases=[Phase.generate],
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)

CLASSIC = next(each for each in SHIPPED if each.id == "classic-pipeline")
NAMED = [pytest.param(each, need, id=f"{each.id}: {need.to}: {need.key}") for each in SHIPPED for need in spots(each)]


def walked(template: Template, engine: Engine) -> None:
    """Put every walk of the catalogue's tests to an engine."""

    @hunting
    @given(data=st.data())
    def obeys(data: st.DataObject) -> None:
        other = engine(template)
        goal = data.draw(st.sampled_from(goals(template)))
        journey = data.draw(journeys(template, goal))
        law_what_is_legal_comes_about(journey, other)
        law_the_books_are_in_order(journey, other)
        if goal.kind in {"won", "lost"}:
            law_a_closed_record_stays_where_it_is(journey, other)
        need = data.draw(st.sampled_from(list(spots(template))))
        gap = data.draw(gaps(template, need, data.draw(st.sampled_from(spots(template)[need]))))
        if gap:
            law_what_is_left_out_is_named(gap, other)

    obeys()


def without(template: Template, need: Need) -> Template:
    """Return a template that no longer asks for one thing."""
    if need.key == GROUND:
        policy = template.policy.model_copy(update={"back": "free", "skip": "free"})
        return _with(template, policy=policy, moves=tuple(_with_ground(move) for move in template.moves))
    return _with(template, stages=tuple(_bare(stage, need) for stage in template.stages))


def _with(template: Template, **fields: Any) -> Template:
    return type(template)(**{**dict(template), **fields})


def _with_ground(move: Move) -> Move:
    return move.model_copy(update={"ground": False})


def _bare(stage: Stage, need: Need) -> Stage:
    kept = tuple(_less(rule, need) for rule in stage.rules if rule != need.rule)
    return stage.model_copy(update={"rules": tuple(rule for rule in kept if rule is not None)})


def _less(rule: Any, need: Need) -> Any:
    if rule.rule != "qualified" or need.rule.rule != "qualified":
        return rule
    left = tuple(each for each in rule.criteria if each not in need.rule.criteria)
    return rule.model_copy(update={"criteria": left}) if left else None


@pytest.mark.parametrize(("template", "need"), NAMED)
def test_a_rule_that_is_dropped_is_missed(template: Template, need: Need) -> None:
    other = without(template, need)
    # a reopening takes its ground whatever the policy says
    grounded = need.key == GROUND and need.to in template.policy.reopen_to

    @hunting
    @given(data=st.data())
    def obeys(data: st.DataObject) -> None:
        for place in spots(template)[need]:
            gap = data.draw(gaps(template, need, place))
            if gap:
                law_what_is_left_out_is_named(gap, other)

    if other == template or (
        grounded and all(template.stage(p.stage).outcome for p in spots(template)[need] if p.stage)
    ):
        pytest.skip("nothing of it can be dropped")
    with pytest.raises(AssertionError):
        obeys()


KINDS: tuple[type[broken.Sound], ...] = (
    broken.LostGoesToWon,
    broken.NeedsNoGround,
    broken.ResumesElsewhere,
    broken.ForgetsWhatWasLeft,
    broken.NamesTheFirstReason,
    broken.ForgetsAChange,
    broken.ForgetsFields,
    broken.KeepsTheLoss,
    broken.KeepsTheClosingDate,
    broken.CountsNoReopening,
    broken.CutsActivities,
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_engine_that_breaks_a_promise_is_found(kind: type[broken.Sound]) -> None:
    with pytest.raises((AssertionError, ExceptionGroup)):
        walked(CLASSIC, lambda template: kind(**dict(template)))


def test_an_engine_that_asks_nothing_of_what_is_passed_over_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = broken.skips_past_qualification(monkeypatch)
    with pytest.raises((AssertionError, ExceptionGroup)):
        walked(EVERY_FORM, engine)


def test_an_engine_that_breaks_nothing_is_not_found() -> None:
    walked(CLASSIC, lambda template: broken.Sound(**dict(template)))
