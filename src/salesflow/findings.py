"""Findings: what a move that does not agree with its template is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

from salesflow._compile import Edge, Table
from salesflow._finding_texts import NOTES, detail
from salesflow.history import Kind
from salesflow.values import FrozenMap
from salesflow.verdict import Finding, FindingCode, Refusal, refusal

__all__ = ["Audit"]

CODES: dict[str, FindingCode] = {
    "stage.unknown": "unknown_stage",
    "stage.same": "repeated_stage",
    "stage.retired": "retired_stage",
    "stage.deprecated": "starts_in_the_middle",
    "start.elsewhere": "starts_in_the_middle",
    "move.undeclared": "undeclared_move",
    "move.skip": "skip",
    "move.back": "step_back",
    "move.hold": "hold_to_hold",
}
"""What a finding is called when the refusal of a move has this code."""

_CLOSED: dict[str | None, FindingCode] = {"lost": "out_of_lost", "won": "out_of_won"}
_WITHOUT_GROUND: dict[str, FindingCode] = {
    "skipped": "skip",
    "won": "skip",
    "reopened": "reopened_without_ground",
    "moved_back": "step_back",
}


class Fault(NamedTuple):
    """A finding in the making: all of it but its place."""

    code: FindingCode
    detail: str
    level: Literal["violation", "warning"] = "violation"
    refusal: Refusal | None = None
    params: Mapping[str, Any] = FrozenMap[Any]()


def fault(
    code: FindingCode, which: str = "", *, level: Literal["violation", "warning"] = "violation", **params: Any
) -> Fault:
    """Make a fault with its text: that of its code, of several the one that is named."""
    says = f"{code}.{which}" if which else code
    return Fault(code, detail(says, params), level, None, {"says": says, **params})


Way = tuple[str | None, str, Kind | None]
"""From where, to where, and what that is; the first is None where a deal begins, the last where no way leads."""


@dataclass(slots=True)
class Tally:
    """What an audit has seen so far."""

    rows: int = 0
    deals: int = 0
    moves: int = 0
    kinds: dict[str, int] = field(default_factory=lambda: dict.fromkeys(get_args(Kind), 0))
    ways: Counter[Way] = field(default_factory=Counter[Way])
    """How often each way of a log was taken."""
    faulty: Counter[Way] = field(default_factory=Counter[Way])
    """How often in a way that is a violation."""

    def count(
        self, source: str | None, target: str, kind: Kind | None, faults: tuple[Fault, ...], times: int = 1
    ) -> None:
        """Count a move of a log, or as many as are alike."""
        if any(fault.code == "ambiguous_order" for fault in faults):
            return
        self.moves += times * (source is not None)
        if kind:
            self.kinds[kind] += times
        self.ways[source, target, kind] += times
        if any(fault.level == "violation" for fault in faults):
            self.faulty[source, target, kind] += times

    def forget_moves(self) -> None:
        """Count deals and moves anew; the rows that were read stay read."""
        self.deals = self.moves = 0
        self.kinds = dict.fromkeys(self.kinds, 0)
        self.ways.clear()
        self.faulty.clear()


class Audit(Iterator[Finding]):
    """The findings of an audit, found as they are asked for, and a count of what was looked at on the way.

    The counts are complete once the findings are exhausted.
    """

    def __init__(self, findings: Iterable[Finding], tally: Tally) -> None:
        self._findings = iter(findings)
        self._tally = tally

    def __iter__(self) -> Audit:
        return self

    def __next__(self) -> Finding:
        return next(self._findings)

    @property
    def rows(self) -> int:
        """How many rows of a log, or changes of records, were read."""
        return self._tally.rows

    @property
    def deals(self) -> int:
        """How many deals were judged."""
        return self._tally.deals

    @property
    def moves(self) -> int:
        """How many moves were judged, first appearances not counted."""
        return self._tally.moves

    @property
    def kinds(self) -> dict[str, int]:
        """How many moves of each kind agreed with the template's stages and policy."""
        return {kind: count for kind, count in self._tally.kinds.items() if count}


def no_way(table: Table, source: str | None, said: Refusal) -> Fault:
    """Name the fault of a move for which there is no way."""
    if said.code == "move.closed":
        outcome = table.stages[table.canonical[source or ""]].outcome
        return Fault(_CLOSED[outcome], said.text, refusal=said)
    level: Literal["violation", "warning"] = "warning" if said.code == "stage.same" else "violation"
    return Fault(CODES[said.code], said.text, level, said)


def without_ground(edge: Edge) -> Fault:
    """Name the fault of a move that asks for a ground and has none."""
    code = _WITHOUT_GROUND.get(edge.kind, "ground_missing")
    said = edge.ground
    return Fault(code, said.text if said else "", refusal=said)


def unknown(table: Table, name: str) -> Fault:
    """Name the fault of a stage that the table does not know."""
    said = table.way(None, None, name)
    if isinstance(said, Edge):
        return Fault("unknown_stage", "")
    near = said.params.get("near")
    known = {"near": near} if near else {}
    return fault("unknown_stage", "near" if near else "", stage=said.subject, **known)


def retired(stage: str) -> Fault:
    """Name the fault of a deal that lies in a stage that is retired."""
    said = refusal("stage.retired", stage)
    return Fault("retired_stage", said.text, refusal=said)


def noted(detail: str, params: Mapping[str, Any], note: str, **more: Any) -> dict[str, Any]:
    """Return a detail and its parameters with a note after it."""
    notes = (*params.get("notes", ()), note)
    return {
        "detail": f"{detail}; {NOTES[note].format(**more)}",
        "params": FrozenMap({**params, **more, "notes": notes}),
    }


def rule_fault(said: Refusal) -> Fault:
    """Name the fault of a rule that does not hold, or cannot be judged from the data at hand."""
    if said.status == "unreadable":
        return Fault("rule_undecidable", said.text, "warning", said)
    return Fault("rule_not_met", said.text, refusal=said)


def placed(
    fault: Fault, deal: str | None, row: int | None, source: str | None, target: str | None, at: datetime | None
) -> Finding:
    """Make a finding of a fault and its place."""
    return Finding(
        code=fault.code,
        level=fault.level,
        deal=deal,
        row=row,
        source=source,
        target=target,
        at=at,
        detail=fault.detail,
        params=fault.params,
        refusal=fault.refusal,
    )
