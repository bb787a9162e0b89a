"""salesflow: a sales process as a state machine that other programs embed."""

from salesflow.audit import audit
from salesflow.errors import HistoryError, LoadError, MoveRefused, SalesflowError, TemplateError
from salesflow.eventlog import audit_log
from salesflow.findings import Audit
from salesflow.lint import lint
from salesflow.loading import load_template
from salesflow.machine import machine_class
from salesflow.moves import Move, Policy
from salesflow.qualification import Answer, Qualification
from salesflow.records import Customer, Lead, LossReport, Offer, Opportunity
from salesflow.rules import all_of, any_of, compare, none_of, present, qualified, role, rule
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.values import Actor, Money
from salesflow.verdict import Finding, Verdict

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
    "lint",
    "load_template",
    "machine_class",
    "none_of",
    "present",
    "qualified",
    "role",
    "rule",
]
