"""Bulk audits: logs in columns of every kind, whole or in parts, and what is wrong with them."""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from salesflow import LoadError, Opportunity, Policy, Stage, StageTemplate, bulk, compare, present
from salesflow.bulk import _at_once, _bench, _held, _read

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
TEMPLATE: StageTemplate[Opportunity] = StageTemplate(
    id="t",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="new"),
        Stage(id="talk"),
        Stage(id="offer", rules=(present("owner"),)),
        Stage(id="won", outcome="won"),
        Stage(id="lost", outcome="lost"),
    ),
    policy=Policy(reopen_to=("talk",)),
)
COLUMNS: dict[str, Any] = {"deal": "deal", "stage": "stage", "at": "at"}


def table(*rows: tuple[Any, Any, float], **more: list[Any]) -> Any:
    times = [DAY + timedelta(days=day) for _, _, day in rows]
    known = {"deal": [deal for deal, _, _ in rows], "stage": [stage for _, stage, _ in rows]}
    return pa.table({**known, "at": pa.array(times, pa.timestamp("us", "UTC")), **more})


def log(deals: int) -> Any:
    """Return a log of deals of four moves each, every third of which skips."""
    ways = (("new", "talk", "offer", "won"), ("new", "talk", "lost", "talk"), ("new", "won", "won", "won"))
    return table(*((f"D{deal:05}", stage, day) for deal in range(deals) for day, stage in enumerate(ways[deal % 3])))


def codes(data: Any, template: StageTemplate[Any] = TEMPLATE, **more: Any) -> list[str]:
    found: list[str] = bulk.audit(template, data, **{**COLUMNS, **more}).findings["code"].to_pylist()
    return found


# -- what is given ------------------------------------------------------------------------------------------


def test_findings_verdicts_moves_and_variants_are_tables() -> None:
    found = bulk.audit(TEMPLATE, log(6), **COLUMNS)
    assert (found.rows, found.deals) == (24, 6)
    assert found.verdicts.to_pylist()[2] == {
        "deal": "D00002", "verdict": "violates", "events": 4, "violations": 1, "warnings": 2,
    }  # fmt: skip
    assert found.moves.to_pylist()[0] == {
        "source": None, "target": "new", "kind": "started", "moves": 6, "violations": 0,
    }  # fmt: skip
    assert found.variants.to_pylist()[0] == {"stages": ["new", "talk", "lost", "talk"], "deals": 2, "violating": 0}
    assert found.kinds == {"started": 6, "advanced": 6, "won": 2, "lost": 2, "reopened": 2}


@pytest.mark.parametrize("deals", [0, 1, 50])
def test_every_kind_of_source_gives_the_same(tmp_path: Path, deals: int) -> None:
    whole = log(deals) if deals else log(1).slice(0, 0)
    pq.write_table(whole, tmp_path / "log.parquet", row_group_size=7)
    pacsv.write_csv(whole, tmp_path / "log.csv")
    expected = bulk.audit(TEMPLATE, whole, **COLUMNS).findings
    several = [
        whole.to_batches(),
        iter(whole.to_batches(max_chunksize=3)),
        whole.to_reader(),
        pl.from_arrow(whole),
        duckdb.sql("select * from whole"),
        tmp_path / "log.parquet",
        str(tmp_path / "log.csv"),
    ]
    for data in several:
        assert bulk.audit(TEMPLATE, data, **COLUMNS).findings.to_pylist() == expected.to_pylist()


def test_no_batches_at_all_are_a_log_without_deals() -> None:
    found = bulk.audit(TEMPLATE, [], **COLUMNS)
    assert (found.rows, len(found.findings), len(found.verdicts), len(found.variants)) == (0, 0, 0, 0)


@pytest.mark.parametrize("presorted", [False, True])
def test_a_batch_a_row_gives_the_same(presorted: bool) -> None:
    rows = log(40)
    one = bulk.audit(TEMPLATE, rows.to_batches(max_chunksize=1), **COLUMNS, presorted=presorted)
    assert one.findings.to_pylist() == bulk.audit(TEMPLATE, rows, **COLUMNS).findings.to_pylist()


def test_one_deal_of_many_events_is_judged() -> None:
    stages = ["new", *(["talk", "new"] * 50_000)]
    template = TEMPLATE.model_copy(update={"policy": Policy(back="free")})
    rows = pa.table(
        {"deal": ["D"] * len(stages), "stage": stages, "at": pa.array(range(len(stages)), pa.timestamp("s", "UTC"))}
    )
    assert codes(rows, template) == []


def test_a_million_findings_are_told_in_columns() -> None:
    rows = pa.concat_tables([log(30_000)])
    found = bulk.audit(TEMPLATE, rows, **COLUMNS)
    assert len(found.findings) == 10_000 * 3 + 10_000 + 1


def test_deals_whose_keys_begin_alike_are_told_apart() -> None:
    mix = 0x9E3779B97F4A7C15
    words = np.asarray([[number] for number in range(1, 200)] * 2, np.uint64)
    # a word whose key differs from that of the first in its last bit alone
    words[5] = words[204] = (int(words[0, 0]) + pow(mix, -1, 1 << 64)) % (1 << 64)
    _, begins = _held._sorted(words)
    assert int(begins.sum()) == 198
    turn, unlike = _held._in_groups(words)
    assert [set(words[each, 0].tolist()) for each in np.split(turn, np.flatnonzero(unlike)[1:])] == [
        {word} for word in words[turn, 0][unlike].tolist()
    ]
    assert int(unlike.sum()) == 199


@pytest.mark.parametrize("processors", [1, 2, 3, 4])
def test_numbers_are_sorted_by_however_many_processors(monkeypatch: pytest.MonkeyPatch, processors: int) -> None:
    monkeypatch.setattr(_at_once, "PROCESSORS", processors)
    for count in (0, 1, 2, 5, 1000):
        numbers = np.random.default_rng(count).integers(0, 300, count)
        expected = sorted(numbers.tolist())
        _at_once.sort(numbers)
        assert numbers.tolist() == expected


@pytest.mark.parametrize("ids", [["A", "B", "A"], ["x" * 70, "y", "x" * 70]])
def test_a_deal_that_goes_on_in_the_next_batch_is_one(ids: list[str]) -> None:
    rows = table(*((deal, stage, day) for day, deal in enumerate(ids) for stage in ("new",) * (day < 2) or ("talk",)))
    assert codes(rows.to_batches(max_chunksize=2)) == []


def test_the_answer_does_not_depend_on_how_many_batches_are_read_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = log(500).to_batches(max_chunksize=1)
    monkeypatch.setattr(_read, "ROWS", 16)
    expected = bulk.audit(TEMPLATE, rows, **COLUMNS).findings.to_pylist()
    for ahead in (1, 7):
        monkeypatch.setattr(_bench, "AHEAD", ahead)
        assert bulk.audit(TEMPLATE, rows, **COLUMNS).findings.to_pylist() == expected


def test_a_file_among_several_is_read(tmp_path: Path) -> None:
    pq.write_table(log(6), tmp_path / "log.parquet")
    assert codes([tmp_path / "log.parquet"]) == codes(log(6))


def test_findings_of_which_each_is_another_are_told_in_time_that_grows_with_them() -> None:
    template = StageTemplate(
        id="v",
        version="1",
        record=Opportunity,
        stages=(Stage(id="new", rules=(compare("fields.seats", "ge", 10**9),)),),
    )
    count = 20_000
    rows = table(*((f"D{number}", "new", 0) for number in range(count)), seats=list(range(count)))
    found = bulk.audit(template, rows, **COLUMNS).findings
    assert (len(found), len(found["detail"].unique())) == (count, count)


def test_long_ids_are_told_apart() -> None:
    name = "x" * 70
    assert codes(table((f"{name}1", "new", 0), (f"{name}2", "talk", 0), (f"{name}1", "talk", 1))) == [
        "starts_in_the_middle"
    ]


def test_a_refusal_that_tells_the_value_of_a_cell_is_told_of_each_deal() -> None:
    template = StageTemplate(
        id="v", version="1", record=Opportunity, stages=(Stage(id="new", rules=(compare("fields.seats", "ge", 10),)),)
    )
    rows = table(("A", "new", 0), ("B", "new", 0), ("C", "new", 0), seats=[3.5, 4.5, 10.5])
    details = bulk.audit(template, rows, **COLUMNS).findings["detail"].to_pylist()
    assert [("3.5" in each, "4.5" in each) for each in details] == [(True, False), (False, True)]


# -- presorted ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deals", [("B", "A", "B"), ("A", "B", "A", "C")])
def test_deals_of_a_presorted_log_that_are_scattered_are_named(deals: tuple[str, ...]) -> None:
    rows = table(*((deal, "new", day) for day, deal in enumerate(deals)))
    with pytest.raises(LoadError, match=rf"the rows of '{deals[0]}' do not follow each other.*deal\.scattered"):
        codes(rows, presorted=True)


# -- what cannot be read ------------------------------------------------------------------------------------


def test_a_missing_column_is_named_with_the_one_that_is_near() -> None:
    with pytest.raises(LoadError, match=r"there is no column 'deel'; 'deal' is near @ deal \[column\.missing\]"):
        codes(log(1), deal="deel")


def test_a_column_that_comes_twice_is_named() -> None:
    twice = log(1).append_column("deal", pa.array(["x"] * 4))
    with pytest.raises(LoadError, match=r"there are 2 columns 'deal' @ deal \[column\.twice\]"):
        codes(twice)


@pytest.mark.parametrize(("name", "code"), [("log.txt", "file.kind"), ("none.csv", "file.missing")])
def test_a_file_that_is_none_is_named(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(LoadError, match=code):
        codes(tmp_path / name)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "log.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(LoadError, match=r"(?s)log\.parquet.*this could not be read"):
        codes(tmp_path / "log.parquet")


def test_data_of_another_kind_are_refused() -> None:
    with pytest.raises(TypeError, match="not int"):
        codes(5)


# -- in parts -----------------------------------------------------------------------------------------------


def test_violations_can_be_pickled_and_take_a_template_as_json() -> None:
    ask = partial(
        bulk.violations, template=TEMPLATE.model_dump_json(), columns=COLUMNS, complete_cases=True, presorted=True
    )
    found = [row for batch in pickle.loads(pickle.dumps(ask))(log(6).to_batches()) for row in batch.to_pylist()]  # noqa: S301
    expected = bulk.audit(TEMPLATE, log(6), **COLUMNS).findings.to_pylist()
    assert sorted(found, key=repr) == sorted(expected, key=repr)


def test_a_deal_that_may_lie_elsewhere_too_is_incomplete_and_convicts_nobody() -> None:
    rows = table(("A", "talk", 0), ("A", "won", 1), ("A", "nowhere", 2))
    (found,) = bulk.violations(rows.to_batches(), TEMPLATE, columns=COLUMNS, complete_cases=False, presorted=False)
    told = [(each["code"], each["level"]) for each in found.to_pylist()]
    assert told == [("incomplete", "warning"), ("skip", "warning"), ("unknown_stage", "violation")]


def test_a_deal_that_is_known_to_be_older_than_its_log_is_incomplete() -> None:
    made = ["2026-01-01", "2026-01-01", "", "", "x", "x", "2026-01-01"]
    rows = table(
        ("A", "talk", 0), ("A", "won", 1), ("B", "talk", 0), ("B", "won", 1), ("C", "talk", 0), ("C", "won", 1),
        ("D", "new", 0), made=made,
    )  # fmt: skip
    found = bulk.audit(TEMPLATE, rows, **COLUMNS, created="made")
    starts = [(each["deal"], each["code"]) for each in found.findings.to_pylist() if each["source"] is None]
    assert sorted(starts) == [("A", "incomplete"), ("B", "starts_in_the_middle"), ("C", "starts_in_the_middle")]


def test_without_its_extra_the_module_says_what_to_install() -> None:
    program = "import sys; sys.modules['pyarrow'] = None; import salesflow.bulk"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=False)
    assert done.stderr.endswith("salesflow.bulk needs its extra: pip install 'salesflow[bulk]' [extra.missing]\n")
