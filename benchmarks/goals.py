"""Goals: what is compared with what, and what is to be reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Ours is at most so many times the peer's; without a peer, at most so many of its unit."""

    bound: float


@dataclass(frozen=True, slots=True)
class Floor:
    """Ours is at least so many times as fast as the peer; without a peer, at least so many a second."""

    bound: float


Unit = Literal["seconds", "bytes", "a second"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a piece of work, who does it, and who does the like of it.

    Benchmarks are named by file and function: `check.look_up` is `test_look_up` in `test_check.py`.
    """

    work: str
    ours: str
    peer: str | None = None
    goal: Ceiling | Floor | None = None
    """None: only to be seen beside the others."""
    unit: Unit = "seconds"


MACHINE = Row("dict look-up and guard, by hand", "check.look_up")
"""Printed above the table: what is slow here is slow everywhere, and goals in changes a second suffer from it."""

ROWS = (
    Row("check, one guarded move / look-up and guard in place", "check.check", "check.look_up", Ceiling(4)),
    Row("check, one guarded move / look-up in a function", "check.check", "check.look_up_in_a_function"),
    Row("check of stored deals / look-up and guard in place", "check.check_of_stored_deals", "check.look_up"),
    Row("check in another zone / look-up and guard in place", "check.check_in_another_zone", "check.look_up"),
    Row("check, refused / look-up and guard in place", "check.check_refused", "check.look_up"),
    Row("check, one guarded move / transitions' trigger", "check.check", "check.transitions", Floor(8)),
    Row("options of six stages / six checks", "options.options", "options.checks", Ceiling(1.5)),
    Row("move / transitions' trigger", "move.move", "move.transitions", Floor(1)),
    Row("move / python-statemachine's event", "move.move", "move.statemachine", Floor(20)),
    Row("move / django-viewflow's transition", "move.move", "move.viewflow"),
    Row("move with update / transitions' trigger", "move.move_with_update", "move.transitions", Ceiling(2)),
    Row("move, the 1,000th change / the 4th", "history.move_after_999", "history.move_after_3", Ceiling(2)),
    Row("move, the 1,000th change, far in memory / the 4th", "history.move_after_999_far", "history.move_after_3"),
    Row("memory of a change", "memory.moved", goal=Ceiling(300), unit="bytes"),
    Row("memory of a change, from JSON", "memory.moved_json", goal=Ceiling(300), unit="bytes"),
    Row("memory of a change, four in seven set fields", "memory.answered", unit="bytes"),
    Row("memory of a change, the same from JSON", "memory.answered_json", unit="bytes"),
    Row("import salesflow / pydantic, one model deferred", "import.salesflow", "import.deferred_model", Ceiling(1.3)),
    Row("import salesflow / pydantic, one model built", "import.salesflow", "import.built_model"),
    Row("audit, structure only", "audit.structure", goal=Floor(1_000_000), unit="a second"),
    Row("audit, structure only, bare records", "audit.structure_of_bare_records", unit="a second"),
    Row("audit with rules", "audit.rules", goal=Floor(150_000), unit="a second"),
    Row("a live machine: made, one move / python-statemachine", "machine.live", "machine.statemachine"),
    Row("a live machine, let go: bytes left", "machine.live_left", unit="bytes"),
    Row("a live machine, kept / python-statemachine", "machine.live_kept", "machine.statemachine_kept", unit="bytes"),
)
