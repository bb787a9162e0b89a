"""Sheets: where the boxes of a chart stand, and how its arrows run between them.

Boxes stand in rows. Above each row is a band, in which arrows run side by side, each on a level of its own; an arrow
to a row that is further away takes a channel to the right of all rows. So no arrow crosses a box or words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from salesflow._chart import GROUP, START, Arrow, Box, Chart, extra_keys
from salesflow._lanes import BOX, GAP, MARGIN, Lane, beside, levelled
from salesflow._measure import BIG, SMALL, width_of, wrapped

PAD = 20.0
_MOST = 6
"""How many boxes stand in a row."""
_LEAD = 36.0
"""How far the frame stands from the box where records start."""
BEGIN = SMALL + 1
"""The size of type in the box where records start."""

Point = tuple[float, float]


class Area(NamedTuple):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float


# -- places -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Place:
    """Where a box stands, and what is written in it."""

    row: int
    x: float
    width: float
    texts: tuple[list[str], list[str]]

    @property
    def height(self) -> float:
        names, remarks = self.texts
        return 16.0 + len(names) * (BIG + 3) + len(remarks) * (SMALL + 3)

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def _column(place: int, begins: float) -> float:
    return begins + place * (BOX + GAP)


def _rows(count: int, most: int) -> tuple[int, int]:
    """Return how many rows there are, and how many boxes stand in each: about as many in the last as in the first."""
    rows = -(-count // most)
    return rows, -(-count // max(rows, 1))


def _placed(chart: Chart) -> tuple[dict[str, Place], int]:
    """Return the places of boxes by key, and how many rows the frame holds."""
    rows, broad = _rows(len(chart.inside), _MOST)
    starts = START in extra_keys(chart)
    width = width_of(chart.start, BEGIN) + 16
    begins = MARGIN + (width + _LEAD if starts else 0) + PAD
    places = {START: Place(0, MARGIN, width, ([chart.start], []))} if starts else {}
    for at, box in enumerate(chart.inside):
        places[box.key] = Place(at // broad, _column(at % broad, begins), BOX, _texts(box))
    order = {"hold": 0, "lost": 1, "won": 2}
    outside = sorted(chart.outside, key=lambda box: order[box.look])
    more = max(broad, min(_MOST, len(outside)))
    left = max(0, broad - len(outside))
    for at, box in enumerate(outside):
        places[box.key] = Place(rows + at // more, _column(left + at % more, begins), BOX, _texts(box))
    return places, rows


def _texts(box: Box) -> tuple[list[str], list[str]]:
    room = BOX - 16
    return wrapped(box.name, BIG, room) or [""], wrapped(box.remark, SMALL, room)


# -- ways ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Way:
    """An arrow on its way: which places it joins, through which bands, and where it leaves and arrives."""

    arrow: Arrow
    source: Place
    target: Place
    text: tuple[str, ...]
    xs: list[float] = field(default_factory=lambda: [0.0, 0.0])
    lanes: list[Lane] = field(default_factory=list[Lane])
    channel: int = 0

    @property
    def bands(self) -> tuple[int, ...]:
        """The bands that it runs through, each above the row of that number."""
        source, target = self.source.row, self.target.row
        first = source + 1 if target > source else source
        last = target + 1 if source > target else target
        return (first,) if first == last else (first, last)

    @property
    def straight(self) -> bool:
        """Whether it leads to the neighbour on the right, with no more words than the gap has room for."""
        gap = self.target.x - self.source.x - self.source.width
        fits = all(width_of(line, SMALL) < self.gap - 14 for line in self.text)
        return self.source.row == self.target.row and 0 < gap < BOX and fits and len(self.text) < 2

    @property
    def gap(self) -> float:
        """How much room there is for words before the box on the right, or before the frame."""
        return GAP if self.source.width == BOX else _LEAD


@dataclass(slots=True)
class Sheet:
    """What has been placed so far."""

    chart: Chart
    places: dict[str, Place]
    inner: int
    """How many rows the frame holds."""
    ways: list[Way]
    drops: list[Way]
    """The arrows that lead straight down from the frame, or up to it."""
    right: float
    channels: int = 0
    """How many arrows stand side by side in the channel."""
    tops: list[float] = field(default_factory=list[float])
    bottoms: list[float] = field(default_factory=list[float])

    @property
    def head(self) -> list[str]:
        """The title, line by line."""
        return wrapped(self.chart.title, BIG + 2, self.right - MARGIN, most=3)

    @property
    def left(self) -> float:
        """Where the frame begins."""
        return min(self.places[box.key].x for box in self.chart.inside) - PAD

    @property
    def heading(self) -> list[str]:
        """What stands for all open stages, in one line."""
        return wrapped(self.chart.heading, SMALL + 1, self.right - self.left - 28, most=1)

    @property
    def notes(self) -> list[str]:
        """What goes for all open stages, line by line."""
        room = self.right - self.left - 28
        return [line for note in self.chart.notes for line in wrapped(note, SMALL, room)]

    @property
    def frame(self) -> Area:
        """The rectangle round all open stages."""
        left, top = self.left, MARGIN + 20 * len(self.head)
        return Area(left, top, self.right - left, self.bottoms[self.inner - 1] + 14 - top)


def sheet_of(chart: Chart) -> Sheet:
    """Place all boxes and arrows of a chart."""
    places, inner = _placed(chart)
    right = max(place.x + place.width for place in places.values()) + PAD
    sheet = Sheet(chart, places, inner, [], [], right)
    for arrow in chart.arrows:
        _join(sheet, arrow)
    _dock(sheet)
    _stack(sheet, _laned(sheet))
    sheet.channels = _channelled(sheet)
    return sheet


def _join(sheet: Sheet, arrow: Arrow) -> None:
    ends = [arrow.source, arrow.target]
    key = next((end for end in ends if end != GROUP), "")
    if GROUP not in ends:
        sheet.ways.append(Way(arrow, sheet.places[ends[0]], sheet.places[ends[1]], arrow.text))
    elif sheet.places[key].row == sheet.inner:
        sheet.drops.append(Way(arrow, sheet.places[key], sheet.places[key], arrow.text))
    else:
        corner = Place(sheet.inner - 1, sheet.right - 12, 12, ([], []))
        one, other = (corner if end == GROUP else sheet.places[end] for end in ends)
        sheet.ways.append(Way(arrow, one, other, arrow.text))


def _dock(sheet: Sheet) -> None:
    """Share the upper and the lower side of each box among the arrows that end there, so that few of them cross."""
    sides: dict[tuple[float, int, bool], list[_End]] = defaultdict(list)
    for end in _ends(sheet):
        sides[end.here.x, end.here.row, end.below].append(end)
    for docked in sides.values():
        docked.sort(key=lambda end: end.there.middle)
        for at, end in enumerate(docked, 1):
            share = end.here.width * at / (len(docked) + 1)
            end.way.xs[end.which] = end.here.x + share + (_APART if end.below else 0)
    for way in sheet.ways:
        if abs(way.xs[0] - way.xs[1]) <= _APART:
            way.xs[1] = way.xs[0]


_APART = 7
"""How far the arrows below a box stand beside those above the next one, so that none hides another."""


class _End(NamedTuple):
    way: Way
    which: int
    here: Place
    there: Place

    @property
    def below(self) -> bool:
        return self.there.row > self.here.row


def _ends(sheet: Sheet) -> Iterator[_End]:
    for way in sheet.ways:
        if not way.straight:
            yield _End(way, 0, way.source, way.target)
            yield _End(way, 1, way.target, way.source)
    yield from (_End(way, 0, way.source, way.target) for way in sheet.drops)


# -- bands --------------------------------------------------------------------------------------------------


def _laned(sheet: Sheet) -> dict[int, list[float]]:
    """Give every arrow its lanes; return how tall the levels of each band are."""
    bands: dict[int, list[Lane]] = defaultdict(list)
    for way in sheet.drops:
        x = way.xs[0]
        way.lanes = [Lane(x, x, way.text, (x,), (x,))]
        bands[sheet.inner].extend(way.lanes)
    for way in sheet.ways:
        if not way.straight:
            way.lanes = _lanes(way, sheet.right)
            for band, made in zip(way.bands, way.lanes, strict=True):
                bands[band].append(made)
    walls = {band: [sheet.left] if band < sheet.inner else [] for band in bands}
    return {band: levelled(lanes, walls=walls[band], edge=sheet.right) for band, lanes in bands.items()}


def _lanes(way: Way, right: float) -> list[Lane]:
    ends = [_upright(x, above=above) for x, above in zip(way.xs, _above(way), strict=True)]
    if len(way.bands) == 1:
        ups, downs = ((*one, *other) for one, other in zip(*ends, strict=True))
        return [Lane(min(way.xs), max(way.xs), way.text, ups, downs)]
    return [Lane(way.xs[0], right, (), *ends[0]), Lane(way.xs[1], right, way.text, *ends[1])]


def _above(way: Way) -> tuple[bool, bool]:
    """Return whether each end stands above the band that it leads through."""
    return way.target.row > way.source.row, way.source.row > way.target.row


def _upright(x: float, *, above: bool) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return ((x,), ()) if above else ((), (x,))


def _stack(sheet: Sheet, bands: dict[int, list[float]]) -> None:
    """Put the rows one below the other, with the bands between them."""
    rows = 1 + max(place.row for place in sheet.places.values())
    bottom = MARGIN + 20 * len(sheet.head) + 6 + 15 * (1 + len(sheet.notes))
    for row in range(rows):
        top = bottom + 18 + sum(bands.get(row, ())) + (14 if row == sheet.inner else 0)
        bottom = top + max(place.height for place in sheet.places.values() if place.row == row)
        sheet.tops.append(top)
        sheet.bottoms.append(bottom)
    for way in [*sheet.ways, *sheet.drops]:
        for band, each in zip(way.bands, way.lanes, strict=False):
            each.y = sheet.tops[band] - 14 - sum(bands[band][: each.level])


def _channelled(sheet: Sheet) -> int:
    """Put the arrows that take the channel side by side; return how many stand there at most."""
    long = [way for way in sheet.ways if len(way.bands) == 2]
    spans = {id(way): Lane(min(way.lanes[0].y, way.lanes[1].y), max(way.lanes[0].y, way.lanes[1].y)) for way in long}
    levels = beside(spans.values())
    for way in long:
        way.channel = spans[id(way)].level
    return len(levels)


def points_of(sheet: Sheet, way: Way) -> list[Point]:
    """Return the points that an arrow runs through."""
    if way.source is way.target:
        down = [(way.xs[0], sheet.frame.y + sheet.frame.height), (way.xs[0], sheet.tops[way.source.row])]
        return down if way.arrow.source == GROUP else down[::-1]
    if way.straight:
        y = (sheet.tops[way.source.row] + sheet.bottoms[way.source.row]) / 2
        return [(way.source.x + way.source.width, y), (way.target.x, y)]
    channel = sheet.right + 12 + 14 * way.channel
    across = [(channel, each.y) for each in way.lanes] if len(way.lanes) == 2 else []
    first, last = way.lanes[0].y, way.lanes[-1].y
    start = (way.xs[0], _edge(sheet, way.source, below=way.target.row > way.source.row))
    end = (way.xs[1], _edge(sheet, way.target, below=way.source.row > way.target.row))
    return [start, (way.xs[0], first), *across, (way.xs[1], last), end]


def _edge(sheet: Sheet, place: Place, *, below: bool) -> float:
    if not place.texts[0]:
        return sheet.frame.y + sheet.frame.height
    area = area_of(sheet, place)
    return area.y + area.height if below else area.y


def area_of(sheet: Sheet, place: Place) -> Area:
    """Return where a box stands."""
    top, bottom = sheet.tops[place.row], sheet.bottoms[place.row]
    if place.width == BOX:
        return Area(place.x, top, BOX, bottom - top)
    return Area(place.x, (top + bottom) / 2 - 14, place.width, 28)
