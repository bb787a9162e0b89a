"""Contacts: is a lead known already, by its e-mail, its phone or its company's domain?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Generic, Literal, NamedTuple, TypeVar, get_args

from salesflow._addresses import domain_key, domain_of, email_key, phone_key
from salesflow._wanted import wanted
from salesflow.records import Lead

__all__ = ["FREE_MAIL", "KeyName", "LeadKeys", "SameLead", "lead_keys", "same_lead"]

L = TypeVar("L", bound=Lead)

KeyName = Literal["email", "phone", "domain"]
"""What leads are recognised by, the strongest first."""

FREE_MAIL: frozenset[str] = frozenset(
    """
    126.com 163.com abv.bg aim.com alice.it aol.com arcor.de att.net bell.net bellsouth.net bigpond.com bk.ru
    bluewin.ch bol.com.br btinternet.com centrum.cz charter.net comcast.net cox.net daum.net earthlink.net email.cz
    email.it fastmail.com foxmail.com free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com
    hanmail.net hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com icloud.com
    ig.com.br inbox.lv inbox.ru interia.pl internode.on.net kpnmail.nl laposte.net libero.it list.ru live.co.uk
    live.com live.de live.fr live.nl mac.com mail.bg mail.com mail.de mail.ru mailbox.org mailinator.com me.com msn.com
    naver.com nate.com neuf.fr ntlworld.com o2.pl onet.pl optonline.net optusnet.com.au orange.fr outlook.com
    outlook.de outlook.es outlook.fr outlook.it pm.me posteo.de posteo.net proton.me protonmail.ch protonmail.com
    qq.com rambler.ru rediffmail.com rocketmail.com rogers.com sapo.pt sbcglobal.net seznam.cz sfr.fr shaw.ca sina.com
    sky.com skynet.be sohu.com swissonline.ch sympatico.ca t-online.de talktalk.net telenet.be telus.net terra.com.br
    tiscali.it tuta.com tuta.io tutanota.com tutanota.de ukr.net uol.com.br verizon.net videotron.ca virgilio.it
    virginmedia.com wanadoo.fr web.de windowslive.com wp.pl xtra.co.nz ya.ru yahoo.ca yahoo.co.in yahoo.co.jp
    yahoo.co.uk yahoo.com yahoo.com.au yahoo.com.br yahoo.com.mx yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com
    yandex.ru yeah.net ymail.com zoho.com ziggo.nl
    """.split()
)
"""Domains that tell nothing of a company: providers of mail for everybody, in small letters as DNS writes them."""


class LeadKeys(NamedTuple):
    """What a lead is recognised by, each in the one form in which it can be compared; None where it has none."""

    email: str | None
    phone: str | None
    """`+` and digits, and `;ext=` with the extension."""
    domain: str | None
    """The domain of the e-mail address, unless anybody can have an address there."""


class SameLead(NamedTuple, Generic[L]):
    """A lead that is known already, and what it was recognised by."""

    lead: L
    by: KeyName
    """By `domain` it may be another person of the same company."""


def lead_keys(lead: Lead, *, calling_code: str | None = None, free_mail: Collection[str] = FREE_MAIL) -> LeadKeys:
    """Return the keys of a lead, for a host that stores and indexes them.

    `calling_code` is that of the country of phone numbers written without one; without it these have no key. Raises
    ValueError for what is no lead, no calling code, and no collection of domains.

    >>> lead_keys(Lead(id="L-1", email="Rosa@Acme.example", phone="030 / 12 34 56"), calling_code="49")
    LeadKeys(email='rosa@acme.example', phone='+4930123456', domain='acme.example')
    """
    wanted("lead", lead, Lead)
    return _keys(lead, calling_code, _domains(free_mail))


def _keys(lead: Lead, calling_code: str | None, free_mail: frozenset[str]) -> LeadKeys:
    # by getattr: a lead that was put together behind its class's back may have no e-mail
    email = email_key(getattr(lead, "email", ""))
    domain = domain_of(email) if email else None
    phone = phone_key(getattr(lead, "phone", ""), calling_code)
    return LeadKeys(email, phone, None if domain in free_mail else domain)


def _domains(free_mail: Any) -> frozenset[str]:
    """Return the domains in the one form in which they can be compared."""
    if free_mail is FREE_MAIL:
        # these stand there as keys are written
        return frozenset(FREE_MAIL)
    if not _several(free_mail):
        raise ValueError(f"free_mail is a set of domains such as {{'gmail.com'}}, not {type(free_mail).__name__}")
    return frozenset(map(_domain, free_mail))


def _domain(written: object) -> str:
    key = domain_key(written)
    if key is None:
        raise ValueError(f"free_mail holds domains such as 'gmail.com', not {written!r:.40}")
    return key


def same_lead(
    lead: Lead, known: Iterable[L], *, calling_code: str | None = None, free_mail: Collection[str] = FREE_MAIL
) -> SameLead[L] | None:
    """Find a lead among those known: by e-mail, else by phone, else by the company's domain; None where there is none.

    Of several with the strongest key the first is given. One with the same id is the lead itself, and is passed over.
    Phone numbers are read as `lead_keys` does. Raises ValueError as that does, and for what is not several leads.

    >>> known = (Lead(id="L-1", email="info@acme.example"), Lead(id="L-2", email="Rosa@Acme.example"))
    >>> found = same_lead(Lead(id="L-3", email="rosa@acme.example"), known)
    >>> (found.lead.id, found.by)
    ('L-2', 'email')
    """
    wanted("lead", lead, Lead)
    stored, free = _leads(known), _domains(free_mail)
    mine = _keys(lead, calling_code, free)
    if not any(mine):
        return None
    keys = ((other, _keys(other, calling_code, free)) for other in stored if _another(lead, other))
    found = (SameLead(other, by) for other, had in keys if (by := _shared(mine, had)))
    return min(found, key=lambda same: _STRENGTH[same.by], default=None)


_NAMES: tuple[KeyName, ...] = get_args(KeyName)
_STRENGTH: dict[str, int] = {name: place for place, name in enumerate(_NAMES)}


def _leads(known: Any) -> Iterator[Any]:
    """Return the leads that are known, each looked at as it is read."""
    if not _several(known):
        raise ValueError(f"known is a list of leads, not {type(known).__name__}")
    return map(_a_lead, known)


def _several(thing: object) -> bool:
    # a text, a mapping and a record can be gone through too, and give nothing that was meant
    return isinstance(thing, Iterable) and not isinstance(thing, str | bytes | Lead | Mapping)


def _a_lead(thing: object) -> object:
    wanted("each of known", thing, Lead)
    return thing


def _another(lead: Any, other: Any) -> bool:
    # by getattr, as in `_keys`: it may have no id
    return getattr(lead, "id", None) != getattr(other, "id", None)


def _shared(one: LeadKeys, other: LeadKeys) -> KeyName | None:
    """Name the strongest key that two leads have in common."""
    pairs: Any = zip(_NAMES, one, other, strict=True)
    return next((name for name, mine, yours in pairs if mine and mine == yours), None)
