"""Reach: where the stages of a template lead, and which of them lead nowhere or are led to by nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesflow._compile import Table, starts_of
from salesflow._graph import reachable, reversed_edges
from salesflow.stage import Stage
from salesflow.template import StageTemplate

Ways = Mapping[str, set[str]]
"""Where each stage leads, by id."""


def ways(template: StageTemplate[Any]) -> dict[str, set[str]]:
    """Return where each stage leads, by id: the moves that exist, whatever their rules ask.

    A record that is held goes on from the stage that it left, so a hold leads to all that can be left for it.
    """
    # no rule decides whether a way exists; without them many rules on many stages cannot make this long
    bare = [_without_rules(stage) for stage in template.stages]
    moves = tuple(_without_rules(move) for move in template.moves)
    table = Table(tuple(bare), moves, template.policy, template.framework)
    return {stage.id: _resumed(table, stage) if stage.hold else _led_to(table, stage) for stage in bare}


# A hold resumes what was left for it and opens no new way. Passed through blindly, it would lead from everywhere to
# everywhere: so what is reached is not followed out of holds, and what can close is not followed back into them.


def dead_ends(template: StageTemplate[Any], known: Ways | None = None) -> tuple[str, ...]:
    """Return the open stages from which no outcome can be reached; `known` are its ways, worked out before."""
    outcomes, holds = [stage.id for stage in template.stages if stage.outcome], _holds(template)
    onward = {source: targets - holds for source, targets in (known or ways(template)).items()}
    closing = reachable(outcomes, reversed_edges(onward))
    return tuple(stage.id for stage in template.stages if stage.open and stage.id not in closing)


def unreached(template: StageTemplate[Any], known: Ways | None = None) -> tuple[str, ...]:
    """Return the stages that nothing comes to, however often it is moved on, back, closed and reopened."""
    holds = _holds(template)
    onward = {source: targets for source, targets in (known or ways(template)).items() if source not in holds}
    reached = reachable(starts_of(template.stages, template.policy), onward)
    return tuple(stage.id for stage in template.stages if stage.id not in reached)


def _holds(template: StageTemplate[Any]) -> set[str]:
    return {stage.id for stage in template.stages if stage.hold}


def _without_rules(holder: Any) -> Any:
    return holder.model_copy(update={"rules": ()})


def _led_to(table: Table, stage: Stage) -> set[str]:
    return {target for target in table.stages if table.leads(stage.id, None, target)}


def _resumed(table: Table, hold: Stage) -> set[str]:
    return {left for left in table.order if table.leads(hold.id, left, left)}
