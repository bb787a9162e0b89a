"""Tables: rows of any shape become one log, and what stands for nothing, is hidden or left out is told."""

import csv
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.holes import read_and_holes
from crm.mutating import mutated, or_refused
from salesflow import LoadError, Opportunity, Policy, Stage, StageTemplate, audit_log
from salesflow.logs import changes, moves, snapshot, spans, wide

ABC = StageTemplate(
    id="abc",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="a"),
        Stage(id="b"),
        Stage(id="c"),
        Stage(id="won", outcome="won"),
        Stage(id="lost", outcome="lost"),
    ),
    policy=Policy(skip="with_ground", back="with_ground", reopen_to=("a", "b", "c")),
)


def found(log: Any) -> list[tuple[Any, ...]]:
    return sorted((each.deal, each.target, each.code) for each in audit_log(ABC, log.rows, **log.columns))


def codes(report: Any) -> list[tuple[str, str, str]]:
    return [(note.code, note.kind, note.place) for note in report.notes]


ROWS: list[dict[str, Any]] = [
    {"id": "1", "st": "a", "when": "2026-01-05", "amount": "10"},
    {"id": "1", "st": "c", "when": "2026-01-07", "amount": "12"},
    {"id": 2, "st": "b", "when": "2026-01-06", "amount": ""},
]
PLAIN: dict[str, Any] = {"deal": "id", "stage": "st", "at": "when"}


def test_a_table_of_moves_is_a_log_and_keeps_its_other_columns() -> None:
    log = moves(ROWS, **PLAIN)
    assert found(log) == [("1", "c", "skip"), ("2", "b", "starts_in_the_middle")]
    assert (log.rows[0]["amount"], dict(log.columns)) == ("10", {"deal": "deal", "stage": "stage", "at": "at"})
    assert codes(log.report) == [("time.zone", "assumed", "")]


def test_every_column_may_be_named_and_rows_may_come_from_a_database() -> None:
    base = sqlite3.connect(":memory:")
    base.row_factory = sqlite3.Row
    row = base.execute("SELECT 1 i, 'b' s, '2026-01-05' t, 'a' f, 'ann' u, 'why' g, 'x' c, 'p1' p").fetchone()
    base.close()
    log = moves(
        [row], deal="i", stage="s", at="t", source="f", by="u", ground="g", created="c", pipeline="p", zone="UTC"
    )
    assert {**log.rows[0], "at": None} == {
        "deal": "1", "stage": "b", "at": None, "source": "a", "by": "ann", "ground": "why", "created": "x",
        "pipeline": "p1",
    }  # fmt: skip
    assert set(log.columns) == {"deal", "stage", "at", "source", "by", "ground", "created"}
    assert (len(log.of("p1").rows), len(log.of("p2").rows)) == (1, 0)


@pytest.mark.parametrize("nothing", ["", "  ", None, "NA", "n/a", "Select", "null", "-", float("nan")])
def test_what_stands_for_nothing_is_no_deal_no_stage_and_no_time(nothing: Any) -> None:
    for column in ("id", "st", "when"):
        log = moves([ROWS[0], {**ROWS[1], column: nothing}], **PLAIN, zone="UTC")
        assert codes(log.report)[0][:2] == ("cell.sentinel", "dropped")
        assert log.report.notes[0].place == f"rows[1].{column}"
    assert moves([{**ROWS[0], "from": nothing}], **PLAIN, source="from").rows[0]["source"] == ""


def test_a_column_in_place_of_which_another_is_read_is_left_out_and_told() -> None:
    log = moves([{**ROWS[0], "stage": "other"}], **PLAIN)
    assert (log.rows[0]["stage"], codes(log.report)) == (
        "a", [("time.zone", "assumed", ""), ("column.hidden", "dropped", "")]
    )  # fmt: skip
    assert (
        moves(
            [{"deal": "1", "stage": "a", "at": "2026-01-05T00:00Z"}], deal="deal", stage="stage", at="at"
        ).report.notes
        == ()
    )


def test_a_row_that_cannot_be_read_is_dropped_and_told() -> None:
    rows: list[Any] = [ROWS[0], {**ROWS[1], None: ["x"]}, {**ROWS[1], "id": [5]}, {"id": "1"}]
    log = moves(rows, **PLAIN)
    rows_read, holes = read_and_holes(log)
    assert (len(rows_read), holes) == (1, ["1"])
    assert codes(log.report)[1:] == [
        ("row.cells", "dropped", "rows[1]"), ("payload.value", "dropped", "rows[2].id"),
        ("payload.missing", "dropped", "rows[3]"),
    ]  # fmt: skip


@pytest.mark.parametrize("bad", [[5], ["text"], [{"x": 1}], [{**ROWS[0], "st": None}]])
def test_what_are_no_rows_of_these_columns_is_refused(bad: Any) -> None:
    with pytest.raises(LoadError, match="the payload of rows cannot be read"):
        moves(bad, **PLAIN)


def test_nothing_is_a_log_of_nothing() -> None:
    assert moves([], **PLAIN).rows == spans([], deal="i", stage="s", start="t", end="e").rows == ()
    assert wide([], deal="i", stages="x_").rows == wide([], deal="i", stages={"t": "a"}).rows == ()
    assert (snapshot([], deal="i", stage="s").items, changes([], stage="s", **CHANGED).rows) == ((), ())


def test_an_unknown_zone_is_a_bad_argument() -> None:
    with pytest.raises(ValueError, match="there is no time zone"):
        moves(ROWS, **PLAIN, zone="Nowhere")


@given(st.permutations(range(3)))
def test_the_order_of_rows_changes_nothing(order: list[int]) -> None:
    assert found(moves([ROWS[place] for place in order], **PLAIN)) == found(moves(ROWS, **PLAIN))


def test_the_shared_funnel_is_clean(shared: Path) -> None:
    log = moves(table(shared / "data" / "tiny_funnel.csv"), deal="lead_id", stage="stage", at="stage_date")
    assert (len(log.rows), log.report.dropped, log.rows[2]["deal_value"]) == (13, 0, "5000")


def table(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# -- rows with start and end --------------------------------------------------------------------------------

SPANS = [
    {"id": "1", "st": "a", "s": "2026-01-05", "e": "2026-01-06", "p": "x"},
    {"id": "1", "st": "b", "s": "2026-01-06", "e": "9999-12-31 00:00:00", "p": "x"},
    {"id": "2", "st": "a", "s": "2026-01-06", "e": "", "p": "y"},
]


def test_rows_with_start_and_end_are_moves_at_their_start_and_an_end_that_is_none_is_told() -> None:
    log = spans(
        [*SPANS, {**SPANS[0], "id": "3", "e": "2026-01-01"}], deal="id", stage="st", start="s", end="e", pipeline="p"
    )
    assert found(log) == []
    assert codes(log.report) == [
        ("time.zone", "assumed", ""), ("cell.open", "assumed", ""), ("time.back", "odd", "rows[3].e")
    ]  # fmt: skip
    assert "e" not in log.rows[0]
    assert len(log.of("y").rows) == 1


def test_the_shared_warehouse_has_open_ends_in_2050(shared: Path) -> None:
    rows = table(shared / "data" / "hubspot_warehouse" / "deal_stage_data.csv")
    log = spans(rows, deal="deal_id", stage="value", start="date_entered", end="_fivetran_end")
    assert [(note.code, note.count) for note in log.report.notes] == [("time.zone", 14), ("cell.open", 14)]


# -- wide tables --------------------------------------------------------------------------------------------

WIDE: list[dict[str, Any]] = [
    {"id": "1", "in_a": "2026-01-05", "in_b": "", "in_c": "2026-01-07", "in_": "x"},
    {"id": "2", "in_a": "NA", "in_b": None, "in_c": "", "in_": ""},
    {"id": "3", "in_a": "2026-01-05", "in_b": "soon", "in_c": "", "in_": ""},
]


def test_a_column_for_each_stage_is_a_partial_log() -> None:
    log = wide(WIDE, deal="id", stages="in_")
    assert (found(log), read_and_holes(log)[1]) == ([("1", "c", "skip"), ("3", None, "bad_row")], ["3"])
    assert codes(log.report) == [
        ("history.partial", "odd", ""), ("time.zone", "assumed", ""), ("history.empty", "odd", "rows[1]"),
        ("time.unreadable", "dropped", "rows[2].in_b"),
    ]  # fmt: skip
    named = wide(WIDE, deal="id", stages={"in_a": "a", "in_c": "c"}, pipeline="in_")
    assert [(row["stage"], row["pipeline"]) for row in named.rows] == [("a", "x"), ("c", "x"), ("a", "")]


@pytest.mark.parametrize("stages", ["entered_", {"entered_a": "a"}])
def test_a_table_without_these_columns_is_refused(stages: Any) -> None:
    with pytest.raises(LoadError, match="there are 'id', 'in_a'"):
        wide(WIDE, deal="id", stages=stages)


# -- changes of fields --------------------------------------------------------------------------------------

CHANGED: dict[str, Any] = {"deal": "id", "field": "f", "new": "v", "at": "t"}


def change(field: str, value: Any, day: int, old: Any = "", deal: str = "1") -> dict[str, Any]:
    return {"id": deal, "f": field, "v": value, "t": f"2026-01-{day:02} 09:00:00", "old": old, "u": "ann"}


LOGGED = [
    change("add_time", "", 5), change("stage", "a", 5), change("owner", "x", 6), change("stage", "b", 6, "a"),
    change("status", "lost", 7, "open"), change("status", "open", 8, "lost"), change("stage", "c", 9, "b"),
    change("reason", "Price", 10, "NA"),
]  # fmt: skip


def test_changes_of_fields_are_moves_of_the_stage_and_into_what_closes_a_deal() -> None:
    outcomes: Any = {"status": {"won": "won", "lost": "lost"}, "reason": "lost"}
    log = changes(LOGGED, **CHANGED, old="old", by="u", stage="stage", creation="add_time", outcomes=outcomes)
    assert [(row["source"], row["stage"], row["by"]) for row in log.rows if row["stage"]] == [
        ("", "a", "ann"), ("a", "b", "ann"), ("b", "lost", "ann"), ("lost", "b", "ann"), ("b", "c", "ann"),
        ("c", "lost", "ann"),
    ]  # fmt: skip
    assert found(log) == [("1", "b", "reopened_without_ground")]
    assert ("row.other", "dropped", "") in codes(log.report)
    bare = changes(LOGGED, **CHANGED, stage="stage")
    assert ([row["stage"] for row in bare.rows], "created" in bare.columns) == (["a", "b", "c"], False)
    with pytest.raises(LoadError):
        changes([{**LOGGED[1], "id": ""}], **CHANGED, stage="stage")


@given(st.permutations(range(len(LOGGED))))
def test_the_order_of_changes_changes_nothing(order: list[int]) -> None:
    outcomes: Any = {"status": {"lost": "lost"}, "reason": "lost"}
    shuffled = changes(
        [LOGGED[place] for place in order], **CHANGED, stage="stage", creation="add_time", outcomes=outcomes
    )
    assert shuffled.rows == changes(LOGGED, **CHANGED, stage="stage", creation="add_time", outcomes=outcomes).rows


def test_the_shared_change_log_is_read_with_its_reused_ids(shared: Path) -> None:
    rows = table(shared / "data" / "pipedrive_deal_changes.csv")
    log = changes(
        rows, deal="deal_id", field="changed_field_key", new="new_value", at="change_time", stage="stage_id",
        creation="add_time", outcomes={"lost_reason": "lost"},
    )  # fmt: skip
    template = StageTemplate(
        id="pipedrive", version="1", record=Opportunity,
        stages=(*(Stage(id=str(number)) for number in range(1, 10)), Stage(id="lost", outcome="lost")),
    )  # fmt: skip
    audit = audit_log(template, log.rows, **log.columns)
    often = Counter(each.code for each in audit)
    assert (log.report.rows, audit.deals, often["reused_id"]) == (15_406, 2_000, 5)
    assert often["skip"] > 1000


# -- snapshots ----------------------------------------------------------------------------------------------


def test_a_snapshot_has_a_row_for_each_deal_with_its_times_in_order() -> None:
    rows = [
        {"id": "1", "st": "Won", "from": "2026-01-05", "to": "2026-02-05", "account": "NA", "stage": "x"},
        {"id": "2", "st": "Lost", "from": "2026-01-05", "to": "2025-02-05", "account": "Acme"},
        {"id": "3", "st": "New", "from": "", "to": "", "account": ""},
        {"id": "1", "st": "Won", "from": "", "to": "", "account": ""},
        {"id": "", "st": "Won", "from": "", "to": "", "account": ""},
    ]
    reading = snapshot(rows, deal="id", stage="st", times=("from", "to"), zone="UTC")
    assert [(row["deal"], row["stage"], row["account"], str(row["to"])[:10]) for row in reading.items] == [
        ("1", "Won", None, "2026-02-05"), ("2", "Lost", "Acme", "2025-02-05"), ("3", "New", None, "None")
    ]  # fmt: skip
    assert codes(reading.report) == [
        ("column.hidden", "dropped", ""), ("time.back", "odd", "rows[1].to"), ("row.repeated", "dropped", ""),
        ("cell.sentinel", "dropped", "rows[4].id"),
    ]  # fmt: skip
    with pytest.raises(LoadError):
        snapshot(rows, deal="nothing", stage="st")


def test_the_shared_snapshot_is_read(shared: Path) -> None:
    rows = table(shared / "data" / "snapshot_sales_pipeline.csv")
    reading = snapshot(rows, deal="opportunity_id", stage="deal_stage", times=("engage_date", "close_date"))
    never = [row for row in reading.items if row["engage_date"] is None]
    homeless = [row for row in reading.items if row["account"] is None]
    assert (len(reading.items), len(never), len(homeless), reading.report.dropped) == (8_800, 500, 1_425, 0)


# -- bad input ----------------------------------------------------------------------------------------------

WHOLE: list[dict[str, Any]] = [
    {**each, "s": each["when"], "e": each["when"], "in_a": each["when"], "f": "st"} for each in ROWS
]


@given(mutated(WHOLE))
def test_spoilt_rows_are_read_or_refused(rows: Any) -> None:
    or_refused(lambda given: moves(given, **PLAIN, source="f"), rows)
    or_refused(lambda given: spans(given, deal="id", stage="st", start="s", end="e"), rows)
    or_refused(lambda given: wide(given, deal="id", stages="in_"), rows)
    or_refused(lambda given: changes(given, deal="id", field="f", new="st", at="when", stage="st"), rows)
    reading = or_refused(lambda given: snapshot(given, deal="id", stage="st", times=("s", "e")), rows)
    assert reading is None or reading.report.rows >= 0
