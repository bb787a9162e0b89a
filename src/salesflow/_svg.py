"""Pictures: a chart in SVG, laid out here, so that no other program is needed."""

from __future__ import annotations

from collections.abc import Iterator

from salesflow._chart import LINE, PAINTS, PATH, Chart, classes_of
from salesflow._escape import in_xml
from salesflow._grid import Drawn, Grid, Route, Words, grid_of
from salesflow._sheet import Area

_FONT = "font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\""
_DASHES = {"reopened": "6 4"}
_ARROWS = {"held": PAINTS["hold"][1], "resumed": PAINTS["hold"][1], "lost": PAINTS["lost"][1]}


def lines(chart: Chart) -> Iterator[str]:
    """Yield the lines of a document that is well formed, and that tells its title and what it shows in words too."""
    grid = grid_of(chart)
    size = f'width="{grid.width:.0f}" height="{grid.height:.0f}" viewBox="0 0 {grid.width:.0f} {grid.height:.0f}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" {_FONT}>'
    yield f"<title>{in_xml(chart.title)}</title>"
    yield f"<desc>{in_xml(chart.about)}</desc>"
    yield f'<rect width="{grid.width:.0f}" height="{grid.height:.0f}" fill="#ffffff"/>'
    yield from _frame(grid)
    yield from (_line(route) for route in grid.routes)
    yield from (line for drawn in grid.boxes for line in _box(drawn, drawn.box.whole if drawn.box else chart.start))
    yield from (line for words in grid.words for line in _words(words))
    yield "</svg>"


def _rect(area: Area, *, round_by: float, more: str) -> str:
    where = f'x="{area.x:.1f}" y="{area.y:.1f}" width="{area.width:.1f}" height="{area.height:.1f}"'
    return f'<rect {where} rx="{round_by:.0f}" {more}/>'


def _frame(grid: Grid) -> Iterator[str]:
    fill, stroke, _ = PAINTS["play"]
    yield _rect(grid.frame, round_by=10, more=f'fill="{fill}" stroke="{stroke}"')


def _box(drawn: Drawn, name: str) -> Iterator[str]:
    looks = [*classes_of(drawn.box)] if drawn.box else ["begin"]
    fill, stroke, _ = next(PAINTS[name] for name in reversed(looks) if name in PAINTS)
    width = 4 if "current" in looks else 2.5 if "passed" in looks else 1.2
    dashes = "2 3" if "old" in looks else "6 3" if "skippable" in looks else ""
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    more = f'fill="{fill}" stroke="{stroke}" stroke-width="{width}"{dashed}'
    yield f"<g><title>{in_xml(name)}</title>"
    yield _rect(drawn.area, round_by=_roundness(drawn), more=more)
    if drawn.box and drawn.box.look == "won":
        inner = Area(drawn.area.x + 3, drawn.area.y + 3, drawn.area.width - 6, drawn.area.height - 6)
        yield _rect(inner, round_by=_roundness(drawn), more=f'fill="none" stroke="{stroke}"')
    yield from (line for words in drawn.words for line in _words(words))
    yield "</g>"


def _roundness(drawn: Drawn) -> float:
    look = drawn.box.look if drawn.box else "begin"
    return {"open": 7, "hold": 0}.get(look, drawn.area.height / 2)


def _words(words: Words) -> Iterator[str]:
    halo = ' stroke="#ffffff" stroke-width="4" stroke-linejoin="round" paint-order="stroke"' if words.over_lines else ""
    weight = ' font-weight="bold"' if words.bold else ""
    style = f'font-size="{words.size}" fill="{words.paint}" text-anchor="{words.anchor}"{weight}{halo}'
    for place, line in enumerate(words.lines):
        y = words.y + place * (words.size + 3)
        yield f'<text x="{words.x:.1f}" y="{y:.1f}" {style}>{in_xml(line)}</text>'


# -- arrows -------------------------------------------------------------------------------------------------


def _line(route: Route) -> str:
    arrow = route.arrow
    paint = PATH if arrow.steps else _ARROWS.get(arrow.kind, LINE)
    width = 2.6 if arrow.steps else 2 if arrow.kind == "move" else 1.3
    dashes = f' stroke-dasharray="{_DASHES[arrow.kind]}"' if arrow.kind in _DASHES else ""
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in route.points)
    look = f'fill="none" stroke="{paint}" stroke-width="{width}" stroke-linejoin="round"{dashes}'
    line = f'<polyline points="{points}" {look}/>'
    heads = [route.points, route.points[::-1]] if arrow.kind == "held" else [route.points]
    return line + "".join(_head(points[-2:], paint) for points in heads)


def _head(ends: list[tuple[float, float]], paint: str) -> str:
    """Draw a head at the end of a line that runs straight up, down or across."""
    (x1, y1), (x2, y2) = ends
    across, down = _sign(x2 - x1), _sign(y2 - y1)
    back, side = 9, 4
    left = (x2 - back * across + side * down, y2 - back * down + side * across)
    right = (x2 - back * across - side * down, y2 - back * down - side * across)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in ((x2, y2), left, right))
    return f'<polygon points="{points}" fill="{paint}"/>'


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)
