"""Contacts: a lead is recognised exactly by the keys that it shares with one that is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acme import shown
from processor import at_once
from salesflow import Lead, Opportunity
from salesflow._addresses import email_key
from salesflow.contacts import FREE_MAIL, LeadKeys, SameLead, lead_keys, same_lead

ROSA = Lead(id="L-1", email="rosa@acme.example", phone="+49 30 1234567")


def lead(id: str = "L-2", **fields: Any) -> Lead:
    return Lead(id=id, **fields)


# -- keys ---------------------------------------------------------------------------------------------------


def test_the_keys_of_a_lead_are_its_address_its_number_and_its_companys_domain() -> None:
    assert lead_keys(ROSA) == LeadKeys("rosa@acme.example", "+49301234567", "acme.example")


def test_a_lead_of_which_nothing_is_known_has_no_key() -> None:
    assert lead_keys(Lead(id="L-1", company="Acme", name="Rosa")) == (None, None, None)


def test_a_national_number_is_a_key_where_the_calling_code_is_given() -> None:
    assert [lead_keys(lead(phone="030 1234567"), calling_code=code).phone for code in (None, "49")] == [
        None,
        "+49301234567",
    ]


@pytest.mark.parametrize("domain", sorted(FREE_MAIL))
def test_a_domain_where_anybody_has_an_address_is_no_key(domain: str) -> None:
    """Each stands in the set as keys are written, so that it is met."""
    assert lead_keys(lead(email=f"rosa@{domain}")) == (email_key(f"rosa@{domain}"), None, None)
    assert lead_keys(lead(email=f"rosa@{domain.upper()}")).domain is None


def test_a_host_says_which_domains_tell_nothing() -> None:
    own = lead_keys(lead(email="rosa@gmail.com"), free_mail={"acme.example"})
    assert [own.domain, lead_keys(ROSA, free_mail={"acme.example"}).domain] == ["gmail.com", None]


# -- same lead ----------------------------------------------------------------------------------------------


def test_the_e_mail_is_stronger_than_the_phone_and_the_phone_than_the_domain() -> None:
    by_domain, by_phone, by_email = lead("L-2", email="bob@acme.example"), lead("L-3", phone="0049301234567"), ROSA
    new = lead("L-9", email=" Rosa@acme.example", phone="+49 (0)30 1234567")
    assert same_lead(new, [by_domain, by_phone, by_email]) == SameLead(by_email, "email")
    assert same_lead(new, [by_domain, by_phone]) == SameLead(by_phone, "phone")
    assert same_lead(new, [by_domain]) == SameLead(by_domain, "domain")
    assert same_lead(new, []) is None


def test_of_equals_the_first_is_found() -> None:
    twins = [lead("L-3", email="rosa@acme.example"), lead("L-2", email="rosa@acme.example")]
    assert [same_lead(ROSA, order) for order in (twins, twins[::-1])] == [(twins[0], "email"), (twins[1], "email")]


def test_a_lead_is_not_found_as_its_own_double() -> None:
    assert same_lead(ROSA, [ROSA, ROSA.model_copy(update={"name": "stored earlier"})]) is None


def test_two_without_any_key_are_not_the_same() -> None:
    assert same_lead(lead("L-1"), [lead("L-2")]) is None


def test_people_of_free_mail_are_not_of_one_company() -> None:
    assert same_lead(lead("L-1", email="a@gmail.com"), [lead("L-2", email="b@GMAIL.com")]) is None


def test_the_calling_code_and_the_free_domains_count_for_both_sides() -> None:
    national, company = lead("L-2", phone="030 1234567"), lead("L-3", email="bob@acme.example")
    assert [same_lead(ROSA, [national]), same_lead(ROSA, [national], calling_code="49")] == [None, (national, "phone")]
    assert same_lead(ROSA, [company], free_mail={"acme.example"}) is None


def test_known_leads_are_read_once_and_not_at_all_where_nothing_could_match() -> None:
    read: list[str] = []

    def stored() -> Iterator[Lead]:
        for number in range(3):
            read.append(f"L-{number}")
            yield lead(f"L-{number}")

    assert [same_lead(lead("L-9"), stored()), read] == [None, []]
    assert [same_lead(lead("L-9", phone="+49301234567"), stored()), read] == [None, ["L-0", "L-1", "L-2"]]


@pytest.mark.parametrize("known", [[], [ROSA]])
def test_what_is_no_calling_code_is_said(known: list[Lead]) -> None:
    with pytest.raises(ValueError, match="a calling code is one to three digits"):
        same_lead(ROSA, known, calling_code="Germany")


@pytest.mark.parametrize("odd", [Lead.model_construct(), Lead.model_construct(id=5, email=5, phone=b"")])
def test_a_lead_that_was_put_together_by_hand_has_no_key_and_finds_none(odd: Any) -> None:
    assert [lead_keys(odd), same_lead(odd, [ROSA]), same_lead(ROSA, [odd])] == [(None, None, None), None, None]


@pytest.mark.parametrize("odd", [5, None, "L-1", {"email": "rosa@acme.example"}, Opportunity(id="D-1")], ids=shown)
def test_what_is_no_lead_is_told(odd: Any) -> None:
    name = type(odd).__name__
    for call in (lead_keys, partial(same_lead, known=[ROSA])):
        with pytest.raises(ValueError, match=f"^lead is a Lead, not {name}$"):
            call(odd)
    with pytest.raises(ValueError, match=f"^each of known is a Lead, not {name}$"):
        same_lead(ROSA, [odd])


@pytest.mark.parametrize("odd", [5, None, "abc", b"abc", ROSA, {"L-1": ROSA}], ids=shown)
def test_what_is_not_several_leads_is_told_also_where_nothing_could_match(odd: Any) -> None:
    for one in (ROSA, lead("L-9")):
        with pytest.raises(ValueError, match=f"^known is a list of leads, not {type(odd).__name__}$"):
            same_lead(one, odd)


@pytest.mark.parametrize("written", ["ACME.example", " acme.EXAMPLE.", "acme。example"])
def test_free_domains_are_met_however_they_are_written(written: str) -> None:
    assert lead_keys(ROSA, free_mail={written}).domain is None
    assert same_lead(ROSA, [lead("L-3", email="bob@acme.example")], free_mail=[written]) is None


@pytest.mark.parametrize(
    ("odd", "says"),
    [
        ("acme.example", "free_mail is a set of domains such as {'gmail.com'}, not str"),
        (None, "free_mail is a set of domains such as {'gmail.com'}, not NoneType"),
        ({"rosa@gmail.com"}, "free_mail holds domains such as 'gmail.com', not 'rosa@gmail.com'"),
        ([None], "free_mail holds domains such as 'gmail.com', not None"),
        ([[]], "free_mail holds domains such as 'gmail.com', not []"),
    ],
    ids=shown,
)
def test_what_is_no_set_of_domains_is_told(odd: Any, says: str) -> None:
    for call in (lead_keys, partial(same_lead, known=[])):
        with pytest.raises(ValueError, match=f"^{re.escape(says)}$"):
            call(ROSA, free_mail=odd)


def test_long_texts_take_no_time() -> None:
    long = Lead.model_construct(id="L-2", email="a" * 10**5 + "@b", phone="0" * 10**5)
    with at_once(5):
        assert [same_lead(ROSA, [long] * 1000), same_lead(long, [ROSA] * 1000)] == [None, None]


# -- laws ---------------------------------------------------------------------------------------------------

_EMAILS = ("", "rosa@acme.example", " Rosa@ACME.example", "bob@acme.example", "bob@gmail.com", "Bob @gmail.com", "x@y")
_PHONES = ("", "+49 30 1234567", "0049 (0)30-1234567", "030 1234567", "+49301234567 ext 8", "+4930 1234567x8", "ask")
LEADS = st.builds(
    Lead,
    id=st.sampled_from(["L-1", "L-2", "L-3", "L-4"]),
    email=st.sampled_from(_EMAILS),
    phone=st.sampled_from(_PHONES),
)
CODES = st.sampled_from([None, "49", "1"])


def shared(one: Lead, other: Lead, code: str | None) -> list[str]:
    """Name the keys that two leads share, the strongest first, worked out another way."""
    names = ("email", "phone", "domain")
    mine, yours = (set(zip(names, lead_keys(each, calling_code=code), strict=True)) for each in (one, other))
    return [name for name in names for key, value in mine & yours if key == name and value]


@given(LEADS, st.lists(LEADS, max_size=5), CODES)
def test_a_lead_is_found_exactly_where_keys_are_shared_and_by_the_strongest(
    new: Lead, known: list[Lead], code: str | None
) -> None:
    candidates = [(each, keys[0]) for each in known if each.id != new.id and (keys := shared(new, each, code))]
    strengths = {"email": 0, "phone": 1, "domain": 2}
    candidates.sort(key=lambda pair: strengths[pair[1]])
    assert same_lead(new, known, calling_code=code) == (candidates[0] if candidates else None)


@given(LEADS, LEADS, CODES)
def test_who_is_the_same_as_another_is_so_the_other_way_round(one: Lead, other: Lead, code: str | None) -> None:
    there, back = (same_lead(a, [b], calling_code=code) for a, b in ((one, other), (other, one)))
    assert (there and there.by) == (back and back.by)
