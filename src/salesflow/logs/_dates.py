"""Dates: how a column writes them, taken only where its cells leave one way to read them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Literal, NamedTuple, NoReturn

from salesflow.crm._payload import MILLISECOND, SECOND, BadField, Node
from salesflow.crm._reading import Note
from salesflow.crm._zones import told_time
from salesflow.verdict import Problem

Order = Literal["ymd", "dmy", "mdy"]
"""In which order a column writes year, month and day."""

_WRITTEN = re.compile(
    r"(?P<a>\d{4}|\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{1,2})"
    r"(?:(?:,? +|T)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?)?"
    r" ?(?P<zone>[Zz]|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)
_PLACES: dict[Order, tuple[str, str, str]] = {"ymd": ("a", "b", "c"), "dmy": ("c", "b", "a"), "mdy": ("c", "a", "b")}
_SAID: dict[Order, str] = {"ymd": "year, month, day", "dmy": "day, month, year", "mdy": "month, day, year"}


class _Cell(NamedTuple):
    """A date as it is written, with the ISO text of each way to read it."""

    ways: Mapping[Order, str]
    short: bool
    """Whether its year has two digits."""


def orders(rows: Collection[Node], columns: Iterable[str], given: Mapping[str, Order]) -> dict[str, Order]:
    """Return how each column writes its dates: as given, or the one way to read all its cells. Raises BadField."""
    return {column: given.get(column) or _order(rows, column) for column in columns}


def _order(rows: Iterable[Node], column: str) -> Order:
    known = _known(rows, column)
    ways: list[Order] = [way for way in _PLACES if all(way in read.ways for _, read in known)]
    if not ways:
        _mixed(column, known)
    differ = next((cell for cell, read in known if len({read.ways[way] for way in ways}) > 1), None)
    if differ is not None:
        said = " or ".join(_SAID[way] for way in ways)
        _bad("date.ambiguous", differ, f"{differ.value!r} and all dates of {column!r} may be {said}", column, ways)
    return ways[0]


def _known(rows: Iterable[Node], column: str) -> list[tuple[Node, _Cell]]:
    """Return the dates of a column, each text once. Raises BadField."""
    texts: dict[str, Node] = {}
    for row in rows:
        cell = row.get(column)
        if isinstance(cell.value, str):
            texts.setdefault(cell.value, cell)
    read = ((cell, _written(text)) for text, cell in texts.items())
    return [(cell, each) for cell, each in read if each]


def _mixed(column: str, cells: list[tuple[Node, _Cell]]) -> NoReturn:
    """Refuse a column that no way fits, naming two cells that contradict each other, or that leave no way together."""
    first, read = min(cells, key=lambda each: len(each[1].ways))
    cell = next((other for other, each in cells if not each.ways.keys() & read.ways.keys()), cells[-1][0])
    text = f"{column!r} is written in several ways: {first.value!r} @ {first.place}, and {cell.value!r} here"
    _bad("date.mixed", cell, text, column, [*_PLACES])


def _bad(code: str, cell: Node, text: str, column: str, ways: list[Order]) -> NoReturn:
    advice = f"say which: dates={{{column!r}: {' or '.join(map(repr, ways))}}}"
    raise BadField(Problem(code=code, path=cell.place, text=text, advice=advice))


def time_of(cell: Node, order: Order, zone: tzinfo | None) -> Iterator[datetime | Note]:
    """Yield a time in UTC, after the notes on it. Raises BadField."""
    value = cell.value
    if _counts(value):
        tick = MILLISECOND if _number(cell) >= 10**11 else SECOND
        text = f"{cell.parts[-1]!r} counts {'milliseconds' if tick is MILLISECOND else 'seconds'} since 1970"
        yield Note(code="time.tick", kind="assumed", text=text)
        yield cell.moment(tick=tick)
        return
    read = _written(value) if isinstance(value, str) else None
    if read:
        yield from _notes(cell, order, read)
    at, notes = told_time(Node(read.ways[order], cell.parts) if read else cell, zone)
    yield from notes
    yield at


def _counts(value: object) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"\s*\d{9,}\s*", value, re.ASCII) is not None
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _number(cell: Node) -> Decimal:
    try:
        return cell.number()
    except BadField:
        cell.bad("time.unreadable", f"{str(cell.value)[:60]} is no count of seconds or milliseconds since 1970")


def _notes(cell: Node, order: Order, read: _Cell) -> Iterator[Note]:
    column = cell.parts[-1]
    if order not in read.ways:
        cell.bad("time.unreadable", f"{cell.value!r} is no date of the order {_SAID[order]}")
    if order != "ymd":
        yield Note(code="date.order", kind="assumed", text=f"{column!r} is read as {_SAID[order]}")
    if read.short:
        text = f"years of two digits in {column!r} stand last, and lie between 1969 and 2068"
        yield Note(code="date.century", kind="assumed", text=text)


def _written(text: str) -> _Cell | None:
    found = _WRITTEN.fullmatch(text.strip())
    clock = _clock(found) if found else None
    if found is None or clock is None or (len(found["a"]), len(found["c"])) not in _YEARS:
        return None
    ways: list[Order] = ["ymd"] if len(found["a"]) == 4 else ["dmy", "mdy"]
    told: dict[Order, str] = {way: iso for way in ways if (iso := _iso(found, way, clock))}
    return _Cell(told, (len(found["a"]), len(found["c"])) in {(1, 2), (2, 2)}) if told else None


_YEARS = {(4, 1), (4, 2), (1, 2), (2, 2), (1, 4), (2, 4)}
"""How many digits the first and the last number may have: one of the two is the year."""


def _iso(found: re.Match[str], way: Order, clock: str) -> str:
    year, month, day = (int(found[place]) for place in _PLACES[way])
    if len(found[_PLACES[way][0]]) == 2:
        year += 2000 if year < 69 else 1900
    text = f"{year:04}-{month:02}-{day:02}{clock}"
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return ""
    return text


def _clock(found: re.Match[str]) -> str | None:
    """Return hours and zone as ISO 8601 writes them, empty for a day alone; None where there is no such hour."""
    if found["hour"] is None:
        return None if found["zone"] else ""
    hour, half = int(found["hour"]), (found["half"] or "").casefold()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    part = f".{found['part'][:6]:0<6}" if found["part"] else ""
    zone = found["zone"] or ""
    return f"T{hour:02}:{found['minute']}:{found['second'] or '00'}{part}{_ZONES.get(zone.upper(), zone)}"


_ZONES = {"Z": "+00:00", "UTC": "+00:00", "GMT": "+00:00"}
