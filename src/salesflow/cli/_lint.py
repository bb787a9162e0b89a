"""The subcommand `lint`: every problem of templates, such as come with salesflow or are in files."""

from __future__ import annotations

from collections.abc import Sequence

from salesflow import _files, loading
from salesflow._lines import lines_of
from salesflow._trees import shown
from salesflow.cli._bad_use import BadUse, complained
from salesflow.cli._console import Plain, printable
from salesflow.cli._template import means_file, shipped
from salesflow.errors import LoadError
from salesflow.languages import Language, say
from salesflow.linting import lint
from salesflow.verdict import Problem

_NO_TEMPLATE = (
    *("file.", "json.", "toml.", "yaml."),
    *("text.type", "text.encoding", "text.empty", "text.large", "text.deep", "text.many"),
)
"""How the codes of problems begin where there is nothing that could be linted."""

Placed = tuple[Problem, int | None]
"""A problem, and the line where it stands."""


def run(names: Sequence[str], words: Language) -> int:
    """Print the problems of templates; return 1 where there are any, 2 where one cannot be linted, else 0."""
    return max([_told(name, words) for name in names])


def _told(name: str, words: Language) -> int:
    console = Plain()
    try:
        problems = _in_file(name) if means_file(name) else [(each, None) for each in lint(shipped(name))]
    except LoadError as error:
        return complained(BadUse("template.invalid", why=error), words)
    except BadUse as bad:
        # one bad name of several keeps nobody from the problems of the others
        return complained(bad, words)
    for problem, line in problems:
        # an editor looks for the place as compilers write it, in every language
        place = f"{shown(name)}:{line}" if line else shown(name)
        said = {"record": words.text(f"level.{problem.level}"), "text": printable(say(problem, words))}
        console.print(f"{place}: {words.text('line.record', said)}", soft_wrap=True)
    console.print(_ending(name, len(problems), words), soft_wrap=True)
    return int(bool(problems))


def _in_file(name: str) -> list[Placed]:
    """Return the problems of a file with their lines. Raises LoadError for what is no text of its form."""
    file = _files.named(name)
    text, form = _files.read(file, most=loading.MAX_BYTES), _files.form_of(file)
    try:
        problems = lint(loading.parse_template(text, place=shown(name), form=form))
    except LoadError as error:
        problems = error.problems
        if any(problem.code.startswith(_NO_TEMPLATE) for problem in problems):
            raise
    lines = lines_of(text, [problem.path for problem in problems], form=form)
    return list(zip(problems, lines, strict=True))


def _ending(name: str, count: int, words: Language) -> str:
    code = "problems" if count > 1 else "problem" if count else "sound"
    return words.text(f"lint.{code}", {"name": shown(name), "count": count})
