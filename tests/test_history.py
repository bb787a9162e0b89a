"""History: a change keeps what was stored, costs little, and tells how long a stage has lasted."""

import copy
import pickle
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from acme import NOW, REP, days, process, sitting
from salesflow import Actor, Opportunity
from salesflow.history import Change, TemplateRef, time_in_stage
from salesflow.values import FrozenMap

CHANGE: TypeAdapter[Change] = TypeAdapter(Change)
REF = TemplateRef("acme", "1", "0" * 64)


def change(kind: Any, day: float, source: str | None = "a", target: str = "b", number: int = 1) -> Change:
    reached = "wait" if kind == "held" else target
    return Change(number=number, kind=kind, source=source, target=reached, at=days(day))


def lasted(*changes: Change, day: float) -> timedelta | None:
    return time_in_stage(changes, days(day), frozenset({"wait"}))


def test_a_change_never_changes() -> None:
    made = change("advanced", 1)
    with pytest.raises(FrozenInstanceError):
        made.target = "c"  # type: ignore[misc]
    with pytest.raises(TypeError):
        made.set["a"] = 1


def test_a_change_has_no_room_for_more() -> None:
    assert not hasattr(change("advanced", 1), "__dict__")


def test_the_time_of_a_change_is_kept_in_utc() -> None:
    east = NOW.astimezone(timezone(timedelta(hours=9)))
    made = Change(number=1, kind="started", source=None, target="a", at=east)
    assert (made.at, made.at.tzinfo) == (NOW, UTC)


def test_a_change_at_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match=r"has no zone$"):
        Change(number=1, kind="started", source=None, target="a", at=datetime(2026, 1, 5))  # noqa: DTZ001


def full() -> Change:
    fields = FrozenMap({"fields": FrozenMap({"x": 1}), "tags": ("a", "b")})
    return Change(
        number=3, kind="skipped", source="a", target="c", at=NOW, by=REP, ground="why", overrode=("present.amount",),
        set=fields, template=REF,
    )  # fmt: skip


def test_a_change_survives_json_pickle_and_copies() -> None:
    one = full()
    copies = (
        CHANGE.validate_json(CHANGE.dump_json(one)),
        pickle.loads(pickle.dumps(one)),  # noqa: S301
        copy.deepcopy(one),
    )
    assert copies == (one,) * 3
    assert {hash(each) for each in copies} == {hash(one)}


def test_changes_read_from_json_share_their_names_actors_and_templates() -> None:
    one, other = (CHANGE.validate_json(CHANGE.dump_json(full())) for _ in range(2))
    assert one is not other
    assert (one.source is other.source, one.by is other.by, one.template is other.template) == (True, True, True)
    assert one.overrode[0] is other.overrode[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": 0},
        {"number": 10**9},
        {"number": "1"},
        {"kind": "teleported"},
        {"target": None},
        {"target": "\0"},
        {"at": 5},
        {"at": "2026-01-05T00:00:00"},
        {"ground": 5},
        {"template": {"id": "a", "version": "1", "digest": "xyz"}},
        {"unknown": 1},
        {"set": 5},
        {"set": [["a", 1]]},
    ],
    ids=str,
)
def test_a_stored_change_that_is_half_right_is_refused(wrong: dict[str, object]) -> None:
    stored = {"number": 1, "kind": "started", "source": None, "target": "a", "at": NOW.isoformat()}
    with pytest.raises(ValidationError):
        Opportunity.model_validate({"id": "D-1", "history": [{**stored, **wrong}]})


def test_a_stored_change_that_nests_without_end_is_refused() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = {"a": deep}
    stored = {"number": 1, "kind": "started", "source": None, "target": "a", "at": NOW.isoformat(), "set": {"a": deep}}
    with pytest.raises(ValidationError, match="a change sets fields that nest too deep"):
        Opportunity.model_validate({"id": "D-1", "history": [stored]})


def test_a_template_is_named_by_id_and_version() -> None:
    assert str(REF) == "acme 1"


# -- how long a stage has lasted ----------------------------------------------------------------------------


def test_nothing_is_known_without_a_history() -> None:
    assert lasted(day=1) is None


def test_a_stage_lasts_from_its_entry() -> None:
    assert lasted(change("started", 0, None), change("advanced", 2), day=5) == timedelta(days=3)


def test_an_update_is_no_entry() -> None:
    assert lasted(change("started", 0, None), change("updated", 2), day=5) == timedelta(days=5)


def test_a_history_of_updates_alone_does_not_reach_back() -> None:
    assert lasted(change("updated", 2), day=5) is None


def test_a_stage_that_was_left_for_holds_is_one_stay_and_the_holds_do_not_count() -> None:
    story = (
        change("started", 0, None),
        change("held", 1),
        change("resumed", 11),
        change("updated", 12),
        change("held", 13),
        change("resumed", 23),
    )
    assert lasted(*story, day=24) == timedelta(days=1 + 2 + 1)


def test_a_held_record_has_been_in_the_stage_that_it_left_until_it_was_held() -> None:
    assert lasted(change("started", 0, None), change("held", 1), day=4) == timedelta(days=1)
    assert lasted(change("started", 0, None), change("held", 1), change("updated", 2), day=4) == timedelta(days=1)


@pytest.mark.parametrize("tail", [["resumed"], ["held"], ["held", "resumed"]])
def test_a_stay_that_began_before_the_history_is_not_known(tail: list[Any]) -> None:
    assert lasted(*(change(kind, day) for day, kind in enumerate(tail)), day=9) is None


def test_a_record_adopted_on_hold_and_resumed_has_a_stay_that_began_before() -> None:
    template = process()
    held = sitting(template, "wait", left="talk")
    resumed = template.move(held, to="talk", at=days(1))
    assert time_in_stage(resumed.history, days(2), frozenset({"wait"})) is None
    assert time_in_stage(held.history, days(2), frozenset({"wait"})) is None


def test_every_entry_begins_a_new_stay() -> None:
    entries: list[Any] = [
        "started",
        "advanced",
        "skipped",
        "moved_back",
        "won",
        "lost",
        "reopened",
        "migrated",
    ]
    assert {lasted(change(kind, 1), day=3) for kind in entries} == {timedelta(days=2)}
    assert lasted(change("adopted", 1, None), day=3) == timedelta(days=2)


def test_an_update_on_hold_changes_nothing_of_the_stay() -> None:
    assert lasted(change("started", 0, None), change("held", 1), change("updated", 2), change("resumed", 3), day=4) == (
        timedelta(days=2)
    )


def test_who_acts_is_stored_with_the_roles_held_at_that_moment() -> None:
    template = process()
    moved = template.move(
        sitting(template, "contact", by=REP), to="talk", at=days(1), by=Actor(id="u-7", roles=("boss",))
    )
    assert [each.by.roles for each in moved.history] == [("rep",), ("boss",)]
    assert Opportunity.model_validate_json(moved.model_dump_json()).history == moved.history
