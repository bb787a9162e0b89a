"""Places: whether deals may be in the stages that an export names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from salesflow._compile import Table
from salesflow._rowview import Cells, RowView
from salesflow._sight import UNREADABLE
from salesflow._soundness import placed_rules
from salesflow.bulk._arrow import Array, Bools, Codes, Ints, listed, pa, rows_of
from salesflow.bulk._asking import Asking
from salesflow.bulk._sheet import Page, Sheet
from salesflow.bulk._signs import Signs
from salesflow.bulk._times import EPOCH
from salesflow.bulk._told import telling
from salesflow.findings import Fault, retired, rule_fault, unknown
from salesflow.template import StageTemplate


@dataclass(slots=True, eq=False)
class Places:
    """Judges where deals are."""

    sheet: Sheet
    template: StageTemplate[Any]
    table: Table
    wanted: frozenset[str]
    """The columns that rules may read."""
    now: datetime | None
    signs: Signs | None = None
    _known: dict[tuple[int, int], tuple[Fault, ...]] = field(default_factory=dict[tuple[int, int], tuple[Fault, ...]])
    """By the number of a stage and the sign of a row: what is found of a deal that is there."""

    def judge(self, page: Page) -> None:
        """Judge the rows of a batch."""
        batch, _, codes, read, _ = page
        signs = self._signs(batch)
        cells = pa.table({name: batch.column(name) for name in batch.schema.names if name in signs.asking.there})
        matters, own = self._matters(signs.asking, codes, read)
        sign = signs.of(cells, np.arange(len(batch)), matters)
        rows = np.flatnonzero(read & ~own)
        both = codes[rows].astype(np.int64) << 32 | sign[rows]
        used, places = np.unique(both, return_inverse=True)
        for number, each in enumerate(listed(used)):
            self._alike(page, cells, rows[places == number], each >> 32, each & 0xFFFFFFFF)
        for place in listed(np.flatnonzero(read & own)):
            self._tell_all(page, np.asarray([place]), self._faults(int(codes[place]), _cells(cells, place)))

    def _signs(self, batch: Array) -> Signs:
        if self.signs is None:
            rules = tuple(rule for _, rule in placed_rules(self.template.stages, self.template.moves))
            there = frozenset(batch.schema.names) & self.wanted
            self.signs = Signs(Asking(self.table, there, rules))
        return self.signs

    def _matters(self, asking: Asking, codes: Codes, read: Bools) -> tuple[dict[str, Bools], Bools]:
        """Tell for each column in which rows it is read, and which rows are judged one by one."""
        asked = [asking.by(self._rules(number)) for number in range(len(self.sheet.names.texts))]
        columns = {name for each in asked for name in each.columns}
        matters = {name: np.asarray([name in each.columns for each in asked])[codes] & read for name in columns}
        return matters, np.asarray([each.opaque for each in asked])[codes]

    def _rules(self, number: int) -> tuple[Any, ...]:
        stage = self.table.stages.get(self.table.canonical.get(self.sheet.names.texts[number], ""))
        return () if stage is None else tuple(stage.rules)

    def _alike(self, page: Page, cells: Array, rows: Ints, number: int, sign: int) -> None:
        """Tell of rows that say the same to the rules of their stage what is found of one."""
        signs = self.signs
        if signs is None or signs.loose(sign):
            for place in listed(rows):
                self._tell_all(page, np.asarray([place]), self._faults(number, _cells(cells, place)))
            return
        if (number, sign) not in self._known:
            self._known[number, sign] = self._faults(number, signs.cells(sign))
        self._tell_all(page, rows, self._known[number, sign])

    def _faults(self, number: int, cells: Cells) -> tuple[Fault, ...]:
        table, name = self.table, self.sheet.names.texts[number]
        stage = table.stages.get(table.canonical.get(name, ""))
        if stage is None:
            return (unknown(table, name),)
        view = RowView(cells, (), 1, self.now or EPOCH)
        guards = table.guards(stage.rules)
        reasons = dict.fromkeys(each for guard in guards for each in guard(view, self.now or EPOCH, UNREADABLE))
        gone = (retired(stage.id),) if stage.life == "retired" else ()
        return (*gone, *(rule_fault(each) for each in reasons))

    def _tell_all(self, page: Page, rows: Ints, found: Sequence[Fault]) -> None:
        """Tell the same of rows that are in one stage."""
        for each in found:
            if each.code == "rule_undecidable":
                self.sheet.open(page, rows, each)
            else:
                what = self.sheet.told.number(telling(each, None, self.sheet.name(page, rows[0])))
                self.sheet.spread(page, rows, np.full(len(rows), what, np.int32))


def _cells(cells: Array, place: int) -> Cells:
    (row,) = rows_of(cells.slice(place, 1)) if cells.num_columns else ({},)
    return tuple(sorted(row.items()))
