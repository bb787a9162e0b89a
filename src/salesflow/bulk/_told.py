"""What is told: findings as columns, those that are alike written once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np

from salesflow.bulk._arrow import Array, Codes, Ints, listed, pa
from salesflow.bulk._times import NEVER, micros_of
from salesflow.eventlog import CERTAIN
from salesflow.findings import Fault, noted
from salesflow.verdict import Finding

Text = pa.dictionary(pa.int32(), pa.string())
_TELLING: tuple[str, ...] = ("source", "target", "code", "level", "detail", "rule")
FINDINGS: Any = pa.schema(
    [
        ("deal", pa.string()),
        ("row", pa.int64()),
        ("source", Text),
        ("target", Text),
        ("at", pa.timestamp("us", "UTC")),
        ("code", Text),
        ("level", Text),
        ("detail", Text),
        ("rule", Text),
    ]
)
"""The columns of findings: as a `Finding` has them, and as `rule` the key of the rule that was not met."""


class Telling(NamedTuple):
    """All of a finding but where it is."""

    source: str | None
    target: str | None
    code: str
    level: Literal["violation", "warning"]
    detail: str
    rule: str | None


def telling(fault: Fault, source: str | None, target: str | None) -> Telling:
    """Return what a fault tells of a move."""
    rule = fault.refusal.key if fault.refusal else None
    return Telling(source, target, fault.code, fault.level, fault.detail, rule)


class Chunk(NamedTuple):
    """Findings: where each is, and the number of what it tells."""

    deal: Array
    row: Ints
    at: Ints
    what: Codes


@dataclass(slots=True, eq=False)
class Told:
    """Findings in the making."""

    whole: bool
    """Whether all rows of a deal are there; if not, nobody is convicted of what the others may say."""
    tellings: list[Telling] = field(default_factory=list[Telling])
    chunks: list[Chunk] = field(default_factory=list[Chunk])
    _numbers: dict[Telling, int] = field(default_factory=dict[Telling, int])

    def number(self, telling: Telling) -> int:
        """Return the number of what is told."""
        number = self._numbers.get(telling)
        if number is None:
            number = self._numbers[telling] = len(self.tellings)
            self.tellings.append(telling if self.whole else _softened(telling))
        return number

    def add(self, findings: Iterable[Finding]) -> list[int]:
        """Add findings that were made one by one; return the numbers of what they tell."""
        several = list(findings)
        numbers = [self.number(_told(each)) for each in several]
        if several:
            self.chunks.append(
                Chunk(
                    pa.array([each.deal for each in several], pa.string()),
                    np.asarray([each.row or 0 for each in several], np.int64),
                    np.asarray([micros_of(each.at) if each.at else NEVER for each in several], np.int64),
                    np.asarray(numbers, np.int32),
                )
            )
        return numbers

    def batch(self) -> Array:
        """Return the findings in the order of their rows as a table, and forget them."""
        chunks, self.chunks = self.chunks, []
        if not chunks:
            return FINDINGS.empty_table()
        row = np.concatenate([each.row for each in chunks])
        order = np.argsort(row, kind="stable")
        at = np.concatenate([each.at for each in chunks])[order]
        what = np.concatenate([each.what for each in chunks])[order]
        deal = pa.chunked_array([each.deal for each in chunks], pa.string()).combine_chunks().take(pa.array(order))
        times = pa.array(at, pa.int64(), mask=at == NEVER).view(pa.timestamp("us", "UTC"))
        columns = {"deal": deal, "row": pa.array(row[order]), "at": times, **self._texts(what)}
        return pa.table([columns[name] for name in FINDINGS.names], schema=FINDINGS)

    def _texts(self, what: Codes) -> dict[str, Array]:
        used, places = np.unique(what, return_inverse=True)
        told = [self.tellings[each] for each in listed(used)]
        return {name: _column([getattr(each, name) for each in told], places) for name in _TELLING}


def _told(finding: Finding) -> Telling:
    rule = finding.refusal.key if finding.refusal else None
    return Telling(finding.source, finding.target, finding.code, finding.level, finding.detail, rule)


def _column(texts: list[str | None], places: Ints) -> Array:
    known = pa.array(texts, pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(known.indices.take(pa.array(places)), known.dictionary)


def _softened(telling: Telling) -> Telling:
    """Convict nobody of rows that may lie elsewhere."""
    if telling.level == "warning" or telling.code in CERTAIN:
        return telling
    code = "incomplete" if telling.code == "starts_in_the_middle" else telling.code
    return telling._replace(code=code, level="warning", detail=noted(telling.detail, {}, "elsewhere")["detail"])
