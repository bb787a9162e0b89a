"""The check: every promise, put to one template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from salesflow import StageTemplate
from salesflow.testing._asking import Template, Walk
from salesflow.testing._beginnings import Unfillable
from salesflow.testing._promises import LAWS, Law
from salesflow.testing._routes import Goal, goals
from salesflow.testing._telling import told
from salesflow.testing._walks import Begun, legal_walks, walks


@dataclass(frozen=True)
class Checked:
    """What was checked, and kept."""

    template: str
    """Its id and version."""
    laws: tuple[str, ...]
    """The names of the promises."""
    walks: int
    """How many walks were tried."""
    requests: int
    """How many requests they made."""
    reached: tuple[str, ...]
    """What was walked to: stages, ends, reopenings, holds resumed."""
    unreached: Mapping[str, str]
    """What no walk was found to, with why: rules that exclude each other, or a rule in Python that nothing meets."""

    def __str__(self) -> str:
        lines = [f"{self.template}: {len(self.laws)} promises kept in {self.walks} walks of {self.requests} requests"]
        lines += [f"- {goal}" for goal in self.reached]
        return "\n".join([*lines, *(f"- not reached: {goal}: {why}" for goal, why in self.unreached.items())])


@dataclass
class _Count:
    walks: int = 0
    requests: int = 0
    unreached: dict[str, str] = field(default_factory=dict[str, str])


class _BrokenError(Exception):
    """A law that did not hold on a walk."""

    def __init__(self, name: str, law: Law, walk: Walk, why: Exception) -> None:
        super().__init__(name)
        self.name, self.law, self.walk, self.why = name, law, walk, why


def check_template(
    mine: StageTemplate[Any], *, laws: Mapping[str, Law] = LAWS, examples: int = 40, begun: Begun = None
) -> Checked:
    """Put every promise to a template, on walks made up for it: its stages, its rules, its record class.

    There is a walk or two to everything that can be reached, and `examples` of every manner beside. `laws` are the
    promises to look at; a law of your own takes the template and a walk, and raises AssertionError. `begun` holds
    records that have not started, needed where a class of your own has validators that accept nothing that can be
    guessed.

    Raises AssertionError with the law, the shortest walk that was found to break it, what was expected and what came.
    """
    count = _Count()
    try:
        for goal in goals(mine):
            _tried(_to(mine, goal, begun, count), 2, mine, laws, count)
        _tried(walks(mine, begun=begun), examples, mine, laws, count)
    except _BrokenError as broken:
        raise AssertionError(_report(mine, broken)) from None
    return Checked(
        template=f"{mine.id} {mine.version}",
        laws=tuple(laws),
        walks=count.walks,
        requests=count.requests,
        reached=tuple(goal.name for goal in goals(mine) if goal.name not in count.unreached),
        unreached=count.unreached,
    )


_UNHURRIED: list[HealthCheck] = [*HealthCheck]  # pyright: ignore[reportAssignmentType]


def _to(mine: Template, goal: Goal, begun: Begun, count: _Count) -> st.SearchStrategy[Walk | None]:
    @st.composite
    def walk_to(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Walk | None:
        try:
            walk: Walk = draw(legal_walks(mine, goal, begun)).walk
        except Unfillable as unfillable:
            count.unreached[goal.name] = str(unfillable)
            return None
        count.unreached.pop(goal.name, None)
        return walk

    return walk_to()


def _tried(
    some: st.SearchStrategy[Walk | None], examples: int, mine: Template, laws: Mapping[str, Law], count: _Count
) -> None:
    run = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=_UNHURRIED,
        report_multiple_bugs=False,
    )

    @run
    @given(walk=some)
    def each(walk: Walk | None) -> None:
        if walk is not None:
            count.walks += 1
            count.requests += len(walk.requests)
            _kept(mine, walk, laws)

    each()


def _kept(mine: Template, walk: Walk, laws: Mapping[str, Law]) -> None:
    for name, law in laws.items():
        try:
            law(mine, walk)
        except Exception as error:  # noqa: BLE001 - whatever a template raises that it should not is a broken promise
            raise _BrokenError(name, law, walk, error) from None


def _report(mine: Template, broken: _BrokenError) -> str:
    why = str(broken.why) if isinstance(broken.why, AssertionError) else f"{type(broken.why).__name__}: {broken.why}"
    promise = " ".join((broken.law.__doc__ or "").split())
    head = f"{mine.id} {mine.version} breaks {broken.name!r}: {promise}"
    return f"{head}\n\n{told(broken.walk, mine)}\n\n{why}"
