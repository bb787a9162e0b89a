"""Implication: what follows from rules for certain, and what is left undecided."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import Money, all_of, any_of, compare, none_of, present, qualified, role
from salesflow._implies import CASES_AT_MOST, implies
from salesflow.rules import AnyRule, activity, approved, objections_resolved, rule, time_in_stage, visited
from test_exclusion import TRIED, holds, mixed, trees, x

DAY = timedelta(days=1)


@rule(name="credit_check")
def credit(record: Any, /, *, at: datetime, by: Any) -> bool:
    return True


def money(op: Any, amount: int, currency: str = "EUR") -> AnyRule:
    return compare("amount", op, Money.of(amount, currency))


STRONGER: list[tuple[AnyRule, AnyRule]] = [
    (x("ge", 10), x("ge", 5)),
    (x("ge", 10), x("gt", 5)),
    (x("gt", 5), x("ge", 5)),
    (x("ge", 5), x("ge", "5.0")),
    (x("gt", 5), x("ne", 5)),
    (x("lt", 5), x("ne", 5)),
    (x("eq", 5), x("le", 5)),
    (x("eq", "a"), x("ne", "b")),
    (x("ge", 10), present("x")),
    (x("ne", 10), present("x")),
    (all_of(x("ge", 1), x("le", 1)), x("eq", 1)),
    (all_of(x("ge", 1), x("le", 9)), any_of(x("lt", 5), x("gt", 4))),
    (money("ge", 5000), money("ge", 1000)),
    (x("ge", date(2026, 2, 1)), x("ge", date(2026, 1, 1))),
    (x("ge", "2026-02-01T12:00:00+00:00"), x("gt", "2026-02-01T11:00:00+00:00")),
    (x("eq", value=True), x("ne", value=False)),
    (qualified("need", "budget"), qualified("need")),
    (qualified("need", at_least="verified"), qualified("need")),
    (role("a"), role("a", "b")),
    (activity("call", at_least=3), activity("call", at_least=2)),
    (activity("call", within=DAY), activity("call", within=2 * DAY)),
    (activity("call", within=DAY), activity("call")),
    (time_in_stage(at_least=2 * DAY), time_in_stage(at_least=DAY)),
    (time_in_stage(at_least=DAY, at_most=2 * DAY), time_in_stage(at_most=3 * DAY)),
    (time_in_stage(at_least=DAY, at_most=2 * DAY), time_in_stage(at_least=DAY)),
    (approved("discount", roles=("a",)), approved("discount", roles=("a", "b"))),
    (approved("discount", roles=("a",)), approved("discount")),
    (all_of(visited("demo"), objections_resolved()), visited("demo")),
    (credit, any_of(credit, role("a"))),
    (any_of(role("a"), role("b")), role("a", "b", "c")),
    (any_of(role("a"), x("ge", 9)), any_of(x("ge", 5), role("a", "b"))),
    (all_of(role("a"), none_of(role("a"))), x("ge", 5)),
    (all_of(x("ge", 9), x("le", 5)), role("a")),
    (all_of(none_of(present("x")), x("ge", 5)), role("a")),
    (all_of(any_of(role("a"), role("b")), none_of(role("a"))), role("b")),
    # to fail is to be known to fail: what may fail less often fails where more would
    (none_of(x("ge", 5)), x("lt", 5)),
    (none_of(x("ge", 5)), present("x")),
    (none_of(role("a", "b")), none_of(role("a"))),
    (none_of(qualified("need")), none_of(qualified("need", at_least="verified"))),
    (none_of(activity("call")), none_of(activity("call", at_least=2))),
    (none_of(approved("discount")), none_of(approved("discount", roles=("a",)))),
    (none_of(present("y"), x("le", 4)), x("gt", 3)),
    (none_of(all_of(x("le", 4), x("le", 3))), x("gt", 3)),
    (none_of(any_of(role("a"), x("le", 4))), none_of(role("a"))),
    (none_of(time_in_stage(at_least=DAY, at_most=2 * DAY)), none_of(time_in_stage(at_least=DAY, at_most=DAY))),
]

SAME: list[tuple[AnyRule, AnyRule]] = [
    (all_of(present("x"), x("ge", 5)), x("ge", 5)),
    (any_of(x("ge", 5), x("ge", 9)), x("ge", 5)),
    (none_of(none_of(role("a"))), role("a")),
    (none_of(x("ge", 5)), x("lt", 5)),
    (none_of(x("eq", 5)), x("ne", 5)),
    (role("a", "b"), role("b", "a")),
    (any_of(role("a"), role("b")), any_of(role("b"), role("a"))),
    (none_of(any_of(role("a"), role("b"))), all_of(none_of(role("a")), none_of(role("b")))),
    (all_of(qualified("need"), qualified("budget")), qualified("budget", "need")),
    (all_of(time_in_stage(at_least=DAY), time_in_stage(at_most=3 * DAY)), time_in_stage(at_least=DAY, at_most=3 * DAY)),
    (approved("discount", roles=("a", "b")), approved("discount", roles=("b", "a"))),
]

APART: list[tuple[AnyRule, AnyRule]] = [
    (x("ge", 5), x("le", 9)),
    (x("ge", 5), compare("y", "ge", 5)),
    (x("eq", 1), x("eq", value=True)),
    (x("ge", "10"), x("ge", "9")),
    # a field may hold a text, which compares with no number, and letter by letter
    (x("ge", "5.0"), x("ge", 5)),
    (x("ge", "2026-02-01T12:00:00+00:00"), x("ge", "2026-02-01T12:30:00+01:00")),
    (x("ge", "2026-02-01T13:00:00+05:00"), x("ge", "2026-02-01T12:00:00+00:00")),
    (money("ge", 5000), money("ge", 1000, "USD")),
    (present("x"), any_of(x("lt", 5), x("ge", 5))),
    (qualified("need"), qualified("budget")),
    (role("a"), role("b")),
    (activity("call", at_least=3, within=DAY), activity("call", at_least=2, within=DAY / 2)),
    (activity("call"), activity("demo")),
    (approved("discount", roles=("a",)), approved("contract")),
    (visited("a"), visited("b")),
    (credit, role("a")),
    # what is unknown neither holds nor fails
    (role("a"), any_of(qualified("need"), none_of(qualified("need")))),
    (none_of(x("lt", 5)), none_of(present("x"))),
    (none_of(present("x")), none_of(x("ge", 5))),
    (role("a"), none_of(qualified("need"))),
    (none_of(all_of(role("a"), role("b"))), none_of(role("a"))),
]


@pytest.mark.parametrize(("strong", "weak"), STRONGER, ids=str)
def test_what_asks_more_implies_what_asks_less(strong: AnyRule, weak: AnyRule) -> None:
    assert implies([strong], [weak])


@pytest.mark.parametrize(("one", "other"), SAME, ids=str)
def test_two_ways_to_say_one_thing_imply_each_other(one: AnyRule, other: AnyRule) -> None:
    assert (implies([one], [other]), implies([other], [one])) == (True, True)


@pytest.mark.parametrize(("one", "other"), APART, ids=str)
def test_what_does_not_follow_is_not_claimed(one: AnyRule, other: AnyRule) -> None:
    assert not implies([one], [other])


def test_nothing_follows_from_nothing_and_all_from_what_is_asked() -> None:
    rules: list[AnyRule] = [role("a"), x("ge", 5)]
    assert (implies([], [role("a")]), implies(rules, []), implies(rules, rules)) == (False, True, True)


def test_several_rules_are_asked_together() -> None:
    assert implies([x("ge", 5), x("le", 5)], [x("eq", 5), present("x")])
    assert not implies([x("ge", 5)], [x("ge", 4), x("le", 9)])


@pytest.mark.parametrize(
    ("fewer", "more"), [((), ("a",)), (("a",), ("a", "b")), (("b", "a"), ("a", "b", "c"))], ids=str
)
def test_a_rule_that_fewer_may_override_asks_more(fewer: tuple[str, ...], more: tuple[str, ...]) -> None:
    one: AnyRule = present("x", overridable_by=fewer)
    other: AnyRule = present("x", overridable_by=more)
    assert (implies([one], [other]), implies([other], [one])) == (True, False)


def test_rules_that_fall_apart_into_too_many_cases_are_left_undecided() -> None:
    few: list[AnyRule] = [any_of(role(f"a{n}"), role(f"b{n}")) for n in range(CASES_AT_MOST.bit_length() - 1)]
    weaker: list[AnyRule] = [role(f"a{n}", f"b{n}", "c") for n in range(len(few) + 1)]
    assert implies(few, weaker[:-1])
    assert not implies([*few, any_of(role("a9"), role("b9"))], weaker[:-1])


@given(trees(mixed), trees(mixed))
def test_what_is_claimed_of_a_field_is_true_of_every_value(given: list[AnyRule], wanted: list[AnyRule]) -> None:
    counterexamples = [value for value in TRIED if holds(given, value) and not holds(wanted, value)]
    assert not implies(given, wanted) or counterexamples == []


@given(trees(mixed), st.data())
def test_rules_imply_each_of_themselves(given: list[AnyRule], data: st.DataObject) -> None:
    assert implies(given, data.draw(st.lists(st.sampled_from(given))))
    assert implies([all_of(*given)], given)
