"""HubSpot: its real pipeline is read whole, and each thing that is not what it claims is named with its place."""

import csv
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acme import NOW, days
from crm.holes import read_and_holes
from crm.instances import instances
from crm.mutating import mutated
from salesflow import Actor, LoadError, Money, Opportunity, StageTemplate, audit_log
from salesflow.crm import Report, hubspot
from salesflow.values import FrozenMap


def stage(id: str, order: Any, *, closed: str = "false", probability: Any = "0.5", **more: Any) -> dict[str, Any]:
    metadata = {"isClosed": closed, "probability": probability}
    return {"id": id, "label": id.title(), "displayOrder": order, "metadata": metadata, "archived": False, **more}


def payload(*stages: dict[str, Any], id: Any = "default") -> dict[str, Any]:
    return {"results": [{"id": id, "label": "Sales", "stages": list(stages)}]}


def deal(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "properties": {"pipeline": "default"},
        "propertiesWithHistory": {"dealstage": list(changes)},
        **more,
    }


def test_the_recorded_pipeline_is_read_and_the_history_beside_it_audited(shared: Path) -> None:
    folder = shared / "crm" / "payloads" / "hubspot"
    reading = hubspot.pipelines(json.loads((folder / "pipelines_deals_v3.json").read_text("utf-8")))
    (template,) = reading.items
    assert [(each.id, each.outcome, each.probability) for each in template.stages] == [
        ("appointmentscheduled", None, 20),
        ("qualifiedtobuy", None, 40),
        ("presentationscheduled", None, 60),
        ("decisionmakerboughtin", None, 80),
        ("contractsent", None, 90),
        ("closedwon", "won", 100),
        ("closedlost", "lost", 0),
    ]
    assert (reading.report.rows, reading.report.notes) == (7, ())
    told = (folder / "RECONSTRUCTED_deal_with_dealstage_history.json").read_text("utf-8")
    log = hubspot.history(json.loads(told))
    assert (log.report.rows, log.report.notes) == (3, ())
    found = audit_log(template, log.of("default").rows, **log.columns)
    assert [(each.deal, each.source, each.target, each.code) for each in found] == [
        ("9001", "appointmentscheduled", "contractsent", "skip")
    ]


def test_stages_stand_in_their_display_order_and_keep_the_outcome_that_metadata_tells() -> None:
    won, lost = stage("w", 3, closed="true", probability="1.0"), stage("l", 4, closed="true", probability="0.0")
    (template,) = hubspot.pipelines(payload(won, lost, stage("b", 2), stage("a", 1))).items
    assert [(each.id, each.outcome) for each in template.stages] == [
        ("a", None), ("b", None), ("w", "won"), ("l", "lost")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({}, "the field 'results' is missing; there are none [payload.missing]"),
        ({"results": 5}, "a list is wanted here, not 5 @ results [payload.shape]"),
        ("x", "an object is wanted here, not 'x' [payload.shape]"),
        (payload(stage("a", "first")), "results[0].stages[0].displayOrder [payload.value]"),
        (payload({"id": "a"}), "the field 'metadata' is missing; there are 'id' @ results[0].stages[0]"),
        (
            payload({**stage("a", 0), "metadata": {"closed": "true", "probability": "1.0"}}),
            "the field 'isClosed' is missing; there are 'closed', 'probability' @ results[0].stages[0].metadata",
        ),
        (
            payload({**stage("a", 0), "metadata": {"isClosed": "true"}}),
            "the field 'probability' is missing; there are 'isClosed' @ results[0].stages[0].metadata",
        ),
        (
            payload(stage("a", 0, closed="")),
            "yes or no is wanted here, not nothing @ results[0].stages[0].metadata.isC",
        ),
        (payload(stage("a", 0, closed="true", probability=None)), "@ results[0].stages[0].metadata.probability"),
    ],
    ids=[
        "nothing",
        "no list",
        "a text",
        "no number",
        "no metadata",
        "isClosed renamed",
        "no probability",
        "isClosed empty",
        "probability empty",
    ],
)
def test_what_is_no_payload_of_hubspot_is_named_with_its_place(bad: Any, said: str) -> None:
    with pytest.raises(LoadError) as caught:
        hubspot.pipelines(bad)
    assert said in str(caught.value)


@pytest.mark.parametrize("metadata", [{"isClosed": "false"}, {"isClosed": False, "probability": ""}], ids=repr)
def test_an_open_stage_needs_no_chance_to_win(metadata: dict[str, Any]) -> None:
    reading = hubspot.pipelines(payload({**stage("a", 0), "metadata": metadata}))
    assert [(each.outcome, each.probability) for each in reading.items[0].stages] == [(None, None)]
    assert reading.report.notes == ()


def test_a_change_that_cannot_be_read_is_dropped_and_told() -> None:
    good = {"value": "a", "timestamp": "2026-01-05T09:00:00Z"}
    log = hubspot.history([deal(good, {"value": "b", "timestamp": "soon"}, {"timestamp": "2026-01-06T09:00:00Z"})])
    rows, holes = read_and_holes(log)
    assert ([row["stage"] for row in rows], holes) == (["a"], ["1"])
    assert (log.report.rows, log.report.dropped) == (3, 2)
    assert [(note.code, note.place) for note in log.report.notes] == [
        ("time.unreadable", "[0].propertiesWithHistory.dealstage[1].timestamp"),
        ("payload.missing", "[0].propertiesWithHistory.dealstage[2]"),
    ]


def codes(report: Report) -> list[str]:
    return [note.code for note in report.notes]


def change(value: str, day: int, **more: Any) -> dict[str, Any]:
    return {"value": value, "timestamp": f"2026-01-{day:02}T09:00:00Z", "sourceType": "CRM_UI", **more}


OPEN = [stage("a", 0), stage("b", 1), stage("c", 2)]
CLOSED = [stage("w", 3, closed="true", probability="1.0"), stage("l", 4, closed="true", probability="0.0")]
SALES = payload(*OPEN, *CLOSED)


def test_a_page_that_is_not_the_last_and_one_that_came_twice_are_told() -> None:
    first = {**SALES, "paging": {"next": {"after": "1"}}}
    assert codes(hubspot.pipelines(first).report) == ["page.more"]
    reading = hubspot.pipelines([first, SALES, payload(*OPEN, id=12)])
    assert [template.id for template in reading.items] == ["default", "12"]
    assert codes(reading.report) == ["row.repeated"]


def test_an_archived_pipeline_is_read_and_told_and_its_archived_stages_are_retired() -> None:
    archived = {"results": [{**payload(*OPEN, stage("old", 9, archived=True))["results"][0], "archived": True}]}
    reading = hubspot.pipelines(archived)
    assert [(each.id, each.life) for each in reading.items[0].stages][-1] == ("old", "retired")
    assert codes(reading.report) == ["pipeline.archived"]


def test_the_hazards_of_real_pipelines_are_told() -> None:
    lost_but_open = stage("lost", 2, probability="0.0")
    reading = hubspot.pipelines(payload(stage("w", 0, closed="true", probability="1.0"), *OPEN, lost_but_open))
    assert [each.id for each in reading.items[0].stages] == ["w", "a", "b", "c", "lost"]
    assert codes(reading.report) == ["stage.order", "stage.unclosed"]


def test_ten_pipelines_with_equal_stages_stay_ten() -> None:
    reading = hubspot.pipelines([payload(*OPEN, *CLOSED, id=number) for number in range(10)])
    assert [template.id for template in reading.items] == [str(number) for number in range(10)]


# -- rules --------------------------------------------------------------------------------------------------


def sequence(*stages: str, everywhere: bool = False) -> dict[str, Any]:
    return {"enabledForAllStages": everywhere, "pipelineStageIds": list(stages)}


def rules(pipeline: str = "default", *, skip: Any = None, back: Any = None, create: Any = (), **more: Any) -> Any:
    told = {
        "noSkippingStagesRule": skip or sequence(),
        "noBackwardsMovementRule": back or sequence(),
        "objectCreationRule": {"pipelineStageIds": list(create)},
    }
    return {"pipelineId": pipeline, "id": "1", "governanceValidationRules": told, **more}


def permission(stage: str, *users: str, mode: str = "RESTRICTED", teams: Any = (), admin: bool = False) -> Any:
    return {
        "pipelineStageId": stage,
        "label": stage,
        "permissionMode": mode,
        "superAdmin": admin,
        "teamIds": list(teams),
        "userIds": list(users),
    }


def allowed(template: StageTemplate[Any], source: str, target: str, ground: str = "why") -> bool:
    record = template.adopt(Opportunity(id="1"), stage=source, at=NOW)
    return bool(template.check(record, to=target, at=days(1), ground=ground))


def test_without_rules_everything_passes_with_a_ground() -> None:
    (template,) = hubspot.pipelines(SALES, rules=rules()).items
    assert template == hubspot.pipelines(SALES).items[0]
    assert allowed(template, "a", "c")
    assert not allowed(template, "a", "c", ground="")


def test_a_pipeline_without_skips_and_steps_back_refuses_them_whatever_the_ground() -> None:
    strict = rules(skip=sequence(everywhere=True), back=sequence(everywhere=True), create=["b"])
    reading = hubspot.pipelines(SALES, rules=strict)
    (template,) = reading.items
    assert [allowed(template, *way) for way in (("a", "b"), ("a", "c"), ("b", "a"), ("l", "a"), ("a", "l"))] == [
        True, False, False, False, True
    ]  # fmt: skip
    assert template.policy.start_at == ("b",)
    assert codes(reading.report) == ["governance.meaning"] * 2


def test_a_rule_for_some_stages_holds_for_those_alone() -> None:
    some = rules(skip=sequence("b"), back=sequence("c", "l"))
    reading = hubspot.pipelines(SALES, rules=[some])
    (template,) = reading.items
    assert [allowed(template, "a", "c"), allowed(template, "b", "w")] == [False, True]
    assert [allowed(template, "c", "a"), allowed(template, "b", "a"), allowed(template, "l", "a")] == [
        False, True, False
    ]  # fmt: skip
    assert not allowed(template, "b", "a", ground="")
    assert codes(reading.report) == ["governance.meaning"] * 3


def test_a_rule_that_says_nothing_binds_nobody() -> None:
    told = rules()
    told["governanceValidationRules"] = dict.fromkeys(told["governanceValidationRules"])
    assert hubspot.pipelines(SALES, rules=told).items == hubspot.pipelines(SALES).items


def test_a_rule_for_what_is_not_there_is_dropped_and_told() -> None:
    odd = rules(skip=sequence("a", "gone"), create=["w"], approvalStage={"pipelineStageId": "b"})
    reading = hubspot.pipelines(SALES, rules=[odd, rules("other")])
    assert reading.items[0].policy.start_at is None
    assert sorted({(note.code, note.kind) for note in reading.report.notes}) == [
        ("governance.approval", "dropped"),
        ("governance.meaning", "assumed"),
        ("governance.other", "dropped"),
        ("governance.stage", "dropped"),
    ]
    assert len(reading.report.notes) == 6


def test_who_may_edit_a_stage_may_bring_a_deal_there() -> None:
    told = {
        "pipelineId": "default",
        "stages": [
            permission("b", "7", teams=["9"], admin=True),
            permission("c"),
            permission("w", "8", mode="OPEN"),
            permission("gone", "7"),
        ],
    }
    reading = hubspot.pipelines(SALES, permissions=told)
    (template,) = reading.items
    assert [each.id for each in template.stages if each.rules] == ["b"]
    deal = template.adopt(Opportunity(id="1"), stage="a", at=NOW)
    asked = {role: template.check(deal, to="b", at=NOW, by=Actor(id="x", roles=(role,))) for role in ROLES}
    assert {role: bool(verdict) for role, verdict in asked.items()} == dict.fromkeys(ROLES[:3], True) | {
        "user:8": False
    }
    assert codes(reading.report) == ["governance.stage", "governance.nobody", "governance.meaning"]


ROLES = ("user:7", "team:9", "super_admin", "user:8")


def test_a_stage_that_is_restricted_to_nobody_alone_asks_for_no_role() -> None:
    reading = hubspot.pipelines(SALES, permissions={"pipelineId": "default", "stages": [permission("c")]})
    assert [each.id for each in reading.items[0].stages if each.rules] == []
    assert codes(reading.report) == ["governance.nobody"]


@pytest.mark.parametrize("name", ["PublicPipelineRules", "PublicPipelineStagePermissions"])
def test_whatever_the_schema_of_the_rules_allows_makes_a_template(shared: Path, name: str) -> None:
    told = (shared / "crm" / "payloads" / "hubspot" / "pipeline_governance_schemas.json").read_text("utf-8")
    schemas = json.loads(told)["schemas"]
    argument = {"PublicPipelineRules": "rules", "PublicPipelineStagePermissions": "permissions"}[name]

    words = ("a", "b", "c", "w", "l", "default", "77")

    @given(instances(schemas, schemas[name], words))
    def every_instance(instance: Any) -> None:
        told: dict[str, Any] = {argument: {**instance, "pipelineId": "default"}}
        (template,) = hubspot.pipelines(SALES, **told).items
        assert [each.id for each in template.stages] == ["a", "b", "c", "w", "l"]

    every_instance()


def test_a_value_of_a_history_has_the_fields_of_the_schema(shared: Path) -> None:
    told = (shared / "crm" / "payloads" / "hubspot" / "ValueWithTimestamp_schema.json").read_text("utf-8")
    assert change("a", 5).keys() == set(json.loads(told)["required"])
    assert {"updatedByUserId", "sourceId"} < set(json.loads(told)["properties"])


# -- histories ----------------------------------------------------------------------------------------------


def test_who_did_it_is_the_user_or_else_the_source() -> None:
    log = hubspot.history(deal(change("a", 5, updatedByUserId=7, sourceId="x"), change("b", 6, sourceId="flow:1")))
    assert [row["by"] for row in log.rows] == ["7", "flow:1"]
    assert dict(log.columns) == {name: name for name in ("deal", "stage", "at", "by", "created")}


def test_times_may_be_milliseconds_as_number_and_as_text_and_not_seconds() -> None:
    told = [{"value": value, "timestamp": at} for value, at in (("a", 1767603600000), ("b", "1767603600000"))]
    log = hubspot.history(deal(*told, {"value": "c", "timestamp": 1767603600}))
    rows, holes = read_and_holes(log)
    assert ([row["at"] for row in rows], holes) == ([NOW, NOW], ["1"])
    assert codes(log.report) == ["time.unreadable"]


def moved() -> dict[str, Any]:
    told = deal(change("x", 7), change("b", 6), change("a", 5))
    told["propertiesWithHistory"]["pipeline"] = [change("other", 7), change("default", 5)]
    return told


def test_a_deal_that_changes_its_pipeline_has_rows_in_both() -> None:
    log = hubspot.history(moved())
    assert [row["stage"] for row in log.of("default").rows] == ["b", "a"]
    assert [row["stage"] for row in log.of("other").rows] == ["x"]
    assert [str(note) for note in log.report.notes] == [
        "odd: the deal '1' changed its pipeline: default, then other [pipeline.changed]"
    ]


def test_what_came_before_the_first_pipeline_that_is_told_lies_in_that() -> None:
    told = deal(change("a", 5))
    told["propertiesWithHistory"]["pipeline"] = [change("default", 6)]
    assert [row["pipeline"] for row in hubspot.history(told).rows] == ["default"]


@pytest.mark.parametrize("untold", [{"properties": {}}, {"properties": {"pipeline": None}}])
def test_a_deal_without_a_pipeline_belongs_to_none(untold: dict[str, Any]) -> None:
    bare = {key: value for key, value in deal(change("a", 5)).items() if key != "properties"}
    for told in (deal(change("a", 5), **untold), bare):
        log = hubspot.history(told)
        assert [row["pipeline"] for row in log.rows] == [""]
        assert codes(log.report) == ["pipeline.untold"]


def test_what_is_odd_about_a_history_is_told() -> None:
    many = [change("ab"[day % 2], day) for day in range(5, 25)]
    fate = {"properties": {"pipeline": "default", "hs_merged_object_ids": "8;9"}, "archived": True}
    log = hubspot.history([deal(*many, createdAt="2026-01-01T00:00:00Z", **fate), {**deal(), "id": 2}])
    assert codes(log.report) == [
        "history.limited", "history.late", "deal.deleted", "deal.merged", "history.empty"
    ]  # fmt: skip
    assert log.report.rows == 20


@pytest.mark.parametrize(
    ("fate", "found"),
    [
        ({"createdAt": "2025-06-01T09:00:00Z"}, "incomplete"),
        ({"createdAt": change("b", 6)["timestamp"]}, "starts_in_the_middle"),
        ({"createdAt": "soon"}, "incomplete"),
        ({}, "incomplete"),
    ],
)
def test_a_history_that_is_cut_convicts_nobody_of_where_it_begins(fate: dict[str, Any], found: str) -> None:
    (template,) = hubspot.pipelines(SALES).items
    log = hubspot.history(deal(*(change("bc"[day % 2], day) for day in range(6, 26)), **fate))
    codes_of = [each.code for each in audit_log(template, log.rows, **log.columns)]
    assert codes_of[0] == found


def test_a_short_history_that_does_not_say_when_its_deal_was_created_is_taken_for_whole() -> None:
    (template,) = hubspot.pipelines(SALES).items
    log = hubspot.history(deal(change("b", 6)))
    assert [each.code for each in audit_log(template, log.rows, **log.columns)] == ["starts_in_the_middle"]


def test_a_history_that_begins_with_the_deal_is_not_odd() -> None:
    assert codes(hubspot.history(deal(change("a", 5), createdAt="2026-01-05T08:59:30Z")).report) == []


def test_a_deal_that_came_twice_or_cannot_be_read_is_dropped_and_told() -> None:
    good = deal(change("a", 5))
    log = hubspot.history([{"results": [good, {"id": "2"}], "paging": {"next": {}}}, {"results": [good, {}]}])
    assert [row["deal"] for row in log.rows] == ["1"]
    assert [(note.code, note.place) for note in log.report.notes] == [
        ("payload.missing", "[1].results[1]"),
        ("row.repeated", "[1].results[0]"),
        ("payload.missing", "[0].results[1]"),
    ]
    assert codes(hubspot.history({"results": [good], "paging": {"next": {}}}).report) == ["page.more"]


@pytest.mark.parametrize("read", [hubspot.history, hubspot.records])
@pytest.mark.parametrize("other", [{"id": "1", "stage_id": 5}, [{"data": []}], 7, "text", {"results": 1}], ids=repr)
def test_what_are_no_deals_of_hubspot_is_refused(read: Any, other: Any) -> None:
    with pytest.raises(LoadError, match="the payload of HubSpot cannot be read"):
        read(other)


def test_no_deals_are_no_error() -> None:
    assert hubspot.history([]).rows == hubspot.history({"results": []}).rows == ()


@given(st.permutations(range(6)), st.permutations(range(3)))
def test_neither_the_order_of_pages_nor_that_of_changes_counts(changes: list[int], pages: list[int]) -> None:
    told = [change(value, 5 + place) for place, value in enumerate("acbwla")]
    deals = [{**deal(*(told[place] for place in changes)), "id": number} for number in range(3)]
    (template,) = hubspot.pipelines(SALES).items

    def found(payload: Any) -> list[Any]:
        log = hubspot.history(payload)
        return sorted((each.deal, each.code, each.at) for each in audit_log(template, log.rows, **log.columns))

    assert found([{"results": [deals[page]]} for page in pages]) == found(
        {"results": [{**deal(*told), "id": number} for number in range(3)]}
    )


# -- records ------------------------------------------------------------------------------------------------


def described(**properties: Any) -> dict[str, Any]:
    return {"id": 5, "properties": {"dealname": "Acme", "dealstage": "b", "pipeline": "default", **properties}}


def test_a_deal_becomes_an_opportunity_that_a_template_takes_over() -> None:
    told = described(amount="1200.50", deal_currency_code="eur", closedate="2026-03-01T12:00:00Z", hubspot_owner_id="7")
    reading = hubspot.records({"results": [told]})
    fields = {"dealstage": "b", "pipeline": "default"}
    (record,) = reading.items
    assert record == Opportunity(
        id="5",
        name="Acme",
        owner="7",
        amount=Money.of("1200.50", "EUR"),
        expected_close=date(2026, 3, 1),
        fields=FrozenMap(fields),
    )
    assert (reading.report.rows, codes(reading.report)) == (1, ["time.day"])
    (template,) = hubspot.pipelines(SALES).items
    assert template.adopt(record, stage=str(record.fields["dealstage"]), at=NOW).stage == "b"


def test_an_amount_without_a_currency_takes_that_of_the_account_or_stays_a_free_field() -> None:
    bare = described(amount="10", description="", score=5)
    assert [deal.amount for deal in hubspot.records(bare, currency="USD").items] == [Money.of(10, "USD")]
    reading = hubspot.records(bare)
    assert [(deal.amount, deal.fields["amount"], deal.fields["score"]) for deal in reading.items] == [(None, "10", 5)]
    assert [(note.code, note.place) for note in reading.report.notes] == [("record.amount", "properties.amount")]


def test_a_deal_that_makes_no_record_is_dropped_and_told() -> None:
    bad = [described(amount="10", deal_currency_code="euros"), {**described(dealname="x" * 501), "id": 6}]
    reading = hubspot.records([*bad, {**described(), "id": 7}])
    assert [deal.id for deal in reading.items] == ["7"]
    assert [(note.code, note.place) for note in reading.report.notes] == [
        ("payload.value", "[0]"),
        ("payload.value", "[1]"),
    ]


# -- the warehouse ------------------------------------------------------------------------------------------


def shelf(id: str, order: int, *, pipeline: str = "p", **more: Any) -> dict[str, str]:
    plain = {"stage_id": id, "pipeline_id": pipeline, "label": id, "display_order": str(order), "is_closed": "FALSE"}
    return {
        **plain,
        "closed_won": "FALSE",
        "probability": "0.5",
        "_fivetran_deleted": "FALSE",
        "active": "TRUE",
        **more,
    }


SHELVES = [
    shelf("a", 0),
    shelf("old", 1, _fivetran_deleted="TRUE"),
    shelf("b", 1),
    shelf("w", 2, is_closed="TRUE", closed_won="TRUE", probability="1.0"),
    shelf("l", 3, is_closed="TRUE", probability=""),
]


def test_the_tables_of_a_warehouse_make_the_same_templates() -> None:
    listed = [{"pipeline_id": "p", "label": "Sales", "active": "FALSE"}, {"pipeline_id": "empty", "label": ""}]
    reading = hubspot.pipelines_from_warehouse([*SHELVES, shelf("x", 0, pipeline="q")], listed)
    sales, other = reading.items
    assert [(each.id, each.life, each.outcome) for each in sales.stages] == [
        ("a", "active", None),
        ("b", "active", None),
        ("old", "retired", None),
        ("w", "active", "won"),
        ("l", "active", "lost"),
    ]
    assert (sales.label, other.id, reading.report.rows) == ("Sales", "q", 6)
    assert codes(reading.report) == [
        "stage.deleted", "pipeline.archived", "pipeline.unlisted", "stage.order", "pipeline.unsound"
    ]  # fmt: skip


def test_of_a_stage_that_was_deleted_and_came_back_the_living_row_counts() -> None:
    reading = hubspot.pipelines_from_warehouse([shelf("a", 5, _fivetran_deleted="TRUE"), shelf("a", 0), *SHELVES[2:]])
    assert (reading.items[0].stages[0].id, reading.items[0].stages[0].life) == ("a", "active")
    assert codes(reading.report) == ["stage.deleted", "stage.duplicate"]


def test_a_closed_stage_of_a_warehouse_that_does_not_say_whether_it_is_won_is_refused() -> None:
    for place in (3, 4):
        untold = [{name: cell for name, cell in row.items() if name != "closed_won"} for row in SHELVES]
        with pytest.raises(LoadError, match=r"'closed_won' is missing.*payload\.missing"):
            hubspot.pipelines_from_warehouse([*SHELVES[:place], untold[place]])
        assert hubspot.pipelines_from_warehouse([*untold[:3], *SHELVES[3:]]).items


def entered(deal: str, stage: str, at: str, **more: str) -> dict[str, str]:
    open_end = {"_fivetran_end": "9999-12-31 23:59:59", "_fivetran_active": "TRUE"}
    return {"deal_id": deal, "value": stage, "date_entered": at, "_fivetran_start": at, **open_end, **more}


def test_the_history_of_a_warehouse_is_audited_and_its_zone_is_named() -> None:
    rows = [
        entered("1", "a", "2026-01-05 9:00:00", source_id="u", _fivetran_end="2050-01-01 00:00:00"),
        entered("1", "w", "", _fivetran_start="2026-01-06T09:00:00Z"),
        entered("2", "gone", "2026-01-05 10:00:00"),
        entered("3", "a", "soon"),
    ]
    merged = [{"deal_id": "9", "merged_deal_id": "1"}, {"deal_id": "9", "merged_deal_id": "8"}]
    log = hubspot.history_from_warehouse(rows, stages=SHELVES, merged=merged)
    told, holes = read_and_holes(log)
    assert [(row["deal"], row["stage"], row["at"], row["by"], row["pipeline"]) for row in told] == [
        ("1", "a", NOW, "u", "p"),
        ("1", "w", days(1), "", "p"),
        ("2", "gone", NOW + timedelta(hours=1), "", ""),
    ]
    assert holes == ["3"]
    assert codes(log.report) == ["time.zone", "pipeline.unlisted", "deal.merged", "time.unreadable"]
    (template,) = hubspot.pipelines_from_warehouse(SHELVES).items
    found = audit_log(template, log.of("p").rows, **log.columns)
    assert [(each.source, each.target, each.code) for each in found] == [("a", "w", "skip")]


def test_a_stage_of_two_pipelines_belongs_to_none() -> None:
    log = hubspot.history_from_warehouse(
        [entered("1", "a", "2026-01-05 09:00:00")], stages=[*SHELVES, shelf("a", 0, pipeline="q")], zone="Asia/Tokyo"
    )
    assert [(row["pipeline"], row["at"]) for row in log.rows] == [("", NOW - timedelta(hours=9))]
    assert codes(log.report) == ["time.zone", "stage.shared"]


def test_without_the_table_of_stages_no_pipeline_is_told() -> None:
    log = hubspot.history_from_warehouse([entered("1", "a", "2026-01-05T09:00:00Z")])
    assert [row["pipeline"] for row in log.rows] == [""]
    assert codes(log.report) == []


def test_rows_of_another_table_are_refused() -> None:
    with pytest.raises(LoadError, match="'is_closed' is missing"):
        hubspot.pipelines_from_warehouse([{"pipeline_id": "p"}])
    with pytest.raises(LoadError, match="'value' is missing"):
        hubspot.history_from_warehouse([{"deal_id": "1", "_fivetran_start": "2026-01-05T09:00:00Z"}])


def test_a_real_warehouse_is_read_with_all_its_oddities(shared: Path) -> None:
    def table(name: str) -> list[dict[str, str]]:
        with (shared / "data" / "hubspot_warehouse" / f"{name}_data.csv").open(encoding="utf-8", newline="") as file:
            return [*csv.DictReader(file)]

    stages = table("deal_pipeline_stage")
    reading = hubspot.pipelines_from_warehouse(stages, table("deal_pipeline"))
    assert [len(template.stages) for template in reading.items] == [8, 11, 3, 41, 6]
    often = Counter[str]()
    for note in reading.report.notes:
        often[note.code] += note.count
    assert often == {
        "stage.unclosed": 42, "stage.deleted": 2, "stage.order": 2, "pipeline.unlisted": 6, "pipeline.unsound": 7
    }  # fmt: skip
    log = hubspot.history_from_warehouse(table("deal_stage"), stages=stages, merged=table("merged_deal"))
    assert (len(log.rows), log.report.dropped, {row["pipeline"] for row in log.rows}) == (14, 0, {""})
    audit = audit_log(reading.items[0], log.rows, **log.columns)
    assert {finding.code for finding in audit} == {"unknown_stage"}


# -- whatever comes -----------------------------------------------------------------------------------------

RULES = rules(skip=sequence("b"), back=sequence("c"), create=["a"], approvalStage={"pipelineStageId": "b"})
PERMISSIONS = {"pipelineId": "default", "stages": [permission("b", "7", teams=["9"])]}
READS: dict[str, tuple[Any, Any]] = {
    "pipelines": (hubspot.pipelines, [SALES, payload(*OPEN, id=5)]),
    "rules": (lambda told: hubspot.pipelines(SALES, rules=told), [RULES]),
    "permissions": (lambda told: hubspot.pipelines(SALES, permissions=told), PERMISSIONS),
    "history": (hubspot.history, [{"results": [moved(), deal(change("a", 5), createdAt="2026-01-01T00:00:00Z")]}]),
    "records": (hubspot.records, [described(amount="5", closedate="2026-03-01T12:00:00Z"), described(amount=1.5)]),
    "shelves": (hubspot.pipelines_from_warehouse, SHELVES),
    "entered": (hubspot.history_from_warehouse, [entered("1", "a", "2026-01-05 9:00:00")]),
}


@pytest.mark.parametrize("name", READS)
@given(data=st.data())
def test_whatever_is_spoilt_in_a_payload_gives_a_reading_or_an_error(name: str, data: st.DataObject) -> None:
    read, whole = READS[name]
    spoilt = data.draw(mutated(whole))
    problems: list[Any] = []
    try:
        assert read(spoilt).report.rows >= 0
    except LoadError as error:
        problems += error.problems
    assert all(problem.text and problem.code for problem in problems)
