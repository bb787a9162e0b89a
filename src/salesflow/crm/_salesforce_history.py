"""Histories of Salesforce: snapshots of opportunities, or changes of their fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, tzinfo
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

from salesflow._cells import zone_of
from salesflow.crm._changes import Change, Homes, changed
from salesflow.crm._pages import last_missing, read_moves
from salesflow.crm._payload import MILLISECOND, BadField, Node, refused
from salesflow.crm._reading import Hole, Log, Note, Row, logged, no_move
from salesflow.crm._salesforce_pages import ALL, answers, more, named, rows_of
from salesflow.crm._zones import told_time

T = TypeVar("T")
Read = Callable[[Node, tzinfo | None], Iterator[T | Note]]

_NAMES = (
    "Id",
    "OpportunityId",
    "CreatedById",
    "CreatedDate",
    "IsDeleted",
    "StageName",
    "FromOpportunityStageName",
    "Amount",
    "CurrencyIsoCode",
    "CloseDate",
    "Field",
    "OldValue",
    "NewValue",
)


def history(payload: Any, *, zone: str | tzinfo | None = None) -> Log:
    """Read `OpportunityHistory`, snapshots, or `OpportunityFieldHistory`, changes of fields, and not both at once.

    `payload` is the answer to a query, a list of answers, or rows of an export. A snapshot that repeats the stage is no
    move; the stage before is told by changes, and by the export whose snapshots name it. Times without a zone are read
    in `zone`, by default UTC. Raises LoadError for a payload that is not what it claims to be, and ValueError for an
    unknown zone.
    """
    reading = zone_of(zone)
    try:
        pages = answers(payload)
        rows = [named(row, _NAMES) for page in pages for row in rows_of(page)]
        notes = [*last_missing([page for page in pages if page.has("records")], more)]
        if _is_by_field(rows):
            changes = read_moves(rows, lambda row: _row_of(_change, row, reading), _whose)
            return changed([*notes, *changes], rows=len(rows), homes=Homes(only=ALL))
        snapshots = read_moves(rows, lambda row: _row_of(_snapshot, row, reading), _whose)
    except BadField as bad:
        raise refused("Salesforce", bad) from None
    return _log([*notes, *snapshots], rows)


def _whose(row: Node) -> Iterator[Hole]:
    yield Hole(row.need("OpportunityId").name(), ALL)


def _is_by_field(rows: list[Node]) -> bool:
    """Tell which of the two histories it is. Raises BadField for rows of neither, or of both."""
    several = {_names_field(row) for row in rows}
    if len(several) == 2:
        rows[0].bad("payload.mixed", "snapshots and changes of fields tell the same moves twice: give one of the two")
    return several == {True}


def _names_field(row: Node) -> bool:
    if row.has("Field"):
        return True
    row.need("StageName")
    return False


def _row_of(read: Read[T], row: Node, zone: tzinfo | None) -> Iterator[T | Note]:
    if row.get("IsDeleted").flag():
        yield Note(code="row.deleted", kind="dropped", place=row.place, text="the row is marked as deleted")
    else:
        yield from read(row, zone)


# -- changes of fields --------------------------------------------------------------------------------------

_WHATS = {"created": "created", "StageName": "stage", "Amount": "amount", "CloseDate": "expected_close"}


def _change(row: Node, zone: tzinfo | None) -> Iterator[Change | Note]:
    field = row.need("Field").name()
    what = _WHATS.get(field)
    if what is None:
        yield no_move(f"a change of the field {field!r:.60}")
        return
    at, notes = told_time(row.need("CreatedDate"), zone, tick=MILLISECOND)
    yield from notes
    new = row.need("NewValue")
    yield Change(
        deal=row.need("OpportunityId").name(),
        at=at,
        what=what,
        new=at.isoformat() if what == "created" else new.name() if what == "stage" else new.word(),
        old=None if what == "created" else row.need("OldValue").word(),
        by=row.get("CreatedById").optional(),
        place=row.place,
    )


# -- snapshots ----------------------------------------------------------------------------------------------


class _Snapshot(NamedTuple):
    deal: str
    at: datetime
    id: str
    stage: str
    source: str | None
    by: str
    cells: dict[str, object]
    place: str


def _snapshot(row: Node, zone: tzinfo | None) -> Iterator[_Snapshot | Note]:
    at, notes = told_time(row.need("CreatedDate"), zone, tick=MILLISECOND)
    amount, currency = row.get("Amount").word(), row.get("CurrencyIsoCode").word()
    before, due = row.get("FromOpportunityStageName"), row.get("CloseDate").word()[:10]
    if due and not _is_day(due):
        text = f"a closing date is written YYYY-MM-DD, not {due!r}: left out"
        yield Note(code="date.unreadable", kind="dropped", place=row.get("CloseDate").place, text=text)
        due = ""
    yield _Snapshot(
        deal=row.need("OpportunityId").name(),
        at=at,
        id=row.get("Id").optional(),
        stage=row.need("StageName").name(),
        source=before.optional() if row.has("FromOpportunityStageName") else None,
        by=row.get("CreatedById").optional(),
        cells={"amount": f"{amount} {currency}".strip() if amount else "", "expected_close": due},
        place=row.place,
    )
    yield from notes


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _log(found: list[_Snapshot | Note | Hole], rows: list[Node]) -> Log:
    snapshots = [each for each in found if isinstance(each, _Snapshot)]
    made = [*_moves(snapshots)]
    moves = [each for each in made if isinstance(each, _Snapshot)]
    notes: list[Note | Hole] = [each for each in (*found, *made) if not isinstance(each, _Snapshot)]
    told = ["by"]
    if moves and all(each.source is not None for each in moves):
        if _begins_once(moves):
            told.append("source")
        else:
            text = "the stage before is not told by every row: left out"
            notes.append(Note(code="source.untold", kind="dropped", text=text))
    return logged([*notes, *(_row(each) for each in moves)], rows=len(rows), told=told)


def _row(move: _Snapshot) -> Row:
    return {
        "deal": move.deal,
        "stage": move.stage,
        "at": move.at,
        "source": move.source or "",
        "by": move.by,
        "pipeline": ALL,
        **move.cells,
    }


def _moves(snapshots: list[_Snapshot]) -> Iterator[_Snapshot | Note]:
    ordered = sorted(snapshots, key=lambda each: (each.deal, each.at, each.id, each.stage))
    for _, of_deal in groupby(ordered, key=lambda each: each.deal):
        now: set[str] = set()
        for _, of_moment in groupby(of_deal, key=lambda each: each.at):
            several = [*of_moment]
            # of one moment and stage the last snapshot counts: it holds what was changed in that moment
            last = {each.stage: each for each in several}
            kept = [] if len(last) == 1 and now == last.keys() else [*last.values()]
            yield from kept
            text = "a snapshot that repeats the stage is no move"
            repeats = len(several) - len(kept)
            yield from [Note(code="history.repeat", kind="dropped", text=text)] * repeats
            now = {*last}


def _begins_once(moves: list[_Snapshot]) -> bool:
    """Tell whether no deal has a row without a stage before, but its first: such a row would create it again."""
    begun: set[str] = set()
    for each in moves:
        if not each.source and each.deal in begun:
            return False
        begun.add(each.deal)
    return True
