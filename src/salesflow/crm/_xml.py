"""XML from strangers: a tree of bounded size without document types and entities, or the name of the flaw.

An element without others inside is its text, and one with others an object by their names; those that stand more than
once, or that the caller names, are lists. Attributes and prefixes are left out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.parsers import expat

from salesflow.crm._payload import BadField, Node
from salesflow.verdict import Problem

MOST_BYTES = 16_000_000
MOST_ELEMENTS = 500_000
MOST_DEPTH = 64


def read_xml(text: str | bytes, *, several: Collection[str] = ()) -> Node:
    """Return a document as an object of one key, the name of its outermost element. Raises BadField.

    `several` are the names of elements that are lists, also where one stands alone.
    """
    if len(text) > MOST_BYTES:
        _flaw("xml.large", f"this is larger than {MOST_BYTES:,} bytes")
    parser = expat.ParserCreate()
    parser.buffer_text = True
    reading = _Reading(parser, several)
    parser.StartDoctypeDeclHandler = reading.doctype
    parser.StartElementHandler = reading.start
    parser.CharacterDataHandler = reading.text
    parser.EndElementHandler = reading.end
    try:
        parser.Parse(text, True)  # noqa: FBT003 - expat takes no keywords
    except expat.ExpatError as error:
        _flaw("xml.syntax", expat.ErrorString(error.code), f"line {error.lineno}, column {error.offset}")
    except (ValueError, LookupError) as error:
        _flaw("xml.syntax", f"its characters cannot be read: {type(error).__name__}")
    return Node(reading.open[0].inside)


def _flaw(code: str, text: str, path: str = "") -> NoReturn:
    raise BadField(Problem(code=code, path=path, text=text))


@dataclass(slots=True)
class _Element:
    name: str
    inside: dict[str, Any] = field(default_factory=dict[str, Any])
    text: list[str] = field(default_factory=list[str])

    @property
    def value(self) -> Any:
        return self.inside or "".join(self.text).strip()


@dataclass(slots=True)
class _Reading:
    parser: expat.XMLParserType
    several: Collection[str]
    open: list[_Element] = field(default_factory=lambda: [_Element("")])
    elements: int = 0

    def doctype(self, *_: object) -> None:
        """Refuse the document."""
        _flaw("xml.doctype", "a document type may hold entities, and is not read", self._line())

    def start(self, name: str, _: object) -> None:
        """Open an element."""
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            _flaw("xml.large", f"this holds more than {MOST_ELEMENTS:,} elements", self._line())
        if len(self.open) > MOST_DEPTH:
            _flaw("xml.deep", f"elements nest more than {MOST_DEPTH} deep", self._line())
        self.open.append(_Element(name.rpartition(":")[2]))

    def text(self, text: str) -> None:
        """Keep characters."""
        self.open[-1].text.append(text)

    def end(self, _: str) -> None:
        """Close an element."""
        done = self.open.pop()
        inside = self.open[-1].inside
        if done.name in self.several:
            inside.setdefault(done.name, []).append(done.value)
        elif done.name in inside:
            _again(inside, done)
        else:
            inside[done.name] = done.value

    def _line(self) -> str:
        return f"line {self.parser.CurrentLineNumber}"


def _again(inside: dict[str, Any], done: _Element) -> None:
    """Put a second element of a name beside the first. The list grows in place: a copy a time would take for ever."""
    if not isinstance(inside[done.name], list):
        inside[done.name] = [inside[done.name]]
    inside[done.name].append(done.value)
