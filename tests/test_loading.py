"""Loading: every file is a template or a LoadError that names the file, the place and the problem."""

import json
import os
import pickle
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acme import process
from processor import at_once
from salesflow import LoadError, Opportunity, Stage, StageTemplate, TemplateError, all_of, compare, present, templates
from salesflow.loading import CODES, MAX_BYTES, MAX_DEPTH, Form, dump_template, load_template, parse_template
from salesflow.rules import MAX_DEPTH as MAX_RULE_DEPTH
from salesflow.rules import AnyRule, PythonRule, depth
from salesflow.testing._strategies import templates as any_templates
from salesflow.values import FrozenMap

PLAIN: dict[str, Any] = {
    "id": "t",
    "version": "1",
    "record": "opportunity",
    "stages": [{"id": "a"}, {"id": "won", "outcome": "won"}],
}


def error_of(text: str | bytes) -> LoadError | None:
    try:
        parse_template(text)
    except LoadError as error:
        return error
    return None


def refused(text: str | bytes) -> list[str]:
    """Return the problems that a text is refused for; none for a template."""
    error = error_of(text)
    if error is None:
        return []
    assert str(error).startswith("<text> cannot be read:\n- ")
    assert str(error).encode().decode() == str(error)
    return [str(problem) for problem in error.problems]


def changed(**fields: Any) -> str:
    return json.dumps({**PLAIN, **fields})


def asking(*rules: Any) -> str:
    return changed(stages=[{"id": "a", "rules": rules}])


# -- what is written can be read ----------------------------------------------------------------------------


@given(any_templates())
def test_a_template_is_read_as_it_was_written(template: StageTemplate[Any]) -> None:
    read = parse_template(dump_template(template))
    assert read == template
    assert read.ref == template.ref
    assert dump_template(read) == dump_template(template)


@pytest.mark.parametrize("form", ["toml", "yaml"])
@given(template=any_templates())
def test_a_template_is_read_from_every_form_as_it_was_written(form: Form, template: StageTemplate[Any]) -> None:
    text = dump_template(template, form=form)
    read = parse_template(text.encode(), form=form)
    assert read == template
    assert read.ref == template.ref
    assert dump_template(read, form=form) == text
    assert dump_template(read) == dump_template(template)


@pytest.mark.parametrize("name", templates.names())
@pytest.mark.parametrize(
    ("ending", "form"), [(".json", "json"), (".toml", "toml"), (".yaml", "yaml"), (".yml", "yaml"), (".TOML", "toml")]
)
def test_a_built_in_template_is_read_as_it_was_written(name: str, ending: str, form: Form, tmp_path: Path) -> None:
    file = tmp_path / f"template{ending}"
    file.write_text(dump_template(templates.get(name), form=form), encoding="utf-8")
    assert load_template(file) == load_template(str(file)) == templates.get(name)


WORDS = ["no", "Yes", "null", "~", "1e3", "0o7", "12:30", "2026-01-05", "", " a ", "a: b", "- a", "#", "'", '"', "\\", "é\u200d", "\uffff", "\U000e0100"]  # fmt: skip


@pytest.mark.parametrize("form", ["toml", "yaml"])
@given(words=st.lists(st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=9), min_size=4, max_size=4))  # fmt: skip
def test_any_text_survives_every_form(form: Form, words: list[str]) -> None:
    one, two, three, four = (normalize("NFC", word) for word in words)
    prose = f"{one}\n{two}\r\n\t{three}" if four else f"\n{one}\n\n{two}\n"
    stage = Stage(
        id="a",
        labels=FrozenMap({one.replace("\u200d", "") or "x": two}),
        description=prose,
        rules=(compare("fields.x", "eq", three),),
    )
    template = StageTemplate(id="t", version="1", record=Opportunity, stages=(stage,), label=four, description=prose)
    assert parse_template(dump_template(template, form=form), form=form) == template


def test_a_form_that_there_is_not_is_named() -> None:
    said = "a template is written in one of 'json', 'toml', 'yaml', not in 'tom'; 'toml' is near"
    with pytest.raises(ValueError, match=re.escape(said)):
        dump_template(templates.get("classic-pipeline"), form="tom")  # type: ignore[arg-type]
    with pytest.raises(LoadError, match=re.escape(said)):
        parse_template("", form="tom")  # type: ignore[arg-type]
    with pytest.raises(LoadError, match="not in 5"):
        parse_template("", form=5)  # type: ignore[arg-type]


def test_yaml_without_its_extra_is_a_load_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(
        LoadError, match=re.escape("PyYAML is not installed; pip install 'salesflow[yaml]' [yaml.missing]")
    ):
        parse_template("id: t", form="yaml")


def test_a_written_template_is_indented_lacks_defaults_and_ends_with_a_line_break() -> None:
    template = StageTemplate(id="é", version="1", record=Opportunity, stages=(Stage(id="a", probability=5),))
    assert dump_template(template) == (
        '{\n  "id": "é",\n  "version": "1",\n  "record": "opportunity",\n'
        '  "stages": [\n    {\n      "id": "a",\n      "probability": 5\n    }\n  ]\n}\n'
    )


def test_values_keep_their_types_in_a_file() -> None:
    values = (True, 1, "1", 10**15 - 1, "1.0")
    template = process({"talk": {"rules": [compare("fields.x", "eq", value) for value in values]}})
    rules: Any = parse_template(dump_template(template)).stage("talk").rules
    assert [(type(each.value), each.value) for each in rules] == [(type(value), value) for value in values]


def test_a_whole_number_may_be_written_with_a_point() -> None:
    template = parse_template(changed(stages=[{"id": "a", "probability": 25.0, "rules": []}]))
    assert template.stage("a").probability == 25


def test_rules_nest_as_deep_in_a_file_as_in_code() -> None:
    rule: AnyRule = compare("fields.x", "eq", "1")
    for _ in range(MAX_RULE_DEPTH - 1):
        rule = all_of(rule)
    assert depth(rule) == MAX_RULE_DEPTH
    template = process({"talk": {"rules": [rule]}})
    assert parse_template(dump_template(template)) == template


@pytest.mark.parametrize("levels", [MAX_RULE_DEPTH + 1, 3000])
def test_rules_that_nest_deeper_are_refused(levels: int) -> None:
    rule = '{"rule":"all_of","rules":[' * levels + '{"rule":"objections_resolved"}' + "]}" * levels
    problem = refused(asking("HERE").replace('"HERE"', rule))
    assert [each.rpartition(" ")[2] for each in problem] in (["[value.invalid]"], ["[text.deep]"])


def test_the_depth_of_a_file_is_what_the_deepest_rule_takes() -> None:
    assert MAX_DEPTH == 68


def test_a_rule_in_python_comes_by_name_and_is_bound_later() -> None:
    def credit(record: Any, *, at: Any, by: Any) -> bool:
        return True

    template = parse_template(asking({"rule": "python", "name": "credit"}))
    assert template.stages[0].rules == (PythonRule(name="credit"),)
    bound = template.bind(Opportunity, rules=(PythonRule(name="credit", call=credit),))
    assert bound.stages[0].rules[0].call is credit  # type: ignore[union-attr]


def test_a_file_holds_no_function_and_no_path_to_one() -> None:
    rule = {"rule": "python", "name": "credit", "call": "os.system"}
    nested = {"rule": "all_of", "rules": [rule]}
    assert refused(asking(rule, nested)) == [
        "there is no such key @ stages[0].rules[0].call [key.unknown]",
        "there is no such key @ stages[0].rules[1].rules[0].call [key.unknown]",
    ]


# -- what is refused ----------------------------------------------------------------------------------------


def test_contradictions_come_with_their_places() -> None:
    stages = [
        {"id": "Won"},
        {"id": "w\N{CYRILLIC SMALL LETTER O}n"},
        {"id": "c", "rules": [{"rule": "visited", "stage": "d"}]},
    ]
    with pytest.raises(LoadError) as caught:
        parse_template(changed(stages=stages, policy={"reopen_to": ["woon"]}), place="acme.json")
    assert str(caught.value) == (
        "acme.json cannot be read:\n"
        "- stage 'w\N{CYRILLIC SMALL LETTER O}n' looks like 'Won'; see stages[0] @ stages[1] [stage.lookalike]\n"
        "- there is no stage 'woon'; 'Won' is near @ policy.reopen_to[0] [stage.unknown]\n"
        "- there is no stage 'd' @ stages[2].rules[0] [stage.unknown]"
    )


def test_what_is_invalid_comes_with_its_places() -> None:
    assert refused(changed(stages=[{"id": "a", "rules": [{"rule": "present", "fields": "x"}]}], version=1)) == [
        "this should be a text @ version [value.invalid]",
        "this key is missing @ stages[0].rules[0].field [key.missing]",
        "there is no such key; 'field' is near @ stages[0].rules[0].fields [key.unknown]",
    ]


def test_a_load_error_drags_nothing_along() -> None:
    with pytest.raises(LoadError) as caught:
        parse_template(changed(version=1))
    assert caught.value.__context__ is None


def test_a_load_error_survives_pickle() -> None:
    with pytest.raises(LoadError) as caught:
        parse_template("[")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert (again.place, again.problems) == (caught.value.place, caught.value.problems)


ids = st.sampled_from(["a", "b", "won", "Won", "\x00", "", "\ud800", "w\N{CYRILLIC SMALL LETTER O}n", 5, None])
fields = st.sampled_from(
    ["id", "stages", "rules", "rule", "field", "value", "call", "present", "host_fields", "labels"]
)
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ids,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(fields, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*StageTemplate.model_fields, "x", "\ud800"]), trees))
def test_whatever_stands_where_it_does_not_belong_is_a_load_error(tree: dict[str, Any]) -> None:
    refused(json.dumps({**PLAIN, **tree}))


WRITTEN = dump_template(templates.get("heflo-process")).encode()
SNIPPETS = st.sampled_from(
    [b"", b"{", b"}", b"[", b'"', b",", b"NaN", b"1e9", b"\\ud800", b"\xff", b"null", b'"rule"', b"-1"]
)


@given(st.integers(0, len(WRITTEN)), st.integers(0, 40), SNIPPETS)
def test_a_damaged_file_is_a_template_or_a_load_error(start: int, length: int, snippet: bytes) -> None:
    refused(WRITTEN[:start] + snippet + WRITTEN[start + length :])


@pytest.mark.parametrize(
    "text",
    [
        changed(stages=[{"id": "a", "aliases": [f"alias {n}" for n in range(40_000)]}]),
        changed(stages=[{"id": "a", "aliases": [0] * 90_000}]),
        changed(stages=[{"id": str(n)} for n in range(10_000)]),
        changed(stages=[{"id": "a", "rules": [{"rule": "x"}] * 20_000}]),
        json.dumps({f"key {n}": 0 for n in range(40_000)}),
        asking({"rule": "any_of", "rules": [{"rule": "objections_resolved"}] * 20_000}),
    ],
    ids=["aliases", "wrong aliases", "stages", "wrong rules", "keys", "a wide rule"],
)
def test_a_file_full_of_one_thing_is_answered_with_a_readable_error_or_a_template(text: str) -> None:
    assert len("\n".join(refused(text))) < 50_000


def test_a_file_full_of_wrong_names_is_answered_at_once() -> None:
    stages = [{"id": f"{number:0128d}"} for number in range(255)]
    wrong = [f"{number:0127d}x" for number in range(8)]
    with at_once(2):
        assert len(refused(changed(stages=stages, moves=[{"sources": wrong, "target": stages[0]["id"]}]))) == len(wrong)


# -- files --------------------------------------------------------------------------------------------------


def problem_of(path: Any) -> str:
    """Return the one problem of a file, with the place that the error names."""
    with pytest.raises(LoadError) as caught:
        load_template(path)
    [problem] = caught.value.problems
    assert problem.code in CODES
    return f"{caught.value.place}: {problem}"


def test_a_missing_file_is_a_load_error() -> None:
    assert problem_of("nowhere/acme.json") == f"{Path('nowhere/acme.json')}: there is no such file [file.missing]"


def test_a_folder_is_a_load_error(tmp_path: Path) -> None:
    folder = tmp_path / "acme.json"
    folder.mkdir()
    assert problem_of(folder) == f"{folder}: this is not a regular file [file.irregular]"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no names here")
def test_a_pipe_is_a_load_error_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "acme.json"
    os.mkfifo(pipe)
    assert problem_of(pipe) == f"{pipe}: this is not a regular file [file.irregular]"


def test_a_file_in_a_file_is_a_load_error(tmp_path: Path) -> None:
    file = tmp_path / "acme.json"
    file.write_text("{}", encoding="utf-8")
    assert problem_of(file / "acme.json").endswith("[file.unreadable]")


@pytest.mark.parametrize("name", ["acme.xml", "acme.toml2", "acme", "json", ".json"])
def test_another_ending_is_refused_before_the_file_is_looked_at(name: str) -> None:
    ending = Path(name).suffix
    said = f"the ending {ending!r} is not read; templates are read from '.json', '.toml', '.yaml' or '.yml'"
    assert problem_of(name) == f"{name}: {said} [file.kind]"


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        (5, "5: a file is named by its path, not by int [file.name]"),
        (None, "None: a file is named by its path, not by NoneType [file.name]"),
    ],
)
def test_what_names_no_file_is_a_load_error(path: Any, problem: str) -> None:
    assert problem_of(path) == problem


def test_a_name_with_a_nul_names_no_file() -> None:
    # the words between are those of the Python that runs
    assert re.fullmatch(
        r"a\\x00\.json: this could not be read: .*null.* \[file\.unreadable\]", problem_of("a\x00.json")
    )


def test_a_name_of_half_characters_is_a_load_error() -> None:
    assert problem_of("a\ud800.json").startswith(r"a\ud800.json: this could not be read")


def test_a_name_in_bytes_names_a_file(tmp_path: Path) -> None:
    file = tmp_path / "ACME.JSON"
    file.write_text(changed(), encoding="utf-8-sig")
    assert load_template(os.fsencode(file)).id == "t"  # type: ignore[arg-type]


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "acme.json"
    with file.open("wb") as opened:
        # a file with a hole: 100 GB long, and nothing of it on the disk
        opened.truncate(100 * 1024**3)
    assert problem_of(file) == f"{file}: this is larger than {MAX_BYTES:,} bytes [text.large]"


@contextmanager
def powerless() -> Iterator[None]:
    """Give up, for a moment, the right to read everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owners here")
def test_a_file_that_may_not_be_read_is_a_load_error(tmp_path: Path) -> None:
    file = tmp_path / "acme.json"
    file.write_text(changed(), encoding="utf-8")
    file.chmod(0)
    with powerless():
        said = problem_of(file)
    assert said == f"{file}: this may not be read [file.denied]"


def test_a_file_that_is_no_json_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "acme.json"
    file.write_text("id: t", encoding="utf-8")
    assert problem_of(file) == f"{file}: expecting value @ line 1, column 1 [json.syntax]"


def test_what_is_wrong_in_code_stays_a_template_error() -> None:
    with pytest.raises(TemplateError):
        process({"talk": {"rules": [present("nowhere")]}})
