"""Application: what a record is after an update, whatever class the host has made of it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any

import pytest
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    field_validator,
    model_validator,
)

from acme import NEW, NOW, REP, asked, days, process, said, shown, sitting
from salesflow import Answer, LossReport, Money, MoveRefused, Offer, Opportunity, Qualification, present
from salesflow.records import RESERVED, Activity, Approval, Objection, Record


def refused(values: Any, record: Record = NEW, stage: str = "contact") -> list[str]:
    """Return why an update is refused; nothing of the record has changed then."""
    template = process(record=type(record))
    there = sitting(template, stage, record)
    before = there.model_dump_json()
    with pytest.raises(MoveRefused) as caught:
        template.update(there, values, at=days(1))
    assert there.model_dump_json() == before
    assert said(template.check(there, to="talk", at=days(1), update=values)) == said(caught.value.verdict)
    return said(caught.value.verdict)


def updated(values: dict[str, Any], record: Record = NEW) -> Any:
    template = process(record=type(record))
    return template.update(sitting(template, "contact", record), values, at=days(1))


# -- what may be set ----------------------------------------------------------------------------------------


def test_an_update_sets_fields_and_leaves_a_change_with_their_json_form() -> None:
    after = updated({"amount": {"amount": "5", "currency": "EUR"}, "offer": Offer(months=12), "fields": {"x": 1}})
    assert (after.amount, after.offer, after.fields) == (Money.of(5, "EUR"), Offer(months=12), {"x": 1})
    change = after.history[-1]
    assert (change.kind, change.source, change.target, change.number) == ("updated", "contact", "contact", 2)
    assert change.set == {
        "amount": {"amount": "5.00", "currency": "EUR"},
        "offer": {"items": (), "price": None, "months": 12, "sent_at": None},
        "fields": {"x": 1},
    }
    assert hash(change)


def test_an_update_of_nothing_is_a_change_of_nothing() -> None:
    assert updated({}).history[-1].set == {}


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_what_templates_set_no_update_sets(name: str) -> None:
    assert refused({name: getattr(NEW, name)}) == [f"{name} is set by templates alone [update.reserved.{name}]"]


def test_every_field_that_cannot_be_set_is_named() -> None:
    assert refused({"stage": "won", "history": (), "names": "x", "zebra": 1, "amount": 5, "name": "fine"}) == [
        "stage is set by templates alone [update.reserved.stage]",
        "history is set by templates alone [update.reserved.history]",
        "there is no field 'names'; 'name' is near [update.unknown.names]",
        "there is no field 'zebra' [update.unknown.zebra]",
        "amount cannot be set: Input should be a valid dictionary or instance of Money [update.invalid.amount]",
    ]


def test_an_error_deeper_down_names_its_place() -> None:
    assert refused({"offer": {"items": [{"name": "a\0"}]}}) == [
        (
            "offer cannot be set: text may not hold the character U+0000 at position 1 @ items.0.name"
            " [update.invalid.offer]"
        )
    ]


@pytest.mark.parametrize(
    "values", [5, "name", ["name"], {"name"}, (("name", "x"),), object()], ids=lambda value: type(value).__name__
)
def test_an_update_is_a_mapping(values: object) -> None:
    kind = type(values).__name__
    assert refused(values) == [f"update cannot be set: fields by name are wanted, not {kind} [update.invalid.update]"]


@pytest.mark.parametrize(
    "name", [5, None, ("name",), b"name", "\ud800", "x" * 10**6, "kind", "model_fields", "__class__"], ids=shown
)
def test_nothing_but_a_field_s_name_names_a_field(name: object) -> None:
    (reason,) = refused({name: 1})
    assert reason.startswith("there is no field ")
    assert (len(reason) < 500, reason.isprintable()) == (True, True)


# -- what only grows ----------------------------------------------------------------------------------------

DEMO, CALL = Activity(kind="demo", at=NOW), Activity(kind="call", at=NOW)
PRICE = Objection(id="price", raised_at=NOW)
YES = Approval(what="x", granted=True, at=NOW, by=REP)
NEED = Answer(criterion="need", certainty="claimed", at=NOW)
FULL = Opportunity(
    id="D-1", activities=(DEMO,), objections=(PRICE,), approvals=(YES,), qualification=Qualification(answers=(NEED,))
)
GROWN: list[dict[str, Any]] = [
    {"activities": (DEMO, CALL)},
    {"objections": (PRICE, Objection(id="law", raised_at=days(1)))},
    {"objections": (PRICE.model_copy(update={"resolved_at": days(1), "resolution": "a discount"}),)},
    {"approvals": (YES, YES)},
    {"qualification": Qualification(answers=(NEED, NEED))},
    {"activities": (DEMO,)},
]
CUT: list[dict[str, Any]] = [
    {"activities": ()},
    {"activities": (CALL,)},
    {"activities": (CALL, DEMO)},
    {"objections": (PRICE.model_copy(update={"text": "other"}),)},
    {"objections": (PRICE.model_copy(update={"resolution": "said, and not when"}),)},
    {"objections": (PRICE.model_copy(update={"resolved_at": NOW, "raised_at": days(-1)}),)},
    {"approvals": (YES.model_copy(update={"granted": False}),)},
    {"qualification": Qualification()},
    {"qualification": Qualification(answers=(NEED.model_copy(update={"certainty": "no"}),))},
]


@pytest.mark.parametrize("values", GROWN, ids=lambda values: next(iter(values)) + str(len(str(values))))
def test_what_is_known_may_grow_and_an_objection_be_resolved(values: dict[str, Any]) -> None:
    ((name, value),) = values.items()
    assert getattr(updated(values, FULL), name) == value


@pytest.mark.parametrize("values", CUT, ids=lambda values: next(iter(values)) + str(len(str(values))))
def test_what_was_known_is_never_cut_nor_changed(values: dict[str, Any]) -> None:
    (name,) = values
    assert refused(values, FULL) == [
        f"{name} is added to and never cut: what was on record must stay [update.cut.{name}]"
    ]


def test_a_resolved_objection_stays_as_it_was_resolved() -> None:
    resolved = PRICE.model_copy(update={"resolved_at": NOW})
    record = NEW.model_copy(update={"objections": (resolved,)})
    assert refused({"objections": (PRICE,)}, record)
    assert refused({"objections": (resolved.model_copy(update={"resolved_at": days(1)}),)}, record)


# -- the host's own class -----------------------------------------------------------------------------------


@dataclass
class Place:
    """A part of a host's that is a dataclass."""

    city: str = ""


class Buyer(BaseModel):
    """A part of a host's that is a model."""

    name: str = ""


class Typed(Opportunity):
    """A deal with fields of many types."""

    score: float | None = None
    tags: tuple[str, ...] = ()
    colours: list[str] = Field(default_factory=list)
    labels: set[str] = Field(default_factory=set)
    nested: dict[str, dict[str, int]] = Field(default_factory=dict)
    buyer: Buyer | None = None
    place: Place | None = None
    size: Annotated[int, Field(ge=0)] = 0


TYPED: dict[str, Any] = {
    "score": 0.1,
    "tags": ("a", "b"),
    "colours": ["red"],
    "labels": {"x"},
    "nested": {"a": {"b": 1}},
    "buyer": Buyer(name="x"),
    "place": Place("Paris"),
    "size": 5,
}


@pytest.mark.parametrize("name", TYPED)
def test_a_field_of_the_host_s_own_is_set_recorded_and_replayed(name: str) -> None:
    after = updated({name: TYPED[name]}, Typed(id="D-1"))
    assert getattr(after, name) == TYPED[name]
    assert process(record=Typed).replay(Typed(id="D-1"), after.history) == after


def test_a_record_that_starts_with_fields_of_the_host_s_own_is_replayed() -> None:
    template = process(record=Typed)
    started = template.start(Typed.model_validate({"id": "D-1", **TYPED}), at=NOW)
    assert template.replay(Typed(id="D-1"), started.history) == started


def test_constraints_of_the_host_s_own_fields_hold() -> None:
    assert refused({"size": -1}, Typed(id="D-1")) == [
        "size cannot be set: Input should be greater than or equal to 0 [update.invalid.size]"
    ]


@pytest.mark.parametrize("number", [float("nan"), float("inf")], ids=str)
def test_what_the_class_refuses_no_update_sets(number: float) -> None:
    assert refused({"score": number}, Typed(id="D-1"))


def test_a_tuple_of_the_host_s_own_may_shrink() -> None:
    assert updated({"tags": ()}, Typed(id="D-1", tags=("a",))).tags == ()


class Bounded(Opportunity):
    """A deal whose class bounds text by its configuration."""

    model_config = ConfigDict(str_max_length=5)
    note: str = ""


def test_the_configuration_of_the_class_holds() -> None:
    assert refused({"note": "x" * 6}, Bounded(id="D-1"))


class Careful(Opportunity):
    """A deal with validators of every kind."""

    email: str = ""
    checked: int = 0

    @field_validator("email")
    @classmethod
    def _lower(cls, value: str) -> str:
        if value and "@" not in value:
            raise ValueError("an e-mail has an @")
        return value.lower()

    @model_validator(mode="after")
    def _won_with_amount(self) -> "Careful":
        if self.stage == "won" and self.amount is None:
            raise ValueError("a won deal has an amount")
        return self


def test_a_subclass_s_own_validators_hold_after_every_move() -> None:
    template = process(record=Careful)
    there = sitting(template, "deal", Careful(id="D-1"))
    verdict = template.check(there, to="won", at=days(1))
    assert said(verdict) == ["the record would break its own class: a won deal has an amount [record.broken]"]
    assert verdict.kind == "won"
    won = template.move(there, to="won", at=days(1), update={"amount": Money.of(5, "EUR")})
    assert (won.stage, type(won)) == ("won", Careful)


def test_a_subclass_s_own_validators_hold_after_every_update_and_adoption() -> None:
    assert refused({"email": "x"}, Careful(id="D-1")) == [
        "email cannot be set: an e-mail has an @ [update.invalid.email]"
    ]
    with pytest.raises(MoveRefused, match="a won deal has an amount"):
        sitting(process(record=Careful), "won", Careful(id="D-1"))


def test_what_a_subclass_s_validators_make_of_a_field_is_what_the_history_keeps() -> None:
    after = updated({"email": "A@B"}, Careful(id="D-1"))
    assert after.email == "a@b"
    assert process(record=Careful).replay(Careful(id="D-1"), after.history) == after


class Ordered(Opportunity):
    """A deal with a law about two of its fields, and a validator that breaks."""

    low: int = 0
    high: int = 9

    @field_validator("low")
    @classmethod
    def _not_seven(cls, value: int) -> int:
        if value == 7:
            raise RuntimeError("seven")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> "Ordered":
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


def test_a_law_of_several_fields_is_no_fault_of_one() -> None:
    assert refused({"low": 10}, Ordered(id="D-1")) == [
        "the record would break its own class: low is above high [record.broken]"
    ]
    assert updated({"low": 10, "high": 11}, Ordered(id="D-1")).low == 10


def test_every_field_that_the_class_refuses_is_named() -> None:
    assert [each.rpartition(" ")[2] for each in refused({"low": "x", "high": "y", "zebra": 1}, Ordered(id="D-1"))] == [
        "[update.unknown.zebra]",
        "[update.invalid.low]",
        "[update.invalid.high]",
    ]


def test_a_field_that_was_broken_before_is_told_with_its_name() -> None:
    template = process(record=Ordered)
    there = sitting(template, "contact", Ordered(id="D-1")).model_copy(update={"high": "x"})
    (reason,) = said(template.check(there, to="talk", at=days(1), update={"low": 1}))
    assert reason.startswith("the record would break its own class: ")
    assert reason.endswith(" @ high [record.broken]")


def test_whatever_a_validator_raises_in_an_update_is_a_reason() -> None:
    assert refused({"low": 7}, Ordered(id="D-1")) == [
        "the record would break its own class: RuntimeError: seven [record.broken]"
    ]


def test_what_a_self_validating_class_refuses_deeper_down_is_told_with_its_place() -> None:
    assert refused({"offer": {"items": [{"name": "a\0"}]}}, Ordered(id="D-1")) == [
        (
            "offer cannot be set: text may not hold the character U+0000 at position 1 @ items.0.name"
            " [update.invalid.offer]"
        )
    ]


def complain(value: str) -> str:
    raise ValueError("no " * 1000)


class Talkative(Opportunity):
    """A deal whose validator says very much."""

    word: Annotated[str, AfterValidator(complain)] = ""


def test_what_a_validator_says_is_cut() -> None:
    (reason,) = refused({"word": "x"}, Talkative(id="D-1"))
    assert 400 < len(reason) < 500


class Reading(Opportunity):
    """A deal whose class reads what is not yet of the right type."""

    phone: str = ""

    @field_validator("phone", mode="before")
    @classmethod
    def _text(cls, value: object) -> str:
        return str(value)


def test_what_a_class_reads_an_update_reads() -> None:
    assert updated({"phone": 123}, Reading(id="D-1", phone=5)).phone == "123"  # type: ignore[arg-type]


class Initialised(Opportunity):
    """A deal that looks at itself when it is made."""

    def model_post_init(self, _: Any, /) -> None:
        if self.stage == "won":
            raise RuntimeError("not today")


def test_whatever_a_subclass_raises_is_a_reason() -> None:
    template = process(record=Initialised)
    there = sitting(template, "deal", Initialised(id="D-1"))
    assert said(template.check(there, to="won", at=days(1))) == [
        "the record would break its own class: RuntimeError: not today [record.broken]"
    ]


def explode(value: object) -> object:
    raise TypeError("boom")


class Explosive(Opportunity):
    """A deal with a field whose validator is broken."""

    bomb: Annotated[int | None, AfterValidator(explode)] = None


def test_a_validator_that_breaks_is_a_reason() -> None:
    assert refused({"bomb": 1}, Explosive(id="D-1")) == ["bomb cannot be set: TypeError: boom [update.invalid.bomb]"]


class Named(Opportunity):
    """A deal with an alias and a validator."""

    size: int = Field(default=0, alias="dealSize", ge=0)

    @model_validator(mode="after")
    def _any(self) -> "Named":
        return self


def test_a_field_with_an_alias_moves_with_its_record() -> None:
    record = Named.model_validate({"id": "D-1", "dealSize": 5})
    assert sitting(process(record=Named), "contact", record).size == 5
    assert updated({"size": 6}, record).size == 6


def test_a_field_with_an_alias_is_refused_by_its_name() -> None:
    assert refused({"size": -1}, Named(id="D-1")) == [
        "size cannot be set: Input should be greater than or equal to 0 [update.invalid.size]"
    ]


class ManyNamed(Opportunity):
    """A deal with several aliases of one field, and a validator."""

    size: int = Field(default=0, validation_alias=AliasChoices("dealSize", "deal_size"))

    @model_validator(mode="after")
    def _any(self) -> "ManyNamed":
        return self


def test_a_field_with_several_aliases_moves_with_its_record() -> None:
    record = ManyNamed.model_validate({"id": "D-1", "deal_size": 5})
    assert sitting(process(record=ManyNamed), "contact", record).size == 5


class Dumped(Opportunity):
    """A deal that is written under the aliases of its fields."""

    model_config = ConfigDict(serialize_by_alias=True)
    size: int = Field(default=0, alias="dealSize")


def test_a_class_that_is_written_by_alias_is_kept_by_name() -> None:
    template = process(record=Dumped)
    there = sitting(template, "contact", Dumped.model_validate({"id": "D-1", "dealSize": 5}))
    assert there.history[0].set == {"size": 5}
    assert template.replay(Dumped(id="D-1"), there.history) == there


class Private(Opportunity):
    """A deal with something private."""

    _seen: int = PrivateAttr(0)


class PrivateAndCareful(Private):
    """A deal with something private and a validator."""

    @model_validator(mode="after")
    def _any(self) -> "PrivateAndCareful":
        return self


@pytest.mark.parametrize("cls", [Private, PrivateAndCareful], ids=lambda cls: cls.__name__)
def test_what_is_private_moves_with_its_record(cls: type[Private]) -> None:
    record = cls(id="D-1", name="x")
    record._seen = 7
    template = process(record=cls)
    there = sitting(template, "contact", record)
    after = template.update(there, {"owner": "u-7"}, at=days(1))
    assert [there._seen, after._seen, template.move(after, to="talk", at=days(2))._seen] == [7, 7, 7]
    assert {"id", "name", "owner"} <= after.model_fields_set
    assert "lead" not in after.model_fields_set


@pytest.mark.parametrize("cls", [Private, PrivateAndCareful], ids=lambda cls: cls.__name__)
def test_what_is_private_is_not_shared(cls: type[Private]) -> None:
    record = cls(id="D-1")
    record._seen = 7
    there = sitting(process(record=cls), "contact", record)
    there._seen = 8
    assert record._seen == 7


class Extra(Opportunity):
    """A deal that takes whatever it is given."""

    model_config = ConfigDict(extra="allow")


def test_extra_fields_move_with_their_record() -> None:
    there = sitting(process(record=Extra), "contact", Extra.model_validate({"id": "D-1", "mood": "good"}))
    assert there.model_extra == {"mood": "good"}
    assert said(process(record=Extra).check(there, to="talk", at=days(1), update={"mood": "bad"})) == [
        "there is no field 'mood' [update.unknown.mood]"
    ]


class Cached(Opportunity):
    """A deal that works something out and keeps it."""

    @cached_property
    def priced(self) -> str:
        return str(self.amount)


def test_what_a_record_worked_out_does_not_go_stale() -> None:
    record = Cached(id="D-1")
    assert record.priced == "None"
    template = process(record=Cached)
    after = template.update(sitting(template, "contact", record), {"amount": Money.of(5, "EUR")}, at=days(1))
    assert (after.priced, record.priced) == ("5.00 EUR", "None")
    assert template.replay(Cached(id="D-1"), after.history).amount == after.amount


class Handle:
    """Something that is no data."""


class Holding(Opportunity):
    """A deal that holds something that is no data."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    handle: Handle | None = None


def test_a_field_without_a_json_form_is_a_reason() -> None:
    template = process(record=Holding)
    there = sitting(template, "contact", Holding(id="D-1"))
    verdict = template.check(there, to="talk", at=days(1), update={"handle": Handle()})
    assert [each.code for each in verdict.refusals] == ["record.broken"]
    held = Holding(id="D-1", handle=Handle())
    calls: list[Callable[[], object]] = [
        lambda: template.move(there, to="talk", at=days(1), update={"handle": Handle()}),
        lambda: template.update(there, {"handle": Handle()}, at=days(1)),
        lambda: template.adopt(held, stage="talk", at=NOW),
        lambda: template.start(held, at=NOW),
    ]
    for call in calls:
        with pytest.raises(MoveRefused) as caught:
            call()
        assert [each.code for each in caught.value.verdict.refusals] == ["record.broken"]


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("x", 5), (5, "EUR"), (Decimal("NaN"), "EUR"), (Decimal("5.005"), "EUR"), (Decimal(5), "eur")],
)
def test_money_put_together_behind_its_class_is_refused_or_made_exact(amount: Any, currency: Any) -> None:
    template = process()
    there = sitting(template, "contact")
    assert template.check(there, to="talk", at=days(1))
    forged = Money.model_construct(amount=amount, currency=currency)
    assert not template.check(there, to="talk", at=days(1), update={"amount": forged})
    rough = Money.model_construct(amount=Decimal(5), currency="EUR")
    moved = template.move(there, to="talk", at=days(1), update={"amount": rough})
    assert dict(moved.history[-1].set["amount"]) == {"amount": "5.00", "currency": "EUR"}


def test_what_is_no_record_is_refused_with_an_update_too() -> None:
    with pytest.raises(MoveRefused, match="this template moves Opportunity, not str"):
        process().move("no record", to="talk", at=NOW, update={"name": "Acme"})


# -- what a move leaves behind ------------------------------------------------------------------------------


def test_reopening_clears_what_closing_set_and_counts_and_keeps_it_in_the_history() -> None:
    template = process(reopen_to=("talk",))
    lost = template.move(sitting(template, "offer"), to="lost", at=days(1), update={"loss": LossReport(reason="price")})
    assert (lost.closed_at, lost.left, lost.loss) == (days(1), "offer", LossReport(reason="price"))
    back = template.move(lost, to="talk", at=days(2), ground="they called")
    assert (back.closed_at, back.left, back.loss, back.reopenings) == (None, None, None, 1)
    assert [dict(change.set) for change in back.history[1:]] == [
        {"loss": {"reason": "price", "competitor": "", "account": "", "lesson": ""}},
        {"loss": None},
    ]
    again = template.move(template.move(back, to="lost", at=days(3)), to="talk", at=days(4), ground="again")
    assert again.reopenings == 2


def test_a_loss_report_given_while_reopening_stays() -> None:
    template = process(reopen_to=("talk",))
    back = template.move(sitting(template, "lost"), to="talk", at=days(1), ground="x", update={"loss": {"reason": "y"}})
    assert back.loss == LossReport(reason="y")
    assert template.move(sitting(template, "lost"), to="talk", at=days(1), ground="x").history[-1].set == {}


def test_holding_remembers_the_stage_that_was_left_and_resuming_forgets_it() -> None:
    template = process()
    held = template.move(sitting(template, "offer"), to="wait", at=days(1))
    assert (held.left, held.closed_at) == ("offer", None)
    assert template.move(held, to="offer", at=days(2)).left is None
    assert template.move(held, to="lost", at=days(2)).left == "offer"


def test_an_update_moves_nothing() -> None:
    template = process()
    held = template.move(sitting(template, "offer"), to="wait", at=days(1))
    after = template.update(held, {"name": "x"}, at=days(2))
    assert (after.stage, after.left, after.closed_at) == ("wait", "offer", None)


def test_a_move_with_an_update_is_one_step_or_none() -> None:
    template = process({"talk": {"rules": (present("amount"), present("name"))}})
    there = sitting(template, "contact")
    with pytest.raises(MoveRefused):
        template.move(there, to="talk", at=days(1), update={"amount": Money.of(5, "EUR")})
    assert (there.amount, len(there.history)) == (None, 1)
    moved = template.move(there, to="talk", at=days(1), update={"amount": Money.of(5, "EUR"), "name": "x"})
    assert (moved.stage, moved.name, len(moved.history)) == ("talk", "x", 2)
    assert set(moved.history[-1].set) == {"amount", "name"}


def test_a_rule_sees_the_record_as_the_update_would_leave_it() -> None:
    assert asked(present("name"), update={"name": "x"})
    assert not asked(present("name"), Opportunity(id="D-1", name="x"), update={"name": ""})
