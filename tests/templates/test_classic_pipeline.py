"""The classic pipeline: what it says beyond the list of its stages."""

import pytest

from templates.selling import complete, got, refusals, sitting

CLASSIC = got("classic-pipeline")


def test_the_qualified_lead_stage_is_skippable_and_only_with_a_ground() -> None:
    record = sitting(CLASSIC, "prospecting", complete(CLASSIC, qualification={"answers": ()}))
    assert "ground.missing" in refusals(CLASSIC, record, "demo")
    assert refusals(CLASSIC, record, "demo", ground="a customer of ten years") == []


@pytest.mark.parametrize("to", ["proposal", "negotiation", "won"])
def test_no_ground_skips_more_of_the_classic_pipeline(to: str) -> None:
    record = sitting(CLASSIC, "prospecting")
    assert refusals(CLASSIC, record, to, ground="a customer of ten years") == [f"move.skip.{to}"]
