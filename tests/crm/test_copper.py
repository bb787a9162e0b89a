"""Copper: pipelines, lead statuses, opportunities and their changes are read; what is odd is named with its place."""

import json
import re
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.holes import read_and_holes
from crm.mutating import mutated, or_refused
from salesflow import Lead, LoadError, audit_log
from salesflow.crm import copper

MONDAY = 1767603600


def stage(id: Any, **more: Any) -> dict[str, Any]:
    return {"id": id, "name": "Negotiation", "win_probability": 40, **more}


PIPELINES = [
    {"id": 7, "name": "Sales", "stages": [stage(1), stage(2)]},
    {"id": 8, "name": "More", "stages": [stage(3)]},
]
TEMPLATES = copper.pipelines(PIPELINES).items


def activity(day: int, old: Any, new: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": day,
        "parent": {"id": 27, "type": "opportunity"},
        "type": {"id": 3, "category": "system"},
        "user_id": 5,
        "activity_date": MONDAY + day * 86_400,
        "old_value": old,
        "new_value": new,
        **more,
    }


def webhook(day: int, event: str = "update", **more: Any) -> dict[str, Any]:
    told = {"ids": [27], "type": "opportunity", "event": event, "received_at": MONDAY + day * 86_400, **more}
    return told if event != "update" else {"updated_attributes": {}, **told}


HISTORY = [
    webhook(0, "new"),
    webhook(1, updated_attributes={"pipeline_stage_id": [1, 2], "monetary_value": [None, 500], "tags": [[], ["x"]]}),
    webhook(2, updated_attributes={"status": ["Open", "Abandoned"]}),
    webhook(3, updated_attributes={"status": ["Abandoned", "Open"]}),
    webhook(4, "delete"),
]
DEAL = {
    "id": 27,
    "name": "Acme",
    "assignee_id": 5,
    "close_date": "2/21/2026",
    "loss_reason_id": 308806,
    "monetary_value": 500,
    "monetary_unit": "USD",
    "pipeline_id": 7,
    "pipeline_stage_id": 2,
    "status": "Lost",
    "custom_fields": [{"custom_field_definition_id": 99, "value": "x"}],
}


def codes(found: Any) -> list[str]:
    return [note.code for note in found.report.notes if note.code != "stage.added"]


def load(shared: Path, name: str) -> Any:
    return json.loads((shared / "crm" / "payloads" / "copper" / f"{name}.json").read_text("utf-8"))


# -- pipelines ----------------------------------------------------------------------------------------------


def test_the_documented_pipelines_stages_and_lead_statuses_are_read_together(shared: Path) -> None:
    reading = copper.pipelines([load(shared, name) for name in ("pipeline_stages", "pipelines", "lead_statuses")])
    sales, more, leads = reading.items
    assert [(each.label, each.probability) for each in sales.stages[:5]] == [
        ("Qualified", 5), ("Follow-up", 10), ("Presentation", 20), ("Contract Sent", 40), ("Negotiation", 80)
    ]  # fmt: skip
    assert [(each.id, each.outcome) for each in more.stages[4:]] == [
        ("Won", "won"), ("Lost", "lost"), ("Abandoned", "lost")
    ]  # fmt: skip
    assert (leads.record, [(each.name(), each.outcome) for each in leads.stages]) == (
        Lead, [("New", None), ("Open", None), ("Unqualified", None), ("Junk", None), ("Converted", "won")]
    )  # fmt: skip
    assert (reading.report.rows, codes(reading)) == (13, ["outcome.untold"])


def test_stages_alone_are_pipelines_without_a_name(shared: Path) -> None:
    reading = copper.pipelines(load(shared, "pipeline_stages"))
    assert [(each.id, len(each.stages)) for each in reading.items] == [("213214", 8), ("213215", 7)]
    assert codes(reading) == ["pipeline.unnamed"] * 2


def test_stages_of_a_pipeline_that_is_not_there_are_one_without_a_name() -> None:
    reading = copper.pipelines([stage(1, pipeline_id=9), stage(2, pipeline_id=9)])
    assert [(each.id, [step.id for step in each.stages[:2]]) for each in reading.items] == [("9", ["1", "2"])]
    assert codes(reading) == ["pipeline.unnamed"]


def test_a_stage_that_a_pipeline_does_not_list_comes_after_those_that_it_does() -> None:
    reading = copper.pipelines([*PIPELINES, stage(9, pipeline_id=7), stage(1, pipeline_id=7), stage(9, pipeline_id=7)])
    assert [each.id for each in reading.items[0].stages[:3]] == ["1", "2", "9"]
    assert codes(reading) == ["row.repeated"]


def test_lead_statuses_without_a_place_stand_as_they_are_listed() -> None:
    (template,) = copper.pipelines([{"id": 2, "name": "New", "is_default": True}, {"id": 1, "is_default": False}]).items
    assert [each.id for each in template.stages] == ["2", "1", "Converted"]


def test_a_pipeline_without_stages_is_dropped_and_told() -> None:
    reading = copper.pipelines([*PIPELINES, {"id": 9, "name": "Empty", "stages": []}])
    assert ([each.id for each in reading.items], codes(reading)) == (["7", "8"], ["pipeline.unsound"])


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"results": []}, "the field 'pipeline_id' is missing; there are 'results' [payload.missing]"),
        ({"success": False, "status": 401, "message": "Invalid key"}, "Invalid key' [payload.error]"),
        ("x", "an object is wanted here, not 'x'"),
        ([[5]], "@ [0][0] [payload.shape]"),
        ([{"id": 1, "stages": [{"name": "A"}]}], "the field 'id' is missing; there are 'name' @ [0].stages[0]"),
    ],
)
def test_what_is_no_list_of_pipelines_is_named_with_its_place(bad: Any, said: str) -> None:
    with pytest.raises(LoadError) as caught:
        copper.pipelines(bad)
    assert said in str(caught.value)


# -- history ------------------------------------------------------------------------------------------------


def test_the_documented_activities_hold_no_move(shared: Path) -> None:
    log = copper.history(load(shared, "activities_search"), templates=TEMPLATES)
    assert (log.rows, log.report.rows, log.report.dropped, {*codes(log)}) == ((), 10, 10, {"row.other"})


def test_the_documented_body_of_a_webhook_is_read_once_it_is_filled_in(shared: Path) -> None:
    page = (shared / "crm" / "payloads" / "copper" / "webhook_notification.template.txt").read_text("utf-8")
    (body,) = re.findall(r"```\n(\{.*?\})\n```", page, re.DOTALL)
    filled = {
        "<entity_id_1>, <entity_id_2>, ...": "27, 28",
        "<entity_type>": "opportunity",
        "<event_type>": "update",
        "<subscription_id>": "1",
        "field_name": "pipeline_stage_id",
        "<old_value>": "1",
        "<new_value>": "2",
    }
    for placeholder, value in filled.items():
        body = body.replace(placeholder, value)
    log = copper.history({**json.loads(body), "received_at": MONDAY}, templates=TEMPLATES)
    assert [(each["deal"], each["source"], each["stage"]) for each in log.rows] == [("27", "1", "2"), ("28", "1", "2")]


def test_webhooks_tell_the_creation_the_moves_and_the_outcomes() -> None:
    log = copper.history(HISTORY, templates=TEMPLATES)
    assert [(each["source"], each["stage"], each["pipeline"]) for each in log.rows] == [
        ("", "1", "7"), ("1", "2", "7"), ("2", "Abandoned", "7"), ("Abandoned", "2", "7")
    ]  # fmt: skip
    assert [each.get("amount") for each in log.rows] == [None, "500", "500", "500"]
    assert codes(log) == ["row.other", "history.first", "deal.deleted"]
    found = audit_log(TEMPLATES[0], log.of("7").rows, **log.columns)
    assert [each.code for each in found] == ["reopened_without_ground"]


def test_activities_tell_stages_as_numbers_or_as_objects_and_no_outcomes() -> None:
    log = copper.history([
        [activity(1, {"id": 1, "name": "A"}, {"id": 2}), activity(2, 2, 3, activity_date=None, date_created=MONDAY)],
        [activity(3, None, "1", activity_date=str(MONDAY + 99_000))],
    ])  # fmt: skip
    assert [each["stage"] for each in log.rows] == ["3", "2", "1"]
    assert ("source" in log.columns, codes(log)) == (False, ["outcome.untold"])


@pytest.mark.parametrize(
    ("row", "code", "whose"),
    [
        (activity(1, 1, 2, activity_date=MONDAY * 1000), "time.unreadable", ["27"]),
        (activity(1, 1, None), "payload.value", ["27"]),
        (activity(1, 1, {"name": "Won"}), "payload.missing", ["27"]),
        (activity(1, 1, 2, parent={"id": 1, "type": "lead"}), "row.other", []),
        (webhook(1, type="lead"), "row.other", []),
        (webhook(1, "merge"), "payload.value", ["27"]),
        (webhook(1, received_at=None), "payload.value", ["27"]),
        (webhook(1, updated_attributes={"status": ["Open", "Gone"]}), "payload.value", ["27"]),
        (webhook(1, updated_attributes={"status": "Won"}, ids=[27, 28]), "payload.shape", ["27", "28"]),
        (webhook(1, ids=5), "payload.shape", []),
    ],
)
def test_a_row_that_cannot_be_read_is_dropped_and_told(row: dict[str, Any], code: str, whose: list[str]) -> None:
    log = copper.history([*HISTORY, row], templates=TEMPLATES)
    rows, holes = read_and_holes(log)
    assert (len(rows), holes, code in codes(log)) == (4, whose, True)


@pytest.mark.parametrize("bad", [{"results": []}, "x", [5], {"success": False}, [activity(1, 1, None)]])
def test_what_is_no_history_is_refused(bad: Any) -> None:
    with pytest.raises(LoadError):
        copper.history(bad)


# -- records ------------------------------------------------------------------------------------------------


def test_a_lost_opportunity_has_its_reason_and_what_it_left(shared: Path) -> None:
    reading = copper.records([DEAL, {**DEAL, "id": 28, "status": "Open"}], loss_reasons=load(shared, "loss_reasons"))
    lost, open_ = reading.items
    assert (lost.loss and lost.loss.reason, str(lost.expected_close), str(lost.amount)) == (
        "Price", "2026-02-21", "500.00 USD"
    )  # fmt: skip
    assert dict(lost.fields) == {"99": "x", "stage": "Lost", "left": "2", "pipeline": "7"}
    assert (open_.loss, open_.fields["stage"], open_.fields["left"]) == (None, "2", None)
    assert codes(reading) == ["record.contradiction"]


def test_a_reason_for_a_loss_that_is_not_listed_stays_a_number_and_one_of_an_open_deal_is_named() -> None:
    reading = copper.records([DEAL, {**DEAL, "id": 28, "status": "Won"}])
    assert [deal.loss and deal.loss.reason for deal in reading.items] == ["308806", None]
    assert codes(reading) == ["record.contradiction"]


@pytest.mark.parametrize(
    ("dates", "read"),
    [
        (["2/3/2026", "2/21/2026"], ["2026-02-03", "2026-02-21"]),
        (["2/3/2026", "21/2/2026"], ["2026-03-02", "2026-02-21"]),
        (["2/3/2026", "3/3/2026"], ["None", "2026-03-03"]),
        (["2/3/2026", "2/21/2026", "21/2/2026"], ["None", "2026-02-21", "2026-02-21"]),
        (["2026-02-03", "13/13/2026", "", None, "soon"], ["2026-02-03", "None", "None", "None", "None"]),
    ],
)
def test_a_date_is_read_in_the_order_that_the_others_show_and_never_guessed(dates: list[Any], read: list[str]) -> None:
    deals = [{**DEAL, "id": place, "close_date": each} for place, each in enumerate(dates)]
    reading = copper.records(deals)
    assert [str(deal.expected_close) for deal in reading.items] == read
    left_out = sum(day == "None" and bool(told) for day, told in zip(read, dates, strict=True))
    assert Counter(codes(reading))["date.unreadable"] == left_out


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"status": "Gone"}, "payload.value"),
        ({"id": 27}, "row.repeated"),
        ({"pipeline_stage_id": None}, "payload.value"),
        ({"name": "x" * 600}, "payload.value"),
    ],
)
def test_an_opportunity_that_cannot_be_taken_over_is_dropped_and_told(more: dict[str, Any], code: str) -> None:
    reading = copper.records([DEAL, {**DEAL, "id": 9, **more}])
    assert ([deal.id for deal in reading.items], code in codes(reading)) == (["27"], True)


def test_money_without_a_currency_and_fields_of_several_values_are_named() -> None:
    fields = [{"custom_field_definition_id": 1, "value": [1, 2]}]
    reading = copper.records(
        [{**DEAL, "monetary_unit": "$", "custom_fields": fields}, {**DEAL, "id": 2, "monetary_value": None}]
    )
    assert [deal.fields.get("amount") for deal in reading.items] == ["500", None]
    assert codes(reading) == ["record.amount", "field.shape"]
    with pytest.raises(LoadError):
        copper.records({"results": []})


# -- laws ---------------------------------------------------------------------------------------------------


@given(payload=mutated([PIPELINES, [{"id": 1, "name": "New", "order": 1, "is_default": True}]]))
def test_spoilt_pipelines_are_read_or_refused(payload: Any) -> None:
    reading = or_refused(copper.pipelines, payload)
    assert reading is None or {each.version for each in reading.items} <= {"1"}


@given(payload=mutated(HISTORY) | mutated([activity(1, 1, 2), activity(2, 2, 3)]))
def test_a_spoilt_history_is_read_or_refused_and_can_be_audited(payload: Any) -> None:
    log = or_refused(partial(copper.history, templates=TEMPLATES), payload)
    for template in TEMPLATES:
        found = audit_log(template, log.of(template.id).rows, **log.columns) if log else ()
        assert not {each.code for each in found} & {"bad_time", "naive_time"}


@given(payload=mutated([DEAL, {**DEAL, "id": 2}]))
def test_spoilt_opportunities_are_read_or_refused(payload: Any) -> None:
    reading = or_refused(copper.records, payload)
    assert reading is None or {deal.stage for deal in reading.items} <= {None}


@given(order=st.permutations(HISTORY))
def test_the_order_of_rows_changes_nothing(order: list[Any]) -> None:
    assert copper.history(order, templates=TEMPLATES).rows == copper.history(HISTORY, templates=TEMPLATES).rows
