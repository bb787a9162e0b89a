"""Errors: one class for each noun, carrying objects and not only text.

SalesflowError
├── TemplateError    stages, moves and policy contradict each other   .problems
├── MoveRefused      a move may not happen now                        .record .verdict
├── HistoryError     a stored record contradicts its template         .findings
└── LoadError        a file or payload is not what it claims          .problems
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesflow.values import shown

if TYPE_CHECKING:
    from salesflow.records import Record
    from salesflow.verdict import Finding, Problem, Verdict

__all__ = ["HistoryError", "LoadError", "MoveRefused", "SalesflowError", "TemplateError"]


class SalesflowError(Exception):
    """Everything that salesflow raises of its own."""


# None of these is a ValueError: pydantic would swallow it inside a validator.


class TemplateError(SalesflowError):
    """A template contradicts itself; `problems` holds every contradiction."""

    def __init__(self, template: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(template, problems)
        self.template = template
        self.problems = problems

    def __str__(self) -> str:
        return f"template {self.template!r} contradicts itself:" + "".join(f"\n- {each}" for each in self.problems)


class MoveRefused(SalesflowError):
    """A move may not happen now; `verdict` holds every reason, `record` is unchanged."""

    def __init__(self, record: Record, verdict: Verdict) -> None:
        super().__init__(record, verdict)
        self.record = record
        self.verdict = verdict

    def __str__(self) -> str:
        verdict, name = self.verdict, getattr(self.record, "id", None) or shown(self.record)
        way = (
            "may not be updated"
            if any(each.code == "record.not_started" for each in verdict.refusals)
            else f"may not enter {verdict.target!r}"
            if verdict.source is None
            else f"may not change in {verdict.source!r}"
            if verdict.source == verdict.target
            else f"may not move from {verdict.source!r} to {verdict.target!r}"
        )
        return f"{name} {way}:" + "".join(f"\n- {each}" for each in verdict.refusals)


class HistoryError(SalesflowError):
    """A stored history contradicts its template or itself; `findings` says where."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(findings)
        self.findings = findings

    def __str__(self) -> str:
        return "the history does not hold together:" + "".join(f"\n- {each}" for each in self.findings)


class LoadError(SalesflowError):
    """A file or payload is not what it claims to be; `problems` says where."""

    def __init__(self, place: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(place, problems)
        self.place = place
        self.problems = problems

    def __str__(self) -> str:
        return f"{self.place} cannot be read:" + "".join(f"\n- {each}" for each in self.problems)
