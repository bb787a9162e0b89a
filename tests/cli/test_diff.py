"""The subcommand `diff`: what it prints in each form, and how it ends."""

import json
from pathlib import Path

import pytest

from acme import process
from cli.running import Run
from salesflow import Stage, StageTemplate, present
from salesflow.cli._diff import FailOn
from salesflow.evolve import IMPACTS, Diff, diff, markdown, mermaid
from salesflow.loading import dump_template

OLD = process()
NEW = StageTemplate(
    **{
        **dict(process(more={"label": "New"})),
        "stages": (*(stage for stage in process().stages if stage.id != "talk"), Stage(id="[31m")),
    }
)


@pytest.fixture
def both(place: Path) -> None:
    """The files of two templates."""
    for name, template in (("old", OLD), ("new", NEW)):
        (place / f"{name}.json").write_text(dump_template(template), "utf-8")


@pytest.mark.usefixtures("both")
def test_differences_are_listed_by_their_impact(run: Run) -> None:
    told = (
        "acme 1 → acme 1\n\n"
        "Breaking: deals in flight lose a place or a way\n"
        "- stage 'talk' is gone: deals in it have no place; opened: 'contact' to 'offer'\n"
        "  [stage_removed]\n"
        "- stage '[31m' is new, after 'deal'; closed: 'deal' to 'won' [stage_added]\n\n"
        "Labels: people read or count something else\n"
        "- the process is shown as 'New', not as 'acme' [template_relabelled]\n\n"
        "the version is still '1': another definition takes another version\n"
    )
    assert run("diff", "old.json", "new.json") == (0, told, "")


def test_nothing_is_told_of_equal_templates(run: Run) -> None:
    assert run("diff", "lead", "lead", "--fail-on", "none") == (0, "lead 1 → lead 1\nnothing differs\n", "")


@pytest.mark.usefixtures("both")
def test_the_list_is_french_where_that_is_asked_for(run: Run) -> None:
    code, out, err = run("diff", "old.json", "new.json", "--language", "fr")
    assert (code, err) == (0, "")
    assert out.startswith("acme 1 → acme 1\n\nRupture")
    assert "l\u2019étape «\u00a0talk\u00a0» n\u2019existe plus" in out


@pytest.mark.usefixtures("both")
def test_other_forms_are_written_as_the_library_writes_them(run: Run) -> None:
    found = diff(OLD, NEW)
    assert run("diff", "old.json", "new.json", "--format", "markdown", "--language", "fr").out == markdown(
        found, language="fr"
    )
    assert run("diff", "old.json", "new.json", "--format", "mermaid").out == mermaid(found)
    out = run("diff", "old.json", "new.json", "--format", "json").out
    assert Diff.model_validate_json(out) == found
    assert [json.loads(out)["impact"], json.loads(out)["old"]["id"]] == ["breaking", "acme"]


@pytest.mark.parametrize("changed", [{}, {"label": "Talk"}, {"rules": (present("amount"),)}], ids=str)
@pytest.mark.parametrize("fail_on", FailOn)
def test_it_fails_from_the_impact_on_that_is_named(
    run: Run, place: Path, changed: dict[str, object], fail_on: FailOn
) -> None:
    new = process({"talk": changed})
    (place / "new.json").write_text(dump_template(new), "utf-8")
    (place / "old.json").write_text(dump_template(OLD), "utf-8")
    expected = bool(changed) and IMPACTS.index(diff(OLD, new).impact) >= IMPACTS.index(fail_on.value)
    assert run("diff", "old.json", "new.json", "--fail-on", fail_on.value).code == int(expected)


def test_every_impact_may_be_named() -> None:
    assert tuple(each.value for each in FailOn) == IMPACTS


def test_a_template_that_cannot_be_read_gives_no_answer(run: Run) -> None:
    code, out, err = run("diff", "lead", "nowhere")
    assert (code, out) == (2, "")
    assert err.endswith("[template.unknown]\n")
