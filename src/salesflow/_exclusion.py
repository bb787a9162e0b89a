"""Exclusion: rules that must all hold and cannot, because they leave no value to a field.

What is found is certain. Rules that may exclude each other, such as texts that may stand for numbers, are let pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from salesflow._phrases import Phrase, phrase, spoken
from salesflow._sight import like
from salesflow._wording import wording
from salesflow.money import Money
from salesflow.rules import AllOf, AnyOf, AnyRule, Compare, NoneOf, Present, TimeInStage, parts

SEEN_AT_MOST = 256
"""How many simple rules are looked at together; a file may hold thousands, for each of thousands of moves."""
SAID_AT_MOST = 5
"""How many rules one clash names."""


_Atom = tuple[AnyRule, bool]
"""A simple rule, and whether it must hold or must not."""


@dataclass(frozen=True, slots=True)
class _Bound:
    """What one rule leaves to its subject."""

    subject: str
    op: str
    value: Any
    atom: _Atom


def clashes(rules: Iterable[AnyRule]) -> Iterator[tuple[str, ...]]:
    """Return, in words, each set of rules that cannot hold together, of rules that all must.

    >>> from salesflow import compare
    >>> list(clashes([compare("offer.months", "ge", 10), compare("offer.months", "le", 5)]))
    [('offer.months at least 10', 'offer.months at most 5')]
    """
    return (tuple(clash) for clash in clashing(rules))


def clashing(rules: Iterable[AnyRule]) -> Iterator[dict[str, Phrase]]:
    """Yield the same, each rule in words with the phrase that says it in any language."""
    atoms = tuple(islice(_atoms(rules, holds=True), SEEN_AT_MOST))
    yield from _opposites(atoms)
    by_subject: dict[str, list[_Bound]] = {}
    for bound in (bound for atom in atoms for bound in _bounds(atom)):
        by_subject.setdefault(bound.subject, []).append(bound)
    for bounds in by_subject.values():
        clash = _presence_clash(bounds) or _value_clash([each for each in bounds if each.op in _TURNED])
        said = _said(each.atom for each in clash)
        if len(said) > 1:
            yield dict(islice(said.items(), SAID_AT_MOST))


def alternatives(rule: AnyRule) -> Iterator[AnyRule]:
    """Yield what lies directly in an any_of or a none_of, however deep: each is asked for itself."""
    for part in parts(rule):
        if not isinstance(rule, AllOf):
            yield part
        yield from alternatives(part)


def _atoms(rules: Iterable[AnyRule], *, holds: bool) -> Iterator[_Atom]:
    """Yield each simple rule that must hold, or must not; what may or may not is left out."""
    for rule in rules:
        inside = parts(rule)
        if not inside:
            yield rule, holds
        # an any_of that fails says something of every part, and so does any other group that holds
        elif len(inside) == 1 or holds is not isinstance(rule, AnyOf):
            yield from _atoms(inside, holds=holds is not isinstance(rule, NoneOf))


def _opposites(atoms: tuple[_Atom, ...]) -> Iterator[dict[str, Phrase]]:
    simple = [(rule, holds) for rule, holds in atoms if not isinstance(rule, Present | Compare)]
    unwanted = dict.fromkeys(_bare(rule) for rule, holds in simple if not holds)
    wanted = dict.fromkeys(_bare(rule) for rule, holds in simple if holds and unwanted)
    yield from (_said(((rule, True), (rule, False))) for rule in wanted if rule in unwanted)


def _bare(rule: AnyRule) -> AnyRule:
    return rule.model_copy(update={"severity": "block", "overridable_by": ()})


def _said(atoms: Iterable[_Atom]) -> dict[str, Phrase]:
    phrases = (wording(rule) if holds else phrase("rule.not", rule=wording(rule)) for rule, holds in atoms)
    return {spoken(each): each for each in phrases}


# -- what a rule leaves -------------------------------------------------------------------------------------

_TURNED = {"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "le": "gt", "gt": "le"}


def _bounds(atom: _Atom) -> Iterator[_Bound]:
    rule, holds = atom
    if isinstance(rule, Present):
        yield _Bound(rule.field, "present" if holds else "absent", None, atom)
    elif isinstance(rule, Compare):
        # what is missing compares neither way, so a comparison that must fail is the opposite one
        yield _Bound(rule.field, rule.op if holds else _TURNED[rule.op], rule.value, atom)
    elif isinstance(rule, TimeInStage) and holds:
        for op, span in (("ge", rule.at_least), ("le", rule.at_most)):
            if span is not None:
                yield _Bound("time_in_stage", op, Decimal(span // timedelta(microseconds=1)).scaleb(-6), atom)


# -- what is left together ----------------------------------------------------------------------------------


def _presence_clash(bounds: list[_Bound]) -> tuple[_Bound, ...]:
    absent = next((each for each in bounds if each.op == "absent"), None)
    other = next((each for each in bounds if each.op != "absent"), None)
    return (absent, other) if absent and other else ()


def _value_clash(bounds: list[_Bound]) -> tuple[_Bound, ...]:
    """Return bounds that leave no value of any type that all of them can be compared with."""
    clash = tuple(bounds)
    for sample in _samples(bounds):
        readings = [like(sample, each.value) for each in bounds]
        if any(reading is None for reading in readings):
            continue
        clash = _empty(list(zip(readings, bounds, strict=True)))
        if not clash:
            return ()
    return clash


def _samples(bounds: list[_Bound]) -> tuple[Any, ...]:
    # a date reads what a time reads, in the same order; one sum of money is enough: two currencies clash already
    money = [each.value for each in bounds if isinstance(each.value, Money)][:1]
    return (Decimal(0), "", datetime(2000, 1, 1, tzinfo=UTC), True, *money)


_Read = tuple[Any, _Bound]
"""A bound with its value, read as the type of a sample."""


def _low(read: _Read) -> tuple[Any, bool]:
    return read[0], read[1].op == "gt"


def _high(read: _Read) -> tuple[Any, bool]:
    return read[0], read[1].op != "lt"


def _empty(read: list[_Read]) -> tuple[_Bound, ...]:
    """Return the bounds between which nothing lies, or none."""
    lows = [each for each in read if each[1].op in {"eq", "ge", "gt"}]
    highs = [each for each in read if each[1].op in {"eq", "le", "lt"}]
    if not lows or not highs:
        return ()
    low, high = max(lows, key=_low), min(highs, key=_high)
    if low[0] < high[0]:
        return ()
    if low[0] > high[0] or low[1].op == "gt" or high[1].op == "lt":
        return (low[1], high[1])
    barred = next((bound for value, bound in read if bound.op == "ne" and value == low[0]), None)
    return (low[1], high[1], barred) if barred else ()
