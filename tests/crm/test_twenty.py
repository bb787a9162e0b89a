"""Twenty: a list of options says nothing of outcomes, so what is assumed of them is told."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from crm.mutating import mutated, or_refused
from salesflow import LoadError
from salesflow.crm import twenty

OPTIONS: list[dict[str, Any]] = [
    {"value": "NEW", "label": "New", "position": 0},
    {"value": "CUSTOMER", "label": "Customer", "position": 2},
    {"value": "TALK", "label": "Talk", "position": "1"},
]


def test_the_options_that_twenty_ships_are_read(shared: Path) -> None:
    told = (shared / "crm" / "payloads" / "twenty" / "opportunity_stage_options.json").read_text("utf-8")
    reading = twenty.pipelines(json.loads(told))
    assert [(each.id, each.label, each.outcome) for each in reading.items[0].stages] == [
        ("NEW", "New", None), ("SCREENING", "Screening", None), ("MEETING", "Meeting", None),
        ("PROPOSAL", "Proposal", None), ("CUSTOMER", "Customer", "won"), ("LOST", "Lost", "lost"),
    ]  # fmt: skip
    assert [(note.code, note.kind, note.place) for note in reading.report.notes] == [
        ("stage.outcome", "assumed", "[4]"), ("stage.added", "assumed", "")
    ]  # fmt: skip


def test_a_field_of_the_metadata_is_read_as_its_options_in_the_order_of_their_positions() -> None:
    reading = twenty.pipelines({"name": "stage", "options": OPTIONS})
    assert [each.id for each in reading.items[0].stages] == ["NEW", "TALK", "CUSTOMER", "LOST"]


def test_where_no_stage_means_won_that_is_told() -> None:
    reading = twenty.pipelines([{"value": "A"}, {"value": "B"}], won=("C",))
    assert [each.outcome for each in reading.items[0].stages] == [None, None, "lost"]
    assert reading.report.notes[0].text == "there is no stage 'C': nothing here means that a deal is won"


@pytest.mark.parametrize("bad", [None, "x", {}, [5], [{"label": "x"}], []])
def test_what_are_no_options_is_refused(bad: Any) -> None:
    with pytest.raises(LoadError):
        twenty.pipelines(bad)


@given(payload=mutated(OPTIONS))
def test_spoilt_options_are_read_or_refused(payload: Any) -> None:
    reading = or_refused(twenty.pipelines, payload)
    assert reading is None or reading.report.rows >= 0
