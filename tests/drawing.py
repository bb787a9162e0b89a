"""Pictures as the programs read them that they are drawn for: the real Mermaid, and the real Graphviz.

Where `SALESFLOW_MERMAID` names a folder with mermaid and jsdom, as in `.ci/run`, a missing program is a failure.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

DEMANDED = "SALESFLOW_MERMAID"
SVG = "{http://www.w3.org/2000/svg}"

HOSTILE = (
    "end",
    "a --> b",
    "%%{init: {'theme': 'dark'}}%%",
    'say "hi"; ]',
    "<script>alert(1)</script>",
    "`code` **b** | c",
    "\\N \\G \\",
    '"];s0[label=<b>x</b>',
    "<b>HTML</b> &lt; &amp; #quot; #35;",
    "1. Lead",
    "- dash",
    "fa:fa-car $$x$$",
    "العرض النهائي",
    "\N{HANDSHAKE} deal \N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}",
    "x" * 120,
    "W" * 60,
    "style a:b#35;c",
    "classDef x:#;",
    "\ufb02\xb0\xb060\xb6\xdf",
    "商談" * 20,
    "graph TD; A-->B\\",
    "subgraph x",
    "click s0 href",
    "___ *a* _b_ ~c~ [d](e)",
    "# H",
    "]]>",
    "---",
)
"""Labels that would mean something to a language of pictures, if they were not escaped."""


def read_mermaid(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return what Mermaid reads in texts, all in one process of Node.js."""
    if DEMANDED not in os.environ:
        pytest.skip(f"{DEMANDED} names no folder with mermaid")
    program = Path(__file__).with_name("read_mermaid.mjs")
    node = shutil.which("node") or "node"
    done = subprocess.run(
        [node, str(program)], input=json.dumps(texts), capture_output=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def plain(text: str) -> list[str]:
    """Return the lines of a label as people see them: Mermaid writes entities with marks of its own until the end."""
    marked = text.replace("\ufb02\xb0\xb0", "&#").replace("\xb6\xdf", ";")
    return [unescape(line) for line in marked.split("<br>")]


def rendered(texts: Sequence[str]) -> list[ET.Element]:
    """Return the pictures that Graphviz makes of texts in DOT, each in a process of its own, as its users run it."""
    dot = shutil.which("dot")
    if dot is None and DEMANDED not in os.environ:
        pytest.skip("Graphviz is not installed")

    def drawn(text: str) -> ET.Element:
        done = subprocess.run([dot or "dot", "-Tsvg"], input=text, capture_output=True, check=False, encoding="utf-8")
        # What the machine's fonts lack is no fault of the text.
        said = re.sub(r"(?m)^(Warning: no value for width|Fontconfig ).*\n?", "", done.stderr)
        assert (done.returncode, said) == (0, ""), said + text
        picture = re.search(r"<svg.*?</svg>", done.stdout.replace("xmlns:xlink", "xmlns:other"), re.DOTALL)
        assert picture is not None, text
        return parsed(picture[0])

    with ThreadPoolExecutor() as pool:
        return list(pool.map(drawn, texts))


def parsed(picture: str) -> ET.Element:
    """Read a picture of our own as XML."""
    return ET.fromstring(picture)  # noqa: S314 - no text of a stranger's
