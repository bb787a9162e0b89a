"""Templates as the command line names them: one that comes with salesflow, or a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from salesflow import templates
from salesflow._files import FORMS
from salesflow._nearest import nearest
from salesflow.cli._bad_use import BadUse
from salesflow.errors import LoadError
from salesflow.loading import load_template
from salesflow.template import StageTemplate


def template_of(name: str) -> StageTemplate[Any]:
    """Return the template that is meant. Raises BadUse."""
    return _from_file(name) if means_file(name) else shipped(name)


def means_file(name: str) -> bool:
    """Tell whether a file is meant, rather than a template that comes with salesflow."""
    separators = {os.sep, os.altsep or os.sep}
    return name.casefold().endswith(tuple(FORMS)) or not separators.isdisjoint(name) or Path(name).is_file()


def shipped(name: str) -> StageTemplate[Any]:
    """Return the template of that name that comes with salesflow. Raises BadUse."""
    known = templates.names()
    if name not in known:
        near = nearest(name, known)
        near = f"; {near!r} is near" if near else ""
        raise BadUse("template.unknown", name=name, near=near)
    return templates.get(name)


def _from_file(file: str) -> StageTemplate[Any]:
    try:
        return load_template(file)
    except LoadError as error:
        raise BadUse("template.invalid", why=error) from None
