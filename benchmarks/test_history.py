"""`move` of records whose history is long, beside the same move of records that only began."""

from __future__ import annotations

from datetime import timedelta

from benchmarks.deals import ONE_GUARD, REPS, Step, back_and_forth
from benchmarks.timing import Clock


def moves(count: int, *, changes: int) -> list[Step]:
    """Return deals in `contact` with that many changes, each with a moment and an actor for the next."""
    deals = back_and_forth(count, changes=changes)
    later = (deal.history[-1].at + timedelta(days=1) for deal in deals)
    return [
        Step(deal, at, REPS[number % len(REPS)]) for number, (deal, at) in enumerate(zip(deals, later, strict=True))
    ]


def time_moves(clock: Clock, count: int, *, changes: int) -> None:
    steps = moves(clock.many(count), changes=changes)
    assert {len(ONE_GUARD.move(deal, to="proposal", at=at, by=by).history) for deal, at, by in steps} == {changes + 1}

    def work() -> None:
        for deal, at, by in steps:
            ONE_GUARD.move(deal, to="proposal", at=at, by=by)

    clock.time(work, steps=len(steps))


def test_move_after_999(clock: Clock) -> None:
    """Make the 1,000th change, of few enough deals that their histories stay near, as those just loaded do."""
    time_moves(clock, 20, changes=999)


def test_move_after_3(clock: Clock) -> None:
    """Make the fourth change."""
    time_moves(clock, 20, changes=3)


def test_move_after_999_far(clock: Clock) -> None:
    """Make the 1,000th change of so many deals that each history must be fetched from far memory again."""
    time_moves(clock, 100, changes=999)
