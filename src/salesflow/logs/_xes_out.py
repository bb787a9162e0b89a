"""XES: event logs after IEEE 1849, written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, NoReturn
from xml.sax.saxutils import quoteattr

from salesflow._cells import BadCell, as_mapping, name_cell, time_cell, zone_of
from salesflow.crm._payload import BadField, Node, refused

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <global scope="trace">
    <string key="concept:name" value=""/>
  </global>
  <global scope="event">
    <string key="concept:name" value=""/>
    <date key="time:timestamp" value="1970-01-01T00:00:00+00:00"/>
    <string key="lifecycle:transition" value="complete"/>
  </global>
  <classifier name="Stage" keys="concept:name"/>
  <string key="lifecycle:model" value="standard"/>
"""


def write_xes(
    rows: Iterable[Mapping[str, Any]],
    *,
    deal: str,
    stage: str,
    at: str,
    source: str | None = None,
    by: str | None = None,
    ground: str | None = None,
    created: str | None = None,
    zone: str | tzinfo | None = None,
) -> str:
    """Write a log as XES: a trace for each deal, its events in the order of time, each complete.

    The arguments are those of `audit_log`; `source`, `ground` and `created` become attributes under the names of their
    columns, as do all other columns. A row that names no stage, as one that only tells a creation, is no event. Raises
    ValueError for an unknown zone, and LoadError for rows of which one cannot be written.
    """
    del source, ground, created
    local, own = zone_of(zone), {deal, stage, at, *([by] if by else [])}
    traces: dict[str, list[tuple[datetime, int, str]]] = {}
    for place, row in enumerate(rows):
        try:
            cells = as_mapping(row)
            name, told = name_cell(cells, deal), name_cell(cells, stage)
            events = traces.setdefault(_clean(name), [])
            if told:
                moment = time_cell(cells, at, local)
                actor = name_cell(cells, by) if by else ""
                rest = {str(key): value for key, value in cells.items() if key not in own}
                events.append((moment, place, "".join(_event(told, moment, actor, rest))))
        except (BadCell, ValueError) as bad:
            text = bad.detail if isinstance(bad, BadCell) else str(bad)
            _refuse(place, text)
    return _HEAD + "".join(_trace(name, events) for name, events in traces.items()) + "</log>\n"


def _refuse(place: int, text: str) -> NoReturn:
    try:
        Node(None, ("rows", place)).bad("row.unwritable", text)
    except BadField as bad:
        raise refused("the log", bad) from None


def _trace(name: str, events: list[tuple[datetime, int, str]]) -> str:
    body = "".join(text for _, _, text in sorted(events, key=lambda event: event[:2]))
    return f'  <trace>\n    <string key="concept:name" value={quoteattr(name)}/>\n{body}  </trace>\n'


def _event(stage: str, at: datetime, actor: str, rest: Mapping[str, Any]) -> Iterator[str]:
    yield "    <event>\n"
    yield _attribute("concept:name", stage)
    yield _attribute("time:timestamp", at)
    yield _attribute("lifecycle:transition", "complete")
    if actor:
        yield _attribute("org:resource", actor)
    for key, value in rest.items():
        if key in _OWN:
            raise ValueError(f"a column may not have the name {key!r}, which XES gives to another")
        # an empty cell is another thing than a column that is not there
        yield _attribute(key, "" if value is None else value)
    yield "    </event>\n"


def _attribute(key: str, value: Any) -> str:
    kind, text = _typed(value)
    return f"      <{kind} key={quoteattr(_clean(key))} value={quoteattr(_clean(text))}/>\n"


def _typed(value: Any) -> tuple[str, str]:
    if isinstance(value, bool):
        return "boolean", str(value).lower()
    if isinstance(value, int) and abs(value) < 2**63:
        return "int", str(value)
    if isinstance(value, float | Decimal) and value == value and abs(value) != float("inf"):  # noqa: PLR0124
        return "float", str(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return "date", value.isoformat()
    return "string", value.isoformat() if isinstance(value, date) else str(value)


_OWN = frozenset({"concept:name", "time:timestamp", "lifecycle:transition", "org:resource"})
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _clean(text: str) -> str:
    bad = _UNFIT.search(text)
    if bad:
        raise ValueError(f"XML has no place for the character U+{ord(bad[0]):04X}")
    return text
