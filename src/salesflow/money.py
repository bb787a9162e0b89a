"""Money: exact amounts, each in its currency, and exact numbers."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, model_validator

from salesflow.values import LARGEST, Frozen

__all__ = ["Money"]

MINOR_UNITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
"""Digits after the point by ISO 4217; two for every currency not named."""

_LONGEST = 64


def exact(value: object) -> Decimal:
    """Read a finite number below 10^15 exactly: an int, a Decimal or its digits as text, never a float.

    Text is what the schema of a file calls a number: no exponent, no blank, no digits but 0 to 9. Raises ValueError.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError(f"write an exact number as int, Decimal or text, not as {type(value).__name__}")
    if _long(value) or (isinstance(value, str) and not _DIGITS.fullmatch(value)):
        raise _no_digits()
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{number} is not a finite number")
    if number and not -LARGEST <= number.adjusted() < LARGEST:
        raise ValueError("a number lies between 10^-15 and 10^15")
    return number


# Decimal itself reads "1_000", " 5 " and the digits of any script
_DIGITS = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


def _no_digits() -> ValueError:
    return ValueError(f"a number is at most {_LONGEST} characters of digits with a point")


def _digits(number: Decimal) -> str:
    """Write a number as `exact` reads it: by itself a Decimal may be written 1E+3."""
    return f"{number:f}"


def _writable(number: Decimal) -> Decimal:
    if number and len(_digits(number)) > _LONGEST:
        raise _no_digits()
    return number


Number = Annotated[
    Decimal,
    BeforeValidator(exact),
    AfterValidator(_writable),
    PlainSerializer(_digits, return_type=str, when_used="json"),
]
"""An exact number that is written as it is read."""

_EXACT = Context(prec=80)
"""Sums do not depend on the precision that the host's thread happens to have set."""


def _long(value: int | str | Decimal) -> bool:
    """Tell what is slow to make a Decimal of: a huge text, a huge int."""
    if isinstance(value, str):
        return len(value) > _LONGEST
    return isinstance(value, int) and value.bit_length() > 2 * _LONGEST


class Money(Frozen):
    """An exact amount in one currency, with as many digits as the currency has minor units.

    >>> Money.of("5", "EUR") + Money.of("2.50", "EUR")
    Money(amount=Decimal('7.50'), currency='EUR')
    >>> Money.of("5", "EUR") + Money.of("5", "USD")
    Traceback (most recent call last):
    ...
    ValueError: EUR and USD do not mix: convert one of them first
    """

    amount: Annotated[Decimal, BeforeValidator(exact)]
    """A number, or as text where it has a point: `"1000.50"`."""
    currency: str
    """Three capital letters (ISO 4217). Any such code is taken: currencies come and go, histories stay."""

    @model_validator(mode="after")
    def _in_minor_units(self) -> Money:
        object.__setattr__(self, "amount", _in_minor_units(self.amount, self.currency))
        return self

    @classmethod
    def of(cls, amount: int | str | Decimal, currency: str) -> Money:
        """Make money from an exact amount; pydantic's ValidationError for anything else."""
        return cls.model_validate({"amount": amount, "currency": currency})

    def __add__(self, other: Money) -> Money:
        if not _money(other):
            return NotImplemented
        return Money.of(_EXACT.add(self.amount, _same_currency(self, other).amount), self.currency)

    def __sub__(self, other: Money) -> Money:
        if not _money(other):
            return NotImplemented
        return Money.of(_EXACT.subtract(self.amount, _same_currency(self, other).amount), self.currency)

    def __mul__(self, times: int | Decimal) -> Money:
        return Money.of(_EXACT.multiply(self.amount, exact(times)), self.currency)

    def __lt__(self, other: Money) -> bool:
        if not _money(other):
            return NotImplemented
        return self.amount < _same_currency(self, other).amount

    def __le__(self, other: Money) -> bool:
        if not _money(other):
            return NotImplemented
        return self.amount <= _same_currency(self, other).amount

    def __gt__(self, other: Money) -> bool:
        if not _money(other):
            return NotImplemented
        return other < self

    def __ge__(self, other: Money) -> bool:
        if not _money(other):
            return NotImplemented
        return other <= self

    def __str__(self) -> str:
        return f"{self.amount:,} {self.currency}"


def _money(value: object) -> bool:
    return isinstance(value, Money)


def _same_currency(one: Money, other: Money) -> Money:
    if one.currency != other.currency:
        raise ValueError(f"{one.currency} and {other.currency} do not mix: convert one of them first")
    return other


@cache
def _quantum(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


def _in_minor_units(amount: Decimal, currency: str) -> Decimal:
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.isupper()):
        raise ValueError(f"currency {currency[:20]!r} is not three capital letters (ISO 4217)")
    digits = MINOR_UNITS.get(currency, 2)
    rounded = amount.quantize(_quantum(digits), context=_EXACT)
    if rounded != amount:
        raise ValueError(f"{amount} {currency} has more than {digits} digits after the point")
    return rounded or abs(rounded)


def is_exact(money: Money) -> bool:
    """Tell whether money is what validation makes; only what is put together behind its class's back is not."""
    amount: object = money.amount
    try:
        return type(amount) is Decimal and _in_minor_units(amount, money.currency).same_quantum(amount)
    except (ArithmeticError, TypeError, ValueError):
        return False
