"""The entry point: the command runs where its extra is installed, and says how to install it where not."""

import runpy
import sys

import pytest

from cli.running import Run, ended, in_a_shell

HINT = "salesflow: the command needs its extra: pip install 'salesflow[cli]' [extra.missing]\n"


def test_without_its_extra_the_command_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "salesflow.cli._app")
    monkeypatch.setitem(sys.modules, "typer", None)
    assert (ended((), monkeypatch), capsys.readouterr()) == (2, ("", HINT))


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_in_a_fresh_interpreter_without_the_extra_one_line_is_said(missing: str) -> None:
    program = f"import sys; sys.modules[{missing!r}] = None; from salesflow.cli import main; main()"
    assert in_a_shell(sys.executable, "-c", program) == (2, "", HINT)


def test_another_module_that_is_missing_is_no_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "salesflow.cli._app")
    monkeypatch.setitem(sys.modules, "salesflow.cli._asked", None)
    with pytest.raises(ModuleNotFoundError, match=r"salesflow\.cli\._asked"):
        ended((), monkeypatch)


def test_the_package_runs_as_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["salesflow", "--help"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("salesflow", run_name="__main__")
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("Usage: salesflow [OPTIONS] COMMAND [ARGS]...\n")


def test_to_import_the_module_that_runs_the_command_runs_nothing() -> None:
    assert "main" in runpy.run_module("salesflow.__main__")


@pytest.mark.parametrize(
    "program",
    [["-m", "salesflow"], ["-c", "import sys; from salesflow.cli import main; sys.exit(main())"]],
    ids=["module", "entry point"],
)
def test_a_shell_gets_the_exit_code(run: Run, program: list[str]) -> None:
    arguments = ["audit", "log.csv", "--template", "acme.json", "--stage", "deal"]
    expected = run(*arguments)
    assert in_a_shell(sys.executable, *program, *arguments) == expected
    assert expected.code == 1
