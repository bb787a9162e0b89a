"""State machines for Hypothesis: somebody's CRM driven through a template, step by step beside the model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from salesflow.template import StageTemplate
from salesflow.testing._agreement import Difference, answer_differs, options_differ, seen_differs, told
from salesflow.testing._aims import question
from salesflow.testing._books import Moment, begun, may_enter
from salesflow.testing._steps import AIMS, Step, steps
from salesflow.testing._system import Ask, Lack, Reasons, Seen, System

NEIGHBOUR = "beside"
"""A deal that is created with the first one, and is never to change."""


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


class SystemWalk(RuleBasedStateMachine):
    """The walk of one deal through somebody's CRM; where it comes to an end, that of another."""

    def __init__(self, template: StageTemplate[Any], crm: System, without: frozenset[Lack]) -> None:
        super().__init__()
        self.template, self.crm, self.without = template, crm, without
        self.books = begun(template)
        self.stored: dict[str, Seen] = {}
        """What was seen last of each deal."""
        self.lines: list[str] = []

    def teardown(self) -> None:
        """Close the CRM, where it can be closed."""
        getattr(self.crm, "close", lambda: None)()

    @initialize(favourite=st.sampled_from([*AIMS]))
    def is_inclined_to(self, favourite: str) -> None:
        """Choose what this walk does more often than others."""
        self.books.favourite = favourite

    @rule(step=steps())
    def takes(self, step: Step) -> None:
        """Send a request, and compare the answer and all that can be seen after it."""
        ask = step.ask
        books = self.books = self.books if ask.deal == self.books.deal else self.books.anew(ask.deal)
        verb = ("move" if ask.to else "update") if books.started else "create"
        books.number += 1
        books.now = ask.at
        to_come = step.to_come(books, verb)
        came = self._sent(verb, step)
        if not (step.again and "keys" in self.without):
            self._compare(answer_differs(self.template, to_come, came, told="reasons" not in self.without))
        taken = to_come.after is not None and not step.again
        if to_come.after is None:
            books.refused.add((books.standing.record.stage, ask.to))
        elif taken:
            books.take(ask, to_come.after)
        if books.started:
            self._look(ask, changed=taken)

    def _sent(self, verb: str, step: Step) -> Reasons:
        """Send a request; where the CRM raises, say on which walk."""
        number = self.books.number
        try:
            came: Reasons = getattr(self.crm, verb)(step.ask)
        except Exception as error:
            raised = told(number, verb, step.ask, step.why, None).removesuffix(": done")
            error.add_note("\n".join(["the walk:", *self.lines, f"{raised}: raised"]))
            raise
        self.lines.append(told(number, verb, step.ask, step.why, came))
        return came

    def _look(self, ask: Ask, *, changed: bool) -> None:
        """Compare what is stored, and what is offered."""
        seen, standing = self.crm.read(self.books.deal), self.books.standing
        self._compare(seen_differs(standing, seen))
        if changed:
            self.stored[self.books.deal] = seen
            self.books.moments.append(Moment(seen.version, standing.record.stage, len(standing.record.history)))
        self._compare(self._others_differ())
        asked = question(self.books, ask)
        self._compare(options_differ(self.template, may_enter(standing, asked), self.crm.options(asked)))
        if NEIGHBOUR not in self.stored:
            self.crm.create(replace(ask, deal=NEIGHBOUR, key=NEIGHBOUR))
            self.stored[NEIGHBOUR] = self.crm.read(NEIGHBOUR)

    def _others_differ(self) -> Iterator[Difference]:
        """Yield each deal that is not as it was when it was last changed."""
        for deal, before in self.stored.items():
            now = self.crm.read(deal)
            if now != before:
                yield Difference(f"what is stored of {deal!r}", f"as it was: {before}", str(now))

    def _compare(self, differences: Iterable[Difference]) -> None:
        found = [str(each) for each in differences]
        if found:
            heading = f"the CRM and the template {self.template.ref} part ways at step {self.books.number} of this walk"
            raise AssertionError("\n".join([heading, "", *self.lines, "", *found]))
