"""Running the command as a shell does: arguments in; exit code, standard output and standard error out."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import salesflow
from acme import process
from salesflow.cli import main
from salesflow.loading import dump_template
from salesflow.rules import present

LEGAL = "deal,stage,at\nD-1,contact,2026-01-05T09:00Z\nD-1,talk,2026-01-06T09:00Z\n"
"""A log without a fault, for the template `acme.json`."""


class Ended(NamedTuple):
    """How the command ended. Spaces at the ends of lines are left out: tables are filled up with them."""

    code: object
    out: str
    err: str


Run = Callable[..., Ended]

COMMAND = (sys.executable, "-m", "salesflow")


def surroundings(**more: str) -> dict[str, str]:
    """Return the environment for an interpreter of its own, which finds this very package from any folder."""
    return {**os.environ, "PYTHONPATH": str(Path(salesflow.__file__).parent.parent), **more}


def in_a_shell(*command: str, **environment: str) -> Ended:
    """Run a program in a process of its own."""
    done = subprocess.run(command, capture_output=True, check=False, env=surroundings(**environment))
    return Ended(done.returncode, trimmed(done.stdout.decode()), done.stderr.decode())


def ended(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> object:
    """Run the command in this process and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["salesflow", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    return end.value.code


def trimmed(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def write_template(file: Path) -> None:
    """Write a template whose stages are contact, talk, offer (with an amount), deal, wait, won and lost."""
    template = process({"offer": {"rules": (present("amount"),)}}, skip="with_ground", reopen_to=("talk",))
    file.write_text(dump_template(template), "utf-8")


def figures(report: str) -> dict[str, int]:
    """Return the figures at the head of a report, by their names."""
    head = report.partition("\n\n")[0].splitlines()[1:]
    return {name: int(number.replace(",", "")) for name, number, *_ in (re.split("  +", line) for line in head)}
