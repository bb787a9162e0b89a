"""Flowcharts: a chart in Mermaid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salesflow._chart import GROUP, PAINTS, PATH, START, Arrow, Box, Chart, across, classes_of, extra_keys, unlinked
from salesflow._escape import in_mermaid, in_mermaid_title

_SHAPES = {"open": ("[", "]"), "hold": ("{{", "}}"), "won": ("([", "])"), "lost": ("([", "])")}
_MORE = {
    "skippable": ["stroke-dasharray:6 3"],
    "old": ["stroke-dasharray:2 3"],
    "passed": ["stroke-width:3px"],
    "current": ["stroke-width:5px", "font-weight:bold"],
    "added": ["stroke:#1a7f37", "stroke-width:3px"],
    "removed": ["stroke:#cf222e", "stroke-width:3px", "stroke-dasharray:6 3"],
}
"""How else boxes are drawn by their classes, and the lines of what came or went."""
_CLASSES = (*PAINTS, "skippable", "passed", "current", "added", "removed")
_LINES = {"move": "==>", "held": "<-->", "reopened": "-.->"}


def lines(chart: Chart) -> Iterator[str]:
    yield from ("---", f"title: {in_mermaid_title(chart.title)}", "---", f"flowchart {'LR' if across(chart) else 'TB'}")
    keys = extra_keys(chart)
    if START in keys:
        yield f'  {START}(["{in_mermaid(chart.start)}"])'
    yield from map(_box, chart.inside)
    if GROUP in keys:
        # a box beside the others: Mermaid lays out badly what leads out of a subgraph as a whole
        yield f'  {GROUP}["{_said((chart.heading, *chart.notes))}"]'
    yield from map(_box, chart.outside)
    yield from map(_arrow, chart.arrows)
    yield from (f"  {one} ~~~ {other}" for one, other in unlinked(chart))
    yield from _looks(chart)


def _said(lines: Iterable[str]) -> str:
    return "<br>".join(map(in_mermaid, lines))


def _box(box: Box) -> str:
    opening, closing = _SHAPES[box.look]
    return f'  {box.key}{opening}"{_said(filter(None, (box.name, box.remark)))}"{closing}'


def _arrow(arrow: Arrow) -> str:
    text = f'|"{_said(arrow.text)}"|' if arrow.text else ""
    return f"  {arrow.source} {_LINES.get(arrow.kind, '-->')}{text} {arrow.target}"


def _looks(chart: Chart) -> Iterator[str]:
    for name, boxes in _by_class(chart).items():
        yield f"  classDef {name} {_look(name)}"
        yield f"  class {','.join(boxes)} {name}"
    path = [str(place) for place, arrow in enumerate(chart.arrows) if arrow.steps]
    if path:
        yield f"  linkStyle {','.join(path)} stroke:{PATH},stroke-width:3px"
    for news in ("added", "removed"):
        places = [str(place) for place, arrow in enumerate(chart.arrows) if arrow.news == news]
        if places:
            yield f"  linkStyle {','.join(places)} {','.join(_MORE[news])}"


def _by_class(chart: Chart) -> dict[str, list[str]]:
    found = {key: [key] for key in extra_keys(chart)}
    for box in chart.boxes:
        for name in classes_of(box):
            found.setdefault(name, []).append(box.key)
    return {name: found[name] for name in _CLASSES if name in found}


def _look(name: str) -> str:
    painted = zip(("fill", "stroke", "color"), PAINTS.get(name, ()), strict=False)
    return ",".join([*(f"{what}:{paint}" for what, paint in painted), *_MORE.get(name, ())])
