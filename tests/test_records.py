"""Records: they take what is right, survive every copy, and never change."""

import copy
import pickle
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from acme import BOSS, NOW, days, process, shown, sitting
from salesflow import Answer, Customer, Lead, LossReport, Money, Offer, Opportunity, Qualification
from salesflow.records import KINDS, RESERVED, Activity, Approval, Item, Objection, Record


def rich() -> Opportunity:
    return Opportunity(
        id="D-1",
        name="Acme, 40 seats",
        owner="u-7",
        amount=Money.of("10000.50", "EUR"),
        qualification=Qualification(answers=(Answer(criterion="need", certainty="verified", at=NOW),)),
        activities=(Activity(kind="demo", at=NOW, duration=timedelta(minutes=45), note="two\nlines"),),
        objections=(Objection(id="price", raised_at=NOW, resolved_at=days(1)),),
        approvals=(Approval(what="discount", granted=True, at=NOW, by=BOSS),),
        loss=LossReport(reason="price", competitor="Other"),
        fields={"seats": 40, "rate": 0.1, "vip": True, "note": "x", "gone": None},  # type: ignore[arg-type]
        offer=Offer(
            items=(Item(name="seat", quantity=Decimal("2.5"), price=Money.of(5, "EUR")),), months=12, sent_at=NOW
        ),
        expected_close=date(2026, 3, 1),
    )


def started(record: Record) -> Any:
    template = process(record=type(record))
    return template.move(template.start(record, at=NOW, by=BOSS), to="talk", at=days(1), update={"name": "new"})


RECORDS = {
    "lead": Lead(id="L-1", email="a@b.c", referred_by="C-1"),
    "opportunity": rich(),
    "customer": Customer(id="C-1", contract_end=date(2027, 1, 1)),
    "moved lead": started(Lead(id="L-1")),
    "moved opportunity": started(rich()),
    "moved customer": started(Customer(id="C-1")),
}


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_a_record_survives_json_pickle_and_copies(record: Record) -> None:
    copies = (
        type(record).model_validate_json(record.model_dump_json()),
        type(record).model_validate(record.model_dump()),
        pickle.loads(pickle.dumps(record)),  # noqa: S301
        copy.deepcopy(record),
        copy.copy(record),
    )
    assert copies == (record,) * 5
    assert {hash(each) for each in copies} == {hash(record)}


def test_numbers_do_not_pass_through_floats() -> None:
    assert '"amount":"10000.50"' in rich().model_dump_json()
    assert '"quantity":"2.5"' in rich().model_dump_json()


def test_free_fields_stay_what_they_are() -> None:
    read = Opportunity.model_validate_json(rich().model_dump_json()).fields
    assert [(name, type(value)) for name, value in read.items()] == [
        ("seats", int),
        ("rate", float),
        ("vip", bool),
        ("note", str),
        ("gone", type(None)),
    ]


@pytest.mark.parametrize("name", [*Record.model_fields, "offer", "unknown"])
def test_a_record_never_changes(name: str) -> None:
    record = rich()
    with pytest.raises(ValidationError):
        setattr(record, name, None)
    assert record == rich()


def test_each_kind_knows_its_name() -> None:
    assert {name: cls.kind for name, cls in KINDS.items()} == {name: name for name in KINDS}


def test_what_templates_set_are_fields_of_every_record() -> None:
    assert set(Record.model_fields) >= RESERVED


@pytest.mark.parametrize(
    ("raised", "resolved", "stands"),
    [(0, None, True), (1, None, False), (0, 1, True), (-2, 0, False), (-2, -1, False)],
    ids=["open", "later", "not yet", "just now", "long ago"],
)
def test_an_objection_stands_from_its_raising_to_its_resolution(
    raised: float, resolved: float | None, stands: bool
) -> None:
    objection = Objection(id="o", raised_at=days(raised), resolved_at=None if resolved is None else days(resolved))
    assert objection.open_at(NOW) is stands


WRONG = [
    {"id": ""},
    {"id": 5},
    {"id": "a\0"},
    {"id": "x" * 129},
    {"name": "a\nb"},
    {"name": "x" * 501},
    {"amount": 5},
    {"amount": {"amount": 1.5, "currency": "EUR"}},
    {"fields": {"a": [1]}},
    {"fields": {"a": float("nan")}},
    {"fields": {"\ud800": 1}},
    {"fields": 5},
    {"activities": 5},
    {"activities": [{"kind": "call"}]},
    {"activities": [{"kind": "call", "at": "2026-01-05T00:00:00"}]},
    {"offer": {"months": 0}},
    {"offer": {"months": 10**5000}},
    {"offer": {"items": [{"name": "a", "quantity": 0}]}},
    {"offer": {"items": [{"name": "a", "quantity": Decimal("1e999999999")}]}},
    {"offer": {"items": [{"name": "a", "quantity": 1.5}]}},
    {"expected_close": "soon"},
    {"reopenings": -1},
    {"changes_before": -1},
    {"history": [5]},
    {"kind": "opportunity"},
    {"unknown": 1},
]


@pytest.mark.parametrize("wrong", WRONG, ids=shown)
def test_a_half_right_record_is_refused_with_an_error_that_can_be_printed(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as caught:
        Opportunity.model_validate({"id": "D-1", **wrong})
    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize(
    "wrong",
    [86_400, "86400", "1767571200", "0000086400", Decimal(86_400), "20260105", "2026-01-05T00:00:00", NOW, True],
    ids=shown,
)
def test_a_number_or_a_time_is_no_date(wrong: object) -> None:
    with pytest.raises(ValidationError):
        Opportunity.model_validate({"id": "D-1", "expected_close": wrong})


@pytest.mark.parametrize("day", [date(2026, 1, 5), "2026-01-05"], ids=shown)
def test_a_day_is_a_date_or_its_text(day: Any) -> None:
    assert Opportunity(id="D-1", expected_close=day).expected_close == date(2026, 1, 5)
    assert Customer(id="C-1", contract_end=day).contract_end == date(2026, 1, 5)


@pytest.mark.parametrize("wrong", ["12", 12.0, Decimal(12), True], ids=shown)
def test_a_whole_number_is_an_int_and_nothing_that_could_be_turned_into_one(wrong: Any) -> None:
    with pytest.raises(ValidationError, match="valid integer"):
        Offer(months=wrong)


def test_what_was_on_record_cannot_be_reached_through_a_moved_one() -> None:
    before = rich()
    template = process()
    after = template.move(sitting(template, "contact", before), to="talk", at=days(1), update={"fields": {"seats": 1}})
    assert (before, before.fields["seats"], after.fields["seats"]) == (rich(), 40, 1)


@given(
    st.decimals(allow_nan=False, allow_infinity=False)
    | st.decimals("1e-14", "1e14")
    | st.sampled_from([Decimal("1e3"), Decimal("1e-9")])
)
def test_a_quantity_is_written_as_it_is_read(quantity: Decimal) -> None:
    try:
        item = Item(name="seat", quantity=quantity)
    except ValidationError:
        return
    assert Item.model_validate_json(item.model_dump_json()) == item
    assert item.quantity == quantity


def test_a_quantity_has_no_more_digits_than_can_be_read_back() -> None:
    with pytest.raises(ValidationError, match="a number is at most 64 characters of digits with a point"):
        Item(name="seat", quantity=Decimal("1." + "1" * 70))
