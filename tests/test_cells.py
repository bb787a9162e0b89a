"""Cells: what a row of somebody's log says, read without guessing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from salesflow._cells import BadCell, name_cell, time_cell, value_cell, zone_of
from salesflow.money import Money


@pytest.mark.parametrize(
    ("cell", "name"), [(" a b ", "a b"), (12, "12"), (None, ""), ("", ""), ("é", "é"), ("商談", "商談")]
)
def test_a_name_is_text_or_a_whole_number(cell: object, name: str) -> None:
    assert name_cell({"c": cell}, "c") == name


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (1.0, "column 'c' holds a float, not a name"),
        (10**40, "column 'c' holds a int, not a name"),
        ("a\tb", r"column 'c' holds a character that cannot be shown: 'a\tb'"),
        ("x" * 20_001, "column 'c' holds 20001 characters"),
    ],
)
def test_what_is_no_name_is_told_with_its_column(cell: object, said: str) -> None:
    with pytest.raises(BadCell) as caught:
        name_cell({"c": cell}, "c")
    assert caught.value.detail == said


@pytest.mark.parametrize(
    "cell",
    ["2026-03-02T10:00:00+01:00", "2026-03-02 09:00:00Z", " 20260302T090000Z ", datetime(2026, 3, 2, 9, tzinfo=UTC)],
)
def test_a_time_is_read_into_utc(cell: object) -> None:
    assert time_cell({"c": cell}, "c", None) == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_date_is_its_midnight_in_the_zone() -> None:
    expected = datetime(2026, 7, 1, 22, tzinfo=UTC)
    assert time_cell({"c": date(2026, 7, 2)}, "c", zone_of("Europe/Paris")) == expected
    assert time_cell({"c": "2026-07-02"}, "c", zone_of("Europe/Paris")) == expected


@pytest.mark.parametrize("zone", ["", "Europe/Pariss", "../etc/passwd", "a\0b"])
def test_an_unknown_zone_is_a_value_error(zone: str) -> None:
    with pytest.raises(ValueError, match="there is no time zone"):
        zone_of(zone)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("5 EUR", Money.of(5, "EUR")),
        ("5.001 EUR", "5.001 EUR"),
        ("five EUR", "five EUR"),
        ("5 eur", "5 eur"),
        ("12.50", Decimal("12.50")),
        ("2026-03-02", date(2026, 3, 2)),
        ("2026-03-99", "2026-03-99"),
        ("2026-03-02T09:00", "2026-03-02T09:00"),
        ("2026-03-02T09:00+00:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        (" passed ", "passed"),
        ("", ""),
        (7, 7),
        (None, None),
    ],
)
def test_a_value_is_read_as_what_a_rule_may_compare(cell: object, value: object) -> None:
    assert value_cell(cell) == value
    assert type(value_cell(cell)) is type(value)
