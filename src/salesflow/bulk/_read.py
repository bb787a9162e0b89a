"""Sources: whatever holds a log in columns, as batches of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from csv import reader as cells_of_line
from pathlib import Path
from typing import Any

from salesflow.bulk._arrow import Array, csv, pa, parquet
from salesflow.bulk._at_once import ahead
from salesflow.errors import LoadError
from salesflow.eventlog import missing_columns
from salesflow.values import said_by, shown
from salesflow.verdict import Problem, problem

Named = Mapping[str, str | None]
"""By what a column holds: its name."""
ROWS = 1 << 18
"""So many rows are looked at together: enough to be quick, few enough to lie in a processor's memory."""


def batches_of(data: object, wanted: frozenset[str], columns: Named) -> Iterator[Array]:
    """Return the batches of a log, of the columns that are wanted. Raises LoadError where one is missing."""
    for batch in _together(_kept(data, wanted, columns)):
        for begin in range(0, max(len(batch), 1), ROWS):
            yield batch.slice(begin, ROWS)


def _kept(data: object, wanted: frozenset[str], columns: Named) -> Iterator[Array]:
    for batch in _opened(data, wanted, columns):
        _check(columns, batch.schema.names)
        yield _in_plain_text(batch.select([name for name in batch.schema.names if name in wanted]))


def _together(batches: Iterable[Array]) -> Iterator[Array]:
    """Join small batches: each costs as much to look at as some thousand rows."""
    small: list[Array] = []
    for batch in batches:
        if len(batch) >= ROWS // 4 and not small:
            yield batch
            continue
        if small and (batch.schema != small[0].schema or sum(map(len, small)) + len(batch) > ROWS):
            yield _joined(small)
            small = []
        small.append(batch)
    if small:
        yield _joined(small)


def _joined(batches: list[Array]) -> Array:
    if len(batches) == 1:
        return batches[0]
    # dictionaries may differ from batch to batch
    whole = pa.Table.from_batches(batches).unify_dictionaries().combine_chunks()
    return (whole.to_batches() or batches)[0]


def _in_plain_text(batch: Array) -> Array:
    """Rewrite texts that are held as views: little of pyarrow reads those."""
    columns = [_without_views(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, batch.schema.names)


def _without_views(column: Array) -> Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return pa.DictionaryArray.from_arrays(column.indices, _without_views(column.dictionary))
    plain = pa.string() if pa.types.is_string_view(kind) else pa.binary() if pa.types.is_binary_view(kind) else kind
    return column if plain == kind else column.cast(plain)


def _check(columns: Named, names: list[str]) -> None:
    problems = missing_columns(columns, names)
    twice = [name for name in columns.values() if name is not None and names.count(name) > 1]
    problems += tuple(
        problem("column.twice", name, name=name, count=names.count(name)) for name in dict.fromkeys(twice)
    )
    if problems:
        raise LoadError("the log", problems)


def _opened(data: Any, wanted: frozenset[str], columns: Named) -> Iterator[Array]:
    if isinstance(data, str | Path):
        return ahead(_file(Path(data), wanted, columns))
    if isinstance(data, pa.RecordBatch):
        return iter((data,))
    if isinstance(data, pa.Table):
        return iter(data.to_batches(max_chunksize=ROWS) or (_empty(data.schema),))
    if hasattr(data, "__arrow_c_stream__"):
        return _streamed(data)
    if hasattr(data, "__iter__"):
        return (batch for each in data for batch in _opened(each, wanted, columns))
    raise TypeError(f"a log in columns is an Arrow table or stream, batches, or a file, not {type(data).__name__}")


def _streamed(data: Any) -> Iterator[Array]:
    yield from pa.RecordBatchReader.from_stream(data)


def _empty(schema: Any) -> Array:
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)


# -- files --------------------------------------------------------------------------------------------------


def _file(path: Path, wanted: frozenset[str], columns: Named) -> Iterator[Array]:
    place, kind = shown(str(path)), path.suffix.casefold()
    if kind not in _READERS:
        kinds = ", ".join(_READERS)
        raise LoadError(place, (Problem(code="file.kind", text=f"the ending {kind!r} is not one of {kinds}"),))
    try:
        yield from _READERS[kind](path, wanted, columns)
    except FileNotFoundError:
        raise LoadError(place, (Problem(code="file.missing", text="there is no such file"),)) from None
    except (OSError, pa.ArrowException, UnicodeError) as error:
        said = f"this could not be read: {said_by(error)}"
        raise LoadError(place, (Problem(code="file.unreadable", text=said),)) from None


def _parquet(path: Path, wanted: frozenset[str], columns: Named) -> Iterator[Array]:
    # stages are few, and mostly stored as the numbers that are wanted
    few = [name for use, name in columns.items() if use in {"stage", "source"} and name]
    with parquet.ParquetFile(path, pre_buffer=False, read_dictionary=few) as file:
        names = [name for name in file.schema_arrow.names if name in wanted]
        if not file.metadata.num_rows:
            yield _empty(file.schema_arrow)
        yield from file.iter_batches(ROWS, columns=names)


def _csv(path: Path, _: frozenset[str], __: Named) -> Iterator[Array]:
    with path.open("rb") as opened:
        heading = opened.readline().decode("utf-8-sig")
    delimiter = max(",;\t", key=heading.count)
    # all cells are text, as a reader of rows has them
    names = next(cells_of_line([heading], delimiter=delimiter), list[str]())
    with csv.open_csv(
        path,
        parse_options=csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    ) as reader:
        yield from reader


_READERS = {".parquet": _parquet, ".pq": _parquet, ".csv": _csv, ".tsv": _csv}
