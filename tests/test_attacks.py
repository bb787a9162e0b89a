"""Attacks: whatever a file is made to do, it is answered with a LoadError at once, and takes little memory."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any, get_args

import pytest
import yaml

from processor import at_once
from salesflow import LoadError
from salesflow._toml import MAX_VALUES
from salesflow.loading import MAX_BYTES, Form, parse_template
from salesflow.loading import MAX_VALUES as MAX_JSON

PLAIN: dict[Form, str] = {
    "json": '{"id": "t", "version": "1", "record": "lead", "stages": [{"id": "a"}]HERE}',
    "toml": 'id = "t"\nversion = "1"\nrecord = "lead"\nstages = [{id = "a"}]\nHERE\n',
    "yaml": 'id: t\nversion: "1"\nrecord: lead\nstages: [{id: a}]\nHERE\n',
}
"""A template in each form, and where something may be added."""


def added(form: Form, text: str) -> str:
    return PLAIN[form].replace("HERE", text)


Attack = tuple[Form, str, Callable[[], str | bytes]]
"""In which form, the code that is expected, and the text; it is made when it is used."""

EVERY: dict[str, tuple[str, Callable[[], str | bytes]]] = {
    "10 MB of spaces": ("text.large", lambda: " " * 10_000_000),
    "spaces alone": ("text.empty", lambda: " " * 200_000),
    "UTF-16": ("text.encoding", lambda: 'id = "é"'.encode("utf-16")),
    "Latin-1": ("text.encoding", lambda: 'id = "é"'.encode("latin-1")),
}
"""Attacks that are the same in every form."""

NODES = 50_000
"""So many levels or parts, of which none may be looked at twice."""
BOMB = "a: &a [x, x]\n" + "".join(f"{'a' * n}b: &{'a' * n}b [*{'a' * n}, *{'a' * n}]\n" for n in range(1, 30))
MARKS = "\N{COMBINING DOT BELOW}\N{COMBINING ACUTE ACCENT}"
"""Not in the order of NFC: to sort n of them takes n² steps."""
SPOILT = '[{id = "a"}, {id = "\N{CYRILLIC SMALL LETTER A}"}]'

ATTACKS: dict[str, Attack] = {
    "JSON: deep lists": ("json", "text.deep", lambda: "[" * 500_000),
    "JSON: deep objects": ("json", "text.deep", lambda: '{"a":' * 150_000),
    "JSON: wide": ("json", "text.many", lambda: "[" + "0," * 500_000 + "0]"),
    "JSON: many keys": ("json", "key.unknown", lambda: json.dumps({f"key {n}": 0 for n in range(MAX_JSON - 1)})),
    "JSON: a key twice": ("json", "key.duplicate", lambda: added("json", ', "id": "u"')),
    "JSON: a huge whole number": ("json", "number.invalid", lambda: added("json", f', "x": {"9" * 900_000}')),
    "JSON: a huge exponent": ("json", "number.invalid", lambda: added("json", ', "x": 1e999999999')),
    "JSON: not a number": ("json", "number.invalid", lambda: added("json", ', "x": NaN')),
    "JSON: infinity": ("json", "number.invalid", lambda: added("json", ', "x": -Infinity')),
    "JSON: half a character": ("json", "text.surrogate", lambda: added("json", r', "label": "\ud800"')),
    "JSON: NUL": ("json", "json.syntax", lambda: added("json", ', "label": "\0"')),
    "JSON: an escaped NUL": ("json", "value.invalid", lambda: added("json", r', "label": "a\u0000"')),
    "JSON: many labels with NUL": (
        "json",
        "value.invalid",
        lambda: PLAIN["json"].replace('{"id": "a"}', json.dumps({"id": "a", "labels": {f"k{n}": "a\0" for n in range(48_000)}})).replace("HERE", ""),
    ),
    "JSON: a pile of marks": ("json", "value.invalid", lambda: added("json", f', "label": "e{MARKS * 130_000}"')),
    "JSON: quotes": ("json", "json.syntax", lambda: '"' * 1_000_000),
    "JSON: look-alike ids": (
        "json",
        "stage.lookalike",
        lambda: PLAIN["json"].replace('{"id": "a"}', '{"id": "a"}, {"id": "\N{CYRILLIC SMALL LETTER A}"}').replace("HERE", ""),
    ),
    "TOML: a long dotted key": ("toml", "toml.key", lambda: ".".join("a" * 20_000) + " = 1"),
    "TOML: a long dotted key with spaces": ("toml", "toml.key", lambda: " . ".join("a" * 20_000) + " = 1"),
    "TOML: a long dotted key in quotes": ("toml", "toml.key", lambda: ".".join(['"a"'] * 20_000) + " = 1"),
    "TOML: a long name of a table": ("toml", "toml.key", lambda: "[" + ".".join("a" * 20_000) + "]"),
    "TOML: a long name of a list's table": ("toml", "toml.key", lambda: "[[" + ".".join("a" * 20_000) + "]]"),
    "TOML: a long dotted key in a table in line": ("toml", "toml.key", lambda: "a = {" + ".".join("b" * 20_000) + " = 1}"),
    "TOML: many dotted keys": (
        "toml",
        "text.many",
        lambda: "".join(f"{'.'.join('a' * 38)}.k{n} = 1\n" for n in range(8_000)),
    ),
    "TOML: many long names of tables": (
        "toml",
        "text.many",
        lambda: "".join(f"[[{'.'.join('a' * 39)}]]\n" for _ in range(10_000)),
    ),
    "TOML: many tables": ("toml", "text.many", lambda: added("toml", "".join(f"[t{n}]\n" for n in range(NODES)))),
    "TOML: a list's table many times": ("toml", "text.many", lambda: "[[stages]]\n" * 80_000),
    "TOML: dotted keys in deep tables": (
        "toml",
        "text.deep",
        lambda: "a = " + f"{{{'.'.join('a' * 39)} = " * 500 + "1" + "}" * 500,
    ),
    "TOML: deep lists": ("toml", "text.deep", lambda: "a = " + "[" * NODES),
    "TOML: deep tables": ("toml", "text.deep", lambda: "a = " + "{a = " * NODES),
    "TOML: deep lists and tables": ("toml", "text.deep", lambda: "a = " + "[{a = " * NODES),
    "TOML: brackets where a key should be": ("toml", "toml.syntax", lambda: "[" * 1_000_000),
    "TOML: wide": ("toml", "text.many", lambda: "a = [" + "0," * 300_000 + "]"),
    "TOML: many keys": ("toml", "key.unknown", lambda: "".join(f"k{n} = 0\n" for n in range(MAX_VALUES - 1))),
    "TOML: a key twice": ("toml", "key.duplicate", lambda: added("toml", 'id = "u"')),
    "TOML: a table twice": ("toml", "key.duplicate", lambda: added("toml", "[policy]\n[policy]")),
    "TOML: a key twice in line": ("toml", "key.duplicate", lambda: added("toml", "policy = {skip = 1, skip = 2}")),
    "TOML: a table over a key": ("toml", "key.duplicate", lambda: added("toml", "[id.x]")),
    "TOML: a huge whole number": ("toml", "number.invalid", lambda: added("toml", f"x = {'9' * 900_000}")),
    "TOML: a huge number in hexadecimal": ("toml", "number.invalid", lambda: added("toml", f"x = 0x{'f' * 900_000}")),
    "TOML: a number of 100 digits": ("toml", "number.invalid", lambda: added("toml", f"x = {'9' * 100}")),
    "TOML: a huge exponent": ("toml", "number.invalid", lambda: added("toml", "x = 1e999999999")),
    "TOML: not a number": ("toml", "number.invalid", lambda: added("toml", "x = nan")),
    "TOML: infinity": ("toml", "number.invalid", lambda: added("toml", "x = -inf")),
    "TOML: a date": ("toml", "toml.time", lambda: added("toml", "x = 2026-01-05")),
    "TOML: a time": ("toml", "toml.time", lambda: added("toml", "x = [2026-01-05T09:00:00Z, 09:00:00]")),
    "TOML: no such day": ("toml", "toml.syntax", lambda: added("toml", "x = 2026-13-45")),
    "TOML: half a character": ("toml", "toml.syntax", lambda: added("toml", r'label = "\ud800"')),
    "TOML: half a character as such": ("toml", "text.surrogate", lambda: added("toml", 'label = "\ud800"')),
    "TOML: NUL": ("toml", "toml.syntax", lambda: added("toml", 'label = "\0"')),
    "TOML: quotes": ("toml", "toml.key", lambda: '"' * 1_000_000),
    "TOML: single quotes": ("toml", "toml.syntax", lambda: "a = " + "'" * 1_000_000),
    "TOML: escapes": ("toml", "toml.syntax", lambda: 'a = """' + '\\""' * 300_000),
    "TOML: comments": ("toml", "key.missing", lambda: "#\n" * 500_000),
    "TOML: equals signs": ("toml", "text.many", lambda: "=" * 1_000_000),
    "TOML: dots for a key": ("toml", "text.many", lambda: ". " * 500_000),
    "TOML: brackets that close": ("toml", "text.many", lambda: "]" * 1_000_000),
    "TOML: carriage returns": ("toml", "text.many", lambda: "a = " + "\r" * 1_000_000),
    "TOML: empty lines": ("toml", "key.missing", lambda: "\n" * 1_000_000 + "a = 1"),
    "TOML: look-alike ids": ("toml", "stage.lookalike", lambda: added("toml", "").replace('[{id = "a"}]', SPOILT)),
    "YAML: a billion laughs": ("yaml", "yaml.alias", lambda: BOMB),
    "YAML: an anchor": ("yaml", "yaml.alias", lambda: added("yaml", "label: &a x")),
    "YAML: an alias": ("yaml", "yaml.alias", lambda: added("yaml", "label: *a")),
    "YAML: many anchors": ("yaml", "yaml.alias", lambda: "- &a x\n" * 30_000),
    "YAML: a merge key": ("yaml", "yaml.merge", lambda: added("yaml", "policy: {<<: {skip: free}}")),
    "YAML: a tag": ("yaml", "yaml.tag", lambda: added("yaml", "label: !!python/object/apply:os.system [ls]")),
    "YAML: a local tag": ("yaml", "yaml.tag", lambda: added("yaml", "label: !x y")),
    "YAML: a tag that says what it is": ("yaml", "yaml.tag", lambda: added("yaml", "label: !!str y")),
    "YAML: the tag that stands for none": ("yaml", "yaml.tag", lambda: added("yaml", "label: ! y")),
    "YAML: two documents": ("yaml", "yaml.documents", lambda: added("yaml", "---\nid: u")),
    "YAML: no document": ("yaml", "text.empty", lambda: "# nothing\n"),
    "YAML: a key that is a list": ("yaml", "yaml.key", lambda: added("yaml", "? [a, b]\n: c")),
    "YAML: keys in keys": ("yaml", "yaml.key", lambda: "? " * NODES),
    "YAML: keys in keys in line": ("yaml", "yaml.key", lambda: "{? " * NODES),
    "YAML: deep lists": ("yaml", "text.deep", lambda: "[" * NODES),
    "YAML: deep mappings": ("yaml", "text.deep", lambda: "{a: " * NODES),
    "YAML: deep lists and mappings": ("yaml", "text.deep", lambda: "[{a: " * NODES),
    "YAML: deep lists on lines": ("yaml", "text.deep", lambda: "[\n" * NODES),
    "YAML: deep blocks": ("yaml", "text.deep", lambda: "- " * NODES),
    "YAML: deeper and deeper blocks": ("yaml", "text.deep", lambda: "".join(f"{' ' * n}a:\n" for n in range(600))),
    "YAML: wide": ("yaml", "text.many", lambda: "[" + "a," * 100_000 + "]"),
    "YAML: many keys": ("yaml", "text.many", lambda: "".join(f"k{n}: v\n" for n in range(25_000))),
    "YAML: a key twice": ("yaml", "key.duplicate", lambda: added("yaml", "id: u")),
    "YAML: larger than YAML may be": ("yaml", "text.large", lambda: "a" * 300_000),
    "YAML: a long word": ("yaml", "value.invalid", lambda: "a" * 260_000),
    "YAML: many lines of one word": ("yaml", "value.invalid", lambda: "a\n" * 130_000),
    "YAML: a block of empty lines": ("yaml", "key.missing", lambda: "a: |\n" + "\n" * 260_000),
    "YAML: comments": ("yaml", "text.empty", lambda: "#\n" * 130_000),
    "YAML: tabs": ("yaml", "yaml.syntax", lambda: "\t" * 260_000 + "a"),
    "YAML: colons": ("yaml", "yaml.syntax", lambda: ": " * 130_000),
    "YAML: a huge whole number": (
        "yaml",
        "number.invalid",
        lambda: added("yaml", "").replace("{id: a}", f"{{id: a, probability: {'9' * 100_000}}}"),
    ),
    "YAML: a name where a number should be": (
        "yaml",
        "value.invalid",
        lambda: added("yaml", "").replace("{id: a}", "{id: a, probability: .inf}"),
    ),
    "YAML: a character that is none": ("yaml", "yaml.syntax", lambda: added("yaml", r'label: "\UFFFFFFFF"')),
    "YAML: a character beyond the last": ("yaml", "yaml.syntax", lambda: added("yaml", r'label: "\U00110000"')),
    "YAML: a huge version": ("yaml", "yaml.syntax", lambda: f"%YAML 1.{'9' * 250_000}\n---\na: b"),
    "YAML: half a character": ("yaml", "yaml.syntax", lambda: added("yaml", r'label: "\ud800"')),
    "YAML: half a character as such": ("yaml", "text.surrogate", lambda: added("yaml", 'label: "\ud800"')),
    "YAML: NUL": ("yaml", "yaml.syntax", lambda: added("yaml", "label: \0")),
    "YAML: a directive that is none": ("yaml", "yaml.syntax", lambda: "%YAML 9.9\n---\na: b"),
    "YAML: look-alike ids": (
        "yaml",
        "stage.lookalike",
        lambda: added("yaml", "").replace("[{id: a}]", "[{id: a}, {id: \N{CYRILLIC SMALL LETTER A}}]"),
    ),
    **{
        f"{form.upper()}: {name}": (form, code, text)
        for name, (code, text) in EVERY.items()
        for form in get_args(Form)
    },
}  # fmt: skip


def codes_of(text: str | bytes, form: Form) -> set[str]:
    with pytest.raises(LoadError) as caught:
        parse_template(text, place="here", form=form)
    assert str(caught.value).startswith("here cannot be read:\n- ")
    assert len(str(caught.value).encode()) < 100_000
    return {problem.code for problem in caught.value.problems}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_answered_with_its_reason_within_a_second(name: str) -> None:
    form, code, made = ATTACKS[name]
    text = made()
    with at_once(1):
        codes = codes_of(text, form)
    assert code in codes


@pytest.mark.parametrize("form", get_args(Form))
def test_what_the_attacks_are_added_to_is_a_template(form: Form) -> None:
    assert parse_template(added(form, ""), form=form).id == "t"


OTHERWISE = {"YAML: half a character": "text.surrogate"}
"""Attacks for which PyYAML has another word without its C library."""


@pytest.mark.parametrize("name", [name for name, (form, *_) in ATTACKS.items() if form == "yaml"])
def test_an_attack_is_answered_where_pyyaml_comes_without_its_c_library(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(yaml, "CSafeLoader")
    form, code, made = ATTACKS[name]
    text = made()
    with at_once(2):
        codes = codes_of(text, form)
    assert OTHERWISE.get(name, code) in codes


MEASURED = """
import resource, sys
from test_attacks import ATTACKS, parse_template
from salesflow import LoadError
parse_template('{"id": "t", "version": "1", "record": "lead", "stages": [{"id": "a"}]}')
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for form, _, made in ATTACKS.values():
    try:
        parse_template(made(), form=form)
    except LoadError:
        pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told in other units elsewhere")
def test_no_attack_takes_much_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED], capture_output=True, text=True, check=True, env=surroundings()
    )
    assert int(done.stdout) < 300


def surroundings() -> dict[str, str]:
    """Return the environment for an interpreter of its own that finds what this one finds."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def test_the_largest_text_of_a_form_is_read_and_one_byte_more_is_not() -> None:
    text = added("json", "").encode()
    assert parse_template(text.ljust(MAX_BYTES)).id == "t"
    assert codes_of(text.ljust(MAX_BYTES + 1), "json") == {"text.large"}


# -- YAML scalars are text ----------------------------------------------------------------------------------

WORDS = "no No yes on off y n true false null ~ 1e3 0o7 0x1F 12:30 2026-01-05 1_000 .5 .inf .nan 007 +1 = 1.0".split()


@pytest.mark.parametrize("word", WORDS)
def test_a_word_in_yaml_stays_a_word_where_the_model_wants_text(word: str) -> None:
    template = parse_template(
        PLAIN["yaml"].replace("id: t", f"id: {word}").replace("HERE", f"label: {word}"), form="yaml"
    )
    assert (template.id, template.label) == (word, word)


@pytest.mark.parametrize("word", ["no", "yes", "1", '"true"', "True"])
def test_only_true_and_false_without_quotes_are_true_and_false_in_yaml(word: str) -> None:
    text = PLAIN["yaml"].replace("{id: a}", f"{{id: a, skippable: {word}}}").replace("HERE", "")
    assert codes_of(text, "yaml") == {"value.invalid"}


def rule_value(written: str) -> Any:
    rule = f"{{rule: compare, field: fields.x, op: eq, value: {written}}}"
    text = (
        PLAIN["yaml"].replace("{id: a}", f"{{id: a, hold: false, probability: 5, rules: [{rule}]}}").replace("HERE", "")
    )
    return parse_template(text, form="yaml").stages[0].rules[0].value  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("5", 5),
        ('"5"', "5"),
        ("-5", -5),
        ("05", "05"),
        ("true", True),
        ("'true'", "true"),
        ("no", "no"),
        ("1.50", "1.50"),
    ],
)
def test_what_may_be_a_number_or_a_text_in_yaml_is_a_text_in_quotes(written: str, value: object) -> None:
    assert (type(rule_value(written)), rule_value(written)) == (type(value), value)


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_nothing_in_yaml_is_null_where_a_null_may_be(nothing: str) -> None:
    text = PLAIN["yaml"].replace("HERE", f"policy:\n  start_at: {nothing}\n")
    assert parse_template(text, form="yaml").policy.start_at is None
