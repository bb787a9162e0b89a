"""Lives: the rows of one id without repeats, split into those of each deal that bore it."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta, timezone, tzinfo
from itertools import groupby

from salesflow._cells import BEFORE, BadCell, Columns, time_cell
from salesflow._logwalk import Event

SOON = timedelta(minutes=1)
"""How long after a deal was created its first row may stand: systems write the two one after the other."""

LATEST = timezone(timedelta(hours=-12))
"""Where a day begins last: a creation whose zone is not known is not taken for earlier than it was."""


def older(created: str, first: datetime, zone: tzinfo | None) -> bool:
    """Tell whether a deal was created well before its first row, going by what its rows say of its creation."""
    bound = created.removeprefix(BEFORE)
    try:
        at = time_cell({"": bound}, "", zone or LATEST)
    except BadCell:
        return False
    day = len(bound) <= len("2026-01-05")
    return first - at >= (timedelta(days=1) if day else SOON if bound == created else timedelta())


def without_duplicates(events: list[Event]) -> tuple[list[Event], list[Event]]:
    """Make one event of the rows that say the same thing, with all that any of them tells of it."""
    kept: list[Event] = []
    repeats: list[Event] = []
    for _, same in groupby(sorted(events, key=lambda event: (event.fact, event.row)), key=lambda event: event.fact):
        several = list(same)
        kept.append(several[0] if len(several) == 1 else _merged(several))
        repeats += several[1:]
    return kept, sorted(repeats, key=lambda event: event.row)


def _merged(several: list[Event]) -> Event:
    """Take every ground and cell that some row tells; where two tell otherwise, one whatever the rows' order."""
    cells: dict[str, object] = {}
    for name, cell in sorted((pair for event in several for pair in event.cells), key=repr):
        if cell not in (None, "") or name not in cells:
            cells[name] = cell
    grounds = sorted(event.ground for event in several if event.ground is not None)
    return several[0]._replace(cells=tuple(sorted(cells.items())), ground=grounds[-1] if grounds else None)


def lives(events: list[Event], columns: Columns) -> list[list[Event]]:
    """Split the events of an id into those of each deal that bore it, oldest first."""
    # no two events have the same fact, so that no row's place decides
    ordered = sorted(events, key=lambda event: (event.at, bool(event.stage), event.fact))
    if columns.created is not None:
        return _by_creation(ordered)
    if columns.source is None:
        return [ordered]
    found: list[list[Event]] = []
    for event in ordered:
        if not event.source and found and not _tied_start(found[-1], event):
            found.append([event])
        else:
            found = found or [[]]
            found[-1].append(event)
    return found


def _tied_start(life: list[Event], event: Event) -> bool:
    """Tell whether a creation belongs to the life that begins at that very time."""
    return life[0].at == event.at and all(each.source for each in life)


def late(life: list[Event], zone: tzinfo | None) -> bool:
    """Tell whether the log of a deal begins later than the deal."""
    return any(older(created, life[0].at, zone) for created in {event.created for event in life} - {""})


def _by_creation(ordered: list[Event]) -> list[list[Event]]:
    marks = sorted({(event.at, event.created) for event in ordered if event.created})
    starts: dict[str, datetime] = {}
    for at, created in marks:
        starts.setdefault(created, at)
    found: dict[str, list[Event]] = {created: [] for created in starts}
    names, times = [*starts], [*starts.values()]
    for event in ordered:
        begun = max(0, bisect_right(times, event.at) - 1)
        whose = event.created or (names[begun] if names else "")
        found.setdefault(whose, []).append(event)
    return list(found.values())
