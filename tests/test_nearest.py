"""Near misses: a suggestion is a known name, and near."""

from hypothesis import given
from hypothesis import strategies as st

from salesflow._nearest import nearest

KNOWN = ["Contact", "Proposal/Price Quote", "won"]


def test_a_slip_of_the_pen_is_near() -> None:
    assert nearest("Contcat", KNOWN) == "Contact"


def test_case_is_no_distance() -> None:
    assert nearest("PROPOSAL/PRICE QUOTE", KNOWN) == "Proposal/Price Quote"


def test_what_is_far_from_every_name_is_near_none() -> None:
    assert nearest("zebra", KNOWN) is None
    assert nearest("won", []) is None


@given(st.text(), st.lists(st.text(), min_size=1))
def test_a_suggestion_is_always_a_known_name(name: str, known: list[str]) -> None:
    assert nearest(name, known) in {*known, None}


def test_a_known_name_of_usual_length_is_its_own_nearest() -> None:
    assert [nearest(name, KNOWN) for name in KNOWN] == KNOWN


def test_a_name_longer_than_40_characters_is_compared_with_none() -> None:
    known = ["x" * 40 + "y"]
    assert nearest("x" * 40, known) == known[0]
    assert nearest("x" * 41, known) is None
