"""Bad use: every message has a code, and every code is told in the how-to page."""

import re
from pathlib import Path

from salesflow.cli import MISSING, _bad_use
from salesflow.cli._bad_use import BadUse

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "how-to" / "audit-a-csv.md"


def test_every_code_has_its_row_in_the_how_to_page_and_no_other_has() -> None:
    section = PAGE.read_text("utf-8").partition("\n## When there is no answer\n")[2]
    told = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    assert sorted(told) == sorted([*_bad_use.TEXTS, MISSING.rpartition("[")[2].rstrip("]")])


def test_every_code_is_used() -> None:
    sources = "".join(file.read_text("utf-8") for file in Path(_bad_use.__file__).parent.glob("*.py"))
    assert [code for code in _bad_use.TEXTS if sources.count(f'"{code}"') < 2] == []


def test_a_message_ends_with_its_code_and_takes_no_braces_from_its_values() -> None:
    bad = BadUse("file.missing", file="{why} {0}")
    assert str(bad) == "there is no file '{why} {0}' [file.missing]"
