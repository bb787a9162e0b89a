"""Selling: the people who sell, records that lack nothing, and what the built-in templates say of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from acme import NOW, days
from salesflow import (
    Actor,
    Answer,
    Customer,
    Lead,
    LossReport,
    Money,
    Offer,
    Opportunity,
    Qualification,
    StageTemplate,
    templates,
)
from salesflow.records import Item, Record

Template = StageTemplate[Any]

PROCESSES = (
    "bitrix24-flow",
    "classic-pipeline",
    "four-step",
    "heflo-process",
    "jobphoning-process",
    "sales-lifecycle",
    "seven-step",
)
"""The processes of a sale, which move opportunities."""
NAMES = (*PROCESSES, "lead", "after-sales")
"""These, and what lies before and behind them."""

REP = Actor(id="rosa", roles=("rep",))
MANAGER = Actor(id="marc", roles=("account_manager",))
MARKETER = Actor(id="mia", roles=("marketing",))
EVERYBODY = Actor(id="all", roles=("rep", "account_manager", "marketing", "field_sales", "tele_prospector"))

LOSS = LossReport(reason="price", account="two calls, then silence", lesson="name the price sooner")
OFFER = Offer(items=(Item(name="seat"),), price=Money.of(12000, "EUR"), months=24)
OF_KIND: dict[type[Record], dict[str, Any]] = {
    Lead: {"email": "ann@acme.example", "opportunity": "D-1"},
    Opportunity: {"offer": OFFER},
    Customer: {"contract_end": date(2027, 1, 31)},
}


def criteria_of(template: Template) -> tuple[str, ...]:
    return tuple(criterion.id for criterion in template.framework.criteria)


def answered(*criteria: str) -> Qualification:
    ways = {"authority": "access"}
    met = (Answer(criterion=each, certainty="claimed", at=NOW, way=ways.get(each)) for each in criteria)
    return Qualification(answers=tuple(met))


def complete(template: Template, *, without: str = "", **fields: Any) -> Any:
    """Return a record that lacks nothing in that template, but for a criterion and for what is changed."""
    met = answered(*(each for each in criteria_of(template) if each != without))
    known: dict[str, Any] = {"name": "Acme", "owner": "rosa", "source": "web", "loss": LOSS, "lessons": "call sooner"}
    given = {"id": "R-1", "qualification": met, **known, **OF_KIND[template.record], **fields}
    return template.record.model_validate(given)


def sitting(template: Template, stage: str, record: Record | None = None, **how: Any) -> Any:
    """Return a record, or else one that lacks nothing, in that stage."""
    return template.adopt(complete(template) if record is None else record, stage=stage, at=NOW, **how)


def refusals(template: Template, record: Record, to: str, **how: Any) -> list[str]:
    """Return the keys of what refuses the move, which anybody may ask for."""
    verdict = template.check(record, **{"to": to, "at": days(1), "by": EVERYBODY, **how})
    return [refusal.key for refusal in verdict.refusals]


def warnings(template: Template, record: Record, to: str) -> list[str]:
    """Return the keys of what the move, which is allowed, warns of."""
    verdict = template.check(record, to=to, at=days(1), by=EVERYBODY)
    assert verdict
    return [warning.key for warning in verdict.warnings]


def in_order(template: Template) -> list[str]:
    """Return the open stages that stand in the order."""
    return [stage.id for stage in template.stages if stage.open and not stage.hold]


def closing(template: Template, outcome: str) -> str:
    """Return the one stage that closes a record so."""
    (stage,) = [stage.id for stage in template.stages if stage.outcome == outcome]
    return stage


def got(name: str) -> Template:
    return templates.get(name)
