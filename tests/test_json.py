"""JSON from strangers: a bounded tree, or the name of every flaw."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from salesflow import LoadError
from salesflow._json import CODES as OF_JSON
from salesflow._json import read_json
from salesflow._trees import ABSENT, MAX_PROBLEMS, Limits, Parts, capped, child, inside, path_of, shown
from salesflow._trees import CODES as OF_TREES
from salesflow.verdict import Problem

CODES = {**OF_TREES, **OF_JSON}
MAX_BYTES, MAX_VALUES = 1_100_000, 100_000


def read(text: Any, *, max_depth: int = 8) -> Any:
    return read_json(text, place="here", limits=Limits(MAX_BYTES, MAX_VALUES, max_depth))


def error_of(text: Any, *, max_depth: int = 8) -> LoadError | None:
    try:
        read(text, max_depth=max_depth)
    except LoadError as error:
        return error
    return None


def said(text: Any, *, max_depth: int = 8) -> list[str]:
    """Return the problems that a text is refused for; none for one that can be read."""
    error = error_of(text, max_depth=max_depth)
    if error is None:
        return []
    assert error.place == "here"
    assert error.problems
    assert {problem.code for problem in error.problems} <= CODES.keys()
    return [str(problem) for problem in error.problems]


# -- what is read -------------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers(-(10**63), 10**63) | texts
trees = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20)


@given(trees, st.booleans(), st.booleans())
def test_every_shallow_json_value_is_read_as_it_was_written(tree: Any, ascii_only: bool, in_bytes: bool) -> None:
    text = json.dumps(tree, ensure_ascii=ascii_only)
    assert read(text.encode() if in_bytes else text, max_depth=100) == tree


@given(st.decimals(-(10**14), 10**14, places=12, allow_nan=False))
def test_numbers_are_exact(number: Decimal) -> None:
    assert read(f"[{number:f}]") == [number]


@pytest.mark.parametrize("digits", ["25.0", "25", "2.5e1", "250e-1"])
def test_a_whole_number_is_an_int_however_it_is_written(digits: str) -> None:
    assert [(type(each), each) for each in read(f"[{digits}]")] == [(int, 25)]


@pytest.mark.parametrize("digits", ["0e999999999", "-0.0", "0E-999999999"])
def test_zero_is_zero_whatever_its_exponent(digits: str) -> None:
    assert [(type(each), each) for each in read(f"[{digits}]")] == [(int, 0)]


@pytest.mark.parametrize("digits", ["9" * 64, "-" + "9" * 64])
def test_a_whole_number_of_64_digits_is_read(digits: str) -> None:
    assert read(digits) == int(digits)


def test_a_mark_before_utf_8_is_passed_over() -> None:
    assert read(b"\xef\xbb\xbf[1]") == [1]


def test_brackets_and_commas_in_a_text_count_for_nothing() -> None:
    assert read(r'["[[[[\"[[[[,,,,\\"]', max_depth=1) == [r'[[[["[[[[,,,,' + "\\"]


# -- what is refused ----------------------------------------------------------------------------------------


@given(st.text() | st.binary())
@example("\ud800")
@example('"\\ud800"')
@example("-")
@example('{"a":1,}')
@example(b"\xff\xfe\x00\x00")
def test_anything_is_read_or_refused_with_its_reasons(text: str | bytes) -> None:
    said(text)


TEXT = json.dumps({"stages": [{"id": "a", "rules": [{"field": "ä", "value": 10.5}]}], "x": [None, True]}).encode()


@given(st.data())
def test_a_damaged_text_is_read_or_refused_with_its_reasons(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(TEXT)))
    end = data.draw(st.integers(start, min(len(TEXT), start + 3)))
    said(TEXT[:start] + data.draw(st.binary(max_size=3)) + TEXT[end:])


REFUSED: list[tuple[Any, str]] = [
    (None, "this is neither text nor bytes, but NoneType [text.type]"),
    (bytearray(b"[]"), "this is neither text nor bytes, but bytearray [text.type]"),
    ("", "there is nothing in it [text.empty]"),
    (b"\xef\xbb\xbf \r\n\t", "there is nothing in it [text.empty]"),
    (" " * 10_000_000, f"this is larger than {MAX_BYTES:,} bytes [text.large]"),
    ("[]".encode("utf-16"), "this is UTF-16 or UTF-32; write it in UTF-8 [text.encoding]"),
    ("[]".encode("utf-16-le"), "expecting value @ line 1, column 2 [json.syntax]"),
    (b"[\n\"\xe9\"]", "the byte 0xE9 is not UTF-8; write it in UTF-8 @ line 2 [text.encoding]"),
    ("[1,\n  }", "expecting value @ line 2, column 3 [json.syntax]"),
    ('["a\x00"]', "invalid control character at @ line 1, column 4 [json.syntax]"),
    ("[1] [2]", "extra data @ line 1, column 5 [json.syntax]"),
    ("[" * 500_000, "brackets nest more than 8 deep @ line 1 [text.deep]"),
    ('{"a":\n' * 100_000, "brackets nest more than 8 deep @ line 9 [text.deep]"),
    ("[" + "0," * 300_000 + "0]", f"this holds more than {MAX_VALUES:,} values @ line 1 [text.many]"),
    ("[NaN]", "NaN is not a number @ [0] [number.invalid]"),
    ('{"a": -Infinity}', "-Infinity is not a number @ a [number.invalid]"),
    ("[1e15]", "a number lies between 10^-15 and 10^15 @ [0] [number.invalid]"),
    ("[1e999999999]", "a number lies between 10^-15 and 10^15 @ [0] [number.invalid]"),
    (
        "[1e99999999999999999999]",
        "a number is at most 64 characters of digits with a point @ [0] [number.invalid]",
    ),
    ("[1e-999999999]", "a number lies between 10^-15 and 10^15 @ [0] [number.invalid]"),
    (f"[{'9' * 65}]", "a whole number has at most 64 digits @ [0] [number.invalid]"),
    (f"[{'9' * 900_000}]", "a whole number has at most 64 digits @ [0] [number.invalid]"),
    (f"[0.{'9' * 63}]", "a number is at most 64 characters of digits with a point @ [0] [number.invalid]"),
    (r'["a\ud800"]', "U+D800 at position 1 is half a character @ [0] [text.surrogate]"),
    ('["\udfff"]', "U+DFFF at position 0 is half a character @ [0] [text.surrogate]"),
    (r'{"\udfff": 1}', r"U+DFFF at position 0 is half a character @ ['\udfff'] [text.surrogate]"),
    ('{"a": {"b": [{"c": 1, "c": 1}]}}', "this key stands twice @ a.b[0].c [key.duplicate]"),
    (r'{"a": 1, "\u0061": 1}', "this key stands twice @ a [key.duplicate]"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "problem"), REFUSED, ids=[str(number) for number in range(len(REFUSED))])
def test_what_cannot_be_taken_is_named_with_its_place(text: Any, problem: str) -> None:
    assert said(text) == [problem]


def test_all_flaws_of_the_values_are_named_at_once() -> None:
    assert said(r'{"a": NaN, "b": [1e99, {"c": "\ud800", "c": 1}], "b": "\udfff"}') == [
        "NaN is not a number @ a [number.invalid]",
        "this key stands twice @ b [key.duplicate]",
    ]
    assert said(r'[NaN, 1e99, {"c": "\ud800"}]') == [
        "NaN is not a number @ [0] [number.invalid]",
        "a number lies between 10^-15 and 10^15 @ [1] [number.invalid]",
        "U+D800 at position 0 is half a character @ [2].c [text.surrogate]",
    ]


@given(st.integers(1, 6), st.integers(1, 6), st.booleans())
def test_depth_is_counted_to_the_bracket(depth: int, most: int, objects: bool) -> None:
    opened, closed = ('{"a":', "}") if objects else ("[", "]")
    text = opened * depth + "0" + closed * depth
    assert (said(f"[{text}, {text}]", max_depth=most) == []) == (depth + 1 <= most)


def test_values_are_counted_to_the_last() -> None:
    assert said("[" + "0," * (MAX_VALUES - 2) + "0]") == []
    assert said("[" + "0," * (MAX_VALUES - 1) + "0]") == [
        f"this holds more than {MAX_VALUES:,} values @ line 1 [text.many]"
    ]


def test_bytes_are_counted_to_the_last() -> None:
    assert said(b"[" + b" " * (MAX_BYTES - 2) + b"]") == []
    assert said(b"[" + b" " * (MAX_BYTES - 1) + b"]") == [f"this is larger than {MAX_BYTES:,} bytes [text.large]"]


@pytest.mark.parametrize("text", ['"' + '\\"' * 500_000, '"' * 1_000_000, "\\" * 1_000_000, '"a' * 300_000])
def test_quotes_that_never_close_are_answered_in_one_pass(text: str) -> None:
    [found] = said(text)
    assert found.endswith("[json.syntax]")


def test_of_many_problems_the_first_are_named_and_the_others_counted() -> None:
    found = said(f"[{','.join(['NaN'] * (MAX_PROBLEMS + 5000))}]")
    assert len(found) == MAX_PROBLEMS + 1
    assert found[-2:] == ["NaN is not a number @ [99] [number.invalid]", "and 5,000 more [problems.more]"]


def test_as_many_problems_as_may_be_named_are_all_of_them() -> None:
    problems = tuple(Problem(code="x", text=str(n)) for n in range(MAX_PROBLEMS))
    assert capped(problems) == problems


# -- places -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ((), ""),
        (("stages", 2, "rules", 0, "field"), "stages[2].rules[0].field"),
        (("labels", "fr"), "labels.fr"),
        (("labels", "pt-BR"), "labels['pt-BR']"),
        (("a\x00\ud800",), r"['a\x00\ud800']"),
        (("k" * 200,), f"['{'k' * 80}…']"),
        ((0, 1), "[0][1]"),
    ],
)
def test_a_place_is_written_as_people_read_it(parts: Parts, path: str) -> None:
    assert path_of(parts) == path


@given(st.text(st.characters()))
def test_whatever_a_name_holds_can_be_printed(name: str) -> None:
    assert shown(name).isprintable()
    assert shown(name).encode().decode() == shown(name)


def test_what_lies_inside_is_found_by_key_and_position() -> None:
    tree = {"a": [None]}
    assert list(inside(tree)) == [("a", [None])]
    assert list(inside([5])) == [(0, 5)]
    assert list(inside("text")) == []
    assert child(tree, "a") == [None]
    assert child([None], 0) is None
    assert [child(tree, "b"), child([1], 1), child([1], "a"), child("text", 0)] == [ABSENT] * 4
