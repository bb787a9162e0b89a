"""Policies in words: every setting is told, and settings that differ are told differently."""

from itertools import product
from typing import Any, get_args

import pytest

from acme import process
from salesflow._in_words import sentences
from salesflow.languages import ENGLISH, LANGUAGES, Language
from salesflow.moves import Policy

ALWAYS = [
    "records start in 'contact'",
    "each stage leads to the next, the last one to winning",
    "no stage is passed over",
    "any open stage may be held in 'wait', and resumed where it was left",
    "nothing steps back",
    "any open stage may be lost",
    "nothing that is closed is reopened",
]


def said(template: Any, words: Language = ENGLISH) -> list[str]:
    return list(sentences(template, words))


def added(template: Any) -> list[str]:
    """Return what is said of a template, and is not said of the default policy."""
    return [sentence for sentence in said(template) if sentence not in ALWAYS]


def test_the_default_policy_is_told() -> None:
    assert said(process()) == ALWAYS


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ({"start_at": ("contact", "talk")}, "records start in 'contact' or 'talk'"),
        ({"next": "declared"}, "a step to the next stage exists only where a move declares it"),
        (
            {"skip": "with_ground"},
            "stages may be passed over with a stated ground; their rules are asked all the same",
        ),
        ({"skip": "free"}, "stages may be passed over; their rules are asked all the same"),
        ({"back": "with_ground"}, "earlier stages may be entered again with a stated ground"),
        ({"back": "free"}, "earlier stages may be entered again"),
        ({"lose": "declared"}, "losing exists only where a move declares it"),
        ({"reopen_to": ("talk",)}, "'lost' may be reopened to 'talk' with a stated ground"),
        (
            {"reopen_from": ("won", "lost"), "reopen_to": ("talk", "offer")},
            "'won' or 'lost' may be reopened to 'talk' or 'offer' with a stated ground",
        ),
        ({"lock_closed": True}, "the fields of a closed record are locked until it is reopened"),
    ],
)
def test_what_differs_from_the_default_is_told(policy: dict[str, Any], sentence: str) -> None:
    assert added(process(**policy)) == [sentence]


def test_stages_that_a_ground_passes_over_are_told() -> None:
    sentence = "a stated ground passes over 'talk' or 'offer' all the same, and waives what is asked there"
    assert added(process({"talk": {"skippable": True}, "offer": {"skippable": True}})) == [sentence]


def test_without_lost_stages_losing_is_not_told_and_nothing_is_reopened() -> None:
    template = process({"lost": {"outcome": "won"}}, reopen_to=("talk",))
    assert said(template) == [sentence for sentence in ALWAYS if sentence != "any open stage may be lost"]


def test_without_a_hold_holding_is_not_told() -> None:
    assert not any("held" in sentence for sentence in said(process({"wait": {"hold": False}})))


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
def test_policies_that_differ_are_told_differently(words: Language) -> None:
    choices = {
        name: get_args(field.annotation)
        for name, field in Policy.model_fields.items()
        if name in {"next", "skip", "back", "lose"}
    }
    policies = [dict(zip(choices, chosen, strict=True)) for chosen in product(*choices.values())]
    assert len({tuple(said(process(**policy), words)) for policy in policies}) == len(policies) == 36
