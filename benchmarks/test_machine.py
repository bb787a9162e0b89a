"""Machines over objects of a host: a live machine of ours, and a python-statemachine written by hand.

Both are made for one object, move it once and are let go, as a host does that keeps no machine for every object.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.deals import ONE_GUARD, REPS, money, when
from benchmarks.moving import plain_deals
from benchmarks.peers import machine_of
from benchmarks.timing import Clock, Notes
from salesflow import Actor, Money, machine_class
from salesflow.history import Change

Live = machine_class(ONE_GUARD)


@dataclass
class Deal:
    """A mutable deal of a host that keeps its history."""

    id: int
    amount: Money
    by: Actor
    stage: str | None = None
    left: str | None = None
    history: tuple[Change, ...] = ()


def started(count: int) -> list[Deal]:
    """Return deals that live machines brought to `contact`."""
    deals = [Deal(number, money(number), REPS[number % len(REPS)]) for number in range(count)]
    for deal in deals:
        Live(deal).send("contact", at=when(deal.id), by=deal.by)
    return deals


def test_live(clock: Clock) -> None:
    """Make a machine, move its deal by the template, and let it go; deals are put back untimed."""
    deals = started(clock.many(50))
    before = {deal.id: deal.history for deal in deals}

    def put_back() -> None:
        for deal in deals:
            deal.stage, deal.history = "contact", before[deal.id]

    def work() -> None:
        for deal in deals:
            Live(deal).send("proposal", at=when(deal.id), by=deal.by)

    clock.time(work, steps=len(deals), before=put_back)
    assert {(deal.stage, len(deal.history)) for deal in deals} == {("proposal", 2)}


def test_statemachine(clock: Clock) -> None:
    """Make a machine, move its object, which keeps no history, and let it go; objects are put back untimed."""
    deals = plain_deals(clock.many(50))

    def put_back() -> None:
        for deal in deals:
            deal.stage = "contact"

    def work() -> None:
        for deal in deals:
            machine_of(deal).send("propose")

    clock.time(work, steps=len(deals), before=put_back)
    assert {deal.stage for deal in deals} == {"proposal"}


def bytes_of_each(make: Callable[[Any], object], deals: list[Any]) -> float:
    """Return what is kept for each of many objects, after one that may load what all share."""
    first, *rest = deals
    make(first)
    gc.collect()
    tracemalloc.start()
    kept = [make(deal) for deal in rest]
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken / len(kept)


def test_live_left(notes: Notes) -> None:
    """What stays of a live machine that moved its deal and was let go: the change that the deal keeps, and a tuple."""
    notes.take(
        bytes_of_each(lambda deal: Live(deal).send("proposal", at=when(deal.id), by=deal.by), started(notes.many(300)))
    )


def test_live_kept(notes: Notes) -> None:
    """What a live machine takes where a host keeps one for every object after all."""
    notes.take(bytes_of_each(Live, started(notes.many(300))))


def test_statemachine_kept(notes: Notes) -> None:
    """What a python-statemachine for every object takes."""
    notes.take(bytes_of_each(machine_of, plain_deals(notes.many(300))))
