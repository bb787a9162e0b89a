"""The subcommand `show`: a template as tables and sentences, as a picture, or as a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from rich.table import Table

from salesflow import diagram
from salesflow._in_words import all_asked, asked, sentences, span, title, traits
from salesflow.cli._console import Plain, in_utf8, listing, printable, table
from salesflow.cli._template import template_of
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


_WRITERS: dict[Form, Callable[[StageTemplate[Any], str, bool], str]] = {
    Form.mermaid: lambda template, language, rules: diagram.mermaid(template, language=language, rules=rules),
    Form.dot: lambda template, language, rules: diagram.dot(template, language=language, rules=rules),
    Form.svg: lambda template, language, rules: diagram.svg(template, language=language, rules=rules),
    Form.markdown: lambda template, language, _: diagram.markdown(template, language=language),
    Form.json: lambda template, _language, _rules: dump_template(template),
}
"""What writes each form for other programs, from a template, a language and whether arrows say what they ask."""


def run(name: str, language: str, form: Form, *, rules: bool) -> int:
    """Print a template, its labels in a language where it has them."""
    template = template_of(name)
    if form is Form.table:
        _print(template, language)
    else:
        in_utf8()
        sys.stdout.write(_WRITERS[form](template, language, rules))
    return 0


# -- tables -------------------------------------------------------------------------------------------------


def _print(template: StageTemplate[Any], language: str) -> None:
    console = Plain()
    console.print(printable(title(template, language)), style="bold")
    for line in template.description.expandtabs().splitlines():
        console.print(printable(line))
    for heading, made in _tables(template, language).items():
        if made.row_count:
            console.section(heading, made)
    console.section("Policy", listing(map(printable, sentences(template))))


def _tables(template: StageTemplate[Any], language: str) -> dict[str, Table]:
    """Return what is told of a template; beside a stage there is no room for all of it."""
    stages = template.stages
    return {
        "Stages": _stages(template, language),
        "Asked on entering": _pairs("asks", [(stage.id, asked(rule)) for stage in stages for rule in stage.rules]),
        "Roles": _pairs("roles", [(stage.id, ", ".join(stage.roles)) for stage in stages if stage.roles]),
        "Former ids": _pairs("was", [(stage.id, old) for stage in stages for old in stage.aliases]),
        "Declared moves": _moves(template, language),
    }


# -- stages and moves ---------------------------------------------------------------------------------------


def _stages(template: StageTemplate[Any], language: str) -> Table:
    columns: dict[str, Callable[[Stage], str]] = {
        "stage": lambda stage: stage.id,
        "label": lambda stage: stage.name(language) if stage.name(language) != stage.id else "",
        "is": lambda stage: ", ".join(traits(stage)),
        "%": lambda stage: "" if stage.probability is None else str(stage.probability),
        "forecast": lambda stage: (stage.forecast or "").replace("_", " "),
        "follow-up": lambda stage: span(stage.follow_up_every),
        "at most": lambda stage: span(stage.max_age),
    }
    return _filled(columns, template.stages)


def _pairs(what: str, pairs: Iterable[tuple[str, str]]) -> Table:
    return _filled({"stage": lambda pair: pair[0], what: lambda pair: pair[1]}, pairs)


def _moves(template: StageTemplate[Any], language: str) -> Table:
    columns: dict[str, Callable[[Move], str]] = {
        "move": lambda move: move.labels.get(language) or move.name,
        "from": lambda move: ", ".join(move.sources),
        "to": lambda move: move.target,
        "asks": lambda move: "\n".join(all_asked(move)),
        "roles": lambda move: ", ".join(move.roles),
    }
    return _filled(columns, template.moves)


def _filled(columns: dict[str, Callable[[Any], str]], items: Iterable[Any]) -> Table:
    """Return a table of the columns in which anything stands: width is scarce."""
    rows = [{name: printable(cell(item)) for name, cell in columns.items()} for item in items]
    used = [name for name in columns if any(row[name] for row in rows)]
    return table(used, [[row[name] for name in used] for row in rows], numbers={"%"})
