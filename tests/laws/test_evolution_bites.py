"""Evolution: the laws on what a diff says find a diff that says it wrongly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from laws.test_evolution import Deal, answers_alike, asks_as_told, breaks, deals
from salesflow import _compared, diff
from salesflow._compared import _policy, _routes, _rules, _stages
from salesflow.testing._asking import Template
from test_evolve import CASES

Law = Callable[[Template, Template, Deal], bool]


@cache
def pool() -> list[tuple[Template, Template, list[Deal]]]:
    """Return the pairs of templates that the tests tell of, there and back, with some deals in flight."""
    told = [pair for old, new, _ in CASES.values() for pair in ((old, new), (new, old))]
    return [(old, new, _deals(old)) for old, new in told]


def _deals(old: Template) -> list[Deal]:
    found: list[Deal] = []

    @settings(
        max_examples=12, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=[*HealthCheck]
    )
    @given(deal=deals(old))
    def collect(deal: Deal) -> None:
        found.append(deal)

    collect()
    return found


def breaks_exactly(old: Template, new: Template, _deal: Deal) -> bool:
    return (diff(old, new).impact == "breaking") == breaks(old, new)


def digests_agree(old: Template, new: Template, _deal: Deal) -> bool:
    return (diff(old, new).impact in {"none", "labels"}) == (old.ref.digest == new.ref.digest)


def tells_each_way_once(old: Template, new: Template, _deal: Deal) -> bool:
    told = [tuple(way) for each in diff(old, new) for ways in each.params.get("ways", {}).values() for way in ways]
    return len(told) == len(set(told))


@dataclass(frozen=True)
class Break:
    """A fault of a diff: where it is, what stands there instead, and the law that finds it."""

    module: Any
    name: str
    instead: Any
    law: Law


def _nothing(*_: Any) -> Any:
    return iter(())


def _only_new(*_: Any) -> Any:
    return "new_only"


def _tighter(others: Any, old: Any, new: Any) -> Any:
    return "rule_tightened" if old and new else _judged(others, old, new)


_judged = _rules.judged
_effects = _routes.effects


def _without_closed(pairs: Any) -> Any:
    return _routes.Effects({cause: _routes.Effect({}) for cause in _effects(pairs).by_cause})


def _everywhere(pairs: Any) -> Any:
    """Tell all ways that any change turned with each of them."""
    told = _effects(pairs).by_cause
    every = [way for effect in told.values() for ways in effect.ways.values() for way in ways]
    return _routes.Effects({cause: _routes.Effect({"opened": every}) for cause in told} if every else told)


BREAKS: dict[str, Break] = {
    "ways that are gone are forgotten": Break(_compared, "effects", _without_closed, breaks_exactly),
    "lost names are forgotten": Break(_stages, "_names", _nothing, breaks_exactly),
    "stages that are gone are forgotten": Break(_stages, "_gone", _nothing, breaks_exactly),
    "what a stage turns into is forgotten": Break(_stages, "_turns", _nothing, breaks_exactly),
    "rules are forgotten": Break(_stages, "compared", _nothing, answers_alike),
    "rules are asked of nobody in flight": Break(_stages, "_met", _only_new, answers_alike),
    "what is another rule is taken for a tighter one": Break(_rules, "judged", _tighter, asks_as_told),
    "all rules follow from all": Break(_rules, "implies", lambda *_: True, answers_alike),
    "labels are forgotten": Break(_stages, "_shown", _nothing, digests_agree),
    "a lock is forgotten": Break(_policy, "_lock", _nothing, answers_alike),
    "an order is forgotten": Break(_stages, "_order", _nothing, answers_alike),
    "each way is told of every change": Break(_compared, "effects", _everywhere, tells_each_way_once),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_law_bites(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = BREAKS[name]
    cases = pool()
    monkeypatch.setattr(broken.module, broken.name, broken.instead)
    assert not all(broken.law(old, new, deal) for old, new, deals in cases for deal in deals)
