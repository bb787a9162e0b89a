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
from salesflow._texts import TEXTS, listed
from salesflow.moves import Move, Policy
from salesflow.qualification import Framework
from salesflow.records import Record
from salesflow.rules import AnyRule, PythonRule, Qualified, Visited, reads, walk
from salesflow.stage import Stage
from salesflow.verdict import Problem

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


def _problem(code: str, path: str, text: str, advice: str = "") -> Problem:
    return Problem(code=code, path=path, text=text, advice=advice)


def _unknown(code: str, path: str, what: str, name: str, known: list[str]) -> Problem:
    near = nearest(name, known)
    return _problem(code, path, f"there is no {what} {name!r}", f"{near!r} is near" if near else "")


def _names(parts: Parts) -> Iterator[Problem]:
    said: dict[str, tuple[str, str]] = {}
    for place, stage in enumerate(parts.stages):
        for name in (stage.id, *stage.aliases):
            path = f"stages[{place}]"
            first, where = said.setdefault(skeleton(name), (name, path))
            if where == path:
                continue
            if first == name:
                yield _problem("stage.duplicate", path, f"stage {name!r} is declared twice", f"see {where}")
            else:
                yield _problem("stage.lookalike", path, f"stage {name!r} looks like {first!r}", f"see {where}")


def _shapes(parts: Parts) -> Iterator[Problem]:
    for place, stage in enumerate(parts.stages):
        path = f"stages[{place}]"
        if stage.hold and stage.outcome:
            yield _problem("stage.hold", path, f"{stage.id!r} cannot be a hold and closed as {stage.outcome}")
        if stage.skippable and (stage.hold or stage.outcome):
            yield _problem("stage.skippable", path, f"{stage.id!r} is never passed over, so it cannot be skippable")


def _starts(parts: Parts) -> Iterator[Problem]:
    if not starts_of(parts.stages, parts.policy):
        yield _problem(
            "start.nowhere", "policy.start_at", "there is no stage to start at", "one open, active stage is needed"
        )
    open_to_start = [stage.id for stage in parts.stages if stage.open and not stage.hold]
    yield from _named(parts, "policy.start_at", parts.policy.start_at or (), open_to_start, "start.closed", "start in")


def _reopenings(parts: Parts) -> Iterator[Problem]:
    closed = [stage.id for stage in parts.stages if stage.outcome]
    still_open = [stage.id for stage in parts.stages if stage.open and not stage.hold]
    reopen_from, reopen_to = parts.policy.reopen_from or (), parts.policy.reopen_to
    yield from _named(parts, "policy.reopen_from", reopen_from, closed, "reopen.from_open", "be reopened from")
    yield from _named(parts, "policy.reopen_to", reopen_to, still_open, "reopen.to_closed", "be reopened to")


def _named(parts: Parts, path: str, names: tuple[str, ...], fit: list[str], code: str, done: str) -> Iterator[Problem]:
    known = [stage.id for stage in parts.stages]
    for place, name in enumerate(names):
        if name not in known:
            yield _unknown("stage.unknown", f"{path}[{place}]", "stage", name, known)
        elif name not in fit:
            yield _problem(code, f"{path}[{place}]", f"nothing can {done} {name!r}")


def _moves(parts: Parts) -> Iterator[Problem]:
    stages = {stage.id: stage for stage in parts.stages}
    for place, move in enumerate(parts.moves):
        path = f"moves[{place}]"
        if move.target not in stages:
            yield _unknown("stage.unknown", f"{path}.target", "stage", move.target, list(stages))
        for at, source in enumerate(move.sources):
            yield from _source(f"{path}.sources[{at}]", source, move.target, stages)
    pairs = Counter((source, move.target) for move in parts.moves for source in move.sources)
    for (source, target), count in pairs.items():
        if count > 1:
            yield _problem("move.twice", "moves", f"{source!r} to {target!r} is declared {count} times")


def _source(path: str, source: str, target: str, stages: dict[str, Stage]) -> Iterator[Problem]:
    stage = stages.get(source)
    if stage is None:
        yield _unknown("stage.unknown", path, "stage", source, list(stages))
    elif stage.outcome:
        advice = "reopening is the only way out: policy.reopen_to"
        yield _problem("move.from_closed", path, f"{source!r} is closed as {stage.outcome}", advice)
    elif stage.hold:
        advice = "a hold is judged from the stage it left: declare the move from there"
        yield _problem("move.from_hold", path, f"{source!r} is a hold", advice)
    elif source == target:
        yield _problem("move.to_itself", path, f"{source!r} leads to itself")


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
            yield _unknown("field.unknown", path, "field", field, known)


_OWN_CODES = frozenset(code.split(".")[0] for code in TEXTS)


def _references(parts: Parts, path: str, rule: AnyRule) -> Iterator[Problem]:
    if isinstance(rule, Visited) and rule.stage not in (known := [stage.id for stage in parts.stages]):
        yield _unknown("stage.unknown", path, "stage", rule.stage, known)
    if isinstance(rule, Qualified):
        for each in rule.criteria:
            if parts.framework.criterion(each) is None:
                yield _unknown_criterion(path, each, parts.framework)
    if isinstance(rule, PythonRule) and rule.name.split(".")[0] in _OWN_CODES:
        yield _problem(
            "rule.name", path, f"a rule in Python cannot be named {rule.name!r}", "that is a code of salesflow's own"
        )


def _unknown_criterion(path: str, name: str, framework: Framework) -> Problem:
    """Name the criteria that mean it, or else the one that is spelt nearly so."""
    same = [repr(criterion.id) for criterion in framework.criteria if criterion.meaning == name]
    if not same:
        return _unknown("criterion.unknown", path, "criterion", name, [each.id for each in framework.criteria])
    advice = f"it is called {listed(same, 'and')} here"
    return _problem("criterion.unknown", path, f"there is no criterion {name!r}", advice)


def _functions(parts: Parts) -> Iterator[Problem]:
    """Two functions of one name would be one rule to everything that knows rules by name."""
    known: dict[str, object] = {}
    for path, rule in placed_rules(parts.stages, parts.moves):
        for each in walk(rule):
            if isinstance(each, PythonRule) and known.setdefault(each.name, each.call) is not each.call:
                yield _problem(
                    "rule.twice", path, f"two rules in Python are named {each.name!r}", "give one another name"
                )


def _criteria(parts: Parts) -> Iterator[Problem]:
    counts = Counter(criterion.id for criterion in parts.framework.criteria)
    for id, count in counts.items():
        if count > 1:
            yield _problem("criterion.duplicate", "framework", f"criterion {id!r} is declared {count} times")


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
