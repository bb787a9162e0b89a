"""The report: what an audit finds, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from salesflow.cli._console import Plain, listing, printable, shown, table
from salesflow.cli._summary import Kind, Summary, Way, by_code
from salesflow.cli._undecided import Undecided
from salesflow.findings import Audit
from salesflow.template import StageTemplate
from salesflow.verdict import Finding

MOST = 20
"""Longer lists are cut, and say so: the other formats tell all."""


class TableReport:
    """A summary, printed when all has been found."""

    def __init__(self, file: str, template: StageTemplate[Any], *, grounds: bool) -> None:
        self._heading = f"{file} judged by {template.ref}"
        self._summary = Summary()
        self._undecided = Undecided(grounds=grounds)

    def add(self, finding: Finding) -> None:
        """Count one finding."""
        self._summary.add(finding)
        self._undecided.add(finding)

    def end(self, audit: Audit) -> None:
        """Print the summary."""
        console = Plain()
        console.print(shown(self._heading), style="bold")
        console.print(_figures(self._summary, audit))
        for title, things in _sections(self._summary):
            console.section(title, *things)
        undecided = [printable(line) for line in self._undecided.lines()]
        if undecided:
            console.section("What could not be decided", listing(undecided))


def _figures(summary: Summary, audit: Audit) -> Table:
    obedient = summary.obedient(audit.deals)
    figures = Table.grid(padding=(0, 2))
    figures.add_column()
    figures.add_column(justify="right")
    figures.add_column()
    figures.add_row("rows", f"{audit.rows:,}", f"{summary.unread:,} not judged" if summary.unread else "")
    figures.add_row("deals", f"{audit.deals:,}")
    figures.add_row("deals that obey", f"{obedient:,}", _share(obedient, audit.deals))
    figures.add_row("moves", f"{audit.moves:,}")
    figures.add_row("violations", f"{summary.count('violation'):,}")
    figures.add_row("warnings", f"{summary.count('warning'):,}")
    return figures


def _share(part: int, whole: int) -> str:
    """Return a share in percent, rounded down: 100 % means all."""
    return f"{1000 * part // whole / 10} %" if whole else ""


def _sections(summary: Summary) -> Iterator[tuple[str, list[RenderableType]]]:
    if summary.kinds:
        yield "Findings by code", [_by_code(summary)]
    ways = summary.by_way()
    if ways:
        yield "Findings by move", [_by_move(ways[:MOST]), *_rest(len(ways))]
    if summary.worst():
        yield "Deals with the most violations", [_worst(summary)]


def _by_code(summary: Summary) -> Table:
    rows = [
        (kind.code, kind.level, f"{times:,}", f"{deals:,}", _place(summary.examples[kind]))
        for kind, times, deals in summary.by_kind()
    ]
    return table(("code", "level", "count", "deals", "example"), rows, {"count", "deals"})


def _place(finding: Finding) -> str:
    return shown("row" if finding.deal is None else f"{finding.deal} @") + f" {finding.row}"


def _by_move(ways: list[tuple[Way, int]]) -> Table:
    rows = [(shown(way.source or "-"), shown(way.target or "-"), way.code, f"{times:,}") for way, times in ways]
    return table(("from", "to", "code", "count"), rows, {"count"})


def _rest(count: int) -> Iterator[str]:
    if count > MOST:
        yield f"and {count - MOST:,} more: see --format json"


def _worst(summary: Summary) -> Table:
    rows = [(shown(deal), f"{times:,}", _codes(kinds)) for deal, times, kinds in summary.worst()]
    return table(("deal", "violations", "codes"), rows, {"violations"})


def _codes(kinds: Counter[Kind]) -> str:
    return ", ".join(f"{code} x {times:,}" if times > 1 else code for code, times in by_code(kinds).items())
