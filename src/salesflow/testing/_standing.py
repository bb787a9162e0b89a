"""Records that stand anywhere in a template."""

from __future__ import annotations

from typing import Any, TypeVar

from hypothesis import strategies as st

from salesflow import StageTemplate
from salesflow.records import Record
from salesflow.testing._beginnings import Unfillable, unplaced
from salesflow.testing._draw_records import unstarted
from salesflow.testing._journeys import Journey
from salesflow.testing._routes import goals
from salesflow.testing._walks import Begun, legal_walks

R = TypeVar("R", bound=Record)


@st.composite
def records(draw: Any, template: StageTemplate[R], *, begun: Begun = None) -> R:
    """Records anywhere in a template, each come there by a legal walk: in any stage, closed, reopened, held, not begun.

    Their histories are written by a model that calls no template. `begun` holds records that have not started, needed
    where a class of your own has validators that accept nothing that can be guessed.
    """
    try:
        journey: Journey = draw(legal_walks(template, draw(st.sampled_from(goals(template))), begun))
    except Unfillable:
        fresh: R = draw(unstarted(template) if begun is None else begun)
        return fresh
    end: Any = journey.end if draw(st.integers(0, 9)) else unplaced(journey.end)
    stood: R = end
    return stood
