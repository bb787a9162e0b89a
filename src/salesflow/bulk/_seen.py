"""What is seen: what the columns of a log tell of events by themselves, before anybody is judged."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from salesflow.bulk._arrow import Bools, Codes, Ints
from salesflow.bulk._events import Events
from salesflow.bulk._held import Held
from salesflow.bulk._signs import Signs
from salesflow.bulk._ways import Way, Ways, wherever


class Seen(NamedTuple):
    """Events with what the columns tell of them."""

    pair: Codes
    sign: Codes
    agrees: Bools | None
    """Whether what the log says was left is what came before; None where it says nothing."""
    ways: dict[int, Way]
    """The ways of the pairs that are there."""
    counts: Ints
    """How often each pair is there."""


def seen_of(ways: Ways, signs: Signs, held: Held, events: Events) -> tuple[Seen, Bools]:
    """Return what is seen of events, and which of their deals ask for more than the log's columns tell."""
    here = ways.numbers(events.stage)
    before = np.empty_like(here)
    before[1:] = here[:-1]
    before[events.starts] = 0
    pair = before * here.dtype.type(ways.size) + here
    counts = np.bincount(pair)
    there = ways.of(np.flatnonzero(counts))
    agrees = _agrees(ways, events, before)
    opaque, matters = _asked(ways, there, pair, here, _sure(events, agrees))
    sign = np.zeros(len(pair), np.int32)
    if matters and held.cells is not None:
        sign = signs.of(held.cells, events.places, matters)
    return Seen(pair, sign, agrees, there, counts), events.having(opaque)


def _agrees(ways: Ways, events: Events, before: Codes) -> Bools | None:
    if events.source is None:
        return None
    same = ways.same()
    told = same[ways.numbers(events.source)]
    agrees: Bools = (told == same[before]) & (told >= 0)
    return agrees


def _sure(events: Events, agrees: Bools | None) -> Bools | None:
    """Tell at which events the deal is where the event before left it; None where that is so at all."""
    tied = events.having(events.tied)
    if not tied.any():
        return agrees
    untied: Bools = ~np.repeat(tied, events.lengths)
    return untied if agrees is None else untied & agrees


def _asked(
    known: Ways, ways: dict[int, Way], pair: Codes, here: Codes, sure: Bools | None
) -> tuple[Bools | None, dict[str, Bools]]:
    """Tell at which events more is asked than the log's columns tell, and where the cells of each matter."""
    into = {} if sure is None or sure.all() else {each: known.into(each) for each in range(known.size)}

    def found(pairs: set[int], stages: list[bool]) -> Bools:
        those = wherever(ways, pairs, known.size)[pair]
        return np.where(sure, those, np.asarray(stages, np.bool_)[here]) if into and sure is not None else those

    opaque = {each for each, way in ways.items() if way.asked.opaque}
    dark = [asked.opaque for asked in into.values()]
    columns = {name for way in ways.values() for name in way.asked.columns}
    columns |= {name for asked in into.values() for name in asked.columns}
    matters = {
        name: found(
            {each for each, way in ways.items() if name in way.asked.columns},
            [name in asked.columns for asked in into.values()],
        )
        for name in columns
    }
    return found(opaque, dark) if opaque or any(dark) else None, matters
