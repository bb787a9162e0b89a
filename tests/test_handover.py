"""Hand-overs: both records or neither, once only, and what is declared to come over, nothing else."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime
from typing import Any

import pytest
from pydantic import Field, field_validator, model_validator

from acme import BOSS, NOW, REP, days, process, said, shown
from salesflow import (
    Answer,
    Customer,
    Lead,
    Money,
    MoveRefused,
    Opportunity,
    Policy,
    Qualification,
    Stage,
    StageTemplate,
    audit,
    convert,
    hand_over,
    present,
    qualified,
    refer,
    role,
)
from salesflow.handover import CUSTOMER_TO_LEAD, LEAD_TO_OPPORTUNITY, OPPORTUNITY_TO_CUSTOMER, Conversion, HandOver
from salesflow.records import Activity, Approval, Objection, Record
from salesflow.verdict import Verdict

LEADS = StageTemplate(
    id="acme-leads",
    version="1",
    record=Lead,
    stages=(
        Stage(id="new"),
        Stage(id="qualified", rules=(qualified("need"),)),
        Stage(id="converted", outcome="won", rules=(present("opportunity"),)),
        Stage(id="abandoned", outcome="lost"),
    ),
    policy=Policy(skip="with_ground", reopen_from=("converted", "abandoned"), reopen_to=("new",)),
)
DEALS = StageTemplate(
    id="acme-b2b",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="talk", rules=(present("name"),)),
        Stage(id="offer"),
        Stage(id="won", outcome="won", rules=(present("amount"),)),
        Stage(id="lost", outcome="lost"),
    ),
    policy=Policy(start_at=("talk", "offer")),
)
CARE = StageTemplate(
    id="acme-care",
    version="1",
    record=Customer,
    stages=(Stage(id="welcome"), Stage(id="active"), Stage(id="renewed", outcome="won")),
)
NEED = Qualification(answers=(Answer(criterion="need", certainty="claimed", at=NOW),))
FIELDS: dict[str, Any] = {
    "name": "Acme, 40 seats",
    "owner": "rosa",
    "amount": Money.of(12_000, "EUR"),
    "source": "web",
    "segment": "smb",
    "qualification": NEED,
    "activities": (Activity(kind="call", at=NOW),),
    "objections": (Objection(id="price", raised_at=NOW),),
    "approvals": (Approval(what="discount", granted=True, at=NOW, by=BOSS),),
    "fields": {"region": "north"},
    "lessons": "listen",
}
LEAD_FIELDS: dict[str, Any] = {**FIELDS, "email": "rosa@acme.example", "phone": "+49 30 1234567", "company": "Acme"}


def lead(stage: str = "qualified", **fields: Any) -> Lead:
    started = LEADS.start(Lead(id="L-1", **{**LEAD_FIELDS, **fields}), at=NOW, by=REP)
    return started if stage == "new" else LEADS.move(started, to=stage, at=NOW, by=REP)


def deal(stage: str = "won", **fields: Any) -> Opportunity:
    return DEALS.adopt(Opportunity(id="D-1", **{**FIELDS, **fields}), stage=stage, at=NOW)


def converted(lead: Lead, **how: Any) -> Conversion[Lead, Opportunity]:
    return convert(lead, **{"template": DEALS, "leads": LEADS, "id": "D-1", "at": days(1), **how})


def handed(deal: Opportunity, **how: Any) -> HandOver[Opportunity, Customer]:
    return hand_over(deal, **{"template": CARE, "deals": DEALS, "id": "C-1", "at": days(1), **how})


def referred(customer: Any, **how: Any) -> Any:
    return refer(customer, **{"template": LEADS, "id": "L-9", "at": days(1), **how})


CUSTOMER = CARE.start(Customer(id="C-1", **FIELDS), at=NOW)


def refused(call: Any, *args: Any, **how: Any) -> MoveRefused:
    with pytest.raises(MoveRefused) as caught:
        call(*args, **how)
    return caught.value


def why(call: Any, *args: Any, **how: Any) -> list[str]:
    return said(refused(call, *args, **how).verdict)


def own(record: Record) -> dict[str, Any]:
    """Return what is known of a record itself, and not where it stands."""
    places = {"id", "stage", "left", "closed_at", "reopenings", "template", "history", "changes_before"}
    plain = {name: field.default for name, field in type(record).model_fields.items()}
    return {name: value for name, value in record if name not in places and value != plain[name]}


# -- convert ------------------------------------------------------------------------------------------------


def test_a_lead_is_won_and_its_opportunity_started_in_one_step() -> None:
    before = lead()
    done, made = converted(before, by=REP, ground="they called")
    assert [(each.kind, each.target, each.at, each.by, each.ground, dict(each.set)) for each in done.history[2:]] == [
        ("won", "converted", days(1), REP, "they called", {"opportunity": "D-1"})
    ]
    assert [(each.kind, each.target, each.at, each.by, each.ground) for each in made.history] == [
        ("started", "talk", days(1), REP, "they called")
    ]
    assert (done.opportunity, made.lead, made.id) == ("D-1", "L-1", "D-1")
    assert (done.template, made.template) == (LEADS.ref, DEALS.ref)


def test_what_is_carried_from_a_lead_by_default() -> None:
    kept = {name: value for name, value in FIELDS.items() if name not in {"approvals", "lessons"}}
    assert own(converted(lead()).opportunity) == {**kept, "lead": "L-1"}
    assert set(LEAD_TO_OPPORTUNITY) == set(kept)


def test_an_update_lies_on_top_of_what_is_carried() -> None:
    made = converted(lead(), update={"name": "Acme", "expected_close": date(2026, 3, 1), "customer": "C-7"}).opportunity
    assert (made.name, made.owner, made.expected_close, made.customer) == ("Acme", "rosa", date(2026, 3, 1), "C-7")


def test_an_opportunity_starts_where_it_is_told_to() -> None:
    assert [converted(lead(), to=to).opportunity.stage for to in (None, "offer")] == ["talk", "offer"]


def test_a_rule_may_ask_for_the_opportunity_so_that_no_lead_is_won_without_one() -> None:
    assert said(LEADS.check(lead(), to="converted", at=days(1))) == ["opportunity is missing [present.opportunity]"]
    by_hand = LEADS.move(lead(), to="converted", at=days(1), update={"opportunity": "D-1"})
    assert [each.stage for each in (converted(lead()).lead, by_hand)] == ["converted"] * 2


def test_a_lead_that_sits_in_a_won_stage_is_linked_without_a_move() -> None:
    sitting = LEADS.adopt(Lead(id="L-1", name="Acme"), stage="converted", at=NOW)
    for won in (None, "converted"):
        done, made = converted(sitting, by=REP, ground="imported", won=won)
        assert [(each.kind, each.ground, dict(each.set)) for each in done.history[1:]] == [
            ("updated", "imported", {"opportunity": "D-1"})
        ]
        assert (done.stage, made.lead) == ("converted", "L-1")


def test_a_lead_is_converted_once_only_also_when_it_was_reopened() -> None:
    done = converted(lead()).lead
    again = LEADS.move(done, to="new", at=days(2), ground="they are back")
    again = LEADS.move(again, to="qualified", at=days(2))
    for one in (done, again):
        assert why(converted, one, id="D-2", at=days(3)) == [
            "the lead is converted already, into 'D-1' [lead.converted]"
        ]
        assert why(converted, one, at=days(3)) == ["the lead is converted already, into 'D-1' [lead.converted]"]


def test_what_a_lead_was_converted_into_is_never_cut_or_changed() -> None:
    done = converted(lead()).lead
    for other in (None, "D-2"):
        error = refused(LEADS.update, done, {"opportunity": other}, at=days(2))
        assert said(error.verdict) == ["opportunity is set once, and is 'D-1' [update.cut.opportunity]"]
        error = refused(LEADS.move, done, to="new", at=days(2), ground="back", update={"opportunity": other})
        assert "update.cut.opportunity" in [each.key for each in error.verdict.refusals]
    assert LEADS.update(done, {"opportunity": "D-1", "name": "x"}, at=days(2)).opportunity == "D-1"


def test_other_links_may_be_corrected() -> None:
    made = DEALS.start(Opportunity(id="D-1", name="x", lead="L-1", customer="C-1"), at=NOW)
    corrected = DEALS.update(made, {"lead": "L-2", "customer": None}, at=NOW)
    assert (corrected.lead, corrected.customer) == ("L-2", None)
    customer = CARE.start(Customer(id="C-1", opportunity="D-1"), at=NOW)
    assert CARE.update(customer, {"opportunity": "D-2"}, at=NOW).opportunity == "D-2"


def test_the_reasons_of_both_sides_are_told_at_once_and_which_are_the_new_records() -> None:
    error = refused(converted, lead("new", name="", qualification=Qualification()))
    assert str(error).splitlines() == [
        "L-1 may not move from 'new' to 'converted':",
        "- the need is unknown [qualified.need]",
        "- a ground must be stated: 'qualified' would be skipped [ground.missing]",
        "- opportunity: name is missing [present.name]",
    ]
    assert [each.params.get("record") for each in error.verdict.refusals] == [None, None, "opportunity"]
    assert (error.verdict.kind, error.verdict.missing) == ("won", ("qualification.need", "ground", "name"))
    assert Verdict.model_validate_json(error.verdict.model_dump_json()) == error.verdict


def test_where_only_the_new_record_is_refused_the_verdict_tells_what_the_move_would_be() -> None:
    error = refused(converted, lead(name=""))
    verdict = error.verdict
    assert (error.record.id, verdict.source, verdict.target, verdict.kind) == ("L-1", "qualified", "converted", "won")
    assert said(verdict) == ["opportunity: name is missing [present.name]"]


def test_what_is_wrong_with_the_step_is_told_once() -> None:
    how = {"at": datetime(2026, 1, 6), "by": "rosa", "ground": "\0"}  # noqa: DTZ001
    told = ["the time has no zone [time.naive]", "who acts is an Actor, not str [actor.invalid]"]
    assert why(converted, lead(), **how)[:2] == told
    assert len(why(converted, lead(), **how)) == 3
    assert len(why(converted, lead(), carry=5, **how)) == 4


def test_a_rule_that_both_sides_ask_is_told_for_each() -> None:
    strict = process({"contact": {"rules": (role("director"),)}})
    leads = process({"won": {"rules": (role("director"),)}}, record=Lead)
    sitting = leads.adopt(Lead(id="L-1"), stage="deal", at=NOW)
    told = why(convert, sitting, strict, leads=leads, id="D-1", at=NOW, by=REP)
    assert told == [
        "this takes the role director [role.director]",
        "opportunity: this takes the role director [role.director]",
    ]


TWO = process({"won too": {"outcome": "won"}, "old": {"outcome": "won", "life": "retired"}}, record=Lead)


def test_the_stage_that_wins_is_named_where_there_are_several() -> None:
    sitting = TWO.adopt(Lead(id="L-1"), stage="deal", at=NOW)
    how: dict[str, Any] = {"leads": TWO, "template": process()}
    assert why(converted, sitting, **how) == ["which stage wins is not said: 'won' or 'won too' [won.missing]"]
    assert refused(converted, sitting, **how).verdict.missing == ("won",)
    assert [converted(sitting, won=won, **how).lead.stage for won in ("won", "won too")] == ["won", "won too"]
    linked = converted(TWO.adopt(Lead(id="L-1"), stage="won too", at=NOW), **how).lead
    assert (linked.stage, linked.opportunity) == ("won too", "D-1")


@pytest.mark.parametrize(
    ("won", "told"),
    [
        ("talk", "'talk' is not a won stage; a won stage is 'won' or 'won too' [stage.not_won.talk]"),
        ("lost", "'lost' is not a won stage; a won stage is 'won' or 'won too' [stage.not_won.lost]"),
        ("wno too", "there is no stage 'wno too'; 'won too' is near [stage.unknown.wno too]"),
        ("old", "'old' is retired: it can only be left [stage.retired.old]"),
        (5, "a stage is named by its id, not by int [stage.invalid]"),
    ],
    ids=shown,
)
def test_what_is_no_won_stage_is_refused(won: Any, told: str) -> None:
    sitting = TWO.adopt(Lead(id="L-1"), stage="deal", at=NOW)
    assert why(converted, sitting, won=won, leads=TWO, template=process()) == [told]


def test_a_won_lead_is_not_moved_to_another_won_stage() -> None:
    sitting = TWO.adopt(Lead(id="L-1"), stage="won", at=NOW)
    told = why(converted, sitting, won="won too", leads=TWO, template=process())
    assert told == ["'won' is closed, and is not reopened to 'won too' [move.closed.won too]"]


def test_a_stage_is_known_by_its_aliases() -> None:
    leads = process({"won": {"aliases": ("converted",)}, "won too": {"outcome": "won"}}, record=Lead)
    sitting = leads.adopt(Lead(id="L-1"), stage="won", at=NOW).model_copy(update={"stage": "converted"})
    assert converted(sitting, leads=leads, won="won", template=process()).lead.opportunity == "D-1"


def test_a_stage_is_known_in_whatever_form_its_name_is_typed() -> None:
    leads = process({"ge\u00fcbt": {"outcome": "won"}}, record=Lead)
    sitting = leads.adopt(Lead(id="L-1"), stage="ge\u00fcbt", at=NOW)
    assert converted(sitting, leads=leads, won="geu\u0308bt", template=process()).lead.opportunity == "D-1"


def test_a_process_in_which_nothing_wins_converts_nothing() -> None:
    leads = StageTemplate(id="l", version="1", record=Lead, stages=(Stage(id="new"),))
    told = why(converted, leads.start(Lead(id="L-1", name="x"), at=NOW), leads=leads)
    assert told == ["no stage of l 1 wins [won.none]"]


def test_what_is_closed_and_locked_is_linked_in_the_step_that_wins() -> None:
    leads = process(record=Lead, lock_closed=True)
    told = why(converted, leads.adopt(Lead(id="L-1"), stage="won", at=NOW), leads=leads, template=process())
    assert told == ["the record is closed, and the policy locks what is closed [record.closed]"]
    done = converted(leads.adopt(Lead(id="L-1"), stage="deal", at=NOW), leads=leads, template=process()).lead
    assert (done.opportunity, list(audit(leads, [done]))) == ("D-1", [])


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        (Lead(id="L-1", name="x"), "nothing starts in 'converted', but in 'new' [start.elsewhere.converted]"),
        (Lead(id="L-1", name="x", stage="nowhere"), "there is no stage 'nowhere' [stage.unknown.nowhere]"),
        (
            Lead(id="L-1", name="x", stage="converted"),
            "the record sits in 'converted' without a history: adopt it first [record.without_history]",
        ),
    ],
    ids=["not started", "unknown stage", "no history"],
)
def test_a_lead_that_is_not_in_its_process_is_not_converted(odd: Lead, told: str) -> None:
    assert told in why(converted, odd)


# -- what is carried ----------------------------------------------------------------------------------------


def test_carry_takes_any_field_from_any_path_and_nothing_else() -> None:
    carry = {"name": "company", "segment": "fields.region", "fields.email": "email", "fields.none": "fields.none"}
    made = converted(lead(), carry=carry).opportunity
    assert own(made) == {
        "name": "Acme",
        "segment": "north",
        "fields": {"email": "rosa@acme.example"},
        "lead": "L-1",
    }


def test_free_fields_are_added_to_those_carried_as_a_whole() -> None:
    for carry in (
        {"fields.company": "company", "fields": "fields", "name": "name"},
        {"name": "name", "fields": "fields", "fields.company": "company"},
    ):
        assert converted(lead(), carry=carry).opportunity.fields == {"region": "north", "company": "Acme"}


def test_a_path_without_a_value_gives_nothing() -> None:
    """The default of the field stays, whatever it is."""

    class Deal(Opportunity):
        owner: str | None = "house"

    made = converted(lead(owner=None, amount=None), template=DEALS.bind(Deal)).opportunity
    assert (made.owner, made.amount) == ("house", None)


@pytest.mark.parametrize(
    ("carry", "told"),
    [
        ({"nam": "name"}, "there is no field 'nam' to carry to; 'name' is near [carry.unknown.nam]"),
        ({"zebra": "name"}, "there is no field 'zebra' to carry to [carry.unknown.zebra]"),
        (
            {"offer.price": "amount"},
            "there is no field 'offer.price' to carry to; 'offer' is near [carry.unknown.offer.price]",
        ),
        ({"fields.": "name"}, "there is no field 'fields.' to carry to; 'fields' is near [carry.unknown.fields.]"),
        ({5: "name"}, "there is no field '5' to carry to [carry.unknown.5]"),
        ({"segment": "compny"}, "there is no field 'compny' to carry from; 'company' is near [carry.source.compny]"),
        ({"segment": "zebra.x"}, "there is no field 'zebra.x' to carry from [carry.source.zebra.x]"),
        ({"segment": "loss..reason"}, None),
        ({"segment": "fields."}, None),
        ({"segment": "fields." + "x" * 122}, None),
        ({"segment": 5}, "there is no field '5' to carry from [carry.source.5]"),
        ({"segment": ["name"]}, None),
        ({"id": "id"}, "id is not carried over: templates and hand-overs set it [carry.reserved.id]"),
        ({"stage": "stage"}, "stage is not carried over: templates and hand-overs set it [carry.reserved.stage]"),
        ({"lead": "id"}, "lead is not carried over: templates and hand-overs set it [carry.reserved.lead]"),
        (
            None,
            "carry maps fields to paths: a mapping is wanted, not NoneType [carry.invalid.carry]",
        ),
        (
            "name",
            "carry maps fields to paths: a mapping is wanted, not str [carry.invalid.carry]",
        ),
    ],
    ids=shown,
)
def test_what_cannot_be_carried_is_refused_and_says_why(carry: Any, told: str | None) -> None:
    full = {"name": "name", **carry} if isinstance(carry, dict) else carry
    (found,) = why(converted, lead(), carry=full)
    assert found.startswith("opportunity: there is no field ") if told is None else found == f"opportunity: {told}"


def test_reserved_fields_may_be_read_and_are_then_plain_values() -> None:
    made = converted(lead(), carry={"name": "name", "fields.from_stage": "stage"}).opportunity
    assert made.fields == {"from_stage": "qualified"}


@pytest.mark.parametrize(
    ("update", "told"),
    [
        ({"nam": "x"}, "there is no field 'nam'; 'name' is near [update.unknown.nam]"),
        ({"stage": "won"}, "stage is set by templates alone [update.reserved.stage]"),
        ({"id": "D-7"}, "id is set by templates alone [update.reserved.id]"),
        ({"lead": "L-7"}, "lead is set by the hand-over alone [update.reserved.lead]"),
        ({"amount": "a lot"}, None),
        (["name"], "update cannot be set: a mapping is wanted, not list [update.invalid.update]"),
        (0, "update cannot be set: a mapping is wanted, not int [update.invalid.update]"),
    ],
    ids=shown,
)
def test_what_cannot_be_set_is_refused(update: Any, told: str | None) -> None:
    (found,) = why(converted, lead(), update=update)
    assert "[update.invalid.amount]" in found if told is None else found == f"opportunity: {told}"


class Hostile(dict[str, Any]):
    def keys(self) -> Any:
        raise RuntimeError("no keys today")

    __iter__ = keys


@pytest.mark.parametrize("what", ["carry", "update"])
def test_a_mapping_that_breaks_is_refused(what: str) -> None:
    told = why(converted, lead(), **{what: Hostile(name="name")})
    assert told == [
        (
            f"opportunity: {what} {'maps fields to paths' if what == 'carry' else 'cannot be set'}: "
            f"RuntimeError: no keys today [{what}.invalid.{what}]"
        )
    ]


class Deal(Opportunity):
    """A host's deal: fields that it must have, one under another name, and laws of its own."""

    seats: int
    budget: Money = Field(alias="theBudget")
    mood: str = "good"

    @field_validator("mood")
    @classmethod
    def _good(cls, mood: str) -> str:
        if mood == "bug":
            raise RuntimeError("the host's bug")
        return mood.lower()

    @model_validator(mode="after")
    def _large_deals_are_owned(self) -> Deal:
        if self.seats > 500 and self.owner is None:
            raise ValueError("more than 500 seats need an owner")
        return self


OWN = DEALS.bind(Deal)
CARRY = {"name": "name", "seats": "fields.seats", "budget": "amount"}


def test_a_class_of_the_hosts_is_made_by_its_own_validators() -> None:
    made = converted(lead(fields={"seats": 40}), template=OWN, carry=CARRY, update={"mood": "GOOD"}).opportunity
    assert isinstance(made, Deal)
    assert (made.seats, made.budget, made.mood) == (40, Money.of(12_000, "EUR"), "good")
    bare = Deal(id="D-1", seats=0, theBudget=Money.of(0, "EUR"))
    assert OWN.replay(bare, made.history) == made
    assert list(audit(OWN, [made])) == []


@pytest.mark.parametrize(
    ("fields", "update", "told"),
    [
        ({}, {}, "seats is required, and neither carry nor update gives a value [carry.missing.seats]"),
        ({"seats": "many"}, {}, "seats cannot be carried over: "),
        ({"seats": 1}, {"seats": "many"}, "seats cannot be set: "),
        (
            {"seats": 501},
            {},
            "the record would break its own class: more than 500 seats need an owner",
        ),
        ({"seats": 1}, {"mood": "bug"}, "the record would break its own class: RuntimeError: the host's bug"),
    ],
    ids=shown,
)
def test_what_the_hosts_class_refuses_is_a_refusal(fields: Any, update: Any, told: str) -> None:
    (found,) = why(converted, lead(fields=fields), template=OWN, carry=CARRY, update=update)
    assert found.startswith(f"opportunity: {told}")


def test_every_field_that_is_wrong_is_told_and_what_an_update_can_cure() -> None:
    error = refused(
        converted, lead(name=""), template=OWN, carry={"nam": "name"}, update={"id": 1, "mood": 5}, to="won"
    )
    assert [each.key for each in error.verdict.refusals] == [
        "carry.unknown.nam",
        "update.reserved.id",
        "carry.missing.seats",
        "carry.missing.budget",
        "update.invalid.mood",
        "start.elsewhere.won",
    ]
    assert error.verdict.missing == ("seats", "budget")


def test_a_value_of_the_sources_that_cannot_be_read_is_a_refusal() -> None:
    """A record is judged as a whole before: what is put together behind its class's back is not handed over."""
    broken = Lead.model_construct(id="L-1", name="x", stage="qualified", history=5)
    (told,) = why(converted, broken)
    assert told.startswith("the record would break its own class: ")
    assert told.endswith("@ history [record.broken]")


# -- hand over ----------------------------------------------------------------------------------------------


def test_a_won_deal_gets_its_customer() -> None:
    done, made = handed(deal(), by=REP)
    assert [(each.kind, each.by, dict(each.set)) for each in done.history[1:]] == [
        ("updated", REP, {"customer": "C-1"})
    ]
    assert (done.customer, made.opportunity, made.stage) == ("C-1", "D-1", "welcome")
    kept = {name: FIELDS[name] for name in ("name", "owner", "amount", "source", "segment", "fields")}
    assert own(made) == {**kept, "opportunity": "D-1"}
    assert set(OPPORTUNITY_TO_CUSTOMER) == set(kept)


@pytest.mark.parametrize("stage", ["talk", "offer", "lost"])
def test_a_deal_that_is_not_won_is_not_handed_over(stage: str) -> None:
    error = refused(handed, deal(stage))
    told = "the deal is not won, and the stage to win it in is not named [deal.not_won]"
    assert (said(error.verdict), error.verdict.missing) == ([told], ("won",))


def test_a_deal_that_is_not_started_is_not_handed_over() -> None:
    assert [each.key for each in refused(handed, Opportunity(id="D-1", name="x")).verdict.refusals] == ["deal.not_won"]


def test_an_open_deal_is_won_and_handed_over_in_one_step_where_the_stage_is_named() -> None:
    done, made = handed(deal("offer"), won="won")
    assert [(each.kind, each.target, dict(each.set)) for each in done.history[1:]] == [
        ("won", "won", {"customer": "C-1"})
    ]
    assert made.opportunity == "D-1"
    assert why(handed, deal("offer", amount=None), won="won") == ["amount is missing [present.amount]"]
    assert why(handed, deal("lost"), won="won") == ["'lost' is closed, and is not reopened to 'won' [move.closed.won]"]


TWICE = "the deal is handed over already, to the customer 'C-1' [deal.handed_over]"


def test_a_deal_that_named_its_customer_before_it_was_won_is_handed_over_once() -> None:
    named = DEALS.update(deal("offer"), {"customer": "C-1"}, at=NOW)
    for known, won in [(deal(customer="C-1"), None), (deal("offer", customer="C-1"), "won"), (named, "won")]:
        done, made = handed(known, won=won)
        assert (dict(done.history[-1].set), made.opportunity) == ({"customer": "C-1"}, "D-1")
        assert why(handed, done, at=days(2)) == [TWICE]
        assert why(handed, done, at=days(2), won="won") == [TWICE]


def test_a_deal_that_was_given_its_customer_by_winning_or_after_it_is_handed_over() -> None:
    by_winning = DEALS.move(deal("offer"), to="won", at=NOW, update={"customer": "C-1"})
    after = DEALS.update(deal(), {"customer": "C-1"}, at=NOW)
    later = DEALS.update(after, {"owner": "bob"}, at=NOW)
    assert [why(handed, each) for each in (by_winning, after, later)] == [[TWICE]] * 3


def test_a_customer_that_was_corrected_away_may_be_given_again() -> None:
    done = DEALS.update(handed(deal()).opportunity, {"customer": None}, at=days(2))
    assert handed(done, id="C-2", at=days(3)).opportunity.customer == "C-2"
    assert handed(done, at=days(3)).opportunity.customer == "C-1"


def test_a_tail_that_does_not_tell_when_the_deal_got_its_customer_is_not_handed_over() -> None:
    told = "whether the deal is handed over already, to 'C-1', is not on record [deal.handed_over]"
    known = deal(customer="C-1")
    assert why(handed, known.model_copy(update={"history": (), "changes_before": 1})) == [told]
    changed = DEALS.update(DEALS.update(deal("offer"), {"customer": "C-0"}, at=NOW), {"customer": "C-1"}, at=NOW)
    tail = changed.model_copy(update={"history": changed.history[1:], "changes_before": 1})
    assert handed(tail, won="won").customer.id == "C-1"
    said_again = changed.model_copy(update={"history": changed.history[2:], "changes_before": 2})
    assert why(handed, said_again, won="won") == [told]


def test_a_deal_of_another_customer_is_refused_by_that_customers_name() -> None:
    told = ["the deal is handed over already, to the customer 'C-0' [deal.handed_over]"]
    assert why(handed, deal(customer="C-0")) == told
    assert why(handed, deal("offer", customer="C-0"), won="won") == told


def test_a_deal_that_named_its_customer_before_is_asked_all_the_same() -> None:
    known = deal(customer="C-1")
    foreign = known.model_copy(update={"template": LEADS.ref})
    assert [each.code for each in refused(handed, known, at=days(-1)).verdict.refusals] == ["time.back"]
    assert [each.code for each in refused(handed, foreign).verdict.refusals] == ["template.other"]
    bare = Opportunity(id="D-1", name="x", customer="C-1", stage="won")
    assert [each.code for each in refused(handed, bare).verdict.refusals] == ["record.without_history"]


def test_a_locked_deal_is_handed_over_in_the_step_that_wins() -> None:
    locked = process(lock_closed=True)
    how: dict[str, Any] = {"deals": locked}
    told = why(handed, locked.adopt(Opportunity(id="D-1"), stage="won", at=NOW), **how)
    assert told == ["the record is closed, and the policy locks what is closed [record.closed]"]
    opened = locked.adopt(Opportunity(id="D-1"), stage="deal", at=NOW)
    assert handed(opened, won="won", **how).opportunity.customer == "C-1"
    assert why(handed, locked.adopt(Opportunity(id="D-1", customer="C-1"), stage="won", at=NOW), **how) == told


def test_the_reasons_of_deal_and_customer_are_told_at_once() -> None:
    strict = process({"contact": {"rules": (present("contract_end"),)}}, record=Customer)
    assert why(handed, deal("offer", amount=None), template=strict, won="won") == [
        "amount is missing [present.amount]",
        "customer: contract_end is missing [present.contract_end]",
    ]
    made = handed(deal(), template=strict, update={"contract_end": "2027-01-01"}).customer
    assert made.contract_end == date(2027, 1, 1)


# -- refer --------------------------------------------------------------------------------------------------


def test_a_customer_refers_a_lead() -> None:
    before = CUSTOMER.model_dump_json()
    made = referred(CUSTOMER, by=REP, update={"name": "Bob"})
    assert own(made) == {"name": "Bob", "owner": "rosa", "source": "referral", "referred_by": "C-1"}
    assert [(each.kind, each.target, each.by, each.at) for each in made.history] == [("started", "new", REP, days(1))]
    assert CUSTOMER.model_dump_json() == before
    assert dict(CUSTOMER_TO_LEAD) == {"owner": "owner"}


def test_the_source_of_a_referral_is_what_carry_or_update_says() -> None:
    assert referred(CUSTOMER, carry={"source": "source"}).source == "web"
    assert referred(CUSTOMER, carry={"source": "source"}, update={"source": "fair"}).source == "fair"
    assert referred(CUSTOMER.model_copy(update={"source": ""}), carry={"source": "source"}).source == "referral"


def test_a_lead_that_may_not_start_is_refused_under_its_own_name() -> None:
    strict = process({"contact": {"rules": (present("email"),)}}, record=Lead)
    assert str(refused(referred, CUSTOMER, template=strict)) == (
        "L-9 may not enter 'contact':\n- email is missing [present.email]"
    )
    error = refused(referred, CUSTOMER, carry={"x": "y"}, to="talk", by=5, at=5, ground=5)
    assert [each.key for each in error.verdict.refusals] == [
        "carry.unknown.x",
        "stage.unknown.talk",
        "time.invalid",
        "actor.invalid",
        "ground.invalid",
    ]
    assert (error.record.id, error.verdict.source, error.verdict.target) == ("L-9", None, "talk")


def test_a_referral_may_be_older_than_what_became_of_the_customer_since() -> None:
    assert referred(CUSTOMER, at=days(-9)).history[0].at == days(-9)


@pytest.mark.parametrize("field", ["referred_by", "id", "history"])
def test_nobody_says_otherwise_who_referred(field: str) -> None:
    assert [each.split(" ")[0] for each in why(referred, CUSTOMER, update={field: "x"})] == [field]
    assert [each.split(" ")[0] for each in why(referred, CUSTOMER, carry={field: "id"})] == [field]


# -- wrong arguments ----------------------------------------------------------------------------------------

MEANS_NOTHING = {"by=None", "update=None", "to=None", "won=None", "ground=None", "ground=x", "id=x"}
ODD: tuple[Any, ...] = (None, 5, "x", b"x", [], object, Lead, Lead.model_construct())


@pytest.mark.parametrize("odd", ODD, ids=shown)
@pytest.mark.parametrize(
    "what", ["record", "template", "leads", "id", "at", "by", "carry", "update", "to", "won", "ground"]
)
def test_an_argument_of_a_wrong_type_is_a_refusal_or_means_nothing(what: str, odd: Any) -> None:
    """No argument raises anything but MoveRefused, and none does so without a code."""
    how = {what: odd} if what not in {"record", "leads"} else {}
    sides: tuple[tuple[Any, Record, dict[str, Any]], ...] = (
        (converted, lead(), {"leads": odd} if what == "leads" else {}),
        (handed, deal(), {"deals": odd} if what == "leads" else {}),
        (referred, CUSTOMER, {}),
    )
    for call, record, more in sides:
        named = {name: value for name, value in {**how, **more}.items() if (call, name) != (referred, "won")}
        harmless = f"{what}={odd}" in MEANS_NOTHING or (what != "record" and not named)
        with nullcontext() if harmless else pytest.raises(MoveRefused) as caught:
            call(odd if what == "record" else record, **named)
        if caught is not None:
            assert caught.value.verdict.refusals
            assert all(each.code and each.text for each in caught.value.verdict.refusals)
            assert str(caught.value)


def test_every_argument_that_nothing_can_be_judged_without_is_told_at_once() -> None:
    error = refused(convert, 5, "x", leads=DEALS, id="", at=NOW)
    assert said(error.verdict) == [
        "a Lead is wanted here, not int [record.invalid]",
        "template must be a process of opportunities, not str [template.invalid.template]",
        "leads must be a process of leads, not of opportunities [template.invalid.leads]",
        "the new record has no sound id: String should have at least 1 character [id.invalid]",
    ]
    assert repr(error.record) == "5"


def test_an_id_is_kept_in_its_clean_form_on_both_sides() -> None:
    done, made = converted(lead(), id="u\u0308-1")
    assert (done.opportunity, made.id) == ("ü-1", "ü-1")
    known = deal(customer="ü-1")
    assert handed(known, id="u\u0308-1").opportunity.customer == "ü-1"


def test_a_record_that_lost_what_its_class_wants_is_refused() -> None:
    for call, odd in ((converted, Lead), (handed, Opportunity), (referred, Customer)):
        assert [each.split(": ")[0] for each in why(call, odd.model_construct())] == [
            "the record would break its own class"
        ]
