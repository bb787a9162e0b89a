"""Acquittals: what agrees is told at once, and every way in which it may not is left to a close look."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from acme import BOSS, NEW, REP, days, process
from salesflow import LossReport, Money, StageTemplate, audit, compare, present, role, rule
from salesflow._acquit import Chart, acquitted
from salesflow.history import Change
from salesflow.rules import visited
from salesflow.values import FrozenMap

HERE = process(
    {
        "talk": {"rules": (role("rep", "director"),)},
        "offer": {"rules": (present("amount"), compare("amount", "ge", Money.of(10, "EUR"))), "aliases": ("proposal",)},
        "lost": {"rules": (present("loss.reason"),)},
        "contact": {"aliases": ("first",)},
    },
    skip="with_ground",
    back="with_ground",
    reopen_to=("talk",),
    lock_closed=True,
)


def chart(template: StageTemplate[Any] = HERE) -> Chart:
    return Chart(template._judged_by())


def walked(template: StageTemplate[Any], *steps: str, **update: Any) -> Any:
    record = template.start(NEW, at=days(0), by=REP, update=update)
    for day, to in enumerate(steps, 1):
        record = template.move(record, to=to, at=days(day), by=REP, ground="because")
    return record


def life() -> Any:
    """A deal that was updated, held, lost, reopened and won."""
    made = HERE.update(walked(HERE, "talk", "wait", "talk"), {"amount": Money.of(50, "EUR")}, at=days(3), by=BOSS)
    made = HERE.move(made, to="offer", at=days(4), by=REP)
    made = HERE.move(made, to="lost", at=days(5), update={"loss": LossReport(reason="price")})
    made = HERE.move(made, to="talk", at=days(6), by=REP, ground="they called")
    for day, to in enumerate(("offer", "deal", "won"), 7):
        made = HERE.move(made, to=to, at=days(day), by=BOSS)
    return made


def edited(record: Any, number: int, /, **fields: Any) -> Any:
    changes = list(record.history)
    changes[number - 1] = replace(changes[number - 1], **fields)
    return record.model_copy(update={"history": tuple(changes)})


def test_a_life_that_agrees_is_acquitted_with_its_kinds() -> None:
    kinds = ["started", "advanced", "held", "resumed", "advanced", "lost", "reopened", "advanced", "advanced", "won"]
    assert acquitted(chart(), life()) == kinds
    assert acquitted(chart(), type(NEW).model_validate_json(life().model_dump_json())) == kinds


def test_a_record_that_was_taken_over_is_acquitted() -> None:
    adopted = HERE.adopt(NEW, stage="lost", left="talk", at=days(0))
    assert acquitted(chart(), adopted) == ["adopted"]
    reopened = HERE.move(adopted, to="talk", at=days(1), by=REP, ground="they called")
    assert acquitted(chart(), reopened) == ["adopted", "reopened"]
    judged = audit(HERE, [adopted, reopened])
    assert list(judged) == []
    assert (judged.moves, judged.kinds) == (1, {"reopened": 1})
    assert acquitted(chart(), edited(adopted, 1, source="nowhere")) is None
    assert acquitted(chart(), edited(life(), 2, kind="adopted")) is None


def test_nothing_has_happened_to_a_record_that_is_not_started() -> None:
    assert acquitted(chart(), NEW.model_copy(update={"template": HERE.ref})) == []


@pytest.mark.parametrize(
    ("number", "fields"),
    [
        (2, {"number": 7}),
        (2, {"source": "offer"}),
        (2, {"target": "deal"}),
        (2, {"target": "nowhere"}),
        (2, {"target": None}),
        (3, {"at": days(0)}),
        (2, {"kind": "skipped"}),
        (2, {"kind": "migrated"}),
        (1, {"kind": "updated", "target": None}),
        (2, {"by": None}),
        (2, {"overrode": ("role.rep|director",)}),
        (2, {"template": None}),
        (2, {"template": replace(HERE.ref, digest="0" * 64)}),
        (2, {"set": FrozenMap({"stage": "won"})}),
        (2, {"set": FrozenMap({"nameless": 1})}),
        (2, {"set": {"name": "x"}}),
        (5, {"set": FrozenMap({"amount": 5})}),
        (5, {"set": FrozenMap({"amount": None})}),
        (5, {"set": FrozenMap({"amount": FrozenMap({"amount": "5.00", "currency": "EUR"})})}),
        (5, {"target": "offer"}),
        (8, {"ground": None}),
        (8, {"ground": " "}),
    ],
)
def test_whatever_is_odd_is_left_to_a_close_look(number: int, fields: dict[str, Any]) -> None:
    assert acquitted(chart(), edited(life(), number, **fields)) is None


@pytest.mark.parametrize("fields", [{"stage": "talk"}, {"left": "talk"}, {"template": None}, {"changes_before": 2}])
def test_so_is_a_record_that_says_something_else_than_its_history(fields: dict[str, Any]) -> None:
    assert acquitted(chart(), life().model_copy(update=fields)) is None


def test_so_is_a_record_of_another_class() -> None:
    class Mine(type(NEW)):  # type: ignore[misc]
        """A host's own."""

    assert acquitted(chart(), Mine(**dict(life()))) is None


def test_a_locked_record_that_was_updated_is_left_to_a_close_look() -> None:
    won = life()
    change = replace(won.history[-1], number=12, kind="updated", source="won", set=FrozenMap({"name": "x"}))
    forged = won.model_copy(update={"history": (*won.history, change)})
    assert acquitted(chart(), forged) is None
    free = process({"talk": {"rules": ()}})
    lost = walked(free, "lost")
    noted = free.update(lost, {"lessons": "listen"}, at=days(3))
    assert acquitted(chart(free), noted) == ["started", "lost"]


def test_stages_go_by_their_aliases() -> None:
    record = walked(HERE, "talk", amount=Money.of(50, "EUR"))
    change = Change(3, "advanced", "talk", "proposal", days(2), REP, template=HERE.ref)
    moved = record.model_copy(update={"history": (*record.history, change), "stage": "proposal"})
    assert acquitted(chart(), moved) == ["started", "advanced", "advanced"]


def test_what_no_reader_knows_is_read_by_pydantic() -> None:
    record = HERE.update(walked(HERE, "talk"), {"fields": {"score": 5}, "name": "Dörte"}, at=days(2))
    assert acquitted(chart(), record) == ["started", "advanced"]


def test_a_rule_sees_the_record_as_it_stood_then() -> None:
    judge = process({"deal": {"rules": (visited("lost"), compare("reopenings", "eq", 1))}}, reopen_to=("talk",))
    record = walked(judge, "talk", "offer", "lost", "talk", "offer", "deal", "lost", "talk")
    kinds = ["started", "advanced", "advanced", "lost", "reopened", "advanced", "advanced", "lost", "reopened"]
    assert acquitted(chart(judge), record) == kinds
    # lost only later
    assert acquitted(chart(judge), edited(record, 4, target="deal", kind="advanced")) is None


def test_a_rule_sees_when_a_record_was_closed() -> None:
    judge = process({"talk": {"rules": (compare("closed_at", "eq", days(2).isoformat()),)}}, reopen_to=("talk",))
    lost = judge.move(judge.adopt(NEW, stage="contact", at=days(1)), to="lost", at=days(2))
    noted = judge.update(lost, {"lessons": "listen"}, at=days(3))
    back = judge.move(noted, to="talk", at=days(4), ground="they called")
    assert acquitted(chart(judge), back) == ["adopted", "lost", "reopened"]


def test_a_rule_in_python_may_keep_the_record_that_it_is_given() -> None:
    seen = []

    @rule(reads=("name",))
    def keeps(record: Any, *, at: Any, by: Any) -> bool:
        seen.append(record)
        return True

    judge = process({"talk": {"rules": (keeps,)}, "offer": {"rules": (keeps,)}})
    record = judge.move(walked(judge, "talk", name="first"), to="offer", at=days(2), update={"name": "second"})
    seen.clear()
    assert acquitted(chart(judge), record) == ["started", "advanced", "advanced"]
    assert [(each.name, each.stage, len(each.history)) for each in seen] == [
        ("first", "contact", 1),
        ("second", "talk", 2),
    ]
    assert all(type(each) is type(NEW) for each in seen)


def test_the_record_itself_is_never_touched() -> None:
    record = life()
    before = record.model_dump_json()
    assert acquitted(chart(), record)
    assert record.model_dump_json() == before


def test_a_chart_grows_with_the_stages_and_not_with_the_records() -> None:
    known = chart()
    for number in range(300):
        forged = edited(HERE.adopt(NEW, stage="lost", at=days(0)), 1, source=f"s{number}", target=f"t{number}")
        acquitted(known, forged)
        acquitted(known, life())
    names = len(HERE.stages) + 2
    assert len(known._places) <= names * (names + 1)
