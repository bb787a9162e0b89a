"""The how-to page on CRMs: its commands print what it says they print."""

import re
import shutil
from pathlib import Path

import pytest

from cli.running import Run
from salesflow.cli._systems import SYSTEMS

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "how-to" / "audit-a-crm.md").read_text("utf-8")
EXAMPLES: list[tuple[str, str]] = re.findall(
    r"^```sh\nsalesflow ([^\n]*)\n```\n\n```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL
)


@pytest.fixture
def files(place: Path) -> None:
    """The files that the page shows."""
    for name in ("hubspot_pipelines.json", "hubspot_deals.json"):
        shutil.copy(ROOT / "examples" / name, place)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("command", "expected"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_a_command_prints_what_stands_below_it(run: Run, command: str, expected: str) -> None:
    assert run(*command.split()).out == expected


def test_every_command_of_the_page_is_followed_by_its_output() -> None:
    assert len(EXAMPLES) == PAGE.count("\n```sh\n") == 4


def test_every_system_is_named() -> None:
    assert [name for name in SYSTEMS if f"`{name}`" not in PAGE] == []
