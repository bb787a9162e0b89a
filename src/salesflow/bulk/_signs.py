"""Signs: what the cells of a row say to the rules that may be asked there, as one number."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from salesflow._rowview import Cells
from salesflow.bulk._arrow import Array, Bools, Codes, Ints
from salesflow.bulk._asking import Asking


@dataclass(slots=True, eq=False)
class Signs:
    """The signs that were met so far; 0 is that of a row whose cells matter to nobody."""

    asking: Asking
    _parts: list[tuple[int, str, int]] = field(default_factory=lambda: [(0, "", 0)])
    """By sign: the sign without its last column, that column, and the class of its cell."""
    _numbers: dict[tuple[int, str, int], int] = field(default_factory=dict[tuple[int, str, int], int])

    def of(self, cells: Array, places: Ints, matters: dict[str, Bools]) -> Codes:
        """Return the sign of each of the rows at those places; by column, in which of them its cell matters."""
        signs = np.zeros(len(places), np.int32)
        for column in sorted(matters):
            rows = np.flatnonzero(matters[column])
            if len(rows):
                likeness = self.asking.likeness[column]
                classes = likeness.classes(cells.column(column).take(places[rows]).combine_chunks())
                signs[rows] = self._joined(signs[rows], column, classes, len(likeness.cells))
        return signs

    def _joined(self, signs: Codes, column: str, classes: Codes, count: int) -> Codes:
        both = signs.astype(np.int64) * count + classes
        used, places = np.unique(both, return_inverse=True)
        known = [self._number(int(each // count), column, int(each % count)) for each in used]
        return np.asarray(known, np.int32)[places]

    def _number(self, sign: int, column: str, found: int) -> int:
        part = (sign, column, found)
        number = self._numbers.get(part)
        if number is None:
            number = self._numbers[part] = len(self._parts)
            self._parts.append(part)
        return number

    def cells(self, sign: int) -> Cells:
        """Return cells that say the same to those rules; where a cell matters to nobody, it is empty."""
        found: dict[str, object] = {name: None for name in self.asking.there}  # noqa: C420 - its type is another
        if not found:
            return ()
        for column, number in self._classes(sign):
            found[column] = self.asking.likeness[column].cells[number]
        return tuple(sorted(found.items()))

    def loose(self, sign: int) -> bool:
        """Tell whether a refusal may tell one such row from another."""
        return any(self.asking.likeness[column].loose[number] for column, number in self._classes(sign))

    def _classes(self, sign: int) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        while sign:
            sign, column, number = self._parts[sign]
            found.append((column, number))
        return found
