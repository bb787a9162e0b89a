"""Judges of logs in columns: what agrees is acquitted in columns, each variant of the rest is looked at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

import numpy as np

from salesflow._lives import older
from salesflow.bulk._arrow import Bools, Codes, Ints, flags, listed, pa, pc
from salesflow.bulk._asking import Asking
from salesflow.bulk._at_once import by_turns
from salesflow.bulk._closely import Closely, Undecided
from salesflow.bulk._dates import dated
from salesflow.bulk._events import Events, events_of
from salesflow.bulk._held import Held, slices
from salesflow.bulk._looks import Explained, Looks
from salesflow.bulk._part import Intake
from salesflow.bulk._seen import Seen, seen_of
from salesflow.bulk._signs import Signs
from salesflow.bulk._standing import Standing
from salesflow.bulk._times import moment
from salesflow.bulk._told import Chunk, Told, telling
from salesflow.bulk._variants import variants_of
from salesflow.bulk._ways import ASKS, FREE, Ways, allows, wherever
from salesflow.findings import Tally
from salesflow.verdict import Finding

SLICE = 1 << 19
"""So many events are judged together."""
TOGETHER = 1000
"""So many deals are looked at closely together: to look up the cells of one takes as long as to judge it."""


class Case(NamedTuple):
    """Deals that some rule cannot decide on: the first of them, and how many there are."""

    at: int
    deal: str
    number: int
    times: int


@dataclass(slots=True, eq=False)
class Judge:
    """Judges held logs that are read by one intake."""

    intake: Intake
    asking: Asking
    told: Told
    undecided: Undecided = field(default_factory=Undecided)
    ways: Ways = field(init=False)
    signs: Signs = field(init=False)
    looks: Looks = field(init=False)
    _allowed: dict[tuple[int, int, int], bool] = field(default_factory=dict[tuple[int, int, int], bool])

    def __post_init__(self) -> None:
        """Begin with nothing known."""
        self.ways = Ways(self.asking)
        self.signs = Signs(self.asking)
        reading = self.intake.reading
        self.looks = Looks(reading.walk, self.told, self.signs, self.intake.stages, reading.tally)

    def judge(self, held: Held, open_: frozenset[str] = frozenset()) -> Standing:
        """Judge whole deals, and return how each stands; of some others a row may still come."""
        standing = Standing.of(held, self.told)
        closely = Closely(self.intake.reading, held, self.intake.stages, self.intake.creations)
        apart = self._apart(held)
        names = self.intake.stages.texts
        by_name = np.empty(len(names), np.int32)
        by_name[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
        for events in by_turns(lambda ends: events_of(held, *ends, by_name), slices(held, SLICE)):
            first = int(events.deals[0])
            self._slice(closely, events, apart[first : first + len(events.deals)], standing)
        standing.doubt(np.flatnonzero(self._named(held, self.intake.reading.holes)))
        self._strays(closely, set(held.ids.filter(pa.array(apart)).to_pylist()), open_, standing)
        return standing

    # -- the deals of a slice -------------------------------------------------------------------------------

    def _slice(self, closely: Closely, events: Events, apart: Bools, standing: Standing) -> None:
        own = apart | self._odd(closely.held, events)
        steps = events.steps()
        own[self._older(closely.held, events, steps) - events.deals[0]] = True
        self.intake.reading.tally.deals += int((~own).sum())
        if own.any():
            steps = steps.of(~own[steps.deals - events.deals[0]])
        if len(steps.deals):
            own[self._steps(closely, steps, standing) - events.deals[0]] = True
        self._closely(closely, events.deals[own], standing)

    def _steps(self, closely: Closely, steps: Events, standing: Standing) -> Ints:
        """Judge deals by their steps in columns; return those that differ from all others."""
        seen, opaque = seen_of(self.ways, self.signs, closely.held, steps)
        clear = ~(self._guilty(steps, seen) | opaque)
        self._count(seen, clear, steps)
        looked = ~(clear | opaque)
        own = opaque.copy()
        if looked.any():
            inside = np.repeat(looked, steps.lengths)
            own[np.flatnonzero(looked)[self._looked(closely, steps.of(looked), seen.sign[inside], standing)]] = True
        self.intake.reading.tally.deals -= int(own.sum())
        if self.intake.reading.now is not None:
            self._dated(closely.held, steps.of(~own), self.intake.reading.now, standing)
        return steps.deals[own]

    def _apart(self, held: Held) -> Bools:
        """Tell which deals have rows that were not read in columns."""
        return self._named(held, {*self.intake.reading.holes, *self.intake.strays})

    def _named(self, held: Held, names: set[str]) -> Bools:
        if not names or not len(held.ids):
            return np.zeros(len(held.ids), np.bool_)
        return flags(pc.is_in(held.ids, value_set=pa.array(sorted(names), pa.string())))

    def _odd(self, held: Held, events: Events) -> Bools:
        """Tell which deals may have rows that say the same twice, or be several deals."""
        same = np.zeros(len(events.at), np.bool_)
        same[1:] = events.tied[1:] & (events.stage[1:] == events.stage[:-1])
        if events.source is not None:
            same |= (events.source == 0) & ~events.first
        odd = events.having(same)
        if held.created is not None:
            created = held.created[events.places].astype(np.int64)
            most = np.maximum.reduceat(created, events.starts)
            least = np.minimum.reduceat(np.where(created == 0, np.iinfo(np.int64).max, created), events.starts)
            odd |= (most > 0) & (most != least)
        return odd

    def _older(self, held: Held, events: Events, steps: Events) -> Ints:
        """Return the deals that begin where nothing starts, and may be older than their log: a close look says."""
        if held.created is None or not len(steps.deals):
            return steps.deals[:0]
        starts = self.ways.numbers(steps.stage)
        elsewhere = [pair for pair, way in self.ways.of(np.unique(starts).astype(np.int64)).items() if way.edge is None]
        early = steps.at == np.repeat(steps.at[steps.starts], steps.lengths)
        suspects = steps.deals[steps.having(early & np.isin(starts, elsewhere))]
        places = suspects - events.deals[0]
        created = listed(np.maximum.reduceat(held.created[events.places], events.starts)[places])
        first = listed(events.at[events.starts[places]])
        zone, names = self.intake.reading.zone, self.intake.creations.texts
        late = [older(names[of], moment(at), zone) for of, at in zip(created, first, strict=True)]
        return suspects[np.asarray(late, np.bool_)]

    # -- which of them are clear --------------------------------------------------------------------------------

    def _guilty(self, events: Events, seen: Seen) -> Bools:
        """Tell which deals have events of which something needs to be asked."""
        ways, size = seen.ways, self.ways.size
        guilty = events.having(events.tied)
        closed = {pair for pair, way in ways.items() if way.state not in {FREE, ASKS}}
        if closed:
            guilty |= events.having(wherever(ways, closed, size)[seen.pair])
        asks = {pair for pair, way in ways.items() if way.state == ASKS}
        if asks:
            rows = np.flatnonzero(wherever(ways, asks, size)[seen.pair])
            guilty[events.whose(rows[~self._answers(events, seen, rows)])] = True
        return guilty if seen.agrees is None else guilty | events.having(~seen.agrees)

    def _answers(self, events: Events, seen: Seen, rows: Ints) -> Bools:
        ground = np.full(len(rows), 2) if events.ground is None else events.ground[rows].astype(np.int64)
        asked = (seen.pair[rows].astype(np.int64) * 3 + ground) << 32 | seen.sign[rows]
        used, places = np.unique(asked, return_inverse=True)
        return np.asarray([self._answer(int(each)) for each in used], np.bool_)[places]

    def _answer(self, asked: int) -> bool:
        pair, ground = divmod(asked >> 32, 3)
        key = (pair, ground, asked & 0xFFFFFFFF)
        if key not in self._allowed:
            edge = self.ways.of(np.asarray([pair]))[pair].edge
            stated = None if ground == 2 else bool(ground)
            self._allowed[key] = edge is not None and allows(edge, self.signs.cells(key[2]), stated)
        return self._allowed[key]

    def _count(self, seen: Seen, clear: Bools, events: Events) -> None:
        """Count moves that agree."""
        counts = seen.counts
        if not clear.all():
            counts = counts - np.bincount(seen.pair[np.repeat(~clear, events.lengths)], minlength=len(counts))
        names = self.ways.names
        for pair, way in seen.ways.items():
            source, target = divmod(pair, self.ways.size)
            kind = way.edge.kind if way.edge else None
            if counts[pair]:
                self.intake.reading.tally.count(names[source] or None, names[target], kind, (), int(counts[pair]))

    # -- variants -------------------------------------------------------------------------------------------

    def _looked(self, closely: Closely, events: Events, sign: Codes, standing: Standing) -> Ints:
        """Look at one deal of each variant, and tell the same of all; return the places of those that differ."""
        columns = [
            np.asarray(each, np.int32) for each in (events.stage, events.source, events.ground) if each is not None
        ]
        columns += [events.tied.astype(np.int32), sign]
        variants = variants_of(columns, events.starts, events.lengths)
        says = np.stack(columns, axis=1)
        known = [self.looks.at(events, deal, says) for deal in listed(variants.examples)]
        own = np.asarray([each.own for each in known], np.bool_)[variants.of] | ~variants.sure
        left = np.flatnonzero(~own)
        of = variants.of[left]
        for variant, times in enumerate(np.bincount(of, minlength=len(known)).tolist()):
            self.looks.count(known[variant], times)
        self._spread(closely.held, events, known, left, of, standing)
        self._undecided(closely, events, known, left, of, standing)
        return np.flatnonzero(own)

    def _spread(
        self, held: Held, events: Events, known: list[Explained], deals: Ints, of: Ints, standing: Standing
    ) -> None:
        """Tell of every deal what was found of its variant."""
        counts = np.asarray([len(each.what) for each in known], np.int64)
        each = counts[of]
        total = int(each.sum())
        ends = np.cumsum(each)
        within = np.arange(total) - np.repeat(ends - each, each)
        index = np.repeat((np.cumsum(counts) - counts)[of], each) + within
        at = (
            np.repeat(events.starts[deals], each)
            + np.concatenate([np.zeros(0, np.int64), *(one.places for one in known)])[index]
        )
        what = np.concatenate([np.zeros(0, np.int32), *(one.what for one in known)])[index]
        self._tell(held, events, np.repeat(events.deals[deals], each), at, what, standing)

    def _tell(self, held: Held, events: Events, deals: Ints, at: Ints, what: Codes, standing: Standing) -> None:
        if not len(deals):
            return
        names = held.ids.take(pa.array(deals))
        self.told.chunks.append(Chunk(names, held.numbers(events.places[at]), events.at[at], what))
        standing.add(deals, what)

    def _undecided(
        self, closely: Closely, events: Events, known: list[Explained], deals: Ints, of: Ints, standing: Standing
    ) -> None:
        """Count what nothing decides, and look closely at its first case."""
        open_ = [variant for variant, each in enumerate(known) if each.undecided]
        if not open_:
            return
        order = np.argsort(of, kind="stable")
        ends = np.cumsum(np.bincount(of, minlength=len(known)))
        cases: dict[str, list[Case]] = {}
        for variant in open_:
            those = deals[order[ends[variant - 1] if variant else 0 : ends[variant]]]
            if len(those):
                standing.doubt(events.deals[those])
                for place, key in known[variant].undecided:
                    cases.setdefault(key, []).append(_case_of(closely.held, events, those, place))
        for key, several in cases.items():
            self.undecided.count(key, sum(each.times for each in several), self._case(closely, key, min(several)))

    def _case(self, closely: Closely, key: str, case: Case) -> Finding | None:
        """Look closely at a case, where it may be the first of the whole log."""
        at = moment(case.at)
        if not self.undecided.earlier(key, (at, case.deal)):
            return None
        again = replace(closely, reading=replace(closely.reading, tally=Tally()))
        ((_, found),) = again.each(np.asarray([case.number]), {})
        return next(
            each
            for each in found
            if each.code == "rule_undecidable" and each.at == at and each.refusal and each.refusal.key == key
        )

    def _dated(self, held: Held, events: Events, now: datetime, standing: Standing) -> None:
        names = self.intake.stages.texts
        found = list(dated(held, events, now, self.asking.table, names))
        places = np.asarray([each.place for each in found], np.int64)
        source = (
            [None] * len(found) if events.source is None else [names[code] for code in listed(events.source[places])]
        )
        target = [names[code] for code in listed(events.stage[places])]
        what = [self.told.number(telling(each.fault, *ends)) for each, *ends in zip(found, source, target, strict=True)]
        whose = np.repeat(events.deals, events.lengths)[places]
        self._tell(held, events, whose, places, np.asarray(what, np.int32), standing)

    # -- close looks ----------------------------------------------------------------------------------------

    def _closely(self, closely: Closely, deals: Ints, standing: Standing) -> None:
        for begin in range(0, len(deals), TOGETHER):
            found: list[tuple[int, Finding]] = []
            for deal, several in closely.each(deals[begin : begin + TOGETHER], self.intake.strays):
                found += [(deal, each) for each in self._decided(several, deal, standing)]
            numbers = self.told.add([each for _, each in found])
            standing.add(np.asarray([deal for deal, _ in found], np.int64), np.asarray(numbers, np.int32))

    def _decided(self, found: list[Finding], deal: int | None, standing: Standing) -> list[Finding]:
        """Count what nothing decides; return the rest."""
        decided = [each for each in found if each.code != "rule_undecidable"]
        for each in found:
            if each.code == "rule_undecidable":
                self.undecided.add(each)
        if deal is not None and len(decided) < len(found):
            standing.doubt(np.asarray([deal]))
        return decided

    def _strays(self, closely: Closely, there: set[str], open_: frozenset[str], standing: Standing) -> None:
        """Judge the deals of which no row was read in columns."""
        reading, strays = self.intake.reading, self.intake.strays
        for name in sorted({*strays, *reading.holes} - there - open_):
            events = strays.get(name, [])
            found = list(closely.findings(name, events)) if events else []
            numbers = self.told.add(self._decided(found, None, standing))
            standing.also(name, np.asarray(numbers, np.int32))
        for name in strays.keys() - open_:
            del strays[name]
        reading.holes.intersection_update(open_)


def _case_of(held: Held, events: Events, deals: Ints, place: int) -> Case:
    """Return the first of those deals that came to its event at that place."""
    at = events.at[events.starts[deals] + place]
    early = events.deals[deals[at == at.min()]]
    names = held.ids.take(pa.array(early)).to_pylist()
    name = min(names)
    return Case(int(at.min()), name, int(early[names.index(name)]), len(deals))
