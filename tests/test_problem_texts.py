"""Problem texts: each is worked out again from what the problem holds, in English as it was said and in French."""

import json
import pickle
import re
from collections.abc import Callable
from typing import Any, cast

import pytest

from acme import process
from salesflow import Lead, LoadError, Opportunity, TemplateError, audit_log, compare, lint, present
from salesflow._phrases import names, phrase
from salesflow._problem_texts import ADVICE, PROBLEMS
from salesflow.languages import FRENCH, fields_of, say
from salesflow.loading import Form, load_template, parse_template
from salesflow.moves import Move
from salesflow.plugins import get_rule
from salesflow.rules import PythonRule, none_of
from salesflow.templates import get
from salesflow.verdict import Problem, problem
from test_languages import ENGLISH_WORDS, in_french, plain


def made(code: str, advises: str) -> Problem:
    """Return a problem whose parameters are marked by their own names."""
    fields = fields_of(PROBLEMS[code]) | (fields_of(ADVICE[advises]) if advises else set())
    marked: dict[str, Any] = {field: f"<{field}>" for field in sorted(fields)}
    return problem(code, "stages[0]", advises=advises, **marked)


@pytest.mark.parametrize("code", PROBLEMS)
def test_a_problem_is_worked_out_again_with_each_advice(code: str) -> None:
    for advises in ("", *ADVICE):
        told = Problem.model_validate_json(made(code, advises).model_dump_json())
        assert say(told) == str(told)
        assert set(re.findall("<.*?>", say(told, FRENCH))) == set(re.findall("<.*?>", str(told)))


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


# -- files --------------------------------------------------------------------------------------------------


def json_of(**fields: object) -> str:
    return json.dumps({"id": "t", "version": "1", "record": "lead", "stages": [{"id": "a"}], **fields})


def asking(*rules: object) -> str:
    return json_of(stages=[{"id": "a", "rules": rules}])


FILES: dict[str, tuple[Form, str | bytes]] = {
    "values": (
        "json",
        json_of(
            stages=[{"id": 5, "probability": "much", "max_age": 5}, {"id": "a\u202eb", "probability": 101}, 5],
            labels={"fr": "x", "en": 5},
            policy={"skip": "always", "lock_closed": 5, "reopen_to": [""]},
            moves=[{"sources": [], "target": "x" * 200}],
            framework={"id": "f", "criteria": [{"id": "a", "weight": -5}]},
        ),
    ),
    "stages": ("json", json_of(stages=[])),
    "other brackets": ("toml", "id = 't'\nversion = '1'\nrecord = 'lead'\n[stages]\n[[policy]]\n"),
    "quotes": ("toml", "id = contact"),
    "keys": ("json", json_of(stagse=[], zzz=1, record="leads")),
    "missing": ("json", "{}"),
    "rules": (
        "json",
        asking(
            {"field": "amount"},
            {"rule": "prsent", "field": "amount"},
            {"rule": "present", "field": "5"},
            {"rule": "time_in_stage"},
            {"rule": "role", "roles": []},
            {"rule": "compare", "field": "amount", "op": "eq", "value": None},
            {"rule": "compare", "field": "amount", "op": "ge", "value": {"amount": "5.123", "currency": "EUR"}},
            {"rule": "compare", "field": "amount", "op": "ge", "value": {"amount": "5", "currency": "euro"}},
            {"rule": "compare", "field": "amount", "op": "ge", "value": {"amount": "x", "currency": "EUR"}},
            {"rule": "compare", "field": "amount", "op": "ge", "value": 1.5},
            {"rule": "any_of", "rules": [{"rule": "present", "field": "id", "severity": "warn"}]},
        ),
    ),
    "a function": ("json", asking({"rule": "python", "name": "x", "call": 1})),
    "numbers": ("json", json_of(a=float("nan")).replace('"version"', f'"x": {"9" * 99}, "y": 1e99, "version"')),
    "bytes": ("json", b"\xff\xfe"),
    "a byte": ("json", b'{"a": "\xe9"}'),
    "half": ("json", r'{"a": "\ud800"}'),
    "empty": ("json", " "),
    "large": ("json", " " * 2_000_000),
    "deep": ("json", "[" * 100),
    "deep TOML": ("toml", "a = " + "[" * 100),
    "deep YAML": ("yaml", "[" * 100),
    "many": ("json", "[" + "0," * 60_000 + "0]"),
    "twice": ("json", '{"a": 1, "a": 2}'),
    "no JSON": ("json", "{"),
    "no value": ("json", '{"a": }'),
    "no TOML": ("toml", "a = "),
    "brackets": ("toml", "[[[a]]]"),
    "a long key": ("toml", ".".join("a" * 100) + " = 1"),
    "a long word": ("toml", f"a = {'9' * 200}"),
    "a date": ("toml", "a = 2026-01-05"),
    "no YAML": ("yaml", "a: b: c"),
    "an alias": ("yaml", "a: &x b"),
    "a tag": ("yaml", "a: !!str b"),
    "a merge": ("yaml", "<<: b"),
    "documents": ("yaml", "a: b\n---\na: b"),
    "a key": ("yaml", "[a]: b"),
    "a form": (cast("Any", "jsn"), "{}"),
}


def refused(call: Callable[[], object]) -> LoadError:
    with pytest.raises(LoadError) as caught:
        call()
    return caught.value


def french(error: LoadError) -> str:
    """Return what is said of each problem in French, without what is quoted, places and codes."""
    assert say(error) == str(error)
    said = [say(each, FRENCH).partition(" @ ")[0] for each in error.problems]
    return " ".join(re.sub("'[^']*'", "", in_french(each, {})) for each in said)


@pytest.mark.parametrize("name", FILES)
def test_what_is_wrong_with_a_file_is_said_in_french(name: str) -> None:
    form, text = FILES[name]
    error = refused(lambda: parse_template(text, form=form))
    assert ENGLISH_WORDS.findall(french(error)) == []
    assert "(" not in french(error).replace("(ISO 4217)", "")


@pytest.mark.parametrize("path", ["x.txt", "missing.json", 5, "\0.json", "."])
def test_what_names_no_file_to_read_is_said_in_french(path: Any) -> None:
    assert ENGLISH_WORDS.findall(french(refused(lambda: load_template(path))).partition(" : ")[0]) == []


@pytest.mark.parametrize(("kind", "name"), [("le modèle", "clasic-pipeline"), ("le modèle", "x"), ("la règle", "x")])
def test_a_name_that_nothing_has_is_said_in_french(kind: str, name: str) -> None:
    error = refused(lambda: get(name) if kind == "le modèle" else get_rule(name))
    assert ENGLISH_WORDS.findall(french(error).replace("templates.names()", "")) == []
    assert say(error, FRENCH).startswith(f"{kind} {name!r} est illisible")
    assert say(pickle.loads(pickle.dumps(error)), FRENCH) == say(error, FRENCH)  # noqa: S301


@pytest.mark.parametrize("problem", ["record.kind", "field.unknown", "rule.unknown"])
def test_what_cannot_be_bound_is_said_in_french(problem: str) -> None:
    lacking = problem == "field.unknown"
    template = process(
        {"talk": {"rules": (present("own"),)}} if lacking else {}, more={"host_fields": ("own",) * lacking}
    )
    given: dict[str, dict[str, Any]] = {
        "record.kind": {"record": Lead},
        "field.unknown": {"record": Opportunity},
        "rule.unknown": {"record": Opportunity, "rules": (PythonRule(name="x", text="x"),)},
    }
    with pytest.raises(TemplateError) as caught:
        template.bind(**given[problem])
    assert [each.code for each in caught.value.problems] == [problem]
    assert say(caught.value) == str(caught.value)
    assert ENGLISH_WORDS.findall(in_french(say(caught.value, FRENCH), {})) == []


def test_what_a_file_holds_is_said_in_french_to_the_letter() -> None:
    error = refused(lambda: parse_template(json_of(policy={"skip": "always"}, moves=[{"sources": 5, "target": "a"}])))
    assert [plain(say(each, FRENCH)) for each in error.problems] == [
        "on attend ici une liste @ moves[0].sources [value.invalid]",
        "on attend ici « never », « with_ground » ou « free » @ policy.skip [value.invalid]",
    ]
    assert plain(say(refused(lambda: parse_template(" " * 2_000_000)).problems[0], FRENCH)) == (
        "la taille dépasse 1 048 576 octets [text.large]"
    )


def test_a_problem_without_parameters_is_said_as_it_was() -> None:
    told = Problem(code="json.syntax", path="line 3", text="a comma is missing", advice="add it")
    assert plain(say(told, FRENCH)) == "a comma is missing ; add it @ line 3 [json.syntax]"
    assert say(told) == str(told)
