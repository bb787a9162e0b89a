"""Snapshots: exports without history, and what one row tells of where its deal is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from salesflow import LoadError, Opportunity, Policy, Stage, StageTemplate, bulk, compare, present
from salesflow.rules import time_in_stage, visited

LATER = time_in_stage(at_least=timedelta(hours=1))

TEMPLATE: StageTemplate[Opportunity] = StageTemplate(
    id="t",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="new"),
        Stage(id="talk", aliases=("chat",), rules=(present("owner"),)),
        Stage(id="offer", rules=(compare("amount", "ge", 100),)),
        Stage(id="old", life="retired"),
        Stage(id="trial", rules=(visited("talk"),)),
        Stage(id="won", outcome="won"),
        Stage(id="lost", outcome="lost"),
    ),
)
PIPELINE: StageTemplate[Opportunity] = StageTemplate(
    id="p",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="Prospecting"),
        Stage(id="Engaging", rules=(present("fields.account"),)),
        Stage(id="Won", outcome="won"),
        Stage(id="Lost", outcome="lost"),
    ),
)


def export(*rows: tuple[Any, Any], **more: Any) -> Any:
    return pa.table({"id": [deal for deal, _ in rows], "stage": [stage for _, stage in rows], **more})


def found(data: Any, template: StageTemplate[Any] = TEMPLATE, **more: Any) -> list[tuple[Any, ...]]:
    audit = bulk.audit_snapshot(template, data, deal="id", stage="stage", zone="UTC", **more)
    return [(each["deal"], each["row"], each["code"], each["level"]) for each in audit.findings.to_pylist()]


def details(data: Any, **more: Any) -> list[str]:
    audit = bulk.audit_snapshot(TEMPLATE, data, deal="id", stage="stage", zone="UTC", **more)
    return [each["detail"] for each in audit.findings.to_pylist()]


def test_a_stage_that_is_unknown_is_named_with_the_one_that_is_near() -> None:
    rows = export(("A", "new"), ("B", "ofer"), ("C", "nowhere"))
    assert details(rows) == ["there is no stage 'ofer'; 'offer' is near", "there is no stage 'nowhere'"]


def test_a_deal_in_a_retired_stage_is_found() -> None:
    assert found(export(("A", "old"))) == [("A", 1, "retired_stage", "violation")]


def test_the_rules_of_the_stage_are_asked_of_the_row() -> None:
    rows = export(("A", "talk"), ("B", "chat"), ("C", "new"), owner=["u-1", "", None])
    assert found(rows) == [("B", 2, "rule_not_met", "violation")]


def test_a_refusal_that_tells_the_value_of_a_cell_tells_that_of_its_row() -> None:
    rows = export(("A", "offer"), ("B", "offer"), ("C", "offer"), amount=[100, 3, 4])
    assert [("3" in each, "4" in each) for each in details(rows)] == [(True, False), (False, True)]


def test_what_no_column_decides_is_told_once_with_the_first_deal() -> None:
    rows = export(("B", "talk"), ("A", "talk"), ("C", "trial"), ("D", "new"))
    audit = bulk.audit_snapshot(TEMPLATE, rows, deal="id", stage="stage")
    assert [(each["deal"], each["row"], each["code"]) for each in audit.findings.to_pylist()] == [
        ("A", 2, "rule_undecidable"),
        ("C", 3, "rule_undecidable"),
    ]
    assert audit.verdicts["verdict"].to_pylist() == ["undecidable", "undecidable", "undecidable", "conforms"]


def test_an_outcome_that_does_not_agree_with_the_closing_date_is_found() -> None:
    days = [date(2026, 1, 5), None, date(2026, 1, 7), None]
    rows = export(("A", "new"), ("B", "new"), ("C", "won"), ("D", "lost"), day=days)
    assert found(rows, closed="day") == [("A", 1, "wrong_end", "violation"), ("D", 4, "wrong_end", "violation")]


@pytest.mark.parametrize(
    ("policy", "level"),
    [(Policy(back="never"), "violation"), (Policy(back="free"), "warning"), (Policy(reopen_to=("new",)), "warning")],
)
def test_dates_that_go_back_convict_where_the_template_lets_no_deal_go_back(policy: Policy, level: str) -> None:
    template = TEMPLATE.model_copy(update={"policy": policy})
    rows = export(("A", "new"), ("B", "new"), n=["2026-01-05", "2026-01-05"], w=["2026-01-04", ""], o=[None, ""])
    dates = {"won": "w", "offer": "o", "new": "n"}
    assert found(rows, template, dates=dates) == [("A", 1, "time_back", level)]


def test_what_lies_in_the_future_or_has_passed_is_told() -> None:
    now = datetime(2026, 1, 6, tzinfo=UTC)
    rows = export(("A", "new"), ("B", "won"), n=["2026-01-07", "2026-01-01"], expected_close=["2026-01-01"] * 2)
    assert found(rows, dates={"new": "n"}, as_of=now) == [
        ("A", 1, "future_time", "warning"),
        ("A", 1, "closing_date_passed", "warning"),
    ]
    assert found(export(("A", "new")), as_of=now) == []


def test_rows_and_dates_that_cannot_be_read_are_named_and_convict_nobody() -> None:
    rows = export(("A", None), ("", "new"), ("C", "new"), (None, ""), ("E", "a\x00"), day=["", "", "soon", "", ""])
    audit = bulk.audit_snapshot(TEMPLATE, rows, deal="id", stage="stage", closed="day")
    assert [(each["deal"], each["row"], each["code"]) for each in audit.findings.to_pylist()] == [
        ("A", 1, "bad_row"), (None, 2, "bad_row"), ("C", 3, "bad_time"), (None, 4, "bad_row"), ("E", 5, "bad_row"),
    ]  # fmt: skip


def test_a_time_that_only_a_close_look_reads_is_read() -> None:
    rows = export(("A", "won"), ("B", "won"), day=["2026-W13-7", "2026-01-01"])
    assert found(rows, closed="day") == []


def test_a_deal_that_has_a_row_already_is_a_duplicate_or_another_deal() -> None:
    rows = export(("A", "new"), ("A", "new"), ("B", "new"), ("A", "won"))
    audit = bulk.audit_snapshot(TEMPLATE, rows.to_batches(max_chunksize=1), deal="id", stage="stage")
    assert [(each["row"], each["code"], each["level"]) for each in audit.findings.to_pylist()] == [
        (2, "duplicate", "warning"),
        (4, "reused_id", "violation"),
    ]
    assert audit.variants.to_pylist() == [
        {"stages": ["new"], "deals": 3, "violating": 2},
        {"stages": ["won"], "deals": 1, "violating": 1},
    ]
    assert (audit.rows, audit.deals, len(audit.moves)) == (4, 2, 0)


def test_an_export_without_rows_has_no_deals() -> None:
    assert found(export()) == []
    assert found([]) == []
    assert found(export(("", "new"))) == [(None, 1, "bad_row", "violation")]


def test_a_column_that_is_not_there_and_a_stage_of_dates_that_is_unknown_are_named() -> None:
    with pytest.raises(LoadError, match=r"there is no column 'won_on'.* @ closed \[column\.missing\]"):
        found(export(("A", "new")), closed="won_on")
    with pytest.raises(ValueError, match="dates: there is no stage 'ofer'; 'offer' is near"):
        found(export(("A", "new")), dates={"ofer": "day"})


def test_a_real_export_is_judged(shared: Path) -> None:
    audit = bulk.audit_snapshot(
        PIPELINE,
        shared / "data" / "snapshot_sales_pipeline.csv",
        deal="opportunity_id",
        stage="deal_stage",
        dates={"Engaging": "engage_date"},
        closed="close_date",
        zone="UTC",
        as_of=datetime(2018, 1, 1, tzinfo=UTC),
    )
    assert (audit.rows, audit.deals) == (8_800, 8_800)
    assert {each["stages"][0]: each["deals"] for each in audit.variants.to_pylist()} == {
        "Won": 4_238, "Lost": 2_473, "Engaging": 1_589, "Prospecting": 500,
    }  # fmt: skip
    assert audit.findings.group_by(["code", "detail"]).aggregate([("row", "count")]).to_pylist() == [
        {"code": "rule_not_met", "detail": "fields.account is missing", "row_count": 1_088}
    ]


def test_a_deal_that_was_closed_before_it_came_to_a_stage_is_found() -> None:
    rows = export(("A", "won"), ("B", "won"), n=["2026-01-05", "2026-01-05"], w=["2026-01-04", "2026-01-05"])
    assert found(rows, dates={"new": "n"}, closed="w") == [("A", 1, "time_back", "violation")]


def test_stages_that_come_up_in_later_batches_and_rules_that_take_a_whole_row_are_judged() -> None:
    template = StageTemplate(
        id="o", version="1", record=Opportunity, stages=(Stage(id="new"), Stage(id="talk", rules=(LATER,)))
    )
    rows = export(("A", "new"), ("B", "talk"), owner=["", ""])
    assert found(rows.to_batches(max_chunksize=1), template) == [("B", 2, "rule_undecidable", "warning")]


def test_an_alike_row_of_a_later_batch_is_told_the_same() -> None:
    rows = export(("A", "talk"), ("B", "talk"), owner=["", ""])
    told = [("A", 1, "rule_not_met", "violation"), ("B", 2, "rule_not_met", "violation")]
    assert found(rows.to_batches(max_chunksize=1)) == told
