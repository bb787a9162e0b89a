"""Changes: two columns become one, and the answer does not depend on the order of the rows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import Opportunity, Policy, Stage, StageTemplate, audit_log
from salesflow.crm._changes import MOST_TIED, Change, Homes, changed, homes_in
from salesflow.crm._reading import Log, Note

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
EU: StageTemplate[Any] = StageTemplate(
    id="eu",
    version="1",
    record=Opportunity,
    stages=(Stage(id="1"), Stage(id="2"), Stage(id="3"), Stage(id="lost", outcome="lost")),
    policy=Policy(skip="with_ground", back="with_ground", reopen_to=("1", "2", "3")),
)
US: StageTemplate[Any] = StageTemplate(
    id="us", version="1", record=Opportunity, stages=(Stage(id="8"), Stage(id="9"), Stage(id="lost", outcome="lost"))
)


def change(day: int, what: str, new: str, old: str | None = None, deal: str = "d") -> Change:
    return Change(deal, START + timedelta(days=day), what, new, old, by="anna", place=f"[{day}]")


def read(*changes: Change | Note, homes: Homes | None = None) -> Log:
    return changed(changes, rows=len(changes), homes=homes or homes_in([EU]))


def moves(log: Log) -> list[tuple[object, ...]]:
    return [(row["source"], row["stage"], row["pipeline"]) for row in log.rows]


def codes(log: Log) -> list[str]:
    return [note.code for note in log.report.notes]


def test_a_deal_that_is_lost_moves_to_the_closing_stage_and_back_into_the_stage_that_it_has() -> None:
    log = read(
        change(0, "created", "c"),
        change(1, "stage", "2", "1"),
        change(2, "status", "lost", ""),
        change(3, "status", "", "lost"),
        change(4, "stage", "3", "2"),
    )
    assert moves(log) == [
        ("", "1", "eu"), ("1", "2", "eu"), ("2", "lost", "eu"), ("lost", "2", "eu"), ("2", "3", "eu")
    ]  # fmt: skip
    assert log.columns == {name: name for name in ("deal", "stage", "at", "source", "by", "created")}
    assert codes(log) == ["history.first"]
    assert [each.code for each in audit_log(EU, log.of("eu").rows, **log.columns)] == ["reopened_without_ground"]


def test_a_stage_that_changes_while_a_deal_is_lost_is_where_it_opens_again() -> None:
    log = read(
        change(1, "stage", "2", "1"),
        change(2, "status", "lost", ""),
        change(3, "stage", "3", "2"),
        change(4, "status", "", "lost"),
    )
    assert moves(log) == [("1", "2", "eu"), ("2", "lost", "eu"), ("lost", "3", "eu")]
    assert codes(log) == ["stage.closed"]


def test_a_log_that_begins_while_the_deal_is_lost_begins_there() -> None:
    log = read(change(1, "status", "", "lost"), change(2, "stage", "2", "1"))
    assert moves(log) == [("lost", "1", "eu"), ("1", "2", "eu")]


def test_an_outcome_of_which_no_stage_is_told_is_no_move_and_named() -> None:
    log = read(change(0, "created", "c"), change(1, "status", "lost", ""))
    assert moves(log) == [("", "", "eu")]
    assert codes(log) == ["stage.untold"]
    assert [*audit_log(EU, log.rows, **log.columns)] == []


def test_an_outcome_that_stays_is_no_move_and_named() -> None:
    log = read(change(1, "stage", "2", "1"), change(2, "status", "lost", ""), change(3, "status", "lost", ""))
    assert moves(log) == [("1", "2", "eu"), ("2", "lost", "eu")]
    assert codes(log) == ["history.repeat"]


def test_a_deal_that_is_deleted_is_named() -> None:
    log = read(change(1, "stage", "2", "1"), change(2, "deleted", ""))
    assert (len(log.rows), codes(log)) == (1, ["deal.deleted"])


def test_rows_hold_what_was_known_of_a_deal_at_the_time() -> None:
    log = read(
        change(1, "stage", "2", "1"),
        change(2, "amount", "500", "100"),
        change(2, "stage", "3", "2"),
        change(3, "loss.reason", "price"),
        change(3, "status", "lost", ""),
    )
    assert [(row["amount"], row.get("loss.reason")) for row in log.rows] == [
        ("100", None), ("500", None), ("500", "price")
    ]  # fmt: skip


def test_where_one_change_does_not_tell_the_stage_before_the_log_does_not() -> None:
    log = read(change(1, "stage", "2", "1"), change(2, "stage", "3"))
    assert log.columns == {name: name for name in ("deal", "stage", "at", "by")}


def test_a_second_creation_of_an_id_is_a_second_deal() -> None:
    log = read(
        change(0, "created", "c"),
        change(1, "stage", "1"),
        change(2, "status", "lost", ""),
        change(5, "created", "e"),
        change(6, "stage", "1"),
        change(-1, "stage", "2"),
        change(9, "created", "e"),
    )
    assert [(row["created"], row["stage"]) for row in log.rows] == [
        ("c", "2"), ("c", ""), ("c", "1"), ("c", "lost"), ("e", ""), ("e", "1")
    ]  # fmt: skip
    assert codes(log) == ["row.repeated"]
    assert "reused_id" in [each.code for each in audit_log(EU, log.rows, **log.columns)]


def test_a_deal_that_changes_its_pipeline_goes_on_in_each_where_it_was() -> None:
    homes = homes_in([EU, US])
    log = read(
        change(1, "stage", "2", "1"), change(2, "stage", "8", "2"), change(3, "status", "lost", ""),
        change(4, "status", "", "lost"), change(5, "stage", "3", "8"), change(6, "stage", "77", "3"), homes=homes,
    )  # fmt: skip
    assert moves(log) == [
        ("1", "2", "eu"), ("", "8", "us"), ("8", "lost", "us"), ("lost", "8", "us"), ("2", "3", "eu"), ("3", "77", "eu")
    ]  # fmt: skip
    assert codes(log) == ["pipeline.changed", "pipeline.changed", "pipeline.untold"]
    assert [each.code for each in audit_log(EU, log.of("eu").rows, **log.columns)] == ["incomplete", "unknown_stage"]
    other = read(change(1, "stage", "8", "2"), homes=homes)
    assert moves(other) == [("", "8", "us")]


def test_a_stage_that_two_pipelines_have_is_in_neither() -> None:
    copy = EU.model_copy(update={"id": "copy"})
    assert (homes_in([EU, copy])("1"), homes_in([EU])("77"), homes_in([])("1")) == ("", "eu", "")


def test_changes_of_one_moment_follow_each_other() -> None:
    log = read(change(1, "stage", "3", "2"), change(1, "stage", "1", "3"), change(1, "stage", "2", "1"))
    assert [row["stage"] for row in log.rows] == ["2", "3", "1"]
    many = [change(1, "stage", str(place), "x") for place in range(MOST_TIED + 1)]
    assert len(read(*many).rows) == MOST_TIED + 1


def test_the_notes_of_a_reader_are_kept() -> None:
    note = Note(code="row.other", kind="dropped", text="a call is no move")
    assert read(note).report.notes == (note,)


STAGES = st.sampled_from(["1", "2", "3", "77"])
OUTCOMES = st.sampled_from(["", "lost"])
CHANGES = st.lists(
    st.builds(
        change,
        st.integers(0, 6),
        st.just("stage"),
        STAGES,
        STAGES,
        st.sampled_from(["d", "e"]),
    )
    | st.builds(
        change, st.integers(0, 6), st.just("status"), st.sampled_from(["", "lost"]), st.sampled_from(["", "lost"])
    )
    | st.builds(change, st.integers(0, 6), st.just("created"), st.sampled_from(["c", "e"])),
    max_size=10,
)


@given(changes=CHANGES, data=st.data())
def test_the_order_of_the_rows_changes_nothing(changes: list[Change], data: st.DataObject) -> None:
    one, other = read(*changes), read(*data.draw(st.permutations(changes)))
    assert (one.rows, one.columns) == (other.rows, other.columns)
    assert sorted(codes(one)) == sorted(codes(other))
    assert [*audit_log(EU, one.rows, **one.columns)] == [*audit_log(EU, other.rows, **other.columns)]


@given(changes=CHANGES)
def test_a_row_sent_twice_adds_nothing_but_a_note(changes: list[Change]) -> None:
    once, twice = read(*changes), read(*changes, *changes)
    assert once.rows == twice.rows


@pytest.mark.parametrize("what", ["stage", "status"])
def test_a_log_without_changes_is_empty(what: str) -> None:
    assert (read().rows, what in read().columns) == ((), what == "stage")
