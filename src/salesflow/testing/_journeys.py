"""Journeys: walks with an aim, legal by construction. None of them calls `move`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from salesflow import Actor, Qualification
from salesflow.history import Change
from salesflow.qualification import Answer as Told
from salesflow.records import Activity, Approval, Objection, Record
from salesflow.rules import TimeInStage
from salesflow.rules import walk as parts_of
from salesflow.testing import _model as model
from salesflow.testing._asking import Asked, Patch, Request, Template, Walk
from salesflow.testing._beginnings import Unfillable
from salesflow.testing._beginnings import begun as made
from salesflow.testing._draw_records import complete, unstarted
from salesflow.testing._draw_values import T0, ZONES, mostly, texts
from salesflow.testing._filling import Draw, met
from salesflow.testing._model import Answer, Deal, Way
from salesflow.testing._model_rules import Sight, holds, keys
from salesflow.testing._model_updates import NEVER_SET, updated
from salesflow.testing._once import once
from salesflow.testing._routes import (
    START,
    Goal,
    Place,
    Taste,
    cost,
    distances,
    entered,
    goals,
    graph,
    needs,
    ways_from,
)
from salesflow.values import FrozenMap, freeze


@dataclass(frozen=True)
class Journey:
    """A walk that is legal, and the record at its end, as the independent model has it."""

    walk: Walk
    end: Record

    @property
    def path(self) -> tuple[str, ...]:
        """The stage after each of its requests."""
        return self.walk.path or ()


# -- what is drawn ------------------------------------------------------------------------------------------

_actors = st.none() | st.builds(Actor, id=st.sampled_from(["u-1", "u-2", "Ü 7"]), name=texts)
grounds = st.sampled_from(["they asked for it", "Übergabe\nan 🧑‍💼 ab Montag", "any of it"])
_zones = st.sampled_from(ZONES)
_shares = st.sampled_from([0, 0.001, 1, 20, 100])
_seldom = mostly(st.sampled_from([False]), st.sampled_from([True]), one_in=5)
_often = st.booleans()
_detours = st.integers(0, 3)


@once(256)
def _breath(template: Template) -> timedelta:
    """Return how long one may dawdle at a time, so that no stage is overstayed by the way."""
    holders: list[Any] = [*template.stages, *template.moves]
    rules = (each for holder in holders for rule in holder.rules for each in parts_of(rule))
    most = [each.at_most for each in rules if isinstance(each, TimeInStage) and each.at_most]
    return min([timedelta(days=40), *most]) / 2000


# -- a journey as it is told --------------------------------------------------------------------------------


class Tale:
    """A journey while it is made up. The independent model keeps the books."""

    def __init__(self, template: Template, record: Record, draw: Draw) -> None:
        self.template, self.record, self.draw = template, record, draw
        self.deal, self.place = Deal.of(record), START
        self.requests: list[Request] = []
        self.path: list[str] = []

    @property
    def journey(self) -> Journey:
        """What has been told so far."""
        return Journey(Walk(self.template, self.record, tuple(self.requests), tuple(self.path)), self._end())

    def _end(self) -> Record:
        facts: Record = self.deal.facts
        return facts.model_copy(update=self.deal.stands)

    @property
    def now(self) -> Any:
        """When the last change was made."""
        return self.deal.events[-1].at if self.deal.events else T0

    def sight(self) -> Sight:
        """Return what rules would look at: somebody acts, a while after the last change."""
        at = self.now + _breath(self.template) * self.draw(_shares)
        return Sight(self.template, self.deal.facts, self.deal.events, 0, at, self.draw(_actors), self.deal.stands)

    def step(self, to: str) -> None:
        """Enter a stage, with all that is needed. Raises Unfillable."""
        way = ways_from(self.template, self.place)[to]
        ground = self.draw(grounds) if way.ground or self.draw(_seldom) else None
        asked, passed = self._overridden(needs(way, ground=ground is not None))
        sight = self._shown(asked, passed, to, way)
        ground = self.draw(grounds) if passed and ground is None else ground
        if self._may_update and self.draw(_seldom):
            self.update(sight)
            sight = self._shown(asked, passed, to, way)
        override = tuple(key for rule in passed for key in keys(rule))
        request = replace(self.request(sight, to), ground=ground, override=override)
        self.tell(request, way, to, sight)

    def _shown(self, asked: list[Any], passed: list[Any], to: str, way: Way) -> Sight:
        """Return what meets every rule and what the record's own class accepts. Raises Unfillable."""
        for _ in range(4):
            sight = met(asked, self._with_roles(self.sight(), passed), self.draw)
            if self._accepts(sight, to, way, asked):
                return sight
        name = type(self.record).__name__
        raise Unfillable(f"{self.template.id}: {name} does not accept in {to!r} what was found to meet {asked}")

    def _accepts(self, sight: Sight, to: str, way: Way, rules: Iterable[Any] = ()) -> bool:
        """Tell whether the record's own class takes what is shown, and leaves it so that the rules hold."""
        facts, wrong = updated(self.deal.facts, self._changed(sight))
        if facts is None or wrong or not all(holds(rule, replace(sight, facts=facts)) for rule in rules):
            return False
        answer = Answer(allowed=True, way=way, facts=facts)
        return model.accepted(self.template, self.deal, Asked("move", to, sight.at, sight.by), answer).allowed

    def _overridden(self, rules: list[Any]) -> tuple[list[Any], list[Any]]:
        """Split rules into those that are met and those that are passed over."""
        passed = [rule for rule in rules if rule.overridable_by and self.draw(_seldom)]
        return [rule for rule in rules if rule not in passed], passed

    def _with_roles(self, sight: Sight, passed: list[Any]) -> Sight:
        if not passed:
            return sight
        by = sight.by or Actor(id="u-1")
        roles = dict.fromkeys((*by.roles, *(rule.overridable_by[0] for rule in passed)))
        return replace(sight, by=Actor(id=by.id, name=by.name, roles=tuple(roles)))

    @property
    def _may_update(self) -> bool:
        return self.place.stage is not None and self.template.stage(self.place.stage).open

    def request(self, sight: Sight, to: str) -> Request:
        """Return the request to enter a stage with what is shown, as the object that it is or as JSON has it."""
        stage = self.template.stage(to)
        name = self.draw(st.sampled_from([stage.id, *stage.aliases])) if stage.aliases else to
        patch = self._patch(sight)
        return Request(to=name, pause=sight.at - self.now, zone=self.draw(_zones), by=sight.by, patch=patch)

    def _patch(self, sight: Sight) -> Patch | None:
        changed = self._changed(sight)
        if not changed:
            return None
        as_json = self.draw(_seldom) and sight.facts.model_dump(mode="json", include=set(changed))
        return Patch(as_json or changed)

    def _changed(self, sight: Sight) -> dict[str, Any]:
        before = dict(self.deal.facts)
        # by their text: 1 and True are equal, and not the same to a rule
        return {name: value for name, value in sight.facts if repr(value) != repr(before[name])}

    def update(self, sight: Sight) -> None:
        """Set fields without a move, where the record's own class accepts them."""
        if not self._accepts(sight, self.place.stage or "", Way("updated")):
            return
        patch = self._patch(sight) or Patch({"name": self.draw(texts)})
        request = Request(verb="update", pause=sight.at - self.now, zone=self.draw(_zones), by=sight.by, patch=patch)
        self.tell(request, Way("updated"), self.place.stage or "", sight)

    def tell(self, request: Request, way: Way, to: str, sight: Sight) -> None:
        """Write down a request that is granted, and what comes of it."""
        update = dict(request.patch.fixed) if request.patch else None
        facts, wrong = updated(self.deal.facts, update)
        assert not wrong, (wrong, update)
        asked = Asked(request.verb, to, sight.at, sight.by, update, request.ground, request.override)
        answer = model.accepted(self.template, self.deal, asked, Answer(allowed=True, way=way, facts=facts))
        assert answer.allowed, (request, self.deal)
        before, self.deal = self.deal, model.moved(self.template, self.deal, asked, answer)
        # what was met all the same is asked to be passed over, and is not
        passed = model.judge(self.template, before, asked).overrode if request.override else ()
        self.deal = replace(self.deal, history=(*before.history, self._change(before, asked, passed)))
        self.requests.append(request)
        self.path.append(to)
        if way.kind != "updated":
            self.place = entered(self.template, self.place, to)

    def _change(self, before: Deal, asked: Asked, passed: tuple[str, ...]) -> Change:
        event = self.deal.events[-1]
        return Change(
            number=len(self.deal.events),
            kind=event.kind,  # type: ignore[arg-type]
            source=event.source,
            target=event.target,
            at=asked.at,
            by=asked.by,
            ground=asked.ground,
            overrode=passed,
            set=_written(before, self.deal, set(asked.update or {})),
            template=self.template.ref,
        )

    # -- the way

    def lead(self, ends: frozenset[Place], *, careful: bool, detours: int = 0, shunned: Any = None) -> None:
        """Go to the nearest of some places, now and then by a detour; where it can be, past what is shunned.

        Raises Unfillable.
        """
        while self.place not in ends:
            if detours and self._may_update and self.draw(_seldom):
                self.update(_chatter(self.sight(), self.draw))
            aside = bool(detours) and self.draw(_seldom)
            detours -= aside
            self._one_of(self._onward(ends, Taste(careful=careful, shunned=shunned), aside=aside))

    def _onward(self, ends: frozenset[Place], taste: Taste, *, aside: bool) -> list[str]:
        """Return where to go from here, the nearest way first; for a detour, some other way first."""
        far, ways = distances(self.template, ends, taste), graph(self.template)[self.place]
        left = {to: far[there] for to, there in ways.items() if there in far}
        by_far = sorted(left, key=lambda to: left[to] + cost(self.template, self.place, to, taste))
        turn = self.draw(st.integers(1, len(by_far) - 1)) if aside and len(by_far) > 1 else 0
        return [*by_far[turn:], *by_far[:turn]]

    def _one_of(self, stages: list[str]) -> None:
        """Enter the first of some stages for which all that is needed can be found."""
        failed: list[Unfillable] = []
        for to in stages:
            try:
                return self.step(to)
            except Unfillable as unfillable:
                failed.append(unfillable)
        raise failed[0]


def _written(before: Deal, after: Deal, asked: set[str]) -> FrozenMap[Any]:
    """Return what a change writes down: what was asked, what came of it, and at a start all that is known."""
    facts: Record = after.facts
    blank = {name: field.default for name, field in type(facts).model_fields.items()}
    were = blank if before.stage is None else dict(before.facts)
    names = asked | {name for name, value in facts if name not in NEVER_SET and value != were[name]}
    return FrozenMap({name: freeze(value) for name, value in facts.model_dump(mode="json", include=names).items()})


_NEWS = st.sampled_from(["name", "amount", "source", "activities", "objections", "approvals", "qualification"])


def _chatter(sight: Sight, draw: Draw) -> Sight:
    """Return a record on which something happened by the way that serves no purpose, or sets it back."""
    name, criteria = draw(_NEWS), sight.template.framework.criteria
    held = getattr(sight.facts, name)
    note = draw(texts)
    news: dict[str, Any] = {
        "name": note,
        "amount": None,
        "source": note,
        "activities": (*(held or ()), Activity(kind="note", at=sight.at, note=note)) if name == "activities" else None,
        "objections": (*(held or ()), _doubt(sight, note)) if name == "objections" else None,
        "approvals": (*(held or ()), _refusal(sight, draw)) if name == "approvals" else None,
        "qualification": held.answered(_denial(criteria, sight, draw)) if isinstance(held, Qualification) else None,
    }
    return replace(sight, facts=sight.facts.model_copy(update={name: news[name]}))


def _doubt(sight: Sight, note: str) -> Objection:
    return Objection(id=f"by the way {len(sight.facts.objections)}", text=note, raised_at=sight.at)


def _refusal(sight: Sight, draw: Draw) -> Approval:
    what = draw(st.sampled_from([*_approvals(sight.template), "something else"]))
    return Approval(what=what, granted=False, at=sight.at, by=Actor(id="u-boss"))


def _denial(criteria: tuple[Any, ...], sight: Sight, draw: Draw) -> Told:
    certainty = draw(st.sampled_from(["no", "unknown", "claimed"]))
    return Told(criterion=draw(st.sampled_from(criteria)).id, certainty=certainty, at=sight.at)


@once(256)
def _approvals(template: Template) -> tuple[str, ...]:
    holders: list[Any] = [*template.stages, *template.moves]
    rules = (each for holder in holders for rule in holder.rules for each in parts_of(rule))
    return tuple(dict.fromkeys(each.what for each in rules if each.rule == "approved"))


# -- journeys -----------------------------------------------------------------------------------------------


@st.composite
def journeys(
    draw: Any, template: Template, goal: Goal, *, direct: bool = False, begun: st.SearchStrategy[Record] | None = None
) -> Journey:
    """Journeys to a goal: by the stages in their order or by leaps, with detours; `direct` ones have none."""
    tale = Tale(template, draw(beginnings(template, direct=direct) if begun is None else begun), draw)
    detours = 0 if direct else draw(_detours)
    tale.lead(goal.ends, careful=direct or draw(_often), detours=detours)
    for place, to in goal.then:
        if place == tale.place:
            tale.step(to)
            break
    if goal.then and not direct:
        _closed(tale, draw)
    return tale.journey


def _closed(tale: Tale, draw: Draw) -> None:
    """Go on to some stage that closes, where one can be reached."""
    ends = [goal.ends for goal in goals(tale.template) if goal.kind in {"won", "lost"}]
    near = [each for each in ends if tale.place in distances(tale.template, each)]
    if near:
        tale.lead(draw(st.sampled_from(near)), careful=True)


@st.composite
def beginnings(draw: Any, template: Template, *, direct: bool) -> Record:
    """Records that are not started, with nothing known or with anything; for a direct way, with nothing."""
    kind: type[Record] = template.record
    if direct or draw(st.sampled_from([True, True, False])):
        return made(kind, {}, complete(kind, template.framework), draw)
    record: Record = draw(unstarted(template))
    return record
