"""Moves: the declared ways between stages, and the policy from which all others follow."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictBool

from salesflow.rules import Rule
from salesflow.values import Frozen, FrozenMap, Id, Text

__all__ = ["Move", "Policy"]


class Move(Frozen):
    """A declared way to `target`. It replaces what the policy says of these pairs.

    It asks the target's rules and its own, and nothing of the stages between: whoever declares a jump means it.
    """

    sources: tuple[Id, ...] = Field(min_length=1, max_length=256)
    """The stages that it leaves."""
    target: Id
    """The stage that it enters."""
    name: Text = ""
    """What people call it: an action such as `resend`."""
    labels: FrozenMap[Text] = FrozenMap[Text]()
    """The name by language: `{"fr": "Relancer"}`."""
    rules: tuple[Rule, ...] = Field(default=(), max_length=256)
    """What must hold, beside the target's own rules."""
    roles: tuple[Id, ...] = ()
    """Who may do it: anybody with one of these roles; everybody when empty."""
    ground: StrictBool = False
    """Whether a ground must be stated."""


class Policy(Frozen):
    """What follows from the order of the stages."""

    start_at: tuple[Id, ...] | None = None
    """Where records start; the first stage when None."""
    next: Literal["free", "declared"] = "free"
    """Whether the step to the next stage follows from the order, or must be declared."""
    skip: Literal["never", "with_ground", "free"] = "never"
    """Stages between may be passed over. The rules of every stage passed over are asked, a skippable one's unless a
    ground is given; a way that passes skippable stages alone is open to a ground even under `never`."""
    back: Literal["never", "with_ground", "free"] = "never"
    """Earlier stages may be entered again, without further questions."""
    lose: Literal["any_time", "declared"] = "any_time"
    """Whether every open stage leads to the lost ones, or each such move must be declared."""
    reopen_from: tuple[Id, ...] | None = None
    """Which closed stages may be reopened; the lost ones when None."""
    reopen_to: tuple[Id, ...] = ()
    """Where a reopened record may go; nowhere by default."""
    lock_closed: StrictBool = False
    """Whether the fields of a closed record are locked until it is reopened."""
