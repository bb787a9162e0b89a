"""Lint: what is doubtful about a template that contradicts nothing. One without such problems is *sound*."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from salesflow._compile import starts_of
from salesflow._exclusion import alternatives, clashes, clashing
from salesflow._phrases import Phrase, joined, names, phrase
from salesflow._reach import dead_ends, unreached, ways
from salesflow._soundness import placed_rules, skeleton
from salesflow._trees import path_of
from salesflow.rules import PythonRule, walk
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.verdict import Problem, problem

__all__ = ["lint"]

CODES: dict[str, str] = {
    "outcome.none": "no stage is won or lost, so nothing is ever closed",
    "stage.dead_end": "from this open stage no outcome can be reached",
    "stage.unreached": "nothing that starts can come to this stage",
    "start.deprecated": "records are to start in a deprecated stage, where nothing starts",
    "start.retired": "records are to start in a retired stage, where nothing starts",
    "reopen.never": "the policy reopens to this stage, and no closed stage leads there",
    "move.never": "a declared move that cannot be made from any of its sources",
    "probability.falls": "the chance to win is lower than in the stage before",
    "probability.closed": "the chance to win of a closed stage is not what its outcome says",
    "follow_up.closed": "a closed stage asks for follow-ups",
    "max_age.closed": "a closed stage has a greatest age",
    "label.duplicate": "two stages look alike to people",
    "rules.exclude": "rules that must hold together cannot",
    "rule.unbound": "a rule in Python without its function",
}
"""Every code of a problem that lint finds, and what it means."""


def lint(template: StageTemplate[Any]) -> tuple[Problem, ...]:
    """Return everything doubtful, by kind and in the order of the template; none for a sound one.

    >>> from salesflow.templates import get
    >>> lint(get("classic-pipeline"))
    ()
    """
    seen = _Seen(template, ways(template))
    return tuple(dict.fromkeys(problem for look in _LOOKS for problem in look(seen)))


# -- seen ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Seen:
    """A template, and where its stages lead."""

    template: StageTemplate[Any]
    ways: Mapping[str, set[str]]

    @property
    def starts(self) -> tuple[str, ...]:
        """Where records start."""
        return starts_of(self.template.stages, self.template.policy)

    @property
    def placed(self) -> Iterator[tuple[str, Stage]]:
        """The stages with their places."""
        return ((f"stages[{place}]", stage) for place, stage in enumerate(self.template.stages))


# -- stages and moves ---------------------------------------------------------------------------------------


def _doubt(code: str, path: str, **params: Any) -> Problem:
    return problem(code, path, level="warning", **params)


def _outcomes(seen: _Seen) -> Iterator[Problem]:
    if not any(stage.outcome for stage in seen.template.stages):
        yield _doubt("outcome.none", "stages", advises="outcome.none")


def _stuck(seen: _Seen) -> Iterator[Problem]:
    # without any outcome every stage is a dead end, and one problem says so
    stuck = dead_ends(seen.template, seen.ways) if any(stage.outcome for stage in seen.template.stages) else ()
    for path, stage in seen.placed:
        if stage.id in stuck:
            yield _doubt("stage.dead_end", path, name=stage.id, advises="stage.dead_end")


def _lonely(seen: _Seen) -> Iterator[Problem]:
    lonely = unreached(seen.template, seen.ways)
    starts = names(seen.starts, quoted=True)
    for path, stage in seen.placed:
        # a stage on its way out is meant to run dry
        if stage.id in lonely and stage.life == "active":
            yield _doubt("stage.unreached", path, starts=starts, name=stage.id)


def _deaf_starts(seen: _Seen) -> Iterator[Problem]:
    for place, name in enumerate(seen.template.policy.start_at or ()):
        life = seen.template.stage(name).life
        if life != "active":
            yield _doubt(f"start.{life}", f"policy.start_at[{place}]", name=name)


def _reopenings(seen: _Seen) -> Iterator[Problem]:
    closed = [stage.id for stage in seen.template.stages if stage.outcome]
    reopened = {target for stage in closed for target in seen.ways[stage]}
    for place, name in enumerate(seen.template.policy.reopen_to):
        if name not in reopened:
            yield _doubt("reopen.never", f"policy.reopen_to[{place}]", name=name, advises="reopen.never")


def _idle_moves(seen: _Seen) -> Iterator[Problem]:
    for place, move in enumerate(seen.template.moves):
        if not any(move.target in seen.ways[source] for source in move.sources):
            life = phrase(f"life.{seen.template.stage(move.target).life}")
            yield _doubt("move.never", f"moves[{place}]", name=move.target, life=life, advises="move.never")


# -- figures and labels -------------------------------------------------------------------------------------


def _probabilities(seen: _Seen) -> Iterator[Problem]:
    known = [(path, stage) for path, stage in seen.placed if stage.probability is not None]
    in_order = [(path, stage) for path, stage in known if stage.open and not stage.hold and stage.life != "retired"]
    for (_, before), (path, stage) in pairwise(in_order):
        if (stage.probability or 0) < (before.probability or 0):
            fell = {"before": before.probability, "earlier": before.id, "now": stage.probability, "name": stage.id}
            yield _doubt("probability.falls", f"{path}.probability", **fell)
    for path, stage in known:
        certain = {"won": 100, "lost": 0}.get(stage.outcome or "", stage.probability)
        if stage.probability != certain:
            told = {"outcome": phrase(f"outcome.{stage.outcome}"), "found": stage.probability, "certain": certain}
            yield _doubt("probability.closed", f"{path}.probability", name=stage.id, **told)


def _timers(seen: _Seen) -> Iterator[Problem]:
    for path, stage in seen.placed:
        if stage.outcome and stage.follow_up_every:
            yield _doubt("follow_up.closed", f"{path}.follow_up_every", name=stage.id)
        if stage.outcome and stage.max_age:
            yield _doubt("max_age.closed", f"{path}.max_age", name=stage.id)


def _labels(seen: _Seen) -> Iterator[Problem]:
    first: dict[tuple[str, str], Stage] = {}
    for path, stage in seen.placed:
        for place, language, label in _shown(path, stage):
            other = first.setdefault((language, skeleton(label)), stage)
            if other is not stage:
                yield _doubt("label.duplicate", place, name=stage.id, other=other.id, label=label)


def _shown(path: str, stage: Stage) -> Iterator[tuple[str, str, str]]:
    yield f"{path}.label", "", stage.name()
    for language, label in stage.labels.items():
        if label:
            yield f"{path}.{path_of(('labels', language))}", language, label


# -- rules --------------------------------------------------------------------------------------------------


def _unbound(seen: _Seen) -> Iterator[Problem]:
    for path, rule in placed_rules(seen.template.stages, seen.template.moves):
        for each in walk(rule):
            if isinstance(each, PythonRule) and each.call is None:
                yield _doubt("rule.unbound", path, name=each.name, advises="rule.unbound")


def _exclusions(seen: _Seen) -> Iterator[Problem]:
    template = seen.template
    alone = {stage.id: set(clashes(stage.rules)) for stage in template.stages}
    for path, stage in seen.placed:
        yield from (_excluded(f"{path}.rules", clash) for clash in clashing(stage.rules))
    for place, move in enumerate(template.moves):
        target = template.stage(move.target)
        both = clashing((*target.rules, *move.rules)) if move.rules else ()
        yield from (_excluded(f"moves[{place}].rules", clash) for clash in both if tuple(clash) not in alone[target.id])
    for path, rule in placed_rules(template.stages, template.moves):
        yield from (_excluded(path, clash) for each in alternatives(rule) for clash in clashing((each,)))


def _excluded(path: str, clash: dict[str, Phrase]) -> Problem:
    return _doubt("rules.exclude", path, rules=joined([*clash.values()], ";"))


_LOOKS: tuple[Callable[[_Seen], Iterator[Problem]], ...] = (
    _outcomes,
    _stuck,
    _lonely,
    _deaf_starts,
    _reopenings,
    _idle_moves,
    _probabilities,
    _timers,
    _labels,
    _unbound,
    _exclusions,
)
