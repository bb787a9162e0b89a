"""Grids: where the boxes of a chart stand, how its arrows run between them, and where words find room.

Boxes stand in rows. Above each row is a band, in which arrows run side by side, each on a level of its own; an arrow
to a row that is further away takes a channel to the right of all rows. So no arrow crosses a box or words, and no two
words stand upon each other; what finds no room beside its arrow is a note below all rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from salesflow._chart import GROUP, PAINTS, PATH, START, Arrow, Box, Chart, extra_keys
from salesflow._lanes import BOX, GAP, MARGIN, MARK, Lane, beside, levelled
from salesflow._measure import BIG, SMALL, width_of, wrapped

PAD = 20.0
_MOST = 6
"""How many boxes stand in a row."""
_LEAD = 36.0
"""How far the frame stands from the box where records start."""
_START = SMALL + 1
"""The size of type in the box where records start."""

Point = tuple[float, float]


class Area(NamedTuple):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float


class Words(NamedTuple):
    """Lines of text; `y` is where the first one stands."""

    lines: tuple[str, ...]
    x: float
    y: float
    size: int
    paint: str
    anchor: str = "middle"
    bold: bool = False
    over_lines: bool = False


class Drawn(NamedTuple):
    """A box with its place; None is where records start."""

    box: Box | None
    area: Area
    words: tuple[Words, ...]


class Route(NamedTuple):
    """An arrow with the points that it runs through."""

    arrow: Arrow
    points: list[Point]


class Grid(NamedTuple):
    """All that is drawn, with its places in pixels."""

    width: float
    height: float
    frame: Area
    boxes: tuple[Drawn, ...]
    routes: tuple[Route, ...]
    words: tuple[Words, ...]


# -- places -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Place:
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


def _placed(chart: Chart) -> tuple[dict[str, _Place], int]:
    """Return the places of boxes by key, and how many rows the frame holds."""
    rows, broad = _rows(len(chart.inside), _MOST)
    starts = START in extra_keys(chart)
    width = width_of(chart.start, _START) + 16
    begins = MARGIN + (width + _LEAD if starts else 0) + PAD
    places = {START: _Place(0, MARGIN, width, ([chart.start], []))} if starts else {}
    for at, box in enumerate(chart.inside):
        places[box.key] = _Place(at // broad, _column(at % broad, begins), BOX, _texts(box))
    order = {"hold": 0, "lost": 1, "won": 2}
    outside = sorted(chart.outside, key=lambda box: order[box.look])
    more = max(broad, min(_MOST, len(outside)))
    left = max(0, broad - len(outside))
    for at, box in enumerate(outside):
        places[box.key] = _Place(rows + at // more, _column(left + at % more, begins), BOX, _texts(box))
    return places, rows


def _texts(box: Box) -> tuple[list[str], list[str]]:
    room = BOX - 16
    return wrapped(box.name, BIG, room) or [""], wrapped(box.remark, SMALL, room)


# -- ways ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Way:
    """An arrow on its way: which places it joins, through which bands, and where it leaves and arrives."""

    arrow: Arrow
    source: _Place
    target: _Place
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
class _Sheet:
    """What has been placed so far."""

    chart: Chart
    places: dict[str, _Place]
    inner: int
    """How many rows the frame holds."""
    ways: list[_Way]
    drops: list[_Way]
    """The arrows that lead straight down from the frame, or up to it."""
    right: float
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


def grid_of(chart: Chart) -> Grid:
    """Lay out a chart."""
    places, inner = _placed(chart)
    right = max(place.x + place.width for place in places.values()) + PAD
    sheet = _Sheet(chart, places, inner, [], [], right)
    for arrow in chart.arrows:
        _join(sheet, arrow)
    _dock(sheet)
    bands = _laned(sheet)
    _stack(sheet, bands)
    channels = _channelled(sheet)
    boxes = tuple(_drawn_start(sheet)) + tuple(_drawn(sheet, box) for box in chart.boxes)
    ways = [*sheet.ways, *sheet.drops]
    notes = _noted(sheet, ways)
    routes = tuple(Route(way.arrow, _points(sheet, way)) for way in ways)
    words = (*_headings(sheet), *(_beside(sheet, way) for way in ways if way.text), *notes)
    bottom = sheet.bottoms[-1] + sum(map(_tall, notes)) + (14 if notes else 0)
    return Grid(right + 14.0 * channels + MARGIN, bottom + MARGIN, sheet.frame, boxes, routes, words)


def _join(sheet: _Sheet, arrow: Arrow) -> None:
    ends = [arrow.source, arrow.target]
    key = next((end for end in ends if end != GROUP), "")
    if GROUP not in ends:
        sheet.ways.append(_Way(arrow, sheet.places[ends[0]], sheet.places[ends[1]], arrow.text))
    elif sheet.places[key].row == sheet.inner:
        sheet.drops.append(_Way(arrow, sheet.places[key], sheet.places[key], arrow.text))
    else:
        corner = _Place(sheet.inner - 1, sheet.right - 12, 12, ([], []))
        one, other = (corner if end == GROUP else sheet.places[end] for end in ends)
        sheet.ways.append(_Way(arrow, one, other, arrow.text))


def _dock(sheet: _Sheet) -> None:
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
    way: _Way
    which: int
    here: _Place
    there: _Place

    @property
    def below(self) -> bool:
        return self.there.row > self.here.row


def _ends(sheet: _Sheet) -> Iterator[_End]:
    for way in sheet.ways:
        if not way.straight:
            yield _End(way, 0, way.source, way.target)
            yield _End(way, 1, way.target, way.source)
    yield from (_End(way, 0, way.source, way.target) for way in sheet.drops)


# -- bands --------------------------------------------------------------------------------------------------


def _laned(sheet: _Sheet) -> dict[int, list[float]]:
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


def _lanes(way: _Way, right: float) -> list[Lane]:
    ends = [_upright(x, above=above) for x, above in zip(way.xs, _above(way), strict=True)]
    if len(way.bands) == 1:
        ups, downs = ((*one, *other) for one, other in zip(*ends, strict=True))
        return [Lane(min(way.xs), max(way.xs), way.text, ups, downs)]
    return [Lane(way.xs[0], right, (), *ends[0]), Lane(way.xs[1], right, way.text, *ends[1])]


def _above(way: _Way) -> tuple[bool, bool]:
    """Return whether each end stands above the band that it leads through."""
    return way.target.row > way.source.row, way.source.row > way.target.row


def _upright(x: float, *, above: bool) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return ((x,), ()) if above else ((), (x,))


def _stack(sheet: _Sheet, bands: dict[int, list[float]]) -> None:
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


def _channelled(sheet: _Sheet) -> int:
    """Put the arrows that take the channel side by side; return how many stand there at most."""
    long = [way for way in sheet.ways if len(way.bands) == 2]
    spans = {id(way): Lane(min(way.lanes[0].y, way.lanes[1].y), max(way.lanes[0].y, way.lanes[1].y)) for way in long}
    levels = beside(spans.values())
    for way in long:
        way.channel = spans[id(way)].level
    return len(levels)


def _points(sheet: _Sheet, way: _Way) -> list[Point]:
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


def _edge(sheet: _Sheet, place: _Place, *, below: bool) -> float:
    if not place.texts[0]:
        return sheet.frame.y + sheet.frame.height
    area = _area(sheet, place)
    return area.y + area.height if below else area.y


def _area(sheet: _Sheet, place: _Place) -> Area:
    top, bottom = sheet.tops[place.row], sheet.bottoms[place.row]
    if place.width == BOX:
        return Area(place.x, top, BOX, bottom - top)
    return Area(place.x, (top + bottom) / 2 - 14, place.width, 28)


# -- words --------------------------------------------------------------------------------------------------


def _drawn_start(sheet: _Sheet) -> Iterator[Drawn]:
    place = sheet.places.get(START)
    if place:
        area = _area(sheet, place)
        yield Drawn(None, area, (Words(tuple(place.texts[0]), place.middle, area.y + 18, _START, PAINTS["begin"][2]),))


def _drawn(sheet: _Sheet, box: Box) -> Drawn:
    place = sheet.places[box.key]
    area = _area(sheet, place)
    names, remarks = place.texts
    paint = PAINTS["old" if box.stage.life != "active" else box.look][2]
    y = area.y + (area.height - place.height) / 2 + BIG + 7
    name = Words(tuple(names), place.middle, y, BIG, paint, bold=box.current)
    remark = Words(tuple(remarks), place.middle, y + len(names) * (BIG + 3) - 1, SMALL, paint)
    return Drawn(box, area, (name, remark))


def _headings(sheet: _Sheet) -> Iterator[Words]:
    frame, paint = sheet.frame, PAINTS["play"][2]
    yield Words(tuple(sheet.head), MARGIN, MARGIN + 10, BIG + 2, paint, anchor="start", bold=True)
    yield Words(tuple(sheet.heading), frame.x + 14, frame.y + 20, SMALL + 1, paint, anchor="start", bold=True)
    yield Words(tuple(sheet.notes), frame.x + 14, frame.y + 36, SMALL, paint, anchor="start")


def _beside(sheet: _Sheet, way: _Way) -> Words:
    paint = PATH if way.arrow.steps else PAINTS["play"][2]
    bold = bool(way.arrow.steps)
    if way.straight:
        (left, y), _ = _points(sheet, way)
        return Words(way.text, left + way.gap / 2 - 3, y - 6, SMALL, paint, bold=bold, over_lines=True)
    last = way.lanes[-1]
    y = last.y - 5 - (len(last.lines) - 1) * (SMALL + 3)
    anchor, x = _anchored(last)
    return Words(last.lines, x, y, SMALL, paint, anchor=anchor, bold=bold, over_lines=True)


def _anchored(lane: Lane) -> tuple[str, float]:
    """Return where words of a lane are held: by the side that is next to a line that runs upright."""
    if not lane.upright:
        return "middle", lane.middle
    on_the_right = lane.middle > lane.ups[0]
    return ("start", lane.middle - lane.half) if on_the_right else ("end", lane.middle + lane.half)


# -- notes --------------------------------------------------------------------------------------------------


def _noted(sheet: _Sheet, ways: list[_Way]) -> tuple[Words, ...]:
    """Return what has no room beside the arrows, below all rows, and number the marks that lead there."""
    numbers: dict[str, str] = {}
    loose: list[str] = []
    for way in ways:
        last = way.lanes[-1] if way.lanes else Lane(0, 0)
        told = " · ".join(filter(None, last.rest))
        if told and any(MARK in line for line in last.lines):
            number = numbers.setdefault(told, f"*{len(numbers) + 1}")
            last.lines = tuple(line.replace(MARK, number) for line in last.lines)
        elif told:
            loose.append(f"{_ends_of(sheet, way.arrow)} · {told}")
    return tuple(_below(sheet, [*(f"{number} {told}" for told, number in numbers.items()), *loose]))


def _below(sheet: _Sheet, notes: list[str]) -> Iterator[Words]:
    y = sheet.bottoms[-1] + 28
    for note in notes:
        lines = tuple(wrapped(note, SMALL, sheet.right - MARGIN, most=len(note)))
        words = Words(lines, MARGIN, y, SMALL, PAINTS["play"][2], anchor="start")
        y += _tall(words)
        yield words


def _tall(note: Words) -> float:
    return len(note.lines) * (SMALL + 3) + 2


def _ends_of(sheet: _Sheet, arrow: Arrow) -> str:
    names = {START: sheet.chart.start, GROUP: sheet.chart.heading} | {box.key: box.name for box in sheet.chart.boxes}
    return f"{names[arrow.source]} → {names[arrow.target]}"
