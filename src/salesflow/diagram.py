"""Diagrams: a template as a picture or a page, in Mermaid, DOT, SVG and Markdown."""

from __future__ import annotations

from typing import Any

from salesflow import _dot, _mermaid, _page, _svg
from salesflow._chart import chart_of
from salesflow.languages import Language, language_of
from salesflow.records import Record
from salesflow.template import StageTemplate

__all__ = ["dot", "markdown", "mermaid", "svg"]


def mermaid(
    template: StageTemplate[Any], *, record: Record | None = None, rules: bool = False, language: Language | str = ""
) -> str:
    """Draw a template as a flowchart of Mermaid, which GitHub, GitLab and many editors show as a picture.

    `rules` writes beside each arrow what it asks; `record` shows where a record is and how it came there; `language`
    chooses words and labels, by its code as for `language_of`, and without it words are English and labels plain.
    What follows from the policy is summed up: the box "Any open stage" stands for all of them.
    """
    chart = chart_of(template, record=record, rules=rules, words=_words(language))
    return "\n".join([*_mermaid.lines(chart), ""])


def dot(
    template: StageTemplate[Any], *, record: Record | None = None, rules: bool = False, language: Language | str = ""
) -> str:
    """Draw a template in DOT, which Graphviz turns into a picture. The arguments are those of `mermaid`."""
    chart = chart_of(template, record=record, rules=rules, words=_words(language))
    return "\n".join([*_dot.lines(chart), ""])


def svg(
    template: StageTemplate[Any], *, record: Record | None = None, rules: bool = False, language: Language | str = ""
) -> str:
    """Draw a template as a picture that needs no other program. The arguments are those of `mermaid`.

    It is what a notebook shows of a template.
    """
    chart = chart_of(template, record=record, rules=rules, words=_words(language))
    return "\n".join([*_svg.lines(chart), ""])


def markdown(template: StageTemplate[Any], *, language: Language | str = "") -> str:
    """Tell a template as a page: its stages and declared moves as tables, its policy in sentences.

    `language` chooses words and labels as for `mermaid`.
    """
    return "\n\n".join([*_page.parts(template, _words(language))]) + "\n"


def _words(language: Language | str) -> Language:
    return language_of(language) if isinstance(language, str) else language
