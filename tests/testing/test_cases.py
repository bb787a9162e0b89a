"""Cases: each pair of stages comes as it must, and each path can be gone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from acme import NEW, NOW, days, process
from laws.story import STORY
from salesflow import StageTemplate
from salesflow import templates as catalogue
from salesflow.testing import MoveCase, move_cases, paths, templates

SHIPPED = [catalogue.get(name) for name in catalogue.names()]


def come_of(template: StageTemplate[Any], case: MoveCase) -> Any:
    """Return what the template says of a case, its ground given."""
    bare = template.record(id="D-1")
    record = bare if case.source is None else template.adopt(bare, stage=case.source, left=case.left, at=NOW)
    return template.check(record, to=case.target, at=days(1), ground="because")


def agree(template: StageTemplate[Any]) -> None:
    for case in move_cases(template):
        verdict = come_of(template, case)
        assert verdict.kind == case.kind
        assert case.code is None or case.code in {each.code for each in verdict.refusals}
        assert (case.kind is None) == (case.code is not None)


@pytest.mark.parametrize("template", [*SHIPPED, STORY], ids=lambda each: each.id)
def test_what_must_come_of_every_pair_comes(template: StageTemplate[Any]) -> None:
    agree(template)


@settings(max_examples=max(10, settings().max_examples // 5))
@given(template=templates())
def test_what_must_come_of_every_pair_of_any_template_comes(template: StageTemplate[Any]) -> None:
    agree(template)


def test_a_case_that_asks_for_a_ground_says_so() -> None:
    template = process(skip="with_ground", reopen_to=("talk",))
    asked = {str(case) for case in move_cases(template) if case.ground}
    assert asked >= {"contact -> offer: skipped", "lost -> talk: reopened"}
    assert {str(case) for case in move_cases(template)} >= {
        "start -> contact: started",
        "start -> offer: start.elsewhere",
        "won -> talk: move.closed",
    }


def test_there_is_a_case_for_every_pair_and_its_id_is_its_own() -> None:
    cases = move_cases(STORY)
    count = len(STORY.stages)
    assert len({str(case) for case in cases}) == len(cases) == count * count + count


def test_paths_lead_from_a_start_to_an_outcome_and_enter_no_stage_twice() -> None:
    template = process(skip="free")
    found = paths(template)
    assert (found.more, len(found)) == (False, len(set(found)))
    assert [path for path in found if path[0] != "contact" or path[-1] not in {"won", "lost"}] == []
    assert [path for path in found if len(path) > len(set(path))] == []
    assert ("contact", "talk", "offer", "deal", "won") in set(found)
    assert [len(path) for path in found] == sorted(len(path) for path in found)


def test_every_path_can_be_gone() -> None:
    template = process(skip="free")
    for path in paths(template):
        deal = template.start(NEW, at=NOW)
        for stage in path[1:]:
            deal = template.move(deal, to=stage, at=NOW)
        assert tuple(change.target for change in deal.history) == path


def test_paths_are_bounded_and_say_so() -> None:
    template = process(skip="free", back="free")
    found = paths(template, most=3)
    assert (len(found), found.more) == (3, True)
    assert tuple(found) == tuple(paths(template))[:3]


@pytest.mark.parametrize("most", [0, -1, 10_001])
def test_a_bound_that_is_none_is_refused(most: int) -> None:
    with pytest.raises(ValueError, match=r"between 1 and 10000 \[paths.most\]"):
        paths(process(), most=most)
