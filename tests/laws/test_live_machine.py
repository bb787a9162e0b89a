"""Promises 2 and 9 for live machines: the same answers as the table and the model, and nothing half done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import make_dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from laws.story import STORY
from salesflow import MoveRefused, Verdict
from salesflow._binding import Binding
from salesflow._judge import Ruling
from salesflow.testing._asking import Asked, Walk, attempt, steps
from salesflow.testing._laws_of_machines import held, law_a_machine_agrees, machine_over, moves, plain
from salesflow.testing._strategies import templates, walks

# -- hosts: the shapes that objects of a host have ----------------------------------------------------------

FOLLOWING = ("left", "closed_at", "reopenings", "template")


@lru_cache(maxsize=64)
def _slotted(cls: Any) -> Any:
    return make_dataclass("Slotted", [(name, Any) for name in cls.model_fields], slots=True)


def slotted(record: Any) -> Any:
    cls: Any = type(record)
    return _slotted(cls)(**dict(record))


def telling_by_history(record: Any) -> Any:
    """Make an object that keeps the history, and not what follows from a whole one that tells what was left."""
    adopted = record.history[:1] if record.changes_before == 0 and record.history[:1] else ()
    untold = any(change.kind == "adopted" and change.source != record.left for change in adopted)
    kept = () if record.changes_before or untold else FOLLOWING
    return SimpleNamespace(**{name: value for name, value in dict(record).items() if name not in kept})


def renamed(record: Any) -> Any:
    return SimpleNamespace(**{f"deal_{name}": value for name, value in dict(record).items()})


HOSTS: tuple[Callable[[Any], Any], ...] = (plain, slotted, telling_by_history, renamed)


# -- the laws -----------------------------------------------------------------------------------------------


def law_queries_agree(walk: Walk, host_of: Callable[[Any], Any]) -> None:
    for record, asked in moves(walk, walk.template):
        machine = machine_over(walk.template, host_of(record))
        options = walk.template.options(record, **asked.arguments)
        enabled = [event.id for event in machine.enabled_events(**asked.arguments)]
        assert {machine.plan.names[id] for id in enabled if id.startswith("e_")} == {
            id for id in options if options[id]
        }
        assert {id: machine.check(id, **asked.arguments) for id in options} == options


def law_one_machine_lives_through_a_walk(walk: Walk) -> None:
    host = plain(walk.record)
    machine = machine_over(walk.template, host)
    for record, asked in steps(walk, walk.template):
        assert machine.record == record
        after, refused = attempt(walk.template, record, asked)
        assert said_by(machine, asked) == refused
        assert machine.record == (record if after is None else after)


def said_by(machine: Any, asked: Asked) -> Verdict | None:
    """Return the verdict that refuses what is asked of a machine; None where it does it."""
    try:
        do(machine, asked)
    except MoveRefused as refused:
        return refused.verdict
    return None


def do(machine: Any, asked: Asked) -> None:
    common = {"at": asked.at, "by": asked.by, "ground": asked.ground}
    if asked.verb == "update":
        machine.update(asked.update, **common)
    elif asked.verb == "move":
        machine.send(asked.to, **asked.arguments)
    else:
        host = machine.host
        begin = machine.plan.template.adopt(machine.record, stage=asked.to, left=asked.left, **common)
        vars(host).update(dict(begin))


class Fragile(Exception):
    """What a listener raises."""


PHASES = ("before_transition", "on_exit_state", "on_transition", "on_enter_state", "after_transition")


def law_a_listener_that_raises_leaves_nothing_half_done(walk: Walk, phase: str) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise Fragile

    for record, asked in moves(walk, walk.template):
        host = plain(record)
        before, after = held(host), attempt(walk.template, record, asked)[0]
        machine = machine_over(walk.template, host)
        machine.add_listener(SimpleNamespace(**{phase: fail}))
        with pytest.raises(MoveRefused if after is None else Fragile):
            machine.send(asked.to, **asked.arguments)
        if after is not None and phase == "after_transition":
            assert machine.record == after
        else:
            assert all(value is before[name] for name, value in held(host).items())


HOSTED = st.sampled_from(HOSTS)


@given(walk=walks(), host_of=HOSTED)
def test_a_machine_gives_the_answers_of_the_table_and_the_model(walk: Walk, host_of: Callable[[Any], Any]) -> None:
    law_a_machine_agrees(walk, host_of)


@given(walk=walks(most=9))
def test_one_machine_lives_through_a_whole_walk(walk: Walk) -> None:
    law_one_machine_lives_through_a_walk(walk)


@given(walk=walks(most=3), host_of=HOSTED)
def test_queries_give_the_answers_of_the_table(walk: Walk, host_of: Callable[[Any], Any]) -> None:
    law_queries_agree(walk, host_of)


@given(walk=walks(most=3), phase=st.sampled_from(PHASES))
def test_a_listener_that_raises_leaves_nothing_half_done(walk: Walk, phase: str) -> None:
    law_a_listener_that_raises_leaves_nothing_half_done(walk, phase)


# -- they bite ----------------------------------------------------------------------------------------------

sound_judge, sound_write, sound_take_back = Binding.judge, Binding.write, Binding.take_back


def says_yes(self: Any, request: Any) -> Any:
    record, ruling = sound_judge(self, request)
    return record, Ruling(ruling.verdict.model_copy(update={"refusals": ()}), ruling.moved or record)


def names_one_reason(self: Any, request: Any) -> Any:
    record, ruling = sound_judge(self, request)
    return record, Ruling(ruling.verdict.model_copy(update={"refusals": ruling.verdict.refusals[:1]}), ruling.moved)


def forgets_what_was_left(self: Any, before: Any, after: Any) -> None:
    sound_write(self, before, after.model_copy(update={"left": before.left}))


def undoes_the_stage_alone(self: Any) -> None:
    self._before = [each for each in self._before or [] if each[0] == "stage"]
    sound_take_back(self)


def with_host(law: Callable[[Walk, Any], None], hosts: st.SearchStrategy[Any]) -> Callable[[Walk, st.DataObject], None]:
    return lambda walk, data: law(walk, data.draw(hosts))


raising = with_host(law_a_listener_that_raises_leaves_nothing_half_done, st.sampled_from(PHASES))
BROKEN = {
    "says yes": (with_host(law_a_machine_agrees, HOSTED), "judge", says_yes),
    "names one reason": (with_host(law_queries_agree, HOSTED), "judge", names_one_reason),
    "forgets what was left": (with_host(law_a_machine_agrees, HOSTED), "write", forgets_what_was_left),
    "undoes the stage alone": (raising, "take_back", undoes_the_stage_alone),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_law_of_machines_bites(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    law, name, instead = BROKEN[broken]
    monkeypatch.setattr(Binding, name, instead)

    @settings(
        max_examples=500,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(walk=walks(of=st.just(STORY) | templates()), data=st.data())
    def obeys(walk: Walk, data: st.DataObject) -> None:
        law(walk, data)

    with pytest.raises((AssertionError, ExceptionGroup, pytest.fail.Exception)):
        obeys()
