"""A comparison on a page: differences by what they mean, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salesflow._compared._pairs import Template
from salesflow._difference import IMPACTS, Difference, Impact
from salesflow._escape import in_markdown
from salesflow.languages import Language, text_of_difference


def by_impact(found: Iterable[Difference]) -> Iterator[tuple[Impact, list[Difference]]]:
    """Yield differences by their impact, the worst first; an impact that none has is left out."""
    listed = list(found)
    for impact in reversed(IMPACTS):
        several = [each for each in listed if each.impact == impact]
        if several:
            yield impact, several


def page(old: Template, new: Template, found: Iterable[Difference], words: Language) -> Iterator[str]:
    """Yield the parts of a page of Markdown."""
    yield f"# {in_markdown(title(old, new, words))}"
    found = list(found)
    if not found:
        yield in_markdown(words.text("diff.nothing"))
    for impact, several in by_impact(found):
        yield f"## {in_markdown(words.text(f'impact.{impact}'))}"
        yield "\n".join([*_heading(words), *(_row(each, words) for each in several)])
    if version_kept(old, new):
        yield in_markdown(words.text("diff.version_kept", {"version": new.version}))


def title(old: Template, new: Template, words: Language) -> str:
    """Name two templates with their versions."""
    return words.text("diff.title", {"old": str(old.ref), "new": str(new.ref)})


def version_kept(old: Template, new: Template) -> bool:
    """Tell whether two definitions go by one id and version, so that records of the old one would be refused."""
    return (old.id, old.version) == (new.id, new.version) and old.ref != new.ref


def _heading(words: Language) -> Iterator[str]:
    yield f"| {words.text('column.what')} | {words.text('column.where')} | code |"
    yield "| --- | --- | --- |"


def _row(each: Difference, words: Language) -> str:
    return f"| {in_markdown(text_of_difference(each, words))} | {in_markdown(each.path)} | `{each.code}` |"
