"""Bulk audits of odd columns: cells that no column should hold are judged in columns as they are one by one."""

from __future__ import annotations

import gc
import importlib
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, cast

import polars as pl
import pyarrow as pa
import pytest

from salesflow import LoadError, Opportunity, Policy, Stage, StageTemplate, audit_log, bulk, compare, present
from salesflow.bulk import _held, _judge, _looks, _read
from salesflow.rules import AnyRule

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
COLUMNS: dict[str, Any] = {"deal": "deal", "stage": "stage", "at": "at"}


def asking(*rules: AnyRule, hold: bool = False) -> StageTemplate[Opportunity]:
    """Return a template whose second stage asks these rules."""
    stages = (Stage(id="new"), Stage(id="talk", rules=rules), Stage(id="won", outcome="won"))
    return StageTemplate(
        id="t",
        version="1",
        record=Opportunity,
        stages=(*stages, Stage(id="wait", hold=True)) if hold else stages,
        policy=Policy(back="with_ground"),
    )


def rows(*told: tuple[Any, Any, Any], **more: Any) -> Any:
    """Return a log; a time is so many days after the first."""
    times = [DAY + timedelta(days=each) if isinstance(each, int) else each for _, _, each in told]
    known = {"deal": [deal for deal, _, _ in told], "stage": [stage for _, stage, _ in told], "at": times}
    return pa.table({**known, **more})


def judged_alike(template: StageTemplate[Any], data: Any, **more: Any) -> Counter[Any]:
    """Return what is found, which must be the same row by row."""
    names = {**COLUMNS, **more}
    whole = bulk.audit(template, data, **names)
    found = whole.findings.select(["code", "deal", "row", "level", "detail"]).to_pylist()
    one_by_one = audit_log(template, data.to_pylist(), **names)
    in_columns = Counter(tuple(each.values()) for each in found)
    assert in_columns == Counter((each.code, each.deal, each.row, each.level, each.detail) for each in one_by_one)
    assert (whole.rows, whole.deals, whole.kinds) == (one_by_one.rows, one_by_one.deals, one_by_one.kinds)
    return Counter(each["code"] for each in found)


STEPS = (("A", "new", 0), ("A", "talk", 1), ("B", "new", 0), ("B", "talk", 1), ("C", "new", 0), ("C", "talk", 1))


@pytest.mark.parametrize(
    "cells",
    [
        [None, 1, None, 2, None, 1],
        [None, float("nan"), None, 2.5, None, float("nan")],
        [None, [1, 2], None, [], None, None],
        [None, {"a": 1}, None, {"a": 2}, None, None],
        [None, "referral", None, "", None, "12"],
        [None, None, None, None, None, None],
    ],
    ids=["numbers", "not a number", "lists", "structures", "texts", "nothing"],
)
@pytest.mark.parametrize("wanted", [3, "referral"])
def test_a_cell_of_any_kind_is_compared_as_it_is_one_by_one(cells: list[Any], wanted: Any) -> None:
    template = asking(compare("fields.seats", "ge", wanted), present("fields.seats"))
    judged_alike(template, rows(*STEPS, seats=pa.array(cells)))


def test_a_field_beside_columns_of_what_lies_inside_it_is_read_as_it_is_one_by_one() -> None:
    template = asking(present("offer.price"), present("loss.reason"))
    judged_alike(template, rows(*STEPS, offer=["x"] * 6, **{"offer.price": ["1 EUR"] * 6, "loss.reason": [None] * 6}))


@pytest.mark.parametrize("name", ["stage", "ground", "deal"])
def test_cells_that_are_lists_name_nothing(name: str) -> None:
    data = rows(*STEPS, ground=["said"] * 6)
    lists = data.set_column(data.schema.get_field_index(name), name, pa.array([["x"]] * 6))
    assert set(judged_alike(asking(), lists, ground="ground")) == {"bad_row"}


def test_dictionaries_with_nothing_in_places_are_read() -> None:
    data = rows(*STEPS)
    stages = pa.array(["new", None, "new", "talk", "new", "talk"]).dictionary_encode()
    assert judged_alike(asking(), data.set_column(1, "stage", stages))["bad_row"] == 1


def test_a_time_outside_the_calendar_is_told_of_its_row() -> None:
    times = pa.array([0, 2**45, 0, 86_400, 0, 86_400], pa.timestamp("s", "UTC"))
    found = bulk.audit(asking(), rows(*STEPS).set_column(2, "at", times), **COLUMNS).findings
    assert [(each["code"], each["row"]) for each in found.to_pylist() if each["code"] == "bad_time"] == [
        ("bad_time", 2)
    ]


def test_a_day_that_the_calendar_has_not_is_told_of_its_row() -> None:
    times = ["2026-03-01T09:00:00Z", "2026-02-30T09:00:00Z", "2026-03-01T09:00:00Z", "2026-03-02", "soon", ""]
    found = judged_alike(asking(), rows(*STEPS).set_column(2, "at", pa.array(times)), zone=UTC)
    assert found["bad_time"] == 3


def test_times_of_a_day_on_which_clocks_change_are_read_in_their_zone() -> None:
    times = [datetime(2026, 3, 29, hour) for hour in (0, 1, 2, 3, 4, 12)]  # noqa: DTZ001 - the zone is told apart
    for cells in (times, [each.isoformat() for each in times], [each.isoformat(" ") for each in times]):
        data = rows(*STEPS).set_column(2, "at", pa.array(cells))
        assert judged_alike(asking(), data, zone="Europe/Paris")["ambiguous_time"] == 1


@pytest.mark.parametrize("size", [1, 2, 3])
def test_in_whatever_portions_a_log_is_judged_the_same_is_found(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(_judge, "SLICE", size)
    monkeypatch.setattr(_read, "ROWS", size)
    template = asking(present("owner"), compare("fields.seats", "ge", 3), present("amount"))
    more = {"owner": ["x", "y", None, "", "x", "y"] * 3, "seats": [1, 2, 3, 4, 3, 4] * 3}
    told = [(f"{deal}{turn}", stage, day) for turn in range(3) for deal, stage, day in STEPS]
    for presorted in (False, True):
        found = bulk.audit(template, rows(*told, **more), **COLUMNS, presorted=presorted).findings["code"].to_pylist()
        assert Counter(found) == judged_alike(template, rows(*told, **more))


def test_in_whatever_portions_an_export_without_history_is_judged_the_same_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    template = asking(present("owner"), compare("fields.seats", "ge", 3))
    data = pa.table({"deal": list("ABCDEF"), "stage": ["talk"] * 6, "owner": ["x", None] * 3, "seats": [1, 3] * 3})
    whole = bulk.audit_snapshot(template, data, deal="deal", stage="stage").findings.to_pylist()
    monkeypatch.setattr(_read, "ROWS", 2)
    assert bulk.audit_snapshot(template, data, deal="deal", stage="stage").findings.to_pylist() == whole


def test_names_longer_than_a_word_and_very_long_ones_are_told_apart_whatever_their_order() -> None:
    for long in ("deal-0000", "x" * 70):
        judged_alike(asking(), rows(*((f"{long}{n}", "talk", 0) for n in (7, 3, 5, 1))))
        judged_alike(
            asking(),
            rows(*((f"{long}{n}", stage, day) for day, stage in enumerate(("new", "talk")) for n in (7, 3, 5))),
        )


def test_a_field_beside_what_lies_inside_it_is_opaque() -> None:
    template = asking(present("offer"), present("offer.price"))
    judged_alike(template, rows(*STEPS, offer=["x"] * 6, **{"offer.price": ["1 EUR", None] * 3}))


def test_creations_alone_make_no_variants() -> None:
    data = pa.table(
        {"deal": ["A", "B"], "stage": pa.array([None, None], pa.string()), "at": [DAY, DAY], "created": ["x", "y"]}
    )
    found = bulk.audit(asking(), data, **COLUMNS, created="created")
    assert (found.variants.num_rows, found.deals) == (0, 2)


def test_no_batches_at_all_are_a_presorted_log_without_deals() -> None:
    assert bulk.audit(asking(), [], **COLUMNS, presorted=True).deals == 0


class Moody(tzinfo):
    """A zone that fails as often as it is told to before it works."""

    def __init__(self, failures: int) -> None:
        self.failures = failures

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        self.failures -= 1
        if self.failures >= 0:
            raise ValueError("no offset")
        return timedelta(hours=1)

    def dst(self, moment: datetime | None) -> timedelta | None:
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        return None


@pytest.mark.parametrize(("failures", "found"), [(2, "starts_in_the_middle"), (100, "bad_row")])
def test_a_row_that_a_zone_keeps_from_the_columns_is_read_by_itself(failures: int, found: str) -> None:
    times = pa.array([DAY.replace(tzinfo=None)], pa.timestamp("us"))
    data = pa.table({"deal": ["A"], "stage": ["talk"], "at": times})
    told = bulk.audit(asking(), data, **COLUMNS, zone=Moody(failures)).findings
    assert told["code"].to_pylist() == [found]


def test_deals_of_which_no_row_or_each_second_one_can_be_read_are_judged_as_they_are_one_by_one() -> None:
    data = rows(*STEPS, ("D", "new", 3), ("D", "zebra", 4), ("E", "talk", 5))
    times = [None if deal in {"D", "B"} else at for deal, at in zip(*data.select(["deal", "at"]).columns, strict=True)]
    judged_alike(asking(present("owner")), data.set_column(2, "at", pa.array([at and at.as_py() for at in times])))


def test_what_is_held_and_gone_back_is_judged_with_its_grounds() -> None:
    told = (("A", "new", 0), ("A", "talk", 1), ("A", "new", 2), ("B", "new", 0), ("B", "wait", 1), ("B", "talk", 2))
    for grounds in (["", "", "x", "", "", ""], ["", "", "", "x", "x", "x"]):
        judged_alike(asking(present("owner"), hold=True), rows(*told, ground=grounds), ground="ground")


@pytest.mark.parametrize("most", [1, 2])
def test_however_little_is_remembered_the_same_is_found(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(_looks, "MOST_KNOWN", most)
    told = [(f"D{n}", stage, day) for n in range(9) for day, stage in enumerate(("new", "won", "talk", "new")[n % 3 :])]
    judged_alike(asking(), rows(*told))


def test_a_presorted_log_may_be_empty_and_unordered_but_no_deal_comes_again() -> None:
    assert bulk.audit(asking(), rows().cast(pa.schema([("deal", pa.string()), ("stage", pa.string()),
        ("at", pa.timestamp("us", "UTC"))])), **COLUMNS, presorted=True).deals == 0  # fmt: skip
    unordered = rows(("B", "new", 0), ("A", "new", 1), ("C", "new", 2))
    assert bulk.audit(asking(), unordered, **COLUMNS, presorted=True).deals == 3


def test_a_deal_that_comes_again_much_later_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_read, "ROWS", 2)
    names = ["B", "A", "C", "B"]
    with pytest.raises(LoadError, match=r"deal\.scattered"):
        bulk.audit(asking(), rows(*((name, "new", day) for day, name in enumerate(names))), **COLUMNS, presorted=True)


@pytest.mark.parametrize("size", [3, 6, 100])
@pytest.mark.parametrize("long", ["", "x" * 70])
def test_a_deal_whose_rows_come_apart_is_one_deal_and_its_log_is_not_presorted(
    monkeypatch: pytest.MonkeyPatch, size: int, long: str
) -> None:
    monkeypatch.setattr(_read, "ROWS", size)
    runs = zip(
        "CABC", (("new", "new", "talk"), ("new", "won", "won"), ("new",) * 3, ("new", "talk", "talk")), strict=True
    )
    told = [(long + deal, stage, day) for day, (deal, stages) in enumerate(runs) for stage in stages]
    judged_alike(asking(), rows(*told))
    with pytest.raises(LoadError, match=rf"'{long[:20]}.*C' do not follow.*deal\.scattered"):
        bulk.audit(asking(), rows(*told), **COLUMNS, presorted=True)


@pytest.mark.parametrize("presorted", [False, True])
def test_two_ways_to_write_a_name_are_one_deal(presorted: bool) -> None:
    told = [(deal, stage, day) for deal in ("B", "B ", "A") for day, stage in enumerate(("new", "talk", "new"))]
    found = bulk.audit(asking(), rows(*told), **COLUMNS, presorted=presorted)
    assert (found.deals, Counter(found.findings["code"].to_pylist())) == (2, judged_alike(asking(), rows(*told)))


UNREAD = (
    *(("B", "new", 0), ("C", "new", 0), ("C", "talk", 1), ("C", "won", 2)),
    *(("D", "new", 0), ("A", "new", 0), ("A", "talk", None), (None, "new", 0)),
    ("A", "won", 3),
)


@pytest.mark.parametrize("size", [4, 100])
@pytest.mark.parametrize("presorted", [False, True])
def test_a_row_that_cannot_be_read_convicts_nobody_also_where_its_batch_ends(
    monkeypatch: pytest.MonkeyPatch, size: int, presorted: bool
) -> None:
    monkeypatch.setattr(_read, "ROWS", size)
    found = bulk.audit(asking(), rows(*UNREAD), **COLUMNS, presorted=presorted)
    told = [(each["deal"], each["code"], each["level"]) for each in found.findings.to_pylist()]
    assert told == [("A", "bad_time", "violation"), (None, "bad_row", "violation"), ("A", "skip", "warning")]
    verdicts = {each["deal"]: each["verdict"] for each in found.verdicts.to_pylist()}
    assert (len(found.verdicts), verdicts["A"], verdicts["C"]) == (4, "undecidable", "conforms")


@pytest.mark.parametrize("size", [3, 100])
def test_a_row_that_cannot_be_read_and_comes_later_is_scattered(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(_read, "ROWS", size)
    told = rows(
        ("B", "new", 0), ("A", "new", 0), ("A", "won", 1), *((name, "new", 0) for name in "DCE"), ("A", "new", None)
    )
    judged_alike(asking(), told)
    if size < 100:
        with pytest.raises(LoadError, match=r"the rows of 'A' do not follow"):
            bulk.audit(asking(), told, **COLUMNS, presorted=True)


def test_a_deal_that_comes_again_is_named_and_not_the_first_of_its_log() -> None:
    told = rows(*((name, "new", day) for day, name in enumerate("ABCB")))
    with pytest.raises(LoadError, match=r"the rows of 'B' do not follow"):
        bulk.audit(asking(), told, **COLUMNS, presorted=True)


def test_a_presorted_log_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_read, "ROWS", 2)
    alive: list[int] = []

    def batches() -> Iterator[Any]:
        for number in range(100, 0, -1):
            alive.append(sum(isinstance(each, _held.Held) for each in gc.get_objects()))
            yield rows((f"D{number}", "new", 0), (f"E{number}", "new", 0))

    bulk.audit(asking(present("owner")), batches(), **COLUMNS, presorted=True)
    assert max(alive[20:]) < 10


def test_batches_of_which_some_tell_rules_what_others_do_not_are_refused() -> None:
    template = asking(compare("fields.seats", "ge", 3))
    with_, without = rows(*STEPS[:2], seats=[1, 2]), rows(*STEPS[2:4])
    for batches in ([with_, without, with_], [without, with_]):
        with pytest.raises(LoadError, match=r"'seats' is in some batches and not in others @ seats \[column\.uneven\]"):
            bulk.audit(template, batches, **COLUMNS)
    texts = rows(*STEPS[2:4], seats=["1", "2"])
    with pytest.raises(LoadError, match=r"'seats' holds int64 in some batches and string in others .*column\.mixed"):
        bulk.audit(template, [with_, texts], **COLUMNS)
    forms = [rows(*STEPS[2:4], seats=pa.array(["1", "2"], form)) for form in (pa.large_string(), pa.string())]
    forms += [rows(*STEPS[4:], seats=pa.array(["1", "2"]).dictionary_encode())]
    assert bulk.audit(template, forms, **COLUMNS).deals == 2


def test_a_name_that_is_as_long_as_a_name_may_be_is_read_once() -> None:
    long = "\u0958" * 15_000
    judged_alike(
        asking(), rows(*((name, stage, day) for name in (long, "B") for day, stage in enumerate(("new", "won"))))
    )


def test_categories_of_polars_are_read_wherever_they_stand() -> None:
    told = rows(*STEPS, owner=["x", None, "y", "x", "x", ""])
    frame = cast("pl.DataFrame", pl.from_arrow(told)).with_columns(
        pl.col("deal", "stage", "owner").cast(pl.Categorical)
    )
    found = bulk.audit(asking(present("owner")), frame, **COLUMNS)
    assert Counter(found.findings["code"].to_pylist()) == judged_alike(asking(present("owner")), told)


def test_a_heading_may_hold_what_parts_its_cells(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text('"deal, id",stage,at\n007,new,2026-01-01Z\n7,talk,2026-01-02Z\n', "utf-8")
    found = bulk.audit(asking(), tmp_path / "log.csv", **{**COLUMNS, "deal": "deal, id"})
    assert found.verdicts["deal"].to_pylist() == ["007", "7"]


def test_rows_that_come_in_runs_are_grouped_by_long_names_too() -> None:
    long = "x" * 70
    told = [(f"{long}{n}", stage, day) for day, stage in enumerate(("new", "talk")) for n in (2, 1) for _ in range(1)]
    judged_alike(asking(), rows(*told, (f"{long}1", "won", 5), (f"{long}1", "new", 6)))


def test_a_move_out_of_a_stage_that_is_only_reached_later_is_told_with_the_time_of_each_deal() -> None:
    told = [
        (deal, stage, day + late) for late, deal in enumerate("ABC") for day, stage in enumerate(("new", "talk", "won"))
    ]
    assert judged_alike(asking(), rows(*told, source=["", "won", "talk"] * 3), source="source")["time_back"] == 3


@pytest.mark.parametrize("missing", ["numpy", "salesflow.bulk._audits"])
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    for name in [each for each in sys.modules if each.startswith("salesflow.bulk")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ModuleNotFoundError) as caught:
        importlib.import_module("salesflow.bulk")
    assert (caught.value.name, "extra.missing" in str(caught.value)) == (missing, missing == "numpy")
