"""The report: what an audit finds, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from salesflow._phrases import number
from salesflow.cli._console import Plain, listing, printable, shown, table
from salesflow.cli._summary import Kind, Summary, Way, by_code
from salesflow.cli._undecided import Undecided
from salesflow.cli._words import ENGLISH
from salesflow.findings import Audit
from salesflow.languages import Language
from salesflow.template import StageTemplate
from salesflow.verdict import Finding

MOST = 20
"""Longer lists are cut, and say so: the other formats tell all."""


class TableReport:
    """A summary, printed when all has been found."""

    def __init__(self, file: str, template: StageTemplate[Any], *, grounds: bool, words: Language) -> None:
        self._heading = words.text("audit.heading", {"file": file, "template": str(template.ref)})
        self._summary = Summary()
        self._undecided = Undecided(grounds=grounds, words=words)
        self._words = words

    def add(self, finding: Finding) -> None:
        """Count one finding."""
        self._summary.add(finding)
        self._undecided.add(finding)

    def end(self, audit: Audit) -> None:
        """Print the summary."""
        console = Plain()
        console.print(shown(self._heading), style="bold")
        console.print(_figures(self._summary, audit, self._words))
        for title, things in _sections(self._summary, self._words):
            console.section(title, *things)
        undecided = [printable(line) for line in self._undecided.lines()]
        if undecided:
            console.section(self._words.text("audit.undecided"), listing(undecided))


def _figures(summary: Summary, audit: Audit, words: Language) -> Table:
    obedient = summary.obedient(audit.deals)
    figures = Table.grid(padding=(0, 2))
    figures.add_column()
    figures.add_column(justify="right")
    figures.add_column()
    unread = words.text("audit.not_judged", {"count": number(summary.unread, words.text)}) if summary.unread else ""
    rows = {
        "rows": (audit.rows, unread),
        "deals": (audit.deals, ""),
        "obedient": (obedient, _share(obedient, audit.deals, words)),
        "moves": (audit.moves, ""),
        "violations": (summary.count("violation"), ""),
        "warnings": (summary.count("warning"), ""),
    }
    for name, (count, beside) in rows.items():
        figures.add_row(words.text(f"audit.{name}"), number(count, words.text), beside)
    return figures


def _share(part: int, whole: int, words: Language = ENGLISH) -> str:
    """Return a share in percent, rounded down: 100 % means all."""
    return f"{number(Decimal(1000 * part // whole).scaleb(-1), words.text)} %" if whole else ""


def _sections(summary: Summary, words: Language) -> Iterator[tuple[str, list[RenderableType]]]:
    if summary.kinds:
        yield words.text("audit.by_code"), [_by_code(summary, words)]
    ways = summary.by_way()
    if ways:
        yield words.text("audit.by_move"), [_by_move(ways[:MOST], words), *_rest(len(ways), words)]
    if summary.worst():
        yield words.text("audit.worst"), [_worst(summary, words)]


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
        yield words.text("audit.more", {"count": number(count - MOST, words.text)})


def _worst(summary: Summary, words: Language) -> Table:
    rows = [(shown(deal), number(times, words.text), _codes(kinds, words)) for deal, times, kinds in summary.worst()]
    return table(("deal", "violations", "codes"), rows, {"violations"}, words=words)


def _codes(kinds: Counter[Kind], words: Language) -> str:
    return ", ".join(
        f"{code} x {number(times, words.text)}" if times > 1 else code for code, times in by_code(kinds).items()
    )
