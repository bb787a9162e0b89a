"""Steps: what is done next on a walk through somebody's CRM, drawn by weight among what is possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from hypothesis import strategies as st

from salesflow.testing._aims import again, astray, bare, lacking, onward, overriding, stale, updates
from salesflow.testing._books import Books, Expected, expected, kinds_of
from salesflow.testing._course import ways_on
from salesflow.testing._filling import Draw
from salesflow.testing._system import Ask, Lack


@dataclass(frozen=True)
class Step:
    """A request on its way to the CRM, and what is special about it."""

    ask: Ask
    why: str = ""
    again: bool = False
    """Whether the very request was done before."""
    late: bool = False
    """Whether the version is that of an earlier moment."""

    def to_come(self, books: Books, verb: str) -> Expected:
        """Return what is to come of it."""
        if self.late:
            return Expected(None)
        return Expected(books.standing) if self.again else expected(books.standing, verb, self.ask)


@dataclass(frozen=True)
class Aim:
    """One purpose that a step may have."""

    ask: Callable[[Books, Draw], Ask]
    weight: int
    possible: Callable[[Books, frozenset[Lack]], bool] = lambda books, _: books.started
    why: str = ""
    again: bool = False
    late: bool = False

    def step(self, books: Books, draw: Draw) -> Step:
        """Return a step to this purpose."""
        ask = self.ask(books, draw)
        return Step(ask, self.why.format(key=ask.key, version=ask.version), again=self.again, late=self.late)


def _heads(*kinds: str) -> Aim:
    towards = frozenset(kinds)
    return Aim(
        partial(onward, kinds=towards),
        2,
        lambda books, _: books.started and not kinds_of(books.template).isdisjoint(towards),
    )


def _always(_books: Books, _without: frozenset[Lack]) -> bool:
    return True


def _may_override(books: Books, _: frozenset[Lack]) -> bool:
    return any(rule.overridable_by for stage in books.template.stages for rule in stage.rules)


def _may_come_late(books: Books, without: frozenset[Lack]) -> bool:
    return "versions" not in without and len(books.moments) > 1


def _may_ask_again(books: Books, without: frozenset[Lack]) -> bool:
    return bool(books.done) and not {"versions", "keys"} <= without


AIMS: Mapping[str, Aim] = {
    "news": Aim(onward, 5, _always),
    "a reopening": _heads("reopened"),
    "a hold, and out of it": _heads("resumed"),
    "a step back": _heads("moved_back"),
    "the end": _heads("won", "lost"),
    "an update": Aim(updates, 2),
    "nothing given": Aim(bare, 3, _always, "nothing is given"),
    "one thing left out": Aim(lacking, 3, _always, "one thing is left out"),
    "no way": Aim(astray, 3, _always, "no way leads there"),
    "an override": Aim(overriding, 2, _may_override, "overriding"),
    "a stale write": Aim(stale, 2, _may_come_late, "with the version {version!r} of an earlier moment", late=True),
    "a request again": Aim(again, 2, _may_ask_again, "{key!r} is sent a second time", again=True),
}
"""What a step may be for."""


@st.composite
def steps(draw: Draw) -> Step:
    """Steps of a walk: where a deal can go no further, now and then the creation of another."""
    walk = draw(st.runner())
    books: Books = walk.books
    if not ways_on(books.template, books.standing.place) and draw(st.booleans()):
        books = books.anew(f"D-{books.number}")
    weights = {name: aim.weight for name, aim in AIMS.items() if aim.possible(books, walk.without)}
    if books.favourite in weights:
        weights[books.favourite] *= 4
    name = draw(st.sampled_from([name for name, weight in weights.items() for _ in range(weight)]))
    return AIMS[name].step(books, draw)
