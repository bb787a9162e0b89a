"""Templates: the built-in catalogue, one readable declaration a file, and those that plug-ins bring.

A starting point, to be adapted.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from salesflow._installed import TEMPLATES, installed, load
from salesflow._nearest import nearest
from salesflow._phrases import phrase
from salesflow.errors import LoadError
from salesflow.template import StageTemplate
from salesflow.verdict import Problem, problem

__all__ = ["get", "names"]


def names() -> tuple[str, ...]:
    """Return the names of the templates, built in or installed, in alphabetical order, without loading one.

    >>> "classic-pipeline" in names()
    True
    """
    return tuple(sorted({*_built_in(), *(plugin.name for plugin in installed(TEMPLATES))}))


def get(name: str) -> StageTemplate[Any]:
    """Return the template of that name, which is its id too. Raises LoadError.

    A built-in name always means the built-in template, whatever is installed.

    >>> [stage.id for stage in get("heflo-process").stages if stage.outcome]
    ['won', 'lost']
    """
    built_in = _built_in()
    if name in built_in:
        template: StageTemplate[Any] = import_module(f"{__name__}.{name.replace('-', '_')}").TEMPLATE
        return template
    plugins = installed(TEMPLATES)
    offered = [plugin.name for plugin in plugins]
    if name in offered:
        return load(name, TEMPLATES, plugins)
    raise LoadError(phrase("place.template", name=ascii(name)[:128]), (_unknown(name, sorted({*built_in, *offered})),))


def _built_in() -> list[str]:
    files = (module.name for module in iter_modules(__path__))
    return [file.replace("_", "-") for file in files if not file.startswith("_")]


def _unknown(name: object, known: list[str]) -> Problem:
    near = nearest(name, known) if isinstance(name, str) else None
    if near:
        return problem("template.unknown", advises="near", near=near)
    return problem("template.unknown", advises="template.unknown", count=len(known))
