"""Rules of every form, about a small vocabulary that the records drawn here speak too.

A rule is drawn as a recipe and made once the words of its template are known: a strategy that is built anew for each
template costs Hypothesis more than everything else here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

from hypothesis import strategies as st

from salesflow import Money, all_of, any_of, compare, none_of, present, qualified, role
from salesflow.records import Opportunity, Record
from salesflow.rules import AnyRule, activity, approved, objections_resolved, time_in_stage, visited
from salesflow.testing._draw_values import LONG_ROLES, ROLES
from salesflow.testing._host import PYTHON_RULES

ACTIVITIES = ("call", "démo")
APPROVALS = ("discount", "contract text")
FIELDS = ("amount", "owner", "source", "loss.reason", "lessons", "fields.score", "fields.region", "activities")


@dataclass(frozen=True)
class Words:
    """What the rules of one template may refer to."""

    record: type[Record]
    stages: tuple[str, ...]
    criteria: tuple[str, ...]


Recipe = Callable[[Words], AnyRule]

_COMPARISONS: tuple[AnyRule, ...] = (
    compare("amount", "ge", Money.of(1000, "EUR")),
    compare("amount", "lt", Money.of(1000, "USD")),
    compare("fields.score", "ge", 50),
    compare("fields.score", "ne", "7.5"),
    compare("fields.vip", "eq", value=True),
    compare("fields.vip", "eq", 1),
    compare("fields.region", "eq", "EU"),
    compare("owner", "ne", "u-1"),
)
_OF_OPPORTUNITIES: tuple[AnyRule, ...] = (
    compare("expected_close", "ge", "2026-02-01"),
    compare("offer.months", "le", 36),
    compare("offer.sent_at", "le", "2026-01-05T00:00:00+00:00"),
    present("offer.price"),
)
_hour, _week, _month = timedelta(hours=1), timedelta(days=7), timedelta(days=30)
_ANYWHERE: tuple[AnyRule, ...] = (
    *map(present, FIELDS),
    *_COMPARISONS,
    *map(role, ROLES),
    role("rep", "director"),
    role(*LONG_ROLES),
    *(
        activity(kind, at_least=n, within=span)
        for kind, n, span in product(ACTIVITIES, (1, 2), (None, _week, 3 * _month))
    ),
    objections_resolved(),
    objections_resolved(),
    time_in_stage(at_least=_hour),
    time_in_stage(at_most=_month),
    time_in_stage(at_least=_hour, at_most=_month),
    *(approved(what, roles=roles) for what, roles in product(APPROVALS, ((), ("director",)))),
    *PYTHON_RULES,
)


def _always(rule: AnyRule) -> Recipe:
    return lambda _: rule


def _visited(place: int) -> Recipe:
    return lambda words: visited(words.stages[place % len(words.stages)])


def _qualified(first: int, count: int, least: Any) -> Recipe:
    return lambda words: qualified(*(words.criteria * 2)[first % len(words.criteria) :][:count], at_least=least)


def _of_opportunity(rule: AnyRule, otherwise: AnyRule) -> Recipe:
    return lambda words: rule if issubclass(words.record, Opportunity) else otherwise


LEAVES: tuple[Recipe, ...] = (
    *map(_always, _ANYWHERE),
    *map(_visited, range(6)),
    *(_qualified(first, count, least) for first, count, least in product(range(4), (1, 3), ("claimed", "verified"))),
    *(_of_opportunity(rule, _COMPARISONS[0]) for rule in _OF_OPPORTUNITIES),
)
"""Rules without parts."""

_GROUPS: tuple[Callable[..., AnyRule], ...] = (all_of, any_of, any_of, none_of)


def _grouped(parts: st.SearchStrategy[Recipe]) -> st.SearchStrategy[Recipe]:
    inner = st.lists(parts, min_size=1, max_size=3)
    return st.builds(_group, st.sampled_from(_GROUPS), inner)


def _group(make: Callable[..., AnyRule], parts: list[Recipe]) -> Recipe:
    return lambda words: make(*(part(words) for part in parts))


def _outermost(inner: Recipe, severity: str, overridable_by: tuple[str, ...]) -> Recipe:
    changed: Any = {"severity": severity, "overridable_by": overridable_by}
    return lambda words: inner(words).model_copy(update=changed)


_leaves = st.sampled_from(LEAVES)
_trees = st.one_of(_leaves, _leaves, _grouped(st.one_of(_leaves, _leaves, _grouped(_leaves))))
rules: st.SearchStrategy[Recipe] = st.builds(
    _outermost,
    _trees,
    st.sampled_from(["block", "block", "block", "warn"]),
    st.sampled_from([(), (), ("director",), ("account_manager", "director")]),
)
"""Outermost rules: groups up to three deep, some that only warn, some that may be overridden."""
