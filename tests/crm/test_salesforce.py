"""Salesforce: stages as metadata and as records, and both histories, are read; what is odd is named with its place."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.holes import read_and_holes
from crm.mutating import mutated, or_refused
from salesflow import Lead, LoadError, audit_log
from salesflow.crm import salesforce


def value(name: str, more: str = "<closed>false</closed><won>false</won>") -> str:
    return f"<standardValue><fullName>{name}</fullName><label>{name}</label>{more}</standardValue>"


def values(*several: str, ordered: str = "false") -> str:
    return f"<StandardValueSet xmlns='urn:x'><sorted>{ordered}</sorted>{''.join(several)}</StandardValueSet>"


def process(*names: str, active: str = "true") -> str:
    told = "".join(f"<values><fullName>{name}</fullName><default>false</default></values>" for name in names)
    return f"<BusinessProcess><fullName>fast</fullName><isActive>{active}</isActive>{told}</BusinessProcess>"


WON = "<closed>true</closed><won>true</won><probability>100</probability><forecastCategory>Closed</forecastCategory>"
SET = values(value("A"), value("B"), value("C/D"), value("Won", WON), value("Lost", "<closed>1</closed><won>0</won>"))
TEMPLATE = salesforce.pipelines(SET).items[0]


def stage(name: str, order: Any, **more: Any) -> dict[str, Any]:
    flags = {"IsClosed": False, "IsWon": False, "IsActive": True, "DefaultProbability": 10.0}
    return {"Id": f"01J{name}", "ApiName": name, "MasterLabel": name, "SortOrder": order, **flags, **more}


def snapshot(id: str, day: int, name: str, **more: Any) -> dict[str, Any]:
    told = {
        "Id": id,
        "OpportunityId": "006",
        "CreatedById": "005",
        "CreatedDate": f"2026-01-{day:02}T09:00:00.000+0000",
    }
    return {**told, "StageName": name, "Amount": 100.0, "CloseDate": "2026-03-31", "IsDeleted": False, **more}


def change(day: int, field: str, old: Any, new: Any, **more: Any) -> dict[str, Any]:
    told = {"OpportunityId": "006", "CreatedById": "005", "CreatedDate": f"2026-01-{day:02}T09:00:00.000+0000"}
    return {**told, "Field": field, "OldValue": old, "NewValue": new, **more}


def answer(*records: Any, done: Any = True) -> dict[str, Any]:
    return {"totalSize": len(records), "done": done, "records": [*records]}


def codes(found: Any) -> list[str]:
    return [note.code for note in found.report.notes]


# -- pipelines ----------------------------------------------------------------------------------------------


def folder_of(shared: Path) -> Path:
    return shared / "crm" / "payloads" / "salesforce"


def test_the_metadata_of_stages_and_of_a_process_are_templates_in_one_order(shared: Path) -> None:
    names = ("renewal.businessProcess-meta.xml", "OpportunityStage.standardValueSet-meta.xml")
    reading = salesforce.pipelines([(folder_of(shared) / name).read_bytes() for name in names])
    whole, renewal = reading.items
    assert [(each.id, each.outcome, each.probability, each.forecast) for each in whole.stages[:2]] == [
        ("Prospecting", None, 10, "pipeline"), ("Qualification", None, 10, "pipeline")
    ]  # fmt: skip
    assert [(each.id, each.outcome, each.probability, each.forecast) for each in whole.stages[8:]] == [
        ("Closed Won", "won", 100, "closed"), ("Closed Lost", "lost", 0, "omitted"), ("Closed", "won", 100, "closed")
    ]  # fmt: skip
    assert (renewal.id, [each.id for each in renewal.stages]) == ("renewal", [each.id for each in whole.stages[:10]])
    assert (reading.report.rows, reading.report.notes) == (11, ())


def test_the_metadata_of_lead_statuses_is_a_template_of_leads(shared: Path) -> None:
    told = (folder_of(shared) / "LeadStatus.standardValueSet-meta.xml").read_text("utf-8")
    reading = salesforce.pipelines(told)
    (template,) = reading.items
    assert (template.id, template.record) == ("LeadStatus", Lead)
    assert [(each.id, each.outcome) for each in template.stages] == [
        ("Open - Not Contacted", None), ("Working - Contacted", None), ("Closed - Converted", "won"),
        ("Closed - Not Converted", None),
    ]  # fmt: skip
    assert codes(reading) == ["outcome.untold"]


@pytest.mark.parametrize("kind", ["OpportunityHistory", "OpportunityFieldHistory"])
def test_each_history_beside_the_stages_is_audited(shared: Path, kind: str) -> None:
    folder = folder_of(shared)
    (template,) = salesforce.pipelines((folder / "OpportunityStage.standardValueSet-meta.xml").read_text("utf-8")).items
    log = salesforce.history(json.loads((folder / f"RECONSTRUCTED_{kind}_query.json").read_text("utf-8")))
    found = audit_log(template, log.of(template.id).rows, **log.columns)
    assert [(each.source, each.target, each.code) for each in found] == [("Prospecting", "Negotiation/Review", "skip")]


def test_the_records_of_stages_are_read(shared: Path) -> None:
    told = (folder_of(shared) / "RECONSTRUCTED_OpportunityStage_query.json").read_text("utf-8")
    (template,) = salesforce.pipelines(json.loads(told)).items
    assert [(each.id, each.outcome) for each in template.stages] == [
        ("Prospecting", None), ("Closed Won", "won"), ("Closed Lost", "lost")
    ]  # fmt: skip


def test_records_stand_in_their_order_by_their_api_name_and_the_inactive_are_retired() -> None:
    rows = [
        stage("b", 2, MasterLabel="Bee"), stage("a", "1", IsClosed="false", IsWon="0", DefaultProbability="20"),
        stage("c", 3, IsActive="false"), stage("", 4, MasterLabel="Dee", ForecastCategory="BestCase"),
        stage("e", 5, IsWon=True), stage("f", 6, ForecastCategory="Hope"),
    ]  # fmt: skip
    reading = salesforce.pipelines(answer(*rows))
    assert [(each.id, each.name(), each.life, each.forecast) for each in reading.items[0].stages] == [
        ("a", "a", "active", None), ("b", "Bee", "active", None), ("c", "c", "retired", None),
        ("Dee", "Dee", "active", "best_case"), ("e", "e", "active", None), ("f", "f", "active", None),
    ]  # fmt: skip
    assert codes(reading) == ["stage.unclosed", "stage.forecast"]


def test_rows_of_an_export_are_read_whatever_the_case_of_their_columns() -> None:
    rows = [{name.upper(): each for name, each in stage(name, place).items()} for place, name in enumerate("ab")]
    assert [each.id for each in salesforce.pipelines(rows).items[0].stages] == ["a", "b"]
    leads = [{"ApiName": "New", "IsConverted": "0"}, {"ApiName": "Done", "IsConverted": "1"}]
    assert [each.outcome for each in salesforce.pipelines(leads).items[0].stages] == [None, "won"]


def test_a_process_keeps_the_order_of_all_stages_and_names_what_is_not_among_them() -> None:
    reading = salesforce.pipelines([SET, process("C%2FD", "Lost", "A", "Gone", active="false")])
    assert [each.id for each in reading.items[1].stages] == ["A", "C/D", "Lost"]
    assert [(note.code, note.place) for note in reading.report.notes] == [
        ("pipeline.archived", "BusinessProcess"), ("stage.unlisted", "BusinessProcess.values[3]")
    ]  # fmt: skip


def test_a_set_that_is_sorted_by_the_alphabet_is_named_and_a_stage_that_stands_twice_too() -> None:
    reading = salesforce.pipelines(
        [values(value("B"), value("A"), ordered="true"), answer(stage("A", 9), done="false")]
    )
    assert [each.id for each in reading.items[0].stages] == ["B", "A"]
    assert codes(reading) == ["page.more", "stage.sorted", "stage.duplicate"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("<a/>", "the field 'BusinessProcess' is missing; there are 'a' [payload.missing]"),
        (process("A"), "the list of all stages is wanted beside it @ BusinessProcess [payload.alone]"),
        ("<a", "[xml.syntax]"),
        (values(value("A", "")), "the field 'closed' is missing; there are 'fullName', 'label'"),
        (values("<standardValue><closed>0</closed></standardValue>"), "the field 'fullName' is missing"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "[xml.doctype]"),
        ([{"message": "Session expired", "errorCode": "INVALID_SESSION_ID"}], "Session expired' @ [0] [payload.error]"),
        ({"results": []}, "the field 'ApiName' is missing; there are 'results'"),
        (answer(stage("A", "first")), "records[0].SortOrder [payload.value]"),
        (5, "an object is wanted here, not 5"),
        (answer(stage("A", 1), done=None) | {"done": "?"}, "done [payload.value]"),
    ],
)
def test_what_is_no_list_of_stages_is_named_with_its_place(bad: Any, said: str) -> None:
    with pytest.raises(LoadError) as caught:
        salesforce.pipelines(bad)
    assert said in str(caught.value)


# -- history ------------------------------------------------------------------------------------------------


def test_a_snapshot_that_repeats_the_stage_is_no_move() -> None:
    log = salesforce.history([
        snapshot("4", 8, "A"), snapshot("1", 5, "A"), snapshot("2", 6, "A", Amount=200), snapshot("3", 7, "B"),
        snapshot("5", 7, "B", Amount=300, CurrencyIsoCode="EUR"),
        snapshot("6", 7, "B", Amount=None, OpportunityId="007"),
    ])  # fmt: skip
    assert [(each["deal"], each["stage"], each["amount"], each["expected_close"]) for each in log.rows] == [
        ("006", "A", "100.0", "2026-03-31"), ("006", "B", "300 EUR", "2026-03-31"), ("006", "A", "100.0", "2026-03-31"),
        ("007", "B", "", "2026-03-31"),
    ]  # fmt: skip
    assert [str(note) for note in log.report.notes] == [
        "dropped: a snapshot that repeats the stage is no move (2 times) [history.repeat]"
    ]
    assert [each.code for each in audit_log(TEMPLATE, log.rows, **log.columns)] == ["step_back", "starts_in_the_middle"]


def test_snapshots_of_two_stages_in_one_moment_are_both_kept() -> None:
    log = salesforce.history(
        [snapshot("1", 5, "A"), snapshot("2", 6, "A"), snapshot("3", 6, "B"), snapshot("4", 7, "B")]
    )
    assert [each["stage"] for each in log.rows] == ["A", "A", "B", "B"]


def test_the_weekly_export_tells_the_stage_before() -> None:
    def row(id: str, day: int, before: str, name: str) -> dict[str, Any]:
        told = snapshot(id, day, name, FromOpportunityStageName=before, CreatedDate=f"2026-01-{day:02} 09:00:00")
        return {key: "" if each is None else str(each) for key, each in told.items()}

    rows = [row("1", 5, "", "A"), row("2", 6, "A", "A"), row("3", 7, "A", "B")]
    log = salesforce.history(rows)
    assert [(each["source"], each["stage"]) for each in log.rows] == [("", "A"), ("A", "B")]
    assert (log.columns["source"], codes(log)) == ("source", ["time.zone", "history.repeat"])
    hole = salesforce.history([*rows, row("4", 8, "", "C/D")], zone="Europe/Vienna")
    assert ("source" in hole.columns, codes(hole)) == (False, ["history.repeat", "source.untold"])
    assert str(hole.rows[0]["at"]) == "2026-01-05 08:00:00+00:00"


def test_changes_of_fields_tell_the_first_stage_where_the_creation_is_told() -> None:
    log = salesforce.history(answer(
        change(7, "StageName", "B", "Won"), change(5, "created", None, None), change(6, "StageName", "A", "B"),
        change(6, "Amount", None, 5), change(6, "Owner", "x", "y"), change(6, "StageName", "B", "A", IsDeleted="1"),
    ))  # fmt: skip
    assert [(each["source"], each["stage"], each["amount"], each["pipeline"]) for each in log.rows] == [
        ("", "A", "", "OpportunityStage"), ("A", "B", "5", "OpportunityStage"), ("B", "Won", "5", "OpportunityStage")
    ]  # fmt: skip
    assert codes(log) == ["row.other", "row.deleted", "history.first"]
    late = salesforce.history(answer(change(6, "StageName", "A", "B")))
    assert [each.code for each in audit_log(TEMPLATE, late.rows, **late.columns)] == ["incomplete"]


@pytest.mark.parametrize(
    ("more", "code", "whose"),
    [
        ({"CreatedDate": "1/6/2026 9:00 AM"}, "time.unreadable", ["006"]),
        ({"CreatedDate": 1767603600}, "time.unreadable", ["006"]),
        ({"StageName": None}, "payload.value", ["006"]),
        ({"OpportunityId": ""}, "payload.value", []),
        ({"Amount": [1]}, "payload.value", ["006"]),
        ({"IsDeleted": "true"}, "row.deleted", []),
    ],
)
def test_a_row_that_cannot_be_read_is_dropped_and_told(more: dict[str, Any], code: str, whose: list[str]) -> None:
    log = salesforce.history(answer(snapshot("1", 5, "A"), snapshot("2", 6, "B", **more)))
    rows, holes = read_and_holes(log)
    assert ([each["stage"] for each in rows], holes, codes(log)) == (["A"], whose, [code])


def test_times_in_milliseconds_are_read_and_a_closing_date_in_another_form_is_left_out() -> None:
    log = salesforce.history([snapshot("1", 5, "A", CreatedDate=1767603600000, CloseDate="3/31/2026")])
    assert [(str(each["at"]), each["expected_close"]) for each in log.rows] == [("2026-01-05 09:00:00+00:00", "")]
    assert codes(log) == ["date.unreadable"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ([snapshot("1", 5, "A"), change(6, "StageName", "A", "B")], "[payload.mixed]"),
        ({"results": []}, "the field 'StageName' is missing; there are 'results'"),
        ({"records": 5, "done": True}, "a list is wanted here"),
        ("x", "an object is wanted here"),
        ([{"StageName": "A"}], "the field 'CreatedDate' is missing"),
    ],
)
def test_what_is_no_history_is_refused(bad: Any, said: str) -> None:
    with pytest.raises(LoadError) as caught:
        salesforce.history(bad)
    assert said in str(caught.value)
    assert salesforce.history(answer()).rows == ()


# -- records ------------------------------------------------------------------------------------------------

DEAL = {
    "Id": "006",
    "Name": "Acme",
    "OwnerId": "005",
    "StageName": "B",
    "Amount": 100.0,
    "CurrencyIsoCode": "EUR",
    "CloseDate": "2026-03-31",
    "LeadSource": "Web",
}


def test_opportunities_are_read_and_can_be_adopted() -> None:
    reading = salesforce.records(
        answer(DEAL, {**DEAL, "Id": "007", "CurrencyIsoCode": None}, {**DEAL, "Id": "8", "IsDeleted": True}, DEAL, {})
        | {"records": [DEAL, {**DEAL, "Id": "007", "CurrencyIsoCode": None}, {**DEAL, "Id": "8", "IsDeleted": 1}, DEAL]}
    )
    first, second = reading.items
    assert (first.id, str(first.amount), dict(first.fields), first.source) == (
        "006", "100.00 EUR", {"stage": "B", "pipeline": "OpportunityStage"}, "Web"
    )  # fmt: skip
    assert (second.amount, second.fields["amount"]) == (None, "100.0")
    assert codes(reading) == ["row.repeated", "record.amount", "row.deleted"]
    with pytest.raises(LoadError):
        salesforce.records({"results": []})


# -- laws ---------------------------------------------------------------------------------------------------

SNAPSHOTS = [snapshot(str(day), day, name) for day, name in enumerate(["A", "A", "B", "Won", "B"], start=5)]
CHANGES = [change(5, "created", None, None)]
CHANGES += [change(day, "StageName", *pair) for day, pair in enumerate(pairwise(["A", "B", "Won"]), start=6)]


@given(payload=mutated([SET, process("A", "B"), answer(stage("X", 1))]))
def test_spoilt_stages_are_read_or_refused(payload: Any) -> None:
    reading = or_refused(salesforce.pipelines, payload)
    assert reading is None or {each.version for each in reading.items} <= {"1"}


@given(at=st.integers(0, len(SET)), junk=st.sampled_from(["", "<", "&", "&lt;", "]]>", "<!DOCTYPE a>", "\x00", "é"]))
def test_a_spoilt_document_is_read_or_refused(at: int, junk: str) -> None:
    reading = or_refused(salesforce.pipelines, SET[:at] + junk + SET[at + 1 :])
    assert reading is None or len(reading.items) <= 1


@given(payload=mutated(answer(*SNAPSHOTS)) | mutated(answer(*CHANGES)) | mutated([DEAL]))
def test_a_spoilt_history_is_read_or_refused(payload: Any) -> None:
    log = or_refused(salesforce.history, payload)
    found = audit_log(TEMPLATE, log.rows, **log.columns) if log else ()
    assert not {each.code for each in found} & {"bad_time", "naive_time"}
    records = or_refused(salesforce.records, payload)
    assert records is None or {deal.stage for deal in records.items} <= {None}


@pytest.mark.parametrize("rows", [SNAPSHOTS, CHANGES], ids=["snapshots", "changes"])
@given(data=st.data())
def test_the_order_of_rows_and_pages_changes_nothing(rows: list[Any], data: st.DataObject) -> None:
    order, cut = data.draw(st.permutations(rows)), data.draw(st.integers(0, len(rows)))
    shuffled = [answer(*order[cut:], done=False), answer(*order[:cut])]
    assert salesforce.history(shuffled).rows == salesforce.history(rows).rows
