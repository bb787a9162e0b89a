"""Pipedrive: stages, fields, deals and their changes are read, and each thing that is odd is named with its place."""

import csv
import json
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.holes import read_and_holes
from crm.mutating import mutated, or_refused
from salesflow import LoadError, audit_log
from salesflow.crm import pipedrive


def stage(id: Any, order: Any, *, pipeline: Any = 1, **more: Any) -> dict[str, Any]:
    return {"id": id, "order_nr": order, "name": f"Stage {id}", "pipeline_id": pipeline, "deal_probability": 40, **more}


def pipeline(id: Any, **more: Any) -> dict[str, Any]:
    return {"id": id, "name": f"Pipeline {id}", "order_nr": id, **more}


def field(code: str, *, enabled: bool = True, stages: Any = (), statuses: Any = None) -> dict[str, Any]:
    required = {"enabled": enabled, "stage_ids": [*stages], "statuses": statuses or {}}
    return {"field_name": code, "field_code": code, "required_fields": required}


def answer(*data: Any, **more: Any) -> dict[str, Any]:
    return {"success": True, "data": [*data], **more}


def flow(field: str, old: Any, new: Any, at: Any, *, deal: Any = 120) -> dict[str, Any]:
    change = {"item_id": deal, "user_id": 7, "field_key": field, "old_value": old, "new_value": new, "log_time": at}
    return {"object": "dealChange", "timestamp": at, "data": change}


def row(deal: str, field: str, new: str, at: str) -> dict[str, str]:
    return {"deal_id": deal, "change_time": at, "changed_field_key": field, "new_value": new}


STAGES = answer(stage(1, 1), stage(2, 2), stage(3, 3), stage(8, 1, pipeline=2))
TEMPLATES = pipedrive.pipelines(STAGES).items
FLOW = answer(
    flow("status", "lost", "open", "2026-01-09 09:00:00"),
    flow("add_time", None, "2026-01-05 09:00:00", "2026-01-05 09:00:00"),
    flow("stage_id", "1", "3", "2026-01-06 09:00:00"),
    flow("status", "open", "lost", "2026-01-07 09:00:00"),
    flow("title", "a", "b", "2026-01-07 09:00:00"),
    {"object": "activity", "timestamp": "2026-01-07 09:00:00", "data": {"id": 8}},
)
DEAL = {
    "id": 5,
    "title": "Acme",
    "owner_id": 7,
    "value": 200,
    "currency": "EUR",
    "stage_id": 2,
    "pipeline_id": 1,
    "status": "lost",
    "lost_reason": "price",
    "expected_close_date": "2026-03-01",
    "custom_fields": {"abc": "x", "weight": 1.5, "several": [1]},
}


def codes(found: Any) -> list[tuple[str, str]]:
    return [(note.code, note.place) for note in found.report.notes if note.code not in {"stage.added", "time.zone"}]


# -- pipelines ----------------------------------------------------------------------------------------------


def test_the_documented_stages_pipelines_and_fields_are_read_together(shared: Path) -> None:
    names = ("stages_v2_doc", "pipelines_v2_doc", "deal_fields")
    folder = shared / "crm" / "payloads" / "pipedrive"
    reading = pipedrive.pipelines([json.loads((folder / f"{name}.json").read_text("utf-8")) for name in names])
    (template,) = reading.items
    assert (template.id, template.label) == ("1", "Pipeline Name")
    asked = ["fields.40characterhashforcustomfieldidentifier"]
    assert [(each.id, each.probability, [rule.field for rule in each.rules]) for each in template.stages] == [  # type: ignore[union-attr]
        ("1", 100, []), ("won", None, asked), ("lost", None, asked)
    ]  # fmt: skip
    assert Counter(note.code for note in reading.report.notes) == {
        "page.more": 3, "rule.homeless": 3, "stage.added": 2
    }  # fmt: skip


def test_each_pipeline_is_a_template_with_its_two_closing_stages() -> None:
    reading = pipedrive.pipelines([answer(pipeline(2), pipeline(1)), answer(stage(2, 2), stage("8", 1, pipeline="2")),
                                   answer(stage(1, 1))])  # fmt: skip
    assert [(each.id, each.label, [one.id for one in each.stages]) for each in reading.items] == [
        ("2", "Pipeline 2", ["8", "won", "lost"]), ("1", "Pipeline 1", ["1", "2", "won", "lost"])
    ]  # fmt: skip
    assert (reading.report.rows, codes(reading)) == (3, [])


def test_stages_alone_name_their_pipeline_in_the_first_version_and_not_in_the_second() -> None:
    first = pipedrive.pipelines(answer(stage(1, 0, pipeline_name="Sales", active_flag=True)))
    second = pipedrive.pipelines(answer(stage(1, 1)))
    assert ([each.label for each in first.items], codes(first)) == (["Sales"], [])
    assert ([each.label for each in second.items], codes(second)) == (["1"], [("pipeline.unnamed", "data[0]")])


@pytest.mark.parametrize(
    "switch",
    [[{"is_deal_probability_enabled": False}, {}], [{"deal_probability": False}, {}],
     [{}, {"pipeline_deal_probability": False}]],
    ids=["v2", "v1", "v1 on the stage"],
)  # fmt: skip
def test_chances_to_win_that_are_switched_off_are_left_out_and_told(switch: list[dict[str, Any]]) -> None:
    reading = pipedrive.pipelines([answer(pipeline(1, **switch[0])), answer(stage(1, 1, **switch[1]))])
    assert [each.probability for each in reading.items[0].stages] == [None, None, None]
    assert codes(reading) == [("pipeline.chances", "[0].data[0]")]


@pytest.mark.parametrize("gone", [{"is_deleted": True}, {"active_flag": False}], ids=["v2", "v1"])
def test_a_stage_that_is_deleted_is_retired(gone: dict[str, Any]) -> None:
    (template,) = pipedrive.pipelines(answer(stage(1, 1), stage(2, 2, **gone))).items
    assert [each.life for each in template.stages] == ["active", "retired", "active", "active"]


@pytest.mark.parametrize("gone", [{"is_deleted": True}, {"active": False}], ids=["v2", "v1"])
def test_a_pipeline_that_is_deleted_is_read_and_told_and_one_without_stages_dropped(gone: dict[str, Any]) -> None:
    reading = pipedrive.pipelines([answer(pipeline(1, **gone), pipeline(9)), answer(stage(1, 1))])
    assert [each.id for each in reading.items] == ["1"]
    assert codes(reading) == [("pipeline.archived", "[0].data[0]"), ("pipeline.unsound", "[0].data[1]")]


def test_a_field_is_asked_for_in_its_stages_before_its_outcomes_or_everywhere() -> None:
    fields = answer(
        field("value", stages=[2]), field("lost_reason", statuses={"1": ["lost"]}), field("abc"),
        field("title", enabled=False), {"field_code": "label"}, field("x", stages=[99], statuses={"7": ["won"]}),
    )  # fmt: skip
    reading = pipedrive.pipelines([STAGES, fields])
    told = {each.id: [rule.field for rule in each.rules] for each in reading.items[0].stages}  # type: ignore[union-attr]
    assert told == {
        "1": ["fields.abc"], "2": ["amount", "fields.abc"], "3": ["fields.abc"], "won": [], "lost": ["loss.reason"]
    }  # fmt: skip
    assert [code for code, _ in codes(reading)] == ["pipeline.unnamed"] * 2 + ["rule.homeless"] * 2


def test_a_table_of_stages_is_one_pipeline_in_the_order_of_its_rows() -> None:
    reading = pipedrive.pipelines([{"stage_id": "4", "stage_name": "Lead"}, {"stage_id": "2", "stage_name": "Offer"}])
    assert [(each.id, each.label) for each in reading.items[0].stages[:2]] == [("4", "Lead"), ("2", "Offer")]
    assert [code for code, _ in codes(reading)] == ["pipeline.unnamed", "stage.order"]


def test_a_page_that_was_sent_twice_counts_once_and_a_missing_last_page_is_told() -> None:
    first = answer(stage(1, 1), additional_data={"next_cursor": "abc"})
    last = answer(stage(2, 2), additional_data={"next_cursor": None})
    assert codes(pipedrive.pipelines([first, last, first])) == [
        ("row.repeated", "[2].data[0]"), ("pipeline.unnamed", "[0].data[0]")
    ]  # fmt: skip
    old = answer(stage(1, 1), additional_data={"pagination": {"more_items_in_collection": True}})
    for page in (first, old):
        assert codes(pipedrive.pipelines(page))[0] == ("page.more", "")


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"results": []}, "the field 'id' is missing; there are 'results' [payload.missing]"),
        ("x", "an object is wanted here, not 'x' [payload.shape]"),
        ({"success": False, "error": "unauthorized access"}, "unauthorized access' [payload.error]"),
        (answer(5), "an object is wanted here, not 5 @ data[0] [payload.shape]"),
        (answer(stage(1, "first")), "data[0].order_nr [payload.value]"),
        (answer({"id": 1, "pipeline_id": 2}), "the field 'stage_name' is missing"),
        ([STAGES, answer(field("ä" * 10))], "no field is called"),
    ],
    ids=["another system", "a text", "an error", "no object", "no number", "renamed", "no field"],
)
def test_what_is_no_payload_of_stages_is_named_with_its_place(bad: Any, said: str) -> None:
    with pytest.raises(LoadError) as caught:
        pipedrive.pipelines(bad)
    assert said in str(caught.value)


def test_an_answer_without_data_holds_nothing() -> None:
    assert pipedrive.pipelines({"success": True, "data": None}).items == ()


# -- history ------------------------------------------------------------------------------------------------


def test_a_stage_that_is_in_no_pipeline_is_told_where_it_was_put() -> None:
    stages = [{"id": id, "name": "S", "order_nr": id, "pipeline_id": home} for id, home in ((1, 9), (2, None))]
    reading = pipedrive.pipelines([{"data": stages}, {"data": [{"id": 9, "name": "P"}, {"id": 1, "name": "Q"}]}])
    assert [(each.id, each.stages[0].id) for each in reading.items] == [("9", "1"), ("1", "2")]
    (note,) = [each for each in reading.report.notes if each.code == "pipeline.assumed"]
    assert str(note) == (
        "assumed: the stage '2' is in no pipeline: taken for one of the pipeline '1' @ [0].data[1] [pipeline.assumed]"
    )


def test_the_documented_flow_and_changelog_are_read(shared: Path) -> None:
    folder = shared / "crm" / "payloads" / "pipedrive"
    read = {name: json.loads((folder / f"deal_{name}.json").read_text("utf-8")) for name in ("flow", "changelog")}
    for told, rows in ((read["flow"], 3), ({"9": read["changelog"]}, 2)):
        log = pipedrive.history(told, templates=TEMPLATES)
        assert (log.rows, log.report.rows) == ((), rows)
        assert {note.code for note in log.report.notes} == {"page.more", "row.other", "time.zone"}


def test_the_exported_changes_are_audited_with_the_stages_beside_them(shared: Path) -> None:
    def table(name: str) -> list[dict[str, str]]:
        with (shared / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return [*csv.DictReader(file)]

    reading = pipedrive.pipelines(table("pipedrive_stages"))
    log = pipedrive.history(table("pipedrive_deal_changes"), templates=reading.items)
    assert (log.report.rows, len(log.rows), log.report.dropped) == (15_406, 12_906, 2_500)
    (template,) = reading.items
    found = audit_log(template, log.of(template.id).rows, **log.columns)
    assert Counter(each.code for each in found) == {
        "skip": 2501, "reused_id": 5, "step_back": 5, "starts_in_the_middle": 4, "reopened_without_ground": 4,
        "repeated_stage": 3,
    }  # fmt: skip


def test_a_flow_tells_the_first_stage_the_loss_and_the_reopening() -> None:
    log = pipedrive.history(FLOW, templates=TEMPLATES)
    assert [(each["source"], each["stage"], each["pipeline"], each["by"]) for each in log.rows] == [
        ("", "1", "1", "7"), ("1", "3", "1", "7"), ("3", "lost", "1", "7"), ("lost", "3", "1", "7")
    ]  # fmt: skip
    assert [code for code, _ in codes(log)] == ["row.other", "row.other", "history.first"]
    template = TEMPLATES[0]
    found = audit_log(template, log.of("1").rows, **log.columns)
    assert [each.code for each in found] == ["skip", "reopened_without_ground"]


def test_a_changelog_is_of_the_deal_that_the_caller_names() -> None:
    def entry(field: str, old: Any, new: Any, at: str) -> dict[str, Any]:
        return {"field_key": field, "old_value": old, "new_value": new, "actor_user_id": 7, "time": at}

    first = answer(entry("stage_id", "2", "3", "2026-01-06 09:00:00"), additional_data={"next_cursor": "abc"})
    last = answer(
        entry("stage_id", "1", "2", "2026-01-05 09:00:00"), entry("status", "open", "won", "2026-01-07T09:00:00Z")
    )
    log = pipedrive.history({"9": [first, last], "8": last}, templates=TEMPLATES, zone="Europe/Vienna")
    assert [(each["deal"], each["stage"], str(each["at"])[11:13]) for each in log.rows] == [
        ("8", "2", "08"), ("8", "won", "09"), ("9", "2", "08"), ("9", "3", "08"), ("9", "won", "09")
    ]  # fmt: skip
    assert log.report.notes == ()
    with pytest.raises(LoadError, match="does not say whose it is"):
        pipedrive.history(last)


def test_a_reason_is_taken_for_the_loss_where_no_status_is_told() -> None:
    rows = [
        row("1", "add_time", "", "2026-01-05 09:00:00"),
        row("1", "stage_id", "1", "2026-01-06 09:00:00"),
        row("1", "lost_reason", "5", "2026-01-07 09:00:00"),
        row("1", "lost_reason", "", "2026-01-08 09:00:00"),
    ]
    log = pipedrive.history(rows, templates=TEMPLATES)
    assert [(each["stage"], each.get("loss.reason"), each["pipeline"]) for each in log.rows] == [
        ("", None, "1"), ("1", None, "1"), ("lost", "5", "1")
    ]  # fmt: skip
    assert [code for code, _ in codes(log)] == ["outcome.reason"]
    with_status = pipedrive.history([*rows, row("1", "status", "won", "2026-01-09 09:00:00")], templates=TEMPLATES)
    assert [each["stage"] for each in with_status.rows] == ["", "1", "won"]


@pytest.mark.parametrize(
    ("change", "code", "whose"),
    [
        (flow("status", "open", "gone", "2026-01-06 09:00:00"), "payload.value", ["120"]),
        (flow("stage_id", "1", None, "2026-01-06 09:00:00"), "payload.value", ["120"]),
        (flow("stage_id", "1", ["2"], "2026-01-06 09:00:00"), "payload.value", ["120"]),
        (flow("stage_id", "1", "2", "01/06/2026 9:00 AM"), "time.unreadable", ["120"]),
        (flow("stage_id", "1", "2", 1767603600), "time.unreadable", ["120"]),
        (flow("status", "open", "deleted", "2026-01-06 09:00:00"), "deal.deleted", []),
    ],
    ids=["no status", "no stage", "a list", "US date", "epoch", "deleted"],
)
def test_a_change_that_cannot_be_read_is_dropped_and_told(change: dict[str, Any], code: str, whose: list[str]) -> None:
    log = pipedrive.history(answer(*FLOW["data"], change), templates=TEMPLATES)
    rows, holes = read_and_holes(log)
    assert (len(rows), holes) == (4, whose)
    assert code in [note.code for note in log.report.notes]


@pytest.mark.parametrize("bad", [{"results": []}, "x", [5], answer({"a": 1}), {"1": {"results": 5}}])
def test_what_is_no_history_is_refused(bad: Any) -> None:
    with pytest.raises(LoadError):
        pipedrive.history(bad)


# -- records ------------------------------------------------------------------------------------------------


def test_the_documented_deal_is_read_and_its_contradictions_named(shared: Path) -> None:
    reading = pipedrive.records(
        json.loads((shared / "crm" / "payloads" / "pipedrive" / "deals_v2_doc.json").read_text("utf-8"))
    )
    (deal,) = reading.items
    assert (deal.id, deal.name, str(deal.amount), dict(deal.fields)) == (
        "1", "Deal Title", "200.00 USD", {"stage": "1", "left": None, "pipeline": "1"}
    )  # fmt: skip
    assert Counter(code for code, _ in codes(reading)) == {"page.more": 1, "record.contradiction": 3}


def test_a_lost_deal_can_be_adopted_where_it_lies_with_what_it_left() -> None:
    reading = pipedrive.records(answer(DEAL, {**DEAL, "id": 6, "status": "open", "lost_reason": "", "currency": ""}))
    lost, open_ = reading.items
    fields = {"abc": "x", "weight": "1.5", "stage": "lost", "left": "2", "pipeline": "1"}
    assert (lost.loss and lost.loss.reason, dict(lost.fields)) == ("price", fields)
    assert (open_.amount, open_.fields["amount"], open_.fields["stage"]) == (None, "200", "2")
    assert [code for code, _ in codes(reading)] == ["field.shape", "field.shape", "record.amount"]
    adopted = TEMPLATES[0].adopt(lost, stage="lost", left="2", at=pipedrive_time())
    assert (adopted.stage, adopted.left) == ("lost", "2")


def pipedrive_time() -> Any:
    (log,) = pipedrive.history(answer(flow("stage_id", "1", "2", "2026-01-06 09:00:00"))).rows
    return log["at"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"status": "deleted"}, "row.deleted"),
        ({"is_deleted": True}, "row.deleted"),
        ({"status": "gone"}, "payload.value"),
        ({"stage_id": None}, "payload.value"),
        ({"title": "x" * 600}, "payload.value"),
        ({"expected_close_date": "03/01/2026"}, "payload.value"),
        ({"value": "much"}, "payload.value"),
        ({"id": 5}, "row.repeated"),
    ],
)
def test_a_deal_that_cannot_be_taken_over_is_dropped_and_told(more: dict[str, Any], code: str) -> None:
    reading = pipedrive.records(answer(DEAL, {**DEAL, "id": 9, **more}))
    assert [deal.id for deal in reading.items] == ["5"]
    assert code in [note.code for note in reading.report.notes]
    with pytest.raises(LoadError):
        pipedrive.records(answer({"a": 1}))


def test_a_deal_whose_times_contradict_its_status_is_named() -> None:
    reading = pipedrive.records(answer({**DEAL, "status": "won", "won_time": "2026-02-01T09:00:00Z"}))
    assert ([deal.fields["stage"] for deal in reading.items], reading.items[0].loss) == (["won"], None)
    assert codes(reading)[0] == ("record.contradiction", "data[0]")


# -- laws ---------------------------------------------------------------------------------------------------


@given(payload=mutated([STAGES, answer(pipeline(1)), answer(field("value", stages=[2]))]))
def test_spoilt_stages_are_read_or_refused(payload: Any) -> None:
    reading = or_refused(pipedrive.pipelines, payload)
    assert reading is None or {each.version for each in reading.items} <= {"1"}


@given(payload=mutated(FLOW) | mutated([row("1", "stage_id", "1", "2026-01-05 09:00:00")] * 2))
def test_a_spoilt_history_is_read_or_refused_and_what_is_read_can_be_audited(payload: Any) -> None:
    log = or_refused(partial(pipedrive.history, templates=TEMPLATES), payload)
    for template in TEMPLATES:
        found = audit_log(template, log.of(template.id).rows, **log.columns) if log else ()
        assert not {each.code for each in found} & {"bad_time", "naive_time"}


@given(payload=mutated(answer(DEAL)))
def test_spoilt_deals_are_read_or_refused(payload: Any) -> None:
    reading = or_refused(pipedrive.records, payload)
    assert reading is None or {deal.stage for deal in reading.items} <= {None}


@given(order=st.permutations(FLOW["data"]), cut=st.integers(0, 6))
def test_the_order_of_rows_and_pages_changes_nothing(order: list[Any], cut: int) -> None:
    shuffled = [answer(*order[cut:]), answer(*order[:cut])]
    assert pipedrive.history(shuffled, templates=TEMPLATES).rows == pipedrive.history(FLOW, templates=TEMPLATES).rows
