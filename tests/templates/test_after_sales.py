"""The process of a customer, and the whole story: lead, opportunity, customer, and the lead whom it refers."""

from datetime import date

import pytest

from acme import NOW, days
from salesflow import (
    Customer,
    Lead,
    MoveRefused,
    Opportunity,
    Qualification,
    StageTemplate,
    audit,
    convert,
    due,
    hand_over,
    refer,
)
from salesflow.records import Activity, Objection, Record
from templates.selling import (
    EVERYBODY,
    LOSS,
    OFFER,
    PROCESSES,
    Template,
    answered,
    complete,
    criteria_of,
    got,
    in_order,
    refusals,
    sitting,
)

CARE: StageTemplate[Customer] = got("after-sales")
LEADS: StageTemplate[Lead] = got("lead")
END = date(2027, 1, 31)

# -- a customer ---------------------------------------------------------------------------------------------


def test_a_renewal_is_talked_about_as_the_contract_ends() -> None:
    record = sitting(CARE, "active", complete(CARE, contract_end=None))
    assert refusals(CARE, record, "renewal-due") == ["present.contract_end"]
    assert refusals(CARE, record, "renewal-due", update={"contract_end": END}) == []
    passed = sitting(CARE, "active", complete(CARE, contract_end=date(2026, 1, 31)))
    passed = CARE.update(passed, {"segment": "smb"}, at=days(1))
    assert "contract_end" in {each.kind for each in due(passed, CARE, at=days(40))}


@pytest.mark.parametrize("kind", ["up-sell", "cross-sell", "referral"])
@pytest.mark.parametrize("stage", ["onboarding", "active", "renewal-due", "on-hold", "renewed"])
def test_what_occurs_beside_the_process_is_recorded_in_every_stage_as_an_activity(stage: str, kind: str) -> None:
    record = sitting(CARE, stage)
    done = Activity(kind=kind, at=days(1), note="ten seats more")
    told = CARE.update(record, {"activities": (*record.activities, done)}, at=days(1), by=EVERYBODY)
    assert (told.stage, told.activities, told.history[-1].kind) == (stage, (done,), "updated")
    assert list(audit(CARE, [told])) == []


def test_a_renewed_customer_goes_on_and_is_renewed_again() -> None:
    record = sitting(CARE, "renewal-due", complete(CARE, contract_end=END))
    for year in (2028, 2029, 2030):
        at = record.history[-1].at + (days(300) - NOW)
        record = CARE.move(record, to="renewed", at=at, by=EVERYBODY)
        assert refusals(CARE, record, "active", at=at) == ["ground.missing"]
        again = {"contract_end": END.replace(year=year)}
        record = CARE.move(record, to="active", at=at, ground=f"renewed until {year}", update=again)
        record = CARE.move(record, to="renewal-due", at=at)
    assert (record.reopenings, record.contract_end, record.closed_at) == (3, date(2030, 1, 31), None)
    assert list(audit(CARE, [record])) == []


@pytest.mark.parametrize("to", ["onboarding", "active"])
def test_a_churned_customer_is_won_back_with_a_ground(to: str) -> None:
    lost = CARE.move(sitting(CARE, "renewal-due"), to="churned", at=days(1))
    assert CARE.move(lost, to=to, at=days(200), ground="the other one failed them").loss is None


@pytest.mark.parametrize("stage", ["onboarding", "active"])
def test_nobody_is_renewed_without_a_talk_on_the_renewal(stage: str) -> None:
    assert refusals(CARE, sitting(CARE, stage), "renewed", ground="they always do") == ["move.skip.renewed"]


# -- the whole story ----------------------------------------------------------------------------------------


def obeys(template: Template, record: Record) -> None:
    """The history has no findings, and gives the record back."""
    assert list(audit(template, [record])) == []
    assert template.replay(template.record(id=record.id), record.history) == record


def led_on(lead: Lead) -> Lead:
    """Return a captured lead contacted, nurtured, recycled and qualified."""
    at = lead.history[-1].at
    lead = LEADS.move(lead, to="contact", at=at, update={"email": "ann@acme.example"})
    for to in ("nurturing", "working"):
        lead = LEADS.move(lead, to=to, at=at)
    met = answered("need", "value", "budget", "authority")
    return LEADS.move(lead, to="qualified", at=at, by=EVERYBODY, update={"qualification": met})


def won_back(deals: Template, deal: Opportunity) -> Opportunity:
    """Return the deal walked on, lost half-way, reopened, held, resumed and led to the last stage before winning."""
    order, at = in_order(deals), days(2)
    deal = deals.move(deal, to=order[1], at=at, by=EVERYBODY)
    deal = deals.move(deal, to="lost", at=at, by=EVERYBODY, update={"loss": LOSS})
    back = deals.policy.reopen_to[0]
    deal = deals.move(deal, to=back, at=at, by=EVERYBODY, ground="they called again")
    for to in ("on-hold", back, *order[order.index(back) + 1 :]):
        deal = deals.move(deal, to=to, at=at, by=EVERYBODY)
    return deal


@pytest.mark.parametrize("name", PROCESSES)
def test_a_lead_becomes_a_deal_a_customer_and_the_source_of_another_lead(name: str) -> None:
    deals = got(name)
    lead = LEADS.start(Lead(id="L-1", name="Ann", source="web"), at=NOW, by=EVERYBODY)
    lead, deal = convert(led_on(lead), deals, leads=LEADS, id="D-1", at=days(1), by=EVERYBODY)
    assert (lead.stage, lead.opportunity, deal.stage, deal.lead) == ("converted", "D-1", in_order(deals)[0], "L-1")

    met: Qualification = deal.qualification.answered(*answered(*criteria_of(deals)).answers)
    known = {"owner": "rosa", "offer": OFFER, "qualification": met}
    deal = won_back(deals, deals.update(deal, known, at=days(1), by=EVERYBODY))
    raised = (Objection(id="O-1", raised_at=days(2)),)
    deal = deals.update(deal, {"objections": raised}, at=days(2))
    with pytest.raises(MoveRefused) as caught:
        hand_over(deal, CARE, deals=deals, won="won", id="C-1", at=days(3), by=EVERYBODY)
    assert [each.key for each in caught.value.verdict.refusals] == ["objections_resolved"]
    resolved = (raised[0].model_copy(update={"resolved_at": days(3), "resolution": "paid by the month"}),)
    deal = deals.update(deal, {"objections": resolved}, at=days(3))
    deal, customer = hand_over(
        deal, CARE, deals=deals, won="won", id="C-1", at=days(3), by=EVERYBODY, update={"contract_end": END}
    )
    assert (deal.stage, deal.customer, customer.stage, customer.opportunity) == ("won", "C-1", "onboarding", "D-1")

    customer = CARE.move(customer, to="active", at=days(30), by=EVERYBODY)
    friend = refer(customer, LEADS, id="L-2", at=days(60), by=EVERYBODY, update={"name": "Cid"})
    told = (Activity(kind="referral", at=days(60), note="L-2"),)
    customer = CARE.update(customer, {"activities": told}, at=days(60), by=EVERYBODY)
    for to in ("renewal-due", "renewed"):
        customer = CARE.move(customer, to=to, at=days(330), by=EVERYBODY)
    assert (friend.stage, friend.referred_by, friend.source, friend.owner) == ("capture", "C-1", "referral", "rosa")

    again, second = convert(led_on(friend), deals, leads=LEADS, id="D-2", at=days(400), by=EVERYBODY)
    for template, record in (
        (LEADS, lead), (deals, deal), (CARE, customer), (LEADS, again), (deals, second)
    ):  # fmt: skip
        obeys(template, record)
