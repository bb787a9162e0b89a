"""XES: event logs after IEEE 1849, read.

- A trace is a deal, an event a move to the stage that it is named after.
- Of an activity that is told as it goes through its life, the event that completes it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

from salesflow._cells import zone_of
from salesflow.crm._elements import Element, elements
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._reading import Hole, Log, Note, Row, logged
from salesflow.crm._zones import told_time

_OWN = {"concept:name": "stage", "time:timestamp": "at", "org:resource": "by", "lifecycle:transition": ""}
_TAKEN = frozenset({"deal", "stage", "at", "by"})


def read_xes(
    text: str | bytes,
    *,
    source: str | None = None,
    ground: str | None = None,
    created: str | None = None,
    zone: str | tzinfo | None = None,
) -> Log:
    """Read the text of an XES file. Other attributes of an event are columns, for rules to read.

    `source`, `ground` and `created` name the attributes that hold what they hold for `audit_log`: XES has none for it.
    Times without a zone are read in `zone`, or in UTC. Raises ValueError for an unknown zone, and LoadError for a text
    that is not what it claims to be.
    """
    named = {use: key for use, key in (("source", source), ("ground", ground), ("created", created)) if key}
    local, found, rows, deals = zone_of(zone), list[Row | Note | Hole](), 0, set[str]()
    try:
        for number, trace in enumerate(elements(text, of=("trace", "event"), root=("log",))):
            parts = (f"{trace.name} {number}", f"line {trace.line}")
            events = [each for each in trace.children if each.name == "event"]
            rows += len(events) if trace.name == "trace" else 1
            node = Node(_values(trace), parts)
            found += _trace(node, events, _How(named, local), deals) if trace.name == "trace" else [_loose(node)]
    except BadField as bad:
        raise refused("XES", bad) from None
    return logged(found, rows=rows, told=["by", *named])


class _How(NamedTuple):
    """How events are read."""

    named: Mapping[str, str]
    """By what an attribute holds: its key."""
    zone: tzinfo | None


def _loose(node: Node) -> Note:
    text = "an event stands outside of any trace"
    return Note(code="payload.shape", kind="dropped", place=node.place, text=text)


def _trace(node: Node, events: list[Element], how: _How, deals: set[str]) -> Iterator[Row | Note | Hole]:
    try:
        deal = node.need("concept:name").name()
    except BadField as bad:
        text = f"a trace of {len(events)} events has no name"
        yield Note(code="payload.missing", kind="dropped", place=bad.problem.path, text=text, count=max(1, len(events)))
        return
    yield from _oddities(node, deal, events, deals)
    for event in events:
        try:
            yield from _event(Node(_values(event), (*node.parts[:1], f"line {event.line}")), deal, how)
        except BadField as bad:
            yield from (bad.note(), Hole(deal))


def _oddities(node: Node, deal: str, events: list[Element], deals: set[str]) -> Iterator[Note]:
    if deal in deals:
        text = f"the deal {deal!r} has a trace already: both are read as one"
        yield Note(code="row.repeated", kind="odd", place=node.place, text=text)
    deals.add(deal)
    if not events:
        yield Note(code="history.empty", kind="odd", place=node.place, text=f"the deal {deal!r} has no events")
    if node.value.keys() - {"concept:name"}:
        text = "attributes of traces, which do not say since when they hold"
        yield Note(code="trace.attributes", kind="dropped", text=text)


def _event(node: Node, deal: str, how: _How) -> Iterator[Row | Note]:
    step = node.get("lifecycle:transition").optional() or "complete"
    if step.casefold() != "complete":
        yield Note(code="event.lifecycle", kind="dropped", text=f"events of the transition {step!r}")
        return
    stage = node.need("concept:name").name()
    at, notes = told_time(node.need("time:timestamp"), how.zone)
    yield from notes
    rest = {key: value for key, value in node.value.items() if key not in {*_OWN, *how.named.values()}}
    taken = _TAKEN | how.named.keys()
    for key in rest.keys() & taken:
        yield Note(
            code="column.hidden", kind="dropped", text=f"the attribute {key!r}, in place of which another is read"
        )
    by = node.get("org:resource").optional()
    kept = {key: value for key, value in rest.items() if key not in taken}
    named = {use: node.value.get(key, "") for use, key in how.named.items()}
    yield {**kept, **named, "deal": deal, "stage": stage, "at": at, "by": by}


def _values(element: Element) -> dict[str, Any]:
    """Return the attributes of a trace or an event, by their keys; what cannot be read stays text."""
    told = (each for each in element.children if each.name in _TYPES and "key" in each.attributes)
    return {each.attributes["key"]: _value(each) for each in told}


def _value(element: Element) -> Any:
    text = element.attributes.get("value", "")
    try:
        return _TYPES[element.name](text)
    except (BadField, ValueError):
        return text


def _number(text: str) -> Any:
    return Node(text).number()


def _boolean(text: str) -> Any:
    return Node(text).flag()


_TYPES: Mapping[str, Callable[[str], Any]] = {
    "string": str,
    "id": str,
    # the time of an event is read with its zone; another one as it is written
    "date": str,
    "int": _number,
    "float": _number,
    "boolean": _boolean,
}
