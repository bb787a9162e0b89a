"""Dynamics 365: the stages of sales processes, and opportunities with the path that each has taken.

- The outcome stands beside the stage, as the state of an opportunity and its status reason: closing stages are added.
- A path lists the stages passed, and only the first and the last of them have a time. The others stand just before the
  last, a microsecond apart, so that their order is kept.
- The numbers of states, status reasons and sales stages overlap, so stages have their names or GUIDs as ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from salesflow.crm._deals import opportunity, price
from salesflow.crm._pages import last_missing, once, pages, read_all, read_moves
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._pipeline import Pipeline, StageRow, templates
from salesflow.crm._reading import Log, Note, Reading, Row, gathered, logged
from salesflow.crm._zones import told_time
from salesflow.records import Opportunity
from salesflow.stage import Outcome
from salesflow.template import StageTemplate

__all__ = ["history", "pipelines", "records"]

_REASONS: dict[str, tuple[str, Outcome | None]] = {
    "2": ("On Hold", None),
    "3": ("Won", "won"),
    "4": ("Canceled", "lost"),
    "5": ("Out-Sold", "lost"),
}
"""The status reasons that are stages here; 1 is In Progress."""


def pipelines(payload: Any, *, version: str = "1") -> Reading[StageTemplate[Any]]:
    """Read `GET /api/data/v9.2/processstages` as a template for each process, or the option sets of opportunities.

    Option sets are an object of values and names under `opportunity_salesstage` and, where it is told, under
    `opportunity_statuscode`. Raises LoadError for a payload that is not what it claims to be.
    """
    try:
        sets = Node(payload)
        found = [*_option_sets(sets)] if sets.has(_STAGES) else [*_processes(payload)]
    except BadField as bad:
        raise refused("Dynamics 365", bad) from None
    read = [each for each in found if isinstance(each, Pipeline)]
    notes = (each for each in found if isinstance(each, Note))
    return gathered((*notes, *templates(read, version=version)), rows=sum(len(each.stages) for each in read))


_STAGES, _STATUS = "opportunity_salesstage", "opportunity_statuscode"


def _option_sets(sets: Node) -> Iterator[Pipeline | Note]:
    rows = [
        StageRow(name.name(), "", Node(value, name.parts).number(), place=name.place)
        for value, name in sets.get(_STAGES).entries()
    ]
    closing = [*_closing()] if sets.get(_STATUS).empty else []
    for value, name in () if closing else sets.get(_STATUS).entries():
        if value in _REASONS:
            closing.append(_closed(name.name(), value, name.place))
        elif value != "1":
            text = f"the status reason {name.name()!r} is none of the system's own: whether it is won is not told"
            yield Note(code="stage.outcome", kind="dropped", place=name.place, text=text)
    yield Pipeline("dynamics365", "Dynamics 365: opportunities", tuple(rows), closing=tuple(closing))


def _closing() -> Iterator[StageRow]:
    return (_closed(name, value, "") for value, (name, _) in _REASONS.items())


def _closed(name: str, value: str, place: str) -> StageRow:
    return StageRow(name, name, int(value), outcome=_REASONS[value][1], hold=value == "2", place=place)


def _processes(payload: Any) -> Iterator[Pipeline | Note]:
    asked = pages(payload)
    found = [*once([each for page in asked for each in page.need("value").each()], "processstageid")]
    processes: dict[str, list[StageRow]] = {}
    for each in found:
        if isinstance(each, Node):
            process = each.get("_processid_value" if each.has("_processid_value") else "processid").name()
            processes.setdefault(process, []).append(_stage(each))
    yield from (each for each in found if isinstance(each, Note))
    yield from last_missing(asked, _more)
    for process, rows in processes.items():
        yield Pipeline(process, process, tuple(_named(rows)), closing=(*_closing(),), place=rows[0].place)


def _more(page: Node) -> bool:
    return not page.get("@odata.nextLink").empty


def _stage(node: Node) -> StageRow:
    category = node.get("stagecategory")
    id, label = node.need("processstageid").name().casefold(), node.get("stagename").optional()
    return StageRow(id, label, _LAST if category.empty else category.number(), place=node.place)


_LAST = 1000


def _named(rows: list[StageRow]) -> Iterator[StageRow]:
    """Yield stages that are known by their names too, where a name is of one stage."""
    taken = [row.label for row in rows] + [name for name, _ in _REASONS.values()]
    for row in rows:
        yield row._replace(aliases=(row.label,) if row.label and taken.count(row.label) == 1 else ())


# -- history ------------------------------------------------------------------------------------------------


def history(payload: Any, *, opportunities: Any = ()) -> Log:
    """Read `GET /api/data/v9.2/opportunitysalesprocesses`; `opportunities` tells how each was closed, and when.

    Stages have their GUIDs, and the rows of a process its id where it is told, else `dynamics365`. Raises LoadError for
    a payload that is not what it claims to be.
    """
    try:
        asked = pages(payload)
        found = [*once([each for page in asked for each in page.need("value").each()], _INSTANCE)]
        notes = [*last_missing(asked, _more), *(each for each in found if isinstance(each, Note))]
        listed = [each for page in pages(opportunities) for each in _listed(page)] if opportunities else []
        closed = {each.need("opportunityid").name().casefold(): each for each in listed}
        rows = read_moves((each for each in found if isinstance(each, Node)), lambda node: _path(node, closed), _whose)
    except BadField as bad:
        raise refused("Dynamics 365", bad) from None
    return logged([*notes, *rows], rows=len(found), told=["source"])


_INSTANCE = "businessprocessflowinstanceid"


def _listed(page: Node) -> list[Node]:
    return [*page.get("value").each()] if page.has("value") else [page]


def _whose(node: Node) -> Iterator[str]:
    yield node.need("_opportunityid_value").name().casefold()


def _path(node: Node, closed: Mapping[str, Node]) -> Iterator[Row | Note]:
    (deal,) = _whose(node)
    active = node.need("_activestageid_value").name().casefold()
    begun, notes = told_time(node.need("createdon"), None)
    active_since = node.get("activestagestartedon")
    came, more = (begun, ()) if active_since.empty else told_time(active_since, None)
    yield from (*notes, *more)
    told = node.get("traversedpath").optional().casefold()
    path = [each.strip() for each in told.split(",") if each.strip()] or [active]
    yield from _doubts(node, deal, path, active)
    pipeline = node.get("_processid_value").optional() or "dynamics365"
    stage, times = {"deal": deal, "pipeline": pipeline}, _times(len(path), begun, came)
    yield {**stage, "stage": path[0], "at": begun, "source": ""}
    for (before, after), at in zip(pairwise(path), times[1:], strict=True):
        yield {**stage, "stage": after, "at": at, "source": before}
    if deal in closed:
        yield from _end(closed[deal], stage, path[-1], times[-1])


def _times(number: int, begun: datetime, came: datetime) -> list[datetime]:
    """Return a time for each stage of a path: its order is told, so no two have the same one."""
    return [begun, *(max(begun + place * _APART, came - (number - 1 - place) * _APART) for place in range(1, number))]


_APART = timedelta(microseconds=1)


def _doubts(node: Node, deal: str, path: list[str], active: str) -> Iterator[Note]:
    if len(path) > 1:
        text = (
            "the stages of a path are told without times: all but the first stand a microsecond apart before the last"
        )
        yield Note(code="time.path", kind="assumed", text=text)
    if path[-1] != active:
        text = f"the path of {deal!r} ends in {path[-1]!r}, and its active stage is {active!r}"
        yield Note(code="history.gap", kind="odd", place=node.place, text=text)


def _end(node: Node, stage: Mapping[str, object], last: str, came: datetime) -> Iterator[Row | Note]:
    reason = node.get("statuscode").optional()
    if reason in {"", "1"}:
        return
    if reason not in _REASONS:
        text = f"the status reason {reason!r} of {stage['deal']!r} is none of the system's own"
        yield Note(code="stage.outcome", kind="dropped", place=node.get("statuscode").place, text=text)
        return
    closed = node.get("modifiedon" if reason == "2" else "actualclosedate")
    if closed.empty:
        text = f"when {stage['deal']!r} was closed is not told: taken for the time of its last stage"
        yield Note(code="time.day", kind="assumed", place=node.place, text=text)
    at = came + _APART if closed.empty else max(came + _APART, closed.moment(UTC))
    yield {**stage, "stage": _REASONS[reason][0], "at": at, "source": last}


# -- records ------------------------------------------------------------------------------------------------


def records(payload: Any, *, currency: str = "") -> Reading[Opportunity]:
    """Read `GET /api/data/v9.2/opportunities`, one answer or a list of them.

    `currency` is that of the amounts: the API gives its id alone. The free fields hold the stage and the status as the
    payload has them. Raises LoadError for a payload that is not what it claims to be.
    """
    try:
        asked = pages(payload)
        found = [*once([each for page in asked for each in _listed(page)], "opportunityid")]
        notes = [*last_missing(asked, _more), *(each for each in found if isinstance(each, Note))]
        rows = read_all((each for each in found if isinstance(each, Node)), lambda node: _deal(node, currency))
    except BadField as bad:
        raise refused("Dynamics 365", bad) from None
    return gathered([*notes, *rows], rows=len(found))


def _deal(node: Node, currency: str) -> Iterator[Opportunity | Note]:
    amount, notes = price(node.get("estimatedvalue"), Node(currency))
    yield from notes
    close = node.get("estimatedclosedate")
    values = {
        "id": node.need("opportunityid").name().casefold(),
        "name": node.get("name").optional(),
        "owner": node.get("_ownerid_value").optional(),
        **amount,
        "expected_close": None if close.empty else close.moment(UTC).date(),
        "fields": {**{key: node.get(key).word() for key in _KEPT if node.has(key)}, **amount.get("fields", {})},
    }
    yield opportunity(node, values)


_KEPT = ("salesstage", "statecode", "statuscode")
