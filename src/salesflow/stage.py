"""Stages: the named steps of a process, with what must hold to enter them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from salesflow.rules import Rule
from salesflow.values import Duration, Frozen, FrozenMap, Id, Prose, Text, Whole

__all__ = ["Forecast", "Life", "Outcome", "Stage"]

Outcome = Literal["won", "lost"]
Life = Literal["active", "deprecated", "retired"]
Forecast = Literal["pipeline", "best_case", "most_likely", "commit", "closed", "omitted"]


class Stage(Frozen):
    """A step of the process. Its id is whatever the host stores; labels are for people."""

    id: Id
    """What the host stores. It need not be a word: labels are for people."""
    label: Text = ""
    """What people read; the id where there is none."""
    labels: FrozenMap[Text] = FrozenMap[Text]()
    """The label by language: `{"fr": "Négociation"}`."""
    description: Prose = ""
    """What happens here, for people."""
    outcome: Outcome | None = None
    """How a record is closed here; None while it is open."""
    hold: StrictBool = False
    """A hold stands outside the order of the stages and stops the clock."""
    rules: tuple[Rule, ...] = Field(default=(), max_length=256)
    """What must hold to enter."""
    skippable: StrictBool = False
    """A stated ground may pass over this stage, and waives its rules."""
    probability: Annotated[Whole, Field(ge=0, le=100)] | None = None
    """The chance to win, in percent."""
    forecast: Forecast | None = None
    """The category of a forecast that records here are counted in: information, not a rule."""
    roles: tuple[Id, ...] = ()
    """Who works a record here: information, not a rule."""
    follow_up_every: Duration | None = None
    """How often a record here wants to be looked after, such as P3D."""
    max_age: Duration | None = None
    """How long a record should stay at most."""
    aliases: tuple[Id, ...] = ()
    """Ids that this stage had before it was renamed."""
    life: Life = "active"
    """Nothing starts in a deprecated stage; a retired one can only be left."""

    @property
    def open(self) -> bool:
        """Whether a record here is still in play."""
        return self.outcome is None

    def name(self, language: str = "") -> str:
        """Return the label in that language, else the plain label, else the id."""
        return self.labels.get(language) or self.label or self.id
