"""Faults that the laws have found: each by its smallest example, and no longer there."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Any

from pydantic import TypeAdapter

from salesflow import Money, Opportunity, Policy, Stage, StageTemplate, compare, role, rule
from salesflow.records import Approval, Record
from salesflow.rules import AnyRule, approved, time_in_stage
from salesflow.testing._draw_values import BOSS, LONG_ROLES, T0
from salesflow.testing._host import Deal
from salesflow.values import FrozenMap, Id

DAY = timedelta(days=1)


def process(*rules: AnyRule, record: type[Record] = Opportunity, **policy: Any) -> StageTemplate[Any]:
    """Two open stages, of which the second asks these rules, a hold, and two ways to close."""
    stages = (
        Stage(id="first"),
        Stage(id="second", rules=rules),
        Stage(id="hold", hold=True),
        Stage(id="won", outcome="won"),
        Stage(id="lost", outcome="lost"),
    )
    return StageTemplate(id="t", version="1", record=record, stages=stages, policy=Policy(**policy))


def test_time_on_hold_is_not_time_in_the_stage_wherever_the_record_came_from() -> None:
    template = process(time_in_stage(at_least=3 * DAY))
    held = template.adopt(Opportunity(id="D"), stage="hold", at=T0)
    assert not template.check(held, to="second", at=T0 + 9 * DAY)


def test_a_hold_is_not_a_stage_that_a_closed_record_left() -> None:
    template = process()
    held = template.adopt(Opportunity(id="D"), stage="hold", at=T0)
    assert template.move(held, to="lost", at=T0).left is None


def test_time_on_hold_is_not_time_in_the_stage_for_whoever_goes_on_from_there() -> None:
    template = process(time_in_stage(at_least=3 * DAY))
    deal = template.start(Opportunity(id="D"), at=T0)
    held = template.move(deal, to="hold", at=T0 + DAY)
    assert not template.check(held, to="second", at=T0 + 9 * DAY)


def test_time_on_hold_is_not_time_in_the_stage_for_whoever_was_adopted_there() -> None:
    template = process(time_in_stage(at_least=3 * DAY))
    held = template.adopt(Opportunity(id="D"), stage="hold", left="first", at=T0)
    resumed = template.move(held, to="first", at=T0 + 9 * DAY)
    assert not template.check(held, to="second", at=T0 + 9 * DAY)
    assert not template.check(resumed, to="second", at=T0 + 9 * DAY)


def test_of_two_approvals_at_one_moment_the_one_added_later_counts() -> None:
    template = process(approved("discount"))
    yes = Approval(what="discount", granted=True, at=T0, by=BOSS)
    no = yes.model_copy(update={"granted": False})
    deal = template.start(Opportunity(id="D", approvals=(yes, no)), at=T0)
    assert not template.check(deal, to="second", at=T0)


def test_a_host_may_cut_its_own_collections() -> None:
    template = process(record=Deal)
    deal = template.start(Deal(id="D", tags=("a", "b")), at=T0)
    assert template.update(deal, {"tags": ("b",)}, at=T0).tags == ("b",)


def test_a_start_says_which_fields_it_set_back() -> None:
    template = process()
    bare = Opportunity(id="D", amount=Money.of(5, "EUR"))
    deal = template.start(bare, at=T0, update={"amount": None})
    assert template.replay(bare, deal.history) == deal


def test_rules_that_compare_with_true_and_with_one_are_two_rules() -> None:
    template = process(compare("fields.vip", "eq", value=True), compare("fields.vip", "eq", 1))
    deal = template.start(Opportunity(id="D", fields=FrozenMap({"vip": True})), at=T0)
    assert len(template.check(deal, to="second", at=T0).refusals) == 1


def test_templates_that_are_equal_hash_equal() -> None:
    one, other = process(compare("fields.vip", "eq", value=True)), process(compare("fields.vip", "eq", 1))
    assert (one == other) == (hash(one) == hash(other)) == (one.ref == other.ref)


def test_a_record_with_a_long_override_can_be_read_again() -> None:
    template = process(role(*LONG_ROLES, overridable_by=("director",)))
    deal = template.start(Opportunity(id="D"), at=T0)
    key = template.check(deal, to="second", at=T0, by=BOSS).refusals[0].key
    moved = template.move(deal, to="second", at=T0, by=BOSS, override=(key,), ground="so be it")
    assert Opportunity.model_validate_json(moved.model_dump_json()) == moved


def test_a_zone_that_cannot_tell_its_offset_is_refused() -> None:
    template = process()
    deal = template.start(Opportunity(id="D"), at=T0)
    assert not template.check(deal, to="second", at=datetime(2026, 1, 6, tzinfo=tzinfo()))  # type: ignore[abstract]


def test_an_id_that_is_taken_once_is_taken_again() -> None:
    ids = TypeAdapter(Id)
    grown = "\u0958" * 100  # two characters each, in NFC
    try:
        taken = ids.validate_python(grown)
    except ValueError:
        return
    assert ids.validate_python(taken) == taken


class _Undecided:
    def __bool__(self) -> bool:
        raise ValueError("nobody can say")


@rule()
def undecided(record: Any, *, at: datetime, by: Any) -> Any:
    """Answer with something that is neither true nor false, as a column of numbers is."""
    return _Undecided()


def test_a_rule_in_python_may_answer_anything() -> None:
    template = process(undecided)
    deal = template.start(Opportunity(id="D"), at=T0)
    assert not template.check(deal, to="second", at=T0)
