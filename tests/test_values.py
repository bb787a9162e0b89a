"""Values: what is half right is refused, and what is taken never changes."""

import copy
import pickle
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from enum import StrEnum
from operator import add, ge, gt, le, lt, sub
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from acme import shown
from processor import at_once
from salesflow import Actor, Money
from salesflow.money import exact
from salesflow.records import Activity
from salesflow.values import (
    Duration,
    Frozen,
    FrozenMap,
    Id,
    Prose,
    Scalar,
    Text,
    Time,
    composed,
    freeze,
    settled,
    thaw,
    to_utc,
)

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def reason(kind: Any, value: object) -> str:
    """Return why a value is refused."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    assert str(caught.value)  # an error that cannot be printed is none
    return caught.value.errors()[0]["msg"].removeprefix("Value error, ")


def read(kind: Any, value: object) -> Any:
    return TypeAdapter(kind).validate_python(value)


# -- text ---------------------------------------------------------------------------------------------------

BAD_CHARACTERS = {
    "NUL": "\0",
    "line break": "\n",
    "bell": "\a",
    "bidi override": "\u202e",
    "zero-width space": "\u200b",
    "soft hyphen": "\u00ad",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "byte order mark": "\ufeff",
}


@pytest.mark.parametrize("bad", BAD_CHARACTERS.values(), ids=BAD_CHARACTERS)
def test_an_id_and_a_line_hold_no_character_that_nobody_sees(bad: str) -> None:
    expected = f"text may not hold the character U+{ord(bad):04X} at position 2"
    assert [reason(Id, f"ab{bad}c"), reason(Text, f"ab{bad}c")] == [expected, expected]


@pytest.mark.parametrize("kind", [Id, Text, Prose], ids=["id", "text", "prose"])
def test_a_lone_surrogate_is_refused_with_an_error_that_can_be_printed(kind: Any) -> None:
    assert reason(kind, "ab\ud800") == "text may not hold the character U+D800 at position 2"


def test_joiners_carry_meaning_in_text_and_prose_and_none_in_an_id() -> None:
    family = "\U0001f468\u200d\U0001f469"
    assert (read(Text, family), read(Prose, family)) == (family, family)
    assert reason(Id, family) == "text may not hold the character U+200D at position 1"


def test_prose_alone_has_lines_and_tabs() -> None:
    assert read(Prose, "a\r\n\tb") == "a\r\n\tb"
    assert reason(Prose, "a\vb") == "text may not hold the character U+000B at position 1"


@pytest.mark.parametrize("kind", [Id, Text, Prose], ids=["id", "text", "prose"])
def test_text_is_kept_in_nfc(kind: Any) -> None:
    assert read(kind, "e\u0301te\u0301") == "\u00e9t\u00e9"


@pytest.mark.parametrize("before", range(40))
@pytest.mark.parametrize("kind", [Id, Text, Prose], ids=["id", "text", "prose"])
def test_thirty_marks_may_follow_one_another_and_one_more_may_not(kind: Any, before: int) -> None:
    text = "a" * before + "\N{COMBINING DOT BELOW}" * 30
    assert read(kind, f"{text}b") == normalize("NFC", f"{text}b")
    expected = f"text may not hold the character U+0323 at position {before + 30}"
    assert reason(kind, f"{text}\N{COMBINING DOT BELOW}") == expected


MARKS = "e" + "\N{COMBINING DOT BELOW}\N{COMBINING ACUTE ACCENT}" * 100_000
"""To put these in their order takes half a minute."""


@pytest.mark.parametrize("kind", [Id, Text, Prose], ids=["id", "text", "prose"])
def test_a_pile_of_marks_is_refused_at_once(kind: Any) -> None:
    with at_once(1):
        assert "may not hold the character" in reason(kind, MARKS)
        assert composed(MARKS) == MARKS


@given(st.text("ae\N{COMBINING DOT BELOW}\N{COMBINING ACUTE ACCENT}\N{HANGUL CHOSEONG KIYEOK}\N{HANGUL JUNGSEONG A}"))
def test_what_is_looked_up_is_composed_as_names_are(text: str) -> None:
    assert composed(text) == normalize("NFC", text)


@pytest.mark.parametrize(("kind", "most"), [(Id, 128), (Text, 500), (Prose, 20_000)], ids=["id", "text", "prose"])
def test_text_is_bounded(kind: Any, most: int) -> None:
    assert len(read(kind, "é" * most)) == most
    assert f"at most {most} " in reason(kind, "é" * (most + 1))


@pytest.mark.parametrize(("kind", "most"), [(Id, 128), (Text, 500), (Prose, 20_000)], ids=["id", "text", "prose"])
def test_text_that_is_read_can_be_read_again(kind: Any, most: int) -> None:
    grows = "\u0958" * most  # NFC takes this letter apart
    assert "at most" in reason(kind, grows)


def test_an_id_is_not_empty() -> None:
    assert "at least 1 " in reason(Id, "")


@pytest.mark.parametrize("wrong", [5, b"abc", None, True, ["a"], 1.5], ids=shown)
@pytest.mark.parametrize("kind", [Id, Text, Prose], ids=["id", "text", "prose"])
def test_text_is_made_of_nothing_but_text(kind: Any, wrong: object) -> None:
    assert reason(kind, wrong) == "Input should be a valid string"


def test_a_member_of_an_enum_of_text_becomes_plain_text() -> None:
    class Name(StrEnum):
        CONTACT = "contact"

    assert type(read(Id, Name.CONTACT)) is str


# -- time ---------------------------------------------------------------------------------------------------


def test_times_of_several_zones_are_one_instant_in_utc() -> None:
    east, west = timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))
    read_back = [read(Time, NOON.astimezone(zone)) for zone in (UTC, east, west)]
    assert [(time, time.tzinfo) for time in read_back] == [(NOON, UTC)] * 3


@pytest.mark.parametrize(
    "text", ["2026-01-05T12:00:00Z", "2026-01-05 13:00:00+01:00", "2026-01-05t12:00:00z"], ids=shown
)
def test_a_time_is_read_from_its_iso_text(text: str) -> None:
    assert read(Time, text) == NOON


@pytest.mark.parametrize("wrong", [5, "5", 5.0, None, "2026-01-05", NOON.date()], ids=shown)
def test_a_number_or_a_date_is_no_time(wrong: object) -> None:
    assert reason(Time, wrong) == "a time is a datetime with a zone, or its ISO 8601 text"


def test_a_naive_time_is_refused() -> None:
    assert reason(Time, datetime(2026, 1, 5)) == "Input should have timezone info"  # noqa: DTZ001
    with pytest.raises(ValueError, match=r"^time 2026-01-05T00:00:00 has no zone$"):
        to_utc(datetime(2026, 1, 5))  # noqa: DTZ001


@pytest.mark.parametrize(
    "edge",
    [
        datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=1))),
    ],
    ids=["min", "max"],
)
def test_a_time_outside_the_calendar_once_in_utc_is_refused(edge: datetime) -> None:
    assert reason(Time, edge) == f"time {edge.isoformat()} lies outside the calendar once in UTC"


@pytest.mark.parametrize(
    "edge", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)], ids=["min", "max"]
)
def test_the_ends_of_the_calendar_are_times(edge: datetime) -> None:
    assert to_utc(edge) == edge


def test_a_duration_is_a_timedelta_or_its_iso_text() -> None:
    assert [read(Duration, "P3D"), read(Duration, timedelta(days=3))] == [timedelta(days=3)] * 2


@pytest.mark.parametrize("wrong", [5, "5", "3 days", "-P3D", None], ids=shown)
def test_a_number_is_no_duration(wrong: object) -> None:
    assert reason(Duration, wrong) == "a duration is a timedelta, or its ISO 8601 text such as 'P3D'"


@pytest.mark.parametrize("wrong", [timedelta(0), timedelta(days=-1), timedelta(days=36_526), timedelta.max], ids=shown)
def test_a_duration_is_positive_and_at_most_a_century(wrong: timedelta) -> None:
    assert reason(Duration, wrong).startswith("Input should be ")


# -- numbers and money --------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [5, "5", Decimal(5), "5.0", "+5.", "05", Decimal("5.00")], ids=shown)
def test_an_exact_number_is_read_from_int_decimal_or_text(number: int | str | Decimal) -> None:
    assert exact(number) == Decimal(5)


@pytest.mark.parametrize("wrong", [1.5, True, None, [1], b"1"], ids=shown)
def test_a_number_that_is_not_exact_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"^write an exact number as int, Decimal or text, not as "):
        exact(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        *("", ".", "-", "five", "1" * 65, "1,5", "\0", "\ud800", "1e3", "1e99999999999999999999", "1_000", " 5"),
        *("5\n", "+-5", "\u0665", "\uff10", "NaN", "Infinity", 10**5000),
    ],
    ids=shown,
)
def test_what_is_no_number_of_64_characters_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"^a number is at most 64 characters of digits with a point$"):
        exact(wrong)


@pytest.mark.parametrize("wrong", ["NaN", "sNaN", "Infinity", "-Infinity"], ids=shown)
def test_a_number_is_finite(wrong: str) -> None:
    with pytest.raises(ValueError, match=f"^{wrong} is not a finite number$"):
        exact(Decimal(wrong))


@pytest.mark.parametrize(
    "wrong",
    [Decimal("1e999999999"), "1" + "0" * 15, Decimal("-1e15"), "0.0000000000000001", 10**15],
    ids=["decimal", "text", "negative", "tiny", "int"],
)
def test_a_number_is_neither_huge_nor_tiny(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"^a number lies between 10\^-15 and 10\^15$"):
        exact(wrong)


@pytest.mark.parametrize("edge", ["999999999999999", "-999999999999999.999", "0.000000000000001", "0"], ids=shown)
def test_a_number_may_come_close_to_its_bounds(edge: str) -> None:
    assert exact(edge) == exact(Decimal(edge)) == Decimal(edge)


def test_nothing_is_nothing_whatever_its_exponent() -> None:
    assert exact(Decimal("0e-500")) == 0


def test_money_has_the_digits_of_its_currency() -> None:
    written = [("5", "EUR"), ("5", "JPY"), ("5", "KWD"), ("5", "CLF"), ("5", "XYZ")]
    shown = [str(Money.of(amount, currency).amount) for amount, currency in written]
    assert shown == ["5.00", "5", "5.000", "5.0000", "5.00"]


def test_money_with_too_many_digits_is_refused_and_not_rounded() -> None:
    with pytest.raises(ValidationError, match=r"5\.001 EUR has more than 2 digits after the point"):
        Money.of("5.001", "EUR")
    with pytest.raises(ValidationError, match=r"5\.5 JPY has more than 0 digits after the point"):
        Money.of("5.5", "JPY")


@pytest.mark.parametrize(
    "wrong", ["eur", "EU", "EURO", "", "E\n", "EUR\n", "\u0415UR", "\ud800" * 3, "E" * 10**6], ids=shown
)
def test_a_currency_is_three_capital_letters(wrong: str) -> None:
    with pytest.raises(ValidationError, match=r"is not three capital letters \(ISO 4217\)") as caught:
        Money.of(5, wrong)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "amount",
    [1.5, float("nan"), Decimal("NaN"), Decimal("1e999999999"), None, "", 10**5000],
    ids=["float", "nan", "NaN", "huge", "none", "empty", "long"],
)
def test_money_is_made_of_an_exact_amount(amount: Any) -> None:
    with pytest.raises(ValidationError):
        Money.of(amount, "EUR")


MONEY = st.integers(-(10**12), 10**12).map(lambda cents: Money.of(Decimal(cents) / 100, "EUR"))


@given(MONEY, MONEY)
def test_money_adds_and_subtracts_exactly_whatever_the_precision_of_the_thread(one: Money, other: Money) -> None:
    with localcontext() as context:
        context.prec = 2
        total = one + other
        assert (total - other, total) == (one, other + one)


@given(MONEY, MONEY)
def test_money_of_one_currency_is_ordered_as_its_amounts(one: Money, other: Money) -> None:
    got = (one < other, one <= other, one > other, one >= other)
    a, b = one.amount, other.amount
    assert got == (a < b, a <= b, a > b, a >= b)


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_unlike_currencies_never_mix(operation: str) -> None:
    euro, dollar = Money.of(5, "EUR"), Money.of(5, "USD")
    with pytest.raises(ValueError, match=r"^(EUR and USD|USD and EUR) do not mix: convert one of them first$"):
        getattr(euro, operation)(dollar)
    assert euro != dollar


@pytest.mark.parametrize("operate", [add, sub, lt, le, gt, ge], ids=lambda each: each.__name__)
def test_money_and_a_bare_number_do_not_mix(operate: Callable[[Any, Any], object]) -> None:
    for one, other in ((Money.of(5, "EUR"), 5), (5, Money.of(5, "EUR")), (Money.of(5, "EUR"), None)):
        with pytest.raises(TypeError):
            operate(one, other)


def test_money_multiplies_by_exact_numbers_alone() -> None:
    assert Money.of("2.50", "EUR") * 3 == Money.of("7.50", "EUR")
    assert Money.of("2.50", "EUR") * Decimal("0.1") == Money.of("0.25", "EUR")
    with pytest.raises(ValueError, match=r"^write an exact number as int, Decimal or text, not as float$"):
        Money.of(5, "EUR") * 0.5  # type: ignore[operator]


def test_a_sum_past_the_bounds_is_refused() -> None:
    with pytest.raises(ValidationError, match="a number lies between"):
        Money.of(999_999_999_999_999, "JPY") + Money.of(1, "JPY")


def test_nothing_is_nothing_whatever_its_sign() -> None:
    assert str(Money.of("-0", "EUR").amount) == "0.00"


def test_money_prints_with_thousands() -> None:
    assert str(Money.of("1234567.5", "EUR")) == "1,234,567.50 EUR"


@given(MONEY)
def test_money_survives_json_and_pickle(money: Money) -> None:
    read_back = Money.model_validate_json(money.model_dump_json()), pickle.loads(pickle.dumps(money))  # noqa: S301
    assert read_back == (money, money)
    assert {hash(each) for each in read_back} == {hash(money)}


# -- frozen mappings ----------------------------------------------------------------------------------------


def test_a_frozen_map_never_changes() -> None:
    frozen = FrozenMap({"a": 1})
    with pytest.raises(TypeError):
        frozen["a"] = 2  # type: ignore[index]
    with pytest.raises(TypeError):
        del frozen["a"]  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"^a FrozenMap never changes: make a new one$"):
        frozen._items = {}
    with pytest.raises(AttributeError, match=r"^a FrozenMap never changes: make a new one$"):
        del frozen._items
    with pytest.raises(AttributeError, match=r"^a FrozenMap never changes: make a new one$"):
        frozen.other = 1
    assert frozen == {"a": 1}


def test_a_frozen_map_keeps_nothing_of_the_mapping_it_was_made_of() -> None:
    source = {"a": 1}
    frozen = FrozenMap(source)
    source["a"] = 2
    assert frozen["a"] == 1


def test_a_frozen_map_is_made_once() -> None:
    frozen = FrozenMap({"a": 1})
    frozen.__init__({"b": 2})  # type: ignore[misc]
    assert frozen == {"a": 1}


def test_a_frozen_map_equals_what_holds_the_same_whatever_the_order() -> None:
    one, other = FrozenMap({"a": 1, "b": 2}), FrozenMap({"b": 2, "a": 1})
    assert (one == other, hash(one) == hash(other)) == (True, True)
    assert one == OrderedDict(b=2, a=1)
    assert one != FrozenMap({"a": 1})
    assert one != [("a", 1), ("b", 2)]


def test_an_empty_frozen_map_needs_nothing() -> None:
    assert [*FrozenMap[int]()] == []
    assert not FrozenMap[int](None)


def test_a_frozen_map_survives_copies_and_pickle() -> None:
    frozen = FrozenMap({"a": (1, FrozenMap({"b": 2}))})
    copies = copy.copy(frozen), copy.deepcopy(frozen), pickle.loads(pickle.dumps(frozen))  # noqa: S301
    assert copies == (frozen,) * 3
    assert {hash(each) for each in copies} == {hash(frozen)}


def test_a_frozen_map_shows_what_it_holds() -> None:
    assert repr(FrozenMap({"a": 1})) == "FrozenMap({'a': 1})"


class Holder(Frozen):
    """A host's model with a frozen mapping."""

    numbers: FrozenMap[int] = FrozenMap[int]()
    anything: FrozenMap = FrozenMap()  # type: ignore[type-arg]


def test_a_frozen_map_in_a_model_is_read_from_any_mapping_and_checked() -> None:
    assert Holder(numbers=OrderedDict(a="1")).numbers == {"a": 1}  # type: ignore[arg-type]
    assert Holder(anything={"a": [1]}).anything == {"a": [1]}  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="Input should be a valid integer"):
        Holder.model_validate({"numbers": {"a": "x"}})
    with pytest.raises(ValidationError, match="Input should be a valid dictionary"):
        Holder.model_validate({"numbers": [("a", 1)]})
    with pytest.raises(ValidationError, match=r"text may not hold the character U\+0000 at position 0"):
        Holder.model_validate({"numbers": {"\0": 1}})


def test_a_frozen_map_in_a_model_survives_json() -> None:
    holder = Holder.model_validate({"numbers": {"a": 1}, "anything": {"b": None}})
    assert Holder.model_validate_json(holder.model_dump_json()) == holder
    assert holder.model_dump() == {"numbers": {"a": 1}, "anything": {"b": None}}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_thawing_undoes_freezing(data: object) -> None:
    frozen = freeze(data)
    assert thaw(frozen) == data
    assert hash(frozen) == hash(freeze(data))


# -- free fields --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["text\nof two lines", 5, -1.5, True, False, None, 10**15 - 1])
def test_a_free_field_keeps_a_scalar_as_it_is(value: object) -> None:
    kept = read(Scalar, value)
    assert (kept, type(kept)) == (value, type(value))


@pytest.mark.parametrize(
    "wrong",
    [float("nan"), float("inf"), 1e15, 10**15, -(10**15), 10**100_000, Decimal(1), [1], {"a": 1}, b"a", NOON, object()],
    ids=["nan", "inf", "1e15", "10^15", "-10^15", "10^100000", "decimal", "list", "dict", "bytes", "time", "object"],
)
def test_a_free_field_holds_no_other_value(wrong: object) -> None:
    expected = "a free field holds text, a number between -10^15 and 10^15, true, false or null"
    assert reason(Scalar, wrong) == expected


@pytest.mark.parametrize("wrong", ["\0", "\ud800", "x" * 20_001], ids=shown)
def test_the_text_of_a_free_field_is_clean_and_bounded(wrong: str) -> None:
    assert reason(Scalar, wrong)


def test_a_free_field_says_its_forms_in_json_schema() -> None:
    assert TypeAdapter(Scalar).json_schema() == {"type": ["string", "number", "boolean", "null"]}


# -- models -------------------------------------------------------------------------------------------------


def test_an_actor_has_an_id_and_roles() -> None:
    assert Actor(id="u-7", roles=("rep",)) == Actor.model_validate({"id": "u-7", "roles": ["rep"]})


@pytest.mark.parametrize("model", [Money.of(5, "EUR"), Actor(id="u-7"), Activity(kind="call", at=NOON)])
def test_values_never_change_and_take_no_unknown_field(model: BaseModel) -> None:
    name = next(iter(type(model).model_fields))
    with pytest.raises(ValidationError, match="Instance is frozen"):
        setattr(model, name, "x")
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        type(model).model_validate({**dict(model), "unknown": 1})


def test_two_keys_that_are_one_in_nfc_are_refused_and_none_is_lost() -> None:
    composed_e, taken_apart = "\u00e9", "e\u0301"
    assert reason(FrozenMap[Text], {composed_e: "x", taken_apart: "y"}) == f"the key {taken_apart!r} stands twice"
    assert read(FrozenMap[Text], {taken_apart: "x", "e": "y"}) == {composed_e: "x", "e": "y"}


def test_freezing_and_thawing_leave_alone_what_is_no_json() -> None:
    frozen = freeze([Decimal(5), {"at": (None, 1.5)}])
    assert frozen == (Decimal(5), FrozenMap({"at": (None, 1.5)}))
    assert thaw(frozen) == [Decimal(5), {"at": [None, 1.5]}]


def every(value: object) -> Iterator[object]:
    """Yield what is in JSON data, and the data itself."""
    yield value
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    for each in inside:
        yield from every(each)


@given(JSON)
def test_what_is_settled_is_what_is_frozen_and_is_known_to_be(data: Any) -> None:
    once = settled(data)
    assert (once, hash(once)) == (freeze(data), hash(freeze(data)))
    assert {type(each) for each in every(once)}.isdisjoint({dict, list, FrozenMap})
    assert pickle.loads(pickle.dumps(once)) == copy.deepcopy(once) == once  # noqa: S301
    again = settled(once)
    assert again is once if isinstance(data, dict) else again == once


def test_what_is_no_json_is_settled_as_it_is() -> None:
    assert settled({"at": [NOON, Decimal(5)]}) == {"at": (NOON, Decimal(5))}
