"""Entry and upkeep: starting, adopting, updating and replaying."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from acme import BOSS, NEW, NOW, REP, days, process, said, shown, sitting
from salesflow import (
    HistoryError,
    Lead,
    LossReport,
    Money,
    MoveRefused,
    Opportunity,
    Policy,
    Stage,
    StageTemplate,
    present,
)
from salesflow.history import Change
from salesflow.values import FrozenMap

EURO = Money.of(5, "EUR")
NAIVE = datetime(2027, 1, 1)  # noqa: DTZ001


def refused(call: Callable[[], object]) -> list[str]:
    with pytest.raises(MoveRefused) as caught:
        call()
    assert str(caught.value)
    assert not caught.value.verdict
    return said(caught.value.verdict)


# -- start --------------------------------------------------------------------------------------------------


def test_starting_enters_the_first_stage_and_writes_what_was_known() -> None:
    template = process()
    started = template.start(Opportunity(id="D-1", name="Acme", amount=EURO), at=NOW, by=REP, ground="a fair")
    (change,) = started.history
    assert (started.stage, started.template, started.closed_at, started.left) == ("contact", template.ref, None, None)
    assert (change.number, change.kind, change.source, change.target, change.at) == (1, "started", None, "contact", NOW)
    assert (change.by, change.ground, change.template) == (REP, "a fair", template.ref)
    assert change.set == {"name": "Acme", "amount": {"amount": "5.00", "currency": "EUR"}}


def test_starting_takes_another_start_and_fields_in_one_step() -> None:
    template = process({"talk": {"rules": (present("amount"),)}}, start_at=("contact", "talk"))
    assert refused(lambda: template.start(NEW, to="talk", at=NOW)) == ["amount is missing [present.amount]"]
    started = template.start(NEW, to="talk", at=NOW, update={"amount": EURO})
    assert (started.stage, started.amount) == ("talk", EURO)
    assert started.history[0].set == {"amount": {"amount": "5.00", "currency": "EUR"}}


def test_a_record_starts_once() -> None:
    template = process()
    started = template.start(NEW, at=NOW)
    assert refused(lambda: template.start(started, at=days(1))) == [
        "the record is in 'contact' already [record.started]"
    ]


@pytest.mark.parametrize(
    "how", [{"to": 5}, {"to": "zebra"}, {"at": NAIVE}, {"by": 5}, {"ground": 5}, {"update": 5}], ids=shown
)
def test_a_bad_start_is_refused(how: dict[str, Any]) -> None:
    assert refused(lambda: process().start(NEW, **{"at": NOW, **how}))
    assert refused(lambda: process().start(Lead(id="L-1"), **{"at": NOW, **how}))


# -- adopt --------------------------------------------------------------------------------------------------


def test_adopting_asks_no_rule_and_writes_what_was_known() -> None:
    template = process({"deal": {"rules": (present("amount"),)}})
    old = template.adopt(Opportunity(id="D-0", name="Old deal"), stage="deal", at=NOW, by=BOSS, ground="import")
    (change,) = old.history
    assert (old.stage, old.left, old.closed_at, old.template) == ("deal", None, None, template.ref)
    assert (change.kind, change.source, change.target, change.set) == ("adopted", None, "deal", {"name": "Old deal"})
    assert (change.by, change.ground) == (BOSS, "import")


@pytest.mark.parametrize("stage", ["wait", "won", "lost"])
@pytest.mark.parametrize("left", [None, "offer"])
def test_a_held_or_closed_record_is_adopted_with_the_stage_that_it_left(stage: str, left: str | None) -> None:
    old = sitting(process(), stage, left=left)
    assert (old.stage, old.left, old.history[0].source) == (stage, left, left)
    assert old.closed_at == (None if stage == "wait" else NOW)


@pytest.mark.parametrize(
    ("stage", "left"), [("talk", "contact"), ("wait", "won"), ("lost", "wait"), ("lost", "won"), ("wait", "wait")]
)
def test_only_a_held_or_closed_record_left_an_open_stage(stage: str, left: str) -> None:
    assert refused(lambda: sitting(process(), stage, left=left)) == [
        (
            f"{stage!r} is not entered from {left!r}: only a hold or a closed stage has left an open one"
            f" [left.invalid.{left}]"
        )
    ]


def test_adopting_under_an_alias_names_the_stage_by_its_id() -> None:
    template = process({"talk": {"aliases": ("conversation",)}})
    assert sitting(template, "conversation").stage == "talk"
    held = sitting(template, "wait", left="conversation")
    assert (held.left, held.history[-1].source) == ("talk", "talk")
    assert template.move(held, to="talk", at=days(1)).history[-1].kind == "resumed"


def test_all_that_is_wrong_with_an_adoption_is_named_at_once() -> None:
    template = process()
    started: Any = template.start(NEW, at=NOW)
    assert refused(lambda: template.adopt(started, stage="zebra", at=NAIVE, by=5, left=7, ground="\0")) == [  # type: ignore[arg-type]
        "the time has no zone [time.naive]",
        "who acts is an Actor, not int [actor.invalid]",
        "the ground is not clean text: text may not hold the character U+0000 at position 0 [ground.invalid]",
        "there is no stage 'zebra' [stage.unknown.zebra]",
        "a stage is named by its id, not by int [stage.invalid]",
        "the record is in 'contact' already [record.started]",
    ]


@pytest.mark.parametrize("stage", [None, 5, [], "", "\ud800"], ids=shown)
def test_a_record_is_adopted_into_a_stage(stage: Any) -> None:
    (reason,) = refused(lambda: process().adopt(NEW, stage=stage, at=NOW))
    assert reason.rpartition("[")[2].startswith("stage.")


def test_what_is_no_record_is_not_adopted() -> None:
    strange: Any = SimpleNamespace(stage="talk")
    assert refused(lambda: process().adopt(strange, stage="talk", at=NOW))[0] == (
        "this template moves Opportunity, not SimpleNamespace [record.invalid]"
    )


# -- update -------------------------------------------------------------------------------------------------


def test_an_update_says_who_and_why() -> None:
    template = process()
    change = template.update(sitting(template, "contact"), {"name": "x"}, at=days(1), by=REP, ground="a typo").history[
        -1
    ]
    assert (change.by, change.ground, change.at, change.template) == (REP, "a typo", days(1), template.ref)


def test_a_record_is_started_before_it_is_updated() -> None:
    assert refused(lambda: process().update(NEW, {"name": "x"}, at=NOW)) == [
        "the record is not started [record.not_started]"
    ]


def test_the_refusal_to_update_what_is_not_started_names_no_stage() -> None:
    with pytest.raises(MoveRefused) as caught:
        process().update(NEW, {"name": "x"}, at=NOW)
    assert str(caught.value).splitlines()[0] == "D-1 may not be updated:"


@pytest.mark.parametrize("record", [NEW, Opportunity(id="D-1", stage="contact")], ids=["new", "there"])
def test_the_refusal_to_go_to_a_stage_without_a_name_is_no_refusal_to_update(record: Opportunity) -> None:
    with pytest.raises(MoveRefused) as caught:
        process().move(record, to="", at=NOW)
    assert "updated" not in str(caught.value)


def test_the_fields_of_a_closed_record_are_locked_where_the_policy_says() -> None:
    locked, free = process(lock_closed=True, reopen_to=("talk",)), process()
    for closed in ("won", "lost"):
        assert refused(lambda at=closed: locked.update(sitting(locked, at), {"name": "x"}, at=days(1))) == [  # type: ignore[misc]
            "the record is closed, and the policy locks what is closed [record.closed]"
        ]
        assert free.update(sitting(free, closed), {"name": "x"}, at=days(1)).name == "x"
    assert locked.update(sitting(locked, "wait"), {"name": "x"}, at=days(1)).name == "x"
    back = locked.move(sitting(locked, "lost"), to="talk", at=days(1), ground="y", update={"name": "x"})
    assert locked.update(back, {"name": "z"}, at=days(2)).name == "z"


def test_an_update_is_asked_what_a_move_is_asked() -> None:
    template = process()
    there = sitting(template, "contact")
    bad: Any = {"by": 5, "ground": 5}
    assert refused(lambda: template.update(there, {"stage": "x"}, at=days(-1), **bad)) == [
        "the time lies before the last change, at 2026-01-05T09:00:00+00:00 [time.back]",
        "who acts is an Actor, not int [actor.invalid]",
        "the ground is not clean text: Input should be a valid string [ground.invalid]",
        "stage is set by templates alone [update.reserved.stage]",
    ]
    assert refused(lambda: process({"talk": {"skippable": True}}).update(there, {}, at=days(1)))


def test_a_record_in_a_stage_of_no_template_is_not_updated() -> None:
    template = process()
    strange = sitting(template, "contact").model_copy(update={"stage": "tlak"})
    assert refused(lambda: template.update(strange, {}, at=days(1))) == [
        "there is no stage 'tlak'; 'talk' is near [stage.unknown.tlak]"
    ]


@pytest.mark.parametrize(
    "strange", [None, 5, "D-1", SimpleNamespace(stage="talk"), Lead(id="L-1")], ids=lambda each: type(each).__name__
)
def test_what_is_no_record_of_the_template_is_not_updated(strange: Any) -> None:
    assert refused(lambda: process().update(strange, {}, at=NOW)) == [
        f"this template moves Opportunity, not {type(strange).__name__} [record.invalid]"
    ]


def test_an_object_with_a_stage_of_its_own_kind_is_no_record() -> None:
    strange: Any = SimpleNamespace(stage=5)
    assert refused(lambda: process().update(strange, {}, at=NOW))


# -- replay -------------------------------------------------------------------------------------------------


def story() -> tuple[StageTemplate[Any], Any]:
    """Return a template and a record that went through every kind of change but migration."""
    template = process(skip="with_ground", back="free", reopen_to=("talk",))
    record = template.start(Opportunity(id="D-1", name="Acme"), at=NOW, by=REP)
    steps: list[dict[str, Any]] = [
        {"to": "talk", "update": {"amount": EURO}},
        {"to": "wait"},
        {"to": "talk"},
        {"to": "deal", "ground": "in a hurry"},
        {"to": "contact"},
        {"to": "lost", "update": {"loss": LossReport(reason="price")}},
        {"to": "talk", "ground": "they called", "update": {"fields": {"x": 1}}},
        {"to": "won", "ground": "at last"},
    ]
    for day, step in enumerate(steps):
        record = template.move(record, at=days(day), by=REP, **step)
    return template, template.update(record, {"lessons": "be\nkind"}, at=days(20))


def test_a_story_has_the_changes_that_it_tells() -> None:
    assert [change.kind for change in story()[1].history] == [
        "started",
        "advanced",
        "held",
        "resumed",
        "skipped",
        "moved_back",
        "lost",
        "reopened",
        "won",
        "updated",
    ]


def test_replaying_the_whole_history_gives_back_the_record() -> None:
    template, record = story()
    assert template.replay(NEW, record.history) == record
    stored = Opportunity.model_validate_json(record.model_dump_json())
    assert template.replay(NEW, stored.history) == record


def test_replaying_an_adoption_gives_back_the_record() -> None:
    template = process()
    for stage, left in (("deal", None), ("wait", "talk"), ("lost", "offer"), ("won", None)):
        old = sitting(template, stage, Opportunity(id="D-1", name="Old"), left=left)
        assert template.replay(NEW, old.history) == old


def test_replaying_the_rest_gives_back_the_record_from_anywhere() -> None:
    template, record = story()
    for count in range(len(record.history)):
        before = template.replay(NEW, record.history[:count])
        assert template.replay(before, record.history[count:]) == record


def test_replaying_onto_the_tail_of_a_history_goes_on_numbering() -> None:
    template, record = story()
    begun = template.replay(NEW, record.history[:4])
    tail = begun.model_copy(update={"history": (), "changes_before": 4})
    assert template.replay(tail, record.history[4:]).history == record.history[4:]


def test_replaying_asks_no_rule_and_reads_the_changes_one_by_one() -> None:
    template, record = story()
    strict = StageTemplate(
        id="strict", version="1", record=Opportunity, policy=Policy(lose="declared"),
        stages=tuple(Stage(id=stage.id, outcome=stage.outcome, rules=(present("owner"),)) for stage in template.stages),
    )  # fmt: skip
    assert strict.replay(NEW, iter(record.history)) == record
    assert strict.replay(NEW, ()) is NEW


def broken(place: int, **changed: Any) -> list[str]:
    """Return what a replay finds once a change of the story is another."""
    template, record = story()
    history = list(record.history)
    history[place] = replace(history[place], **changed)
    with pytest.raises(HistoryError) as caught:
        template.replay(NEW, history)
    return str(caught.value).splitlines()[1:]


def test_a_history_that_does_not_hold_together_says_where() -> None:
    assert broken(1, number=7) == ["- D-1 @ 7: change 7 stands where 2 is due [number_gap]"]
    assert broken(1, source="deal") == ["- D-1 @ 2: it leaves 'deal', and the record is in 'contact' [gap]"]
    assert broken(1, kind="started") == ["- D-1 @ 2: a record in 'contact' cannot be started [wrong_start]"]
    assert broken(0, kind="advanced")[0] == "- D-1 @ 1: a record in None cannot be advanced [wrong_start]"
    assert broken(4, at=days(-1)) == [
        "- D-1 @ 5: it happened before the change at 2026-01-07 09:00:00+00:00 [time_back]"
    ]
    assert broken(1, set=FrozenMap({"zebra": 1})) == ["- D-1 @ 2: there is no field 'zebra' [unknown_field]"]
    assert broken(1, set=FrozenMap({"amount": 5}))[0].startswith("- D-1 @ 2: amount: ")
    assert broken(1, set=FrozenMap({"name": "\ud800"}))[0].startswith("- D-1 @ 2: name: ")


def test_all_that_is_wrong_with_a_change_is_told_at_once() -> None:
    found = broken(1, number=7, source="deal", at=days(-1), set=FrozenMap({"zebra": 1, "amount": 5}))
    assert [line.rpartition(" ")[2] for line in found] == [
        "[number_gap]",
        "[gap]",
        "[time_back]",
        "[unknown_field]",
        "[unreadable_field]",
    ]


@pytest.mark.parametrize("name", ["id", "stage", "reopenings", "changes_before"])
def test_a_stored_change_sets_nothing_that_templates_set(name: str) -> None:
    assert broken(9, set=FrozenMap({name: {"id": "D-9", "stage": "talk"}.get(name, 3)})) == [
        f"- D-1 @ 10: {name} is set by templates alone [unknown_field]"
    ]


@pytest.mark.parametrize(
    ("record", "changes"),
    [(NEW, [5]), ("D-1", [Change(number=1, kind="started", source=None, target="contact", at=NOW)])],
    ids=["change", "record"],
)
def test_what_is_no_change_is_not_replayed(record: Any, changes: Any) -> None:
    with pytest.raises(HistoryError) as caught:
        process().replay(record, changes)
    assert [(each.code, each.row) for each in caught.value.findings] == [("bad_row", 1)]


def test_a_record_of_another_kind_is_told_from_one_that_is_replayed() -> None:
    with pytest.raises(HistoryError, match="changes of a Opportunity are replayed, not of Lead"):
        process().replay(Lead(id="L-1"), [Change(number=1, kind="started", source=None, target="contact", at=NOW)])
