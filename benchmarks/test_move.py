"""`move`, with and without an update, beside moves of peers.

Ours makes a new frozen record with the change in its history; peers set an attribute and keep nothing.
"""

from __future__ import annotations

from benchmarks.deals import ONE_GUARD, money, steps
from benchmarks.moving import move_by_statemachine, move_by_transitions, move_by_viewflow
from benchmarks.timing import Clock


def test_move(clock: Clock) -> None:
    """Move deals, each another one; the record that comes back is dropped at once."""
    moves = steps(clock.many(1000))
    assert {ONE_GUARD.move(deal, to="proposal", at=at, by=by).stage for deal, at, by in moves} == {"proposal"}

    def work() -> None:
        for deal, at, by in moves:
            ONE_GUARD.move(deal, to="proposal", at=at, by=by)

    clock.time(work, steps=len(moves))


def test_transitions(clock: Clock) -> None:
    move_by_transitions(clock)


def test_move_with_update(clock: Clock) -> None:
    """Move deals that may only go because the same step sets their amount, each another one."""
    moves = [(step, {"amount": money(number)}) for number, step in enumerate(steps(clock.many(1000), amount=False))]
    (deal, at, by), update = moves[0]
    assert ONE_GUARD.move(deal, to="proposal", at=at, by=by, update=update).amount == update["amount"]

    def work() -> None:
        for (deal, at, by), update in moves:
            ONE_GUARD.move(deal, to="proposal", at=at, by=by, update=update)

    clock.time(work, steps=len(moves))


def test_viewflow(clock: Clock) -> None:
    move_by_viewflow(clock)


def test_statemachine(clock: Clock) -> None:
    move_by_statemachine(clock)
