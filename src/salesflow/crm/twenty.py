"""Twenty: the options of the field `stage`, which say nothing of an outcome.

Won is what the caller names, and a stage for what is lost is added: in Twenty such a deal is deleted or stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._pipeline import Pipeline, StageRow, templates
from salesflow.crm._reading import Note, Reading, gathered
from salesflow.template import StageTemplate
from salesflow.values import is_listing

__all__ = ["pipelines"]


def pipelines(payload: Any, *, version: str = "1", won: Collection[str] = ("CUSTOMER",)) -> Reading[StageTemplate[Any]]:
    """Read the field `stage` of opportunities from the metadata API, or its `options` alone.

    `won` are the values that mean that the deal is won. Raises LoadError for a payload that is not what it claims to
    be.
    """
    whole = Node(payload)
    try:
        options = whole if is_listing(payload) else whole.need("options")
        rows = tuple(_stage(each, place, won) for place, each in enumerate(options.each()))
    except BadField as bad:
        raise refused("Twenty", bad) from None
    lost = StageRow("LOST", "Lost", 0, outcome="lost")
    pipeline = Pipeline("twenty", "Twenty: opportunities", rows, closing=(lost,), place=options.place)
    return gathered((*_won(rows, won, options), *templates([pipeline], version=version)), rows=len(rows))


def _stage(node: Node, place: int, won: Collection[str]) -> StageRow:
    value, position = node.need("value").name(), node.get("position")
    return StageRow(
        id=value,
        label=node.get("label").optional(),
        order=place if position.empty else position.number(),
        outcome="won" if value in won else None,
        place=node.place,
    )


def _won(rows: tuple[StageRow, ...], won: Collection[str], options: Node) -> Iterator[Note]:
    named = [row for row in rows if row.outcome]
    for row in named:
        text = f"{row.id!r} means that the deal is won: no outcome is told"
        yield Note(code="stage.outcome", kind="assumed", place=row.place, text=text)
    if not named:
        known = " or ".join(map(repr, won))
        text = f"there is no stage {known}: nothing here means that a deal is won"
        yield Note(code="stage.outcome", kind="odd", place=options.place, text=text)
