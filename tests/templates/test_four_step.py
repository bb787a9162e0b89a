"""The four-step sale: what it says beyond the list of its stages."""

from salesflow import Stage, StageTemplate, lint
from templates.selling import got, refusals, sitting

FOUR = got("four-step")


def test_the_number_of_steps_varies_and_a_stage_that_is_added_is_asked_for_like_the_others() -> None:
    stages = list(FOUR.stages)
    stages.insert(3, Stage(id="trial", label="Trial", probability=70))
    mine = StageTemplate(**{**dict(FOUR), "id": "mine", "stages": stages})
    assert list(lint(mine)) == []
    assert refusals(mine, sitting(mine, "sales-call"), "won") == ["move.skip.won"]
    assert refusals(mine, sitting(mine, "sales-call"), "trial") == []
    assert refusals(mine, sitting(mine, "trial"), "won") == []
