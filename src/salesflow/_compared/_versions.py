"""Versions given together: each id and version stands for one definition."""

from __future__ import annotations

from collections.abc import Iterable

from salesflow._compared import differences
from salesflow._compared._pairs import Template
from salesflow._difference import IMPACTS
from salesflow._phrases import shortened
from salesflow.errors import TemplateError
from salesflow.verdict import Problem, problem

SAID_AT_MOST = 5
"""How many differences are named."""


def by_version(templates: Iterable[Template]) -> dict[tuple[str, str], Template]:
    """Return templates by their id and version. Raises TemplateError for two that behave differently under one."""
    found: dict[tuple[str, str], Template] = {}
    for each in templates:
        known = found.setdefault((each.id, each.version), each)
        if known.ref != each.ref:
            raise TemplateError(each.id, (_twice(known, each),))
        # of two that behave alike the later one counts
        found[each.id, each.version] = each
    return found


def _twice(one: Template, other: Template) -> Problem:
    behaviour = [each for each in differences(one, other) if IMPACTS.index(each.impact) > IMPACTS.index("labels")]
    told = shortened([each.params["words"]["text"] for each in behaviour], SAID_AT_MOST, ";")
    return problem("version.twice", "version", version=other.version, differences=told, advises="version.twice")
