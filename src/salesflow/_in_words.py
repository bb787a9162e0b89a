"""Templates in words: their titles, their stages, what their rules ask, and what their policies allow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from salesflow._compile import starts_of
from salesflow._texts import listed
from salesflow.moves import Move
from salesflow.rules import AnyRule, describe
from salesflow.stage import Stage
from salesflow.template import StageTemplate


def title(template: StageTemplate[Any], language: str = "") -> str:
    """Name a template, its version and what it moves."""
    label = template.labels.get(language) or template.label
    named = f"{label}: " if label else ""
    return f"{named}{template.id}, version {template.version}, for {template.record.kind} records"


def traits(stage: Stage) -> Iterator[str]:
    """Say what sets a stage apart from others."""
    if stage.outcome:
        yield stage.outcome
    if stage.hold:
        yield "hold"
    if stage.skippable:
        yield "skippable"
    if stage.life != "active":
        yield stage.life


def asked(rule: AnyRule) -> str:
    """Say what a rule requires, and how it can be passed over."""
    warns = ", or warns" if rule.severity == "warn" else ""
    passed = f", unless overridden by {' or '.join(rule.overridable_by)}" if rule.overridable_by else ""
    return f"{describe(rule)}{warns}{passed}"


def all_asked(move: Move) -> list[str]:
    """Say what a declared move asks beside the rules of its target, but for its roles."""
    return [*map(asked, move.rules), *(["a ground"] if move.ground else [])]


def span(time: timedelta | None) -> str:
    """Write a span of time."""
    return str(time or "").removesuffix(", 0:00:00")


# -- policies -----------------------------------------------------------------------------------------------


_NEXT = {
    "free": "each stage leads to the next, the last one to winning",
    "declared": "a step to the next stage exists only where a move declares it",
}
_SKIP = {
    "never": "no stage is passed over",
    "with_ground": "stages may be passed over with a stated ground; their rules are asked all the same",
    "free": "stages may be passed over; their rules are asked all the same",
}
_BACK = {
    "never": "nothing steps back",
    "with_ground": "earlier stages may be entered again with a stated ground",
    "free": "earlier stages may be entered again",
}
_LOSE = {
    "any_time": "any open stage may be lost",
    "declared": "losing exists only where a move declares it",
}


def sentences(template: StageTemplate[Any]) -> Iterator[str]:
    """Say what the policy allows, one thing a sentence."""
    policy = template.policy
    yield f"records start in {_named(starts_of(template.stages, policy))}"
    yield _NEXT[policy.next]
    yield _SKIP[policy.skip]
    yield from _exceptions(template)
    yield _BACK[policy.back]
    if any(stage.outcome == "lost" for stage in template.stages):
        yield _LOSE[policy.lose]
    yield _reopening(template)
    if policy.lock_closed:
        yield "the fields of a closed record are locked until it is reopened"


def _exceptions(template: StageTemplate[Any]) -> Iterator[str]:
    """Say what stands outside the order: stages that a ground passes over, and holds."""
    skippable = [stage.id for stage in template.stages if stage.skippable]
    if skippable:
        yield f"a stated ground passes over {_named(skippable)} all the same, and waives what is asked there"
    holds = [stage.id for stage in template.stages if stage.hold]
    if holds:
        yield f"any open stage may be held in {_named(holds)}, and resumed where it was left"


def _reopening(template: StageTemplate[Any]) -> str:
    policy = template.policy
    lost = [stage.id for stage in template.stages if stage.outcome == "lost"]
    closed = lost if policy.reopen_from is None else policy.reopen_from
    if not closed or not policy.reopen_to:
        return "nothing that is closed is reopened"
    return f"{_named(closed)} may be reopened to {_named(policy.reopen_to)} with a stated ground"


def _named(ids: tuple[str, ...] | list[str]) -> str:
    return listed([repr(each) for each in ids])
