"""Strategies: each yields what it says, and the whole of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from laws.story import STORY
from salesflow import StageTemplate, TemplateError, audit, audit_log
from salesflow import templates as catalogue
from salesflow.testing import event_logs, invalid_templates, records, walks
from salesflow.testing._event_logs import FAULTS
from salesflow.testing._invalid_templates import _HOLD, _OPEN, _SPOILT, _WON
from testing.strangers import BLOCKED, SALE

QUICK = settings(max_examples=max(6, settings().max_examples // 8))
TEMPLATES = (STORY, SALE, catalogue.get("hubspot"))


def drawn(strategy: st.SearchStrategy[Any], such: Callable[[Any], bool]) -> Any:
    """Return something of a strategy that is such; fail where nothing is."""
    quiet = settings(max_examples=3000, database=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck])
    return find(strategy, such, settings=quiet)


@QUICK
@given(pair=invalid_templates())
def test_an_invalid_template_has_the_problem_that_is_told(pair: tuple[dict[str, Any], str]) -> None:
    fields, code = pair
    with pytest.raises(TemplateError) as caught:
        StageTemplate(**fields)
    assert code in {problem.code for problem in caught.value.problems}


@pytest.mark.parametrize("code", _SPOILT)
def test_every_contradiction_is_told_by_its_code(code: str) -> None:
    fields = {**dict(STORY), "stages": (*STORY.stages, _OPEN, _HOLD, _WON)}
    with pytest.raises(TemplateError) as caught:
        StageTemplate(**{**fields, **_SPOILT[code](fields)})
    assert code in {problem.code for problem in caught.value.problems}


@QUICK
@given(data=st.data(), template=st.sampled_from(TEMPLATES))
def test_a_record_that_stands_somewhere_came_there_legally(data: st.DataObject, template: StageTemplate[Any]) -> None:
    record = data.draw(records(template))
    assert type(record) is template.record
    assert [*audit(template, [record])] == []
    assert type(record).model_validate(dict(record), by_alias=True, by_name=True) == record


@pytest.mark.parametrize("stage", [None, *(stage.id for stage in STORY.stages if stage.life == "active")])
def test_records_stand_in_every_stage_and_before_it(stage: str | None) -> None:
    assert drawn(records(STORY), lambda record: record.stage == stage)


def test_records_were_reopened_too() -> None:
    assert drawn(records(STORY), lambda record: record.reopenings > 0)


@QUICK
@given(data=st.data())
def test_where_nothing_leads_records_do_not_stand(data: st.DataObject) -> None:
    assert data.draw(records(BLOCKED)).stage in {None, "open", "lost"}


@QUICK
@given(data=st.data(), template=st.sampled_from(TEMPLATES))
def test_a_walk_is_over_the_template_with_a_record_of_its_class(data: st.DataObject, template: Any) -> None:
    walk = data.draw(walks(template))
    assert walk.template is template
    assert type(walk.record) is template.record
    assert walk.path is None or len(walk.path) == len(walk.requests)


def test_walks_are_legal_ones_and_others() -> None:
    assert drawn(walks(STORY), lambda walk: walk.path is not None and "won" in walk.path)
    assert drawn(walks(STORY), lambda walk: walk.path is None and walk.record.stage is None)
    assert drawn(walks(STORY), lambda walk: walk.record.stage is not None)


@QUICK
@given(data=st.data(), template=st.sampled_from(TEMPLATES))
def test_a_log_gives_the_findings_that_are_told_and_convicts_no_other_deal(data: st.DataObject, template: Any) -> None:
    log = data.draw(event_logs(template))
    found = [*audit_log(template, log.rows, **log.columns)]
    assert set(log.findings) <= {(each.deal, each.code) for each in found}
    convicted = {each.deal for each in found if each.level == "violation"}
    assert convicted <= {deal for deal, _ in log.findings}


@QUICK
@given(data=st.data(), template=st.sampled_from([catalogue.get(name) for name in catalogue.names()]))
def test_a_log_without_faults_convicts_nobody(data: st.DataObject, template: Any) -> None:
    log = data.draw(event_logs(template, faults=()))
    found = [*audit_log(template, log.rows, **log.columns)]
    assert [each for each in found if each.level == "violation"] == []


@pytest.mark.parametrize("code", FAULTS)
def test_every_fault_is_planted(code: str) -> None:
    assert drawn(event_logs(STORY, faults=[code]), lambda log: bool(log.findings))


def test_a_fault_that_nobody_plants_is_told() -> None:
    with pytest.raises(ValueError, match=r"'gapp' is not one of bad_row, .*\[faults.unknown\]"):
        event_logs(STORY, faults=["gapp"])
