"""Elements: XML from strangers comes one by one and of bounded size, or is refused with the place of the flaw."""

import pytest

from salesflow.crm._elements import STREAM, Bounds, elements
from salesflow.crm._payload import BadField


def flaw(text: str | bytes) -> str:
    with pytest.raises(BadField) as caught:
        [*elements(text, of=("a",), root=("log",))]
    return f"{caught.value.problem.code} @ {caught.value.problem.path}: {caught.value.problem.text}"


def test_the_outermost_elements_of_a_name_come_whole_with_their_lines_and_without_prefixes() -> None:
    text = '<x:log xmlns:x="u">\n<x:a k="v"> one <b/><a>two</a></x:a><c>no</c><a/></x:log>'
    found = [*elements(text, of=("a",), root=("log",))]
    assert [(each.name, each.attributes, each.line, each.text) for each in found] == [
        ("a", {"k": "v"}, 2, "one"), ("a", {}, 2, "")
    ]  # fmt: skip
    assert [(each.name, each.text) for each in found[0].children] == [("b", ""), ("a", "two")]


def test_a_long_document_is_read_in_pieces() -> None:
    text = f"<log>{'<a>x</a>' * 20_000}</log>".encode()
    assert sum(each.text == "x" for each in elements(text, of=("a",), root=("log",))) == 20_000


BOMB = '<!DOCTYPE log [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><log><a>&b;</a></log>'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "xml.doctype @ line 1: a document type may hold entities, and is not read"),
        ("", "xml.syntax @ line 1, column 0: no element found"),
        ("<log><a>", "xml.syntax @ line 1, column 8: no element found"),
        ("<log><a></log>", "xml.syntax @ line 1, column 10: mismatched tag"),
        ("<log>\n&x;</log>", "xml.syntax @ line 2, column 0: undefined entity"),
        (
            b'<?xml version="1.0" encoding="nonsense"?><log/>',
            "xml.syntax @ : its characters cannot be read: LookupError",
        ),
        ("<log>\ud800</log>", "xml.syntax @ : its characters cannot be read: UnicodeEncodeError"),
        ("<html/>", "payload.shape @ line 1: <log> is wanted here, not <html>"),
        ("<log>" + "<a>" * 64, "xml.deep @ line 1: elements nest more than 64 deep"),
        ("<log>" + "<b>" * 64, "xml.deep @ line 1: elements nest more than 64 deep"),
    ],
    ids=["bomb", "empty", "cut", "crossed", "entity", "encoding", "surrogate", "root", "deep", "deep elsewhere"],
)
def test_what_is_not_read_is_told_with_its_place(text: str | bytes, said: str) -> None:
    assert flaw(text) == said


def test_what_is_too_large_is_refused() -> None:
    small = Bounds(100, 3)
    text = "<log><a><b/><b/></a><a><b/><b/></a></log>"
    assert [each.line for each in elements(text, of=("a",), root=("log",), bounds=small)] == [1, 1]
    with pytest.raises(BadField, match="<a> has more than 3 elements"):
        [*elements("<log><a><b/><b/><b/></a></log>", of=("a",), bounds=small)]
    with pytest.raises(BadField, match="this is larger than 100 bytes or characters"):
        [*elements("<log/>" + "\n" * 100, bounds=small)]
    assert (STREAM.bytes, STREAM.elements) == (2_000_000_000, 1_000_000)
