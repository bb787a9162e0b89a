"""Readings: what a system gives out, or a log that is read whole, made the parts that are judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from salesflow._nearest import nearest
from salesflow.cli._asked import TABLES, Asked
from salesflow.cli._bad_use import BadUse
from salesflow.cli._payloads import Page, read_files, told
from salesflow.cli._source import whole
from salesflow.cli._summary import Read
from salesflow.cli._systems import SYSTEMS, Knows
from salesflow.cli._tables import table_of
from salesflow.cli._template import template_of
from salesflow.crm import Log, Note, Report
from salesflow.logs import read_xes
from salesflow.template import StageTemplate

Row = Mapping[str, object]
Templates = tuple[StageTemplate[Any], ...]


class Judged(NamedTuple):
    """Rows that one template judges."""

    pipeline: str
    """Empty where the rows are of any."""
    template: StageTemplate[Any]
    rows: Sequence[Row]
    columns: Mapping[str, Any]


class Readings(NamedTuple):
    """What was read: the templates, the histories, and everything that was not taken as it stood."""

    templates: Templates
    rows: tuple[Row, ...]
    columns: Mapping[str, Any]
    read: Read
    dropped: tuple[Note, ...] | None
    """What histories told that is no move; None where no history was given."""


def readings(asked: Asked) -> Readings:
    """Read what is to be audited. Raises BadUse."""
    if asked.form == "xes":
        return _gathered((), [_xes(file, asked.zone) for file in asked.files], ())
    if asked.form in TABLES:
        return _gathered((), [table_of(asked)], ())
    return system_readings(asked.files, asked.form, asked.delimiter, asked.zone)


def _xes(file: str, zone: str | None) -> Log:
    return told(partial(read_xes, whole(file), zone=zone), {"": Page(None, file)})


def system_readings(files: Sequence[str], form: str, delimiter: str, zone: str | None) -> Readings:
    """Read the files of a system. Raises BadUse."""
    system = SYSTEMS[form]
    found = read_files(files, form, name=system.name, delimiter=delimiter)
    stages = list(system.pipelines(found.given))
    templates = tuple(template for each in stages for template in each.items)
    logs = list(system.history(found.given, Knows(templates, zone)))
    notes = (*found.notes, *(note for each in stages for note in each.report.notes))
    return _gathered(templates, logs, notes)


def _gathered(templates: Templates, logs: list[Log], notes: tuple[Note, ...]) -> Readings:
    """Put logs together, with the columns that all of them tell."""
    reports: list[Report] = [log.report for log in logs]
    columns = dict(logs[0].columns) if logs else {}
    for log in logs:
        columns = {use: name for use, name in columns.items() if use in log.columns}
    read = Read(
        rows=sum(report.rows for report in reports),
        dropped=sum(report.dropped for report in reports),
        notes=(*notes, *(note for report in reports for note in report.notes)),
    )
    dropped = tuple(note for report in reports for note in report.notes if note.kind == "dropped") if logs else None
    return Readings(templates, tuple(row for log in logs for row in log.rows), columns, read, dropped)


def parts(found: Readings, asked: Asked) -> tuple[list[Judged], Read]:
    """Return the rows with the templates that judge them, and notes on the rows that none judges. Raises BadUse."""
    check_moves(found, asked)
    by_pipeline: dict[str, list[Row]] = {}
    for row in found.rows:
        by_pipeline.setdefault(str(row.get("pipeline", "")), []).append(row)
    notes = list(found.read.notes)
    if asked.template is not None:
        made = _by_one(template_of(asked.template), by_pipeline, found, asked.pipeline, notes)
    else:
        made = list(_by_own(by_pipeline, found, asked, notes))
    if not made:
        # what was noted here first: it says what became of the rows
        why = [*notes[len(found.read.notes) :], *(found.dropped or ())][:MOST_REASONS]
        raise BadUse("payload.unjudged", files=named(asked.files), notes=tuple(why))
    return made, found.read._replace(notes=tuple(notes))


def check_moves(found: Readings, asked: Asked) -> None:
    """Raise BadUse where nothing tells that a deal moved."""
    if found.dropped is None:
        raise BadUse("payload.no_history", files=named(asked.files))
    if all(row["at"] is None for row in found.rows):
        raise BadUse("payload.no_moves", files=named(asked.files), notes=found.dropped[:MOST_REASONS])


MOST_REASONS = 5


def named(files: Sequence[str]) -> str:
    """Return the names of files, quoted."""
    return ", ".join(map(repr, files))


def _by_one(
    template: StageTemplate[Any], rows: Mapping[str, list[Row]], found: Readings, pipeline: str, notes: list[Note]
) -> list[Judged]:
    """Let the template that was named judge all rows, or those of the pipeline that was named."""
    if pipeline:
        check_pipeline(pipeline, dict.fromkeys(rows, ""))
        return [Judged(pipeline, template, rows[pipeline], found.columns)]
    if len(rows) > 1:
        text = f"the rows of {len(rows)} pipelines are judged by one template"
        notes.append(Note(code="pipeline.assumed", kind="assumed", text=text))
    return [Judged("", template, [row for several in rows.values() for row in several], found.columns)]


def _by_own(rows: Mapping[str, list[Row]], found: Readings, asked: Asked, notes: list[Note]) -> Iterator[Judged]:
    """Let each pipeline's own template judge its rows."""
    templates = _wanted(found.templates, asked)
    left = dict(rows)
    if len(found.templates) == 1 and "" in left:
        only = found.templates[0].id
        text = f"rows that tell no pipeline are taken for those of {only!r}, the only one there is"
        untold = left.pop("")
        count = sum(row["at"] is not None for row in untold)
        notes += [Note(code="pipeline.assumed", kind="assumed", text=text, count=count)] if count else []
        left[only] = [*left.get(only, []), *untold]
    for template in templates:
        own = left.pop(template.id, [])
        if own:
            yield Judged(template.id, template, own, found.columns)
    if not asked.pipeline:
        yield from _strange(left, found, notes)


def _strange(left: dict[str, list[Row]], found: Readings, notes: list[Note]) -> Iterator[Judged]:
    """Let any template say of stages that no pipeline has that they are unknown; note what else is left."""
    known = {name for template in found.templates for stage in template.stages for name in (stage.id, *stage.aliases)}
    untold = left.pop("", [])
    unknown = [row for row in untold if row["stage"] and row["stage"] not in known]
    left[""] = [row for row in untold if not row["stage"] or row["stage"] in known]
    notes += [_left(pipeline, len(several)) for pipeline, several in left.items() if several]
    if unknown:
        yield Judged("", found.templates[0], unknown, found.columns)


def _wanted(templates: Templates, asked: Asked) -> Templates:
    """Return the templates that judge. Raises BadUse where there are none."""
    if not templates:
        raise BadUse("template.missing", or_file=SYSTEMS[asked.form].name if asked.form in SYSTEMS else "")
    if not asked.pipeline:
        return templates
    check_pipeline(asked.pipeline, {template.id: template.label for template in templates})
    return tuple(template for template in templates if template.id == asked.pipeline)


def _left(pipeline: str, count: int) -> Note:
    text = (
        f"rows of the pipeline {pipeline!r}, which is not among those given"
        if pipeline
        else ("rows that tell no pipeline, where there are several")
    )
    return Note(code="pipeline.unlisted", kind="dropped", text=text, count=count)


def check_pipeline(id: str, known: Mapping[str, str]) -> None:
    """Raise BadUse where there is no such pipeline; `known` has the label of each."""
    if id not in known:
        raise BadUse("pipeline.unknown", id=id, near=nearest(id, known) or "", pipelines=known)
