"""The Bitrix24 sales flow: what it says beyond the list of its stages."""

import pytest

from acme import days
from templates.selling import EVERYBODY, MARKETER, REP, complete, got, refusals, sitting

FLOW = got("bitrix24-flow")


def test_marketing_hands_over_after_the_first_contact_to_a_rep_whom_the_deal_names() -> None:
    record = sitting(FLOW, "initial-contact", complete(FLOW, owner=None))
    assert refusals(FLOW, record, "qualification", by=MARKETER) == ["role.rep", "present.owner"]
    assert refusals(FLOW, record, "qualification", by=REP) == ["present.owner"]
    assert refusals(FLOW, record, "qualification", by=REP, update={"owner": "rosa"}) == []


def test_qualification_looks_at_what_they_do_can_afford_and_need_and_how_soon() -> None:
    assert [each.meaning for each in FLOW.framework.criteria] == ["fit", "budget", "need", "timing"]


@pytest.mark.parametrize("to", ["meeting", "proposal", "won"])
def test_a_deal_that_lacks_nothing_skips_stages_with_a_ground_and_not_without(to: str) -> None:
    record = sitting(FLOW, "initial-contact")
    assert refusals(FLOW, record, to) == ["ground.missing"]
    skipped = FLOW.move(record, to=to, at=days(1), by=EVERYBODY, ground="they came with an order")
    assert skipped.stage == to


def test_a_ground_waives_nothing_of_what_is_passed_over() -> None:
    bare = sitting(FLOW, "initial-contact", complete(FLOW, qualification={"answers": ()}, owner=None, offer=None))
    criteria = [f"qualified.{each}" for each in ("business", "budget", "need", "timing")]
    offer = [f"present.offer.{each}" for each in ("items", "price", "months")]
    asked = refusals(FLOW, bare, "won", by=MARKETER, ground="they came with an order")
    assert asked == ["role.rep", "present.owner", *criteria, *offer]


def test_a_board_has_a_column_for_every_stage_and_tells_what_each_misses() -> None:
    columns = FLOW.options(sitting(FLOW, "meeting", complete(FLOW, offer=None)), at=days(1), by=REP)
    assert list(columns) == [stage.id for stage in FLOW.stages]
    assert columns["proposal"].missing == ("offer.items", "offer.price", "offer.months")
