"""Close looks: deals judged one by one, exactly as a log of rows is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from salesflow._logwalk import Event
from salesflow.bulk._arrow import Ints, listed, pa, rows_of
from salesflow.bulk._held import Held
from salesflow.bulk._names import Names
from salesflow.bulk._times import moment
from salesflow.eventlog import Reading, deal_findings, doubted
from salesflow.verdict import Finding


@dataclass(slots=True, eq=False)
class Undecided:
    """What no row can decide: told once a log, with its first case."""

    cases: dict[str, tuple[int, Finding]] = field(default_factory=dict[str, tuple[int, Finding]])
    """By the rule's key: how often, and the first."""

    def add(self, finding: Finding) -> None:
        """Count a case."""
        self.count(finding.refusal.key if finding.refusal else "", 1, finding)

    def count(self, key: str, times: int, finding: Finding | None) -> None:
        """Count cases; the finding is the first of them, where it may be the first of all."""
        count, *known = self.cases.get(key, (0,))
        several = [*known, *([finding] if finding else [])]
        self.cases[key] = count + times, min(several, key=_when)

    def earlier(self, key: str, finding: tuple[object, ...]) -> bool:
        """Tell whether a case at that time, of that deal, would come before the first so far."""
        return key not in self.cases or finding < _when(self.cases[key][1])


def _when(finding: Finding) -> tuple[object, ...]:
    return finding.at, finding.deal


@dataclass(slots=True, eq=False)
class Closely:
    """Looks at deals of a held log."""

    reading: Reading
    held: Held
    stages: Names
    creations: Names

    def findings(self, deal: str, events: Iterable[Event]) -> Iterator[Finding]:
        """Judge one deal; nobody is convicted of a row that could not be read."""
        for finding in deal_findings(self.reading, deal, list(events)):
            if finding.code == "rule_undecidable" or deal not in self.reading.holes:
                yield finding
            else:
                yield doubted(finding)

    def events(self, places: Ints) -> list[Event]:
        """Return the events at those places of the columns of the log."""
        held, names = self.held, self.stages.texts
        cells = [()] * len(places) if held.cells is None else [_cells(row) for row in rows_of(held.cells.take(places))]
        return [
            Event(
                at=moment(int(held.at[place])),
                stage=names[held.stage[place]],
                source=None if held.source is None else names[held.source[place]],
                ground=None if held.ground is None else "stated" * int(held.ground[place]),
                created="" if held.created is None else self.creations.texts[held.created[place]],
                cells=row,
                row=int(number),
            )
            for place, number, row in zip(places, held.numbers(places), cells, strict=True)
        ]

    def each(self, deals: Ints, strays: Mapping[str, list[Event]]) -> Iterator[tuple[int, list[Finding]]]:
        """Judge deals by their numbers, with the events that were read one by one."""
        names = self.held.ids.take(pa.array(deals)).to_pylist()
        for deal, name, events in zip(listed(deals), names, self._events_of(deals), strict=True):
            yield deal, list(self.findings(name, [*events, *strays.get(name, ())]))

    def _events_of(self, deals: Ints) -> Iterator[list[Event]]:
        """Yield the events of each deal; their cells are looked up together."""
        ends = listed(self.held.ends[deals])
        begins = [int(self.held.ends[deal - 1]) if deal else 0 for deal in listed(deals)]
        order = self.held.order
        places = [
            np.arange(begin, end) if order is None else order[begin:end]
            for begin, end in zip(begins, ends, strict=True)
        ]
        events = iter(self.events(np.concatenate(places)))
        for each in places:
            yield list(islice(events, len(each)))


def _cells(row: dict[str, object]) -> tuple[tuple[str, object], ...]:
    return tuple(sorted(row.items()))
