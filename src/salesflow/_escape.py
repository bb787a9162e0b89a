"""Escapes: text from anywhere, written so that Mermaid, DOT, Markdown and XML read it as text alone."""

from __future__ import annotations

import re
from html import escape
from unicodedata import category

_MERMAID = re.compile(r"(?<![^\W_])[-._/,']|[-._/](?![^\W_])|[\x00-\x1f\x7f-\x9f!-&(-+:-@\[-^`{-~]")
"""What may mean something to Mermaid, or to its Markdown: "1. x" would be a list."""
_OWN_MARKS = {"ﬂ°": "fl°", "¶ß": "¶\u200cß"}
"""What Mermaid writes for itself in place of & and ;, and turns back wherever it is."""
_TITLE = str.maketrans({"<": "\u2039", ">": "\u203a", "&": "\uff06"})
"""Mermaid takes a title for HTML and shows it as text, so that there is no escape for these."""

_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
_YAML = re.compile(r"[^\w ,:-]")
_MARKDOWN = re.compile(r"(?<![^\W_])_|_(?![^\W_])|^[+-]|^\d+[.)](?= )|[\\`*\[\]#~$!]")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"})
"""A bar ends a cell, so it is written without one."""
_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def one_line(text: str) -> str:
    """Return text with a space for every run of spaces, line breaks and control characters.

    Spaces at which no line may be broken stay, as French has them before a colon.
    """
    return _SPACES.sub(" ", "".join(" " if category(c) in {"Cc", "Zl", "Zp"} else c for c in text)).strip()


def clipped(text: str, most: int) -> str:
    """Return one line of at most so many characters, an ellipsis at the end of what is longer."""
    line = one_line(text)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def in_mermaid(text: str) -> str:
    """Write text for a quoted label: what may mean something there as its number.

    >>> in_mermaid('a-b "end" --> c')
    'a-b #34;end#34; #45;#45;#62; c'
    """
    for mark, plain in _OWN_MARKS.items():
        text = text.replace(mark, plain)
    return _MERMAID.sub(lambda found: f"#{ord(found[0])};", text)


def in_mermaid_title(text: str) -> str:
    """Write text for the title in the front matter, a quoted scalar of YAML."""
    return f'"{_YAML.sub(_numbered, text.translate(_TITLE))}"'


def _numbered(found: re.Match[str]) -> str:
    return f"\\U{ord(found[0]):08x}"


def in_dot(text: str) -> str:
    r"""Write text within the quotes of a string, without the escapes and the entities that Graphviz reads there.

    >>> print(in_dot(r'\N says "a &lt; b"'))
    \\N says \"a &amp;lt; b\"
    """
    return text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')


def in_markdown(text: str) -> str:
    r"""Write text for a line or a cell of a table.

    >>> print(in_markdown("*a* | <b>"))
    \*a\* &#124; &lt;b&gt;
    """
    return _MARKDOWN.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", one_line(text)).translate(_ENTITIES)


def in_xml(text: str) -> str:
    """Write text for an element or an attribute of XML 1.0, without the characters that it cannot hold."""
    return escape(_XML.sub("", text))
