"""Languages: what salesflow says, in the reader's own words, from codes and parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from salesflow import _french
from salesflow._difference import Difference
from salesflow._finding_texts import FINDINGS, NOTES
from salesflow._phrases import WORDS, spoken
from salesflow._problem_texts import ADVICE, PROBLEMS
from salesflow._template_texts import TOLD
from salesflow._texts import TEXTS
from salesflow.errors import HistoryError, LoadError, MoveRefused, SalesflowError, TemplateError
from salesflow.values import is_listing, is_mapping
from salesflow.verdict import Finding, MigrationVerdict, Problem, Refusal, Verdict

__all__ = ["ENGLISH", "FRENCH", "LANGUAGES", "Language", "Sayable", "Texts", "language_of", "say"]

Texts = Mapping[str, str] | Callable[[str, Mapping[str, Any]], str | None]
"""Texts by code, with what is to be filled in between braces; or a function from code and parameters to the text."""

Sayable = Refusal | Verdict | MigrationVerdict | Finding | Problem | Difference | SalesflowError
"""What can be said in a language."""


def _prefixed(tables: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {f"{prefix}{code}": text for prefix, table in tables.items() for code, text in table.items()}


_PREFIXED = {"": TEXTS, "finding.": FINDINGS, "note.": NOTES, "problem.": PROBLEMS, "advice.": ADVICE}
_ENGLISH = {**_prefixed(_PREFIXED), **WORDS, **TOLD}
"""Every text in English: those of refusals by their code alone, since hosts name them most."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language: its code, and where its texts are looked up, in that order. What none of them has is English."""

    id: str
    """As in `Stage.labels`: `fr`."""
    sources: tuple[Texts, ...] = ()

    def with_texts(self, *own: Texts) -> Language:
        """Return the language with texts of your own before those that it has.

        A mapping holds texts by code, with parameters between braces; one that names a parameter which the English
        text of that code does not have is a ValueError. A function takes a code and its parameters, and returns the
        whole text, or None where it has none.
        """
        for texts in own:
            if not callable(texts):
                _check(texts)
        return Language(self.id, (*own, *self.sources))

    def text(self, code: str, params: Mapping[str, Any] | None = None) -> str:
        """Return the text of a code. Raises KeyError where not even English has it."""
        found = _found(self, (code,), params or {})
        if found is None:
            raise KeyError(code)
        return found


def _check(texts: Mapping[str, str]) -> None:
    for code, text in texts.items():
        known = fields_of(_ENGLISH[code]) if code in _ENGLISH else {"subject"}
        strange = sorted(fields_of(text) - known)
        if strange:
            knows = f"it knows {', '.join(map(repr, sorted(known)))}" if known else "it knows none"
            raise ValueError(f"the text of {code!r} has no parameter {strange[0]!r}: {knows}")


def fields_of(text: str) -> set[str]:
    """Return the names between the braces of a text."""
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


ENGLISH = Language("en")
FRENCH = Language("fr", (_french.TEXTS,))
LANGUAGES: Mapping[str, Language] = {each.id: each for each in (ENGLISH, FRENCH)}
"""The languages that come with salesflow, by their codes."""


def language_of(code: str) -> Language:
    """Return a language by its code, whatever the region: `fr`, `fr-CA`. One that salesflow lacks speaks English.

    >>> language_of("fr_CA") is FRENCH
    True
    >>> language_of("de")
    Language(id='de', sources=())
    """
    first = code.strip().replace("_", "-").partition("-")[0].partition(".")[0].casefold()
    return LANGUAGES.get(first) or Language(first)


def say(thing: Sayable, language: Language | str = ENGLISH) -> str:
    """Say what `str` says in a language: a refusal, a verdict, a finding, a problem, a difference, an error.

    `language` may be a code, as for `language_of`. Codes, ids and values stay as they are. What was stored by another
    version, and cannot be worked out any more, is said in the words in which it was stored. Raises TypeError for
    what is none of these.

    >>> from salesflow.verdict import refusal
    >>> say(refusal("role", roles="director"), "fr")
    'il faut pour cela le rôle director [role]'
    """
    speaks = language_of(language) if isinstance(language, str) else language
    for kind, said in _SAID.items():
        if isinstance(thing, kind):
            return said(thing, speaks)
    raise TypeError(
        f"a refusal, a verdict, a finding, a problem, a difference or an error is said, not {type(thing).__name__}"
    )


# -- looking up ---------------------------------------------------------------------------------------------


def _found(language: Language, codes: Iterable[str], params: Mapping[str, Any]) -> str | None:
    """Return the first text that some source has for one of the codes, filled in."""
    for source in (*language.sources, _ENGLISH):
        for code in codes:
            text = source(code, params) if callable(source) else _filled(source.get(code), params)
            if text is not None:
                return text
    return None


def _filled(text: str | None, params: Mapping[str, Any]) -> str | None:
    try:
        return None if text is None else text.format_map(params)
    except (KeyError, ValueError, TypeError):
        # what was stored by another version may lack a parameter, or have one of another type
        return None


def _params(language: Language, params: Any) -> dict[str, Any]:
    """Return parameters with their words in a language."""
    words = params.get("words")
    if language.sources and is_mapping(words):
        said = {name: _spoken(language, phrase) for name, phrase in words.items()}
        return {**params, **{name: text for name, text in said.items() if text is not None}}
    return dict(params)


def _spoken(language: Language, phrase: Any) -> str | None:
    try:
        return spoken(phrase, language.text)
    except (KeyError, ValueError, TypeError, ArithmeticError):
        # a phrase of another version: its words in English stand beside it
        return None


# -- refusals and verdicts ----------------------------------------------------------------------------------


def _text_of(refusal: Refusal, language: Language) -> str:
    params = {"subject": refusal.subject, **_params(language, refusal.params)}
    if "said" in params:
        params["said"] = _found(language, (refusal.code,), params) or params["said"]
    text = _found(language, _codes(refusal), params)
    if text is None:
        return refusal.text
    return _of_record(text, str(params["record"]), language) if "record" in params else text


def _codes(refusal: Refusal) -> tuple[str, ...]:
    """Return the codes of a refusal's text: its own, and that of every rule in Python or of what cannot be read."""
    why = refusal.params.get("why")
    own = f"{refusal.code}.{why}" if why else refusal.code
    if "rule" not in refusal.params:
        return (own,)
    if why:
        return own, f"python.{why}"
    return ("unreadable",) if refusal.status == "unreadable" else (own, "python")


def _of_record(text: str, kind: str, language: Language) -> str:
    record = _found(language, (f"kind.{kind}",), {}) or kind
    return language.text("line.record", {"record": record, "text": text})


def _refusal(refusal: Refusal, language: Language) -> str:
    return f"{_text_of(refusal, language)} [{refusal.key}]"


def _verdict(verdict: Verdict, language: Language) -> str:
    code = f"verdict.{'allowed' if verdict else 'refused'}{'' if verdict.source else '.start'}"
    heading = language.text(code, {"source": verdict.source, "target": verdict.target})
    return heading + _lines(verdict.refusals, language)


def _migration(verdict: MigrationVerdict, language: Language) -> str:
    text = language.text(f"migrated.{verdict.code}", {"source": verdict.source, "target": verdict.target})
    heading = language.text("line.record", {"record": verdict.deal, "text": text})
    return f"{heading} [{verdict.code}]" + _lines(verdict.refusals, language)


def _lines(things: Iterable[Sayable], language: Language) -> str:
    return "".join(f"\n- {say(each, language)}" for each in things)


# -- findings, problems, errors -----------------------------------------------------------------------------


def detail_of(finding: Finding, language: Language) -> str:
    """Return the detail of a finding in a language."""
    params = _params(language, finding.params)
    said = _found(language, (f"finding.{params['says']}",), params) if "says" in params else None
    if said is None and finding.refusal is not None and finding.detail:
        said = _text_of(finding.refusal, language)
    if said is None:
        return finding.detail
    notes = params.get("notes")
    for note in notes if is_listing(notes) else ():
        told = _found(language, (f"note.{note}",), params)
        said = language.text("line.note", {"detail": said, "note": told}) if told else said
    return said


def _finding(finding: Finding, language: Language) -> str:
    code = f"line.finding{'' if finding.deal else '.bare'}{'' if finding.row is None else '.row'}"
    params = {"deal": finding.deal, "row": finding.row, "detail": detail_of(finding, language) or finding.code}
    return f"{language.text(code, params)} [{finding.code}]"


def text_of(problem: Problem, language: Language) -> str:
    """Return the text of a problem, and the advice, in a language."""
    params = _params(language, problem.params)
    text = _found(language, (f"problem.{params['says']}",), params) if "says" in params else None
    advice = _found(language, (f"advice.{params['advises']}",), params) if "advises" in params else None
    if text is None:
        text, advice = problem.text, problem.advice
    return language.text("line.problem", {"text": text, "advice": advice}) if advice else text


def _problem(problem: Problem, language: Language) -> str:
    place = f" @ {problem.path}" if problem.path else ""
    return f"{text_of(problem, language)}{place} [{problem.code}]"


def text_of_difference(difference: Difference, language: Language) -> str:
    """Return the text of a difference in a language."""
    words = difference.params.get("words")
    said = _spoken(language, words.get("text")) if language.sources and is_mapping(words) else None
    return said or difference.text


def _difference(difference: Difference, language: Language) -> str:
    place = f" @ {difference.path}" if difference.path else ""
    return f"{text_of_difference(difference, language)}{place} [{difference.code}]"


def _error(error: TemplateError | MoveRefused | HistoryError | LoadError, language: Language) -> str:
    items = _items(error)
    code, params = error.heading
    return language.text(code, _params(language, params)) + _lines(items, language)


def _items(error: TemplateError | MoveRefused | HistoryError | LoadError) -> Iterable[Sayable]:
    if isinstance(error, MoveRefused):
        return error.verdict.refusals
    return error.findings if isinstance(error, HistoryError) else error.problems


_SAID: dict[Any, Callable[[Any, Language], str]] = {
    Refusal: _refusal,
    Verdict: _verdict,
    MigrationVerdict: _migration,
    Finding: _finding,
    Problem: _problem,
    Difference: _difference,
    (TemplateError, MoveRefused, HistoryError, LoadError): _error,
}
