"""Reports: readings of several runs become a table of ratios beside their goals."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from math import inf
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.goals import MACHINE, ROWS, Floor, Row, Unit

Readings = Mapping[str, float]
"""One run: by name of the benchmark, seconds a step or what it took down."""

HEADINGS = ("work / beside", "ours", "beside", "ratio", "spread", "goal", "")


def readings_of(file: Path) -> dict[str, float]:
    """Read what pytest-benchmark wrote about one run."""
    found = json.loads(file.read_text("utf-8"))["benchmarks"]
    read: dict[str, float] = {}
    for each in found:
        name = name_of(each["fullname"])
        # the best of its turns, for ours and for peers alike
        read[name] = min(reading_of(each), read.get(name, inf))
    return read


def name_of(fullname: str) -> str:
    """Return `check.look_up` for `benchmarks/test_check.py::test_look_up[2]`, whatever the turn."""
    file, _, function = fullname.partition("[")[0].rpartition("/")[2].partition(".py::")
    return f"{file.removeprefix('test_')}.{function.removeprefix('test_')}"


def reading_of(found: Mapping[str, Any]) -> float:
    """Return what was taken down, or else the seconds of a step in the quickest pass.

    Every pass does the same work on all inputs, so the quickest has done it all; others were disturbed from outside.
    """
    extra = found["extra_info"]
    return float(extra["reading"]) if "reading" in extra else float(found["stats"]["min"]) / int(extra["steps"])


def missing(rows: Iterable[Row], runs: Sequence[Readings]) -> list[str]:
    """Name the benchmarks that rows speak of and that some run did not measure."""
    named = [name for row in rows for name in (row.ours, row.peer) if name]
    return sorted({name for name in named for run in runs if name not in run})


def compared(row: Row, run: Readings) -> float:
    """Return the number that a goal bounds, for one run: within it the machine was the same for both."""
    ours = run[row.ours]
    if row.peer is None:
        return 1 / ours if row.unit == "a second" else ours
    return run[row.peer] / ours if isinstance(row.goal, Floor) else ours / run[row.peer]


def met(row: Row, value: float) -> bool | None:
    """Tell whether a number reaches the goal; None where there is none."""
    if row.goal is None:
        return None
    return value >= row.goal.bound if isinstance(row.goal, Floor) else value <= row.goal.bound


# -- what is printed ----------------------------------------------------------------------------------------


def report(runs: Sequence[Readings]) -> str:
    """Return all that is printed about runs that measured everything."""
    speed = duration(median(run[MACHINE.ours] for run in runs))
    return f"{MACHINE.work}: {speed} on this machine\n\n{table(ROWS, runs)}"


def table(rows: Iterable[Row], runs: Sequence[Readings]) -> str:
    """Return the table: medians over the runs, and the spread of what is compared from its least to its greatest."""
    lines = [HEADINGS, *(cells(row, runs) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(aligned(line, widths) for line in lines)


def aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = line
    padded = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
    return "  ".join((first.ljust(widths[0]), *padded)).rstrip()


def cells(row: Row, runs: Sequence[Readings]) -> tuple[str, ...]:
    values = [compared(row, run) for run in runs]
    middle = median(values)
    times = [reading(median(run[name] for run in runs), row.unit) for name in (row.ours, row.peer) if name]
    return (
        row.work,
        times[0],
        times[1] if row.peer else "",
        number(row, middle) if row.peer else "",
        f"{number(row, min(values))} to {number(row, max(values))}",
        goal_of(row),
        {None: "", True: "met", False: "NOT MET"}[met(row, middle)],
    )


def number(row: Row, value: float) -> str:
    """Return what is compared: a ratio, or a reading where there is no peer."""
    if row.peer:
        return f"{value:.2f} x"
    return f"{value:,.0f}/s" if row.unit == "a second" else reading(value, row.unit)


def goal_of(row: Row) -> str:
    if row.goal is None:
        return ""
    sign = "≥" if isinstance(row.goal, Floor) else "≤"
    unit = "B" if row.unit == "bytes" else "/s"
    return f"{sign} {row.goal.bound:,} {(AS_FAST[sign] if row.peer else unit)}"


AS_FAST = {"≥": "x as fast", "≤": "x"}


def reading(value: float, unit: Unit) -> str:
    """Return a reading with its unit: `1.20 µs`, `250,000/s`, `280 B`."""
    if unit == "bytes":
        return f"{value:,.0f} B"
    return f"{1 / value:,.0f}/s" if unit == "a second" else duration(value)


def duration(seconds: float) -> str:
    return f"{seconds * 1e3:,.1f} ms" if seconds >= 0.001 else f"{seconds * 1e6:,.2f} µs"
