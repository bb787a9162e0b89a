"""State machines: a CRM is walked through in earnest, and a failure is told by the walk that led to it."""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import FlakyFailure
from hypothesis.stateful import run_state_machine_as_test

from laws.broken import NeedsNoGround, ResumesElsewhere
from laws.story import STORY
from salesflow import Opportunity, Policy, Stage, StageTemplate, compare
from salesflow.testing import Ask, Reasons, template_state_machine, templates
from salesflow.testing._books import kinds_of
from salesflow.testing._state_machine import SystemMachine
from seeded.shop import Shop


def run(machine: Any, *, walks: int = 10) -> None:
    few = settings(machine.TestCase.settings, max_examples=walks, derandomize=True, database=None)
    run_state_machine_as_test(machine, settings=few)


class Closed(Shop):
    """A shop that can be closed."""

    closings: ClassVar[Counter[str]] = Counter()

    def close(self) -> None:
        self.closings["closed"] += 1


def test_a_crm_is_closed_when_its_walk_is_over() -> None:
    made = Counter[str]()

    def system() -> Closed:
        made["made"] += 1
        return Closed(STORY)

    run(template_state_machine(STORY, system=system), walks=3)
    assert Closed.closings["closed"] == made["made"] > 0


def test_a_few_walks_make_every_kind_of_change(monkeypatch: pytest.MonkeyPatch) -> None:
    made, whole = Counter[str](), SystemMachine.teardown

    def teardown(self: SystemMachine) -> None:
        made.update(self.walk.books.kinds)
        whole(self)

    monkeypatch.setattr(SystemMachine, "teardown", teardown)
    run(template_state_machine(STORY, system=lambda: Shop(STORY)))
    assert set(made) == {*kinds_of(STORY), "updated"}
    assert min(made.values()) > 1


@settings(max_examples=10, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(template=templates())
def test_a_crm_that_embeds_its_template_is_found_sound_whatever_that_is(template: Any) -> None:
    run(template_state_machine(template, system=lambda: Shop(template)), walks=2)


@pytest.mark.parametrize("kind", [NeedsNoGround, ResumesElsewhere])
def test_a_template_that_breaks_its_own_word_is_told(kind: type[StageTemplate[Any]]) -> None:
    mine = kind(**dict(STORY))
    with pytest.raises(AssertionError, match="the template itself, ") as told:
        run(template_state_machine(mine, system=lambda: Shop(mine)))
    assert ": not sent\n\nthe template itself, " in str(told.value)


class Raises(Shop):
    """A shop that trips over a reopening."""

    def kept(self, before: Any, after: Any) -> Any:
        if after.reopenings:
            raise ZeroDivisionError("the shop's own bug")
        return after


def test_where_a_crm_raises_its_error_comes_with_the_walk() -> None:
    with pytest.raises(ZeroDivisionError, match="the shop's own bug") as raised:
        run(template_state_machine(STORY, system=lambda: Raises(STORY)))
    walk = raised.value.__notes__[0].splitlines()
    assert walk[0] == "the walk:"
    assert walk[-1].endswith(": raised")
    assert len(walk) <= 10


class Moody(Shop):
    """A shop that refuses its fortieth request ever, and no other."""

    moves = 0

    def move(self, ask: Ask) -> Reasons:
        Moody.moves += 1
        return ["not in the mood"] if Moody.moves == 40 else super().move(ask)


def test_what_does_not_fail_again_is_told_as_it_failed() -> None:
    with pytest.raises(FlakyFailure) as flaky:
        run(template_state_machine(STORY, system=lambda: Moody(STORY)), walks=5)
    assert [type(each).__name__ for each in flaky.value.exceptions] == ["PartedError"]
    assert "refused: not in the mood" in str(flaky.value.exceptions[0])


def test_without_keys_and_versions_nothing_is_asked_for_them() -> None:
    class Simple(Shop):
        def save(self, ask: Ask, act: Any) -> Reasons:
            self.keys.clear()
            return super().save(ask if ask.deal not in self.deals else self.fresh(ask), act)

        def fresh(self, ask: Ask) -> Ask:
            return type(ask)(**{**vars(ask), "version": self.version(self.deals[ask.deal])})

    run(template_state_machine(STORY, system=lambda: Simple(STORY), without=("versions", "keys")))


def test_without_keys_a_request_again_need_only_change_nothing() -> None:
    class NoKeys(Shop):
        def save(self, ask: Ask, act: Any) -> Reasons:
            self.keys.clear()
            return super().save(ask, act)

    run(template_state_machine(STORY, system=lambda: NoKeys(STORY), without=("keys",)))


def test_where_nothing_can_be_met_it_still_walks() -> None:
    never = StageTemplate(
        id="never",
        version="1",
        record=Opportunity,
        stages=(
            Stage(id="contact"),
            Stage(id="offer", rules=(compare("fields.n", "lt", 1), compare("fields.n", "gt", 1))),
            Stage(id="won", outcome="won"),
            Stage(id="lost", outcome="lost", rules=(compare("fields.n", "lt", 1), compare("fields.n", "gt", 1))),
        ),
        policy=Policy(lose="declared"),
    )
    run(template_state_machine(never, system=lambda: Shop(never)), walks=5)
