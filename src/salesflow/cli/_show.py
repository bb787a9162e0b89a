"""The subcommand `show`: a template as tables and sentences, as a picture, or as a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from rich.table import Table

from salesflow import diagram
from salesflow._in_words import all_asked, asked, forecast, sentences, span, title, traits
from salesflow.cli._console import Plain, in_utf8, listing, printable, table
from salesflow.cli._template import template_of
from salesflow.languages import Language
from salesflow.loading import dump_template
from salesflow.moves import Move
from salesflow.stage import Stage
from salesflow.template import StageTemplate


class Form(StrEnum):
    """How a template is shown."""

    table = "table"
    mermaid = "mermaid"
    dot = "dot"
    svg = "svg"
    markdown = "markdown"
    json = "json"
    toml = "toml"
    yaml = "yaml"


_WRITERS: dict[Form, Callable[[StageTemplate[Any], Language, bool], str]] = {
    Form.mermaid: lambda template, words, rules: diagram.mermaid(template, language=words, rules=rules),
    Form.dot: lambda template, words, rules: diagram.dot(template, language=words, rules=rules),
    Form.svg: lambda template, words, rules: diagram.svg(template, language=words, rules=rules),
    Form.markdown: lambda template, words, _: diagram.markdown(template, language=words),
    Form.json: lambda template, _words, _rules: dump_template(template, form="json"),
    Form.toml: lambda template, _words, _rules: dump_template(template, form="toml"),
    Form.yaml: lambda template, _words, _rules: dump_template(template, form="yaml"),
}
"""What writes each form for other programs, from a template, a language and whether arrows say what they ask."""


def run(name: str, form: Form, words: Language, *, rules: bool) -> int:
    """Print a template, its labels in a language where it has them."""
    template = template_of(name)
    if form is Form.table:
        _print(template, words)
    else:
        in_utf8()
        sys.stdout.write(_WRITERS[form](template, words, rules))
    return 0


# -- tables -------------------------------------------------------------------------------------------------


def _print(template: StageTemplate[Any], words: Language) -> None:
    console = Plain()
    console.print(printable(title(template, words)), style="bold")
    for line in template.description.expandtabs().splitlines():
        console.print(printable(line))
    for heading, made in _tables(template, words).items():
        if made.row_count:
            console.section(words.text(f"heading.{heading}"), made)
    console.section(words.text("heading.policy"), listing(map(printable, sentences(template, words))))


def _tables(template: StageTemplate[Any], words: Language) -> dict[str, Table]:
    """Return what is told of a template; beside a stage there is no room for all of it."""
    stages = template.stages
    return {
        "stages": _stages(template, words),
        "asked": _pairs("asks", [(stage.id, asked(rule, words)) for stage in stages for rule in stage.rules], words),
        "roles": _pairs("roles", [(stage.id, ", ".join(stage.roles)) for stage in stages if stage.roles], words),
        "former": _pairs("was", [(stage.id, old) for stage in stages for old in stage.aliases], words),
        "moves": _moves(template, words),
    }


# -- stages and moves ---------------------------------------------------------------------------------------


def _stages(template: StageTemplate[Any], words: Language) -> Table:
    columns: dict[str, Callable[[Stage], str]] = {
        "stage": lambda stage: stage.id,
        "label": lambda stage: stage.name(words.id) if stage.name(words.id) != stage.id else "",
        "is": lambda stage: ", ".join(traits(stage, words)),
        "%": lambda stage: "" if stage.probability is None else str(stage.probability),
        "forecast": lambda stage: forecast(stage, words),
        "follow-up": lambda stage: span(stage.follow_up_every, words),
        "at most": lambda stage: span(stage.max_age, words),
    }
    return _filled(columns, template.stages, words)


def _pairs(what: str, pairs: Iterable[tuple[str, str]], words: Language) -> Table:
    return _filled({"stage": lambda pair: pair[0], what: lambda pair: pair[1]}, pairs, words)


def _moves(template: StageTemplate[Any], words: Language) -> Table:
    columns: dict[str, Callable[[Move], str]] = {
        "move": lambda move: move.labels.get(words.id) or move.name,
        "from": lambda move: ", ".join(move.sources),
        "to": lambda move: move.target,
        "asks": lambda move: "\n".join(all_asked(move, words)),
        "roles": lambda move: ", ".join(move.roles),
    }
    return _filled(columns, template.moves, words)


def _filled(columns: dict[str, Callable[[Any], str]], items: Iterable[Any], words: Language) -> Table:
    """Return a table of the columns in which anything stands: width is scarce."""
    rows = [{name: printable(cell(item)) for name, cell in columns.items()} for item in items]
    used = [name for name in columns if any(row[name] for row in rows)]
    return table(used, [[row[name] for name in used] for row in rows], numbers={"%"}, words=words)
