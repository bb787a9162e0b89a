"""Live machines: a host's own objects, driven by a template."""

from __future__ import annotations

import asyncio
import gc
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from weakref import ref

import pytest
from pydantic import TypeAdapter
from sqlalchemy import JSON, Engine, String, create_engine, inspect
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, validates
from sqlalchemy.types import TypeDecorator

from acme import BOSS, NOW, REP, days, process
from salesflow import LossReport, Money, Move, MoveRefused, Stage, StageTemplate, machine_class, present
from salesflow.history import Change, TemplateRef
from salesflow.records import Opportunity

TEMPLATE = process(
    {
        "talk": {"rules": (present("amount"),), "aliases": ("Gespräch",)},
        "lost": {"rules": (present("loss.reason"),)},
    },
    skip="with_ground",
    reopen_to=("talk",),
    moves=(Move(sources=("offer",), target="won", name="Sign at once", roles=("director",)),),
)
DealMachine = machine_class(TEMPLATE)
EURO = Money.of(5, "EUR")

# -- three hosts --------------------------------------------------------------------------------------------


class PlainDeal:
    def __init__(self, id: int) -> None:
        self.id = id
        self.stage: str | None = None
        self.left: str | None = None
        self.amount: Money | None = None
        self.loss: LossReport | None = None
        self.history: tuple[Change, ...] = ()


@dataclass
class DataDeal:
    id: int
    stage: str = ""
    left: str | None = None
    amount: Money | None = None
    loss: LossReport | None = None
    history: list[Change] = field(default_factory=list)


class Stored(TypeDecorator[Any]):
    """A column of JSON that holds values of one type."""

    impl = JSON
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__(none_as_null=True)
        self.kind: TypeAdapter[Any] = TypeAdapter(kind)

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return None if value is None else self.kind.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return None if value is None else self.kind.validate_python(value)


class Base(DeclarativeBase):
    pass


class SqlDeal(Base):
    __tablename__ = "deals"

    id: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str | None] = mapped_column(String(128))
    left: Mapped[str | None] = mapped_column(String(128))
    amount: Mapped[Money | None] = mapped_column(Stored(Money))
    loss: Mapped[LossReport | None] = mapped_column(Stored(LossReport))
    history: Mapped[tuple[Change, ...]] = mapped_column(Stored(tuple[Change, ...]), default=())

    @validates("loss")
    def _no_gossip(self, _name: str, loss: LossReport | None) -> LossReport | None:
        if loss is not None and "gossip" in loss.reason:
            raise ValueError("no gossip")
        return loss


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite+pysqlite:///:memory:")
    Base.metadata.create_all(made)
    yield made
    made.dispose()


LOSS = LossReport(reason="price")
STORY: tuple[tuple[str, str | None, dict[str, Any]], ...] = (
    ("contact", "started", {}),
    ("talk", None, {}),
    ("talk", "advanced", {"update": {"amount": EURO}}),
    ("deal", None, {}),
    ("deal", "skipped", {"ground": "in a hurry"}),
    ("wait", "held", {}),
    ("deal", "resumed", {}),
    ("lost", None, {}),
    ("lost", "lost", {"update": {"loss": LOSS}}),
    ("won", None, {"ground": "x"}),
    ("talk", None, {}),
    ("talk", "reopened", {"ground": "they called"}),
    ("offer", "advanced", {}),
    ("Sign at once", None, {"by": REP}),
    ("Sign at once", "won", {"by": BOSS}),
    ("contact", None, {}),
)
TARGETS = {"Sign at once": "won"}


def tell(deal: Any, record: Opportunity, step: tuple[str, str | None, dict[str, Any]], day: int) -> Opportunity:
    """Take one step with a machine and with the template, and see that they agree; return the record after it."""
    name, kind, how = step
    asked = {"at": days(day), "by": REP, **how}
    verdict = TEMPLATE.check(record, to=TARGETS.get(name, name), **asked)
    machine = DealMachine(deal)
    if kind is None:
        with pytest.raises(MoveRefused) as refused:
            machine.send(name, **asked)
        assert refused.value.verdict == verdict
        assert machine.record == record
        return record
    change = machine.send(name, **asked)
    moved: Opportunity = TEMPLATE.move(record, to=TARGETS.get(name, name), **asked)
    assert (change.kind, deal.stage) == (kind, moved.stage)
    assert machine.record == moved
    return moved


@pytest.mark.parametrize("host", [PlainDeal, DataDeal])
def test_an_object_goes_through_a_whole_story_as_a_record_does(host: Any) -> None:
    deal, record = host(7), Opportunity(id="7")
    for day, step in enumerate(STORY):
        record = tell(deal, record, step, day)
    assert record.stage == "won"


def test_a_row_goes_through_a_whole_story_and_is_read_back_at_every_step(engine: Engine) -> None:
    record = Opportunity(id="7")
    with Session(engine) as session, session.begin():
        session.add(SqlDeal(id=7))
    for day, step in enumerate(STORY):
        with Session(engine) as session, session.begin():
            record = tell(session.get_one(SqlDeal, 7), record, step, day)
    with Session(engine) as session:
        assert session.get_one(SqlDeal, 7).stage == "won"


def test_a_refused_move_leaves_a_row_clean(engine: Engine) -> None:
    with Session(engine) as session:
        deal = SqlDeal(id=7, stage="contact", history=TEMPLATE.start(Opportunity(id="7"), at=NOW).history)
        session.add(deal)
        session.commit()
        with pytest.raises(MoveRefused):
            DealMachine(deal).send("talk", at=NOW)
        assert not inspect(deal).modified
        assert not session.dirty


def test_an_attribute_that_refuses_its_value_leaves_all_others_as_they_were(engine: Engine) -> None:
    with Session(engine) as session:
        deal = SqlDeal(id=7)
        session.add(deal)
        DealMachine(deal).send("contact", at=NOW)
        session.commit()
        before = deal.history
        with pytest.raises(ValueError, match="no gossip"):
            DealMachine(deal).send("lost", at=NOW, update={"loss": LossReport(reason="gossip")})
        assert (deal.stage, deal.loss, deal.left, deal.history) == ("contact", None, None, before)


# -- names --------------------------------------------------------------------------------------------------

ODD = StageTemplate(
    id="odd",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="model"),
        Stage(id="a.b"),
        Stage(id="a b", label="A and B"),
        Stage(id="谈判"),
        Stage(id="send", outcome="won"),
        Stage(id="states", outcome="lost"),
    ),
    moves=(
        Move(sources=("a b",), target="model", name="a.b"),
        Move(sources=("a b",), target="a.b", name="on"),
        Move(sources=("谈判",), target="a b", name="on"),
        Move(sources=("谈判",), target="model"),
    ),
)


def test_ids_that_mean_something_to_the_package_are_ids_like_others() -> None:
    deal = SimpleNamespace(id="D-1", stage=None)
    for name in ("model", "a.b", "a b", "谈判", "send"):
        machine_class(ODD)(deal).send(name, at=NOW)
        assert deal.stage == name


def test_a_move_of_one_name_goes_where_it_leads_from_here() -> None:
    deal = SimpleNamespace(id="D-1", stage="谈判")
    machine_class(ODD)(deal).send("on", at=NOW)
    assert deal.stage == "a b"
    machine_class(ODD)(deal).send("on", at=NOW)
    assert deal.stage == "a.b"


def test_a_name_of_a_stage_and_of_a_move_is_the_stage() -> None:
    deal = SimpleNamespace(id="D-1", stage="a b")
    machine_class(ODD)(deal).send("a.b", at=NOW)
    assert deal.stage == "a.b"


def test_a_name_of_a_move_that_is_an_alias_is_the_stage() -> None:
    named = process(
        {"talk": {"aliases": ("go on",)}}, moves=(Move(sources=("contact",), target="offer", name="go on"),)
    )
    deal = SimpleNamespace(id="D-1", stage=None)
    for name, stage in (("contact", "contact"), ("go on", "talk"), ("offer", "offer")):
        machine_class(named)(deal).send(name, at=NOW)
        assert deal.stage == stage


def test_a_name_is_the_same_however_its_letters_are_composed() -> None:
    deal = SimpleNamespace(id="D-1", stage="contact", amount=EURO)
    spelt = process({"talk": {"aliases": ("é",)}})
    machine_class(spelt)(deal).send("e\u0301", at=NOW)
    assert deal.stage == "talk"


def test_a_named_move_of_what_is_not_started_says_so() -> None:
    with pytest.raises(MoveRefused, match="the record is not started"):
        DealMachine(DataDeal(1)).send("Sign at once", at=NOW)


def test_a_move_that_does_not_leave_here_says_so() -> None:
    with pytest.raises(MoveRefused, match="no move named 'on' leaves 'model'") as refused:
        machine_class(ODD)(SimpleNamespace(id="D-1", stage="model")).send("on", at=NOW)
    assert [each.code for each in refused.value.verdict.refusals] == ["move.unnamed"]


@pytest.mark.parametrize("name", ["tlak", 7, None, "contact"])
def test_what_is_no_way_from_here_is_refused_as_check_refuses_it(name: Any) -> None:
    deal = DataDeal(1)
    DealMachine(deal).send("contact", at=NOW)
    with pytest.raises(MoveRefused) as refused:
        DealMachine(deal).send(name, at=NOW)
    assert refused.value.verdict == TEMPLATE.check(DealMachine(deal).record, to=name, at=NOW)


def test_an_alias_names_its_stage_in_the_object_and_in_an_event() -> None:
    deal = SimpleNamespace(id="D-1", stage="Gespräch", amount=EURO)
    DealMachine(deal).send("offer", at=NOW)
    deal.stage = "contact"
    DealMachine(deal).send("Gespräch", at=NOW)
    assert deal.stage == "talk"


def test_an_event_called_as_a_method_is_refused_with_its_verdict_too() -> None:
    deal = DataDeal(1)
    machine: Any = DealMachine(deal)
    assert machine.e_contact(at=NOW).kind == "started"
    with pytest.raises(MoveRefused, match="amount is missing"):
        machine.e_talk(at=NOW)
    with pytest.raises(MoveRefused, match="the time has no zone"):
        machine.e_contact(at=NOW.replace(tzinfo=None))
    with pytest.raises(MoveRefused, match="a time is a datetime"):
        machine.e_lost()


def test_attributes_of_other_names_are_declared_and_unknown_fields_refused() -> None:
    machine = machine_class(TEMPLATE, attributes={"amount": "price", "history": None})
    deal = SimpleNamespace(id="D-1", status="contact", price=EURO, history="somebody else's")
    machine(deal, state_field="status").send("talk", at=NOW)
    assert (deal.status, deal.history) == ("talk", "somebody else's")
    machine_class(TEMPLATE, attributes={"stage": "status", "history": None})(deal).send("wait", at=NOW)
    assert deal.status == "wait"
    with pytest.raises(ValueError, match="Opportunity has no field 'amuont'; 'amount' is near"):
        machine_class(TEMPLATE, attributes={"amuont": "price"})
    for odd in ("", 3, None):
        with pytest.raises(ValueError, match="an attribute is named by its name"):
            machine_class(TEMPLATE, attributes={"stage": odd})  # type: ignore[dict-item]
    with pytest.raises(TypeError, match="a machine is made from a StageTemplate, not from str"):
        machine_class("acme")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"Opportunity has no field 'zzz'$"):
        machine_class(TEMPLATE, attributes={"zzz": "price"})


# -- reading and writing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", [7, UUID(int=7), "D-7"], ids=["number", "uuid", "text"])
def test_a_key_of_the_host_is_read_as_text(id: Any) -> None:
    assert DealMachine(SimpleNamespace(id=id, stage=None)).record.id == str(id)


def test_an_object_without_a_history_has_one_that_nobody_knows() -> None:
    deal = SimpleNamespace(id="D-1", stage="contact", amount=EURO)
    assert DealMachine(deal).send("talk", at=NOW).number == 2
    record = DealMachine(deal).record
    assert (record.stage, record.changes_before, record.history) == ("talk", 1, ())


def test_what_an_update_sets_must_have_its_attribute() -> None:
    deal = SimpleNamespace(id="D-1", stage="contact")
    with pytest.raises(MoveRefused, match="the object has no attribute to hold amount"):
        DealMachine(deal).send("talk", at=NOW, update={"amount": EURO})
    assert vars(deal) == {"id": "D-1", "stage": "contact"}


def test_attributes_that_make_no_record_are_a_refusal_that_names_the_place() -> None:
    deal = SimpleNamespace(id="D-1", stage="contact", amount="much")
    machine = DealMachine(deal)
    with pytest.raises(MoveRefused, match=r"attributes make no record: .* @ amount") as refused:
        machine.send("talk", at=NOW)
    assert refused.value.verdict == machine.check("talk", at=NOW)
    assert [each.code for each in refused.value.verdict.refusals] == ["host.broken"]
    assert refused.value.verdict.source == "contact"


@pytest.mark.parametrize(("stage", "code"), [("tlak", "stage.unknown"), (7, "host.broken")])
def test_an_object_in_a_stage_that_the_template_lacks_is_refused_every_move(stage: Any, code: str) -> None:
    machine: Any = DealMachine(SimpleNamespace(id="D-1", stage=stage))
    with pytest.raises(MoveRefused) as refused:
        machine.send("talk", at=NOW)
    assert refused.value.verdict == machine.check("talk", at=NOW)
    assert [each.code for each in refused.value.verdict.refusals] == [code]
    assert (machine.unknown.is_active, machine.enabled_events(at=NOW)) == (True, [])


def test_an_object_without_an_attribute_for_its_stage_is_told_at_once() -> None:
    with pytest.raises(AttributeError, match="SimpleNamespace has no attribute 'status' to hold its stage"):
        DealMachine(SimpleNamespace(id="D-1", stage="talk"), state_field="status")
    with pytest.raises(AttributeError, match="NoneType has no attribute 'stage' to hold its stage"):
        DealMachine(None)


class Status(Enum):
    NEW = "contact"
    TALK = "talk"


def test_stages_may_be_an_enumeration_of_the_hosts() -> None:
    deal = SimpleNamespace(id="D-1", stage=Status.NEW, amount=EURO)
    DealMachine(deal).send(Status.TALK, at=NOW)
    assert deal.stage is Status.TALK


class Lost(Exception):
    """The connection."""


class Broken:
    id, stage = "D-1", "contact"

    @property
    def amount(self) -> Any:
        raise Lost

    @property
    def name(self) -> Any:
        return self.zebra  # type: ignore[attr-defined]


class Delegating:
    """An object that says in its own words what it lacks."""

    id, stage = "D-1", "contact"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError


@pytest.mark.parametrize("left_out", ["name", "amount"])
def test_what_an_attribute_raises_is_no_refusal(left_out: str) -> None:
    machine = machine_class(TEMPLATE, attributes={left_out: None})(Broken())
    for ask in (machine.check, machine.send):
        with pytest.raises((Lost, AttributeError), match=r"zebra|^$"):
            ask("talk", at=NOW)
    assert DealMachine(Delegating()).check("talk", at=NOW).missing == ("amount",)


def test_a_stage_that_was_set_by_hand_is_noticed_where_there_is_a_history() -> None:
    deal = DataDeal(1)
    DealMachine(deal).send("contact", at=NOW)
    for stage in ("talk", ""):
        deal.stage = stage
        with pytest.raises(MoveRefused, match="its history ends in 'contact': somebody set the stage by hand"):
            DealMachine(deal).send("offer", at=NOW)
    deal.stage = "contact"
    assert DealMachine(deal).send("wait", at=NOW).kind == "held"


def test_a_slip_in_an_argument_is_an_error_and_context_is_for_listeners() -> None:
    deal = DataDeal(1)
    heard: list[Any] = []

    def after_transition(context: Any) -> None:
        heard.append(context)

    machine: Any = DealMachine(deal, listeners=[SimpleNamespace(after_transition=after_transition)])
    with pytest.raises(TypeError, match="there is no argument 'updates'; 'update' is near"):
        machine.send("contact", at=NOW, updates={})
    with pytest.raises(TypeError, match="there is no argument 'request'; what listeners want goes by 'context'"):
        machine.e_contact(at=NOW, request=5)
    with pytest.raises(TypeError, match="there is no argument 'att'; 'at' is near"):
        machine.enabled_events(att=NOW)
    assert (deal.stage, heard) == ("", [])
    machine.send("contact", at=NOW, context="from the form")
    assert heard == ["from the form"]


def test_send_gives_the_change_whatever_listeners_answer() -> None:
    listener = SimpleNamespace(before_transition=lambda: None, on_transition=lambda: "done")
    assert DealMachine(DataDeal(1), listeners=[listener]).send("contact", at=NOW).kind == "started"


def test_a_machine_updates_adopts_and_tells_its_options() -> None:
    deal = DataDeal(1, stage="talk")
    machine = DealMachine(deal)
    assert machine.adopt(at=NOW, by=REP).kind == "adopted"
    change = machine.update({"amount": EURO}, at=days(1))
    assert (change.kind, deal.amount, [each.kind for each in deal.history]) == ("updated", EURO, ["adopted", "updated"])
    assert machine.options(at=days(1)) == TEMPLATE.options(machine.record, at=days(1))
    with pytest.raises(MoveRefused, match="the record is in 'talk' already"):
        machine.adopt(at=days(2))
    with pytest.raises(MoveRefused, match="no attribute to hold name"):
        machine.update({"name": "Acme"}, at=days(2))
    assert len(deal.history) == 2


def test_a_stage_is_not_set_behind_the_back_of_the_moves() -> None:
    deal = DataDeal(1)
    machine = DealMachine(deal)
    with pytest.raises(AttributeError, match="a stage is reached by moves alone"):
        machine.current_state_value = "s_won"
    assert deal.stage == ""
    machine.send("contact", at=NOW)
    with pytest.raises(AttributeError, match="a stage is reached by moves alone"):
        machine.current_state_value = "unstarted"
    assert (deal.stage, len(deal.history)) == ("contact", 1)


def test_what_a_history_tells_needs_no_attribute() -> None:
    deal = SimpleNamespace(id="D-1", stage=None, amount=EURO, loss=None, history=())
    for name in ("contact", "talk", "wait"):
        DealMachine(deal).send(name, at=NOW, by=REP)
    assert DealMachine(deal).record.left == "talk"
    assert DealMachine(deal).send("talk", at=NOW).kind == "resumed"
    other = TemplateRef("acme", "0", "0" * 64)
    deal.history = (*deal.history[:-1], Change(5, "resumed", "wait", "talk", NOW, template=other))
    with pytest.raises(MoveRefused, match="runs through acme 0"):
        DealMachine(deal).send("offer", at=NOW)


# -- listeners ----------------------------------------------------------------------------------------------


class Book:
    def __init__(self) -> None:
        self.lines: list[Any] = []

    def on_enter_s_talk(self, model: Any, change: Change) -> None:
        self.lines.append((model.stage, change.kind, change.by))

    def after_transition(self, model: Any, verdict: Any) -> None:
        self.lines.append((model.stage, bool(verdict)))


def test_a_listener_gets_the_object_itself_the_change_and_the_verdict() -> None:
    deal, book = DataDeal(1, amount=EURO), Book()
    machine = DealMachine(deal, listeners=[book])
    machine.send("contact", at=NOW)
    machine.send("talk", at=NOW, by=REP)
    assert book.lines == [("contact", True), ("talk", "advanced", REP), ("talk", True)]


def test_a_listener_may_move_the_object_on() -> None:
    deal = DataDeal(1, amount=EURO)
    machine: Any = DealMachine(deal)
    machine.add_listener(SimpleNamespace(on_enter_s_contact=lambda: machine.send("talk", at=NOW)))
    machine.send("contact", at=NOW)
    assert [change.kind for change in deal.history] == ["started", "advanced"]
    with pytest.raises(MoveRefused):
        machine.send("contact", at=NOW)


def test_a_move_that_follows_and_is_refused_leaves_the_one_that_was_made() -> None:
    deal = DataDeal(1)
    machine: Any = DealMachine(deal)
    machine.add_listener(SimpleNamespace(on_enter_s_contact=lambda: machine.send("talk", at=NOW)))
    with pytest.raises(MoveRefused, match="amount is missing"):
        machine.send("contact", at=NOW)
    assert (deal.stage, len(deal.history)) == ("contact", 1)


class Messenger:
    def __init__(self, *, fails: bool = False) -> None:
        self.sent: list[str] = []
        self.fails = fails

    async def on_enter_state(self, model: Any) -> None:
        await asyncio.sleep(0)
        if self.fails:
            raise ConnectionError
        self.sent.append(model.stage)


def test_a_machine_is_awaited_where_a_listener_is_asynchronous() -> None:
    async def story() -> list[str]:
        messenger = Messenger()
        machine = DealMachine(DataDeal(1, amount=EURO), listeners=[messenger])
        assert (await machine.send("contact", at=NOW)).kind == "started"
        with pytest.raises(MoveRefused, match="would be skipped"):
            await machine.send("offer", at=NOW)
        with pytest.raises(MoveRefused, match="the record is in 'contact' already"):
            await machine.send("contact", at=NOW)
        with pytest.raises(MoveRefused, match="there is no stage 'nowhere'"):
            await machine.send("nowhere", at=NOW)
        await machine.send("talk", at=NOW)
        return messenger.sent

    assert asyncio.run(story()) == ["contact", "talk"]


def test_an_asynchronous_listener_that_raises_leaves_nothing_half_done() -> None:
    deal = DataDeal(1)
    machine = DealMachine(deal, listeners=[Messenger(fails=True)])
    with pytest.raises(ConnectionError):
        asyncio.run(machine.send("contact", at=NOW))
    assert (deal.stage, deal.history) == ("", [])


def test_two_tasks_that_move_one_object_each_get_their_own_answer() -> None:
    async def story() -> tuple[Any, ...]:
        deal = DataDeal(1, amount=EURO)
        machine = DealMachine(deal, listeners=[Messenger()])
        await machine.send("contact", at=NOW)
        asked = [machine.send(name, at=NOW, update=dict(more)) for name, more in ASKED]
        answers: list[Any] = await asyncio.gather(*asked, return_exceptions=True)
        verdicts = [each.verdict.target if isinstance(each, MoveRefused) else each.kind for each in answers]
        return deal.stage, *verdicts

    assert asyncio.run(story()) == ("lost", "advanced", "talk", "held", "Sign at once", "lost", "contact")


ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("talk", {}),
    ("talk", {}),
    ("wait", {}),
    ("Sign at once", {}),
    ("lost", {"loss": LOSS}),
    ("contact", {}),
)


def test_a_move_that_is_cut_short_is_taken_back() -> None:
    class Slow:
        async def on_enter_state(self) -> None:
            await asyncio.sleep(60)

    async def story(deal: DataDeal) -> None:
        await asyncio.wait_for(DealMachine(deal, listeners=[Slow()]).send("contact", at=NOW), timeout=0.01)

    deal = DataDeal(1)
    with pytest.raises(TimeoutError):
        asyncio.run(story(deal))
    assert (deal.stage, deal.history) == ("", [])

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        DealMachine(deal, listeners=[SimpleNamespace(on_enter_state=interrupt)]).send("contact", at=NOW)
    assert (deal.stage, deal.history) == ("", [])


@pytest.mark.parametrize("phase", ["before_transition", "on_exit_state", "on_transition"])
@pytest.mark.parametrize("raises", [True, False])
def test_an_object_that_a_listener_moves_meanwhile_keeps_what_was_made(phase: str, *, raises: bool) -> None:
    deal = DataDeal(1, amount=EURO)
    machine: Any = DealMachine(deal)
    for name in ("contact", "talk"):
        machine.send(name, at=NOW)

    def meddle(model: Any) -> None:
        DealMachine(model).send("wait", at=NOW)
        if raises:
            raise ValueError

    machine.add_listener(SimpleNamespace(**{phase: meddle}))
    with pytest.raises((ValueError, MoveRefused), match=r"the object came to 'wait' while it was leaving 'talk'|^$"):
        machine.send("offer", at=NOW)
    assert (deal.stage, [change.kind for change in deal.history]) == ("wait", ["started", "advanced", "held"])


def test_what_a_listener_changes_before_a_move_is_judged_again() -> None:
    deal = DataDeal(1, amount=EURO)
    DealMachine(deal).send("contact", at=NOW)

    def take_the_amount(model: Any) -> None:
        model.amount = None

    machine = DealMachine(deal, listeners=[SimpleNamespace(before_transition=take_the_amount)])
    with pytest.raises(MoveRefused, match="amount is missing"):
        machine.send("talk", at=NOW)
    assert (deal.stage, len(deal.history)) == ("contact", 1)
    other = SimpleNamespace(before_transition=lambda model: setattr(model, "amount", Money.of(7, "EUR")))
    deal.amount = EURO
    assert DealMachine(deal, listeners=[other]).send("talk", at=NOW).kind == "advanced"
    assert (deal.stage, deal.amount) == ("talk", Money.of(7, "EUR"))


class Hooked:
    """An object whose setter of the stage does its work and then fails, and whose amount is made anew each time."""

    def __init__(self) -> None:
        self.id, self.history, self.hook = 1, (), False
        self._stage, self._amount = "", "5"

    @property
    def stage(self) -> str:
        return self._stage

    @stage.setter
    def stage(self, stage: str) -> None:
        self._stage = stage
        if self.hook:
            raise ConnectionError

    @property
    def amount(self) -> Money:
        return Money.of(self._amount, "EUR")

    @amount.setter
    def amount(self, amount: Money) -> None:
        raise ConnectionError


def test_a_setter_that_fails_leaves_nothing_half_done() -> None:
    deal: Any = Hooked()
    DealMachine(deal).send("contact", at=NOW)
    with pytest.raises(ConnectionError):
        DealMachine(deal).send("talk", at=NOW, update={"amount": Money.of(7, "EUR")})
    deal.hook = True
    with pytest.raises(ConnectionError):
        DealMachine(deal).send("talk", at=NOW)
    assert (deal.stage, len(deal.history)) == ("contact", 1)


class Stubborn(Hooked):
    """An object that does not take back what it held."""

    @property
    def left(self) -> str | None:
        return self._left if hasattr(self, "_left") else None

    @left.setter
    def left(self, left: str | None) -> None:
        if left is None:
            raise ConnectionError
        self._left = left


def test_an_object_that_does_not_take_back_is_told() -> None:
    deal: Any = Stubborn()
    DealMachine(deal).send("contact", at=NOW)

    def fail() -> None:
        raise ValueError

    with pytest.raises(RuntimeError, match="the object does not take back left"):
        DealMachine(deal, listeners=[SimpleNamespace(on_enter_state=fail)]).send("wait", at=NOW)


def test_the_callbacks_of_the_class_of_an_object_are_its_own() -> None:
    class Nosy(PlainDeal):
        def on_enter_state(self) -> None:
            raise AssertionError

    deal = Nosy(1)
    DealMachine(deal).send("contact", at=NOW)
    assert deal.stage == "contact"


# -- the package's own --------------------------------------------------------------------------------------


class NamedMachine(DealMachine):  # type: ignore[misc, valid-type]
    """A class of the host's own, with a callback on it."""

    def on_enter_s_lost(self, model: Any) -> None:
        model.left = f"{model.left}!"


def test_a_subclass_with_callbacks_of_its_own_works() -> None:
    deal = DataDeal(1)
    for name, update in (("contact", None), ("lost", {"loss": LOSS})):
        NamedMachine(deal).send(name, at=NOW, update=update)
    assert (deal.stage, deal.left) == ("lost", "contact!")


def test_a_model_of_django_is_driven_through_the_mixin_of_the_package() -> None:
    # settings of Django are those of a whole program: it gets one of its own
    program = Path(__file__).parent / "django_deals.py"
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("started refused won: lead, 2, started, won\n", "")


def test_the_queries_of_the_package_work() -> None:
    machine: Any = DealMachine(DataDeal(1, amount=EURO))
    machine.send("contact", at=NOW)
    assert [state.name for state in machine.configuration] == ["contact"]
    assert repr(machine).startswith("AcmeMachine(model=DataDeal(id=1, stage='contact'")
    assert machine.s_contact.is_active
    assert [event.id for event in machine.enabled_events(at=NOW)] == ["e_talk", "e_wait"]
    assert {event.id for event in machine.allowed_events} == {
        "e_talk",
        "e_offer",
        "e_deal",
        "e_wait",
        "e_won",
        "e_lost",
    }
    machine.send("lost", at=NOW, update={"loss": LOSS})
    assert not machine.is_terminated
    assert [event.id for event in machine.enabled_events(at=NOW, ground="x")] == ["e_talk"]


def test_a_diagram_names_stages_and_says_the_rules() -> None:
    drawn = format(machine_class(ODD), "mermaid")
    assert 'state "A and B" as s_a_b_2' in drawn
    assert "s_contact --> s_talk : talk [amount is present]" in format(DealMachine, "mermaid")


def test_a_machine_survives_pickle() -> None:
    machine = NamedMachine(DataDeal(1, amount=EURO))
    machine.send("contact", at=NOW)
    again = pickle.loads(pickle.dumps(machine))  # noqa: S301
    assert again.send("talk", at=NOW).kind == "advanced"
    assert (machine.host.stage, again.host.stage) == ("contact", "talk")


def test_a_machine_is_gone_when_nobody_holds_it() -> None:
    def used(number: int) -> ref[Any]:
        machine = DealMachine(DataDeal(number))
        machine.send("contact", at=NOW)
        return ref(machine)

    made = [used(number) for number in range(500)]
    gc.collect()
    assert [each() for each in made] == [None] * 500


def test_the_program_keeps_its_own_translations() -> None:
    code = (
        "import gettext; gettext.textdomain('mine'); import salesflow, sys;"
        "assert 'statemachine' not in sys.modules;"
        "from salesflow.templates import get; salesflow.machine_class(get('classic-pipeline'));"
        "assert 'statemachine' in sys.modules; print(gettext.textdomain())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "mine"
