"""Acquittals: histories seen at once to agree with their template. What they do not recognise is for a close look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from salesflow import _apply, _recall
from salesflow._compile import Edge, Table
from salesflow._guards import Guard
from salesflow._quick import Court
from salesflow.history import Change, TemplateRef
from salesflow.moves import Move
from salesflow.records import RESERVED, Record
from salesflow.rules import AnyRule, PythonRule, reads, walk
from salesflow.stage import Stage
from salesflow.values import stated


@dataclass(slots=True, eq=False)
class Place:
    """Where a record stands, and the steps from there that were met so far."""

    stage: str | None
    left: str | None
    closed: bool
    steps: dict[str, Step] = field(default_factory=dict[str, "Step"])
    """By the stage that they reach."""


@dataclass(slots=True, eq=False)
class Step:
    """A change that the template allows."""

    kind: str
    there: Place
    """Where it leads."""
    way: Edge | None = None
    """The way, where anything is asked on it."""
    guards: tuple[Guard, ...] = ()
    """What is asked while no ground is stated."""


class Chart:
    """The places and steps of one template that one audit has met so far: no more than its stages allow."""

    def __init__(self, court: Court) -> None:
        rules = [each for rule in _rules(court.table) for each in walk(rule)]
        self.court = court
        # where nothing is asked, nobody needs the values
        self.readers = _recall.readers(court.record) if rules else _recall.lookers(court.record)
        self.blank = {name: info.default for name, info in court.record.model_fields.items()}
        self.kept = any(isinstance(each, PythonRule) for each in rules)
        """Whether a rule may keep the record that it is given, so that each needs one of its own."""
        self.placed = court.table.looks_back or any(_reads_place(rule) for rule in rules)
        """Whether a rule may look at where the record stands."""
        self.start = Place(None, None, closed=False)
        self._places: dict[tuple[str, str | None], Place] = {}

    def step(self, here: Place, change: Change, record: Record) -> Step | None:
        """Work out the step that a change makes from here, if the template allows it."""
        if change.target not in self.court.table.canonical:
            return None
        make = _MAKERS.get(change.kind, _moved)
        return make(self, here, change, record)

    def place(self, stage: str, left: str | None) -> Place:
        """Return the one place of that stage, for a record that left that other one."""
        place = self._places.get((stage, left))
        if place is None:
            place = self._places[stage, left] = Place(stage, left, stage in self.court.table.closing)
        return place


def _rules(table: Table) -> Iterator[AnyRule]:
    holders: tuple[Stage | Move, ...] = (*table.stages.values(), *table.declared.values())
    for holder in holders:
        yield from holder.rules


def _reads_place(rule: AnyRule) -> bool:
    return any(path.split(".")[0] in RESERVED for path in reads(rule))


def _adopted(chart: Chart, here: Place, change: Change, _record: Record) -> Step | None:
    known = change.source is None or change.source in chart.court.table.canonical
    if here is not chart.start or not known:
        return None
    return Step("adopted", chart.place(change.target, change.source))


def _updated(chart: Chart, here: Place, change: Change, _record: Record) -> Step | None:
    if change.target != here.stage or (here.closed and chart.court.table.policy.lock_closed):
        return None
    step = here.steps[change.target] = Step("updated", here)
    return step


def _moved(chart: Chart, here: Place, change: Change, record: Record) -> Step | None:
    table = chart.court.table
    way = table.way(here.stage, here.left, change.target)
    if not isinstance(way, Edge) or way.kind != change.kind:
        return None
    left = _apply.place(_apply.with_values(record, {"left": here.left}), change, table)["left"]
    guards = (*way.guards, *way.waived)
    asks = way if guards or way.ground else None
    step = here.steps[change.target] = Step(way.kind, chart.place(change.target, left), asks, guards)
    return step


_MAKERS = {"adopted": _adopted, "updated": _updated}


# -- a history ----------------------------------------------------------------------------------------------

_EARLIEST = datetime.min.replace(tzinfo=UTC)


def acquitted(chart: Chart, record: Any) -> list[str] | None:
    """Return the kinds of a record's changes when all of them agree; None means that somebody must look closely."""
    ref = record.template
    if record.changes_before or record.__class__ is not chart.court.record:
        return None
    if ref is not chart.court.ref and ref != chart.court.ref:
        return None
    try:
        return _walked(chart, record, ref)
    except Exception:  # noqa: BLE001 - whatever it is, the close look says it, or raises it
        return None


def _walked(chart: Chart, record: Any, ref: TemplateRef) -> list[str] | None:  # noqa: C901, PLR0912 - every change runs through
    here, last, past = chart.start, _EARLIEST, Past(chart, record)
    kinds: list[str] = []
    for number, change in enumerate(record.history, 1):
        if change.source != here.stage and change.kind != "adopted":
            return None
        step = here.steps.get(change.target)
        if step is None or step.kind != change.kind:
            step = chart.step(here, change, record)
            if step is None:
                return None
        if change.number != number or change.overrode or change.at < last:
            return None
        last = change.at
        # each change is likely to share the very reference of the one before
        if change.template is not ref:
            if change.template != ref:
                return None
            ref = change.template
        if change.set._items:
            past.read(change.set._items)
        if step.way is not None and not past.allows(here, step, step.way, change):
            return None
        if step.there is not here:
            kinds.append(step.kind)
            here = step.there
    return kinds if here.stage == record.stage and here.left == record.left else None


class Past:
    """A record on its way through its history."""

    __slots__ = ("_before", "_begun", "_chart", "_record", "_values")

    def __init__(self, chart: Chart, record: Any) -> None:
        self._chart = chart
        self._record = record
        self._begun: Any = None
        self._values: dict[str, Any] = {}
        self._before: _recall.Past = {}

    def allows(self, here: Place, step: Step, way: Edge, change: Change) -> bool:
        """Tell whether nothing stands against a change, whose values were read."""
        ground = change.ground is not None and stated(change.ground)
        if way.ground is not None and not ground:
            return False
        guards = way.guards if ground else step.guards
        return not guards or self._passes(guards, here, change)

    def read(self, items: dict[str, Any]) -> None:
        """Read values. Raises for what cannot be read, and for what no host may set."""
        readers, values, before = self._chart.readers, self._values, self._before
        for name, raw in items.items():
            read = readers[name]
            try:
                values[name] = read(raw, before)
            except (LookupError, TypeError, ValueError):
                values[name] = _apply.from_json(self._chart.court.record, name, raw)

    def _passes(self, guards: tuple[Guard, ...], here: Place, change: Change) -> bool:
        seen, at, by = self._seen(here, change.number), change.at, change.by
        for guard in guards:  # noqa: SIM110 - a generator costs as much as a guard
            if guard(seen, at, by):
                return False
        return True

    def _seen(self, here: Place, number: int) -> Any:
        """Return the record as it was before a change, with the values that the change set."""
        chart = self._chart
        if self._begun is None:
            self._begun = self._beginning()
        if chart.kept:
            return _apply.with_values(self._begun, {**self._values, **_stand(chart, here, self._record, number)})
        fields = self._begun.__dict__
        fields.update(self._values)
        self._values.clear()
        if chart.placed:
            fields.update(_stand(chart, here, self._record, number))
        return self._begun

    def _beginning(self) -> Any:
        """Return a record of its own, as it was before any change set anything."""
        blank = self._chart.blank
        unset = {name: blank[name] for change in self._record.history for name in change.set._items if name in blank}
        return _apply.with_values(self._record, {**unset, **_UNSTARTED})


_UNSTARTED = {"stage": None, "left": None, "closed_at": None, "history": (), "reopenings": 0, "template": None}


def _stand(chart: Chart, here: Place, record: Any, number: int) -> dict[str, Any]:
    """Return the fields that tell where a record stood before a change."""
    before = record.history[: number - 1]
    arrived = (change.at for change in reversed(before) if change.kind != "updated")
    return {
        "stage": here.stage,
        "left": here.left,
        "closed_at": next(arrived) if here.closed else None,
        "reopenings": sum(change.kind == "reopened" for change in before),
        "template": before[-1].template if before else None,
        "history": before if chart.court.table.looks_back else (),
    }
