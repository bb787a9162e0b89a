"""`check` of one guarded move, beside the same by hand and beside a move of `transitions`."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from benchmarks.deals import ONE_GUARD, steps
from benchmarks.moving import move_by_transitions
from benchmarks.peers import LOOK_UP, may_go
from benchmarks.timing import Clock
from salesflow import Opportunity


def test_check(clock: Clock) -> None:
    """Ask of deals that all may go: each another deal, amount, moment and actor."""
    asked = steps(clock.many(1000))
    assert all(ONE_GUARD.check(deal, to="proposal", at=at, by=by) for deal, at, by in asked)

    def work() -> None:
        for deal, at, by in asked:
            ONE_GUARD.check(deal, to="proposal", at=at, by=by)

    clock.time(work, steps=len(asked))


def test_check_of_stored_deals(clock: Clock) -> None:
    """The same of deals that were read from JSON, as a store gives them back."""
    asked = [step._replace(deal=Opportunity.model_validate_json(step.deal.model_dump_json())) for step in steps(1000)]
    asked = asked[: clock.many(1000)]
    assert all(ONE_GUARD.check(deal, to="proposal", at=at, by=by) for deal, at, by in asked)

    def work() -> None:
        for deal, at, by in asked:
            ONE_GUARD.check(deal, to="proposal", at=at, by=by)

    clock.time(work, steps=len(asked))


def test_check_in_another_zone(clock: Clock) -> None:
    """The same at times that are not told in UTC."""
    paris = ZoneInfo("Europe/Paris")
    asked = [step._replace(at=step.at.astimezone(paris)) for step in steps(clock.many(1000))]
    assert all(ONE_GUARD.check(deal, to="proposal", at=at, by=by) for deal, at, by in asked)

    def work() -> None:
        for deal, at, by in asked:
            ONE_GUARD.check(deal, to="proposal", at=at, by=by)

    clock.time(work, steps=len(asked))


def test_look_up(clock: Clock) -> None:
    """The floor: find the guard of the pair in a dict and call it on the same records, in place."""
    asked = steps(clock.many(1000))
    assert all(LOOK_UP[deal.stage, "proposal"](deal) for deal, _, _ in asked)

    def work() -> None:
        for deal, _at, _by in asked:
            LOOK_UP[deal.stage, "proposal"](deal)

    clock.time(work, steps=len(asked))


def test_look_up_in_a_function(clock: Clock) -> None:
    """The same in a function that can be asked of any pair, as who writes it by hand would call it."""
    asked = steps(clock.many(1000))
    assert all(may_go(deal, to="proposal") for deal, _, _ in asked)

    def work() -> None:
        for deal, _at, _by in asked:
            may_go(deal, to="proposal")

    clock.time(work, steps=len(asked))


def test_transitions(clock: Clock) -> None:
    move_by_transitions(clock)


def test_check_refused(clock: Clock) -> None:
    """Ask of deals that may not go, for one reason, which is told."""
    asked = steps(clock.many(1000), amount=False)
    assert not any(ONE_GUARD.check(deal, to="proposal", at=at, by=by) for deal, at, by in asked)

    def work() -> None:
        for deal, at, by in asked:
            ONE_GUARD.check(deal, to="proposal", at=at, by=by)

    clock.time(work, steps=len(asked))
