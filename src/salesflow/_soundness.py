"""Soundness: where the stages, moves, policy and rules of a template contradict each other."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from salesflow._compile import starts_of
from salesflow._fields import has_path, paths_of
from salesflow._nearest import nearest
from salesflow._phrases import names, phrase
from salesflow._texts import TEXTS
from salesflow.moves import Move, Policy
from salesflow.qualification import Framework
from salesflow.records import Record
from salesflow.rules import AnyRule, PythonRule, Qualified, Visited, reads, walk
from salesflow.stage import Stage
from salesflow.verdict import Problem, problem

_LOOKALIKES = str.maketrans(
    "авекмнорстухіјѕԁԛԝꞓαβεζηικμνορτυχ０１",
    "abekmhopctyxijsdqwcabeznikmvoptyx01",
)
"""Letters of other alphabets that look like Latin ones, lower case."""


MAX_PROBLEMS = 40
"""How many contradictions are told at once: more would help nobody, and each is compared with every known name."""


class Parts(NamedTuple):
    """What a template is made of."""

    stages: tuple[Stage, ...]
    moves: tuple[Move, ...]
    policy: Policy
    framework: Framework
    record: type[Record]
    host_fields: tuple[str, ...]


def contradictions(parts: Parts) -> tuple[Problem, ...]:
    """Return the contradictions, of each sort in the order of the template; at most `MAX_PROBLEMS`."""
    return tuple(islice((problem for look in _LOOKS for problem in look(parts)), MAX_PROBLEMS))


def skeleton(name: str) -> str:
    r"""Reduce a name to what the eye sees: case, spaces and look-alike letters fall together.

    >>> skeleton("Won ") == skeleton("w\N{CYRILLIC SMALL LETTER O}n")
    True
    """
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_LOOKALIKES)
    return " ".join(folded.split())


def _unknown(code: str, path: str, name: str, known: list[str]) -> Problem:
    near = nearest(name, known)
    return problem(code, path, name=name, advises="near", near=near) if near else problem(code, path, name=name)


def _names(parts: Parts) -> Iterator[Problem]:
    said: dict[str, tuple[str, str]] = {}
    for place, stage in enumerate(parts.stages):
        for name in (stage.id, *stage.aliases):
            path = f"stages[{place}]"
            first, where = said.setdefault(skeleton(name), (name, path))
            if where == path:
                continue
            if first == name:
                yield problem("stage.duplicate", path, name=name, advises="see", where=where)
            else:
                yield problem("stage.lookalike", path, name=name, other=first, advises="see", where=where)


def _shapes(parts: Parts) -> Iterator[Problem]:
    for place, stage in enumerate(parts.stages):
        path = f"stages[{place}]"
        if stage.hold and stage.outcome:
            yield problem("stage.hold", path, name=stage.id, outcome=phrase(f"outcome.{stage.outcome}"))
        if stage.skippable and (stage.hold or stage.outcome):
            yield problem("stage.skippable", path, name=stage.id)


def _starts(parts: Parts) -> Iterator[Problem]:
    if not starts_of(parts.stages, parts.policy):
        yield problem("start.nowhere", "policy.start_at", advises="start.nowhere")
    open_to_start = [stage.id for stage in parts.stages if stage.open and not stage.hold]
    yield from _named(parts, "policy.start_at", parts.policy.start_at or (), open_to_start, "start.closed")


def _reopenings(parts: Parts) -> Iterator[Problem]:
    closed = [stage.id for stage in parts.stages if stage.outcome]
    still_open = [stage.id for stage in parts.stages if stage.open and not stage.hold]
    reopen_from, reopen_to = parts.policy.reopen_from or (), parts.policy.reopen_to
    yield from _named(parts, "policy.reopen_from", reopen_from, closed, "reopen.from_open")
    yield from _named(parts, "policy.reopen_to", reopen_to, still_open, "reopen.to_closed")


def _named(parts: Parts, path: str, names: tuple[str, ...], fit: list[str], code: str) -> Iterator[Problem]:
    known = [stage.id for stage in parts.stages]
    for place, name in enumerate(names):
        if name not in known:
            yield _unknown("stage.unknown", f"{path}[{place}]", name, known)
        elif name not in fit:
            yield problem(code, f"{path}[{place}]", name=name)


def _moves(parts: Parts) -> Iterator[Problem]:
    stages = {stage.id: stage for stage in parts.stages}
    for place, move in enumerate(parts.moves):
        path = f"moves[{place}]"
        if move.target not in stages:
            yield _unknown("stage.unknown", f"{path}.target", move.target, list(stages))
        for at, source in enumerate(move.sources):
            yield from _source(f"{path}.sources[{at}]", source, move.target, stages)
    pairs = Counter((source, move.target) for move in parts.moves for source in move.sources)
    for (source, target), count in pairs.items():
        if count > 1:
            yield problem("move.twice", "moves", source=source, target=target, count=count)


def _source(path: str, source: str, target: str, stages: dict[str, Stage]) -> Iterator[Problem]:
    stage = stages.get(source)
    if stage is None:
        yield _unknown("stage.unknown", path, source, list(stages))
    elif stage.outcome:
        outcome = phrase(f"outcome.{stage.outcome}")
        yield problem("move.from_closed", path, name=source, outcome=outcome, advises="move.from_closed")
    elif stage.hold:
        yield problem("move.from_hold", path, name=source, advises="move.from_hold")
    elif source == target:
        yield problem("move.to_itself", path, name=source)


def placed_rules(parts_stages: tuple[Stage, ...], moves: tuple[Move, ...]) -> Iterator[tuple[str, AnyRule]]:
    """Yield every outermost rule of a template with its place."""
    for place, stage in enumerate(parts_stages):
        yield from ((f"stages[{place}].rules[{at}]", rule) for at, rule in enumerate(stage.rules))
    for place, move in enumerate(moves):
        yield from ((f"moves[{place}].rules[{at}]", rule) for at, rule in enumerate(move.rules))


def _rules(parts: Parts) -> Iterator[Problem]:
    for path, rule in placed_rules(parts.stages, parts.moves):
        yield from _fields(parts, path, rule)
        for each in walk(rule):
            yield from _references(parts, path, each)


def _fields(parts: Parts, path: str, rule: AnyRule) -> Iterator[Problem]:
    for field in reads(rule):
        if field not in parts.host_fields and not has_path(parts.record, field):
            known = [*paths_of(parts.record), *parts.host_fields]
            yield _unknown("field.unknown", path, field, known)


_OWN_CODES = frozenset(code.split(".")[0] for code in TEXTS)


def _references(parts: Parts, path: str, rule: AnyRule) -> Iterator[Problem]:
    if isinstance(rule, Visited) and rule.stage not in (known := [stage.id for stage in parts.stages]):
        yield _unknown("stage.unknown", path, rule.stage, known)
    if isinstance(rule, Qualified):
        for each in rule.criteria:
            if parts.framework.criterion(each) is None:
                yield _unknown_criterion(path, each, parts.framework)
    if isinstance(rule, PythonRule) and rule.name.split(".")[0] in _OWN_CODES:
        yield problem("rule.name", path, name=rule.name, advises="rule.name")


def _unknown_criterion(path: str, name: str, framework: Framework) -> Problem:
    """Name the criteria that mean it, or else the one that is spelt nearly so."""
    same = [criterion.id for criterion in framework.criteria if criterion.meaning == name]
    if not same:
        return _unknown("criterion.unknown", path, name, [each.id for each in framework.criteria])
    return problem("criterion.unknown", path, name=name, advises="called", called=names(same, "and", quoted=True))


def _functions(parts: Parts) -> Iterator[Problem]:
    """Two functions of one name would be one rule to everything that knows rules by name."""
    known: dict[str, object] = {}
    for path, rule in placed_rules(parts.stages, parts.moves):
        for each in walk(rule):
            if isinstance(each, PythonRule) and known.setdefault(each.name, each.call) is not each.call:
                yield problem("rule.twice", path, name=each.name, advises="rule.twice")


def _criteria(parts: Parts) -> Iterator[Problem]:
    counts = Counter(criterion.id for criterion in parts.framework.criteria)
    for id, count in counts.items():
        if count > 1:
            yield problem("criterion.duplicate", "framework", name=id, count=count)


_LOOKS: tuple[Callable[[Parts], Iterator[Problem]], ...] = (
    _names,
    _shapes,
    _starts,
    _reopenings,
    _moves,
    _criteria,
    _rules,
    _functions,
)
