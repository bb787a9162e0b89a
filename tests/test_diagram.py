"""Diagrams: what each language says of one process, and what the programs make of it that it is written for."""

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from acme import NEW, NOW, days, process, sitting
from drawing import HOSTILE, SVG, parsed, plain, read_mermaid, rendered
from salesflow import Move, Opportunity, Policy, Stage, StageTemplate, diagram, present, role, templates
from salesflow._chart import chart_of
from salesflow._grid import grid_of
from salesflow._measure import width_of
from salesflow.languages import _ENGLISH, ENGLISH, FRENCH, Language
from salesflow.rules import time_in_stage
from test_languages import plain as typed

ROOT = Path(__file__).parent.parent
SMALL = StageTemplate(
    id="small",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="contact", probability=10),
        Stage(id="demo", skippable=True),
        Stage(id="pause", hold=True),
        Stage(id="won", outcome="won"),
        Stage(id="lost", outcome="lost", rules=(present("loss.reason"),)),
    ),
)
JUMP = Move(sources=("contact",), target="deal", name="jump", roles=("boss",), ground=True)
MANY = process({f"stage {n}": {} for n in range(249)}, skip="free", back="free", reopen_to=("contact",))


def test_a_template_in_mermaid() -> None:
    assert diagram.mermaid(SMALL, rules=True) == (
        "---\n"
        'title: "small 1"\n'
        "---\n"
        "flowchart LR\n"
        '  begin(["start"])\n'
        '  s0["contact<br>10 #37;"]\n'
        '  s1["demo<br>skippable"]\n'
        '  play["Any open stage<br>skips#58; with a ground, of what is skippable"]\n'
        '  s2{{"pause<br>hold"}}\n'
        '  s3(["won"])\n'
        '  s4(["lost"])\n'
        "  begin --> s0\n"
        "  s0 --> s1\n"
        "  s1 --> s3\n"
        '  play <-->|"hold, resume"| s2\n'
        '  play -->|"at any time<br>loss.reason is present"| s4\n'
        "  classDef open fill:#e8f0fb,stroke:#3566a8,color:#10253f\n"
        "  class s0,s1 open\n"
        "  classDef hold fill:#fdf3d7,stroke:#9a7400,color:#3d2e00\n"
        "  class s2 hold\n"
        "  classDef won fill:#dff3e4,stroke:#23793f,color:#0c3319\n"
        "  class s3 won\n"
        "  classDef lost fill:#fbe5e3,stroke:#b03a2e,color:#471510\n"
        "  class s4 lost\n"
        "  classDef begin fill:#44546a,stroke:#44546a,color:#ffffff\n"
        "  class begin begin\n"
        "  classDef play fill:#f7f9fc,stroke:#8a9bb3,color:#33435a\n"
        "  class play play\n"
        "  classDef skippable stroke-dasharray:6 3\n"
        "  class s1 skippable\n"
    )


def test_a_template_in_markdown() -> None:
    moves = (JUMP,)
    page = diagram.markdown(process({"talk": {"label": "A|B"}}, moves=moves, more={"description": "Two\n\nlines"}))
    assert page.split("\n\n")[:7] == [
        "## acme, version 1, for opportunity records",
        "Two",
        "lines",
        "### Stages",
        (
            "| stage | id | is |\n| --- | --- | --- |\n| contact |  |  |\n| A&#124;B | talk |  |\n| offer |  |  |\n"
            "| deal |  |  |\n| wait |  | hold |\n| won |  | won |\n| lost |  | lost |"
        ),
        "### Declared moves",
        (
            "| move | from | to | asks | done by |\n| --- | --- | --- | --- | --- |\n"
            "| jump | contact | deal | a ground | boss |"
        ),
    ]
    assert "- any open stage may be lost\n" in page


def test_a_template_in_markdown_in_french() -> None:
    stages: dict[str, Any] = {
        "talk": {"labels": {"fr": "Parler"}, "rules": (present("amount"),), "roles": ("rep",), "aliases": ("call",)},
        "offer": {"forecast": "best_case", "follow_up_every": timedelta(days=3), "max_age": timedelta(days=30)},
    }
    page = diagram.markdown(process(stages, moves=(JUMP,), more={"label": "Acmé"}), language="fr")
    assert [typed(part) for part in page.split("\n\n")] == [
        "## Acmé (acme), version 1, pour les fiches « affaire »",
        "### Étapes",
        (
            "| étape | identifiant | nature | prévision | suivie par | exige | relance tous les | au plus | était |\n"
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
            "| contact |  |  |  |  |  |  |  |  |\n"
            "| Parler | talk |  |  | rep | « amount » est renseigné |  |  | call |\n"
            "| offer |  |  | favorable |  |  | 3 jours | 30 jours |  |\n"
            "| deal |  |  |  |  |  |  |  |  |\n"
            "| wait |  | attente |  |  |  |  |  |  |\n"
            "| won |  | gagnée |  |  |  |  |  |  |\n"
            "| lost |  | perdue |  |  |  |  |  |  |"
        ),
        "### Passages déclarés",
        (
            "| passage | de | à | exige | fait par |\n| --- | --- | --- | --- | --- |\n"
            "| jump | contact | deal | un motif | boss |"
        ),
        "### Politique",
        (
            "- les fiches commencent dans « contact »\n"
            "- chaque étape mène à la suivante, et la dernière au gain\n"
            "- aucune étape ne se saute\n"
            "- toute étape ouverte se met en attente dans « wait », et se reprend là où on l'a quittée\n"
            "- rien ne revient en arrière\n"
            "- toute étape ouverte peut être perdue\n"
            "- rien de ce qui est clos ne se rouvre\n"
        ),
    ]


# -- words --------------------------------------------------------------------------------------------------


def masked(code: str, params: Any) -> str:
    """Say a text with a stroke for each letter of its own, so that only what was filled in can be read."""
    parts = [(re.sub(r"[^\W\d_]", "~", text), name) for text, name, _, _ in Formatter().parse(_ENGLISH[code])]
    return "".join(text + (str(params[name]) if name else "") for text, name in parts)


UPPER = StageTemplate(
    id="T",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="A", probability=10, roles=("R",), follow_up_every=timedelta(days=3), max_age=timedelta(days=1)),
        Stage(id="B", skippable=True, rules=(present("amount", severity="warn"), role("R", overridable_by=("D", "E")))),
        Stage(id="C", life="deprecated", forecast="best_case", aliases=("O",)),
        Stage(id="X", life="retired"),
        Stage(id="H", hold=True),
        Stage(id="W", outcome="won"),
        Stage(id="L", outcome="lost", rules=(time_in_stage(at_least=timedelta(days=2)),)),
        Stage(id="M", outcome="lost"),
    ),
    moves=(Move(sources=("A",), target="C", name="J", roles=("R", "D"), ground=True),),
    policy=Policy(skip="with_ground", back="free", reopen_to=("A", "B", "C"), reopen_from=("W", "L", "M")),
)
"""A template that speaks in capitals, but for the name of a field."""


def written(form: str, picture: str) -> list[str]:
    """Return what people read of a picture."""
    if form == "svg":
        return [*parsed(picture).itertext()]
    if form == "markdown":
        return [picture.replace("<br>", " ")]
    labels = re.findall(r'(?:\[|\(|\{|label=|title: |\|)"(.*?)"[\]\)}|,\n]', picture)
    return [re.sub(r"<br>|#\d+;|\\U[0-9a-f]{8}|\\[nl]", " ", label) for label in labels]


@pytest.mark.parametrize("form", ["mermaid", "dot", "svg", "markdown"])
def test_every_word_of_a_picture_comes_from_its_language_or_from_the_template(form: str) -> None:
    deal = UPPER.move(UPPER.start(NEW, at=NOW), to="L", at=days(3))
    deal = UPPER.move(deal, to="A", at=days(9), ground="G")
    more: Any = {} if form == "markdown" else {"record": deal, "rules": True}
    draw: Any = getattr(diagram, form)
    english = written(form, draw(UPPER, **more))
    assert len(re.findall("[a-z]{3,}", " ".join(english))) > 20
    texts = written(form, draw(UPPER, language=Language("xx").with_texts(masked), **more))
    assert set(re.findall("[a-z]+", " ".join(texts))) - {"amount", "version"} == set()


@pytest.mark.parametrize("draw", [diagram.mermaid, diagram.dot, diagram.svg, diagram.markdown])
def test_a_language_is_named_by_its_code_or_given(draw: Any) -> None:
    assert draw(UPPER, language="fr-CA") == draw(UPPER, language=FRENCH) != draw(UPPER)
    assert draw(UPPER, language="de") == draw(UPPER, language=Language("de")) == draw(UPPER)


def test_without_a_language_labels_are_plain_and_words_english() -> None:
    labelled = process({"talk": {"label": "Gespräch", "labels": {"en": "Talk"}}})
    assert [name in diagram.svg(labelled) for name in ("Gespräch", "Talk", "here now")] == [True, False, False]
    assert ["Talk" in diagram.svg(labelled, language="en"), "Any open stage" in diagram.svg(labelled)] == [True, True]


def test_a_word_of_a_host_stands_in_the_picture() -> None:
    ours = FRENCH.with_texts({"chart.heading": "Toute affaire en cours", "trait.hold": "en pause"})
    assert [word in diagram.svg(SMALL, language=ours) for word in ("en pause", "attente<")] == [True, False]
    assert "Toute affaire en" in diagram.svg(SMALL, language=ours)
    assert "Toute affaire en cours" in diagram.dot(SMALL, language=ours)


@pytest.mark.parametrize("word", HOSTILE)
def test_a_hostile_word_of_a_host_reaches_a_page_as_text(word: str) -> None:
    words = Language("xx").with_texts(lambda code, _: word if code.startswith(("column.", "heading.")) else None)
    page = diagram.markdown(SMALL, language=words)
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert {row.count("|") for row in rows} == {rows[1].count("|")}
    assert page.count("\n### ") == 2
    assert re.findall(r"<(?!br>)", page) == []


def test_what_a_template_has_not_is_left_out_of_its_page() -> None:
    headings = [line for line in diagram.markdown(SMALL).splitlines() if line.startswith("#")]
    assert headings == ["## small, version 1, for opportunity records", "### Stages", "### Policy"]


def test_a_record_is_shown_where_it_is_and_how_it_came_there() -> None:
    deal = SMALL.move(SMALL.start(NEW, at=NOW), to="pause", at=days(1))
    drawn = diagram.mermaid(SMALL, record=deal).splitlines()
    assert [
        line for line in drawn if "here" in line or '|"1' in line or "#58; held" in line or "linkStyle" in line
    ] == [
        '  s2{{"pause<br>here now · hold"}}',
        '  begin -->|"1"| s0',
        '  s0 -->|"2#58; held"| s2',
        "  linkStyle 0,5 stroke:#b8470a,stroke-width:3px",
    ]
    assert "  class s2 current" in drawn
    assert '-> s2 [label="2: held", constraint=false, color="#b8470a", fontcolor="#b8470a", penwidth=3]' in diagram.dot(
        SMALL, record=deal
    )
    assert ">2: held</text>" in diagram.svg(SMALL, record=deal)


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_label_reaches_the_page_of_a_notebook_as_text(label: str) -> None:
    picture = parsed(diagram.svg(process({"talk": {"label": label}})))
    assert [group.findtext(f"{SVG}title") for group in picture.iter(f"{SVG}g")][2] == label


def test_mermaid_and_graphviz_draw_every_hostile_label_as_it_is() -> None:
    texts = [label for label in HOSTILE if "\ufb02" not in label and len(label) < 60]
    named = process({"talk": {}} | {f"h{n}": {"label": label} for n, label in enumerate(texts)})
    (got,) = read_mermaid([diagram.mermaid(named)])
    boxes = {id: plain(text) for id, text, _ in got["boxes"]}
    assert [boxes[f"s{n}"][0] for n in range(7, 7 + len(texts))] == texts
    (picture,) = rendered([diagram.dot(named)])
    drawn = {group.findtext(f"{SVG}title"): group.findtext(f"{SVG}text") for group in picture.iter(f"{SVG}g")}
    assert [(drawn[f"s{n}"] or "").replace("\xa0", " ") for n in range(7, 7 + len(texts))] == texts


def test_256_stages_are_drawn_in_every_language() -> None:
    (got,) = read_mermaid([diagram.mermaid(MANY)])
    assert (len(got["boxes"]), len(got["arrows"])) == (258, 257)
    assert len(diagram.mermaid(MANY)) < 50_000  # Mermaid draws no longer text
    (picture,) = rendered([diagram.dot(MANY)])
    assert sum(group.get("class") == "node" for group in picture.iter(f"{SVG}g")) == 257
    own = parsed(diagram.svg(MANY))
    assert float(own.get("width") or 0) < 1400


def test_what_stands_beyond_the_first_row_outside_is_reached_around_it() -> None:
    more: dict[str, Any] = {f"pause {n}": {"hold": True} for n in range(7)}
    gone = {f"gone {n}": {"hold": True, "life": "retired"} for n in range(2)}
    picture = parsed(diagram.svg(process({**gone, **more})))
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert (texts.count("hold, resume"), texts.count("resume")) == (8, 2)


def test_a_template_that_starts_nowhere_now_and_leads_nowhere_is_drawn() -> None:
    shut = process({"wait": {"life": "retired", "hold": False}}, start_at=("wait",), lose="declared")
    alone = diagram.svg(shut)
    assert ">start<" not in alone
    assert "begin" not in diagram.dot(shut)
    assert "begin" not in diagram.mermaid(shut)


def test_a_notebook_shows_the_picture() -> None:
    assert SMALL._repr_svg_() == diagram.svg(SMALL)


def test_pictures_are_loaded_when_one_is_shown() -> None:
    program = (
        "import sys; from salesflow import *; loaded = lambda: 'salesflow.diagram' in sys.modules;"
        "t = StageTemplate(id='x', version='1', record=Lead, stages=[Stage(id='a')]);"
        "print(loaded()); t._repr_svg_(); print(loaded())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


@pytest.mark.parametrize("language", ["", "fr"])
def test_templates_that_come_with_salesflow_are_drawn(language: str) -> None:
    every = [templates.get(name) for name in templates.names()]
    drawn = read_mermaid([diagram.mermaid(template, language=language, rules=True) for template in every])
    for template, got in zip(every, drawn, strict=True):
        assert [plain(text)[0] for id, text, _ in got["boxes"] if re.fullmatch(r"s\d+", id)] == [
            stage.name(language)
            for stage in sorted(template.stages, key=lambda stage: stage.hold or stage.outcome is not None)
        ]


def test_where_a_deal_sits_is_told_in_words() -> None:
    assert "here now" in diagram.svg(SMALL, record=sitting(SMALL, "demo"))


def around(template: StageTemplate[Any], *, rules: bool = False) -> list[str]:
    """Return the lines that stand in a picture outside its boxes."""
    return [
        line
        for words in grid_of(chart_of(template, record=None, rules=rules, words=ENGLISH)).words
        for line in words.lines
    ]


def test_what_is_long_is_a_note_below_that_arrows_of_the_same_words_share() -> None:
    asks = (present("loss.reason"), present("loss.account"), present("loss.lesson"), present("amount"))
    said = " · ".join(f"{name} is present" for name in ("loss.reason", "loss.account", "loss.lesson", "amount"))
    picture = around(process({"lost": {"rules": asks}, "void": {"outcome": "lost", "rules": asks}}), rules=True)
    assert [line for line in picture if "*" in line] == ["at any time\u00a0*1", "at any time\u00a0*1", f"*1 {said}"]


def test_what_finds_no_room_at_all_is_a_note_that_names_both_ends() -> None:
    stages: dict[str, dict[str, Any]] = {f"stage {n}": {} for n in range(14)}
    moves = tuple(Move(sources=(name,), target="deal", name=f"jump {name}") for name in stages)
    picture = around(process(stages, moves=moves))
    assert [name for name in stages if not any(f"jump {name}" in line for line in picture)] == []


def test_words_at_the_right_edge_make_a_picture_broader() -> None:
    stages = (Stage(id="a"), Stage(id="lost", outcome="lost"))
    moves = (Move(sources=("a",), target="lost"),)
    policy = Policy(reopen_to=("a",))
    narrow = StageTemplate(id="t", version="1", record=Opportunity, stages=stages, moves=moves, policy=policy)
    words = Language("xx").with_texts({"chart.lost": "at any time whatever may have come between them"})
    grid = grid_of(chart_of(narrow, record=None, rules=False, words=words))
    beside = [(each.x, line, each.size) for each in grid.words if each.anchor == "middle" for line in each.lines]
    assert [line for x, line, size in beside if x + width_of(line, size) / 2 > grid.width] == []
