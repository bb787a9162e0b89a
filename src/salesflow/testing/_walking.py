"""Walks through somebody's CRM: requests sent one after the other, and after each all that can be seen compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from salesflow.testing._agreement import (
    answer_differs,
    answer_told,
    options_differ,
    seen_changed,
    seen_differs,
    told,
)
from salesflow.testing._asking import Template
from salesflow.testing._books import Difference, DisagreementError, Expected, Moment, begun, expected, may_enter
from salesflow.testing._system import Ask, Lack, Reasons, Seen, System

NEIGHBOUR = "beside"
"""A deal that is created with the first one, and is never to change."""


@dataclass(frozen=True)
class Step:
    """A request on its way to the CRM, and what is special about it."""

    ask: Ask
    """Its version is filled in when it is sent."""
    why: str = ""
    creates: bool = False
    """Whether the deal is to be created; where that is so already, or is not, the step is left out."""
    again: bool = False
    """Whether the very request was sent before: the one with the same key."""
    since: str | None = None
    """Where the version is that of an earlier moment: the key of the request after which whoever asks looked."""

    def __repr__(self) -> str:
        return f"{self.ask!r}" + (f"  # {self.why}" if self.why else "")

    def _repr_pretty_(self, printer: object, _cycle: bool, /) -> None:  # noqa: FBT001 - as pretty printers call it
        printer.text(repr(self))  # type: ignore[attr-defined]


class PartedError(AssertionError):
    """A CRM and its template part ways; `aspect` says in what."""

    def __init__(self, template: Template, lines: Sequence[str], found: Sequence[Difference]) -> None:
        heading = f"the CRM and the template {template.ref} part ways in the last step of this walk"
        super().__init__("\n".join([heading, "", *lines, "", *map(str, found)]))
        self.aspect = re.sub("[0-9]+", "", found[0].what)
        self.steps = len(lines)


class Walk:
    """One deal after the other on its walk through a CRM, and the books of it."""

    def __init__(self, template: Template, crm: System, without: frozenset[Lack]) -> None:
        self.template, self.crm, self.without = template, crm, without
        self.books = begun(template)
        self.steps: list[Step] = []
        self.lines: list[str] = []
        self.stored: dict[str, Seen] = {}
        """What was seen of each deal when it was last changed."""

    def close(self) -> None:
        """Close the CRM, where it can be closed."""
        getattr(self.crm, "close", lambda: None)()

    def take(self, step: Step) -> None:
        """Send a request, and compare the answer and all that can be seen after it. Raises PartedError."""
        if step.ask.deal != self.books.deal:
            self.books = self.books.anew(step.ask.deal)
        if step.creates is not self.books.started:
            self._send(self._as_it_is_now(step))

    def _send(self, step: Step) -> None:
        books, ask = self.books, step.ask
        self.steps.append(step)
        verb = "create" if step.creates else "move" if ask.to else "update"
        books.number += 1
        books.now = ask.at
        to_come = self._to_come(verb, step, ask)
        came = self._sent(verb, step, ask)
        if not (step.again and "keys" in self.without):
            self._compare(answer_differs(self.template, to_come, came, told="reasons" not in self.without))
        if to_come.after is None:
            books.refused.add((books.standing.record.stage, ask.to))
        elif not step.again:
            books.take(ask, to_come.after)
        if books.started:
            self._look(ask, changed=to_come.after is not None and not step.again)

    def _as_it_is_now(self, step: Step) -> Step:
        """Return a step with the version that whoever asks saw; where a walk was made short, it may be late no more."""
        moments, done = self.books.moments, self.books.done
        late = any(each.key == step.since for each in moments[:-1])
        again = step.again and any(each.key == step.ask.key for each in done)
        seen = [each.version for each in moments if each.key == step.since or not late]
        sent = [each.version for each in done if each.key == step.ask.key] if again else seen
        ask = replace(step.ask, version=sent[-1] if sent else None)
        return replace(step, ask=ask, again=again, since=step.since if late else None)

    def _to_come(self, verb: str, step: Step, ask: Ask) -> Expected:
        if step.since is not None:
            return Expected(None)
        if step.again:
            return Expected(self.books.standing)
        try:
            return expected(self.books.standing, verb, ask)
        except DisagreementError as disagreement:
            self._tell(verb, step, ask, "not sent")
            raise PartedError(self.template, self.lines, [disagreement.difference]) from None

    def _sent(self, verb: str, step: Step, ask: Ask) -> Reasons:
        """Send a request; where the CRM raises, say on which walk."""
        try:
            came: Reasons = getattr(self.crm, verb)(ask)
        except Exception as error:
            self._tell(verb, step, ask, "raised")
            error.add_note("\n".join(["the walk:", *self.lines]))
            raise
        self._tell(verb, step, ask, answer_told(came))
        return came

    def _tell(self, verb: str, step: Step, ask: Ask, came: str) -> None:
        numbers = {each.ask.key: number for number, each in reversed([*enumerate(self.steps, start=1)])}
        late = f"with the version as it was after step {numbers[step.since]}" if step.since else ""
        why = f"the request of step {numbers[ask.key]} again" if step.again else late or step.why
        self.lines.append(f"{len(self.steps):3}. {told(verb, ask, why)}: {came}")

    def _look(self, ask: Ask, *, changed: bool) -> None:
        """Compare what is stored, and what is offered."""
        books, standing = self.books, self.books.standing
        seen = self.crm.read(books.deal)
        self._compare(seen_differs(standing, seen))
        if changed:
            self.stored[books.deal] = seen
            books.moments.append(Moment(ask.key, seen.version, standing.record.stage))
        self._compare(self._others_differ())
        if changed:
            asked = replace(question(ask), version=seen.version)
            self._compare(options_differ(self.template, may_enter(standing, asked), self.crm.options(asked)))
        if NEIGHBOUR not in self.stored:
            self.crm.create(replace(ask, deal=NEIGHBOUR, key=NEIGHBOUR))
            self.stored[NEIGHBOUR] = self.crm.read(NEIGHBOUR)

    def _others_differ(self) -> Iterator[Difference]:
        """Yield each deal that is not as it was when it was last changed."""
        for deal, before in self.stored.items():
            yield from seen_changed(deal, before, self.crm.read(deal))

    def _compare(self, differences: Iterable[Difference]) -> None:
        found = [*differences]
        if found:
            raise PartedError(self.template, self.lines, found)


def question(ask: Ask) -> Ask:
    """Return the question what may be done now, by whoever asked last; with a ground every other time."""
    ground = "so be it" if ask.key[-1:] in {"0", "2", "4", "6", "8"} else None
    return replace(ask, to="", fields={}, override=(), ground=ground, key="")
