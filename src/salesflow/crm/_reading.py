"""Readings: what came out of somebody's payload, and what was dropped, assumed or odd on the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from salesflow.values import Frozen

T = TypeVar("T")

MOST_PLACES = 20
"""How many places one code names; further ones are only counted."""

CODES: dict[str, str] = {
    "cell.open": "an end is empty, or a day that stands for none: the deal is still there",
    "cell.sentinel": "a cell holds what stands for nothing, where something is wanted",
    "column.hidden": "a column bears a name in place of which another is read: left out",
    "date.ambiguous": "all dates of a column may be read in several ways",
    "date.century": "years of two digits are read as the last number, from 1969 to 2068",
    "date.mixed": "dates of one column are written in several ways",
    "date.order": "dates of a column are read with the day or the month first: its cells leave no other way",
    "date.unreadable": "a day is written in a form that could be two days, or is none: left out",
    "deal.deleted": "a deal is deleted or archived; its history is read all the same",
    "deal.merged": "deals were merged: rows of several may stand under one id, or the history of one under another's",
    "deal.untold": "a row does not tell whose it is",
    "discovery.finding": "the log has findings under the template that is proposed for it",
    "discovery.move": "a move that was seen, with its share of those that leave the stage",
    "discovery.order": "a log does not settle in which order some stages stand",
    "discovery.outcome": "a stage is closed or a hold by its name, or none is",
    "discovery.start": "a stage where deals begin, with its share",
    "event.lifecycle": "an event does not complete its activity",
    "field.shape": "a free field holds several values: left out",
    "governance.approval": "an approval is asked for, which is not taken over",
    "governance.meaning": "a rule is taken in a meaning that the payload does not spell out",
    "governance.nobody": "a stage is restricted to nobody: the restriction is left out",
    "governance.other": "rules are told for a pipeline that is not among those given",
    "governance.stage": "a rule names a stage that the pipeline does not have, or where nothing starts",
    "history.empty": "a deal has no history of its stage",
    "history.first": "the first stage of a deal is that which its first change left",
    "history.gap": "a row does not begin where the one before it led, or the last one not where the deal is",
    "history.invented": "the first row of a history is made up by the system: since when is not told",
    "history.late": "the history of a deal begins after its creation: what came before is not kept",
    "history.limited": "a deal has as many changes as the system keeps: earlier ones may be lost",
    "history.open": "a history has no row that is still open: where its last one leads counts",
    "history.partial": "each stage has one time: that a deal came to it again is not told",
    "history.repeat": "a row repeats the stage or the outcome that the deal has: it is no move",
    "move.criteria": "a declared way asks for what is not judged here",
    "move.declared": "how far the ways that are declared one by one reach",
    "move.other": "a transition is no way from one stage to another",
    "move.reopening": "a declared way leads out of a closed stage: that is a reopening, and the policy tells it",
    "move.stage": "a declared way names a stage that no pipeline has",
    "move.twice": "two declared ways lead from one stage to another: the first counts",
    "outcome.reason": "no change of the outcome is told: a reason for a loss is taken as the loss",
    "outcome.untold": "the system does not tell which records are lost, or does not tell it here",
    "page.more": "an answer says that more pages follow, and they were not given",
    "payload.alone": "a payload says too little by itself: another one is wanted beside it",
    "payload.deal": "a changelog does not say whose it is",
    "payload.error": "an answer is the system's own error",
    "payload.missing": "a field is missing: in a row it drops the row, elsewhere it refuses the payload",
    "payload.mixed": "two payloads tell the same moves twice",
    "payload.shape": "something is no object or no list, where one belongs",
    "payload.value": "a value cannot be read",
    "pipeline.archived": "a pipeline is archived or deleted; it is read all the same",
    "pipeline.assumed": "what does not say whose it is is taken for one pipeline's, or several are taken together",
    "pipeline.chances": "chances to win are switched off in a pipeline: left out",
    "pipeline.changed": "a deal changed its pipeline: in the new one its history begins where it came in",
    "pipeline.name": "two pipelines have one name, by which their deals cannot be told apart",
    "pipeline.unlisted": "a stage or a deal lies in a pipeline that is not listed",
    "pipeline.unnamed": "no name of a pipeline is told",
    "pipeline.unsound": "a pipeline makes no template, and others do",
    "pipeline.untold": "no pipeline is told for a deal: its rows belong to none",
    "record.amount": "an amount has no currency, and none was given: it is kept as a free field",
    "record.contradiction": "fields of a deal contradict its status, which counts",
    "row.cells": "a row has more cells than its table has columns",
    "row.deleted": "a row is marked as deleted",
    "row.other": "a row tells something else than a move",
    "row.repeated": "a row came before, as when a page was sent twice",
    "row.unreadable": "a row cannot be read",
    "row.unwritable": "a row cannot be written",
    "rule.homeless": "a field is asked for in a stage or a pipeline that is not listed",
    "source.untold": "some rows do not tell the stage before: it is left out of all",
    "stage.added": "the outcome is kept beside the stage: a closing stage is added",
    "stage.apology": "a stage analyses a failure: it is lost here, and a deal that comes to it from lost is told",
    "stage.closed": "the stage of a closed deal changes: it is where the deal lies once it is open",
    "stage.deleted": "a stage is deleted: it is retired here, so that deals can only leave it",
    "stage.duplicate": "a stage stands twice in a pipeline: the first counts",
    "stage.empty": "an option without a name is no stage",
    "stage.forecast": "the category of a forecast is not known",
    "stage.order": "two stages have one place in the order, or one has none",
    "stage.other": "a stage is of something else than a deal or a lead",
    "stage.outcome": "what closes a deal is not told, or told in two ways",
    "stage.prefix": "a stage's id and its pipeline do not agree",
    "stage.probability": "a chance to win does not fit the outcome, or is no whole number of percent",
    "stage.shared": "a stage lies in several pipelines: the rows that name it belong to none",
    "stage.sorted": "stages are sorted by the alphabet, which may not be their order",
    "stage.unclosed": "a stage without a chance to win is not flagged as closed",
    "stage.unlisted": "a process names a stage that is not in the list of all stages",
    "stage.untold": "an outcome changes before any stage of the deal is told",
    "time.ambiguous": "a local time comes twice or never, as clocks change",
    "time.back": "a time lies before one that it should follow",
    "time.day": "of a time only the day in UTC is kept",
    "time.naive": "a time has no zone, and none was given",
    "time.path": "of the stages that a deal passed only the first and the last have a time",
    "time.tick": "a number is read as a count of seconds or milliseconds, by its size",
    "time.unreadable": "a time is neither ISO 8601 nor a count that the system would give",
    "time.zone": "times without a zone are read in one that is assumed, or was given",
    "trace.attributes": "attributes of a trace do not say since when they hold: left out",
    "xml.deep": "elements of a document nest too deep",
    "xml.doctype": "a document has a document type, which may hold entities",
    "xml.large": "a document is too large, or holds too many elements",
    "xml.syntax": "a document is not XML",
}
"""Every code of a note, and what it means."""


class Note(Frozen):
    """One thing that a reader did not take as it stood."""

    code: str
    """What kind of thing: `time.zone`, `row.unreadable`. Stable."""
    kind: Literal["dropped", "assumed", "odd"]
    """Left out; taken for what the payload does not say; or taken although it looks wrong."""
    place: str = ""
    """Where in the payload: `results[3].stages[1].id`. Empty where it holds for all of it."""
    text: str
    count: int = 1
    """How often: the places beyond the first twenty of a code are summed up in one note."""

    def __str__(self) -> str:
        place = f" @ {self.place}" if self.place else ""
        often = f" ({self.count:,} times)" if self.count > 1 else ""
        return f"{self.kind}: {self.text}{often}{place} [{self.code}]"


class Report(Frozen):
    """What a reader saw: how many rows, and everything that it did not take as it stood."""

    rows: int = 0
    """How many rows there were: stages of pipelines, changes of a history."""
    notes: tuple[Note, ...] = ()

    @property
    def dropped(self) -> int:
        """How many rows were left out."""
        return sum(note.count for note in self.notes if note.kind == "dropped")

    def __str__(self) -> str:
        return f"{self.rows:,} rows, {self.dropped:,} dropped" + "".join(f"\n- {note}" for note in self.notes)


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What was read, and the report on it."""

    items: tuple[T, ...]
    report: Report


Row = Mapping[str, object]
"""A row of a log: a deal came to a stage."""


@dataclass(frozen=True, slots=True)
class Log:
    """A history as an event log, for `audit_log(template, log.rows, **log.columns)`, and the report on it.

    The rows of several pipelines stand together, each with its `pipeline`; `of` takes those of one. A deal of which a
    row was dropped has one without stage and time behind all others, so that an audit convicts nobody of the gap.
    """

    rows: tuple[Row, ...]
    columns: Mapping[str, Any]
    """Which column holds what: only those that this system tells."""
    report: Report

    def of(self, pipeline: str) -> Log:
        """Return the rows of one pipeline, by its id."""
        return replace(self, rows=tuple(row for row in self.rows if row.get("pipeline") == pipeline))


class Hole(NamedTuple):
    """A row of a deal could not be read: something of its history is missing, and the audit is to know."""

    deal: str
    pipeline: str = ""
    """Where the row would lie; empty where that is not told: then wherever the deal has rows."""


def no_move(thing: str) -> Note:
    """Return the note on a row that tells something else than a move."""
    return Note(code="row.other", kind="dropped", text=f"{thing} is no move")


def earliest(rows: Iterable[Row]) -> datetime | None:
    """Return the time of the first row in time."""
    return min((row["at"] for row in rows if isinstance(row["at"], datetime)), default=None)


def parted(found: Iterable[T | Note]) -> tuple[list[T], list[Note]]:
    """Part what was read from the notes on it."""
    items: list[T] = []
    notes: list[Note] = []
    for each in found:
        if isinstance(each, Note):
            notes.append(each)
        else:
            items.append(each)
    return items, notes


def gathered(found: Iterable[T | Note], *, rows: int) -> Reading[T]:
    """Make a reading of what was read and the notes on it."""
    items, notes = parted(found)
    return Reading(tuple(items), Report(rows=rows, notes=summed(notes)))


def logged(found: Iterable[Row | Note | Hole], *, rows: int, told: Iterable[str]) -> Log:
    """Make a log of what was read; `told` names the columns beside deal, stage and time that the system tells."""
    several = [*found]
    holes = dict.fromkeys(each for each in several if isinstance(each, Hole))
    reading = gathered((each for each in several if not isinstance(each, Hole)), rows=rows)
    columns = {name: name for name in ("deal", "stage", "at", *told)}
    return Log((*reading.items, *_unread(holes, reading.items, columns)), MappingProxyType(columns), reading.report)


def _unread(holes: Collection[Hole], rows: Iterable[Row], columns: Iterable[str]) -> Iterator[Row]:
    """Yield a row without a stage for each deal with a hole, in each pipeline where it may lie."""
    homes: dict[str, dict[object, None]] = {hole.deal: {} for hole in holes}
    for row in rows:
        if row["deal"] in homes:
            homes[str(row["deal"])][row.get("pipeline")] = None
    for hole in holes:
        for pipeline in [hole.pipeline] if hole.pipeline else homes[hole.deal] or [None]:
            told = {} if pipeline is None else {"pipeline": pipeline}
            yield {**dict.fromkeys(columns, ""), "deal": hole.deal, "at": None, **told}


def summed(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Return equal notes once with their number, and of each code the first places, the rest as one note."""
    counted: dict[tuple[str, str, str], Note] = {}
    places: dict[str, int] = {}
    for note in notes:
        key = (note.code, note.place, note.text)
        if key not in counted:
            places[note.code] = places.get(note.code, 0) + 1
            if places[note.code] > MOST_PLACES:
                key = (note.code, "", "")
        counted[key] = _more(counted.get(key), note, rest=key[2] == "")
    return tuple(counted.values())


def _more(before: Note | None, note: Note, *, rest: bool) -> Note:
    if before is None:
        return note.model_copy(update={"place": "", "text": f"and elsewhere: {note.text}"}) if rest else note
    return before.model_copy(update={"count": before.count + note.count})
