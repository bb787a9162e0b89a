"""Frappe CRM: statuses close by their type, and the log of statuses is read with its open row and its invented one."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.holes import read_and_holes
from crm.mutating import mutated, or_refused
from salesflow import Lead, LoadError, Money, audit_log
from salesflow.crm import frappe

STATUSES: dict[str, Any] = {
    "data": [
        {"name": "Open", "deal_status": "Open", "type": "Open", "position": 1, "probability": 10},
        {"name": "Talk", "type": "Ongoing", "position": "2", "probability": "50"},
        {"name": "Rest", "type": "On Hold", "position": 3},
        {"name": "Won", "type": "Won", "position": 4},
        {"name": "Lost", "type": "Lost"},
    ]
}


def row(idx: Any, status: str, day: int, to: str = "", until: int | None = None, by: str = "ann") -> dict[str, Any]:
    ended = f"2026-01-{until:02} 09:00:00.000000" if until else None
    return {
        "name": f"r{idx}", "idx": idx, "from": status, "from_date": f"2026-01-{day:02} 09:00:00.000000",
        "to": to, "to_date": ended, "log_owner": by,
    }  # fmt: skip


def deal(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "D1", "status_change_log": list(rows), **more}


WHOLE = deal(row(1, "Open", 5, "Talk", 7), row(2, "Talk", 7, "Won", 9, "bob"), row(3, "Won", 9), status="Won")


def codes(report: Any) -> list[tuple[str, str, str]]:
    return [(note.code, note.kind, note.place) for note in report.notes]


def test_the_statuses_that_frappe_installs_are_read_and_the_history_beside_them_audited(shared: Path) -> None:
    folder = shared / "crm" / "payloads" / "frappe"
    (template,) = frappe.pipelines(json.loads((folder / "default_deal_statuses.json").read_text("utf-8"))).items
    assert [(each.id, each.outcome, each.probability) for each in template.stages] == [
        ("Qualification", None, 10), ("Demo/Making", None, 25), ("Proposal/Quotation", None, 50),
        ("Negotiation", None, 70), ("Ready to Close", None, 90), ("Won", "won", 100), ("Lost", "lost", 0),
    ]  # fmt: skip
    (leads,) = frappe.lead_pipelines(json.loads((folder / "default_lead_statuses.json").read_text("utf-8"))).items
    assert (leads.record, [each.outcome for each in leads.stages]) == (
        Lead, [None, None, None, "won", "won", "lost", "lost"]
    )  # fmt: skip
    payload = json.loads((folder / "RECONSTRUCTED_deal_with_status_change_log.json").read_text("utf-8"))
    log = frappe.history(payload)
    found = audit_log(template, log.of("frappe").rows, **log.columns)
    assert [(each.source, each.target, each.code) for each in found] == [
        ("Qualification", "Negotiation", "skip"), ("Negotiation", "Won", "skip")
    ]  # fmt: skip
    assert (log.report.rows, codes(log.report)) == (3, [("time.zone", "assumed", "")])
    (record,) = frappe.records(payload).items
    assert template.adopt(record, stage=record.fields["status"], at=datetime(2026, 3, 1, tzinfo=UTC)).stage == "Won"


def test_a_log_of_the_schemas_fields_is_one_that_is_read(shared: Path) -> None:
    told = (shared / "crm" / "payloads" / "frappe" / "crm_status_change_log.doctype.json").read_text("utf-8")
    assert {"from", "to", "from_date", "to_date", "log_owner"} <= set(json.loads(told)["field_order"])


def test_statuses_come_as_rows_as_an_answer_or_by_name_and_one_without_a_position_stands_last() -> None:
    reading = frappe.pipelines(STATUSES)
    (template,) = reading.items
    assert [(each.id, each.hold, each.outcome) for each in template.stages] == [
        ("Open", False, None), ("Talk", False, None), ("Rest", True, None),
        ("Won", False, "won"), ("Lost", False, "lost"),
    ]  # fmt: skip
    assert codes(reading.report) == [("stage.order", "odd", "data[4]")]
    by_name = {each["name"]: each for each in STATUSES["data"]}
    assert frappe.pipelines(by_name).items == frappe.pipelines([STATUSES]).items == (template,)
    assert frappe.pipelines({"message": STATUSES["data"]}).items == (template,)


def test_lead_statuses_are_a_template_of_leads() -> None:
    rows = [{"name": "New", "type": "Open", "position": 1}, {"lead_status": "Junk", "type": "Lost", "position": 2}]
    (template,) = frappe.lead_pipelines(rows).items
    assert (template.id, template.record, [each.id for each in template.stages]) == (
        "frappe-lead",
        Lead,
        ["New", "Junk"],
    )


def load(shared: Path, name: str) -> Any:
    return json.loads((shared / "crm" / "payloads" / "frappe" / name).read_text("utf-8"))


def test_the_lead_statuses_that_frappe_installs_are_no_statuses_of_deals_and_that_is_an_assumption(
    shared: Path,
) -> None:
    leads, deals = load(shared, "default_lead_statuses.json"), load(shared, "default_deal_statuses.json")
    reading = frappe.pipelines(leads)
    assert reading.items == frappe.lead_pipelines(leads).items
    (note,) = reading.report.notes
    assert str(note) == (
        "assumed: nothing tells whether these are statuses of deals or of leads: taken for those of leads by their "
        "names [pipeline.assumed]"
    )
    both = frappe.pipelines([deals, leads])
    assert both.items == (*frappe.pipelines(deals).items, *reading.items)
    assert (both.report.rows, codes(both.report)) == (14, [("pipeline.assumed", "assumed", "[1]")])


@pytest.mark.parametrize(
    "told", [{"lead_status": "New"}, {"name": "New", "doctype": "CRM Lead Status"}], ids=["field", "doctype"]
)
def test_statuses_that_say_that_they_are_of_leads_are(told: dict[str, Any]) -> None:
    rows = [{**told, "type": "Open", "position": 1}, {"name": "Mine", "type": "Lost", "position": 2}]
    for payload in (rows, {"data": rows}, {"New": rows[0], "Mine": rows[1]}):
        reading = frappe.pipelines(payload)
        assert (reading.items, reading.report.notes) == (frappe.lead_pipelines(rows).items, ())
    mixed = frappe.pipelines([{"data": rows}, STATUSES])
    assert [each.id for each in mixed.items] == ["frappe", "frappe-lead"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, [("pipeline.assumed", "assumed", "data")]),
        ({"probability": 10}, []),
        ({"deal_status": "New"}, []),
        ({"doctype": "CRM Deal Status"}, []),
    ],
    ids=["nothing", "probability", "field", "doctype"],
)
def test_statuses_of_deals_are_told_or_an_assumption(told: dict[str, Any], expected: Any) -> None:
    rows = [{"name": "New", "type": "Open", "position": 1, **told}, {"name": "Sold", "type": "Won", "position": 2}]
    reading = frappe.pipelines({"data": rows})
    assert [(each.id, [stage.id for stage in each.stages]) for each in reading.items] == [("frappe", ["New", "Sold"])]
    assert codes(reading.report) == expected


def test_statuses_that_all_bear_names_that_frappe_gives_to_leads_are_taken_for_theirs() -> None:
    rows = [{"name": "New", "type": "Open", "position": 1}, {"name": "Junk", "type": "Lost", "position": 2}]
    reading = frappe.pipelines({"data": rows})
    assert reading.items == frappe.lead_pipelines(rows).items
    assert codes(reading.report) == [("pipeline.assumed", "assumed", "data")]


def test_who_came_to_a_status_is_who_left_the_one_before() -> None:
    log = frappe.history(WHOLE, zone="Europe/Paris")
    assert [(each["source"], each["stage"], each["by"]) for each in log.rows] == [
        ("", "Open", ""), ("Open", "Talk", "ann"), ("Talk", "Won", "bob")
    ]  # fmt: skip
    assert str(log.rows[0]["at"]) == "2026-01-05 08:00:00+00:00"
    assert log.report.notes == ()


def test_a_log_without_its_open_row_is_closed_where_its_last_row_leads() -> None:
    log = frappe.history(deal(row(1, "Open", 5, "Won", 9)), zone="UTC")
    assert [each["stage"] for each in log.rows] == ["Open", "Won"]
    assert codes(log.report) == [("history.open", "assumed", "status_change_log[0]")]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (deal(), [("history.empty", "odd", "")]),
        (deal(row(1, "Open", 5, "Talk", 7), row(2, "Won", 9)), [("history.gap", "odd", "status_change_log[1]")]),
        (deal(row(1, "Open", 5), status="Lost"), [("history.gap", "odd", "")]),
        (
            deal(row(1, "Open", 5), creation="2025-01-01 09:00:00"),
            [("history.invented", "odd", "status_change_log[0]")],
        ),
        (deal(row(1, "Open", 5), creation="2026-01-05 08:59:30"), []),
        (
            deal({**row(1, "Open", 5, "Talk"), "to_date": "2026-01-05 09:01:00"}, {**row(2, "Talk", 5)}),
            [("history.invented", "odd", "status_change_log[0]")],
        ),
        (deal(row(None, "Open", 5), {"idx": 1}), [("payload.missing", "dropped", "status_change_log[1]")]),
    ],
    ids=["empty", "gap", "elsewhere now", "older", "as old", "a minute", "bad row"],
)
def test_what_is_odd_about_a_log_is_told(told: Any, expected: Any) -> None:
    assert codes(frappe.history([told], zone="UTC").report) == [
        (code, kind, f"[0].{place}".rstrip(".")) for code, kind, place in expected
    ]


def test_a_row_that_cannot_be_read_leaves_a_hole_and_counts_once() -> None:
    log = frappe.history(deal(row(1, "Open", 5), {"idx": 2, "from": "Talk", "from_date": "soon"}), zone="UTC")
    rows, holes = read_and_holes(log)
    assert ([each["stage"] for each in rows], holes) == (["Open"], ["D1"])
    assert (log.report.rows, log.report.dropped) == (2, 1)


def test_a_document_that_came_twice_counts_once() -> None:
    log = frappe.history({"data": [WHOLE, WHOLE]}, zone="UTC")
    assert (len(log.rows), log.report.dropped) == (3, 1)
    reading = frappe.records({"data": [WHOLE, WHOLE]})
    assert (len(reading.items), reading.report.dropped) == (1, 1)


def test_a_deal_is_a_record_with_its_loss_and_its_amount() -> None:
    told = {
        "name": "D1", "status": "Lost", "organization": "Acme", "deal_owner": "ann", "deal_value": 10,
        "currency": "EUR", "expected_closure_date": "2026-03-01", "lost_reason": "Pricing", "lost_notes": "too dear",
    }  # fmt: skip
    (record,) = frappe.records(told).items
    assert (record.amount, record.loss and record.loss.reason, str(record.expected_close)) == (
        Money.of("10", "EUR"), "Pricing", "2026-03-01"
    )  # fmt: skip
    assert frappe.records({**told, "currency": None}, currency="USD").items[0].amount == Money.of("10", "USD")
    bare = frappe.records({"name": "D1", "status": "Open", "deal_value": 10})
    assert (bare.items[0].fields["amount"], codes(bare.report)) == ("10", [("record.amount", "odd", "deal_value")])


@pytest.mark.parametrize(
    "bad", [None, "x", 5, [5], {"name": "x"}, {"data": [{"type": "Open"}]}, {"A": {"type": "Blue"}}]
)
def test_another_payload_is_refused(bad: Any) -> None:
    for read in (frappe.pipelines, frappe.lead_pipelines, frappe.history, frappe.records):
        with pytest.raises(LoadError, match="Frappe CRM"):
            read(bad)


def test_an_unknown_zone_is_a_bad_argument() -> None:
    with pytest.raises(ValueError, match="there is no time zone 'Nowhere'"):
        frappe.history(WHOLE, zone="Nowhere")


@given(st.permutations(range(3)))
def test_the_order_of_rows_changes_nothing(order: list[int]) -> None:
    rows = WHOLE["status_change_log"]
    assert frappe.history({**WHOLE, "status_change_log": [rows[place] for place in order]}).rows == (
        frappe.history(WHOLE).rows
    )


@given(mutated(STATUSES), mutated({"data": [WHOLE, {**WHOLE, "name": "D2"}]}))
def test_spoilt_payloads_are_read_or_refused(statuses: Any, deals: Any) -> None:
    or_refused(frappe.pipelines, statuses)
    or_refused(frappe.records, deals)
    log = or_refused(frappe.history, deals)
    assert log is None or log.report.rows >= 0
