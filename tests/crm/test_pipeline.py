"""Pipelines: lists of stages become templates, and what is odd about them is told."""

from decimal import Decimal
from typing import Any

import pytest

from salesflow import LoadError, StageTemplate
from salesflow.crm._pipeline import Pipeline, StageRow, as_template, ordered, templates
from salesflow.crm._reading import Note
from salesflow.records import Lead


def row(id: str, order: int = 1, **more: Any) -> StageRow:
    return StageRow(id, id.title(), order, place=f"stages.{id}", **more)


def made(*rows: StageRow, **more: Any) -> tuple[StageTemplate[Any], list[tuple[str, str]]]:
    """Return the template of these rows, and the codes and places of the notes on it."""
    *notes, template = as_template(Pipeline("p", "P", rows, place="p", **more), version="1")
    assert isinstance(template, StageTemplate)
    return template, [(note.code, note.place) for note in notes if isinstance(note, Note)]


WON, LOST = row("won", 8, outcome="won"), row("lost", 9, outcome="lost")


def test_stages_stand_in_their_order_and_equal_places_keep_that_of_the_list() -> None:
    template, notes = made(row("b", 2), row("c", 2), row("a", 1), WON, LOST)
    assert [stage.id for stage in template.stages] == ["a", "b", "c", "won", "lost"]
    assert notes == [("stage.order", "stages.c")]


def test_a_hold_or_an_outcome_may_share_a_place_in_silence() -> None:
    _, notes = made(row("a", 1), row("h", 1, hold=True), row("w", 1, outcome="won"))
    assert notes == []


def test_of_a_stage_that_stands_twice_the_first_counts() -> None:
    first = row("a", 5, probability=Decimal(10))
    template, notes = made(first, row("a", 1), row("b", 2), WON)
    assert [(stage.id, stage.probability) for stage in template.stages] == [("b", None), ("a", 10), ("won", None)]
    assert notes == [("stage.duplicate", "stages.a")]
    assert [each.id for each in ordered(Pipeline("p", "P", (first, row("a", 1))))] == ["a"]


def test_a_skip_a_step_back_and_a_reopening_take_a_ground_where_the_system_enforces_nothing() -> None:
    template, _ = made(row("a"), row("b", 2), row("h", 3, hold=True), row("old", 4, life="retired"), WON, LOST)
    policy = template.policy
    assert (policy.skip, policy.back, policy.reopen_to) == ("with_ground", "with_ground", ("a", "b"))


def test_what_the_system_enforces_stands_in_place_of_what_is_assumed() -> None:
    way = {"sources": ("a",), "target": "won", "name": "Sign"}
    rows = (row("a"), row("b", 2, rules=({"rule": "present", "field": "amount"},), skippable=True, aliases=("B2",)))
    template, _ = made(*rows, WON, LOST, policy={"back": "never"}, moves=(way,))
    assert (template.policy.skip, template.policy.back) == ("with_ground", "never")
    assert [move.name for move in template.moves] == ["Sign"]
    b = template.stage("b")
    assert ([str(rule.rule) for rule in b.rules], b.skippable, b.aliases) == (["present"], True, ("B2",))


def test_closing_stages_are_added_once_and_named() -> None:
    template, notes = made(row("a"), WON, closing=(WON, LOST))
    assert [stage.id for stage in template.stages] == ["a", "won", "lost"]
    assert notes == [("stage.added", "p")]


@pytest.mark.parametrize(
    ("stage", "kept", "notes"),
    [
        (row("x", probability=Decimal(50)), 50, []),
        (row("x", probability=Decimal("12.5")), None, ["stage.probability"]),
        (row("x", probability=Decimal(120)), None, ["stage.probability"]),
        (row("x", probability=Decimal(0)), 0, ["stage.unclosed"]),
        (row("x", probability=Decimal(0), hold=True), 0, []),
        (row("x", outcome="won", probability=Decimal(100)), 100, []),
        (row("x", outcome="won", probability=Decimal(90)), 90, ["stage.probability"]),
        (row("x", outcome="lost", probability=Decimal(10)), 10, ["stage.probability"]),
        (row("x", outcome="lost"), None, []),
    ],
)
def test_a_chance_that_does_not_fit_is_told(stage: StageRow, kept: int | None, notes: list[str]) -> None:
    template, found = made(row("a"), stage._replace(order=2))
    assert template.stage("x").probability == kept
    assert found == [(code, "stages.x") for code in notes]


def test_a_label_that_says_no_more_than_the_id_is_left_out() -> None:
    template, _ = made(StageRow("New", "New", 1), StageRow("x", "X-ray", 2))
    assert [stage.label for stage in template.stages] == ["", "X-ray"]


def test_a_pipeline_of_leads_is_a_template_of_leads() -> None:
    (template,) = as_template(Pipeline("p", "P", (row("a"),)), version="7", record=Lead)
    assert isinstance(template, StageTemplate)
    assert (template.record, template.version) == (Lead, "7")


def test_a_pipeline_that_makes_no_template_is_an_error_with_its_place() -> None:
    with pytest.raises(LoadError, match="no stage to start at") as caught:
        made(WON)
    assert str(caught.value).startswith("p ")
    with pytest.raises(LoadError, match="the pipeline 'p'"):
        [*as_template(Pipeline("p", "P", ()), version="1")]


def test_among_others_a_pipeline_that_makes_no_template_is_dropped_and_told() -> None:
    bad, good = Pipeline("bad", "Bad", (WON,), place="[0]"), Pipeline("good", "Good", (row("a"),), place="[1]")
    note, template = templates([bad, good], version="1")
    assert isinstance(note, Note)
    assert (note.code, note.kind, note.place) == ("pipeline.unsound", "dropped", "[0]")
    assert isinstance(template, StageTemplate)
    assert template.id == "good"
    with pytest.raises(LoadError):
        [*templates([bad, bad], version="1")]
    assert [*templates([], version="1")] == []
