"""Zoho CRM: pipelines, blueprints, timelines and stage histories are read by the values that deals carry."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acme import NOW, days
from crm.holes import read_and_holes
from crm.instances import instances
from crm.mutating import mutated
from salesflow import LoadError, Opportunity, StageTemplate, audit_log
from salesflow.crm import Report, zoho


def codes(report: Report) -> list[str]:
    return [note.code for note in report.notes]


def stage(value: str, order: int | None, kind: str = "Open", **more: Any) -> dict[str, Any]:
    category = {"Open": "Pipeline", "Closed Won": "Closed", "Closed Lost": "Omitted"}.get(kind, "Pipeline")
    told = {"actual_value": value, "display_value": value, "sequence_number": order, "forecast_type": kind}
    return {**told, "id": f"id of {value}", "forecast_category": {"name": category, "id": "1"}, **more}


def pipeline(*stages: Any, name: str = "Standard", **more: Any) -> dict[str, Any]:
    return {
        "id": f"id of {name}",
        "actual_value": name,
        "display_value": name,
        "maps": list(stages),
        "default": True,
        **more,
    }


OPEN = [stage("New", 1), stage("Needs", 2, display_value="Needs Analysis"), stage("Offer", 3)]
CLOSED = [stage("Won", 4, "Closed Won"), stage("Lost", 5, "Closed Lost")]
STANDARD = {"pipeline": [pipeline(*OPEN, *CLOSED)]}


def change(field: str, old: Any, new: Any, **more: Any) -> dict[str, Any]:
    return {"api_name": field, "field_label": field, "_value": {"old": old, "new": new}, **more}


def entry(number: Any, day: int, *changes: Any, deal: str = "77", **more: Any) -> dict[str, Any]:
    told = {
        "id": str(number),
        "audited_time": f"2026-01-{day:02}T10:00:00+01:00",
        "action": "updated",
        "source": "crm_ui",
    }
    record = {"module": {"api_name": "Deals", "id": "3"}, "id": deal, "name": "Acme"}
    return {**told, "done_by": {"name": "Ann", "id": "5"}, "record": record, "field_history": list(changes), **more}


def timeline(*entries: Any, **info: Any) -> dict[str, Any]:
    return {"__timeline": list(entries), "info": {"more_records": False, **info}}


CREATED = entry(1, 5, change("Stage", None, "New"), change("Pipeline", "blank", "Standard"), action="added")
MOVED = entry(2, 6, change("Stage", "New", "Offer"))
CLOSING = entry(3, 7, change("Amount", "1", "2"), change("Stage", "Offer", "Won"))


def test_the_documented_pipelines_are_read_with_the_values_that_deals_carry(shared: Path) -> None:
    told = json.loads((shared / "crm" / "payloads" / "zoho" / "settings_pipeline_v7.json").read_text("utf-8"))
    reading = zoho.pipelines(told)
    standard, second = reading.items
    assert [(each.id, each.outcome, each.forecast) for each in standard.stages] == [
        ("Qualification", None, "pipeline"),
        ("Needs Analysis", None, "pipeline"),
        ("Value Proposition", None, "pipeline"),
        ("Id. Decision Makers", None, "pipeline"),
        ("Proposal/Price Quote", None, "pipeline"),
        ("Negotiation/Review", None, "pipeline"),
        ("Closed Won", "won", "closed"),
        ("Closed Lost", "lost", "omitted"),
        ("Closed Lost to Competition", "lost", "omitted"),
    ]
    assert standard.stage("Id. Decision Makers").label == "Identify Decision Makers"
    assert (standard.id, second.id, len(second.stages)) == ("Standard (Standard)", "Pipeline1", 8)
    assert (reading.report.rows, reading.report.notes) == (17, ())
    events = [
        entry(1, 5, change("Stage", None, "Needs Analysis"), change("Pipeline", None, "Pipeline1")),
        entry(2, 6, change("Stage", "Needs Analysis", "Value Proposition")),
    ]
    log = zoho.history(timeline(*events))
    assert [(each.target, each.code) for each in audit_log(second, log.of("Pipeline1").rows, **log.columns)] == [
        ("Needs Analysis", "starts_in_the_middle")
    ]


SCHEMAS = ("pipeline", "timelines", "blueprint")
WORDS = ("New", "Offer", "Won", "Open", "Stage", "Closed Won", "blank")


@pytest.mark.parametrize("name", SCHEMAS)
def test_whatever_the_schema_allows_is_read_or_refused(shared: Path, name: str) -> None:
    told = (shared / "crm" / "payloads" / "zoho" / f"schema_{name}_v8.openapi.json").read_text("utf-8")
    schemas = json.loads(told)["components"]["schemas"]
    reads: dict[str, Any] = {
        "pipeline": zoho.pipelines,
        "timelines": zoho.history,
        "blueprint": lambda told: zoho.pipelines(STANDARD, blueprints=told),
    }

    @given(instances(schemas, schemas["Response_Wrapper"], WORDS))
    def every_instance(instance: Any) -> None:
        problems: list[Any] = []
        try:
            assert reads[name](instance).report.rows >= 0
        except LoadError as error:
            problems += error.problems
        assert all(problem.text and problem.code for problem in problems)

    every_instance()


def test_the_payloads_of_these_tests_have_the_fields_of_the_schemas(shared: Path) -> None:
    folder = shared / "crm" / "payloads" / "zoho"
    schemas = {name: json.loads((folder / f"schema_{name}_v8.openapi.json").read_text("utf-8")) for name in SCHEMAS}
    fields = {name: told["components"]["schemas"] for name, told in schemas.items()}
    assert (
        set(fields["pipeline"]["maps"]["required"]) <= OPEN[0].keys() <= fields["pipeline"]["maps"]["properties"].keys()
    )
    assert CREATED.keys() <= fields["timelines"]["Timeline"]["properties"].keys()
    assert change("Stage", "a", "b").keys() <= fields["timelines"]["Field_History"]["properties"].keys()
    assert way("x", "Offer").keys() <= fields["blueprint"]["Transition"]["properties"].keys()


def test_a_stage_is_known_by_what_people_see_as_well_unless_another_has_that_name() -> None:
    twins = [stage("A", 1, display_value="B"), stage("B", 2, display_value="C"), stage("D", 3, display_value="C")]
    (template,) = zoho.pipelines({"pipeline": [pipeline(*OPEN, *CLOSED)]}).items
    assert [each.aliases for each in template.stages][:3] == [(), ("Needs Analysis",), ()]
    (odd,) = zoho.pipelines({"pipeline": [pipeline(*twins)]}).items
    assert [each.aliases for each in odd.stages] == [(), (), ()]


def test_what_is_odd_about_a_pipeline_is_told() -> None:
    stages = [stage("Late", None), stage("New", 1, forecast_category={"name": "Dream", "id": "1"}), *CLOSED]
    unnamed = [pipeline(*OPEN, *CLOSED, id=None), pipeline(*OPEN, *CLOSED, id="2")]
    reading = zoho.pipelines([{"pipeline": [pipeline(*stages, name="Odd")]}, {"pipeline": [*unnamed, unnamed[1]]}])
    assert [(each.id, len(each.stages)) for each in reading.items] == [("Odd", 4), ("Standard", 5), ("Standard", 5)]
    assert [each.id for each in reading.items[0].stages] == ["New", "Won", "Lost", "Late"]
    assert reading.items[0].stage("New").forecast is None
    assert codes(reading.report) == ["row.repeated", "stage.order", "stage.forecast", "pipeline.name"]


def test_a_stage_without_a_category_of_a_forecast_has_none() -> None:
    reading = zoho.pipelines({"pipeline": [pipeline(stage("New", 1, forecast_category=None))]})
    assert ([each.forecast for each in reading.items[0].stages], codes(reading.report)) == ([None], [])


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"pipelines": []}, "the field 'pipeline' is missing; there are 'pipelines'"),
        ({"pipeline": {}}, "a list is wanted here, not an object @ pipeline"),
        ({"pipeline": [{"id": "1"}]}, "the field 'actual_value' is missing"),
        ({"pipeline": [pipeline(stage("A", 1, "Perhaps"))]}, "Closed Lost is wanted here, not 'Perhaps'"),
        ({"pipeline": [pipeline(*CLOSED)]}, "there is no stage to start at"),
    ],
    ids=["renamed", "no list", "no value", "no kind", "unsound"],
)
def test_what_are_no_pipelines_of_zoho_is_refused(bad: Any, said: str) -> None:
    with pytest.raises(LoadError) as caught:
        zoho.pipelines(bad)
    assert said in str(caught.value)


# -- blueprints ---------------------------------------------------------------------------------------------


def way(name: str, target: str | None, *fields: Any, criteria: str | None = None) -> dict[str, Any]:
    asked = [{"api_name": field, "mandatory": mandatory} for field, mandatory in fields]
    return {"id": "1", "name": name, "next_field_value": target, "fields": asked, "criteria_message": criteria}


def blueprint(source: str, *transitions: Any, field: str | None = "Stage") -> dict[str, Any]:
    return {"blueprint": {"process_info": {"field_value": source, "api_name": field}, "transitions": list(transitions)}}


def allowed(template: StageTemplate[Any], source: str, target: str) -> bool:
    record = template.adopt(Opportunity(id="1"), stage=source, at=NOW)
    return bool(template.check(record, to=target, at=days(1), ground="why"))


def test_a_transition_is_a_declared_move_that_asks_for_its_mandatory_fields() -> None:
    fields = [("Amount", True), ("Next_Step", "true"), ("Budget", False), ("Stage", True), ("no name", True)]
    told = blueprint("New", way("Qualify", "Needs Analysis", *fields, criteria="Amount is above 5"))
    reading = zoho.pipelines(STANDARD, blueprints=told)
    (move,) = reading.items[0].moves
    assert (move.sources, move.target, move.name) == (("New",), "Needs", "Qualify")
    assert [rule.field for rule in move.rules if rule.rule == "present"] == ["amount", "fields.Next_Step"]
    asked, reach = reading.report.notes
    assert (asked.code, asked.kind, asked.place) == ("move.criteria", "dropped", "blueprint.transitions[0]")
    assert asked.text == "'Qualify' out of 'New' asks what is not judged here: Amount is above 5"
    assert (reach.code, reach.kind, reach.place) == ("move.declared", "assumed", "pipeline[0]")
    assert reach.text.endswith("the ways out of 'New'; the ways out of other stages follow from their order")
    assert allowed(reading.items[0], "Needs", "Offer")


def test_where_every_stage_in_play_has_its_answer_no_other_way_is_open() -> None:
    whole = [
        blueprint("New", way("a", "Offer")),
        blueprint("Needs"),
        blueprint("Offer", way("b", "Won"), way("c", "New")),
    ]
    (template,) = zoho.pipelines(STANDARD, blueprints=whole).items
    ids = [each.id for each in template.stages]
    assert {(one, two) for one in ids[:3] for two in ids if one != two and allowed(template, one, two)} == {
        ("New", "Offer"), ("Offer", "Won"), ("Offer", "New")
    }  # fmt: skip


def test_what_is_no_way_between_two_stages_is_dropped_and_told() -> None:
    told = [
        blueprint(
            "New", way("Stay", "New"), way("Nowhere", None), way("a", "Offer"), way("a", "Offer"), way("b", "Offer")
        ),
        blueprint("Lost", way("Again", "New")),
        blueprint("Gone", way("x", "New")),
        blueprint("Paid", field="Status"),
        blueprint("New", way("Off", "Elsewhere"), field=None),
    ]
    reading = zoho.pipelines(STANDARD, blueprints=told)
    assert [(move.sources, move.target) for move in reading.items[0].moves] == [(("New",), "Offer")]
    assert codes(reading.report) == [
        "move.other", "move.other", "move.other", "move.stage", "move.stage", "move.stage",
        "move.twice", "move.reopening", "move.declared",
    ]  # fmt: skip


def test_a_pipeline_that_a_blueprint_does_not_touch_stays_as_it_is() -> None:
    other = {"pipeline": [pipeline(stage("Alpha", 1), name="Other"), *STANDARD["pipeline"]]}
    reading = zoho.pipelines(other, blueprints=blueprint("New", way("a", "Offer")))
    assert [len(each.moves) for each in reading.items] == [0, 1]
    assert codes(reading.report) == ["move.declared"]


def test_what_is_no_blueprint_is_refused() -> None:
    with pytest.raises(LoadError, match="'blueprint' is missing"):
        zoho.pipelines(STANDARD, blueprints={"status": "error"})


# -- timelines ----------------------------------------------------------------------------------------------


def test_a_timeline_is_audited_with_the_stage_before_and_who_did_it() -> None:
    log = zoho.history(timeline(CLOSING, MOVED, CREATED))
    assert dict(log.columns) == {"deal": "deal", "stage": "stage", "at": "at", "source": "source", "by": "by"}
    assert log.rows[0] == {
        "deal": "77", "stage": "New", "at": NOW, "source": "", "by": "5", "automation": "", "pipeline": "Standard"
    }  # fmt: skip
    (template,) = zoho.pipelines(STANDARD).items
    found = audit_log(template, log.of("Standard").rows, **log.columns)
    assert [(each.source, each.target, each.code) for each in found] == [("New", "Offer", "skip")]
    assert (log.report.rows, log.report.notes) == (3, ())


def test_what_people_see_is_read_as_the_value_that_deals_carry_where_the_timeline_tells_both() -> None:
    choices = [{"display_value": "Needs Analysis", "actual_value": "Needs"}, {"display_value": "x", "actual_value": ""}]
    told = entry(1, 5, change("Stage", "blank", "Needs Analysis", pick_list_values=choices))
    log = zoho.history(timeline(told, entry(2, 6, change("Stage", "Needs", "Offer", pick_list_values=choices))))
    assert [(row["source"], row["stage"]) for row in log.rows] == [("", "Needs"), ("Needs", "Offer")]


def test_where_it_tells_but_one_an_audit_knows_both_names() -> None:
    log = zoho.history(timeline(entry(1, 5, change("Stage", "New", "Needs Analysis"))))
    (template,) = zoho.pipelines(STANDARD).items
    assert [each.code for each in audit_log(template, log.rows, **log.columns)] == ["incomplete"]


@pytest.mark.parametrize(
    ("details", "said"),
    [
        (None, ""),
        ({"type": "workflow", "rule": {"name": "Nightly", "id": "1"}}, "Nightly"),
        ({"type": "workflow", "rule": None}, "workflow"),
    ],
)
def test_an_automation_is_named_in_its_row(details: Any, said: str) -> None:
    (row,) = zoho.history(timeline({**CREATED, "automation_details": details})).rows
    assert row["automation"] == said


@pytest.mark.parametrize(("who", "said"), [({"name": "Ann", "id": "5"}, "5"), ({"name": "Ann"}, "Ann"), (None, "")])
def test_who_did_it_is_an_id_or_else_a_name(who: Any, said: str) -> None:
    (row,) = zoho.history(timeline({**CREATED, "done_by": who})).rows
    assert row["by"] == said


def test_a_deal_that_changes_its_pipeline_has_rows_in_both() -> None:
    switched = entry(2, 6, change("Pipeline", "Standard", "Second"), change("Stage", "New", "Alpha"))
    alone = entry(1, 5, change("Stage", None, "New"))
    log = zoho.history([timeline(switched, more_records=True), timeline(alone)])
    assert [(row["stage"], row["pipeline"]) for row in log.rows] == [("New", "Standard"), ("Alpha", "Second")]
    assert [note.text for note in log.report.notes] == ["the deal '77' changed its pipeline: Standard, then Second"]


def test_a_pipeline_that_is_not_told_is_the_one_named_or_none() -> None:
    bare = timeline(entry(1, 5, change("Stage", None, "New")))
    log = zoho.history(bare)
    assert ([row["pipeline"] for row in log.rows], codes(log.report)) == ([""], ["pipeline.untold"])
    named = zoho.history(bare, pipeline="Standard")
    assert ([row["pipeline"] for row in named.rows], codes(named.report)) == (["Standard"], [])


def test_what_is_odd_about_a_timeline_is_told() -> None:
    note = entry(9, 5, deal="78", action="added", field_history=None)
    log = zoho.history([timeline(MOVED, note), timeline(MOVED, more_records="true")], pipeline="Standard")
    assert [(each.code, each.place) for each in log.report.notes] == [
        ("page.more", "[1]"),
        ("row.repeated", "[1].__timeline[0]"),
        ("history.late", "[0].__timeline[0]"),
        ("history.empty", "[0].__timeline[1]"),
    ]
    assert [row["deal"] for row in log.rows] == ["77"]


def test_the_deal_is_told_by_its_record_or_named() -> None:
    bare = {key: value for key, value in CREATED.items() if key != "record"}
    assert [row["deal"] for row in zoho.history(timeline(bare), deal="9").rows] == ["9"]
    with pytest.raises(LoadError, match="'record' is missing"):
        zoho.history(timeline(bare))


def test_an_entry_that_cannot_be_read_is_dropped_and_told() -> None:
    wrong = [
        entry(4, 6, {"api_name": "Stage", "_previous_value": "New"}),
        entry(5, 6, change("Stage", "New", "blank")),
        {"id": "6", "done_time": "2026-01-06T10:00:00+01:00", "record": {"id": "77"}},
        entry(7, 6, record={"id": "1", "module": {"api_name": "Leads"}}),
        entry(8, 6, audited_time="2026-01-06 10:00"),
        {"audited_time": "2026-01-06T10:00:00+01:00"},
    ]
    log = zoho.history(timeline(CREATED, *wrong))
    rows, holes = read_and_holes(log)
    assert ([row["stage"] for row in rows], holes) == (["New"], ["77"])
    assert [(note.code, note.place) for note in log.report.notes] == [
        ("payload.missing", "__timeline[6]"),
        ("payload.missing", "__timeline[1].field_history[0]"),
        ("payload.value", "__timeline[2].field_history[0]._value.new"),
        ("payload.missing", "__timeline[3]"),
        ("stage.other", "__timeline[4]"),
        ("time.naive", "__timeline[5].audited_time"),
    ]


@pytest.mark.parametrize("other", [{"timeline": []}, {"__timeline": {}}, timeline({"id": "1"}), 7], ids=repr)
def test_what_is_no_timeline_of_zoho_is_refused(other: Any) -> None:
    with pytest.raises(LoadError, match="the payload of Zoho CRM cannot be read"):
        zoho.history(other)


def test_no_entries_are_no_error() -> None:
    assert zoho.history({"__timeline": []}).rows == zoho.history([]).rows == ()


# -- stage histories ----------------------------------------------------------------------------------------


def listed(number: int, name: str, day: int, **more: Any) -> dict[str, Any]:
    told = {"id": str(number), "Stage": name, "Modified_Time": f"2026-01-{day:02}T10:00:00+01:00"}
    return {**told, "Modified_By": {"name": "Ann", "id": "5"}, "Amount": 10, **more}


def test_a_stage_history_is_read_for_the_deal_that_is_named_and_does_not_tell_the_stage_before() -> None:
    told = {"data": [listed(2, "Offer", 6), listed(1, "New", 5)], "info": {"more_records": False}}
    log = zoho.history(told, deal="77", pipeline="Standard")
    assert dict(log.columns) == {"deal": "deal", "stage": "stage", "at": "at", "by": "by"}
    (template,) = zoho.pipelines(STANDARD).items
    found = audit_log(template, log.of("Standard").rows, **log.columns)
    assert [(each.source, each.target, each.code) for each in found] == [("New", "Offer", "skip")]
    with pytest.raises(LoadError, match="name it as 'deal'"):
        zoho.history(told)


# -- whatever comes -----------------------------------------------------------------------------------------

EVENTS = [CREATED, MOVED, CLOSING, entry(4, 8, change("Stage", "Won", "New"), deal="77")]


@given(st.permutations(EVENTS), st.integers(0, 4))
def test_neither_the_order_of_entries_nor_their_pages_count(entries: list[Any], cut: int) -> None:
    (template,) = zoho.pipelines(STANDARD).items

    def found(payload: Any) -> list[Any]:
        log = zoho.history(payload)
        return [(each.code, each.at) for each in audit_log(template, log.rows, **log.columns)]

    assert found([timeline(*entries[:cut]), timeline(*entries[cut:])]) == found(timeline(*EVENTS)) != []


READS: dict[str, tuple[Any, Any]] = {
    "pipelines": (zoho.pipelines, [STANDARD, {"pipeline": [pipeline(*OPEN, name="Second")]}]),
    "blueprints": (
        lambda told: zoho.pipelines(STANDARD, blueprints=told),
        [blueprint("New", way("a", "Offer", ("Amount", True), criteria="x"), way("b", "Needs"))],
    ),
    "timeline": (
        zoho.history,
        [timeline(*EVENTS), timeline({**CREATED, "automation_details": {"rule": {"name": "x"}}})],
    ),
    "stage history": (
        lambda told: zoho.history(told, deal="1"),
        {"data": [listed(1, "New", 5), listed(2, "Offer", 6)]},
    ),
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
