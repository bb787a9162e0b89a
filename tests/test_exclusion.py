"""Exclusion: rules that must all hold and cannot."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import Money, all_of, any_of, compare, none_of, present, role
from salesflow._exclusion import SAID_AT_MOST, SEEN_AT_MOST, alternatives, clashes
from salesflow._guards import Names, guard_of
from salesflow.qualification import FOUR_CRITERIA
from salesflow.rules import AnyRule, Compare, time_in_stage

NAMES = Names(FOUR_CRITERIA, {}, frozenset({"x"}))
OPS = ("eq", "ne", "lt", "le", "gt", "ge")


def holds(rules: list[AnyRule], value: Any) -> bool:
    """Ask the guards whether every rule holds for a record whose `x` has that value."""
    record, at = SimpleNamespace(x=value), datetime(2026, 1, 5, tzinfo=UTC)
    return not any(guard_of(each, NAMES)(record, at, None) for each in rules)


def x(op: Any, value: Any) -> Compare:
    return compare("x", op, value)


def trees(leaves: st.SearchStrategy[AnyRule]) -> st.SearchStrategy[list[AnyRule]]:
    groups = st.sampled_from([all_of, any_of, none_of])
    grown = st.recursive(
        leaves, lambda inner: st.builds(lambda make, parts: make(*parts), groups, lists(inner)), max_leaves=6
    )
    return lists(grown)


def lists(inner: st.SearchStrategy[AnyRule]) -> st.SearchStrategy[list[AnyRule]]:
    return st.lists(inner, min_size=1, max_size=4)


whole = st.builds(x, st.sampled_from(OPS), st.integers(0, 3)) | st.just(present("x"))
HALVES = [Decimal(n) / 2 for n in range(-2, 10)]


@given(lists(whole | whole.map(none_of)))
def test_rules_on_a_number_clash_exactly_when_no_number_and_no_gap_meets_them(rules: list[AnyRule]) -> None:
    meets = [value for value in (None, *HALVES) if holds(rules, value)]
    assert bool(list(clashes(rules))) == (meets == [])


VALUES = (0, 1, "0", "1", "b", True, False, Money.of(1, "EUR"), Money.of(2, "EUR"), Money.of(1, "USD"), "2026-01-05")
mixed = st.builds(x, st.sampled_from(OPS), st.sampled_from(VALUES)) | st.just(present("x"))
TRIED = (
    None, "", "!", "0", "05", "1", "a", "b", "c", "2026-01-05", "2026-01-06", *HALVES, True, False,
    *(Money.of(n, currency) for n in range(4) for currency in ("EUR", "USD")),
    *(date(2026, 1, day) for day in (4, 5, 6)),
    *(datetime(2026, 1, day, hour, tzinfo=UTC) for day in (4, 5, 6) for hour in (0, 12)),
)  # fmt: skip


@given(trees(mixed))
def test_what_clashes_is_met_by_no_value_of_any_type(rules: list[AnyRule]) -> None:
    meets = [value for value in TRIED if holds(rules, value)]
    assert not list(clashes(rules)) or meets == []


@pytest.mark.parametrize(
    "rules",
    [
        (x("ge", 10), x("le", 5)),
        (x("gt", 5), x("le", 5)),
        (x("ge", 5), x("lt", 5)),
        (x("eq", 5), x("ne", 5)),
        (x("ge", 5), x("le", 5), x("ne", 5)),
        (x("eq", "a"), x("eq", "b")),
        (x("eq", 1), compare("x", "eq", value=True)),
        (x("eq", 1), x("eq", "one")),
        (x("le", Money.of(1, "EUR")), x("ge", Money.of(2, "EUR"))),
        (x("ge", Money.of(1, "EUR")), x("ge", Money.of(1, "USD"))),
        (x("ge", date(2026, 2, 1)), x("le", date(2026, 1, 1))),
        (present("x"), none_of(present("x"))),
        (x("ge", 1), none_of(present("x"))),
        (none_of(present("x")), none_of(x("ge", 1))),
        (role("rep"), none_of(role("rep"))),
        (role("rep"), none_of(any_of(role("boss"), role("rep")))),
        (none_of(none_of(x("ge", 10))), x("le", 5)),
        (time_in_stage(at_least=timedelta(days=9)), time_in_stage(at_most=timedelta(days=7))),
    ],
    ids=str,
)
def test_rules_that_cannot_hold_together_are_found(rules: tuple[AnyRule, ...]) -> None:
    assert list(clashes(rules)) != []
    assert list(clashes([all_of(*rules[:1]), *rules[1:]])) != []
    assert list(clashes([rules[0].model_copy(update={"severity": "warn"}), *rules[1:]])) != []


@pytest.mark.parametrize(
    "rules",
    [
        (x("ge", 5), x("le", 5)),
        (x("ge", "10"), x("le", "9")),
        (x("ge", 5), x("le", 5), x("ne", 6)),
        (x("ne", 5), x("ne", 6)),
        (compare("x", "eq", value=True), compare("x", "ne", value=False)),
        (x("ge", "2026-01-05T10:00:00+00:00"), x("le", "2026-01-05T09:30:00-05:00")),
        (x("ge", "20260105"), x("le", "2026-01-06")),
        (x("ge", "2026-01-06"), x("le", "20260105")),
        (x("ge", 10**15 - 1),),
        (x("ge", 10), compare("y", "le", 5)),
        (x("ge", 10), any_of(x("le", 5), role("boss"))),
        (x("ge", 10), none_of(all_of(x("ge", 10), role("boss")))),
        (present("x"), none_of(present("y"))),
        (role("rep"), none_of(role("boss"))),
        (time_in_stage(at_least=timedelta(days=7)), time_in_stage(at_most=timedelta(days=7))),
        (time_in_stage(at_least=timedelta(days=9)), none_of(time_in_stage(at_most=timedelta(days=7)))),
    ],
    ids=str,
)
def test_rules_that_can_hold_together_are_let_pass(rules: tuple[AnyRule, ...]) -> None:
    assert list(clashes(rules)) == []


def test_texts_that_may_be_numbers_clash_only_where_they_do_as_texts_too() -> None:
    assert list(clashes([x("ge", "10"), x("le", "05")])) == [("x at least 10", "x at most 05")]


def test_a_clash_names_the_tightest_bounds() -> None:
    rules = [x("ge", 1), x("ge", 8), x("le", 9), x("le", 3), x("ne", 2)]
    assert list(clashes(rules)) == [("x at least 8", "x at most 3")]


def test_a_clash_of_many_names_a_few() -> None:
    [said] = clashes([x("eq", 1), *(x("ne", f"text {n}") for n in range(20))])
    assert len(said) == SAID_AT_MOST


def test_only_so_many_rules_are_looked_at_together() -> None:
    many = [compare(f"x{number}", "ge", 1) for number in range(SEEN_AT_MOST - 2)]
    assert list(clashes([*many, x("ge", 2), x("le", 1)])) == [("x at least 2", "x at most 1")]
    assert list(clashes([*many, role("rep"), x("ge", 2), x("le", 1)])) == []


def test_each_field_has_its_own_clash() -> None:
    rules = [make for field in ("x", "y") for make in (compare(field, "ge", 2), compare(field, "le", 1))]
    assert list(clashes(rules)) == [("x at least 2", "x at most 1"), ("y at least 2", "y at most 1")]


def test_alternatives_are_what_lies_in_any_of_and_none_of() -> None:
    a, b, c, d = role("a"), role("b"), role("c"), role("d")
    tree = all_of(a, any_of(b, all_of(c, none_of(d))))
    assert list(alternatives(tree)) == [b, all_of(c, none_of(d)), d]
