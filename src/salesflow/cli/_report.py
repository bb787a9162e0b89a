"""The report: what an audit finds, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TextIO

from rich.console import RenderableType
from rich.table import Table

from salesflow._phrases import number
from salesflow.cli._console import Plain, listing, printable, shown, table
from salesflow.cli._formats import Where
from salesflow.cli._notes import noted
from salesflow.cli._summary import NOTHING_READ, Counted, Kind, Part, Read, Summary, Way, Whole, by_code
from salesflow.cli._undecided import Undecided
from salesflow.cli._words import ENGLISH
from salesflow.languages import Language
from salesflow.verdict import Finding

MOST = 20
"""Longer lists are cut, and say so: the other formats tell all."""


class TableReport:
    """A summary, printed when all has been found."""

    def __init__(self, out: TextIO, heading: str, *, grounds: bool, columns: bool, words: Language) -> None:
        self._out = out
        self._heading = heading
        self._whole = Whole()
        self._undecided = Undecided(grounds=grounds, columns=columns, words=words)
        self._words = words

    def add(self, finding: Finding, where: Where) -> None:
        """Count one finding."""
        self._whole.add(finding, where.pipeline)
        self._undecided.add(finding)

    def part(self, pipeline: str, template: str, audit: Counted) -> None:
        """Count a pipeline."""
        self._whole.part(pipeline, template, audit)

    def end(self, read: Read) -> None:
        """Print the summary."""
        console = Plain(self._out)
        console.print(shown(self._heading), style="bold")
        console.print(_figures(self._whole.figures, self._words))
        for title, things in _sections(self._whole, self._words):
            console.section(title, *things)
        undecided = [printable(line) for line in self._undecided.lines()]
        if undecided:
            console.section(self._words.text("audit.undecided"), listing(undecided))
        if read != NOTHING_READ:
            console.section(self._words.text("audit.reading"), *_reading(read, self._words))


def _figures(figures: Mapping[str, int], words: Language) -> Table:
    made = Table.grid(padding=(0, 2))
    made.add_column()
    made.add_column(justify="right")
    made.add_column()
    unread, obedient = figures["rows_not_judged"], figures["deals_that_obey"]
    rows = {
        "rows": (figures["rows"], _counted("audit.not_judged", unread, words) if unread else ""),
        "deals": (figures["deals"], ""),
        "obedient": (obedient, _share(obedient, figures["deals"], words)),
        "moves": (figures["moves"], ""),
        "violations": (figures["violations"], ""),
        "warnings": (figures["warnings"], ""),
    }
    for name, (count, beside) in rows.items():
        made.add_row(words.text(f"audit.{name}"), number(count, words.text), beside)
    return made


def _counted(code: str, count: int, words: Language) -> str:
    return words.text(code, {"count": number(count, words.text)})


def _reading(read: Read, words: Language) -> Iterator[RenderableType]:
    counts = {"rows": number(read.rows, words.text), "dropped": number(read.dropped, words.text)}
    yield words.text("audit.read", counts)
    if read.notes:
        yield listing(printable(noted(note, words)) for note in read.notes[:MOST])
    yield from _rest(len(read.notes), words)


def _share(part: int, whole: int, words: Language = ENGLISH) -> str:
    """Return a share in percent, rounded down: 100 % means all."""
    return f"{number(Decimal(1000 * part // whole).scaleb(-1), words.text)} %" if whole else ""


def _sections(whole: Whole, words: Language) -> Iterator[tuple[str, list[RenderableType]]]:
    if len(whole.parts) > 1:
        yield words.text("audit.by_pipeline"), [_by_pipeline(whole.parts, words)]
    summary = whole.summary
    if summary.kinds:
        yield words.text("audit.by_code"), [_by_code(summary, words)]
    ways = summary.by_way()
    if ways:
        yield words.text("audit.by_move"), [_by_move(ways[:MOST], words), *_rest(len(ways), words)]
    if summary.worst():
        yield words.text("audit.worst"), [_worst(summary, words)]


def _by_pipeline(parts: list[Part], words: Language) -> Table:
    names = ("rows", "deals", "deals_that_obey", "moves", "violations", "warnings")
    rows = [
        (shown(part.pipeline or "-"), *(number(part.figures[name], words.text) for name in names)) for part in parts
    ]
    columns = ("pipeline", "rows", "deals", "obey", "moves", "violations", "warnings")
    return table(columns, rows, frozenset(columns[1:]), words=words)


def _by_code(summary: Summary, words: Language) -> Table:
    rows = [
        (
            kind.code,
            words.text(f"level.{kind.level}"),
            number(times, words.text),
            number(deals, words.text),
            _place(summary.examples[kind], words),
        )
        for kind, times, deals in summary.by_kind()
    ]
    return table(("code", "level", "count", "deals", "example"), rows, {"count", "deals"}, words=words)


def _place(finding: Finding, words: Language) -> str:
    return shown(words.text("audit.row") if finding.deal is None else f"{finding.deal} @") + f" {finding.row}"


def _by_move(ways: list[tuple[Way, int]], words: Language) -> Table:
    rows = [
        (shown(way.source or "-"), shown(way.target or "-"), way.code, number(times, words.text)) for way, times in ways
    ]
    return table(("from", "to", "code", "count"), rows, {"count"}, words=words)


def _rest(count: int, words: Language) -> Iterator[str]:
    if count > MOST:
        yield _counted("audit.more", count - MOST, words)


def _worst(summary: Summary, words: Language) -> Table:
    rows = [(shown(deal), number(times, words.text), _codes(kinds, words)) for deal, times, kinds in summary.worst()]
    return table(("deal", "violations", "codes"), rows, {"violations"}, words=words)


def _codes(kinds: Counter[Kind], words: Language) -> str:
    return ", ".join(
        f"{code} x {number(times, words.text)}" if times > 1 else code for code, times in by_code(kinds).items()
    )
