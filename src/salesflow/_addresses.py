"""Addresses: e-mails and phone numbers in the one form in which they can be compared."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 500
"""No address is longer, and what is longer is not looked at: finding its form would take long."""


def _plain(text: object) -> str:
    """Return a text without spaces and full-width forms; an empty one for what cannot be an address."""
    plain = "".join(_compatible(text).split()) if isinstance(text, str) else ""
    return plain if plain.isprintable() else ""


def _compatible(text: str) -> str:
    """Return a text without compatibility forms; an empty one for what is too long to be looked at."""
    return unicodedata.normalize("NFKC", text) if len(text) <= _LONGEST else ""


# -- e-mail -------------------------------------------------------------------------------------------------


def email_key(text: object) -> str | None:
    """Return an e-mail address in small letters with its domain as DNS writes it; None for what is none.

    Of a link (`mailto:`) the address counts. Dots and tags stay: whether `ro.sa+news@` is `rosa@` is for its provider
    to say.

    >>> email_key(" Rosa@Büro.example "), email_key("rosa@xn--bro-hoa.example")
    ('rosa@xn--bro-hoa.example', 'rosa@xn--bro-hoa.example')
    """
    name, _, host = _unlinked(_plain(text)).partition("@")
    folded, domain = _folded(name), _domain(host)
    return f"{folded}@{domain}" if folded and domain else None


def _unlinked(plain: str) -> str:
    """Take the address out of a link, which may go on with a subject."""
    link = re.match(r"(?:mailto:)+([^?]*)", plain, re.IGNORECASE)
    return link[1] if link else plain


def _folded(name: str) -> str:
    return _compatible(_compatible(name.casefold()).casefold())


def _domain(host: str) -> str | None:
    # lower, not casefold: faß and fass are two domains
    labels = _compatible(host.lower()).replace("。", ".").removesuffix(".").split(".")
    written = [_label(label) for label in labels]
    return ".".join(written) if all(written) else None


def _label(label: str) -> str:
    """Return one part of a domain as DNS writes it; an empty text for what is none."""
    # by the bare codec: Python's "idna" is the rule of 2003, to which faß is fass
    plain = label if label.isascii() or len(label) > 63 else "xn--" + label.encode("punycode").decode()
    return plain if re.fullmatch(r"[a-z0-9_-]{1,63}", plain) else ""


def domain_key(text: object) -> str | None:
    """Return a domain in small letters as DNS writes it; None for what is none.

    >>> domain_key("GMail.com"), domain_key("büro.example"), domain_key("rosa@gmail.com")
    ('gmail.com', 'xn--bro-hoa.example', None)
    """
    return _domain(_plain(text))


def domain_of(email: str) -> str | None:
    """Return the domain of an e-mail address in its one form; None where it is no name of the internet's.

    >>> domain_of("rosa@acme.example"), domain_of("rosa@localhost"), domain_of("rosa@10.0.0.1")
    ('acme.example', None, None)
    """
    domain = email.rpartition("@")[2]
    return domain if re.search(r"\.[a-z][a-z0-9-]+$", domain) else None


# -- phone --------------------------------------------------------------------------------------------------

_DASHES = "-\u2010\u2012\u2013\u2014\u2015\u2212\u30fc"
_SEPARATORS = str.maketrans("", "", f"{_DASHES}·./()[]")
_EXTENSION = re.compile(r"[,;]?(?:ext(?:ensio)?n?[.:=]?|x|#|durchwahl:?|dw[.:]?|poste:?)([0-9]{1,7})$")

_TRUNKS: dict[str, str] = {
    "1": "1(?=[0-9]{10}$)",
    "7": "8(?=[0-9]{10}$)",
    "36": "06",
    **dict.fromkeys("39 225 229 242 378 379".split(), "(?!)"),
}
"""What a national number begins with and an international one leaves out, by calling code, as a pattern.

`0` in nearly every country. In Italy and a few more the zero is part of the number; (?!) matches nothing.
"""


def phone_key(text: object, calling_code: str | None = None) -> str | None:
    """Return a phone number as `+` and digits, with `;ext=` and its extension; None for what is none.

    A number without `+` or `00` is one of the country of `calling_code`, and without that code of no country known. It
    is so where it begins with the code itself too: in Italy (39) and Norway (47) many national numbers do.
    Raises ValueError for what is no calling code.

    >>> phone_key("+49 (0)30 / 1234-567 ext. 8"), phone_key("030 1234567", "49"), phone_key("030 1234567")
    ('+49301234567;ext=8', '+49301234567', None)
    """
    code = _code(calling_code)
    plain = "".join(map(_digit, _plain(text).casefold())).removeprefix("tel:")
    found = _EXTENSION.search(plain)
    number, extension = (plain[: found.start()], f";ext={found[1]}") if found else (plain, "")
    digits = _international(number) or _national(number, code)
    # E.164: at most 15 digits, and no calling code begins with 0
    return f"+{digits}{extension}" if re.fullmatch("[1-9][0-9]{5,14}", digits) else None


def _code(calling_code: object) -> str:
    if calling_code is None:
        return ""
    if not isinstance(calling_code, str) or not re.fullmatch(r"\+?[1-9][0-9]{0,2}", calling_code):
        raise ValueError(f"a calling code is one to three digits such as '49', not {calling_code!r:.40}")
    return calling_code.removeprefix("+")


def _digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def _international(number: str) -> str:
    begin = re.match(r"\+|00", number.translate(_SEPARATORS))
    # (0) is what one dials at home, and is left out from abroad
    abroad = re.sub(r"\(0\)(?=[^0-9]*[0-9])", "", number, count=1)
    return abroad.translate(_SEPARATORS)[begin.end() :] if begin else ""


def _national(number: str, code: str) -> str:
    return code + re.sub("^" + _TRUNKS.get(code, "0"), "", number.translate(_SEPARATORS)) if code else ""
