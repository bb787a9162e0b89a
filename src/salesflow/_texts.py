"""Texts: what each code says to a person, from its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

TEXTS: dict[str, str] = {
    # rules
    "present": "{subject} is missing",
    "compare": "{subject} is {actual}, not {wanted}",
    "compare.unknown": "{subject} is missing, and must be {wanted}",
    "compare.unlike": "{subject} is {actual}, which cannot be compared with {wanted}",
    "qualified": "the {subject} is answered with no",
    "qualified.unknown": "the {subject} is unknown",
    "qualified.claimed": "the {subject} is claimed, not verified",
    "qualified.way": "how the {subject} is met is not said: by {ways}",
    "qualified.other_way": "the {subject} is met by {ways}, and not by {way!r}",
    "role": "this takes the role {roles}",
    "role.unknown": "this takes the role {roles}, and who acts is not said",
    "activity": "{subject} is on record {count} times, not {wanted}",
    "objections_resolved": "objections are still open: {open}",
    "time_in_stage": "the stage has lasted {actual}, not {wanted}",
    "time_in_stage.unknown": "how long the stage has lasted is not on record",
    "visited": "the stage {subject!r} was never visited",
    "visited.unknown": "whether the stage {subject!r} was visited is not on record",
    "approved": "{subject} was turned down",
    "approved.unknown": "{subject} is not approved yet",
    "approved.role": "{subject} is approved by {by}, not by the role {roles}",
    "any_of": "one of these is needed: {rules}",
    "none_of": "this must not hold: {rules}",
    "none_of.unknown": "this must not hold, and it is unknown whether it does: {rules}",
    "python": "the rule {rule!r} does not hold",
    "python.unknown": "{said}: unknown",
    "python.unbound": "the rule {rule!r} is not bound: template.bind(rules=(…,))",
    "python.answer": "{rule} answered {answer}, and not True, False or None",
    "python.failed": "{rule} failed with {error}",
    "unreadable": "{rule} cannot be judged from the data at hand",
    # where a record may go
    "stage.unknown": "there is no stage {subject!r}",
    "stage.unknown.near": "there is no stage {subject!r}; {near!r} is near",
    "stage.invalid": "a stage is named by its id, not by {type}",
    "stage.same": "the record is in {subject!r} already",
    "stage.retired": "{subject!r} is retired: it can only be left",
    "stage.deprecated": "{subject!r} is deprecated: nothing starts there any more",
    "start.elsewhere": "nothing starts in {subject!r}, but in {starts}",
    "left.invalid": "{stage!r} is not entered from {subject!r}: only a hold or a closed stage has left an open one",
    "move.undeclared": "no move leads from {source!r} to {subject!r}",
    "move.skip": "{subject!r} may not be reached from {source!r}: {passed} would be skipped",
    "move.back": "{subject!r} lies before {source!r}, and nothing steps back",
    "move.closed": "{source!r} is closed, and is not reopened to {subject!r}",
    "move.unnamed": "no move named {subject!r} leaves {source!r}",
    "move.hold": "{source!r} is a hold already: resume first",
    "ground.missing": "a ground must be stated: {reason}",
    # what a caller sent
    "record.invalid": "this template moves {wanted}, not {type}",
    "record.invalid.wanted": "a {wanted} is wanted here, not {type}",
    "record.started": "the record is in {stage!r} already",
    "record.not_started": "the record is not started",
    "record.without_history": "the record sits in {stage!r} without a history: adopt it first",
    "record.closed": "the record is closed, and the policy locks what is closed",
    "record.broken": "the record would break its own class: {error}",
    "host.lacks": "the object has no attribute to hold {subject}",
    "host.broken": "the object's attributes make no record: {error}",
    "host.moved": "the object came to {stage!r} while it was leaving {source!r}",
    "host.edited": "the object is in {stage!r}, and its history ends in {ended!r}: somebody set the stage by hand",
    "template.other": "the record runs through {theirs}, not through {ours}",
    "template.changed": "{ours} is not the definition that last moved the record: give the new one a new version",
    "migration.unmapped": "the plan does not say where {subject!r} leads",
    "migration.outcome": "{subject!r} is {was} and {target!r} is {now}, and the plan does not say that this is meant",
    "time.naive": "the time has no zone",
    "time.invalid": "a time is a datetime with a zone, not {type}",
    "time.back": "the time lies before the last change, at {last}",
    "actor.invalid": "who acts is an Actor, not {type}",
    "ground.invalid": "the ground is not clean text: {error}",
    "update.invalid": "{subject} cannot be set: {error}",
    "update.reserved": "{subject} is set by templates alone",
    "update.reserved.link": "{subject} is set by the hand-over alone",
    "update.unknown": "there is no field {subject!r}",
    "update.unknown.near": "there is no field {subject!r}; {near!r} is near",
    "update.cut": "{subject} is added to and never cut: what was on record must stay",
    "update.cut.link": "{subject} is set once, and is {was!r}",
    "override.invalid": "an override is a tuple or a set of codes, not {type}",
    "override.unknown": "no rule of the template has the key {subject!r}",
    "override.unknown.near": "no rule of the template has the key {subject!r}; {near!r} is near",
    "override.denied": "{subject} may be overridden by {roles}",
    "override.never": "{subject} may be overridden by nobody",
    # what a hand-over asks
    "carry.invalid": "{subject} cannot be carried over: {error}",
    "carry.invalid.mapping": "{subject} maps fields to paths: {error}",
    "carry.missing": "{subject} is required, and neither carry nor update gives a value",
    "carry.reserved": "{subject} is not carried over: templates and hand-overs set it",
    "carry.unknown": "there is no field {subject!r} to carry to",
    "carry.unknown.near": "there is no field {subject!r} to carry to; {near!r} is near",
    "carry.source": "there is no field {subject!r} to carry from",
    "carry.source.near": "there is no field {subject!r} to carry from; {near!r} is near",
    "deal.handed_over": "the deal is handed over already, to the customer {customer!r}",
    "deal.handed_over.unknown": "whether the deal is handed over already, to {customer!r}, is not on record",
    "deal.not_won": "the deal is not won, and the stage to win it in is not named",
    "id.invalid": "the new record has no sound id: {error}",
    "lead.converted": "the lead is converted already, into {opportunity!r}",
    "stage.not_won": "{subject!r} is not a won stage; a won stage is {won}",
    "template.invalid": "{subject} must be a process of {wanted}, not {found}",
    "won.missing": "which stage wins is not said: {won}",
    "won.none": "no stage of {ours} wins",
}


def text(code: str, params: Mapping[str, Any], why: str = "") -> str:
    """Say a code in English, in the variant that `why` names."""
    return TEXTS[f"{code}.{why}" if why else code].format(**params)


_MOST = 8
"""How many names are listed before the rest is counted."""


def _more(count: int) -> str:
    return f"{count} more"


def listed(names: tuple[str, ...] | list[str], word: str = "or", more: Callable[[int], str] = _more) -> str:
    """Join names as people do: a, b or c. `more` says how many are left out."""
    if not names:
        return ""
    *first, last = [*names[:_MOST], more(len(names) - _MOST)] if len(names) > _MOST + 1 else names
    return f"{', '.join(first)} {word} {last}" if first else last
