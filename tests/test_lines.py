"""Lines: every place of a file stands where people see it, in every form."""

import json
from typing import Any, get_args

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from processor import at_once
from salesflow import StageTemplate
from salesflow._lines import lines_of
from salesflow._trees import path_of
from salesflow.loading import Form, dump_template
from salesflow.testing._strategies import templates as any_templates

FILES: dict[Form, str] = {
    "json": '{\n "stages": [\n  {"id": "a"},\n  {"id": "b",\n   "rules": [\n    {"rule": "x"}], "labels": {"fr":\n "y"}}\n ], "moves": [] }',
    "toml": (
        "[[stages]]\nid = 'a'\n[[stages]]\n# [[stages]]\nid = \"b\"\nrules = [ # ]\n  {rule = 1.5}, ]\n"
        '[stages.labels]\nfr = """\n\n"""\n[[moves]]\nx.y = 1\n"a.b" = {}\n'
    ),
    "yaml": "stages:\n  - id: a\n  - id: b\n    rules:\n      - rule: x\n    labels: {fr: y}\nmoves: []\n",
}
PLACES: dict[Form, dict[str, int | None]] = {
    "json": {"stages": 2, "stages[0]": 3, "stages[1].id": 4, "stages[1].rules[0].rule": 6, "stages[1].labels.fr": 7, "moves": 8},
    "toml": {"stages[0]": 1, "stages[0].id": 2, "stages[1]": 3, "stages[1].id": 5, "stages[1].rules[0].rule": 7, "stages[1].labels.fr": 9, "moves[0].x.y": 13, "moves[0]['a.b']": 14},
    "yaml": {"stages": 1, "stages[0]": 2, "stages[1].id": 3, "stages[1].rules[0].rule": 5, "stages[1].labels.fr": 6, "moves": 7},
}  # fmt: skip
ANYWHERE: dict[str, int | None] = {"": None, "nowhere": None, "line 5, column 2": 5}
"""What is in no file, and what names its line itself."""


@pytest.mark.parametrize("form", get_args(Form))
def test_a_place_stands_where_it_is_written(form: Form) -> None:
    places = {**PLACES[form], **ANYWHERE}
    assert dict(zip(places, lines_of(FILES[form].encode(), list(places), form=form), strict=True)) == places


@pytest.mark.parametrize("form", get_args(Form))
def test_what_is_not_there_stands_where_its_surroundings_do(form: Form) -> None:
    inner, outer = lines_of(FILES[form].encode(), ["stages[1].id.x", "stages[1].id"], form=form)
    assert inner == outer


@pytest.mark.parametrize("text", ["x = 1\n[[stages]]\n\n[[stages]]\n", "x = 1\n[stages.a]\n", "x = 1\nstages.a = 2\n"])
def test_what_is_written_only_by_what_lies_in_it_begins_there(text: str) -> None:
    assert lines_of(text.encode(), ["stages"], form="toml") == [2]


def test_a_table_that_is_written_after_its_own_tables_stands_where_it_is_written() -> None:
    assert lines_of(b"[a.b]\n[a]\n", ["a", "a.b"], form="toml") == [2, 1]


def leaves(tree: Any, path: str = "") -> dict[str, Any]:
    if isinstance(tree, dict):
        return {
            at: leaf for key, item in tree.items() for at, leaf in leaves(item, f"{path}.{key}".lstrip(".")).items()
        }
    if isinstance(tree, list):
        return {at: leaf for n, item in enumerate(tree) for at, leaf in leaves(item, f"{path}[{n}]").items()}
    return {path: tree}


@pytest.mark.parametrize("form", get_args(Form))
@given(template=any_templates())
def test_the_line_of_every_text_holds_it(form: Form, template: StageTemplate[Any]) -> None:
    text = dump_template(template, form=form)
    found = {
        at: leaf
        for at, leaf in leaves(json.loads(dump_template(template))).items()
        if leaf in {"won", "lost", "present"}
    }
    lines = lines_of(text.encode(), list(found), form=form)
    assert [leaf in text.split("\n")[(line or 0) - 1] for leaf, line in zip(found.values(), lines, strict=True)] == [
        True
    ] * len(found)


keys = st.lists(
    st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"], exclude_characters="\x7f"), max_size=70)
    | st.text("a'].[\\\"\n\u2028\u0085", max_size=5),
    min_size=1,
    max_size=8,
    unique=True,
)


def listed(form: Form, keys: list[str]) -> str:
    """Write an object of one key a line, the first on the second line."""
    written = [json.dumps(key) for key in keys]
    if form == "toml":
        return "\n" + "".join(f"{key} = 1\n" for key in written)
    lines = ",\n".join(f"{key}: 1" for key in written)
    return f"{{\n{lines}}}"


@pytest.mark.parametrize("form", get_args(Form))
@settings(max_examples=100, phases=[Phase.generate])
@given(keys=keys)
def test_whatever_a_key_is_it_has_a_line_of_its_own(form: Form, keys: list[str]) -> None:
    lines = lines_of(listed(form, keys).encode(), [path_of((key,)) for key in keys], form=form)
    assert lines == list(range(2, 2 + len(keys)))


def test_lines_of_a_deep_and_wide_file_are_found_at_once() -> None:
    deep = '{"a key":' * 60 + "[" + ",".join(['{"b\'c": 1}'] * 20_000) + "]" + "}" * 60
    with at_once(2):
        assert lines_of(deep.encode(), [path_of(("a key",) * 60 + (19_999, "b'c"))], form="json") == [1]
