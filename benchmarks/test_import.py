"""`import salesflow`, beside `import pydantic` with one model, each in interpreters of its own.

Timed is the import itself, within the interpreter: its own start would make the ratio look smaller.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

import salesflow
from benchmarks.timing import Notes

ONE_MODEL = """\
from pydantic import BaseModel, ConfigDict
class Deal(BaseModel):
    model_config = ConfigDict(defer_build={deferred})
    name: str
"""
PROGRAMS = ("import salesflow", ONE_MODEL.format(deferred=True), ONE_MODEL.format(deferred=False))
TIMED = "from time import perf_counter\nbegun = perf_counter()\n{program}\nprint(perf_counter() - begun)"


def seconds(program: str) -> float:
    """Run a program in a fresh interpreter; return how long it says that it took."""
    environment = {**os.environ, "PYTHONPATH": str(Path(salesflow.__file__).parent.parent)}
    # bytecode is kept, as it is where a package is installed
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", TIMED.format(program=program)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout)


@pytest.fixture(scope="module")
def rounds(request: pytest.FixtureRequest) -> list[list[float]]:
    """Seconds of each program in turn, so that all meet the same machine; the first round may compile."""
    count = 1 if request.config.getoption("benchmark_disable") else 15
    return [[seconds(program) for program in PROGRAMS] for _ in range(count + 1)][1:]


def test_salesflow(notes: Notes, rounds: list[list[float]]) -> None:
    notes.take(median(each[0] for each in rounds))


def test_deferred_model(notes: Notes, rounds: list[list[float]]) -> None:
    """A model that is only built when it is first used, as those of salesflow are."""
    notes.take(median(each[1] for each in rounds))


def test_built_model(notes: Notes, rounds: list[list[float]]) -> None:
    """A model that is built where it is defined, as pydantic does it by itself."""
    notes.take(median(each[2] for each in rounds))
