"""The subcommand `discover`: a template that is proposed for a log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from salesflow._cells import BadCell, time_cell
from salesflow.cli._asked import Asked
from salesflow.cli._audit import ENOUGH
from salesflow.cli._bad_use import BadUse
from salesflow.cli._opening import logs_of
from salesflow.cli._pipelines import put
from salesflow.cli._reading import Readings, Templates, check_moves, check_pipeline, named, readings
from salesflow.crm import Note, Reading
from salesflow.errors import LoadError
from salesflow.languages import Language
from salesflow.logs import discovered
from salesflow.template import StageTemplate


def run(asked: Asked, words: Language) -> int:
    """Write the template that a log suggests; what the log does not settle stands in it as comments."""
    read = readings(asked) if asked.has_columns else None
    found = _of_log(asked) if read is None else _of_reading(asked, read)
    notes = () if read is None else (*read.read.notes, *_together(asked, read))
    put(found.items[0], (*notes, *found.report.notes), asked.output, words)
    return 0


def _of_reading(asked: Asked, read: Readings) -> Reading[StageTemplate[Any]]:
    check_moves(read, asked)
    if asked.pipeline:
        check_pipeline(asked.pipeline, dict.fromkeys(_pipelines(read), ""))
    rows = [row for row in read.rows if row["at"] is not None and asked.pipeline in {"", row.get("pipeline")}]
    found = _proposed(asked, rows, dict(read.columns))
    return replace(found, items=tuple(_labelled(each, read.templates) for each in found.items))


def _labelled(template: StageTemplate[Any], known: Templates) -> StageTemplate[Any]:
    """Return a template whose stages are called as in the pipelines that were given."""
    labels = {stage.id: stage.label for each in known for stage in each.stages}
    stages = tuple(stage.model_copy(update={"label": labels.get(stage.id, "")}) for stage in template.stages)
    return template.model_copy(update={"stages": stages})


def _pipelines(read: Readings) -> list[str]:
    return [*dict.fromkeys(str(row.get("pipeline", "")) for row in read.rows if row["at"] is not None)]


def _together(asked: Asked, read: Readings) -> Iterator[Note]:
    """Tell that rows of several pipelines make one template."""
    several = _pipelines(read)
    if not asked.pipeline and len(several) > 1:
        names = ", ".join(map(repr, several[:10]))
        text = f"the rows of {len(several)} pipelines are taken together, and --pipeline takes one: {names}"
        yield Note(code="pipeline.assumed", kind="assumed", text=text)


def _of_log(asked: Asked) -> Reading[StageTemplate[Any]]:
    if asked.form == "snapshot":
        raise BadUse("payload.no_history", files=named(asked.files))
    with logs_of(asked) as logs:
        rows = list(logs)
        logs.check()
    _check_zone(asked, rows)
    return _proposed(asked, rows, asked.columns._asdict())


def _check_zone(asked: Asked, rows: list[Any]) -> None:
    """Raise BadUse where no time of the first rows names its zone, and none was given."""
    first = rows[:ENOUGH]
    if asked.zone is None and first and all(_naive(row, asked.columns.at) for row in first):
        raise BadUse("zone.missing", file=asked.files[0], count=len(first), rows=len(first))


def _naive(row: Mapping[Any, Any], column: str) -> bool:
    try:
        time_cell(row, column, None)
    except BadCell as bad:
        return bad.code == "naive_time"
    return False


def _proposed(asked: Asked, rows: list[Any], columns: dict[str, Any]) -> Reading[StageTemplate[Any]]:
    """Propose a template, named after the output or the log. Raises BadUse."""
    try:
        return discovered(rows, **columns, zone=asked.zone, id=Path(asked.output or asked.files[0]).stem)
    except LoadError as error:
        raise BadUse("payload.invalid", why=LoadError(", ".join(asked.files), error.problems)) from None
