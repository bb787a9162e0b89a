"""salesflow: a sales process as a state machine that other programs embed."""

import typing as _typing
from importlib import import_module as _import_module

from salesflow.errors import HistoryError, LoadError, MoveRefused, SalesflowError, TemplateError
from salesflow.money import Money
from salesflow.moves import Move, Policy
from salesflow.qualification import Answer, Qualification
from salesflow.records import Customer, Lead, LossReport, Offer, Opportunity
from salesflow.rules import all_of, any_of, compare, none_of, present, qualified, role, rule
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.values import Actor
from salesflow.verdict import Finding, Verdict

if _typing.TYPE_CHECKING:
    from salesflow.audits import audit
    from salesflow.contacts import same_lead
    from salesflow.eventlog import audit_log
    from salesflow.evolve import diff
    from salesflow.findings import Audit
    from salesflow.handover import convert, hand_over, refer
    from salesflow.linting import lint
    from salesflow.loading import load_template
    from salesflow.machine import machine_class
    from salesflow.ranking import priority
    from salesflow.reminders import due
else:
    # out of a type checker's sight, so that it goes on to tell which names are not there
    def __getattr__(name: str) -> object:
        if name not in _ON_USE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(_import_module(f"salesflow.{_ON_USE[name]}"), name)
        return found


__all__ = [
    "Actor",
    "Answer",
    "Audit",
    "Customer",
    "Finding",
    "HistoryError",
    "Lead",
    "LoadError",
    "LossReport",
    "Money",
    "Move",
    "MoveRefused",
    "Offer",
    "Opportunity",
    "Policy",
    "Qualification",
    "SalesflowError",
    "Stage",
    "StageTemplate",
    "TemplateError",
    "Verdict",
    "all_of",
    "any_of",
    "audit",
    "audit_log",
    "compare",
    "convert",
    "diff",
    "due",
    "hand_over",
    "lint",
    "load_template",
    "machine_class",
    "none_of",
    "present",
    "priority",
    "qualified",
    "refer",
    "role",
    "rule",
    "same_lead",
]

_ON_USE = {
    "Audit": "findings",
    "audit": "audits",
    "audit_log": "eventlog",
    "convert": "handover",
    "diff": "evolve",
    "due": "reminders",
    "hand_over": "handover",
    "lint": "linting",
    "load_template": "loading",
    "machine_class": "machine",
    "priority": "ranking",
    "refer": "handover",
    "same_lead": "contacts",
}
"""The module of each name that is loaded when it is first used. None may have the name of its module."""


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
