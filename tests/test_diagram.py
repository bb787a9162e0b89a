"""Diagrams: what each language says of one process, and what the programs make of it that it is written for."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from acme import NEW, NOW, days, process, sitting
from drawing import HOSTILE, SVG, parsed, plain, read_mermaid, rendered
from salesflow import Move, Opportunity, Stage, StageTemplate, diagram, present, templates

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
MANY = process({f"stage {n}": {} for n in range(249)}, skip="free", back="free", reopen_to=("contact",))


def test_a_template_in_mermaid() -> None:
    assert diagram.mermaid(SMALL, rules=True) == (
        "---\n"
        'title: "small, version 1, for opportunity records"\n'
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
    moves = (Move(sources=("contact",), target="deal", name="jump", roles=("boss",), ground=True),)
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


@pytest.mark.parametrize("name", templates.names())
@pytest.mark.parametrize("language", ["", "fr"])
def test_templates_that_come_with_salesflow_are_drawn(name: str, language: str) -> None:
    template = templates.get(name)
    (got,) = read_mermaid([diagram.mermaid(template, language=language, rules=True)])
    assert [plain(text)[0] for id, text, _ in got["boxes"] if re.fullmatch(r"s\d+", id)] == [
        stage.name(language)
        for stage in sorted(template.stages, key=lambda stage: stage.hold or stage.outcome is not None)
    ]


def test_where_a_deal_sits_is_told_in_words() -> None:
    assert "here now" in diagram.svg(SMALL, record=sitting(SMALL, "demo"))
