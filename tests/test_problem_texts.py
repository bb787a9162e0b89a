"""Problem texts: each is worked out again from what the problem holds, in English as it was said and in French."""

import re
from typing import Any

import pytest

from acme import process
from salesflow import LoadError, TemplateError, audit_log, compare, lint, present
from salesflow._phrases import names, phrase
from salesflow._problem_texts import ADVICE, PROBLEMS
from salesflow.languages import FRENCH, fields_of, say
from salesflow.moves import Move
from salesflow.rules import PythonRule, none_of
from salesflow.verdict import Problem, problem
from test_languages import ENGLISH_WORDS, in_french, plain


def made(code: str, advises: str) -> Problem:
    """Return a problem whose parameters are marked by their own names."""
    fields = fields_of(PROBLEMS[code]) | (fields_of(ADVICE[advises]) if advises else set())
    marked: dict[str, Any] = {field: f"<{field}>" for field in sorted(fields)}
    return problem(code, "stages[0]", advises=advises, **marked)


@pytest.mark.parametrize("advises", ["", *ADVICE])
@pytest.mark.parametrize("code", PROBLEMS)
def test_a_problem_is_worked_out_again_with_each_advice(code: str, advises: str) -> None:
    told = Problem.model_validate_json(made(code, advises).model_dump_json())
    assert say(told) == str(told)
    assert sorted(set(re.findall("<.*?>", say(told, FRENCH)))) == sorted(set(re.findall("<.*?>", str(told))))


REAL: dict[str, tuple[dict[str, Any], tuple[Move, ...]]] = {
    "a hold that is closed": ({"wait": {"outcome": "won"}}, ()),
    "a look-alike": ({"Talk": {}, "offer ": {}}, ()),
    "no such stage": ({}, (Move(sources=("contcat", "won", "wait"), target="talk"),)),
    "no such field": ({"talk": {"rules": (present("amuont"),)}}, ()),
    "a name of ours": ({"talk": {"rules": (PythonRule(name="present.x"),)}}, ()),
}


@pytest.mark.parametrize("name", REAL)
def test_contradictions_are_said_in_french(name: str) -> None:
    changed, moves = REAL[name]
    with pytest.raises(TemplateError) as caught:
        process(changed, moves=moves)
    assert say(caught.value) == str(caught.value)
    assert ENGLISH_WORDS.findall(in_french(say(caught.value, FRENCH), {})) == []


def doubtful() -> tuple[Problem, ...]:
    rules = (compare("amount", "ge", 5), compare("amount", "lt", 2), present("name"), none_of(present("name")))
    stages: dict[str, Any] = {
        "talk": {"rules": rules, "label": "A", "probability": 50},
        "offer": {"label": "A", "probability": 10, "rules": (PythonRule(name="x"),)},
        "won": {"probability": 5, "max_age": "P1D", "follow_up_every": "P1D"},
        "deal": {"life": "retired"},
    }
    return lint(process(stages, start_at=("deal",), lose="declared"))


def test_doubts_are_said_in_french() -> None:
    found = doubtful()
    assert len({each.code for each in found}) > 6
    assert [say(each) for each in found] == [str(each) for each in found]
    assert [ENGLISH_WORDS.findall(in_french(say(each, FRENCH), {})) for each in found] == [[]] * len(found)


def test_rules_that_exclude_each_other_are_named_in_french() -> None:
    said = [plain(say(each, FRENCH)) for each in doubtful() if each.code == "rules.exclude"]
    assert said[0] == (
        "ces règles s'excluent l'une l'autre : « amount » ≥ 5 ; « amount » < 2 @ stages[1].rules [rules.exclude]"
    )


@pytest.mark.parametrize("row", [{"Deal": 1, "stage": "a"}, {}, {"x": 1}])
def test_columns_that_are_missing_are_said_in_french(row: dict[str, object]) -> None:
    with pytest.raises(LoadError) as caught:
        list(audit_log(process(), [row], deal="deal", stage="stage", at="at"))
    assert say(caught.value) == str(caught.value)
    said = re.sub("'[^']*'", "", say(caught.value, FRENCH).replace("the log", ""))
    assert ENGLISH_WORDS.findall(in_french(re.sub("@ .*", "", said), {})) == []


def test_a_phrase_in_a_problem_is_said_in_the_language_of_the_problem() -> None:
    told = problem("criterion.unknown", "p", name="x", advises="called", called=names(("a", "b"), "and", quoted=True))
    assert str(told) == "there is no criterion 'x'; it is called 'a' and 'b' here @ p [criterion.unknown]"
    assert plain(say(told, FRENCH)) == (
        "il n'y a pas de critère « x » ; il s'appelle ici « a » et « b » @ p [criterion.unknown]"
    )
    assert problem("stage.hold", "p", name="x", outcome=phrase("outcome.won")).text.endswith("closed as won")


def test_what_is_wrong_with_a_file_is_said_by_its_code_with_the_english_text_after_it() -> None:
    told = Problem(code="json.syntax", path="line 3", text="a comma is missing", advice="add it")
    assert plain(say(told, FRENCH)) == "ce n'est pas du JSON (a comma is missing; add it) @ line 3 [json.syntax]"
    assert say(told) == str(told)
