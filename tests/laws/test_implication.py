"""Implication: what is claimed of rules is true of every record that is drawn, and something is claimed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import islice, product
from operator import gt
from typing import Any, get_args

import pytest
from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st

from salesflow import (
    Actor,
    Answer,
    Money,
    Opportunity,
    Qualification,
    Stage,
    StageTemplate,
    _implies,
    all_of,
    any_of,
    compare,
    none_of,
)
from salesflow._guards import Names, guard_of
from salesflow._implies import implies
from salesflow.records import Activity, Approval
from salesflow.rules import AnyRule, Op
from salesflow.testing import _model_rules
from salesflow.testing._draw_records import complete, placed, unstarted
from salesflow.testing._draw_rules import APPROVALS, LEAVES, Words
from salesflow.testing._draw_values import KNOWN, ROLES, T0, actors, moments
from salesflow.testing._model_rules import Sight

FLOW = StageTemplate(
    id="flow",
    version="1",
    record=Opportunity,
    stages=(*(Stage(id=name) for name in "abc"), Stage(id="wait", hold=True), Stage(id="lost", outcome="lost")),
)
WORDS = Words(Opportunity, ("a", "b", "c"), tuple(each.id for each in FLOW.framework.criteria))
NAMES = Names(
    FLOW.framework,
    {stage.id: frozenset((stage.id,)) for stage in FLOW.stages},
    frozenset(Opportunity.model_fields),
    frozenset({"wait"}),
)
_SCORES = [compare("fields.score", op, value) for op in get_args(Op) for value in (50, "7.5", 80)]
_SUMS = [compare("amount", op, Money.of(sum_, "EUR")) for op in ("ge", "gt", "lt") for sum_ in (1000, 1200)]
RULES: list[AnyRule] = list(dict.fromkeys([*(leaf(WORDS) for leaf in LEAVES), *_SCORES, *_SUMS]))


@cache
def related() -> list[tuple[AnyRule, AnyRule]]:
    """Return the pairs of simple rules of which the first is claimed to imply the second, each with itself too."""
    return [(one, other) for one, other in product(RULES, RULES) if implies([one], [other])]


Pair = tuple[AnyRule, AnyRule]


def _grouped(make: Callable[..., AnyRule], pairs: list[Pair]) -> Pair:
    strong, weak = (make(*several) for several in zip(*pairs, strict=True))
    return (weak, strong) if make is none_of else (strong, weak)


def _grown(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    return st.builds(_grouped, st.sampled_from([all_of, any_of, none_of]), st.lists(inner, min_size=1, max_size=3))


def _wider(pair: Pair, other: AnyRule, *, more: bool) -> Pair:
    strong, weak = pair
    return (all_of(strong, other), weak) if more else (strong, any_of(other, weak))


def _pairs() -> st.SearchStrategy[Pair]:
    simple = st.sampled_from(RULES)
    leaves = st.sampled_from(related()) | st.tuples(simple, simple)
    grown = st.recursive(leaves, _grown, max_leaves=5)
    return grown | st.builds(_wider, grown, simple, more=st.booleans())


@dataclass(frozen=True)
class Look:
    """A record, a moment and who acts: what rules are asked of."""

    record: Any
    at: Any
    by: Any

    def holds(self, rule: AnyRule) -> bool:
        """Ask the guards whether a rule holds."""
        return not guard_of(rule, NAMES)(self.record, self.at, self.by)

    def holds_to_the_model(self, rule: AnyRule) -> bool:
        """Ask the model the same."""
        facts = self.record
        sight = Sight(FLOW, facts, facts.history, facts.changes_before, self.at, self.by)
        return _model_rules.holds(rule, sight) is True


looks = st.builds(Look, unstarted(FLOW) | placed(FLOW), st.sampled_from([T0, KNOWN]) | moments, actors)


def _law(pair: Pair, look: Look) -> None:
    for one, other in (pair, pair[::-1]):
        if implies([one], [other]):
            event("claimed")
            assert not (look.holds(one) and not look.holds(other))
            assert not (look.holds_to_the_model(one) and not look.holds_to_the_model(other))


@given(pair=_pairs(), look=looks)
def test_where_an_implication_is_claimed_no_record_is_a_counterexample(pair: Pair, look: Look) -> None:
    _law(pair, look)


def test_claims_are_made_of_every_form_of_rule() -> None:
    apart = [(one, other) for one, other in related() if one != other]
    assert {one.rule for one, _ in apart} >= {"compare", "qualified", "role", "activity", "time_in_stage", "approved"}
    assert {one.rule for one, other in related() if one == other} == {rule.rule for rule in RULES}


# -- every pair of simple rules, on many records --------------------------------------------------------------


def _collected(count: int) -> list[Look]:
    found: list[Look] = []

    @settings(max_examples=count, database=None, derandomize=True, phases=[Phase.generate])
    @given(look=looks)
    def collect(look: Look) -> None:
        found.append(look)

    collect()
    return found


def _crafted() -> list[Look]:
    """Return records that lie on every bound that is asked for, and people of every single role."""
    facts = complete(Opportunity, FLOW.framework)
    scores = [Opportunity(**{**facts, "id": "D", "fields": {"score": score}}) for score in (7.5, 49, 50, 60, 80, "50")]
    sums = [Opportunity(**{**facts, "id": "D", "amount": Money.of(sum_, "EUR")}) for sum_ in (999, 1000, 1100, 1200)]
    answers = (Answer(criterion="authority", certainty="claimed", at=KNOWN, way="access"),)
    claims = tuple(Answer(criterion=each, certainty="claimed", at=KNOWN) for each in WORDS.criteria)
    known = [Opportunity(id="D", qualification=Qualification(answers=each)) for each in (answers, claims)]
    people = [None, *(Actor(id="u", roles=roles) for roles in [(), *((role,) for role in ROLES)])]
    once = Opportunity(id="D", activities=(Activity(kind="call", at=T0 - timedelta(days=14)),))
    approvals = (Approval(what=APPROVALS[0], granted=True, at=KNOWN, by=Actor(id="u", roles=("rep",))),)
    asked = [*scores, *sums, *known, once, Opportunity(id="D", approvals=approvals)]
    return [Look(record, T0, None) for record in asked] + [Look(Opportunity(id="D"), T0, who) for who in people]


@cache
def truths() -> dict[AnyRule, list[bool]]:
    """Return of each simple rule, of its contrary and of both whether it holds, look by look."""
    pool = [*_collected(150), *_crafted()]
    several = [each for rule in RULES for each in (rule, none_of(rule), any_of(rule, none_of(rule)))]
    return {rule: [look.holds(rule) for look in pool] for rule in several}


def _disproved() -> list[Pair]:
    """Return the pairs of rules of which an implication is claimed that some record disproves."""
    known = truths()
    pairs = product(known, known)
    doubtful = (pair for pair in pairs if any(map(gt, known[pair[0]], known[pair[1]])))
    return [*islice((pair for pair in doubtful if implies([pair[0]], [pair[1]])), 1)]


def test_no_claim_on_two_simple_rules_is_disproved_by_any_record() -> None:
    assert _disproved() == []


# -- the law bites ------------------------------------------------------------------------------------------


def _fails_where_it_does_not_hold(_case: Any, need: Any) -> bool:
    """Take what does not hold for what fails, as logic with two values does."""
    told = {(fact.form, fact.subject, fact.bound) for fact in need if fact.holds}
    return any((fact.form, fact.subject, fact.bound) in told for fact in need if not fact.holds)


def _anything_present_compares(one: Any, other: Any) -> bool:
    return bool((one.form, other.form, one.subject) == ("present", "compare", other.subject))


def _either(first: Callable[..., bool], second: Callable[..., bool]) -> Callable[..., bool]:
    return lambda one, other: first(one, other) or second(one, other)


def _turned(enough: Callable[..., bool]) -> Callable[..., bool]:
    return lambda one, other: enough(other, one)


_ENOUGH, _OPS, _TURNED = _implies._ENOUGH, _implies._OPS, _implies._TURNED
BROKEN: dict[str, tuple[str, Any]] = {
    **{f"{form} turned round": ("_ENOUGH", {**_ENOUGH, form: _turned(enough)}) for form, enough in _ENOUGH.items()},
    "ge as gt": ("_OPS", {**_OPS, "ge": _OPS["gt"]}),
    "lt as le": ("_OPS", {**_OPS, "lt": _OPS["le"]}),
    "ne as eq": ("_OPS", {**_OPS, "ne": _OPS["eq"]}),
    "what fails compares as what holds": ("_TURNED", {op: op for op in _TURNED}),
    "what fails is turned too far": ("_TURNED", {**_TURNED, "ge": "le"}),
    "two values": ("_meets", _either(_implies._meets, _fails_where_it_does_not_hold)),
    "what is there compares": ("_follows", _either(_implies._follows, _anything_present_compares)),
    "all fields are numbers": ("_RANGES", {**_implies._RANGES, "compare": lambda _: (0,)}),
}
"""What the law must find: a name of the module, and what stands there instead."""
# nobody overrides a rule here
del BROKEN["override turned round"]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_claim_is_disproved(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, instead = BROKEN[broken]
    monkeypatch.setattr(_implies, name, instead)
    assert _disproved() != []
