"""What tests of the command share: a folder of its own with a template, and a terminal of 80 columns."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from cli.running import LEGAL, Ended, Run, ended, trimmed, write_template


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with `acme.json` and the legal log `log.csv`, in which the command is run."""
    write_template(tmp_path / "acme.json")
    (tmp_path / "log.csv").write_text(LEGAL, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    # what rich reads before it asks the terminal
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command, run in `place`."""

    def command(*arguments: str) -> Ended:
        capsys.readouterr()
        code = ended(arguments, monkeypatch)
        said = capsys.readouterr()
        return Ended(code, trimmed(said.out), said.err)

    return command


@pytest.fixture
def audit(run: Run, place: Path) -> Run:
    """The subcommand `audit`, given the text or bytes of a log."""

    def command(log: str | bytes, *options: str) -> Ended:
        (place / "log.csv").write_bytes(log if isinstance(log, bytes) else log.encode())
        return run("audit", "log.csv", "--template", "acme.json", *options)

    return command


@pytest.fixture
def piped() -> Iterator[Callable[[bytes], None]]:
    """Let standard input be some bytes."""
    before = os.dup(0)

    def give(text: bytes) -> None:
        with TemporaryFile() as file:
            file.write(text)
            file.seek(0)
            os.dup2(file.fileno(), 0)

    yield give
    os.dup2(before, 0)
    os.close(before)
