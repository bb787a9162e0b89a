"""Errors: one class for each noun, carrying objects and not only text.

SalesflowError
├── TemplateError    stages, moves and policy contradict each other   .problems
├── MoveRefused      a move may not happen now                        .record .verdict
├── HistoryError     a stored record contradicts its template         .findings
└── LoadError        a file or payload is not what it claims          .problems
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from salesflow._phrases import in_english, spoken
from salesflow.values import shown

if TYPE_CHECKING:
    from salesflow.records import Record
    from salesflow.verdict import Finding, Problem, Verdict

__all__ = ["HistoryError", "LoadError", "MoveRefused", "SalesflowError", "TemplateError"]


class SalesflowError(Exception):
    """Everything that salesflow raises of its own."""


def _told(heading: tuple[str, dict[str, object]], items: Iterable[object]) -> str:
    return in_english(*heading) + "".join(f"\n- {item}" for item in items)


# None of these is a ValueError: pydantic would swallow it inside a validator.


class TemplateError(SalesflowError):
    """A template contradicts itself; `problems` holds every contradiction."""

    def __init__(self, template: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(template, problems)
        self.template = template
        self.problems = problems

    @property
    def heading(self) -> tuple[str, dict[str, object]]:
        """The code and the parameters of the line above the problems."""
        return "error.template", {"template": self.template}

    def __str__(self) -> str:
        return _told(self.heading, self.problems)


class MoveRefused(SalesflowError):
    """A move may not happen now; `verdict` holds every reason, `record` is unchanged."""

    def __init__(self, record: Record, verdict: Verdict) -> None:
        super().__init__(record, verdict)
        self.record = record
        self.verdict = verdict

    @property
    def heading(self) -> tuple[str, dict[str, object]]:
        """The code and the parameters of the line above the reasons."""
        verdict, name = self.verdict, getattr(self.record, "id", None) or shown(self.record)
        code = (
            "error.migrate"
            if verdict.kind == "migrated"
            else "error.update"
            if any(each.code == "record.not_started" for each in verdict.refusals)
            else "error.enter"
            if verdict.source is None
            else "error.change"
            if verdict.source == verdict.target
            else "error.move"
        )
        return code, {"name": name, "source": verdict.source, "target": verdict.target}

    def __str__(self) -> str:
        return _told(self.heading, self.verdict.refusals)


class HistoryError(SalesflowError):
    """A stored history contradicts its template or itself; `findings` says where."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(findings)
        self.findings = findings

    @property
    def heading(self) -> tuple[str, dict[str, object]]:
        """The code and the parameters of the line above the findings."""
        return "error.history", {}

    def __str__(self) -> str:
        return _told(self.heading, self.findings)


class LoadError(SalesflowError):
    """A file or payload is not what it claims to be; `problems` says where.

    `place` names it: as it is named in every language, or by a phrase.
    """

    def __init__(self, place: str | Mapping[str, object], problems: tuple[Problem, ...]) -> None:
        super().__init__(place, problems)
        self.place = spoken(place)
        self.problems = problems

    @property
    def heading(self) -> tuple[str, dict[str, object]]:
        """The code and the parameters of the line above the problems."""
        return "error.load", {"place": self.place, "words": {"place": self.args[0]}}

    def __str__(self) -> str:
        return _told(self.heading, self.problems)
