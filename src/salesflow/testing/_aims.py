"""Aims: requests with a purpose, made with an eye on what a walk has not tried yet. None of them calls `move`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from salesflow.rules import TimeInStage, walk
from salesflow.testing import _model as model
from salesflow.testing._asking import Asked, Template
from salesflow.testing._beginnings import Unfillable
from salesflow.testing._books import Books, later
from salesflow.testing._course import toward_kinds, toward_news
from salesflow.testing._draw_values import mostly
from salesflow.testing._filling import Draw, made, met
from salesflow.testing._model_rules import Sight, holds, keys
from salesflow.testing._once import once
from salesflow.testing._routes import needs, units, ways_from
from salesflow.testing._system import Ask
from salesflow.values import Actor

_grounds = st.sampled_from(["they asked for it", "Übergabe an 🧑‍💼 ab Montag", 'it\'s "agreed"; so be it'])
_seldom = mostly(st.sampled_from([False]), st.sampled_from([True]), one_in=5)
_shares = st.sampled_from([0, 1, 20])
_people = st.sampled_from(["u-1", "u-2", "Ü 7"])

# -- what is sent -------------------------------------------------------------------------------------------


@once(256)
def _breath(template: Template) -> timedelta:
    """Return how long one may dawdle at a time, so that no stage is overstayed by the way."""
    holders: list[Any] = [*template.stages, *template.moves]
    rules = (each for holder in holders for rule in holder.rules for each in walk(rule))
    most = [each.at_most for each in rules if isinstance(each, TimeInStage) and each.at_most]
    return min([timedelta(days=40), *most]) / 2000


def _sight(books: Books, draw: Draw, *, roles: tuple[str, ...] = ()) -> Sight:
    """Return what rules would look at: somebody acts, a while after the last request."""
    at = later(books, _breath(books.template) * draw(_shares))
    deal = books.standing.deal
    return Sight(books.template, deal.facts, deal.events, 0, at, Actor(id=draw(_people), roles=roles), deal.stands)


def _ask(books: Books, sight: Sight, to: str = "", *, ground: str | None = None, override: Iterable[str] = ()) -> Ask:
    """Return the request to enter a stage, or none, with what is shown."""
    before, now = dict(books.standing.deal.facts), dict(sight.facts)
    # by their text: 1 and True are equal, and not the same to a rule
    changed = {name for name, value in now.items() if repr(value) != repr(before[name])}
    return Ask(
        deal=books.deal,
        to=to,
        at=sight.at,
        by=sight.by.id,
        roles=sight.by.roles,
        fields=sight.facts.model_dump(mode="json", include=changed) if changed else {},
        ground=ground,
        override=tuple(override),
        key=f"request {books.number + 1}",
    )


def _granted(books: Books, draw: Draw, to: str) -> Ask:
    """Return the request to enter a stage with all that is needed. Raises Unfillable."""
    way = ways_from(books.template, books.standing.place)[to]
    ground = draw(_grounds) if way.ground or (way.kind != "started" and draw(_seldom)) else None
    asked = needs(way, ground=ground is not None)
    passed = [rule for rule in asked if rule.overridable_by and draw(_seldom)]
    roles = tuple(dict.fromkeys(rule.overridable_by[0] for rule in passed))
    sight = met([rule for rule in asked if rule not in passed], _sight(books, draw, roles=roles), draw)
    ground = draw(_grounds) if passed and ground is None else ground
    name = draw(st.sampled_from([to, *books.template.stage(to).aliases]))
    return _ask(books, sight, name, ground=ground, override=(key for rule in passed for key in keys(rule)))


def _first_granted(books: Books, draw: Draw, stages: list[str]) -> Ask:
    """Return the request to enter one of some stages, or to enter none where what is needed cannot be found."""
    turn = draw(st.integers(0, len(stages) - 1)) if len(stages) > 1 else 0
    for to in (*stages[turn:], *stages[:turn]):
        try:
            return _granted(books, draw, to)
        except Unfillable:
            continue
    return _bare(books, draw, _stages(books, with_way=True))


# -- what is granted ----------------------------------------------------------------------------------------


def onward(books: Books, draw: Draw, *, kinds: frozenset[str] = frozenset()) -> Ask:
    """Return a request that is granted: a step of these kinds or on the way there, or to what has not been tried."""
    template, place = books.template, books.standing.place
    found = toward_kinds(template, place, kinds) if kinds else []
    found = found or toward_news(template, place, books.fresh)
    return _first_granted(books, draw, found) if found else _bare(books, draw, _stages(books, with_way=False))


def updates(books: Books, draw: Draw) -> Ask:
    """Return a request to set what some rule reads, or the name, without a move."""
    sight = _sight(books, draw)
    rules = _read_rules(books.template)
    if rules and not draw(_seldom):
        return _ask(books, made(draw(st.sampled_from(rules)), draw(st.booleans()), sight, draw))
    facts = sight.facts.model_copy(update={"name": f"{books.deal}, {books.number}"})
    return _ask(books, replace(sight, facts=facts))


@once(256)
def _read_rules(template: Template) -> list[Any]:
    holders: list[Any] = [*template.stages, *template.moves]
    return list(dict.fromkeys(unit for holder in holders for rule in holder.rules for unit in units(rule)))


# -- what is refused ----------------------------------------------------------------------------------------


def _stages(books: Books, *, with_way: bool) -> list[str]:
    """Return the stages to which there is a way from here, or none: those that were not refused yet, if any."""
    ways = ways_from(books.template, books.standing.place)
    found = [each for each in books.template.stages if (each.id in ways) is with_way]
    here, ids = books.standing.place.stage, [each.id for each in found]
    return [id for id in ids if (here, id) not in books.refused] or ids or ["nowhere"]


def _bare(books: Books, draw: Draw, stages: list[str]) -> Ask:
    """Return the request to enter a stage with nothing but its name."""
    return _ask(books, _sight(books, draw), draw(st.sampled_from(stages)))


def bare(books: Books, draw: Draw) -> Ask:
    """Return a request with nothing but the name of a stage: whatever is needed is missing, and all of it is named."""
    return _bare(books, draw, _stages(books, with_way=True))


def lacking(books: Books, draw: Draw) -> Ask:
    """Return a request with all that is needed but one thing."""
    to = draw(st.sampled_from(_stages(books, with_way=True)))
    way = ways_from(books.template, books.standing.place).get(to)
    if way is None:
        return _bare(books, draw, [to])
    sight = _sight(books, draw)
    every = [unit for rule in needs(way, ground=way.ground) for unit in units(rule)]
    ground = draw(_grounds) if way.ground else None
    apt = [unit for unit in every if holds(unit, sight) is not True] or every
    left_out = draw(st.sampled_from([*apt, *([None] if way.ground else [])] or [None]))
    sight = _best(sight, [unit for unit in every if unit != left_out], draw)
    if left_out is None:
        return _ask(books, sight, to)
    return _ask(books, made(left_out, False, sight, draw), to, ground=ground)  # noqa: FBT003 - one of three values


def _best(sight: Sight, rules: list[Any], draw: Draw) -> Sight:
    """Return what meets rules, or most of them."""
    try:
        return met(rules, sight, draw)
    except Unfillable:
        return sight


def astray(books: Books, draw: Draw) -> Ask:
    """Return a request to go where no way leads, with everything that could be asked for."""
    stages = [*_stages(books, with_way=False), "nowhere"]
    closed = [each for each in stages if (stage := model.named(books.template, each)) and stage.outcome]
    to = draw(st.sampled_from(closed if closed and draw(st.booleans()) else stages))
    target = model.named(books.template, to)
    sight = _sight(books, draw, roles=_every_role(books.template))
    sight = _best(sight, [*target.rules], draw) if target else sight
    return _ask(books, sight, to, ground=draw(_grounds))


@once(256)
def _every_role(template: Template) -> tuple[str, ...]:
    rules = _read_rules(template)
    asked = [role for rule in rules for each in walk(rule) for role in getattr(each, "roles", ())]
    may = [role for rule in rules for role in rule.overridable_by]
    return tuple(dict.fromkeys([*asked, *may, *(role for move in template.moves for role in move.roles)]))


def overriding(books: Books, draw: Draw) -> Ask:
    """Return a request that names what may be overridden, with a ground or none, by somebody who may or may not."""
    ways = ways_from(books.template, books.standing.place)
    named = {to: [unit for rule in needs(way) for unit in [rule] if rule.overridable_by] for to, way in ways.items()}
    stages = [to for to, rules in named.items() if rules]
    if not stages:
        return _bare(books, draw, _stages(books, with_way=True))
    to = draw(st.sampled_from(stages))
    others = [rule for rule in needs(ways[to]) if rule not in named[to]]
    roles = tuple(rule.overridable_by[0] for rule in named[to]) if not draw(_seldom) else ()
    sight = _best(_sight(books, draw, roles=tuple(dict.fromkeys(roles))), others, draw)
    ground = None if draw(_seldom) else draw(_grounds)
    return _ask(books, sight, to, ground=ground, override=(key for rule in named[to] for key in keys(rule)))


# -- what comes late or twice -------------------------------------------------------------------------------


def stale(books: Books, draw: Draw) -> tuple[Ask, str]:
    """Return a request by somebody who looked before the last change, and after which request that was.

    Best is a moment at which all looked as it does now.
    """
    *old, now = books.moments
    alike = [each.key for each in old if each.stage == now.stage]
    ask = updates(books, draw) if draw(_seldom) else onward(books, draw)
    return ask, draw(st.sampled_from(alike or [each.key for each in old]))


def again(books: Books, draw: Draw) -> Ask:
    """Return a request that was done before, sent a second time; best where it could be done again."""
    now = later(books, timedelta(0))
    sent = [replace(ask, at=now) for ask in books.done]
    found: Ask = draw(st.sampled_from([each for each in sent if _would_do(books, each)] or sent))
    return found


def _would_do(books: Books, ask: Ask) -> bool:
    """Whether a request would be granted here and now."""
    by = Actor(id=ask.by, roles=ask.roles)
    asked = Asked("move", ask.to, ask.at, by, dict(ask.fields), ask.ground, ask.override)
    return not ask.to or model.judge(books.template, books.standing.deal, asked).allowed
