"""`options` in a process of six stages, beside asking `check` of each stage by itself."""

from __future__ import annotations

from datetime import timedelta

from benchmarks.deals import B2B, REPS, Step, half_answered, when
from benchmarks.timing import Clock

STAGES = tuple(stage.id for stage in B2B.stages)


def halfway(count: int) -> list[Step]:
    """Return deals in `qualification`: to some stages they may go, to most not, for one reason or several."""
    after = timedelta(days=4)
    return [Step(half_answered(number), when(number) + after, REPS[number % len(REPS)]) for number in range(count)]


def test_options(clock: Clock) -> None:
    """Ask for all six at once."""
    asked = halfway(clock.many(200))
    assert {len(B2B.options(deal, at=at, by=by)) for deal, at, by in asked} == {6}

    def work() -> None:
        for deal, at, by in asked:
            B2B.options(deal, at=at, by=by)

    clock.time(work, steps=len(asked))


def test_checks(clock: Clock) -> None:
    """Ask six times for one, and keep the answers, as `options` does."""
    asked = halfway(clock.many(200))
    deal, at, by = asked[0]
    assert {to: B2B.check(deal, to=to, at=at, by=by) for to in STAGES} == B2B.options(deal, at=at, by=by)

    def work() -> None:
        for deal, at, by in asked:
            {to: B2B.check(deal, to=to, at=at, by=by) for to in STAGES}

    clock.time(work, steps=len(asked))
