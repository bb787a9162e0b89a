"""Hostile input: whatever a file holds, the command ends by itself, with 0, 1 or 2."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.running import write_template
from salesflow.cli import main
from salesflow.cli._asked import Format

CELLS = st.sampled_from(
    [
        *("", "D-1", "D-2", "contact", "talk", "offer", "won", "lost", "wait", "nowhere", "x" * 200),
        *("2026-01-05T09:00Z", "2026-01-06", "2026-01-06T09:00+14:00", "0001-01-01T00:00+14:00", "5.1.2026"),
        *(
            "1e999999999",
            "NaN",
            "5 EUR",
            "[red]",
            "[/]",
            "\u202e",
            "\x1b[31m",
            "\ufeff",
            "漢",
            "'",
            '"',
            '""',
            '"a\nb"',
        ),
        *("\0", ",", ";", "\r", "\n"),
    ]
)
LOGS = st.lists(st.lists(CELLS, max_size=5).map(",".join), max_size=8).map(
    lambda rows: "\n".join(["deal,stage,at,amount", *rows]).encode()
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        write_template(Path(name) / "acme.json")
        yield Path(name)


def ends(*arguments: str) -> tuple[object, str]:
    """Return how the command ends, and what it says on standard error."""
    err = StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()), redirect_stderr(err):
        patch.setattr(sys, "argv", ["salesflow", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
    return end.value.code, err.getvalue()


@given(log=LOGS | st.binary(max_size=200), form=st.sampled_from(Format), zone=st.sampled_from([None, "Europe/Paris"]))
def test_any_log_has_an_answer_or_a_message(folder: Path, log: bytes, form: str, zone: str | None) -> None:
    (folder / "log.csv").write_bytes(log)
    options = ("--format", form, *(("--zone", zone) if zone else ()))
    code, err = ends("audit", str(folder / "log.csv"), "--template", str(folder / "acme.json"), *options)
    assert code in {0, 1, 2}
    assert (code == 2) == err.startswith("salesflow: ")
    assert bool(err) == (code == 2)


@given(
    content=st.binary(max_size=200) | st.text(st.characters(exclude_categories=["Cs"]), max_size=200).map(str.encode)
)
def test_any_template_file_has_an_answer_or_a_message(folder: Path, content: bytes) -> None:
    (folder / "bad.json").write_bytes(content)
    for command in ("lint", "show"):
        code, err = ends(command, str(folder / "bad.json"))
        assert code in {1, 2}
        assert (code == 2) == err.startswith("salesflow: ")
