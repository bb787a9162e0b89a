"""`audit` of records with whole histories that obey, by change."""

from __future__ import annotations

from benchmarks.deals import B2B, REPS, UNRULED, b2b_lives, unruled_lives, when
from benchmarks.timing import Clock
from salesflow import Opportunity, StageTemplate, audit


def time_audit(clock: Clock, template: StageTemplate[Opportunity], records: list[Opportunity]) -> None:
    assert list(audit(template, records)) == []
    clock.time(lambda: list(audit(template, records)), steps=sum(len(record.history) for record in records))


def test_structure(clock: Clock) -> None:
    """A template without rules; each deal wrote down its name, owner and amount when it started."""
    time_audit(clock, UNRULED, unruled_lives(clock.many(500)))


def test_structure_of_bare_records(clock: Clock) -> None:
    """The same template, and deals that hold nothing but their id: no change set a field."""
    time_audit(clock, UNRULED, [bare_life(number) for number in range(clock.many(500))])


def bare_life(number: int) -> Opportunity:
    at, by = when(number), REPS[number % len(REPS)]
    deal = UNRULED.start(Opportunity(id=f"D-{number}"), at=at, by=by)
    for to in ("qualification", "proposal", "negotiation", "won"):
        deal = UNRULED.move(deal, to=to, at=at, by=by)
    return deal


def test_rules(clock: Clock) -> None:
    """A template with rules on four of six stages; four changes in seven set fields that its rules read."""
    time_audit(clock, B2B, b2b_lives(clock.many(300)))
