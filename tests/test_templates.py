"""Templates: the built-in catalogue, and what each of its processes lets pass."""

import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from acme import NOW, days, shown
from salesflow import (
    Actor,
    Answer,
    LoadError,
    LossReport,
    Money,
    Offer,
    Opportunity,
    Qualification,
    StageTemplate,
    templates,
)
from salesflow.loading import load_template
from salesflow.records import Item, Objection
from salesflow.rules import Qualified, walk
from walking import reached

FROZEN = Path(__file__).parent / "fixtures" / "v1"
REP, MANAGER = Actor(id="rosa", roles=("rep",)), Actor(id="marc", roles=("account_manager",))
CLASSIC, HEFLO = templates.get("classic-pipeline"), templates.get("heflo-process")
EVERY = pytest.mark.parametrize("template", [*map(templates.get, templates.names())], ids=templates.names())
PROCESS = pytest.mark.parametrize("template", [CLASSIC, HEFLO], ids=["classic-pipeline", "heflo-process"])


def answered(*criteria: str) -> Qualification:
    ways = {"authority": "access"}
    met = (Answer(criterion=each, certainty="claimed", at=NOW, way=ways.get(each)) for each in criteria)
    return Qualification(answers=tuple(met))


def deal(*criteria: str, **fields: Any) -> Opportunity:
    """Return a deal that lacks nothing but the criteria that are not named."""
    offer = Offer(items=(Item(name="seat"),), price=Money.of(12000, "EUR"))
    loss = LossReport(reason="price", account="two calls, then silence")
    given: dict[str, Any] = {"name": "Acme", "offer": offer, "loss": loss, "qualification": answered(*criteria)}
    return Opportunity.model_validate({"id": "D-1", **given, **fields})


def criteria_of(template: StageTemplate[Any]) -> tuple[str, ...]:
    return tuple(criterion.id for criterion in template.framework.criteria)


def sitting(template: StageTemplate[Any], stage: str, record: Opportunity) -> Opportunity:
    moved: Opportunity = template.adopt(record, stage=stage, at=NOW)
    return moved


def refusals(template: StageTemplate[Any], record: Opportunity, to: str, **how: Any) -> list[str]:
    verdict = template.check(record, **{"to": to, "at": days(1), "by": REP, **how})
    return [refusal.key for refusal in verdict.refusals]


# -- the catalogue ------------------------------------------------------------------------------------------


def test_names_are_listed_without_loading_a_template() -> None:
    program = "import sys; from salesflow.templates import names; names(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = [name for name in done.stdout.split() if name.startswith("salesflow.templates.")]
    assert loaded == []


def test_every_declaration_is_in_the_catalogue() -> None:
    folder = Path(str(templates.__file__)).parent
    files = [file.stem.replace("_", "-") for file in folder.glob("[!_]*.py")]
    assert sorted(templates.names()) == sorted(files)


@pytest.mark.parametrize("name", templates.names())
def test_a_template_is_got_by_its_id(name: str) -> None:
    assert templates.get(name).id == name
    assert templates.get(name) is templates.get(name)


ALL_LISTED = f"salesflow.templates.names() lists the {len(templates.names())} that there are"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("clasic-pipline", "'classic-pipeline' is near"),
        ("Heflo-Process", "'heflo-process' is near"),
        ("nothing", ALL_LISTED),
        ("__init__", ALL_LISTED),
        ("\ud800", ALL_LISTED),
        (5, ALL_LISTED),
        ([], ALL_LISTED),
    ],
    ids=shown,
)
def test_an_unknown_name_is_a_load_error_with_what_there_is(name: Any, problem: str) -> None:
    with pytest.raises(LoadError) as caught:
        templates.get(name)
    said = f"there is no template of that name; {problem} [template.unknown]"
    assert str(caught.value) == f"template {name!a} cannot be read:\n- {said}"


# -- every template -----------------------------------------------------------------------------------------


@EVERY
def test_a_template_is_what_was_frozen_as_its_first_version(template: StageTemplate[Any]) -> None:
    """One that behaves otherwise takes a new version, and a frozen file of its own."""
    frozen = load_template(FROZEN / f"{template.id}.json")
    assert (frozen, frozen.ref) == (template, template.ref)


@PROCESS
def test_a_template_is_labelled_in_english_and_french(template: StageTemplate[Any]) -> None:
    labels = [(template.label, template.labels), *((stage.label, stage.labels) for stage in template.stages)]
    labels += [(move.name, move.labels) for move in template.moves]
    assert [(label, others) for label, others in labels if not label or others.keys() != {"fr"}] == []


@EVERY
def test_a_declaration_says_where_it_comes_from_and_when_to_use_it(template: StageTemplate[Any]) -> None:
    told = import_module(f"salesflow.templates.{template.id.replace('-', '_')}").__doc__ or ""
    assert "Source: " in told
    assert "Use it where " in told


@PROCESS
def test_nothing_passes_qualification_without_each_of_its_criteria(template: StageTemplate[Any]) -> None:
    """Not by a step, a skip, a hold, a step back or a reopening, whoever acts; a skippable stage takes a ground."""
    asking = next(stage for stage in template.stages if asks_criteria(stage.rules))
    order = [stage.id for stage in template.stages if stage.open and not stage.hold]
    before = {*order[: order.index(asking.id)], "on-hold", "lost"}
    everybody = Actor(id="all", roles=("rep", "account_manager"))
    ground = None if asking.skippable else "because"
    for missing in criteria_of(template):
        record = deal(*(each for each in criteria_of(template) if each != missing))
        started = template.start(record, at=NOW, by=everybody)
        assert reached(template, [started], at=NOW, by=everybody, ground=ground) <= before


def asks_criteria(rules: tuple[Any, ...]) -> bool:
    return any(isinstance(each, Qualified) for rule in rules for each in walk(rule))


@PROCESS
def test_a_deal_that_lacks_nothing_can_come_to_every_stage(template: StageTemplate[Any]) -> None:
    everybody = Actor(id="all", roles=("rep", "account_manager"))
    started = template.start(deal(*criteria_of(template)), at=NOW, by=everybody)
    everywhere = {stage.id for stage in template.stages}
    assert reached(template, [started], at=NOW, by=everybody, ground="because") == everywhere


@PROCESS
def test_the_authority_of_one_who_only_knows_the_decider_is_enough(template: StageTemplate[Any]) -> None:
    record = deal(*criteria_of(template))
    unsaid = record.qualification.answered(Answer(criterion="authority", certainty="claimed", at=NOW))
    source, to = ("prospecting", "qualified-lead") if template is CLASSIC else ("qualification", "proposal")
    assert refusals(template, sitting(template, source, record), to) == []
    vague = record.model_copy(update={"qualification": unsaid})
    assert refusals(template, sitting(template, source, vague), to) == ["qualified.authority"]


@PROCESS
def test_a_loss_is_possible_at_any_moment_and_names_its_reason(template: StageTemplate[Any]) -> None:
    for stage in template.stages:
        if stage.open:
            lost = refusals(template, sitting(template, stage.id, deal(loss=None)), "lost")
            assert "present.loss.reason" in lost
            assert refusals(template, sitting(template, stage.id, deal()), "lost") == []


@PROCESS
def test_objections_are_resolved_before_winning(template: StageTemplate[Any]) -> None:
    record = deal(objections=(Objection(id="O-1", raised_at=NOW),))
    assert refusals(template, sitting(template, "negotiation", record), "won") == ["objections_resolved"]


@PROCESS
@pytest.mark.parametrize(
    ("offer", "missing"),
    [
        (None, ["present.offer.items", "present.offer.price"]),
        (Offer(items=(Item(name="seat"),)), ["present.offer.price"]),
        (Offer(price=Money.of(1, "EUR")), ["present.offer.items"]),
    ],
    ids=["no offer", "no price", "no items"],
)
def test_a_proposal_has_an_offer_with_a_price(
    template: StageTemplate[Any], offer: Offer | None, missing: list[str]
) -> None:
    source = "demo" if template is CLASSIC else "qualification"
    record = deal(*criteria_of(template), offer=offer)
    assert refusals(template, sitting(template, source, record), "proposal") == missing


@PROCESS
def test_a_step_back_takes_a_ground(template: StageTemplate[Any]) -> None:
    record = sitting(template, "negotiation", deal())
    assert refusals(template, record, "proposal") == ["ground.missing"]
    assert refusals(template, record, "proposal", ground="they want another offer") == []


REOPENED: Mapping[str, list[str]] = {
    "classic-pipeline": ["prospecting", "qualified-lead"],
    "heflo-process": ["qualification"],
}


@PROCESS
def test_a_lost_deal_comes_back_where_it_is_qualified_again_and_a_won_one_nowhere(template: StageTemplate[Any]) -> None:
    record = deal(*criteria_of(template))
    how: dict[str, Any] = {"at": days(1), "by": REP, "ground": "they called"}
    lost, won = (template.options(sitting(template, stage, record), **how) for stage in ("lost", "won"))
    assert [stage for stage, verdict in lost.items() if verdict] == REOPENED[template.id]
    assert [stage for stage, verdict in won.items() if verdict] == []


# -- the classic pipeline -----------------------------------------------------------------------------------


def test_the_qualified_lead_stage_alone_is_skippable_and_only_with_a_ground() -> None:
    assert [stage.id for stage in CLASSIC.stages if stage.skippable] == ["qualified-lead"]
    record = sitting(CLASSIC, "prospecting", deal())
    assert "ground.missing" in refusals(CLASSIC, record, "demo")
    assert refusals(CLASSIC, record, "demo", ground="a customer of ten years") == []


@pytest.mark.parametrize("to", ["proposal", "negotiation", "won"])
def test_no_ground_skips_more_of_the_classic_pipeline(to: str) -> None:
    record = sitting(CLASSIC, "prospecting", deal(*criteria_of(CLASSIC)))
    assert refusals(CLASSIC, record, to, ground="a customer of ten years") == [f"move.skip.{to}"]


# -- the HEFLO process --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("known", "leaves"), [("name", True), ("lead", True), ("customer", True), ("owner", False)])
def test_identification_is_left_with_a_name_a_lead_or_a_customer(known: str, leaves: bool) -> None:
    record = sitting(HEFLO, "identification", Opportunity.model_validate({"id": "D-1", known: "x"}))
    assert (refusals(HEFLO, record, "qualification") == []) == leaves


@pytest.mark.parametrize("source", ["proposal", "follow-up"])
def test_a_negotiation_is_entered_by_the_account_manager_alone(source: str) -> None:
    record = sitting(HEFLO, source, deal())
    assert refusals(HEFLO, record, "negotiation", by=REP) == ["role.account_manager"]
    assert refusals(HEFLO, record, "negotiation", by=MANAGER) == []


def test_a_buyer_who_answers_at_once_is_not_followed_up_and_that_is_no_skip() -> None:
    moved = HEFLO.move(sitting(HEFLO, "proposal", deal()), to="negotiation", at=days(1), by=MANAGER)
    assert moved.history[-1].kind == "advanced"


def test_a_loss_has_its_report_and_a_warning_until_its_lesson_is_written() -> None:
    record = sitting(HEFLO, "negotiation", deal(loss=LossReport(reason="price")))
    assert refusals(HEFLO, record, "lost") == ["present.loss.account"]
    verdict = HEFLO.check(sitting(HEFLO, "negotiation", deal()), to="lost", at=days(1), by=MANAGER)
    assert [warning.key for warning in verdict.warnings] == ["present.loss.lesson"]


def test_a_won_deal_warns_until_its_lessons_are_written() -> None:
    for lessons, warned in (("", ["present.lessons"]), ("call sooner", [])):
        record = sitting(HEFLO, "negotiation", deal(lessons=lessons))
        verdict = HEFLO.check(record, to="won", at=days(1), by=MANAGER)
        assert ([warning.key for warning in verdict.warnings], bool(verdict)) == (warned, True)
