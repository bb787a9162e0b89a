"""Runs the benchmarks several times, each time in a fresh interpreter, and prints their ratios beside the goals.

    python -m benchmarks [RUNS]

The exit code says nothing about speed: it is 1 only where something could not be measured.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
from os import cpu_count
from pathlib import Path

from benchmarks.goals import ROWS
from benchmarks.report import missing, readings_of, report

ROOT = Path(__file__).parent.parent
RUNS = 5
ONCE = "benchmarks/test_memory.py"
"""Bytes are the same in every run, and slow to count."""


def measured(file: Path, *options: str) -> dict[str, float]:
    """Run the benchmarks in a fresh interpreter. Raises SystemExit where one of them fails."""
    command = [sys.executable, "-m", "pytest", "benchmarks", "-q", "-p", "no:cacheprovider", *options]
    command.append(f"--benchmark-json={file}")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}\nnot measured: benchmarks failed")
    return readings_of(file)


def all_runs(count: int) -> list[dict[str, float]]:
    runs: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            print(f"run {number + 1} of {count}", file=sys.stderr)
            options = [f"--ignore={ONCE}"] if runs else []
            runs.append({**(runs[0] if runs else {}), **measured(Path(folder) / f"{number}.json", *options)})
    return runs


def main(count: int) -> None:
    """Print the table. Raises SystemExit where something could not be measured."""
    runs = all_runs(count)
    unmeasured = missing(ROWS, runs)
    if unmeasured:
        sys.exit(f"not measured: {', '.join(unmeasured)}")
    print(f"Python {platform.python_version()}, {cpu_count()} cores, {count} runs")
    print(report(runs))


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else RUNS)
