"""Odoo: stages from the database or the module's file, and tracked changes that belong to leads by way of messages."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.holes import read_and_holes
from crm.mutating import mutated, or_refused
from salesflow import LoadError, Money, audit_log
from salesflow.crm import odoo

STAGES: list[dict[str, Any]] = [
    {"id": 4, "name": "Won", "sequence": 70, "is_won": True, "team_ids": []},
    {"id": 1, "name": "New", "sequence": 1, "is_won": False, "team_id": False},
    {"id": "2", "name": "Offer", "sequence": "2", "is_won": False},
]
MESSAGES = [{"id": 90 + number, "model": "crm.lead", "res_id": 7} for number in range(6)]
LEADS: list[dict[str, Any]] = [
    {"id": 7, "create_date": "2026-06-01 08:00:00", "team_id": [3, "Europe"], "stage_id": [4, "Won"]}
]


def change(number: int, day: int, old: Any, new: Any, field: Any = (4711, "Stage (crm.lead)")) -> dict[str, Any]:
    return {
        "id": number, "field_id": list(field), "mail_message_id": [90 + number, "…"], "create_uid": [2, "Mitchell"],
        "create_date": f"2026-06-{day:02} 08:20:00",
        "old_value_integer": old, "old_value_char": f"s{old}", "new_value_integer": new, "new_value_char": f"s{new}",
    }  # fmt: skip


ACTIVE = (4712, "Active (crm.lead)")
CHANGES = [change(0, 3, 1, 2), change(1, 5, 1, 0, ACTIVE), change(2, 6, 0, 1, ACTIVE), change(3, 8, 2, 4)]


def moved(payload: Any = CHANGES, **more: Any) -> list[tuple[Any, ...]]:
    log = odoo.history(payload, **{"messages": MESSAGES, **more})
    return [(row["deal"], row["source"], row["stage"], str(row["at"])[8:10]) for row in log.rows]


def codes(report: Any) -> list[tuple[str, str]]:
    return [(note.code, note.kind) for note in report.notes]


def test_changes_without_their_messages_say_what_is_wanting_and_no_changes_want_none() -> None:
    with pytest.raises(LoadError, match=r"rows of mail\.message are wanted beside it, which tell the lead"):
        odoo.history(CHANGES, messages=[])
    assert odoo.history([], messages=[]).rows == ()


def test_the_modules_file_is_read_and_the_changes_beside_it_audited(shared: Path) -> None:
    folder = shared / "crm" / "payloads" / "odoo"
    text = (folder / "crm_stage_data.xml").read_text("utf-8")
    reading = odoo.pipelines(text)
    (template,) = reading.items
    assert [(each.id, each.aliases, each.outcome) for each in template.stages] == [
        ("New", ("stage_lead1",), None), ("Qualified", ("stage_lead2",), None), ("Proposition", ("stage_lead3",), None),
        ("Won", ("stage_lead4",), "won"), ("lost", (), "lost"),
    ]  # fmt: skip
    assert odoo.pipelines(text.encode()).items == (template,)
    payload = json.loads((folder / "RECONSTRUCTED_mail_tracking_value.json").read_text("utf-8"))
    log = odoo.history(payload, messages=[{"id": 99, "res_id": 7}], leads=LEADS, ids="name")
    found = audit_log(template, log.of("odoo").rows, **log.columns)
    assert ([*found], found.deals, found.moves) == ([], 1, 1)


def test_stages_of_the_database_are_known_by_number_and_by_name() -> None:
    reading = odoo.pipelines({"jsonrpc": "2.0", "result": [*STAGES, STAGES[0]]})
    assert [(each.id, each.label, each.aliases, each.outcome) for each in reading.items[0].stages] == [
        ("1", "New", ("New",), None), ("2", "Offer", ("Offer",), None), ("4", "Won", ("Won",), "won"),
        ("lost", "Lost", (), "lost"),
    ]  # fmt: skip
    assert codes(reading.report) == [("row.repeated", "dropped"), ("stage.added", "assumed")]
    web = {"result": {"length": 3, "records": STAGES}}
    assert odoo.pipelines(web).items == odoo.pipelines({"records": STAGES}).items == reading.items


def test_each_team_has_a_template_with_the_stages_of_all() -> None:
    rows = [{**STAGES[0]}, {**STAGES[1], "team_ids": [3, 5]}, {**STAGES[2], "team_id": [5, "Asia"]}]
    assert [(each.id, [stage.id for stage in each.stages]) for each in odoo.pipelines(rows).items] == [
        ("3", ["1", "4", "lost"]), ("5", ["1", "2", "4", "lost"])
    ]  # fmt: skip
    log = odoo.history(CHANGES, messages=MESSAGES, leads=[*LEADS, {**LEADS[0], "id": 8, "team_id": False}], stages=rows)
    assert {(row["deal"], row["pipeline"]) for row in log.rows} == {("7", "3"), ("8", "odoo")}
    everywhere = [*rows, {"id": 9, "name": "Everywhere"}, {"id": 10, "name": "New"}]
    assert [each.id for each in odoo.pipelines(everywhere).items] == ["odoo", "3", "5"]
    assert [each.id for each in odoo.pipelines([{**each, "team_ids": [3]} for each in STAGES]).items] == ["3"]


def test_an_archived_lead_is_lost_and_comes_back_to_its_stage() -> None:
    assert moved() == [
        ("7", "1", "2", "03"), ("7", "2", "lost", "05"), ("7", "lost", "2", "06"), ("7", "2", "4", "08")
    ]  # fmt: skip
    assert moved(leads=LEADS)[0] == ("7", "", "1", "01")
    (template,) = odoo.pipelines(STAGES).items
    log = odoo.history(CHANGES, messages=MESSAGES, leads=LEADS)
    assert [each.code for each in audit_log(template, log.of("odoo").rows, **log.columns)] == [
        "reopened_without_ground"
    ]


def test_fields_are_known_by_their_english_labels_or_by_the_list_of_fields() -> None:
    french = [change(0, 3, 1, 2, (4711, "Étape (crm.lead)")), change(3, 8, 2, 4, (4711, "Étape (crm.lead)"))]
    assert codes(odoo.history(french, messages=MESSAGES).report) == [("row.other", "dropped")]
    assert len(moved(french, fields=[{"id": 4711, "name": "stage_id"}])) == 2
    old = {**CHANGES[0], "field": [4711, "Stage"]}
    del old["field_id"]
    assert moved([old]) == moved(CHANGES[:1])
    assert moved([{**CHANGES[0], "field_id": "stage_id", "mail_message_id": 90, "create_uid": False}]) == moved(
        CHANGES[:1]
    )


def test_stages_may_be_told_by_their_names_and_what_is_empty_is_false() -> None:
    assert moved(CHANGES[:1], ids="name") == [("7", "s1", "s2", "03")]
    for nothing in (False, 0, None):
        assert moved([{**CHANGES[0], "old_value_integer": nothing}])[0][1] == ""


def test_a_change_of_a_message_that_is_none_of_a_lead_is_dropped_and_told() -> None:
    messages = [{"id": 90, "model": "res.partner", "res_id": 7}, *MESSAGES[3:]]
    log = odoo.history([CHANGES[0], CHANGES[3], CHANGES[3]], messages=messages)
    assert [row["stage"] for row in log.rows] == ["4"]
    assert sorted(codes(log.report)) == [
        ("deal.untold", "dropped"),
        ("row.repeated", "dropped"),
        ("time.zone", "assumed"),
    ]


def test_a_lead_is_a_record_and_a_lost_one_keeps_where_it_was() -> None:
    told = {
        "id": 7, "name": "Acme", "user_id": [2, "M"], "company_currency": [1, "EUR"], "expected_revenue": 10.0,
        "date_deadline": "2026-07-01", "stage_id": [2, "Offer"], "active": True, "lost_reason_id": False,
    }  # fmt: skip
    lost = {**told, "id": 8, "active": False, "lost_reason_id": [1, "Too expensive"], "date_deadline": False}
    other = {**told, "id": 9, "won_status": "lost", "lost_reason_id": 5, "company_currency": False, "user_id": False}
    first, second, third = odoo.records([told, lost, other, told], currency="USD").items
    assert (first.owner, first.amount, dict(first.fields)) == ("2", Money.of("10", "EUR"), {"stage": "2"})
    assert (second.loss and second.loss.reason, dict(second.fields)) == (
        "Too expensive",
        {"stage": "lost", "left": "2"},
    )
    assert (third.amount, third.loss and third.loss.reason, third.owner) == (Money.of("10", "USD"), "5", None)
    (template,) = odoo.pipelines(STAGES).items
    assert template.adopt(second, stage="lost", left="2", at=datetime(2026, 7, 1, tzinfo=UTC)).left == "2"


BOMB = '<!DOCTYPE odoo [<!ENTITY a "x">]><odoo/>'


@pytest.mark.parametrize(
    "bad",
    [
        None, 5, {}, [5], [{"id": 1}], [{"id": 1, "name": False}], "", "<odoo>", BOMB, "<html/>", "<odoo/>",
        '<odoo><record model="res.partner" id="x"/></odoo>', '<odoo><record model="crm.stage" id="x"/></odoo>',
    ],
)  # fmt: skip
def test_another_payload_is_refused(bad: Any) -> None:
    for read in (odoo.pipelines, odoo.records, lambda payload: odoo.history(payload, messages=MESSAGES)):
        with pytest.raises(LoadError, match="Odoo"):
            read(bad)


def test_a_file_tells_values_as_text_or_as_code_and_its_other_records_are_no_stages() -> None:
    text = """<odoo><record model="crm.team" id="t"/><record model="crm.stage"><field name="name">A</field></record>
    <record model="crm.stage" id="w"><field name="name" eval="'W'"/><field name="is_won" eval="True"/></record>
    </odoo>"""
    assert [(each.id, each.aliases, each.outcome) for each in odoo.pipelines(text).items[0].stages] == [
        ("A", (), None), ("W", ("w",), "won"), ("lost", (), "lost")
    ]  # fmt: skip


@given(st.permutations(range(4)))
def test_the_order_of_rows_changes_nothing(order: list[int]) -> None:
    assert moved([CHANGES[place] for place in order], leads=LEADS) == moved(leads=LEADS)


@given(mutated(STAGES), mutated(CHANGES), mutated(MESSAGES), mutated(LEADS))
def test_spoilt_payloads_are_read_or_refused(stages: Any, changes: Any, messages: Any, leads: Any) -> None:
    or_refused(odoo.pipelines, stages)
    or_refused(odoo.records, leads)
    log = or_refused(lambda payload: odoo.history(payload, messages=messages, leads=leads, stages=stages), changes)
    assert log is None or log.report.rows >= 0


@pytest.mark.parametrize(("message", "expected"), [(90, ["7"]), (12, [])], ids=["of a lead", "of something else"])
def test_a_change_that_cannot_be_read_leaves_a_hole_in_its_lead(message: int, expected: list[str]) -> None:
    unread = {**change(4, 9, 4, 5), "field_id": [], "mail_message_id": [message, "…"]}
    log = odoo.history([*CHANGES, unread], messages=MESSAGES)
    assert read_and_holes(log)[1] == expected
    assert ("payload.value", "dropped") in codes(log.report)
