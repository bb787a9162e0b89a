"""Codes of notes: the table, the page and the readers name the same ones."""

import ast
import re
from pathlib import Path

from salesflow import crm, logs
from salesflow.crm._reading import CODES

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "note-codes.md"
OTHERS = {"loss.reason", "crm.lead", "crm.stage"}
"""Texts in the readers that are written like a code, and are none."""


def written() -> set[str]:
    """Return every text of the readers that is written like a code, the table of codes apart."""
    found: set[str] = set()
    for module in sorted(path for package in (crm, logs) for path in Path(str(package.__file__)).parent.glob("*.py")):
        tree = ast.parse(module.read_text("utf-8"))
        nodes = [
            each for each in tree.body if not (isinstance(each, ast.AnnAssign) and "CODES" in ast.dump(each.target))
        ]
        texts = [each.value for node in nodes for each in ast.walk(node) if isinstance(each, ast.Constant)]
        found |= {text for text in texts if isinstance(text, str) and re.fullmatch(r"[a-z]+\.[a-z_]+", text)}
    return found - OTHERS


def test_every_code_of_a_reader_is_in_the_table_and_every_one_of_the_table_in_a_reader() -> None:
    assert written() == CODES.keys()


def test_the_page_tells_every_code_with_its_meaning() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert rows == sorted(CODES.items())
    assert list(CODES) == sorted(CODES)
