"""Charts: boxes and arrows as they are drawn, to the letter."""

from typing import Any, get_args

import pytest

from acme import NEW, NOW, days, process, sitting
from salesflow import Move, Opportunity, present, role
from salesflow._chart import Chart, across, chart_of
from salesflow.history import Kind
from salesflow.languages import LANGUAGES, Language, language_of
from salesflow.values import FrozenMap
from test_languages import plain


def chart(template: Any, record: Any = None, *, rules: bool = False, language: str = "") -> Chart:
    return chart_of(template, record=record, rules=rules, words=language_of(language))


def arrows(chart: Chart) -> list[str]:
    return [f"{each.source} {each.kind} {each.target}: {', '.join(each.text)}" for each in chart.arrows]


PLAIN = [
    "begin start s0: ",
    "s0 next s1: ",
    "s1 next s2: ",
    "s2 next s3: ",
    "s3 next s5: ",
    "play held s4: hold, resume",
    "play lost s6: at any time",
]
"""The arrows of four open stages, a hold, won and lost, in this order, under the default policy."""


def test_what_follows_from_the_policy_is_summed_up() -> None:
    free = chart(process(skip="free", back="with_ground"))
    assert arrows(free) == PLAIN
    assert (free.heading, free.notes) == ("Any open stage", ("skips: freely", "steps back: with a ground"))


def test_the_arrows_do_not_grow_with_the_square_of_the_stages() -> None:
    many: dict[str, dict[str, Any]] = {f"stage {n}": {} for n in range(249)}
    drawn = chart(process(many, skip="free", back="free", reopen_to=("contact",)))
    assert (len(drawn.boxes), len(drawn.arrows)) == (256, 257)


def test_without_exceptions_there_is_nothing_to_note() -> None:
    assert chart(process()).notes == ()
    assert chart(process({"talk": {"skippable": True}})).notes == ("skips: with a ground, of what is skippable",)


def test_a_declared_move_is_drawn_from_each_source_and_replaces_the_step_of_the_order() -> None:
    moves = (Move(sources=("contact", "offer"), target="talk", name="quick", ground=True, roles=("a", "b")),)
    plain, told = (arrows(chart(process(moves=moves), rules=rules)) for rules in (False, True))
    assert [each for each in plain if each not in PLAIN] == [
        "s0 move s1: quick, with a ground",
        "s2 move s1: quick, with a ground",
    ]
    assert [each for each in PLAIN if each not in plain] == ["s0 next s1: "]
    assert "s0 move s1: quick, with a ground, done by a or b" in told


def test_where_steps_are_declared_none_follows_from_the_order() -> None:
    assert [each for each in arrows(chart(process(next="declared", lose="declared"))) if "begin" not in each] == [
        "play held s4: hold, resume"
    ]


def test_a_retired_stage_is_passed_over_and_only_left() -> None:
    retired = process({"talk": {"life": "retired"}, "wait": {"life": "retired"}, "lost": {"life": "retired"}})
    assert arrows(chart(retired)) == [
        "begin start s0: ",
        "s0 next s2: ",
        "s1 next s2: ",
        "s2 next s3: ",
        "s3 next s5: ",
        "s4 resumed play: resume",
    ]


def test_few_reopenings_are_arrows_and_many_are_one_note() -> None:
    few = chart(process(reopen_to=("talk",)))
    assert [each for each in arrows(few) if each not in PLAIN] == ["s6 reopened s1: reopen with a ground"]
    assert arrows(chart(process({"talk": {"life": "retired"}}, reopen_to=("talk",))))[-1] == PLAIN[-1]
    wide: dict[str, dict[str, Any]] = {f"stage {n}": {} for n in range(4)}
    many = chart(process(wide, reopen_to=("contact", "talk", "offer", "deal")))
    assert [each for each in arrows(many) if "reopened" in each] == []
    assert many.notes == ("reopened with a ground: from lost to contact, talk, offer or deal",)
    some = {"void": {"outcome": "lost"}, "gone": {"outcome": "lost"}}
    assert chart(process(some, reopen_to=("offer", "talk", "contact"))).notes == (
        "reopened with a ground: from lost, void or gone to contact, talk or offer",
    )


def test_what_reopens_to_every_open_stage_is_one_arrow_from_each_closed_one() -> None:
    every = ("contact", "talk", "offer", "deal")
    back = chart(process({"void": {"outcome": "lost"}}, reopen_to=every), rules=True)
    assert [each for each in arrows(back) if "reopened" in each] == [
        "s6 reopened play: reopen with a ground",
        "s7 reopened play: reopen with a ground",
    ]
    gone: dict[str, Any] = {f"gone {n}": {"outcome": "lost"} for n in range(6)}
    assert chart(process(gone, reopen_to=every)).notes == (
        "reopened with a ground: from lost, gone 0, gone 1, gone 2, gone 3, gone 4 or gone 5 to any open stage",
    )


def test_what_is_asked_is_told_on_request() -> None:
    asking = process({"talk": {"rules": (present("amount"), role("boss"))}, "lost": {"rules": (present("loss"),)}})
    assert arrows(chart(asking)) == PLAIN
    assert [each for each in arrows(chart(asking, rules=True)) if each not in PLAIN] == [
        "s0 next s1: amount is present, done by boss",
        "play lost s6: at any time, loss is present",
    ]


def test_boxes_say_in_words_what_sets_them_apart() -> None:
    told = process(
        {
            "contact": {"probability": 10, "life": "deprecated"},
            "talk": {"skippable": True},
            "wait": {"label": "Resting"},
            "void": {"outcome": "lost", "probability": 0},
        },
        start_at=("talk",),
    )
    boxes = chart(told, sitting(told, "talk")).boxes
    assert [(box.name, box.remark, box.look) for box in boxes] == [
        ("contact", "10 % · deprecated", "open"),
        ("talk", "here now · skippable", "open"),
        ("offer", "", "open"),
        ("deal", "", "open"),
        ("Resting", "hold", "hold"),
        ("won", "", "won"),
        ("lost", "", "lost"),
        ("void", "lost", "lost"),
    ]


def test_labels_and_words_are_in_the_language_asked_for() -> None:
    move = Move(sources=("contact",), target="deal", name="jump", labels=FrozenMap({"fr": "saut"}))
    french = chart(
        process({"talk": {"labels": {"fr": "parler"}}}, moves=(move,), more={"labels": {"fr": "Acmé"}}), language="fr"
    )
    assert (french.title, chart(process()).title) == ("Acmé (acme 1)", "acme 1")
    assert [box.name for box in french.inside] == ["contact", "parler", "offer", "deal"]
    assert [each for each in arrows(french) if "s4" in each or "s6" in each or "move" in each] == [
        "s0 move s3: saut",
        "play held s4: attente, reprise",
        "play lost s6: à tout moment",
    ]


def test_a_picture_speaks_french_throughout() -> None:
    told = process(
        {
            "talk": {"skippable": True, "probability": 10},
            "offer": {"rules": (present("amount"),), "life": "deprecated"},
        },
        back="free",
        reopen_to=("contact", "talk"),
        reopen_from=("won", "lost"),
        moves=(Move(sources=("contact",), target="deal", ground=True, roles=("boss",)),),
    )
    deal = told.move(told.start(NEW, at=NOW), to="talk", at=days(1))
    french = chart(told, told.move(deal, to="contact", at=days(2)), rules=True, language="fr")
    assert [plain(each) for each in arrows(french)] == [
        "begin start s0: 1",
        "s0 next s1: 2",
        "s1 next s2: « amount » est renseigné",
        "s2 next s3: ",
        "s3 next s5: ",
        "s0 move s3: avec un motif, fait par boss",
        "play held s4: attente, reprise",
        "play lost s6: à tout moment",
        "s5 reopened s0: réouverture avec un motif",
        "s5 reopened s1: réouverture avec un motif",
        "s6 reopened s0: réouverture avec un motif",
        "s6 reopened s1: réouverture avec un motif",
        "s1 path s0: 3 : retour",
    ]
    assert [plain(note) for note in french.notes] == [
        "sauts : avec un motif, pour ce qui est facultatif",
        "retours : libres",
    ]
    assert [plain(box.remark) for box in french.boxes] == [
        "étape actuelle",
        "10 % · facultative",
        "obsolète",
        "",
        "attente",
        "gagnée",
        "perdue",
    ]
    assert plain(french.about) == (
        "étapes : contact (étape actuelle), talk (10 % · facultative), offer (obsolète), deal, wait (attente), "
        "won (gagnée), lost (perdue) ; toute étape ouverte : sauts : avec un motif, pour ce qui est facultatif ; "
        "toute étape ouverte : retours : libres"
    )


def test_names_that_people_list_are_listed_in_their_language() -> None:
    reopened = ("contact", "talk", "offer", "deal")
    many = process({f"no {n}": {"outcome": "lost"} for n in range(6)}, reopen_to=reopened)
    few = process({"void": {"outcome": "lost"}, "gone": {"outcome": "lost"}}, reopen_to=reopened[:3])
    assert [plain(note) for each in (many, few) for note in chart(each, language="fr").notes] == [
        "réouverture avec un motif : de lost, no 0, no 1, no 2, no 3, no 4 ou no 5 vers toute étape ouverte",
        "réouverture avec un motif : de lost, void ou gone vers contact, talk ou offer",
    ]


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
def test_each_kind_of_change_on_a_path_has_a_word_of_its_own(words: Language) -> None:
    kinds = [kind for kind in get_args(Kind) if kind != "updated"]
    assert len({words.text(f"change.{kind}") for kind in kinds}) == len(kinds)


def test_words_of_a_language_of_the_hosts_are_cut_where_a_box_has_no_room() -> None:
    german = Language("de").with_texts({"chart.start": "Anfang " * 20, "chart.heading": "Jede offene Stufe"})
    drawn = chart_of(process(), record=None, rules=False, words=german)
    assert (drawn.start, drawn.heading) == ("Anfang Anfang Anfang Anfang A…", "Jede offene Stufe")


def test_the_path_of_a_record_is_numbered_and_ways_that_are_summed_up_are_drawn_for_it() -> None:
    template = process({"deal": {"aliases": ("closing",)}}, back="free", skip="with_ground", reopen_to=("talk",))
    deal = template.start(NEW, at=NOW)
    for day, (to, ground) in enumerate(
        [("talk", None), ("contact", None), ("talk", None), ("deal", "hurry"), ("lost", None), ("talk", "again")], 1
    ):
        deal = template.move(deal, to=to, at=days(day), ground=ground)
    drawn = chart(template, deal)
    assert [each for each in arrows(drawn) if each not in PLAIN] == [
        "begin start s0: 1",
        "s0 next s1: 2 and 4",
        "s6 reopened s1: 7: reopen with a ground",
        "s1 path s0: 3: moved back",
        "s1 path s3: 5: skipped",
        "s3 path s6: 6: lost",
    ]
    assert [box.key for box in drawn.boxes if box.passed] == ["s0", "s1", "s3", "s6"]


def test_a_record_of_another_process_or_none_that_started_has_no_path() -> None:
    template = process()
    strange = sitting(process({"other": {}}), "other", Opportunity(id="D-9"))
    assert arrows(chart(template, strange)) == arrows(chart(template, NEW)) == PLAIN


@pytest.mark.parametrize("rules", [False, True])
def test_a_long_label_is_cut_short_in_a_picture(*, rules: bool) -> None:
    drawn = chart(process({"talk": {"label": "x" * 500, "rules": (present("amount"),)}}), rules=rules)
    assert drawn.inside[1].name == "x" * 59 + "…"


def test_few_stages_stand_side_by_side_and_many_one_below_the_other() -> None:
    few, many = (process({f"stage {n}": {} for n in range(count)}) for count in (3, 4))
    assert (across(chart(few)), across(chart(many))) == (True, False)
