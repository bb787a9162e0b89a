"""Graphs: a chart in DOT."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salesflow._chart import GROUP, PAINTS, PATH, START, Arrow, Box, Chart, across, classes_of, extra_keys, unlinked
from salesflow._escape import in_dot

_SHAPES = {
    "open": ['shape=box, style="rounded,filled"'],
    "hold": ["shape=hexagon, style=filled"],
    "won": ['shape=box, style="rounded,filled", peripheries=2'],
    "lost": ["shape=octagon, style=filled"],
    "skippable": ['style="rounded,filled,dashed"'],
    "old": ['style="filled,dotted"'],
    "passed": ["penwidth=3"],
    "current": ['penwidth=5, fontname="Helvetica-Bold"'],
}
_DOT_ARROWS = {
    "start": 'color="#44546a"',
    "move": "style=bold",
    "held": 'dir=both, color="#9a7400"',
    "resumed": 'color="#9a7400"',
    "lost": 'color="#b03a2e"',
    "reopened": "style=dashed, constraint=false",
    "path": "constraint=false",
}


def lines(chart: Chart) -> Iterator[str]:
    yield "digraph {"
    yield f"  graph [compound=true, rankdir={'LR' if across(chart) else 'TB'}, {_FONT}, fontsize=13, nodesep=0.45,"
    yield f'    labelloc=t, label="{in_dot(chart.title)}"]'
    yield f'  node [{_FONT}, fontsize=12, margin="0.2,0.1"]'
    yield f'  edge [{_FONT}, fontsize=10, color="#44546a", fontcolor="#33435a"]'
    if START in extra_keys(chart):
        yield f'  {START} [label="{in_dot(chart.start)}", shape=box, style="rounded,filled", height=0.3, width=0.6,'
        yield '    fillcolor="#44546a", color="#44546a", fontcolor="#ffffff"]'
    yield f"  subgraph cluster_{GROUP} {{"
    yield '    graph [style="rounded,filled", color="#8a9bb3", fillcolor="#f7f9fc", margin=14, labeljust=l,'
    yield f'      label="{_said((chart.heading, *chart.notes), end=_LEFT)}"]'
    yield from (f"  {line}" for line in map(_box, chart.inside))
    yield "  }"
    yield from map(_box, chart.outside)
    yield from (_arrow(chart, arrow) for arrow in chart.arrows)
    yield from (f"  {one} -> {other} [style=invis]" for one, other in unlinked(chart))
    yield "}"


_FONT = 'fontname="Helvetica"'


_CENTRED, _LEFT = "\\n", "\\l"


def _said(lines: Iterable[str], *, end: str = _CENTRED) -> str:
    return "".join(f"{in_dot(line)}{end}" for line in lines).removesuffix(_CENTRED)


def _box(box: Box) -> str:
    looks = ", ".join(each for name in classes_of(box) for each in (*_SHAPES[name], *_painted(name)))
    return f'  {box.key} [label="{_said(filter(None, (box.name, box.remark)))}", {looks}]'


def _painted(name: str) -> list[str]:
    painted = zip(("fillcolor", "color", "fontcolor"), PAINTS.get(name, ()), strict=False)
    return [f'{what}="{paint}"' for what, paint in painted]


def _arrow(chart: Chart, arrow: Arrow) -> str:
    last = chart.inside[-1].key
    ends = [last if end == GROUP else end for end in (arrow.source, arrow.target)]
    said = [f'label="{_said(arrow.text)}"'] if arrow.text else []
    clips = [f"{name}=cluster_{GROUP}" for name, end in _ends(arrow) if end == GROUP]
    path = [f'color="{PATH}", fontcolor="{PATH}", penwidth=3'] if arrow.steps else []
    look = ", ".join([*said, *clips, *filter(None, [_DOT_ARROWS.get(arrow.kind)]), *path])
    return f"  {ends[0]} -> {ends[1]}" + (f" [{look}]" if look else "")


def _ends(arrow: Arrow) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("ltail", arrow.source), ("lhead", arrow.target)
