"""Zones: times that come without one, read in the zone that a caller names, else in UTC, with a note on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from salesflow.crm._payload import BadField, Node
from salesflow.crm._reading import Note


def told_time(node: Node, zone: tzinfo | None, *, tick: timedelta | None = None) -> tuple[datetime, tuple[Note, ...]]:
    """Read a time, with a note where it has no zone and none was named. Raises BadField."""
    try:
        return node.moment(tick=tick), ()
    except BadField as bad:
        if bad.problem.code != "time.naive":
            raise
    note = Note(code="time.zone", kind="assumed", text="times without a zone are read in UTC")
    return (node.moment(UTC), (note,)) if zone is None else (node.moment(zone), ())
