"""Holes: the rows of a log that stand for what could not be read of its deals."""

from typing import Any

from salesflow.crm import Log


def read_and_holes(log: Log) -> tuple[list[Any], list[Any]]:
    """Return the rows that were read, and the deals of the holes, which stand behind all of those."""
    rows, holes = [*log.rows], list[Any]()
    while rows and rows[-1]["at"] is None:
        holes.insert(0, rows.pop())
    assert all(row["at"] is not None for row in rows)
    for hole in holes:
        told = {name: cell for name, cell in hole.items() if name != "pipeline"}
        assert told == {**dict.fromkeys(log.columns, ""), "deal": hole["deal"], "at": None}
    return rows, [hole["deal"] for hole in holes]
