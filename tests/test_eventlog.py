"""Event logs: what a log of moves is found to say, whatever the order of its rows."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    LoadError,
    Money,
    Move,
    Opportunity,
    Policy,
    Stage,
    StageTemplate,
    any_of,
    audit_log,
    compare,
    present,
    qualified,
    role,
    rule,
)
from salesflow.rules import activity, approved, objections_resolved, time_in_stage, visited
from salesflow.verdict import Finding

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
STAGES = (
    Stage(id="new"),
    Stage(id="talk", aliases=("chat",)),
    Stage(id="offer"),
    Stage(id="pause", hold=True),
    Stage(id="won", outcome="won"),
    Stage(id="lost", outcome="lost"),
)


def template(*stages: Stage, moves: tuple[Move, ...] = (), **policy: Any) -> StageTemplate[Opportunity]:
    return StageTemplate(
        id="t", version="1", record=Opportunity, stages=stages or STAGES, moves=moves, policy=Policy(**policy)
    )


STRICT = template()


def row(deal: str, stage: str, day: float, **more: object) -> dict[str, object]:
    return {"deal": deal, "stage": stage, "at": DAY + timedelta(days=day), **more}


def log(*steps: tuple[str, float], deal: str = "D", **more: object) -> list[dict[str, object]]:
    return [row(deal, stage, day, **more) for stage, day in steps]


def findings(rows: Any, judge: StageTemplate[Any] = STRICT, **columns: Any) -> list[Finding]:
    return list(audit_log(judge, rows, **{"deal": "deal", "stage": "stage", "at": "at", **columns}))


def codes(rows: Any, judge: StageTemplate[Any] = STRICT, **columns: Any) -> list[str]:
    return [each.code for each in findings(rows, judge, **columns)]


# -- what is found ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([("new", 0), ("talk", 1), ("offer", 2), ("won", 3)], []),
        ([("new", 0), ("lost", 1)], []),
        ([("new", 0), ("pause", 1), ("new", 2), ("talk", 3)], []),
        ([("new", 0), ("pause", 1), ("talk", 2)], []),
        ([("new", 0), ("pause", 1), ("offer", 2)], ["skip"]),
        ([("new", 0), ("offer", 1)], ["skip"]),
        ([("new", 0), ("won", 1)], ["skip"]),
        ([("new", 0), ("talk", 1), ("new", 2)], ["step_back"]),
        ([("new", 0), ("lost", 1), ("won", 2)], ["out_of_lost"]),
        ([("new", 0), ("lost", 1), ("talk", 2)], ["out_of_lost"]),
        ([("new", 0), ("talk", 1), ("offer", 2), ("won", 3), ("offer", 4)], ["out_of_won"]),
        ([("talk", 0)], ["starts_in_the_middle"]),
        ([("new", 0), ("tlak", 1), ("talk", 2)], ["unknown_stage"]),
        ([("new", 0), ("new", 1), ("talk", 2)], ["repeated_stage"]),
        ([("new", 0), ("chat", 1), ("offer", 2)], []),
        ([("new", 0), ("talk", 1), ("chat", 2)], ["repeated_stage"]),
    ],
)
def test_each_fault_has_its_code(steps: list[tuple[str, float]], expected: list[str]) -> None:
    assert codes(log(*steps)) == expected


ASKING = template(
    *(stage.model_copy(update={"rules": (present("amount"),)}) if stage.id == "won" else stage for stage in STAGES)
)


@pytest.mark.parametrize("judge", [STRICT, ASKING])
@pytest.mark.parametrize("onward", ["new", "talk", "offer", "won", "lost"])
def test_a_log_that_begins_in_a_hold_convicts_nobody_of_the_way_on(judge: StageTemplate[Any], onward: str) -> None:
    assert codes(log(("pause", 0), (onward, 1)), judge) == ["starts_in_the_middle"]
    told = [row("D", onward, 1, source="pause", amount="")]
    assert codes(told, judge, source="source") == ["incomplete"]


def test_a_finding_names_deal_row_source_target_and_time() -> None:
    (found,) = findings(log(("new", 0), ("offer", 1)))
    assert (found.deal, found.row, found.source, found.target, found.at) == (
        "D",
        2,
        "new",
        "offer",
        DAY + timedelta(days=1),
    )
    assert str(found) == "D @ 2: 'offer' may not be reached from 'new': 'talk' would be skipped [skip]"


def test_an_unknown_stage_is_told_with_the_nearest_known_one() -> None:
    (found,) = findings(log(("new", 0), ("Ofer", 1)))
    assert found.detail == "there is no stage 'Ofer'; 'offer' is near"


def test_a_hold_to_a_hold_a_retired_stage_and_an_undeclared_move_have_codes() -> None:
    stages = (
        Stage(id="a"),
        Stage(id="b"),
        Stage(id="old", life="retired"),
        Stage(id="h1", hold=True),
        Stage(id="h2", hold=True),
        Stage(id="won", outcome="won"),
    )
    judge = template(*stages, next="declared")
    assert codes(log(("a", 0), ("h1", 1), ("h2", 2)), judge) == ["hold_to_hold"]
    assert codes(log(("a", 0), ("old", 1)), judge) == ["retired_stage"]
    assert codes(log(("a", 0), ("b", 1)), judge) == ["undeclared_move"]


def test_a_log_without_a_column_of_grounds_only_warns_where_a_ground_is_asked_for() -> None:
    judge = template(skip="with_ground", back="with_ground", reopen_to=("talk",))
    rows = log(("new", 0), ("offer", 1), ("talk", 2), ("lost", 3), ("talk", 4))
    found = findings(rows, judge)
    assert [each.code for each in found] == ["skip", "step_back", "reopened_without_ground"]
    assert {each.level for each in found} == {"warning"}
    assert found[0].detail.endswith("; the log has no column of grounds")


def test_with_a_column_of_grounds_an_empty_one_is_a_violation_and_a_stated_one_is_none() -> None:
    judge = template(skip="with_ground", reopen_to=("talk",))
    rows = [
        row("D", "new", 0, why=""),
        row("D", "offer", 1, why=" "),
        row("D", "lost", 2, why=""),
        row("D", "talk", 3, why="they called"),
    ]
    found = findings(rows, judge, ground="why")
    assert [(each.code, each.level) for each in found] == [("skip", "violation")]


def test_a_declared_move_that_asks_for_a_ground_has_a_code_of_its_own() -> None:
    judge = template(moves=(Move(sources=("new",), target="offer", ground=True),))
    assert codes([row("D", "new", 0, why=""), row("D", "offer", 1, why="")], judge, ground="why") == ["ground_missing"]


# -- rules over columns -------------------------------------------------------------------------------------

RULED = template(
    Stage(id="new"),
    Stage(
        id="offer",
        rules=(
            present("amount"),
            compare("amount", "ge", Money.of(100, "EUR")),
            present("loss.reason", severity="warn"),
            qualified("need", "authority"),
            compare("fields.seats", "ge", 10),
        ),
    ),
    Stage(id="won", outcome="won"),
)


def ruled(**cells: object) -> list[Finding]:
    found = findings([row("D", "new", 0, **cells), row("D", "offer", 1, **cells)], RULED)
    return sorted(found, key=lambda each: (each.code, str(each.refusal and each.refusal.key)))


def test_a_rule_is_judged_by_the_columns_named_as_its_fields() -> None:
    cells = {
        "amount": "250 EUR",
        "qualification.need": "verified",
        "qualification.authority": "claimed/access",
        "seats": "12",
    }
    assert ruled(**cells) == []


def test_each_rule_that_a_row_does_not_meet_is_told() -> None:
    cells = {
        "amount": "99.50 EUR",
        "qualification.need": "no",
        "qualification.authority": "claimed",
        "fields.seats": "",
    }
    assert [str(each.refusal) for each in ruled(**cells)] == [
        "amount is 99.50 EUR, not at least 100.00 EUR [compare.amount]",
        "fields.seats is missing, and must be at least 10 [compare.fields.seats]",
        "how the authority is met is not said: by decider or access [qualified.authority]",
        "the need is answered with no [qualified.need]",
    ]


def test_a_rule_whose_column_is_missing_is_undecidable_and_told_once_a_log() -> None:
    rows = [*log(("new", 0), ("offer", 1)), *log(("new", 0), ("offer", 2), deal="E")]
    found = findings(rows, RULED)
    assert {each.code for each in found} == {"rule_undecidable"}
    assert {each.level for each in found} == {"warning"}
    assert sorted(each.refusal.key for each in found if each.refusal) == [
        "compare.amount",
        "compare.fields.seats",
        "present.amount",
        "qualified.authority",
        "qualified.need",
    ]
    assert all("asked 2 times in this log" in each.detail for each in found)
    assert {(each.deal, each.row) for each in found} == {("D", 2)}


@pytest.mark.parametrize("amount", ["250", "250 USD", "lots"])
def test_an_amount_that_cannot_be_compared_is_undecidable(amount: str) -> None:
    cells = {
        "amount": amount,
        "qualification.need": "verified",
        "qualification.authority": "claimed/decider",
        "seats": "12",
    }
    assert [each.code for each in ruled(**cells)] == ["rule_undecidable"]


def test_an_answer_that_is_no_certainty_is_undecidable_and_an_empty_one_is_unknown() -> None:
    cells = {"amount": "250 EUR", "qualification.need": "perhaps", "qualification.authority": "", "seats": "12"}
    assert [(each.code, str(each.refusal)) for each in ruled(**cells)] == [
        ("rule_not_met", "the authority is unknown [qualified.authority]"),
        ("rule_undecidable", "qualified need cannot be judged from the data at hand [qualified.need]"),
    ]


def test_rules_on_people_and_collections_are_undecidable_in_a_log() -> None:
    rules = (role("rep"), activity("call"), approved("discount"), objections_resolved())
    judge = template(Stage(id="new"), Stage(id="offer", rules=rules), Stage(id="won", outcome="won"))
    assert codes(log(("new", 0), ("offer", 1)), judge) == ["rule_undecidable"] * 4


def test_a_rule_in_python_that_reads_what_the_log_lacks_is_undecidable_and_may_decide_otherwise() -> None:
    @rule()
    def reads_the_owner(record: Any, *, at: datetime, by: object) -> bool:
        return bool(record.owner.startswith("u-"))

    @rule()
    def never(record: Any, *, at: datetime, by: object) -> bool:
        return False

    judge = template(Stage(id="new"), Stage(id="offer", rules=(reads_the_owner, never)), Stage(id="won", outcome="won"))
    assert sorted(codes(log(("new", 0), ("offer", 1)), judge)) == ["rule_not_met", "rule_undecidable"]


def test_any_of_is_undecidable_where_the_column_that_could_meet_it_is_missing() -> None:
    judge = template(
        Stage(id="new"),
        Stage(id="offer", rules=(any_of(present("amount"), present("owner")),)),
        Stage(id="won", outcome="won"),
    )
    assert codes([row("D", "new", 0, amount=""), row("D", "offer", 1, amount="")], judge) == ["rule_undecidable"]
    both = {"amount": "", "owner": ""}
    assert codes([row("D", "new", 0, **both), row("D", "offer", 1, **both)], judge) == ["rule_not_met"]


def test_rules_that_look_back_are_judged_by_the_log_itself() -> None:
    rules = (visited("talk"), time_in_stage(at_least=timedelta(days=2)))
    judge = template(
        Stage(id="new"), Stage(id="talk"), Stage(id="offer", rules=rules), Stage(id="won", outcome="won"), skip="free"
    )
    assert codes(log(("new", 0), ("talk", 1), ("offer", 4)), judge) == []
    assert codes(log(("new", 0), ("talk", 1), ("offer", 2)), judge) == ["rule_not_met"]
    assert codes(log(("new", 0), ("offer", 9)), judge) == ["rule_not_met"]


def test_a_log_that_begins_later_than_the_deal_cannot_say_what_was_visited() -> None:
    judge = template(
        Stage(id="new"), Stage(id="talk"), Stage(id="offer", rules=(visited("new"),)), Stage(id="won", outcome="won")
    )
    rows = [row("D", "offer", 1, old="talk")]
    assert codes(rows, judge, source="old") == ["incomplete", "rule_undecidable"]


# -- source and target --------------------------------------------------------------------------------------


def pairs(*steps: tuple[str, str, float]) -> list[dict[str, object]]:
    return [row("D", target, day, old=source) for source, target, day in steps]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([("", "new", 0), ("new", "talk", 1), ("talk", "offer", 2)], []),
        ([("", "new", 0), ("new", "chat", 1), ("talk", "offer", 2)], []),
        ([("new", "talk", 0), ("talk", "offer", 1)], ["incomplete"]),
        ([("", "new", 0), ("talk", "offer", 1)], ["gap"]),
        ([("", "new", 0), ("talk", "offer", 1), ("new", "talk", 2)], ["time_back", "gap"]),
        ([("", "new", 0), ("new", "talk", 1), ("", "new", 2), ("new", "talk", 3)], ["reused_id"]),
        ([("", "new", 0), ("lost", "won", 1)], ["gap", "out_of_lost"]),
        ([("pause", "offer", 0)], ["incomplete"]),
        ([("lost", "new", 0)], ["incomplete", "out_of_lost"]),
        ([("nowhere", "new", 0)], ["incomplete", "unknown_stage"]),
        ([("", "new", 0), ("nowhere", "talk", 1)], ["gap", "unknown_stage"]),
    ],
)
def test_rows_with_source_and_target_tell_gaps_and_creations(
    steps: list[tuple[str, str, float]], expected: list[str]
) -> None:
    assert codes(pairs(*steps), source="old") == expected


def test_a_reopening_of_a_deal_whose_beginning_is_missing_asks_its_ground_and_no_rules() -> None:
    judge = template(*STAGES[:1], Stage(id="talk", rules=(present("amount"),)), *STAGES[2:], reopen_to=("offer",))
    rows = [row("D", "offer", 0, old="lost", why="", amount="")]
    assert codes(rows, judge, source="old", ground="why") == ["incomplete", "reopened_without_ground"]


# -- histories whose beginning is missing -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        ("2026-03-02T08:58:00Z", "incomplete"),
        ("2026-03-02T08:59:00Z", "incomplete"),
        ("2026-03-02T08:59:01Z", "starts_in_the_middle"),
        ("2026-03-02T09:00:00Z", "starts_in_the_middle"),
        (DAY - timedelta(hours=1), "incomplete"),
        ("2026-03-02", "starts_in_the_middle"),
        ("2026-03-01", "starts_in_the_middle"),
        ("2026-02-28", "incomplete"),
        ("2026-03-01T20:00:00", "incomplete"),
        ("2026-03-01T22:00:00", "starts_in_the_middle"),
        ("../2026-03-02T09:00:00Z", "incomplete"),
        ("../2026-03-02T09:00:01Z", "starts_in_the_middle"),
        ("../2026-02-28", "incomplete"),
        ("../2026-03-02", "starts_in_the_middle"),
        ("9999-12-31", "starts_in_the_middle"),
        ("d1", "starts_in_the_middle"),
        ("../", "starts_in_the_middle"),
        ("1767603600", "starts_in_the_middle"),
        ("", "starts_in_the_middle"),
    ],
)
def test_a_deal_that_was_created_well_before_its_first_row_is_not_convicted_of_where_it_begins(
    created: object, expected: str
) -> None:
    assert codes([row("D", "offer", 0, made=created), row("D", "won", 1)], created="made") == [expected]


def test_a_creation_without_a_zone_is_read_in_the_zone_of_the_log() -> None:
    rows = [{"deal": "D", "stage": "offer", "at": "2026-03-02T09:00", "made": "2026-03-02T08:30"}]
    assert codes(rows, created="made", zone="Europe/Paris") == ["incomplete"]


def test_a_row_of_its_creation_tells_that_the_log_is_there_from_the_beginning() -> None:
    rows = [row("D", "", 0, made=DAY.isoformat()), row("D", "offer", 3, made=DAY.isoformat())]
    assert codes(rows, created="made") == ["starts_in_the_middle"]


def test_a_deal_that_is_older_than_its_log_and_begins_where_deals_begin_has_no_fault() -> None:
    asking = template(
        *(stage.model_copy(update={"rules": (visited("new"),)}) if stage.id == "talk" else stage for stage in STAGES)
    )
    assert codes(log(("new", 0), ("talk", 1), made="2026-01-01"), asking, created="made") == []


def test_what_a_deal_that_is_older_than_its_log_did_before_is_not_known() -> None:
    asking = template(
        *(stage.model_copy(update={"rules": (visited("new"),)}) if stage.id == "won" else stage for stage in STAGES)
    )
    rows = log(("offer", 0), ("won", 1), made="2026-01-01")
    assert codes(rows, asking, created="made") == ["incomplete", "rule_undecidable"]


def test_a_deal_that_is_older_than_its_log_may_have_left_any_stage_for_its_hold_or_its_end() -> None:
    judge = template(reopen_to=("talk",))
    for first in ("pause", "lost"):
        rows = log((first, 0), ("talk", 1), made="2026-01-01", why="they called")
        assert codes(rows, judge, created="made", ground="why") == ["incomplete"]


def test_a_stage_that_nobody_knows_is_told_also_where_the_log_begins_late() -> None:
    assert codes(log(("tlak", 0), made="2026-01-01"), created="made") == ["unknown_stage"]


# -- ids used twice -----------------------------------------------------------------------------------------


def test_two_creations_under_one_id_are_two_deals() -> None:
    rows = [
        row("D", "", 0, made="d1"),
        row("D", "new", 1, made=""),
        row("D", "lost", 2, made=""),
        row("D", "", 3, made="d2"),
        row("D", "new", 4, made=""),
        row("D", "talk", 5, made=""),
    ]
    assert codes(rows) == ["bad_row", "bad_row", "out_of_lost"]
    judged = audit_log(STRICT, rows, deal="deal", stage="stage", at="at", created="made")
    assert [each.code for each in judged] == ["reused_id"]
    assert (judged.deals, judged.moves) == (2, 2)


def test_rows_that_all_tell_their_creation_are_dealt_to_it_whatever_their_order() -> None:
    rows = [
        row("D", "new", 0, made="d1"),
        row("D", "new", 1, made="d2"),
        row("D", "talk", 2, made="d1"),
        row("D", "talk", 3, made="d2"),
    ]
    assert codes(rows, created="made") == ["reused_id"]
    assert codes(rows[::-1], created="made") == ["reused_id"]


def test_a_creation_and_a_move_to_one_stage_at_one_time_are_told_alike_in_any_order() -> None:
    rows = [
        row("D", "new", 0, old=""),
        row("D", "talk", 0, old=""),
        row("D", "talk", 0, old="new"),
        row("D", "talk", 1, old="talk"),
    ]
    told = {tuple(codes([*order], source="old")) for order in permutations(rows)}
    assert told == {tuple(codes(rows, source="old"))}


def test_a_log_in_which_no_row_tells_its_creation_is_one_deal_an_id() -> None:
    assert codes([row("D", "new", 0, made=""), row("D", "talk", 1, made="")], created="made") == []


def test_a_deal_that_was_created_and_never_moved_is_a_deal_without_faults() -> None:
    judged = audit_log(
        STRICT, [row("D", "", 0, made="d1")], deal="deal", stage="stage", at="at", created="made", as_of=DAY
    )
    assert (list(judged), judged.deals, judged.moves) == ([], 1, 0)


def test_a_creation_may_be_tied_with_the_first_move() -> None:
    rows = pairs(("new", "talk", 0), ("", "new", 0))
    assert [each.code for each in findings(rows, source="old") if each.level == "violation"] == []


# -- duplicates and ties ------------------------------------------------------------------------------------


def test_the_same_row_twice_is_a_duplicate_and_judged_once() -> None:
    rows = log(("new", 0), ("talk", 1), ("talk", 1), ("offer", 2))
    (found,) = findings(rows)
    assert (found.code, found.level, found.row) == ("duplicate", "warning", 3)


def test_tied_events_are_judged_by_the_kindest_order_and_the_tie_is_told() -> None:
    (found,) = findings(log(("new", 0), ("offer", 1), ("talk", 1), ("won", 2)))
    assert (found.code, found.level) == ("ambiguous_order", "warning")


def test_tied_events_that_conform_in_no_order_convict() -> None:
    assert codes(log(("new", 0), ("won", 1), ("lost", 1))) == ["out_of_lost"]


def test_eight_tied_events_are_tried_and_nine_are_too_many() -> None:
    stages = tuple(Stage(id=f"s{place}") for place in range(14))
    judge = template(*stages, Stage(id="won", outcome="won"))
    eight = log(("s0", 0), *((f"s{place}", 1) for place in range(8, 0, -1)), ("s9", 2))
    nine = log(("s0", 0), *((f"s{place}", 1) for place in range(9, 0, -1)), ("s10", 2), ("s10", 3), ("s11", 4))
    assert codes(eight, judge) == ["ambiguous_order"]
    (first, second) = findings(nine, judge)
    assert (first.code, second.code) == ("ambiguous_order", "repeated_stage")
    assert "too many" in first.detail


def test_after_too_many_tied_events_a_row_that_tells_its_source_is_judged_again() -> None:
    stages = tuple(Stage(id=f"s{place}") for place in range(14))
    judge = template(*stages, Stage(id="won", outcome="won"))
    tied = [row("D", f"s{place}", 0, old=f"s{place - 1}" if place else "") for place in range(12)]
    rows = [*tied, row("D", "s13", 1, old="s11")]
    assert codes(rows, judge, source="old") == ["ambiguous_order", "skip"]


def test_what_no_order_of_too_many_events_can_clear_is_told_all_the_same() -> None:
    stages = tuple(Stage(id=f"s{place}") for place in range(14))
    judge = template(*stages, Stage(id="won", outcome="won"))
    rows = [*log(*((f"s{place}", 0) for place in range(9))), row("D", "nowhere", 0)]
    assert codes(rows, judge) == ["ambiguous_order", "unknown_stage"]


def test_a_deal_of_ties_without_end_is_given_up_as_ambiguous_in_bounded_work() -> None:
    stages = tuple(Stage(id=f"s{place}") for place in range(9))
    judge = template(*stages, Stage(id="won", outcome="won"), skip="free", back="free")
    rows = log(*((f"s{place}", day) for day in range(100) for place in range(8)))
    found = findings(rows, judge)
    assert {each.code for each in found} == {"ambiguous_order"}
    assert any("too many" in each.detail for each in found)


def test_an_order_that_only_a_later_event_condemns_is_told() -> None:
    judge = template(back="free")
    rows = log(("new", 0), ("talk", 1), ("new", 2), ("talk", 2), ("offer", 3))
    assert codes(rows, judge) == ["ambiguous_order"]


def test_the_row_that_creates_a_deal_comes_before_those_of_its_time() -> None:
    rows = [row("D", "offer", 0, old=""), row("D", "talk", 0, old="new")]
    assert "starts_in_the_middle" in codes(rows, source="old")


def test_rows_of_one_event_tell_together_what_each_tells() -> None:
    judge = template(*STAGES[:2], Stage(id="offer", rules=(present("amount"),)), *STAGES[3:], skip="with_ground")
    rows = [
        row("D", "new", 0, why="", amount=""),
        row("D", "offer", 1, why="agreed", amount=""),
        row("D", "offer", 1, why="", amount="5 EUR"),
    ]
    assert codes(rows, judge, ground="why") == ["duplicate"]
    assert codes(rows[::-1], judge, ground="why") == ["duplicate"]


def test_a_ground_of_several_lines_and_a_name_in_any_form_are_read() -> None:
    judge = template(
        Stage(id="n\u00e9go\u00a0a"), Stage(id="b"), Stage(id="c"), Stage(id="won", outcome="won"), skip="with_ground"
    )
    rows = [
        row("D", "ne\u0301go\u00a0a", 0, why=""),
        row("D", "c", 1, why="they know us\nand we them \U0001f468\u200d\U0001f469"),
        row("E", "ne\u0301go\u00a0a", 0, why=""),
        row("E", "c", 1, why="\u200d"),
    ]
    assert [(each.deal, each.code) for each in findings(rows, judge, ground="why")] == [("E", "skip")]


def test_rows_of_a_database_cursor_are_read() -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    connection.execute("create table log (deal, stage, at)")
    for stage, at in (("new", "2026-01-01T00:00Z"), ("offer", "2026-01-02T00:00Z")):
        connection.execute("insert into log values (7, ?, ?)", (stage, at))
    (found,) = findings(connection.execute("select * from log"))
    connection.close()
    assert (found.deal, found.code) == ("7", "skip")


def test_a_creation_may_be_a_time_and_an_id_a_uuid_or_a_whole_decimal() -> None:
    rows = [row("D", "new", 0, made=DAY), row("D", "talk", 1, made=DAY)]
    for id in (UUID(int=7), Decimal("7.0")):
        assert codes([{**each, "deal": id} for each in rows], created="made") == []
    assert codes([row("D", "new", 0) | {"deal": Decimal("7.5")}]) == ["bad_row"]


def test_a_row_that_raises_when_read_is_a_bad_row() -> None:
    class Rude(dict[str, object]):
        def get(self, *_: object) -> object:
            raise RuntimeError("no")

    assert codes([row("D", "new", 0), Rude(deal="D", stage="new", at=DAY)]) == ["bad_row"]


# -- bad rows -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"deal": "", "stage": "new", "at": DAY}, "bad_row"),
        ({"deal": None, "stage": "new", "at": DAY}, "bad_row"),
        ({"deal": "D", "stage": "", "at": DAY}, "bad_row"),
        ({"deal": "D", "stage": " ", "at": DAY}, "bad_row"),
        ({"deal": 1.5, "stage": "new", "at": DAY}, "bad_row"),
        ({"deal": True, "stage": "new", "at": DAY}, "bad_row"),
        ({"deal": "D", "stage": "a\0b", "at": DAY}, "bad_row"),
        ({"deal": "\ud800", "stage": "new", "at": DAY}, "bad_row"),
        ({"deal": "D" * 30_000, "stage": "new", "at": DAY}, "bad_row"),
        ({"deal": "D", "stage": "new", "at": "yesterday"}, "bad_time"),
        ({"deal": "D", "stage": "new", "at": "03/04/2026"}, "bad_time"),
        ({"deal": "D", "stage": "new", "at": 1_700_000_000}, "bad_time"),
        ({"deal": "D", "stage": "new", "at": "1612121212121"}, "bad_time"),
        ({"deal": "D", "stage": "new", "at": None}, "bad_time"),
        ({"deal": "D", "stage": "new", "at": "0001-01-01T00:00:00+14:00"}, "bad_time"),
        ({"deal": "D", "stage": "new", "at": "2026-01-01T10:00:00"}, "naive_time"),
        ({"deal": "D", "stage": "new", "at": date(2026, 1, 1)}, "naive_time"),
        ({"deal": "D", "stage": "new"}, "bad_time"),
        ({"deal": "D", "stage": "new", "at": DAY, None: ["x"]}, "bad_row"),
        ("a row", "bad_row"),
        (None, "bad_row"),
    ],
)
def test_a_bad_row_becomes_a_finding_and_the_others_are_judged(bad: object, code: str) -> None:
    rows = [row("X", "new", 0), bad, row("X", "offer", 1)]
    found = findings(rows)
    assert [each.code for each in found] == [code, "skip"]
    assert found[0].row == 2
    assert all(each.model_dump_json() for each in found)


def test_a_first_row_that_is_none_is_a_bad_row_like_any_other() -> None:
    assert codes(["a row", row("D", "new", 0), row("D", "offer", 1)]) == ["bad_row", "skip"]


def test_nobody_is_convicted_of_the_hole_that_an_unreadable_row_leaves() -> None:
    rows = [row("D", "new", 0), {**row("D", "talk", 1), "at": ""}, row("D", "offer", 2), row("D", "ofer", 3)]
    assert [(each.code, each.level) for each in findings(rows)] == [
        ("bad_time", "violation"),
        ("skip", "warning"),
        ("unknown_stage", "violation"),
    ]
    assert findings(rows)[1].detail.endswith("; a row of this deal could not be read")


@pytest.mark.parametrize("clock", ["2025-10-26 02:30:00", "2025-03-30 02:30:00"])
def test_a_local_time_that_comes_twice_or_never_is_not_guessed(clock: str) -> None:
    (found,) = findings([{**row("D", "new", 0), "at": clock}], zone="Europe/Paris")
    assert (found.code, found.detail) == (
        "ambiguous_time",
        f"time {clock} comes twice or never in Europe/Paris, as clocks change",
    )


def test_a_reader_that_fails_ends_the_log_and_keeps_what_was_read() -> None:
    def rows() -> Iterator[dict[str, object]]:
        yield row("D", "new", 0)
        yield row("D", "offer", 1)
        raise OSError("the disk is gone")

    found = findings(rows())
    assert [each.code for each in found] == ["bad_row", "skip"]
    assert found[0].detail == "the row cannot be read: OSError: the disk is gone"


def test_a_reader_that_fails_on_a_row_and_goes_on_loses_only_that_row() -> None:
    text = "deal,stage,at\nD,new,2026-01-01\n" + "x" * 200_000 + ",new,2026-01-01\nD,offer,2026-01-02\n"
    assert codes(csv.DictReader(io.StringIO(text)), zone="UTC") == ["bad_row", "skip"]


def test_a_reader_that_always_fails_does_not_hang() -> None:
    class Broken:
        def __iter__(self) -> Broken:
            return self

        def __next__(self) -> dict[str, object]:
            raise RuntimeError("again")

    assert codes(Broken()) == ["bad_row", "bad_row"]


def test_a_missing_column_is_told_with_the_one_that_is_near() -> None:
    with pytest.raises(LoadError) as caught:
        findings([{"deal_id": "D", "stage": "new", "at": DAY}], source="old")
    assert str(caught.value) == (
        "the log cannot be read:\n"
        "- there is no column 'deal'; 'deal_id' is near @ deal [column.missing]\n"
        "- there is no column 'old'; there are 'deal_id', 'stage', 'at' @ source [column.missing]"
    )


def test_an_empty_log_is_clean() -> None:
    judged = audit_log(STRICT, [], deal="deal", stage="stage", at="at")
    assert (list(judged), judged.rows, judged.deals, judged.moves) == ([], 0, 0, 0)


def test_nothing_is_read_before_a_finding_is_asked_for() -> None:
    asked: list[int] = []

    def rows() -> Iterator[dict[str, object]]:
        asked.append(1)
        yield row("D", "new", 0)

    judged = audit_log(STRICT, rows(), deal="deal", stage="stage", at="at")
    assert asked == []
    assert list(judged) == []
    assert asked == [1]


# -- times --------------------------------------------------------------------------------------------------


def test_times_without_a_zone_are_read_in_the_zone_given() -> None:
    rows = [
        {"deal": "D", "stage": "new", "at": "2026-07-01 01:00:00"},
        {"deal": "D", "stage": "offer", "at": datetime(2026, 6, 30, 23, 30, tzinfo=UTC)},
    ]
    (found,) = findings(rows, zone="Europe/Paris")
    assert found.source == "new"
    assert codes(rows, zone=ZoneInfo("UTC")) == ["starts_in_the_middle", "step_back"]


def test_an_unknown_zone_and_a_naive_now_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"^there is no time zone 'Europe/Pariss': use an IANA name"):
        audit_log(STRICT, [], deal="d", stage="s", at="a", zone="Europe/Pariss")
    with pytest.raises(ValueError, match="has no zone"):
        audit_log(STRICT, [], deal="d", stage="s", at="a", as_of=datetime(2026, 1, 1))  # noqa: DTZ001


def test_as_of_tells_later_rows_and_closing_dates_that_have_passed() -> None:
    rows = [row("D", "new", 0, expected_close="2026-03-01"), row("E", "new", 9, expected_close="2026-12-01")]
    found = findings(rows, as_of=DAY + timedelta(days=1))
    assert [(each.deal, each.code, each.level) for each in found] == [
        ("D", "closing_date_passed", "warning"),
        ("E", "future_time", "warning"),
    ]


@pytest.mark.parametrize(
    ("cell", "passed"),
    [
        (date(2026, 3, 1), True),
        (datetime(2026, 3, 1, tzinfo=UTC), True),
        ("2026-03-01 00:00:00", True),
        ("2026-04-01", False),
        ("soon", False),
        ("", False),
        (None, False),
    ],
)
def test_a_closing_date_is_read_from_a_date_a_time_or_iso_text(cell: object, passed: bool) -> None:
    rows = [row("D", "new", 0, expected_close=cell)]
    assert codes(rows, as_of=DAY + timedelta(days=1)) == (["closing_date_passed"] if passed else [])


def test_a_closed_deal_and_one_in_an_unknown_stage_have_no_closing_date_to_miss() -> None:
    rows = [
        row("D", "new", 0, expected_close="2026-03-01"),
        row("D", "lost", 0.5, expected_close="2026-03-01"),
        row("E", "nowhere", 0, expected_close="2026-03-01"),
    ]
    assert codes(rows, as_of=DAY + timedelta(days=1)) == ["unknown_stage"]


# -- laws ---------------------------------------------------------------------------------------------------

ORDER = ("new", "talk", "offer")


def plain_faults(steps: list[str], *, skip: bool, back: bool, reopen: bool) -> int:
    """Count violations of STAGES' template by hand, in the order given: a model that shares no code."""
    count, here, left = 0, "", ""
    for stage in steps:
        # what a log leaves unsaid may be what clears the deal
        untold = here == "pause" and not left
        stages = ORDER if untold else (left if here == "pause" else here,)
        ok = (
            stage == "new"
            if not here
            else stage == here
            or (here == "lost" and reopen and stage == "talk")
            or (
                here not in {"won", "lost"}
                and any(
                    stage in {"lost", "pause"}
                    or (here == "pause" and stage == where)
                    or (stage == "won" and (where == "offer" or skip))
                    or (stage in ORDER and stepped(where, stage, skip=skip, back=back))
                    for where in stages
                )
            )
        )
        count += not ok
        if stage != here:
            left = (left if here in {"pause", "lost", "won"} else here) if stage in {"pause", "won", "lost"} else ""
            here = stage
    return count


def stepped(where: str, stage: str, *, skip: bool, back: bool) -> bool:
    far = ORDER.index(stage) - ORDER.index(where)
    return far == 1 or (far > 1 and skip) or (far < 0 and back)


STEPS = st.lists(
    st.tuples(st.sampled_from([*ORDER, "pause", "won", "lost"]), st.integers(0, 3)), min_size=1, max_size=6
)


@given(steps=STEPS, skip=st.booleans(), back=st.booleans(), reopen=st.booleans())
def test_tied_events_convict_exactly_when_no_order_of_them_clears_the_deal(
    steps: list[tuple[str, int]], skip: bool, back: bool, reopen: bool
) -> None:
    judge = template(
        skip="free" if skip else "never", back="free" if back else "never", reopen_to=("talk",) if reopen else ()
    )
    facts = sorted(set(steps), key=lambda step: step[1])
    orders = [
        [stage for stage, _ in order]
        for order in permutations(facts)
        if [day for _, day in order] == [day for _, day in facts]
    ]
    least = min(plain_faults(order, skip=skip, back=back, reopen=reopen) for order in orders)
    rows = [row("D", stage, day, why="they called") for stage, day in steps]
    found = [each for each in findings(rows, judge, ground="why") if each.level == "violation"]
    assert len(found) == least


@given(data=st.data(), deals=st.lists(STEPS, min_size=1, max_size=4))
def test_the_order_of_the_rows_changes_no_verdict(data: st.DataObject, deals: list[list[tuple[str, int]]]) -> None:
    rows = [row(f"D{place}", stage, day) for place, steps in enumerate(deals) for stage, day in steps]
    shuffled = data.draw(st.permutations(rows))
    told = [
        Counter((each.code, each.deal, each.source, each.target, each.at, each.detail) for each in findings(order))
        for order in (rows, shuffled)
    ]
    assert told[0] == told[1]


# -- real data ----------------------------------------------------------------------------------------------


def test_a_clean_funnel_is_found_clean(shared: Any) -> None:
    judge = template(
        *(Stage(id=id) for id in ("Lead", "Qualified", "Proposal")),
        Stage(id="Closed Won", outcome="won"),
        Stage(id="Closed Lost", outcome="lost"),
    )
    with (shared / "data/tiny_funnel.csv").open(encoding="utf-8", newline="") as file:
        judged = audit_log(judge, csv.DictReader(file), deal="lead_id", stage="stage", at="stage_date", zone="UTC")
        assert list(judged) == []
    assert (judged.deals, judged.rows, judged.moves) == (5, 13, 8)
