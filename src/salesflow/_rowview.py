"""Row views: a row of a log, seen by rules as if it were a record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, get_args

from salesflow._cells import value_cell
from salesflow._sight import UNREADABLE, View
from salesflow.history import Kind
from salesflow.qualification import Answer, Certainty

Cells = tuple[tuple[str, object], ...]
"""The columns of a row that rules may read, with their cells."""


class Step(NamedTuple):
    """What a log tells of a change that came before."""

    source: str | None
    target: str
    at: datetime
    kind: Kind


class RowView(View):
    """A row whose columns are named as the fields that rules read: `amount`, `loss.reason`, `qualification.need`.

    What has no column cannot be read.
    """

    activities = objections = approvals = UNREADABLE

    def __init__(self, cells: Cells, history: tuple[Step, ...], changes_before: int, at: datetime) -> None:
        self._cells = dict(cells)
        self.history = history
        self.changes_before = changes_before
        self.qualification = _Answers(self._cells, at)

    def __getattr__(self, name: str) -> Any:
        if name in self._cells:
            return value_cell(self._cells[name])
        inside = _Inside(
            {
                column.removeprefix(f"{name}."): cell
                for column, cell in self._cells.items()
                if column.startswith(f"{name}.")
            }
        )
        if name == "fields":
            # a column of a free field may stand without the word
            return _Inside({**self._cells, **inside})
        return inside or UNREADABLE


class _Inside(dict[str, object]):
    """The columns that lie inside a field: `loss.reason` in `loss`."""

    def get(self, name: str, default: object = UNREADABLE) -> Any:
        """Return the cell of that column."""
        return value_cell(self[name]) if name in self else default


_CERTAINTIES = frozenset(get_args(Certainty))


class _Answers:
    """Columns `qualification.<criterion>`, holding a certainty or a certainty and its way: `claimed/access`."""

    def __init__(self, cells: Mapping[str, object], at: datetime) -> None:
        self._cells = cells
        self._at = at

    def answer(self, criterion: str, *, at: datetime) -> Any:  # noqa: ARG002 - as a Qualification answers
        """Return the answer in the row's own column: what was known when the row was written."""
        column = f"qualification.{criterion}"
        if column not in self._cells:
            return UNREADABLE
        certainty, _, way = str(self._cells[column] or "unknown").strip().partition("/")
        if certainty not in _CERTAINTIES:
            return UNREADABLE
        return Answer.model_validate(
            {"criterion": criterion, "certainty": certainty, "way": way or None, "at": self._at}
        )
