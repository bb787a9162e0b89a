"""The short way: it only ever says yes, and then the long way gives the very same record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from laws.story import STORY
from salesflow import _compile, _quick
from salesflow._judge import Request, judge
from salesflow.history import NOTHING, plain_change
from salesflow.testing._asking import Asked, Walk, steps
from salesflow.testing._strategies import templates, walks


def plain_moves(walk: Walk) -> Iterator[tuple[Any, Asked]]:
    asks = steps(walk, walk.template)
    return ((record, asked) for record, asked in asks if asked.verb == "move" and asked.to is not None)


def law_the_short_way_agrees_with_the_long_one(walk: Walk) -> None:
    court = walk.template._judged_by()
    for record, asked in plain_moves(walk):
        # the short way knows what the long way has found out before
        ruling = judge(court, record, Request(asked.to, asked.at, asked.by, asked.update))
        moved = _quick.quick_move(court, record, asked.to, asked.at, asked.by, asked.update)
        if moved is None:
            continue
        event("moved")
        assert ruling.moved == moved
        assert walk.template.check(record, to=asked.to, at=asked.at, by=asked.by, update=asked.update) == ruling.verdict


@given(walk=walks())
def test_the_short_way_agrees_with_the_long_one(walk: Walk) -> None:
    law_the_short_way_agrees_with_the_long_one(walk)


def forgets_the_guards(*args: Any, **how: Any) -> Any:
    return replace(sound_edge(*args, **how), whole=None)


def calls_everything_plain(*args: Any, **how: Any) -> Any:
    return replace(sound_edge(*args, **how), plain=True)


def writes_nothing(*asked: Any) -> Any:
    number, kind, source, target, at, by, _, template = asked
    return plain_change(number, kind, source, target, at, by, NOTHING, template)


sound_edge = _compile._edge
BROKEN = {
    "forgets the guards": (_compile, "_edge", forgets_the_guards),
    "calls everything plain": (_compile, "_edge", calls_everything_plain),
    "writes nothing": (_quick, "plain_change", writes_nothing),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_the_law_of_the_short_way_bites(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place, name, instead = BROKEN[broken]
    monkeypatch.setattr(place, name, instead)

    @settings(
        max_examples=2000,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(walk=walks(of=st.just(STORY).map(lambda story: story.model_copy()) | templates()))
    def obeys(walk: Walk) -> None:
        law_the_short_way_agrees_with_the_long_one(walk)

    with pytest.raises((AssertionError, ExceptionGroup)):
        obeys()
