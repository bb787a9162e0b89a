"""Rules that HubSpot enforces on a pipeline: the order of its stages, where deals start, and who may edit them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from salesflow.crm._pages import pages
from salesflow.crm._payload import Node
from salesflow.crm._pipeline import Pipeline, StageRow, Tree, ordered
from salesflow.crm._reading import Note


def by_pipeline(payload: Any) -> dict[str, Node]:
    """Return what is told of each pipeline, by its id. Raises BadField."""
    return {} if payload is None else {page.need("pipelineId").name(): page for page in pages(payload)}


def governed(pipeline: Pipeline, told: Node) -> Iterator[Pipeline | Note]:
    """Yield the pipeline with the rules of `/crm/pipelines-rules/…`, after the notes on them. Raises BadField."""
    rules = told.need("governanceValidationRules")
    skip, back = _sequence(rules.need("noSkippingStagesRule")), _sequence(rules.need("noBackwardsMovementRule"))
    created = _listed(rules.need("objectCreationRule"))
    yield from _not_there(pipeline, (*skip.stages, *back.stages, *created))
    yield from _notes(pipeline, skip, back, told)
    starts = tuple(row.id for row in ordered(pipeline) if row.id in {each.name() for each in created} and _works(row))
    if created and not starts:
        text = f"{pipeline.id!r}: no deal can start in the stages named, so the first stage counts"
        yield Note(code="governance.stage", kind="dropped", place=told.place, text=text)
    policy = {**_policy(pipeline, skip, back), **({"start_at": starts} if starts else {})}
    yield replace(pipeline, policy=policy, moves=_steps_back(pipeline, back), stages=_skippable(pipeline, skip))


def _works(row: StageRow) -> bool:
    return row.outcome is None and row.life == "active"


# -- the order of the stages --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sequence:
    everywhere: bool
    stages: tuple[Node, ...]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(each.name() for each in self.stages)

    @property
    def on(self) -> bool:
        return self.everywhere or bool(self.stages)


def _sequence(node: Node) -> _Sequence:
    if node.empty:
        return _Sequence(everywhere=False, stages=())
    return _Sequence(node.need("enabledForAllStages").flag(), _listed(node))


def _listed(node: Node) -> tuple[Node, ...]:
    return () if node.empty else tuple(node.need("pipelineStageIds").each())


def _policy(pipeline: Pipeline, skip: _Sequence, back: _Sequence) -> dict[str, Any]:
    policy: dict[str, Any] = {"skip": "never"} if skip.on else {}
    if back.everywhere:
        return policy | {"back": "never", "reopen_to": ()}
    if back.on:
        lost = tuple(row.id for row in ordered(pipeline) if row.outcome == "lost" and row.id not in back.ids)
        return policy | {"back": "never", "reopen_from": lost}
    return policy


def _skippable(pipeline: Pipeline, skip: _Sequence) -> tuple[StageRow, ...]:
    partly = skip.on and not skip.everywhere
    return tuple(row._replace(skippable=partly and row.id not in skip.ids and _works(row)) for row in pipeline.stages)


def _steps_back(pipeline: Pipeline, back: _Sequence) -> tuple[Tree, ...]:
    """Declare the steps back that stay: those out of the stages that the rule does not name."""
    if back.everywhere or not back.on:
        return ()
    rows = [row for row in ordered(pipeline) if _works(row)]
    ways = (
        (tuple(row.id for row in rows[place + 1 :] if row.id not in back.ids), rows[place].id)
        for place in range(len(rows))
    )
    return tuple({"sources": sources, "target": target, "ground": True} for sources, target in ways if sources)


def _not_there(pipeline: Pipeline, named: tuple[Node, ...]) -> Iterator[Note]:
    known = {row.id for row in pipeline.stages}
    for each in named:
        if each.name() not in known:
            text = f"{pipeline.id!r} has no stage {each.name()!r}"
            yield Note(code="governance.stage", kind="dropped", place=each.place, text=text)


def _notes(pipeline: Pipeline, skip: _Sequence, back: _Sequence, told: Node) -> Iterator[Note]:
    partly = "the stages named may not be passed over, and the others may, with a ground"
    said = {
        partly: skip.on and not skip.everywhere,
        "a deal may be lost from any stage": skip.on,
        "nothing goes back out of the stages named": back.on and not back.everywhere,
        "no stage backwards means that no lost deal is reopened": back.everywhere,
    }
    for text in (text for text, holds in said.items() if holds):
        yield Note(code="governance.meaning", kind="assumed", place=told.place, text=f"{pipeline.id!r}: {text}")
    approval = told.get("approvalStage")
    if not approval.empty:
        stage = approval.get("pipelineStageId").optional()
        text = f"{pipeline.id!r}: the approval asked for in {stage!r} is not taken over"
        yield Note(code="governance.approval", kind="dropped", place=approval.place, text=text)


# -- who may edit -------------------------------------------------------------------------------------------


def permitted(pipeline: Pipeline, told: Node) -> Iterator[Pipeline | Note]:
    """Yield the pipeline with the permissions of `…/stage-edit-permissions`, after the notes. Raises BadField."""
    entries = [each for each in told.need("stages").each() if each.need("permissionMode").name() == "RESTRICTED"]
    roles = {each.need("pipelineStageId").name(): _roles(each) for each in entries}
    yield from _not_there(pipeline, tuple(each.need("pipelineStageId") for each in entries))
    for each in entries:
        if not _roles(each):
            text = f"{pipeline.id!r}: {each.get('pipelineStageId').name()!r} is restricted to nobody: left out"
            yield Note(code="governance.nobody", kind="dropped", place=each.place, text=text)
    if any(roles.values()):
        text = (
            f"{pipeline.id!r}: who may edit a stage may bring a deal there; an actor tells it by the roles "
            "'user:…', 'team:…' and 'super_admin'"
        )
        yield Note(code="governance.meaning", kind="assumed", place=told.place, text=text)
    rows = (
        row._replace(rules=({"rule": "role", "roles": roles[row.id]},) if roles.get(row.id) else ())
        for row in pipeline.stages
    )
    yield replace(pipeline, stages=tuple(rows))


def _roles(entry: Node) -> tuple[str, ...]:
    users = (f"user:{each.name()}" for each in entry.need("userIds").each())
    teams = (f"team:{each.name()}" for each in entry.need("teamIds").each())
    return (*users, *teams, *(("super_admin",) if entry.need("superAdmin").flag() else ()))
