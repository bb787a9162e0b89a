"""Strangers: templates as other people write them, with record classes and rules of their own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from salesflow import (
    Actor,
    Lead,
    Money,
    Move,
    Opportunity,
    Policy,
    Stage,
    StageTemplate,
    any_of,
    compare,
    present,
    qualified,
    role,
    rule,
)
from salesflow.qualification import Criterion, Framework
from salesflow.rules import activity, time_in_stage


class Region(StrEnum):
    NORTH = "north"
    SOUTH = "south"


class Machine(Opportunity):
    """A deal with fields that it must have, within bounds, and validators that look at several."""

    serial: str = Field(pattern="^[A-Z]{2}-[0-9]{4}$")
    region: Region
    units: Annotated[int, Field(ge=1, le=20)]
    share: Annotated[Decimal, Field(gt=0, le=1)] | None = None
    terms: Literal["net30", "net60"] | None = None
    delivery: date | None = None
    discount: Annotated[int, Field(ge=0, le=30)] | None = None
    tags: tuple[str, ...] = ()
    list_price: Money | None = Field(default=None, alias="listPrice")

    @field_validator("tags")
    @classmethod
    def _sorted(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(tags))

    @model_validator(mode="after")
    def _large_deals_have_an_owner(self) -> Machine:
        if self.units > 10 and self.owner is None:
            raise ValueError("more than ten units need an owner")
        return self

    @model_validator(mode="after")
    def _what_is_won_is_delivered(self) -> Machine:
        if self.stage == "sold" and self.delivery is None:
            raise ValueError("what is sold has a delivery date")
        return self


@rule(reads=("units",), text="too many for a trial")
def small(record: Any, *, at: datetime, by: Actor | None) -> bool:
    """Tell whether there are few."""
    return bool(record.units < 50)


@rule(reads=("discount",), text="the discount is not approved")
def fair(record: Any, *, at: datetime, by: Actor | None) -> bool | None:
    """Tell whether the discount is fair, where there is one."""
    return None if record.discount is None else bool(record.discount < 25)


SALE: StageTemplate[Machine] = StageTemplate(
    id="machines",
    version="2026",
    record=Machine,
    stages=(
        Stage(id="Erstkontakt", aliases=("first",)),
        Stage(id="Probe/Test", rules=(present("terms"), small), skippable=True),
        Stage(
            id="Angebot",
            rules=(
                present("discount"),
                fair,
                compare("share", "le", 0.5),
                any_of(present("list_price"), compare("region", "eq", "north"), role("boss"), overridable_by=("boss",)),
                time_in_stage(at_least=timedelta(hours=2)),
            ),
        ),
        Stage(id="pause", hold=True),
        Stage(id="sold", outcome="won", rules=(present("delivery"), present("tags"))),
        Stage(id="gone", outcome="lost", rules=(present("loss.reason"),)),
    ),
    moves=(Move(sources=("Erstkontakt",), target="sold", roles=("boss",), ground=True, name="trade fair"),),
    policy=Policy(skip="with_ground", back="free", reopen_to=("Angebot",), reopen_from=("gone", "sold")),
)


class Applicant(Lead):
    """A lead with a validator that nothing that is guessed meets."""

    code: str

    @model_validator(mode="after")
    def _known(self) -> Applicant:
        if self.code != "open sesame":
            raise ValueError("the code is wrong")
        return self


HIRING: StageTemplate[Applicant] = StageTemplate(
    id="hiring",
    version="1",
    record=Applicant,
    framework=Framework(id="own", criteria=(Criterion(id="skill", ways=("test",)), Criterion(id="wish"))),
    stages=(
        Stage(id="new"),
        Stage(id="talk", rules=(qualified("skill", at_least="verified"), activity("call", at_least=2))),
        Stage(id="hired", outcome="won"),
        Stage(id="declined", outcome="lost"),
    ),
)


@rule(text="nobody passes")
def never(record: Any, *, at: datetime, by: Actor | None) -> bool:
    """Let nobody pass."""
    return False


BLOCKED: StageTemplate[Opportunity] = StageTemplate(
    id="blocked",
    version="1",
    record=Opportunity,
    stages=(Stage(id="open"), Stage(id="won", outcome="won", rules=(never,)), Stage(id="lost", outcome="lost")),
)
