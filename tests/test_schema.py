"""Schema and parser accept the same files, but for what a schema cannot say."""

import json
import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import create_model

from salesflow import LoadError, StageTemplate, TemplateError, _schema, templates
from salesflow._schema import field_texts
from salesflow.linting import CODES as DOUBTS
from salesflow.loading import dump_template, parse_template, template_schema
from salesflow.rules import AnyRule
from salesflow.testing._strategies import templates as any_templates
from salesflow.verdict import Problem

VALIDATOR: Any = Draft202012Validator(template_schema())

BEYOND_A_SCHEMA = {
    # what refers to something else in the file, or is like it
    *("stage.duplicate", "stage.lookalike", "stage.unknown", "stage.hold", "stage.skippable"),
    *("start.nowhere", "start.closed", "reopen.from_open", "reopen.to_closed"),
    *("move.twice", "move.from_closed", "move.from_hold", "move.to_itself"),
    *("field.unknown", "criterion.unknown", "criterion.duplicate", "rule.name", "rule.twice"),
}
"""Codes of problems that only the parser finds."""

VALUES_BEYOND_A_SCHEMA = (
    "text may not hold the character",  # a schema knows no classes of characters
    "stands twice",  # nor that two keys are one in NFC
    "time_in_stage needs at_least",  # one of two keys, or one below the other
    "severity and overridable_by belong on the outermost rule",
    "rules nest at most",
    "one rule holds at most",
    "this should be greater than datetime.timedelta(0)",  # a duration of nothing, or of more than a century
    "this should be less than or equal to",
    "durations may not exceed",
    "a numeric value in the duration is too large",
    "has more digits than the currency",
    "more than 2 digits after the point",
    "a number lies between 10^-15 and 10^15",
)
"""How the texts of further such problems read: their code is that of any value that does not belong where it stands."""


def test_the_published_schema_is_that_of_the_model() -> None:
    published = (files("salesflow") / "template.schema.json").read_text("utf-8")
    assert json.loads(published) == template_schema(), (
        "write it with: salesflow schema > src/salesflow/template.schema.json"
    )


def properties(schema: Any) -> Iterator[tuple[str, Any]]:
    """Yield each property that a file may have, with the definition that it belongs to."""
    for name, part in {"": schema, **schema["$defs"]}.items():
        yield from ((f"{name}.{key}", item) for key, item in part["properties"].items())


def test_an_editor_has_something_to_show_for_every_key() -> None:
    told = {name: item.get("description", "") for name, item in properties(template_schema())}
    assert [name for name, text in told.items() if not text or "`" in text or "\n" in text] == []


def test_what_an_editor_shows_for_a_key_is_what_the_source_says_of_the_field() -> None:
    told = {name: item["description"] for name, item in properties(template_schema())}
    assert [told[name] for name in ("Stage.hold", "Present.severity", "Present.rule")] == [
        "A hold stands outside the order of the stages and stops the clock.",
        "A rule that only warns lets the move pass.",
        "The field has a value: not None, not empty.",
    ]
    assert told["Policy.skip"].startswith(
        "Stages between may be passed over. The rules of every stage passed over are "
    )


def test_a_class_without_source_has_fields_that_say_nothing() -> None:
    made = create_model("Made", __module__="salesflow.stage", x=(int, 0))
    assert field_texts(made) == {}


def test_the_source_is_not_read_where_a_file_is() -> None:
    assert [name for name, item in properties(_schema.made()) if "description" in item] == []


def faults(error: Any) -> int:
    """Count what an editor may show for one error: the branches of a union each have their own."""
    return sum(map(faults, error.context)) if error.context else 1


WORDS = [each.model_fields["rule"].default for each in get_args(AnyRule)]


@pytest.mark.parametrize("word", WORDS)
def test_a_slip_in_the_word_of_a_rule_is_one_error(word: str) -> None:
    rule = {"rule": "any_of", "rules": [{"rule": "objections_resolved"}, {"rule": f"{word}x"}]}
    stages = [{"id": "a", "rules": [{"rule": "all_of", "rules": [rule]}]}]
    errors = list(VALIDATOR.iter_errors({**EVERY_FORM, "stages": stages, "moves": []}))
    assert [(error.json_path, faults(error)) for error in errors] == [
        ("$.stages[0].rules[0].rules[0].rules[1].rule", 1)
    ]


@pytest.mark.parametrize("word", WORDS)
def test_a_slip_in_a_key_of_a_rule_is_an_error_of_that_rule_s_form_alone(word: str) -> None:
    stages = [{"id": "a", "rules": [{"rule": word, "severty": "warn"}]}]
    errors = list(VALIDATOR.iter_errors({**EVERY_FORM, "stages": stages, "moves": []}))
    definition = next(each for each in get_args(AnyRule) if each.model_fields["rule"].default == word)
    wanted = VALIDATOR.schema["$defs"][definition.__name__]["required"]
    assert sum(map(faults, errors)) == len(wanted)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(template_schema())


def test_to_change_a_schema_changes_no_other() -> None:
    template_schema()["properties"].clear()
    assert "stages" in template_schema()["properties"]


def test_what_is_beyond_a_schema_is_no_doubt() -> None:
    assert BEYOND_A_SCHEMA & DOUBTS.keys() == set()


def problems(tree: Any) -> tuple[Problem, ...]:
    try:
        parse_template(json.dumps(tree))
    except LoadError as error:
        return error.problems
    return ()


def beyond(problem: Problem) -> bool:
    return problem.code in BEYOND_A_SCHEMA or any(said in problem.text for said in VALUES_BEYOND_A_SCHEMA)


def in_nfc(tree: Any) -> Any:
    """Return a tree in NFC: the parser counts characters so, and a schema counts them as they are written."""
    return json.loads(normalize("NFC", json.dumps(tree, ensure_ascii=False)))


def test_a_schema_counts_the_characters_of_a_text_as_it_is_written() -> None:
    longer, shorter = ({**EVERY_FORM, "id": each * 100} for each in ("\u0958", "e\u0301"))
    assert (list(VALIDATOR.iter_errors(longer)), list(VALIDATOR.iter_errors(shorter)) == []) == ([], False)
    assert (problems(longer) == (), problems(shorter)) == (False, ())
    agree(longer)
    agree(shorter)


def agree(tree: Any) -> None:
    found = problems(tree)
    errors = [f"{error.json_path}: {error.message[:200]}" for error in VALIDATOR.iter_errors(in_nfc(tree))]
    # what is beyond the schema may stand alone; all else both must see
    assert bool(errors) == any(not beyond(problem) for problem in found), (errors, [str(each) for each in found])


@given(any_templates())
def test_every_template_obeys_the_schema(template: StageTemplate[Any]) -> None:
    agree(json.loads(dump_template(template)))
    assert problems(json.loads(dump_template(template))) == ()


@pytest.mark.parametrize("name", templates.names())
def test_every_built_in_template_obeys_the_schema(name: str) -> None:
    assert list(VALIDATOR.iter_errors(json.loads(dump_template(templates.get(name))))) == []


EVERY_FORM = json.loads((Path(__file__).parent / "fixtures" / "v1" / "every-form.json").read_text("utf-8"))
ODD: list[Any] = [
    *(None, True, 0, 1, 2, -1, 1.5, 101, 1001, 10**15, 10**20, "", "x", "P3D", "P0D", "P200Y", "P", "PT", "P1Y2M3DT4H", "P1H", "3 days"),
    *("won", "free", "claimed", "true", "no", "1000.50", "1e3", "-1", "1000.505", "EUR", "eur", "loss.reason", "loss..reason", "a\nb"),
    *("x" * 129, "x" * 501, "\u0958" * 100, "e\u0301" * 100, "amount", [], {}, ["need"], [1], [""], [None], {"fr": "x"}, {"fr": 1}, {"": "x"}, {"rule": "present"}),
    *({"rule": "role", "roles": ["x"]}, {"rule": "nothing"}, {"amount": 5, "currency": "EUR"}, {"amount": "5", "currency": "Euro"}),
    *({"amount": text, "currency": "EUR"} for text in ("1_000", " 5 ", "1e3", "\u0665", "\uff10", "5\n", "+5", "5.", ".5", "-", "NaN", "")),
    *("P1.D1D", "P1.5D", "P1D1.5D", "P1.5DT", "P1.5DT1H", "PT1.5H1M", "P1DT1.5H", "P99999999999999999999D", "P1,5W", "P3D\n", "PT1.S", "P1DT", "P\u0663D", "1_000", "EUR\n", "loss.reason\n", "won\n", {"amount": "5", "currency": "EUR\n"}),
    *({"amount": True, "currency": "EUR"}, [{"id": "a"}], [{"rule": "visited", "stage": "talks"}], [[]], "present", "python"),
]  # fmt: skip
KEYS = [
    "id",
    "label",
    "rules",
    "rule",
    "field",
    "value",
    "severity",
    "at_least",
    "call",
    "$schema",
    "hold",
    "x",
    "within",
]


def places(tree: Any) -> list[tuple[Any, Any]]:
    """Return every object and list of a tree with each key and position in it."""
    if isinstance(tree, dict):
        return [*((tree, key) for key in tree), *(place for item in tree.values() for place in places(item))]
    if isinstance(tree, list):
        return [*((tree, number) for number in range(len(tree))), *(place for item in tree for place in places(item))]
    return []


def replaced(holder: Any, key: Any, value: Any) -> None:
    holder[key] = value


def removed(holder: Any, key: Any, _value: Any) -> None:
    del holder[key]


def put_in(holder: Any, key: Any, value: Any) -> None:
    if isinstance(holder[key], dict):
        holder[key]["x"] = value
    elif isinstance(holder[key], list):
        holder[key].append(value)


def with_key(holder: Any, _key: Any, value: Any) -> None:
    if isinstance(holder, dict):
        holder[KEYS[len(str(value)) % len(KEYS)]] = value


CHANGES: list[Callable[[Any, Any, Any], None]] = [replaced, replaced, replaced, removed, put_in, with_key]


@given(st.data())
def test_a_changed_template_is_accepted_by_both_or_by_neither(data: st.DataObject) -> None:
    drawn = data.draw(st.one_of(st.just(EVERY_FORM), any_templates().map(lambda each: json.loads(dump_template(each)))))
    tree = json.loads(json.dumps(drawn))
    for _ in range(data.draw(st.integers(1, 2))):
        all_places = places(tree)
        if all_places:
            holder, key = data.draw(st.sampled_from(all_places))
            data.draw(st.sampled_from(CHANGES))(holder, key, json.loads(json.dumps(data.draw(st.sampled_from(ODD)))))
    agree(tree)


def test_the_key_for_editors_is_passed_over_in_every_form() -> None:
    tree = {"$schema": "./template.schema.json", **EVERY_FORM}
    assert parse_template(json.dumps(tree)) == parse_template(json.dumps(EVERY_FORM))
    assert list(VALIDATOR.iter_errors(tree)) == []
    agree({**tree, "$schema": 5})
    agree({**EVERY_FORM, "policy": {"$schema": "x"}})


def test_what_is_beyond_a_schema_is_told_by_the_parser() -> None:
    with pytest.raises(TemplateError):
        StageTemplate.model_validate({**EVERY_FORM, "moves": [{"sources": ["talks"], "target": "nowhere"}]})
    assert re.search("nowhere", str(problems({**EVERY_FORM, "moves": [{"sources": ["talks"], "target": "nowhere"}]})))


HOLDERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "duration": lambda text: {"max_age": text},
    "amount": lambda text: {"rules": [sum_of(text, "EUR")]},
    "currency": lambda text: {"rules": [sum_of("5", text)]},
    "field": lambda text: {"rules": [{"rule": "present", "field": text}]},
}
"""Stages with a text of which the schema has a pattern."""


def sum_of(amount: str, currency: str) -> dict[str, Any]:
    return {"rule": "compare", "field": "amount", "op": "ge", "value": {"amount": amount, "currency": currency}}


def like(text: str) -> st.SearchStrategy[str]:
    """Return texts of a few characters, of which many are nearly right."""
    return st.text(st.sampled_from(text), max_size=8)


NEARLY = {
    "duration": like("1250.,YMWDHST\n\u0663").map(lambda text: f"P{text}"),
    "amount": like("0159.+-_eE \n\u0665\uff10"),
    "currency": like("EUR\n\u0415 "),
    "field": like("amountfields._- 1\n\u0430"),
}


@pytest.mark.parametrize("held", HOLDERS)
@settings(max_examples=300)
@given(st.data())
def test_a_text_that_is_nearly_right_is_accepted_by_both_or_by_neither(held: str, data: st.DataObject) -> None:
    stage = {"id": "a", **HOLDERS[held](data.draw(NEARLY[held]))}
    agree({"id": "t", "version": "1", "record": "opportunity", "stages": [stage]})
