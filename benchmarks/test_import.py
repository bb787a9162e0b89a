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

OURS = "import salesflow"
ONE_MODEL = """\
from pydantic import BaseModel, ConfigDict
class Deal(BaseModel):
    model_config = ConfigDict(defer_build=True)
    name: str
"""
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
def pairs(request: pytest.FixtureRequest) -> list[tuple[float, float]]:
    """Seconds of ours and of pydantic's in turn, so that both meet the same machine; the first pair may compile."""
    count = 1 if request.config.getoption("benchmark_disable") else 20
    return [(seconds(OURS), seconds(ONE_MODEL)) for _ in range(count + 1)][1:]


def test_import(notes: Notes, pairs: list[tuple[float, float]]) -> None:
    notes.take(median(ours for ours, _ in pairs))


def test_import_of_one_model(notes: Notes, pairs: list[tuple[float, float]]) -> None:
    notes.take(median(pydantic for _, pydantic in pairs))
