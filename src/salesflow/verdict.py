"""Verdicts: the answers on a move, a history and a template, each with stable codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import ConfigDict, computed_field

from salesflow._phrases import in_english, spoken
from salesflow._problem_texts import ADVICE, PROBLEMS
from salesflow._texts import text
from salesflow.history import FrozenJson, Kind
from salesflow.values import Frozen, FrozenMap, Time, settled

__all__ = ["Finding", "FindingCode", "MigrationCode", "MigrationVerdict", "Problem", "Refusal", "Verdict"]


class Refusal(Frozen):
    """One reason against a move."""

    code: str
    """What kind of reason: `present`, `qualified`, `ground.missing`. Stable."""
    subject: str = ""
    """What it is about: a field, a criterion, a stage."""
    status: Literal["fails", "unknown", "unreadable"] = "fails"
    """Known to fail; not known; or, in an audit, not to be read from the data at hand."""
    params: FrozenJson = FrozenMap[Any]()
    """The values in the text, for a text of your own; `words` holds those that are words, as data."""
    text: str
    missing: tuple[str, ...] = ()
    """What would cure it if supplied: field paths, `ground`, `by`. Empty where nothing supplied can."""
    alternatives: tuple[tuple[Refusal, ...], ...] = ()
    """For `any_of`: each way to meet it, with what stands in that way."""
    overridable_by: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Code and subject: what `override=` names."""
        return f"{self.code}.{self.subject}" if self.subject else self.code

    @property
    def curable(self) -> bool:
        """Whether supplying what is missing can be enough."""
        return bool(self.missing) or any(all(each.curable for each in way) for way in self.alternatives)

    def __str__(self) -> str:
        return f"{self.text} [{self.key}]"


def refusal(code: str, subject: str = "", *, why: str = "", **more: Any) -> Refusal:
    """Make a refusal with its text; `more` holds parameters of the text and fields of the refusal."""
    own = {name: more.pop(name) for name in ("status", "missing", "alternatives") if name in more}
    more = with_words(more)
    said = text(code, {"subject": subject, **more}, why)
    return Refusal(code=code, subject=subject, params=settled({**more, "why": why} if why else more), text=said, **own)


def with_words(params: dict[str, Any]) -> dict[str, Any]:
    """Return parameters with each phrase in English, and beside them under `words` the phrases themselves."""
    words: dict[str, Any] = {name: value for name, value in params.items() if type(value) is dict and name != "words"}
    if not words:
        return params
    english = {name: spoken(value) for name, value in words.items()}
    return {**params, **english, "words": {**params.get("words", {}), **words}}


class Verdict(Frozen):
    """The answer on one move. It is true when the move may happen.

    Its JSON form tells what follows from the reasons too: `allowed`, `missing`, `alternatives`, `possible`.
    """

    # what is computed stands in the JSON form, and reading that form back works it out anew
    model_config = ConfigDict(extra="ignore")

    source: str | None
    target: str
    kind: Kind | None = None
    """What the change would be; None where no such move exists."""
    refusals: tuple[Refusal, ...] = ()
    """Every reason against the move."""
    warnings: tuple[Refusal, ...] = ()
    """Rules of severity `warn` that do not hold: the move may happen all the same."""
    overrode: tuple[str, ...] = ()
    """The keys of the reasons that an override passed over."""

    def __bool__(self) -> bool:
        return not self.refusals

    @computed_field
    @property
    def allowed(self) -> bool:
        """Whether the move may happen."""
        return not self.refusals

    @computed_field
    @property
    def missing(self) -> tuple[str, ...]:
        """What must be supplied: field paths, `ground`, `by`, each once."""
        return tuple(dict.fromkeys(path for each in self.refusals for path in each.missing))

    @computed_field
    @property
    def alternatives(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """For each unmet `any_of`: the ways to meet it, each with the paths that it needs."""
        return tuple(
            tuple(tuple(path for each in way for path in each.missing) for way in one.alternatives)
            for one in self.refusals
            if one.alternatives
        )

    @computed_field
    @property
    def possible(self) -> bool:
        """Whether nothing stands in the way but what can be supplied."""
        return all(each.curable for each in self.refusals)

    def __str__(self) -> str:
        if self:
            return f"{self.source!r} to {self.target!r} is allowed"
        return f"{self.source!r} to {self.target!r} is refused:" + _lines(self.refusals)


def _lines(items: Iterable[object]) -> str:
    return "".join(f"\n- {item}" for item in items)


FindingCode = Literal[
    "ambiguous_order",
    "ambiguous_time",
    "bad_row",
    "bad_time",
    "changed_template",
    "closing_date_passed",
    "duplicate",
    "future_time",
    "gap",
    "ground_missing",
    "hold_to_hold",
    "incomplete",
    "naive_time",
    "number_gap",
    "out_of_lost",
    "out_of_won",
    "outcome_changed",
    "reopened_without_ground",
    "repeated_stage",
    "retired_stage",
    "reused_id",
    "rule_not_met",
    "rule_undecidable",
    "skip",
    "starts_in_the_middle",
    "step_back",
    "time_back",
    "undeclared_move",
    "unknown_field",
    "unknown_stage",
    "unknown_template",
    "unmigrated",
    "unreadable_field",
    "updated_while_closed",
    "wrong_end",
    "wrong_kind",
    "wrong_start",
]
"""What a finding may be: the reference has a section for each."""


class Finding(Frozen):
    """One place where a history or a log does not agree with its template."""

    code: FindingCode
    level: Literal["violation", "warning"] = "violation"
    """A violation is a fault; a warning says what the data cannot tell or what looks odd."""
    deal: str | None = None
    row: int | None = None
    """The row of a log, counted from 1 without the heading; the number of the change in a record's history."""
    source: str | None = None
    target: str | None = None
    at: Time | None = None
    detail: str = ""
    params: FrozenJson = FrozenMap[Any]()
    """The values in the detail, and which text it is (`says`), for a text in another language."""
    refusal: Refusal | None = None
    """The rule that was not met, or could not be judged."""

    def __str__(self) -> str:
        place = "" if self.row is None else f" @ {self.row}"
        return f"{self.deal}{place}: {self.detail or self.code} [{self.code}]"


MigrationCode = Literal[
    "fine",
    "needs_data",
    "dead_end",
    "already_done",
    "unmapped",
    "outcome_change",
    "foreign",
    "refused",
]
"""What may become of a record that is migrated: the reference has a row for each."""

MIGRATES: frozenset[MigrationCode] = frozenset({"fine", "needs_data", "dead_end", "already_done"})


class MigrationVerdict(Frozen):
    """What a migration would make of one record. It is true where it may be migrated, or is already."""

    deal: str | None
    """The id of the record; None for what is none."""
    code: MigrationCode
    source: str | None = None
    """The stage where it stands."""
    target: str | None = None
    """The stage where it would stand; None where the plan does not tell."""
    refusals: tuple[Refusal, ...] = ()
    """What stands against it, or which rules of the new stage it does not meet."""
    missing: tuple[str, ...] = ()
    """What the rules of the new stage miss: field paths."""
    undecided: tuple[Refusal, ...] = ()
    """The rules of the new stage that a record alone does not decide: who acts, how long it stood."""

    def __bool__(self) -> bool:
        return self.code in MIGRATES

    @property
    def text(self) -> str:
        """The verdict in words."""
        return in_english(f"migrated.{self.code}", {"source": self.source, "target": self.target})

    def __str__(self) -> str:
        return f"{self.deal}: {self.text} [{self.code}]" + _lines(self.refusals)


class Problem(Frozen):
    """One thing that is wrong or doubtful in a template."""

    code: str
    level: Literal["error", "warning"] = "error"
    """Errors are contradictions and stop construction; `lint` tells warnings."""
    path: str = ""
    """Where: `stages[2].rules[0]`."""
    text: str
    advice: str = ""
    params: FrozenJson = FrozenMap[Any]()
    """The values in text and advice, and which they are (`says`, `advises`), for texts in another language."""

    def __str__(self) -> str:
        place = f" @ {self.path}" if self.path else ""
        advice = f"; {self.advice}" if self.advice else ""
        return f"{self.text}{advice}{place} [{self.code}]"


def problem(
    code: str,
    path: str = "",
    *,
    why: str = "",
    advises: str = "",
    level: Literal["error", "warning"] = "error",
    **params: Any,
) -> Problem:
    """Make a problem with its text, in the variant that `why` names, and with the advice that is named.

    `params` are the values in both.
    """
    known, says = with_words(params), f"{code}.{why}" if why else code
    named = {"says": says, "advises": advises} if advises else {"says": says}
    return Problem(
        code=code,
        level=level,
        path=path,
        text=PROBLEMS[says].format(**known),
        advice=ADVICE[advises].format(**known) if advises else "",
        params={**known, **named},
    )
