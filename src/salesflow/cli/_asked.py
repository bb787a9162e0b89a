"""What the command line asks of an audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from salesflow._cells import Columns, zone_of
from salesflow._nearest import nearest
from salesflow.cli._bad_use import BadUse
from salesflow.cli._source import STANDARD_INPUT
from salesflow.cli._systems import SYSTEMS


class Format(StrEnum):
    """How findings are told."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"


class Shape(NamedTuple):
    """What columns of a table hold that is no log."""

    end: str | None = None
    field: str | None = None
    value: str | None = None
    outcome: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


NO_SHAPE = Shape()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be read, and how what is found is told."""

    files: tuple[str, ...]
    form: str
    """What the files are: `csv`, or the name of a system."""
    columns: Columns
    delimiter: str
    zone: str | None
    shape: Shape = NO_SHAPE
    template: str | None = None
    pipeline: str = ""
    as_of: str | None = None
    format: Format = Format.table
    output: str | None = None

    @property
    def streaming(self) -> bool:
        """Whether findings are written to standard output as they are found."""
        return self.format is not Format.table and self.output is None

    @property
    def has_columns(self) -> bool:
        """Whether what is read becomes a log with columns of its own."""
        return self.form in KNOWN or self.form in TABLES


ENDINGS = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".xes": "xes"}
"""What a log is by the ending of its file; by any other it is CSV."""

UNTOLD = {".json", ".xml"}
"""Endings of what may be of any system."""

LOGS = (*dict.fromkeys(ENDINGS.values()), "snapshot")
TABLES: dict[str, frozenset[str]] = {
    "wide": frozenset({"deal", "at", "dates"}),
    "spans": frozenset({"deal", "stage", "at", "end", "by", "dates"}),
    "changes": frozenset({"deal", "field", "value", "at", "source", "by", "stage", "created", "outcome", "dates"}),
}
"""Tables of other shapes than a row for each move, with the options that say what their columns hold."""

FORMS = (*SYSTEMS, *LOGS, *TABLES)
KNOWN = frozenset({*SYSTEMS, "xes"})
"""What has columns of its own."""


def form_of(files: Sequence[str], given: str | None) -> str:
    """Return what files are: as is said, or by their endings. Raises BadUse."""
    if given is not None:
        return _known(given.strip().casefold(), given)
    forms = {file: _by_ending(file) for file in files}
    for file, form in forms.items():
        if form != forms[files[0]]:
            raise BadUse("from.several", file=files[0], other=file)
    return forms[files[0]]


def _by_ending(file: str) -> str:
    ending = Path(file).suffix.casefold()
    if ending in UNTOLD or file == STANDARD_INPUT:
        raise BadUse("from.missing", file=file)
    return ENDINGS.get(ending, "csv")


def _known(form: str, given: str) -> str:
    if form not in FORMS:
        raise BadUse("from.unknown", given=given, near=nearest(form, FORMS) or "", known=", ".join(sorted(FORMS)))
    return form


def format_of(given: Format | None, output: str | None) -> Format:
    """Return how findings are told: as is said, or by the ending of the output. Raises BadUse."""
    ending = Path(output or "").suffix.casefold().removeprefix(".")
    form = given or Format.__members__.get(ending, Format.table)
    if form is Format.parquet and output is None:
        raise BadUse("output.binary")
    if form is Format.parquet and not installed():
        raise BadUse("extra.bulk")
    return form


def installed() -> bool:
    """Tell whether the extra `bulk` is installed."""
    return all(find_spec(name) for name in ("numpy", "pyarrow"))


NAMED = Columns("deal", "stage", "at")
"""The columns of a log that nobody named."""


def columns_of(named: Columns, shape: Shape, form: str) -> Columns:
    """Return the columns of a log: those that are named, else as most are called. Raises BadUse.

    An empty name stands for none. What has columns of its own takes no others.
    """
    given = {use: column for use, column in named._asdict().items() if column}
    if form in KNOWN:
        for use in given:
            raise BadUse("column.known", option=use, given=form)
    for use in given.keys() - {"deal", "stage"} if form == "snapshot" else ():
        raise BadUse("column.snapshot", option=use)
    _check_shape([*given, *(use for use, told in shape._asdict().items() if told)], form)
    return NAMED._replace(**given)


def _check_shape(given: Sequence[str], form: str) -> None:
    """Raise BadUse for an option that says nothing of such files, and where one is wanting."""
    taken = TABLES.get(form, frozenset(Columns._fields))
    for use in given:
        if use not in taken:
            raise BadUse("column.shape", option=use, given=form)
    for use in sorted(taken & _WANTED - {*given}):
        raise BadUse("column.wanted", option=use, given=form)


_WANTED = frozenset({"end", "field", "value"})


def checked_zone(zone: str | None) -> str | None:
    """Return a zone that there is. Raises BadUse."""
    try:
        zone_of(zone)
    except ValueError:
        raise BadUse("zone.unknown", zone=zone) from None
    return zone
