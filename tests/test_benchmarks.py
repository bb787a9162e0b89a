"""Benchmarks: each still runs, the table speaks only of what is measured, and tells by its goal what is met."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.goals import MACHINE, ROWS, Ceiling, Floor, Row
from benchmarks.report import compared, met, missing, name_of, readings_of, report, table

ROOT = Path(__file__).parent.parent


def alone() -> dict[str, str]:
    """Return the environment without the options of the run that this test is part of."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


@pytest.fixture(scope="module")
def ran() -> set[str]:
    """Run each benchmark once and untimed; return the names of those that ran."""
    options = ["-v", "-p", "no:cacheprovider", "--benchmark-disable", "--color=no"]
    command = [sys.executable, "-m", "pytest", "benchmarks", *options]
    done = subprocess.run(command, cwd=ROOT, env=alone(), capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {name_of(name) for name in re.findall(r"^(\S+) PASSED", done.stdout, re.MULTILINE)}


def test_every_benchmark_runs_and_stands_in_the_table(ran: set[str]) -> None:
    spoken_of = {name for row in (*ROWS, MACHINE) for name in (row.ours, row.peer) if name}
    assert ran == spoken_of


def test_the_best_turn_is_read_by_step_and_what_was_noted_as_it_stands(tmp_path: Path) -> None:
    def timed(name: str, turn: int, seconds: float) -> dict[str, Any]:
        full = f"benchmarks/test_move.py::test_{name}[{turn}]"
        return {"fullname": full, "stats": {"min": seconds}, "extra_info": {"steps": 100}}

    noted = {"fullname": "benchmarks/test_memory.py::test_x", "stats": {"min": 9}, "extra_info": {"reading": 280}}
    found = [timed("a", 0, 3), timed("a", 1, 2), timed("b", 0, 5), noted]
    file = tmp_path / "run.json"
    file.write_text(json.dumps({"benchmarks": found}), "utf-8")
    assert readings_of(file) == {"move.a": 0.02, "move.b": 0.05, "memory.x": 280}


RUN = {"t.ours": 2.0, "t.peer": 16.0, "t.bytes": 300.0, "t.rate": 0.25}


@pytest.mark.parametrize(
    ("row", "run", "value", "reached"),
    [
        (Row("", "t.peer", "t.ours", Ceiling(8)), RUN, 8, True),
        (Row("", "t.peer", "t.ours", Ceiling(7.9)), RUN, 8, False),
        (Row("", "t.ours", "t.peer", Floor(8)), RUN, 8, True),
        (Row("", "t.ours", "t.peer", Floor(8.1)), RUN, 8, False),
        (Row("", "t.ours", "t.peer"), RUN, 1 / 8, None),
        (Row("", "t.bytes", goal=Ceiling(300), unit="bytes"), RUN, 300, True),
        (Row("", "t.bytes", goal=Ceiling(299), unit="bytes"), RUN, 300, False),
        (Row("", "t.rate", goal=Floor(4), unit="a second"), RUN, 4, True),
        (Row("", "t.rate", goal=Floor(5), unit="a second"), RUN, 4, False),
    ],
)
def test_a_goal_is_met_exactly_where_its_bound_is_kept(
    row: Row, run: Mapping[str, float], value: float, reached: bool | None
) -> None:
    assert compared(row, run) == value
    assert met(row, value) is reached


def test_the_table_shows_medians_with_their_spread() -> None:
    rows = (
        Row("a move / theirs", "t.ours", "t.peer", Floor(8)),
        Row("an audit", "t.rate", goal=Floor(5), unit="a second"),
        Row("a change", "t.bytes", unit="bytes"),
    )
    runs = [{**RUN, "t.ours": ours} for ours in (2.0, 1.0, 4.0)]
    assert [re.split(r"\s{2,}", line) for line in table(rows, runs).splitlines()] == [
        ["work / beside", "ours", "beside", "ratio", "spread", "goal"],
        ["a move / theirs", "2,000.0 ms", "16,000.0 ms", "8.00 x", "4.00 x to 16.00 x", "≥ 8 x as fast", "met"],
        ["an audit", "4/s", "4/s to 4/s", "≥ 5 /s", "NOT MET"],
        ["a change", "300 B", "300 B to 300 B"],
    ]


def test_what_no_run_or_not_every_run_measured_is_named() -> None:
    rows = (Row("", "t.ours", "t.peer"), Row("", "t.rate"))
    assert missing(rows, [RUN]) == []
    assert missing(rows, [RUN, {"t.ours": 1.0}]) == ["t.peer", "t.rate"]


def test_the_report_begins_with_the_speed_of_the_machine() -> None:
    names = {name for row in ROWS for name in (row.ours, row.peer) if name}
    run = {**dict.fromkeys(names, 1.0), MACHINE.ours: 1.5e-7}
    assert report([run]).splitlines()[0] == "dict look-up and guard, by hand: 0.15 µs on this machine"


def test_the_bulk_audit_and_its_peers_find_the_same_deals() -> None:
    command = [sys.executable, "-m", "benchmarks.bulk", "2000", "turns=1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    who = [line.split(" | ")[1] for line in done.stdout.splitlines()[1:]]
    assert who == ["ours", "polars", "polars codes", "duckdb", "loop"] * 4
