"""Pipedrive: stages and pipelines of both versions of the API, deals, and their changes: flow, changelog, table rows.

- The outcome of a deal is its status, beside the stage: the stages `won` and `lost` are added.
- Stages have numbers of their own in the whole account, so a stage tells its pipeline.
- Fields that Pipedrive asks for in a stage or before an outcome are rules of that stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from salesflow.crm._pages import last_missing, once
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._pipedrive_deals import records
from salesflow.crm._pipedrive_fields import Asked, asked
from salesflow.crm._pipedrive_history import history
from salesflow.crm._pipedrive_pages import answers, items, more
from salesflow.crm._pipeline import Pipeline, StageRow, Tree, templates
from salesflow.crm._reading import Note, Reading, gathered
from salesflow.stage import Outcome
from salesflow.template import StageTemplate

__all__ = ["history", "pipelines", "records"]


def pipelines(payload: Any, *, version: str = "1") -> Reading[StageTemplate[Any]]:
    """Read stages, and the pipelines and deal fields beside them, as a template for each pipeline.

    `payload` is an answer of `GET /stages` (v1 or v2), or a list of answers of `/stages`, `/pipelines` and
    `/dealFields` in any order; also the rows of a table with `stage_id` and `stage_name`. Raises LoadError for a
    payload that is not what it claims to be.
    """
    try:
        found = [*_found(answers(payload))]
        told = [each for each in found if isinstance(each, _Told)]
        read = [*_pipelines(told)]
    except BadField as bad:
        raise refused("Pipedrive", bad) from None
    notes = [each for each in (*found, *read) if isinstance(each, Note)]
    made = templates([each for each in read if isinstance(each, Pipeline)], version=version)
    return gathered((*notes, *made), rows=sum(each.kind == "stage" for each in told))


class _Told(NamedTuple):
    """A thing in an answer, and what it is."""

    kind: str
    id: str
    node: Node


_KEYS = {"stage_id": "stage", "field_code": "field", "id": ""}
"""Which key holds the id of what: tables of other hands call it `stage_id`, and an `id` alone says nothing."""


def _found(pages: list[Node]) -> Iterator[_Told | Note]:
    """Yield what the answers hold, each thing once."""
    held = [(page, items(page)) for page in pages]
    several = [node for _, nodes in held for node in nodes]
    for kind in ("stage", "pipeline", "field"):
        yield from last_missing([page for page, nodes in held if nodes and _kind(nodes[0]) == kind], more)
        for key in _KEYS:
            for each in once([node for node in several if (_kind(node), _key(node)) == (kind, key)], key):
                yield each if isinstance(each, Note) else _Told(kind, each.get(key).name(), each)


def _key(node: Node) -> str:
    return next((key for key in _KEYS if node.get(key).value is not None), "id")


def _kind(node: Node) -> str:
    return _KEYS[_key(node)] or ("stage" if node.has("pipeline_id") else "pipeline")


# -- pipelines ----------------------------------------------------------------------------------------------


def _pipelines(told: list[_Told]) -> Iterator[Pipeline | Note]:
    listed = {each.id: each.node for each in told if each.kind == "pipeline"}
    wanted = asked(each.node for each in told if each.kind == "field")
    homes: dict[str, list[_Told]] = {id: [] for id in listed}
    stages = [each for each in told if each.kind == "stage"]
    yield from _astray(stages)
    for each in stages:
        homes.setdefault(_home(each), []).append(each)
    for id, own in homes.items():
        yield from _pipeline(id, listed.get(id), own, wanted)
    known = {("stage", each.id) for each in stages} | {("pipeline", id) for id in homes}
    yield from (_homeless(each) for each in wanted if each.where and each.where not in known)


def _home(stage: _Told) -> str:
    return stage.node.get("pipeline_id").optional() or FIRST


FIRST = "1"
"""The pipeline that every account begins with."""


def _astray(stages: list[_Told]) -> Iterator[Note]:
    """Yield a note on each stage that is in no pipeline, while others are in one."""
    astray = [each for each in stages if each.node.get("pipeline_id").empty]
    for each in astray if len(astray) < len(stages) else ():
        text = f"the stage {each.id!r} is in no pipeline: taken for one of the pipeline {FIRST!r}"
        yield Note(code="pipeline.assumed", kind="assumed", place=each.node.place, text=text)


def _homeless(wanted: Asked) -> Note:
    kind, id = wanted.where or ("", "")
    text = f"{wanted.path!r} is asked for in the {kind} {id!r}, which is not listed"
    return Note(code="rule.homeless", kind="dropped", place=wanted.place, text=text)


def _pipeline(id: str, node: Node | None, stages: list[_Told], wanted: list[Asked]) -> Iterator[Pipeline | Note]:
    first = stages[0].node if stages else Node({})
    label = (first.get("pipeline_name") if node is None else node.get("name")).optional()
    shown = node or first
    counts = not (_switched_off(shown) or _switched_off(first))
    rows = tuple(_stage(number, each, wanted, counts=counts) for number, each in enumerate(stages))
    gone, unplaced = node is not None and _gone(node), any(each.node.get("order_nr").empty for each in stages)
    said = {
        "pipeline.unnamed": "" if label else f"no name of the pipeline {id!r} is told",
        "pipeline.archived": f"the pipeline {id!r} is deleted: read all the same" if gone else "",
        "pipeline.chances": "" if counts else f"chances to win are switched off in the pipeline {id!r}: left out",
        "stage.order": f"stages of {id!r} have no place: listed in the payload's order" if unplaced else "",
    }
    for code in (code for code, text in said.items() if text):
        yield Note(code=code, kind=_NOTED[code], place=shown.place, text=said[code])
    yield Pipeline(id, label or id, rows, closing=_closing(id, wanted), place=shown.place)


_NOTED: dict[str, Literal["assumed", "dropped", "odd"]] = {
    "pipeline.unnamed": "assumed",
    "pipeline.archived": "odd",
    "pipeline.chances": "dropped",
    "stage.order": "assumed",
}


def _gone(node: Node) -> bool:
    standing = node.get("active_flag" if node.has("active_flag") else "active")
    return node.get("is_deleted").flag() or not (standing.empty or standing.flag())


def _switched_off(node: Node) -> bool:
    """Tell whether a pipeline, or a stage that tells of its pipeline, says that chances to win are not in use."""
    keys = ["is_deal_probability_enabled", "pipeline_deal_probability"]
    if not node.has("pipeline_id"):
        keys.append("deal_probability")  # of a pipeline (v1) a switch, of a stage a number
    return any(not node.get(key).empty and not node.get(key).flag() for key in keys)


def _stage(number: int, told: _Told, wanted: list[Asked], *, counts: bool) -> StageRow:
    node = told.node
    order, chance = node.get("order_nr"), node.get("deal_probability")
    return StageRow(
        id=told.id,
        label=node.need("name" if node.has("name") else "stage_name").optional(),
        order=number if order.empty else order.number(),
        probability=chance.number() if counts and not chance.empty else None,
        life="retired" if _gone(node) else "active",
        place=node.place,
        rules=_rules(each for each in wanted if each.stage == told.id or not (each.stage or each.outcome)),
    )


def _closing(pipeline: str, wanted: list[Asked]) -> tuple[StageRow, ...]:
    def row(outcome: Outcome) -> StageRow:
        rules = _rules(each for each in wanted if (each.pipeline, each.outcome) == (pipeline, outcome))
        return StageRow(id=outcome, label=outcome.title(), order=0, outcome=outcome, rules=rules)

    return row("won"), row("lost")


def _rules(wanted: Iterable[Asked]) -> tuple[Tree, ...]:
    return tuple({"rule": "present", "field": path} for path in dict.fromkeys(each.path for each in wanted))
