"""The application: every way in which the command may end."""

import os
import signal
import subprocess
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import IO

import pytest

from cli.running import COMMAND, Run, ended, in_a_shell, surroundings
from salesflow.cli import _app

if sys.platform != "win32":
    import fcntl
    import termios

AUDIT = ("audit", "log.csv", "--template", "acme.json")


def test_the_version_is_that_of_the_package(run: Run) -> None:
    assert run("--version") == (0, f"salesflow {_app.version_of('salesflow')}\n", "")
    assert _app.version_of("pytest") == pytest.__version__
    assert _app.version_of("no-such-package") == "(not installed)"


@pytest.mark.parametrize("arguments", [(), ("audit",), ("import-pipeline", "log.csv"), ("show",), ("lint",), ("sho",)])
def test_arguments_that_are_missing_or_unknown_are_bad_use(run: Run, arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert "Usage: salesflow" in out + err
    assert "Traceback" not in err


@pytest.mark.parametrize("option", [("--format", "xml"), ("--columns", "5")])
def test_options_that_do_not_exist_are_bad_use(run: Run, option: tuple[str, str]) -> None:
    code, out, err = run(*AUDIT, *option)
    assert (code, out) == (2, "")
    assert option[-1] in err or option[0] in err


@pytest.mark.parametrize("command", ["audit", "show", "lint", "import-pipeline", "discover"])
def test_every_subcommand_explains_itself(run: Run, command: str) -> None:
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: salesflow {command} ")


# -- output that goes nowhere -------------------------------------------------------------------------------


@contextmanager
def writing_to(target: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let standard output be a file descriptor, and close it."""
    with os.fdopen(target, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        yield


@pytest.mark.parametrize("arguments", [AUDIT, (*AUDIT, "--format", "csv"), ("show", "acme.json")])
@pytest.mark.usefixtures("place")
def test_a_reader_that_left_ends_the_command_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with writing_to(writing, monkeypatch):
        assert (ended(arguments, monkeypatch), capsys.readouterr().err) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is full")
@pytest.mark.parametrize("arguments", [AUDIT, (*AUDIT, "--format", "json")])
@pytest.mark.usefixtures("place")
def test_a_disk_that_is_full_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    message = "salesflow: the output cannot be written: No space left on device [output.failed]\n"
    with writing_to(os.open("/dev/full", os.O_WRONLY), monkeypatch):
        assert (ended(arguments, monkeypatch), capsys.readouterr().err) == (2, message)


def test_head_gets_its_lines_and_nobody_complains(place: Path) -> None:
    rows = "".join(f"D-{number},won,2026-01-05T09:00Z\n" for number in range(5000))
    (place / "log.csv").write_text(f"deal,stage,at\n{rows}", "utf-8")
    with started(*AUDIT, "--format", "csv") as command:
        assert command.stdout is not None
        first = command.stdout.readline()
        command.stdout.close()
        assert command.stderr is not None
        assert (first, command.stderr.read()) == (b"code,level,deal,row,source,target,at,detail\n", b"")
    assert command.returncode == 141


def started(*arguments: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen((*COMMAND, *arguments), stdout=pipe, stderr=pipe, env=surroundings())


# -- interruption -------------------------------------------------------------------------------------------


def unread(pipe: IO[str]) -> bool:
    """Tell whether what was written into a pipe still waits for its reader."""
    waiting = array("i", [0])
    fcntl.ioctl(pipe.fileno(), termios.FIONREAD, waiting)
    return waiting[0] > 0


@contextmanager
def interrupting(process: Callable[[], int], place: Path) -> Iterator[None]:
    """Make the log a pipe, and interrupt a process as it reads; the log does not end before the test does."""
    os.mkfifo(place / "pipe")
    over = threading.Event()
    # whoever runs tests side by side has them ignore interruptions, and what they start as well
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def write() -> None:
        with (place / "pipe").open("w") as log:
            log.write("deal,stage,at\n")
            log.flush()
            while unread(log):
                time.sleep(0.01)
            os.kill(process(), signal.SIGINT)
            over.wait(60)

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        over.set()
        writer.join(60)


needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
FROM_PIPE = ("audit", "pipe", "--template", "acme.json")


@needs_pipes
def test_an_interruption_ends_the_command_quietly(run: Run, place: Path) -> None:
    with interrupting(os.getpid, place):
        assert run(*FROM_PIPE) == (130, "", "")


@needs_pipes
def test_a_shell_sees_an_interruption(place: Path) -> None:
    commands: list[subprocess.Popen[bytes]] = []
    with interrupting(lambda: commands[0].pid, place), started(*FROM_PIPE) as command:
        commands.append(command)
        assert command.communicate() == (b"", b"")
    assert command.returncode == 130


# -- encodings ----------------------------------------------------------------------------------------------

LOG = "deal,stage,at\nD-漢,won,2026-01-05T09:00Z\n"


def test_an_output_that_lacks_characters_gets_their_escapes(place: Path) -> None:
    (place / "log.csv").write_text(LOG, "utf-8")
    code, out, err = in_a_shell(*COMMAND, *AUDIT, PYTHONIOENCODING="ascii", COLUMNS="80")
    assert (code, err) == (1, "")
    assert r"D-\u6f22 @ 1" in out


@pytest.mark.parametrize("form", ["csv", "json"])
def test_output_for_programs_is_utf_8_whatever_the_terminal_is(place: Path, form: str) -> None:
    (place / "log.csv").write_text(LOG, "utf-8")
    code, out, err = in_a_shell(*COMMAND, *AUDIT, "--format", form, PYTHONIOENCODING="ascii")
    assert (code, err) == (1, "")
    assert "D-漢" in out


@pytest.mark.usefixtures("place")
def test_output_may_be_any_stream_of_text(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    assert ended((*AUDIT, "--format", "csv"), monkeypatch) == 0
    assert stream.getvalue() == "code,level,deal,row,source,target,at,detail\n"
