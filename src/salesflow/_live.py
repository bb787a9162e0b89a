"""Live machines: one object of the host's, driven by a template through python-statemachine."""

# python-statemachine types its arguments in part
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, ClassVar, Generic, TypeVar

from statemachine import StateMachine
from statemachine.event_data import EventData, TriggerData
from statemachine.exceptions import TransitionNotAllowed

from salesflow._binding import Binding
from salesflow._judge import Request, Ruling
from salesflow.errors import MoveRefused
from salesflow.history import Change
from salesflow.records import Record
from salesflow.template import StageTemplate
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
    before: R | None
    """The object as a record; None where its attributes make none."""
    ruling: Ruling[R]


class TemplateMachine(StateMachine, Generic[R]):
    """A machine over one object of the host's. It decides by the template, and writes what `move` would return."""

    validate_disconnected_states = False
    validate_trap_states = False
    validate_final_reachability = False

    plan: ClassVar[Plan]

    def __init__(
        self, model: Any, state_field: str = "stage", listeners: list[object] | None = None, **kwargs: Any
    ) -> None:
        """Drive `model`, whose attribute `state_field` holds the id of its stage, None or "" until it is started.

        Raises HistoryError where that attribute holds a stage that the template does not have.
        """
        plan = self.plan
        attributes = {**plan.attributes, "stage": state_field}
        self._binding: Binding[R] = Binding(model, plan.template, attributes, plan.states)
        self._hearing: Hearing[R] | None = None
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
        """Say what the template says of moving the object to a stage, as it is now. Never raises."""
        return self._binding.judge(Request(to, at, by, update, ground, override))[1].verdict

    def send(self, event: Any, *args: Any, **kwargs: Any) -> Any:
        """Move the object by the name of a stage or of a declared move; the keywords are those of `move`.

        Returns the Change, or a list of all answers where listeners answer something. Raises MoveRefused.
        """
        known = self.plan.events.get(event) if isinstance(event, str) else None
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
            heard = self._hearing = Hearing(trigger, *self._binding.judge(_requested(to, trigger.kwargs)))
        moved = heard.ruling.moved
        change = moved.history[-1] if moved is not None else None
        return {"model": self.host, "verdict": heard.ruling.verdict, "change": change}

    def refuse(self) -> None:
        """Raise MoveRefused where the move that was asked for may not happen."""
        heard = self._heard()
        if heard.ruling.moved is None:
            raise MoveRefused(heard.before or self.host, heard.ruling.verdict)

    def write(self) -> Change:
        """Write the move that was asked for into the object."""
        heard = self._heard()
        before: Any = heard.before
        moved: Any = heard.ruling.moved
        self._binding.write(before, moved)
        change: Change = moved.history[-1]
        return change

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
        event.asked = trigger_data.kwargs
        super()._put_nonblocking(trigger_data, internal)

    def _processing_loop(self, caller_future: Any = None) -> Any:
        try:
            answer = super()._processing_loop(caller_future)
        except TransitionNotAllowed as error:
            raise self._nowhere(error.event) from None
        return self._answered(answer) if isawaitable(answer) else answer

    async def _answered(self, answer: Awaitable[Any]) -> Any:
        try:
            return await answer
        except TransitionNotAllowed as error:
            raise self._nowhere(error.event) from None

    def _nowhere(self, event: Any) -> MoveRefused:
        """Say why nothing leaves here by that event."""
        name = self.plan.names.get(event.id, event.id)
        if not event.id.startswith(MOVE):
            return self._refused(name, event.asked)
        here = self.plan.names.get(self._binding.state)
        why = refusal("move.unnamed", name, source=here or "")
        return MoveRefused(self.host, Verdict(source=here, target=name, refusals=(why,)))

    def _refused(self, to: object, asked: Mapping[str, Any]) -> MoveRefused:
        before, ruling = self._binding.judge(_requested(to, asked))
        return MoveRefused(before or self.host, ruling.verdict)

    def __getstate__(self) -> dict[str, Any]:
        package: Any = super()
        return {**package.__getstate__(), "_hearing": None}


def _requested(to: object, asked: Mapping[str, Any]) -> Request:
    given = {name: asked[name] for name in ("at", "by", "update", "ground", "override") if name in asked}
    return Request(to, given.pop("at", None), **given)
