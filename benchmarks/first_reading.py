"""A first reading: `check` and `move` beside a bare dict look-up, in one run.

    python benchmarks/first_reading.py

Each figure is the best of seven runs, in microseconds for one call; the deals differ from call to call.
"""

from __future__ import annotations

import sys
import timeit
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle

from salesflow import Actor, Money, Opportunity, Stage, StageTemplate, present

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
REP = Actor(id="u-7", roles=("rep",))
TEMPLATE = StageTemplate(
    id="bench",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="contact"),
        Stage(id="proposal", rules=(present("amount"),)),
        Stage(id="won", outcome="won"),
        Stage(id="lost", outcome="lost"),
    ),
)
DEALS = [
    TEMPLATE.start(Opportunity(id=f"D-{number}", amount=Money.of(number + 1, "EUR")), at=NOW, by=REP)
    for number in range(100)
]
BARE: dict[tuple[str | None, str], Callable[[Opportunity], bool]] = {
    ("contact", "proposal"): lambda deal: deal.amount is not None
}


def best(call: Callable[[Opportunity], object]) -> float:
    """Return the microseconds of one call."""
    deals, number = cycle(DEALS), 20_000
    return min(timeit.repeat(lambda: call(next(deals)), number=number, repeat=7)) / number * 1e6


def main() -> None:
    """Print the readings and their ratio to the bare look-up."""
    ready = {"amount": Money.of(7, "EUR")}
    readings = {
        "bare dict look-up and guard": best(lambda deal: BARE[deal.stage, "proposal"](deal)),
        "check": best(lambda deal: TEMPLATE.check(deal, to="proposal", at=NOW, by=REP)),
        "check, refused": best(lambda deal: TEMPLATE.check(deal, to="won", at=NOW, by=REP)),
        "move": best(lambda deal: TEMPLATE.move(deal, to="proposal", at=NOW, by=REP)),
        "move with update": best(lambda deal: TEMPLATE.move(deal, to="proposal", at=NOW, by=REP, update=ready)),
    }
    bare = readings["bare dict look-up and guard"]
    print(f"Python {sys.version.split()[0]}")
    for name, reading in readings.items():
        print(f"{name:30} {reading:8.2f} us  {reading / bare:6.1f} x")


if __name__ == "__main__":
    main()
