"""Log walks: the events of one deal, judged in the order of time, ties in the kindest order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby, islice
from typing import NamedTuple

from salesflow import _orders
from salesflow._compile import Edge, Table
from salesflow._orders import MOST_TIED, Path
from salesflow._rowview import Cells, RowView, Step
from salesflow._sight import UNREADABLE
from salesflow.findings import Fault, Tally, fault, no_way, noted, placed, rule_fault, unknown, without_ground
from salesflow.history import Kind
from salesflow.verdict import Finding


class Event(NamedTuple):
    """A row of a log: a deal came to a stage."""

    at: datetime
    stage: str
    source: str | None
    """The stage that was left; empty where the row creates the deal, None where the log does not tell."""
    ground: str | None
    """Empty where none is stated, None where the log does not tell."""
    created: str
    cells: Cells
    row: int

    @property
    def fact(self) -> tuple[datetime, str, str, str]:
        """What makes two rows the same event."""
        return self.at, self.stage, self.source or "", self.created


NOT_TOLD = ""
"""In place of the stage that a held or closed deal left, where the log begins later."""


class State(NamedTuple):
    """Where a deal may be."""

    stage: str | None = None
    left: str | None = None
    somewhere: bool = False
    """Whether too many events were tied to tell where the deal is."""
    incomplete: bool = False
    """Whether the log began later than the deal; nowhere yet, whether it is known to begin later."""


class Judged(NamedTuple):
    """An event, and what was found."""

    event: Event
    source: str | None
    kind: Kind | None
    """What the move was, where there is such a way."""
    faults: tuple[Fault, ...]


MOST_WORK = 20_000
"""How many subsets of tied events are tried for one deal before it is given up as ambiguous."""

Reached = Mapping[str, datetime]
"""When the deal last came to each stage."""

Paths = dict[State, Path[Judged]]

Way = Edge | list[Fault] | None
"""The way that a move takes, or why there is none; None where it cannot be told."""


@dataclass(frozen=True, slots=True)
class LogWalk:
    """What the events of a deal are judged by."""

    table: Table
    _steps: dict[tuple[State, str, str | None, str | None], tuple[State, Judged, int]] = field(
        default_factory=dict[tuple["State", str, "str | None", "str | None"], tuple["State", "Judged", int]]
    )
    """The steps that neither cells nor other events decide, once they were judged."""

    def findings(self, deal: str, events: Sequence[Event], tally: Tally, *, late: bool) -> Iterator[Finding]:
        """Judge the events of one deal, which are in the order of time; `late` if the deal is known to be older."""
        for judged in self.judged(events, late=late):
            event = judged.event
            tally.count(judged.source, event.stage, judged.kind, judged.faults)
            for each in judged.faults:
                yield placed(each, deal, event.row, judged.source, event.stage, event.at)

    def judged(self, events: Sequence[Event], *, late: bool = False) -> list[Judged]:
        """Say of each event of one deal, in the order of time, what it was; ties are judged by the kindest order."""
        paths: Paths = {State(incomplete=late): Path()}
        ties: list[Event] = []
        work = 0
        reached = {self.table.canonical.get(event.stage, event.stage): event.at for event in events}
        for _, tied in groupby(events, key=lambda event: event.at):
            for group in _creation_first(sorted(tied, key=self._rank)):
                work += 2 ** len(group) if len(group) > 1 else 0
                ties += group[:1] if len(group) > 1 else []
                too_many = len(group) > MOST_TIED or work > MOST_WORK
                paths = self._lost(paths, group) if too_many else self._through(paths, group, reached)
        return _ordered(paths, ties)

    def _rank(self, event: Event) -> tuple[int, str, str, str]:
        place = self.table.position.get(self.table.canonical.get(event.stage, ""), len(self.table.order))
        return place, event.stage, event.source or "", event.created

    def _through(self, paths: Paths, group: list[Event], reached: Reached) -> Paths:
        known: dict[tuple[State, int], tuple[State, Judged, int]] = {}

        def step(state: State, path: Path[Judged], event: Event) -> tuple[State, Judged, int]:
            if self.table.looks_back:
                return self._step(state, path, event, reached)
            if not event.source and not event.cells and {event.stage, state.stage} <= self.table.canonical.keys():
                return self._same_step(state, path, event)
            found = known.get((state, event.row))
            if found is None:
                found = known[state, event.row] = self._step(state, path, event, reached)
            return found

        return _orders.through(paths, group, step)

    def _same_step(self, state: State, path: Path[Judged], event: Event) -> tuple[State, Judged, int]:
        key = (state, event.stage, event.source, event.ground and "stated")
        found = self._steps.get(key)
        if found is None:
            found = self._steps[key] = self._step(state, path, event, {})
        arrived, judged, weight = found
        return arrived, judged._replace(event=event), weight

    def _lost(self, paths: Paths, group: list[Event]) -> Paths:
        """Give up on a group that is too large; what no order of it can clear is told all the same."""
        best = _orders.kindest(paths)
        path = replace(best, harshest=best.weight)
        many = fault("ambiguous_order", "many", level="warning", count=len(group))
        path = path.with_found(Judged(group[0], None, None, (many,)))
        for event in group:
            if event.stage not in self.table.canonical:
                path = path.with_found(Judged(event, None, None, (unknown(self.table, event.stage),)), 1)
        return {State(somewhere=True): path}

    def alone(self, state: State, event: Event) -> tuple[State, Judged]:
        """Judge an event that is tied to none by where the deal is; no later event is known, and no rule looks back."""
        arrived, judged, _ = self._step(state, Path(), event, {})
        return arrived, judged

    # -- one event ------------------------------------------------------------------------------------------

    def _step(self, state: State, path: Path[Judged], event: Event, reached: Reached) -> tuple[State, Judged, int]:
        source, left, faults = self._from(state, event, reached)
        way = self._way(source, left, event) if not (state.somewhere and source is None) else None
        if state.stage is None and state.incomplete:
            state, way = _begun_before(source, event, way)
        if isinstance(way, Edge):
            faults += self._asked(way, state, path, event, left)
        elif way is not None:
            faults += way
        kind = way.kind if isinstance(way, Edge) else None
        weight = sum(1 for each in faults if each.level == "violation")
        return self._arrived(state, event, source, left), Judged(event, source, kind, tuple(faults)), weight

    def _from(self, state: State, event: Event, reached: Reached) -> tuple[str | None, str | None, list[Fault]]:
        """Return the stage that was left, what that one had left, and what is odd about it."""
        told = event.source
        if not told or self._same(told, state.stage):
            return state.stage, state.left, []
        if state.somewhere:
            return told, NOT_TOLD, []
        if state.stage is None:
            return told, NOT_TOLD, [fault("incomplete", level="warning", told=told)]
        return told, NOT_TOLD, [self._gap(told, state.stage, event, reached)]

    def _same(self, one: str, other: str | None) -> bool:
        return other is not None and self.table.canonical.get(one, one) == self.table.canonical.get(other, other)

    def _gap(self, told: str, stage: str, event: Event, reached: Reached) -> Fault:
        later = reached.get(self.table.canonical.get(told, told))
        if later is not None and later > event.at:
            return fault("time_back", "log", told=told, later=later.isoformat())
        return fault("gap", "log", told=told, stage=stage)

    def _way(self, source: str | None, left: str | None, event: Event) -> Edge | list[Fault]:
        target, told = event.stage, bool(event.source)
        if source is not None and self._same(source, target):
            return [fault("repeated_stage", level="warning", stage=target)]
        known = self.table.canonical
        strange = [name for name in (source, target) if name is not None and name not in known]
        if strange:
            return [unknown(self.table, name) for name in strange if told or name == target]
        way = self.table.kindest(source, target) if left == NOT_TOLD else self.table.way(source, left, target)
        return way if isinstance(way, Edge) else [no_way(self.table, source, way)]

    def _asked(self, way: Edge, state: State, path: Path[Judged], event: Event, left: str | None) -> list[Fault]:
        found = _grounds(way, event)
        guards = (*way.guards, *way.waived) if event.ground == "" else way.guards
        if not guards or (left == NOT_TOLD and self._rests(way.allowed.source)):
            return found
        missing = state.incomplete or state.somewhere or (state.stage is None and bool(event.source))
        history, cut = _looking_back(path) if self.table.looks_back else ((), False)
        view = RowView(event.cells, history, int(missing or cut), event.at)
        reasons = dict.fromkeys(each for guard in guards for each in guard(view, event.at, UNREADABLE))
        return [*found, *(rule_fault(each) for each in reasons)]

    def _arrived(self, state: State, event: Event, source: str | None, left: str | None) -> State:
        if self._same(event.stage, state.stage):
            return state
        stage = self.table.stages.get(self.table.canonical.get(event.stage, ""))
        leaves = stage is not None and self._rests(stage.id)
        incomplete = state.incomplete or (state.stage is None and source is not None) or state.somewhere
        in_play = source if self.table.canonical.get(source or "") in self.table.position else None
        untold = stage is not None and (stage.hold or (source is None and state.incomplete))
        came_from = (left or in_play or (NOT_TOLD if untold else None)) if leaves else None
        return State(event.stage, came_from, incomplete=incomplete)

    def _rests(self, name: str | None) -> bool:
        """Tell whether a stage is a hold or closed, so that it matters what was left for it."""
        stage = self.table.stages.get(name or "")
        return stage is not None and (stage.hold or not stage.open)


MOST_STEPS = 256
"""How far a rule in a log looks back: what lies further is unknown, and the time it takes stays bounded."""


def _looking_back(path: Path[Judged]) -> tuple[tuple[Step, ...], bool]:
    """Return the last steps of a path, and whether there were more."""
    trail = path.trail.backwards() if path.trail else iter(())
    moves = (each for each in trail if not any(one.code in _NO_STEP for one in each.faults))
    last = [_as_step(each) for each in islice(moves, MOST_STEPS + 1)]
    return tuple(reversed(last[:MOST_STEPS])), len(last) > MOST_STEPS


_NO_STEP = frozenset({"repeated_stage", "ambiguous_order"})


def _as_step(judged: Judged) -> Step:
    return Step(judged.source, judged.event.stage, judged.event.at, judged.kind or "advanced")


def _begun_before(source: str | None, event: Event, way: Way) -> tuple[State, Way]:
    """Convict no deal that is older than its log of where it begins; where deals do begin, it begins."""
    if source is None and isinstance(way, list) and way[0].code == "starts_in_the_middle":
        return State(incomplete=True), [fault("incomplete", "older", level="warning", stage=event.stage)]
    return State(), way


def _grounds(way: Edge, event: Event) -> list[Fault]:
    if way.ground is None or event.ground:
        return []
    missing = without_ground(way)
    if event.ground is None:
        return [missing._replace(level="warning", **noted(missing.detail, missing.params, "no_grounds"))]
    return [missing]


def _creation_first(group: list[Event]) -> list[list[Event]]:
    """Take the row that creates a deal before those of its time that go on from there."""
    created = [event for event in group if event.source == ""]
    rest = [event for event in group if event.source != ""]
    return [each for each in (created, rest) if each]


def _ordered(paths: Paths, ties: list[Event]) -> list[Judged]:
    """Return what is found on the kindest way, and the warning where another order of tied events would convict."""
    best, most = _orders.kindest(paths), max(path.harshest for path in paths.values())
    found = best.found()
    if not ties or best.weight or not most:
        return found
    return [*found, Judged(ties[0], None, None, (fault("ambiguous_order", level="warning"),))]
