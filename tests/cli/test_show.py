"""The subcommand `show`: a template as tables and sentences, to the letter."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from acme import process
from cli.running import Run, trimmed
from salesflow import Stage, StageTemplate, diagram, templates
from salesflow.cli._show import Form
from salesflow.loading import dump_template
from salesflow.moves import Move
from salesflow.records import Lead
from salesflow.rules import any_of, present, qualified, role, time_in_stage
from salesflow.values import FrozenMap


def write(place: Path, template: StageTemplate[Any]) -> None:
    (place / "t.json").write_text(dump_template(template), "utf-8")


RICH = process(
    {
        "contact": {
            "labels": {"fr": "Premier contact"},
            "label": "First contact",
            "probability": 10,
            "follow_up_every": timedelta(days=3),
        },
        "talk": {
            "rules": (qualified("need", "budget"), present("amount", severity="warn")),
            "skippable": True,
            "roles": ("rep", "boss"),
            "max_age": timedelta(days=30, hours=12),
        },
        "offer": {
            "rules": (
                any_of(present("amount"), role("boss"), overridable_by=("director", "boss")),
                time_in_stage(at_least=timedelta(hours=5)),
            ),
            "aliases": ("proposal", "quote"),
            "life": "deprecated",
        },
    },
    moves=(
        Move(sources=("contact", "talk"), target="deal", name="jump", ground=True, roles=("boss",)),
        Move(
            sources=("offer",),
            target="talk",
            labels=FrozenMap({"fr": "retour"}),
            rules=(present("amount"),),
        ),
    ),
    more={"label": "Acme", "labels": {"fr": "Acmé"}, "description": "Two\nlines."},
    skip="with_ground",
)


def test_all_that_a_template_says_is_shown(run: Run, place: Path) -> None:
    write(place, RICH)
    assert run("show", "t.json") == (
        0,
        (
            "Acme (acme), version 1, for opportunity records\n"
            "Two\n"
            "lines.\n"
            "\n"
            "Stages\n"
            "stage    label          is           %  follow-up  at most\n"
            "─────────────────────────────────────────────────────────────────────\n"
            "contact  First contact              10  3 days\n"
            "talk                    skippable                  30 days, 12:00:00\n"
            "offer                   deprecated\n"
            "deal\n"
            "wait                    hold\n"
            "won                     won\n"
            "lost                    lost\n"
            "\n"
            "Asked on entering\n"
            "stage  asks\n"
            "────────────────────────────────────────────────────────────────────────────────\n"
            "talk   need, budget qualified\n"
            "talk   amount is present, or warns\n"
            "offer  (amount is present or done by boss), unless overridden by director or\n"
            "       boss\n"
            "offer  in the stage at least 5:00:00\n"
            "\n"
            "Roles\n"
            "stage  roles\n"
            "─────────────────\n"
            "talk   rep, boss\n"
            "\n"
            "Former ids\n"
            "stage  was\n"
            "────────────────\n"
            "offer  proposal\n"
            "offer  quote\n"
            "\n"
            "Declared moves\n"
            "move  from           to    asks               roles\n"
            "────────────────────────────────────────────────────\n"
            "jump  contact, talk  deal  a ground           boss\n"
            "      offer          talk  amount is present\n"
            "\n"
            "Policy\n"
            "- records start in 'contact'\n"
            "- each stage leads to the next, the last one to winning\n"
            "- stages may be passed over with a stated ground; their rules are asked all the\n"
            "  same\n"
            "- a stated ground passes over 'talk' all the same, and waives what is asked\n"
            "  there\n"
            "- any open stage may be held in 'wait', and resumed where it was left\n"
            "- nothing steps back\n"
            "- any open stage may be lost\n"
            "- nothing that is closed is reopened\n"
        ),
        "",
    )


def test_labels_are_shown_in_the_language_asked_for(run: Run, place: Path) -> None:
    write(place, RICH)
    plain, french, other = (
        run("show", "t.json", *more).out for more in ((), ("--language", "fr"), ("--language", "xx"))
    )
    assert other == plain
    assert [line for line in french.splitlines() if "Acmé" in line or "Premier" in line or "retour" in line] == [
        "Acmé (acme), version 1, pour les fiches «\u00a0affaire\u00a0»",
        "contact  Premier contact               10  3 jours",
        "retour   offer          talk  «\u00a0amount\u00a0» est renseigné",
    ]


def test_columns_in_which_nothing_stands_are_left_out(run: Run, place: Path) -> None:
    write(place, StageTemplate(id="x", version="2", record=Lead, stages=(Stage(id="a"), Stage(id="b"))))
    assert run("show", "t.json").out == (
        "x, version 2, for lead records\n"
        "\n"
        "Stages\n"
        "stage\n"
        "──────\n"
        "a\n"
        "b\n"
        "\n"
        "Policy\n"
        "- records start in 'a'\n"
        "- each stage leads to the next, the last one to winning\n"
        "- no stage is passed over\n"
        "- nothing steps back\n"
        "- nothing that is closed is reopened\n"
    )


@pytest.mark.parametrize("name", templates.names())
@pytest.mark.parametrize("language", ["", "fr"])
def test_templates_that_come_with_salesflow_fit_80_columns(run: Run, name: str, language: str) -> None:
    code, out, err = run("show", name, "--language", language)
    assert (code, err) == (0, "")
    assert max(map(cell_len, out.splitlines())) <= 80
    for stage in templates.get(name).stages:
        # a row of which nothing but the id is said ends with it
        assert re.search(rf"^{re.escape(stage.id)}( |$)", out, re.MULTILINE)


FORMS: dict[str, Callable[[StageTemplate[Any]], str]] = {
    "mermaid": lambda template: diagram.mermaid(template, language="fr", rules=True),
    "dot": lambda template: diagram.dot(template, language="fr", rules=True),
    "svg": lambda template: diagram.svg(template, language="fr", rules=True),
    "markdown": lambda template: diagram.markdown(template, language="fr"),
    "json": dump_template,
    "toml": lambda template: dump_template(template, form="toml"),
    "yaml": lambda template: dump_template(template, form="yaml"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_template_is_shown_in_forms_for_other_programs(run: Run, place: Path, form: str) -> None:
    write(place, RICH)
    said = run("show", "t.json", "--format", form, "--language", "fr", "--rules")
    assert said == (0, trimmed(FORMS[form](RICH)), "")


def test_what_arrows_ask_is_said_on_request_alone(run: Run) -> None:
    plain, asking = (run("show", "heflo-process", "--format", "mermaid", *more).out for more in ((), ("--rules",)))
    assert ("offer.price" in plain, "offer.price" in asking) == (False, True)


def test_every_form_of_a_template_is_tried_here(run: Run) -> None:
    assert {form.value for form in Form} == {"table", *FORMS}


def test_labels_are_text_whatever_they_look_like(run: Run, place: Path) -> None:
    stages = (Stage(id="[red]a[/red]", label=":smile: [link=x]"), Stage(id="[/]", roles=("[b]",)))
    write(place, StageTemplate(id="[b]x", version="[1]", record=Lead, stages=stages, label="[i]"))
    out = run("show", "t.json").out
    assert out.splitlines()[0] == "[i] ([b]x), version [1], for lead records"
    assert [line for line in out.splitlines() if "smile" in line or "[/] " in line] == [
        "[red]a[/red]  :smile: [link=x]",
        "[/]    [b]",
    ]
