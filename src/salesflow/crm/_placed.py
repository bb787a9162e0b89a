"""Placements: since when a deal was in which pipeline, oldest first."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime

Placed = Sequence[tuple[datetime, str]]

ALWAYS = datetime.min.replace(tzinfo=UTC)
"""Since when a deal was where it is, as far as anybody tells."""


def pipeline_at(placed: Placed, at: datetime) -> str:
    """Return the pipeline of that time; before the first that is told, the first; empty where none is."""
    place = bisect_right(placed, at, key=lambda each: each[0])
    return placed[max(place - 1, 0)][1] if placed else ""


def ways(placed: Placed) -> str:
    """Say through which pipelines a deal went; empty where it stayed in one."""
    names = [name for place, (_, name) in enumerate(placed) if place == 0 or placed[place - 1][1] != name]
    return ", then ".join(names) if len(names) > 1 else ""
