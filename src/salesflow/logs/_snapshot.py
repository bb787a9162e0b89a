"""Snapshots: a row for each deal, as it is now, without its history."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import pairwise

from salesflow._cells import zone_of
from salesflow.crm._pages import read_all
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._reading import Note, Reading, Row, gathered
from salesflow.logs._cells import filled, listed, name, others
from salesflow.logs._dates import orders
from salesflow.logs._rows import Dates, Table, timed


def snapshot(
    rows: Table,
    *,
    deal: str,
    stage: str,
    times: Sequence[str] = (),
    dates: Dates | None = None,
    zone: str | tzinfo | None = None,
) -> Reading[Row]:
    """Read a table with one row for each deal, as rows with `deal`, `stage`, the times, and the other columns.

    `times` are the columns of times, in the order in which they should follow each other. What stands for nothing is
    None. The other arguments and the errors are those of `moves`.
    """
    local = zone_of(zone)
    try:
        nodes = listed(rows, [deal, stage, *times])
        ways = orders(nodes, times, dates or {})
        found = read_all(nodes, lambda node: _row(node, deal, stage, times, lambda cell: [*timed(cell, ways, local)]))
    except BadField as bad:
        raise refused("rows", bad) from None
    return gathered(_first(found), rows=len(nodes))


def _first(found: list[Row | Note]) -> Iterator[Row | Note]:
    seen: set[object] = set()
    for each in found:
        if isinstance(each, Note) or each["deal"] not in seen:
            yield each
        else:
            yield Note(code="row.repeated", kind="dropped", text=f"the deal {each['deal']!r} has a row already")
        seen.update([] if isinstance(each, Note) else [each["deal"]])


def _row(
    node: Node, deal: str, stage: str, times: Sequence[str], read: Callable[[Node], list[datetime | Note]]
) -> Iterator[Row | Note]:
    told: dict[str, datetime | None] = {}
    for column in times:
        found = read(node.need(column)) if filled(node.need(column)) else []
        yield from (each for each in found if isinstance(each, Note))
        told[column] = next((each for each in found if isinstance(each, datetime)), None)
    known = [(column, at) for column, at in told.items() if at is not None]
    for (before, first), (after, then) in pairwise(known):
        if then < first:
            text = f"{after!r} lies before {before!r}"
            yield Note(code="time.back", kind="odd", place=node.get(after).place, text=text)
    rest, hidden = others(node, {deal, stage, *times}, ("deal", "stage"))
    yield from hidden
    kept = {key: value if filled(Node(value)) else None for key, value in rest.items()}
    yield {**kept, **told, "deal": name(node.need(deal)), "stage": name(node.need(stage))}
