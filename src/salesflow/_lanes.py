"""Lanes: the parts of arrows that run across, side by side, with words upon them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from salesflow._measure import SMALL, broadest, width_of, wrapped

BOX, GAP, MARGIN = 140.0, 48.0, 16.0
"""How broad a box is, how far its neighbour stands, and how much is free round a picture, in pixels."""


MARK = "*888"
"""What leads to a note under the picture, as broad as its number may become."""
_CLEAR, _NEAR, _TALL = 6.0, 14.0, 3
"""How far words stand from lines, how far from their own one at most, and how many lines of them stand there."""


@dataclass(slots=True)
class Lane:
    """A part of an arrow that runs across a band, with the words upon it."""

    left: float
    right: float
    text: tuple[str, ...] = ()
    """What is to be said of the arrow."""
    ups: tuple[float, ...] = ()
    """Where it is reached from the row above."""
    downs: tuple[float, ...] = ()
    """Where it is reached from the row below."""
    lines: tuple[str, ...] = ()
    """What has room beside it."""
    middle: float = 0
    """Where the middle of the lines is."""
    rest: tuple[str, ...] = ()
    """What has none."""
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


def write(lanes: Sequence[Lane], *, walls: Iterable[float], edge: float) -> None:
    """Put words upon lanes where no line of the band runs through them, as many as have room to the left of `edge`."""
    upright = Counter(x for lane in lanes for x in (*lane.ups, *lane.downs))
    upright.update((MARGIN - _CLEAR, edge + _CLEAR, *walls))
    for lane in lanes:
        if any(lane.text):
            _write(lane, [*pairwise(sorted((upright - Counter(set(lane.downs) - set(lane.ups)))))])


def _write(lane: Lane, free: Sequence[tuple[float, float]]) -> None:
    for said, rest in _shortened(lane.text):
        spots = [spot for left, right in free if (spot := _spot(lane, said, left + _CLEAR, right - _CLEAR))]
        if spots:
            _, _, lane.middle, lane.lines = min(spots)
            half = max(width_of(line, SMALL) for line in lane.lines) / 2
            lane.left, lane.right = min(lane.left, lane.middle - half), max(lane.right, lane.middle + half)
            lane.rest = rest
            return
    lane.rest = lane.text


def _shortened(text: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield what may stand beside an arrow, and what is then left for a note."""
    yield text, ()
    if text[1:]:
        yield (f"{text[0]}\u00a0{MARK}",), text[1:]
    yield (MARK,), text


def _spot(
    lane: Lane, said: Iterable[str], left: float, right: float
) -> tuple[int, float, float, tuple[str, ...]] | None:
    """Return how many lines words take between two verticals, how far off the middle, where that is, and the lines."""
    room = min(right - left, BOX + GAP - 14)
    if max((broadest(each, SMALL) for each in said), default=0) > room:
        return None
    lines = tuple(line for each in said for line in wrapped(each, SMALL, room, most=_TALL + 1))
    half = max((width_of(line, SMALL) for line in lines), default=0) / 2
    own = (lane.left + lane.right) / 2
    at = min(max(own, left + half), right - half)
    near = lane.left - _NEAR <= at + half and at - half <= lane.right + _NEAR
    return (len(lines), abs(at - own), at, lines) if near and 0 < len(lines) <= _TALL else None
