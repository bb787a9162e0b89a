"""The subcommand `lint`: every problem of a template, and whether it is one at all."""

import json
from pathlib import Path

import pytest

from cli.running import Run, write_template
from salesflow import templates


def test_a_sound_template_ends_with_0(run: Run) -> None:
    assert run("lint", "acme.json") == (0, "acme.json is sound\n", "")


@pytest.mark.parametrize("name", templates.names())
def test_a_template_that_comes_with_salesflow_is_linted_by_its_name(run: Run, name: str) -> None:
    assert run("lint", name) == (0, f"{name} is sound\n", "")


def test_a_file_that_is_named_like_a_template_is_linted_as_a_file(run: Run, place: Path) -> None:
    (place / templates.names()[0]).write_text("{}", "utf-8")
    assert run("lint", templates.names()[0]).err.endswith("[file.kind] [template.invalid]\n")


def test_every_doubt_is_told_with_place_and_code(run: Run, place: Path) -> None:
    stages = [
        {"id": "[red]a[/red]", "probability": 50, "rules": [{"rule": "python", "name": "credit"}]},
        {"id": "b", "probability": 25},
    ]
    doubtful = {"id": "x", "version": "1", "record": "opportunity", "stages": stages}
    (place / "x.json").write_text(json.dumps(doubtful), "utf-8")
    assert run("lint", "x.json") == (
        1,
        (
            "x.json:1: warning: no stage is won or lost; give one stage outcome='won' and another outcome='lost' "
            "@ stages [outcome.none]\n"
            "x.json:1: warning: the probability falls from 50 in '[red]a[/red]' to 25 in 'b' @ stages[1].probability "
            "[probability.falls]\n"
            "x.json:1: warning: the rule 'credit' has no function; template.bind(…, rules=(…,)) gives it one; until "
            "then it refuses @ stages[0].rules[0] [rule.unbound]\n"
            "x.json has 3 problems\n"
        ),
        "",
    )


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (
            '{"id": "x", "version": "1", "stages": [{"id": "a"}], "stages": []}',
            "error: this key stands twice @ stages [key.duplicate]",
        ),
        (
            '{"id": "x", "version": "1", "record": "lead", "stages": [{"id": "a"}], "polizy": {}}',
            "error: there is no such key; 'policy' is near @ polizy [key.unknown]",
        ),
        (
            '{"id": "x", "version": "1", "record": "lead", "stages": [{"id": "a"}, {"id": "a"}]}',
            "error: stage 'a' is declared twice; see stages[0] @ stages[1] [stage.duplicate]",
        ),
    ],
    ids=["JSON", "form", "contradiction"],
)
def test_what_is_wrong_in_a_file_is_told_like_a_doubt(run: Run, place: Path, content: str, line: str) -> None:
    (place / "x.json").write_text(content, "utf-8")
    assert run("lint", "x.json") == (1, f"x.json:1: {line}\nx.json has 1 problem\n", "")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"not JSON", "json.syntax"),
        (b"", "text.empty"),
        (b'{"id": "\xff"}', "text.encoding"),
        (b"[" * 3000, "text.deep"),
        (b"[" + b"1," * 100_001, "text.many"),
        (b" " * 1_100_000, "text.large"),
    ],
)
def test_what_is_no_json_cannot_be_linted(run: Run, place: Path, content: bytes, code: str) -> None:
    (place / "x.json").write_bytes(content)
    got, out, err = run("lint", "x.json")
    assert (got, out) == (2, "")
    assert err.startswith("salesflow: x.json cannot be read:\n- ")
    assert err.endswith(f" [{code}] [template.invalid]\n")


@pytest.mark.parametrize(
    ("file", "code"), [("no.json", "file.missing"), ("log.csv", "file.kind"), ("d.json", "file.irregular")]
)
def test_what_is_no_file_cannot_be_linted(run: Run, place: Path, file: str, code: str) -> None:
    (place / "d.json").mkdir()
    got, out, err = run("lint", file)
    assert (got, out) == (2, "")
    assert err.endswith(f" [{code}] [template.invalid]\n")


def test_a_file_with_a_hostile_name_is_told_by_what_can_be_printed(run: Run, place: Path) -> None:
    name = "\x1b[31m[red].json"
    write_template(place / name)
    assert run("lint", name) == (0, r"\x1b[31m[red].json is sound" + "\n", "")


TOML = 'id = "x"\nversion = "1"\nrecord = "lead"\n[[stages]]\nid = "a"\n[[stages]]\nid = "won"\noutcome = "wonn"\n'


def test_problems_are_told_with_their_lines_in_every_file(run: Run, place: Path) -> None:
    (place / "x.toml").write_text(TOML, "utf-8")
    (place / "x.yaml").write_text("id: x\nversion: 1\nrecord: lead\nstages:\n  - id: a\n    hold: no\n", "utf-8")
    code, out, err = run("lint", "x.toml", "acme.json", "x.yaml")
    assert (code, err) == (1, "")
    assert [line.partition(" this")[0] for line in out.splitlines()] == [
        "x.toml:8: error:",
        "x.toml has 1 problem",
        "acme.json is sound",
        "x.yaml:6: error:",
        "x.yaml has 1 problem",
    ]


def test_a_file_that_cannot_be_linted_hides_no_other(run: Run, place: Path) -> None:
    (place / "x.toml").write_text(TOML, "utf-8")
    (place / "bad.toml").write_text("id = \n", "utf-8")
    code, out, err = run("lint", "bad.toml", "nowhere", "x.toml")
    assert (code, out.splitlines()[-1]) == (2, "x.toml has 1 problem")
    assert [line.rpartition("[")[2] for line in err.splitlines()] == [
        "salesflow: bad.toml cannot be read:",
        "template.invalid]",
        "template.unknown]",
    ]


def test_a_name_with_a_line_break_breaks_no_line_of_lint(run: Run, place: Path) -> None:
    for name in ("nl\nx.toml", "nl\nx.json", "nl\nx.yaml"):
        (place / name).write_text("[", "utf-8")
        done = run("lint", name)
        assert (done.code, "nl\nx" in done.out + done.err) == (2, False)
