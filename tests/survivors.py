"""Mutation testing, told: how many mutants each module had, how many the tests killed, and why the others live.

Run after `mutmut run`. It fails below the floor, at a survivor without a reason, and at a reason without a survivor.
A mutant that mutmut calls timed out is no dead one: it may hang, or its tests may not have been found.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

FLOOR = 0.90
"""The share of each module's mutants that the tests must kill."""
REASONS = Path(__file__).with_suffix(".toml")

Survivor = tuple[str, str]
"""A function, `_compile.Table.way`, and what was changed in it: `left = None → left = ""`."""


def mutmut(*arguments: str) -> list[str]:
    return subprocess.run(
        [sys.executable, "-m", "mutmut", *arguments], capture_output=True, text=True, check=True
    ).stdout.splitlines()


def fates() -> dict[str, str]:
    """Return by mutant what became of it: `killed`, `survived`, `timeout`, `no tests` …"""
    told = (line.strip().rpartition(": ") for line in mutmut("results", "--all", "true"))
    return {mutant: fate for mutant, _, fate in told}


def module_of(mutant: str) -> str:
    return mutant.split(".")[1]


def survivor(mutant: str) -> Survivor:
    """Say what a mutant changes, and where: its number would be another after the next edit."""
    _, *module, mangled = mutant.split(".")
    function = mangled.rpartition("__mutmut_")[0].removeprefix("x").removeprefix("_").replace("ǁ", ".").strip(".")
    shown = [line for line in mutmut("show", mutant) if not line.startswith(("---", "+++"))]
    before, after = (" ".join(line[1:].strip() for line in shown if line.startswith(sign)) for sign in "-+")
    return ".".join([*module, function]), f"{before} → {after}"


def told(reasons: dict[str, dict[str, str]]) -> dict[Survivor, str]:
    return {(function, change): why for function, changes in reasons.items() for change, why in changes.items()}


def table(found: dict[str, str]) -> Iterable[str]:
    """Return a line for each module."""
    yield f"{'module':<12}{'mutants':>8}{'killed':>8}{'others':>8}{'score':>8}"
    for module in sorted({module_of(mutant) for mutant in found}):
        fate = Counter(each for mutant, each in found.items() if module_of(mutant) == module)
        every, dead = fate.total(), fate["killed"]
        yield f"{module:<12}{every:>8}{dead:>8}{every - dead:>8}{dead / every:>8.1%}"


def below(found: dict[str, str]) -> list[str]:
    """Return the modules that reach less than the floor."""
    every = Counter(map(module_of, found))
    dead = Counter(module_of(mutant) for mutant, fate in found.items() if fate == "killed")
    return [module for module in every if dead[module] / every[module] < FLOOR]


def main() -> int:
    found = fates()
    live = {survivor(mutant) for mutant, fate in found.items() if fate != "killed"}
    why = told(tomllib.loads(REASONS.read_text(encoding="utf-8")))
    faults = [
        *(f"fewer than {FLOOR:.0%} of its mutants are killed: {module}" for module in below(found)),
        *(f"lives without a reason: {function}: {change}" for function, change in sorted(live - why.keys())),
        *(f"has a reason and does not live: {function}: {change}" for function, change in sorted(why.keys() - live)),
    ]
    print(*table(found), *faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
