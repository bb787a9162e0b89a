"""Words of the command: each is there in both languages, and French output holds no English."""

import re
from pathlib import Path
from typing import Any

import pytest

from cli.running import LEGAL, Run
from salesflow.cli import _bad_use, _french
from salesflow.cli._bad_use import BadUse
from salesflow.cli._words import COMMAND, ENGLISH, in_words
from salesflow.languages import fields_of
from test_languages import ENGLISH_WORDS, plain

ALL = {**COMMAND, **{f"bad_use.{code}": text for code, text in _bad_use.TEXTS.items()}}
FRENCH = in_words("fr")
GIVEN: dict[str, Any] = {
    "byte": 1,
    "longest": 5,
    "near": "",
    "lines": (),
    "notes": (),
    "pipelines": {"1": "x"},
    "why": "…",
}


def test_each_word_of_the_command_is_there_in_french_and_no_other() -> None:
    assert _french.COMMAND.keys() == ALL.keys()


@pytest.mark.parametrize("code", ALL)
def test_a_word_of_the_command_takes_the_same_parameters_in_french(code: str) -> None:
    assert fields_of(_french.COMMAND[code]) == fields_of(ALL[code])


@pytest.mark.parametrize("code", _bad_use.TEXTS)
def test_a_complaint_keeps_its_code_in_both_languages(code: str) -> None:
    bad = BadUse(code, **{field: GIVEN.get(field, "x") for field in fields_of(_bad_use.TEXTS[code])})
    assert bad.said(ENGLISH) == str(bad)
    assert ENGLISH_WORDS.findall(re.sub(r"« [^»]* »|--[\w-]+|\[.*\]$", "", plain(bad.said(FRENCH)))) == []
    assert {str(bad)[-len(code) - 3 :], bad.said(FRENCH)[-len(code) - 3 :]} == {f" [{code}]"}


BROKEN = "deal,stage,at,ground\nD-1,contact,2026-01-05T09:00Z,\nD-1,deal,2026-01-06T09:00Z,\nD-2,x,2026-01-06,\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("audit", "log.csv", "--template", "acme.json"),
        ("audit", "log.csv", "--template", "acme.json", "--ground", "ground"),
        ("audit", "log.csv", "--template", "acme.json", "--stage", "ground", "--zone", "UTC"),
        ("audit", "log.csv", "--template", "acme.json", "--deal", "whose"),
        ("audit", "log.csv", "--template", "acme.json", "--zone", "Nowhere"),
        ("audit", "log.csv", "--template", "clasic-pipeline"),
        ("audit", "none.csv", "--template", "acme.json"),
        ("lint", "acme.json"),
        ("lint", "doubtful.json"),
        ("lint", "none.json"),
        ("show", "acme.json"),
    ],
    ids=" ".join,
)
def test_the_command_speaks_french_by_its_option_and_by_the_environment(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    (place / "log.csv").write_text(BROKEN, "utf-8")
    text = '{"id": "t", "version": "1", "record": "opportunity", "stages": [{"id": "a"}, {"id": "b", "hold": true}]}'
    (place / "doubtful.json").write_text(text, "utf-8")
    asked = run(*arguments, "--language", "fr")
    monkeypatch.setenv("SALESFLOW_LANGUAGE", "fr")
    assert run(*arguments) == asked
    monkeypatch.delenv("SALESFLOW_LANGUAGE")
    english = run(*arguments)
    said = re.sub(
        r"« [^»]* »|--[\w-]+|\[[\w.]+\]|\(there is no such file\)|@ [\w.\[\]]+|\b\w+[._]\w+",
        "",
        plain(asked.out + asked.err),
    )
    assert asked.code == english.code
    assert asked != english
    assert ENGLISH_WORDS.findall(said) == []


def test_formats_for_programs_are_the_same_in_every_language(run: Run, place: Path) -> None:
    (place / "log.csv").write_text(BROKEN, "utf-8")
    for form in ("json", "csv"):
        asked = ("audit", "log.csv", "--template", "acme.json", "--format", form)
        assert run(*asked, "--language", "fr") == run(*asked)


def test_a_language_that_the_command_lacks_is_told_in_english(run: Run, place: Path) -> None:
    (place / "log.csv").write_text(LEGAL, "utf-8")
    asked = ("audit", "log.csv", "--template", "acme.json")
    assert run(*asked, "--language", "de") == run(*asked)
