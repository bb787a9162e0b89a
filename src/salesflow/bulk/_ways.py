"""Ways: what can be said of a move by the two stages alone, in tables that are looked up for many at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, cast

import numpy as np

from salesflow._compile import Edge
from salesflow._rowview import Cells, RowView
from salesflow._sight import UNREADABLE
from salesflow.bulk._arrow import Bools, Codes, Ints, listed
from salesflow.bulk._asking import NOTHING_ASKED, Asked, Asking
from salesflow.bulk._times import EPOCH

CLOSED, FREE, ASKS = 0, 1, 2
"""A move that needs a look; one that is allowed; one that is allowed where its rules and its ground say so."""


class Way(NamedTuple):
    """What is known of a pair of stages."""

    state: int
    edge: Edge | None
    asked: Asked


@dataclass(slots=True, eq=False)
class Ways:
    """The ways between the stages that a log names; the first of them is no stage, the last any unknown one."""

    asking: Asking
    names: list[str] = field(init=False)
    size: int = field(init=False)
    _numbers: dict[str, int] = field(init=False)
    _known: dict[int, Way] = field(default_factory=dict[int, Way])

    def __post_init__(self) -> None:
        """Number the stages by all names that they go or went by."""
        self.names = ["", *self.asking.table.canonical]
        self._numbers = {name: number for number, name in enumerate(self.names)}
        self.size = len(self.names) + 1

    def numbers(self, codes: Codes) -> Codes:
        """Return the number of each stage, from the codes of names that begin with these; all unknown ones have one."""
        kind = np.uint8 if self.size**2 <= 256 else np.uint16 if self.size**2 <= 65_536 else np.int32
        last = codes.dtype.type(min(self.size - 1, np.iinfo(codes.dtype).max))
        return cast("Codes", np.minimum(codes, last).astype(kind))

    def same(self) -> Codes:
        """Return by number the number of the stage itself, whatever its name; an unknown one is like no other."""
        canonical = self.asking.table.canonical
        return np.asarray([0, *(self._numbers[canonical[name]] for name in self.names[1:]), -1], np.int32)

    def of(self, pairs: Ints) -> dict[int, Way]:
        """Return the ways of pairs, each given once."""
        for pair in listed(pairs):
            if pair not in self._known:
                self._known[pair] = self._way(*divmod(pair, self.size))
        return {pair: self._known[pair] for pair in listed(pairs)}

    def into(self, number: int) -> Asked:
        """Return what any way into a stage depends on."""
        name = self.asking.table.canonical.get(self.names[number] if number < len(self.names) else "")
        return NOTHING_ASKED if name is None else self.asking.into(name)

    def _way(self, source: int, target: int) -> Way:
        table, into = self.asking.table, self.into(target)
        if target in {0, self.size - 1}:
            return Way(CLOSED, None, into)
        here = None if source == 0 else table.stages.get(table.canonical.get(self._name(source), ""))
        if source and (here is None or here.hold or not here.open):
            # what was left counts too
            return Way(CLOSED, None, into)
        edge = table.way(here.id if here else None, None, table.canonical[self.names[target]])
        if not isinstance(edge, Edge):
            return Way(CLOSED, None, NOTHING_ASKED)
        asked = self.asking.on(edge)
        if asked.back:
            return Way(CLOSED, edge, asked)
        return Way(ASKS if edge.ground or edge.guards or edge.waived else FREE, edge, asked)

    def _name(self, number: int) -> str:
        return self.names[number] if number < len(self.names) else ""


def allows(edge: Edge, cells: Cells, ground: bool | None) -> bool:  # noqa: FBT001 - three answers: yes, no, not told
    """Tell whether nothing stands against a move, as far as a row with those cells tells."""
    if edge.ground is not None and not ground:
        return False
    guards = (*edge.guards, *edge.waived) if ground is False else edge.guards
    view = RowView(cells, (), 0, EPOCH)
    return not any(guard(view, EPOCH, UNREADABLE) for guard in guards)


def wherever(ways: dict[int, Way], chosen: set[int], size: int) -> Bools:
    """Return a table of all pairs that is true at those chosen."""
    table = np.zeros(size * size, np.bool_)
    table[[pair for pair in ways if pair in chosen]] = True
    return table
