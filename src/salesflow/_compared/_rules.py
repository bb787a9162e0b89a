"""Rules compared: where a new template asks more, asks less, asks something else or asks the same in other words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from salesflow._compared._pairs import Pairs
from salesflow._difference import Difference, Impact, difference
from salesflow._implies import implies
from salesflow._phrases import Phrase, joined, phrase
from salesflow._wording import wording
from salesflow.rules import AllOf, AnyRule, Compare, Qualified, Severity, Visited, parts

Rules = tuple[AnyRule, ...]
Verdict = Literal["rule_tightened", "rule_loosened", "rule_changed"]


class Place(NamedTuple):
    """Where rules are asked: their path, what it is called, and what it means where they ask something else."""

    path: str
    called: Phrase
    impact: Impact


class _Swap(NamedTuple):
    """A rule, and what stands in its place; None where one is new or gone."""

    old: AnyRule | None
    new: AnyRule | None


def compared(old: Rules, new: Rules, place: Place) -> Iterator[Difference]:
    """Yield what is asked otherwise, one difference for each rule that is new, gone or another.

    Rules are exchanged one by one, and each is judged beside those that are asked with it, so that what the others ask
    anyhow counts for nothing.
    """
    if old == new:
        return
    before, after = _flat(old), _flat(new)
    if _same(before, after):
        yield difference("rule_rewritten", place.path, "new_only", place=place.called)
    else:
        yield from _told(before, _swaps(before, after), place)


def _same(before: list[AnyRule], after: list[AnyRule]) -> bool:
    """Tell whether rules mean the same as a whole, and warn of the same."""
    asked, asks = _of(before, "block"), _of(after, "block")
    warnings = set(_of(before, "warn")) == set(_of(after, "warn"))
    return warnings and implies(asked, asks) and implies(asks, asked)


def _of(rules: Iterable[AnyRule], severity: Severity) -> list[AnyRule]:
    return [rule for rule in rules if rule.severity == severity]


def _told(rules: list[AnyRule], swaps: Iterable[_Swap], place: Place) -> Iterator[Difference]:
    for swap in swaps:
        others = [rule for rule in rules if rule not in _flat([swap.old] if swap.old else [])]
        yield from _blocking(others, swap, place)
        yield from _warning(swap, place)
        rules = [*others, swap.new] if swap.new else others


# -- what blocks --------------------------------------------------------------------------------------------


def _blocking(others: list[AnyRule], swap: _Swap, place: Place) -> Iterator[Difference]:
    old, new = (rule if rule and rule.severity == "block" else None for rule in swap)
    verdict = judged(_of(others, "block"), old, new)
    if verdict is not None:
        why = "instead" if old and new and verdict != "rule_changed" else ""
        yield difference(verdict, place.path, place.impact, why=why, **_words(old, new, place))


def judged(others: Iterable[AnyRule], old: AnyRule | None, new: AnyRule | None) -> Verdict | None:
    """Tell what it means that `new` is asked instead of `old`, beside the others; nothing where it means the same."""
    beside = list(others)
    stays = old is None or implies([*beside, *([new] if new else [])], [old])
    comes = new is None or implies([*beside, *([old] if old else [])], [new])
    if stays and comes:
        return None
    return "rule_tightened" if stays else "rule_loosened" if comes else "rule_changed"


# -- what warns ---------------------------------------------------------------------------------------------


def _warning(swap: _Swap, place: Place) -> Iterator[Difference]:
    old, new = (rule if rule and rule.severity == "warn" else None for rule in swap)
    if old or new:
        why = "gone" if new is None else "instead" if old else ""
        yield difference("warning_changed", place.path, place.impact, why=why, **_words(old, new, place))


# -- which rule is which ------------------------------------------------------------------------------------


def _flat(rules: Iterable[AnyRule]) -> list[AnyRule]:
    """Return rules without the groups and lists that only hold them together, each once."""
    return list(dict.fromkeys(each for rule in rules for each in _parted(rule)))


def _parted(rule: AnyRule) -> Iterator[AnyRule]:
    kept = {"severity": rule.severity, "overridable_by": rule.overridable_by}
    if isinstance(rule, AllOf):
        for part in rule.rules:
            yield from _parted(part.model_copy(update=kept))
    elif isinstance(rule, Qualified):
        yield from (rule.model_copy(update={"criteria": (criterion,)}) for criterion in rule.criteria)
    else:
        yield rule


def _swaps(before: list[AnyRule], after: list[AnyRule]) -> list[_Swap]:
    """Pair rules that are about the same thing; the rest is gone or new."""
    gone = [rule for rule in before if rule not in after]
    come = [rule for rule in after if rule not in before]
    found: list[_Swap] = []
    for alike in (_content, _subject, _form):
        for old in tuple(gone):
            new = next((each for each in come if alike(each) == alike(old)), None)
            if new is not None:
                gone.remove(old)
                come.remove(new)
                found.append(_Swap(old, new))
    return [*found, *(_Swap(old, None) for old in _together(gone)), *(_Swap(None, new) for new in _together(come))]


def _together(rules: list[AnyRule]) -> Iterator[AnyRule]:
    """Yield rules, with the criteria that are asked alike in one."""
    alike: dict[Any, list[Qualified]] = {}
    for rule in rules:
        if isinstance(rule, Qualified):
            alike.setdefault((rule.at_least, rule.severity, rule.overridable_by), []).append(rule)
        else:
            yield rule
    for several in alike.values():
        yield several[0].model_copy(update={"criteria": tuple(each.criteria[0] for each in several)})


def _form(rule: AnyRule) -> Any:
    return rule.rule


def _content(rule: AnyRule) -> Any:
    return rule.model_copy(update={"severity": "block", "overridable_by": ()})


def _subject(rule: AnyRule) -> Any:
    """Return what a rule is about: its form, and the field or name that it looks at."""
    named = ("field", "kind", "what", "criteria", "stage", "name")
    return (rule.rule, *(getattr(rule, name, None) for name in named), rule.op if isinstance(rule, Compare) else None)


# -- rules in words -----------------------------------------------------------------------------------------


def _words(old: AnyRule | None, new: AnyRule | None, place: Place) -> dict[str, Phrase]:
    told = {name: _asked(rule) for name, rule in (("old", old), ("new", new)) if rule}
    return {"place": place.called, **told}


def _asked(rule: AnyRule) -> Phrase:
    if not rule.overridable_by:
        return wording(rule)
    return phrase("difference.overridden", rule=wording(rule), roles=joined(rule.overridable_by, "or"))


# -- rules of the old template in the words of the new one --------------------------------------------------


def in_new_words(pairs: Pairs, rules: Rules) -> Rules:
    """Return rules with the stages that they name called as in the new template."""
    return tuple(_renamed(pairs, rule) for rule in rules)


def _renamed(pairs: Pairs, rule: Any) -> Any:
    if isinstance(rule, Visited):
        return rule.model_copy(update={"stage": pairs.called(rule.stage)})
    if parts(rule):
        return rule.model_copy(update={"rules": in_new_words(pairs, parts(rule))})
    return rule
