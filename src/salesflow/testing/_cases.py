"""Cases: every path and every pair of stages of a template, to be tried one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from salesflow import StageTemplate
from salesflow.history import Kind
from salesflow.testing import _model as model
from salesflow.testing._asking import Template
from salesflow.testing._model import Deal
from salesflow.testing._routes import START, Place, graph

MOST_PATHS = 10_000


@dataclass(frozen=True)
class MoveCase:
    """A pair of stages, and what must come of a move from the one to the other: a kind, or a refusal."""

    source: str | None
    """Where the record is; None before it starts."""
    target: str
    kind: Kind | None
    """What the move is, once its rules are met and a ground is stated; None where there is no such move."""
    code: str | None
    """The code of the refusal that says so; None where there is such a move."""
    ground: bool = False
    """Whether it is refused without a ground."""
    left: str | None = None
    """For a hold: the stage that was left for it, which is the one that comes first in the order."""

    def __str__(self) -> str:
        return f"{self.source or 'start'} -> {self.target}: {self.kind or self.code}"


def move_cases(template: StageTemplate[Any]) -> list[MoveCase]:
    """Return every pair of stages, starts first, with what must come of a move; `str` of a case is a readable id.

    A record on hold has left the first stage of the order for it, and a closed one the last. What must come is worked
    out by a model that shares no code with the engine.
    """
    order = [stage.id for stage in model.ordered(template)]
    starts = [_case(template, None, None, stage.id) for stage in template.stages]
    pairs = ((stage, target) for stage in template.stages for target in template.stages)
    return starts + [_case(template, stage, _left(stage, order), target.id) for stage, target in pairs]


def _left(stage: Any, order: list[str]) -> str | None:
    return order[0] if stage.hold else order[-1] if stage.outcome else None


def _case(template: Template, stage: Any, left: str | None, target: str) -> MoveCase:
    source = stage.id if stage else None
    way = model.way(template, Deal(None, source, left, None, 0, (), 0, None), target)
    if way is None:
        return MoveCase(source, target, None, _code(template, stage, left, template.stage(target)), left=left)
    return MoveCase(source, target, way.kind, None, ground=way.ground, left=left)  # type: ignore[arg-type]


def _code(template: Template, stage: Any, left: str | None, target: Any) -> str:
    """Return why there is no move, in the order in which it is told."""
    if stage is None:
        return f"stage.{target.life}" if target.id in (template.policy.start_at or ()) else "start.elsewhere"
    told = {
        "stage.same": stage is target,
        "stage.retired": target.life == "retired",
        "move.closed": stage.outcome is not None,
        "move.hold": stage.hold and target.hold,
    }
    return next((code for code, so in told.items() if so), "") or _barred(template, left or stage.id, target)


def _barred(template: Template, source: str, target: Any) -> str:
    if target.outcome == "lost":
        return "move.undeclared"
    order = [stage.id for stage in model.ordered(template)]
    if target.id in order and order.index(target.id) < order.index(source):
        return "move.back"
    passed = model.passed_over(template, template.stage(source), target)
    return "move.skip" if passed else "move.undeclared"


@dataclass(frozen=True)
class Paths:
    """Paths through a template, each the ids of its stages, and whether there are more than were asked for."""

    found: tuple[tuple[str, ...], ...]
    more: bool

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


def paths(template: StageTemplate[Any], *, most: int = 1000) -> Paths:
    """Return the ways from a start to an outcome that enter no stage twice, the shortest first; at most so many.

    Holds are left out: a record that resumes enters a stage twice. `more` says whether there are others. Raises
    ValueError where `most` is not between 1 and 10,000.
    """
    if not 1 <= most <= MOST_PATHS:
        raise ValueError(f"most is {most}, and is to be between 1 and {MOST_PATHS} [paths.most]")
    found = tuple(islice(_paths(template), most + 1))
    return Paths(found[:most], more=len(found) > most)


def _paths(template: Template) -> Iterator[tuple[str, ...]]:
    # breadth first, so that the shortest come first and nothing is worked out that is not asked for
    edge: list[tuple[Place, tuple[str, ...]]] = [(START, ())]
    while edge:
        onward = [
            (there, (*path, to))
            for place, path in edge
            for to, there in graph(template)[place].items()
            if to not in path and not template.stage(to).hold
        ]
        yield from dict.fromkeys(path for _, path in onward if not template.stage(path[-1]).open)
        edge = [(place, path) for place, path in onward if template.stage(path[-1]).open]
