"""The subcommand `lint`: every problem of a template file."""

from __future__ import annotations

from salesflow.cli._bad_use import BadUse
from salesflow.cli._console import Plain, printable
from salesflow.errors import LoadError
from salesflow.lint import lint
from salesflow.loading import load_template
from salesflow.verdict import Problem

_NO_TEMPLATE = ("file.", "json.", "text.encoding", "text.empty", "text.large", "text.deep", "text.many")
"""How the codes of problems begin where there is nothing that could be linted."""


def run(file: str) -> int:
    """Print the problems of a template file, and return the exit code: 1 where there are any."""
    problems = _problems(file)
    console = Plain()
    for problem in problems:
        console.print(f"{problem.level}: {printable(str(problem))}", soft_wrap=True)
    console.print(_ending(file, problems), soft_wrap=True)
    return int(bool(problems))


def _problems(file: str) -> tuple[Problem, ...]:
    try:
        return lint(load_template(file))
    except LoadError as error:
        if any(problem.code.startswith(_NO_TEMPLATE) for problem in error.problems):
            raise BadUse("template.invalid", why=error) from None
        return error.problems


def _ending(file: str, problems: tuple[Problem, ...]) -> str:
    if not problems:
        return f"{printable(file)} is sound"
    return f"{printable(file)} has {len(problems)} problem{'s' if len(problems) > 1 else ''}"
