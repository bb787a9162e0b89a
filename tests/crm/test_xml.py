"""XML: a document is a tree of its elements, and what could hurt a reader is refused with its line."""

import re

import pytest

from salesflow.crm._payload import BadField
from salesflow.crm._xml import WHOLE, read_xml

BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
<lolz>&lol2;</lolz>"""


def test_elements_are_objects_texts_and_lists() -> None:
    text = '<a xmlns="urn:x" xmlns:y="urn:y"><b> 1 </b><y:c><d/></y:c><e>2</e><e>3</e><e>4</e><f>5</f></a>'
    assert read_xml(text, several=("f",)).value == {"a": {"b": "1", "c": {"d": ""}, "e": ["2", "3", "4"], "f": ["5"]}}


def test_the_encoding_of_bytes_is_heeded_and_that_of_text_is_not() -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><a>é</a>'
    assert read_xml(text.encode("utf-16")).value == {"a": "é"}
    assert read_xml(text).value == {"a": "é"}


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        (BOMB, "xml.doctype", "line 2"),
        (BOMB.encode("utf-16"), "xml.doctype", "line 2"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "xml.doctype", "line 1"),
        ("<a><b></a>", "xml.syntax", "line 1, column 8"),
        ("<a>&lol;</a>", "xml.syntax", "line 1, column 3"),
        ("", "xml.syntax", "line 1, column 0"),
        ("\ud800", "xml.syntax", ""),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "xml.syntax", ""),
        ("<a>" * 100 + "</a>" * 100, "xml.deep", "line 1"),
    ],
    ids=["bomb", "bomb in UTF-16", "file", "cut", "entity", "nothing", "half a character", "klingon", "deep"],
)
def test_what_is_refused_is_named_with_its_line(text: str | bytes, code: str, place: str) -> None:
    with pytest.raises(BadField) as caught:
        read_xml(text)
    problem = caught.value.problem
    assert (problem.code, re.match(place, problem.path) is not None) == (code, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<a>" + "<b/>" * WHOLE.elements + "</a>", "more than 500,000 elements"),
        (" " * (WHOLE.bytes + 1), "larger than 16,000,000 bytes"),
    ],
    ids=["elements", "bytes"],
)
def test_what_is_too_large_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadField, match=said):
        read_xml(text)
