"""What a python-statemachine costs each object that has one of its own: time to make it, and memory to keep it."""

from __future__ import annotations

import gc
import tracemalloc

from benchmarks.moving import plain_deals
from benchmarks.peers import machine_of
from benchmarks.timing import Clock, Notes


def test_statemachine_made(clock: Clock) -> None:
    """Make a machine for each of many objects, and let it go."""
    deals = plain_deals(clock.many(100))

    def work() -> None:
        for deal in deals:
            machine_of(deal)

    clock.time(work, steps=len(deals))


def test_statemachine_memory(notes: Notes) -> None:
    """Keep a machine for each of many objects."""
    deals = plain_deals(notes.many(300))
    machine_of(deals[0])
    gc.collect()
    tracemalloc.start()
    kept = [machine_of(deal) for deal in deals]
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    notes.take(taken / len(kept))
