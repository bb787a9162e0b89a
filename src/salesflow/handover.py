"""Hand-overs: a lead becomes an opportunity, a won one a customer, and whom a customer refers becomes a lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from salesflow._apply import first_error, validated
from salesflow._phrases import phrase
from salesflow._sides import New, Step, begun, refuse, stage_named, won_with
from salesflow.errors import MoveRefused
from salesflow.history import Change
from salesflow.records import Customer, Lead, Opportunity, Record
from salesflow.template import StageTemplate
from salesflow.values import Actor, FrozenMap, Id, shown
from salesflow.verdict import Refusal, Verdict, refusal

__all__ = [
    "CUSTOMER_TO_LEAD",
    "LEAD_TO_OPPORTUNITY",
    "OPPORTUNITY_TO_CUSTOMER",
    "Conversion",
    "HandOver",
    "convert",
    "hand_over",
    "refer",
]

R = TypeVar("R", bound=Record)
S = TypeVar("S", bound=Record)
L = TypeVar("L", bound=Lead)
D = TypeVar("D", bound=Opportunity)
C = TypeVar("C", bound=Customer)


def _same(*names: str) -> FrozenMap[str]:
    return FrozenMap({name: name for name in names})


LEAD_TO_OPPORTUNITY: FrozenMap[str] = _same(
    "name", "owner", "amount", "source", "segment", "qualification", "activities", "objections", "fields"
)
"""What an opportunity takes from its lead. Not approvals: what was allowed for one record is not for another."""

OPPORTUNITY_TO_CUSTOMER: FrozenMap[str] = _same("name", "owner", "amount", "source", "segment", "fields")
"""What a customer takes from its deal: no answers, activities or objections, which belong to that sale."""

CUSTOMER_TO_LEAD: FrozenMap[str] = _same("owner")
"""What a lead takes from the customer that referred it: it is somebody else, looked after by the same person."""


class Conversion(NamedTuple, Generic[L, D]):
    """A lead that was converted, and the opportunity that came of it."""

    lead: L
    opportunity: D


class HandOver(NamedTuple, Generic[D, C]):
    """A deal that was won, and the customer that came of it."""

    opportunity: D
    customer: C


def convert(  # noqa: PLR0913 - two processes, and what each is asked
    lead: L,
    template: StageTemplate[D],
    *,
    leads: StageTemplate[L],
    id: str,
    at: datetime,
    by: Actor | None = None,
    carry: Mapping[str, str] = LEAD_TO_OPPORTUNITY,
    update: Mapping[str, Any] | None = None,
    to: str | None = None,
    won: str | None = None,
    ground: str | None = None,
) -> Conversion[L, D]:
    """Return the lead, won in its process `leads`, and the opportunity `id` started in `template`: both or neither.

    `carry` maps fields of the opportunity, `fields.name` among them, to paths of the lead; a path without a value gives
    nothing. `update` lies on top of it. `to` is where the opportunity starts; `won` names the stage that wins, where
    there are several. The ground is stated on both changes. A lead that sits in a won stage already is linked without a
    move. It is converted once only: `Lead.opportunity`, once set, stays.

    Raises MoveRefused with every reason of both sides; those of the opportunity have the parameter `record`.
    """
    misfits = (_misfit("template", template, Opportunity), _misfit("leads", leads, Lead))
    step = Step(_sound(lead, Lead, id, *misfits), at, by, ground)
    new = New(template, carry, update, to, {"lead": lead.id})
    return Conversion(
        *_both(lead, lambda: _converted(lead, leads, step, won), "opportunity", lambda: begun(lead, new, step))
    )


def hand_over(  # noqa: PLR0913 - two processes, and what each is asked
    opportunity: D,
    template: StageTemplate[C],
    *,
    deals: StageTemplate[D],
    id: str,
    at: datetime,
    by: Actor | None = None,
    carry: Mapping[str, str] = OPPORTUNITY_TO_CUSTOMER,
    update: Mapping[str, Any] | None = None,
    to: str | None = None,
    won: str | None = None,
    ground: str | None = None,
) -> HandOver[D, C]:
    """Return the won deal with its customer, and the customer `id` started in `template`: both or neither.

    A deal that is not won is refused, unless `won` names the stage to win it in, in the same step. It is handed over
    once only: a deal of another customer is refused, and one that was given this one when it was won or later. A deal
    that named this customer before, such as the id of an account, is handed over; where the customer has a process
    already, as of a deal that sells more to it, do not. The other arguments are those of `convert`.

    Raises MoveRefused with every reason of both sides; those of the customer have the parameter `record`.
    """
    misfits = (_misfit("template", template, Customer), _misfit("deals", deals, Opportunity))
    step = Step(_sound(opportunity, Opportunity, id, *misfits), at, by, ground)
    new = New(template, carry, update, to, {"opportunity": opportunity.id})
    return HandOver(
        *_both(
            opportunity,
            lambda: _handed_over(opportunity, deals, step, won),
            "customer",
            lambda: begun(opportunity, new, step),
        )
    )


def refer(
    customer: Customer,
    template: StageTemplate[L],
    *,
    id: str,
    at: datetime,
    by: Actor | None = None,
    carry: Mapping[str, str] = CUSTOMER_TO_LEAD,
    update: Mapping[str, Any] | None = None,
    to: str | None = None,
    ground: str | None = None,
) -> L:
    """Return the lead `id` that the customer referred, started in `template`; the customer stays as it is.

    Its source is "referral", unless `carry` or `update` says otherwise. The arguments are those of `convert`.

    Raises MoveRefused with every reason; its record is the lead, as far as there is one.
    """
    step = Step(_sound(customer, Customer, id, _misfit("template", template, Lead)), at, by, ground)
    links = {"referred_by": customer.id}
    return begun(customer, New(template, carry, update, to, links, {"source": "referral"}), step)


# -- arguments ----------------------------------------------------------------------------------------------


_id: TypeAdapter[str] = TypeAdapter(Id, config=ConfigDict(defer_build=True))


def _sound(record: object, wanted: type[Record], id: object, *misfits: Refusal | None) -> str:
    """Return the id in its clean form, or refuse what nothing can be judged without. Raises MoveRefused."""
    clean = _clean(id)
    found = (_stranger(record, wanted), *misfits, clean)
    faults = [each for each in found if isinstance(each, Refusal)]
    if faults or isinstance(clean, Refusal):
        refuse(record, *faults)
    return clean


def _stranger(record: object, wanted: type[Record]) -> Refusal | None:
    if not isinstance(record, wanted):
        return refusal("record.invalid", why="wanted", wanted=wanted.__name__, type=type(record).__name__)
    try:
        validated(dict(record), type(record))
    except Exception as error:  # noqa: BLE001 - whatever its class says of one put together behind its back
        return refusal("record.broken", error=first_error(error))
    return None


def _clean(id: object) -> str | Refusal:
    try:
        return _id.validate_python(id)
    except ValidationError as error:
        return refusal("id.invalid", error=first_error(error))


def _misfit(name: str, template: StageTemplate[Any], wanted: type[Record]) -> Refusal | None:
    kind = template.record.kind if _is_template(template) else None
    if kind == wanted.kind:
        return None
    found = phrase("kinds.of", kinds=phrase(f"kinds.{kind}")) if kind else type(template).__name__
    return refusal("template.invalid", name, wanted=phrase(f"kinds.{wanted.kind}"), found=found)


def _is_template(thing: object) -> bool:
    return isinstance(thing, StageTemplate)


# -- the record that is there -------------------------------------------------------------------------------


def _converted(lead: L, leads: StageTemplate[L], step: Step, won: Any) -> L:
    if lead.opportunity is not None:
        refuse(lead, refusal("lead.converted", opportunity=shown(lead.opportunity)))
    return won_with(lead, leads, {"opportunity": step.id}, step, won)


def _handed_over(deal: D, deals: StageTemplate[D], step: Step, won: Any) -> D:
    if deal.customer not in (None, step.id):
        refuse(deal, refusal("deal.handed_over", customer=shown(deal.customer)))
    if deal.customer is not None:
        _refuse_twice(deal, deals)
    here = stage_named(deals, deal.stage)
    if won is None and (here is None or here.outcome != "won"):
        refuse(deal, refusal("deal.not_won", missing=("won",)))
    return won_with(deal, deals, {"customer": step.id}, step, won)


def _refuse_twice(deal: D, deals: StageTemplate[D]) -> None:
    """Refuse a deal that was given its customer by winning or after it, or may have been. Raises MoveRefused."""
    naming = [change for change in deal.history if "customer" in change.set]
    # what was said again, or of another customer and taken back, does not tell of this one
    since = max((place for place, each in enumerate(naming) if each.set["customer"] != deal.customer), default=-1)
    if any(_at_the_end(change, deals) for change in naming[since + 1 :]):
        refuse(deal, refusal("deal.handed_over", customer=shown(deal.customer)))
    if deal.changes_before and since < 0:
        refuse(deal, refusal("deal.handed_over", why="unknown", status="unreadable", customer=shown(deal.customer)))


def _at_the_end(change: Change, deals: StageTemplate[Any]) -> bool:
    stage = stage_named(deals, change.target)
    return change.kind in {"won", "updated"} and stage is not None and stage.outcome == "won"


# -- both or neither ----------------------------------------------------------------------------------------


_ASKED_OF_BOTH = frozenset({"time.naive", "time.invalid", "actor.invalid", "ground.invalid"})
"""What is wrong with the step, and not with either record: it is told once."""


def _both(record: R, close: Callable[[], R], kind: str, begin: Callable[[], S]) -> tuple[R, S]:
    """Return the record closed and the new one, of that kind. Raises MoveRefused with the reasons of both sides."""
    closed, near = _tried(record, close)
    started, far = _tried(record, begin)
    if closed is not None and started is not None:
        return closed, started
    told = (*near.refusals, *(_of(kind, each) for each in far.refusals))
    raise MoveRefused(record, near.model_copy(update={"refusals": tuple(dict.fromkeys(told))}))


def _tried(record: Record, act: Callable[[], R]) -> tuple[R | None, Verdict]:
    try:
        done = act()
    except MoveRefused as refused:
        return None, refused.verdict
    kind = done.history[-1].kind if done.history else None
    return done, Verdict(source=record.stage, target=shown(done.stage), kind=kind)


def _of(kind: str, reason: Refusal) -> Refusal:
    """Say of which record a reason speaks, where it is the new one."""
    if reason.code in _ASKED_OF_BOTH:
        return reason
    params = FrozenMap[Any]({**reason.params, "record": kind})
    return reason.model_copy(update={"text": f"{kind}: {reason.text}", "params": params})
