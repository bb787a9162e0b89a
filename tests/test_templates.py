"""Templates: the built-in catalogue, and what holds for all that is in it; what each lets pass is in `templates/`."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from acme import shown
from salesflow import LoadError, StageTemplate, templates
from salesflow.loading import load_template

FROZEN = Path(__file__).parent / "fixtures" / "v1"
EVERY = pytest.mark.parametrize("template", [*map(templates.get, templates.names())], ids=templates.names())


# -- the catalogue ------------------------------------------------------------------------------------------


def test_names_are_listed_without_loading_a_template() -> None:
    program = "import sys; from salesflow.templates import names; names(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = [name for name in done.stdout.split() if name.startswith("salesflow.templates.")]
    assert loaded == []


def test_every_declaration_is_in_the_catalogue() -> None:
    folder = Path(str(templates.__file__)).parent
    files = [file.stem.replace("_", "-") for file in folder.glob("[!_]*.py")]
    assert sorted(templates.names()) == sorted(files)


@pytest.mark.parametrize("name", templates.names())
def test_a_template_is_got_by_its_id(name: str) -> None:
    assert templates.get(name).id == name
    assert templates.get(name) is templates.get(name)


ALL_LISTED = f"salesflow.templates.names() lists the {len(templates.names())} that there are"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("clasic-pipline", "'classic-pipeline' is near"),
        ("Heflo-Process", "'heflo-process' is near"),
        ("nothing", ALL_LISTED),
        ("__init__", ALL_LISTED),
        ("\ud800", ALL_LISTED),
        (5, ALL_LISTED),
        ([], ALL_LISTED),
    ],
    ids=shown,
)
def test_an_unknown_name_is_a_load_error_with_what_there_is(name: Any, problem: str) -> None:
    with pytest.raises(LoadError) as caught:
        templates.get(name)
    said = f"there is no template of that name; {problem} [template.unknown]"
    assert str(caught.value) == f"template {name!a} cannot be read:\n- {said}"


# -- every template -----------------------------------------------------------------------------------------


@EVERY
def test_a_template_is_what_was_frozen_as_its_first_version(template: StageTemplate[Any]) -> None:
    """One that behaves otherwise takes a new version, and a frozen file of its own."""
    frozen = load_template(FROZEN / f"{template.id}.json")
    assert (frozen, frozen.ref) == (template, template.ref)


@EVERY
def test_a_declaration_says_where_it_comes_from_and_when_to_use_it(template: StageTemplate[Any]) -> None:
    told = import_module(f"salesflow.templates.{template.id.replace('-', '_')}").__doc__ or ""
    assert "Source: " in told
    assert "Use it where " in told
