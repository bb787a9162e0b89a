"""Results: what a bulk audit gives, as Arrow tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

import numpy as np

from salesflow.bulk._arrow import Array, Ints, listed, pa
from salesflow.bulk._events import events_of
from salesflow.bulk._held import Held, slices
from salesflow.bulk._told import Text
from salesflow.bulk._variants import variants_of
from salesflow.findings import Tally
from salesflow.history import Kind

MOVES = pa.schema(
    [("source", Text), ("target", Text), ("kind", Text), ("moves", pa.int64()), ("violations", pa.int64())]
)
VARIANTS = pa.schema([("stages", pa.list_(pa.string())), ("deals", pa.int64()), ("violating", pa.int64())])

Sequences = dict[tuple[str, ...], tuple[int, int]]
"""By the stages that deals went through: how many did, and of how many of those there is a violation."""


@dataclass(frozen=True, slots=True, eq=False)
class BulkAudit:
    """What was found in a log, as Arrow tables: polars, pandas and DuckDB read them without a copy."""

    findings: Array
    """A row a finding, in the order of the log's rows: `deal`, `row`, `source`, `target`, `at`, `code`, `level`,
    `detail`, `rule` (the key of the rule that was not met)."""
    verdicts: Array
    """A row a deal: `deal`, `verdict` (`conforms`, `incomplete`, `conforms_in_some_order`, `undecidable` or
    `violates`: the last of these that holds), `events`, `violations`, `warnings`."""
    moves: Array
    """A row a way that deals took: `source` (null where they begin), `target`, `kind` (null where there is no such
    way), `moves`, `violations` (how many of the moves are one)."""
    rows: int
    """How many rows were read."""
    deals: int
    """How many deals were judged."""
    _sequences: Callable[[], Sequences]

    @property
    def kinds(self) -> dict[str, int]:
        """How many moves of each kind agreed with the template's stages and policy."""
        counts = dict.fromkeys(get_args(Kind), 0)
        for each in self.moves.select(["kind", "moves"]).to_pylist():
            if each["kind"]:
                counts[each["kind"]] += each["moves"]
        return {kind: count for kind, count in counts.items() if count}

    @property
    def variants(self) -> Array:
        """A row for each different sequence of stages, most frequent first: `stages`, `deals`, `violating`.

        Worked out when asked for.
        """
        found = sorted(self._sequences().items(), key=lambda each: (-each[1][0], each[0]))
        columns = {
            "stages": [stages for stages, _ in found],
            "deals": [deals for _, (deals, _) in found],
            "violating": [violating for _, (_, violating) in found],
        }
        return pa.table(columns, schema=VARIANTS)


def moves_of(tally: Tally) -> Array:
    """Return the ways that deals took, most frequent first."""
    ways = sorted(tally.ways, key=lambda way: (-tally.ways[way], way[0] or "", way[1], way[2] or ""))
    columns = {
        "source": [way[0] for way in ways],
        "target": [way[1] for way in ways],
        "kind": [way[2] for way in ways],
        "moves": [tally.ways[way] for way in ways],
        "violations": [tally.faulty[way] for way in ways],
    }
    return pa.table(columns, schema=MOVES)


def count_sequences(into: Sequences, log: Held, names: list[str], violations: Ints) -> None:
    """Count what the deals of a log went through, in the order of time."""
    by_name = np.argsort(np.argsort(np.asarray(names, dtype=object))).astype(np.int32)
    for first, last in slices(log, 1 << 19):
        events = events_of(log, first, last, by_name).steps()
        if not len(events.deals):
            continue
        stage = np.asarray(events.stage, np.int32)
        variants = variants_of([stage], events.starts, events.lengths)
        guilty = violations[events.deals] > 0
        counts = np.bincount(variants.of, minlength=len(variants.examples))
        bad = np.bincount(variants.of[guilty], minlength=len(variants.examples))
        for deal, count, violating in zip(listed(variants.examples), listed(counts), listed(bad), strict=True):
            begin = int(events.starts[deal])
            key = tuple(names[code] for code in listed(stage[begin : begin + int(events.lengths[deal])]))
            deals, before = into.get(key, (0, 0))
            into[key] = deals + count, before + violating
