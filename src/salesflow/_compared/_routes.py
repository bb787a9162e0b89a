"""Routes: which ways between stages are other ways in a new template, and by which of its changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations, product
from typing import NamedTuple

from salesflow._compared._pairs import Pairs
from salesflow._compile import Edge, Table
from salesflow._difference import Difference, Impact, difference, worst
from salesflow._phrases import Phrase, joined, names, phrase, shortened
from salesflow.history import Kind
from salesflow.moves import Move, Policy
from salesflow.qualification import FOUR_CRITERIA
from salesflow.stage import Stage

Way = tuple[str, str]
Cause = tuple[str, str]
"""The code of a difference, and what it is about."""


class Road(NamedTuple):
    """How a way is gone: what the change will be, and whether it takes a ground."""

    kind: Kind
    ground: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """The ways that one change of a template changed, each sort with where they lead from and to."""

    ways: Mapping[str, list[Way]]

    @classmethod
    def of(cls, ways: Iterable[Way], before: Mapping[Way, Road], after: Mapping[Way, Road]) -> Effect:
        """Sort ways by what they were and what they are."""
        found: dict[str, list[Way]] = {}
        for way in ways:
            found.setdefault(_sort(before.get(way), after.get(way)), []).append(way)
        return cls(found)

    @property
    def impact(self) -> Impact:
        """What it means: a way that is gone breaks, any other is met in flight."""
        return "breaking" if "closed" in self.ways else "in_flight" if self.ways else "none"

    @property
    def said(self) -> Phrase:
        """Say which ways they are; None where there are none."""
        told = [phrase(f"difference.{sort}", ways=_listed(self.ways[sort])) for sort in _SORTS if sort in self.ways]
        return joined(told, ";") if told else None


@dataclass(frozen=True, slots=True)
class Effects:
    """What each change of a template did to ways."""

    by_cause: Mapping[Cause, Effect]

    def impact(self, code: str, about: object, least: Impact) -> Impact:
        """Return what a change means: what it did to ways, and otherwise `least`."""
        return worst((least, self._of(code, about).impact))

    def told(
        self, code: str, about: object, path: str, least: Impact, *, why: str = "", **params: Phrase
    ) -> Difference:
        """Make the difference of a change, with what it did to ways."""
        effect = self._of(code, about)
        impact = self.impact(code, about, least)
        return difference(code, path, impact, why=why, effect=effect.said, ways=effect.ways, **params)

    def _of(self, code: str, about: object) -> Effect:
        return self.by_cause.get((code, str(about)), _NO_EFFECT)


_NO_EFFECT = Effect({})
_SORTS = ("closed", "opened", "with_ground", "without_ground", "told_otherwise")


def _sort(before: Road | None, after: Road | None) -> str:
    if before is None or after is None:
        return "opened" if before is None else "closed"
    if before.ground != after.ground:
        return "with_ground" if after.ground else "without_ground"
    return "told_otherwise"


def _listed(ways: Iterable[Way]) -> Phrase:
    """List ways, those from one stage or to one stage together, whichever takes fewer words."""
    ways = list(ways)
    groups = min((_grouped(ways, side) for side in (0, 1)), key=len)
    told = [_said(sources, targets) for sources, targets in groups]
    return shortened(told, GROUPS_AT_MOST, "")


GROUPS_AT_MOST = 4
"""How many groups of ways one difference names."""


def _grouped(ways: list[Way], side: int) -> list[tuple[list[str], list[str]]]:
    found: dict[str, list[Way]] = {}
    for way in ways:
        found.setdefault(way[side], []).append(way)
    ends = ([dict.fromkeys(way[end] for way in group) for end in (0, 1)] for group in found.values())
    return [(list(sources), list(targets)) for sources, targets in ends]


def _said(sources: Iterable[str], targets: Iterable[str]) -> Phrase:
    told = {"sources": names(sources, "and", quoted=True), "targets": names(targets, "and", quoted=True)}
    return phrase("difference.way", **told)


# -- ways that are other ways -------------------------------------------------------------------------------


def effects(pairs: Pairs) -> Effects:
    """Return what each change did to the ways between stages that are in both templates, each way told once.

    The old template becomes the new one step by step. A way that is another in the end is told with the first step
    that changed it, by what it was and what it has become.
    """
    states = [*_steps(pairs)]
    first, last = states[0][1], states[-1][1]
    here = [new.id for _, _, new in pairs.kept]
    ways = [*product(here, here)]
    before, after = _roads(first, ways), _roads(last, ways)
    waiting = [way for way in ways if before.get(way) != after.get(way)]
    found: dict[Cause, list[Way]] = {}
    for cause, state in states[1:]:
        now = _roads(state, waiting) if waiting else {}
        found.setdefault(cause, []).extend(way for way in waiting if now.get(way) != before.get(way))
        waiting = [way for way in waiting if now.get(way) == before.get(way)]
    holds = {stage.id for stage in last.stages if stage.hold}
    gone = {way for way in ways if way in before and way not in after}
    told = {cause: Effect.of(_without_echoes(turned, holds, gone), before, after) for cause, turned in found.items()}
    return Effects(told | _merged(pairs, first, last))


def _without_echoes(ways: list[Way], holds: set[str], gone: set[Way]) -> list[Way]:
    """Leave out what goes for a hold because it goes for the stage that was left for it.

    A way out of a hold that is gone, where no other way there went with it, is no echo: it resumed a stage.
    """
    own = [way for way in ways if way[0] not in holds]
    lost = {target for _, target in gone.intersection(own)}
    return [way for way in ways if way[0] not in holds or (way in gone and way[1] not in lost)] if own else ways


def _merged(pairs: Pairs, first: State, last: State) -> dict[Cause, Effect]:
    """Return what became of the ways of stages that are part of another one now."""
    there = {pairs.called(old): new for old, new in pairs.now.items()}
    found: dict[Cause, Effect] = {}
    merged = {stage.id for _, stage, _ in pairs.merged}
    waiting = [way for way in permutations(there, 2) if not merged.isdisjoint(way)]
    for _, stage, _ in pairs.merged:
        ways = [way for way in waiting if stage.id in way]
        waiting = [way for way in waiting if stage.id not in way]
        roads = _roads(last, {(there[source], there[target]) for source, target in ways})
        after = {way: road for way in ways if (road := roads.get((there[way[0]], there[way[1]])))}
        before = _roads(first, ways)
        turned = [way for way in ways if before.get(way) != after.get(way)]
        found["stage_merged", stage.id] = Effect.of(turned, before, after)
    return found


# -- from the old template to the new one -------------------------------------------------------------------


class State(NamedTuple):
    """What decides which ways there are, in the words of the new template."""

    stages: tuple[Stage, ...]
    declared: Mapping[Way, bool]
    """The ways that moves declare, and whether they take a ground."""
    policy: Policy


def _roads(state: State, ways: Iterable[Way]) -> dict[Way, Road]:
    moves = tuple(_BARE_MOVE(sources=(way[0],), target=way[1], ground=ground) for way, ground in state.declared.items())
    table = Table(state.stages, moves, state.policy, FOUR_CRITERIA)
    roads = ((way, _road(table, *way)) for way in ways)
    return {way: road for way, road in roads if road}


_BARE_MOVE = Move.model_construct


def _road(table: Table, source: str, target: str) -> Road | None:
    """Return a way where it is not known which stage was left for a hold; where it is, that stage's own ways count."""
    if table.stages[source].hold and not table.order:
        return None
    way = table.work_out(source, None, target)
    return Road(way.kind, way.ground is not None) if isinstance(way, Edge) else None


def _steps(pairs: Pairs) -> Iterator[tuple[Cause, State]]:
    """Yield the old template, and what it is after each change on its way to become the new one."""
    state = _begun(pairs)
    yield ("", ""), state
    for edit in (_thinned, _ordered, _turned, _filled):
        for cause, stages in edit(pairs, state.stages):
            state = state._replace(stages=stages)
            yield cause, state
    for cause, policy in _ruled(pairs.new.policy, state.policy):
        state = state._replace(policy=policy)
        yield cause, state
    for cause, declared in _declared(pairs, state.declared):
        state = state._replace(declared=declared)
        yield cause, state


def _bare(stage: Stage, id: str) -> Stage:
    return stage.model_copy(update={"id": id, "aliases": (), "rules": ()})


def _begun(pairs: Pairs) -> State:
    policy = pairs.old.policy
    renamed = {
        name: tuple(map(pairs.called, named))
        for name in ("start_at", "reopen_from", "reopen_to")
        if (named := getattr(policy, name)) is not None
    }
    return State(
        tuple(_bare(stage, pairs.called(stage.id)) for stage in pairs.old.stages),
        {way: move.ground for way, (_, move) in old_moves(pairs).items()},
        policy.model_copy(update=renamed),
    )


Placed = dict[Way, tuple[int, Move]]
"""Declared moves by the ways that they declare, with their places."""


def old_moves(pairs: Pairs) -> Placed:
    """Return the declared moves of the old template, in the words of the new one."""
    return {
        (pairs.called(source), pairs.called(move.target)): (place, move)
        for place, move in enumerate(pairs.old.moves)
        for source in move.sources
    }


def new_moves(pairs: Pairs) -> Placed:
    """Return the declared moves of the new template."""
    return {
        (source, move.target): (place, move) for place, move in enumerate(pairs.new.moves) for source in move.sources
    }


Stages = tuple[Stage, ...]
Edits = Iterator[tuple[Cause, Stages]]


def _thinned(pairs: Pairs, stages: Stages) -> Edits:
    gone = [("stage_removed", stage.id) for _, stage in pairs.removed]
    for code, id in [*gone, *(("stage_merged", stage.id) for _, stage, _ in pairs.merged)]:
        stages = tuple(stage for stage in stages if stage.id != id)
        yield (code, id), stages


def _ordered(pairs: Pairs, stages: Stages) -> Edits:
    known = {stage.id: stage for stage in stages}
    ordered = tuple(known[stage.id] for stage in pairs.new.stages if stage.id in known)
    if ordered != stages:
        yield ("stages_reordered", ""), ordered


TURNS: dict[str, tuple[str, ...]] = {
    "outcome_changed": ("outcome", "hold"),
    "skippable_changed": ("skippable",),
    "life_changed": ("life",),
}
"""What a stage may turn into, by the code of the difference, and the fields that say so."""


def _turned(pairs: Pairs, stages: Stages) -> Edits:
    for code, fields in TURNS.items():
        for place, stage in enumerate(stages):
            wanted = pairs.new.stage(stage.id)
            turned = stage.model_copy(update={name: getattr(wanted, name) for name in fields})
            if turned != stage:
                stages = (*stages[:place], turned, *stages[place + 1 :])
                yield (code, stage.id), stages


def _filled(pairs: Pairs, stages: Stages) -> Edits:
    order = [stage.id for stage in pairs.new.stages]
    for _, added in pairs.added:
        stages = tuple(sorted((*stages, _bare(added, added.id)), key=lambda stage: order.index(stage.id)))
        yield ("stage_added", added.id), stages


POLICY: dict[str, tuple[str, ...]] = {
    "start_changed": ("start_at",),
    "next_changed": ("next",),
    "skip_changed": ("skip",),
    "back_changed": ("back",),
    "lose_changed": ("lose",),
    "reopening_changed": ("reopen_from", "reopen_to"),
    "lock_changed": ("lock_closed",),
}
"""What may be another in a policy, by the code of the difference, and the fields that say so."""


def _ruled(wanted: Policy, policy: Policy) -> Iterator[tuple[Cause, Policy]]:
    for code, fields in POLICY.items():
        ruled = policy.model_copy(update={name: getattr(wanted, name) for name in fields})
        if ruled != policy:
            policy = ruled
            yield (code, ""), policy


def _declared(pairs: Pairs, declared: Mapping[Way, bool]) -> Iterator[tuple[Cause, Mapping[Way, bool]]]:
    old, new = old_moves(pairs), new_moves(pairs)
    for way, (place, _) in old.items():
        if way not in new:
            declared = {known: ground for known, ground in declared.items() if known != way}
            yield ("move_removed", str(place)), declared
    for way, (place, move) in new.items():
        if declared.get(way) is not move.ground:
            code = "move_ground_changed" if way in old else "move_added"
            declared = {**declared, way: move.ground}
            yield (code, str(place)), declared
