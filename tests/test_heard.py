"""Heard: what others say is recognised by its words, and said again in English to the letter."""

import json
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from salesflow import Money, Stage
from salesflow._heard import HEARD, heard
from salesflow._phrases import spoken
from salesflow.languages import FRENCH, fields_of

PARSERS = ("json", "toml", "yaml", "value")
PARTS = {"choices": "'a', 'b' or 'c'", "bound": "100", "number": "-1e99"}


@pytest.mark.parametrize("code", sorted(HEARD.keys() - {"value.other"}))
def test_each_text_is_recognised_with_what_is_filled_in(code: str) -> None:
    parts = {name: PARTS.get(name, f"<{name}>") for name in fields_of(HEARD[code])}
    found = heard(HEARD[code].format(**parts), code.partition(".")[0])
    assert found["code"] == code
    assert {name: spoken(found[name]) for name in parts} == parts


@given(st.sampled_from(list(HEARD.values())) | st.text(max_size=50), st.sampled_from(PARSERS))
@example("this should be 'a' or 'b', 'c'", "value")
@example("this should be ''", "value")
@example("this should be '{0}', '{}' or 'x'", "value")
@example("expected \n", "toml")
@example("extra data" * 200, "json")
def test_in_english_all_is_said_again_as_it_was_heard(said: str, by: str) -> None:
    assert spoken(heard(said, by)) == said


SPOILT: dict[str, tuple[str, ...]] = {
    "json": ("{", "[", '{"a"', '{"a": 1 "b"}', '"a', '"\n"', r'"\x"', r'"\uX"', "1 2"),
    "toml": (
        *("a =", "=", "a = 1 2", "a", "a b = 1", "[a", "[[a]", "a = [1", "a = {b = 1", 'a = "b', r'a = "\x"', "a = \0"),
        *(r'a = "\uX"', r'a = "\ud800"', "a = 2026-13-45", "a = 'b", 'a = "\b"', "a = yes"),
    ),
    "yaml": (
        *("a: b: c", "- a\nb: c", "a: - b", '"a', "a: %", "@", r'"\q"', "a:\n\t- b", "[a", "{a", "a: b\n  c: d"),
        *("a: ]", "- - a\n - b", "\0", "[a}", "{a]", "a: b\n-", "? a\n  b: c\n d"),
    ),
}


def said_by(form: str, text: str) -> list[str]:
    """Return what the parsers say of a text, if they say anything."""
    parsers: dict[str, list[Callable[[], Any]]] = {
        "json": [lambda: json.loads(text)],
        "toml": [lambda: tomllib.loads(text)],
        "yaml": [lambda loader=loader: list(yaml.parse(text, Loader=loader)) for loader in LOADERS],  # type: ignore[misc]
    }
    found: list[str] = []
    for parse in parsers[form]:
        try:
            parse()
        except json.JSONDecodeError as error:
            found.append(error.msg)
        except tomllib.TOMLDecodeError as error:
            found.append(str(error).rpartition(" (at ")[0])
        except yaml.YAMLError as error:
            found.append(str(getattr(error, "problem", None) or getattr(error, "reason", None)))
    return [f"{each[:1].lower()}{each[1:]}" for each in found]


LOADERS = (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@pytest.mark.parametrize(("form", "text"), [(form, text) for form, texts in SPOILT.items() for text in texts])
def test_what_a_parser_says_of_a_common_slip_is_recognised(form: str, text: str) -> None:
    found = said_by(form, text)
    assert found
    assert [each for each in found if isinstance(heard(each, form), str)] == []


@pytest.mark.parametrize("amount", ["x", "1e99", 1.5, "1.234", "NaN"])
def test_what_a_value_says_is_recognised(amount: object) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Money).validate_python({"amount": amount, "currency": "EUR"})
    (error,) = caught.value.errors()
    assert isinstance(heard(error["msg"].removeprefix("Value error, "), "value"), dict)


def test_a_key_that_stands_twice_is_told_in_french() -> None:
    with pytest.raises(ValidationError) as caught:
        Stage.model_validate({"id": "a", "labels": {"\u00e9": "x", "e\u0301": "y"}})
    (error,) = caught.value.errors()
    said = heard(error["msg"].removeprefix("Value error, "), "value")
    assert spoken(said, FRENCH.text) == "la clé 'e\u0301' figure deux fois"


def test_what_is_not_recognised_stays_as_it_was_said() -> None:
    assert heard("the moon is full", "yaml") == "the moon is full"
    assert spoken({"code": "value.other", "error": "x"}, FRENCH.text).endswith(" (x)")


def test_what_is_no_phrase_is_shown_as_it_is() -> None:
    assert spoken({"odd": 1}) == "{'odd': 1}"
