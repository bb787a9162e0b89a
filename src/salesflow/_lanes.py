"""Lanes: the parts of arrows that run across, side by side, with words upon them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from salesflow._measure import SMALL, broadest, width_of, wrapped

BOX, GAP, MARGIN = 140.0, 48.0, 16.0
"""How broad a box is, how far its neighbour stands, and how much is free round a picture, in pixels."""


MARK = "*888"
"""What leads to a note under the picture, as broad as its number may become."""
_CLEAR, _NEAR, _TALL = 6.0, 14.0, 3
"""How far words stand from lines, how far from their own one at most, and how many lines of them stand there."""
_TRIED = 6
"""How many levels are tried for words before a new one is made, so that 256 moves are drawn at once."""


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
    half: float = 0
    """Where the middle of the lines is, and half of how broad they are."""
    rest: tuple[str, ...] = ()
    """What has none."""
    level: int = 0
    y: float = 0

    @property
    def upright(self) -> bool:
        """Whether the whole arrow runs straight up or down, with its words on one side."""
        return bool(self.ups and self.ups == self.downs)

    @property
    def tall(self) -> float:
        return 12.0 + len(self.lines) * (SMALL + 3)


def beside(lanes: Iterable[Lane]) -> list[float]:
    """Put lanes that would touch on levels of their own, short ones next to the row; return how tall each level is."""
    return levelled(lanes, walls=(), edge=0)


def levelled(lanes: Iterable[Lane], *, walls: Iterable[float], edge: float) -> list[float]:
    """Give lanes their levels, short ones next to the row, and words where no line runs through them, left of `edge`.

    Lanes that would touch are on levels of their own. Returns how tall each level is.
    """
    levels: list[list[Lane]] = []
    ahead = sorted(lanes, key=lambda lane: (lane.upright, lane.right - lane.left))
    sides = (MARGIN - _CLEAR, edge + _CLEAR, *walls)
    later = Counter(x for lane in ahead for x in (*lane.ups, *lane.downs))
    for lane in ahead:
        later -= Counter((*lane.ups, *lane.downs))
        if any(lane.text):
            _write(lane, levels, (*sides, *later))
        if not lane.lines:
            lane.level = next((at for at, level in enumerate(levels) if not _touches(lane, level)), len(levels))
        if lane.level == len(levels):
            levels.append([])
        levels[lane.level].append(lane)
    return [max(lane.tall for lane in level) for level in levels]


def _touches(lane: Lane, level: list[Lane]) -> bool:
    return any(lane.left < other.right + 10 and other.left < lane.right + 10 for other in level)


class _Spot(NamedTuple):
    """Where words may stand, the best first."""

    far: bool
    rows: int
    level: int
    off: float
    """How far they are from the middle of their arrow."""
    middle: float
    half: float
    """Half of how broad they are."""
    lines: tuple[str, ...]


def _write(lane: Lane, levels: list[list[Lane]], walls: Iterable[float]) -> None:
    """Put as many words upon a lane as have room, and it on the level where they have."""
    tried = range(max(0, len(levels) - _TRIED), len(levels) + 1)
    free = {at: [*pairwise(sorted({*walls, *_lines_at(lane, levels, at)}))] for at in tried}
    for said, rest in _shortened(lane.text):
        spots = [spot for at, gaps in free.items() for gap in gaps if (spot := _spot(lane, said, at, gap))]
        fitting = (spot for spot in sorted(spots) if not _touches(_spread(lane, spot), [*levels, []][spot.level]))
        spot = next(fitting, None)
        if spot:
            lane.left, lane.right = _spread(lane, spot).left, _spread(lane, spot).right
            lane.lines, lane.middle, lane.half, lane.level = spot.lines, spot.middle, spot.half, spot.level
            lane.rest = rest
            return
    lane.rest = lane.text


def _lines_at(lane: Lane, levels: list[list[Lane]], at: int) -> Iterator[float]:
    """Yield where lines run upright through what stands upon a lane on a level: its own, and those of the others."""
    yield from lane.ups
    for place, level in enumerate(levels):
        yield from (x for other in level for x in (other.downs if place > at else other.ups))


def _spread(lane: Lane, spot: _Spot) -> Lane:
    return Lane(min(lane.left, spot.middle - spot.half), max(lane.right, spot.middle + spot.half))


def _shortened(text: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield what may stand beside an arrow, and what is then left for a note."""
    yield text, ()
    if text[1:]:
        yield (f"{text[0]}\u00a0{MARK}",), text[1:]
    yield (MARK,), text


def _spot(lane: Lane, said: Iterable[str], level: int, gap: tuple[float, float]) -> _Spot | None:
    """Return where words stand between two upright lines, if they have room there."""
    left, right = gap[0] + _CLEAR, gap[1] - _CLEAR
    room = min(right - left, BOX + GAP - 14)
    if right < lane.left - _NEAR or left > lane.right + _NEAR or max(broadest(each, SMALL) for each in said) > room:
        return None
    lines = tuple(line for each in said for line in wrapped(each, SMALL, room, most=_TALL + 1))
    half = max((width_of(line, SMALL) for line in lines), default=0) / 2
    own = (lane.left + lane.right) / 2
    at = min(max(own, left + half), right - half)
    near = lane.left - _NEAR <= at + half and at - half <= lane.right + _NEAR
    far = not lane.upright and not lane.left <= at <= lane.right
    return _Spot(far, len(lines), level, abs(at - own), at, half, lines) if near and 0 < len(lines) <= _TALL else None
