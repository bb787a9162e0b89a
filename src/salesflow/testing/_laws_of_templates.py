"""Laws on templates themselves: forms, digest, soundness."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from copy import copy, deepcopy
from dataclasses import replace
from typing import Any

from salesflow import Stage, present
from salesflow.rules import PythonRule, walk
from salesflow.testing import _model as model
from salesflow.testing._asking import Asked, Template, attempt
from salesflow.testing._expect import among, holds, same
from salesflow.testing._forms import importable
from salesflow.testing._model import Deal
from salesflow.verdict import Problem

Lint = Callable[[Template], Iterable[Problem]]


def forms(template: Template) -> list[Template]:
    """Return the template through JSON, pickle and every way to copy; what JSON cannot hold is bound again."""
    read = type(template).model_validate_json(template.model_dump_json())
    own = {part.name: part for each in _rules(template) for part in walk(each) if isinstance(part, PythonRule)}
    bound = read.bind(template.record, rules=[each for each in own.values() if each.call])
    found = [read, bound, deepcopy(template), copy(template), template.model_copy()]
    if importable(template.record) and all(importable(each.call) for each in own.values() if each.call):
        found.append(pickle.loads(pickle.dumps(template)))
    return found


def _rules(template: Template) -> list[Any]:
    holders: list[Any] = [*template.stages, *template.moves]
    return [rule for holder in holders for rule in holder.rules]


def law_a_template_survives_every_form(template: Template, record: Any, asked: Asked) -> None:
    """A template survives JSON, pickle and copying: equal, hash equal, of one reference, and it judges the same."""
    options = template.options(record, **asked.arguments)
    for place, form in enumerate(forms(template)):
        same(form, template, "the template, kept and read again")
        same((hash(form), form.ref), (hash(template), template.ref), "its hash and its reference")
        same(form.model_dump_json(), template.model_dump_json(), "its JSON form")
        # read from JSON and not bound, it lacks the rules in Python
        same(form.options(record, **asked.arguments) if place else options, options, "what it answers")


def _with(template: Template, **fields: Any) -> Template:
    return type(template)(**{**dict(template), **fields})


def _first_stage(template: Template, **fields: Any) -> Template:
    first, *others = template.stages
    return _with(template, stages=(Stage(**{**dict(first), **fields}), *others))


def law_the_digest_tells_behaviour(template: Template, record: Any, asked: Asked) -> None:
    """The digest changes with rules, policy, life, names and moves, and with nothing that is only said or shown."""
    stage, policy, room = template.stages[0], template.policy, len(template.stages) < 256
    behaves_otherwise = (
        _first_stage(template, rules=(*stage.rules, present("segment"))),
        _with(template, stages=(*template.stages, Stage(id="brand new", life="retired"))) if room else None,
        _with(template, stages=(*template.stages, Stage(id="brand new", hold=True))) if room else None,
        _first_stage(template, aliases=(*stage.aliases, "once known as this")),
        _with(template, policy=policy.model_copy(update={"lock_closed": not policy.lock_closed})),
        _with(template, moves=()) if template.moves else None,
    )
    for other in filter(None, behaves_otherwise):
        holds(other.ref.digest != template.ref.digest, "what behaves otherwise has another digest")
        holds(other != template, "what behaves otherwise is another template")
    looks_otherwise = (
        _first_stage(template, label="Sale!", labels={"de": "Ausverkauf"}, description="x", probability=7),
        _with(template, label="shown", description="told"),
    )
    for other in looks_otherwise:
        same(other.ref.digest, template.ref.digest, "the digest of what only looks otherwise")


Place = tuple[str, str | None]
"""A stage, and for a hold the stage that was left for it."""


def reaches_an_outcome(template: Template) -> set[str]:
    """Return the open stages from which the model finds a way to some outcome; a hold, if from anything held there."""
    order = [stage.id for stage in model.ordered(template)]
    holds = [stage.id for stage in template.stages if stage.hold]
    places: list[Place] = [*((id, None) for id in order), *((id, left) for id in holds for left in order)]
    onward = {place: _onward(template, place) for place in places}
    saved: set[Place] = {(stage.id, None) for stage in template.stages if stage.outcome}
    while fresh := {place for place, targets in onward.items() if targets & saved} - saved:
        saved |= fresh
    return {id for id, _ in saved & set(onward)}


def _onward(template: Template, place: Place) -> set[Place]:
    deal = Deal(None, place[0], place[1], None, 0, (), 0, template.ref)
    targets = [stage for stage in template.stages if model.way(template, deal, stage.id)]
    return {(stage.id, place[0] if stage.hold else None) for stage in targets}


def law_a_sound_template_closes(template: Template, lint: Lint) -> None:
    """From every open stage of a template without problems an outcome can be reached; lint names each that is stuck."""
    problems = list(lint(template))
    open_stages = {stage.id for stage in template.stages if stage.outcome is None}
    stuck = open_stages - reaches_an_outcome(template)
    holds(problems or not stuck, f"a sound template closes: no outcome can be reached from {sorted(stuck)}")
    codes = [each.code for each in problems]
    if any(stage.outcome for stage in template.stages):
        same(codes.count("stage.dead_end"), len(stuck), "how many dead ends lint names")
    else:
        among("outcome.none", codes, "what lint names of a template without outcomes")


def law_check_never_raises(template: Template, record: Any, asked: Asked) -> None:
    """Whatever is sent, `check` answers, `move` is refused or done as it says, and the answer can be shown and sent."""
    asked = replace(asked, verb="move")
    verdict = asked.check(template, record)
    after, refused = attempt(template, record, asked)
    same(after is None, not verdict, "whether the move is refused, as `check` says")
    among(refused, (None, verdict), "the reasons of `move`")
    same(type(verdict).model_validate_json(verdict.model_dump_json()), verdict, "the verdict, as JSON and back")
    holds(str(verdict), "a verdict has a text")
    same(len(template.options(record, **asked.arguments)), len(template.stages), "how many options there are")
