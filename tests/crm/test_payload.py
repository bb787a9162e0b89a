"""Payloads: every value is read without a guess, or refused with its place."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.crm._payload import MILLISECOND, SECOND, BadField, Node, refused
from salesflow.crm._reading import Note

JAN = datetime(2026, 1, 5, 9, tzinfo=UTC)


def bad(read: Any) -> str:
    """Return the code, the place and the text of what cannot be read."""
    with pytest.raises(BadField) as caught:
        read()
    problem = caught.value.problem
    return f"{problem.code} @ {problem.path}: {problem.text}"


def test_places_are_written_as_in_the_payload() -> None:
    node = Node({"results": [{"id": 5}]})
    (first,) = node.need("results").each()
    assert (first.get("id").place, first.get("no way").place) == ("results[0].id", "results[0]['no way']")
    assert (node.has("results"), node.has("x"), first.get("id").has("x")) == (True, False, False)


def test_what_is_missing_is_told_with_what_there_is() -> None:
    assert bad(lambda: Node({"ID": 1}, (2,)).need("id")) == (
        "payload.missing @ [2]: the field 'id' is missing; there are 'ID'"
    )
    assert bad(lambda: Node({}).need("id")).endswith("there are none")


@pytest.mark.parametrize(
    ("value", "said"), [(None, "nothing"), ([], "a list"), ("x" * 99, f"'{'x' * 59}…"), (5, "5"), (True, "True")]
)
def test_what_is_no_object_is_named(value: object, said: str) -> None:
    assert bad(lambda: Node(value).get("a")) == f"payload.shape @ : an object is wanted here, not {said}"
    if not isinstance(value, list):
        assert bad(lambda: Node(value).each()) == f"payload.shape @ : a list is wanted here, not {said}"


def test_an_object_is_no_list() -> None:
    assert bad(lambda: Node({}).each()) == "payload.shape @ : a list is wanted here, not an object"


VALUES: tuple[Any, ...] = (None, "", "  ", 0, False, [])


def test_nothing_is_no_value_null_or_blanks() -> None:
    assert [Node(value).empty for value in VALUES] == [True, True, True, False, False, False]


@pytest.mark.parametrize(("value", "read"), [(" a ", "a"), (12, "12"), (-3, "-3"), ("007", "007")])
def test_ids_are_text_or_whole_numbers(value: object, read: str) -> None:
    assert (Node(value).name(), Node(value).optional()) == (read, read)


@pytest.mark.parametrize("value", [True, 1.5, None, "", {}, 10**30])
def test_nothing_else_is_an_id(value: object) -> None:
    assert bad(lambda: Node(value, ("id",)).name()).startswith("payload.value @ id: a name is wanted here")


def test_an_optional_name_may_be_absent_but_not_wrong() -> None:
    assert (Node(None).optional(), Node(" ").optional()) == ("", "")
    assert bad(lambda: Node({}).optional()) == "payload.value @ : a name is wanted here, not an object"


def test_yes_and_no_are_read_as_systems_write_them() -> None:
    assert [Node(value).flag() for value in (True, "true", "TRUE", "Y", 1, "1", "yes")] == [True] * 7
    assert [Node(value).flag() for value in (False, "false", "N", 0, "no", None, "")] == [False] * 7


@pytest.mark.parametrize("value", ["perhaps", 2, [], {}])
def test_nothing_else_is_yes_or_no(value: object) -> None:
    assert bad(lambda: Node(value).flag()).startswith("payload.value @ : yes or no is wanted here")


@pytest.mark.parametrize(("value", "read"), [("0.20", "0.20"), (0.2, "0.2"), (" 10 ", "10"), (Decimal("1.50"), "1.50")])
def test_numbers_are_exact_also_as_text(value: object, read: str) -> None:
    assert str(Node(value).number()) == read


@pytest.mark.parametrize("value", ["1,5", "many", True, None, float("nan"), float("inf"), 10**20, [], "12x"])
def test_nothing_else_is_a_number(value: object) -> None:
    assert bad(lambda: Node(value).number()).startswith("payload.value @ : a number is wanted here")


@pytest.mark.parametrize(
    "value",
    ["2026-01-05T09:00:00Z", "2026-01-05T10:00:00+01:00", " 2026-01-05 09:00:00+00:00 ", "20260105T090000Z", JAN],
)
def test_times_with_a_zone_are_read(value: object) -> None:
    assert Node(value).moment() == JAN


def test_a_time_without_a_zone_is_read_in_the_one_that_is_given_or_refused() -> None:
    cet = timezone(timedelta(hours=1))
    assert Node("2026-01-05 10:00:00").moment(cet) == JAN
    assert bad(lambda: Node("2026-01-05 10:00:00", ("at",)).moment()) == (
        "time.naive @ at: time 2026-01-05 10:00:00 has no zone, and none was given"
    )


def test_a_local_time_that_comes_twice_is_refused() -> None:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - here alone

    assert bad(lambda: Node("2025-10-26 02:30:00").moment(ZoneInfo("Europe/Paris"))).startswith("time.ambiguous @ :")


@pytest.mark.parametrize("value", ["soon", "05/01/2026", "1/5/2026 9:00 AM", None, 5, {}, "2026-13-01", "1767603600"])
def test_what_is_no_iso_time_is_unreadable(value: object) -> None:
    assert bad(lambda: Node(value).moment(UTC)).startswith("time.unreadable @ :")


def test_a_count_as_text_is_never_read_as_a_day_of_long_ago() -> None:
    # datetime.fromisoformat takes any character between day and hour
    assert datetime.fromisoformat("1612121212121").year == 1612
    assert bad(lambda: Node("1612121212121").moment(UTC)).startswith("time.unreadable @ :")


def test_a_count_of_milliseconds_is_read_as_number_and_as_text() -> None:
    counts = [1767603600000, "1767603600000", 1767603600000.0, Decimal(1767603600000)]
    assert [Node(count).moment(tick=MILLISECOND) for count in counts] == [JAN] * 4


def test_where_a_system_counts_it_may_write_iso_too() -> None:
    assert Node("2026-01-05T09:00:00Z").moment(tick=MILLISECOND) == JAN
    assert Node("20260105").moment(UTC, tick=SECOND) == datetime(2026, 1, 5, tzinfo=UTC)
    assert Node(JAN).moment(tick=SECOND) == JAN


@pytest.mark.parametrize(
    ("value", "tick", "unit"),
    [
        (1767603600, MILLISECOND, "milliseconds"),
        (1767603600000, SECOND, "seconds"),
        (10**14, MILLISECOND, "milliseconds"),
        (0, SECOND, "seconds"),
    ],
)
def test_a_count_in_another_unit_is_refused(value: int, tick: timedelta, unit: str) -> None:
    assert bad(lambda: Node(value).moment(tick=tick)) == f"time.unreadable @ : {value} is no count of {unit} since 1970"


def test_what_is_no_count_is_refused() -> None:
    assert bad(lambda: Node([]).moment(tick=SECOND)).startswith("payload.value @ : a number is wanted here")


@given(st.datetimes(datetime(1985, 1, 1), datetime(2199, 1, 1)))  # noqa: DTZ001 - Hypothesis wants them naive
def test_every_moment_comes_back_from_its_count(moment: datetime) -> None:
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    seconds = int(whole.timestamp())
    assert Node(seconds).moment(tick=SECOND) == whole
    assert Node(str(seconds * 1000)).moment(tick=MILLISECOND) == whole


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals() | st.datetimes() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
READERS = [
    Node.name,
    Node.optional,
    Node.flag,
    Node.number,
    Node.moment,
    Node.each,
    lambda node: node.moment(UTC),
    lambda node: node.moment(tick=SECOND),
    lambda node: node.moment(tick=MILLISECOND),
    lambda node: node.need("id"),
]


@given(JUNK, st.sampled_from(READERS))
def test_no_value_raises_anything_but_a_bad_field(value: object, read: Any) -> None:
    places = set()
    try:
        read(Node(value, ("x", 1)))
    except BadField as error:
        places.add(error.problem.path)
    assert places <= {"x[1]"}


def test_a_bad_field_becomes_the_note_on_a_row_or_the_error_of_a_payload() -> None:
    with pytest.raises(BadField) as caught:
        Node(None, ("rows", 3)).name()
    assert caught.value.note() == Note(
        code="payload.value", kind="dropped", place="rows[3]", text="a name is wanted here, not nothing"
    )
    assert str(refused("Acme", caught.value)) == (
        "the payload of Acme cannot be read:\n- a name is wanted here, not nothing @ rows[3] [payload.value]"
    )
