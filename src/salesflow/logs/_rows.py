"""Rows: tables in which each row brings a deal to a stage, with a time or with a start and an end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from salesflow._cells import zone_of
from salesflow.crm._pages import read_moves
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._reading import Log, Note, Row, logged
from salesflow.logs._cells import cell, filled, listed, name, others
from salesflow.logs._dates import Order, orders, time_of

Table = Iterable[Mapping[str, Any]]
Dates = Mapping[str, Order]


@dataclass(frozen=True, slots=True)
class _Reading:
    columns: Mapping[str, str]
    """Which column holds what: only those that were named."""
    dates: Mapping[str, Order]
    zone: tzinfo | None
    end: str = ""

    @property
    def own(self) -> Collection[str]:
        return {*self.columns.values(), self.end}


def moves(  # noqa: PLR0913 - one argument a column
    rows: Table,
    *,
    deal: str,
    stage: str,
    at: str,
    source: str | None = None,
    by: str | None = None,
    ground: str | None = None,
    created: str | None = None,
    pipeline: str | None = None,
    dates: Dates | None = None,
    zone: str | tzinfo | None = None,
) -> Log:
    """Read a table with a row for each time that a deal came to a stage.

    The names are those of columns; the other columns stay as they are, for rules to read. `dates` says how a column
    writes dates, where its cells leave several ways to read them. Times without a zone are read in `zone`, or in UTC.
    Raises ValueError for an unknown zone, and LoadError for rows that are not what they claim to be.
    """
    named = {"source": source, "by": by, "ground": ground, "created": created, "pipeline": pipeline}
    columns = {"deal": deal, "stage": stage, "at": at, **{use: column for use, column in named.items() if column}}
    return _read(rows, columns, dates or {}, zone_of(zone))


def spans(
    rows: Table,
    *,
    deal: str,
    stage: str,
    start: str,
    end: str,
    by: str | None = None,
    pipeline: str | None = None,
    dates: Dates | None = None,
    zone: str | tzinfo | None = None,
) -> Log:
    """Read a table with a row for each time that a deal spent in a stage, as warehouses have it.

    An end that is empty, or a day that stands for none (2050-01-01, 9999-12-31), means that the deal is still there.
    The other arguments and the errors are those of `moves`.
    """
    named = {"by": by, "pipeline": pipeline}
    columns = {"deal": deal, "stage": stage, "at": start, **{use: column for use, column in named.items() if column}}
    return _read(rows, columns, dates or {}, zone_of(zone), end)


def _read(rows: Table, columns: dict[str, str], dates: Dates, zone: tzinfo | None, end: str = "") -> Log:
    try:
        nodes = listed(rows, (*columns.values(), *([end] if end else [])))
        ways = orders(nodes, [columns["at"], *([end] if end else [])], dates)
        reading = _Reading(columns, ways, zone, end)
        found = read_moves(nodes, lambda node: _row(reading, node), lambda node: [name(node.need(columns["deal"]))])
    except BadField as bad:
        raise refused("rows", bad) from None
    told = [use for use in columns if use not in {"deal", "stage", "at", "pipeline"}]
    return logged(found, rows=len(nodes), told=told)


def _row(reading: _Reading, node: Node) -> Iterator[Row | Note]:
    columns = reading.columns
    row: dict[str, object] = {"deal": name(node.need(columns["deal"])), "stage": name(node.need(columns["stage"]))}
    for each in timed(node.need(columns["at"]), reading.dates, reading.zone):
        if isinstance(each, Note):
            yield each
        else:
            row["at"] = each
    if reading.end:
        yield from _ended(reading, node, row["at"])
    for use in columns.keys() - row.keys():
        row[use] = cell(node.get(columns[use]))
    rest, hidden = others(node, reading.own, columns)
    yield from hidden
    yield {**rest, **row}


def timed(node: Node, dates: Dates, zone: tzinfo | None) -> Iterator[datetime | Note]:
    """Yield the time of a cell, after the notes on it. Raises BadField, also where it stands for no time."""
    if not filled(node):
        node.bad("cell.sentinel", f"{node.value!r} stands for no time")
    yield from time_of(node, dates[str(node.parts[-1])], zone)


def _ended(reading: _Reading, node: Node, start: Any) -> Iterator[Note]:
    told = node.get(reading.end)
    if not filled(told):
        if not told.empty:
            text = f"{str(told.value)[:10]!r} in {reading.end!r} means that the deal is still there"
            yield Note(code="cell.open", kind="assumed", text=text)
        return
    *notes, end = timed(told, reading.dates, reading.zone)
    yield from (each for each in notes if isinstance(each, Note))
    if isinstance(end, datetime) and end < start:
        yield Note(
            code="time.back", kind="odd", place=told.place, text="the row ends before it starts: the start counts"
        )
