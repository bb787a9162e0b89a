"""Bitrix24: statuses and stage histories of deals and leads are read, and what they do not say is named."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acme import NOW
from crm.holes import read_and_holes
from crm.mutating import mutated
from salesflow import LoadError, audit_log
from salesflow.crm import Report, bitrix24
from salesflow.records import Lead


def codes(report: Report) -> list[str]:
    return [note.code for note in report.notes]


def status(id: str, sort: Any, semantics: Any = None, entity: str = "DEAL_STAGE", **more: Any) -> dict[str, Any]:
    number = f"{entity}/{id}"
    return {
        "ID": number,
        "ENTITY_ID": entity,
        "STATUS_ID": id,
        "NAME": id.title(),
        "SORT": sort,
        "SEMANTICS": semantics,
    } | more


def event(number: Any, stage: str, day: int, *, kind: int = 2, owner: Any = 21, **more: Any) -> dict[str, Any]:
    told = {"ID": number, "TYPE_ID": kind, "OWNER_ID": owner, "CREATED_TIME": f"2026-01-{day:02}T09:00:00+00:00"}
    return {**told, "STAGE_ID": stage, "CATEGORY_ID": 0, **more}


def of_lead(number: Any, stage: str, day: int, **more: Any) -> dict[str, Any]:
    told = event(number, stage, day, **more)
    return {key: value for key, value in told.items() if key not in {"STAGE_ID", "CATEGORY_ID"}} | {"STATUS_ID": stage}


def answer(*statuses: Any, **more: Any) -> dict[str, Any]:
    return {"result": list(statuses), "total": len(statuses), **more}


def page(*items: Any, **more: Any) -> dict[str, Any]:
    return {"result": {"items": list(items)}, "total": len(items), **more}


DEAL = [status("NEW", "10"), status("OFFER", "20", "P"), status("WON", "30", "S"), status("LOSE", "40", "F")]


def test_the_documented_statuses_categories_and_history_are_read_and_audited(shared: Path) -> None:
    folder = shared / "crm" / "payloads" / "bitrix24"
    told = {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
    reading = bitrix24.pipelines(told["status_list"], categories=told["category_list"])
    (template,) = reading.items
    assert (template.id, template.label) == ("DEAL_STAGE", "General")
    assert [(each.id, each.outcome) for each in template.stages] == [
        ("NEW", None),
        ("PREPARATION", None),
        ("PREPAYMENT_INVOICE", None),
        ("EXECUTING", None),
        ("FINAL_INVOICE", None),
        ("WON", "won"),
        ("LOSE", "lost"),
        ("APOLOGY", "lost"),
    ]
    assert codes(reading.report) == ["stage.apology", *["pipeline.unsound"] * 3]
    log = bitrix24.history(told["stagehistory_list"])
    assert (log.report.rows, log.report.notes) == (1, ())
    assert [*audit_log(template, log.of("DEAL_STAGE").rows, **log.columns)] == []
    items = bitrix24.pipelines(told["status_entity_items"])
    assert [(each.id, each.outcome) for each in items.items[0].stages] == [
        (each.id, each.outcome) for each in template.stages
    ]
    assert codes(items.report) == ["pipeline.assumed", *["stage.outcome"] * 8]


def test_categories_are_pipelines_of_their_own_and_leads_a_template_of_leads() -> None:
    statuses = [*DEAL, status("C9:NEW", 10, entity="DEAL_STAGE_9"), status("C9:WON", 20, "S", entity="DEAL_STAGE_9")]
    leads = [status("NEW", 10, entity="STATUS"), status("CONVERTED", 20, "S", entity="STATUS")]
    others = [status("CALL", 10, entity="SOURCE"), status("EMAIL", 20, entity="SOURCE")]
    named = {
        "result": {"categories": [{"id": 9, "name": "Renewals", "entityTypeId": 2}, {"id": 3, "entityTypeId": 128}]}
    }
    reading = bitrix24.pipelines(answer(*statuses, *leads, *others), categories=named)
    assert [(each.id, each.label) for each in reading.items] == [
        ("DEAL_STAGE_9", "Renewals"), ("DEAL_STAGE", "DEAL_STAGE"), ("STATUS", "STATUS")
    ]  # fmt: skip
    assert [each.record is Lead for each in reading.items] == [False, False, True]
    assert (reading.report.rows, reading.report.dropped, codes(reading.report)) == (10, 2, ["stage.other"] * 2)


def test_stages_stand_in_the_order_of_their_numbers_also_where_these_are_text() -> None:
    (template,) = bitrix24.pipelines(answer(status("B", "100"), status("A", "20"), status("W", 300, "S"))).items
    assert [each.id for each in template.stages] == ["A", "B", "W"]


def test_pages_are_read_together_and_what_is_missing_or_twice_is_told() -> None:
    reading = bitrix24.pipelines([answer(*DEAL[:3], next=50), answer(*DEAL[2:])])
    assert [len(each.stages) for each in reading.items] == [4]
    assert codes(reading.report) == ["row.repeated"]
    assert codes(bitrix24.pipelines(answer(*DEAL, next=50)).report) == ["page.more"]


@pytest.mark.parametrize(
    ("semantics", "extra", "outcome", "notes"),
    [
        (None, {"SEMANTICS": "process"}, None, []),
        ("P", {"SEMANTICS": "process"}, None, []),
        ("S", {"SEMANTICS": "success"}, "won", []),
        ("s", [], "won", []),
        ("F", {"SEMANTICS": "apology"}, "lost", ["stage.apology"]),
        (None, {"SEMANTICS": "failure"}, "lost", ["stage.outcome"]),
        ("S", {"SEMANTICS": "process"}, "won", ["stage.outcome"]),
        ("F", {"SEMANTICS": "something new"}, "lost", []),
    ],
)
def test_the_outcome_is_told_by_the_semantics_of_a_status(
    semantics: Any, extra: Any, outcome: str | None, notes: list[str]
) -> None:
    reading = bitrix24.pipelines(answer(*DEAL, status("X", 50, semantics, EXTRA=extra)))
    assert reading.items[0].stage("X").outcome == outcome
    assert codes(reading.report) == notes


def test_a_stage_that_lacks_the_prefix_of_its_category_is_told() -> None:
    own = [status("C9:NEW", 10, entity="DEAL_STAGE_9"), status("WON", 20, "S", entity="DEAL_STAGE_9")]
    assert codes(bitrix24.pipelines(answer(*own)).report) == ["stage.prefix"]


def test_statuses_of_a_payload_that_does_not_say_whose_they_are_are_those_of_the_entity_named() -> None:
    bare = [{"NAME": "New", "SORT": 10, "STATUS_ID": "NEW"}, {"NAME": "Junk", "SORT": 20, "STATUS_ID": "JUNK"}]
    reading = bitrix24.pipelines(answer(*bare), entity="STATUS")
    assert [(each.id, each.record, [stage.outcome for stage in each.stages]) for each in reading.items] == [
        ("STATUS", Lead, [None, "lost"])
    ]
    assert codes(reading.report) == ["pipeline.assumed", "stage.outcome", "stage.outcome"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"results": []}, "the field 'result' is missing; there are 'results' [payload.missing]"),
        ({"result": {}}, "a list is wanted here, not an object @ result [payload.shape]"),
        (answer({"ID": 1}), "the field 'STATUS_ID' is missing"),
        (answer(status("X", "first")), "result[0].SORT [payload.value]"),
        (
            answer(status("X", 1, "Q")),
            "S, F, P or nothing is wanted here, not 'Q' @ result[0].SEMANTICS",
        ),
        (answer(status("X", 1, "S")), "there is no stage to start at"),
    ],
    ids=["renamed", "no list", "no id", "no number", "no semantics", "unsound"],
)
def test_what_are_no_statuses_of_bitrix24_is_refused(bad: Any, said: str) -> None:
    with pytest.raises(LoadError) as caught:
        bitrix24.pipelines(bad)
    assert said in str(caught.value)


# -- histories ----------------------------------------------------------------------------------------------


def test_a_history_is_audited_without_a_stage_before_and_without_an_actor() -> None:
    log = bitrix24.history(page(event(2, "WON", 7, kind=3), event(1, "NEW", 5, kind=1)))
    assert dict(log.columns) == {"deal": "deal", "stage": "stage", "at": "at", "created": "created"}
    assert log.rows[1] == {"deal": "21", "stage": "NEW", "at": NOW, "pipeline": "DEAL_STAGE", "created": str(NOW)}
    (template,) = bitrix24.pipelines(answer(*DEAL)).items
    found = audit_log(template, log.of("DEAL_STAGE").rows, **log.columns)
    assert [(each.source, each.target, each.code) for each in found] == [("NEW", "WON", "skip")]
    assert log.report.notes == ()


def test_a_deal_that_changes_its_pipeline_has_rows_in_both() -> None:
    told = [event(1, "NEW", 5, kind=1), event(2, "C9:NEW", 6, kind=5, CATEGORY_ID="9")]
    log = bitrix24.history([page(told[1], next=50), page(told[0])])
    assert [row["stage"] for row in log.of("DEAL_STAGE_9").rows] == ["C9:NEW"]
    (note,) = log.report.notes
    assert (note.code, note.place) == ("pipeline.changed", "[0].result.items[0]")
    assert note.text == "the deal '21' changed its pipeline: DEAL_STAGE, then DEAL_STAGE_9"


def test_a_deal_whose_creation_is_not_told_or_was_in_another_pipeline_is_not_convicted_of_where_it_begins() -> None:
    late = page(event(1, "OFFER", 5, owner=20), event(2, "WON", 6, owner=20, kind=3))
    moved = page(event(3, "NEW", 5, kind=1, CATEGORY_ID="9"), event(4, "OFFER", 6, kind=5))
    log = bitrix24.history([late, moved])
    (template,) = bitrix24.pipelines(answer(*DEAL)).items
    found = audit_log(template, log.of("DEAL_STAGE").rows, **log.columns)
    assert [(each.deal, each.target, each.code) for each in found] == [
        ("20", "OFFER", "incomplete"),
        ("21", "OFFER", "incomplete"),
    ]
    born = bitrix24.history(page(event(1, "OFFER", 5, kind=1)))
    assert [each.code for each in audit_log(template, born.rows, **born.columns)] == ["starts_in_the_middle"]


def test_where_the_category_is_not_told_the_stage_carries_it() -> None:
    log = bitrix24.history(
        page(event(1, "C9:NEW", 5, kind=1, CATEGORY_ID=None), event(2, "WON", 6, owner=22, CATEGORY_ID=""))
    )
    assert [row["pipeline"] for row in log.rows] == ["DEAL_STAGE_9", "DEAL_STAGE"]
    assert codes(log.report) == ["history.late"]


def test_a_stage_and_a_category_that_do_not_agree_are_told() -> None:
    log = bitrix24.history(page(event(1, "C9:NEW", 5, kind=1)))
    assert codes(log.report) == ["stage.prefix"]


def test_leads_have_a_history_of_their_own_and_may_share_ids_with_deals() -> None:
    deals = page(event(1, "NEW", 5, kind=1), event(1, "NEW", 5))
    log = bitrix24.history([page(of_lead(1, "NEW", 5, kind=1)), deals])
    assert [(row["deal"], row["pipeline"]) for row in log.rows] == [("21", "DEAL_STAGE"), ("21", "STATUS")]
    assert [(note.code, note.place) for note in log.report.notes] == [("row.repeated", "[1].result.items[1]")]
    late = bitrix24.history(page(of_lead(1, "JUNK", 5)))
    assert [note.text for note in late.report.notes] == ["the lead '21' has no row of its creation"]


def test_a_row_that_cannot_be_read_or_is_of_something_else_is_dropped_and_told() -> None:
    bad = [event(2, "NEW", 5, CREATED_TIME="25.04.2024"), event(3, "DT128_5:NEW", 5, owner=22), {"TYPE_ID": 1}]
    log = bitrix24.history(page(event(1, "NEW", 5, kind=1), *bad, next=50))
    rows, holes = read_and_holes(log)
    assert ([row["stage"] for row in rows], holes) == (["NEW"], ["21"])
    assert [(note.code, note.place) for note in log.report.notes] == [
        ("page.more", ""),
        ("payload.missing", "result.items[3]"),
        ("time.unreadable", "result.items[1].CREATED_TIME"),
        ("stage.other", "result.items[2]"),
    ]


def test_a_row_of_a_lead_that_cannot_be_read_leaves_no_hole_in_the_deal_of_the_same_id() -> None:
    log = bitrix24.history(page(event(1, "NEW", 5, kind=1), of_lead(2, "NEW", 5, CREATED_TIME="soon")))
    assert [row["stage"] for row in log.of("DEAL_STAGE").rows] == ["NEW"]


@pytest.mark.parametrize("other", [{"results": []}, {"result": []}, page({"id": 1}), 7], ids=repr)
def test_what_is_no_history_of_bitrix24_is_refused(other: Any) -> None:
    with pytest.raises(LoadError, match="the payload of Bitrix24 cannot be read"):
        bitrix24.history(other)


def test_no_rows_are_no_error() -> None:
    assert bitrix24.history(page()).rows == bitrix24.history([]).rows == ()


HISTORY = [
    event(place, stage, 5 + place, kind=1 if place == 0 else 2) for place, stage in enumerate(["NEW", "WON", "NEW"])
]


@given(st.permutations(HISTORY), st.integers(0, 3))
def test_neither_the_order_of_rows_nor_their_pages_count(rows: list[Any], cut: int) -> None:
    (template,) = bitrix24.pipelines(answer(*DEAL)).items

    def found(payload: Any) -> list[Any]:
        log = bitrix24.history(payload)
        return [(each.code, each.at) for each in audit_log(template, log.rows, **log.columns)]

    assert found([page(*rows[:cut]), page(*rows[cut:])]) == found(page(*HISTORY)) != []


CATEGORIES = {"result": {"categories": [{"id": 0, "name": "General", "entityTypeId": 2}, {"id": 9, "name": "X"}]}}
NINE = [
    status("C9:NEW", 10, entity="DEAL_STAGE_9"),
    status("JUNK", 10, "F", entity="STATUS", EXTRA={"SEMANTICS": "failure"}),
]
READS: dict[str, tuple[Any, Any]] = {
    "statuses": (bitrix24.pipelines, [answer(*DEAL, next=5), answer(*NINE)]),
    "categories": (lambda told: bitrix24.pipelines(answer(*DEAL), categories=told), CATEGORIES),
    "history": (bitrix24.history, [page(*HISTORY), page(of_lead(1, "NEW", 5), event(9, "C9:NEW", 9, kind=5))]),
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
