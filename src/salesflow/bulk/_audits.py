"""Bulk audits: logs in columns, judged by a template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from salesflow._cells import Columns
from salesflow.bulk._arrow import Array, pa
from salesflow.bulk._bench import Bench, Judged, Zone, bench
from salesflow.bulk._read import batches_of
from salesflow.bulk._result import BulkAudit, Sequences, count_sequences, moves_of
from salesflow.bulk._standing import STANDINGS
from salesflow.bulk._told import FINDINGS
from salesflow.template import StageTemplate


def audit(  # noqa: PLR0913 - one argument a column
    template: StageTemplate[Any],
    data: object,
    *,
    deal: str,
    stage: str,
    at: str,
    source: str | None = None,
    by: str | None = None,
    ground: str | None = None,
    created: str | None = None,
    zone: Zone = None,
    as_of: datetime | None = None,
    presorted: bool = False,
) -> BulkAudit:
    """Judge a log of moves in columns: what `salesflow.audit_log` finds in its rows, found in them all at once.

    `data` is an Arrow table or anything else with Arrow's C stream (polars, pandas, DuckDB), an iterable of record
    batches, or the path of a Parquet or CSV file, which is read in batches. The other arguments are those of
    `audit_log`. Rows may lie in any order. An event takes 14 to 24 bytes of memory beside the columns that rules read.

    `presorted=True` says that the rows of a deal follow each other: then no more than some 500,000 events are held at
    once, however long the log is, beside the ids of the deals and what was found.

    Raises LoadError where a column is missing, a file cannot be read, or deals of a presorted log are scattered;
    ValueError for an unknown zone or a naive `as_of`; TypeError for data of another kind.
    """
    work = bench(template, Columns(deal, stage, at, source, by, ground, created), zone=zone, as_of=as_of, whole=True)
    return _result(work, _judged(work, data, presorted=presorted), keep=not presorted)


def violations(
    batches: Iterable[Any],
    template: StageTemplate[Any] | str,
    *,
    columns: Mapping[str, str],
    complete_cases: bool,
    presorted: bool,
    zone: Zone = None,
) -> Iterator[Any]:
    """Judge record batches, and yield what is found as record batches of plain columns.

    For engines that call a function for each partition of a log (Spark's `mapInArrow`, Ray, Dask, a pool of
    processes): it can be pickled, and imports none of them. `template` may be its JSON. `columns` names the columns by
    what they hold: `{"deal": "deal_id", "stage": "stage", "at": "time"}`, and `source`, `by`, `ground`, `created`.

    `complete_cases` promises that all rows of a deal are among these. Without that promise nobody is convicted of what
    rows that lie elsewhere may explain: such findings are warnings, and a deal that begins in the middle is
    `incomplete`. `presorted` is as in `audit`: findings come as soon as some deals are read.

    Raises LoadError, TypeError and ValueError as `audit` does, on the first batch.
    """
    read = StageTemplate[Any].model_validate_json(template) if isinstance(template, str) else template
    work = bench(read, Columns(**columns), zone=zone, as_of=None, whole=complete_cases)
    for _ in _judged(work, batches, presorted=presorted):
        yield from _plain(work)
    work.end()
    yield from _plain(work)


def _plain(work: Bench) -> Iterator[Array]:
    found = work.told.batch()
    types = [pa.string() if pa.types.is_dictionary(each.type) else each.type for each in FINDINGS]
    plain = pa.schema(list(zip(FINDINGS.names, types, strict=True)))
    return iter(found.cast(plain).to_batches() if len(found) else [])


def _judged(work: Bench, data: object, *, presorted: bool) -> Iterator[Judged]:
    columns = work.reading.columns._asdict()
    batches = batches_of(data, work.reading.wanted | {name for name in columns.values() if name}, columns)
    return work.runs_of_deals(batches) if presorted else work.whole_log(batches)


def _result(work: Bench, judged: Iterator[Judged], *, keep: bool) -> BulkAudit:
    standings: list[Array] = []
    sequences: Sequences = {}
    count = partial(count_sequences, names=work.intake.stages.texts)
    later: list[Judged] = []
    for each in judged:
        standings.append(each.standing.table())
        if keep:
            later.append(each)
        else:
            count(sequences, each.log, violations=each.standing.violations)
    work.end()

    def counted() -> Sequences:
        while later:
            each = later.pop()
            count(sequences, each.log, violations=each.standing.violations)
        return sequences

    tally = work.reading.tally
    return BulkAudit(
        findings=work.told.batch(),
        verdicts=pa.concat_tables(
            [STANDINGS.empty_table(), *standings], promote_options="permissive"
        ).unify_dictionaries(),
        moves=moves_of(tally),
        rows=tally.rows,
        deals=tally.deals,
        _sequences=counted,
    )
