"""Moving by peers: one step from contact to proposal, timed the same way wherever something is compared with it."""

from __future__ import annotations

from typing import Any

from benchmarks.peers import DealFlow, Plain, machine_of, triggered
from benchmarks.timing import Clock


def plain_deals(count: int) -> list[Any]:
    """Return deals of which no two have the same amount."""
    return [Plain(1_000 + number) for number in range(count)]


def move_by_transitions(clock: Clock) -> None:
    """Trigger each of many models of one machine once; before each pass they are put back, which is not timed."""
    deals = plain_deals(clock.many(1000))
    machine = triggered(deals)

    def put_back() -> None:
        for deal in deals:
            machine.set_state("contact", deal)

    def work() -> None:
        for deal in deals:
            deal.propose()

    clock.time(work, steps=len(deals), before=put_back)
    assert {deal.stage for deal in deals} == {"proposal"}


def move_by_viewflow(clock: Clock) -> None:
    """Move each of many flows once; they are made and put back before, which is not timed."""
    deals = plain_deals(clock.many(1000))
    flows = [DealFlow(deal) for deal in deals]

    def put_back() -> None:
        for deal in deals:
            deal.stage = "contact"

    def work() -> None:
        for flow in flows:
            flow.propose()

    clock.time(work, steps=len(deals), before=put_back)
    assert {deal.stage for deal in deals} == {"proposal"}


def move_by_statemachine(clock: Clock) -> None:
    """Move one deal back and forth through one machine: both ways have the guard, and the amount is never the same."""
    deal = Plain(0)
    machine = machine_of(deal)
    amounts = range(1, clock.many(100) + 1)

    def work() -> None:
        for amount in amounts:
            deal.amount = amount
            machine.send("propose")
            machine.send("back")

    clock.time(work, steps=2 * len(amounts))
    machine.send("propose")
    assert deal.stage == "proposal"
