"""Judgement: every reason is named, what a caller sends is looked at, and an override passes what it names."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import model_validator

from acme import BOSS, NEW, NOW, REP, asked, asking, days, process, said, shown, sitting
from salesflow import Actor, Lead, Money, MoveRefused, Opportunity, Verdict, any_of, present, role
from salesflow.history import Change

AMOUNT: dict[str, Any] = {"rules": (present("amount"),)}
EURO = Money.of(5, "EUR")


def plainly(to: Any = "talk", **how: Any) -> Verdict:
    template = process()
    return template.check(sitting(template, "contact"), **{"to": to, "at": days(1), **how})


# -- the record ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "record", [Lead(id="L-1"), None, 5, "D-1", {"id": "D-1"}, object()], ids=lambda record: type(record).__name__
)
def test_a_template_moves_records_of_its_own_class(record: Any) -> None:
    assert said(process().check(record, to="talk", at=NOW)) == [
        f"this template moves Opportunity, not {type(record).__name__} [record.invalid]"
    ]


def test_a_record_of_a_subclass_moves_too() -> None:
    class MyDeal(Opportunity):
        pass

    template = process()
    moved = template.move(sitting(template, "contact", MyDeal(id="D-1")), to="talk", at=days(1))
    assert (type(moved), moved.stage) == (MyDeal, "talk")


def test_a_validator_of_a_subclass_of_the_template_s_class_holds_too() -> None:
    class MyDeal(Opportunity):
        @model_validator(mode="after")
        def _no_talk(self) -> "MyDeal":
            if self.stage == "talk":
                raise ValueError("no talk")
            return self

    template = process()
    there = sitting(template, "contact", MyDeal(id="D-1"))
    assert said(template.check(there, to="talk", at=days(1))) == [
        "the record would break its own class: no talk [record.broken]"
    ]


def test_a_stored_stage_that_the_template_does_not_know_is_named() -> None:
    template = process()
    lost = sitting(template, "contact").model_copy(update={"stage": "tlak"})
    assert said(template.check(lost, to="talk", at=days(1))) == [
        "there is no stage 'tlak'; 'talk' is near [stage.unknown.tlak]"
    ]


def test_a_record_that_runs_through_another_template_is_refused() -> None:
    template = process()
    there = sitting(template, "contact")
    changed, other = (
        process({"talk": AMOUNT}),
        process(more={"labels": {"fr": "x"}}).model_copy(update={"version": "2"}),
    )
    assert said(changed.check(there, to="wait", at=days(1))) == [
        "acme 1 is not the definition that last moved the record: give the new one a new version [template.changed]"
    ]
    assert said(other.check(there, to="wait", at=days(1))) == [
        "the record runs through acme 1, not through acme 2 [template.other]"
    ]


# -- the moment ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [None, 5, "2026-01-05T00:00:00Z", NOW.date()], ids=shown)
def test_a_time_is_a_datetime(at: Any) -> None:
    assert said(plainly(at=at)) == [f"a time is a datetime with a zone, not {type(at).__name__} [time.invalid]"]


def test_a_naive_time_is_refused() -> None:
    assert said(plainly(at=datetime(2027, 1, 1))) == ["the time has no zone [time.naive]"]  # noqa: DTZ001


EDGES = [
    datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
    datetime.max.replace(tzinfo=timezone(-timedelta(hours=1))),
]


@pytest.mark.parametrize("at", EDGES, ids=["min", "max"])
def test_a_time_outside_the_calendar_is_refused(at: datetime) -> None:
    assert not plainly(at=at)


@pytest.mark.parametrize("at", EDGES, ids=["min", "max"])
def test_a_time_outside_the_calendar_is_not_said_to_be_naive(at: datetime) -> None:
    assert "no zone" not in said(plainly(at=at))[0]
    assert [each.code for each in plainly(at=at).refusals] == ["time.invalid"]


class Zoneless(tzinfo):
    """A zone that does not know its offset."""


def test_a_broken_zone_is_a_reason() -> None:
    assert not plainly(at=datetime(2026, 1, 6, tzinfo=Zoneless()))  # type: ignore[abstract]


def test_no_move_lies_before_the_last_change() -> None:
    assert said(plainly(at=days(-1))) == [
        "the time lies before the last change, at 2026-01-05T09:00:00+00:00 [time.back]"
    ]
    assert plainly(at=NOW)


def test_times_of_several_zones_make_one_history_in_utc() -> None:
    template = process()
    there = sitting(template, "contact")
    for hour, (zone, stage) in enumerate(
        [("Asia/Tokyo", "talk"), ("America/New_York", "offer"), ("Europe/Paris", "deal")], 1
    ):
        there = template.move(there, to=stage, at=(NOW + timedelta(hours=hour)).astimezone(ZoneInfo(zone)))
    assert [(change.at, change.at.tzinfo) for change in there.history] == [
        (NOW + timedelta(hours=h), UTC) for h in range(4)
    ]
    assert Opportunity.model_validate_json(there.model_dump_json()) == there


def test_the_last_moment_of_the_calendar_is_a_moment() -> None:
    assert plainly(at=datetime.max.replace(tzinfo=UTC))


# -- who acts, the ground, the target -----------------------------------------------------------------------


@pytest.mark.parametrize("by", ["bob", 5, {"id": "bob"}, NEW], ids=lambda by: type(by).__name__)
def test_who_acts_is_an_actor(by: Any) -> None:
    assert said(plainly(by=by)) == [f"who acts is an Actor, not {type(by).__name__} [actor.invalid]"]


@pytest.mark.parametrize(
    ("ground", "error"),
    [
        (5, "Input should be a valid string"),
        ("a\0", "text may not hold the character U+0000 at position 1"),
        ("\ud800", "text may not hold the character U+D800 at position 0"),
        (b"why", "Input should be a valid string"),
    ],
    ids=shown,
)
def test_a_ground_is_clean_text(ground: Any, error: str) -> None:
    assert said(plainly(ground=ground)) == [f"the ground is not clean text: {error} [ground.invalid]"]
    assert "ground.invalid" in {each.code for each in plainly(ground="x" * 20_001).refusals}


def test_a_ground_that_nothing_asks_for_is_kept_in_nfc() -> None:
    template = process()
    moved = template.move(sitting(template, "contact"), to="talk", at=days(1), ground="e\u0301te\u0301")
    assert moved.history[-1].ground == "\u00e9t\u00e9"


@pytest.mark.parametrize("to", [None, 5, b"talk", ("talk",), ["talk"], {}, object], ids=shown)
def test_a_stage_is_named_by_text(to: Any) -> None:
    assert said(plainly(to)) == [f"a stage is named by its id, not by {type(to).__name__} [stage.invalid]"]


@pytest.mark.parametrize("to", ["", "\0", "\ud800", "tal\u200bk", "x" * 10**6, "None"], ids=shown)
def test_an_unknown_stage_is_told_in_text_that_can_be_printed(to: str) -> None:
    verdict = plainly(to)
    assert [each.code for each in verdict.refusals] == ["stage.unknown"]
    assert (str(verdict).encode() != b"", len(str(verdict)) < 1000) == (True, True)
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


@pytest.mark.parametrize("override", ["present.amount", 5, (5,), {"present.amount": 1}, ("a", None)], ids=shown)
def test_an_override_is_a_tuple_or_a_set_of_codes(override: Any) -> None:
    assert said(plainly(override=override)) == [
        f"an override is a tuple or a set of codes, not {type(override).__name__} [override.invalid]"
    ]


@pytest.mark.parametrize("kind", [set, frozenset, list, tuple])
def test_an_override_is_a_collection_of_codes_as_its_type_says(kind: Any) -> None:
    template = asking(present("amount", overridable_by=("director",)))
    there = sitting(template, "contact")
    codes = kind(["present.amount"])
    assert template.check(there, to="talk", at=days(1), by=BOSS, ground="x", override=codes)


def test_all_that_is_wrong_with_a_request_is_named_at_once() -> None:
    verdict: Any = plainly("zebra", at="now", by="bob", ground=5, override=5, update={"zebra": 1})
    assert [each.code for each in verdict.refusals] == [
        "stage.unknown",
        "time.invalid",
        "actor.invalid",
        "ground.invalid",
        "override.invalid",
        "update.unknown",
    ]
    assert (verdict.source, verdict.target, verdict.kind, verdict.possible) == ("contact", "zebra", None, False)


def test_every_failing_rule_is_named_beside_a_missing_ground_and_a_bad_update() -> None:
    template = process({"talk": AMOUNT, "offer": {"rules": (role("director"),)}}, skip="with_ground")
    verdict = template.check(sitting(template, "contact"), to="offer", at=days(1), update={"stage": "won"})
    assert [each.key for each in verdict.refusals] == [
        "present.amount",
        "role.director",
        "update.reserved.stage",
        "ground.missing",
    ]
    assert (verdict.kind, verdict.missing, verdict.possible) == ("skipped", ("amount", "by", "ground"), False)


# -- check, options and move agree --------------------------------------------------------------------------


def test_move_succeeds_exactly_when_check_says_yes() -> None:
    template = process({"talk": AMOUNT, "lost": {"rules": (role("director"),)}}, back="with_ground")
    for how in ({}, {"by": BOSS}, {"ground": "why"}, {"update": {"amount": EURO}}, {"update": {"stage": "x"}}):
        there = sitting(template, "contact")
        for to, verdict in template.options(there, at=days(1), **how).items():
            assert verdict == template.check(there, to=to, at=days(1), **how)
            assert moves(template, there, to=to, at=days(1), **how) == bool(verdict)


def moves(template: Any, there: Any, **how: Any) -> bool:
    """Tell whether a move happens; a refused one hands back the very record."""
    try:
        return bool(template.move(there, **how).stage == how["to"])
    except MoveRefused as error:
        return error.record is not there


def test_a_plain_move_and_one_that_is_looked_at_closely_end_alike() -> None:
    template = process()
    there = sitting(template, "contact")
    plain = template.move(there, to="talk", at=days(1), by=REP)
    assert template.check(there, to="talk", at=days(1), by=REP) == template.check(
        there, to="talk", at=days(1), by=REP, update={}
    )
    east = days(1).astimezone(ZoneInfo("Asia/Tokyo"))
    assert (
        plain
        == template.move(there, to="talk", at=east, by=REP)
        == template.move(there, to="talk", at=days(1), by=REP, update={})
    )


def test_a_check_is_true_and_names_what_the_change_would_be() -> None:
    verdict = plainly()
    assert (bool(verdict), verdict.kind, verdict.source, verdict.target) == (True, "advanced", "contact", "talk")


def test_a_record_that_is_not_started_is_judged_on_starting() -> None:
    verdict = process().check(NEW, to="contact", at=NOW)
    assert (bool(verdict), verdict.kind, verdict.source) == (True, "started", None)


# -- overrides ----------------------------------------------------------------------------------------------

SOFT = present("amount", overridable_by=("director", "cfo"))


def overridden(**how: Any) -> Verdict:
    return asked(SOFT, **{"by": BOSS, "ground": "a framework contract", "override": ("present.amount",), **how})


def test_an_override_by_the_right_role_with_a_ground_passes_and_is_recorded() -> None:
    template = asking(SOFT)
    moved = template.move(
        sitting(template, "contact"), to="talk", at=days(1), by=BOSS, ground="a contract", override=("present.amount",)
    )
    change = moved.history[-1]
    assert (change.overrode, change.ground, change.by) == (("present.amount",), "a contract", BOSS)
    assert overridden().overrode == ("present.amount",)


def test_a_refusal_says_who_may_override_it() -> None:
    assert overridden(override=()).refusals[0].overridable_by == ("director", "cfo")


@pytest.mark.parametrize("by", [REP, None], ids=["rep", "nobody"])
def test_an_override_takes_one_of_the_roles(by: Actor | None) -> None:
    assert said(overridden(by=by)) == [
        "amount is missing [present.amount]",
        "present.amount may be overridden by director or cfo [override.denied.present.amount]",
    ]


def test_an_override_takes_a_ground() -> None:
    verdict = overridden(ground=None)
    assert said(verdict) == ["a ground must be stated: an override [ground.missing]"]
    assert verdict.possible


def test_a_rule_that_nobody_may_override_stays() -> None:
    assert said(asked(present("amount"), by=BOSS, ground="x", override=("present.amount",))) == [
        "amount is missing [present.amount]",
        "present.amount may be overridden by nobody [override.never.present.amount]",
    ]


def test_an_override_passes_exactly_what_it_names() -> None:
    template = asking(SOFT, present("name", overridable_by=("director",)))
    there = sitting(template, "contact")
    verdict = template.check(
        there, to="talk", at=days(1), by=BOSS, ground="x", override=("present.amount", "present.owner")
    )
    assert said(verdict) == [
        "amount is missing [present.amount]",
        "name is missing [present.name]",
        "no rule of the template has the key 'present.owner'; 'present.name' is near [override.unknown.present.owner]",
    ]
    named = template.check(there, to="talk", at=days(1), by=BOSS, ground="x", override=("present.amount",))
    assert said(named) == ["name is missing [present.name]"]


def test_an_override_of_what_holds_is_none_and_needs_no_ground() -> None:
    verdict = overridden(update={"amount": EURO}, ground=None)
    assert (bool(verdict), verdict.overrode) == (True, ())


def test_the_ground_of_a_skip_overrides_nothing() -> None:
    template = process({"talk": {"rules": (SOFT,)}}, skip="with_ground")
    there = sitting(template, "contact")
    assert said(template.check(there, to="offer", at=days(1), by=BOSS, ground="x")) == [
        "amount is missing [present.amount]"
    ]
    assert template.check(there, to="offer", at=days(1), by=BOSS, ground="x", override=("present.amount",))


@pytest.mark.parametrize(
    "code", ["ground.missing", "move.skip.deal", "time.back", "update.reserved.stage", "move.closed.won"]
)
def test_no_structure_can_be_overridden(code: str) -> None:
    template = process(skip="with_ground")
    there = sitting(template, "contact")
    assert not template.check(there, to="deal", at=days(1), by=BOSS, override=(code,))
    assert not process().check(sitting(process(), "lost"), to="won", at=days(1), by=BOSS, ground="x", override=(code,))
    assert not template.check(there, to="talk", at=days(-1), by=BOSS, ground="x", override=(code,))
    assert not template.check(
        there, to="talk", at=days(1), by=BOSS, ground="x", override=(code,), update={"stage": "won"}
    )


def test_a_rule_that_two_stages_ask_alike_is_overridden_once_for_both_or_not_at_all() -> None:
    template = process({"talk": {"rules": (SOFT,)}, "offer": AMOUNT}, skip="free")
    there = sitting(template, "contact")
    verdict = template.check(there, to="offer", at=days(1), by=BOSS, ground="x", override=("present.amount",))
    assert {each.key for each in verdict.refusals} == {"present.amount", "override.never.present.amount"}


@pytest.mark.parametrize("kind", [tuple, list])
def test_codes_come_in_a_tuple_or_a_list(kind: Any) -> None:
    assert overridden(override=kind(["present.amount"]))


# -- warnings -----------------------------------------------------------------------------------------------


def test_a_rule_that_only_warns_lets_the_move_pass_and_is_told() -> None:
    template = asking(present("amount", severity="warn"), any_of(present("name"), severity="warn"))
    there = sitting(template, "contact")
    verdict = template.check(there, to="talk", at=days(1))
    assert (bool(verdict), [each.key for each in verdict.warnings]) == (
        True,
        ["present.amount", "any_of.present.name"],
    )
    assert template.move(there, to="talk", at=days(1)).stage == "talk"
    assert template.check(there, to="talk", at=days(1), update={"amount": EURO, "name": "x"}).warnings == ()


def test_a_refused_move_tells_no_warnings() -> None:
    template = asking(present("amount", severity="warn"), present("name"))
    verdict = template.check(sitting(template, "contact"), to="talk", at=days(1))
    assert (bool(verdict), verdict.warnings) == (False, ())


# -- histories ----------------------------------------------------------------------------------------------


def test_changes_are_numbered_from_what_came_before_the_history() -> None:
    template = process()
    tail = sitting(template, "contact").model_copy(update={"history": (), "changes_before": 41})
    moved = template.move(template.move(tail, to="talk", at=days(1)), to="offer", at=days(2), ground="x")
    assert [change.number for change in moved.history] == [42, 43]


def test_a_record_that_sits_in_a_stage_without_a_history_must_be_adopted() -> None:
    template = process()
    bare = Opportunity(id="D-1", stage="contact")
    reasons = ["the record sits in 'contact' without a history: adopt it first [record.without_history]"]
    assert said(template.check(bare, to="talk", at=NOW)) == reasons
    with pytest.raises(MoveRefused) as caught:
        template.update(bare, {"name": "x"}, at=NOW)
    assert said(caught.value.verdict) == reasons
    cut = sitting(template, "contact").model_copy(update={"history": (), "changes_before": 1})
    assert template.check(cut, to="talk", at=NOW)


def test_a_record_under_an_alias_moves_on_and_its_history_keeps_what_was_stored() -> None:
    template = process({"talk": {"aliases": ("conversation",)}})
    stored = Change(number=1, kind="adopted", source=None, target="conversation", at=NOW, template=template.ref)
    record = NEW.model_copy(update={"stage": "conversation", "history": (stored,), "template": template.ref})
    moved = template.move(record, to="offer", at=days(1))
    assert [(change.source, change.target) for change in moved.history] == [
        (None, "conversation"),
        ("conversation", "offer"),
    ]
    assert template.replay(NEW, moved.history) == moved


def test_a_long_history_is_kept_whole() -> None:
    template = process(back="free")
    record = sitting(template, "contact")
    for count in range(200):
        record = template.move(record, to=("talk", "contact")[count % 2], at=days(count))
    assert [change.number for change in record.history] == list(range(1, 202))


@pytest.mark.parametrize("blank", ["", " ", "\n\t "], ids=shown)
def test_a_blank_ground_is_none(blank: str) -> None:
    template = process(back="with_ground")
    moved = template.move(sitting(template, "contact"), to="talk", at=days(1), ground=blank)
    assert moved.history[-1].ground is None
    assert said(template.check(moved, to="contact", at=days(2), ground=blank)) == [
        "a ground must be stated: a step back [ground.missing]"
    ]
