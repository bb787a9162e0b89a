"""Cells: what a row of somebody's log says, read without guessing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from salesflow._finding_texts import detail
from salesflow.money import Money, exact
from salesflow.values import clean_id, clean_prose, is_mapping, normal, stated, to_utc
from salesflow.verdict import FindingCode


class Columns(NamedTuple):
    """Which column of a log holds what."""

    deal: str
    stage: str
    at: str
    source: str | None = None
    by: str | None = None
    ground: str | None = None
    created: str | None = None


class BadCell(Exception):
    """A cell that cannot be read; `code` is the finding that it becomes."""

    def __init__(self, code: FindingCode, which: str = "", **params: Any) -> None:
        says = f"{code}.{which}" if which else code
        self.code: FindingCode = code
        self.detail = detail(says, params)
        self.params = {"says": says, **params}
        super().__init__(self.detail)


BEFORE = "../"
"""Stands before the time by which a deal was created, where its creation is not told, as ISO 8601-2 writes it."""


def zone_of(zone: str | tzinfo | None) -> tzinfo | None:
    """Return a time zone by its IANA name. Raises ValueError."""
    if not isinstance(zone, str):
        return zone
    if zone == "UTC":
        # without the tz database, as on a bare Windows, this one must still be known
        return UTC
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"there is no time zone {zone!r}: use an IANA name such as 'Europe/Paris' or 'UTC'") from None


def as_mapping(row: Any) -> Mapping[Any, Any]:
    """Read a row as columns by name, also a database's own kind of row. Raises BadCell."""
    if is_mapping(row):
        return row
    try:
        return {name: row[name] for name in row.keys()}  # noqa: SIM118 - a sqlite3.Row iterates over its cells
    except Exception:  # noqa: BLE001 - whatever it is, it is no row
        raise BadCell("bad_row", "type", type=type(row).__name__) from None


def name_cell(row: Mapping[Any, Any], column: str) -> str:
    """Read a name: text, stripped and in NFC, a whole number, or a UUID; empty where there is none. Raises BadCell."""
    value = row.get(column)
    if value is None:
        return ""
    if isinstance(value, datetime | date | UUID):
        return str(value)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return format(value, "f").partition(".")[0]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        return str(value)
    if not isinstance(value, str):
        raise BadCell("bad_row", "name", column=column, type=type(value).__name__)
    return _clean(value, column, clean_id)


def ground_cell(row: Mapping[Any, Any], column: str) -> str:
    """Read a ground: prose, empty where none is stated. Raises BadCell."""
    value = row.get(column)
    text = _clean(value, column, clean_prose) if isinstance(value, str) else name_cell(row, column)
    return text if stated(text) else ""


def _clean(value: str, column: str, clean: Callable[[str], str]) -> str:
    text = value.strip()
    if len(text) > 20_000:
        raise BadCell("bad_row", "large", column=column, length=len(text))
    try:
        text.encode()
        return clean(normal(text))
    except ValueError:
        raise BadCell("bad_row", "character", column=column, shown=ascii(text)[:60]) from None


def time_cell(row: Mapping[Any, Any], column: str, zone: tzinfo | None) -> datetime:
    """Read a time: a datetime, a date (its midnight), or the ISO 8601 text of either. Raises BadCell."""
    value = row.get(column)
    try:
        if isinstance(value, str) and not _counted(value.strip()):
            value = datetime.fromisoformat(value.strip())
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, time())
    except ValueError:
        pass
    if not isinstance(value, datetime):
        raise BadCell("bad_time", column=column, shown=ascii(value)[:60])
    return _in_utc(value, zone)


def _counted(text: str) -> bool:
    """Tell a count since 1970 from a date: Python would read 1612121212121 as the 12th of December 1612."""
    return text.isdecimal() and len(text) != len("20260105")


def _in_utc(moment: datetime, zone: tzinfo | None) -> datetime:
    if moment.tzinfo is None:
        if zone is None:
            raise BadCell("naive_time", time=moment.isoformat(" "))
        moment = moment.replace(tzinfo=zone)
        if moment.utcoffset() != moment.replace(fold=1 - moment.fold).utcoffset():
            shown = moment.replace(tzinfo=None).isoformat(" ")
            raise BadCell("ambiguous_time", time=shown, zone=str(zone))
    try:
        return to_utc(moment)
    except ValueError as error:
        raise BadCell("bad_time", "calendar", error=str(error)) from None


def value_cell(text: object) -> object:
    """Read a cell as what a rule may compare: money, an exact number, a date, a time, else text."""
    if not isinstance(text, str):
        return text
    for read in (_money, _number, _date, _time):
        value = read(text.strip())
        if value is not None:
            return value
    return text.strip()


def _money(text: str) -> Money | None:
    amount, _, currency = text.partition(" ")
    try:
        return Money.of(amount, currency) if len(currency) == 3 and currency.isupper() else None
    except ValueError:
        return None


def _number(text: str) -> Decimal | None:
    try:
        return exact(text)
    except ValueError:
        return None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _time(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
