"""Changes of fields: a log of them, made rows of the stages that each deal came to.

Where the outcome is a field beside the stage, two columns become one: a deal that is lost moves to the stage `lost`,
and one that is open again moves back into the stage that it has by then.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Any, NamedTuple

from salesflow.crm._reading import Hole, Log, Note, Row, logged
from salesflow.template import StageTemplate

_NONE: Mapping[str, object] = MappingProxyType({})


class Change(NamedTuple):
    """A field of a deal took another value."""

    deal: str
    at: datetime
    what: str
    """`created`, `stage`, `status`, `deleted`, or what rules call the field: `amount`."""
    new: str
    """Of a status the stage that closes the deal, empty while it is open; of a creation what tells it from others."""
    old: str | None = None
    """None where the log does not tell."""
    by: str = ""
    place: str = ""
    cells: Mapping[str, object] = _NONE
    """What the log tells of the deal beside the change, by the names that rules use."""

    @property
    def order(self) -> tuple[datetime, int, str, str]:
        """In which order changes are taken, whatever the order of the rows."""
        rank = _RANKS.get(self.what, 1)
        return self.at, rank + (self.what == "status" and bool(self.new)) * 2, self.old or "", self.new

    @property
    def fact(self) -> tuple[object, ...]:
        """What makes two changes the same one. A deal is created once, whenever that is told again."""
        return (self.deal, self.what, self.new) if self.what == "created" else (self.deal, *self.order, self.what)


# of one moment: a deal is opened before its stage changes, and closed after it
_RANKS = {"created": 0, "status": 2, "stage": 3, "deleted": 5}


@dataclass(frozen=True, slots=True)
class Homes:
    """Which pipeline a stage lies in."""

    known: Mapping[str, str] = field(default_factory=dict[str, str])
    only: str = ""
    """The one pipeline that there is."""
    closing: frozenset[str] = frozenset()
    """The stages that were added to every pipeline: they lie where the deal does."""

    def __call__(self, stage: str) -> str:
        """Return the pipeline; empty where it is not known."""
        return self.known.get(stage, self.only)


def homes_in(templates: Iterable[StageTemplate[Any]]) -> Homes:
    """Return which of some templates has which open stage; one that several have is in none."""
    several = [*templates]
    known: dict[str, str] = {}
    for template in several:
        for stage in template.stages:
            if stage.open:
                known[stage.id] = template.id if stage.id not in known else ""
    closing = {stage.id for template in several for stage in template.stages if not stage.open}
    return Homes(known, several[0].id if len(several) == 1 else "", frozenset(closing))


def changed(found: Iterable[Change | Note | Hole], *, rows: int, homes: Homes) -> Log:
    """Make a log of changes, which may come in any order."""
    several = [*found]
    notes = [each for each in several if isinstance(each, Note)]
    holes = [Hole(each.deal, each.pipeline or homes.only) for each in several if isinstance(each, Hole)]
    ordered = sorted((each for each in several if isinstance(each, Change)), key=lambda each: (each.deal, *each.order))
    kept: dict[tuple[object, ...], Change] = {}
    for each in ordered:
        if kept.setdefault(each.fact, each) is not each:
            text = f"the change of {each.what!r} to {each.new!r} came before"
            notes.append(Note(code="row.repeated", kind="dropped", place=each.place, text=text))
    walked = [
        row
        for _, changes in groupby(kept.values(), key=lambda each: each.deal)
        for created, life in _lives([*changes])
        for row in _Walk(homes, created).through(life)
    ]
    return logged([*notes, *walked, *holes], rows=rows, told=_told(kept.values()))


def _told(changes: Iterable[Change]) -> list[str]:
    """Name the columns that a log of these changes tells; the stage before is told always or not at all."""
    told = {"by" for each in changes if each.by} | {"created" for each in changes if each.what == "created"}
    moves = [each for each in changes if each.what in {"stage", "status"}]
    source = ["source"] if moves and all(each.old is not None for each in moves) else []
    return [*source, *sorted(told)]


def _lives(ordered: Sequence[Change]) -> Iterator[tuple[str, list[Change]]]:
    """Split the changes of an id at each creation: another one is another deal."""
    starts: dict[str, datetime] = {}
    for each in ordered:
        if each.what == "created":
            starts.setdefault(each.new, each.at)
    names, times = [*starts] or [""], [*starts.values()]
    lives: dict[str, list[Change]] = {name: [] for name in names}
    for each in ordered:
        if each.what == "created":
            lives[each.new].append(each)
        else:
            lives[names[max(0, bisect_right(times, each.at) - 1)]].append(each)
    yield from lives.items()


MOST_TIED = 64
"""How many changes of one moment are put in the order in which each leaves where the one before it led."""


def _chained(group: list[Change], now: str) -> list[Change]:
    chain: list[Change] = []
    while group and len(group) <= MOST_TIED:
        following = next((each for each in group if each.old == now), group[0])
        group.remove(following)
        chain.append(following)
        now = following.new
    return chain + group


@dataclass(slots=True)
class _Walk:
    """One deal, through its changes."""

    homes: Homes
    created: str
    stage: str = ""
    """Where it lies, closed or not; empty where that is not told."""
    closed: str = ""
    """Where it is closed; empty while it is open."""
    cells: dict[str, object] = field(default_factory=dict[str, object])
    pipeline: str = ""
    seen: dict[str, str] = field(default_factory=dict[str, str])
    """Where it came to last in each pipeline."""

    def through(self, changes: list[Change]) -> Iterator[Row | Note]:
        """Yield the rows of a deal whose changes are in order."""
        before: dict[str, str | None] = {}
        for each in changes:
            before.setdefault(each.what, each.old)
        self.stage = before.get("stage") or ""
        self.closed = before.get("status") or ""
        known = {"created", "stage", "status", "deleted"}
        self.cells = {name: old for name, old in before.items() if name not in known and old is not None}
        to = self.stage or next((each.new for each in changes if each.what == "stage"), "")
        for _, several in groupby(changes, key=lambda each: each.order[:2]):
            group = list(several)
            now = self.closed if group[0].what == "status" else self.stage
            for each in _chained(group, now):
                yield from self._created(each, to) if each.what == "created" else self._one(each)

    def _created(self, change: Change, to: str) -> Iterator[Row | Note]:
        self.closed = ""
        if self.stage and not self.seen:
            text = "a deal was created in the stage that its first change left"
            yield Note(code="history.first", kind="assumed", text=text)
            yield from self._row(change, self.stage, "")
        else:
            yield self._made(change, "", "", self.homes(to))

    def _one(self, change: Change) -> Iterator[Row | Note]:
        if change.what == "stage":
            yield from self._staged(change)
        elif change.what == "status":
            yield from self._closed(change)
        elif change.what == "deleted":
            text = f"the deal {change.deal!r} was deleted"
            yield Note(code="deal.deleted", kind="odd", place=change.place, text=text)
        else:
            self.cells[change.what] = change.new

    def _staged(self, change: Change) -> Iterator[Row | Note]:
        self.stage = change.new
        if self.closed:
            text = (
                f"the stage of the deal {change.deal!r} becomes {change.new!r} while it is {self.closed!r}: no move yet"
            )
            yield Note(code="stage.closed", kind="odd", place=change.place, text=text)
        else:
            yield from self._row(change, change.new, change.old or "")

    def _closed(self, change: Change) -> Iterator[Row | Note]:
        source, self.closed = self.closed or self.stage, change.new
        target = self.closed or self.stage
        if not self.stage:
            text = f"no stage of the deal {change.deal!r} is told before its outcome changes"
            yield Note(code="stage.untold", kind="dropped", place=change.place, text=text)
        elif source == target:
            text = f"the outcome of the deal {change.deal!r} stays as it is"
            yield Note(code="history.repeat", kind="dropped", place=change.place, text=text)
        else:
            yield from self._row(change, target, source)

    def _row(self, change: Change, target: str, source: str) -> Iterator[Row | Note]:
        pipeline = self.homes(self.stage)
        if not pipeline and self.homes.known and target not in self.homes.closing:
            text = f"the stage {self.stage!r} is in none of the pipelines that are known"
            yield Note(code="pipeline.untold", kind="odd", place=change.place, text=text)
        pipeline = pipeline or self.pipeline
        if self.seen and pipeline != self.pipeline:
            text = f"the deal {change.deal!r} goes from the pipeline {self.pipeline!r} to {pipeline!r}"
            yield Note(code="pipeline.changed", kind="odd", place=change.place, text=text)
            source = self.seen.get(pipeline, "")
        elif not self.seen and self.homes(source) not in {"", pipeline}:
            source = ""
        self.pipeline, self.seen[pipeline] = pipeline, target
        yield self._made(change, target, source, pipeline)

    def _made(self, change: Change, stage: str, source: str, pipeline: str) -> Row:
        return {
            "deal": change.deal,
            "stage": stage,
            "at": change.at,
            "source": source,
            "by": change.by,
            "created": self.created,
            "pipeline": pipeline,
            **self.cells,
            **change.cells,
        }
