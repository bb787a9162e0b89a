"""Charts: a template as boxes and arrows, in which what follows from the policy is summed up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

from salesflow._compile import Edge, Table
from salesflow._escape import clipped
from salesflow._in_words import asked, traits
from salesflow._phrases import joined, names, phrase, spoken
from salesflow.languages import Language
from salesflow.moves import Move
from salesflow.records import Record
from salesflow.rules import AnyRule
from salesflow.stage import Stage
from salesflow.template import StageTemplate

GROUP = "play"
"""All open stages together: an arrow from here stands for one from each of them."""
START = "begin"

PAINTS = {
    "open": ("#e8f0fb", "#3566a8", "#10253f"),
    "hold": ("#fdf3d7", "#9a7400", "#3d2e00"),
    "won": ("#dff3e4", "#23793f", "#0c3319"),
    "lost": ("#fbe5e3", "#b03a2e", "#471510"),
    "begin": ("#44546a", "#44546a", "#ffffff"),
    "play": ("#f7f9fc", "#8a9bb3", "#33435a"),
    "old": ("#eeeeee", "#777777", "#444444"),
}
"""What a box is filled with, its border and its text, by the class of its look: each text is easy to read."""
LINE, PATH = "#44546a", "#b8470a"

Look = Literal["open", "hold", "won", "lost"]
News = Literal["", "added", "removed"]
"""Whether a new template has what the old one had not, or the other way round."""
Kind = Literal["start", "next", "move", "lost", "held", "resumed", "reopened", "path"]


@dataclass(frozen=True, slots=True)
class Box:
    """A stage as it is drawn."""

    key: str
    """An id that means nothing in any language: `s0`, `s1`."""
    stage: Stage
    name: str
    """Its label, cut short."""
    whole: str
    remark: str
    """What sets it apart, in words: colour and shape alone tell nothing to many people."""
    look: Look
    passed: bool
    """Whether the record was here."""
    current: bool
    news: News = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way as it is drawn. `held` leads there and back."""

    source: str
    target: str
    kind: Kind
    text: tuple[str, ...] = ()
    """What stands beside it, line by line."""
    steps: tuple[int, ...] = ()
    """Which steps of the record led this way, counted from 1."""
    news: News = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Boxes, arrows, and what goes for all open stages at once."""

    title: str
    about: str
    """What it shows, for those who cannot see it."""
    start: str
    """What the box says where records start."""
    heading: str
    """What stands for all open stages together."""
    notes: tuple[str, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]

    @property
    def inside(self) -> tuple[Box, ...]:
        """The open stages, in order."""
        return tuple(box for box in self.boxes if box.look == "open")

    @property
    def outside(self) -> tuple[Box, ...]:
        """Holds and closed stages."""
        return tuple(box for box in self.boxes if box.look != "open")


def across(chart: Chart) -> bool:
    """Whether the stages stand side by side; many stand one below the other, since pages scroll that way."""
    return len(chart.inside) <= 7


def extra_keys(chart: Chart) -> set[str]:
    """Name the boxes that are drawn beside those of stages, where anything leads to or from them."""
    ends = {end for arrow in chart.arrows for end in (arrow.source, arrow.target)}
    return {*(ends & {START, GROUP}), *([GROUP] if chart.notes else [])}


def unlinked(chart: Chart) -> Iterator[tuple[str, str]]:
    """Yield the neighbours in the order between which nothing leads, so that they stay neighbours."""
    linked = {(arrow.source, arrow.target) for arrow in chart.arrows}
    boxes = chart.inside
    pairs = ((one.key, other.key) for one, other in pairwise(boxes))
    return (pair for pair in pairs if pair not in linked)


def classes_of(box: Box) -> Iterator[str]:
    """Name the looks of a box, the later ones upon the earlier."""
    yield box.look
    if box.stage.skippable:
        yield "skippable"
    if box.stage.life != "active":
        yield "old"
    if box.passed and not box.current:
        yield "passed"
    if box.current:
        yield "current"
    if box.news:
        yield box.news


def chart_of(template: StageTemplate[Any], *, record: Record | None, rules: bool, words: Language) -> Chart:
    """Draw up a template, with what each way asks where `rules` are wanted, and with the path of a record."""
    plan = _Plan(template, rules=rules, words=words)
    path = () if record is None else tuple(_path(plan, record))
    notes, drawn = _ways(plan)
    been = {key for each in path for key in (each.source, each.target)}
    here = None if record is None else plan.table.canonical.get(record.stage or "")
    boxes = tuple(_box(plan, stage, been, here) for stage in template.stages)
    start, heading = (clipped(words.text(code), _SHORT) for code in ("chart.start", "chart.heading"))
    about = _about(boxes, notes, words)
    return Chart(_title(template, words), about, start, heading, notes, boxes, _walked(drawn, path, words))


_SHORT = 30
"""How long a word of a language may be that stands in a box of its own."""


def _title(template: StageTemplate[Any], words: Language) -> str:
    """Name a template and its version, in as few words as a picture has room for."""
    label, known = template.labels.get(words.id) or template.label, f"{template.id} {template.version}"
    return f"{label} ({known})" if label else known


def _about(boxes: Iterable[Box], notes: Iterable[str], words: Language) -> str:
    stages = [" ".join(filter(None, (box.name, box.remark and f"({box.remark})"))) for box in boxes]
    said = [words.text("chart.about", {"stages": spoken(joined(stages), words.text)})]
    return spoken(joined([*said, *(words.text("chart.about.note", {"note": note}) for note in notes)], ";"), words.text)


class _Plan:
    """A template with what is looked up while it is drawn."""

    def __init__(self, template: StageTemplate[Any], *, rules: bool, words: Language) -> None:
        self.stages, self.moves, self.policy = template.stages, template.moves, template.policy
        self.table = Table(template.stages, template.moves, template.policy, template.framework)
        self.key = {stage.id: f"s{place}" for place, stage in enumerate(template.stages)}
        self.rules, self.words = rules, words

    def text(self, code: str, **params: Any) -> str:
        return self.words.text(f"chart.{code}", params)

    def name(self, stage: Stage) -> str:
        return clipped(stage.name(self.words.id), 60)

    def listed(self, stages: Iterable[Stage]) -> str:
        return spoken(names(map(self.name, stages)), self.words.text)

    def asks(self, rules: Iterable[AnyRule]) -> tuple[str, ...]:
        return tuple(clipped(asked(rule, self.words), 80) for rule in rules) if self.rules else ()

    def order(self) -> list[Stage]:
        return [self.table.stages[id] for id in self.table.order]


def _box(plan: _Plan, stage: Stage, been: set[str], here: str | None) -> Box:
    name, key = plan.name(stage), plan.key[stage.id]
    current = stage.id == here
    said = [*([plan.text("here")] if current else []), *filter(None, _remarks(plan, stage, name))]
    passed = key in been or current
    return Box(key, stage, name, stage.name(plan.words.id), " · ".join(said), _look(stage), passed, current)


def _remarks(plan: _Plan, stage: Stage, name: str) -> Iterator[str]:
    """Say what sets a stage apart: its chance among it, and how it is closed only where its name does not say so."""
    look, *more = ["", *traits(stage, plan.words)] if _look(stage) == "open" else traits(stage, plan.words)
    if look.casefold() not in name.casefold().split():
        yield look
    if stage.open and stage.probability is not None:
        yield plan.text("chance", percent=stage.probability)
    yield from more


def _look(stage: Stage) -> Look:
    return "hold" if stage.hold else stage.outcome or "open"


# -- the ways -----------------------------------------------------------------------------------------------


def _ways(plan: _Plan) -> tuple[tuple[str, ...], tuple[Arrow, ...]]:
    reopened = tuple(_reopened(plan))
    few = len(reopened) <= _FEW and len({arrow.target for arrow in reopened}) <= _TARGETS
    notes = (*_notes(plan), *(() if few else _reopening_note(plan)))
    arrows = (*_starts(plan), *_steps(plan), *_declared(plan), *_leaving(plan), *(reopened if few else ()))
    return notes, arrows


_FEW, _TARGETS = 6, 3
"""How many ways to reopen, and to how many stages, are drawn before they are told in a note."""


def _starts(plan: _Plan) -> Iterator[Arrow]:
    for id in plan.table.starts:
        way = plan.table.way(None, None, id)
        if isinstance(way, Edge):
            yield Arrow(START, plan.key[id], "start", plan.asks(way.rules))


def _steps(plan: _Plan) -> Iterator[Arrow]:
    """Yield the steps along the order, from each stage to the next that is not retired, and on to winning."""
    if plan.policy.next != "free":
        return
    order = plan.order()
    won = [stage for stage in plan.stages if stage.outcome == "won" and stage.life != "retired"]
    for place, stage in enumerate(order):
        after = [later for later in order[place + 1 :] if later.life != "retired"][:1] or won
        for target in after:
            if (stage.id, target.id) not in plan.table.declared:
                yield Arrow(plan.key[stage.id], plan.key[target.id], "next", plan.asks(target.rules))


def _declared(plan: _Plan) -> Iterator[Arrow]:
    for move in plan.moves:
        target = plan.table.stages[move.target]
        named = [clipped(move.labels.get(plan.words.id) or move.name, 60)]
        grounds = [plan.text("ground")] if move.ground else []
        roles = [clipped(_done_by(move, plan.words), 80)] if plan.rules and move.roles else []
        lines = [*named, *grounds, *plan.asks([*target.rules, *move.rules]), *roles]
        for source in move.sources if target.life != "retired" else ():
            yield Arrow(plan.key[source], plan.key[target.id], "move", tuple(filter(None, lines)))


def _done_by(move: Move, words: Language) -> str:
    return spoken(phrase("rule.role", roles=joined(move.roles, "or")), words.text)


def _leaving(plan: _Plan) -> Iterator[Arrow]:
    """Yield the ways between all open stages and those outside: lost at any time, held, resumed."""
    for stage in plan.stages:
        key = plan.key[stage.id]
        if stage.hold and stage.life == "retired":
            yield Arrow(key, GROUP, "resumed", (plan.text("resumed"),))
        elif stage.hold:
            yield Arrow(GROUP, key, "held", (plan.text("held"), *plan.asks(stage.rules)))
        elif stage.outcome == "lost" and stage.life != "retired" and plan.policy.lose == "any_time":
            yield Arrow(GROUP, key, "lost", (plan.text("lost"), *plan.asks(stage.rules)))


def _reopened(plan: _Plan) -> Iterator[Arrow]:
    """Yield the ways to reopen: one to all open stages together where each of them is a target."""
    targets = _reopened_to(plan)
    whole = len(targets) > 1 and targets == _enterable(plan)
    for source in _reopenable(plan):
        for target in [None] if whole else targets:
            lines = (plan.text("reopened"), *(plan.asks(target.rules) if target else ()))
            yield Arrow(plan.key[source.id], plan.key[target.id] if target else GROUP, "reopened", lines)


def _enterable(plan: _Plan) -> list[Stage]:
    return [stage for stage in plan.order() if stage.life != "retired"]


def _reopened_to(plan: _Plan) -> list[Stage]:
    return [stage for stage in _enterable(plan) if stage.id in plan.policy.reopen_to]


def _reopenable(plan: _Plan) -> list[Stage]:
    named = plan.policy.reopen_from
    return [stage for stage in plan.stages if (stage.outcome == "lost" if named is None else stage.id in named)]


def _reopening_note(plan: _Plan) -> Iterator[str]:
    targets = _reopened_to(plan)
    back = plan.text("any") if targets == _enterable(plan) else plan.listed(targets)
    yield plan.text("reopenings", closed=plan.listed(_reopenable(plan)), stages=back)


def _notes(plan: _Plan) -> Iterator[str]:
    if len(plan.table.order) > 1 and plan.policy.skip != "never":
        yield plan.text(f"skip.{plan.policy.skip}")
    elif any(stage.skippable for stage in plan.stages):
        yield plan.text("skip.skippable")
    if len(plan.table.order) > 1 and plan.policy.back != "never":
        yield plan.text(f"back.{plan.policy.back}")


# -- the path -----------------------------------------------------------------------------------------------


def _path(plan: _Plan, record: Record) -> Iterator[Arrow]:
    """Yield the steps of a record between stages that the template knows, one arrow each."""
    moves = [change for change in record.history if change.kind != "updated"]
    for number, change in enumerate(moves, 1):
        source = START if change.source is None else _known(plan, change.source)
        target = _known(plan, change.target)
        if source and target and source != target:
            yield Arrow(source, target, "path", (plan.words.text(f"change.{change.kind}"),), (number,))


def _known(plan: _Plan, name: str) -> str | None:
    return plan.key.get(plan.table.canonical.get(name, ""))


def _walked(drawn: tuple[Arrow, ...], path: tuple[Arrow, ...], words: Language) -> tuple[Arrow, ...]:
    """Number the arrows that the path follows, and add one for each way of it that is not drawn."""
    steps: dict[tuple[str, str], tuple[int, ...]] = {}
    for each in path:
        steps[each.source, each.target] = (*steps.get((each.source, each.target), ()), *each.steps)
    known = {(arrow.source, arrow.target) for arrow in drawn}
    new = {(each.source, each.target): each for each in reversed(path) if (each.source, each.target) not in known}
    every = (*drawn, *reversed(new.values()))
    return tuple(_numbered(arrow, steps.get((arrow.source, arrow.target), ()), words) for arrow in every)


def _numbered(arrow: Arrow, steps: tuple[int, ...], words: Language) -> Arrow:
    if not steps:
        return arrow
    first, *more = arrow.text or ("",)
    said = spoken(names(map(str, steps), "and"), words.text)
    numbered = words.text("chart.step", {"steps": said, "text": first}) if first else said
    return replace(arrow, text=(numbered, *more), steps=steps)
