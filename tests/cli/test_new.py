"""The subcommands `new` and `schema`: what is written is sound, commented, and never over another file."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from cli.running import Run
from salesflow import load_template, templates
from salesflow.loading import template_schema

NAMES = ["my-process.toml", "my-process.yaml", "my-process.yml", "my-process.json"]


@pytest.mark.parametrize("name", NAMES)
def test_the_starting_file_is_sound_and_the_same_in_every_form(run: Run, place: Path, name: str) -> None:
    said = f"{name} is written; check it with: salesflow lint {name}\n"
    assert run("new", name) == (0, said, "")
    assert run("lint", name) == (0, f"{name} is sound\n", "")
    run("new", "other/../my-process.toml" if name == NAMES[0] else NAMES[0])
    assert load_template(place / name) == load_template(place / NAMES[0])
    assert load_template(place / name).id == "my-process"


@pytest.mark.parametrize("name", NAMES[:3])
def test_the_starting_file_has_comments_where_its_form_has_them(run: Run, place: Path, name: str) -> None:
    run("new", name)
    assert (place / name).read_text("utf-8").count("#") > 10


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("start", templates.names())
def test_a_template_that_comes_with_salesflow_is_a_start_too(run: Run, place: Path, name: str, start: str) -> None:
    assert run("new", name, "--from", start).code == 0
    assert load_template(place / name).ref.digest == templates.get(start).ref.digest
    assert load_template(place / name).id == "my-process"


def test_an_existing_file_is_left_alone(run: Run, place: Path) -> None:
    before = (place / "acme.json").read_bytes()
    code, out, err = run("new", "acme.json")
    assert (code, out, (place / "acme.json").read_bytes()) == (2, "", before)
    assert err == "salesflow: 'acme.json' is there already, and nothing is written over it [new.exists]\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("x.xml",), "'x.xml' is no name for a template: it is written to .json, .toml, .yaml or .yml [new.kind]"),
        (("no/x.toml",), "[new.unwritable]"),
        (("x.toml", "--from", "clasic-pipeline"), "[template.unknown]"),
        ((f"{'x' * 129}.toml",), "[value.invalid] [template.invalid]"),
    ],
)
def test_what_cannot_be_begun_is_told(run: Run, place: Path, arguments: tuple[str, ...], code: str) -> None:
    before = list(place.iterdir())
    got, out, err = run("new", *arguments)
    assert (got, out, err.endswith(f"{code}\n"), list(place.iterdir())) == (2, "", True, before)


def test_a_name_is_written_so_that_it_stays_one(run: Run, place: Path) -> None:
    for form in ("toml", "yaml", "json"):
        run("new", f'a "b" no.{form}')
        assert load_template(place / f'a "b" no.{form}').id == 'a "b" no'


def test_the_schema_is_printed_as_it_is_published(run: Run) -> None:
    code, out, err = run("schema")
    assert (code, json.loads(out), err) == (0, template_schema(), "")
    assert out == (files("salesflow") / "template.schema.json").read_text("utf-8")


def test_a_name_with_a_line_break_breaks_no_line_of_new(run: Run, place: Path) -> None:
    for name in ("nl\nx.toml", "nl\nx.json", "nl\nx.yaml"):
        done = run("new", name)
        assert (done.code, "nl\nx" in done.out + done.err) == (2, False)
