"""The process of a lead: captured, worked or nurtured, qualified, converted or abandoned, and back again."""

import pytest

from acme import days
from salesflow import LossReport
from templates.selling import EVERYBODY, answered, complete, got, refusals, sitting, warnings

LEAD = got("lead")
UNREACHABLE = "any_of.present.email|present.phone"


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        ({"email": "ann@acme.example"}, []),
        ({"phone": "+49 30 1234567"}, []),
        ({"company": "Acme"}, [UNREACHABLE]),
    ],
    ids=["email", "phone", "company"],
)
def test_capture_is_left_with_an_address_or_a_number(known: dict[str, str], asked: list[str]) -> None:
    record = sitting(LEAD, "capture", complete(LEAD, **{"email": "", **known}))
    assert refusals(LEAD, record, "contact") == asked


def test_a_lead_of_an_unknown_channel_is_warned_of() -> None:
    assert warnings(LEAD, sitting(LEAD, "capture", complete(LEAD, source="")), "contact") == ["present.source"]
    assert warnings(LEAD, sitting(LEAD, "capture"), "contact") == []


@pytest.mark.parametrize("source", ["contact", "working"])
def test_an_unqualified_lead_is_nurtured_without_a_ground_and_comes_back(source: str) -> None:
    unqualified = complete(LEAD, qualification=answered())
    record = LEAD.move(sitting(LEAD, source, unqualified), to="nurturing", at=days(1))
    again = LEAD.move(record, to="working", at=days(90))
    assert (again.stage, again.history[-1].ground) == ("working", None)
    assert LEAD.move(again, to="nurturing", at=days(91)).stage == "nurturing"


@pytest.mark.parametrize("source", ["working", "nurturing"])
def test_a_lead_is_qualified_out_of_work_or_nurturing_and_no_sooner(source: str) -> None:
    assert refusals(LEAD, sitting(LEAD, source), "qualified") == []
    assert refusals(LEAD, sitting(LEAD, "contact"), "qualified", ground="in a hurry") == ["move.skip.qualified"]


@pytest.mark.parametrize("to", ["contact", "working", "nurturing"])
def test_an_abandoned_lead_comes_back_with_a_ground(to: str) -> None:
    left = complete(LEAD, qualification=answered())
    lost = LEAD.move(sitting(LEAD, "contact", left), to="abandoned", at=days(1))
    back = LEAD.move(lost, to=to, at=days(200), ground="they asked again")
    assert (back.stage, back.loss, back.reopenings) == (to, None, 1)
    assert refusals(LEAD, lost, "qualified", at=days(200), ground="they asked again") == ["move.closed.qualified"]


def test_a_lead_without_address_or_number_is_not_reopened_where_it_would_be_contacted() -> None:
    lost = LEAD.move(sitting(LEAD, "capture", complete(LEAD, email="")), to="abandoned", at=days(1))
    assert refusals(LEAD, lost, "nurturing", at=days(2), ground="they asked again") == [UNREACHABLE]


def test_a_lead_is_converted_into_an_opportunity_and_into_nothing_else() -> None:
    record = sitting(LEAD, "qualified", complete(LEAD, opportunity=None))
    assert refusals(LEAD, record, "converted") == ["present.opportunity"]
    assert refusals(LEAD, record, "converted", update={"opportunity": "D-1"}) == []
    unworked = sitting(LEAD, "working", complete(LEAD))
    assert refusals(LEAD, unworked, "converted", ground="in a hurry") == ["move.skip.converted"]


def test_an_abandoned_lead_needs_no_more_than_its_reason() -> None:
    record = sitting(LEAD, "contact", complete(LEAD, loss=LossReport(reason="a student")))
    lost = LEAD.move(record, to="abandoned", at=days(1), by=EVERYBODY)
    assert (lost.stage, lost.history[-1].kind) == ("abandoned", "lost")
