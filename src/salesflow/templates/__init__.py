"""Templates: the built-in catalogue, one readable declaration a file. A starting point, to be adapted."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from salesflow._nearest import nearest
from salesflow.errors import LoadError
from salesflow.template import StageTemplate
from salesflow.verdict import Problem

__all__ = ["get", "names"]


def names() -> tuple[str, ...]:
    """Return the names of the built-in templates in alphabetical order, without loading one.

    >>> "classic-pipeline" in names()
    True
    """
    files = (module.name for module in iter_modules(__path__))
    return tuple(sorted(file.replace("_", "-") for file in files if not file.startswith("_")))


def get(name: str) -> StageTemplate[Any]:
    """Return the built-in template of that name, which is its id too. Raises LoadError.

    >>> [stage.id for stage in get("heflo-process").stages if stage.outcome]
    ['won', 'lost']
    """
    known = names()
    if name not in known:
        shown = ascii(name)[:128]
        raise LoadError(f"template {shown}", (_unknown(name, known),))
    template: StageTemplate[Any] = import_module(f"{__name__}.{name.replace('-', '_')}").TEMPLATE
    return template


def _unknown(name: object, known: tuple[str, ...]) -> Problem:
    near = nearest(name, known) if isinstance(name, str) else None
    advice = f"{near!r} is near" if near else f"salesflow.templates.names() lists the {len(known)} that there are"
    return Problem(code="template.unknown", text="there is no built-in template of that name", advice=advice)
