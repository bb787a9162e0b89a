"""Close: pipelines and changes of statuses are read, across pipelines too; what is odd is named with its place."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.holes import read_and_holes
from crm.mutating import mutated, or_refused
from salesflow import LoadError, audit_log
from salesflow.crm import close


def pipeline(id: str, *types: str) -> dict[str, Any]:
    statuses = [{"id": f"{id}{place}", "label": f"Same {place}", "type": each} for place, each in enumerate(types)]
    return {"id": id, "name": "Same", "statuses": statuses, "date_created": "2026-06-19T09:22:10.931820"}


def answer(*data: Any, more: Any = False) -> dict[str, Any]:
    return {"data": [*data], "has_more": more}


def change(day: int, old: str | None, new: str, **more: Any) -> dict[str, Any]:
    return {
        "_type": "OpportunityStatusChange",
        "opportunity_id": "oppo_1",
        "old_status_id": old,
        "new_status_id": new,
        "old_pipeline_id": old and old[0],
        "new_pipeline_id": new[0],
        "opportunity_value": 12345,
        "opportunity_value_currency": "USD",
        "user_id": "user_1",
        "date_created": f"2026-01-{day:02}T09:00:00.000000+00:00",
        **more,
    }


PIPELINES = answer(pipeline("a", "active", "active", "won", "lost"), pipeline("b", "active", "won", "lost"))
TEMPLATES = close.pipelines(PIPELINES).items
HISTORY = answer(change(5, "a0", "a1"), change(6, "a1", "b0"), change(7, "b0", "b2"), change(8, "b2", "a2"))


def codes(found: Any) -> list[tuple[str, str]]:
    return [(note.code, note.place) for note in found.report.notes]


def test_the_recorded_pipeline_is_read(shared: Path) -> None:
    told = (shared / "crm" / "payloads" / "close" / "pipeline_list.json").read_text("utf-8")
    reading = close.pipelines(json.loads(told))
    (template,) = reading.items
    assert [(each.label, each.outcome) for each in template.stages] == [
        ("Demo Completed", None), ("Proposal Sent", None), ("Contract Sent", None), ("Won", "won"), ("Lost", "lost")
    ]  # fmt: skip
    assert (template.label, reading.report.rows, reading.report.notes) == ("Sales", 5, ())


def test_ten_pipelines_with_equal_names_stay_ten() -> None:
    reading = close.pipelines([answer(pipeline(id, "active", "won"), more=True) for id in "abcdefghij"])
    assert [each.id for each in reading.items] == [*"abcdefghij"]
    assert codes(reading) == [("page.more", "[9]")]
    assert codes(close.pipelines([PIPELINES, PIPELINES]))[0] == ("row.repeated", "[1].data[0]")


def test_an_opportunity_that_changes_its_pipeline_is_audited_in_both() -> None:
    log = close.history(HISTORY)
    assert [(each["source"], each["stage"], each["pipeline"], each["amount"]) for each in log.rows] == [
        ("a0", "a1", "a", "123.45 USD"), ("", "b0", "b", "123.45 USD"), ("b0", "b2", "b", "123.45 USD"),
        ("a1", "a2", "a", "123.45 USD"),
    ]  # fmt: skip
    assert [note.code for note in log.report.notes] == ["pipeline.changed"] * 2
    found = {each.id: [one.code for one in audit_log(each, log.of(each.id).rows, **log.columns)] for each in TEMPLATES}
    assert found == {"a": ["incomplete"], "b": []}


def test_an_activity_without_pipelines_lies_where_the_templates_say() -> None:
    old = {
        "old_pipeline_id": None,
        "new_pipeline_id": None,
        "opportunity_value": None,
        "user_id": "",
        "created_by": "u",
    }
    rows = [change(5, "a0", "a1", **old), change(6, "a1", "b0", activity_at="2026-01-09T09:00:00", **old)]
    log = close.history(rows, templates=TEMPLATES)
    assert [(each["pipeline"], each["amount"], each["by"], str(each["at"])[:10]) for each in log.rows] == [
        ("a", "", "u", "2026-01-05"), ("b", "", "u", "2026-01-09")
    ]  # fmt: skip
    assert codes(log) == [("time.zone", ""), ("pipeline.changed", "[1]")]
    assert [each["pipeline"] for each in close.history(rows[:1]).rows] == [""]
    assert str(close.history(rows, zone="Europe/Vienna").rows[1]["at"])[11:13] == "08"


def test_what_is_no_change_of_a_status_and_what_cannot_be_read_is_named() -> None:
    log = close.history(answer(
        change(5, None, "a0"), {"_type": "Call"}, {"_type": "Call"}, change(6, "a0", "a1", date_created="1/6/2026"),
        change(7, "a0", "a1", opportunity_value="much"), change(7, "a0", "a1", new_status_id=None), more=True,
    ))  # fmt: skip
    rows, holes = read_and_holes(log)
    assert ([(each["source"], each["stage"]) for each in rows], holes) == ([("", "a0")], ["oppo_1"])
    assert codes(log) == [
        ("page.more", ""), ("row.other", ""), ("time.unreadable", "data[3].date_created"),
        ("payload.value", "data[4].opportunity_value"), ("payload.value", "data[5].new_status_id"),
    ]  # fmt: skip
    assert (log.report.rows, log.report.dropped) == (6, 5)


@pytest.mark.parametrize("read", [close.pipelines, close.history])
@pytest.mark.parametrize("bad", [{"results": []}, {"data": 5}, {"error": "no such key"}, "x", [5]])
def test_what_is_no_answer_is_refused(read: Any, bad: Any) -> None:
    with pytest.raises(LoadError):
        read(bad)


def test_a_status_of_another_type_is_refused_with_its_place() -> None:
    with pytest.raises(LoadError) as caught:
        close.pipelines(answer(pipeline("a", "active", "paused")))
    assert "one of active, won, lost, not 'paused' @ data[0].statuses[1].type" in str(caught.value)


@given(payload=mutated(PIPELINES))
def test_spoilt_pipelines_are_read_or_refused(payload: Any) -> None:
    reading = or_refused(close.pipelines, payload)
    assert reading is None or {each.version for each in reading.items} <= {"1"}


@given(payload=mutated(HISTORY))
def test_a_spoilt_history_is_read_or_refused_and_can_be_audited(payload: Any) -> None:
    log = or_refused(close.history, payload)
    for template in TEMPLATES:
        found = audit_log(template, log.of(template.id).rows, **log.columns) if log else ()
        assert not {each.code for each in found} & {"bad_time", "naive_time"}


@given(order=st.permutations(HISTORY["data"]), cut=st.integers(0, 4))
def test_the_order_of_rows_and_pages_changes_nothing(order: list[Any], cut: int) -> None:
    assert close.history([answer(*order[cut:]), answer(*order[:cut])]).rows == close.history(HISTORY).rows
