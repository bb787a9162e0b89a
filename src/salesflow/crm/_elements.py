"""Elements of XML from strangers: one by one, with attributes, of bounded size and depth, without document types."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn
from xml.parsers import expat

from salesflow.crm._payload import BadField


class Bounds(NamedTuple):
    """How large a document may be."""

    bytes: int
    elements: int
    """How many elements one that is asked for may be, with those inside."""


STREAM = Bounds(2_000_000_000, 1_000_000)
"""A document of which no more than one element is held at a time."""

MOST_DEPTH = 64
_CHUNK = 1 << 16


@dataclass(slots=True)
class Element:
    """An element with everything inside."""

    name: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list["Element"])
    texts: list[str] = field(default_factory=list[str])

    @property
    def text(self) -> str:
        """The characters directly inside."""
        return "".join(self.texts).strip()


def elements(
    text: str | bytes, *, of: Collection[str] = (), root: Collection[str] = (), bounds: Bounds = STREAM
) -> Iterator[Element]:
    """Yield the outermost elements of some names, each whole, in the order of the document; prefixes are left out.

    `root` are the names that the document may have; where no names are said, any will do. Raises BadField.
    """
    if len(text) > bounds.bytes:
        _flaw("xml.large", f"this is larger than {bounds.bytes:,} bytes or characters")
    parser = expat.ParserCreate()
    parser.buffer_text = True
    reading = _Reading(parser, of, root, bounds)
    parser.StartDoctypeDeclHandler = reading.doctype
    parser.StartElementHandler = reading.start
    parser.CharacterDataHandler = reading.characters
    parser.EndElementHandler = reading.end
    for at in range(0, len(text) or 1, _CHUNK):
        _parse(parser, text[at : at + _CHUNK], last=at + _CHUNK >= len(text))
        yield from reading.done
        reading.done.clear()


def _parse(parser: expat.XMLParserType, chunk: str | bytes, *, last: bool) -> None:
    try:
        parser.Parse(chunk, last)
    except expat.ExpatError as error:
        _flaw("xml.syntax", expat.ErrorString(error.code), f"line {error.lineno}, column {error.offset}")
    except (ValueError, LookupError) as error:
        _flaw("xml.syntax", f"its characters cannot be read: {type(error).__name__}")


def _flaw(code: str, text: str, path: str = "") -> NoReturn:
    raise BadField.at(path, code, text)


@dataclass(slots=True)
class _Reading:
    parser: expat.XMLParserType
    of: Collection[str]
    root: Collection[str]
    bounds: Bounds
    depth: int = 0
    inside: int = 0
    open: list[Element] = field(default_factory=list[Element])
    """The elements around, from the outermost that is asked for."""
    done: list[Element] = field(default_factory=list[Element])

    def doctype(self, *_: object) -> None:
        """Refuse the document."""
        _flaw("xml.doctype", "a document type may hold entities, and is not read", self._line())

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        name = tag.rpartition(":")[2]
        self.depth += 1
        if self.depth == 1 and self.root and name not in self.root:
            known = " or ".join(f"<{each}>" for each in self.root)
            _flaw("payload.shape", f"{known} is wanted here, not <{name[:60]}>", self._line())
        if self.depth > MOST_DEPTH:
            _flaw("xml.deep", f"elements nest more than {MOST_DEPTH} deep", self._line())
        if self.open or not self.of or name in self.of:
            self._opened(Element(name, attributes, self.parser.CurrentLineNumber))

    def _opened(self, element: Element) -> None:
        self.inside = self.inside + 1 if self.open else 1
        if self.inside > self.bounds.elements:
            _flaw("xml.large", f"<{self.open[0].name}> has more than {self.bounds.elements:,} elements", self._line())
        for around in self.open[-1:]:
            around.children.append(element)
        self.open.append(element)

    def characters(self, text: str) -> None:
        """Keep characters."""
        for element in self.open[-1:]:
            element.texts.append(text)

    def end(self, _: str) -> None:
        """Close an element."""
        self.depth -= 1
        closed = self.open.pop() if self.open else None
        if closed is not None and not self.open:
            self.done.append(closed)

    def _line(self) -> str:
        return f"line {self.parser.CurrentLineNumber}"
