"""What every process of a sale, a lead and a customer lets pass, and where it leads."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acme import NOW, days
from salesflow import LossReport, Money, Offer, audit, lint
from salesflow.records import Item, Objection
from salesflow.rules import Qualified, walk
from salesflow.testing._asking import Aim, Nth, Patch, Request, Walk, steps
from salesflow.testing._laws_of_steps import STEP_LAWS, Law
from templates.selling import (
    EVERYBODY,
    LOSS,
    MANAGER,
    NAMES,
    PROCESSES,
    Template,
    answered,
    closing,
    complete,
    criteria_of,
    got,
    in_order,
    refusals,
    sitting,
    warnings,
)
from walking import reached

EVERY = pytest.mark.parametrize("template", [*map(got, NAMES)], ids=NAMES)
SALE = pytest.mark.parametrize("template", [*map(got, PROCESSES)], ids=PROCESSES)
QUALIFYING = pytest.mark.parametrize("template", [*map(got, [*PROCESSES, "lead"])], ids=[*PROCESSES, "lead"])

# -- what a process is --------------------------------------------------------------------------------------

ORDER: dict[str, list[str]] = {
    "bitrix24-flow": ["initial-contact", "qualification", "meeting", "proposal"],
    "classic-pipeline": ["prospecting", "qualified-lead", "demo", "proposal", "negotiation"],
    "seven-step": ["prospecting", "preparation", "approach", "presentation", "handling-objections"],
    "four-step": ["research", "prospecting", "sales-call"],
    "heflo-process": ["identification", "qualification", "proposal", "follow-up", "negotiation"],
    "sales-lifecycle": ["prospecting", "research", "first-contact", "demo", "handling-objections"],
    "jobphoning-process": ["lead-generation", "lead-qualification", "lead-nurturing", "approach", "sales-visits"],
    "lead": ["capture", "contact", "working", "nurturing", "qualified"],
    "after-sales": ["onboarding", "active", "renewal-due"],
}
CLOSED: dict[str, list[str]] = {"lead": ["converted", "abandoned"], "after-sales": ["renewed", "churned"]}


@EVERY
def test_the_stages_come_in_the_order_of_the_source_and_end_with_winning_and_losing(template: Template) -> None:
    closed = CLOSED.get(template.id, ["won", "lost"])
    assert [stage.id for stage in template.stages] == [*ORDER[template.id], "on-hold", *closed]
    assert [stage.outcome for stage in template.stages[-2:]] == ["won", "lost"]


@EVERY
def test_a_template_has_no_problem(template: Template) -> None:
    assert list(lint(template)) == []


@EVERY
def test_a_template_is_labelled_in_english_and_french(template: Template) -> None:
    labels = [(template.label, template.labels), *((stage.label, stage.labels) for stage in template.stages)]
    labels += [(move.name, move.labels) for move in template.moves]
    assert [(label, others) for label, others in labels if not label or others.keys() != {"fr"}] == []


SELLERS = ("field_sales", "tele_prospector")
ROLES: dict[str, list[tuple[str, ...]]] = {
    "bitrix24-flow": [("marketing",), ("rep",), ("rep",), ("rep",)],
    "classic-pipeline": [(), (), (), (), ()],
    "seven-step": [("rep",)] * 5,
    "four-step": [("rep",)] * 3,
    "heflo-process": [(), (), (), (), ("account_manager",)],
    "sales-lifecycle": [("rep",)] * 5,
    "jobphoning-process": [("marketing",), ("marketing",), ("marketing",), SELLERS, SELLERS],
    "lead": [("marketing",), ("rep",), ("rep",), ("marketing",), ("rep",)],
    "after-sales": [("support",), ("account_manager",), ("account_manager",)],
}


@EVERY
def test_each_step_says_whose_it_is_where_the_process_says_so(template: Template) -> None:
    assert [template.stage(name).roles for name in in_order(template)] == ROLES[template.id]


@EVERY
def test_what_stands_still_is_seen(template: Template) -> None:
    """Every open stage asks for a follow-up or grows too old, and a hold is looked at again."""
    unseen = [each.id for each in template.stages if each.open and not (each.follow_up_every or each.max_age)]
    assert unseen == []
    assert [each.id for each in template.stages if each.hold and not each.follow_up_every] == []


# -- walks --------------------------------------------------------------------------------------------------


def going(template: Template, record: Any, *targets: str) -> Any:
    """Return the record moved to each of these, a day apart, with a ground at hand."""
    for to in targets:
        at = record.history[-1].at + (days(1) - NOW)
        record = template.move(record, to=to, at=at, by=EVERYBODY, ground="it is so")
    return record


def kinds(record: Any) -> list[str]:
    return [change.kind for change in record.history]


def holds(template: Template, record: Any) -> None:
    """The history obeys the template, and gives the record back."""
    assert list(audit(template, [record])) == []
    assert template.replay(template.record(id=record.id), record.history) == record


def started(template: Template) -> Any:
    return template.start(complete(template), at=NOW, by=EVERYBODY)


@EVERY
def test_a_record_that_lacks_nothing_is_walked_step_by_step_to_winning(template: Template) -> None:
    first, *others = in_order(template)
    record = started(template)
    assert record.stage == first
    for to in (*others, closing(template, "won")):
        record = template.move(record, to=to, at=days(1), by=EVERYBODY)
    assert set(kinds(record)[1:-1]) == {"advanced"}
    assert kinds(record)[-1] == "won"
    holds(template, record)


@EVERY
def test_a_record_is_lost_from_every_stage_and_comes_back_wherever_the_policy_says(template: Template) -> None:
    order, lost = in_order(template), closing(template, "lost")
    for place, stage in enumerate(order):
        for back in template.policy.reopen_to:
            record = going(template, started(template), *order[1 : place + 1], lost, back)
            assert (record.left, record.stage) == (None, back), stage
            assert (kinds(record)[-2:], record.reopenings, record.loss) == (["lost", "reopened"], 1, None)
            holds(template, record)


@EVERY
def test_a_record_is_held_in_every_stage_and_resumes_it(template: Template) -> None:
    order = in_order(template)
    for place, stage in enumerate(order):
        record = going(template, started(template), *order[1 : place + 1], "on-hold", stage)
        assert (kinds(record)[-2:], record.stage) == (["held", "resumed"], stage)
        holds(template, record)


@EVERY
def test_a_record_that_lacks_nothing_can_come_to_every_stage(template: Template) -> None:
    everywhere = {stage.id for stage in template.stages}
    assert reached(template, [started(template)], at=NOW, by=EVERYBODY, ground="because") == everywhere


AIMS = st.sampled_from(["next", "next", "next", "previous", "left", "won", "lost", "hold", "reopen", "out"]).map(Aim)
REQUESTS = st.builds(
    Request,
    to=AIMS | st.integers(0, 12).map(Nth),
    by=st.just(EVERYBODY) | st.sampled_from([EVERYBODY, MANAGER, None]),
    ground=st.sampled_from(["it is so", "it is so", None]),
    patch=st.sampled_from([None, Patch({"loss": LOSS}), Patch(resolved=True)]),
    pause=st.sampled_from([days(1) - NOW, days(40) - NOW]),
)
WALKS = st.builds(
    lambda name, some: Walk(got(name), complete(got(name)), (Request(by=EVERYBODY), *some)),
    st.sampled_from(NAMES),
    st.lists(REQUESTS, min_size=3, max_size=9),
)


@pytest.mark.parametrize("law", STEP_LAWS)
@given(drawn=WALKS)
def test_every_step_of_a_walk_through_a_process_obeys(law: Law, drawn: Walk) -> None:
    for record, asked in steps(drawn, drawn.template):
        law(drawn.template, record, asked)


@given(drawn=WALKS)
def test_a_walk_through_a_process_has_no_findings(drawn: Walk) -> None:
    for record, _ in steps(drawn, drawn.template):
        if record.stage is not None:
            holds(drawn.template, record)


# -- qualification ------------------------------------------------------------------------------------------


def asking(template: Template, criterion: str) -> Any:
    """Return the first stage that asks the criterion."""
    return next(stage for stage in template.stages if criterion in asked_by(stage.rules))


def asked_by(rules: tuple[Any, ...]) -> set[str]:
    parts = (each for rule in rules for each in walk(rule) if isinstance(each, Qualified))
    return {criterion for each in parts for criterion in each.criteria}


@QUALIFYING
def test_nothing_passes_qualification_without_each_of_its_criteria(template: Template) -> None:
    """Not by a step, a skip, a hold, a step back or a reopening, whoever acts; a skippable stage takes a ground."""
    order, lost = in_order(template), closing(template, "lost")
    for missing in criteria_of(template):
        stage = asking(template, missing)
        before = {*order[: order.index(stage.id)], "on-hold", lost}
        ground = None if stage.skippable else "because"
        unmet = template.start(complete(template, without=missing), at=NOW, by=EVERYBODY)
        assert reached(template, [unmet], at=NOW, by=EVERYBODY, ground=ground) == before


FIRST_GATE: dict[str, tuple[str, str]] = {
    "bitrix24-flow": ("qualification", "meeting"),
    "classic-pipeline": ("prospecting", "qualified-lead"),
    "seven-step": ("approach", "presentation"),
    "four-step": ("prospecting", "sales-call"),
    "heflo-process": ("qualification", "proposal"),
    "sales-lifecycle": ("first-contact", "demo"),
    "jobphoning-process": ("lead-qualification", "lead-nurturing"),
    "lead": ("working", "qualified"),
}


@QUALIFYING
def test_the_stage_after_qualification_names_every_criterion_that_is_unknown(template: Template) -> None:
    source, to = FIRST_GATE[template.id]
    unknown = sitting(template, source, complete(template, qualification=answered()))
    asked = [each for each in criteria_of(template) if each != "profile"]
    assert sorted(refusals(template, unknown, to)) == sorted(f"qualified.{each}" for each in asked)


@QUALIFYING
def test_the_authority_of_one_who_only_knows_the_decider_is_enough(template: Template) -> None:
    (source, to), met = FIRST_GATE[template.id], criteria_of(template)
    assert refusals(template, sitting(template, source), to) == []
    vague = complete(template, qualification=_without_way(met))
    asked = ["qualified.authority"] if "authority" in met else []
    assert refusals(template, sitting(template, source, vague), to) == asked


def _without_way(criteria: tuple[str, ...]) -> Any:
    answers = (each.model_copy(update={"way": None}) for each in answered(*criteria).answers)
    return {"answers": tuple(dict(each) for each in answers)}


# -- the offer, objections and the ways to close ------------------------------------------------------------

PROPOSED: dict[str, tuple[str, str]] = {
    "bitrix24-flow": ("meeting", "proposal"),
    "classic-pipeline": ("demo", "proposal"),
    "seven-step": ("presentation", "handling-objections"),
    "four-step": ("sales-call", "won"),
    "heflo-process": ("qualification", "proposal"),
    "sales-lifecycle": ("demo", "handling-objections"),
    "jobphoning-process": ("sales-visits", "won"),
}
ITEMS, PRICE = (Item(name="seat"),), Money.of(1, "EUR")


@SALE
@pytest.mark.parametrize(
    ("offer", "missing"),
    [
        (None, ["present.offer.items", "present.offer.price"]),
        (Offer(items=ITEMS, months=12), ["present.offer.price"]),
        (Offer(price=PRICE, months=12), ["present.offer.items"]),
    ],
    ids=["no offer", "no price", "no items"],
)
def test_a_proposal_has_an_offer_with_a_price(template: Template, offer: Offer | None, missing: list[str]) -> None:
    source, to = PROPOSED[template.id]
    term = ["present.offer.months"] if template.id == "bitrix24-flow" and offer is None else []
    assert refusals(template, sitting(template, source, complete(template, offer=offer)), to) == [*missing, *term]


@SALE
def test_only_the_process_that_says_so_asks_for_the_length_of_the_contract(template: Template) -> None:
    source, to = PROPOSED[template.id]
    record = sitting(template, source, complete(template, offer=Offer(items=ITEMS, price=PRICE)))
    expected = ["present.offer.months"] if template.id == "bitrix24-flow" else []
    assert refusals(template, record, to) == expected


@SALE
def test_nothing_is_won_without_an_offer(template: Template) -> None:
    empty = template.start(complete(template, offer=None), at=NOW, by=EVERYBODY)
    assert "won" not in reached(template, [empty], at=NOW, by=EVERYBODY, ground="because")


STANDING = (Objection(id="O-1", raised_at=NOW),)


@pytest.mark.parametrize("name", [*PROCESSES, "after-sales"])
def test_objections_are_resolved_before_winning(name: str) -> None:
    template = got(name)
    record = sitting(template, in_order(template)[-1], complete(template, objections=STANDING))
    assert refusals(template, record, closing(template, "won")) == ["objections_resolved"]


@EVERY
def test_a_loss_is_possible_at_any_moment_and_names_its_reason(template: Template) -> None:
    lost = closing(template, "lost")
    for stage in (*in_order(template), "on-hold"):
        unsaid = sitting(template, stage, complete(template, loss=None))
        assert "present.loss.reason" in refusals(template, unsaid, lost)
        assert refusals(template, sitting(template, stage), lost, by=None) == []


REPORTED = [name for name in NAMES if name not in {"classic-pipeline", "heflo-process", "lead"}]


@pytest.mark.parametrize("name", REPORTED)
def test_a_loss_warns_until_its_report_is_whole_and_a_win_until_its_lessons_are_written(name: str) -> None:
    template = got(name)
    last = in_order(template)[-1]
    short = sitting(template, last, complete(template, loss=LossReport(reason="price"), lessons=""))
    assert warnings(template, short, closing(template, "lost")) == ["present.loss.account", "present.loss.lesson"]
    assert "present.lessons" in warnings(template, short, closing(template, "won"))
    assert warnings(template, sitting(template, last), closing(template, "lost")) == []
    assert "present.lessons" not in warnings(template, sitting(template, last), closing(template, "won"))


@EVERY
def test_the_lessons_of_what_is_closed_may_be_written_down_later(template: Template) -> None:
    won, lost = (sitting(template, closing(template, each)) for each in ("won", "lost"))
    assert template.update(won, {"lessons": "ask sooner"}, at=days(30)).lessons == "ask sooner"
    report = {"loss": {**dict(LOSS), "lesson": "ask sooner"}}
    assert template.update(lost, report, at=days(30)).loss.lesson == "ask sooner"


# -- exceptions ---------------------------------------------------------------------------------------------


@EVERY
def test_a_step_back_takes_a_ground(template: Template) -> None:
    before, last = in_order(template)[-2:]
    assert refusals(template, sitting(template, last), before) == ["ground.missing"]
    assert refusals(template, sitting(template, last), before, ground="they want it so") == []


@EVERY
def test_no_process_skips_but_the_one_that_says_so(template: Template) -> None:
    first, _, third = in_order(template)[:3]
    waived = {"classic-pipeline": ["qualified-lead"]}.get(template.id, [])
    assert [stage.id for stage in template.stages if stage.skippable] == waived
    skips = {"bitrix24-flow", "classic-pipeline"}
    expected = [] if template.id in skips else [f"move.skip.{third}"]
    assert refusals(template, sitting(template, first), third, ground="they are in a hurry") == expected
    assert refusals(template, sitting(template, first), third) != []


REOPENED: dict[str, list[str]] = {
    "bitrix24-flow": ["qualification"],
    "classic-pipeline": ["prospecting", "qualified-lead"],
    "seven-step": ["prospecting", "approach"],
    "four-step": ["prospecting"],
    "heflo-process": ["qualification"],
    "sales-lifecycle": ["first-contact"],
    "jobphoning-process": ["lead-qualification", "lead-nurturing", "approach"],
    "lead": ["contact", "working", "nurturing"],
    "after-sales": ["onboarding", "active"],
}


@EVERY
def test_what_is_lost_comes_back_where_it_is_worked_again_and_only_a_renewed_customer_goes_on(
    template: Template,
) -> None:
    how: dict[str, Any] = {"at": days(1), "by": EVERYBODY, "ground": "they called"}
    lost, won = (template.options(sitting(template, closing(template, each)), **how) for each in ("lost", "won"))
    assert [stage for stage, verdict in lost.items() if verdict] == REOPENED[template.id]
    goes_on = REOPENED[template.id] if template.id == "after-sales" else []
    assert [stage for stage, verdict in won.items() if verdict] == goes_on


@EVERY
def test_a_reopening_takes_a_ground(template: Template) -> None:
    record = sitting(template, closing(template, "lost"))
    for back in REOPENED[template.id]:
        assert refusals(template, record, back) == ["ground.missing"]
