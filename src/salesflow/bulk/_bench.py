"""Benches: one audit of a log in columns, from its batches to what is told of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import chain
from typing import Any, NamedTuple, NoReturn, cast

import numpy as np

from salesflow._cells import Columns
from salesflow._soundness import placed_rules
from salesflow.bulk import _read
from salesflow.bulk._arrow import Array, alike, pa
from salesflow.bulk._asking import Asking
from salesflow.bulk._held import Held, as_it_lies, held, part_of
from salesflow.bulk._judge import Judge
from salesflow.bulk._keys import Words, all_once, ascending
from salesflow.bulk._part import Intake, Part, Ready, cut, scanty
from salesflow.bulk._standing import Standing
from salesflow.bulk._told import Told
from salesflow.errors import LoadError
from salesflow.eventlog import Reading, reading_by, summed
from salesflow.template import StageTemplate
from salesflow.verdict import Finding, problem

AHEAD = 2
"""So many batches are made ready while another is read."""
Zone = str | tzinfo | None


class Judged(NamedTuple):
    """Deals that were judged together."""

    log: Held
    standing: Standing


@dataclass(slots=True, eq=False)
class Before:
    """The deals that came before in a log whose rows are grouped, or said to be."""

    ids: list[Array] = field(default_factory=list[Array])
    keys: list[Words | None] = field(default_factory=list[Words | None])
    ordered: bool = True
    """Whether ids ascend, so that none comes twice."""

    def add(self, ids: Array, keys: Words | None) -> None:
        """Remember deals, with their keys where these are known."""
        if len(ids):
            self.ordered = self.ordered and ascending(pa.concat_arrays([*(each[-1:] for each in self.ids[-1:]), ids]))
            self.ids.append(ids)
            self.keys.append(keys)

    def again(self) -> str | None:
        """Return a deal that came again, if there is one."""
        if self.ordered or all_once(self.keys, self.ids):
            return None
        known = pa.chunked_array(self.ids).combine_chunks().dictionary_encode()
        often = np.bincount(np.asarray(known.indices))
        return known.dictionary[int(often.argmax())].as_py() if int(often.max()) > 1 else None


def _scattered(deal: str) -> NoReturn:
    raise LoadError("the log", (problem("deal.scattered", "presorted", deal=deal),))


@dataclass(slots=True, eq=False)
class Bench:
    """What one audit of a log in columns needs."""

    template: StageTemplate[Any]
    reading: Reading
    told: Told
    intake: Intake = field(init=False)
    judge: Judge | None = None
    kinds: dict[str, Any] | None = None
    """The columns that rules read, and the type of each in the first batch."""
    row: int = 1
    """The number of the next row."""
    bad: list[Finding] = field(default_factory=list[Finding])
    """What is found of rows that cannot be read, and is not told yet."""

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
        self._check(batch.schema)
        if self.judge is None:
            there = frozenset(batch.schema.names) & self.reading.wanted
            rules = tuple(rule for _, rule in placed_rules(self.template.stages, self.template.moves))
            self.judge = Judge(self.intake, Asking(self.reading.walk.table, there, rules), self.told)
        part, bad = self.intake.part(ready, self.row)
        self.row += len(batch)
        self.bad += bad
        return part

    def _check(self, schema: Any) -> None:
        """Refuse batches of which some tell rules what others do not. Raises LoadError."""
        kinds = {name: schema.field(name).type for name in schema.names if name in self.reading.wanted}
        known = self.kinds if self.kinds is not None else kinds
        problems = [problem("column.uneven", name, name=name) for name in sorted(known.keys() ^ kinds.keys())]
        problems += [
            problem("column.mixed", name, name=name, one=str(known[name]), other=str(kinds[name]))
            for name in sorted(known.keys() & kinds.keys())
            if not alike(known[name], kinds[name])
        ]
        if problems:
            raise LoadError("the log", tuple(problems))
        self.kinds = known

    def whole_log(self, batches: Iterable[Array]) -> Iterator[Judged]:
        """Judge a log whose rows lie in any order: some deals at a time, as long as none of them comes again."""
        parts = self.parts(batches)
        first = next(parts, None)
        if first is None:
            return
        scattered = scanty(len(first.heads), len(first.at))
        judged, left = ([], [first]) if scattered else self._while_grouped(chain([first], parts))
        if left and self.judge is not None:
            whole = [*(part_of(each.log) for each in judged), *left, *parts]
            judged = []
            self._forget(self.judge)
            judged = [self._judged(held(whole))]
        yield from judged

    def _while_grouped(self, parts: Iterator[Part]) -> tuple[list[Judged], list[Part]]:
        """Judge deals until one comes again; return the parts read since then, none where the whole log is judged."""
        judged: list[Judged] = []
        before = Before()
        for log, left in self._logs(parts):
            before.add(log.ids, log.keys)
            # the first deals mostly tell; whether one of the others comes again is asked once
            again = not judged and before.again() is not None
            if again or self.bad or self.intake.strays or self.reading.holes:
                return judged, [part_of(log), *left]
            judged.append(self._judged(log))
        return judged, [] if before.again() is None else [part_of(judged.pop().log)]

    def _logs(self, parts: Iterator[Part]) -> Iterator[tuple[Held, list[Part]]]:
        """Hold some whole deals at a time, as far as rows are grouped; and return what is read beyond them."""
        pending: list[Part] = []
        for part in parts:
            pending.append(part)
            split = cut(part) if sum(len(each.at) for each in pending) >= _read.ROWS else None
            if split is not None:
                log = as_it_lies([*pending[:-1], split[0]])
                pending = [split[1]]
                yield log, pending
        if self.judge is not None:
            yield as_it_lies(pending), []

    def runs_of_deals(self, batches: Iterable[Array]) -> Iterator[Judged]:
        """Judge a log in which the rows of a deal follow each other, some deals at a time. Raises LoadError."""
        before = Before()
        for log, left in self._logs(self.parts(batches)):
            first = not before.ids
            judged = self._judged(log, self._open(left))
            # of some deals not a single row could be read
            ids = judged.standing.ids
            before.add(ids, log.keys if len(ids) == len(log.ids) else None)
            if (first or not left) and (again := before.again()):
                _scattered(again)
            yield judged

    def _open(self, left: list[Part]) -> frozenset[str]:
        """Return the deals of which a row may still come: that of the last row, and the last that could be read."""
        if not left:
            return frozenset()
        heads = [part.heads[-1].as_py() for part in left if len(part.heads)]
        return frozenset(name for name in (*heads, self.intake.last) if name is not None)

    def _judged(self, log: Held, open_: frozenset[str] = frozenset()) -> Judged:
        self._tell_bad()
        return Judged(log, cast("Judge", self.judge).judge(log, open_))

    def _tell_bad(self) -> None:
        self.told.add(self.bad)
        self.bad.clear()

    def _forget(self, judge: Judge) -> None:
        """Begin again with what is read."""
        self.told.chunks.clear()
        self.reading.tally.forget_moves()
        self.judge = Judge(self.intake, judge.asking, self.told)

    def end(self) -> None:
        """Tell of rows that came after all deals, and what nothing could decide."""
        self._tell_bad()
        if self.judge is not None:
            self.judge.looks.end()
            self.told.add(summed(first, count) for count, first in self.judge.undecided.cases.values())


def bench(template: StageTemplate[Any], columns: Columns, *, zone: Zone, as_of: datetime | None, whole: bool) -> Bench:
    """Begin an audit. Raises ValueError for an unknown zone or a naive `as_of`."""
    return Bench(template, reading_by(template, columns, zone=zone, as_of=as_of), Told(whole))
