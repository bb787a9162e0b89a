"""Event logs with faults in them, and the findings that they must give."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from salesflow import StageTemplate
from salesflow.testing._asking import Template
from salesflow.testing._beginnings import Unfillable
from salesflow.testing._cases import move_cases
from salesflow.testing._journeys import Journey, journeys
from salesflow.testing._logs import COLUMNS, rows_of
from salesflow.testing._routes import goals
from salesflow.testing._walks import Begun

Row = dict[str, Any]
Fault = Callable[[Template, list[Row]], list[Row]]
"""From the rows of a deal to the rows with a fault in them; the same rows where it has no place there."""


@dataclass(frozen=True)
class EventLog:
    """Rows of a log in any order, and what an audit must find in them."""

    rows: tuple[Mapping[str, Any], ...]
    findings: tuple[tuple[str, str], ...]
    """The deal and the code of each finding that a fault must give; other deals have no violation."""

    @property
    def columns(self) -> dict[str, Any]:
        """The arguments of `audit_log` that name the columns."""
        return dict(COLUMNS)


def _last(rows: list[Row], **cells: Any) -> list[Row]:
    return [*rows[:-1], {**rows[-1], **cells}]


def _unknown_stage(_: Template, rows: list[Row]) -> list[Row]:
    return _last(rows, stage="nowhere at all")


def _bad_time(_: Template, rows: list[Row]) -> list[Row]:
    return _last(rows, at="some day")


def _naive_time(_: Template, rows: list[Row]) -> list[Row]:
    return _last(rows, at=datetime.fromisoformat(rows[-1]["at"]).replace(tzinfo=None).isoformat())


def _bad_row(_: Template, rows: list[Row]) -> list[Row]:
    return _last(rows, stage="")


def _duplicate(_: Template, rows: list[Row]) -> list[Row]:
    return [*rows, rows[-1]]


def _incomplete(_: Template, rows: list[Row]) -> list[Row]:
    return rows[1:] if len(rows) > 1 else rows


def _gap(template: Template, rows: list[Row]) -> list[Row]:
    near = {rows[-1]["source"], rows[-1]["stage"]}
    far = [stage.id for stage in template.stages if stage.id not in near]
    return _last(rows, source=far[0]) if far and len(rows) > 1 else rows


def _out_of(outcome: str) -> Fault:
    def planted(template: Template, rows: list[Row]) -> list[Row]:
        last = rows[-1]
        shut = [case.target for case in move_cases(template) if case.source == last["stage"] and _closed(case.code)]
        if template.stage(last["stage"]).outcome != outcome or not shut:
            return rows
        at = datetime.fromisoformat(last["at"]) + timedelta(days=1)
        return [*rows, {**last, "stage": shut[0], "source": last["stage"], "at": at.isoformat(), "ground": "so it is"}]

    return planted


def _closed(code: str | None) -> bool:
    return code == "move.closed"


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "bad_row": _bad_row,
        "bad_time": _bad_time,
        "duplicate": _duplicate,
        "gap": _gap,
        "incomplete": _incomplete,
        "naive_time": _naive_time,
        "out_of_lost": _out_of("lost"),
        "out_of_won": _out_of("won"),
        "unknown_stage": _unknown_stage,
    }
)


def event_logs(
    template: StageTemplate[Any], *, faults: Collection[str] = tuple(FAULTS), begun: Begun = None
) -> st.SearchStrategy[EventLog]:
    """Logs of one to four deals that were led legally, some with a fault, and the findings that it must give.

    `faults` are codes of findings: by default all that can be planted; with none, nothing is wrong. `begun` is as for
    `walks`. A log's cells lose the spaces around them, so ids of stages are to have none. Raises ValueError for a code
    that cannot be planted.
    """
    unknown = sorted(set(faults) - set(FAULTS))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not one of {', '.join(FAULTS)} [faults.unknown]")
    return _logs(template, tuple(sorted(faults)), begun)


@st.composite
def _logs(draw: Any, template: Template, faults: tuple[str, ...], begun: Begun) -> EventLog:
    rows: list[Row] = []
    findings: list[tuple[str, str]] = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        deal = [{**row, "deal": f"deal {number}"} for row in draw(_lives(template, begun))]
        code = draw(st.sampled_from(faults)) if faults and deal and draw(st.booleans()) else None
        planted = FAULTS[code](template, deal) if code else deal
        findings += [(f"deal {number}", code)] if code and planted != deal else []
        rows += planted
    return EventLog(tuple(draw(st.permutations(rows))), tuple(findings))


@st.composite
def _lives(draw: Any, template: Template, begun: Begun) -> list[Row]:
    """The rows of a deal that was led legally; none where no legal way was found."""
    try:
        journey: Journey = draw(journeys(template, draw(st.sampled_from(goals(template))), begun=begun))
    except Unfillable:
        return []
    plain = [change for change in journey.end.history if change.kind != "updated"]
    # a log tells no override, so that what was overridden would be a finding; and ties have many orders
    overrode = next((place for place, change in enumerate(plain) if change.overrode), len(plain))
    spaced = [replace(change, at=change.at + timedelta(seconds=place)) for place, change in enumerate(plain[:overrode])]
    return rows_of(journey.end.model_copy(update={"history": tuple(spaced)}))
