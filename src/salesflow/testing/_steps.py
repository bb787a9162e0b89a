"""Steps: what is done next on a walk through somebody's CRM, drawn by weight among what is possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from hypothesis import strategies as st

from salesflow.testing._aims import again, astray, bare, lacking, onward, overriding, stale, updates
from salesflow.testing._books import Books, kinds_of
from salesflow.testing._course import ways_on
from salesflow.testing._filling import Draw
from salesflow.testing._system import Ask, Lack
from salesflow.testing._walking import Step, Walk

Draws = Callable[[Books, Draw], Step]
"""Draws a step."""


@dataclass(frozen=True)
class Aim:
    """One purpose that a step may have."""

    draws: Draws
    weight: int
    possible: Callable[[Books, frozenset[Lack]], bool] = lambda books, _: books.started


def _plain(ask: Callable[[Books, Draw], Ask], why: str = "") -> Draws:
    return lambda books, draw: Step(ask(books, draw), why)


def _late(books: Books, draw: Draw) -> Step:
    ask, since = stale(books, draw)
    return Step(ask, since=since)


def _again(books: Books, draw: Draw) -> Step:
    return Step(again(books, draw), again=True)


def _heads(*kinds: str) -> Aim:
    towards = frozenset(kinds)
    return Aim(
        _plain(partial(onward, kinds=towards)),
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
    "news": Aim(_plain(onward), 5, _always),
    "a reopening": _heads("reopened"),
    "a hold, and out of it": _heads("resumed"),
    "a step back": _heads("moved_back"),
    "the end": _heads("won", "lost"),
    "an update": Aim(_plain(updates), 2),
    "nothing given": Aim(_plain(bare, "nothing is given"), 3, _always),
    "one thing left out": Aim(_plain(lacking, "one thing is left out"), 3, _always),
    "no way": Aim(_plain(astray, "no way leads there"), 3, _always),
    "an override": Aim(_plain(overriding, "overriding"), 2, _may_override),
    "a stale write": Aim(_late, 2, _may_come_late),
    "a request again": Aim(_again, 2, _may_ask_again),
}
"""What a step may be for."""


@st.composite
def steps(draw: Draw) -> Step:
    """Steps of a walk: where a deal can go no further, now and then the creation of another."""
    walk: Walk = draw(st.runner()).walk
    books = walk.books
    if not ways_on(books.template, books.standing.place) and draw(st.booleans()):
        books = books.anew(f"D-{books.number}")
    weights = {name: aim.weight for name, aim in AIMS.items() if aim.possible(books, walk.without)}
    if books.favourite in weights:
        weights[books.favourite] *= 4
    name = draw(st.sampled_from([name for name, weight in weights.items() for _ in range(weight)]))
    return replace(AIMS[name].draws(books, draw), creates=not books.started)
