"""Types that Hypothesis is told of, so that `from_type` draws them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from salesflow import Actor, Answer, Customer, Lead, LossReport, Money, Move, Offer, Opportunity, Policy, Qualification
from salesflow.qualification import FOUR_CRITERIA, Criterion, Framework
from salesflow.records import Activity, Approval, Objection
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.templates import get
from salesflow.testing._draw_records import activities, amounts, answers, approvals, losses, objections, offers
from salesflow.testing._draw_values import actors
from salesflow.testing._standing import records
from salesflow.testing._strategies import FRAMEWORKS, templates

_answers = answers(FOUR_CRITERIA.criteria)
_frameworks = st.sampled_from(FRAMEWORKS)
_DRAWN: dict[type[Any], st.SearchStrategy[Any]] = {
    Activity: activities,
    Actor: actors.map(lambda actor: actor or Actor(id="u-7")),
    Answer: _answers,
    Approval: approvals,
    Criterion: _frameworks.flatmap(lambda framework: st.sampled_from(framework.criteria)),
    Customer: records(get("after-sales")),
    Framework: _frameworks,
    Lead: records(get("lead")),
    LossReport: losses,
    Money: amounts,
    Move: templates().map(lambda template: next(iter(template.moves), Move(sources=("a",), target="b"))),
    Objection: objections,
    Offer: offers,
    Opportunity: records(get("four-step")),
    Policy: templates().map(lambda template: template.policy),
    Qualification: st.lists(_answers, max_size=3).map(lambda given: Qualification(answers=tuple(given))),
    Stage: templates().flatmap(lambda template: st.sampled_from(template.stages)),
    StageTemplate: templates(),
}


def values_of(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Values of a type; records stand anywhere in a template of the catalogue."""
    return _DRAWN[cls]
