"""Zoho CRM: pipelines with their blueprints, and the timelines or stage histories of deals.

- Deals carry values, not ids: a stage is its `actual_value`, with the `display_value` that people see as its alias,
  and so is a pipeline.
- The outcome is kept on the stage, as `forecast_type`. Chances to win are not in the answer.
- A timeline tells what was there before, where nothing is null or the text "blank"; a stage history does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from salesflow.crm._pages import by_deal, once, pages, read_each, read_moves, unfinished
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._pipeline import Pipeline, StageRow, templates
from salesflow.crm._placed import ALWAYS, pipeline_at
from salesflow.crm._placed import ways as ways_of
from salesflow.crm._reading import Hole, Log, Note, Reading, Row, gathered, logged, parted
from salesflow.crm._zoho_ways import declared, strangers, ways
from salesflow.stage import Forecast, Outcome
from salesflow.template import StageTemplate

__all__ = ["history", "pipelines"]


def pipelines(payload: Any, *, version: str = "1", blueprints: Any = None) -> Reading[StageTemplate[Any]]:
    """Read `GET /crm/v8/settings/pipeline?layout_id=`, one layout's or a list of them, as a template for each pipeline.

    `blueprints` are answers of `GET /crm/v8/Deals/{id}/actions/blueprint`, one or a list: the ways out of the stage in
    which that deal is. Raises LoadError for a payload that is not what it claims to be.
    """
    try:
        listed = [node for page in pages(payload) for node in page.need("pipeline").each()]
        nodes, notes = parted(_once(listed))
        read = [_pipeline(node) for node in nodes]
        notes += [note for node in nodes for note in _odd(node)]
        told, untold = parted(ways(blueprints))
    except BadField as bad:
        raise refused("Zoho CRM", bad) from None
    made, reach = parted(part for each in read for part in declared(each, told))
    notes += [*_names(read), *untold, *strangers(read, told), *reach]
    return gathered((*notes, *templates(made, version=version)), rows=sum(len(each.stages) for each in read))


def _once(nodes: list[Node]) -> Iterator[Node | Note]:
    yield from once([node for node in nodes if not node.get("id").empty])
    yield from (node for node in nodes if node.get("id").empty)


def _pipeline(node: Node) -> Pipeline:
    id = node.need("actual_value").name()
    rows = [_stage(stage, place) for place, stage in enumerate(node.need("maps").each())]
    taken = [row.id for row in rows] + [row.label for row in rows]
    stages = tuple(row._replace(aliases=(row.label,) if taken.count(row.label) == 1 else ()) for row in rows)
    return Pipeline(id, node.get("display_value").optional() or id, stages, place=node.place)


_LAST = 10**6
"""The place of a stage that has none."""
_OUTCOMES: dict[str, Outcome | None] = {"open": None, "closed won": "won", "closed lost": "lost"}
_FORECASTS: dict[str, Forecast] = {
    "pipeline": "pipeline",
    "best case": "best_case",
    "most likely": "most_likely",
    "commit": "commit",
    "committed": "commit",
    "closed": "closed",
    "omitted": "omitted",
}


def _stage(node: Node, place: int) -> StageRow:
    id, order, kind = node.need("actual_value").name(), node.get("sequence_number"), node.need("forecast_type")
    if kind.name().casefold() not in _OUTCOMES:
        kind.bad("payload.value", f"Open, Closed Won or Closed Lost is wanted here, not {kind.name()!r}")
    return StageRow(
        id=id,
        label=node.get("display_value").optional() or id,
        order=_LAST + place if order.empty else order.number(),
        outcome=_OUTCOMES[kind.name().casefold()],
        forecast=_FORECASTS.get(_category(node).casefold()),
        place=node.place,
    )


def _category(node: Node) -> str:
    category = node.get("forecast_category")
    return "" if category.empty else category.get("name").optional()


def _odd(pipeline: Node) -> Iterator[Note]:
    for stage in pipeline.get("maps").each():
        id, category = stage.get("actual_value").name(), _category(stage)
        if stage.get("sequence_number").empty:
            text = f"the stage {id!r} has no place in the order: it stands last"
            yield Note(code="stage.order", kind="odd", place=stage.place, text=text)
        if category and category.casefold() not in _FORECASTS:
            text = f"the forecast category {category!r} of {id!r} is not known"
            yield Note(code="stage.forecast", kind="dropped", place=stage.place, text=text)


def _names(read: list[Pipeline]) -> Iterator[Note]:
    first: dict[str, Pipeline] = {}
    for each in read:
        if first.setdefault(each.id, each) is not each:
            text = f"two pipelines are named {each.id!r}: deals carry the name alone, and cannot be told apart"
            yield Note(code="pipeline.name", kind="odd", place=each.place, text=text)


# -- history ------------------------------------------------------------------------------------------------


def history(payload: Any, *, deal: str = "", pipeline: str = "") -> Log:
    """Read `GET /crm/v8/Deals/{id}/__timeline`, or its related list `Stage_History`, one page or a list of them.

    `deal` is the id of the record where the rows do not say it, as those of a stage history; `pipeline` where a deal is
    whose timeline does not say it. Raises LoadError for a payload that is not what it claims to be.
    """
    try:
        listed = [node for page in pages(payload) for node in _entries(page)]
        named, unnamed = parted(read_each(listed, lambda node: (node.need("id").name(), node)[1]))
        kept, repeated = parted(once(named))
        found = read_moves(kept, lambda node: [_entry(node, deal)], lambda node: [_whose(node, deal)])
        unread = [each for each in found if isinstance(each, Note | Hole)]
        read = [each for each in found if not isinstance(each, Note | Hole)]
    except BadField as bad:
        raise refused("Zoho CRM", bad) from None
    notes = [*_unfinished(payload, deal), *unnamed, *repeated, *unread]
    deals: dict[str, list[_Entry]] = {}
    for each in read:
        deals.setdefault(each.deal, []).append(each)
    rows = [row for several in deals.values() for row in _rows(several, pipeline)]
    tells_source = not any(page.has("data") for page in pages(payload))
    return logged([*notes, *rows], rows=len(listed), told=["source", "by"] if tells_source else ["by"])


def _entries(page: Node) -> Iterator[Node]:
    return page.need("data" if page.has("data") else "__timeline").each()


def _unfinished(payload: Any, deal: str) -> Iterator[Note]:
    last = [several[-1] for several in by_deal(pages(payload), _entries, lambda node: [_whose(node, deal)])]
    return (unfinished(page) for page in last if page.has("info") and _more(page.get("info")))


def _more(info: Node) -> bool:
    return info.has("more_records") and str(info.get("more_records").value).casefold() == "true"


@dataclass(frozen=True, slots=True)
class _Entry:
    """What happened to a deal at one time."""

    node: Node
    deal: str
    at: datetime
    by: str
    automation: str
    action: str = ""
    stage: str = ""
    """Empty where the stage did not change."""
    source: str = ""
    pipeline: str = ""
    """Empty where the pipeline did not change."""
    came_from: str = ""


def _entry(node: Node, deal: str) -> _Entry:
    if node.has("Stage"):
        return _of_list(node, deal)
    changes = _changes(node)
    stage, pipeline = _change(changes.get("Stage")), _change(changes.get("Pipeline"))
    return _Entry(
        node,
        _whose(node, deal),
        node.need("audited_time").moment(),
        _who(node.get("done_by")),
        _automation(node.get("automation_details")),
        node.get("action").optional(),
        stage=stage[1],
        source=stage[0],
        pipeline=pipeline[1],
        came_from=pipeline[0],
    )


def _of_list(node: Node, deal: str) -> _Entry:
    if not deal:
        node.bad("payload.missing", "a stage history does not say of which deal it is: name it as 'deal'")
    at, by = node.need("Modified_Time").moment(), _who(node.get("Modified_By"))
    return _Entry(node, deal, at, by, "", stage=node.need("Stage").name())


def _whose(node: Node, deal: str) -> str:
    record = node.get("record")
    module = node.get("record").get("module") if not record.empty else Node(None)
    name = module.get("api_name").optional() if module.has("api_name") else ""
    if name not in {"", "Deals", "Potentials"}:
        node.bad("stage.other", f"this happened to a record of {name!r}, not to a deal")
    return deal if record.empty and deal else node.need("record").need("id").name()


def _who(node: Node) -> str:
    if node.empty:
        return ""
    return node.get("name" if node.get("id").empty else "id").optional()


def _automation(node: Node) -> str:
    if node.empty:
        return ""
    rule = node.get("rule")
    return node.get("type").optional() if rule.empty else rule.get("name").optional()


def _changes(node: Node) -> dict[str, Node]:
    told = node.get("field_history")
    return {} if told.empty else {each.need("api_name").name(): each for each in told.each()}


def _change(told: Node | None) -> tuple[str, str]:
    """Return what was there before and what came, each as the value that deals carry."""
    if told is None:
        return "", ""
    value = told.need("_value")
    new = _plain(told, value.need("new"))
    return _plain(told, value.need("old")), new or value.get("new").bad("payload.value", "nothing came in its place")


def _plain(told: Node, value: Node) -> str:
    name = value.optional()
    if name.casefold() == "blank":
        return ""
    choices = told.get("pick_list_values")
    listed = [] if choices.empty else [*choices.each()]
    shown = {each.get("display_value").optional(): each.get("actual_value").optional() for each in listed}
    return name if name in shown.values() else shown.get(name) or name


def _rows(entries: list[_Entry], pipeline: str) -> Iterator[Row | Note]:
    ordered = sorted(entries, key=lambda entry: entry.at)
    moves = [entry for entry in ordered if entry.stage]
    placed = [(entry.at, entry.pipeline) for entry in ordered if entry.pipeline]
    before = next((entry.came_from for entry in ordered if entry.pipeline), "")
    placed = [(ALWAYS, before), *placed] if before else placed
    yield from _fate(ordered[0], moves, placed or ([(ALWAYS, pipeline)] if pipeline else []))
    for entry in moves:
        yield {
            "deal": entry.deal,
            "stage": entry.stage,
            "at": entry.at,
            "source": entry.source,
            "by": entry.by,
            "automation": entry.automation,
            "pipeline": pipeline_at(placed, entry.at) or pipeline,
        }


def _fate(first: _Entry, moves: list[_Entry], placed: list[tuple[datetime, str]]) -> Iterator[Note]:
    def odd(code: str, text: str) -> Note:
        return Note(code=code, kind="odd", place=first.node.place, text=f"the deal {first.deal!r} {text}")

    if not moves:
        yield odd("history.empty", "has no history of its stage")
    elif moves[0].source:
        yield odd("history.late", f"begins as it leaves {moves[0].source!r}")
    if not placed:
        yield odd("pipeline.untold", "says nothing of its pipeline")
    if ways_of(placed):
        yield odd("pipeline.changed", f"changed its pipeline: {ways_of(placed)}")
