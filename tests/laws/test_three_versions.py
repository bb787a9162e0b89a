"""Three versions of one template, and a thousand deals in flight: all of them arrive, and an audit clears all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any, get_args

from salesflow import (
    Actor,
    Answer,
    LossReport,
    Money,
    Opportunity,
    Policy,
    Stage,
    StageTemplate,
    audit,
    present,
    qualified,
    role,
)
from salesflow.history import Kind
from salesflow.migration import MigrationPlan, drafted

DEALS = 1000
DAY_ONE = datetime(2026, 1, 5, 9, tzinfo=UTC)
REP = Actor(id="rosa", roles=("rep",))
POLICY = Policy(skip="with_ground", back="with_ground", reopen_to=("contact",))
WON, LOST = Stage(id="won", outcome="won"), Stage(id="lost", outcome="lost", rules=(present("loss.reason"),))

FIRST = StageTemplate(
    id="acme-b2b",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="contact"),
        Stage(id="talks"),
        Stage(id="offer", rules=(present("amount"),)),
        Stage(id="haggling"),
        Stage(id="waiting", hold=True),
        WON,
        LOST,
        Stage(id="no-budget", outcome="lost", rules=(present("loss.reason"),)),
    ),
    policy=POLICY,
)
SECOND = StageTemplate(
    id="acme-b2b",
    version="2",
    record=Opportunity,
    stages=(
        Stage(id="contact"),
        Stage(id="qualification", aliases=("talks",), rules=(qualified("need"),)),
        Stage(id="demo", skippable=True),
        Stage(id="offer", rules=(present("amount"),)),
        Stage(id="negotiation", aliases=("haggling",), rules=(present("offer.price"),)),
        Stage(id="waiting", hold=True),
        Stage(id="legal", hold=True),
        WON,
        LOST,
    ),
    policy=POLICY,
)
THIRD = StageTemplate(
    id="acme-b2b",
    version="3",
    record=Opportunity,
    stages=(
        Stage(id="contact"),
        Stage(id="qualification", rules=(qualified("need", "budget"),)),
        Stage(id="proposal", rules=(present("amount"), role("rep"))),
        Stage(id="on hold", hold=True),
        WON,
        LOST,
        Stage(id="dormant", outcome="lost"),
    ),
    policy=POLICY,
)
VERSIONS = (FIRST, SECOND, THIRD)

TO_SECOND = drafted(FIRST, SECOND, {"no-budget": "lost"}, ground="the second process")
TO_THIRD = drafted(
    SECOND,
    THIRD,
    {"demo": "qualification", "offer": "proposal", "negotiation": "proposal", "waiting": "on hold", "legal": "on hold"},
    ground="the third process",
)


class Chance:
    """Choices that are the same on every Python: of `Random`, only `random()` promises its sequence."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - invented deals are no secrets

    def below(self, limit: int) -> int:
        return int(self._random.random() * limit)

    def pick(self, items: Sequence[Any]) -> Any:
        return items[self.below(len(items))]


def known(deal: Opportunity, at: datetime) -> dict[str, Any]:
    """Return what somebody learns of a deal who asks all that rules want to know."""
    answers = (Answer(criterion=name, certainty="verified", at=at) for name in ("need", "budget"))
    return {
        "amount": Money.of(5000, "EUR"),
        "offer": {"price": Money.of(4500, "EUR")},
        "loss": LossReport(reason="price"),
        "qualification": deal.qualification.answered(*answers),
    }


def stepped(template: StageTemplate[Opportunity], deal: Opportunity, chance: Chance) -> Opportunity:
    """Move a deal somewhere that it may go, with all that is asked; where it may go nowhere it stays."""
    at = deal.history[-1].at + timedelta(hours=1 + chance.below(40))
    how: dict[str, Any] = {"at": at, "by": REP, "ground": "they asked for it", "update": known(deal, at)}
    ways = [to for to, verdict in template.options(deal, **how).items() if verdict]
    # most deals go on for a while before they end
    open_ways = [to for to in ways if template.stage(to).outcome is None]
    to = chance.pick(open_ways if open_ways and chance.below(5) else ways) if ways else None
    return template.move(deal, to=to, **how) if to else deal


def walked(template: StageTemplate[Opportunity], deal: Opportunity, chance: Chance) -> Opportunity:
    for _ in range(chance.below(5)):
        deal = stepped(template, deal, chance)
    return deal


def begun(template: StageTemplate[Opportunity], number: int, chance: Chance) -> Opportunity:
    deal = Opportunity(id=f"D-{number}", name=f"Deal {number}")
    at = DAY_ONE + timedelta(days=chance.below(60))
    return walked(template, template.start(deal, at=at, by=REP), chance)


def read(plan: MigrationPlan) -> MigrationPlan:
    """Return a plan as somebody has it who was sent its JSON."""
    return MigrationPlan.model_validate_json(plan.model_dump_json())


def carried(plan: MigrationPlan, deals: list[Opportunity], at: datetime) -> list[Opportunity]:
    """Migrate deals, of which no verdict is false, and do it all again."""
    assert all(plan.dry_run(deals, at=at))
    moved = [plan.apply(deal, at=at, by=REP) for deal in deals]
    assert [plan.apply(deal, at=at + timedelta(days=1)) for deal in moved] == moved
    return moved


@cache
def voyage() -> tuple[tuple[Opportunity, ...], ...]:
    """Return the deals under the first version, under the second, and under the third at last.

    A fifth of them begins under the second version and a fifth under the third; a fifth of the others sleeps through
    the second one and goes from the first to the third at once.
    """
    chance, half, year = Chance(20260105), DAY_ONE + timedelta(days=300), DAY_ONE + timedelta(days=600)
    first = [begun(FIRST, number, chance) for number in range(DEALS * 3 // 5)]
    asleep, awake = first[::5], [deal for place, deal in enumerate(first) if place % 5]
    second = [walked(SECOND, deal, chance) for deal in carried(read(TO_SECOND), awake, half)]
    second += [begun(SECOND, DEALS + number, chance) for number in range(DEALS // 5)]
    third = carried(read(TO_THIRD), second, year) + carried(read(TO_SECOND).then(read(TO_THIRD)), asleep, year)
    third = [walked(THIRD, deal, chance) for deal in third]
    third += [begun(THIRD, 2 * DEALS + number, chance) for number in range(DEALS // 5)]
    return tuple(first), tuple(second), tuple(third)


def test_both_plans_are_total_and_change_no_outcome() -> None:
    for plan in (TO_SECOND, TO_THIRD, TO_SECOND.then(TO_THIRD)):
        assert (plan.unmapped, plan.unsaid) == ((), ())


def test_a_thousand_deals_go_through_three_versions_and_an_audit_clears_them_all() -> None:
    *_, deals = voyage()
    assert len(deals) == DEALS
    assert {str(deal.template) for deal in deals} == {"acme-b2b 3"}
    judged = audit(VERSIONS, deals)
    assert list(judged) == []
    assert (judged.deals, judged.rows) == (DEALS, sum(len(deal.history) for deal in deals))


def test_the_deals_went_every_way_there_is() -> None:
    *_, deals = voyage()
    kinds = Counter(change.kind for deal in deals for change in deal.history)
    assert kinds.keys() == set(get_args(Kind)) - {"adopted", "updated"}
    migrations = Counter(sum(change.kind == "migrated" for change in deal.history) for deal in deals)
    assert migrations == {0: 200, 1: 320, 2: 480}
    at_rest = {deal.stage for deal in deals if deal.left}
    assert at_rest == {"on hold", "won", "lost", "dormant"}


def test_every_stage_was_left_by_some_migration() -> None:
    *_, deals = voyage()
    migrations = [
        (str(change.template), change.source) for deal in deals for change in deal.history if change.kind == "migrated"
    ]
    assert {stage for template, stage in migrations if template == "acme-b2b 2"} == {each.id for each in FIRST.stages}
    assert {stage for template, stage in migrations if template == "acme-b2b 3"} > {each.id for each in SECOND.stages}


def test_the_history_alone_gives_each_deal_back_and_so_does_its_json() -> None:
    *_, deals = voyage()
    for deal in deals:
        assert THIRD.replay(Opportunity(id=deal.id), deal.history, earlier=[FIRST, SECOND]) == deal
        assert Opportunity.model_validate_json(deal.model_dump_json()) == deal


def test_no_migration_opened_a_closed_deal_or_closed_an_open_one() -> None:
    *_, deals = voyage()
    by_version = {template.ref: template for template in VERSIONS}
    for deal in deals:
        for before, change in pairwise(deal.history):
            if change.kind == "migrated":
                was, now = by_version[before.template], by_version[change.template]  # type: ignore[index]
                assert was.stage(before.target).outcome == now.stage(change.target).outcome


def test_a_version_that_is_not_given_and_one_migration_that_is_forged_are_found() -> None:
    *_, deals = voyage()
    assert {each.code for each in audit([FIRST, THIRD], deals)} == {"unknown_template"}
    sound = next(deal for deal in deals if deal.history[-1].kind == "migrated")
    forged = sound.model_copy(update={"history": sound.history[:-1]})
    assert [each.code for each in audit(VERSIONS, [*deals, forged])].count("wrong_end") > 0
