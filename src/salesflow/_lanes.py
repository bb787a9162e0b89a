"""Lanes: the parts of arrows that run across, side by side, with words upon them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from salesflow._measure import SMALL, width_of, wrapped

BOX, GAP, MARGIN = 140.0, 48.0, 16.0
"""How broad a box is, how far its neighbour stands, and how much is free round a picture, in pixels."""


@dataclass(slots=True)
class Lane:
    """A part of an arrow that runs across a band, with the words upon it."""

    left: float
    right: float
    lines: tuple[str, ...] = ()
    level: int = 0
    y: float = 0

    @property
    def tall(self) -> float:
        return 12.0 + len(self.lines) * (SMALL + 3)


def levelled(lanes: Iterable[Lane]) -> list[float]:
    """Put lanes that would touch on levels of their own, short ones next to the row; return how tall each level is."""
    levels: list[list[Lane]] = []
    for lane in sorted(lanes, key=lambda lane: lane.right - lane.left):
        lane.level = next((at for at, level in enumerate(levels) if not _touches(lane, level)), len(levels))
        if lane.level == len(levels):
            levels.append([])
        levels[lane.level].append(lane)
    return [max(lane.tall for lane in level) for level in levels]


def _touches(lane: Lane, level: list[Lane]) -> bool:
    return any(lane.left < other.right + 10 and other.left < lane.right + 10 for other in level)


def lane(left: float, right: float, text: Sequence[str]) -> Lane:
    """Return a lane as broad as its words, which stand upon its middle where there is room."""
    room = max(right - left - 12, BOX + GAP - 14)
    lines = tuple(line for each in text for line in wrapped(each, SMALL, room))
    half = max((width_of(line, SMALL) for line in lines), default=0) / 2
    middle = max((left + right) / 2, MARGIN + half)
    return Lane(min(left, middle - half), max(right, middle + half), lines)
