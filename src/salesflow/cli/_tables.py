"""Tables: rows of other shapes than one for each move, read as logs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, get_args

from salesflow.cli._asked import Asked
from salesflow.cli._bad_use import BadUse
from salesflow.cli._logs import Logs
from salesflow.cli._opening import logs_of
from salesflow.crm import Log
from salesflow.errors import LoadError
from salesflow.logs import Order, changes, spans, wide

Rows = list[dict[Any, Any]]


def table_of(asked: Asked) -> Log:
    """Read tables one after the other as one log. Raises BadUse."""
    with logs_of(asked) as logs:
        rows = list(logs)
        logs.check()
        return _told(lambda: _READ[asked.form](rows, asked), logs)


def _told(read: Callable[[], Log], logs: Logs) -> Log:
    """Read, and name the file and the row of places."""
    try:
        log = read()
    except LoadError as error:
        problems = [
            each.model_copy(update={"path": _placed(each.path, logs), "advice": _as_option(each.advice)})
            for each in error.problems
        ]
        raise BadUse("payload.invalid", why=LoadError(", ".join(logs.files), tuple(problems))) from None
    notes = tuple(note.model_copy(update={"place": _placed(note.place, logs)}) for note in log.report.notes)
    return Log(log.rows, log.columns, log.report.model_copy(update={"notes": notes}))


def _as_option(advice: str) -> str:
    """Say of an argument in Python what it is called here."""
    found = re.search(r"dates=\{'(.*)': (.*)\}", advice)
    if found is None:
        return advice
    orders = " or ".join(f"{found[1]}={order[1:-1]}" for order in found[2].split(" or "))
    return f"{advice[: found.start()]}--dates {orders}"


def _placed(path: str, logs: Logs) -> str:
    found = re.match(r"rows\[(\d+)\]", path, re.ASCII)
    if not found:
        return path
    file, row = logs.row(int(found[1]) + 1)
    return f"{file}: row {row}{path[found.end() :]}"


def _wide(rows: Rows, asked: Asked) -> Log:
    columns = asked.columns
    return wide(rows, deal=columns.deal, stages=columns.at, dates=_dates(asked), zone=asked.zone)


def _spans(rows: Rows, asked: Asked) -> Log:
    columns = asked.columns
    end = asked.shape.end or ""
    return spans(
        rows,
        deal=columns.deal,
        stage=columns.stage,
        start=columns.at,
        end=end,
        by=columns.by,
        dates=_dates(asked),
        zone=asked.zone,
    )


def _changes(rows: Rows, asked: Asked) -> Log:
    columns, shape = asked.columns, asked.shape
    return changes(
        rows,
        deal=columns.deal,
        field=shape.field or "",
        new=shape.value or "",
        at=columns.at,
        old=columns.source,
        by=columns.by,
        stage=columns.stage,
        creation=columns.created,
        outcomes=dict(_pair(each, "outcome.invalid") for each in shape.outcome),
        dates=_dates(asked),
        zone=asked.zone,
    )


def _pair(given: str, code: str) -> tuple[str, str]:
    name, parted, value = given.rpartition("=") if code == "dates.invalid" else given.partition("=")
    if not (name and parted and value):
        raise BadUse(code, given=given)
    return name, value


def _dates(asked: Asked) -> dict[str, Order]:
    found: dict[str, Order] = {}
    for each in asked.shape.dates:
        column, told = _pair(each, "dates.invalid")
        order = next((order for order in get_args(Order) if order == told.casefold()), None)
        if order is None:
            raise BadUse("dates.invalid", given=each)
        found[column] = order
    return found


_READ: Mapping[str, Callable[[Rows, Asked], Log]] = MappingProxyType(
    {"wide": _wide, "spans": _spans, "changes": _changes}
)
