"""Changed templates: what somebody may do to a template, alone or one thing after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from salesflow import Move, Stage, StageTemplate, TemplateError
from salesflow.qualification import Criterion
from salesflow.rules import Visited, walk
from salesflow.testing._asking import Template
from salesflow.testing._draw_rules import Words, rules
from salesflow.testing._strategies import templates
from salesflow.values import Frozen

Nth = Callable[[Sequence[Any]], Any]
"""Picks one of several, or None of none."""
Edit = Callable[[Template, Nth, Nth, Any], dict[str, Any]]
"""From a template, two picks and a recipe of a rule to the fields that are to be others."""


def _staged(template: Template, place: int, **changed: Any) -> dict[str, Any]:
    stages = list(template.stages)
    stages[place] = stages[place].model_copy(update=changed)
    return {"stages": tuple(stages)}


def _at(field: str, *values: Any) -> Edit:
    """Make the edit that sets a field of some stage."""
    return lambda template, one, other, _: _staged(template, one(range(len(template.stages))), **{field: other(values)})


def _ruled(field: str, *values: Any) -> Edit:
    return lambda template, one, _other, _recipe: {"policy": template.policy.model_copy(update={field: one(values)})}


def _places(field: str, *, outcome: bool) -> Edit:
    def edit(template: Template, one: Nth, other: Nth, _recipe: Any) -> dict[str, Any]:
        fit = [each.id for each in template.stages if bool(each.outcome) is outcome and not each.hold]
        chosen = [[], fit[:1], fit, fit[1:], [one(fit)]]
        return {"policy": template.policy.model_copy(update={field: tuple(filter(None, other(chosen)))})}

    return edit


def _renamed(template: Template, one: Nth, other: Nth, _recipe: Any) -> dict[str, Any]:
    old = one(template.stages)
    kept = other([(old.id,), ()])
    return _recalled(template, old.id, "renamed ~99", (*old.aliases, *kept))


def _recalled(template: Template, old: str, new: str, aliases: tuple[str, ...]) -> dict[str, Any]:
    def call(names: tuple[str, ...] | None) -> Any:
        return None if names is None else tuple(new if name == old else name for name in names)

    stages = tuple(
        each.model_copy(update={"id": new, "aliases": aliases} if each.id == old else {}) for each in template.stages
    )
    moves = tuple(
        each.model_copy(update={"sources": call(each.sources), "target": new if each.target == old else each.target})
        for each in template.moves
    )
    policy = {name: call(getattr(template.policy, name)) for name in ("start_at", "reopen_from", "reopen_to")}
    held = [_without_visits(old, each) for each in (*stages, *moves)]
    policy_now = template.policy.model_copy(update=policy)
    return {"stages": tuple(held[: len(stages)]), "moves": tuple(held[len(stages) :]), "policy": policy_now}


def _without_visits(stage: str, holder: Any) -> Any:
    """Leave out the rules that name a stage which is not called so any more."""
    kept = [
        rule
        for rule in holder.rules
        if not any(isinstance(each, Visited) and each.stage == stage for each in walk(rule))
    ]
    return holder.model_copy(update={"rules": tuple(kept)})


def _removed(template: Template, one: Nth, other: Nth, _recipe: Any) -> dict[str, Any]:
    if len(template.stages) == 1:
        return {}
    gone = one(template.stages)
    moves = [
        move.model_copy(update={"sources": tuple(each for each in move.sources if each != gone.id)})
        for move in template.moves
        if move.target != gone.id
    ]
    policy = {
        name: tuple(each for each in named if each != gone.id) or other([None, ()])
        for name in ("start_at", "reopen_from")
        if (named := getattr(template.policy, name)) is not None
    }
    policy["reopen_to"] = tuple(each for each in template.policy.reopen_to if each != gone.id)
    left = [_without_visits(gone.id, each) for each in template.stages if each.id != gone.id]
    heirs = [each.model_copy(update={"aliases": (*each.aliases, gone.id)}) for each in left[:1]]
    return {
        "stages": tuple(other([left, left, [*heirs, *left[1:]]])),
        "moves": tuple(_without_visits(gone.id, move) for move in moves if move.sources),
        "policy": template.policy.model_copy(update=policy),
    }


def _added(template: Template, one: Nth, other: Nth, recipe: Any) -> dict[str, Any]:
    kinds: list[dict[str, Any]] = [{}, {}, {"hold": True}, {"outcome": "won"}, {"life": "retired"}, {"skippable": True}]
    new = Stage(id="added ~98", rules=other([(), (_rule(template, recipe),)]), **one(kinds))
    place = one(range(len(template.stages) + 1))
    return {"stages": (*template.stages[:place], new, *template.stages[place:])}


def _swapped(template: Template, one: Nth, other: Nth, _recipe: Any) -> dict[str, Any]:
    stages = list(template.stages)
    first, second = one(range(len(stages))), other(range(len(stages)))
    stages[first], stages[second] = stages[second], stages[first]
    return {"stages": tuple(stages)}


def _rule(template: Template, recipe: Any) -> Any:
    criteria = tuple(each.id for each in template.framework.criteria)
    return recipe(Words(template.record, tuple(each.id for each in template.stages), criteria))


def _asking(template: Template, one: Nth, other: Nth, recipe: Any) -> dict[str, Any]:
    field = one(["stages", "moves"]) if template.moves else "stages"
    holders = list(getattr(template, field))
    place = other(range(len(holders)))
    asked, new = holders[place].rules, _rule(template, recipe)
    held = one([(*asked, new), asked[1:], (new,), asked[::-1], (new, *asked[1:])])
    holders[place] = holders[place].model_copy(update={"rules": held})
    return {field: tuple(holders)}


def _moved(template: Template, one: Nth, other: Nth, _recipe: Any) -> dict[str, Any]:
    sources = [each.id for each in template.stages if each.open and not each.hold]
    new = Move(sources=(one(sources),), target=other(template.stages).id)
    kept = other([template.moves, template.moves[1:]])
    return {"moves": one([(*kept, new), (new, *kept), kept, kept[::-1]])}


def _move(field: str, *values: Any) -> Edit:
    def edit(template: Template, one: Nth, other: Nth, _recipe: Any) -> dict[str, Any]:
        if not template.moves:
            return {}
        first, *rest = template.moves
        return {"moves": (first.model_copy(update={field: one(values)}), *rest)}

    return edit


def _criteria(template: Template, one: Nth, _other: Nth, _recipe: Any) -> dict[str, Any]:
    criteria = list(template.framework.criteria)
    changed = one([("demo",), ("decider",), ()])
    several = [
        [criteria[0].model_copy(update={"ways": changed}), *criteria[1:]],
        [*criteria[:-1], criteria[-1].model_copy(update={"ways": changed})],
        [criteria[0].model_copy(update={"weight": 7}), *criteria[1:]],
        [*criteria, Criterion(id="added criterion")],
        criteria[::-1],
    ]
    return {"framework": template.framework.model_copy(update={"criteria": tuple(one(several))})}


BOTH = (True, False)
EDITS: dict[str, Edit] = {
    "label": _at("label", "", "New"),
    "labels": _at("labels", {}, {"fr": "Neuf"}),
    "description": _at("description", "", "Other"),
    "probability": _at("probability", None, 0, 40),
    "forecast": _at("forecast", None, "commit"),
    "roles": _at("roles", (), ("rep",)),
    "follow_up": _at("follow_up_every", None, "P3D"),
    "max_age": _at("max_age", None, "P30D"),
    "skippable": _at("skippable", *BOTH),
    "life": _at("life", "active", "deprecated", "retired"),
    "outcome": _at("outcome", None, "won", "lost"),
    "hold": _at("hold", *BOTH),
    "aliases": _at("aliases", (), ("alias ~97",)),
    "next": _ruled("next", "free", "declared"),
    "skip": _ruled("skip", "never", "with_ground", "free"),
    "back": _ruled("back", "never", "with_ground", "free"),
    "lose": _ruled("lose", "any_time", "declared"),
    "lock": _ruled("lock_closed", *BOTH),
    "start_at": _places("start_at", outcome=False),
    "reopen_to": _places("reopen_to", outcome=False),
    "reopen_from": _places("reopen_from", outcome=True),
    "renamed": _renamed,
    "removed": _removed,
    "added": _added,
    "swapped": _swapped,
    "rules": _asking,
    "moves": _moved,
    "move ground": _move("ground", *BOTH),
    "move roles": _move("roles", (), ("rep",), ("director", "rep")),
    "move name": _move("name", "", "Resend"),
    "criteria": _criteria,
    "version": lambda *_: {"version": "next"},
    "id": lambda *_: {"id": "elsewhere"},
    "template label": lambda *_: {"label": "Elsewhere", "labels": {"fr": "Ailleurs"}},
    "template description": lambda *_: {"description": "Other"},
}
"""What may be done to a template, by a name for it."""


def _nth(place: int) -> Nth:
    return lambda several: several[place % len(several)] if several else None


def edited(template: Template, edit: Edit, one: int, other: int, recipe: Any) -> Template:
    """Return a template with one thing another, or as it is where that would contradict itself."""
    try:
        fields = edit(template, _nth(one), _nth(other), recipe)
        # validated as a whole: copies ask nothing
        dumped = {name: _dumped(value) for name, value in fields.items()}
        return StageTemplate(**{**dict(template), **dumped})
    except TemplateError:
        return template


def _dumped(value: Any) -> Any:
    """Let what was copied be validated again."""
    if isinstance(value, tuple):
        return tuple(type(each).model_validate(dict(each)) for each in value)
    return type(value).model_validate(dict(value)) if isinstance(value, Frozen) else value


_OFTEN = ("rules", "removed", "added", "swapped", "moves", "skip")
"""What is done often: most can be told wrong there."""
_edits = st.tuples(
    st.sampled_from([*EDITS, *_OFTEN * 3, *["rules"] * 12]), st.integers(0, 11), st.integers(0, 11), rules
)


@st.composite
def evolved(draw: Any, most: int = 3) -> tuple[Template, Template]:
    """An old template, and a new one that was made of it."""
    old = draw(templates())
    new = old
    for name, one, other, recipe in draw(st.lists(_edits, min_size=1, max_size=most)):
        new = edited(new, EDITS[name], one, other, recipe)
    return old, new
