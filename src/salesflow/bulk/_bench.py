"""Benches: one audit of a log in columns, from its batches to what is told of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, NamedTuple, NoReturn

import numpy as np

from salesflow._soundness import placed_rules
from salesflow.bulk import _read
from salesflow.bulk._arrow import Array, Ints, pa
from salesflow.bulk._asking import Asking
from salesflow.bulk._held import Held, ascending, held
from salesflow.bulk._judge import Judge
from salesflow.bulk._part import Intake, Part, Ready, cut
from salesflow.bulk._standing import Standing
from salesflow.bulk._told import Told
from salesflow.errors import LoadError
from salesflow.eventlog import Columns, Reading, reading_by, summed
from salesflow.template import StageTemplate
from salesflow.verdict import problem

AHEAD = 2
"""So many batches are made ready while another is read."""
Zone = str | tzinfo | None


class Judged(NamedTuple):
    """Deals that were judged together."""

    log: Held
    standing: Standing


@dataclass(slots=True, eq=False)
class Before:
    """The deals that came before in a log whose rows are said to be grouped."""

    ids: list[Array] = field(default_factory=list[Array])
    ordered: bool = True
    """Whether ids ascend, so that none comes twice."""

    def add(self, log: Held) -> Held:
        """Remember deals. Raises LoadError where the rows of one do not follow each other."""
        if log.order is not None:
            _scattered(_torn(log, log.order))
        last = [each[-1:] for each in self.ids[-1:]]
        self.ordered = self.ordered and ascending(pa.concat_arrays([*last, log.ids]))
        if len(log.ids):
            self.ids.append(log.ids)
        return log

    def check(self) -> None:
        """Raise LoadError for a deal that came again."""
        if self.ordered:
            return
        known = pa.concat_arrays(self.ids).dictionary_encode()
        often = np.bincount(np.asarray(known.indices))
        if int(often.max()) > 1:
            _scattered(known.dictionary[int(often.argmax())].as_py())


def _scattered(deal: str) -> NoReturn:
    raise LoadError("the log", (problem("deal.scattered", "presorted", deal=deal),))


def _torn(log: Held, order: Ints) -> str:
    """Return a deal whose rows do not follow each other."""
    torn = np.diff(order) != 1
    torn[log.ends[:-1] - 1] = False
    return str(log.ids[int(np.searchsorted(log.ends, int(np.flatnonzero(torn)[0]), "right"))].as_py())


@dataclass(slots=True, eq=False)
class Bench:
    """What one audit of a log in columns needs."""

    template: StageTemplate[Any]
    reading: Reading
    told: Told
    intake: Intake = field(init=False)
    judge: Judge | None = None
    row: int = 1
    """The number of the next row."""

    def __post_init__(self) -> None:
        """Begin with nothing read."""
        self.intake = Intake(self.reading)

    def parts(self, batches: Iterable[Array]) -> Iterator[Part]:
        """Read batches, each while the next ones are made ready."""
        coming: deque[Future[Ready]] = deque()
        with ThreadPoolExecutor(AHEAD) as threads:
            for batch in batches:
                coming.append(threads.submit(self.intake.ready, batch))
                if len(coming) > AHEAD:
                    yield self._read(coming.popleft().result())
            while coming:
                yield self._read(coming.popleft().result())

    def _read(self, ready: Ready) -> Part:
        batch = ready.batch
        if self.judge is None:
            there = frozenset(batch.schema.names) & self.reading.wanted
            rules = tuple(rule for _, rule in placed_rules(self.template.stages, self.template.moves))
            self.judge = Judge(self.intake, Asking(self.reading.walk.table, there, rules), self.told)
        part, bad = self.intake.part(ready, self.row)
        self.row += len(batch)
        self.told.add(bad)
        return part

    def whole_log(self, batches: Iterable[Array]) -> Iterator[Judged]:
        """Judge a log whose rows lie in any order."""
        parts = list(self.parts(batches))
        if self.judge is not None:
            log = held(parts)
            yield Judged(log, self.judge.judge(log))

    def runs_of_deals(self, batches: Iterable[Array]) -> Iterator[Judged]:
        """Judge a log in which the rows of a deal follow each other, some deals at a time. Raises LoadError."""
        pending: list[Part] = []
        before = Before()
        for part in self.parts(batches):
            pending.append(part)
            parts = cut(part) if sum(len(each.at) for each in pending) >= _read.ROWS else None
            if parts is not None and self.judge is not None:
                log = before.add(held([*pending[:-1], parts[0]]))
                pending = [parts[1]]
                yield Judged(log, self.judge.judge(log, self.intake.last))
        if self.judge is not None:
            log = before.add(held(pending))
            before.check()
            yield Judged(log, self.judge.judge(log))

    def end(self) -> None:
        """Tell what nothing could decide."""
        cases = self.judge.undecided.cases.values() if self.judge else ()
        self.told.add(summed(first, count) for count, first in cases)


def bench(template: StageTemplate[Any], columns: Columns, *, zone: Zone, as_of: datetime | None, whole: bool) -> Bench:
    """Begin an audit. Raises ValueError for an unknown zone or a naive `as_of`."""
    return Bench(template, reading_by(template, columns, zone=zone, as_of=as_of), Told(whole))
