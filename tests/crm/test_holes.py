"""Holes: a row that cannot be read convicts nobody, whoever wrote the history."""

from collections.abc import Callable
from typing import Any

import pytest

from crm import (
    test_bitrix24,
    test_close,
    test_copper,
    test_dynamics365,
    test_frappe,
    test_hubspot,
    test_odoo,
    test_pipedrive,
    test_salesforce,
    test_zoho,
)
from crm.holes import read_and_holes
from logs import test_xes
from salesflow import Opportunity, Policy, Stage, StageTemplate, audit_log
from salesflow.crm import Log, bitrix24, close, copper, dynamics365, frappe, hubspot, odoo, pipedrive, salesforce, zoho
from salesflow.logs import changes, moves, read_xes, spans, wide

NO_SKIPS = StageTemplate(
    id="sales",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="new"),
        Stage(id="talk"),
        Stage(id="offer"),
        Stage(id="won", outcome="won"),
        Stage(id="lost", outcome="lost"),
    ),
    policy=Policy(skip="never"),
)

Move = tuple[str, str, str, int]
"""A deal, the stage that it left, the one that it came to, and the day; of the day 0 the time cannot be read."""

SPOILT: Move = ("1", "new", "talk", 0)
MOVES: list[Move] = [
    ("1", "", "new", 5),
    SPOILT,
    ("1", "talk", "offer", 7),
    ("2", "", "new", 5),
    ("2", "new", "offer", 7),
]


def when(day: int) -> str:
    return f"2026-01-{day:02} 09:00:00" if day else "soon"


def by_deal(told: list[Move]) -> dict[str, list[Move]]:
    return {deal: [each for each in told if each[0] == deal] for deal in dict.fromkeys(each[0] for each in told)}


def table(told: list[Move]) -> list[dict[str, Any]]:
    return [{"d": deal, "f": "stage", "s": stage, "t": when(day), "e": ""} for deal, _, stage, day in told]


def in_columns(told: list[Move]) -> Log:
    rows = [
        {"d": deal, **dict.fromkeys(("in_new", "in_talk", "in_offer"), ""), **{f"in_{each[2]}": when(each[3])
         for each in several}} for deal, several in by_deal(told).items()
    ]  # fmt: skip
    return wide(rows, deal="d", stages="in_")


def in_xes(told: list[Move]) -> Log:
    traces = [
        test_xes.trace(*(test_xes.event(concept__name=each[2], time__timestamp=when(each[3])) for each in several),
                       name=deal)
        for deal, several in by_deal(told).items()
    ]  # fmt: skip
    return read_xes(test_xes.log(*traces))


def in_hubspot(told: list[Move]) -> Log:
    deals = [
        test_hubspot.deal(
            *({"value": each[2], "timestamp": when(each[3]).replace(" 09:00:00", "T09:00:00Z")} for each in several),
            id=deal,
        )
        for deal, several in by_deal(told).items()
    ]
    return hubspot.history(deals)


def in_warehouse(told: list[Move]) -> Log:
    return hubspot.history_from_warehouse([test_hubspot.entered(each[0], each[2], when(each[3])) for each in told])


def in_snapshots(told: list[Move]) -> Log:
    return salesforce.history([
        test_salesforce.snapshot(str(number), 5, each[2], OpportunityId=each[0], CreatedDate=when(each[3]))
        for number, each in enumerate(told)
    ])  # fmt: skip


def in_field_history(told: list[Move]) -> Log:
    return salesforce.history([
        test_salesforce.change(5, "StageName", old or None, new, OpportunityId=deal, CreatedDate=when(day))
        for deal, old, new, day in told
    ])  # fmt: skip


def in_zoho(told: list[Move]) -> Log:
    entries = [
        test_zoho.entry(number, day, test_zoho.change("Stage", old or None, new), deal=deal)
        for number, (deal, old, new, day) in enumerate(told)
    ]
    return zoho.history(test_zoho.timeline(*entries))


def in_pipedrive(told: list[Move]) -> Log:
    return pipedrive.history([test_pipedrive.row(each[0], "stage_id", each[2], when(each[3])) for each in told])


def in_bitrix24(told: list[Move]) -> Log:
    return bitrix24.history(test_bitrix24.page(*(
        test_bitrix24.event(number, new, day, kind=2 if old else 1, owner=deal)
        for number, (deal, old, new, day) in enumerate(told)
    )))  # fmt: skip


def of_copper(day: int) -> int | str:
    return test_copper.MONDAY + day * 86_400 if day else "soon"


def in_webhooks(told: list[Move]) -> Log:
    return copper.history([
        test_copper.webhook(
            day, ids=[deal], received_at=of_copper(day), updated_attributes={"pipeline_stage_id": [old or None, new]}
        )
        for deal, old, new, day in told
    ])  # fmt: skip


def in_activities(told: list[Move]) -> Log:
    return copper.history([
        test_copper.activity(
            day, old or None, new, parent={"id": deal, "type": "opportunity"}, activity_date=of_copper(day)
        )
        for deal, old, new, day in told
    ])  # fmt: skip


def in_close(told: list[Move]) -> Log:
    one = {"old_pipeline_id": "p", "new_pipeline_id": "p"}
    activities = (
        test_close.change(5, old or None, new, opportunity_id=deal, date_created=when(day), **one)
        for deal, old, new, day in told
    )
    return close.history(test_close.answer(*activities))


def in_odoo(told: list[Move]) -> Log:
    messages = [{"id": 90 + number, "model": "crm.lead", "res_id": each[0]} for number, each in enumerate(told)]
    rows = [
        {**test_odoo.change(number, 5, old, new), "create_date": when(day)}
        for number, (_, old, new, day) in enumerate(told)
    ]
    return odoo.history(rows, messages=messages)


def in_frappe(told: list[Move]) -> Log:
    return frappe.history([
        test_frappe.deal(
            *({"idx": number, "from": each[2], "from_date": when(each[3])} for number, each in enumerate(several)),
            name=deal,
        )
        for deal, several in by_deal(told).items()
    ])  # fmt: skip


def in_dynamics(told: list[Move]) -> Log:
    paths = [
        test_dynamics365.instance(
            ",".join(each[2] for each in several if each[3]),
            businessprocessflowinstanceid=f"i{deal}",
            _opportunityid_value=deal,
        )
        for deal, several in by_deal(told).items()
        if any(each[3] for each in several)
    ]
    spoilt = [
        test_dynamics365.instance(
            each[2], createdon="soon", businessprocessflowinstanceid="spoilt", _opportunityid_value=each[0]
        )
        for each in told
        if not each[3]
    ]
    return dynamics365.history({"value": [*paths, *spoilt]})


READERS: dict[str, tuple[Callable[[list[Move]], Log], str]] = {
    "moves": (lambda told: moves(table(told), deal="d", stage="s", at="t"), "skip"),
    "spans": (lambda told: spans(table(told), deal="d", stage="s", start="t", end="e"), "skip"),
    "wide": (in_columns, "skip"),
    "changes": (lambda told: changes(table(told), deal="d", field="f", new="s", at="t", stage="stage"), "skip"),
    "XES": (in_xes, "skip"),
    "HubSpot": (in_hubspot, "skip"),
    "HubSpot warehouse": (in_warehouse, "skip"),
    "Salesforce snapshots": (in_snapshots, "skip"),
    "Salesforce fields": (in_field_history, "gap"),
    "Zoho": (in_zoho, "gap"),
    "Pipedrive": (in_pipedrive, "skip"),
    "Bitrix24": (in_bitrix24, "skip"),
    "Copper webhooks": (in_webhooks, "skip"),
    "Copper activities": (in_activities, "skip"),
    "Close": (in_close, "gap"),
    "Odoo": (in_odoo, "gap"),
    "Frappe": (in_frappe, "skip"),
    "Dynamics 365": (in_dynamics, "skip"),
}
"""What reads a history of some moves, and what an audit says of a deal that seems to skip: where each row tells the
stage before, it names a gap."""


@pytest.mark.parametrize("name", READERS)
def test_a_row_that_cannot_be_read_convicts_nobody_and_the_deals_that_can_be_read_are_judged(name: str) -> None:
    read, said = READERS[name]
    log = read(MOVES)
    found = audit_log(NO_SKIPS, log.rows, **log.columns)
    assert sorted((each.deal, each.code, each.level) for each in found) == sorted([
        ("1", "bad_row", "violation"), ("1", said, "warning"), ("2", "skip", "violation")
    ])  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_a_deal_of_which_no_row_can_be_read_is_told_all_the_same(name: str) -> None:
    read, _ = READERS[name]
    log = read([SPOILT, *MOVES[3:]])
    rows, holes = read_and_holes(log)
    assert ({row["deal"] for row in rows}, holes) == ({"2"}, ["1"])
    found = audit_log(NO_SKIPS, log.rows, **log.columns)
    assert [each.code for each in found if each.deal == "1"] == ["bad_row"]


@pytest.mark.parametrize("name", READERS)
def test_a_history_that_can_be_read_has_no_holes(name: str) -> None:
    read, _ = READERS[name]
    assert read_and_holes(read([each for each in MOVES if each != SPOILT]))[1] == []
