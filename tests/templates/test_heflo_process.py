"""The HEFLO process: what it says beyond the list of its stages."""

import pytest

from acme import days
from salesflow import LossReport, Opportunity
from templates.selling import MANAGER, REP, complete, got, refusals, sitting, warnings

HEFLO = got("heflo-process")


@pytest.mark.parametrize(("known", "leaves"), [("name", True), ("lead", True), ("customer", True), ("owner", False)])
def test_identification_is_left_with_a_name_a_lead_or_a_customer(known: str, leaves: bool) -> None:
    record = sitting(HEFLO, "identification", Opportunity.model_validate({"id": "D-1", known: "x"}))
    assert (refusals(HEFLO, record, "qualification") == []) == leaves


@pytest.mark.parametrize("source", ["proposal", "follow-up"])
def test_a_negotiation_is_entered_by_the_account_manager_alone(source: str) -> None:
    record = sitting(HEFLO, source)
    assert refusals(HEFLO, record, "negotiation", by=REP) == ["role.account_manager"]
    assert refusals(HEFLO, record, "negotiation", by=MANAGER) == []


def test_a_buyer_who_answers_at_once_is_not_followed_up_and_that_is_no_skip() -> None:
    moved = HEFLO.move(sitting(HEFLO, "proposal"), to="negotiation", at=days(1), by=MANAGER)
    assert moved.history[-1].kind == "advanced"


def test_a_loss_has_its_report_and_a_warning_until_its_lesson_is_written() -> None:
    short = sitting(HEFLO, "negotiation", complete(HEFLO, loss=LossReport(reason="price")))
    assert refusals(HEFLO, short, "lost") == ["present.loss.account"]
    untaught = sitting(HEFLO, "negotiation", complete(HEFLO, loss=LossReport(reason="price", account="two calls")))
    assert warnings(HEFLO, untaught, "lost") == ["present.loss.lesson"]


@pytest.mark.parametrize(("lessons", "warned"), [("", ["present.lessons"]), ("call sooner", [])])
def test_a_won_deal_warns_until_its_lessons_are_written(lessons: str, warned: list[str]) -> None:
    assert warnings(HEFLO, sitting(HEFLO, "negotiation", complete(HEFLO, lessons=lessons)), "won") == warned
