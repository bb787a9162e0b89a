"""The plug-in of pytest: the command line says how many walks are tried."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import salesflow

CONFTEST = 'pytest_plugins = ["salesflow.testing.plugin"]\n'
TEST = """
from salesflow.templates import get

def test_mine(check_template):
    checked = check_template(get("four-step"), laws={})
    print("walks:", checked.walks)
"""


def walks_tried(folder: Path, *options: str) -> int:
    (folder / "conftest.py").write_text(CONFTEST, "utf-8")
    (folder / "test_mine.py").write_text(TEST, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", *options, str(folder)]
    # pytest runs elsewhere, without the options of this run, and a path to the package may be told from here
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env = {**own, "PYTHONPATH": str(Path(salesflow.__file__).parent.parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=env)
    assert done.returncode == 0, done.stdout
    return int(done.stdout.partition("walks: ")[2].split()[0])


def test_the_option_says_how_many_walks_are_tried(tmp_path: Path) -> None:
    assert walks_tried(tmp_path) - walks_tried(tmp_path, "--salesflow-examples", "5") >= 30
