"""Invalid files: what pydantic found, as problems with their places in the file."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from acme import shown
from salesflow import LoadError, StageTemplate, TemplateError
from salesflow._invalid import CODES, problems_of
from salesflow.loading import parse_template

PLAIN = {"id": "t", "version": "1", "record": "opportunity", "stages": [{"id": "a"}]}


def said(tree: object) -> list[str]:
    """Return the problems of a tree that makes no template."""
    with pytest.raises(ValidationError) as caught:
        StageTemplate.model_validate(tree)
    problems = list(problems_of(caught.value, tree))
    assert {problem.code for problem in problems} <= CODES.keys()
    return [str(problem) for problem in problems]


def changed(**fields: object) -> dict[str, object]:
    return {**PLAIN, **fields}


def asking(rule: object) -> dict[str, object]:
    return changed(stages=[{"id": "a"}, {"id": "b", "rules": [{"rule": "objections_resolved"}, rule]}])


@pytest.mark.parametrize("tree", [[], "text", 5, None], ids=shown)
def test_what_is_no_object_is_no_template(tree: object) -> None:
    assert said(tree) == ["this should be an object [value.invalid]"]


def test_a_list_of_too_many_is_named() -> None:
    tree = changed(stages=[{"id": str(number)} for number in range(10_000)])
    assert said(tree) == ["this list should have at most 256 items, not 10000 @ stages [value.invalid]"]


def test_an_empty_list_is_named() -> None:
    assert said(changed(stages=[])) == ["this list should have at least 1 item, not 0 @ stages [value.invalid]"]


def test_all_that_is_missing_is_named_at_once() -> None:
    assert said({"id": "t", "stages": [{}]}) == [
        "this key is missing @ version [key.missing]",
        "this key is missing @ record [key.missing]",
        "this key is missing @ stages[0].id [key.missing]",
    ]


@pytest.mark.parametrize(
    ("tree", "problem"),
    [
        (changed(stages=5), "this should be a list @ stages [value.invalid]"),
        (changed(stages=[5]), "this should be an object @ stages[0] [value.invalid]"),
        (changed(stages=[{"id": 5}]), "this should be a text @ stages[0].id [value.invalid]"),
        (changed(stages=[{"id": None}]), "this should be a text @ stages[0].id [value.invalid]"),
        (changed(labels={"fr": 5}), "this should be a text @ labels.fr [value.invalid]"),
        (changed(labels=5), "this should be an object @ labels [value.invalid]"),
        (
            changed(policy={"skip": "always"}),
            "this should be 'never', 'with_ground' or 'free' @ policy.skip [value.invalid]",
        ),
        (
            changed(policy={"lock_closed": "perhaps"}),
            "this should be true or false @ policy.lock_closed [value.invalid]",
        ),
        (
            changed(stages=[{"id": "a", "probability": "much"}]),
            "this should be a whole number @ stages[0].probability [value.invalid]",
        ),
        (
            changed(stages=[{"id": "a", "probability": 101}]),
            "this should be less than or equal to 100 @ stages[0].probability [value.invalid]",
        ),
        (
            changed(stages=[{"id": "a", "max_age": 5}]),
            "a duration is ISO 8601 text such as 'P3D' @ stages[0].max_age [value.invalid]",
        ),
        (
            changed(stages=[{"id": "a\u202eb"}]),
            "text may not hold the character U+202E at position 1 @ stages[0].id [value.invalid]",
        ),
        (
            changed(labels={"f\x00r": "x"}),
            r"text may not hold the character U+0000 at position 1 @ labels['f\x00r'] [value.invalid]",
        ),
        (
            changed(record="opportunities"),
            "a template moves 'lead', 'opportunity' or 'customer'; 'opportunity' is near @ record [record.unknown]",
        ),
        (changed(record=5), "a template moves 'lead', 'opportunity' or 'customer' @ record [record.unknown]"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_belong_is_named_with_its_place(tree: object, problem: str) -> None:
    assert said(tree) == [problem]


@pytest.mark.parametrize(
    ("tree", "problem"),
    [
        (changed(stagse=[]), "there is no such key; 'stages' is near @ stagse [key.unknown]"),
        (
            changed(stages=[{"id": "a", "probabilities": 5}]),
            "there is no such key; 'probability' is near @ stages[0].probabilities [key.unknown]",
        ),
        (
            changed(moves=[{"sources": ["a"], "target": "b", "targets": "b"}]),
            "there is no such key; 'target' is near @ moves[0].targets [key.unknown]",
        ),
        (changed(policy={"skips": "free"}), "there is no such key; 'skip' is near @ policy.skips [key.unknown]"),
        (
            changed(framework={"id": "f", "criteria": [{"id": "a", "weights": 1}]}),
            "there is no such key; 'weight' is near @ framework.criteria[0].weights [key.unknown]",
        ),
        (changed(zzz=1), "there is no such key @ zzz [key.unknown]"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_that_belongs_there(tree: object, problem: str) -> None:
    assert said(tree) == [problem]


SCALAR = "this should be true or false; or this should be a whole number; or this should be a text"
FORMS = (
    "'present', 'compare', 'qualified', 'role', 'activity', 'objections_resolved', 'time_in_stage', 'visited' or 5 more"
)


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ({"rule": "present"}, "this key is missing @ stages[1].rules[1].field [key.missing]"),
        ({"rule": "present", "field": "5"}, "this text should match pattern"),
        (
            {"rule": "present", "field": "amount", "fields": "x"},
            "there is no such key; 'field' is near @ stages[1].rules[1].fields [key.unknown]",
        ),
        (
            {"rule": "present", "field": "amount", "present": "x"},
            "there is no such key @ stages[1].rules[1].present [key.unknown]",
        ),
        (
            {"rule": "python", "name": "x", "cal": 1},
            "there is no such key @ stages[1].rules[1].cal [key.unknown]",
        ),
        (
            {"rule": "any_of", "rules": [{"rule": "all_of", "rules": [{"rule": "role", "roles": []}]}]},
            "this list should have at least 1 item, not 0 @ stages[1].rules[1].rules[0].rules[0].roles [value.invalid]",
        ),
        ({"field": "amount"}, "a rule says by its key 'rule' of which form it is @ stages[1].rules[1] [rule.form]"),
        (
            {"rule": "prsent", "field": "amount"},
            f"a rule is one of {FORMS}; 'present' is near @ stages[1].rules[1] [rule.form]",
        ),
        ({"rule": 5, "field": "amount"}, f"a rule is one of {FORMS} @ stages[1].rules[1] [rule.form]"),
        (5, "this should be an object @ stages[1].rules[1] [value.invalid]"),
        (
            {"rule": "compare", "field": "amount", "op": "eq", "value": None},
            f"this should be an object; or {SCALAR} @ stages[1].rules[1].value [value.invalid]",
        ),
    ],
    ids=shown,
)
def test_what_is_wrong_with_a_rule_is_named_with_its_place(rule: object, problem: str) -> None:
    [found] = said(asking(rule))
    assert found.startswith(problem)


def test_a_key_named_like_the_form_of_its_rule_misplaces_nothing() -> None:
    assert said(asking({"rule": "present", "present": {"field": 5}})) == [
        "this key is missing @ stages[1].rules[1].field [key.missing]",
        "there is no such key @ stages[1].rules[1].present [key.unknown]",
    ]


def test_an_amount_that_lacks_its_currency_is_named() -> None:
    rule = {"rule": "compare", "field": "amount", "op": "eq", "value": {"amount": "5", "currencies": "EUR"}}
    assert said(asking(rule)) == [
        "this key is missing @ stages[1].rules[1].value.currency [key.missing]",
        "there is no such key; 'currency' is near @ stages[1].rules[1].value.currencies [key.unknown]",
    ]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"amount": 5, "currency": "EURO"}, "currency 'EURO' is not three capital letters (ISO 4217)"),
        ("x" * 501, "this text should have at most 500 characters"),
        ([], f"this should be an object; or {SCALAR}"),
    ],
    ids=shown,
)
def test_of_a_choice_only_the_closest_form_is_told(value: object, problem: str) -> None:
    rule = {"rule": "compare", "field": "amount", "op": "eq", "value": value}
    assert said(asking(rule)) == [f"{problem} @ stages[1].rules[1].value [value.invalid]"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[stages]\nid = 'a'", "this should be a list; in TOML that is [[stages]] @ stages [value.invalid]"),
        (
            "[[stages]]\nid = 'a'\n[[policy]]\nskip = 'free'",
            "this should be an object; in TOML that is [policy] @ policy [value.invalid]",
        ),
        (
            "[[stages]]\nid = 'a'\n[framework]\nid = 'f'\n[framework.criteria]\nid = 'x'",
            "this should be a list; in TOML that is [[framework.criteria]] @ framework.criteria [value.invalid]",
        ),
        (
            "[[stages]]\nid = 'a'\n[stages.rules]\nrule = 'objections_resolved'",
            "this should be a list; in TOML that is [[stages.rules]] @ stages[0].rules [value.invalid]",
        ),
        ("[[stages]]\nid = 'a'\nrules = 5", "this should be a list @ stages[0].rules [value.invalid]"),
        ("[[stages]]\nid = 'a'\n[policy]\nskip = {}", "this should be 'never', 'with_ground' or 'free' @ policy.skip"),
    ],
    ids=shown,
)
def test_brackets_of_toml_that_are_one_too_many_or_too_few_are_told_as_they_should_be(text: str, problem: str) -> None:
    with pytest.raises(LoadError) as caught:
        parse_template(f"id = 't'\nversion = '1'\nrecord = 'lead'\n{text}\n", form="toml")
    assert [str(each)[: len(problem)] for each in caught.value.problems] == [problem]


def test_a_text_of_toml_without_quotes_is_told_what_it_lacks() -> None:
    with pytest.raises(LoadError) as caught:
        parse_template("id = contact", form="toml")
    assert [str(each) for each in caught.value.problems] == [
        "invalid value; put a text in quotes @ line 1, column 6 [toml.syntax]"
    ]


keys = st.sampled_from(["id", "rule", "rules", "field", "value", "present", "amount", "roles", "x", "\x00", "[0]"])
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "a", "present", "P1D", "won", "\x00"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_every_problem_has_a_place_that_is_in_the_file_or_missing_from_it(data: st.DataObject) -> None:
    tree = changed(**{data.draw(st.sampled_from(["stages", "moves", "policy", "framework"])): data.draw(trees)})
    places = {place for place, _ in placed(tree)}
    try:
        StageTemplate.model_validate(tree)
    except TemplateError:
        pass
    except ValidationError as error:
        missing = {each.path: each.code == "key.missing" for each in problems_of(error, tree)}
        assert missing == {path: path not in places for path in missing}
        assert missing


def placed(value: object, path: str = "") -> list[tuple[str, object]]:
    """Return every place in a tree, written as paths are."""
    inside: list[tuple[str, object]] = []
    if isinstance(value, Mapping):
        inside = [(f".{key}" if key.isalpha() else f"[{key!a}]", item) for key, item in value.items()]
    elif isinstance(value, list):
        inside = [(f"[{place}]", item) for place, item in enumerate(value)]
    found: list[tuple[str, Any]] = [(path.removeprefix("."), value)]
    return found + [each for step, item in inside for each in placed(item, path + step)]
