"""Looks: one deal of each variant, judged closely, and what that says of all that are like it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from salesflow._logwalk import Event, Judged, LogWalk
from salesflow.bulk._arrow import Codes, Ints
from salesflow.bulk._events import Events
from salesflow.bulk._names import Names
from salesflow.bulk._signs import Signs
from salesflow.bulk._times import moment
from salesflow.bulk._told import Told, telling
from salesflow.findings import Fault, Tally

MOST_KNOWN = 20_000
"""So many variants are remembered: what a log costs in which no deal is like another stays bounded."""


class Explained(NamedTuple):
    """What a close look found of one variant."""

    judged: tuple[Judged, ...]
    places: Ints
    """Of each finding: at which event of the deal it is."""
    what: Codes
    """And what it tells."""
    undecided: tuple[tuple[int, str], ...]
    """The rules that nothing decides: at which event, and the key."""
    own: bool
    """Whether what is found differs from deal to deal."""


@dataclass(slots=True, eq=False)
class Looks:
    """The variants that were looked at so far."""

    walk: LogWalk
    told: Told
    signs: Signs
    stages: Names
    _known: dict[bytes, Explained] = field(default_factory=dict[bytes, Explained])
    _times: dict[int, tuple[Explained, int]] = field(default_factory=dict[int, tuple[Explained, int]])
    """How many deals went each way, by the identity of what was found of it."""

    def count(self, explained: Explained, times: int) -> None:
        """Count the deals of a variant."""
        _, before = self._times.get(id(explained), (explained, 0))
        self._times[id(explained)] = explained, before + times

    def tally(self, tally: Tally) -> None:
        """Count the moves of all deals that were counted."""
        for explained, times in self._times.values():
            for judged in explained.judged if times else ():
                tally.count(judged.source, judged.event.stage, judged.kind, judged.faults, times)
        self._times.clear()

    def at(self, events: Events, deal: int, columns: list[Codes]) -> Explained:
        """Look at a deal, or remember one whose events say the same in all columns; the last is that of signs."""
        begin = int(events.starts[deal])
        end = begin + int(events.lengths[deal])
        key = b"".join(column[begin:end].tobytes() for column in columns)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            signs = columns[-1][begin:end].tolist()
            found = self._known[key] = self._explained(self._steps(events, begin, signs), signs)
        return found

    def _steps(self, events: Events, begin: int, signs: list[int]) -> list[Event]:
        names = self.stages.texts
        return [
            Event(
                at=moment(int(events.at[place])),
                stage=names[events.stage[place]],
                source=None if events.source is None else names[events.source[place]],
                ground=None if events.ground is None else "stated" * int(events.ground[place]),
                created="",
                cells=self.signs.cells(sign),
                row=place - begin,
            )
            for place, sign in enumerate(signs, begin)
        ]

    def _explained(self, steps: list[Event], signs: list[int]) -> Explained:
        judged = self.walk.judged(steps)
        found = [(each, fault) for each in judged for fault in each.faults]
        own = any(_differs(fault, self.signs, signs[each.event.row]) for each, fault in found)
        if own:
            return Explained((), np.zeros(0, np.int64), np.zeros(0, np.int32), (), own=True)
        told = [(each, fault) for each, fault in found if fault.code != "rule_undecidable"]
        return Explained(
            judged=tuple(judged),
            places=np.asarray([each.event.row for each, _ in told], np.int64),
            what=np.asarray(
                [self.told.number(telling(fault, each.source, each.event.stage)) for each, fault in told], np.int32
            ),
            undecided=tuple(
                (each.event.row, fault.refusal.key)
                for each, fault in found
                if fault.code == "rule_undecidable" and fault.refusal
            ),
            own=False,
        )


def _differs(fault: Fault, signs: Signs, sign: int) -> bool:
    """Tell whether a fault tells of more than its variant does: a time, the value of a cell."""
    if fault.code == "time_back":
        return True
    says = fault.refusal.code if fault.refusal and fault.code == "rule_not_met" else ""
    return says in _WITH_VALUES and signs.loose(sign)


_WITH_VALUES = frozenset({"compare", "any_of"})
