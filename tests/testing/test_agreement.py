"""Agreement: what a CRM tells is compared with what is expected, and each difference is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from salesflow import Actor, LossReport, Money, Opportunity, Policy, Stage, StageTemplate, present
from salesflow.testing import Ask, Seen
from salesflow.testing._agreement import answer_differs, options_differ, seen_changed, seen_differs, told
from salesflow.testing._books import Difference, Expected, Standing
from salesflow.testing._model import Deal

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ROSA = Actor(id="rosa")
DESK = StageTemplate(
    id="desk",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="contact", aliases=("lead-in",)),
        Stage(id="offer", rules=(present("amount"), present("owner"))),
        Stage(id="won", outcome="won"),
        Stage(id="lost", outcome="lost"),
    ),
    policy=Policy(reopen_to=("contact",)),
)
OFFERED = DESK.update(
    DESK.move(
        DESK.start(Opportunity(id="D-1"), at=NOON, by=ROSA),
        to="offer",
        at=NOON,
        by=ROSA,
        update={"amount": Money.of(5, "EUR"), "owner": "rosa", "fields": {"region": "EU"}},
    ),
    {"name": "Acme"},
    at=NOON,
    by=ROSA,
)
STANDING = Standing(DESK, OFFERED, Deal.of(OFFERED))
STARTED = {"kind": "started", "target": "contact", "at": NOON, "by": "rosa"}
ADVANCED = {"source": "lead-in", "target": "offer", "at": "2026-01-05T13:00:00+01:00", "ground": ""}
SEEN = Seen(stage="offer", history=[STARTED, ADVANCED])


def told_of(differences: Iterable[Difference]) -> list[tuple[str, str, str]]:
    return [(each.what, each.expected, each.came) for each in differences]


# -- the answer ---------------------------------------------------------------------------------------------

DONE, BOTH = Expected(STANDING), Expected(None, frozenset({"present.amount", "present.owner"}))


@pytest.mark.parametrize(
    ("expected", "came"),
    [
        (DONE, None),
        (BOTH, ["present.owner", "present.amount"]),
        (BOTH, ["present.owner", "present.amount", "a reason of its own"]),
        (Expected(None), ["whatever"]),
    ],
)
def test_an_answer_as_expected_is_not_told(expected: Expected, came: list[str] | None) -> None:
    assert told_of(answer_differs(DESK, expected, came, told=True)) == []


@pytest.mark.parametrize(
    ("expected", "came", "difference"),
    [
        (DONE, ["no"], ("done", "refused: no")),
        (DONE, [], ("done", "refused: no reason told")),
        (BOTH, None, ("refused: present.amount, present.owner", "done")),
        (Expected(None), None, ("refused", "done")),
        (Expected(None), [], ("refused", "refused without a reason")),
        (BOTH, ["present.owner"], ("refused: present.amount, present.owner", "refused: present.owner")),
    ],
)
def test_another_answer_is_told(expected: Expected, came: list[str] | None, difference: tuple[str, str]) -> None:
    assert told_of(answer_differs(DESK, expected, came, told=True)) == [("the answer", *difference)]


def test_where_no_reasons_are_told_a_refusal_is_enough() -> None:
    assert told_of(answer_differs(DESK, BOTH, [], told=False)) == []


def test_options_are_compared_by_whatever_name() -> None:
    assert told_of(options_differ(DESK, ["contact"], ["lead-in"])) == []
    assert told_of(options_differ(DESK, [], ["won", "lost"])) == [("the options", "none", "'lost', 'won'")]


# -- what is stored -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": Money.of(5, "EUR")},
        {"amount": {"amount": "5", "currency": "EUR"}},
        {"fields": {"region": "EU"}, "fields.region": "EU"},
        {"fields.fax": None, "loss.reason": "", "closed_at": None, "name": "Acme"},
        {"loss": None},
    ],
)
def test_what_is_stored_as_expected_is_not_told(fields: dict[str, Any]) -> None:
    assert told_of(seen_differs(STANDING, replace(SEEN, fields=fields))) == []


@pytest.mark.parametrize(
    ("fields", "difference"),
    [
        ({"owner": "marc"}, ("the field 'owner'", "'rosa'", "marc")),
        ({"fax": "1"}, ("the field 'fax'", "a field of Opportunity", "none such")),
        ({"fields.region": "US"}, ("the field 'fields.region'", "'EU'", "US")),
        ({"loss.reason": "price"}, ("the field 'loss.reason'", "None", "price")),
        ({"loss": {"reason": "price"}}, ("the field 'loss'", "None", repr(LossReport(reason="price")))),
        (
            {"amount": "much"},
            (
                "the field 'amount'",
                repr(Money.of(5, "EUR")),
                "'much', which cannot be read: Input should be a valid dictionary or instance of Money",
            ),
        ),
    ],
)
def test_another_field_is_told(fields: dict[str, Any], difference: tuple[str, str, str]) -> None:
    assert told_of(seen_differs(STANDING, replace(SEEN, fields=fields))) == [difference]


@pytest.mark.parametrize(
    ("stage", "came"), [("contact", "'contact'"), ("proposal", "'proposal', which is no stage of the template")]
)
def test_another_stage_is_told(stage: str, came: str) -> None:
    assert told_of(seen_differs(STANDING, replace(SEEN, stage=stage))) == [("the stage", "'offer'", came)]


@pytest.mark.parametrize(
    ("row", "difference"),
    [
        ({"kind": "skipped"}, ("kind", "'advanced'", "'skipped'")),
        ({"source": None}, ("source", "'contact'", "None")),
        ({"target": "won"}, ("target", "'offer'", "'won'")),
        ({"ground": "why"}, ("ground", "None", "'why'")),
        ({"overrode": ["present.amount"]}, ("overrode", "()", "['present.amount']")),
        (
            {"at": "2026-01-05 12:00:00"},
            ("at", "2026-01-05T12:00:00+00:00", "'2026-01-05 12:00:00', which has no zone"),
        ),
        (
            {"at": NOON.replace(minute=1)},
            ("at", "2026-01-05T12:00:00+00:00", "2026-01-05T12:01:00+00:00"),
        ),
    ],
)
def test_another_cell_of_the_history_is_told(row: dict[str, Any], difference: tuple[str, str, str]) -> None:
    name, *rest = difference
    seen = replace(SEEN, history=[STARTED, {**ADVANCED, **row}])
    assert told_of(seen_differs(STANDING, seen)) == [(f"the history, row 2 of 2: {name}", *rest)]


def test_a_cell_that_no_history_has_is_told() -> None:
    seen = replace(SEEN, history=[STARTED, {**ADVANCED, "why": "x"}])
    known = "one of kind, source, target, at, by, ground, overrode"
    assert told_of(seen_differs(STANDING, seen)) == [("the history, row 2 of 2", known, "'why'")]


def test_a_row_too_few_and_a_row_too_many_are_told() -> None:
    advanced = "kind 'advanced', source 'contact', target 'offer', at 2026-01-05T12:00:00+00:00, by 'rosa'"
    few = told_of(seen_differs(STANDING, replace(SEEN, history=[STARTED])))
    assert few == [("the history, row 2 of 1", advanced, "no such row")]
    many = told_of(seen_differs(STANDING, replace(SEEN, history=[STARTED, ADVANCED, {"target": "won", "by": None}])))
    assert many == [("the history, row 3 of 3", "no such row", "target 'won'")]


def test_where_updates_are_kept_all_must_be() -> None:
    updated = {"kind": "updated", "source": "offer", "target": "offer"}
    assert told_of(seen_differs(STANDING, replace(SEEN, history=[STARTED, ADVANCED, updated]))) == []
    twice = told_of(seen_differs(STANDING, replace(SEEN, history=[STARTED, ADVANCED, updated, updated])))
    assert [what for what, *_ in twice] == ["the history, row 4 of 4"]


def test_a_deal_that_nobody_changed_is_told_where_it_changed() -> None:
    now = replace(SEEN, stage="won", version=2)
    assert told_of(seen_changed("D-2", SEEN, SEEN)) == []
    assert told_of(seen_changed("D-2", SEEN, now)) == [
        ("the stage of 'D-2'", "as it was: 'offer'", "'won'"),
        ("the version of 'D-2'", "as it was: None", "2"),
    ]


# -- the walk -----------------------------------------------------------------------------------------------


def test_a_request_is_told_in_one_line_without_what_is_empty() -> None:
    bare = Ask(deal="D-1", at=NOON, by="rosa")
    assert told("update", bare, "") == "update D-1; at 2026-01-05T12:00:00+00:00 by 'rosa'"
    fields = {"loss": {"reason": "price", "lesson": ""}, "tags": [{"a": 0, "b": None}], "vip": False}
    full = replace(bare, to="lost", roles=("boss",), fields=fields, ground="why", override=("present.amount",))
    assert told("move", full, "overriding") == (
        "move D-1 to 'lost'; at 2026-01-05T12:00:00+00:00 by 'rosa' (boss); "
        "with {'loss': {'reason': 'price'}, 'tags': [{'a': 0}], 'vip': False}; "
        "ground 'why'; override present.amount; overriding"
    )
    assert told("create", replace(bare, to="contact"), "").startswith("create D-1 in 'contact'; ")
