"""Stages: what a step of the process is, and how it is called."""

from datetime import timedelta
from typing import get_args

import pytest
from pydantic import ValidationError

from acme import shown
from salesflow import Stage, present
from salesflow.stage import Outcome


def test_a_stage_is_open_until_it_has_an_outcome() -> None:
    assert [Stage(id="a", outcome=outcome).open for outcome in (None, *get_args(Outcome))] == [True, False, False]


def test_a_stage_is_called_by_its_label_in_a_language_else_its_label_else_its_id() -> None:
    stage = Stage.model_validate({"id": "C2:NEW", "label": "New", "labels": {"fr": "Nouveau", "xx": ""}})
    assert [stage.name("fr"), stage.name("xx"), stage.name("de"), stage.name()] == ["Nouveau", "New", "New", "New"]
    assert Stage(id="C2:NEW").name("fr") == "C2:NEW"


@pytest.mark.parametrize("id", ["Proposal/Price Quote", "C2:NEW", "8a7f-…-guid", "заявка", "x" * 128, " "])
def test_an_id_is_whatever_the_host_stores(id: str) -> None:
    assert Stage(id=id).id == id


WRONG = [
    {"id": ""},
    {"id": "x" * 129},
    {"id": "a\u202eb"},
    {"id": 5},
    {"outcome": "draw"},
    {"life": "dead"},
    {"probability": -1},
    {"probability": 101},
    {"probability": float("nan")},
    {"hold": None},
    {"rules": 5},
    {"rules": [{"rule": "eval", "code": "1"}]},
    {"max_age": 5},
    {"max_age": timedelta(0)},
    {"follow_up_every": "3 days"},
    {"labels": {"fr": 5}},
    {"aliases": "old"},
    {"unknown": 1},
]


@pytest.mark.parametrize("wrong", WRONG, ids=shown)
def test_a_half_right_stage_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Stage.model_validate({"id": "a", **wrong})


def test_a_stage_survives_json_with_durations_as_iso_text() -> None:
    stage = Stage.model_validate(
        {"id": "a", "labels": {"fr": "A"}, "max_age": "P30D", "rules": (present("amount"),), "aliases": ("old",)}
    )
    assert stage.max_age == timedelta(days=30)
    assert '"max_age":"P30D"' in stage.model_dump_json()
    assert Stage.model_validate_json(stage.model_dump_json()) == stage
