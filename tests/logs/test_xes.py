"""XES: what is written is read back as it was and stands by the order of the standard; what is not XES is refused."""

import csv
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unicodedata import normalize
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.holes import read_and_holes
from salesflow import LoadError, audit_log
from salesflow.logs import read_xes, write_xes
from salesflow.templates import get

EXAMPLES = Path(__file__).parents[2] / "examples"

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
COLUMNS: dict[str, Any] = {"deal": "deal", "stage": "stage", "at": "at", "by": "by"}


def event(**attributes: str) -> str:
    told = {"concept:name": "a", "time:timestamp": "2026-01-05T09:00:00+00:00"} | {
        key.replace("__", ":"): value for key, value in attributes.items()
    }
    inside = "".join(f'<string key="{key}" value="{value}"/>' for key, value in told.items() if value)
    return f"<event>{inside}</event>"


def trace(*events: str, name: str = "1", more: str = "") -> str:
    named = f'<string key="concept:name" value="{name}"/>' if name else ""
    return f"<trace>{named}{more}{''.join(events)}</trace>"


def log(*traces: str) -> str:
    return f'<log xmlns="http://www.xes-standard.org/">{"".join(traces)}</log>'


def codes(report: Any) -> list[tuple[str, str, int]]:
    return [(note.code, note.kind, note.count) for note in report.notes]


def test_a_trace_is_a_deal_and_an_event_that_completes_a_move() -> None:
    text = log(
        '<extension name="Time" prefix="time" uri="…"/>',
        trace(
            event(org__resource="ann"),
            event(concept__name="b", lifecycle__transition="start"),
            event(concept__name="b", lifecycle__transition="COMPLETE", time__timestamp="2026-01-05T11:00:00.5+01:00"),
        ),
    )
    read = read_xes(text)
    assert [(row["deal"], row["stage"], str(row["at"]), row["by"]) for row in read.rows] == [
        ("1", "a", "2026-01-05 09:00:00+00:00", "ann"), ("1", "b", "2026-01-05 10:00:00.500000+00:00", "")
    ]  # fmt: skip
    assert (read.report.rows, codes(read.report)) == (3, [("event.lifecycle", "dropped", 1)])
    assert read_xes(text.encode()).rows == read.rows


def test_attributes_of_events_are_columns_of_their_types() -> None:
    told = (
        '<event><string key="concept:name" value="a"/><date key="time:timestamp" value="2026-01-05T09:00:00Z"/>'
        '<int key="i" value="5"/><float key="f" value="1.5"/><boolean key="b" value="true"/><id key="u" value="x"/>'
        '<date key="d" value="2026-01-05"/><int key="bad" value="five"/><list key="l"><values/></list><int value="1"/>'
        '<string key="deal" value="other"/></event>'
    )
    read = read_xes(log(trace(told)))
    own = {"deal": "1", "stage": "a", "at": AT, "by": ""}
    assert read.rows == ({**own, "i": 5, "f": Decimal("1.5"), "b": True, "u": "x", "d": "2026-01-05", "bad": "five"},)
    assert codes(read.report) == [("column.hidden", "dropped", 1)]


def test_what_is_odd_or_dropped_is_told() -> None:
    total = '<string key="total" value="5"/>'
    read = read_xes(
        log(
            trace(event()), trace(event(concept__name="b")), trace(name="2", more=total),
            trace(event(), event(), name=""),
            trace(event(time__timestamp=""), event(concept__name=""), event(time__timestamp="soon"), name="3"), event(),
            trace(event(time__timestamp="2026-01-05T09:00:00"), name="4"),
        )
    )  # fmt: skip
    rows, holes = read_and_holes(read)
    assert ([(row["deal"], row["stage"]) for row in rows], holes) == ([("1", "a"), ("1", "b"), ("4", "a")], ["3"])
    assert codes(read.report) == [
        ("row.repeated", "odd", 1), ("history.empty", "odd", 1), ("trace.attributes", "dropped", 1),
        ("payload.missing", "dropped", 2), ("payload.missing", "dropped", 1), ("payload.missing", "dropped", 1),
        ("time.unreadable", "dropped", 1), ("payload.shape", "dropped", 1), ("time.zone", "assumed", 1),
    ]  # fmt: skip
    assert [note.place for note in read.report.notes][3] == "['trace 3']['line 1']"


@pytest.mark.parametrize(
    "bad",
    ["", "<log>", "<html/>", '<!DOCTYPE log [<!ENTITY a "x">]><log/>', "<log>" + "<a>" * 99, b"\xff\xfe<"],
    ids=["nothing", "cut", "another", "bomb", "deep", "encoding"],
)
def test_what_is_no_xes_is_refused(bad: Any) -> None:
    with pytest.raises(LoadError, match="the payload of XES cannot be read"):
        read_xes(bad)


def test_an_empty_log_is_one() -> None:
    assert read_xes(write_xes([], **COLUMNS)).rows == ()
    assert read_xes("<log/>", zone="Europe/Paris").report.rows == 0


# -- out ----------------------------------------------------------------------------------------------------

ROWS: list[dict[str, Any]] = [
    {"deal": "2", "stage": "b", "at": AT + timedelta(days=1), "by": "", "amount": 5, "share": 0.5, "hot": True},
    {
        "deal": "2",
        "stage": "a",
        "at": AT,
        "by": "ann",
        "exact": Decimal("1.50"),
        "since": AT,
        "day": AT.date(),
        "no": None,
    },
    {"deal": "1", "stage": 'a <&> "é"', "at": "2026-01-05T09:00:00Z", "by": None, "nan": float("nan"), "big": 10**30},
    {"deal": "3", "stage": "", "at": None, "by": ""},
]


def test_what_is_written_stands_in_the_order_of_the_standard() -> None:
    """IEEE 1849: extensions, globals, classifiers, attributes, traces; each attribute has a key and a value."""
    root = ET.fromstring(write_xes(ROWS, **COLUMNS))  # noqa: S314 - of our own making
    space = "{http://www.xes-standard.org/}"
    assert root.tag == f"{space}log"
    assert root.attrib == {"xes.version": "1849-2016", "xes.features": ""}
    kinds = [each.tag.removeprefix(space) for each in root]
    assert kinds == ["extension"] * 4 + ["global"] * 2 + ["classifier", "string"] + ["trace"] * 3
    assert [each.get("scope") for each in root.iter(f"{space}global")] == ["trace", "event"]
    prefixes = {each.get("prefix") for each in root.iter(f"{space}extension")}
    wanted = {"string", "date", "int", "float", "boolean"}
    for holder in (*root.iter(f"{space}trace"), *root.iter(f"{space}event")):
        own = [each for each in holder if each.tag != f"{space}event"]
        assert [each.tag for each in holder] == [each.tag for each in own] + [f"{space}event"] * (
            len(holder) - len(own)
        )
        assert {each.tag.removeprefix(space) for each in own} <= wanted
        assert all(each.attrib.keys() == {"key", "value"} for each in own)
        assert {each.get("key", "").partition(":")[0] for each in own if ":" in each.get("key", "")} <= prefixes
        assert len({each.get("key") for each in own}) == len(own)
    for each in root.iter(f"{space}date"):
        assert datetime.fromisoformat(each.get("value", "")).tzinfo is not None


def test_what_is_written_is_read_back_with_the_events_in_the_order_of_time() -> None:
    read = read_xes(write_xes(ROWS, **COLUMNS))
    assert [(row["deal"], row["stage"], row["by"]) for row in read.rows] == [
        ("2", "a", "ann"), ("2", "b", ""), ("1", 'a <&> "é"', "")
    ]  # fmt: skip
    first, second, third = ({key: row[key] for key in row if key not in COLUMNS} for row in read.rows)
    assert first == {"exact": Decimal("1.50"), "since": "2026-01-05T09:00:00+00:00", "day": "2026-01-05", "no": ""}
    assert second == {"amount": 5, "share": Decimal("0.5"), "hot": True}
    assert third == {"nan": "nan", "big": str(10**30)}
    assert codes(read.report) == [("history.empty", "odd", 1)]


@pytest.mark.parametrize(
    "row",
    [
        {"deal": "1\x00", "stage": "a", "at": AT}, {"deal": "1", "stage": "a", "at": "soon"}, 5,
        {"deal": "1", "stage": "a", "at": datetime(2026, 1, 5)},  # noqa: DTZ001 - the point is that it has no zone
        {"deal": "1", "stage": "a", "at": AT, "note": "\ud800"},
        {"deal": "1", "stage": "a", "at": AT, "concept:name": "x"},
        {"deal": "1", "stage": "a", "at": AT, "note": "\x0b"},
    ],
    ids=["a nul", "no time", "no row", "no zone", "half a character", "a name of XES", "a control"],
)  # fmt: skip
def test_a_row_that_cannot_be_written_is_named(row: Any) -> None:
    with pytest.raises(LoadError, match=r"@ rows\[1\] \[row.unwritable\]"):
        write_xes([ROWS[1], row], deal="deal", stage="stage", at="at")


def test_a_log_of_all_columns_is_written_with_its_zone() -> None:
    row = {"d": 1, "s": "b", "t": "2026-01-05 10:00", "f": "a", "g": "why", "c": "x"}
    text = write_xes([row], deal="d", stage="s", at="t", source="f", ground="g", created="c", zone="Europe/Paris")
    assert read_xes(text).rows == ({"deal": "1", "stage": "b", "at": AT, "by": "", "f": "a", "g": "why", "c": "x"},)


def test_what_is_found_in_a_log_is_found_in_it_once_it_is_written_and_read_back() -> None:
    columns: dict[str, Any] = {
        "deal": "deal_id",
        "stage": "stage",
        "at": "entered_at",
        "ground": "ground",
        "created": "created_at",
    }
    template = get("classic-pipeline")
    with (EXAMPLES / "deals.csv").open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    unread = {each.row for each in audit_log(template, rows, **columns, zone="UTC") if each.code.startswith("bad_")}
    rows = [row for number, row in enumerate(rows, 1) if number not in unread]
    back = read_xes(
        write_xes(rows, **columns, by="changed_by", zone="UTC"), ground="ground", created="created_at", zone="UTC"
    )
    found, again = (
        Counter((each.deal, each.code, each.level, each.at) for each in judged)
        for judged in (
            audit_log(template, rows, **columns, zone="UTC"),
            audit_log(template, back.rows, **back.columns, zone="UTC"),
        )
    )
    assert (len(found) > 20, again) == (True, found)


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Zs"]), min_size=1
).filter(lambda name: name == name.strip() and name.isprintable())
MOVES = st.tuples(st.sampled_from("123"), NAMES, st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001


@given(st.lists(MOVES, max_size=8))
def test_every_log_is_read_back_as_it_was_written(told: list[Any]) -> None:
    rows = [{"deal": deal, "stage": stage, "at": at.replace(tzinfo=UTC), "by": ""} for deal, stage, at in told]
    back = read_xes(write_xes(rows, **COLUMNS)).rows
    by_deal = sorted(rows, key=lambda row: (str(row["deal"]), str(row["at"])))
    assert sorted(map(str, map(normal, back))) == sorted(map(str, map(normal, by_deal)))


def normal(row: Any) -> Any:
    return {**row, "stage": normalize("NFC", row["stage"]), "at": row["at"].isoformat()}
