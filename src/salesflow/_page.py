"""Pages: a template in Markdown, as tables and sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from salesflow._escape import in_markdown
from salesflow._in_words import all_asked, asked, sentences, span, title, traits
from salesflow.moves import Move
from salesflow.stage import Stage
from salesflow.template import StageTemplate


def parts(template: StageTemplate[Any], language: str) -> Iterator[str]:
    yield f"## {in_markdown(title(template, language))}"
    yield from (in_markdown(line) for line in template.description.splitlines() if line.strip())
    yield "### Stages"
    yield _table(_stage_columns(language), template.stages)
    if template.moves:
        yield "### Declared moves"
        yield _table(_move_columns(template, language), template.moves)
    yield "### Policy"
    yield "\n".join(f"- {in_markdown(sentence)}" for sentence in sentences(template))


Columns = dict[str, Callable[[Any], list[str]]]
"""The lines of a cell, by the heading of its column."""


def _stage_columns(language: str) -> Columns:
    return {
        "stage": lambda stage: [stage.name(language)],
        "id": lambda stage: [stage.id] if stage.name(language) != stage.id else [],
        "is": lambda stage: [", ".join(traits(stage))],
        "%": lambda stage: [] if stage.probability is None else [str(stage.probability)],
        "forecast": lambda stage: [(stage.forecast or "").replace("_", " ")],
        "worked by": lambda stage: [", ".join(stage.roles)],
        "asks": lambda stage: [asked(rule) for rule in stage.rules],
        "follow-up every": lambda stage: [span(stage.follow_up_every)],
        "at most": lambda stage: [span(stage.max_age)],
        "was": lambda stage: [", ".join(stage.aliases)],
    }


def _move_columns(template: StageTemplate[Any], language: str) -> Columns:
    def name(id: str) -> str:
        return template.stage(id).name(language)

    return {
        "move": lambda move: [move.labels.get(language) or move.name],
        "from": lambda move: [", ".join(map(name, move.sources))],
        "to": lambda move: [name(move.target)],
        "asks": all_asked,
        "done by": lambda move: [", ".join(move.roles)],
    }


def _table(columns: Columns, items: Iterable[Stage | Move]) -> str:
    """Return a table of the columns in which anything stands."""
    rows = [{head: "<br>".join(map(in_markdown, cell(item))) for head, cell in columns.items()} for item in items]
    used = [head for head in columns if any(row[head] for row in rows)]
    lines = [used, ["---"] * len(used), *([row[head] for head in used] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
