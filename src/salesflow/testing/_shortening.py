"""Shortening: of a walk that fails, the shortest that fails alike, found by walking again with less."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from salesflow.testing._asking import Template
from salesflow.testing._system import Lack, System
from salesflow.testing._walking import Step, Walk

Failing = Callable[[Sequence[Step]], Exception | None]
"""Walks anew, and returns how that failed."""


def failing(template: Template, system: Callable[[], System], without: frozenset[Lack]) -> Failing:
    """Return how to walk anew through a fresh CRM."""

    def walked(steps: Sequence[Step]) -> Exception | None:
        walk = Walk(template, system(), without)
        try:
            for step in steps:
                walk.take(step)
        except Exception as error:  # noqa: BLE001 - whatever a CRM raises
            return error
        finally:
            walk.close()
        return None

    return walked


def aspect(error: Exception | None) -> str | None:
    """Return in what a walk failed."""
    return getattr(error, "aspect", type(error).__name__) if error else None


def shortened(steps: Sequence[Step], found: str | None, walked: Failing) -> Sequence[Step]:
    """Return the shortest walk that was found to fail in the same aspect, with as little in each request as will do."""

    def fails(fewer: Sequence[Step]) -> bool:
        return aspect(walked(fewer)) == found

    shorter, size = _without_any(steps, len(steps) // 2, fails), len(steps)
    while len(shorter) < size:
        size = len(shorter)
        shorter = _without_any(shorter, max(1, size // 2), fails)
    return _plainer(shorter, fails)


def _without_any(steps: Sequence[Step], size: int, fails: Callable[[Sequence[Step]], bool]) -> Sequence[Step]:
    """Return steps without the runs, of this size and smaller, that are not needed; the last ones go first."""
    while size > 0:
        for start in range(len(steps) - size, -1, -size):
            fewer = [*steps[:start], *steps[start + size :]]
            steps = fewer if fails(fewer) else steps
        size //= 2
    return steps


def _plainer(steps: Sequence[Step], fails: Callable[[Sequence[Step]], bool]) -> Sequence[Step]:
    """Return steps of which each asks for no more than is needed, by the same person at the same time."""
    for place in range(len(steps)):
        for less in _less(steps[0].ask.at):
            plain = replace(steps[place], ask=replace(steps[place].ask, **less))
            fewer = [*steps[:place], plain, *steps[place + 1 :]]
            steps = fewer if fails(fewer) else steps
    return steps


def _less(at: datetime) -> tuple[dict[str, Any], ...]:
    """Return what to say instead, so as to say less."""
    return {"ground": None}, {"fields": {}}, {"override": ()}, {"roles": ()}, {"by": "u-1"}, {"at": at}
