"""Escapes: what a language of pictures would take for its own is written so that it is text."""

import pytest

from salesflow._escape import clipped, in_dot, in_markdown, in_mermaid, in_mermaid_title, in_xml, one_line


def test_a_run_of_spaces_and_line_breaks_is_one_space() -> None:
    assert one_line(" a\r\n\tb \u2028 c ") == "a b c"


def test_spaces_that_do_not_break_stay() -> None:
    assert one_line("« x »\u00a0:\u202f y \u00a0") == "« x »\u00a0:\u202f y"


def test_what_is_too_long_ends_in_an_ellipsis() -> None:
    assert [clipped("abcd", 4), clipped("abcde", 4), clipped("ab de", 4)] == ["abcd", "abc…", "ab…"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Follow-up, 2.5 days: a_b/c", "Follow-up, 2.5 days#58; a_b/c"),
        ("1. Lead", "1#46; Lead"),
        ("- x", "#45; x"),
        ("a --> b", "a #45;#45;#62; b"),
        ('"];', "#34;#93;#59;"),
        ("%%{init}", "#37;#37;#123;init#125;"),
        ("#quot;", "#35;quot#59;"),
        ("\ufb02\xb0\xb060\xb6\xdf", "fl\xb0\xb060\xb6\u200c\xdf"),
        ("Négociation 商談", "Négociation 商談"),
    ],
)
def test_a_label_of_mermaid_is_text(text: str, written: str) -> None:
    assert in_mermaid(text) == written


def test_a_title_of_mermaid_is_one_quoted_scalar() -> None:
    written = r'"a: \U00000022b\U00000022 \U0000005c \U00002039i\U0000203a \U0000ff06 é"'
    assert in_mermaid_title('a: "b" \\ <i> & é') == written


def test_a_string_of_dot_is_text() -> None:
    assert in_dot('\\N "x" &lt;') == '\\\\N \\"x\\" &amp;lt;'


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a | b", "a &#124; b"),
        ("account_manager _x_", "account_manager \\_x\\_"),
        ("1. x", "1\\. x"),
        ("2.5", "2.5"),
        ("- x - y", "\\- x - y"),
        ("[a](b) `c` \\ <d> &amp;", "\\[a\\](b) \\`c\\` \\\\ &lt;d&gt; &amp;amp;"),
        ("two\nlines", "two lines"),
    ],
)
def test_a_cell_of_markdown_is_text(text: str, written: str) -> None:
    assert in_markdown(text) == written


def test_xml_holds_no_markup_and_no_character_that_it_cannot_hold() -> None:
    assert in_xml('<a> & "b" \x00\x0b\ufffe\'') == "&lt;a&gt; &amp; &quot;b&quot; &#x27;"
