"""Phrases: words inside of texts, kept as data, so that they can be said in any language.

A phrase is JSON data: a text or a number that is the same in every language, or one of

- `{"code": …, …}`: a text of `WORDS`, and the phrases to fill in;
- `{"list": […], "word": "or"}`: names as people list them, a long list cut; `"quoted": true` quotes each;
- `{"join": […], "word": "and"}`: all of them, with the word, or else a comma, between any two; quoted alike;
- `{"span": [days, seconds, microseconds]}`, and `lasted`, which writes the clock out in English;
- `{"money": "1000.00 EUR"}`, and `{"number": 1000}`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from salesflow._difference_texts import DIFFERENCE_WORDS, DIFFERENCES
from salesflow._heard import HEARD
from salesflow._template_texts import TOLD
from salesflow._texts import listed
from salesflow.money import Money
from salesflow.values import is_mapping, settled

Phrase = Any
Say = Callable[[str, Mapping[str, Any]], str]
"""From a code of a text and what to fill in to the text."""

WORDS: dict[str, str] = {
    "word.or": "or",
    "word.and": "and",
    "word.comma": ", ",
    "word.semicolon": "; ",
    "word.or_else": "; or ",
    "word.more": "{count} more",
    "word.quoted": "{name!r}",
    "number.thousands": ",",
    "number.point": ".",
    "span.day": "{days} day",
    "span.days": "{days} days",
    # what a rule requires
    "rule.present": "{field} is present",
    "rule.compare": "{field} {bound}",
    "rule.qualified": "{criteria} qualified",
    "rule.verified": "{criteria} verified",
    "rule.role": "done by {roles}",
    "rule.activity": "{kind} on record, {count} or more",
    "rule.activity.within": "{kind} on record, {count} or more within {span}",
    "rule.objections_resolved": "no objection open",
    "rule.time_in_stage": "in the stage {bounds}",
    "rule.visited": "has been in {stage!r}",
    "rule.approved": "{what} approved",
    "rule.approved.by": "{what} approved by {roles}",
    "rule.group": "({rules})",
    "rule.none_of": "none of ({rules})",
    "rule.not": "not ({rule})",
    "bound.eq": "is {value}",
    "bound.ne": "is not {value}",
    "bound.lt": "< {value}",
    "bound.le": "at most {value}",
    "bound.gt": "> {value}",
    "bound.ge": "at least {value}",
    "bound.both": "at least {low} and at most {high}",
    "count.within": "{count} within {span}",
    # why a ground must be stated
    "ground.declared": "{source!r} to {target!r} asks for one",
    "ground.back": "a step back",
    "ground.skip": "{stages} would be skipped",
    "ground.reopening": "a reopening",
    "ground.override": "an override",
    # what a caller sent
    "sent.fields": "fields by name are wanted, not {type}",
    "sent.mapping": "a mapping is wanted, not {type}",
    "sent.reserved": "{field} is set by templates alone",
    "sent.calendar": "one outside the calendar",
    "kind.lead": "lead",
    "kind.opportunity": "opportunity",
    "kind.customer": "customer",
    "kinds.lead": "leads",
    "kinds.opportunity": "opportunities",
    "kinds.customer": "customers",
    "kinds.of": "of {kinds}",
    "life.active": "active",
    "life.deprecated": "deprecated",
    "life.retired": "retired",
    "outcome.none": "open",
    "outcome.won": "won",
    "outcome.lost": "lost",
    # what is read
    "place.log": "the log",
    "place.template": "template {name}",
    "place.rule": "rule {name}",
    "plugin.of": "{object!r} of the distribution {distribution!r}",
    # around a text
    "line.record": "{record}: {text}",
    "line.problem": "{text}; {advice}",
    "line.finding": "{deal}: {detail}",
    "line.finding.row": "{deal} @ {row}: {detail}",
    "line.finding.bare": "None: {detail}",
    "line.finding.bare.row": "None @ {row}: {detail}",
    "line.note": "{detail}; {note}",
    "migrated.fine": "{source!r} becomes {target!r}",
    "migrated.needs_data": "{source!r} becomes {target!r}, whose rules are not met",
    "migrated.dead_end": "{source!r} becomes {target!r}, from where nothing is ever closed",
    "migrated.unmapped": "the plan leaves open where it leads",
    "migrated.outcome_change": "{source!r} and {target!r} differ in outcome, which the plan does not say is meant",
    "migrated.already_done": "it is migrated already",
    "migrated.foreign": "the plan leads from another template",
    "migrated.refused": "it cannot be migrated as it is",
    "verdict.allowed": "{source!r} to {target!r} is allowed",
    "verdict.refused": "{source!r} to {target!r} is refused:",
    "verdict.allowed.start": "None to {target!r} is allowed",
    "verdict.refused.start": "None to {target!r} is refused:",
    "error.template": "template {template!r} contradicts itself:",
    "error.update": "{name} may not be updated:",
    "error.enter": "{name} may not enter {target!r}:",
    "error.change": "{name} may not change in {source!r}:",
    "error.migrate": "{name} may not be migrated:",
    "error.move": "{name} may not move from {source!r} to {target!r}:",
    "error.history": "the history does not hold together:",
    "error.load": "{place} cannot be read:",
    **HEARD,
    **{code: text for code, text in TOLD.items() if code.startswith("forecast.")},
    # what is another in a new version of a template
    **{f"difference.{code}": text for code, text in {**DIFFERENCES, **DIFFERENCE_WORDS}.items()},
}
"""Each word or group of words by its code."""

DEEPEST = 4 * 32
"""How deep a phrase is looked into: four levels for each level of a rule. Deeper, it is shown as data."""


def in_english(code: str, params: Mapping[str, Any]) -> str:
    """Say a text of `WORDS`."""
    return WORDS[code].format(**params)


def spoken(phrase: Phrase, say: Say = in_english, depth: int = 0) -> str:
    """Return a phrase in the language of `say`. What is no phrase is shown as it is."""
    if is_mapping(phrase) and depth < DEEPEST:
        form = next((form for form in _FORMS if form in phrase), None)
        if form is not None:
            return _FORMS[form](phrase, say, depth + 1)
    return str(phrase)


def _text(phrase: Mapping[str, Any], say: Say, depth: int) -> str:
    params = {name: spoken(part, say, depth) for name, part in phrase.items() if name != "code"}
    return say(str(phrase["code"]), params)


def _list(phrase: Mapping[str, Any], say: Say, depth: int) -> str:
    word = say(f"word.{phrase.get('word')}", {})
    return listed(_items(phrase["list"], phrase, say, depth), word, lambda count: say("word.more", {"count": count}))


def _items(items: Iterable[Phrase], phrase: Mapping[str, Any], say: Say, depth: int) -> list[str]:
    names = [spoken(each, say, depth) for each in items]
    return [say("word.quoted", {"name": name}) for name in names] if phrase.get("quoted") else names


_WORDS = ("or", "and")
_MARKS: dict[object, str] = {";": "word.semicolon", "; or": "word.or_else"}


def _join(phrase: Mapping[str, Any], say: Say, depth: int) -> str:
    word = phrase.get("word")
    between = f" {say(f'word.{word}', {})} " if word in _WORDS else say(_MARKS.get(word, "word.comma"), {})
    return between.join(_items(phrase["join"], phrase, say, depth))


def _span(phrase: Mapping[str, Any], say: Say, _depth: int) -> str:
    duration = timedelta(*phrase["span"])
    clock = timedelta(seconds=duration.seconds, microseconds=duration.microseconds)
    if not duration.days:
        return str(clock)
    code = "span.day" if abs(duration.days) == 1 else "span.days"
    days = say(code, {"days": duration.days})
    return f"{days}, {clock}" if clock else days


def _lasted(phrase: Mapping[str, Any], say: Say, depth: int) -> str:
    if say is in_english:
        return str(timedelta(*phrase["lasted"]))
    return _span({"span": phrase["lasted"]}, say, depth)


def _money(phrase: Mapping[str, Any], say: Say, _depth: int) -> str:
    amount, _, currency = str(phrase["money"]).partition(" ")
    return f"{number(Decimal(amount), say)} {currency}"


def _number(phrase: Mapping[str, Any], say: Say, _depth: int) -> str:
    return number(phrase["number"], say)


_FORMS: dict[str, Callable[[Mapping[str, Any], Say, int], str]] = {
    "code": _text,
    "list": _list,
    "join": _join,
    "span": _span,
    "lasted": _lasted,
    "money": _money,
    "number": _number,
}


def number(value: int | Decimal, say: Say = in_english) -> str:
    """Write a number with the thousands apart."""
    marks = {",": say("number.thousands", {}), ".": say("number.point", {})}
    return "".join(marks.get(character, character) for character in f"{value:,}")


# -- making them --------------------------------------------------------------------------------------------


def phrase(code: str, **params: Phrase) -> Phrase:
    """Make the phrase of a text, with the phrases to fill in."""
    return {"code": code, **params}


def names(several: Iterable[str], word: str = "or", *, quoted: bool = False) -> Phrase:
    """Make the phrase of names that people list."""
    found: dict[str, Any] = {"list": list(several), "word": word}
    return {**found, "quoted": True} if quoted else found


def joined(several: Sequence[Phrase], word: str = "", *, quoted: bool = False) -> Phrase:
    """Make the phrase of several that stand side by side."""
    found: dict[str, Any] = {"join": list(several), "word": word}
    return {**found, "quoted": True} if quoted else found


def shortened(several: Sequence[Phrase], most: int, word: str) -> Phrase:
    """Make the phrase of several that stand side by side; of more than `most`, how many are left out."""
    left = len(several) - most
    return joined([*several[:most], *([phrase("word.more", count=left)] if left > 0 else [])], word)


def span(duration: timedelta, form: str = "span") -> Phrase:
    """Make the phrase of a duration."""
    return {form: (duration.days, duration.seconds, duration.microseconds)}


def fixed(**several: Phrase) -> dict[str, Any]:
    """Return parameters that a rule has in every text: each phrase in English, and as data that is frozen already."""
    return {**{name: spoken(each) for name, each in several.items()}, "words": settled(several)}


def counted(number: int) -> Phrase:
    """Make the phrase of a whole number."""
    return {"number": number}


def value(of: object) -> Phrase:
    """Make the phrase of a value that a rule names, or that a field has."""
    return {"money": f"{of.amount} {of.currency}"} if isinstance(of, Money) else str(of)
