"""Templates on the command line: a file where a file is meant, else one that comes with salesflow."""

import shutil
from pathlib import Path

import pytest

from cli.running import Run
from salesflow import templates


@pytest.mark.parametrize("name", templates.names())
def test_a_template_that_comes_with_salesflow_is_known_by_its_name(run: Run, name: str) -> None:
    code, out, err = run("show", name)
    assert (code, err) == (0, "")
    assert f"({name}), version" in out.splitlines()[0]


@pytest.mark.parametrize("name", ["acme.json", "./acme.json", "classic-pipeline.json"])
def test_a_file_is_known_by_its_ending(run: Run, place: Path, name: str) -> None:
    shutil.copy(place / "acme.json", place / "classic-pipeline.json")
    assert run("show", name).out.startswith("acme, version 1")


@pytest.mark.parametrize("name", ["./acme", "classic-pipeline"])
def test_a_file_of_another_ending_is_a_file_all_the_same(run: Run, place: Path, name: str) -> None:
    (place / name).write_text("{}", "utf-8")
    code, out, err = run("show", name)
    assert (code, out) == (2, "")
    assert err.endswith("templates are read from '.json', '.toml', '.yaml' or '.yml' [file.kind] [template.invalid]\n")


@pytest.mark.parametrize(("name", "near"), [("classic-pipelin", "; 'classic-pipeline' is near"), ("zzz", "")])
@pytest.mark.parametrize("command", [("show",), ("lint",), ("audit", "log.csv", "--template")])
def test_an_unknown_name_tells_the_near_one_and_all_there_are(
    run: Run, command: tuple[str, ...], name: str, near: str
) -> None:
    own = f"a file of your own ends in .toml, .yaml, .yml or .json or is given with its folder: ./{name}"
    message = (
        f"there is no template {name!r}{near}; `salesflow templates` lists what there is, and {own} [template.unknown]"
    )
    assert run(*command, name) == (2, "", f"salesflow: {message}\n")


@pytest.mark.parametrize("command", [("show", "bad.json"), ("audit", "log.csv", "--template", "bad.json")])
def test_a_template_file_that_is_none_is_told_with_every_problem(
    run: Run, place: Path, command: tuple[str, ...]
) -> None:
    (place / "bad.json").write_text('{"id": "x", "stages": 5}', "utf-8")
    code, out, err = run(*command)
    assert (code, out) == (2, "")
    assert err.startswith("salesflow: bad.json cannot be read:\n- ")
    assert err.count("\n- ") == 3
    assert err.endswith("[template.invalid]\n")


def test_the_names_are_listed_one_a_line(run: Run) -> None:
    assert run("templates") == (0, "".join(f"{name}\n" for name in templates.names()), "")


def test_a_template_file_that_is_missing_is_told(run: Run) -> None:
    message = "nowhere.json cannot be read:\n- there is no such file [file.missing] [template.invalid]"
    assert run("show", "nowhere.json") == (2, "", f"salesflow: {message}\n")


@pytest.mark.parametrize("command", ["show", "lint"])
def test_a_plug_in_that_is_broken_is_told(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    folder = place / "alpha-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: alpha\nVersion: 1\n", "utf-8")
    (folder / "entry_points.txt").write_text("[salesflow.templates]\nours = host_nowhere:ours\n", "utf-8")
    monkeypatch.syspath_prepend(place)
    why = "cannot be imported: ModuleNotFoundError: No module named 'host_nowhere' [plugin.failed] [template.invalid]"
    message = f"template 'ours' cannot be read:\n- 'host_nowhere:ours' of the distribution 'alpha' {why}"
    assert run("templates").out.split() == list(templates.names())
    assert run(command, "ours") == (2, "", f"salesflow: {message}\n")
