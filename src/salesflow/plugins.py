"""Plug-ins: templates and rules in Python that other distributions bring, listed freely and loaded only by name.

A distribution offers them as entry points, in the groups `salesflow.templates` and `salesflow.rules`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from salesflow._installed import RULES, TEMPLATES, Plugin, installed, load
from salesflow._soundness import placed_rules
from salesflow.rules import PythonRule, walk
from salesflow.template import StageTemplate

__all__ = ["Plugin", "get_rule", "rules", "rules_of", "templates"]


def templates() -> tuple[Plugin, ...]:
    """Return which templates are offered, by name, without importing any; `salesflow.templates.get` loads one.

    One with the name of a built-in template stands here too, and is never loaded.
    """
    return installed(TEMPLATES)


def rules() -> tuple[Plugin, ...]:
    """Return which rules are offered, by name, without importing any."""
    return installed(RULES)


def get_rule(name: str) -> PythonRule:
    """Load the one rule of that name, which is how files know it. Raises LoadError."""
    return load(name, RULES, rules())


def rules_of(template: StageTemplate[Any], *, allow: Collection[str]) -> tuple[PythonRule, ...]:
    """Load the rules that a template names, of those that are allowed, for `template.bind`. Raises LoadError.

    A template may come from anybody, so it is the caller who says which plug-ins may run on its account. A rule that
    has its function already is left as it is. A name that is allowed and that no plug-in has is a slip.
    """
    offered = rules()
    strange = set(allow) - {plugin.name for plugin in offered}
    # first, so that nothing is imported where a name is wrong
    wanted = (*sorted(strange, key=str), *sorted(_unbound(template) & set(allow) - strange))
    return tuple(load(name, RULES, offered) for name in wanted)


def _unbound(template: StageTemplate[Any]) -> set[str]:
    placed = (each for _, rule in placed_rules(template.stages, template.moves) for each in walk(rule))
    return {each.name for each in placed if isinstance(each, PythonRule) and each.call is None}
