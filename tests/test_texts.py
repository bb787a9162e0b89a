"""Texts: every text that a refusal may have is produced by some input, with nothing left to fill in."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import model_validator

from acme import BOSS, NEW, NOW, REP, asked, asking, days, process, sitting
from salesflow import (
    Actor,
    Answer,
    Customer,
    Lead,
    Money,
    Move,
    MoveRefused,
    Opportunity,
    Qualification,
    StageTemplate,
    any_of,
    compare,
    convert,
    hand_over,
    machine_class,
    none_of,
    present,
    qualified,
    refer,
    role,
    rule,
)
from salesflow._guards import Names, guard_of
from salesflow._sight import UNREADABLE
from salesflow._texts import TEXTS, listed, text
from salesflow.migration import drafted
from salesflow.qualification import FOUR_CRITERIA
from salesflow.records import Approval, Objection
from salesflow.rules import PythonRule, activity, approved, objections_resolved, time_in_stage, visited
from salesflow.verdict import Refusal

TOMORROW = days(1)


def deal(**fields: Any) -> Opportunity:
    return Opportunity.model_validate({"id": "D-1", **fields})


def answered(certainty: str, criterion: str = "need", **more: Any) -> Opportunity:
    answer = Answer.model_validate({"criterion": criterion, "certainty": certainty, "at": NOW, **more})
    return deal(qualification=Qualification(answers=(answer,)))


def of(rule: Any, record: Opportunity = NEW, **how: Any) -> tuple[Refusal, ...]:
    return asked(rule, record, **how).refusals


def way(
    stage: str, to: Any, *, changed: Any = None, at: Any = TOMORROW, how: Any = None, **policy: Any
) -> tuple[Refusal, ...]:
    template = process(changed, **policy)
    return template.check(sitting(template, stage), to=to, at=at, **(how or {})).refusals


def raised(call: Callable[[], object]) -> tuple[Refusal, ...]:
    with pytest.raises(MoveRefused) as caught:
        call()
    return caught.value.verdict.refusals


@rule(name="host_rule")
def breaking(record: Opportunity, /, *, at: datetime, by: Actor | None) -> bool:
    return bool(record.fields["nothing"])


class Strict(Opportunity):
    """A deal with a law of its own."""

    @model_validator(mode="after")
    def _named_once_talked(self) -> "Strict":
        if self.stage == "talk" and not self.name:
            raise ValueError("a deal has a name")
        return self


def broken() -> tuple[Refusal, ...]:
    template = process(record=Strict)
    return template.check(sitting(template, "contact", Strict(id="D-1")), to="talk", at=days(1)).refusals


def foreign(template_id: str) -> tuple[Refusal, ...]:
    theirs = process({"talk": {"rules": (present("name"),)}}, more={})
    theirs = theirs.model_copy(update={"id": template_id})
    return process().check(sitting(theirs, "contact"), to="talk", at=days(1)).refusals


def tail(rule: Any) -> tuple[Refusal, ...]:
    template = asking(rule)
    there = sitting(template, "contact").model_copy(update={"history": (), "changes_before": 1})
    return template.check(there, to="talk", at=days(1)).refusals


def machine_over(host: Any) -> Any:
    return machine_class(process(moves=(Move(sources=("contact",), target="talk", name="step"),)))(host)


def moved_meanwhile() -> object:
    deal = SimpleNamespace(id="D-1", stage="contact")
    meddle = SimpleNamespace(before_transition=lambda: setattr(deal, "stage", "offer"))
    machine = machine_over(deal)
    machine.add_listener(meddle)
    return machine.send("talk", at=NOW)


def unreadable() -> tuple[Refusal, ...]:
    return guard_of(present("amount"), Names(FOUR_CRITERIA, {}, frozenset({"amount"})))(
        SimpleNamespace(amount=UNREADABLE), NOW, None
    )


def updating(values: Any, **policy: Any) -> tuple[Refusal, ...]:
    template = process(**policy)
    return raised(lambda: template.update(sitting(template, "contact", active()), values, at=days(1)))


def active() -> Opportunity:
    return deal(approvals=(Approval(what="a", granted=True, at=NOW, by=REP),))


def overriding(rule: Any, name: str = "present.amount") -> tuple[Refusal, ...]:
    return of(rule, override=(name,), ground="why", by=REP)


@rule(name="host_rule")
def refusing(record: Opportunity, /, *, at: datetime, by: Actor | None) -> bool:
    return False


@rule(name="host_rule")
def unsure(record: Opportunity, /, *, at: datetime, by: Actor | None) -> bool | None:
    return None


@rule(name="host_rule")
def wordy(record: Opportunity, /, *, at: datetime, by: Actor | None) -> Any:
    return "no"


def converting(changed: Any = None, record: Any = None, **how: Any) -> tuple[Refusal, ...]:
    leads = process(changed, record=Lead)
    lead = sitting(leads, "deal", record or Lead(id="L-1"))
    given = {"template": process(), "leads": leads, "id": "D-1", "at": TOMORROW, **how}
    return raised(lambda: convert(lead, **given))


def handing(stage: str, **fields: Any) -> tuple[Refusal, ...]:
    won, care = sitting(process(), stage, deal(**fields)), process(record=Customer)
    return raised(lambda: hand_over(won, care, deals=process(), id="C-1", at=TOMORROW))


def relinking() -> tuple[Refusal, ...]:
    leads = process(record=Lead)
    lead = sitting(leads, "won", Lead(id="L-1", opportunity="D-1"))
    return raised(lambda: leads.update(lead, {"opportunity": None}, at=TOMORROW))


class Seated(Opportunity):
    """A deal with a field that it must have."""

    seats: int


NAIVE = datetime(2026, 1, 6)  # noqa: DTZ001


def unmigrated(was: str, now: str) -> tuple[Refusal, ...]:
    """Return what stands against the migration of a deal from one stage to another, which is said where it is there."""
    old = process({"pause": {"hold": True}})
    new = process({"pause": {"hold": True}} if now == "won" else {}).model_copy(update={"version": "2"})
    plan = drafted(old, StageTemplate.model_validate(dict(new)), {was: now} if now == "won" else None)
    return raised(lambda: plan.apply(sitting(old, was), at=TOMORROW))


PRODUCED: dict[str, Callable[[], tuple[Refusal, ...]]] = {
    "present": lambda: of(present("amount")),
    "compare": lambda: of(compare("amount", "ge", Money.of(5, "EUR")), deal(amount=Money.of(1, "EUR"))),
    "compare.unknown": lambda: of(compare("amount", "ge", Money.of(5, "EUR"))),
    "compare.unlike": lambda: of(compare("amount", "ge", Money.of(5, "EUR")), deal(amount=Money.of(1, "USD"))),
    "qualified": lambda: of(qualified("need"), answered("no")),
    "qualified.unknown": lambda: of(qualified("need")),
    "qualified.claimed": lambda: of(qualified("need", at_least="verified"), answered("claimed")),
    "qualified.way": lambda: of(qualified("authority"), answered("claimed", "authority")),
    "qualified.other_way": lambda: of(qualified("authority"), answered("claimed", "authority", way="by mail")),
    "role": lambda: of(role("director"), by=REP),
    "role.unknown": lambda: of(role("director")),
    "activity": lambda: of(activity("demo")),
    "objections_resolved": lambda: of(objections_resolved(), deal(objections=(Objection(id="price", raised_at=NOW),))),
    "time_in_stage": lambda: of(time_in_stage(at_least=timedelta(days=9))),
    "time_in_stage.unknown": lambda: tail(time_in_stage(at_least=timedelta(days=9))),
    "visited": lambda: of(visited("deal")),
    "visited.unknown": lambda: tail(visited("deal")),
    "approved": lambda: of(approved("x"), deal(approvals=(Approval(what="x", granted=False, at=NOW, by=BOSS),))),
    "approved.unknown": lambda: of(approved("x")),
    "approved.role": lambda: of(approved("a", roles=("director",)), active()),
    "any_of": lambda: of(any_of(present("amount"), present("name"))),
    "none_of": lambda: of(none_of(present("id"))),
    "none_of.unknown": lambda: of(none_of(role("rep"))),
    "python": lambda: of(refusing),
    "python.unknown": lambda: of(unsure),
    "python.unbound": lambda: of(PythonRule(name="host_rule")),
    "python.answer": lambda: of(wordy),
    "python.failed": lambda: of(breaking),
    "unreadable": unreadable,
    "stage.unknown": lambda: way("contact", "zebra"),
    "stage.unknown.near": lambda: way("contact", "tlak"),
    "stage.invalid": lambda: way("contact", 5),
    "stage.same": lambda: way("contact", "contact"),
    "stage.retired": lambda: way("contact", "talk", changed={"talk": {"life": "retired"}}),
    "stage.deprecated": lambda: (
        process({"talk": {"life": "deprecated"}}, start_at=("talk",)).check(NEW, to="talk", at=NOW).refusals
    ),
    "start.elsewhere": lambda: process().check(NEW, to="talk", at=NOW).refusals,
    "left.invalid": lambda: raised(lambda: sitting(process(), "contact", left="talk")),
    "move.undeclared": lambda: way("contact", "talk", next="declared"),
    "move.skip": lambda: way("contact", "deal"),
    "move.back": lambda: way("deal", "contact"),
    "move.closed": lambda: way("lost", "won"),
    "move.hold": lambda: way("wait", "wait too", changed={"wait too": {"hold": True}}),
    "move.unnamed": lambda: raised(lambda: machine_over(SimpleNamespace(id="D-1", stage="talk")).send("step")),
    "ground.missing": lambda: way("deal", "contact", back="with_ground"),
    "record.invalid": lambda: process().check(Lead(id="L-1"), to="talk", at=NOW).refusals,
    "record.invalid.wanted": lambda: raised(lambda: refer(NEW, process(record=Lead), id="L-1", at=NOW)),  # type: ignore[arg-type]
    "record.started": lambda: raised(lambda: process().start(sitting(process(), "contact"), at=days(1))),
    "record.not_started": lambda: raised(lambda: process().update(NEW, {}, at=NOW)),
    "record.without_history": lambda: process().check(deal(stage="contact"), to="talk", at=TOMORROW).refusals,
    "record.closed": lambda: raised(
        lambda: process(lock_closed=True).update(sitting(process(lock_closed=True), "won"), {}, at=NOW)
    ),
    "record.broken": broken,
    "host.lacks": lambda: raised(
        lambda: machine_over(SimpleNamespace(id="D-1", stage="contact")).send("talk", at=NOW, update={"name": "Acme"})
    ),
    "host.broken": lambda: raised(
        lambda: machine_over(SimpleNamespace(id="D-1", stage="contact", name=5)).send("talk", at=NOW)
    ),
    "host.moved": lambda: raised(moved_meanwhile),
    "host.edited": lambda: raised(
        lambda: machine_over(
            SimpleNamespace(id="D-1", stage="talk", history=sitting(process(), "contact").history)
        ).send("offer", at=NOW)
    ),
    "template.other": lambda: foreign("other"),
    "template.changed": lambda: foreign("acme"),
    "migration.unmapped": lambda: unmigrated("pause", "wait"),
    "migration.outcome": lambda: unmigrated("contact", "won"),
    "time.naive": lambda: way("contact", "talk", at=NAIVE),
    "time.invalid": lambda: way("contact", "talk", at="now"),
    "time.back": lambda: way("contact", "talk", at=days(-1)),
    "actor.invalid": lambda: way("contact", "talk", how={"by": "bob"}),
    "ground.invalid": lambda: way("contact", "talk", how={"ground": "\0"}),
    "update.invalid": lambda: updating({"amount": 5}),
    "update.reserved": lambda: updating({"stage": "won"}),
    "update.reserved.link": lambda: converting(update={"lead": "L-2"}),
    "update.unknown": lambda: updating({"zebra": 1}),
    "update.unknown.near": lambda: updating({"amounts": 1}),
    "update.cut": lambda: updating({"approvals": ()}),
    "update.cut.link": relinking,
    "override.invalid": lambda: way("contact", "talk", how={"override": "present.amount"}),
    "override.unknown": lambda: way("contact", "talk", how={"override": ("zebra",)}),
    "override.unknown.near": lambda: overriding(present("amount"), name="present.amuont"),
    "override.denied": lambda: overriding(present("amount", overridable_by=("director",))),
    "override.never": lambda: overriding(present("amount")),
    "carry.invalid": lambda: converting(template=process(record=Seated), carry={"seats": "id"}),
    "carry.invalid.mapping": lambda: converting(carry=5),
    "carry.missing": lambda: converting(template=process(record=Seated)),
    "carry.reserved": lambda: converting(carry={"stage": "stage"}),
    "carry.unknown": lambda: converting(carry={"zebra": "name"}),
    "carry.unknown.near": lambda: converting(carry={"nam": "name"}),
    "carry.source": lambda: converting(carry={"name": "zebra"}),
    "carry.source.near": lambda: converting(carry={"name": "compny"}),
    "deal.handed_over": lambda: handing("won", customer="C-0"),
    "deal.handed_over.unknown": lambda: handing("won", customer="C-1", changes_before=1),
    "deal.not_won": lambda: handing("deal"),
    "id.invalid": lambda: converting(id=""),
    "lead.converted": lambda: converting(record=Lead(id="L-1", opportunity="D-0")),
    "stage.not_won": lambda: converting(won="lost"),
    "template.invalid": lambda: converting(template=process(record=Lead)),
    "won.missing": lambda: converting({"won too": {"outcome": "won"}}),
    "won.none": lambda: converting({"won": {"life": "retired"}}),
}
HOST_CODES = {"python", "python.unknown", "python.unbound", "python.answer", "python.failed"}


def test_every_text_is_produced_here() -> None:
    assert set(PRODUCED) == set(TEXTS)


def codes(refusal: Refusal) -> set[str]:
    why = refusal.params.get("why")
    return {refusal.code, f"{refusal.code}.{why}" if why else refusal.code}


@pytest.mark.parametrize("code", TEXTS)
def test_a_text_is_produced_by_some_input_with_nothing_left_to_fill_in(code: str) -> None:
    refusals = PRODUCED[code]()
    assert all("{" not in each.text for each in refusals)
    if code in HOST_CODES:
        expected = {"host_rule"}
    elif code == "unreadable":
        expected = {"present"}
    else:
        expected = {code}
    assert expected <= {found for each in refusals for found in codes(each)}


@pytest.mark.parametrize("code", TEXTS)
def test_a_refusal_says_the_text_of_its_code_and_its_parameters(code: str) -> None:
    name, _, why = code.rpartition(".")
    saying = [each for each in PRODUCED[code]() if each.text == whose(each) + said_again(each, code)]
    assert saying, (name, why)


def whose(refusal: Refusal) -> str:
    return f"{refusal.params['record']}: " if "record" in refusal.params else ""


def said_again(refusal: Refusal, code: str) -> str:
    try:
        return TEXTS[code].format(**{"subject": refusal.subject, **refusal.params})
    except KeyError:
        return ""


def test_a_text_is_chosen_by_code_and_variant() -> None:
    assert text("visited", {"subject": "a"}) == "the stage 'a' was never visited"
    assert text("visited", {"subject": "a"}, "unknown") == "whether the stage 'a' was visited is not on record"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), ""),
        (("a",), "a"),
        (("a", "b"), "a or b"),
        (["a", "b", "c"], "a, b or c"),
        (list("abcdefghi"), "a, b, c, d, e, f, g, h or i"),
        (list("abcdefghij"), "a, b, c, d, e, f, g, h or 2 more"),
    ],
    ids=["none", "one", "two", "three", "nine", "ten"],
)
def test_names_are_listed_as_english_does(names: Any, expected: str) -> None:
    assert listed(names) == expected
    assert listed(["a", "b"], "and") == "a and b"
