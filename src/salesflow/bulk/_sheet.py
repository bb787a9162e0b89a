"""Sheets: what is told of the rows of an export, batch by batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from salesflow._cells import BadCell
from salesflow.bulk._arrow import Array, Bools, Codes, Ints, pa
from salesflow.bulk._closely import Undecided
from salesflow.bulk._names import Names
from salesflow.bulk._times import NEVER
from salesflow.bulk._told import Chunk, Told, telling
from salesflow.findings import Fault, placed


class Page(NamedTuple):
    """The rows of one batch."""

    batch: Array
    ids: Array
    """The deal of each row; null where it names none."""
    codes: Codes
    """The stage of each row; 0 where it names none."""
    read: Bools
    """Whether a row names a deal and a stage."""
    before: int
    """How many rows came before."""


@dataclass(slots=True, eq=False)
class Sheet:
    """What was told so far."""

    told: Told = field(default_factory=lambda: Told(whole=True))
    undecided: Undecided = field(default_factory=Undecided)
    names: Names = field(default_factory=Names)
    doubted: list[Ints] = field(default_factory=list[Ints])
    """The rows of which something cannot be told."""

    def name(self, page: Page, place: int) -> str:
        """Return the stage of a row."""
        return self.names.texts[int(page.codes[place])]

    def tell(self, page: Page, places: Sequence[int] | Ints, found: Sequence[tuple[Fault, str | None]]) -> None:
        """Tell a fault, and the stage it is about, of the row at each of those places."""
        if len(places):
            what = np.asarray([self.told.number(telling(each, None, name)) for each, name in found], np.int32)
            self.spread(page, np.asarray(places, np.int64), what)

    def spread(self, page: Page, places: Ints, what: Codes) -> None:
        """Tell of each of those rows what has that number."""
        deals = page.ids.take(pa.array(places))
        self.told.chunks.append(Chunk(deals, places + (page.before + 1), np.full(len(places), NEVER), what))

    def unread(self, page: Page, place: int, bad: BadCell) -> None:
        """Tell of a row that it cannot be read."""
        found = Fault(bad.code, bad.detail, params=bad.params)
        self.tell(page, [place], [(found, None)])
        self.doubted.append(np.asarray([page.before + place]))

    def open(self, page: Page, rows: Ints, found: Fault) -> None:
        """Count what the columns cannot decide: told once, with the deal whose id comes first."""
        self.doubted.append(rows + page.before)
        names = page.ids.take(pa.array(rows)).to_pylist()
        first = min(range(len(rows)), key=names.__getitem__)
        case = placed(found, names[first], page.before + 1 + int(rows[first]), None, self.name(page, rows[0]), None)
        self.undecided.count(found.refusal.key if found.refusal else "", len(rows), case)
