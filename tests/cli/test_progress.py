"""Progress: a bar is shown where somebody watches a long file being read, and nowhere else."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.running import ended
from salesflow.cli import _progress

pytestmark = pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals to open here")

ARGUMENTS = ("audit", "log.csv", "--template", "acme.json")
MANY = _progress.STEP + 1


class Terminal:
    """A terminal of 80 columns, and what was written on it."""

    def __init__(self) -> None:
        self._reading, writing = os.openpty()
        self.stream = os.fdopen(writing, "w")

    def close(self) -> None:
        self.stream.close()
        os.close(self._reading)

    def written(self) -> str:
        self.stream.flush()
        os.set_blocking(self._reading, False)
        try:
            return os.read(self._reading, 1_000_000).decode()
        except BlockingIOError:
            return ""


@pytest.fixture
def terminal(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A terminal, and a log that is long enough for a bar."""
    monkeypatch.setenv("TERM", "xterm")
    width = _progress.LONG // MANY
    rows = "".join(f"D-{number},contact,2026-01-05T09:00Z,{'x' * width}\n" for number in range(MANY))
    (place / "log.csv").write_text(f"deal,stage,at,note\n{rows}", "utf-8")
    made = Terminal()
    yield made
    made.close()


def test_a_long_file_has_a_bar_on_a_terminal_which_goes_away(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", terminal.stream)
    # row by row: in columns nobody can tell how far it has come
    assert ended((*ARGUMENTS, "--format", "json"), monkeypatch) == 0
    written = terminal.written()
    assert "reading" in written
    assert "judging" in written
    assert "100%" in written
    # the line is erased at the end
    assert written.rstrip("\r\n").endswith("\x1b[2K")
    assert capsys.readouterr().out.startswith('{"findings": [')


def test_a_short_file_has_no_bar(
    terminal: Terminal, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "log.csv").write_text("deal,stage,at\nD-1,contact,2026-01-05T09:00Z\n", "utf-8")
    monkeypatch.setattr(sys, "stderr", terminal.stream)
    assert (ended(ARGUMENTS, monkeypatch), terminal.written()) == (0, "")
    assert capsys.readouterr().out.startswith("log.csv judged by acme 1\n")


@pytest.mark.usefixtures("terminal")
def test_nothing_is_written_on_a_stderr_that_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert (ended(ARGUMENTS, monkeypatch), capsys.readouterr().err) == (0, "")


@pytest.mark.parametrize("form", ["csv", "json"])
def test_findings_that_stream_to_the_same_terminal_have_it_to_themselves(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(sys, "stderr", terminal.stream)
    monkeypatch.setattr(sys, "stdout", terminal.stream)
    assert ended((*ARGUMENTS, "--format", form), monkeypatch) == 0
    assert "reading" not in terminal.written()


@pytest.mark.parametrize("shown", [True, False])
def test_what_is_read_whole_is_shown_to_be_read_and_not_where_findings_stream(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    shown: bool,
) -> None:
    examples = Path(__file__).parent.parent.parent / "examples"
    files = [str(examples / f"hubspot_{name}.json") for name in ("pipelines", "deals")]
    monkeypatch.setattr(_progress, "LONG", 0)
    monkeypatch.setattr(sys, "stderr", terminal.stream)
    if not shown:
        monkeypatch.setattr(sys, "stdout", terminal.stream)
    assert ended(("audit", *files, "--from", "hubspot", "--format", "csv"), monkeypatch) == 1
    assert ("reading" in terminal.written()) is shown
