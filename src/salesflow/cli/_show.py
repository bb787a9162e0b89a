"""The subcommand `show`: a template as tables and sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from rich.table import Table

from salesflow._phrases import joined, span, spoken
from salesflow._wording import wording
from salesflow.cli._console import Plain, listing, printable, table
from salesflow.cli._policy import sentences
from salesflow.cli._template import template_of
from salesflow.cli._words import in_words
from salesflow.languages import Language
from salesflow.moves import Move
from salesflow.rules import AnyRule
from salesflow.stage import Stage
from salesflow.template import StageTemplate


def run(name: str, language: str) -> int:
    """Print a template, its labels in a language where it has them."""
    template, words = template_of(name), in_words(language)
    console = Plain()
    console.print(printable(_title(template, words)), style="bold")
    for line in template.description.expandtabs().splitlines():
        console.print(printable(line))
    for title, made in _tables(template, words).items():
        if made.row_count:
            console.section(words.text(f"show.{title}"), made)
    console.section(words.text("show.policy"), listing(map(printable, sentences(template, words))))
    return 0


def _title(template: StageTemplate[Any], words: Language) -> str:
    label = template.labels.get(words.id) or template.label
    name = words.text("show.label", {"label": label, "name": template.id}) if label else template.id
    kind = words.text(f"kind.{template.record.kind}")
    return words.text("show.heading", {"name": name, "version": template.version, "kind": kind})


def _tables(template: StageTemplate[Any], words: Language) -> dict[str, Table]:
    """Return what is told of a template; beside a stage there is no room for all of it."""
    stages = template.stages
    return {
        "stages": _stages(template, words),
        "asked": _pairs("asks", [(stage.id, _asked(rule, words)) for stage in stages for rule in stage.rules], words),
        "roles": _pairs("roles", [(stage.id, ", ".join(stage.roles)) for stage in stages if stage.roles], words),
        "former": _pairs("was", [(stage.id, old) for stage in stages for old in stage.aliases], words),
        "moves": _moves(template, words),
    }


# -- stages and moves ---------------------------------------------------------------------------------------


def _stages(template: StageTemplate[Any], words: Language) -> Table:
    columns: dict[str, Callable[[Stage], str]] = {
        "stage": lambda stage: stage.id,
        "label": lambda stage: stage.name(words.id) if stage.name(words.id) != stage.id else "",
        "is": lambda stage: ", ".join(words.text(f"trait.{trait}") for trait in _traits(stage)),
        "%": lambda stage: "" if stage.probability is None else str(stage.probability),
        "forecast": lambda stage: words.text(f"forecast.{stage.forecast}") if stage.forecast else "",
        "follow-up": lambda stage: _span(stage.follow_up_every, words),
        "at most": lambda stage: _span(stage.max_age, words),
    }
    return _filled(columns, template.stages, words)


def _pairs(what: str, pairs: Iterable[tuple[str, str]], words: Language) -> Table:
    return _filled({"stage": lambda pair: pair[0], what: lambda pair: pair[1]}, pairs, words)


def _moves(template: StageTemplate[Any], words: Language) -> Table:
    columns: dict[str, Callable[[Move], str]] = {
        "move": lambda move: move.labels.get(words.id) or move.name,
        "from": lambda move: ", ".join(move.sources),
        "to": lambda move: move.target,
        "asks": lambda move: "\n".join(_asked_of(move, words)),
        "roles": lambda move: ", ".join(move.roles),
    }
    return _filled(columns, template.moves, words)


def _filled(columns: dict[str, Callable[[Any], str]], items: Iterable[Any], words: Language) -> Table:
    """Return a table of the columns in which anything stands: width is scarce."""
    rows = [{name: printable(cell(item)) for name, cell in columns.items()} for item in items]
    used = [name for name in columns if any(row[name] for row in rows)]
    return table(used, [[row[name] for name in used] for row in rows], numbers={"%"}, words=words)


def _traits(stage: Stage) -> Iterator[str]:
    if stage.outcome:
        yield stage.outcome
    if stage.hold:
        yield "hold"
    if stage.skippable:
        yield "skippable"
    if stage.life != "active":
        yield stage.life


def _asked_of(move: Move, words: Language) -> Iterator[str]:
    yield from (_asked(rule, words) for rule in move.rules)
    if move.ground:
        yield words.text("show.ground")


def _asked(rule: AnyRule, words: Language) -> str:
    said = spoken(wording(rule), words.text)
    if rule.severity == "warn":
        said = words.text("show.warns", {"rule": said})
    if rule.overridable_by:
        roles = spoken(joined(rule.overridable_by, "or"), words.text)
        said = words.text("show.overridden", {"rule": said, "roles": roles})
    return said


def _span(time: timedelta | None, words: Language) -> str:
    return spoken(span(time), words.text) if time else ""
