"""What could not be decided: the findings that convict nobody, with what would help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from salesflow.cli._console import shown
from salesflow.verdict import Finding

REASONS: dict[str, str] = {
    "bad_row": "a row could not be read",
    "bad_time": "a time could not be read",
    "naive_time": "a time has no zone: say which with --zone",
    "ambiguous_time": "a time comes twice or never, as clocks change",
    "incomplete": "the log begins after the deal did",
    "ambiguous_order": "events at one time, whose order decides what is found: judged by the kindest",
}
"""Why nothing is decided where this is found."""

DECIDED = frozenset({"repeated_stage", "duplicate", "future_time", "closing_date_passed"})
"""Warnings that say all there is to say."""


@dataclass(slots=True)
class Undecided:
    """Reasons why nothing was decided, counted as findings come."""

    grounds: bool
    """Whether the log has a column of grounds."""
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
            self.reasons[f"{reason} [{finding.code}]"] += 1

    def _reason(self, finding: Finding) -> str | None:
        if finding.code in REASONS:
            return REASONS[finding.code]
        if finding.level == "violation" or finding.code in DECIDED:
            return None
        if not self.grounds and finding.refusal is not None and finding.refusal.code == "ground.missing":
            return "no column tells whether a ground was stated: name it with --ground"
        return "a row of the deal could not be read, and may be what is missed"

    def lines(self) -> Iterator[str]:
        """Say each reason with its number, the most frequent first."""
        for reason, times in sorted(self.reasons.items(), key=lambda item: (-item[1], item[0])):
            yield f"{times:,} x {reason}"
        for finding in self.rules:
            yield f"{shown(finding.deal or '')} @ {finding.row}: {finding.detail} [{finding.code}]"
