"""Dates: a column is read in the one way that all its cells allow, and refused where there are two or none."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.holes import read_and_holes
from salesflow import LoadError
from salesflow.logs import Order, moves

FORMS: dict[Order, tuple[str, ...]] = {
    "ymd": ("%Y-%m-%d", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d %H:%M:%S+0000"),
    "dmy": ("%d-%m-%Y", "%d.%m.%Y %H:%M", "%d/%m/%y %I:%M %p"),
    "mdy": ("%m/%d/%Y", "%m-%d-%Y, %I:%M:%S %p", "%m/%d/%y %I:%M %p"),
}


def read(*cells: Any, **more: Any) -> Any:
    return moves(
        [{"d": number, "s": "a", "t": cell} for number, cell in enumerate(cells)], deal="d", stage="s", at="t", **more
    )


def times(*cells: Any, **more: Any) -> list[Any]:
    return [row["at"] for row in read(*cells, **more).rows]


def refused(*cells: Any) -> str:
    with pytest.raises(LoadError) as caught:
        read(*cells)
    return str(caught.value).partition("\n- ")[2]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-01-05", "2026-01-05 00:00:00"),
        ("2026-1-5 7:08", "2026-01-05 07:08:00"),
        ("2026/01/05 07:08:09.5", "2026-01-05 07:08:09.500000"),
        ("2026-01-05T07:08:09,123456789+02:00", "2026-01-05 05:08:09.123456"),
        ("2026-01-05T07:08:09.000+0000", "2026-01-05 07:08:09"),
        ("2026-01-05 07:08:09 UTC", "2026-01-05 07:08:09"),
        ("2026-01-05 07:08Z", "2026-01-05 07:08:00"),
        ("25-01-2026", "2026-01-25 00:00:00"),
        ("25.01.26", "2026-01-25 00:00:00"),
        ("01/25/26 12:05 AM", "2026-01-25 00:05:00"),
        ("01/25/99, 12:05 p.m.", "1999-01-25 12:05:00"),
        ("05/05/2026", "2026-05-05 00:00:00"),
        (datetime(2026, 1, 5, 7, tzinfo=UTC), "2026-01-05 07:00:00"),
        (date(2026, 1, 5), "2026-01-05 00:00:00"),
        (1767603600, "2026-01-05 09:00:00"),
        (1767603600000.0, "2026-01-05 09:00:00"),
        (Decimal(1767603600), "2026-01-05 09:00:00"),
        ("1767603600000", "2026-01-05 09:00:00"),
    ],
)
def test_a_cell_that_leaves_one_way_is_read(cell: Any, expected: str) -> None:
    assert [str(each).removesuffix("+00:00") for each in times(cell)] == [expected]


def test_one_cell_settles_the_order_of_its_column() -> None:
    assert [str(each)[:10] for each in times("03/04/2026", "13/04/2026", "")] == [
        "2026-04-03", "2026-04-13", "None"
    ]  # fmt: skip
    assert [str(each)[:10] for each in times("03/04/2026", "04/13/2026")] == ["2026-03-04", "2026-04-13"]
    assert [str(each)[:10] for each in times("03/04/2026", dates={"t": "mdy"})] == ["2026-03-04"]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            ("05/05/2026", "03/04/2026"),
            (
                "'03/04/2026' and all dates of 't' may be day, month, year or month, day, year; "
                "say which: dates={'t': 'dmy' or 'mdy'} @ rows[1].t [date.ambiguous]"
            ),
        ),
        (
            ("2026-01-05", "03/25/2026"),
            (
                "'t' is written in several ways: '2026-01-05' @ rows[0].t, and '03/25/2026' here; "
                "say which: dates={'t': 'ymd' or 'dmy' or 'mdy'} @ rows[1].t [date.mixed]"
            ),
        ),
        (
            ("03/04/2026", "25/03/2026", "03/25/2026"),
            (
                "'t' is written in several ways: '25/03/2026' @ rows[1].t, and '03/25/2026' here; "
                "say which: dates={'t': 'ymd' or 'dmy' or 'mdy'} @ rows[2].t [date.mixed]"
            ),
        ),
    ],
    ids=["ambiguous", "US and ISO", "US and European"],
)
def test_a_column_that_may_be_read_in_two_ways_or_in_none_is_refused(cells: Any, said: str) -> None:
    assert refused(*cells) == said


@pytest.mark.parametrize(
    "cell",
    ["soon", "2026-13-01", "31/02/2026", "2026-01-05 13:00 PM", "2026-01-05 25:00", "1-2-3",
     "2026-01-2026", "5", 6, 1.5e300, "2026-01-05Z", True, [], "2026-01-05 00:00:00+99:00",
     "0001-01-01T00:00:00+14:00"],
)  # fmt: skip
def test_what_is_no_time_is_dropped_and_told(cell: Any) -> None:
    log = read("2026-01-05", cell)
    rows, holes = read_and_holes(log)
    dropped = [(note.code, note.place) for note in log.report.notes if note.kind == "dropped"]
    assert (len(rows), holes, dropped) == (1, ["1"], [("time.unreadable", "rows[1].t")])


def test_a_cell_in_another_order_than_the_one_given_is_dropped_and_told() -> None:
    log = read("03/04/2026", "2026-01-05", dates={"t": "dmy"})
    assert [note.text for note in log.report.notes if note.kind == "dropped"] == [
        "'2026-01-05' is no date of the order day, month, year"
    ]


def test_what_was_assumed_of_times_is_told() -> None:
    assert [note.code for note in read("25/03/26").report.notes] == ["date.order", "date.century", "time.zone"]
    assert [note.text for note in read(1767603600000).report.notes] == ["'t' counts milliseconds since 1970"]
    assert read("25/03/2026 10:00", zone="Europe/Paris").report.notes[0].text == "'t' is read as day, month, year"
    assert str(times("25/03/2026 10:00", zone="Europe/Paris")[0]) == "2026-03-25 09:00:00+00:00"
    twice = read("2026-01-05", "2026-10-25 02:30", zone="Europe/Paris")
    assert [note.code for note in twice.report.notes] == ["time.ambiguous"]


@given(st.sampled_from([(order, form) for order, forms in FORMS.items() for form in forms]), st.data())
def test_what_was_written_in_a_known_order_is_read_back(how: tuple[Order, str], data: st.DataObject) -> None:
    order, form = how
    days = st.datetimes(datetime(1970, 1, 1), datetime(2060, 1, 1))  # noqa: DTZ001 - a zone is none of the form
    several = data.draw(st.lists(days, min_size=1, max_size=5))
    written = [each.strftime(form) for each in several]
    expected = [datetime.strptime(each, form).replace(tzinfo=UTC) for each in written]
    assert times(*written, dates={"t": order}) == expected
    try:
        # undetected is allowed, another day is not
        assert times(*written) == expected
    except LoadError as error:
        assert {each.code for each in error.problems} == {"date.ambiguous"}  # noqa: PT017 - it may also not be raised


@given(st.lists(st.dates(date(1990, 1, 1), date(2060, 1, 1)), min_size=1, max_size=4), st.data())
def test_no_date_is_ever_guessed(days: list[date], data: st.DataObject) -> None:
    """Where a column is read unasked, no other order of day and month reads all its cells as other days."""
    written = [each.strftime(data.draw(st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))) for each in days]
    try:
        found = [each.date() for each in times(*written)]
    except LoadError:
        return
    for form in ("%d/%m/%Y", "%m/%d/%Y"):
        try:
            other = [datetime.strptime(each, form).date() for each in written]  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        assert other == found
