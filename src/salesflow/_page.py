"""Pages: a template in Markdown, as tables and sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from salesflow._escape import in_markdown
from salesflow._in_words import all_asked, asked, forecast, sentences, span, title, traits
from salesflow.languages import Language
from salesflow.moves import Move
from salesflow.stage import Stage
from salesflow.template import StageTemplate


def parts(template: StageTemplate[Any], words: Language) -> Iterator[str]:
    yield f"## {in_markdown(title(template, words))}"
    yield from (in_markdown(line) for line in template.description.splitlines() if line.strip())
    yield _heading("stages", words)
    yield _table(_stage_columns(words), template.stages, words)
    if template.moves:
        yield _heading("moves", words)
        yield _table(_move_columns(template, words), template.moves, words)
    yield _heading("policy", words)
    yield "\n".join(f"- {in_markdown(sentence)}" for sentence in sentences(template, words))


def _heading(of: str, words: Language) -> str:
    return f"### {in_markdown(words.text(f'heading.{of}'))}"


Columns = dict[str, Callable[[Any], list[str]]]
"""The lines of a cell, by what its column is called in `column.*`."""


def _stage_columns(words: Language) -> Columns:
    return {
        "stage": lambda stage: [stage.name(words.id)],
        "id": lambda stage: [stage.id] if stage.name(words.id) != stage.id else [],
        "is": lambda stage: [", ".join(traits(stage, words))],
        "%": lambda stage: [] if stage.probability is None else [str(stage.probability)],
        "forecast": lambda stage: [forecast(stage, words)],
        "worked by": lambda stage: [", ".join(stage.roles)],
        "asks": lambda stage: [asked(rule, words) for rule in stage.rules],
        "follow-up every": lambda stage: [span(stage.follow_up_every, words)],
        "at most": lambda stage: [span(stage.max_age, words)],
        "was": lambda stage: [", ".join(stage.aliases)],
    }


def _move_columns(template: StageTemplate[Any], words: Language) -> Columns:
    def name(id: str) -> str:
        return template.stage(id).name(words.id)

    return {
        "move": lambda move: [move.labels.get(words.id) or move.name],
        "from": lambda move: [", ".join(map(name, move.sources))],
        "to": lambda move: [name(move.target)],
        "asks": lambda move: all_asked(move, words),
        "done by": lambda move: [", ".join(move.roles)],
    }


def _table(columns: Columns, items: Iterable[Stage | Move], words: Language) -> str:
    """Return a table of the columns in which anything stands."""
    rows = [{name: "<br>".join(map(in_markdown, cell(item))) for name, cell in columns.items()} for item in items]
    used = [name for name in columns if any(row[name] for row in rows)]
    heads = [in_markdown(words.text(f"column.{name}")) for name in used]
    lines = [heads, ["---"] * len(used), *([row[name] for name in used] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
