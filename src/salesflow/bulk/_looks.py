"""Looks: one deal of each variant, judged closely, and what that says of all that are like it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from salesflow._logwalk import Event, Judged, LogWalk, State
from salesflow.bulk._arrow import Bools, Codes, Ints, listed
from salesflow.bulk._events import Events
from salesflow.bulk._names import Names
from salesflow.bulk._signs import Signs
from salesflow.bulk._times import moment
from salesflow.bulk._told import Told, telling
from salesflow.findings import Fault, Tally

MOST_KNOWN = 20_000
"""So many variants are remembered: what a log costs in which no deal is like another stays bounded."""


class Seen(NamedTuple):
    """What is found of one event."""

    judged: Judged
    what: tuple[int, ...]
    """The numbers of what is told of it."""
    undecided: tuple[str, ...]
    """The keys of the rules that nothing decides."""
    own: bool
    """Whether what is found differs from deal to deal."""
    gap: bool
    """Whether events that come later decide what it is."""


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
    tally: Tally
    _known: dict[bytes, Explained] = field(default_factory=dict[bytes, Explained])
    _steps: dict[tuple[State, tuple[int, ...]], tuple[State, Seen]] = field(
        default_factory=dict[tuple[State, tuple[int, ...]], tuple[State, Seen]]
    )
    """By where a deal is, and what an event says (stage, source, ground, sign): where it is then, and what is found."""
    _times: dict[int, tuple[Explained, int]] = field(default_factory=dict[int, tuple[Explained, int]])
    """How many deals went each way, by the identity of what was found of it."""

    def count(self, explained: Explained, times: int) -> None:
        """Count the deals of a variant."""
        _, before = self._times.get(id(explained), (explained, 0))
        self._times[id(explained)] = explained, before + times
        if len(self._times) >= MOST_KNOWN:
            self.end()

    def end(self) -> None:
        """Count the moves of all deals that were counted."""
        often: dict[int, tuple[Judged, int]] = {}
        for explained, times in self._times.values():
            for judged in explained.judged if times else ():
                often[id(judged)] = judged, often.get(id(judged), (judged, 0))[1] + times
        for judged, times in often.values():
            self.tally.count(judged.source, judged.event.stage, judged.kind, judged.faults, times)
        self._times.clear()

    def at(self, events: Events, deal: int, says: Codes) -> Explained:
        """Look at a deal, or remember one whose events say the same; a row an event, the last number is its sign."""
        begin = int(events.starts[deal])
        own = says[begin : begin + int(events.lengths[deal])]
        key = own.tobytes()
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            found = self._known[key] = self._explained(events, begin, listed(own[:, -1]))
        return found

    def _explained(self, events: Events, begin: int, signs: list[int]) -> Explained:
        untied = not self.walk.table.looks_back and not events.tied[begin : begin + len(signs)].any()
        found = self._step_by_step(events, begin, signs) if untied else None
        return _summed(found or self._together(events, begin, signs))

    def _event(self, events: Events, place: int, sign: int, row: int) -> Event:
        names = self.stages.texts
        return Event(
            at=moment(int(events.at[place])),
            stage=names[events.stage[place]],
            source=None if events.source is None else names[events.source[place]],
            ground=None if events.ground is None else "stated" * int(events.ground[place]),
            created="",
            cells=self.signs.cells(sign),
            row=row,
        )

    def _together(self, events: Events, begin: int, signs: list[int]) -> list[tuple[int, Seen]]:
        """Judge the events of a deal as a close look does."""
        steps = [self._event(events, begin + row, sign, row) for row, sign in enumerate(signs)]
        return [(each.event.row, self._seen(each, signs[each.event.row])) for each in self.walk.judged(steps)]

    def _step_by_step(self, events: Events, begin: int, signs: list[int]) -> list[tuple[int, Seen]] | None:
        """Judge events by where the deal is, as other deals were there before; None where it takes all of a deal."""
        told = [_cut(each, begin, len(signs)) for each in (events.stage, events.source, events.ground)]
        shapes = zip(*told, signs, strict=True)
        state, found = State(), list[tuple[int, Seen]]()
        for row, shape in enumerate(shapes):
            step = self._steps.get((state, shape))
            if step is None:
                event = self._event(events, begin + row, signs[row], row)
                if len(self._steps) >= MOST_KNOWN:
                    self._steps.clear()
                arrived, judged = self.walk.alone(state, event)
                step = self._steps[state, shape] = arrived, self._seen(judged, signs[row])
            state, seen = step
            if seen.gap:
                return None
            found.append((row, seen))
        return found

    def _seen(self, judged: Judged, sign: int) -> Seen:
        open_ = [each for each in judged.faults if each.code == "rule_undecidable"]
        return Seen(
            judged,
            tuple(
                self.told.number(telling(each, judged.source, judged.event.stage))
                for each in judged.faults
                if each.code != "rule_undecidable"
            ),
            tuple(each.refusal.key for each in open_ if each.refusal),
            own=any(_differs(each, self.signs, sign) for each in judged.faults),
            gap=any(each.code == "gap" for each in judged.faults),
        )


def _cut(column: Codes | Bools | None, begin: int, count: int) -> list[int]:
    return [0] * count if column is None else listed(column[begin : begin + count])


def _summed(found: list[tuple[int, Seen]]) -> Explained:
    own = any(seen.own for _, seen in found)
    places = [row for row, seen in found for _ in seen.what]
    return Explained(
        judged=tuple(seen.judged for _, seen in found),
        places=np.asarray(places, np.int64),
        what=np.asarray([number for _, seen in found for number in seen.what], np.int32),
        undecided=tuple((row, key) for row, seen in found for key in seen.undecided),
        own=own,
    )


def _differs(fault: Fault, signs: Signs, sign: int) -> bool:
    """Tell whether a fault tells of more than its variant does: a time, the value of a cell."""
    if fault.code == "time_back":
        return True
    says = fault.refusal.code if fault.refusal and fault.code == "rule_not_met" else ""
    return says in _WITH_VALUES and signs.loose(sign)


_WITH_VALUES = frozenset({"compare", "any_of"})
