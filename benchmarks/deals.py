"""Deals: the processes that are measured, and deals of which no two are alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from salesflow import (
    Actor,
    Answer,
    LossReport,
    Money,
    Opportunity,
    Policy,
    Stage,
    StageTemplate,
    present,
    qualified,
    role,
)

FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)
REPS = tuple(Actor(id=f"u-{number}", roles=("rep",)) for number in range(40))
MANAGERS = tuple(Actor(id=f"m-{number}", roles=("rep", "account_manager")) for number in range(8))
REASONS = ("price", "no answer", "bought elsewhere", "project stopped", "no budget this year")
CRITERIA = ("need", "value", "budget", "authority")

ONE_GUARD: StageTemplate[Opportunity] = StageTemplate(
    id="one-guard",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="contact"),
        Stage(id="proposal", rules=(present("amount"),)),
        Stage(id="won", outcome="won"),
        Stage(id="lost", outcome="lost"),
    ),
    policy=Policy(back="free"),
)
"""One guarded move, from contact to proposal: what peers are given too."""

B2B: StageTemplate[Opportunity] = StageTemplate(
    id="b2b",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="contact"),
        Stage(id="qualification"),
        Stage(id="proposal", rules=(qualified(*CRITERIA), present("amount"))),
        Stage(id="negotiation", rules=(role("account_manager"),)),
        Stage(id="won", outcome="won"),
        Stage(id="lost", outcome="lost", rules=(present("loss.reason"),)),
    ),
    policy=Policy(skip="with_ground", back="with_ground", reopen_to=("qualification",)),
)
"""Six stages with the rules of a sale to businesses."""

UNRULED: StageTemplate[Opportunity] = StageTemplate(
    id="unruled",
    version="1",
    record=Opportunity,
    stages=tuple(stage.model_copy(update={"rules": ()}) for stage in B2B.stages),
    policy=B2B.policy,
)
"""The same stages without a rule: only its structure can be disobeyed."""


class Step(NamedTuple):
    """A deal that may go to `proposal`, when, and by whom."""

    deal: Opportunity
    at: datetime
    by: Actor


def opportunity(number: int, *, amount: bool = True) -> Opportunity:
    return Opportunity(
        id=f"D-{number}",
        name=f"Company {number}, {number % 90 + 10} seats",
        owner=REPS[number % len(REPS)].id,
        amount=money(number) if amount else None,
    )


def money(number: int) -> Money:
    return Money.of(1_000 + number, "EUR" if number % 3 else "USD")


def when(number: int) -> datetime:
    return FIRST + timedelta(minutes=7 * number)


def steps(count: int, *, amount: bool = True) -> list[Step]:
    """Return deals in `contact`, each with its own moment to go on."""
    people = [REPS[number % len(REPS)] for number in range(count)]
    return [
        Step(
            ONE_GUARD.start(opportunity(number, amount=amount), at=when(number), by=by),
            when(number) + timedelta(days=number % 30),
            by,
        )
        for number, by in enumerate(people)
    ]


def back_and_forth(count: int, *, changes: int) -> list[Opportunity]:
    """Return deals in `contact` that went to `proposal` and back until they had that many changes."""
    deals = [step.deal for step in steps(count)]
    for number in range(1, changes):
        to = "proposal" if number % 2 else "contact"
        deals = [ONE_GUARD.move(deal, to=to, at=deal.history[-1].at, by=REPS[number % 40]) for deal in deals]
    return deals


# -- whole lives --------------------------------------------------------------------------------------------


def unruled_lives(count: int) -> list[Opportunity]:
    """Return closed deals that took five to seven moves and set no field on their way."""
    return [unruled_life(number) for number in range(count)]


def unruled_life(number: int) -> Opportunity:
    ways: Sequence[Sequence[str]] = (
        ("qualification", "proposal", "negotiation", "won"),
        ("qualification", "negotiation", "proposal", "negotiation", "won"),
        ("qualification", "proposal", "lost", "qualification", "lost"),
    )
    by = REPS[number % len(REPS)]
    deal = UNRULED.start(opportunity(number), at=when(number), by=by)
    for day, to in enumerate(ways[number % len(ways)], 1):
        # a ground where none is asked for is kept all the same
        ground = (
            None if UNRULED.check(deal, to=to, at=when(number) + timedelta(days=day), by=by) else "they asked for it"
        )
        deal = UNRULED.move(deal, to=to, at=when(number) + timedelta(days=day), by=by, ground=ground)
    return deal


def b2b_lives(count: int) -> list[Opportunity]:
    """Return closed deals that were qualified answer by answer, priced, negotiated, and won or lost."""
    return [b2b_life(number) for number in range(count)]


def b2b_life(number: int) -> Opportunity:
    rep, manager, start = REPS[number % len(REPS)], MANAGERS[number % len(MANAGERS)], when(number)
    deal = answered(half_answered(number), CRITERIA[2:], at=start + timedelta(days=3), by=rep)
    deal = B2B.move(deal, to="proposal", at=start + timedelta(days=5), by=rep, update={"amount": money(number)})
    deal = B2B.move(deal, to="negotiation", at=start + timedelta(days=9), by=manager)
    if number % 3:
        return B2B.move(deal, to="won", at=start + timedelta(days=20), by=manager)
    loss = LossReport(reason=REASONS[number % len(REASONS)])
    return B2B.move(deal, to="lost", at=start + timedelta(days=20), by=manager, update={"loss": loss})


def half_answered(number: int) -> Opportunity:
    """Return a deal in `qualification` of which need and value are known, budget and authority are not."""
    by, start = REPS[number % len(REPS)], when(number)
    deal = B2B.start(opportunity(number, amount=False), at=start, by=by)
    deal = B2B.move(deal, to="qualification", at=start + timedelta(days=1), by=by)
    return answered(deal, CRITERIA[:2], at=start + timedelta(days=2), by=by)


def answered(deal: Opportunity, criteria: Sequence[str], *, at: datetime, by: Actor) -> Opportunity:
    ways = {"authority": "decider"}
    answers = [Answer(criterion=each, certainty="claimed", at=at, way=ways.get(each), by=by.id) for each in criteria]
    return B2B.update(deal, {"qualification": deal.qualification.answered(*answers)}, at=at, by=by)
