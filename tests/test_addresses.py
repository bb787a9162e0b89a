"""Addresses: every way to write one gives one key, and what is none gives none, however long it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from acme import shown
from processor import at_once
from salesflow._addresses import _domain, _folded, domain_of, email_key, phone_key

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
"""Full-width forms, as keyboards of East Asia write them."""


# -- e-mail -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("rosa@acme.example", "rosa@acme.example"),
        ("  Rosa@ACME.Example\t", "rosa@acme.example"),
        ("rosa @ acme.example", "rosa@acme.example"),
        ("rosa@acme.example.", "rosa@acme.example"),
        ("rosa@acme.example".translate(WIDE), "rosa@acme.example"),
        ("rosa@acme。example", "rosa@acme.example"),
        ("rosa@büro.example", "rosa@xn--bro-hoa.example"),
        ("rosa@BÜRO.example", "rosa@xn--bro-hoa.example"),
        (unicodedata.normalize("NFD", "rosa@büro.example"), "rosa@xn--bro-hoa.example"),
        ("rosa@XN--BRO-HOA.example", "rosa@xn--bro-hoa.example"),
        ("rosa@faß.example", "rosa@xn--fa-hia.example"),
        ("rosa@例え.テスト", "rosa@xn--r8jz45g.xn--zckzah"),
        ("ro.sa+news@gmail.com", "ro.sa+news@gmail.com"),
        ("Jürgen@acme.example", "jürgen@acme.example"),
        ("rosa@localhost", "rosa@localhost"),
        ("mailto:rosa@acme.example", "rosa@acme.example"),
        ("MailTo: Rosa@acme.example?subject=Hello@you", "rosa@acme.example"),
        ("mailto:mailto:rosa@acme.example", "rosa@acme.example"),
        ("mailto@acme.example", "mailto@acme.example"),
    ],
)
def test_an_e_mail_address_has_one_form(written: str, key: str) -> None:
    assert email_key(written) == key


@pytest.mark.parametrize(
    "written",
    [
        "",
        "rosa",
        "@acme.example",
        "mailto:",
        "mailto:@acme.example",
        "rosa@",
        "rosa@@acme.example",
        "rosa@a@b.example",
        "Rosa <rosa@acme.example>",
        "rosa@acme..example",
        "rosa@.example",
        "rosa@acme,example",
        f"rosa@{'a' * 64}.example",
        f"rosa@{'ü' * 64}.example",
        "rosa\u200d@acme.example",
        "rosa\x00@acme.example",
        "rosa@acme\ud800.example",
        None,
        5,
        b"rosa@acme.example",
        ["rosa@acme.example"],
    ],
    ids=shown,
)
def test_what_is_no_e_mail_address_has_no_key(written: object) -> None:
    assert email_key(written) is None


PILE = "e" + "\N{COMBINING DOT BELOW}\N{COMBINING ACUTE ACCENT}" * 100_000
"""To put these in their order takes half a minute."""


def test_no_part_of_an_address_is_a_pile_of_marks() -> None:
    with at_once(1):
        assert (_folded(PILE), _domain(f"acme.{PILE}"), email_key(f"{PILE}@acme.example")) == ("", None, None)


def test_what_becomes_too_long_to_be_an_address_is_none() -> None:
    assert email_key("\ufdfa" * 100 + "@acme.example") is None


NAMES = st.from_regex(r"[a-z0-9][a-z0-9.+_-]{0,20}", fullmatch=True)
LABELS = st.from_regex(r"[a-z0-9äöüßéñжд例え]([a-z0-9äöüßéñжд例え-]{0,10}[a-z0-9é])?", fullmatch=True)
EMAILS = st.builds(lambda name, labels: f"{name}@{'.'.join(labels)}", NAMES, st.lists(LABELS, min_size=1, max_size=3))
BLANKS = st.text(" \t\u00a0\u3000", max_size=3)


@given(EMAILS, BLANKS)
def test_case_blanks_and_full_width_forms_change_no_e_mail_key(email: str, blanks: str) -> None:
    """An address is recognised however it was typed; but the capital of ß is another letter's too."""
    key = email_key(email)
    assert key is not None
    assert email_key(email.translate(WIDE)) == key
    assert email_key(blanks + email.replace("@", f"{blanks}@") + blanks) == key
    assert "ß" in email or email_key(email.upper()) == key


@given(EMAILS)
def test_a_domain_and_its_punycode_are_one(email: str) -> None:
    name, _, host = email.partition("@")
    ascii_host = ".".join(
        each if each.isascii() else "xn--" + each.encode("punycode").decode()
        for each in unicodedata.normalize("NFKC", host).split(".")
    )
    assert email_key(f"{name}@{ascii_host}") == email_key(email)


@given(st.text() | EMAILS)
@example("K@K.K")
@example("ŉ\u0345@x")
def test_the_key_of_an_e_mail_key_is_itself(text: str) -> None:
    key = email_key(text)
    assert key is None or email_key(key) == key


@given(EMAILS, EMAILS)
def test_different_addresses_keep_different_keys(one: str, other: str) -> None:
    """Dots and tags are no noise: nothing that a provider may tell apart is thrown together."""
    assume(one != other)
    assert email_key(one) != email_key(other)


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("rosa@acme.example", "acme.example"),
        ("rosa@mail.acme.example", "mail.acme.example"),
        ("rosa@xn--bro-hoa.example", "xn--bro-hoa.example"),
        ("rosa@acme.xn--zckzah", "acme.xn--zckzah"),
        ("rosa@localhost", None),
        ("rosa@10.0.0.1", None),
    ],
)
def test_the_domain_of_an_address_is_a_name_of_the_internets(email: str, domain: str | None) -> None:
    assert domain_of(email) == domain


# -- phone --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "+49301234567",
        "+49 30 1234567",
        "+49 (30) 1234567",
        "(+49) 30 / 12 34-567",
        "+49 (0)30 1234567",
        "+49 (0) 30-123.45.67",
        "0049 30 1234567",
        "00 49 (0)30 1234567",
        "(0049) 30 1234567",
        "tel:+49-30-1234567",
        "TEL: +49 30 1234567",
        "+49 30 1234567".translate(WIDE),
        "+49 30\u20111234\u2013567",
        "+٤٩ ٣٠ ١٢٣٤٥٦٧",
    ],
)
def test_an_international_number_has_one_form(written: str) -> None:
    assert [phone_key(written), phone_key(written, "1")] == ["+49301234567"] * 2


@pytest.mark.parametrize(
    ("written", "code", "key"),
    [
        ("030 1234567", "49", "+49301234567"),
        ("(030) 1234567", "+49", "+49301234567"),
        ("(0)30 1234567", "49", "+49301234567"),
        ("30 1234567", "49", "+49301234567"),
        ("49301234567", "49", "+4949301234567"),
        ("392 123 4567", "39", "+393921234567"),
        ("47 12 34 56", "47", "+4747123456"),
        ("(212) 555-0100", "1", "+12125550100"),
        ("1-212-555-0100", "1", "+12125550100"),
        ("8 (495) 123-45-67", "7", "+74951234567"),
        ("812 123-45-67", "7", "+78121234567"),
        ("06 1 234 5678", "36", "+3612345678"),
        ("06 1234 5678", "39", "+390612345678"),
        ("07 07 12 34 56", "225", "+2250707123456"),
        ("600 123 456", "34", "+34600123456"),
    ],
)
def test_a_national_number_is_completed_by_the_calling_code_that_is_given(written: str, code: str, key: str) -> None:
    assert (phone_key(written, code), phone_key(written)) == (key, None)


@pytest.mark.parametrize(
    "written",
    [
        "x8",
        "ext 8",
        "ext. 8",
        "Ext: 8",
        "extn8",
        "extension 8",
        ";ext=8",
        ", ext 8",
        "#8",
        "Durchwahl 8",
        "DW: 8",
        "poste 8",
    ],
)
def test_an_extension_has_one_form(written: str) -> None:
    assert phone_key(f"+49 30 1234567 {written}") == "+49301234567;ext=8"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "+",
        "00",
        "ext 5",
        "n/a",
        "call after 5",
        "+49 30 CALL US",
        "+49 30 1234567 or +49 30 7654321",
        "+49 30 1234567 ext",
        "+0 30 1234567",
        "+00 49 30 1234567",
        "00000000000",
        "+49 1",
        "+" + "1" * 16,
        "49+301234567",
        "+49\u200d301234567",
        "+49\x00301234567",
        "+49\ud800301234567",
        "+4930¹²34567x\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667",
        None,
        49301234567,
        b"+49301234567",
    ],
    ids=shown,
)
def test_what_is_no_phone_number_has_no_key(written: object) -> None:
    assert [phone_key(written), phone_key(written, "49")] == [None, None]


@pytest.mark.parametrize(
    "code", ["", "0", "049", "0049", "4930", "+", "++49", "de", "٤٩", "4\n", " 49", 49, b"49"], ids=shown
)
def test_what_is_no_calling_code_is_said_even_where_no_number_needs_it(code: object) -> None:
    with pytest.raises(ValueError, match="a calling code is one to three digits such as '49', not "):
        phone_key("", code)  # type: ignore[arg-type]


NUMBERS = st.from_regex("[1-9][0-9]{5,14}", fullmatch=True)
NOISE = st.text(" -./()[]\u00a0\u2010\u2013\u3000", max_size=3).filter(lambda noise: "(0)" not in noise)


@given(NUMBERS, st.lists(NOISE, min_size=16, max_size=16), st.sampled_from(["+", "00", "tel:+"]))
def test_no_formatting_changes_the_key_of_a_phone_number(number: str, noise: list[str], start: str) -> None:
    """Blanks, dashes, dots, slashes, brackets and either way to begin: the key is + and the digits."""
    between = "".join(blank + digit for blank, digit in zip(noise, number, strict=False))
    # with or without blanks inside, it is the zero that one dials at home
    assume("(0)" not in "".join(between.split()))
    written = start + between + noise[-1]
    assert [phone_key(each) for each in (written, written.translate(WIDE))] == [f"+{number}"] * 2


@given(st.text() | st.text("+0123456789 ()x#/-ext"), st.sampled_from([None, "1", "49", "39"]))
def test_the_key_of_a_phone_key_is_itself(text: str, code: str | None) -> None:
    key = phone_key(text, code)
    assert key is None or [phone_key(key), phone_key(key, "7")] == [key] * 2


# -- hostile ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unit",
    ["a", "0", "(0)", "ü", "\ufdfa", "@", ".", "x1", "ext", " ", "\x00", "xn--", "+", "\u0301", "\ud800"],
    ids=ascii,
)
@pytest.mark.parametrize("size", [40, 499, 100_000])
def test_no_long_text_is_looked_at_for_long(unit: str, size: int) -> None:
    """Longer than an address can be, a text has no key; up to that length it may have one, and is soon looked at."""
    text = (unit * size)[:size]
    for written in (text, f"a@{text}", f"{text}@a.b", f"+49{text}", f"+4930{text}1"):
        keys = (email_key(written), phone_key(written), phone_key(written, "49"))
        assert size < 500 or keys == (None, None, None)


@given(st.text(st.characters()), st.sampled_from([None, "49"]))
def test_no_text_is_an_error(text: str, code: str | None) -> None:
    assert isinstance(email_key(text), str | None)
    assert isinstance(phone_key(text, code), str | None)
