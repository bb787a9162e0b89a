"""Hostile use: what a review of the engine broke once, each by its smallest example."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, field_serializer, model_validator

from acme import NOW, process, said
from salesflow import Actor, LossReport, MoveRefused, Opportunity, Stage, StageTemplate, audit, compare, present, rule
from salesflow.values import Frozen

DAY = timedelta(days=1)


def started(template: StageTemplate[Any], record: Opportunity) -> Any:
    return template.start(record, at=NOW)


@pytest.mark.parametrize("nothing", ["", None, 0, {}, [], frozenset()])
def test_the_same_override_gets_the_same_answer_however_often_it_is_asked(nothing: Any) -> None:
    template = process()
    deal = started(template, Opportunity(id="D"))
    answers = [template.check(deal, to="talk", at=NOW, override=nothing) for _ in range(3)]
    assert answers == [answers[0]] * 3
    if answers[0]:
        assert template.move(deal, to="talk", at=NOW, override=nothing).stage == "talk"
    else:
        with pytest.raises(MoveRefused):
            template.move(deal, to="talk", at=NOW, override=nothing)


class Measured(Opportunity):
    seats: int = 0
    ratio: Annotated[float, Field(allow_inf_nan=True)] = 0.0


def test_numbers_that_cannot_be_written_or_compared_are_refusals() -> None:
    template = process({"talk": {"rules": (compare("seats", "le", 5), compare("ratio", "ge", "0.5"))}}, record=Measured)
    deal = started(template, Measured(id="D", seats=10**5000, ratio=float("nan")))
    assert [each.key for each in template.check(deal, to="talk", at=NOW).refusals] == ["compare.seats", "compare.ratio"]


@rule()  # type: ignore[arg-type]
async def later(record: Any, *, at: datetime, by: Actor | None) -> bool:
    return False


@rule()
def wordy(record: Any, *, at: datetime, by: Actor | None) -> Any:
    return "no"


@pytest.mark.filterwarnings("ignore:coroutine")
@pytest.mark.parametrize("odd", [later, wordy])
def test_what_is_neither_true_nor_false_opens_no_gate(odd: Any) -> None:
    template = process({"talk": {"rules": (odd,)}})
    assert not template.check(started(template, Opportunity(id="D")), to="talk", at=NOW)


def test_a_function_that_cannot_be_asked_is_refused_where_it_is_made_a_rule() -> None:
    def alone(record: Any) -> bool:
        return True

    with pytest.raises(TypeError):
        rule()(alone)  # type: ignore[arg-type]


class Car(Frozen):
    type: Literal["car"] = "car"
    doors: int = 4


class Boat(Frozen):
    type: Literal["boat"] = "boat"
    length: int = 9


class Leased(Opportunity):
    asset: Annotated[Car | Boat, Field(discriminator="type")] | None = None


class Shouted(Opportunity):
    code: str = ""

    @field_serializer("code")
    def _shout(self, code: str) -> str:
        return code.upper()


class Derived(Opportunity):
    seats: int = 1
    total: int = 0
    kept_stage: str = ""

    @model_validator(mode="after")
    def _derive(self) -> Derived:
        object.__setattr__(self, "total", self.seats * 10)
        object.__setattr__(self, "kept_stage", self.stage or "")
        return self


@pytest.mark.parametrize(
    "record",
    [Leased(id="D", asset=Boat()), Shouted(id="D", code="abc"), Derived(id="D", seats=3)],
    ids=lambda record: type(record).__name__,
)
def test_the_history_of_any_host_class_gives_the_record_back_and_obeys(record: Any) -> None:
    template = process(record=type(record))
    deal = template.move(started(template, record), to="talk", at=NOW + DAY, update={"owner": "u-1"})
    assert template.replay(type(record)(id="D"), deal.history) == deal
    assert list(audit(template, [deal])) == []


class Cheat(Opportunity):
    @model_validator(mode="after")
    def _win(self) -> Cheat:
        if self.stage == "lost":
            object.__setattr__(self, "stage", "won")
        return self


def test_a_class_cannot_move_its_record_behind_the_template_s_back() -> None:
    template = process(record=Cheat)
    deal = started(template, Cheat(id="D"))
    verdict = template.check(deal, to="lost", at=NOW, update={"loss": LossReport(reason="price")})
    assert said(verdict) == ["the record would break its own class: stage is set by templates alone [record.broken]"]


@pytest.mark.parametrize(
    "wrong",
    [{"stage": 5}, {"qualification": None}, {"activities": None}, {"template": "x"}, {"left": []}, {"history": (1,)}],
    ids=str,
)
def test_a_record_put_together_behind_its_class_s_back_is_refused(wrong: dict[str, Any]) -> None:
    template = process({"talk": {"rules": (present("amount"),)}})
    broken = started(template, Opportunity(id="D")).model_copy(update=wrong)
    assert not template.check(broken, to="talk", at=NOW)


def test_an_error_of_a_sound_record_is_an_error_and_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    template = process({"talk": {"rules": (present("amount"),)}})
    deal = started(template, Opportunity(id="D"))

    def broken(*_: object) -> None:
        raise RuntimeError("a fault of the engine")

    monkeypatch.setattr("salesflow._judge._judged", broken)
    with pytest.raises(RuntimeError):
        template.check(deal, to="talk", at=NOW)


def test_a_ground_of_joiners_says_nothing() -> None:
    template = process(skip="with_ground")
    deal = started(template, Opportunity(id="D"))
    assert "ground.missing" in [each.key for each in template.check(deal, to="offer", at=NOW, ground="\u200d").refusals]


def test_many_rules_on_a_skip_are_asked_in_time() -> None:
    rules = tuple(present(f"fields.a{number}") for number in range(256))
    stages = (
        Stage(id="a"),
        Stage(id="b", rules=rules, skippable=True),
        Stage(id="c", rules=rules[:128]),
        Stage(id="d"),
        Stage(id="won", outcome="won"),
    )
    template = process().model_copy(update={"stages": stages, "policy": process(skip="free").policy})
    deal = started(template, Opportunity(id="D"))
    assert len(template.check(deal, to="d", at=NOW).refusals) == len(rules)


@pytest.mark.parametrize(
    "fault", [{"ground": "a\x00"}, {"by": "bob"}, {"override": "present.amount"}, {"override": ("x",)}]
)
def test_a_fault_of_the_caller_s_hides_no_rule_that_fails(fault: dict[str, Any]) -> None:
    template = process({"talk": {"rules": (present("amount"),)}})
    deal = started(template, Opportunity(id="D"))
    keys = [each.key for each in template.check(deal, to="talk", at=NOW, **fault).refusals]
    assert "present.amount" in keys
    assert len(keys) == 2
