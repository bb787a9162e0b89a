"""The console: text from anywhere is shown as what it is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from salesflow.cli._console import LONGEST, Plain, listing, printable, shown, table


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp", "Zs"]) | st.just(" ")))
def test_text_that_can_be_printed_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


@given(st.text())
def test_no_character_steers_the_terminal(text: str) -> None:
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", printable(text)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("a\tb", r"a\tb"),
        ("\u202egnp", r"\u202egnp"),
        ("\ud800", r"\ud800"),
        ("a\nb", "a\nb"),
    ],
)
def test_what_cannot_be_printed_is_shown_as_its_escape(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_joiners_that_emoji_need_are_kept() -> None:
    family = "\N{MAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
    assert printable(family) == family


@given(st.text("abc", max_size=3 * LONGEST))
def test_a_very_long_name_is_shown_by_its_two_ends(name: str) -> None:
    got = shown(name)
    assert len(got) == min(len(name), LONGEST)
    start, _, end = got.partition("…")
    assert name.startswith(start)
    assert name.endswith(end)


NAMES = st.text(st.sampled_from("ab :[]/漢é-"), min_size=1, max_size=60)


def text_of(capsys: pytest.CaptureFixture[str], thing: object) -> list[str]:
    capsys.readouterr()
    Plain().print(thing)
    return capsys.readouterr().out.splitlines()


@given(rows=st.lists(st.tuples(NAMES, NAMES, st.just("reopened_without_ground"), st.just("1,000")), min_size=1))
def test_a_table_of_names_fits_80_columns_and_keeps_codes_and_numbers_whole(rows: list[tuple[str, ...]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        console = Plain()
        with console.capture() as got:
            console.print(table(("from", "to", "code", "count"), rows, {"count"}))
    lines = got.get().splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert sum(line.rstrip().endswith("reopened_without_ground  1,000") for line in lines) == len(rows)


@given(name=st.text("ab[]/:漢", min_size=1, max_size=150))
def test_no_name_is_cut_in_a_table(name: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        console = Plain()
        with console.capture() as got:
            console.print(table(("deal",), [(name,)]))
    assert "".join(line.rstrip() for line in got.get().splitlines()[2:]) == name


def test_lines_of_a_listing_go_on_below_their_beginning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "12")
    assert [line.rstrip() for line in text_of(capsys, listing(["one two three", "[b]x[/b]"]))] == [
        "- one two",
        "  three",
        "- [b]x[/b]",
    ]
