"""Words of the command: its headings, its sentences and its complaints, in the reader's language."""

from __future__ import annotations

from salesflow.cli._french import COMMAND as FRENCH
from salesflow.languages import FRENCH as IN_FRENCH
from salesflow.languages import Language, language_of

COMMAND: dict[str, str] = {
    # columns, by what stands in them
    "column.asks": "asks",
    "column.at most": "at most",
    "column.code": "code",
    "column.codes": "codes",
    "column.count": "count",
    "column.deal": "deal",
    "column.deals": "deals",
    "column.example": "example",
    "column.follow-up": "follow-up",
    "column.forecast": "forecast",
    "column.from": "from",
    "column.is": "is",
    "column.label": "label",
    "column.level": "level",
    "column.move": "move",
    "column.roles": "roles",
    "column.stage": "stage",
    "column.to": "to",
    "column.violations": "violations",
    "column.was": "was",
    "column.%": "%",
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
    "undecided.hole": "a row of the deal could not be read, and may be what is missed",
    # show
    "show.heading": "{name}, version {version}, for {kind} records",
    "show.label": "{label}: {name}",
    "show.stages": "Stages",
    "show.asked": "Asked on entering",
    "show.roles": "Roles",
    "show.former": "Former ids",
    "show.moves": "Declared moves",
    "show.policy": "Policy",
    "show.ground": "a ground",
    "show.warns": "{rule}, or warns",
    "show.overridden": "{rule}, unless overridden by {roles}",
    "trait.won": "won",
    "trait.lost": "lost",
    "trait.hold": "hold",
    "trait.skippable": "skippable",
    "trait.deprecated": "deprecated",
    "trait.retired": "retired",
    "forecast.pipeline": "pipeline",
    "forecast.best_case": "best case",
    "forecast.most_likely": "most likely",
    "forecast.commit": "commit",
    "forecast.closed": "closed",
    "forecast.omitted": "omitted",
    # what a policy says
    "policy.start": "records start in {stages}",
    "policy.next.free": "each stage leads to the next, the last one to winning",
    "policy.next.declared": "a step to the next stage exists only where a move declares it",
    "policy.skip.never": "no stage is passed over",
    "policy.skip.with_ground": "stages may be passed over with a stated ground; their rules are asked all the same",
    "policy.skip.free": "stages may be passed over; their rules are asked all the same",
    "policy.skippable": "a stated ground passes over {stages} all the same, and waives what is asked there",
    "policy.hold": "any open stage may be held in {stages}, and resumed where it was left",
    "policy.back.never": "nothing steps back",
    "policy.back.with_ground": "earlier stages may be entered again with a stated ground",
    "policy.back.free": "earlier stages may be entered again",
    "policy.lose.any_time": "any open stage may be lost",
    "policy.lose.declared": "losing exists only where a move declares it",
    "policy.reopen.never": "nothing that is closed is reopened",
    "policy.reopen": "{closed} may be reopened to {stages} with a stated ground",
    "policy.locked": "the fields of a closed record are locked until it is reopened",
    # lint
    "lint.sound": "{name} is sound",
    "lint.problem": "{name} has {count} problem",
    "lint.problems": "{name} has {count} problems",
    # new
    "new.written": "{file} is written; check it with: salesflow lint {file}",
    # complaints
    "near": "; {near!r} is near",
    "name_it": "{problem}: name it with --{option}",
}
"""Each text by its code, in English."""


def in_words(code: str) -> Language:
    """Return a language by its code, with the words of the command."""
    language = language_of(code)
    own = (FRENCH,) if language is IN_FRENCH else ()
    return Language(language.id, (*language.sources, *own, COMMAND))


ENGLISH = in_words("en")
