"""Records: leads, opportunities and customers, with what is known of them and what happened to them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from salesflow.history import Change, SharedRef
from salesflow.money import Money, Number
from salesflow.qualification import Qualification
from salesflow.values import Actor, Day, Duration, Frozen, FrozenMap, Id, Prose, Scalar, Text, Time, Whole

__all__ = [
    "Activity",
    "Approval",
    "Customer",
    "Item",
    "Lead",
    "LossReport",
    "Objection",
    "Offer",
    "Opportunity",
    "Record",
]


class Item(Frozen):
    """One line of an offer."""

    name: Text
    quantity: Annotated[Number, Field(gt=0)] = Decimal(1)
    price: Money | None = None
    """The price of one."""


class Offer(Frozen):
    """What was proposed: the product or service, its price, and for how long."""

    items: tuple[Item, ...] = ()
    price: Money | None = None
    months: Annotated[Whole, Field(ge=1, le=1200)] | None = None
    """The length of the contract in calendar months."""
    sent_at: Time | None = None


class Activity(Frozen):
    """Something done with the other side: a call, a meeting, a demo, an e-mail."""

    kind: Id
    at: Time
    by: Id | None = None
    note: Prose = ""
    duration: Duration | None = None


class Objection(Frozen):
    """A doubt raised by the buyer. It is resolved by saying when and how, and stays on record."""

    id: Id
    text: Prose = ""
    raised_at: Time
    resolved_at: Time | None = None
    resolution: Prose = ""

    def open_at(self, at: datetime) -> bool:
        """Whether the objection stood at that moment."""
        return self.raised_at <= at and (self.resolved_at is None or self.resolved_at > at)


class Approval(Frozen):
    """Somebody's yes or no to something that needs one, such as a discount. The latest counts."""

    what: Id
    granted: bool
    at: Time
    by: Actor
    note: Prose = ""


class LossReport(Frozen):
    """Why a deal was lost, and what was learnt from it."""

    reason: Text
    competitor: Text = ""
    account: Prose = ""
    """What was tried with this contact and why it failed."""
    lesson: Prose = ""


class Record(Frozen):
    """What leads, opportunities and customers share. Templates move records; hosts never set the fields below the line.

    Subclass `Lead`, `Opportunity` or `Customer` for typed fields of your own; `fields` takes the untyped ones.
    """

    kind: ClassVar[Literal["lead", "opportunity", "customer"]]

    id: Id
    name: Text = ""
    owner: Id | None = None
    amount: Money | None = None
    source: Text = ""
    """Where it came from: the channel of acquisition."""
    segment: Text = ""
    qualification: Qualification = Qualification.model_construct()
    activities: tuple[Activity, ...] = ()
    objections: tuple[Objection, ...] = ()
    approvals: tuple[Approval, ...] = ()
    loss: LossReport | None = None
    lessons: Prose = ""
    """What was learnt from a deal that was won."""
    fields: FrozenMap[Scalar] = FrozenMap[Scalar]()

    # set by templates alone
    stage: Id | None = None
    """None until started."""
    left: Id | None = None
    """The open stage that a held or closed record left: a hold resumes it, a reopening is judged from it."""
    closed_at: Time | None = None
    reopenings: Annotated[Whole, Field(ge=0)] = 0
    template: SharedRef | None = None
    history: tuple[Change, ...] = ()
    changes_before: Annotated[Whole, Field(ge=0)] = 0
    """How many changes came before those in `history`, where a record carries only the tail of it."""


RESERVED = frozenset({"id", "stage", "left", "closed_at", "reopenings", "template", "history", "changes_before"})
"""The fields that only templates set."""


class Lead(Record):
    """A possible customer that is not yet qualified. Won means converted, lost means abandoned."""

    kind = "lead"

    email: Text = ""
    phone: Text = ""
    company: Text = ""
    referred_by: Id | None = None
    """The customer that recommended us."""
    opportunity: Id | None = None
    """The opportunity that it was converted into: once set, it stays."""


class Opportunity(Record):
    """A deal in play, from qualification to won or lost."""

    kind = "opportunity"

    lead: Id | None = None
    """The lead that it came from."""
    customer: Id | None = None
    offer: Offer | None = None
    expected_close: Day | None = None


class Customer(Record):
    """Who has bought. Won means renewed, lost means churned."""

    kind = "customer"

    opportunity: Id | None = None
    """The deal that made it a customer."""
    contract_end: Day | None = None


KINDS: dict[str, type[Record]] = {"lead": Lead, "opportunity": Opportunity, "customer": Customer}
