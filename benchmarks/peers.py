"""Peers: the same process in other libraries, and by hand, each as its user would write it."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from statemachine import State, StateMachine
from transitions import Machine
from viewflow import fsm

from salesflow import Opportunity

# -- by hand ------------------------------------------------------------------------------------------------

LOOK_UP: dict[tuple[str | None, str], Callable[[Opportunity], bool]] = {
    ("contact", "proposal"): lambda deal: deal.amount is not None
}
"""The pairs of stages between which a deal may go, and what each asks."""


def may_go(deal: Opportunity, to: str) -> bool:
    """The look-up with its guard, as a function that can be asked about any pair."""
    guard = LOOK_UP.get((deal.stage, to))
    return guard is not None and guard(deal)


# -- a plain model ------------------------------------------------------------------------------------------


class Plain:
    """A mutable deal, as peers move it."""

    def __init__(self, amount: int) -> None:
        self.amount = amount
        self.stage = "contact"


# -- transitions --------------------------------------------------------------------------------------------


def triggered(models: list[Any]) -> Machine:
    """Give many models to one machine: without a guard, and without the transitions that it would add by itself."""
    return Machine(
        models,
        states=["contact", "proposal", "won", "lost"],
        transitions=[["propose", "contact", "proposal"]],
        initial="contact",
        model_attribute="stage",
        auto_transitions=False,
    )


# -- django-viewflow ----------------------------------------------------------------------------------------


class Stages(enum.Enum):
    CONTACT = "contact"
    PROPOSAL = "proposal"
    WON = "won"
    LOST = "lost"


class DealFlow:
    """A flow beside its deal, as viewflow's documentation shows it; it needs no database."""

    stage = fsm.State(Stages, default=Stages.CONTACT)

    def __init__(self, deal: Plain) -> None:
        self.deal = deal

    @stage.setter()
    def _set_stage(self, value: Stages) -> None:
        self.deal.stage = value.value

    @stage.getter()
    def _get_stage(self) -> Stages:
        return Stages(self.deal.stage)

    def has_amount(self) -> bool:
        return self.deal.amount is not None

    @stage.transition(source=Stages.CONTACT, target=Stages.PROPOSAL, conditions=[has_amount])
    def propose(self) -> None:
        """Go on to `proposal`."""


# -- python-statemachine ------------------------------------------------------------------------------------


class DealMachine(StateMachine):
    """A machine with a guard on each of its two ways; those that close the deal are never taken."""

    contact = State(initial=True)
    proposal = State()
    won = State(final=True)
    lost = State(final=True)

    propose = contact.to(proposal, cond="has_amount")
    back = proposal.to(contact, cond="has_amount")
    win = proposal.to(won)
    lose = contact.to(lost) | proposal.to(lost)

    def has_amount(self) -> bool:
        return self.model.amount is not None


def machine_of(deal: Plain) -> DealMachine:
    return DealMachine(deal, state_field="stage")
