"""Moves and policy: their forms, and how little a policy allows when nobody says more."""

import pytest
from pydantic import ValidationError

from acme import shown
from salesflow import Move, Policy, present


def test_a_policy_that_says_nothing_allows_the_next_step_and_losing_alone() -> None:
    assert Policy().model_dump() == {
        "start_at": None,
        "next": "free",
        "skip": "never",
        "back": "never",
        "lose": "any_time",
        "reopen_from": None,
        "reopen_to": (),
        "lock_closed": False,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"skip": "maybe"},
        {"back": True},
        {"lose": "never"},
        {"next": None},
        {"start_at": "contact"},
        {"reopen_to": None},
        {"unknown": 1},
    ],
    ids=shown,
)
def test_a_half_right_policy_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate(wrong)


@pytest.mark.parametrize(
    "wrong",
    [{"sources": ()}, {"sources": "contact"}, {"target": ""}, {"rules": [5]}, {"ground": None}, {"unknown": 1}],
    ids=shown,
)
def test_a_half_right_move_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Move.model_validate({"sources": ("a",), "target": "b", **wrong})


def test_a_move_survives_json() -> None:
    move = Move.model_validate(
        {
            "sources": ("a", "b"),
            "target": "c",
            "name": "jump",
            "labels": {"fr": "saut"},
            "rules": (present("amount"),),
            "roles": ("boss",),
            "ground": True,
        }
    )
    assert Move.model_validate_json(move.model_dump_json()) == move


def test_a_move_has_at_most_as_many_sources_as_a_template_has_stages() -> None:
    most = tuple(f"s{number}" for number in range(256))
    assert Move(sources=most, target="t").sources == most
    with pytest.raises(ValidationError, match="at most 256 items"):
        Move(sources=(*most, "one more"), target="t")
