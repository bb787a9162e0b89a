"""Walks through anybody's template: legal ones to every end, ones that lack one thing, and wild ones."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from salesflow import StageTemplate
from salesflow.testing._asking import Template, Walk
from salesflow.testing._beginnings import Unfillable
from salesflow.testing._draw_records import placed, unstarted
from salesflow.testing._gaps import gaps, spots
from salesflow.testing._journeys import Journey, journeys
from salesflow.testing._routes import Goal, goals
from salesflow.testing._strategies import requests_for

Begun = st.SearchStrategy[Any] | None

_manners = st.sampled_from(["legal", "legal", "lacking", "wild"])


@st.composite
def walks(draw: Any, template: StageTemplate[Any], *, begun: Begun = None) -> Walk:
    """Walks through a template: the record before, and what is asked of it, one request after the other.

    Half of them are legal, with an aim: some stage, some end, a reopening, a hold resumed. Others lack one thing that
    is asked, or ask for anything. `begun` holds records that have not started, needed where a class of your own has
    validators that accept nothing that can be guessed. The walks are made up by a model that calls no template.
    """
    manner = draw(_manners)
    try:
        if manner == "legal" and goals(template):
            journey: Journey = draw(legal_walks(template, draw(st.sampled_from(goals(template))), begun))
            return journey.walk
        if manner == "lacking" and spots(template):
            return _lacking(draw, template, begun)
    except Unfillable:
        pass  # what rules exclude cannot be walked to; anything can be asked
    return _wild(draw, template, begun)


def legal_walks(template: Template, goal: Goal, begun: Begun) -> st.SearchStrategy[Journey]:
    """Walks to a goal; some with detours. May raise Unfillable."""
    return journeys(template, goal, begun=begun)


def _lacking(draw: Any, template: Template, begun: Begun) -> Walk:
    need = draw(st.sampled_from([*spots(template)]))
    place = draw(st.sampled_from(spots(template)[need]))
    gap = draw(gaps(template, need, place, begun=begun))
    if gap is None:
        raise Unfillable(f"{need.key} cannot be left out in {need.to!r}")
    walk = gap.journey.walk
    return Walk(template, walk.record, (*walk.requests, gap.request))


def _wild(draw: Any, template: Template, begun: Begun) -> Walk:
    fresh = draw(st.booleans())
    record = draw((unstarted(template) if begun is None else begun) if fresh else placed(template, begun))
    return Walk(template, record, draw(requests_for(template, entering=record.stage is None)))
