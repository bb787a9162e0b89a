"""Promise 6: a legal walk has no findings, and every corruption of it has one with the right code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from laws.asking import Walk, attempt
from laws.strategies import walks
from salesflow import StageTemplate, audit
from salesflow.history import Kind
from salesflow.records import RESERVED, Record

Corruption = Callable[[st.DataObject, StageTemplate[Any], Any], tuple[Any, set[str]]]
"""From a legal record to one that is forged, and the codes of which an audit must find one."""

_UNSTARTED = {name: Record.model_fields[name].default for name in RESERVED - {"id"}}


def walked(walk: Walk) -> Any:
    """Return the record at the end of a walk from its very beginning."""
    record = walk.record.model_copy(update=_UNSTARTED)
    for request in walk.requests:
        asked = request.on(walk.template, record)
        record = attempt(walk.template, record, asked)[0] or record
    return record


def codes(template: StageTemplate[Any], record: Record) -> list[str]:
    return [finding.code for finding in audit(template, [record])]


def tails(record: Any) -> list[Any]:
    """Return the record with each tail of its history, the whole and none included."""
    cuts = range(len(record.history) + 1)
    return [record.model_copy(update={"history": record.history[cut:], "changes_before": cut}) for cut in cuts]


@given(walk=walks(most=9))
def test_a_legal_walk_has_no_findings_and_no_tail_of_it_convicts_anybody(walk: Walk) -> None:
    record = walked(walk)
    assert codes(walk.template, record) == []
    found = [finding for tail in tails(record) for finding in audit(walk.template, [tail])]
    assert {(each.code, each.level) for each in found} <= {("rule_undecidable", "warning")}


def edited(record: Any, place: int, **fields: Any) -> Any:
    changes = list(record.history)
    changes[place] = replace(changes[place], **fields)
    return record.model_copy(update={"history": tuple(changes)})


def without(record: Any, place: int) -> Any:
    return record.model_copy(update={"history": (*record.history[:place], *record.history[place + 1 :])})


def a_place(data: st.DataObject, record: Any, *, first: int = 0, but: tuple[str, ...] = ()) -> int:
    fit = [place for place in range(first, len(record.history)) if record.history[place].kind not in but]
    assume(fit)
    return data.draw(st.sampled_from(fit))


def another_stage(data: st.DataObject, template: StageTemplate[Any], stage: str | None) -> str:
    names = [each.id for each in template.stages if stage not in {each.id, *each.aliases}]
    return data.draw(st.sampled_from([*names, "nowhere at all"]))


def number(data: st.DataObject, template: StageTemplate[Any], record: Any) -> tuple[Any, set[str]]:
    place = a_place(data, record)
    return edited(record, place, number=record.history[place].number + data.draw(st.integers(1, 9))), {"number_gap"}


def forgotten(data: st.DataObject, template: StageTemplate[Any], record: Any) -> tuple[Any, set[str]]:
    place = a_place(data, record)
    last = place == len(record.history) - 1
    assume(not last or record.history[place].kind != "updated")
    return without(record, place), {"wrong_end"} if last else {"number_gap"}


def source(data: st.DataObject, template: StageTemplate[Any], record: Any) -> tuple[Any, set[str]]:
    place = a_place(data, record, first=1)
    return edited(record, place, source=another_stage(data, template, record.history[place].source)), {"gap"}


def target(data: st.DataObject, template: StageTemplate[Any], record: Any) -> tuple[Any, set[str]]:
    place = a_place(data, record, but=("updated", "adopted"))
    forged = edited(record, place, target=another_stage(data, template, record.history[place].target))
    return forged, {"wrong_end"} if place == len(record.history) - 1 else {"gap", "wrong_end"}


def time(data: st.DataObject, template: StageTemplate[Any], record: Any) -> tuple[Any, set[str]]:
    place = a_place(data, record, first=1)
    return edited(record, place, at=record.history[place - 1].at - timedelta(microseconds=1)), {"time_back"}


def kind(data: st.DataObject, template: StageTemplate[Any], record: Any) -> tuple[Any, set[str]]:
    place = a_place(data, record)
    was = record.history[place].kind
    entering = {"started", "adopted"}
    others = [each for each in get_args(Kind) if each != was and not (place == 0 and {each, was} == entering)]
    now = data.draw(st.sampled_from(others))
    if (now in entering) != (place == 0):
        return edited(record, place, kind=now), {"wrong_start"}
    stays = was == "updated" and now != "migrated"
    return edited(record, place, kind=now), {"repeated_stage"} if stays else {"wrong_kind"}


def start(data: st.DataObject, template: StageTemplate[Any], record: Any) -> tuple[Any, set[str]]:
    assume(len(record.history) > 1)
    return without(record, 0), {"wrong_start"}


def end(data: st.DataObject, template: StageTemplate[Any], record: Any) -> tuple[Any, set[str]]:
    assume(record.history)
    return record.model_copy(update={"stage": another_stage(data, template, record.stage)}), {"wrong_end"}


CORRUPTIONS: tuple[Corruption, ...] = (number, forgotten, source, target, time, kind, start, end)


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda each: each.__name__)
@given(walk=walks(), data=st.data())
def test_every_corruption_is_found_under_its_code(walk: Walk, data: st.DataObject, corruption: Corruption) -> None:
    forged, expected = corruption(data, walk.template, walked(walk))
    assert expected.intersection(codes(walk.template, forged))
