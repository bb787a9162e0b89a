"""Promise 9 for logs in columns: the bulk audit finds what the audit of rows finds, however the columns come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from unicodedata import normalize

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesflow import Policy, Stage, StageTemplate, any_of, audit_log, bulk, compare, none_of, present, qualified
from salesflow.bulk import _at_once, _read
from salesflow.findings import Audit
from salesflow.records import Opportunity
from salesflow.rules import time_in_stage, visited
from salesflow.testing._asking import Template
from salesflow.testing._strategies import SHIPPED, templates

FIRST: datetime = datetime(2026, 3, 28, 20, tzinfo=UTC)
"""A few hours before clocks change in Europe."""


class Log(NamedTuple):
    """A table, the columns by which it is read, and the rest of the question."""

    template: Template
    table: Any
    columns: dict[str, Any]
    more: dict[str, Any]


RULED: Template = StageTemplate(
    id="ruled",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="new"),
        Stage(id="talk", aliases=("chat",), rules=(qualified("need", "authority"),)),
        Stage(
            id="offer",
            rules=(compare("amount", "ge", 100), any_of(present("owner"), compare("fields.score", "gt", "7.5"))),
        ),
        Stage(id="pause", hold=True, rules=(none_of(present("owner")),)),
        Stage(id="trial", skippable=True, rules=(visited("talk"), present("loss.reason"))),
        Stage(
            id="won", outcome="won", rules=(time_in_stage(at_least=timedelta(hours=1)), compare("owner", "ne", "u-1"))
        ),
        Stage(id="lost", outcome="lost", rules=(present("loss.reason"), compare("fields.vip", "eq", value=True))),
    ),
    policy=Policy(skip="with_ground", back="with_ground", reopen_to=("talk",)),
)
PLAIN: Template = RULED.model_copy(
    update={"stages": tuple(stage.model_copy(update={"rules": ()}) for stage in RULED.stages)}
)

_texts: dict[str, st.SearchStrategy[Any]] = {
    "owner": st.sampled_from([None, "", "u-1", "u-2", "ü"]),
    "loss.reason": st.sampled_from([None, "", "price", " "]),
    "fields.region": st.sampled_from([None, "EU", "US"]),
    "region": st.sampled_from([None, "EU"]),
    "loss": st.sampled_from([None, "x"]),
    "lessons": st.sampled_from([None, "", "x"]),
    "qualification.need": st.sampled_from([None, "", "claimed", "verified", "no", "unknown", "perhaps", "claimed/x"]),
    "qualification.authority": st.sampled_from([None, "claimed", "claimed/access", "verified/decider"]),
    "activities": st.sampled_from([None, "x"]),
    "offer": st.sampled_from([None, "x"]),
    "offer.months": st.sampled_from([None, "36", "37"]),
}
_plain = {name: st.just((pa.string(), cells)) for name, cells in _texts.items()}
_amounts = st.sampled_from([None, 99, 100, 101, 5, 0])
_typed: dict[str, st.SearchStrategy[tuple[Any, st.SearchStrategy[Any]]]] = {
    "amount": st.sampled_from(
        [
            (pa.int64(), _amounts),
            (pa.float64(), _amounts | st.sampled_from([99.99999999999999, 100.00000000000001, float("nan"), 1e300])),
            (pa.decimal128(20, 3), _amounts | st.sampled_from([Decimal("99.999"), Decimal("100.001")])),
            (pa.string(), st.sampled_from([None, "", "100", " 99.99", "1000.00 EUR", "999 EUR", "1000 USD", "a lot"])),
        ]
    ),
    "fields.score": st.sampled_from(
        [
            (pa.float64(), st.sampled_from([None, 7.5, 7.4, 50.0, 8.0])),
            (pa.string(), st.sampled_from([None, "7.5", "50", "x"])),
        ]
    ),
    "score": st.just((pa.int32(), st.sampled_from([None, 7, 8, 50, 51]))),
    "fields.vip": st.sampled_from(
        [(pa.bool_(), st.sampled_from([None, True, False])), (pa.int8(), st.sampled_from([None, 1, 0]))]
    ),
    "expected_close": st.sampled_from(
        [
            (pa.date32(), st.none() | st.dates(date(2026, 3, 1), date(2026, 5, 1))),
            (pa.string(), st.sampled_from([None, "2026-03-01", "2026-02-01", "soon"])),
        ]
    ),
}

_ids: list[tuple[Any, list[Any]]] = [
    (pa.string(), ["D-1", "D-2", "D-3", "D-4", "D-5"]),
    (pa.string(), ["1", "2", " 2", "e\u0301", "\u00e9", "", None, "a\u200bb"]),
    (pa.int64(), [7, 8, 9, 10, -1, None]),
    (pa.float64(), [1.5, None]),
]
_hours = timedelta(hours=1)
_stamps: list[tuple[Any, Callable[[int], Any]]] = [
    (pa.timestamp("us", "UTC"), lambda hour: FIRST + hour * _hours),
    (pa.timestamp("ms", "America/New_York"), lambda hour: FIRST + hour * _hours),
    (pa.timestamp("s"), lambda hour: (FIRST + hour * _hours / 2).replace(tzinfo=None)),
    (pa.timestamp("ns", "UTC"), lambda hour: FIRST + hour * _hours),
    (pa.date32(), lambda hour: (FIRST + hour * timedelta(days=1)).date()),
    (pa.string(), lambda hour: (FIRST + hour * _hours).isoformat()),
    (pa.string(), lambda hour: (FIRST + hour * _hours).isoformat().replace("+00:00", "Z")),
    (pa.string(), lambda hour: (FIRST + hour * _hours).replace(tzinfo=None).isoformat(" ")),
]
_odd_stamps = st.sampled_from(
    [
        *(
            None,
            "",
            "soon",
            "2026-02-30T09:00:00Z",
            "2026-03-29",
            "2026-03-29T09Z",
            "2026-03-29Z",
            "0000-01-05T09:00:00Z",
        ),
        *(" 2026-03-29T09:00:00Z ", "2026-03-29T02:30:00", "2026-10-25T02:30:00", "2026-03-29T09:00:00.1234567Z"),
        *(
            "9999-12-31T23:59:59-05:00",
            "2026-03-29T09:00:00+02:00",
            "20260329T090000Z",
            "2026-W13-7",
            "2026-03-29 09:00:00,5Z",
        ),
    ]
)


class Drawn(NamedTuple):
    """What the cells of a log are drawn from."""

    template: Template
    stages: st.SearchStrategy[Any]
    odd: list[Any]
    size: int
    creations: st.SearchStrategy[Any]


_creations = [
    ["c", "c", "c", None, "c2"],
    [FIRST.isoformat(), None],
    ["2026-03-29"],
    ["2026-03-28T22:00:00", "2026-03-28 22:00:00+00:00"],
    ["../2026-03-28T23:00:00Z", None, "../2026-03-29"],
    ["9999-12-31", "../", "../9999-12-31", "0001-01-01", "1767603600"],
]


@st.composite
def logs(draw: Callable[[st.SearchStrategy[Any]], Any], *, clean: bool = False) -> Log:
    """Logs of a few deals, in which little happens twice and all that may be wrong is wrong at times."""
    template = draw(st.sampled_from([RULED, PLAIN]) | templates() | st.sampled_from(SHIPPED))
    stages = [name for stage in template.stages for name in (stage.id, *stage.aliases)]
    order = [stage.id for stage in template.stages if stage.open and not stage.hold]
    odd = [] if clean else draw(st.sampled_from([[], [], ["Ofer"], ["nowhere", None, "", f" {stages[0]} ", "a\x00"]]))
    drawn = Drawn(
        template,
        st.sampled_from([*order * 2, *stages, *odd]),
        odd,
        draw(st.integers(0, 24)),
        st.sampled_from(draw(st.sampled_from(_creations))),
    )
    kind, ids = _ids[0] if clean else draw(st.sampled_from(_ids[:1] * 3 + _ids))
    table: dict[str, Any] = {
        "id": _column(draw, drawn, kind, st.sampled_from(ids)),
        "stage": _column(draw, drawn, pa.string(), drawn.stages),
        "at": _times(draw, drawn.size, clean=clean),
    }
    columns = {"deal": "id", "stage": "stage", "at": "at"}
    for name, cells in _told(drawn, clean=clean).items():
        if draw(st.integers(0, 2)) == 0:
            columns[name] = name
            table[name] = _column(draw, drawn, pa.string(), cells)
    for name, forms in {**_plain, **_typed}.items():
        if draw(st.integers(0, 2)) == 0:
            table[name] = _column(draw, drawn, *draw(forms))
    zone, as_of = draw(st.sampled_from([None, "Europe/Paris", "UTC"])), draw(st.none() | st.just(FIRST + 9 * _hours))
    return Log(template, pa.table(table), columns, {"zone": zone, "as_of": as_of})


def _column(draw: Any, drawn: Drawn, kind: Any, cells: st.SearchStrategy[Any]) -> Any:
    return pa.array([draw(cells) for _ in range(drawn.size)], kind)


def _told(drawn: Drawn, *, clean: bool) -> dict[str, st.SearchStrategy[Any]]:
    return {
        "source": st.sampled_from(["", None]) | drawn.stages,
        "ground": st.sampled_from([None, "", "why", "\u200d", "two\nlines", "\u00e9", *([] if clean else ["\x00"])]),
        "created": drawn.creations,
        "by": st.just("u-1"),
    }


def _times(draw: Any, size: int, *, clean: bool) -> Any:
    stamp, made = draw(st.sampled_from(_stamps[:1] * 4 + _stamps))
    spread = draw(st.sampled_from([5, 40, 40]))
    unique = spread > size and draw(st.booleans())
    times = [made(hour) for hour in draw(st.lists(st.integers(0, spread), min_size=size, max_size=size, unique=unique))]
    if times and not clean and stamp == pa.string():
        times[0] = draw(st.just(times[0]) | _odd_stamps)
    elif times and not clean and draw(st.integers(0, 8)) == 0:
        times[-1] = None
    return pa.array(times, stamp)


# -- the two audits -----------------------------------------------------------------------------------------


def by_rows(log: Log) -> tuple[Counter[Any], tuple[Any, ...]]:
    """Return what the audit of rows finds and counts."""
    audit: Audit = audit_log(log.template, log.table.to_pylist(), **log.columns, **log.more)
    found = Counter(
        (f.deal, f.row, f.source, f.target, f.at, f.code, f.level, f.detail, f.refusal.key if f.refusal else None)
        for f in audit
    )
    return found, (audit.rows, audit.deals, audit.moves, audit.kinds)


def in_bulk(log: Log, data: object, **more: Any) -> tuple[Counter[Any], tuple[Any, ...]]:
    """Return what the bulk audit finds and counts."""
    found = bulk.audit(log.template, data, **log.columns, **log.more, **more)
    moves = sum(each["moves"] for each in found.moves.to_pylist() if each["source"] is not None)
    tellings = Counter(tuple(each.values()) for each in found.findings.to_pylist())
    return tellings, (found.rows, found.deals, moves, found.kinds)


def in_batches(data: st.DataObject, table: Any) -> list[Any]:
    """Cut a table anywhere, and write its texts in any form, another in each batch."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(table)), max_size=4)))
    pieces = [table.slice(one, other - one) for one, other in zip([0, *cuts], [*cuts, len(table)], strict=True)]
    return [in_form(data, piece) for piece in pieces]


def in_form(data: st.DataObject, piece: Any) -> Any:
    forms = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
    for place, field in enumerate(piece.schema):
        if field.type == pa.string():
            form = data.draw(st.sampled_from(forms))
            piece = piece.set_column(place, field.name, piece.column(place).cast(form))
    (batch,) = piece.combine_chunks().to_batches() or [pa.RecordBatch.from_pylist([], piece.schema)]
    return batch


@contextmanager
def in_pieces(data: st.DataObject) -> Iterator[None]:
    """Look at a few rows at a time, as is done with hundreds of thousands."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_read, "ROWS", data.draw(st.integers(1, 6)))
        patched.setattr(_at_once, "BLOCK", data.draw(st.integers(1, 6)))
        patched.setattr(_at_once, "PROCESSORS", data.draw(st.integers(1, 4)))
        yield


@settings(max_examples=6 * settings().max_examples)
@given(log=logs(), data=st.data())
def test_the_bulk_audit_finds_and_counts_what_the_audit_of_rows_does(log: Log, data: st.DataObject) -> None:
    expected = by_rows(log)
    assert in_bulk(log, log.table) == expected
    with in_pieces(data):
        assert in_bulk(log, in_batches(data, log.table)) == expected


@given(log=logs(clean=True))
def test_the_columns_may_be_those_of_polars(log: Log) -> None:
    assert in_bulk(log, pl.from_arrow(log.table)) == by_rows(log)


def by_deal(table: Any) -> list[int]:
    """Return an order in which the rows of each deal follow each other."""
    named = table.column("id").cast(pa.string()).to_pylist()
    return sorted(range(len(named)), key=lambda row: (normalize("NFC", (named[row] or "").strip()), row))


@settings(max_examples=2 * settings().max_examples)
@given(log=logs(), data=st.data())
def test_a_log_that_is_said_to_be_presorted_is_judged_no_otherwise(log: Log, data: st.DataObject) -> None:
    turned = log._replace(table=log.table.take(pa.array(by_deal(log.table), pa.int64())))
    with in_pieces(data):
        assert in_bulk(turned, in_batches(data, turned.table), presorted=True) == by_rows(turned)


@settings(max_examples=2 * settings().max_examples)
@given(log=logs(clean=True), data=st.data())
def test_a_log_that_is_grouped_or_nearly_so_is_judged_no_otherwise(log: Log, data: st.DataObject) -> None:
    order = by_deal(log.table)
    moved = data.draw(st.lists(st.integers(0, max(len(order) - 1, 0)), max_size=2 if order else 0))
    for row in moved:
        order.append(order.pop(row))
    turned = log._replace(table=log.table.take(pa.array(order, pa.int64())))
    with in_pieces(data):
        assert in_bulk(turned, in_batches(data, turned.table)) == by_rows(turned)


@given(log=logs(), data=st.data())
def test_the_order_of_the_rows_changes_no_verdict(log: Log, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(log.table))))

    def verdicts(table: Any) -> Any:
        found = bulk.audit(log.template, table, **log.columns, **log.more)
        return sorted(map(repr, found.verdicts.to_pylist())), sorted(map(repr, found.variants.to_pylist()))

    assert verdicts(log.table) == verdicts(log.table.take(pa.array(order, pa.int64())))


@given(log=logs(), data=st.data())
def test_without_the_promise_of_complete_cases_no_part_of_a_log_convicts_anybody_of_the_other(
    log: Log, data: st.DataObject
) -> None:
    part = log.table.filter(pa.array([data.draw(st.booleans()) for _ in range(len(log.table))], pa.bool_()))
    zone = log.more["zone"]
    found = bulk.violations([part], log.template, columns=log.columns, complete_cases=False, presorted=False, zone=zone)
    guilty = {each["code"] for batch in found for each in batch.to_pylist() if each["level"] == "violation"}
    certain = {"unknown_stage", "retired_stage", "reused_id"}
    assert guilty <= certain | {"bad_row", "bad_time", "naive_time", "ambiguous_time"}
