"""Summaries: the findings of an audit, counted as they come."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Any, NamedTuple, Protocol

from salesflow.crm import Note
from salesflow.verdict import Finding

UNREAD = frozenset({"bad_row", "bad_time", "naive_time", "ambiguous_time"})
"""Findings on rows that could not be judged, so that they convict no deal."""

WORST = 10


class Kind(NamedTuple):
    """What findings are counted by."""

    level: str
    code: str


Bag = tuple[tuple[Kind, int], ...]
"""How often each kind was found."""

NOTHING: Bag = ()


class Way(NamedTuple):
    """A move, and what was found on it."""

    source: str | None
    target: str | None
    code: str


@dataclass(slots=True)
class Bags:
    """What was found on each deal. Most deals are like others, so that of one no more than a number is kept."""

    of: dict[str, int] = field(default_factory=dict[str, int])
    """The number of the bag of each deal."""
    bags: list[Bag] = field(default_factory=lambda: [NOTHING])
    _numbers: dict[Bag, int] = field(default_factory=lambda: {NOTHING: 0})
    _next: dict[tuple[int, Kind], int] = field(default_factory=dict[tuple[int, Kind], int])

    def add(self, deal: str, kind: Kind) -> None:
        """Count a finding on a deal."""
        now = self.of.get(deal, 0)
        then = self._next.get((now, kind))
        self.of[deal] = self._grown(now, kind) if then is None else then

    def _grown(self, now: int, kind: Kind) -> int:
        counts = Counter(dict(self.bags[now]))
        counts[kind] += 1
        bag = tuple(sorted(counts.items()))
        number = self._numbers.setdefault(bag, len(self.bags))
        self.bags += [bag] if number == len(self.bags) else []
        self._next[now, kind] = number
        return number

    def counted(self) -> Iterator[tuple[Bag, int]]:
        """Yield each bag with how many deals have it."""
        return ((self.bags[number], deals) for number, deals in Counter(self.of.values()).items())


@dataclass(slots=True)
class Summary:
    """Counts of findings; of the findings themselves it keeps one of each kind."""

    kinds: Counter[Kind] = field(default_factory=Counter[Kind])
    examples: dict[Kind, Finding] = field(default_factory=dict[Kind, Finding])
    """Of each kind that of the first row, in whatever order findings come."""
    ways: Counter[Way] = field(default_factory=Counter[Way])
    deals: Bags = field(default_factory=Bags)

    def add(self, finding: Finding) -> None:
        """Count one finding."""
        kind = Kind(finding.level, finding.code)
        self.kinds[kind] += 1
        known = self.examples.get(kind)
        if known is None or (finding.row or 0) < (known.row or 0):
            self.examples[kind] = finding
        if finding.code not in UNREAD:
            self.ways[Way(finding.source, finding.target, finding.code)] += 1
        if finding.deal is not None:
            self.deals.add(finding.deal, kind)

    def count(self, level: str) -> int:
        """Count the findings of a level."""
        return sum(times for kind, times in self.kinds.items() if kind.level == level)

    @property
    def unread(self) -> int:
        """How many rows could not be judged."""
        return sum(times for kind, times in self.kinds.items() if kind.code in UNREAD)

    def obedient(self, deals: int) -> int:
        """Count the deals, out of so many, without a violation in what could be judged of them."""
        return deals - sum(times for bag, times in self.deals.counted() if _violations(bag))

    def by_kind(self) -> list[tuple[Kind, int, int]]:
        """Return kinds with their findings and their deals, violations first, the most frequent first."""
        within = Counter[Kind]()
        for bag, deals in self.deals.counted():
            within.update(dict.fromkeys(dict(bag), deals))
        ordered = sorted(self.kinds.items(), key=lambda item: (item[0].level, -item[1], item[0].code))
        return [(kind, times, within[kind]) for kind, times in ordered]

    def by_way(self) -> list[tuple[Way, int]]:
        """Return moves with their findings, the most frequent first."""
        return sorted(self.ways.items(), key=lambda item: (-item[1], *map(str, item[0])))

    def worst(self) -> list[tuple[str, int, Counter[Kind]]]:
        """Return the deals with the most violations, how many those are, and all that was found on them."""
        bags = [(-_violations(bag), -sum(times for _, times in bag)) for bag in self.deals.bags]
        guilty = ((bags[number], deal) for deal, number in self.deals.of.items() if bags[number][0])
        first = nsmallest(WORST, guilty)
        return [(deal, -guilt, Counter(dict(self.deals.bags[self.deals.of[deal]]))) for (guilt, _), deal in first]


def _violations(bag: Bag) -> int:
    return sum(times for kind, times in bag if kind.level == "violation" and kind.code not in UNREAD)


class Counted(Protocol):
    """What an audit looked at."""

    @property
    def rows(self) -> int: ...

    @property
    def deals(self) -> int: ...

    @property
    def moves(self) -> int: ...

    @property
    def kinds(self) -> dict[str, int]: ...


class Part(NamedTuple):
    """What was found in one pipeline, or in all of a log."""

    pipeline: str
    template: str
    summary: Summary
    audit: Counted

    @property
    def figures(self) -> dict[str, int]:
        """What was counted, by its name."""
        return {
            "rows": self.audit.rows,
            "rows_not_judged": self.summary.unread,
            "deals": self.audit.deals,
            "deals_that_obey": self.summary.obedient(self.audit.deals),
            "moves": self.audit.moves,
            "violations": self.summary.count("violation"),
            "warnings": self.summary.count("warning"),
        }


@dataclass(slots=True)
class Whole:
    """What was found in all pipelines."""

    summary: Summary = field(default_factory=Summary)
    parts: list[Part] = field(default_factory=list[Part])
    open: dict[str, Summary] = field(default_factory=lambda: defaultdict(Summary))

    def add(self, finding: Finding, pipeline: str) -> None:
        """Count one finding."""
        self.summary.add(finding)
        if pipeline:
            self.open[pipeline].add(finding)

    def part(self, pipeline: str, template: str, audit: Counted) -> None:
        """Take what was counted in a pipeline, or in a log that has none, once all of it is judged."""
        summary = self.open.pop(pipeline, Summary()) if pipeline else self.summary
        self.parts.append(Part(pipeline, template, summary, audit))

    @property
    def figures(self) -> dict[str, int]:
        """What was counted in all, by its name."""
        return {name: sum(part.figures[name] for part in self.parts) for name in FIGURES}

    @property
    def kinds(self) -> dict[str, int]:
        """How many moves of each kind agreed."""
        return dict(sum((Counter(part.audit.kinds) for part in self.parts), Counter[str]()))


FIGURES = ("rows", "rows_not_judged", "deals", "deals_that_obey", "moves", "violations", "warnings")


class Read(NamedTuple):
    """What was read before anything was judged, and what was not taken as it stood."""

    rows: int
    dropped: int
    notes: tuple[Note, ...]


NOTHING_READ = Read(0, 0, ())
"""What is said of a log that needs no reading: its rows are judged as they stand."""


def told(whole: Whole, read: Read) -> dict[str, Any]:
    """Return a summary as JSON data."""
    summary = whole.summary
    return {
        **_first(whole),
        "findings_by_code": [
            {"code": kind.code, "level": kind.level, "count": times, "deals": deals}
            for kind, times, deals in summary.by_kind()
        ],
        "findings_by_move": [{**way._asdict(), "count": times} for way, times in summary.by_way()],
        "worst_deals": [
            {"deal": deal, "violations": times, "codes": by_code(kinds)} for deal, times, kinds in summary.worst()
        ],
        **_of_system(whole, read),
    }


def _first(whole: Whole) -> dict[str, Any]:
    figures = whole.figures
    return {name: figures.get(name, whole.kinds) for name in (*FIGURES[:5], "kinds", *FIGURES[5:])}


def _of_system(whole: Whole, read: Read) -> dict[str, Any]:
    """Return what is told of what had to be read first."""
    if read == NOTHING_READ:
        return {}
    notes = [note.model_dump(mode="json") for note in read.notes]
    return {
        "pipelines": [{"pipeline": part.pipeline, "template": part.template, **part.figures} for part in whole.parts],
        "reading": {"rows": read.rows, "dropped": read.dropped, "notes": notes},
    }


def by_code(kinds: Counter[Kind]) -> dict[str, int]:
    """Count by code alone, the most frequent first."""
    codes: Counter[str] = Counter()
    for kind, times in sorted(kinds.items()):
        codes[kind.code] += times
    return dict(codes.most_common())
