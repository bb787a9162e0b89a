"""Templates as the command line names them: one that is built in or installed, or a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from salesflow import templates
from salesflow._nearest import nearest
from salesflow.cli._bad_use import BadUse
from salesflow.errors import LoadError
from salesflow.loading import load_template
from salesflow.template import StageTemplate


def template_of(name: str) -> StageTemplate[Any]:
    """Return the template that is meant. Raises BadUse."""
    return _read(load_template, name) if means_file(name) else shipped(name)


def means_file(name: str) -> bool:
    """Tell whether a file is meant, rather than a template that is built in or installed."""
    separators = {os.sep, os.altsep or os.sep}
    return name.endswith(".json") or not separators.isdisjoint(name) or Path(name).is_file()


def shipped(name: str) -> StageTemplate[Any]:
    """Return the template of that name that is built in or installed. Raises BadUse."""
    known = templates.names()
    if name not in known:
        near = nearest(name, known)
        near = f"; {near!r} is near" if near else ""
        raise BadUse("template.unknown", name=name, near=near)
    return _read(templates.get, name)


def _read(read: Callable[[str], StageTemplate[Any]], name: str) -> StageTemplate[Any]:
    try:
        return read(name)
    except LoadError as error:
        raise BadUse("template.invalid", why=error) from None
