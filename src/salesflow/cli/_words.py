"""Words of the command: its headings, its sentences and its complaints, in the reader's language."""

from __future__ import annotations

from salesflow.cli._french import COMMAND as FRENCH
from salesflow.languages import FRENCH as IN_FRENCH
from salesflow.languages import Language, language_of

COMMAND: dict[str, str] = {
    # columns, by what stands in them
    "column.code": "code",
    "column.codes": "codes",
    "column.count": "count",
    "column.deal": "deal",
    "column.deals": "deals",
    "column.example": "example",
    "column.level": "level",
    "column.obey": "obey",
    "column.pipeline": "pipeline",
    "column.rows": "rows",
    "column.moves": "moves",
    "column.warnings": "warnings",
    "column.violations": "violations",
    # audit
    "audit.heading": "{file} judged by {template}",
    "audit.rows": "rows",
    "audit.deals": "deals",
    "audit.obedient": "deals that obey",
    "audit.moves": "moves",
    "audit.violations": "violations",
    "audit.warnings": "warnings",
    "audit.not_judged": "{count} not judged",
    "audit.by_code": "Findings by code",
    "audit.by_move": "Findings by move",
    "audit.worst": "Deals with the most violations",
    "audit.undecided": "What could not be decided",
    "audit.row": "row",
    "audit.files": "{count} files",
    "audit.pipelines": "{count} pipelines",
    "audit.any_pipeline": "any pipeline",
    "audit.busy": "reading",
    "audit.by_pipeline": "By pipeline",
    "audit.reading": "What was not taken as it stood",
    "audit.read": "{rows} rows read, {dropped} dropped",
    "note.assumed": "assumed",
    "note.dropped": "dropped",
    "note.odd": "odd",
    "note.line": "{kind}: {text}",
    "note.times": "{line} ({count} times)",
    "audit.more": "and {count} more: see --format json",
    "level.violation": "violation",
    "level.warning": "warning",
    "level.error": "error",
    "undecided.bad_row": "a row could not be read",
    "undecided.bad_time": "a time could not be read",
    "undecided.naive_time": "a time has no zone: say which with --zone",
    "undecided.ambiguous_time": "a time comes twice or never, as clocks change",
    "undecided.incomplete": "the log begins after the deal did",
    "undecided.ambiguous_order": "events at one time, whose order decides what is found: judged by the kindest",
    "undecided.grounds": "no column tells whether a ground was stated: name it with --ground",
    "undecided.no_grounds": "what was read does not tell whether a ground was stated",
    "undecided.hole": "a row of the deal could not be read, and may be what is missed",
    # lint
    "lint.sound": "{name} is sound",
    "lint.problem": "{name} has {count} problem",
    "lint.problems": "{name} has {count} problems",
    # new
    "new.written": "{file} is written; check it with: salesflow lint {file}",
    # migrate
    "migrate.unmapped": "the plan leaves open where {stage!r} leads: say it under mapping",
    "migrate.unsaid": "{stage!r} changes its outcome: if that is meant, say so under changes_outcome, with a ground",
    "migrate.none": "there are no records",
    # complaints
    "or_file": ", or give the pipelines of {system} as a file too",
    "like": "; it looks like what is read with {others}",
    "near": "; {near!r} is near",
    "name_it": "{problem}: name it with --{option}",
}
"""Each text by its code, in English."""


def in_words(code: str) -> Language:
    """Return a language by its code, with the words of the command."""
    language = language_of(code)
    own = (FRENCH,) if language is IN_FRENCH else ()
    return Language(language.id, (*language.sources, *own, COMMAND))


def in_english(words: Language) -> bool:
    """Tell whether a language has no texts of its own, so that all is said in English."""
    return words.sources == (COMMAND,)


ENGLISH = in_words("en")
