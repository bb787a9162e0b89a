"""Rules: data that is bounded, says what it asks, and survives every journey."""

import copy
import json
import pickle
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from acme import NOW, shown
from processor import at_once
from salesflow import Actor, Money, Opportunity, all_of, any_of, compare, none_of, present, qualified, role, rule
from salesflow.rules import (
    MAX_DEPTH,
    MAX_NODES,
    AnyRule,
    Compare,
    Present,
    PythonRule,
    Rule,
    activity,
    approved,
    depth,
    describe,
    objections_resolved,
    parts,
    reads,
    time_in_stage,
    visited,
    walk,
)

RULE: TypeAdapter[AnyRule] = TypeAdapter(Rule)


@rule(reads=("fields.credit",), text="the credit check is not passed", overridable_by=("director",))
def credit_check(record: Opportunity, /, *, at: datetime, by: Actor | None) -> bool:
    return record.fields.get("credit") == "passed"


@rule(name="renamed")
def plain(record: Opportunity, /, *, at: datetime, by: Actor | None) -> None:
    return None


def undecorated(record: Opportunity, /, *, at: datetime, by: Actor | None) -> bool:
    return True


class Rules:
    """Rules kept in a class."""

    @rule()
    @staticmethod
    def inner(record: Opportunity, /, *, at: datetime, by: Actor | None) -> bool:
        return record.name == "x" and by is None and at > NOW


SAID: dict[str, AnyRule] = {
    "amount is present": present("amount"),
    "amount at least 1,000.00 EUR": compare("amount", "ge", Money.of(1000, "EUR")),
    "fields.seats > 5": compare("fields.seats", "gt", 5),
    "name is not x": compare("name", "ne", "x"),
    "need, budget qualified": qualified("need", "budget"),
    "need verified": qualified("need", at_least="verified"),
    "done by rep or boss": role("rep", "boss"),
    "demo on record, 1 or more": activity("demo"),
    "call on record, 3 or more within 7 days": activity("call", at_least=3, within=timedelta(days=7)),
    "no objection open": objections_resolved(),
    "in the stage at least 1 day": time_in_stage(at_least=timedelta(days=1)),
    "in the stage at most 2 days": time_in_stage(at_most=timedelta(days=2)),
    "in the stage at least 1:00:00 and at most 2:00:00": time_in_stage(
        at_least=timedelta(hours=1), at_most=timedelta(hours=2)
    ),
    "has been in 'talk'": visited("talk"),
    "discount approved": approved("discount"),
    "discount approved by cfo or ceo": approved("discount", roles=("cfo", "ceo")),
    "(amount is present and done by boss)": all_of(present("amount"), role("boss")),
    "(amount is present or done by boss)": any_of(present("amount"), role("boss")),
    "none of (amount is present, done by boss)": none_of(present("amount"), role("boss")),
    "credit_check": credit_check,
}
EVERY = pytest.mark.parametrize("each", SAID.values(), ids=SAID)


def test_every_form_of_rule_is_shown_here() -> None:
    forms = get_args(get_args(Rule)[0])
    assert {type(each) for each in SAID.values()} == set(forms) == set(get_args(AnyRule))


@pytest.mark.parametrize(("text", "each"), SAID.items(), ids=SAID)
def test_a_rule_says_what_it_asks(text: str, each: AnyRule) -> None:
    assert describe(each) == text


@EVERY
def test_a_rule_survives_json_pickle_and_copies(each: AnyRule) -> None:
    copies = (
        RULE.validate_json(RULE.dump_json(each)),
        RULE.validate_python(each.model_dump()),
        RULE.validate_json(RULE.dump_json(each, exclude_defaults=True)),
        pickle.loads(pickle.dumps(each)),  # noqa: S301
        copy.copy(each),
        copy.deepcopy(each),
    )
    assert copies == (each,) * 6
    assert {hash(other) for other in copies} == {hash(each)}


@EVERY
def test_a_stored_rule_names_its_form_and_nothing_unknown(each: AnyRule) -> None:
    stored = json.loads(RULE.dump_json(each, exclude_defaults=True))
    assert stored["rule"] == each.rule
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        RULE.validate_python({**stored, "unknown": 1})


@EVERY
def test_a_rule_that_warns_or_may_be_overridden_is_another_rule(each: AnyRule) -> None:
    assert each.model_copy(update={"severity": "warn"}) != each
    assert each.model_copy(update={"overridable_by": ("nobody",)}) != each


MAKERS: list[Callable[..., AnyRule]] = [
    lambda **how: present("amount", **how),
    lambda **how: compare("amount", "eq", 1, **how),
    lambda **how: qualified("need", **how),
    lambda **how: role("rep", **how),
    lambda **how: activity("demo", **how),
    objections_resolved,
    lambda **how: time_in_stage(at_least=timedelta(1), **how),
    lambda **how: visited("talk", **how),
    lambda **how: approved("discount", **how),
    lambda **how: all_of(role("rep"), **how),
    lambda **how: any_of(role("rep"), **how),
    lambda **how: none_of(role("rep"), **how),
    lambda **how: rule(**how)(undecorated),
]


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make().rule)
def test_every_maker_takes_a_severity_and_who_may_override(make: Callable[..., AnyRule]) -> None:
    made = make(severity="warn", overridable_by=("boss",))
    assert (made.severity, made.overridable_by) == ("warn", ("boss",))


def test_two_forms_of_rule_are_never_equal() -> None:
    assert len({all_of(role("a")), any_of(role("a")), none_of(role("a"))}) == 3
    assert credit_check != role("credit_check")


# -- reading ------------------------------------------------------------------------------------------------


def test_a_rule_tells_the_fields_that_it_reads_each_once() -> None:
    nested = all_of(
        present("amount"),
        any_of(compare("name", "eq", "x"), present("amount")),
        none_of(present("source")),
        role("rep"),
    )
    assert reads(nested) == ("amount", "name", "source")
    assert reads(credit_check) == ("fields.credit",)


def test_walking_yields_a_rule_and_all_inside() -> None:
    inner = any_of(present("amount"), role("rep"))
    outer = all_of(inner, role("boss"))
    assert [*walk(outer)] == [outer, inner, present("amount"), role("rep"), role("boss")]
    assert (parts(outer), parts(role("rep"))) == ((inner, role("boss")), ())
    assert (depth(role("rep")), depth(outer)) == (1, 3)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (5, 5),
        (True, True),
        ("5", "5"),
        (1.0, "1.0"),
        (0.1, "0.1"),
        (Decimal("1.10"), "1.10"),
        (Decimal("1e999999999"), "1E+999999999"),
        (date(2026, 1, 5), "2026-01-05"),
        (NOW, "2026-01-05T09:00:00+00:00"),
        (Money.of(5, "EUR"), Money.of(5, "EUR")),
    ],
    ids=shown,
)
def test_a_value_to_compare_with_is_kept_exactly(value: Any, kept: object) -> None:
    found = compare("fields.x", "eq", value).value
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize("number", ["1.0", "0.0", "2.5"])
def test_a_number_with_a_point_is_written_as_text(number: str) -> None:
    with pytest.raises(ValidationError, match=f"write a number with a point as text: '{number}'"):
        Compare.model_validate_json(f'{{"rule": "compare", "field": "fields.x", "op": "ge", "value": {number}}}')


@pytest.mark.parametrize("wrong", [None, [1], float("nan"), "a\0", "\ud800", {"amount": 1}, "x" * 501], ids=shown)
def test_a_value_that_nothing_compares_with_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError) as caught:
        Compare.model_validate({"field": "fields.x", "op": "eq", "value": wrong})
    assert str(caught.value)


@pytest.mark.parametrize("path", ["amount", "loss.reason", "fields.credit score", "fields.7-day", "a." * 63 + "a"])
def test_a_path_is_dotted_names(path: str) -> None:
    assert Present(field=path).field == path


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "_private",
        "a b",
        "é",
        "a\n",
        "a\0",
        "\ud800",
        "a" * 129,
        5,
        None,
    ],
    ids=shown,
)
def test_nothing_else_is_a_path(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        Present(field=wrong)


WRONG = [
    {"rule": "unknown"},
    {"rule": "present"},
    {"field": "amount"},
    {"rule": "present", "field": "amount", "severity": "maybe"},
    {"rule": "compare", "field": "amount", "op": "like", "value": 1},
    {"rule": "qualified", "criteria": []},
    {"rule": "role", "roles": []},
    {"rule": "activity", "kind": "a", "at_least": 0},
    {"rule": "activity", "kind": "a", "at_least": 1001},
    {"rule": "activity", "kind": "a", "within": 5},
    {"rule": "all_of", "rules": []},
    {"rule": "all_of", "rules": 5},
    {"rule": "all_of", "rules": [5]},
    {"rule": "python", "name": ""},
    {"rule": "python", "name": "x", "reads": ["_"]},
    5,
    None,
]


@pytest.mark.parametrize("wrong", WRONG, ids=shown)
def test_a_half_right_rule_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        RULE.validate_python(wrong)


def test_a_time_in_a_stage_has_a_bound_and_no_more_than_is_possible() -> None:
    with pytest.raises(ValidationError, match="time_in_stage needs at_least, at_most or both"):
        time_in_stage()
    with pytest.raises(ValidationError, match="time_in_stage needs at_least <= at_most"):
        time_in_stage(at_least=timedelta(2), at_most=timedelta(1))


# -- bounds -------------------------------------------------------------------------------------------------


def nested(levels: int) -> dict[str, Any]:
    """Return the stored form of a rule that many levels deep."""
    tree: dict[str, Any] = {"rule": "present", "field": "amount"}
    for _ in range(levels - 1):
        tree = {"rule": "all_of", "rules": [tree]}
    return tree


def nested_in_code(levels: int) -> AnyRule:
    tree: AnyRule = present("amount")
    for _ in range(levels - 1):
        tree = all_of(tree)
    return tree


def test_a_rule_may_be_32_deep() -> None:
    assert depth(nested_in_code(MAX_DEPTH)) == MAX_DEPTH == 32


def test_the_deepest_rule_can_be_read_back() -> None:
    assert RULE.validate_python(nested(MAX_DEPTH)) == nested_in_code(MAX_DEPTH)


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 3000])
def test_a_deeper_rule_is_refused_at_once_in_code_in_a_dict_and_in_json(levels: int) -> None:
    with at_once(2):
        with pytest.raises(ValidationError, match="rules nest at most 32 deep"):
            nested_in_code(levels)
        with pytest.raises(ValidationError, match="rules nest at most 32 deep") as caught:
            RULE.validate_python(nested(levels))
        assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 80])
def test_a_deeper_rule_in_json_is_refused(levels: int) -> None:
    with pytest.raises(ValidationError, match="rules nest at most 32 deep"):
        RULE.validate_json(json.dumps(nested(levels)))


def test_json_of_3000_levels_is_refused_before_it_is_a_rule() -> None:
    text = '{"rule":"all_of","rules":[' * 3000 + '{"rule":"present","field":"amount"}' + "]}" * 3000
    with pytest.raises(ValidationError, match="recursion limit exceeded"):
        RULE.validate_json(text)


def test_a_deep_rule_in_mappings_of_another_type_is_refused_with_one_error() -> None:
    tree: Any = nested(1)
    for _ in range(3000):
        tree = MappingProxyType({"rule": "all_of", "rules": [tree]})
    with pytest.raises(ValidationError) as caught:
        RULE.validate_python(tree)
    assert caught.value.error_count() == 1


def test_a_rule_holds_at_most_256_rules_itself_included() -> None:
    simple = present("amount")
    most = all_of(*[simple] * (MAX_NODES - 1))
    assert len([*walk(most)]) == MAX_NODES
    with pytest.raises(ValidationError, match="one rule holds at most 256 rules"):
        all_of(*[simple] * MAX_NODES)
    with pytest.raises(ValidationError, match="one rule holds at most 256 rules"):
        all_of(most)
    with pytest.raises(ValidationError):
        all_of(*[simple] * 10_000)


def test_a_rule_that_shares_its_parts_is_refused_at_once() -> None:
    tree: dict[str, Any] = nested(1)
    for _ in range(3):
        tree = {"rule": "all_of", "rules": [tree] * 60}
    with at_once(0.2), pytest.raises(ValidationError, match="one rule holds at most 256 rules"):
        RULE.validate_python(tree)


@pytest.mark.parametrize("inner", [present("amount", severity="warn"), present("amount", overridable_by=("boss",))])
def test_severity_and_override_belong_outermost(inner: Present) -> None:
    with pytest.raises(ValidationError, match="severity and overridable_by belong on the outermost rule"):
        any_of(inner)


# -- rules in Python ----------------------------------------------------------------------------------------


def test_a_decorated_function_is_a_rule_of_its_name() -> None:
    assert (credit_check.name, credit_check.reads, credit_check.text) == (
        "credit_check",
        ("fields.credit",),
        "the credit check is not passed",
    )
    assert plain.name == "renamed"


def test_rules_of_one_name_are_equal_bound_or_not() -> None:
    unbound = PythonRule(name="credit_check", overridable_by=("director",))
    assert (unbound == credit_check, hash(unbound) == hash(credit_check)) == (True, True)
    assert unbound != plain
    assert unbound.call is None


def test_a_function_without_a_name_needs_one() -> None:
    class Callable_:  # noqa: N801
        def __call__(self, record: object, /, *, at: datetime, by: Actor | None) -> bool:
            return record is None and by is None and at > NOW

    with pytest.raises(ValidationError):
        rule()(Callable_())
    assert rule(name="callable")(Callable_()).name == "callable"


@pytest.mark.parametrize("each", [credit_check, plain, Rules.inner, PythonRule(name="undecorated", call=undecorated)])
def test_a_module_s_rule_survives_pickle_with_its_function(each: PythonRule) -> None:
    read = pickle.loads(pickle.dumps(each))  # noqa: S301
    assert (read, read.call) == (each, each.call)


def test_an_unbound_rule_survives_pickle_unbound() -> None:
    read = pickle.loads(pickle.dumps(PythonRule(name="unbound", text="why")))  # noqa: S301
    assert (read.name, read.text, read.call) == ("unbound", "why", None)


def test_a_copy_of_a_rule_keeps_its_function() -> None:
    assert copy.deepcopy(all_of(plain)).rules == (plain,)
    assert copy.deepcopy(plain).call is plain.call


def test_the_function_stays_out_of_dumps_and_of_sight() -> None:
    assert "call" not in credit_check.model_dump()
    assert "call" not in repr(credit_check)


def test_a_rule_in_python_is_made_of_a_function() -> None:
    with pytest.raises(ValidationError, match="a rule in Python is a function, not int"):
        PythonRule(name="wrong", call=5)


@pytest.mark.parametrize("most", [2**49, -(2**49), 10**15 - 1])
def test_a_whole_number_to_compare_with_is_bounded(most: int) -> None:
    assert compare("fields.x", "eq", most).value == most


@pytest.mark.parametrize("sign", [1, -1])
def test_a_number_that_no_field_can_hold_is_nothing_to_compare_with(sign: int) -> None:
    with pytest.raises(ValidationError, match=r"a number lies between -10\^15 and 10\^15"):
        compare("fields.x", "eq", sign * 10**15)
