"""Times: columns of times as microseconds in UTC, without guessing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import numpy as np

from salesflow._cells import time_cell
from salesflow.bulk._arrow import Array, Bools, Ints, encoded, flags, pa, pc, texts

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
NEVER = np.iinfo(np.int64).min
"""In place of a time that cannot be read."""
_FIRST = (datetime.min.replace(tzinfo=UTC) - EPOCH) // _TICK
_LAST = (datetime.max.replace(tzinfo=UTC) - EPOCH) // _TICK
_DAY = 86_400_000_000
_HOUR = 3_600_000_000
_UNITS = {"s": 1_000_000, "ms": 1_000, "us": 1}


def moment(micros: int) -> datetime:
    """Return the time of so many microseconds since 1970."""
    return EPOCH + int(micros) * _TICK


def micros_of(time: datetime) -> int:
    """Return the microseconds since 1970 of a time in UTC."""
    return (time - EPOCH) // _TICK


class Clock:
    """Reads times; those without a zone in the one given."""

    def __init__(self, zone: tzinfo | None) -> None:
        self.zone = zone
        self._days: dict[int, int | None] = {}
        """By local day: by how much its clocks are ahead of UTC; None where that changes, or is not known."""

    def micros(self, column: Array) -> Ints:
        """Return microseconds since 1970, `NEVER` where a cell holds no time."""
        if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
            return self._stored(column)
        text = texts(column)
        return self._each(column) if text is None else self._text(text)

    def _stored(self, column: Array) -> Ints:
        if pa.types.is_date(column.type):
            column = column.cast(pa.timestamp("ms" if pa.types.is_date64(column.type) else "s"))
        found = _scaled(column)
        if column.type.tz is not None or column.null_count == len(column):
            return found
        return self._local(found)

    def _text(self, text: Array) -> Ints:
        try:
            return self._parsed(text)
        except pa.ArrowInvalid:
            pass
        zoned = flags(pc.match_substring_regex(text, rf"\A{_PLAIN}(Z|[+-]\d\d:\d\d)\z"))
        naive = flags(pc.match_substring_regex(text, rf"\A{_PLAIN}\z"))
        found = np.full(len(text), NEVER)
        for plain, read in ((zoned, self._parsed), (naive, self._naive), (~(zoned | naive), self._each)):
            rows = np.flatnonzero(plain)
            found[rows] = self._or_each(text.take(rows), read)
        return found

    def _or_each(self, text: Array, read: Any) -> Ints:
        try:
            return np.asarray(read(text), np.int64)
        except pa.ArrowInvalid:
            # one day that the calendar has not is enough
            return self._each(text)

    def _parsed(self, text: Array) -> Ints:
        """Read texts that all have a zone. Raises ArrowInvalid."""
        return _scaled(text.cast(pa.timestamp("us", "UTC")))

    def _naive(self, text: Array) -> Ints:
        return self._local(_scaled(text.cast(pa.timestamp("us"))))

    def _each(self, column: Array) -> Ints:
        codes, values = encoded(column)
        return np.asarray([self._one(value) for value in values], np.int64)[codes]

    def _one(self, value: object) -> int:
        try:
            return micros_of(time_cell({"": value}, "", self.zone))
        except Exception:  # noqa: BLE001 - a bad cell, or a stranger's zone: a close look says what
            return NEVER

    # -- local times ----------------------------------------------------------------------------------------

    def _local(self, found: Ints) -> Ints:
        """Take local times to UTC."""
        if self.zone is None or not len(found):
            return np.full(len(found), NEVER)
        days = found // _DAY
        first = int(days.min()) if (known := found != NEVER).all() else int(days[known].min(initial=0))
        places = np.where(known, days - first, 0)
        ahead = np.zeros(int(places.max()) + 1, np.int64)
        changes = np.zeros(len(ahead), np.bool_)
        for place in np.flatnonzero(np.bincount(places)):
            by = self._ahead(first + int(place))
            ahead[place], changes[place] = by or 0, by is None
        there = np.where(known, found - ahead[places], NEVER)
        there[(there < _FIRST) | (there > _LAST)] = NEVER
        for row in np.flatnonzero(changes[places] & known):
            there[row] = self._one(moment(int(found[row])).replace(tzinfo=None))
        return there

    def _ahead(self, day: int) -> int | None:
        if day not in self._days:
            self._days[day] = self._asked(day)
        return self._days[day]

    def _asked(self, day: int) -> int | None:
        """Ask the zone at every hour of a day, and before and after it."""
        try:
            hours = [moment(day * _DAY + hour * _HOUR) for hour in range(-1, 26)]
            times = [each.replace(tzinfo=self.zone, fold=fold) for each in hours for fold in (0, 1)]
            offsets = {each.utcoffset() for each in times}
        except Exception:  # noqa: BLE001 - the ends of the calendar, or a stranger's zone
            return None
        (by, *more) = offsets
        return None if more or by is None else by // _TICK


_PLAIN = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?"
"""What is read at once; what is written otherwise is read one by one."""


def _scaled(column: Array) -> Ints:
    stored = column.view(pa.int64()) if column.null_count == 0 else column.view(pa.int64()).fill_null(NEVER)
    ticks = np.asarray(stored.to_numpy(zero_copy_only=False), np.int64)
    unit = column.type.unit
    if unit == "ns":
        found = np.where(ticks == NEVER, NEVER, ticks // 1000 + ((ticks < 0) & (ticks % 1000 != 0)))
        return _in_calendar(found)
    times = _UNITS[unit]
    fits: Bools = (ticks >= _FIRST // times) & (ticks <= _LAST // times)
    if times == 1 and fits.all():
        return ticks
    return np.where(fits, ticks * times, NEVER)


def _in_calendar(found: Ints) -> Ints:
    return np.where((found >= _FIRST) & (found <= _LAST), found, NEVER)
