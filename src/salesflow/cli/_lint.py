"""The subcommand `lint`: every problem of a template, one that comes with salesflow or one in a file."""

from __future__ import annotations

from salesflow.cli._bad_use import BadUse
from salesflow.cli._console import Plain, printable
from salesflow.cli._template import means_file, shipped
from salesflow.errors import LoadError
from salesflow.languages import Language, say
from salesflow.linting import lint
from salesflow.loading import load_template
from salesflow.verdict import Problem

_NO_TEMPLATE = ("file.", "json.", "text.encoding", "text.empty", "text.large", "text.deep", "text.many")
"""How the codes of problems begin where there is nothing that could be linted."""


def run(name: str, words: Language) -> int:
    """Print the problems of a template, and return the exit code: 1 where there are any."""
    problems = _problems(name) if means_file(name) else lint(shipped(name))
    console = Plain()
    for problem in problems:
        line = {"record": words.text(f"level.{problem.level}"), "text": printable(say(problem, words))}
        console.print(words.text("line.record", line), soft_wrap=True)
    console.print(_ending(name, problems, words), soft_wrap=True)
    return int(bool(problems))


def _problems(file: str) -> tuple[Problem, ...]:
    try:
        return lint(load_template(file))
    except LoadError as error:
        if any(problem.code.startswith(_NO_TEMPLATE) for problem in error.problems):
            raise BadUse("template.invalid", why=error) from None
        return error.problems


def _ending(name: str, problems: tuple[Problem, ...], words: Language) -> str:
    code = "sound" if not problems else "problem" if len(problems) == 1 else "problems"
    return words.text(f"lint.{code}", {"name": printable(name), "count": len(problems)})
