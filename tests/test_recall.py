"""Recall: what is read by hand is what pydantic reads, and what pydantic refuses is not read by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ConfigDict, ValidationError

from acme import BOSS
from laws.spoiling import spoilt
from salesflow import Answer, Customer, Lead, Money, Opportunity, Qualification, _apply
from salesflow._recall import readers
from salesflow.qualification import FOUR_CRITERIA
from salesflow.records import RESERVED, Activity, Approval, Record
from salesflow.testing._draw_records import complete, unstarted
from salesflow.testing._host import Deal
from salesflow.testing._strategies import SHIPPED, templates
from salesflow.values import FrozenMap, freeze

CLASSES: tuple[type[Record], ...] = (Lead, Opportunity, Customer, Deal)
ANSWER = {
    "criterion": "need",
    "certainty": "no",
    "at": "2026-01-05T09:00:00Z",
    "way": None,
    "evidence": "",
    "source": "",
    "by": None,
}
READ = (LookupError, TypeError, ValueError)
"""What a reader raises for a value that it leaves to pydantic."""


def known(value: Any) -> Any:
    """Return all that is to be known of a value: types, names set, order."""
    if isinstance(value, tuple):
        return [known(each) for each in value]
    if hasattr(value, "__pydantic_fields_set__"):
        fields = [(name, known(each)) for name, each in value.__dict__.items()]
        names = value.__pydantic_fields_set__
        return type(value), fields, type(names), names, value.__pydantic_extra__, value.__pydantic_private__
    return type(value), repr(value)


def agree(cls: type[Record], name: str, raw: Any, past: Any) -> None:
    """Assert that a value is read as pydantic reads it, or left to pydantic."""
    try:
        read = readers(cls)[name](raw, past)
    except READ:
        return
    try:
        expected = _apply.from_json(cls, name, raw)
    except ValidationError as error:
        raise AssertionError(f"{raw!r} was read as {read!r}") from error
    assert known(read) == known(expected)


@st.composite
def stored(draw: Any) -> tuple[type[Record], str, Any]:
    """A field of a record in its stored form."""
    record = draw(unstarted(draw(st.one_of(templates(), st.sampled_from(SHIPPED)))))
    cls: Any = type(record)
    name = draw(st.sampled_from(sorted(readers(cls))))
    return cls, name, _apply.as_json(record, {name: getattr(record, name)})[name]


@given(stored=stored(), data=st.data())
def test_what_is_read_by_hand_is_what_pydantic_reads(
    stored: tuple[type[Record], str, Any], data: st.DataObject
) -> None:
    cls, name, raw = stored
    past: Any = {}
    agree(cls, name, raw, past)
    for _ in range(4):
        # what was read before must not lend its values to what is only similar
        agree(cls, name, spoilt(raw, data), past)
        agree(cls, name, raw, past)


@pytest.mark.parametrize("cls", CLASSES)
def test_what_templates_write_is_read_by_hand_but_for_a_few_fields(cls: type[Record]) -> None:
    full = cls(id="D", **complete(cls, FOUR_CRITERIA))
    raw = _apply.as_json(full, {name: getattr(full, name) for name in cls.model_fields if name not in RESERVED})
    left = set()
    for name, each in raw.items():
        try:
            assert readers(cls)[name](each, {}) == getattr(full, name)
        except READ:
            left.add(name)
    assert left <= {"fields", "offer", "seats", "tags"}


def test_no_field_that_templates_set_is_read() -> None:
    assert not RESERVED & readers(Opportunity).keys()


def test_of_a_longer_listing_only_the_tail_is_read_again() -> None:
    read = readers(Opportunity)["qualification"]
    past: Any = {}
    at = "2026-01-05T09:00:00Z"
    first = Answer.model_validate({"criterion": "need", "certainty": "claimed", "at": at})
    second = first.model_copy(update={"criterion": "value"})
    raw = [freeze(Qualification(answers=each).model_dump(mode="json")) for each in [(first,), (first, second)]]
    one, two = (read(each, past) for each in raw)
    assert two == Qualification(answers=(first, second))
    assert two.answers[0] is one.answers[0]


def test_texts_are_read_whole_where_some_character_is_not_plain() -> None:
    call = Activity.model_validate({"kind": "démo", "at": "2026-01-05T09:00:00Z", "note": "line\nbreak"})
    raw = freeze([call.model_dump(mode="json")])
    assert readers(Lead)["activities"](raw, {}) == (call,)
    longer = freeze([call.model_copy(update={"duration": timedelta(hours=1)}).model_dump(mode="json")])
    with pytest.raises(READ):
        readers(Lead)["activities"](longer, {})


def test_a_class_with_a_configuration_of_its_own_is_left_to_pydantic() -> None:
    class Stripping(Opportunity):
        model_config = ConfigDict(str_strip_whitespace=True)

    with pytest.raises(READ):
        readers(Stripping)["name"]("Acme", {})


def test_money_is_read_in_the_form_in_which_it_is_written() -> None:
    read = readers(Opportunity)["amount"]
    assert read(freeze({"amount": "5.00", "currency": "EUR"}), {}) == Money.of(5, "EUR")
    for amount, currency in [("5", "JPY"), ("5.00", "eur"), ("-0.00", "EUR"), (5, "EUR"), ("5.00", None)]:
        with pytest.raises(READ):
            read(freeze({"amount": amount, "currency": currency}), {})


@pytest.mark.parametrize(
    ("cls", "name", "raw"),
    [
        (Opportunity, "owner", "A\u0308x"),
        (Opportunity, "qualification", freeze({"answers": [{**ANSWER, "certainty": "maybe"}]})),
        (Opportunity, "qualification", freeze({"answers": [{**ANSWER, "criterion": ""}]})),
        (Opportunity, "owner", 5),
        (Opportunity, "expected_close", "20260105"),
        (Opportunity, "qualification", freeze({"answers": {}})),
        (Opportunity, "qualification", freeze({"answers": [5]})),
        (Lead, "objections", freeze([{"id": "x", "raised_at": 5}])),
        (Lead, "loss", freeze({"reason": None, "competitor": "", "account": "", "lesson": ""})),
        (Lead, "loss", freeze({"reason": "x", "competitor": "x" * 501, "account": "", "lesson": ""})),
        (
            Lead,
            "activities",
            freeze([{"kind": "", "at": "2026-01-05T09:00:00Z", "by": None, "note": "", "duration": None}]),
        ),
        (Lead, "activities", freeze([{"kind": "x", "at": "2026-01-05", "by": None, "note": "", "duration": None}])),
    ],
)
def test_what_stands_in_another_form_is_left_to_pydantic(cls: Any, name: str, raw: Any) -> None:
    with pytest.raises(READ):
        readers(cls)[name](raw, {})


def test_nested_models_are_read_field_by_field() -> None:
    yes = {"what": "discount", "granted": True, "at": "2026-01-05T09:00:00Z", "note": ""}
    approval = Approval.model_validate({**yes, "by": BOSS})
    raw = freeze([approval.model_dump(mode="json")])
    assert readers(Lead)["approvals"](raw, {}) == (approval,)
    for odd in ({"granted": 1}, {"by": freeze({"id": "u", "roles": {}, "name": ""})}, {"at": 5}):
        with pytest.raises(READ):
            readers(Lead)["approvals"]((FrozenMap({**raw[0], **odd}),), {})
