"""State machines for Hypothesis: somebody's CRM driven through a template, step by step beside the model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from salesflow.template import StageTemplate
from salesflow.testing._agreement import Difference, answer_differs, options_differ, seen_differs, told
from salesflow.testing._aims import (
    DEAL,
    again,
    astray,
    bare,
    lacking,
    onward,
    overriding,
    question,
    stale,
    updates,
    wrong_starts,
)
from salesflow.testing._books import Expected, Moment, begun, expected, kinds_of, may_enter
from salesflow.testing._system import Ask, Lack, Reasons, Seen, System

NEIGHBOUR = "D-2"
"""A deal that is created beside the one that is walked, and is never to change."""


def template_state_machine(
    template: StageTemplate[Any],
    *,
    system: Callable[[], System],
    without: Collection[Lack] = (),
) -> type[RuleBasedStateMachine]:
    """Return a state machine for Hypothesis that walks through a CRM and compares every step with the template.

    `system` makes a fresh CRM, with no deals, for each walk. `without` names what the CRM has no notion of, and is
    therefore not tried: `versions` (a write by somebody who looked before the last change is to be refused), `keys`
    (a request that is sent twice is done once) and `reasons` (a refusal names all that stands against it).
    """

    class Walk(SystemWalk):
        def __init__(self) -> None:
            super().__init__(template, system(), frozenset(without))

    return Walk


def _can(*kinds: str) -> Callable[[Any], bool]:
    return lambda walk: not walk.kinds.isdisjoint(kinds)


class SystemWalk(RuleBasedStateMachine):
    """One deal on its walk through somebody's CRM."""

    seen: Seen
    beside: Seen

    def __init__(self, template: StageTemplate[Any], crm: System, without: frozenset[Lack]) -> None:
        super().__init__()
        self.template, self.crm, self.without = template, crm, without
        self.books = begun(template, DEAL)
        self.kinds = kinds_of(template)
        self.lines: list[str] = []

    def teardown(self) -> None:
        """Close the CRM, where it can be closed."""
        getattr(self.crm, "close", lambda: None)()

    # -- what is granted

    @initialize(amiss=wrong_starts(), ask=onward())
    def begins(self, amiss: Ask | None, ask: Ask) -> None:
        """Create the deal, perhaps where nothing starts at first; and another one beside it."""
        if amiss is not None:
            self._send("create", amiss, "where nothing starts", expected(self.books.standing, "create", amiss))
        self.crm.create(replace(ask, deal=NEIGHBOUR, key="beside"))
        self.beside = self.crm.read(NEIGHBOUR)
        self._do("create", ask)

    @rule(ask=onward())
    def goes_where_it_has_not_been(self, ask: Ask) -> None:
        self._do("move", ask)

    @precondition(_can("reopened"))
    @rule(ask=onward(frozenset({"reopened"})))
    def heads_for_a_reopening(self, ask: Ask) -> None:
        self._do("move", ask)

    @precondition(_can("resumed"))
    @rule(ask=onward(frozenset({"resumed"})))
    def heads_for_a_hold_and_out_of_it(self, ask: Ask) -> None:
        self._do("move", ask)

    @precondition(_can("moved_back"))
    @rule(ask=onward(frozenset({"moved_back"})))
    def heads_for_a_step_back(self, ask: Ask) -> None:
        self._do("move", ask)

    @precondition(_can("won", "lost"))
    @rule(ask=onward(frozenset({"won", "lost"})))
    def heads_for_the_end(self, ask: Ask) -> None:
        self._do("move", ask)

    @rule(ask=updates())
    def is_updated(self, ask: Ask) -> None:
        self._do("update", ask)

    # -- what is refused

    @rule(ask=bare())
    def brings_nothing(self, ask: Ask) -> None:
        self._do("move", ask, "nothing is given")

    @rule(ask=lacking())
    def lacks_one_thing(self, ask: Ask) -> None:
        self._do("move", ask, "one thing is left out")

    @rule(ask=astray())
    def goes_where_no_way_leads(self, ask: Ask) -> None:
        self._do("move", ask, "no way leads there")

    @precondition(lambda self: any(each.overridable_by for stage in self.template.stages for each in stage.rules))
    @rule(ask=overriding())
    def overrides(self, ask: Ask) -> None:
        self._do("move", ask, "overriding")

    @precondition(lambda self: "versions" not in self.without and len(self.books.moments) > 1)
    @rule(ask=stale())
    def comes_late(self, ask: Ask) -> None:
        """Ask with the version of an earlier moment: it is refused, though all looks as it did then."""
        verb = "move" if ask.to else "update"
        self._send(verb, ask, f"with the version {ask.version!r} of an earlier moment", Expected(None))

    @precondition(lambda self: bool(self.books.done) and not {"keys", "versions"} <= self.without)
    @rule(ask=again())
    def asks_twice(self, ask: Ask) -> None:
        """Send a request that was done before once more: nothing changes."""
        why = f"{ask.key!r} is sent a second time"
        self._send("move" if ask.to else "update", ask, why, Expected(self.books.standing), twice=True)

    # -- each step

    def _do(self, verb: str, ask: Ask, why: str = "") -> None:
        self._send(verb, ask, why, expected(self.books.standing, verb, ask))

    def _send(self, verb: str, ask: Ask, why: str, to_come: Expected, *, twice: bool = False) -> None:
        """Send a request, and compare the answer and all that can be seen after it."""
        books, before = self.books, self.books.standing
        books.number += 1
        books.now = ask.at
        came = self._sent(verb, ask, why)
        free = twice and "keys" in self.without
        self._compare([] if free else answer_differs(self.template, to_come, came, told="reasons" not in self.without))
        if to_come.after is not None and not twice:
            books.take(ask, to_come.after)
        if books.standing.record.stage is not None:
            self._look(ask, changed=books.standing is not before)

    def _sent(self, verb: str, ask: Ask, why: str) -> Reasons:
        """Send a request; where the CRM raises, say on which walk."""
        try:
            came: Reasons = getattr(self.crm, verb)(ask)
        except Exception as error:
            line = told(self.books.number, verb, ask, why, None).removesuffix(": done")
            error.add_note("\n".join(["the walk:", *self.lines, f"{line}: raised"]))
            raise
        self.lines.append(told(self.books.number, verb, ask, why, came))
        return came

    def _look(self, ask: Ask, *, changed: bool) -> None:
        """Compare what is stored, and what is offered."""
        seen, standing = self.crm.read(DEAL), self.books.standing
        self._compare(seen_differs(standing, seen))
        if not changed and seen != self.seen:
            self._compare([Difference("what is stored", f"as it was: {self.seen}", str(seen))])
        self.seen = seen
        if changed:
            changes = len(standing.record.history)
            self.books.moments.append(Moment(seen.version, standing.record.stage, changes))
        beside = self.crm.read(NEIGHBOUR)
        if beside != self.beside:
            self._compare([Difference(f"what is stored of {NEIGHBOUR}", f"as it was: {self.beside}", str(beside))])
        asked = question(self.books, ask)
        self._compare(options_differ(self.template, may_enter(standing, asked), self.crm.options(asked)))

    def _compare(self, differences: Iterable[Difference]) -> None:
        found = [str(each) for each in differences]
        if found:
            heading = f"the CRM and the template {self.template.ref} part ways at step {self.books.number} of this walk"
            raise AssertionError("\n".join([heading, "", *self.lines, "", *found]))
