"""Cells: what a row of anybody's table holds, and what stands in it for nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from salesflow._cells import BadCell, as_mapping, name_cell
from salesflow.crm._payload import Node
from salesflow.crm._reading import Note

NOTHING = frozenset({"na", "n/a", "#n/a", "nan", "null", "none", "select", "-", "--", "\\n"})
"""Texts that stand for nothing, whatever their case."""

_NEVER = ("9999-", "2050-01-01")
"""How days begin that stand for no day."""


def listed(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> list[Node]:
    """Return rows with their places. Raises BadField where the first row lacks a column."""
    nodes = [Node(_mapping(row, place), ("rows", place)) for place, row in enumerate(rows)]
    for column in columns if nodes else ():
        nodes[0].need(column)
    return nodes


def _mapping(row: Any, place: int) -> Mapping[Any, Any]:
    try:
        return as_mapping(row)
    except BadCell as bad:
        Node(row, ("rows", place)).bad("payload.shape", bad.detail)


def filled(node: Node) -> bool:
    """Tell whether a cell holds something that does not stand for nothing."""
    value = node.value
    if isinstance(value, date):
        return not str(value).startswith(_NEVER)
    if not isinstance(value, str):
        return value is not None and value == value  # noqa: PLR0124 - the number that is none is not itself
    text = value.strip()
    return bool(text) and text.casefold() not in NOTHING and not text.startswith(_NEVER)


def name(node: Node) -> str:
    """Read a name or id. Raises BadField, also where the cell stands for nothing."""
    if not filled(node):
        node.bad("cell.sentinel", f"{node.value!r} stands for nothing")
    return cell(node)


def cell(node: Node) -> str:
    """Read a name or id, empty where the cell stands for nothing. Raises BadField."""
    if not filled(node):
        return ""
    try:
        return name_cell({"": node.value}, "")
    except BadCell as bad:
        node.bad("payload.value", bad.detail.removeprefix("column '' holds "))


def others(node: Node, own: Collection[str], uses: Collection[str]) -> tuple[dict[str, Any], list[Note]]:
    """Return the columns that are kept as they are, and notes on those that cannot be. Raises BadField."""
    if None in node.value:
        node.bad("row.cells", "the row has more cells than the table has columns")
    kept = {key: value for key, value in node.value.items() if key not in own}
    hidden = [key for key in kept if key in uses]
    notes = [
        Note(code="column.hidden", kind="dropped", text=f"the column {key!r} is left out: another is read as {key!r}")
        for key in hidden
    ]
    return {key: value for key, value in kept.items() if key not in uses}, notes
