"""Live machines: one object of the host's, driven by a template through python-statemachine."""

# python-statemachine types its arguments in part
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from inspect import isawaitable
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from statemachine import StateMachine
from statemachine.event_data import EventData, TriggerData
from statemachine.exceptions import TransitionNotAllowed

from salesflow._binding import Binding
from salesflow._judge import Request, Ruling
from salesflow._nearest import nearest
from salesflow.errors import MoveRefused
from salesflow.history import Change
from salesflow.records import Record
from salesflow.template import StageTemplate
from salesflow.values import Actor, composed
from salesflow.verdict import Verdict, refusal

R = TypeVar("R", bound=Record)

STATE, EVENT, MOVE = "s_", "e_", "m_"
"""Prefixes of states and events: they lie among the attributes of a class, where `model` and `send` mean something."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a class of machines goes by."""

    template: StageTemplate[Any]
    attributes: Mapping[str, str | None]
    """The object's attribute of each field of the record."""
    states: Mapping[str, str]
    """The state of each stage, by the stage's id or alias."""
    events: Mapping[str, str]
    """The event of each name that `send` takes: ids and aliases of stages, names of declared moves."""
    names: Mapping[str, str]
    """The stage of each state, and the stage or declared move of each event."""


@dataclass(frozen=True, slots=True)
class Hearing(Generic[R]):
    """What was asked by one event, and the answer."""

    trigger: TriggerData
    request: Request
    before: R | None
    """The object as a record; None where its attributes make none."""
    ruling: Ruling[R]


class Written(NamedTuple):
    """What the one action of a transition answers."""

    change: Change


class TemplateMachine(StateMachine, Generic[R]):
    """A machine over one object of the host's. It decides by the template, and writes what `move` would return."""

    validate_disconnected_states = False
    validate_trap_states = False
    validate_final_reachability = False

    plan: ClassVar[Plan]

    def __init__(self, model: Any, state_field: str = "", listeners: list[object] | None = None, **kwargs: Any) -> None:
        """Drive `model`, whose attribute `state_field` holds the id of its stage, None or "" until it is started.

        It is `stage` by default, or what the class was made with. Raises AttributeError where there is no such one.
        """
        plan = self.plan
        attributes = {**plan.attributes, "stage": state_field} if state_field else plan.attributes
        self._binding: Binding[R] = Binding(model, plan.template, attributes, plan.states)
        self._hearing: Hearing[R] | None = None
        self._awaited: dict[Any, TriggerData] = {}
        super().__init__(self._binding, state_field="state", listeners=listeners, **kwargs)

    @property
    def host(self) -> Any:
        """The object that the machine drives."""
        return self._binding.host

    @property
    def record(self) -> R:
        """The object as a record, read anew. Raises ValidationError where its attributes make none."""
        return self._binding.record()

    def check(
        self,
        to: str,
        *,
        at: Any,
        by: Any = None,
        update: Mapping[str, Any] | None = None,
        ground: str | None = None,
        override: Any = (),
    ) -> Verdict:
        """Say what the template says of moving the object to a stage, as it is now.

        Raises what the object's own attributes raise, and nothing else.
        """
        return self._binding.judge(Request(to, at, by, update, ground, override))[1].verdict

    def options(
        self,
        *,
        at: Any,
        by: Any = None,
        update: Mapping[str, Any] | None = None,
        ground: str | None = None,
        override: Any = (),
    ) -> dict[str, Verdict]:
        """Return what `check` says of every stage, by stage id in the order of the template."""
        return {
            stage.id: self.check(stage.id, at=at, by=by, update=update, ground=ground, override=override)
            for stage in self.plan.template.stages
        }

    def update(
        self, values: Mapping[str, Any], *, at: datetime, by: Actor | None = None, ground: str | None = None
    ) -> Change:
        """Set fields without a move, and leave an `updated` change in the object's history. Raises MoveRefused."""
        return self._binding.update(values, at=at, by=by, ground=ground).history[-1]

    def adopt(
        self, *, at: datetime, by: Actor | None = None, left: str | None = None, ground: str | None = None
    ) -> Change:
        """Take over an object that sits in a stage and has no history yet; no rule is asked. Raises MoveRefused."""
        return self._binding.adopt(at=at, by=by, left=left, ground=ground).history[-1]

    def enabled_events(self, *args: Any, **kwargs: Any) -> Any:
        """Return the events that the template allows now, asked as `send` is: without a time it allows none."""
        _known_keywords(kwargs)
        return super().enabled_events(*args, **kwargs)

    def send(self, event: Any, *args: Any, **kwargs: Any) -> Any:
        """Move the object by the name of a stage or of a declared move, and return the Change.

        The keywords are those of `move`, and `context` for listeners; an event sent by a listener happens after the one
        that it heard of, and has no answer. Raises MoveRefused.
        """
        event = event.value if isinstance(event, Enum) else event
        known = self.plan.events.get(composed(event)) if isinstance(event, str) else None
        if known is None:
            raise self._refused(event, kwargs)
        return super().send(known, *args, **kwargs)

    # -- what transitions do -------------------------------------------------------------------------------

    def prepare_event(self, event_data: EventData) -> dict[str, Any]:
        """Give callbacks the object itself as `model`, and the `verdict` on the move with its `change`."""
        heard, trigger = self._hearing, event_data.trigger_data
        if heard is None or heard.trigger is not trigger:
            target: Any = event_data.transition.target
            to = self.plan.names[target.value]
            request = _requested(to, trigger.kwargs)
            heard = self._hearing = Hearing(trigger, request, *self._binding.judge(request))
            _mark(trigger.event, heard=True)
        moved = heard.ruling.moved
        change = moved.history[-1] if moved is not None else None
        return {"model": self.host, "verdict": heard.ruling.verdict, "change": change}

    def refuse(self) -> None:
        """Raise MoveRefused where the move that was asked for may not happen."""
        heard = self._heard()
        if heard.ruling.moved is None:
            raise MoveRefused(heard.before or self.host, heard.ruling.verdict)
        self._binding.begin()

    def write(self) -> Written:
        """Write the move that was asked for into the object."""
        heard = self._once_more(self._heard())
        before: Any = heard.before
        moved: Any = heard.ruling.moved
        self._binding.write(before, moved)
        return Written(moved.history[-1])

    def _once_more(self, heard: Hearing[R]) -> Hearing[R]:
        """Judge again where listeners have changed the object since. Raises MoveRefused."""
        now, ruling = self._binding.judge(heard.request)
        if now == heard.before:
            return heard
        source = heard.before.stage if heard.before is not None else None
        if now is not None and now.stage != source:
            why = refusal("host.moved", stage=now.stage, source=source)
            raise MoveRefused(now, Verdict(source=source, target=ruling.verdict.target, refusals=(why,)))
        if ruling.moved is None:
            raise MoveRefused(now or self.host, ruling.verdict)
        again = self._hearing = Hearing(heard.trigger, heard.request, now, ruling)
        return again

    def settle(self) -> None:
        """Make the move that was written final."""
        self._binding.settle()

    def _heard(self) -> Hearing[R]:
        heard = self._hearing
        if heard is None:  # pragma: no cover - `prepare_event` runs before everything else that an event does
            raise RuntimeError("no event was heard yet")
        return heard

    # -- why not -------------------------------------------------------------------------------------------

    def _put_nonblocking(self, trigger_data: TriggerData, internal: bool = False) -> None:  # noqa: FBT001, FBT002
        # where nothing leaves here by an event, what comes back knows the event alone, not what was asked with it
        event: Any = trigger_data.event
        _known_keywords(trigger_data.kwargs)
        event.asked = trigger_data.kwargs
        super()._put_nonblocking(trigger_data, internal)
        if trigger_data.future is not None:
            self._awaited[trigger_data.future] = trigger_data

    def _processing_loop(self, caller_future: Any = None) -> Any:
        trigger = self._awaited.pop(caller_future, None)
        try:
            answer = super()._processing_loop(caller_future)
        except TransitionNotAllowed as error:
            raise self._nowhere(error.event) from None
        except BaseException:
            self._give_up(None)
            raise
        return self._answered(answer, trigger) if isawaitable(answer) else _change(answer)

    async def _answered(self, answer: Awaitable[Any], trigger: TriggerData | None) -> Any:
        try:
            return _change(await answer)
        except Exception as error:
            if _passed_by(trigger, error):
                return await self._again(trigger)
            if isinstance(error, TransitionNotAllowed):
                raise self._nowhere(error.event) from None
            raise
        except BaseException:
            self._give_up(trigger)
            raise

    async def _again(self, trigger: Any) -> Any:
        """Send an event once more that was dropped since one before it failed."""
        return await super().send(trigger.event.id, *trigger.args, **trigger.kwargs)

    def _give_up(self, trigger: TriggerData | None) -> None:
        """Take back a move that was cut short by what is no plain exception: a cancelled task, an interrupt."""
        mine = trigger is None or (self._hearing is not None and self._hearing.trigger is trigger)
        if mine and self._binding.moving:
            self._binding.take_back()

    def _nowhere(self, event: Any) -> MoveRefused:
        """Say why nothing leaves here by that event."""
        name = self.plan.names.get(event.id, event.id)
        if not event.id.startswith(MOVE):
            return self._refused(name, event.asked)
        here = self.plan.names.get(self._binding.state)
        why = refusal("move.unnamed", name, source=here) if here else refusal("record.not_started")
        return MoveRefused(self.host, Verdict(source=here, target=name, refusals=(why,)))

    def _refused(self, to: object, asked: Mapping[str, Any]) -> MoveRefused:
        before, ruling = self._binding.judge(_requested(to, asked))
        return MoveRefused(before or self.host, ruling.verdict)

    def __getstate__(self) -> dict[str, Any]:
        package: Any = super()
        return {**package.__getstate__(), "_hearing": None, "_awaited": {}}


def _mark(event: Any, *, heard: bool) -> None:
    event.heard = heard


def _passed_by(trigger: TriggerData | None, error: Exception) -> bool:
    """Tell whether an event was never heard: what is raised for it is the failure of one before it."""
    if trigger is None or getattr(trigger.event, "heard", False):
        return False
    return getattr(error, "event", None) is not trigger.event


def _change(answer: Any) -> Change | None:
    """Return the change that was written, among whatever listeners answered."""
    several: Any = answer
    answers: Any = several if isinstance(answer, list) else (answer,)
    return next((each.change for each in answers if isinstance(each, Written)), None)


_KEYWORDS = frozenset({"at", "by", "update", "ground", "override", "context"})


def _known_keywords(given: Mapping[str, Any]) -> None:
    """Refuse a keyword that a slip of the pen would lose. Raises TypeError."""
    strange = next((name for name in given if name not in _KEYWORDS), None)
    if strange is not None:
        near = nearest(strange, _KEYWORDS)
        hint = f"; {near!r} is near" if near else "; what listeners want goes by 'context'"
        raise TypeError(f"there is no argument {strange!r}{hint}")


def _requested(to: object, asked: Mapping[str, Any]) -> Request:
    given = {name: asked[name] for name in ("at", "by", "update", "ground", "override") if name in asked}
    return Request(to, given.pop("at", None), **given)
