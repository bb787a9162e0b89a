"""Evolution: what is told of a new template, line by line, and what it means for deals in flight."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from acme import OPEN as STAGES
from acme import days, process, sitting
from drawing import HOSTILE, read_mermaid
from drawing import plain as unmarked
from salesflow import (
    Lead,
    Money,
    StageTemplate,
    TemplateError,
    all_of,
    any_of,
    audit,
    compare,
    diagram,
    diff,
    none_of,
    present,
    priority,
    qualified,
    role,
    templates,
)
from salesflow._compared._versions import SAID_AT_MOST
from salesflow._difference_texts import DIFFERENCES
from salesflow.evolve import IMPACTS, Diff, Difference, markdown, mermaid
from salesflow.languages import FRENCH, say
from salesflow.moves import Move
from salesflow.qualification import FOUR_CRITERIA, Criterion
from salesflow.rules import activity, approved, time_in_stage, visited
from salesflow.values import FrozenMap
from test_languages import ENGLISH_WORDS, in_french, plain

Template = StageTemplate[Any]
OPEN = process(skip="free", back="free")
"""A process in which an open stage leads to every other, so that no step of the order is missed."""


def changed(template: Template, **fields: Any) -> Template:
    """Return a template with some of its fields others."""
    return StageTemplate(**{**dict(template), **fields})


def told(old: Template, new: Template) -> list[str]:
    """Return what is told, with its impact and without its place."""
    return [f"{each.impact}: {each.text} [{each.code}]" for each in diff(old, new)]


def asks(*rules: Any, **more: Any) -> Template:
    """Return a process whose stage `talk` asks these rules."""
    return process({"talk": {"rules": rules}}, **more)


def restaged(template: Template, edits: dict[str, Any]) -> Template:
    """Return a template with fields of its stages others; a stage that is to be None is left out."""
    kept = [stage for stage in template.stages if edits.get(stage.id, {}) is not None]
    return changed(template, stages=tuple(stage.model_copy(update=edits.get(stage.id)) for stage in kept))


def without(*gone: str, **more: Any) -> Template:
    """Return the process without some stages."""
    return restaged(process(**more), dict.fromkeys(gone))


def ordered(*ids: str) -> Template:
    """Return the process with its stages in another order."""
    template = process(skip="free", back="free")
    return changed(template, stages=tuple(template.stage(id) for id in ids))


MOVE = Move(sources=("contact",), target="offer")
WITH_MOVE = process(moves=(MOVE,))
FIVE = FOUR_CRITERIA.adding("five", [Criterion(id="timing")])
AUTHORITY = FOUR_CRITERIA.criterion("authority")
assert AUTHORITY
DECIDER = AUTHORITY.model_copy(update={"ways": ("decider",)})
MONTH = timedelta(days=30)

CASES: dict[str, tuple[Template, Template, list[str]]] = {
    # the template
    "id": (
        process(),
        changed(process(), id="other"),
        ["none: the process is 'other', not 'acme': deals go over by a migration [id_changed]"],
    ),
    "version": (
        process(),
        changed(process(), version="2"),
        ["none: the version is '2', not '1' [version_changed]"],
    ),
    "record": (
        process(),
        process(record=Lead),
        [
            "breaking: it moves records of the kind 'lead', not 'opportunity' [record_changed]",
        ],
    ),
    "labels of the template": (
        process(),
        process(more={"label": "Acme", "labels": {"fr": "Acmé"}, "description": "New."}),
        [
            "labels: the process is shown as 'Acme', not as 'acme'; also in fr [template_relabelled]",
            "labels: the process is described otherwise [template_described]",
        ],
    ),
    "written otherwise": (
        process(),
        process(start_at=("contact",)),
        ["new_only: some of it is written otherwise, and means the same [rewritten]"],
    ),
    "plain labels": (
        process({"talk": {"label": "Talk"}}, more={"label": "Acme", "labels": {"fr": "Acmé"}}),
        process({"talk": {"label": "Chat"}}, more={"label": "Acme", "labels": {"fr": "Acme"}}),
        [
            "labels: the process is shown as 'Acme', not as 'Acmé', in fr [template_relabelled]",
            "labels: stage 'talk' is shown as 'Chat', not as 'Talk' [stage_relabelled]",
        ],
    ),
    "labels in every language": (
        process({"talk": {"label": "Talk"}}, more={"label": "Acme"}),
        process({"talk": {"label": "Chat", "labels": {"fr": "Parler"}}}, more={"label": "Acme Inc."}),
        [
            "labels: the process is shown as 'Acme Inc.', not as 'Acme' [template_relabelled]",
            "labels: stage 'talk' is shown as 'Chat', not as 'Talk'; also in fr [stage_relabelled]",
        ],
    ),
    # stages
    "a stage between": (
        without("talk"),
        process(),
        [
            "breaking: stage 'talk' is new, after 'contact'; closed: 'contact' to 'offer' [stage_added]",
        ],
    ),
    "a stage between that may be skipped": (
        without("talk", skip="with_ground"),
        process(skip="with_ground"),
        ["in_flight: stage 'talk' is new, after 'contact'; with a ground now: 'contact' to 'offer' [stage_added]"],
    ),
    "a first stage": (
        without("contact"),
        process(),
        [
            "breaking: stage 'contact' is new, before all others; closed: 'wait' to 'offer'; counted otherwise: 'wait' to 'talk' [stage_added]",
            "new_only: records start in 'contact', not in 'talk' [start_changed]",
        ],
    ),
    "a first stage that is retired goes behind": (
        restaged(process(skip="free", back="free"), {"contact": {"life": "retired"}}),
        restaged(ordered("talk", "contact", "offer", "deal", "wait", "won", "lost"), {"contact": {"life": "retired"}}),
        [
            "breaking: the order of stages is another: 'talk', 'contact', 'offer', 'deal', 'wait', 'won' and 'lost'; closed: 'wait' to 'contact'; counted otherwise: 'contact' to 'talk' and 'offer' [stages_reordered]"
        ],
    ),
    "a hold": (without("wait"), process(), ["in_flight: stage 'wait' is new, as a hold [stage_added]"]),
    "another way to lose": (
        process(),
        process({"dead": {"outcome": "lost"}}),
        ["in_flight: stage 'dead' is new, and closes deals as lost [stage_added]"],
    ),
    "another way to win": (
        process(),
        process({"upsold": {"outcome": "won"}}),
        ["in_flight: stage 'upsold' is new, and closes deals as won [stage_added]"],
    ),
    "a stage less": (
        process(),
        without("talk"),
        ["breaking: stage 'talk' is gone: deals in it have no place; opened: 'contact' to 'offer' [stage_removed]"],
    ),
    "a stage renamed": (
        process(),
        restaged(process(), {"talk": {"id": "chat", "aliases": ("talk",)}}),
        ["new_only: stage 'talk' is called 'chat', and known by both names [stage_renamed]"],
    ),
    "a stage merged": (
        OPEN,
        restaged(OPEN, {"contact": {"aliases": ("talk",)}, "talk": None}),
        [
            "breaking: stage 'talk' is part of 'contact' now; closed: 'contact' to 'talk', 'talk' to 'contact'; counted otherwise: 'wait' to 'talk' [stage_merged]",
        ],
    ),
    "names": (
        process({"talk": {"aliases": ("chat", "same")}}),
        process({"talk": {"aliases": ("call", "same")}}),
        [
            "breaking: 'chat' means stage 'talk' no more: deals stored under that name have no place [alias_removed]",
            "new_only: 'call' means stage 'talk' too [alias_added]",
        ],
    ),
    "a name that a rule looks for in the history": (
        process({"deal": {"rules": (visited("talk"),)}}),
        process({"deal": {"rules": (visited("talk"),)}, "talk": {"aliases": ("call",)}}),
        ["in_flight: 'call' means stage 'talk' too [alias_added]"],
    ),
    "an order of stages": (
        OPEN,
        ordered("contact", "offer", "talk", "deal", "wait", "won", "lost"),
        [
            "in_flight: the order of stages is another: 'contact', 'offer', 'talk', 'deal', 'wait', 'won' and 'lost'; counted otherwise: 'contact' to 'offer' and 'talk', 'offer' to 'talk' and 'deal', 'talk' to 'offer' and 'deal' [stages_reordered]",
        ],
    ),
    "an order of closed stages": (
        OPEN,
        ordered("contact", "talk", "offer", "deal", "lost", "won", "wait"),
        [
            "new_only: the order of stages is another: 'contact', 'talk', 'offer', 'deal', 'lost', 'won' and 'wait' [stages_reordered]"
        ],
    ),
    "a stage that is no hold": (
        process(lose="declared"),
        process({"wait": {"hold": False, "outcome": "lost"}}, lose="declared"),
        [
            "breaking: stage 'wait' is lost, and was a hold: deals in it stand where they cannot; closed: 'contact', 'talk', 'offer' and 'deal' to 'wait', 'wait' to 'contact', 'wait' to 'talk' [outcome_changed]",
            "new_only: nothing that starts comes to 'wait' [stage_cut_off]",
        ],
    ),
    "a stage that may be skipped": (
        process(),
        process({"talk": {"skippable": True}}),
        [
            "in_flight: stage 'talk' may be passed over with a ground, which waives what it asks; opened: 'contact' to 'offer' [skippable_changed]"
        ],
    ),
    "a stage that may not be skipped any more": (
        process({"talk": {"skippable": True}}, skip="with_ground"),
        process(skip="with_ground"),
        ["new_only: no ground passes over stage 'talk' and waives what it asks any more [skippable_changed]"],
    ),
    "a hold that opens where all open stages go": (
        process(),
        restaged(process(), {**dict.fromkeys(STAGES), "wait": {"hold": False}}),
        [
            "breaking: stage 'contact' is gone: deals in it have no place [stage_removed]",
            "breaking: stage 'talk' is gone: deals in it have no place [stage_removed]",
            "breaking: stage 'offer' is gone: deals in it have no place; opened: 'wait' to 'won' [stage_removed]",
            "breaking: stage 'deal' is gone: deals in it have no place [stage_removed]",
            "breaking: stage 'wait' is open, and was a hold: deals in it stand where they cannot [outcome_changed]",
            "new_only: records start in 'wait', not in 'contact' [start_changed]",
        ],
    ),
    "a dead end that was one": (
        process(next="declared", lose="declared"),
        process(next="declared", lose="declared", lock_closed=True),
        ["in_flight: the fields of closed deals are locked [lock_changed]"],
    ),
    "a life": (
        process({"talk": {"life": "deprecated"}}),
        process({"offer": {"life": "deprecated"}}),
        [
            "new_only: stage 'talk' is in use again [life_changed]",
            "new_only: stage 'offer' is deprecated: nothing starts there [life_changed]",
        ],
    ),
    "a stage retired": (
        process(lose="declared"),
        process({"talk": {"life": "retired"}}, lose="declared"),
        [
            "breaking: stage 'talk' is retired: deals in it may stay and leave, and no other comes; closed: 'contact' to 'talk'; opened: 'contact' to 'offer' [life_changed]",
            "new_only: nothing that starts comes to 'talk' [stage_cut_off]",
        ],
    ),
    "what is told of a stage": (
        process({"talk": {"probability": 10, "forecast": "pipeline", "labels": {"fr": "Parler"}, "max_age": MONTH}}),
        process(
            {
                "talk": {
                    "probability": 20,
                    "forecast": "commit",
                    "follow_up_every": MONTH,
                    "roles": ("rep", "boss"),
                    "description": "We talk.",
                }
            }
        ),
        [
            "labels: stage 'talk' is shown as 'talk', not as 'Parler', in fr [stage_relabelled]",
            "labels: stage 'talk' is described otherwise [stage_described]",
            "labels: the chance to win in 'talk' is 20 %, not 10 % [probability_changed]",
            "labels: a forecast counts 'talk' as commit, not as pipeline [forecast_changed]",
            "labels: the follow-up in 'talk' is every 30 days, not none [follow_up_changed]",
            "labels: the longest stay in 'talk' is none, not 30 days [max_age_changed]",
            "labels: the roles that work 'talk' are rep or boss, not none [stage_roles_changed]",
        ],
    ),
    # rules
    "a rule more": (
        asks(present("amount")),
        asks(present("amount"), qualified("need", "budget"), role("rep")),
        [
            "in_flight: 'talk' asks more: done by rep [rule_tightened]",
            "in_flight: 'talk' asks more: need, budget qualified [rule_tightened]",
        ],
    ),
    "a rule less": (
        asks(present("amount")),
        asks(),
        ["in_flight: 'talk' asks less: no longer amount is present [rule_loosened]"],
    ),
    "a higher bound": (
        asks(compare("amount", "ge", Money.of(1000, "EUR"))),
        asks(compare("amount", "ge", Money.of(5000, "EUR"))),
        [
            "in_flight: 'talk' asks more: amount at least 5,000.00 EUR, not amount at least 1,000.00 EUR [rule_tightened]"
        ],
    ),
    "more roles": (
        asks(role("boss")),
        asks(role("boss", "rep")),
        ["in_flight: 'talk' asks less: done by boss or rep, not done by boss [rule_loosened]"],
    ),
    "another rule": (
        asks(any_of(role("boss"), present("amount"))),
        asks(any_of(role("rep"), present("owner"))),
        [
            "in_flight: 'talk' asks something else: (done by rep or owner is present), not (done by boss or amount is present) [rule_changed]"
        ],
    ),
    "who overrides": (
        asks(present("amount")),
        asks(present("amount", overridable_by=("boss", "director"))),
        [
            "in_flight: 'talk' asks less: amount is present, unless boss or director overrides it, not amount is present [rule_loosened]"
        ],
    ),
    "other words": (
        asks(all_of(present("amount"), compare("amount", "ge", Money.of(5, "EUR"))), none_of(none_of(role("rep")))),
        asks(compare("amount", "ge", Money.of(5, "EUR")), role("rep")),
        ["new_only: 'talk' asks the same in other words [rule_rewritten]"],
    ),
    "warnings": (
        asks(
            present("amount", severity="warn"),
            present("owner", severity="warn"),
            time_in_stage(at_least=MONTH, severity="warn"),
        ),
        asks(present("amount"), present("source", severity="warn"), time_in_stage(at_most=MONTH, severity="warn")),
        [
            "in_flight: 'talk' asks more: amount is present [rule_tightened]",
            "in_flight: 'talk' no longer warns where this does not hold: amount is present [warning_changed]",
            "in_flight: 'talk' warns where this does not hold: in the stage at most 30 days, not in the stage at least 30 days [warning_changed]",
            "in_flight: 'talk' warns where this does not hold: source is present, not owner is present [warning_changed]",
        ],
    ),
    "a new warning": (
        asks(),
        asks(present("amount", severity="warn")),
        ["in_flight: 'talk' warns where this does not hold: amount is present [warning_changed]"],
    ),
    "what only a start asks": (
        process(),
        process({"contact": {"rules": (present("source"),)}}),
        ["new_only: 'contact' asks more: source is present [rule_tightened]"],
    ),
    "a rule about a stage that is renamed": (
        process({"deal": {"rules": (any_of(visited("talk"), role("rep")),)}}),
        restaged(
            process(),
            {"talk": {"id": "chat", "aliases": ("talk",)}, "deal": {"rules": (any_of(visited("chat"), role("rep")),)}},
        ),
        ["in_flight: stage 'talk' is called 'chat', and known by both names [stage_renamed]"],
    ),
    # moves
    "a move more": (
        process(),
        WITH_MOVE,
        ["in_flight: a move is declared from 'contact' to 'offer'; opened: 'contact' to 'offer' [move_added]"],
    ),
    "a move less": (
        WITH_MOVE,
        process(),
        [
            "breaking: no move is declared from 'contact' to 'offer' any more; closed: 'contact' to 'offer' [move_removed]"
        ],
    ),
    "a move that asks": (
        WITH_MOVE,
        process(moves=(MOVE.model_copy(update={"ground": True, "roles": ("boss",), "name": "jump"}),)),
        [
            "in_flight: the move from 'contact' to 'offer' asks more: done by boss [rule_tightened]",
            "in_flight: the move from 'contact' to 'offer' wants a ground [move_ground_changed]",
            "labels: the move from 'contact' to 'offer' is called 'jump', not '' [move_relabelled]",
        ],
    ),
    "a move that is free": (
        process(moves=(MOVE.model_copy(update={"ground": True}),)),
        WITH_MOVE,
        ["in_flight: the move from 'contact' to 'offer' wants no ground any more [move_ground_changed]"],
    ),
    "moves called otherwise": (
        process(moves=(MOVE, MOVE.model_copy(update={"target": "deal", "labels": {"fr": "Aller"}}))),
        process(
            moves=(
                MOVE.model_copy(update={"name": "go", "labels": {"fr": "Aller"}}),
                MOVE.model_copy(update={"target": "deal", "labels": {"fr": "Sauter"}}),
            )
        ),
        [
            "labels: the move from 'contact' to 'offer' is called 'go', not ''; also in fr [move_relabelled]",
            "labels: the move from 'contact' to 'deal' is called 'Sauter', not 'Aller', in fr [move_relabelled]",
        ],
    ),
    # the policy
    "freely": (
        process(skip="with_ground"),
        process(skip="free", back="free"),
        [
            "in_flight: stages may be passed over freely; without a ground now: 'contact' to 'offer', 'deal' and 'won', 'talk' to 'deal' and 'won', 'offer' to 'won' [skip_changed]",
            "in_flight: deals may step back freely; opened: 'talk' to 'contact', 'offer' to 'contact' and 'talk', 'deal' to 'contact', 'talk' and 'offer' [back_changed]",
        ],
    ),
    "starts": (
        process(),
        process(start_at=("talk", "contact")),
        ["new_only: records start in 'talk' and 'contact', not in 'contact' [start_changed]"],
    ),
    "next": (
        process(),
        process(next="declared", lose="declared", moves=(Move(sources=("contact",), target="won"),)),
        [
            "breaking: a step to the next stage takes a declared move; closed: 'contact' to 'talk', 'talk' to 'offer', 'offer' to 'deal', 'deal' to 'won' [next_changed]",
            "breaking: losing takes a declared move; closed: 'contact', 'talk', 'offer' and 'deal' to 'lost' [lose_changed]",
            "breaking: from 'talk' no outcome can be reached [dead_end]",
            "breaking: from 'offer' no outcome can be reached [dead_end]",
            "breaking: from 'deal' no outcome can be reached [dead_end]",
            "in_flight: a move is declared from 'contact' to 'won'; opened: 'contact' to 'won' [move_added]",
            "new_only: nothing that starts comes to 'talk' [stage_cut_off]",
            "new_only: nothing that starts comes to 'offer' [stage_cut_off]",
            "new_only: nothing that starts comes to 'deal' [stage_cut_off]",
            "new_only: nothing that starts comes to 'lost' [stage_cut_off]",
        ],
    ),
    "skips and steps back": (
        process(skip="with_ground", back="free", lose="declared", next="declared"),
        process(skip="never", back="with_ground"),
        [
            "breaking: no stage is passed over any more; closed: 'contact' to 'offer', 'deal' and 'won', 'talk' to 'deal' and 'won', 'offer' to 'won' [skip_changed]",
            "in_flight: each stage leads to the next one without a declared move; opened: 'contact' to 'talk', 'talk' to 'offer', 'offer' to 'deal', 'deal' to 'won' [next_changed]",
            "in_flight: a step back takes a ground; with a ground now: 'talk' to 'contact', 'offer' to 'contact' and 'talk', 'deal' to 'contact', 'talk' and 'offer' [back_changed]",
            "in_flight: any open stage may be lost; opened: 'contact', 'talk', 'offer' and 'deal' to 'lost' [lose_changed]",
        ],
    ),
    "reopening": (
        process(),
        process(reopen_to=("talk",), lock_closed=True),
        [
            "in_flight: 'lost' may be reopened to 'talk' [reopening_changed]",
            "in_flight: the fields of closed deals are locked [lock_changed]",
        ],
    ),
    "a lock": (
        process(),
        process(lock_closed=True),
        ["in_flight: the fields of closed deals are locked [lock_changed]"],
    ),
    "no reopening": (
        process(reopen_to=("talk",), lock_closed=True),
        process(),
        [
            "breaking: nothing that is closed is reopened any more [reopening_changed]",
            "in_flight: the fields of closed deals are locked no more [lock_changed]",
        ],
    ),
    # the framework
    "a framework": (
        process(more={"framework": FIVE}),
        process(
            more={
                "framework": FOUR_CRITERIA.adding(
                    "mine", [Criterion(id="fit"), Criterion(id="need", ways=("call",), weight=2)]
                )
            }
        ),
        [
            "new_only: 'need' is met by call, not by anything [criterion_ways_changed]",
            "new_only: the framework asks for 'fit' too [criterion_added]",
            "new_only: the framework asks for 'timing' no more [criterion_removed]",
            "labels: the framework is called 'mine', not 'five' [framework_renamed]",
            "labels: 'need' is asked or weighed in another way [criterion_relabelled]",
        ],
    ),
    "a criterion that a rule asks for": (
        asks(qualified("authority")),
        asks(
            qualified("authority"),
            more={"framework": FOUR_CRITERIA.adding("four-criteria", [DECIDER])},
        ),
        [
            "in_flight: 'authority' is met by decider, not by decider or access [criterion_ways_changed]",
        ],
    ),
    # what mutants of the comparison taught
    "a first stage less": (
        process(),
        restaged(without("contact"), {"talk": {"aliases": ("contact",)}}),
        [
            "breaking: stage 'contact' is part of 'talk' now; closed: 'contact' to 'talk'; opened: 'contact' to 'offer' [stage_merged]",
            "new_only: records start in 'talk', not in 'contact' [start_changed]",
        ],
    ),
    "a stage merged into one of another kind": (
        process(),
        restaged(without("offer"), {"lost": {"aliases": ("offer",)}}),
        [
            "breaking: stage 'offer' is part of 'lost' now; closed: 'offer' to 'deal', 'wait' and 'lost'; opened: 'contact', 'deal' and 'wait' to 'offer'; counted otherwise: 'talk' to 'offer' [stage_merged]",
        ],
    ),
    "a skippable stage that asks": (
        process({"talk": {"rules": (present("amount"),)}}),
        process({"talk": {"rules": (present("amount"),), "skippable": True}}),
        [
            "in_flight: stage 'talk' may be passed over with a ground, which waives what it asks; opened: 'contact' to 'offer' [skippable_changed]",
        ],
    ),
    "a stage that asks from now on, and may be skipped": (
        process(skip="never"),
        process({"talk": {"skippable": True, "rules": (present("amount"),)}}, skip="never"),
        [
            "in_flight: stage 'talk' may be passed over with a ground, which waives what it asks; opened: 'contact' to 'offer' [skippable_changed]",
            "in_flight: 'talk' asks more: amount is present [rule_tightened]",
        ],
    ),
    "a stage that comes back": (
        process({"won": {"life": "retired"}}),
        process(),
        [
            "in_flight: stage 'won' is in use again; opened: 'deal' to 'won' [life_changed]",
        ],
    ),
    "a lock where nothing closes": (
        restaged(process(), dict.fromkeys(("won", "lost"))),
        restaged(process(lock_closed=True), dict.fromkeys(("won", "lost"))),
        [
            "new_only: the fields of closed deals are locked [lock_changed]",
        ],
    ),
    "reopening of what is named": (
        process({"gone": {"outcome": "lost"}}, reopen_to=("talk",), reopen_from=("lost",)),
        process({"gone": {"outcome": "lost"}}, reopen_to=("talk",), reopen_from=("gone",)),
        [
            "breaking: 'gone' may be reopened to 'talk' [reopening_changed]",
        ],
    ),
    "reopening to a stage that is renamed": (
        process(reopen_to=("talk",)),
        changed(
            restaged(process(), {"talk": {"id": "demo", "aliases": ("talk",)}}),
            policy=process().policy.model_copy(update={"reopen_to": ("demo",)}),
        ),
        [
            "new_only: stage 'talk' is called 'demo', and known by both names [stage_renamed]",
        ],
    ),
    "moves from several stages": (
        process(),
        process(moves=(Move(sources=("contact", "talk"), target="deal"),)),
        [
            "in_flight: a move is declared from 'contact' and 'talk' to 'deal'; opened: 'contact' and 'talk' to 'deal' [move_added]",
        ],
    ),
    "a move with a ground": (
        WITH_MOVE,
        process(moves=(MOVE.model_copy(update={"ground": True}),)),
        [
            "in_flight: the move from 'contact' to 'offer' wants a ground [move_ground_changed]",
        ],
    ),
    "a move that asks for a stage that is renamed": (
        process(moves=(MOVE.model_copy(update={"rules": (visited("talk"),)}),)),
        changed(
            restaged(process(), {"talk": {"id": "demo", "aliases": ("talk",)}}),
            moves=(MOVE.model_copy(update={"rules": (visited("demo"),)}),),
        ),
        [
            "in_flight: stage 'talk' is called 'demo', and known by both names [stage_renamed]",
        ],
    ),
    "warnings in another order": (
        asks(present("amount", severity="warn"), present("owner", severity="warn")),
        asks(present("owner", severity="warn"), present("amount", severity="warn")),
        [
            "new_only: 'talk' asks the same in other words [rule_rewritten]",
        ],
    ),
    "a warning that blocks from now on": (
        asks(present("amount", severity="warn")),
        asks(present("amount")),
        [
            "in_flight: 'talk' asks more: amount is present [rule_tightened]",
            "in_flight: 'talk' no longer warns where this does not hold: amount is present [warning_changed]",
        ],
    ),
    "a group of rules that may be overridden, parted": (
        asks(all_of(present("amount"), present("owner"), overridable_by=("boss",))),
        asks(present("amount", overridable_by=("boss",)), present("owner", overridable_by=("boss",))),
        [
            "new_only: 'talk' asks the same in other words [rule_rewritten]",
        ],
    ),
    "a group of warnings, parted": (
        asks(all_of(present("amount"), present("owner"), severity="warn")),
        asks(present("amount", severity="warn"), present("source", severity="warn")),
        [
            "in_flight: 'talk' warns where this does not hold: source is present, not owner is present [warning_changed]",
        ],
    ),
    "criteria that are asked unlike": (
        asks(),
        asks(qualified("need"), qualified("value", at_least="verified"), qualified("budget")),
        [
            "in_flight: 'talk' asks more: need, budget qualified [rule_tightened]",
            "in_flight: 'talk' asks more: value verified [rule_tightened]",
        ],
    ),
    "other activities, approvals and stages": (
        asks(activity("call"), approved("price"), visited("contact")),
        asks(activity("call", at_least=2), approved("terms"), approved("price", roles=("boss",)), activity("demo")),
        [
            "in_flight: 'talk' asks more: call on record, 2 or more, not call on record, 1 or more [rule_tightened]",
            "in_flight: 'talk' asks more: price approved by boss, not price approved [rule_tightened]",
            "in_flight: 'talk' asks less: no longer has been in 'contact' [rule_loosened]",
            "in_flight: 'talk' asks more: terms approved [rule_tightened]",
            "in_flight: 'talk' asks more: demo on record, 1 or more [rule_tightened]",
        ],
    ),
    "bounds on one field": (
        asks(compare("amount", "ge", 5), compare("amount", "le", 9)),
        asks(compare("amount", "le", 8), compare("amount", "ge", 6)),
        [
            "in_flight: 'talk' asks more: amount at least 6, not amount at least 5 [rule_tightened]",
            "in_flight: 'talk' asks more: amount at most 8, not amount at most 9 [rule_tightened]",
        ],
    ),
    "a dead end of a new stage": (
        process(next="declared", lose="declared", moves=(MOVE,)),
        process({"more": {}}, next="declared", lose="declared", moves=(MOVE,)),
        [
            "in_flight: stage 'more' is new, after 'deal' [stage_added]",
            "in_flight: from 'more' no outcome can be reached [dead_end]",
            "new_only: nothing that starts comes to 'more' [stage_cut_off]",
        ],
    ),
    "a closed stage that opens": (
        process(next="declared", lose="declared", moves=(Move(sources=("contact",), target="lost"),)),
        restaged(
            process(next="declared", lose="declared", moves=(Move(sources=("contact",), target="lost"),)),
            {"won": {"outcome": None}},
        ),
        [
            "breaking: stage 'won' is open, and was won: deals in it stand where they cannot; opened: 'won' to 'wait' [outcome_changed]",
            "in_flight: from 'won' no outcome can be reached [dead_end]",
        ],
    ),
    "an order of what is no stage of the line": (
        process(),
        ordered("contact", "wait", "talk", "offer", "deal", "won", "lost"),
        [
            "in_flight: stages may be passed over freely; opened: 'contact' to 'offer', 'deal' and 'won', 'talk' to 'deal' and 'won', 'offer' to 'won' [skip_changed]",
            "in_flight: deals may step back freely; opened: 'talk' to 'contact', 'offer' to 'contact' and 'talk', 'deal' to 'contact', 'talk' and 'offer' [back_changed]",
            "new_only: the order of stages is another: 'contact', 'wait', 'talk', 'offer', 'deal', 'won' and 'lost' [stages_reordered]",
        ],
    ),
    "a first stage to which a move leads": (
        process({"contact": {"rules": (present("owner"),)}}, moves=(Move(sources=("talk",), target="contact"),)),
        process({"contact": {"rules": (present("amount"),)}}, moves=(Move(sources=("talk",), target="contact"),)),
        [
            "in_flight: 'contact' asks something else: amount is present, not owner is present [rule_changed]",
        ],
    ),
    "labels of moves and stages in two languages": (
        process({"talk": {"labels": {"fr": "Parler"}}}, moves=(MOVE,)),
        process(
            {"talk": {"label": "Talking", "labels": {"fr": "Causer", "de": "Reden"}}},
            moves=(MOVE.model_copy(update={"name": "leap", "labels": FrozenMap({"fr": "saut"})}),),
        ),
        [
            "labels: stage 'talk' is shown as 'Talking', not as 'talk'; also in fr and de [stage_relabelled]",
            "labels: the move from 'contact' to 'offer' is called 'leap', not ''; also in fr [move_relabelled]",
        ],
    ),
    "kinds of rules in another order": (
        asks(activity("call"), activity("demo"), qualified("need"), qualified("value")),
        asks(
            activity("demo", at_least=2),
            activity("call", at_least=3),
            qualified("value", at_least="verified"),
            qualified("need", at_least="verified"),
        ),
        [
            "in_flight: 'talk' asks more: call on record, 3 or more, not call on record, 1 or more [rule_tightened]",
            "in_flight: 'talk' asks more: demo on record, 2 or more, not demo on record, 1 or more [rule_tightened]",
            "in_flight: 'talk' asks more: need verified, not need qualified [rule_tightened]",
            "in_flight: 'talk' asks more: value verified, not value qualified [rule_tightened]",
        ],
    ),
    "what a tighter bound asks anyhow": (
        asks(compare("amount", "ge", 5), present("amount")),
        asks(compare("amount", "ge", 6)),
        [
            "in_flight: 'talk' asks more: amount at least 6, not amount at least 5 [rule_tightened]",
        ],
    ),
    "an override by another key": (
        asks(present("owner", overridable_by=("boss",))),
        asks(any_of(present("owner"), overridable_by=("boss",))),
        [
            "in_flight: 'talk' asks less: no longer owner is present, unless boss overrides it [rule_loosened]",
            "in_flight: 'talk' asks more: (owner is present), unless boss overrides it [rule_tightened]",
        ],
    ),
    "a stage merged, with a name that is gone": (
        process({"rest": {"hold": True, "aliases": ("nap",)}}),
        process({"wait": {"aliases": ("rest",)}}),
        [
            "breaking: 'nap' means stage 'wait' no more: deals stored under that name have no place [alias_removed]",
            "in_flight: stage 'rest' is part of 'wait' now [stage_merged]",
        ],
    ),
    "a hold merged into a hold": (
        process({"rest": {"hold": True}}),
        process({"wait": {"aliases": ("rest",)}}),
        [
            "in_flight: stage 'rest' is part of 'wait' now [stage_merged]",
        ],
    ),
    "a way to lose merged into one to win": (
        process({"gone": {"outcome": "lost"}}, skip="free"),
        process({"won": {"aliases": ("gone",)}}, skip="free"),
        [
            "breaking: stage 'gone' is part of 'won' now; counted otherwise: 'contact', 'talk', 'offer', 'deal' and 'wait' to 'gone' [stage_merged]",
        ],
    ),
    "two stages merged into one": (
        process(),
        restaged(without("talk", "offer"), {"contact": {"aliases": ("talk", "offer")}}),
        [
            "breaking: stage 'talk' is part of 'contact' now; closed: 'contact' to 'talk', 'talk' to 'offer'; opened: 'talk' to 'deal'; counted otherwise: 'wait' to 'talk' [stage_merged]",
            "in_flight: stage 'offer' is part of 'contact' now; opened: 'wait' to 'offer' [stage_merged]",
        ],
    ),
    "an order between which nothing leads": (
        process(next="declared", lose="declared"),
        changed(
            process(next="declared", lose="declared"),
            stages=tuple(process().stage(id) for id in ("contact", "offer", "talk", "deal", "wait", "won", "lost")),
        ),
        [
            "in_flight: the order of stages is another: 'contact', 'offer', 'talk', 'deal', 'wait', 'won' and 'lost' [stages_reordered]",
        ],
    ),
    "an order without steps back": (
        process(skip="free"),
        changed(ordered("talk", "contact", "offer", "deal", "wait", "won", "lost"), policy=process(skip="free").policy),
        [
            "breaking: the order of stages is another: 'talk', 'contact', 'offer', 'deal', 'wait', 'won' and 'lost'; closed: 'contact' to 'talk'; opened: 'talk' to 'contact'; counted otherwise: 'talk' and 'contact' to 'offer' [stages_reordered]",
            "new_only: records start in 'talk', not in 'contact' [start_changed]",
        ],
    ),
    "a name of a hold that no rule asks for": (
        process(),
        process({"wait": {"aliases": ("rest",)}}),
        [
            "new_only: 'rest' means stage 'wait' too [alias_added]",
        ],
    ),
    "a stage retired to which nothing led": (
        process(next="declared", lose="declared", moves=(MOVE,)),
        process({"deal": {"life": "retired"}}, next="declared", lose="declared", moves=(MOVE,)),
        [
            "in_flight: stage 'deal' is retired: deals in it may stay and leave, and no other comes [life_changed]",
        ],
    ),
    "what a ground waives where all may be skipped": (
        process({"talk": {"rules": (present("amount"),)}}, skip="free"),
        process({"talk": {"rules": (present("amount"),), "skippable": True}}, skip="free"),
        [
            "in_flight: stage 'talk' may be passed over with a ground, which waives what it asks [skippable_changed]",
        ],
    ),
    "what a ground waives of what is new": (
        process(skip="free"),
        process({"talk": {"rules": (present("amount"),), "skippable": True}}, skip="free"),
        [
            "in_flight: stage 'talk' may be passed over with a ground, which waives what it asks [skippable_changed]",
            "in_flight: 'talk' asks more: amount is present [rule_tightened]",
        ],
    ),
    "a criterion that no rule asks for": (
        asks(qualified("authority")),
        asks(
            qualified("authority"),
            more={"framework": FOUR_CRITERIA.adding("four-criteria", [Criterion(id="need", ways=("call",))])},
        ),
        [
            "new_only: 'need' is met by call, not by anything [criterion_ways_changed]",
            "labels: 'need' is asked or weighed in another way [criterion_relabelled]",
        ],
    ),
    "labels, and moves in another order": (
        process(moves=(MOVE, Move(sources=("contact",), target="deal"))),
        process({"talk": {"label": "Talk"}}, moves=(Move(sources=("contact",), target="deal"), MOVE)),
        [
            "new_only: some of it is written otherwise, and means the same [rewritten]",
            "labels: stage 'talk' is shown as 'Talk', not as 'talk' [stage_relabelled]",
        ],
    ),
    "another way to lose that may be reopened": (
        process(reopen_to=("talk",)),
        process({"gone": {"outcome": "lost"}}, reopen_to=("talk",)),
        [
            "in_flight: stage 'gone' is new, and closes deals as lost [stage_added]",
            "new_only: 'lost' and 'gone' may be reopened to 'talk' [reopening_changed]",
        ],
    ),
    "a move from more stages, with a ground": (
        WITH_MOVE,
        process(moves=(Move(sources=("contact", "talk"), target="offer", ground=True),)),
        [
            "in_flight: a move is declared from 'talk' to 'offer'; with a ground now: 'talk' to 'offer' [move_added]",
            "in_flight: the move from 'contact' to 'offer' wants a ground [move_ground_changed]",
        ],
    ),
}


PATHS: dict[str, str] = {
    "id": "id",
    "version": "version",
    "record": "record",
    "labels of the template": "label description",
    "written otherwise": ".",
    "plain labels": "labels.fr stages[1].label",
    "labels in every language": "label stages[1].label",
    "a stage between": "stages[1]",
    "a stage between that may be skipped": "stages[1]",
    "a first stage": "stages[0] policy.start_at",
    "a first stage that is retired goes behind": "stages",
    "a hold": "stages[4]",
    "another way to lose": "stages[7]",
    "another way to win": "stages[7]",
    "a stage less": "stages[1]",
    "a stage renamed": "stages[1].id",
    "a stage merged": "stages[1]",
    "names": "stages[1].aliases stages[1].aliases",
    "a name that a rule looks for in the history": "stages[1].aliases",
    "an order of stages": "stages",
    "an order of closed stages": "stages",
    "a stage that is no hold": "stages[4].outcome stages[4]",
    "a stage that may be skipped": "stages[1].skippable",
    "a stage that may not be skipped any more": "stages[1].skippable",
    "a hold that opens where all open stages go": "stages[0] stages[1] stages[2] stages[3] stages[0].hold policy.start_at",
    "a dead end that was one": "policy.lock_closed",
    "a life": "stages[1].life stages[2].life",
    "a stage retired": "stages[1].life stages[1]",
    "what is told of a stage": "stages[1].labels.fr stages[1].description stages[1].probability stages[1].forecast stages[1].follow_up_every stages[1].max_age stages[1].roles",
    "a rule more": "stages[1].rules stages[1].rules",
    "a rule less": "stages[1].rules",
    "a higher bound": "stages[1].rules",
    "more roles": "stages[1].rules",
    "another rule": "stages[1].rules",
    "who overrides": "stages[1].rules",
    "other words": "stages[1].rules",
    "warnings": "stages[1].rules stages[1].rules stages[1].rules stages[1].rules",
    "a new warning": "stages[1].rules",
    "what only a start asks": "stages[0].rules",
    "a rule about a stage that is renamed": "stages[1].id",
    "a move more": "moves[0]",
    "a move less": "moves[0]",
    "a move that asks": "moves[0].rules moves[0].ground moves[0].name",
    "a move that is free": "moves[0].ground",
    "moves called otherwise": "moves[0].name moves[1].labels.fr",
    "freely": "policy.skip policy.back",
    "starts": "policy.start_at",
    "next": "policy.next policy.lose stages[1] stages[2] stages[3] moves[0] stages[1] stages[2] stages[3] stages[6]",
    "skips and steps back": "policy.skip policy.next policy.back policy.lose",
    "reopening": "policy.reopen_to policy.lock_closed",
    "a lock": "policy.lock_closed",
    "no reopening": "policy.reopen_to policy.lock_closed",
    "a framework": "framework.criteria[0].ways framework.criteria[4] framework.criteria[4] framework.id framework.criteria[0]",
    "a criterion that a rule asks for": "framework.criteria[3].ways",
    "a first stage less": "stages[0] policy.start_at",
    "a stage merged into one of another kind": "stages[2]",
    "a skippable stage that asks": "stages[1].skippable",
    "a stage that asks from now on, and may be skipped": "stages[1].skippable stages[1].rules",
    "a stage that comes back": "stages[5].life",
    "a lock where nothing closes": "policy.lock_closed",
    "reopening of what is named": "policy.reopen_to",
    "reopening to a stage that is renamed": "stages[1].id",
    "moves from several stages": "moves[0]",
    "a move with a ground": "moves[0].ground",
    "a move that asks for a stage that is renamed": "stages[1].id",
    "warnings in another order": "stages[1].rules",
    "a warning that blocks from now on": "stages[1].rules stages[1].rules",
    "a group of rules that may be overridden, parted": "stages[1].rules",
    "a group of warnings, parted": "stages[1].rules",
    "criteria that are asked unlike": "stages[1].rules stages[1].rules",
    "other activities, approvals and stages": "stages[1].rules stages[1].rules stages[1].rules stages[1].rules stages[1].rules",
    "bounds on one field": "stages[1].rules stages[1].rules",
    "a dead end of a new stage": "stages[7] stages[7] stages[7]",
    "a closed stage that opens": "stages[5].outcome stages[5]",
    "an order of what is no stage of the line": "policy.skip policy.back stages",
    "a first stage to which a move leads": "stages[0].rules",
    "labels of moves and stages in two languages": "stages[1].label moves[0].name",
    "kinds of rules in another order": "stages[1].rules stages[1].rules stages[1].rules stages[1].rules",
    "what a tighter bound asks anyhow": "stages[1].rules",
    "an override by another key": "stages[1].rules stages[1].rules",
    "a stage merged, with a name that is gone": "stages[7].aliases stages[7]",
    "a hold merged into a hold": "stages[7]",
    "a way to lose merged into one to win": "stages[7]",
    "two stages merged into one": "stages[1] stages[2]",
    "an order between which nothing leads": "stages",
    "an order without steps back": "stages policy.start_at",
    "a name of a hold that no rule asks for": "stages[4].aliases",
    "a stage retired to which nothing led": "stages[3].life",
    "what a ground waives where all may be skipped": "stages[1].skippable",
    "what a ground waives of what is new": "stages[1].skippable stages[1].rules",
    "a criterion that no rule asks for": "framework.criteria[0].ways framework.criteria[0]",
    "labels, and moves in another order": ". stages[1].label",
    "another way to lose that may be reopened": "stages[7] policy.reopen_to",
    "a move from more stages, with a ground": "moves[0] moves[0].ground",
}
"""Where each difference of a case lies, in its order; a dot for the template itself."""


@pytest.mark.parametrize("name", CASES)
def test_what_differs_is_told_line_by_line(name: str) -> None:
    old, new, expected = CASES[name]
    assert told(old, new) == expected


@pytest.mark.parametrize("name", CASES)
def test_where_it_differs_is_told_too(name: str) -> None:
    assert " ".join(each.path or "." for each in diff(*CASES[name][:2])) == PATHS[name]


def said_of_all() -> list[Difference]:
    return [each for old, new, _ in CASES.values() for found in (diff(old, new), diff(new, old)) for each in found]


def test_every_text_there_is_is_told_of_some_pair() -> None:
    # the phrase that notes what became of ways stands around the text of a difference
    texts = [each.params["words"]["text"] for each in said_of_all()]
    codes = {(text["detail"] if text["code"] == "line.note" else text)["code"] for text in texts}
    assert codes == {f"difference.{code}" for code in DIFFERENCES}


def test_every_difference_is_said_in_both_languages() -> None:
    for each in said_of_all():
        assert say(each) == str(each)
        assert say(each, FRENCH).endswith(f"[{each.code}]")
        assert ENGLISH_WORDS.findall(in_french(say(each, FRENCH).partition(" @ ")[0], {})) == []
        assert say(Difference.model_validate_json(each.model_dump_json()), FRENCH) == say(each, FRENCH)


def test_a_difference_without_its_words_is_said_as_it_was() -> None:
    bare = Difference(code="x", path="stages[0]", impact="none", text="as it was")
    assert (say(bare, FRENCH), say(bare)) == ("as it was @ stages[0] [x]",) * 2


def test_differences_stand_by_their_impact_the_worst_first() -> None:
    found = diff(*CASES["next"][:2])
    impacts = [IMPACTS.index(each.impact) for each in found]
    assert impacts == sorted(impacts, reverse=True)
    assert (found.impact, len(found), bool(found)) == ("breaking", 10, True)
    assert [each.code for each in found.at_least("in_flight")] == [each.code for each in found][:6]
    assert str(found).splitlines()[0] == f"breaking: {next(iter(found))}"


def test_nothing_differs_in_a_template_and_itself() -> None:
    same = diff(process(), process())
    assert (bool(same), len(same), [*same], same.impact, str(same)) == (False, 0, [], "none", "")


@pytest.mark.parametrize("name", templates.names())
def test_no_template_of_the_catalogue_differs_from_itself(name: str) -> None:
    assert not diff(templates.get(name), templates.get(name))


def test_a_place_is_that_of_the_new_template_and_of_what_is_gone_that_of_the_old() -> None:
    found = diff(restaged(process(), {"offer": {"aliases": ("quote",)}}), without("talk"))
    assert [(each.code, each.path) for each in found] == [
        ("stage_removed", "stages[1]"),
        ("alias_removed", "stages[2].aliases"),
    ]


def test_the_values_in_a_text_are_there_for_programs() -> None:
    (found,) = diff(process(), WITH_MOVE)
    params = {name: value for name, value in found.model_dump(mode="json")["params"].items() if name != "words"}
    assert params == {"sources": "'contact'", "target": "offer", "ways": {"opened": [["contact", "offer"]]}}


def test_json_gives_the_diff_back_with_both_templates() -> None:
    found = diff(process(), without("talk"))
    read = Diff.model_validate_json(found.model_dump_json())
    assert (read, read.old, read.new, read.impact) == (found, process(), without("talk"), "breaking")


def test_the_json_form_holds_templates_as_their_files_do() -> None:
    written = diff(process(), asks(compare("amount", "ge", 5))).model_dump()
    assert written["old"] == process().model_dump(mode="json", exclude_defaults=True)
    assert written["new"]["stages"][1]["rules"][0]["value"] == 5
    assert "label" not in written["old"]


def test_a_plan_is_drafted_from_what_differs() -> None:
    found = diff(process(), changed(without("talk", "won"), version="2"))
    plan = found.plan({"talk": "contact", "won": "deal"}, changes_outcome=("won",), ground="no more talks")
    assert (plan.mapping["talk"], plan.mapping["won"]) == ("contact", "deal")
    assert (plan.changes_outcome, plan.ground) == (("won",), "no more talks")
    assert (plan.source, plan.target) == (found.old, found.new)


def test_what_is_no_impact_is_named() -> None:
    with pytest.raises(ValueError, match="'bad' is no impact: one of none, labels, new_only, in_flight, breaking"):
        diff(process(), process()).at_least("bad")  # type: ignore[arg-type]


def test_of_many_ways_a_few_are_named_and_all_are_there_for_programs() -> None:
    stages: dict[str, dict[str, Any]] = {f"more-{number}": {} for number in range(20)}
    (found,) = diff(process(stages, back="free"), process(stages))
    assert found.text == (
        "nothing steps back any more; closed: 'talk' to 'contact', 'offer' to 'contact' and 'talk', "
        "'deal' to 'contact', 'talk' and 'offer', 'more-0' to 'contact', 'talk', 'offer' and 'deal', 19 more"
    )
    assert len(found.params["ways"]["closed"]) == 24 * 23 // 2


def test_what_is_too_tangled_to_decide_is_told_as_something_else() -> None:
    many = [any_of(role(f"a{n}"), role(f"b{n}")) for n in range(9)]
    more = any_of(*many, role("c"))
    assert [each.code for each in diff(asks(all_of(*many[:8]), none_of(*many)), asks(none_of(more), all_of(*many)))]
    assert [each.code for each in diff(asks(none_of(all_of(*many))), asks(none_of(all_of(*many[1:]))))] == [
        "rule_changed"
    ]


# -- pages and pictures -------------------------------------------------------------------------------------


def test_a_page_tells_each_impact_in_a_table() -> None:
    found = diff(process(), restaged(without("talk"), {"offer": {"label": "a|b"}}))
    assert markdown(found) == (
        "# acme 1 → acme 1\n\n"
        "## Breaking: deals in flight lose a place or a way\n\n"
        "| what | where | code |\n| --- | --- | --- |\n"
        "| stage 'talk' is gone: deals in it have no place; opened: 'contact' to 'offer' | stages\\[1\\] | "
        "`stage_removed` |\n\n"
        "## Labels: people read or count something else\n\n"
        "| what | where | code |\n| --- | --- | --- |\n"
        "| stage 'offer' is shown as 'a&#124;b', not as 'offer' | stages\\[1\\].label | `stage_relabelled` |\n\n"
        "the version is still '1': another definition takes another version\n"
    )


def test_a_page_of_nothing_says_so() -> None:
    assert markdown(diff(process(), process()), language="fr") == "# acme 1 → acme 1\n\nrien ne diffère\n"


def test_mermaid_draws_every_hostile_label_of_what_came_and_went_as_it_is() -> None:
    texts = [label for label in HOSTILE if "\ufb02" not in label and len(label) < 60]
    stages = {f"h{place}": {"label": label} for place, label in enumerate(texts)}
    came, went = diff(process(), process(stages)), diff(process(stages), process())
    for found, key, word, read in zip(
        (came, went), ("s", "gone_s"), ("new", "gone"), read_mermaid([mermaid(came), mermaid(went)]), strict=True
    ):
        boxes = {id: unmarked(text) for id, text, _ in read["boxes"]}
        assert [boxes[f"{key}{place}"] for place in range(7, 7 + len(texts))] == [[text, word] for text in texts]
        assert len(found) == len(texts)


def lines_of(found: Diff, **how: Any) -> list[str]:
    return [line.strip() for line in mermaid(found, **how).splitlines()]


def test_a_picture_shows_what_came_and_what_went() -> None:
    drawn = lines_of(diff(without("deal"), restaged(without("talk"), {"won": {"label": "Won"}})))
    assert drawn[drawn.index("flowchart LR") + 1 :][:16] == [
        'begin(["start"])',
        's0["contact"]',
        'gone_s1["talk<br>gone"]',
        's1["offer"]',
        's2["deal<br>new"]',
        'play["Any open stage"]',
        's3{{"wait<br>hold"}}',
        's4(["Won"])',
        's5(["lost"])',
        "begin --> s0",
        's0 -->|"new"| s1',
        's1 -->|"new"| s2',
        's2 -->|"new"| s4',
        'play <-->|"hold, resume"| s3',
        'play -->|"at any time"| s5',
        's0 -->|"gone"| gone_s1',
    ]
    assert drawn[-6:] == [
        "classDef added stroke:#1a7f37,stroke-width:3px",
        "class s2 added",
        "classDef removed stroke:#cf222e,stroke-width:3px,stroke-dasharray:6 3",
        "class gone_s1 removed",
        "linkStyle 1,2,3 stroke:#1a7f37,stroke-width:3px",
        "linkStyle 6,7,8 stroke:#cf222e,stroke-width:3px,stroke-dasharray:6 3",
    ]


def test_a_picture_tells_what_the_policy_gave_and_took() -> None:
    drawn = lines_of(diff(process(skip="free"), process(back="free")), language="fr")
    (group,) = [plain(line) for line in drawn if line.startswith("play[")]
    notes = "retours #58; libres #40;nouveau#41;<br>sauts #58; libres #40;supprimé#41;"
    assert group == f'play["Toute étape ouverte<br>{notes}"]'


def test_what_went_first_stands_first_in_a_picture() -> None:
    drawn = lines_of(diff(process(), without("contact")))
    assert drawn.index('gone_s0["contact<br>gone"]') < drawn.index('s0["talk"]')


def test_the_picture_of_equal_templates_is_that_of_one_but_for_its_title() -> None:
    template = process(skip="free", reopen_to=("talk",))
    assert mermaid(diff(template, template)).splitlines()[3:] == diagram.mermaid(template).splitlines()[3:]


def test_a_picture_of_differences_marks_all_that_went_and_draws_no_rules() -> None:
    old = process({"talk": {"rules": (present("owner"),)}}, skip="free")
    drawn = lines_of(diff(old, without("contact", "offer", "wait")))
    assert drawn[1] == 'title: "acme 1 \\U00002192 acme 1"'
    assert "class gone_s0,gone_s2,gone_s4 removed" in drawn
    assert 'gone_s4{{"wait<br>hold · gone"}}' in drawn
    assert not any("owner" in line for line in drawn)
    assert 'gone_s0["contact<br>gone"]' in drawn


# -- versions given together --------------------------------------------------------------------------------


def twice(call: Callable[[], object]) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        call()
    return caught.value


def test_two_definitions_of_one_version_are_refused_with_what_differs() -> None:
    calls: tuple[Callable[[], object], ...] = (
        lambda: audit([process(), asks(present("amount"))], []),
        lambda: priority([], [process(), asks(present("amount"))], at=days(1)),
    )
    for call in calls:
        error = twice(call)
        assert str(error) == (
            "template 'acme' contradicts itself:\n"
            "- version '1' is given in two definitions: 'talk' asks more: amount is present; give the later one "
            "another version @ version [version.twice]"
        )
        assert say(error) == str(error)
        assert "« talk » exige davantage : « amount » est renseigné" in plain(say(error, FRENCH))


def test_labels_make_no_second_definition_of_a_version() -> None:
    other = restaged(asks(present("amount")), {"offer": {"label": "Offer"}})
    (found,) = twice(lambda: audit([process(), other], [])).problems
    assert len(found.params["words"]["differences"]["join"]) == 1


def test_of_many_differences_a_few_are_named() -> None:
    other = restaged(process(), {stage.id: {"skippable": True} for stage in process().stages[:4]})
    error = twice(lambda: audit([process(), changed(other, policy=process(skip="free", back="free").policy)], []))
    (found,) = error.problems
    told = found.params["words"]["differences"]["join"]
    assert (len(told), told[-1]) == (SAID_AT_MOST + 1, {"code": "word.more", "count": 1})
    assert "; 1 more; give the later one" in str(error)


def test_two_that_behave_alike_are_one_version_and_two_versions_are_two() -> None:
    deal = sitting(process(), "contact")
    alike = [process(), process({"talk": {"label": "Talk"}}), changed(asks(present("amount")), version="2")]
    assert [*audit(alike, [deal])] == []
    assert [each.record.id for each in priority([deal], alike, at=days(1))] == ["D-1"]
