"""The how-to page: its commands print what it says they print."""

import re
from pathlib import Path

import pytest

from cli.running import Run, figures

PAGE = (Path(__file__).parent.parent.parent / "docs" / "how-to" / "audit-a-csv.md").read_text("utf-8")
EXAMPLES: list[tuple[str, str]] = re.findall(
    r"^```sh\nsalesflow ([^\n]*)\n```\n\n```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL
)


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture
def files(place: Path) -> None:
    """The files that the page shows."""
    (place / "moves.csv").write_text(block("csv"), "utf-8")
    (place / "acme.json").write_text(block("json"), "utf-8")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("command", "expected"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_a_command_prints_what_stands_below_it(run: Run, command: str, expected: str) -> None:
    code, out, err = run(*command.split())
    assert (out, err) == (expected, "")
    assert code == int(command.startswith("audit"))


def test_every_command_of_the_page_is_followed_by_its_output() -> None:
    assert len(EXAMPLES) == PAGE.count("\n```sh\n") == 4


@pytest.mark.usefixtures("files")
def test_what_the_page_says_of_deals_that_obey_holds_of_its_example(run: Run) -> None:
    told = figures(run(*EXAMPLES[0][0].split()).out)
    assert (told["deals"], told["deals that obey"]) == (5, 2)


def options(text: str) -> set[str]:
    return set(re.findall(r"--[a-z][a-z-]*", text)) - {"--help"}


def test_every_option_of_audit_is_explained(run: Run) -> None:
    assert options(run("audit", "--help").out) - options(PAGE) == set()
