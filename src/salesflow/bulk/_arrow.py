"""Arrow: the package pyarrow, which has no types, and the cells of its columns as Python's own values."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pyarrow as _pa  # noqa: ICN001 # pyright: ignore[reportMissingTypeStubs]
import pyarrow.compute as _compute  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.csv as _csv  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.parquet as _parquet  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray

# they have no types, and pyright would guess some
pa: Any = _pa
pc: Any = _compute
csv: Any = _csv
parquet: Any = _parquet

Array = Any
"""An array, a batch or a table of pyarrow's."""
Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Bools = NDArray[np.bool_]


def listed(numbers: NDArray[Any]) -> list[int]:
    """Return whole numbers as Python's own."""
    return cast("list[int]", numbers.tolist())


def cells_of(column: Array) -> list[Any]:
    """Return the cells of a column as Python's values, times to the microsecond."""
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    try:
        return list(column.to_pylist())
    except Exception:  # noqa: BLE001 - one time outside the calendar spoils them all
        return [_cell(each) for each in column]


def _cell(scalar: Any) -> object:
    try:
        return scalar.as_py()
    except Exception:  # noqa: BLE001 - what Python cannot hold is shown as what it is stored as
        return getattr(scalar, "value", None)


def rows_of(batch: Array) -> list[dict[str, Any]]:
    """Return the rows of a batch as mappings."""
    columns = [cells_of(column) for column in batch.columns]
    names = batch.schema.names
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]


def flags(column: Array) -> Bools:
    """Return booleans as numpy has them; null is false."""
    if column.null_count:
        column = pc.fill_null(column, fill_value=False)
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.bool_)


def texts(column: Array) -> Array | None:
    """Return a column of text; None where it holds something else."""
    return column if pa.types.is_string(column.type) or pa.types.is_large_string(column.type) else None


def alike(one: Any, other: Any) -> bool:
    """Tell whether values of two types can stand in one column."""
    try:
        pa.unify_schemas([pa.schema([("", _plain(each))]) for each in (one, other)], promote_options="permissive")
    except pa.ArrowException:
        return False
    return True


def _plain(kind: Any) -> Any:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.string() if pa.types.is_large_string(kind) else kind


def encoded(column: Array) -> tuple[Codes, list[Any]]:
    """Return a number for each cell, and the values that the numbers stand for; null is the last of them."""
    values, codes = _dictionary(column)
    return codes, [*values, None]


def _dictionary(column: Array) -> tuple[list[Any], Codes]:
    if pa.types.is_null(column.type):
        return [], np.full(len(column), -1, np.int32)
    if not pa.types.is_dictionary(column.type):
        try:
            column = column.dictionary_encode()
        except pa.ArrowNotImplementedError:
            # a list or a struct in each cell
            return cells_of(column), np.arange(len(column), dtype=np.int32)
    indices = column.indices
    if indices.null_count:
        indices = indices.cast(pa.int64()).fill_null(-1)
    return cells_of(column.dictionary), np.asarray(indices.to_numpy(zero_copy_only=False)).astype(np.int32)
