"""Likeness: which cells of a column no rule tells apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from salesflow._compile import Table
from salesflow._guards import guard_of
from salesflow._rowview import RowView
from salesflow._sight import UNREADABLE
from salesflow.bulk._arrow import Array, Codes, cells_of, encoded, pa
from salesflow.bulk._times import EPOCH
from salesflow.money import exact
from salesflow.rules import AnyRule, Compare


@dataclass(slots=True, eq=False)
class Likeness:
    """The classes of a column's cells that were met so far."""

    column: str
    rules: tuple[AnyRule, ...]
    """The rules without parts that read the column, and nothing else."""
    table: Table
    cells: list[object] = field(default_factory=list[object])
    """By class: one of its cells."""
    loose: list[bool] = field(default_factory=list[bool])
    """By class: whether its cells differ, and a refusal may tell which one it is."""
    _classes: dict[object, int] = field(default_factory=dict[object, int])

    def classes(self, column: Array) -> Codes:
        """Return the class of each cell."""
        if _is_number(column.type):
            return self._by_size(column)
        codes, values = encoded(column)
        known = [self._of(value) for value in values[:-1]]
        known.append(self._class(None, None, loose=False) if (codes < 0).any() else 0)
        return np.asarray(known, np.int32)[codes]

    def _class(self, key: object, cell: object, *, loose: bool) -> int:
        number = self._classes.get(key)
        if number is None:
            number = self._classes[key] = len(self.cells)
            self.cells.append(cell)
            self.loose.append(loose)
        return number

    def _of(self, cell: object) -> int:
        key = _key(cell)
        number = self._classes.get(key)
        if number is not None:
            return number
        if cell is None or not self._holds(cell):
            return self._class(key, cell, loose=False)
        # whatever it says, every rule is content with it
        number = self._classes[key] = self._class(_CONTENT, cell, loose=False)
        return number

    def _holds(self, cell: object) -> bool:
        view = RowView(((self.column, cell),), (), 0, EPOCH)
        guards = [guard_of(rule, self.table.names) for rule in self.rules]
        return not any(guard(view, EPOCH, UNREADABLE) for guard in guards)

    # -- numbers --------------------------------------------------------------------------------------------

    def _by_size(self, column: Array) -> Codes:
        """Class numbers by where they lie between those that rules compare with.

        As floats they may meet one of those and not be it; what does is a class of its own.
        """
        bounds = np.asarray(sorted({float(each) for each in _bounds(self.rules)}))
        sizes = column.cast(pa.float64(), safe=False)
        null = np.asarray(sizes.is_null())
        values = np.asarray((sizes.fill_null(0.0) if null.any() else sizes).to_numpy(zero_copy_only=False))
        place = np.searchsorted(bounds, values, "left").astype(np.int32)
        meets = (np.searchsorted(bounds, values, "right") > place) | null | np.isnan(values)
        found = np.empty(len(values), np.int32)
        rows, apart = np.flatnonzero(~meets), np.flatnonzero(meets)
        for each in np.unique(place[rows]):
            those = rows[place[rows] == each]
            (cell,) = cells_of(column.take(those[:1]))
            found[those] = self._class(("between", float(each)), cell, loose=True)
        codes, cells = encoded(column.take(apart))
        known = np.asarray([self._class(_key(cell), cell, loose=False) for cell in cells], np.int32)
        found[apart] = known[codes]
        return found


_CONTENT = "content"


def _key(cell: object) -> object:
    try:
        hash(cell)
    except TypeError:
        return (type(cell), repr(cell))
    # nan is not itself
    return None if cell is None else (type(cell), repr(cell) if isinstance(cell, float) else cell)


def _is_number(kind: Array) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _bounds(rules: Iterable[AnyRule]) -> Iterable[float]:
    """Yield the numbers that rules compare with."""
    for rule in rules:
        if isinstance(rule, Compare) and isinstance(rule.value, int | str):
            try:
                yield float(exact(rule.value))
            except ValueError:
                continue
