"""Seeded bugs: systems in which one line is wrong, each with the same system as it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine

import little_crm
from laws.story import STORY
from salesflow.history import Change
from salesflow.testing import Ask, Lack, Reasons, template_state_machine
from seeded.shop import Shop
from test_little_crm import PROCESS, LittleCrm

Machine = type[RuleBasedStateMachine]


@dataclass(frozen=True)
class Bug:
    """A bug: what is wrong, and the machine that drives the system with it; `sound` drives it without."""

    name: str
    machine: Machine
    sound: str
    line: tuple[str, str] | None = None
    """For a bug of the little CRM: the line as it is, and as it is wrong."""

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Plant it, and take it out again."""
        with changed(*self.line) if self.line else nullcontext():
            yield


@contextmanager
def changed(right: str, wrong: str) -> Iterator[None]:
    """Run the little CRM with one line of its source changed."""
    source, kept = Path(little_crm.__file__).read_text("utf-8"), dict(vars(little_crm))
    assert source.count(right) == 1, right
    exec(compile(source.replace(right, wrong), little_crm.__file__, "exec"), vars(little_crm))  # noqa: S102 - our own
    try:
        yield
    finally:
        vars(little_crm).update(kept)


# -- the little CRM -----------------------------------------------------------------------------------------


class Hasty(LittleCrm):
    """The little CRM behind a form that does not say which version of the deal its user saw."""

    def move(self, ask: Ask) -> Reasons:
        return super().move(replace(ask, version=None))

    def update(self, ask: Ask) -> Reasons:
        return super().update(replace(ask, version=None))


def renamed(*aliases: str) -> Any:
    """Return the process of the little CRM in which `offer` has another name."""
    stages = (
        each.model_copy(update={"id": "proposal", "aliases": aliases}) if each.id == "offer" else each
        for each in PROCESS.stages
    )
    return PROCESS.model_copy(update={"stages": tuple(stages)})


class OldNames(LittleCrm):
    """The little CRM, which calls `offer` what the template calls `proposal`."""

    def move(self, ask: Ask) -> Reasons:
        return super().move(replace(ask, to={"proposal": "offer"}.get(ask.to, ask.to)))


# -- the shop -----------------------------------------------------------------------------------------------


class LostGoesToWon(Shop):
    def moved(self, deal: Any, ask: Ask) -> Any:
        out_of_lost = deal.stage in {"lost", "spam"} and ask.to == "won"
        return super().moved(deal.model_copy(update={"stage": "negotiation"}) if out_of_lost else deal, ask)


class NamesTheFirstReason(Shop):
    def refused(self, ask: Ask, reasons: list[str]) -> Reasons:
        return super().refused(ask, reasons[:1])


class ForgetsTheSecondStepBack(Shop):
    def kept(self, before: Any, after: Any) -> Any:
        back = [each.kind == "moved_back" for each in after.history]
        return after.model_copy(update={"history": before.history}) if back[-1] and sum(back) == 2 else after


class KeepsTheClosingDate(Shop):
    def kept(self, before: Any, after: Any) -> Any:
        return after.model_copy(update={"closed_at": after.closed_at or (before and before.closed_at)})


class SkipsPastQualification(Shop):
    def moved(self, deal: Any, ask: Ask) -> Any:
        skips = deal.stage == "contact" and ask.to == "demo"
        return super().moved(deal.model_copy(update={"stage": "qualification"}) if skips else deal, ask)


class ResumesElsewhere(Shop):
    def kept(self, before: Any, after: Any) -> Any:
        resumed = after.history[-1].kind == "resumed"
        return after.model_copy(update={"stage": "contact"}) if resumed else after


class TakesTheStageForTheVersion(Shop):
    def version(self, deal: Any) -> Any:
        return deal.stage


class ForgetsKeys(Shop):
    def save(self, ask: Ask, act: Callable[[Any], Any]) -> Reasons:
        return super().save(replace(ask, key=f"{len(self.keys)}"), act)


class AsksNoVersion(Shop):
    """Sound, though it takes the last word of anybody."""

    def version(self, deal: Any) -> Any:
        return None

    def save(self, ask: Ask, act: Callable[[Any], Any]) -> Reasons:
        return super().save(replace(ask, version=None), act)


class ForgetsKeysAndAsksNoVersion(AsksNoVersion, ForgetsKeys):
    pass


class WritesHistoryFirst(Shop):
    def refused(self, ask: Ask, reasons: list[str]) -> Reasons:
        deal = self.deals.get(ask.deal)
        if deal:
            self.deals[ask.deal] = deal.model_copy(update={"history": (*deal.history, deal.history[-1])})
        return super().refused(ask, reasons)


class ForgetsTheGroundOfAnOverride(Shop):
    def row(self, change: Change) -> dict[str, Any]:
        return super().row(replace(change, ground=None) if change.overrode else change)


class ForgetsTheZone(Shop):
    def row(self, change: Change) -> dict[str, Any]:
        return {**super().row(change), "at": change.at.replace(tzinfo=None)}


class OffersWithoutTheGround(Shop):
    def options(self, ask: Ask) -> list[str]:
        return super().options(replace(ask, ground=None))


class ForgetsOptionsOutOfHold(Shop):
    def options(self, ask: Ask) -> list[str]:
        held = self.template.stage(self.deals[ask.deal].stage).hold
        return super().options(ask)[:1] if held else super().options(ask)


class SavesEveryDeal(Shop):
    def kept(self, before: Any, after: Any) -> Any:
        self.deals = {id: deal.model_copy(update={"name": after.name}) for id, deal in self.deals.items()}
        return after


# -- the table ----------------------------------------------------------------------------------------------


def shop(kind: Callable[[Any], Shop], *, without: tuple[Lack, ...] = ()) -> Machine:
    """Return the machine that drives a shop through the template of the story."""
    return template_state_machine(STORY, system=partial(kind, STORY), without=without)


LITTLE = template_state_machine(PROCESS, system=LittleCrm)
HASTY = template_state_machine(PROCESS, system=Hasty, without=("versions",))

SOUND: dict[str, Machine] = {
    "the little CRM": LITTLE,
    "the little CRM without versions": HASTY,
    "the little CRM under a new name of a stage": template_state_machine(renamed("offer"), system=OldNames),
    "the shop": shop(Shop),
    "the shop without versions": shop(AsksNoVersion, without=("versions",)),
}
"""Every system that bugs are planted in, as it should be."""


def _little(name: str, right: str, wrong: str, *, hasty: bool = False) -> Bug:
    of = "the little CRM without versions" if hasty else "the little CRM"
    return Bug(name, SOUND[of], of, (right, wrong))


def _shop(name: str, kind: Callable[[Any], Shop]) -> Bug:
    return Bug(name, shop(kind), "the shop")


BUGS: tuple[Bug, ...] = (
    _little(
        "lost goes to won",
        'return ground if to == "contact" else ["closed"]',
        'return ground if to == "contact" else [] if to == "won" else ["closed"]',
    ),
    _shop("lost goes to won", LostGoesToWon),
    _little("only the first reason is named", "raise RefusedError(*reasons)", "raise RefusedError(reasons[0])"),
    _shop("only the first reason is named", NamesTheFirstReason),
    _little(
        "a change is forgotten where the same step was made before",
        "at TEXT, by TEXT, reason TEXT);",
        "at TEXT, by TEXT, reason TEXT, UNIQUE (deal, source, target) ON CONFLICT IGNORE);",
    ),
    _shop("a change is forgotten on the second step back", ForgetsTheSecondStepBack),
    _little(
        "a reopening keeps the closing date",
        'at.isoformat() if to in {"won", "lost"} else None',
        'at.isoformat() if to in {"won", "lost"} else before["closed_at"]',
    ),
    _shop("a reopening keeps the closing date", KeepsTheClosingDate),
    _little(
        "a skip asks nothing of what it passes", "missing(deal, STAGES[start + 1 : end + 1])", "missing(deal, [to])"
    ),
    _shop("a skip past qualification", SkipsPastQualification),
    _little(
        "a hold resumes elsewhere",
        'before["stage"] if to == "parked" else None',
        'STAGES[0] if to == "parked" else None',
    ),
    _shop("a hold resumes elsewhere", ResumesElsewhere),
    _little("a stale write is accepted (A→B→A)", "version = version + 1", "version = :stage"),
    _shop("a stale write is accepted (A→B→A)", TakesTheStageForTheVersion),
    _little("a repeated request is applied twice", "INSERT OR IGNORE", "INSERT OR REPLACE", hasty=True),
    _shop("a repeated request is no longer done", ForgetsKeys),
    Bug(
        "a repeated request is applied twice",
        shop(ForgetsKeysAndAsksNoVersion, without=("versions",)),
        "the shop without versions",
    ),
    _shop("history is written though the move was refused", WritesHistoryFirst),
    Bug(
        "a stage is renamed without an alias",
        template_state_machine(renamed(), system=OldNames),
        "the little CRM under a new name of a stage",
    ),
    _shop("an override is recorded without its ground", ForgetsTheGroundOfAnOverride),
    _little(
        "times are stored without a zone", "to, at=at, by=by, reason", "to, at=at.replace(tzinfo=None), by=by, reason"
    ),
    _shop("times are stored without a zone", ForgetsTheZone),
    _little(
        "options differ from what a move does", "why_not(read, to, roles, reason)", "why_not(read, to, roles, None)"
    ),
    _shop("options differ from what a move does", OffersWithoutTheGround),
    _shop("options out of a hold are forgotten", ForgetsOptionsOutOfHold),
    _little("a save goes to every deal", "WHERE id = :id", "WHERE :id = :id"),
    _shop("a save goes to every deal", SavesEveryDeal),
)
"""Every seeded bug."""
