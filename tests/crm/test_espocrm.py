"""EspoCRM: stages are closed by their chance to win, as EspoCRM itself does it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from crm.mutating import mutated, or_refused
from salesflow import LoadError
from salesflow.crm import espocrm

STAGE: dict[str, Any] = {
    "options": ["New", "Talk", "Done", "Gone"],
    "probabilityMap": {"New": 10, "Talk": "40", "Done": 100, "Gone": 0},
}


def test_the_definition_that_espocrm_ships_is_read(shared: Path) -> None:
    told = (shared / "crm" / "payloads" / "espocrm" / "Opportunity_stage_fields.json").read_text("utf-8")
    reading = espocrm.pipelines(json.loads(told))
    (template,) = reading.items
    assert [(each.id, each.outcome, each.probability) for each in template.stages] == [
        ("Prospecting", None, 10), ("Qualification", None, 20), ("Proposal", None, 50), ("Negotiation", None, 80),
        ("Closed Won", "won", 100), ("Closed Lost", "lost", 0),
    ]  # fmt: skip
    assert (template.id, reading.report.rows, reading.report.notes) == ("espocrm", 6, ())


def test_a_whole_definition_is_read_as_its_fields_are() -> None:
    assert espocrm.pipelines({"fields": {"stage": STAGE}}).items == espocrm.pipelines({"stage": STAGE}).items


def test_an_option_without_a_name_or_a_chance_is_told() -> None:
    told = {"options": ["", "New", "Half", "Odd"], "probabilityMap": {"New": 10, "Half": 12.5}}
    reading = espocrm.pipelines({"stage": told})
    assert [(each.id, each.probability) for each in reading.items[0].stages] == [
        ("New", 10), ("Half", None), ("Odd", None)
    ]  # fmt: skip
    assert [(note.code, note.kind, note.place) for note in reading.report.notes] == [
        ("stage.empty", "dropped", "stage.options[0]"),
        ("stage.probability", "odd", "stage.options[3]"),
        ("stage.probability", "odd", "stage.options[2]"),
    ]


@pytest.mark.parametrize(
    "bad", [None, [], {"stages": []}, {"stage": {"options": ["x"]}}, {"stage": {**STAGE, "options": {}}}]
)
def test_what_is_no_definition_is_refused(bad: Any) -> None:
    with pytest.raises(LoadError, match="the payload of EspoCRM cannot be read"):
        espocrm.pipelines(bad)


@given(payload=mutated({"fields": {"stage": STAGE}}))
def test_a_spoilt_definition_is_read_or_refused(payload: Any) -> None:
    reading = or_refused(espocrm.pipelines, payload)
    assert reading is None or reading.report.rows >= 1
