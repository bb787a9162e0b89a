"""Measures: lines have room, and no character is lost before there are too many lines."""

from hypothesis import given
from hypothesis import strategies as st

from salesflow._measure import broadest, width_of, wrapped


@given(st.text(max_size=80), st.integers(30, 200))
def test_every_line_has_room_and_keeps_its_characters(text: str, room: int) -> None:
    lines = wrapped(text, 13, room, most=1000)
    assert [line for line in lines if width_of(line, 13) > room and len(line) > 1] == []
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_what_is_too_long_ends_in_an_ellipsis() -> None:
    assert wrapped("one two three four", 10, 36, most=2) == ["one", "two…"]
    assert wrapped("one two", 10, 36, most=2) == ["one", "two"]


def test_a_word_too_broad_is_broken_at_its_strokes_where_it_has_some() -> None:
    assert wrapped("Negotiation/Review", 10, 80) == ["Negotiation/", "Review"]
    assert wrapped("a/b-c_d e", 10, 25) == ["a/b-", "c_d", "e"]


def test_the_broadest_part_of_a_text_is_what_is_kept_whole() -> None:
    assert broadest("to Negotiation/Review", 10) == width_of("Negotiation/", 10)


def test_a_line_is_not_broken_where_french_has_a_space_that_holds() -> None:
    assert wrapped("retours\u00a0: libres", 10, 60) == ["retours\u00a0:", "libres"]
    assert wrapped("a b\u00a0: c", 10, 22) == ["a", "b\u00a0:", "c"]


def test_wide_letters_take_more_room_than_narrow_ones_and_accents_none() -> None:
    widths = [round(width_of(text, 10), 1) for text in ("q\u0323", "i", "e", "E", "W", "商")]
    assert widths == [6.4, 4.2, 6.4, 7.8, 10.2, 11.0]
