"""Events: some deals of a held log, each in the order of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesflow.bulk._arrow import Bools, Codes, Ints, listed
from salesflow.bulk._held import Held


@dataclass(slots=True, eq=False)
class Events:
    """The events of deals, one deal after the other."""

    deals: Ints
    """The number of each deal in the log."""
    starts: Ints
    """Where the events of each deal start."""
    lengths: Ints
    places: Ints
    """The place of each event in the columns of the held log."""
    at: Ints
    stage: Codes
    source: Codes | None
    ground: Bools | None
    tied: Bools
    """Whether an event is at the very time of the one before."""
    first: Bools
    """Whether an event is the first of its deal."""

    def whose(self, places: Ints) -> Ints:
        """Return the place among the deals of the deal of each event."""
        return np.searchsorted(self.starts, places, "right") - 1

    def having(self, marked: Bools | None) -> Bools:
        """Tell which deals have an event that is marked."""
        found = np.zeros(len(self.starts), np.bool_)
        if marked is not None and marked.any():
            found[self.whose(np.flatnonzero(marked))] = True
        return found

    def of(self, chosen: Bools) -> Events:
        """Return the events of the deals chosen."""
        # mostly few: their places are sooner looked up than all events asked whether they are kept
        places = np.flatnonzero(np.repeat(chosen, self.lengths))
        return self.only(places, self.deals[chosen], self.lengths[chosen])

    def steps(self) -> Events:
        """Return the events that name a stage; a row may only tell that its deal was created."""
        kept: Bools = self.stage != 0
        if kept.all():
            return self
        lengths = np.add.reduceat(kept.astype(np.int64), self.starts)
        there = lengths > 0
        left = self.only(kept, self.deals[there], lengths[there])
        left.first[:] = False
        left.first[left.starts] = True
        left.tied[1:] = (left.at[1:] == left.at[:-1]) & ~left.first[1:]
        left.tied[left.starts] = False
        return left

    def only(self, kept: Bools | Ints, deals: Ints, lengths: Ints) -> Events:
        """Return the events that are kept, told by flags or places, of those deals with that many each."""
        return Events(
            deals=deals,
            starts=np.cumsum(lengths) - lengths,
            lengths=lengths,
            places=self.places[kept],
            at=self.at[kept],
            stage=self.stage[kept],
            source=None if self.source is None else self.source[kept],
            ground=None if self.ground is None else self.ground[kept],
            tied=self.tied[kept],
            first=self.first[kept],
        )


def events_of(held: Held, first: int, last: int, by_name: Codes) -> Events:
    """Return the events of the deals from `first` to before `last`, tied ones by the names of their stages."""
    begin, end = int(held.ends[first - 1]) if first else 0, int(held.ends[last - 1])
    ends = held.ends[first:last] - begin
    lengths = np.diff(ends, prepend=0)
    starts = ends - lengths
    places = np.arange(begin, end) if held.order is None else held.order[begin:end]
    at = held.at[begin:end] if held.order is None else held.at[places]
    begins = np.zeros(end - begin, np.bool_)
    begins[starts] = True
    back = np.zeros(len(at), np.bool_)
    back[1:] = (at[1:] <= at[:-1]) & ~begins[1:]
    moved = None
    if back.any():
        ill = np.flatnonzero(np.logical_or.reduceat(back, starts))
        moved = _in_order(held, places, starts[ill], lengths[ill], by_name)
    if moved is not None:
        places = moved
        at = held.at[places]
    straight = held.order is None and moved is None
    tied = np.zeros(len(at), np.bool_)
    tied[1:] = (at[1:] == at[:-1]) & ~begins[1:]

    chosen = slice(begin, end) if straight else places
    return Events(
        deals=np.arange(first, last),
        starts=starts,
        lengths=lengths,
        places=places,
        at=at,
        stage=held.stage[chosen],
        source=None if held.source is None else held.source[chosen],
        ground=None if held.ground is None else held.ground[chosen],
        tied=tied,
        first=begins,
    )


# -- order --------------------------------------------------------------------------------------------------


def _in_order(held: Held, places: Ints, starts: Ints, lengths: Ints, by_name: Codes) -> Ints:
    """Return the places with the events of some deals, which are in another order or tied, in the order of time."""
    moved = places.copy()
    for length in listed(np.unique(lengths)):
        # deals of one length are a matrix
        index: Ints = starts[lengths == length][:, None] + np.arange(length)
        times = held.at[places[index]]
        turn = np.argsort(times, axis=1, kind="stable")
        times = np.take_along_axis(times, turn, axis=1)
        moved[index] = places[np.take_along_axis(index, turn, axis=1)]
        for row in np.flatnonzero((times[:, 1:] == times[:, :-1]).any(axis=1)):
            moved[index[row]] = _untied(held, moved[index[row]], by_name)
    return moved


def _untied(held: Held, places: Ints, by_name: Codes) -> Ints:
    """Sort the events of one deal as a close look does, and those that it cannot tell apart by what they say."""
    names = by_name[held.stage[places]]
    source = np.zeros(len(places), np.int64) if held.source is None else held.source[places]
    return places[np.lexsort((places, source, names, held.at[places]))]
