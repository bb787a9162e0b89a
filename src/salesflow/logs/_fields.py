"""Changes of fields: logs with a row for each value that a field of a deal took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from salesflow._cells import zone_of
from salesflow.crm._changes import Change, Homes, changed
from salesflow.crm._pages import read_moves
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._reading import Log, Note
from salesflow.logs._cells import cell, filled, listed, name
from salesflow.logs._dates import Order, orders
from salesflow.logs._rows import Dates, Table, timed

Outcomes = Mapping[str, str | Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class _Reading:
    columns: Mapping[str, str]
    stage: str
    creation: str | None
    outcomes: Outcomes
    dates: Mapping[str, Order]
    zone: tzinfo | None


def changes(  # noqa: PLR0913 - one argument a column
    rows: Table,
    *,
    deal: str,
    field: str,
    new: str,
    at: str,
    old: str | None = None,
    by: str | None = None,
    stage: str,
    creation: str | None = None,
    outcomes: Outcomes | None = None,
    dates: Dates | None = None,
    zone: str | tzinfo | None = None,
) -> Log:
    """Read a log of changes: `deal`, `field`, `new`, `old`, `at` and `by` name columns.

    `stage` and `creation` are what the column `field` holds for the stage of a deal and for its creation. `outcomes`
    are the fields that close a deal, with the stage where it is closed then, or with the stage of each value:
    `{"lost_reason": "lost", "status": {"won": "won"}}`; any other value opens it again. The other arguments and the
    errors are those of `moves`.
    """
    columns = {"deal": deal, "field": field, "new": new, "at": at}
    columns |= {use: column for use, column in (("old", old), ("by", by)) if column}
    try:
        nodes = listed(rows, columns.values())
        ways = orders(nodes, [at], dates or {})
        reading = _Reading(columns, stage, creation, outcomes or {}, ways, zone_of(zone))
        found = read_moves(nodes, lambda node: _change(reading, node), lambda node: [name(node.need(deal))])
    except BadField as bad:
        raise refused("rows", bad) from None
    return changed(found, rows=len(nodes), homes=Homes())


def _change(reading: _Reading, node: Node) -> Iterator[Change | Note]:
    columns, named = reading.columns, name(node.need(reading.columns["field"]))
    if named not in {reading.stage, reading.creation, *reading.outcomes}:
        yield Note(code="row.other", kind="dropped", text=f"changes of {named!r}, which no argument names")
        return
    deal, told = name(node.need(columns["deal"])), [*timed(node.need(columns["at"]), reading.dates, reading.zone)]
    yield from (each for each in told if isinstance(each, Note))
    moment = next(each for each in told if isinstance(each, datetime))
    what, new = _meaning(reading, named, node.need(columns["new"]))
    old = _meaning(reading, named, node.get(columns["old"]))[1] if "old" in columns else None
    by = cell(node.get(columns["by"])) if "by" in columns else ""
    yield Change(deal, moment, what, new or moment.isoformat() if what == "created" else new, old, by, node.place)


def _meaning(reading: _Reading, named: str, value: Node) -> tuple[str, str]:
    """Return what a field is, and what its value means: the stage, or that which closes the deal."""
    if named == reading.creation:
        return "created", cell(value)
    if named == reading.stage:
        return "stage", cell(value)
    closes = reading.outcomes[named]
    if isinstance(closes, str):
        return "status", closes if filled(value) else ""
    return "status", closes.get(cell(value), "")
