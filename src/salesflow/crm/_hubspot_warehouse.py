"""HubSpot in a warehouse: the tables of deals, their pipelines and stages, as a connector writes them.

- Rows are mappings of columns to cells, as `csv.DictReader` gives them or a database does.
- A row of `deal_stage` has a start and an end. The end is not read: it is another row's start, or 9999-12-31, or
  2050-01-01, while the deal is there.
- A deleted stage keeps its place in the order, often that of the stage which replaced it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any

from salesflow._cells import zone_of
from salesflow.crm._pages import read_moves
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._pipeline import Pipeline, StageRow, templates
from salesflow.crm._reading import Hole, Log, Note, Reading, Row, gathered, logged
from salesflow.stage import Outcome
from salesflow.template import StageTemplate

Table = Iterable[Mapping[str, Any]]


def pipelines_from_warehouse(
    stages: Table, pipelines: Table = (), *, version: str = "1"
) -> Reading[StageTemplate[Any]]:
    """Read the tables `deal_pipeline_stage` and `deal_pipeline` as a template for each pipeline.

    Raises LoadError for rows that are not what they claim to be.
    """
    try:
        listed = {node.need("pipeline_id").name(): node for node in _nodes(pipelines, "deal_pipeline")}
        rows: dict[str, list[StageRow]] = {id: [] for id in listed}
        for node in _nodes(stages, "deal_pipeline_stage"):
            rows.setdefault(node.need("pipeline_id").name(), []).append(_stage(node))
        read = [_pipeline(id, several, listed.get(id)) for id, several in rows.items()]
        notes = [note for id, several in rows.items() for note in _notes(id, several, listed)]
    except BadField as bad:
        raise refused("a HubSpot warehouse", bad) from None
    made = templates(read, version=version)
    return gathered((*notes, *made), rows=sum(map(len, rows.values())))


def _nodes(table: Table, name: str) -> list[Node]:
    return [Node(row, (name, place)) for place, row in enumerate(table)]


def _gone(node: Node) -> bool:
    return node.get("_fivetran_deleted").flag() or (not node.get("active").empty and not node.get("active").flag())


def _stage(node: Node) -> StageRow:
    chance = node.get("probability")
    closed = node.need("is_closed").flag()
    won = (node.need("closed_won") if closed else node.get("closed_won")).flag()
    outcome: Outcome | None = "won" if won else "lost" if closed else None
    return StageRow(
        id=node.need("stage_id").name(),
        label=node.get("label").optional(),
        order=node.need("display_order").number(),
        outcome=outcome,
        probability=None if chance.empty else chance.number() * 100,
        life="retired" if _gone(node) else "active",
        place=node.place,
    )


def _pipeline(id: str, rows: list[StageRow], listed: Node | None) -> Pipeline:
    label = "" if listed is None else listed.get("label").optional()
    # of a stage that was deleted and came back, the row that lives counts
    living_first = sorted(rows, key=lambda row: row.life == "retired")
    return Pipeline(id, label or id, tuple(living_first), place=rows[0].place if rows else f"the pipeline {id!r}")


def _notes(id: str, rows: list[StageRow], listed: Mapping[str, Node]) -> Iterator[Note]:
    for row in rows:
        if row.life == "retired":
            text = f"the stage {row.id!r} is deleted: retired here"
            yield Note(code="stage.deleted", kind="odd", place=row.place, text=text)
    if listed and id not in listed:
        text = f"the pipeline {id!r} of {len(rows)} stages is not in deal_pipeline"
        yield Note(code="pipeline.unlisted", kind="odd", place=rows[0].place, text=text)
    elif listed and _gone(listed[id]):
        text = f"the pipeline {id!r} is deleted"
        yield Note(code="pipeline.archived", kind="odd", place=listed[id].place, text=text)


# -- history ------------------------------------------------------------------------------------------------


def history_from_warehouse(rows: Table, *, stages: Table = (), merged: Table = (), zone: str | tzinfo = "UTC") -> Log:
    """Read the table `deal_stage`; `stages` is `deal_pipeline_stage`, which tells the pipeline of each row.

    `merged` is `merged_deal`. Times without a zone are read in `zone`: the connector writes UTC. Raises ValueError for
    an unknown zone, and LoadError for rows that are not what they claim to be.
    """
    local = zone_of(zone)
    try:
        pipelines = _pipelines(_nodes(stages, "deal_pipeline_stage"))
        into = {node.need("merged_deal_id").name(): node for node in _nodes(merged, "merged_deal")}
        found = read_moves(_nodes(rows, "deal_stage"), lambda node: [_row(node, pipelines, local)], _whose)
        unread = [each for each in found if isinstance(each, Note | Hole)]
        read = [each for each in found if not isinstance(each, Note | Hole)]
        notes = [*_odd(read, pipelines, local), *_merged(read, into), *unread]
    except BadField as bad:
        raise refused("a HubSpot warehouse", bad) from None
    return logged(
        [*notes, *(row for row, _, _ in read)],
        rows=len(read) + sum(isinstance(each, Note) for each in unread),
        told=["by"],
    )


_Read = tuple[Row, Node, bool]
"""A row, where it stood, and whether its time has no zone."""


def _pipelines(nodes: list[Node]) -> dict[str, set[str]]:
    """Return the pipelines in which each stage lies."""
    found: dict[str, set[str]] = {}
    for node in nodes:
        found.setdefault(node.need("stage_id").name(), set()).add(node.need("pipeline_id").name())
    return found


def _whose(node: Node) -> Iterator[str]:
    yield node.need("deal_id").name()


def _row(node: Node, pipelines: Mapping[str, set[str]], zone: tzinfo | None) -> _Read:
    entered = node.get("date_entered")
    at, naive = _moment(node.need("_fivetran_start") if entered.empty else entered, zone)
    stage = node.need("value").name()
    lies_in = pipelines.get(stage, set())
    by, deal = node.get("source_id").optional(), node.need("deal_id").name()
    pipeline = next(iter(lies_in)) if len(lies_in) == 1 else ""
    return {"deal": deal, "stage": stage, "at": at, "by": by, "pipeline": pipeline}, node, naive


def _moment(node: Node, zone: tzinfo | None) -> tuple[datetime, bool]:
    # a sheet that was saved again writes hours with one digit
    whole = re.sub(r"^(\d{4}-\d\d-\d\d) (\d:)", r"\1 0\2", node.value) if isinstance(node.value, str) else node.value
    padded = Node(whole, node.parts)
    try:
        return padded.moment(), False
    except BadField as bad:
        if bad.problem.code != "time.naive":
            raise
        return padded.moment(zone), True


def _odd(read: list[_Read], pipelines: Mapping[str, set[str]], zone: tzinfo | None) -> Iterator[Note]:
    for row, node, naive in read:
        if naive:
            yield Note(code="time.zone", kind="assumed", text=f"times without a zone are read in {zone}")
        lies_in = pipelines.get(str(row["stage"]), set())
        if pipelines and not lies_in:
            text = f"the stage {row['stage']!r} is in no pipeline"
            yield Note(code="pipeline.unlisted", kind="odd", place=node.place, text=text)
        if len(lies_in) > 1:
            text = f"the stage {row['stage']!r} is in {len(lies_in)} pipelines"
            yield Note(code="stage.shared", kind="odd", place=node.place, text=text)


def _merged(read: list[_Read], into: Mapping[str, Node]) -> Iterator[Note]:
    for deal in dict.fromkeys(str(row["deal"]) for row, _, _ in read):
        if deal in into:
            text = f"the deal {deal!r} was merged into {into[deal].need('deal_id').name()!r}, and keeps its rows"
            yield Note(code="deal.merged", kind="odd", place=into[deal].place, text=text)
