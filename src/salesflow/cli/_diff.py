"""The subcommand `diff`: what is another in a new template, and what that means for deals in flight."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum

from salesflow._compared._told import by_impact, title, version_kept
from salesflow.cli._console import Plain, in_utf8, listing, printable
from salesflow.cli._template import template_of
from salesflow.evolve import Diff, diff, markdown, mermaid
from salesflow.languages import Language, text_of_difference


class Form(StrEnum):
    """How a diff is told."""

    table = "table"
    json = "json"
    markdown = "markdown"
    mermaid = "mermaid"


class FailOn(StrEnum):
    """From which impact on a diff fails."""

    none = "none"
    labels = "labels"
    new_only = "new_only"
    in_flight = "in_flight"
    breaking = "breaking"


_WRITERS: dict[Form, Callable[[Diff, Language], str]] = {
    Form.json: lambda found, _: found.model_dump_json(indent=2) + "\n",
    Form.markdown: lambda found, words: markdown(found, language=words),
    Form.mermaid: lambda found, words: mermaid(found, language=words),
}
"""What writes each form for other programs."""


def run(old: str, new: str, form: Form, fail_on: FailOn | None, words: Language) -> int:
    """Print what differs; return 1 where something of that impact or a worse one does."""
    found = diff(template_of(old), template_of(new))
    if form is Form.table:
        _print(found, words)
    else:
        in_utf8()
        sys.stdout.write(_WRITERS[form](found, words))
    return int(fail_on is not None and bool(found.at_least(fail_on.value)))


def _print(found: Diff, words: Language) -> None:
    console = Plain()
    console.print(printable(title(found.old, found.new, words)), style="bold", soft_wrap=True)
    if not found:
        console.print(words.text("diff.nothing"))
    for impact, several in by_impact(found):
        lines = (printable(f"{text_of_difference(each, words)} [{each.code}]") for each in several)
        console.section(words.text(f"impact.{impact}"), listing(lines))
    if version_kept(found.old, found.new):
        console.print()
        console.print(printable(words.text("diff.version_kept", {"version": found.new.version})), soft_wrap=True)
