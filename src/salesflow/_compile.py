"""Compilation: stages, moves and policy become a table that says, for every pair of stages, what is asked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from salesflow._guards import Guard, Names, all_of_guards, guard_of
from salesflow._keys import keys_of
from salesflow._nearest import nearest
from salesflow._phrases import Phrase, phrase
from salesflow._phrases import names as named
from salesflow.history import Kind
from salesflow.moves import Move, Policy
from salesflow.qualification import Framework
from salesflow.rules import AnyRule, PythonRule, Role, TimeInStage, Visited, reads, walk
from salesflow.stage import Stage
from salesflow.values import composed, shown
from salesflow.verdict import Refusal, Verdict, refusal


@dataclass(frozen=True, slots=True)
class Edge:
    """A way that exists between two stages, and what is asked on it."""

    kind: Kind
    rules: tuple[AnyRule, ...]
    """What is asked in any case."""
    guards: tuple[Guard, ...]
    waived: tuple[Guard, ...]
    """Asked only while no ground is given."""
    warns: tuple[Guard, ...]
    ground: Refusal | None
    """What to say when no ground is given; None where none is needed."""
    allowed: Verdict
    """The verdict when nothing stands against it."""
    plain: bool
    """Whether there is nothing to ask but guards."""
    whole: Guard | None
    """All guards in one; None where there are none."""


@dataclass(frozen=True, slots=True)
class _Way:
    """Whether there is a way, and how to tell what is asked on it or why there is none: that takes far longer."""

    there: bool
    told: Callable[[], Edge | Refusal]


class Table:
    """Every pair of stages and what is asked between them, worked out when first needed and then kept.

    Working out a pair twice gives the same answer, so threads need no lock.
    """

    __slots__ = (
        "_guards",
        "canonical",
        "closing",
        "declared",
        "keys",
        "line",
        "looks_back",
        "names",
        "open",
        "order",
        "places",
        "policy",
        "position",
        "rows",
        "stages",
        "starts",
    )

    def __init__(
        self,
        stages: tuple[Stage, ...],
        moves: tuple[Move, ...],
        policy: Policy,
        framework: Framework,
        fields: Iterable[str] = (),
    ) -> None:
        self.stages = {stage.id: stage for stage in stages}
        self.canonical = {name: stage.id for stage in stages for name in (stage.id, *stage.aliases)}
        self.closing = frozenset(name for stage in stages if stage.outcome for name in (stage.id, *stage.aliases))
        """The ids and aliases of the stages that close a record."""
        self.order = tuple(stage.id for stage in stages if stage.open and not stage.hold)
        self.position = {id: place for place, id in enumerate(self.order)}
        self.line = tuple(self.stages[id] for id in self.order if self.stages[id].life != "retired")
        """What may be passed over: nothing that is retired."""
        self.places = tuple(self.position[stage.id] for stage in self.line)
        self.declared = {(source, move.target): move for move in moves for source in move.sources}
        holders: tuple[Stage | Move, ...] = (*stages, *moves)
        own = (Role(roles=move.roles) for move in moves if move.roles)
        rules: tuple[AnyRule, ...] = (*(each for holder in holders for each in holder.rules), *own)
        self.keys = frozenset(key for rule in rules for key in keys_of(rule))
        self.looks_back = any(isinstance(each, _LOOKS_BACK) for rule in rules for each in walk(rule)) or any(
            path.split(".")[0] in _HISTORY for rule in rules for path in reads(rule)
        )
        self.policy = policy
        self.starts = starts_of(stages, policy)
        self.names = Names(
            framework=framework,
            same={stage.id: frozenset((stage.id, *stage.aliases)) for stage in stages},
            fields=frozenset(fields),
            holds=frozenset(name for stage in stages if stage.hold for name in (stage.id, *stage.aliases)),
        )
        self._guards: dict[AnyRule, Guard] = {}
        self.rows: dict[tuple[str | None, str | None], dict[str, Edge | Refusal]] = {}
        self.open: dict[object, dict[str, Edge]] = {}
        """The ways of `rows` that ask nothing but guards: by the stage, or by the stage and what was left."""

    def way(self, source: str | None, left: str | None, target: str) -> Edge | Refusal:
        """Return what is asked from `source` (None: not started) to `target`, or why there is no way.

        `left` is the open stage that a held or closed record left. Names may be aliases; `source` must be known.
        """
        if left is not None and left not in self.canonical:
            left = None
        row = self.rows.get((source, left))
        if row is None:
            row = self.rows[source, left] = {}
        found = row.get(target)
        if found is None:
            found = self.work_out(source, left, target)
            if target in self.stages:
                row[target] = found
                if isinstance(found, Edge) and found.plain:
                    key = source if left is None else (source, left)
                    self.open.setdefault(key, {})[target] = found
        return found

    def work_out(self, source: str | None, left: str | None, target: str) -> Edge | Refusal:
        """Return what `way` does, and keep nothing of it."""
        return self._found(source, left, target).told()

    def leads(self, source: str | None, left: str | None, target: str) -> bool:
        """Tell whether `way` finds a way, without a word on what is asked on it or why there is none."""
        return self._found(source, left, target).there

    def _found(self, source: str | None, left: str | None, target: str) -> _Way:
        # ids are kept in NFC, whatever form a caller types
        to = self.stage(composed(target))
        if to is None:
            return _Way(there=False, told=lambda: unknown_stage(target, self.stages))
        if source is None:
            return _start(self, to)
        came_from = self.stage(left)
        known = came_from.id if came_from and came_from.id in self.position else None
        return _onward(self, self.stages[self.canonical[source]], known, to)

    def kindest(self, source: str | None, target: str) -> Edge | Refusal:
        """Return the way where nobody knows what was left: any stage that would allow it may be the one."""
        ways = (self.way(source, left, target) for left in (target, *self.order))
        return next((way for way in ways if isinstance(way, Edge)), self.way(source, None, target))

    def stage(self, name: str | None) -> Stage | None:
        """Return the stage of that id or alias, if there is one."""
        return self.stages[self.canonical[name]] if name in self.canonical else None

    def guards(self, rules: Iterable[AnyRule]) -> tuple[Guard, ...]:
        """Compile rules, each once."""
        wanted = dict.fromkeys(rules)
        for each in wanted:
            if each not in self._guards:
                self._guards[each] = guard_of(each, self.names)
        return tuple(self._guards[each] for each in wanted)

    def made(self) -> Iterable[tuple[AnyRule, Guard]]:
        """Return the rules that were compiled so far, with what became of each."""
        return tuple(self._guards.items())


_HISTORY = frozenset({"history", "changes_before", "template"})
_LOOKS_BACK = (Visited, TimeInStage, PythonRule)
"""The rules that may ask for earlier stages or times."""


def starts_of(stages: tuple[Stage, ...], policy: Policy) -> tuple[str, ...]:
    """Return where records start: what the policy says, else the first open stage."""
    if policy.start_at is not None:
        return policy.start_at
    return tuple(stage.id for stage in stages if stage.open and not stage.hold and stage.life == "active")[:1]


def unknown_stage(name: str, known: Iterable[str]) -> Refusal:
    """Make the refusal for a stage that no template knows, with the nearest one that it does."""
    near = nearest(name, known)
    if near is None:
        return refusal("stage.unknown", shown(name))
    return refusal("stage.unknown", shown(name), why="near", near=near)


# -- the ways -----------------------------------------------------------------------------------------------


def _edge(
    table: Table,
    source: str | None,
    to: Stage,
    kind: Kind,
    rules: Iterable[AnyRule] = (),
    *,
    waived: Iterable[AnyRule] = (),
    ground: Phrase = None,
) -> Edge:
    rules, waived = tuple(rules), tuple(waived)
    guards = table.guards(each for each in rules if each.severity == "block")
    asked = frozenset(rules)
    softened = table.guards(each for each in waived if each.severity == "block" and each not in asked)
    warns = table.guards(each for each in rules if each.severity == "warn")
    asks = refusal("ground.missing", missing=("ground",), reason=ground) if ground else None
    verdict = Verdict(source=source, target=to.id, kind=kind)
    whole = all_of_guards(guards) if guards else None
    return Edge(kind, rules, guards, softened, warns, asks, verdict, not (softened or warns or asks), whole)


def _open(
    table: Table, source: str | None, to: Stage, kind: Kind, rules: Iterable[AnyRule] = (), *, ground: Phrase = None
) -> _Way:
    return _Way(there=True, told=lambda: _edge(table, source, to, kind, rules, ground=ground))


def _shut(code: str, to: Stage, **params: Any) -> _Way:
    return _Way(there=False, told=lambda: refusal(code, to.id, **params))


def _start(table: Table, to: Stage) -> _Way:
    if to.id not in table.starts:
        return _shut("start.elsewhere", to, starts=named(table.starts, quoted=True))
    if to.life != "active":
        return _shut(f"stage.{to.life}", to)
    strict, waived = _asked(_between(table, None, to))
    return _Way(there=True, told=lambda: _edge(table, None, to, "started", [*strict, *to.rules], waived=waived))


def _onward(table: Table, here: Stage, left: str | None, to: Stage) -> _Way:
    resumes = here.hold and to.id == (left or table.order[0])
    if here.id == to.id:
        return _shut("stage.same", to)
    if to.life == "retired" and not resumes:
        return _shut("stage.retired", to)
    if not here.open:
        return _reopening(table, here, left, to)
    if resumes:
        return _open(table, here.id, to, "resumed")
    if here.hold and to.hold:
        return _shut("move.hold", to, source=here.id)
    judged_from = table.stages[left or table.order[0]] if here.hold else here
    return _from_open(table, here.id, judged_from, to)


def _from_open(table: Table, source: str, here: Stage, to: Stage) -> _Way:
    """Judge a move from an open stage; `source` is where the record is, `here` the stage it is judged from."""
    kind = _kind(table, here, to)
    move = table.declared.get((here.id, to.id))
    if move is not None:
        return _Way(there=True, told=lambda: _declared(table, source, move, kind, here, to))
    if to.hold or (to.outcome == "lost" and table.policy.lose == "any_time"):
        return _open(table, source, to, kind, to.rules)
    if to.outcome == "lost":
        return _shut("move.undeclared", to, source=source)
    if kind == "moved_back":
        return _back(table, source, here, to)
    return _forward(table, source, here, to)


def _declared(table: Table, source: str, move: Move, kind: Kind, here: Stage, to: Stage) -> Edge:
    roles = (Role(roles=move.roles),) if move.roles else ()
    ground = phrase("ground.declared", source=here.id, target=to.id) if move.ground else None
    return _edge(table, source, to, kind, [*to.rules, *move.rules, *roles], ground=ground)


def _kind(table: Table, here: Stage, to: Stage) -> Kind:
    if to.outcome:
        return to.outcome
    if to.hold:
        return "held"
    return "moved_back" if table.position[to.id] < table.position[here.id] else "advanced"


def _back(table: Table, source: str, here: Stage, to: Stage) -> _Way:
    if table.policy.back == "never":
        return _shut("move.back", to, source=here.id)
    ground = phrase("ground.back") if table.policy.back == "with_ground" else None
    return _open(table, source, to, "moved_back", ground=ground)


def _forward(table: Table, source: str, here: Stage, to: Stage) -> _Way:
    passed = _between(table, here, to)
    if not passed:
        if table.policy.next == "declared":
            return _shut("move.undeclared", to, source=source)
        return _open(table, source, to, _kind(table, here, to), to.rules)
    if table.policy.skip == "never" and not all(stage.skippable for stage in passed):
        return _Way(there=False, told=lambda: refusal("move.skip", to.id, source=here.id, passed=_all_of(passed)))
    return _Way(there=True, told=lambda: _skip(table, source, passed, to))


def _skip(table: Table, source: str, passed: tuple[Stage, ...], to: Stage) -> Edge:
    strict, waived = _asked(passed)
    kind: Kind = to.outcome or "skipped"
    if table.policy.skip == "free":
        return _edge(table, source, to, kind, [*strict, *to.rules], waived=waived)
    ground = phrase("ground.skip", stages=_all_of(passed))
    return _edge(table, source, to, kind, [*strict, *to.rules], ground=ground)


def _all_of(passed: tuple[Stage, ...]) -> Phrase:
    return named([stage.id for stage in passed], "and", quoted=True)


def _reopening(table: Table, here: Stage, left: str | None, to: Stage) -> _Way:
    policy = table.policy
    lost = here.outcome == "lost"
    opens = lost if policy.reopen_from is None else here.id in policy.reopen_from
    if not opens or to.id not in policy.reopen_to:
        return _shut("move.closed", to, source=here.id)
    return _Way(there=True, told=lambda: _reopened(table, here, table.stage(left), to))


def _reopened(table: Table, here: Stage, left: Stage | None, to: Stage) -> Edge:
    strict, _ = _asked(_between(table, left, to))
    return _edge(table, here.id, to, "reopened", [*strict, *to.rules], ground=phrase("ground.reopening"))


def _asked(passed: tuple[Stage, ...]) -> tuple[list[AnyRule], list[AnyRule]]:
    """Return the rules of stages passed over: those asked in any case, and those that a ground waives."""
    strict = [rule for stage in passed if not stage.skippable for rule in stage.rules]
    waived = [rule for stage in passed if stage.skippable for rule in stage.rules]
    return strict, waived


def _between(table: Table, here: Stage | None, to: Stage) -> tuple[Stage, ...]:
    """Return the stages passed over on the way; None stands before the first, winning after the last."""
    places = table.places
    first = 0 if here is None else bisect_right(places, table.position[here.id])
    return table.line[first : bisect_left(places, table.position.get(to.id, len(table.order)))]
