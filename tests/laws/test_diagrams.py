"""Diagrams of any template, whatever its labels: programs read them, and they say no more and no less than it does."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import combinations, pairwise, product
from typing import Any, NamedTuple

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from drawing import HOSTILE, SVG, parsed, plain, read_mermaid, rendered
from salesflow import StageTemplate, diagram
from salesflow._chart import GROUP, START, Box, Chart, chart_of, extra_keys
from salesflow._compile import Edge, Table
from salesflow._escape import clipped
from salesflow._grid import Words, grid_of
from salesflow._in_words import asked
from salesflow._measure import width_of
from salesflow._sheet import Area
from salesflow._template_texts import TOLD
from salesflow.languages import ENGLISH, FRENCH, LANGUAGES, Language, Texts, language_of
from salesflow.records import Record
from salesflow.testing._asking import Template, Walk, steps
from salesflow.testing._draw_values import texts
from salesflow.testing._strategies import SHIPPED, templates, walks

# -- templates with hostile labels --------------------------------------------------------------------------

_pieces = st.lists(st.sampled_from(HOSTILE) | texts, min_size=1, max_size=3)
labels = _pieces.map(lambda pieces: unicodedata.normalize("NFC", " ".join(pieces))[:500])


@st.composite
def hostile(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Template:
    """Templates of every shape whose stages, moves and selves are called anything."""
    template: Template = draw(templates())
    stages = tuple(stage.model_copy(update={"label": draw(labels)}) for stage in template.stages)
    moves = tuple(move.model_copy(update={"name": draw(labels)}) for move in template.moves)
    return StageTemplate.model_validate({**dict(template), "stages": stages, "moves": moves, "label": draw(labels)})


# -- languages ----------------------------------------------------------------------------------------------


def garbled(prefix: str) -> Texts:
    """Return the texts of a host that says everything with a prefix, which may be as hostile as a label."""
    return lambda code, params: prefix + ENGLISH.text(code, params) if code in TOLD else None


languages = st.sampled_from([language_of(""), ENGLISH, FRENCH]) | _pieces.map(
    lambda pieces: Language("xx").with_texts(garbled(" ".join(pieces)))
)


class Case(NamedTuple):
    """A template, with or without a record that has gone some way, and how it is drawn."""

    template: Template
    record: Record | None
    rules: bool
    language: Language

    def chart(self) -> Chart:
        return chart_of(self.template, record=self.record, rules=self.rules, words=self.language)

    def drawn(self, draw: Callable[..., str]) -> str:
        return draw(self.template, record=self.record, rules=self.rules, language=self.language)


@st.composite
def cases(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Case:
    if draw(st.booleans()):
        return Case(draw(hostile()), None, draw(st.booleans()), draw(languages))
    walk: Walk = draw(walks(most=6))
    record = [record for record, _ in steps(walk, walk.template)][-1]
    return Case(walk.template, record, draw(st.booleans()), draw(languages))


def drawn() -> list[Case]:
    """Return as many cases as the profile asks for: one process reads them all, so they are not shrunk."""
    found: list[Case] = []

    @settings(phases=[Phase.generate], database=None)
    @given(case=cases())
    def draw(case: Case) -> None:
        found.append(case)

    draw()
    shipped = product(SHIPPED, LANGUAGES.values())
    return [*(Case(template, None, rules=True, language=words) for template, words in shipped), *found]


def said(box: Box) -> list[str]:
    return [line for line in (box.name, box.remark) if line]


def tight(lines: list[str]) -> str:
    """Return text without its spaces, which each program breaks and shortens in its own way."""
    return re.sub(r"\s", "", "".join(lines))


# -- they can be read ---------------------------------------------------------------------------------------


def test_mermaid_reads_every_box_and_every_arrow_with_its_text() -> None:
    all_cases = drawn()
    for case, got in zip(all_cases, read_mermaid([case.drawn(diagram.mermaid) for case in all_cases]), strict=True):
        chart = case.chart()
        expected = {box.key: tight(said(box)) for box in chart.boxes}
        extra = {START: tight([chart.start]), GROUP: tight([chart.heading, *chart.notes])}
        expected |= {key: extra[key] for key in extra_keys(chart)}
        assert got.get("error") is None
        assert {id: mended(tight(plain(text))) for id, text, _ in got["boxes"]} == {
            k: mended(v) for k, v in expected.items()
        }
        arrows = [
            (one, other, tight(plain(text))) for one, other, text, stroke in got["arrows"] if stroke != "invisible"
        ]
        assert [(one, other, mended(text)) for one, other, text in arrows] == [
            (arrow.source, arrow.target, mended(tight(list(arrow.text)))) for arrow in chart.arrows
        ]


def mended(text: str) -> str:
    """Undo the one change to a label that Mermaid forces: its own marks are broken up."""
    return text.replace("\ufb02", "fl").replace("\u200c", "")


def test_graphviz_draws_every_box_with_its_text() -> None:
    all_cases = drawn()
    for case, picture in zip(all_cases, rendered([case.drawn(diagram.dot) for case in all_cases]), strict=True):
        chart = case.chart()
        expected = {box.key: tight(said(box)) for box in chart.boxes}
        expected |= dict.fromkeys(extra_keys(chart) & {START}, tight([chart.start]))
        nodes = [group for group in picture.iter(f"{SVG}g") if group.get("class") == "node"]
        got = {node.findtext(f"{SVG}title"): [text.text or "" for text in node.iter(f"{SVG}text")] for node in nodes}
        assert {key: tight(lines) for key, lines in got.items()} == expected
        edges = [group for group in picture.iter(f"{SVG}g") if group.get("class") == "edge"]
        assert len(edges) == len(chart.arrows)


@given(case=cases())
def test_a_picture_of_our_own_is_well_formed_and_tells_all_in_words_too(case: Case) -> None:
    picture = parsed(case.drawn(diagram.svg))
    chart = case.chart()
    assert picture.findtext(f"{SVG}title") == chart.title
    told = picture.findtext(f"{SVG}desc") or ""
    assert [box.name for box in chart.boxes if box.name not in told] == []
    assert len(picture.findall(f"{SVG}g")) == len(chart.boxes) + (START in extra_keys(chart))


@given(template=hostile(), language=languages)
def test_every_row_of_a_table_has_as_many_cells_as_its_heading(template: Template, language: Language) -> None:
    page = diagram.markdown(template, language=language)
    tables = re.findall(r"(?:^\|.*\|$\n?)+", page, re.MULTILINE)
    assert [len(table.splitlines()) - 2 for table in tables] == [
        len(rows) for rows in (template.stages, template.moves) if rows
    ]
    for table in tables:
        assert len({line.count("|") for line in table.splitlines()}) == 1


# -- they say what the template does ------------------------------------------------------------------------


spoken_languages = st.sampled_from([*LANGUAGES.values()])


def says(box: Box, code: str, words: Language) -> bool:
    return words.text(code) in box.remark.split(" · ")


def leads(chart: Chart, one: Box, other: Box, words: Language) -> bool:
    """Tell from the picture alone whether a way leads from an open stage to another."""
    arrows = {(arrow.source, arrow.target) for arrow in chart.arrows}
    if {(one.key, other.key), (GROUP, other.key)} & arrows:
        return True
    if says(other, "life.retired", words) or other.look in {"hold", "lost"}:
        return False
    notes = {code for code in NOTES if words.text(code) in chart.notes}
    order = [box.key for box in chart.inside]
    here, there = order.index(one.key), order.index(other.key) if other.key in order else len(order)
    if there < here:
        return bool(notes & {"chart.back.with_ground", "chart.back.free"})
    passed = [box for box in chart.inside[here + 1 : there] if not says(box, "life.retired", words)]
    whole = bool(notes & {"chart.skip.with_ground", "chart.skip.free"})
    return bool(passed) and (whole or all(says(box, "trait.skippable", words) for box in passed))


NOTES = (
    "chart.skip.with_ground",
    "chart.skip.free",
    "chart.skip.skippable",
    "chart.back.with_ground",
    "chart.back.free",
)


@given(template=templates(), words=spoken_languages)
def test_a_picture_shows_a_way_where_the_template_has_one(template: Template, words: Language) -> None:
    chart = chart_of(template, record=None, rules=False, words=words)
    table = Table(template.stages, template.moves, template.policy, template.framework)
    for one in chart.inside:
        others = [box for box in chart.boxes if box is not one]
        got = {other.key for other in others if leads(chart, one, other, words)}
        assert got == {other.key for other in others if isinstance(table.way(one.stage.id, None, other.stage.id), Edge)}
    starts = {arrow.target for arrow in chart.arrows if arrow.source == START}
    assert starts == {box.key for box in chart.boxes if isinstance(table.way(None, None, box.stage.id), Edge)}


@given(template=templates(), words=spoken_languages)
def test_a_picture_shows_every_reopening_or_tells_of_it(template: Template, words: Language) -> None:
    chart = chart_of(template, record=None, rules=False, words=words)
    table = Table(template.stages, template.moves, template.policy, template.framework)
    closed = [box for box in chart.boxes if box.stage.outcome]
    ways = {
        (one.key, other.key)
        for one in closed
        for other in chart.inside
        if isinstance(table.way(one.stage.id, None, other.stage.id), Edge)
    }
    enterable = {box.key for box in chart.inside if not says(box, "life.retired", words)}
    targets = {other for _, other in ways}
    whole = len(targets) > 1 and targets == enterable
    expected = {(one, GROUP) for one, _ in ways} if whole else ways
    drawable = len(expected) <= 6 and (whole or len(targets) <= 3)
    shown = {(arrow.source, arrow.target) for arrow in chart.arrows if arrow.kind == "reopened"}
    begins = words.text("chart.reopenings", {"closed": "\0", "stages": ""}).partition("\0")[0]
    told = [note for note in chart.notes if note.startswith(begins)]
    assert (shown, len(told)) == ((expected, 0) if drawable else (set(), 1))


@given(template=templates(), words=spoken_languages)
def test_an_arrow_says_on_request_all_that_is_asked_on_it(template: Template, words: Language) -> None:
    chart = chart_of(template, record=None, rules=True, words=words)
    table = Table(template.stages, template.moves, template.policy, template.framework)
    ids = {box.key: box.stage.id for box in chart.boxes} | {GROUP: table.order[0], START: None}
    for arrow in chart.arrows:
        way = table.way(ids[arrow.source], None, str(ids[arrow.target]))
        asks = [clipped(asked(rule, words), 80) for rule in way.rules] if isinstance(way, Edge) else []
        if arrow.kind in {"start", "next", "move"}:
            assert [line for line in asks if line not in arrow.text] == []
            assert (words.text("chart.ground") in arrow.text) == (isinstance(way, Edge) and way.ground is not None)


@given(walk=walks(most=8))
def test_the_path_of_a_record_is_numbered_in_the_order_of_its_moves(walk: Walk) -> None:
    record = [record for record, _ in steps(walk, walk.template)][-1]
    chart = chart_of(walk.template, record=record, rules=False, words=ENGLISH)
    canonical = {name: stage.id for stage in walk.template.stages for name in (stage.id, *stage.aliases)}
    keys = {box.stage.id: box.key for box in chart.boxes}
    moves = [change for change in record.history if change.kind != "updated"]
    expected = {
        number: (keys[canonical[change.source]] if change.source else START, keys[canonical[change.target]])
        for number, change in enumerate(moves, 1)
        if change.source is None or canonical[change.source] != canonical[change.target]
    }
    assert {step: (each.source, each.target) for each in chart.arrows for step in each.steps} == expected
    assert [box.stage.id for box in chart.boxes if box.current] == [canonical[id] for id in [record.stage] if id]


# -- our own pictures are tidy ------------------------------------------------------------------------------


def extent(words: Words) -> Area:
    """Return the rectangle that words take."""
    width = max((width_of(line, words.size) for line in words.lines), default=0.0)
    left = words.x - width * {"start": 0, "middle": 0.5, "end": 1}[words.anchor]
    return Area(left, words.y - words.size, width, len(words.lines) * (words.size + 3))


def overlap(one: Area, other: Area) -> bool:
    apart = (
        one.x + one.width <= other.x + 0.01
        or other.x + other.width <= one.x + 0.01
        or one.y + one.height <= other.y + 0.01
        or other.y + other.height <= one.y + 0.01
    )
    return not apart


def segments(points: list[tuple[float, float]]) -> list[Area]:
    return [Area(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)) for (x1, y1), (x2, y2) in pairwise(points)]


@given(case=cases())
def test_no_arrow_crosses_a_box_and_no_words_stand_upon_others(case: Case) -> None:
    grid = grid_of(case.chart())
    areas = [drawn.area for drawn in grid.boxes]
    assert [pair for pair in combinations(areas, 2) if overlap(*pair)] == []
    lines = [segment for route in grid.routes for segment in segments(route.points)]
    assert [(line, area) for line in lines for area in areas if overlap(line, area)] == []
    words = [extent(each) for each in grid.words]
    assert [pair for pair in combinations(words, 2) if overlap(*pair)] == []
    assert [pair for pair in ((each, area) for each in words for area in areas) if overlap(*pair)] == []


def level(points: list[tuple[float, float]]) -> bool:
    return len(points) == 2 and points[0][1] == points[1][1]


def bent(case: Case) -> list[tuple[str, str]]:
    """Return the neighbours of one row between which an arrow without words takes another way than the straight one."""
    grid = grid_of(case.chart())
    areas = {drawn.box.key if drawn.box else START: drawn.area for drawn in grid.boxes}
    rows = {y: [key for key, area in areas.items() if middle(area) == y] for y in map(middle, areas.values())}
    near = {pair for row in rows.values() for pair in pairwise(sorted(row, key=lambda key: areas[key].x))}
    ways = [(route.arrow.source, route.arrow.target, route) for route in grid.routes if not route.arrow.text]
    return [(one, other) for one, other, route in ways if (one, other) in near and not level(route.points)]


def middle(area: Area) -> float:
    return area.y + area.height / 2


@settings(phases=[Phase.explicit, Phase.generate])
@given(case=cases())
def test_neighbours_in_one_row_are_joined_by_a_straight_line(case: Case) -> None:
    assert bent(case) == []


def test_neighbours_of_templates_that_come_with_salesflow_are_joined_by_a_straight_line() -> None:
    every = [Case(*each) for each in product(SHIPPED, [None], [False, True], LANGUAGES.values())]
    assert [(case.template.id, case.language.id, bent(case)) for case in every if bent(case)] == []


def crossed(case: Case) -> list[tuple[str, ...]]:
    """Return the words that a line runs through, or the frame, or that stand upon others."""
    grid = grid_of(case.chart())
    lines = [segment for route in grid.routes for segment in segments(route.points)]
    lines += segments(corners(grid.frame))
    words = [each for each in grid.words if each.lines]
    under = [pair for pair in combinations(words, 2) if overlap(*map(extent, pair))]
    found = [each for each in words for line in lines if overlap(extent(each), line)]
    return [*(each.lines for each in found), *(each.lines for pair in under for each in pair)]


def corners(area: Area) -> list[tuple[float, float]]:
    left, top, right, bottom = area.x, area.y, area.x + area.width, area.y + area.height
    return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]


@settings(phases=[Phase.explicit, Phase.generate])
@given(case=cases())
def test_no_line_runs_through_words(case: Case) -> None:
    assert crossed(case) == []


def test_no_line_runs_through_words_in_templates_that_come_with_salesflow() -> None:
    every = [Case(*each) for each in product(SHIPPED, [None], [False, True], LANGUAGES.values())]
    assert [(case.template.id, case.language.id, crossed(case)) for case in every if crossed(case)] == []


def heard(lines: list[str]) -> str:
    return tight([re.sub(r"\*\d+", "", line) for line in lines])


@settings(phases=[Phase.explicit, Phase.generate])
@given(walk=walks(most=6), rules=st.booleans(), words=spoken_languages)
def test_all_that_an_arrow_says_stands_beside_it_or_in_a_note(walk: Walk, rules: bool, words: Language) -> None:
    record = [record for record, _ in steps(walk, walk.template)][-1]
    chart = chart_of(walk.template, record=record, rules=rules, words=words)
    everything = heard([line for each in grid_of(chart).words for line in each.lines])
    assert [line for each in chart.arrows for line in each.text if heard([line]) not in everything] == []


@given(case=cases())
def test_all_that_is_drawn_lies_within_the_picture(case: Case) -> None:
    grid = grid_of(case.chart())
    drawn = [each for box in grid.boxes for each in box.words]
    areas = [grid.frame, *(box.area for box in grid.boxes), *map(extent, (*grid.words, *drawn))]
    areas += [segment for route in grid.routes for segment in segments(route.points)]
    assert [area for area in areas if area.x < 0 or area.x + area.width > grid.width] == []
    assert [area for area in areas if area.y < 0 or area.y + area.height > grid.height] == []
    for box in grid.boxes:
        assert [words for words in map(extent, box.words) if words.width > box.area.width] == []
