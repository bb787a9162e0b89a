"""Templates: the built-in catalogue, one readable declaration a file. A starting point, to be adapted."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from salesflow._nearest import nearest
from salesflow._texts import listed
from salesflow.errors import LoadError
from salesflow.template import StageTemplate
from salesflow.verdict import Problem

__all__ = ["get", "names"]

_NAMES = ("classic-pipeline", "heflo-process")


def names() -> tuple[str, ...]:
    """Return the names of the built-in templates, without loading one.

    >>> names()
    ('classic-pipeline', 'heflo-process')
    """
    return _NAMES


def get(name: str) -> StageTemplate[Any]:
    """Return the built-in template of that name, which is its id too. Raises LoadError.

    >>> [stage.id for stage in get("heflo-process").stages if stage.outcome]
    ['won', 'lost']
    """
    if name not in _NAMES:
        shown = ascii(name)[:128]
        raise LoadError(f"template {shown}", (_unknown(name),))
    template: StageTemplate[Any] = import_module(f"{__name__}.{name.replace('-', '_')}").TEMPLATE
    return template


def _unknown(name: object) -> Problem:
    near = nearest(name, _NAMES) if isinstance(name, str) else None
    advice = f"{near!r} is near" if near else f"there are {listed(_NAMES, 'and')}"
    return Problem(code="template.unknown", text="there is no built-in template of that name", advice=advice)
