"""The JobPhoning process: every step belongs to a role."""

import pytest

from acme import NOW
from salesflow import Actor, MoveRefused
from templates.selling import MARKETER, complete, got, in_order, refusals, sitting

PROCESS = got("jobphoning-process")
CALLER, SELLER = Actor(id="tom", roles=("tele_prospector",)), Actor(id="fay", roles=("field_sales",))
ASKED = {True: ["role.marketing"], False: ["role.field_sales|tele_prospector"]}
STEPS = [*zip(in_order(PROCESS), [*in_order(PROCESS)[1:], "won"], strict=True)]


@pytest.mark.parametrize(("source", "to"), STEPS)
def test_every_step_belongs_to_marketing_before_the_sale_and_to_those_who_sell_during_it(source: str, to: str) -> None:
    before = to in {"lead-qualification", "lead-nurturing"}
    record = sitting(PROCESS, source)
    allowed = [actor.id for actor in (MARKETER, CALLER, SELLER) if not refusals(PROCESS, record, to, by=actor)]
    assert allowed == (["mia"] if before else ["tom", "fay"])
    assert refusals(PROCESS, record, to, by=None) == ASKED[before]


def test_a_lead_is_generated_by_marketing() -> None:
    with pytest.raises(MoveRefused) as caught:
        PROCESS.start(complete(PROCESS), at=NOW, by=CALLER)
    assert [each.key for each in caught.value.verdict.refusals] == ["role.marketing"]
    assert PROCESS.start(complete(PROCESS), at=NOW, by=MARKETER).stage == "lead-generation"


def test_everybody_may_hold_a_deal_and_take_it_back_with_a_ground() -> None:
    record = sitting(PROCESS, "sales-visits")
    assert refusals(PROCESS, record, "on-hold", by=None) == []
    assert refusals(PROCESS, record, "lead-nurturing", by=None, ground="not this year") == []


@pytest.mark.parametrize(
    ("to", "actor", "whose"),
    [
        ("lead-qualification", MARKETER, CALLER),
        ("lead-nurturing", MARKETER, CALLER),
        ("approach", CALLER, MARKETER),
    ],
)
def test_a_lost_deal_is_reopened_by_those_who_will_work_it(to: str, actor: Actor, whose: Actor) -> None:
    lost = sitting(PROCESS, "lost", left="sales-visits")
    assert refusals(PROCESS, lost, to, by=actor, ground="they called") == []
    assert refusals(PROCESS, lost, to, by=whose, ground="they called") == ASKED[actor == MARKETER]
