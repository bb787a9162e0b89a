"""A guided walk: engine and model go through the same life of a deal side by side, and never disagree.

Uniform random events miss deep faults: what is rare by chance (closing, reopening, resuming, overriding) has rules of
its own here, and what is forbidden has too.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from laws.story import STORY
from salesflow.records import Record
from salesflow.testing import _model as model
from salesflow.testing._asking import Asked, Template, attempt, in_order
from salesflow.testing._draw_records import complete, placed, unstarted
from salesflow.testing._draw_values import BOSS, T0, actors, backwards, grounds, pauses
from salesflow.testing._model import Deal
from salesflow.testing._strategies import GROWING, patches, templates

_ANSWERS = {"move": model.judge, "update": model.update, "adopt": model.adoption}


class SideBySide(RuleBasedStateMachine):
    """A record moved by the engine, and a deal moved by the model."""

    template: Template
    record: Any
    deal: Deal
    now: datetime

    def begin(self, data: st.DataObject, template: Template, *, entered: bool) -> None:
        self.template, self.now = template, T0
        self.record = data.draw(placed(template) if entered else unstarted(template))
        self.deal = Deal.of(self.record)
        if not entered:
            self.starts(data, BOSS, "so be it")

    @property
    def here(self) -> Any:
        """The stage where the deal is, or None."""
        return model.named(self.template, self.deal.stage)

    @property
    def closed(self) -> bool:
        return self.here is not None and self.here.outcome is not None

    @property
    def held(self) -> bool:
        return self.here is not None and self.here.hold

    def ask(self, asked: Asked) -> None:
        """Ask both, compare what they say and what comes of it."""
        answer = _ANSWERS[asked.verb](self.template, self.deal, asked)
        after, verdict = attempt(self.template, self.record, asked)
        assert (after is not None) == answer.allowed, (asked, str(verdict), answer)
        if after is not None:
            deal = model.moved(self.template, self.deal, asked, answer)
            self.deal, self.record = replace(deal, history=after.history), after
        assert Deal.of(self.record) == self.deal

    def move(self, to: str, **more: Any) -> None:
        self.ask(Asked(**{"verb": "move", "to": to, "at": self.now, "by": BOSS, "ground": "so be it", **more}))

    def may(self, id: str, *, update: Any = None) -> bool:
        """Whether the model lets the boss do it with a ground."""
        asked = Asked("move", id, self.now, BOSS, update=update, ground="so be it")
        return model.judge(self.template, self.deal, asked).allowed

    def one_of(self, data: st.DataObject, ids: list[str]) -> str:
        return data.draw(st.sampled_from(ids or [self.template.stages[0].id]))

    def ids(self, outcome: str | None, *, hold: bool = False) -> list[str]:
        return [each.id for each in self.template.stages if each.outcome == outcome and each.hold == hold]

    # -- entering

    @precondition(lambda self: self.here is None)
    @rule(data=st.data(), by=actors, ground=grounds)
    def starts(self, data: st.DataObject, by: Any, ground: Any) -> None:
        """Start where the policy says, or elsewhere."""
        starts = [id for id in in_order(self.template) if model.way(self.template, self.deal, id)]
        self.move(self.one_of(data, starts or in_order(self.template)), by=by, ground=ground)

    @precondition(lambda self: self.here is None)
    @rule(data=st.data(), left=st.booleans())
    def is_adopted(self, data: st.DataObject, *, left: bool) -> None:
        """Take over a record from anywhere."""
        stage = self.one_of(data, [each.id for each in self.template.stages])
        source = self.one_of(data, in_order(self.template)) if left else None
        self.ask(Asked("adopt", to=stage, at=self.now, left=source))

    # -- open

    @precondition(lambda self: self.here is not None)
    @rule(data=st.data(), by=actors, ground=grounds)
    def goes_on(self, data: st.DataObject, by: Any, ground: Any) -> None:
        """Move among the open stages."""
        self.move(self.one_of(data, in_order(self.template)), by=by, ground=ground)

    @precondition(lambda self: not self.closed)
    @rule(data=st.data())
    def goes_on_well(self, data: st.DataObject) -> None:
        """Move to an open stage that the model lets it enter."""
        apt = [id for id in in_order(self.template) if self.may(id)]
        self.move(self.one_of(data, apt))

    @precondition(lambda self: self.here is not None)
    @rule(data=st.data(), outcome=st.sampled_from(["won", "lost"]))
    def closes(self, data: st.DataObject, outcome: str) -> None:
        """Win or lose, with or without telling why."""
        update = {"loss": {"reason": "price"}} if data.draw(st.booleans()) else None
        self.move(self.one_of(data, self.ids(outcome)), update=update)

    @precondition(lambda self: not self.closed)
    @rule(data=st.data())
    def closes_well(self, data: st.DataObject) -> None:
        """Win or lose where the model lets it, once everything is known."""
        kind: type[Record] = self.template.record
        known = complete(kind, self.template.framework)
        update = {name: value for name, value in known.items() if name not in GROWING} | {"loss": {"reason": "price"}}
        closed = [*self.ids("won"), *self.ids("lost")]
        apt = [id for id in closed if self.may(id, update=update)]
        self.move(self.one_of(data, apt or closed), update=update)

    @precondition(lambda self: self.closed)
    @rule(data=st.data(), ground=grounds)
    def reopens(self, data: st.DataObject, ground: Any) -> None:
        """Bring a closed record back into play."""
        self.move(self.one_of(data, [*self.template.policy.reopen_to]), ground=ground)

    @precondition(lambda self: self.here is not None)
    @rule(data=st.data())
    def is_held(self, data: st.DataObject) -> None:
        """Put on hold."""
        self.move(self.one_of(data, self.ids(None, hold=True)))

    @precondition(lambda self: self.held)
    @rule()
    def resumes(self) -> None:
        """Go back to what was left; no question is asked."""
        self.move(self.deal.left or in_order(self.template)[0], by=None, ground=None)
        assert not self.held

    # -- fields, time, overrides

    @precondition(lambda self: self.here is not None)
    @rule(data=st.data())
    def is_updated(self, data: st.DataObject) -> None:
        """Set fields without a move."""
        kind: type[Record] = self.template.record
        patch = data.draw(patches(kind, self.template.framework))
        self.ask(Asked("update", None, self.now, update=patch.on(self.record, self.now)))

    @rule(pause=pauses)
    def time_passes(self, pause: timedelta) -> None:
        self.now += pause

    @precondition(lambda self: not self.closed)
    @rule(data=st.data(), by=actors, ground=grounds)
    def is_overridden(self, data: st.DataObject, by: Any, ground: Any) -> None:
        """Name the very rules that stand against a move, or all of them but one."""
        to = self.one_of(data, [each.id for each in self.template.stages])
        asked = Asked("move", to, self.now, by or BOSS, ground=ground)
        against = sorted(model.judge(self.template, self.deal, asked).standing)
        self.move(to, by=by or BOSS, ground=ground, override=tuple(against[data.draw(st.sampled_from([0, 0, 1])) :]))

    # -- what is forbidden

    @precondition(lambda self: self.closed)
    @rule(data=st.data())
    def escapes(self, data: st.DataObject) -> None:
        """Leave a closed stage by any other way, or without a ground: it is refused."""
        to = self.one_of(data, [each.id for each in self.template.stages])
        ground = None if to in self.template.policy.reopen_to else "so be it"
        self.move(to, ground=ground)
        assert self.closed

    @precondition(lambda self: bool(self.deal.events))
    @rule(data=st.data(), pause=backwards)
    def goes_back_in_time(self, data: st.DataObject, pause: timedelta) -> None:
        """Move before the last change: it is refused."""
        before = self.record
        self.move(self.one_of(data, in_order(self.template)), at=self.deal.events[-1].at + pause)
        assert self.record is before

    @precondition(lambda self: self.here is not None)
    @rule(to=st.sampled_from(["nowhere", "", "\x00", "move"]))
    def goes_nowhere(self, to: str) -> None:
        """Move to what is no stage: it is refused."""
        before = self.record
        self.move(to)
        assert self.record is before

    # -- always

    @invariant()
    def options_are_what_the_model_says(self) -> None:
        if not hasattr(self, "template"):
            return
        options = self.template.options(self.record, at=self.now, by=BOSS)
        for id, verdict in options.items():
            answer = model.judge(self.template, self.deal, Asked("move", id, self.now, BOSS))
            assert (bool(verdict), verdict.kind) == (answer.allowed, answer.way.kind if answer.way else None), id


class ThroughAnyTemplate(SideBySide):
    """Side by side through a template that is drawn."""

    @initialize(data=st.data(), template=templates(), entered=st.booleans())
    def begins(self, data: st.DataObject, template: Template, *, entered: bool) -> None:
        self.begin(data, template, entered=entered)


class ThroughTheStory(SideBySide):
    """Side by side through the template of the story."""

    @initialize(data=st.data(), entered=st.booleans())
    def begins(self, data: st.DataObject, *, entered: bool) -> None:
        self.begin(data, STORY, entered=entered)


TestThroughAnyTemplate = ThroughAnyTemplate.TestCase
TestThroughTheStory = ThroughTheStory.TestCase
TestThroughAnyTemplate.settings = TestThroughTheStory.settings = settings(stateful_step_count=20)
