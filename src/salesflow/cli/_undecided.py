"""What could not be decided: the findings that convict nobody, with what would help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from salesflow._phrases import number
from salesflow.cli._console import shown
from salesflow.cli._words import COMMAND, ENGLISH
from salesflow.languages import Language, say
from salesflow.verdict import Finding

_CODES = ("bad_row", "bad_time", "naive_time", "ambiguous_time", "incomplete", "ambiguous_order")
REASONS = {code: COMMAND[f"undecided.{code}"] for code in _CODES}
"""Findings that are themselves why nothing is decided, with what they say in English."""

DECIDED = frozenset({"repeated_stage", "duplicate", "future_time", "closing_date_passed"})
"""Warnings that say all there is to say."""


@dataclass(slots=True)
class Undecided:
    """Reasons why nothing was decided, counted as findings come."""

    grounds: bool
    """Whether the log has a column of grounds."""
    columns: bool = True
    """Whether a column of them may be named."""
    words: Language = ENGLISH
    reasons: Counter[str] = field(default_factory=Counter[str])
    rules: list[Finding] = field(default_factory=list[Finding])
    """What rules could not decide: one finding for each rule."""

    def add(self, finding: Finding) -> None:
        """Count a finding, if it decides nothing."""
        if finding.code == "rule_undecidable":
            self.rules.append(finding)
            return
        reason = self._reason(finding)
        if reason:
            self.reasons[f"{self.words.text(f'undecided.{reason}')} [{finding.code}]"] += 1

    def _reason(self, finding: Finding) -> str | None:
        if finding.code in REASONS:
            return finding.code
        if finding.level == "violation" or finding.code in DECIDED:
            return None
        if not self.grounds and finding.refusal is not None and finding.refusal.code == "ground.missing":
            return "grounds" if self.columns else "no_grounds"
        return "hole"

    def lines(self) -> Iterator[str]:
        """Say each reason with its number, the most frequent first."""
        for reason, times in sorted(self.reasons.items(), key=lambda item: (-item[1], item[0])):
            yield f"{number(times, self.words.text)} x {reason}"
        for finding in sorted(self.rules, key=lambda each: (each.row or 0, each.code)):
            yield say(finding.model_copy(update={"deal": shown(finding.deal or "")}), self.words)
