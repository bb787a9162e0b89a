"""Templates that contradict themselves, each with the code of the problem that must be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from salesflow import Move, Policy, Stage, StageTemplate, present, qualified
from salesflow.qualification import Criterion, Framework
from salesflow.rules import PythonRule
from salesflow.testing._strategies import templates

Fields = dict[str, Any]
_OPEN, _HOLD, _WON = Stage(id="zz open"), Stage(id="zz hold", hold=True), Stage(id="zz won", outcome="won")
"""Stages that every template is given before it is spoilt; none that is drawn resembles them."""


def _stages(*more: Stage) -> Callable[[Fields], Fields]:
    return lambda fields: {"stages": (*fields["stages"], *more)}


def _asking(*rules: Any) -> Callable[[Fields], Fields]:
    return _stages(_OPEN.model_copy(update={"id": "zz asks", "rules": rules}))


def _moves(*more: Move) -> Callable[[Fields], Fields]:
    return lambda fields: {"moves": (*fields["moves"], *more)}


def _policy(**more: Any) -> Callable[[Fields], Fields]:
    return lambda fields: {"policy": fields["policy"].model_copy(update=more)}


def _python(name: str, *, answer: bool) -> PythonRule:
    def call(record: Any, *, at: Any, by: Any) -> bool:
        return answer

    return PythonRule(name=name, call=call)


_TWICE = Framework.model_construct(id="twice", criteria=(Criterion(id="zz"), Criterion(id="zz")))
_SPOILT: Mapping[str, Callable[[Fields], Fields]] = {
    "stage.duplicate": lambda fields: {"stages": (*fields["stages"], fields["stages"][0])},
    "stage.lookalike": _stages(Stage(id="ZZ OPEN")),
    "stage.unknown": _moves(Move(sources=("zz open",), target="zz nowhere")),
    "stage.hold": _stages(_HOLD.model_copy(update={"id": "zz bad", "outcome": "won"})),
    "stage.skippable": _stages(_HOLD.model_copy(update={"id": "zz bad", "skippable": True})),
    "start.nowhere": lambda _: {"stages": (_HOLD, _WON), "moves": (), "policy": Policy()},
    "start.closed": _policy(start_at=("zz won",)),
    "reopen.from_open": _policy(reopen_from=("zz open",)),
    "reopen.to_closed": _policy(reopen_to=("zz won",)),
    "move.twice": _moves(*[Move(sources=("zz open",), target="zz won")] * 2),
    "move.from_closed": _moves(Move(sources=("zz won",), target="zz open")),
    "move.from_hold": _moves(Move(sources=("zz hold",), target="zz open")),
    "move.to_itself": _moves(Move(sources=("zz open",), target="zz open")),
    "field.unknown": _asking(present("zz_field")),
    "criterion.unknown": _asking(qualified("zz criterion")),
    "criterion.duplicate": lambda _: {"framework": _TWICE},
    "rule.name": _asking(_python("present", answer=True)),
    "rule.twice": _asking(_python("zz rule", answer=True), _python("zz rule", answer=False)),
}


@st.composite
def invalid_templates(draw: Any) -> tuple[Fields, str]:
    """What to give to `StageTemplate`, and the code of a problem that its TemplateError must then hold.

    Each is any template with one contradiction in it, or with those that follow from one.
    """
    sound: StageTemplate[Any] = draw(templates())
    code: str = draw(st.sampled_from([*_SPOILT]))
    fields = {**dict(sound), "stages": (*sound.stages, _OPEN, _HOLD, _WON)}
    return {**fields, **_SPOILT[code](fields)}, code
