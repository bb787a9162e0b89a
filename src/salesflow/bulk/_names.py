"""Names: the stages, grounds and creations of a log as small numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from salesflow._cells import BadCell, ground_cell, name_cell
from salesflow.bulk._arrow import Array, Bools, Codes, cells_of, encoded, flags, pa, pc, texts

BAD = -1
"""In place of the number of a name: the cell holds none, and a close look says why."""


class Names:
    """Every name that was met, by its number; 0 is no name at all."""

    def __init__(self, first: Iterable[str] = ()) -> None:
        self.texts: list[str] = ["", *first]
        self._numbers: dict[str, int] = {text: number for number, text in enumerate(self.texts)}
        self._seen: dict[tuple[type, object], int] = {}

    def numbers(self, codes: Codes, values: list[Any]) -> Codes:
        """Return the number of each cell's name, `BAD` where it holds none; cells are codes of values."""
        return np.asarray([self._number(value) for value in values], np.int32)[codes]

    def _number(self, value: object) -> int:
        try:
            return self._seen[type(value), value]
        except (KeyError, TypeError):
            number = self._read(value)
        # a list is no name, and cannot be remembered either
        with suppress(TypeError):
            self._seen[type(value), value] = number
        return number

    def _read(self, value: object) -> int:
        try:
            return self.of(name_cell({"": value}, ""))
        except BadCell:
            return BAD

    def of(self, name: str) -> int:
        """Return the number of a name."""
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.texts)
            self.texts.append(name)
        return number


# -- grounds ------------------------------------------------------------------------------------------------

_LONGEST = 20_000


def stated(column: Array) -> tuple[Bools, Bools]:
    """Tell of each cell whether it states a ground, and whether it cannot be read."""
    text = texts(column)
    plain = np.zeros(len(column), np.bool_)
    if text is not None:
        plain = flags(pc.match_substring_regex(text, r"\A[ -~]*[!-~][ -~]*\z"))
        plain &= flags(pc.less_equal(pc.binary_length(text), _LONGEST))
    said, bad = plain.copy(), np.zeros(len(column), np.bool_)
    rest = np.flatnonzero(~plain)
    codes, values = encoded(column.take(rest))
    read = [_ground(value) for value in values]
    said[rest] = np.asarray([each is True for each in read], np.bool_)[codes]
    bad[rest] = np.asarray([each is None for each in read], np.bool_)[codes]
    return said, bad


def _ground(value: object) -> bool | None:
    row: Mapping[Any, Any] = {"": value}
    try:
        return bool(ground_cell(row, ""))
    except BadCell:
        return None


# -- deals --------------------------------------------------------------------------------------------------


def runs(column: Array) -> tuple[Array, Codes]:
    """Return the deal of each run of rows that name the same one, as clean text, and where each run begins.

    A deal is null where the cells name none.
    """
    if len(column) == 0:
        return pa.array([], pa.string()), np.zeros(0, np.int32)
    starts = np.flatnonzero(np.concatenate(([True], changes(column))))
    heads = column if len(starts) == len(column) else column.take(starts)
    return deals_of(heads), starts.astype(np.int32)


def changes(column: Array) -> Bools:
    """Tell of each row but the first whether it names another deal than the one before."""
    if len(column) < 2:
        return np.zeros(0, np.bool_)
    same = column.indices if _is_dictionary(column) else column
    try:
        unlike = pc.not_equal(same[1:], same[:-1])
    except Exception:  # noqa: BLE001 - cells of a kind that pyarrow cannot compare name no deal
        return np.ones(len(column) - 1, np.bool_)
    if unlike.null_count:
        unlike = pc.fill_null(unlike, fill_value=True)
    return flags(unlike)


def _is_dictionary(column: Array) -> bool:
    return hasattr(column, "indices")


def deals_of(heads: Array) -> Array:
    """Return the deal that each cell names, as clean text; null where it names none."""
    if _is_dictionary(heads):
        heads = heads.dictionary_decode()
    if pa.types.is_integer(heads.type):
        return heads.cast(pa.string())
    text = texts(heads)
    if text is not None and _plain(text):
        return text.cast(pa.string())
    return _read_each(heads, text)


def _plain(text: Array) -> bool:
    """Tell whether all texts are printable ASCII without blanks, so that cleaning would change none of them."""
    if text.null_count:
        return False
    lengths = pc.min_max(pc.binary_length(text))
    shortest, longest = lengths["min"].as_py(), lengths["max"].as_py()
    if not shortest or longest > _LONGEST:
        return False
    return _all_plain(text.buffers()[-1]) or bool(pc.all(pc.match_substring_regex(text, r"\A[!-~]+\z")).as_py())


def _all_plain(buffer: Any) -> bool:
    """Tell whether all bytes of a buffer are letters, digits and signs: quicker than a pattern."""
    held = np.frombuffer(buffer, np.uint8)
    return bool(held.size and held.min() >= ord("!") and held.max() <= ord("~"))


def _read_each(heads: Array, text: Array | None) -> Array:
    names: list[str | None] = [_deal(value) for value in cells_of(heads if text is None else text)]
    return pa.array(names, pa.string())


def _deal(value: object) -> str | None:
    try:
        return name_cell({"": value}, "") or None
    except BadCell:
        return None
