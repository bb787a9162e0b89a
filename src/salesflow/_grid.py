"""Grids: all that is drawn of a chart, with its place: boxes, arrows, and words where there is room for them.

No two words stand upon each other; what finds no room beside its arrow is a note below all rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from salesflow._chart import GROUP, PAINTS, PATH, START, Arrow, Box, Chart
from salesflow._lanes import MARGIN, MARK, Lane
from salesflow._measure import BIG, SMALL, wrapped
from salesflow._sheet import BEGIN, Area, Point, Sheet, Way, area_of, points_of, sheet_of


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


def grid_of(chart: Chart) -> Grid:
    """Lay out a chart."""
    sheet = sheet_of(chart)
    boxes = tuple(_drawn_start(sheet)) + tuple(_drawn(sheet, box) for box in chart.boxes)
    ways = [*sheet.ways, *sheet.drops]
    notes = _noted(sheet, ways)
    routes = tuple(Route(way.arrow, points_of(sheet, way)) for way in ways)
    words = (*_headings(sheet), *(_beside(sheet, way) for way in ways if way.text), *notes)
    bottom = sheet.bottoms[-1] + sum(map(_tall, notes)) + (14 if notes else 0)
    return Grid(sheet.right + 14.0 * sheet.channels + MARGIN, bottom + MARGIN, sheet.frame, boxes, routes, words)


# -- words --------------------------------------------------------------------------------------------------


def _drawn_start(sheet: Sheet) -> Iterator[Drawn]:
    place = sheet.places.get(START)
    if place:
        area = area_of(sheet, place)
        yield Drawn(None, area, (Words(tuple(place.texts[0]), place.middle, area.y + 18, BEGIN, PAINTS["begin"][2]),))


def _drawn(sheet: Sheet, box: Box) -> Drawn:
    place = sheet.places[box.key]
    area = area_of(sheet, place)
    names, remarks = place.texts
    paint = PAINTS["old" if box.stage.life != "active" else box.look][2]
    y = area.y + (area.height - place.height) / 2 + BIG + 7
    name = Words(tuple(names), place.middle, y, BIG, paint, bold=box.current)
    remark = Words(tuple(remarks), place.middle, y + len(names) * (BIG + 3) - 1, SMALL, paint)
    return Drawn(box, area, (name, remark))


def _headings(sheet: Sheet) -> Iterator[Words]:
    frame, paint = sheet.frame, PAINTS["play"][2]
    yield Words(tuple(sheet.head), MARGIN, MARGIN + 10, BIG + 2, paint, anchor="start", bold=True)
    yield Words(tuple(sheet.heading), frame.x + 14, frame.y + 20, SMALL + 1, paint, anchor="start", bold=True)
    yield Words(tuple(sheet.notes), frame.x + 14, frame.y + 36, SMALL, paint, anchor="start")


def _beside(sheet: Sheet, way: Way) -> Words:
    paint = PATH if way.arrow.steps else PAINTS["play"][2]
    bold = bool(way.arrow.steps)
    if way.straight:
        (left, y), _ = points_of(sheet, way)
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


def _noted(sheet: Sheet, ways: list[Way]) -> tuple[Words, ...]:
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


def _below(sheet: Sheet, notes: list[str]) -> Iterator[Words]:
    y = sheet.bottoms[-1] + 28
    for note in notes:
        lines = tuple(wrapped(note, SMALL, sheet.right - MARGIN, most=len(note)))
        words = Words(lines, MARGIN, y, SMALL, PAINTS["play"][2], anchor="start")
        y += _tall(words)
        yield words


def _tall(note: Words) -> float:
    return len(note.lines) * (SMALL + 3) + 2


def _ends_of(sheet: Sheet, arrow: Arrow) -> str:
    names = {START: sheet.chart.start, GROUP: sheet.chart.heading} | {box.key: box.name for box in sheet.chart.boxes}
    return f"{names[arrow.source]} → {names[arrow.target]}"
