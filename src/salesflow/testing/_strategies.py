"""Strategies: templates of every shape, records for them, and walks. None of them calls `move`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from hypothesis import strategies as st

from salesflow import Customer, Lead, Move, Opportunity, Policy, Stage, StageTemplate
from salesflow import templates as catalogue
from salesflow.qualification import FOUR_CRITERIA, Criterion, Framework
from salesflow.records import Record
from salesflow.stage import Outcome
from salesflow.testing._asking import Aim, Keys, Nth, Patch, Request, Template, Walk
from salesflow.testing._draw_records import (
    activities,
    amounts,
    answers,
    approvals,
    complete,
    free_fields,
    losses,
    objections,
    offers,
    placed,
    unstarted,
)
from salesflow.testing._draw_rules import Recipe, Words, rules
from salesflow.testing._draw_values import (
    BOSS,
    SLOTS,
    ZONES,
    actors,
    aliases,
    backwards,
    grounds,
    mostly,
    names,
    pauses,
    texts,
)
from salesflow.testing._host import Deal

Draw = Callable[[st.SearchStrategy[Any]], Any]

# -- templates ----------------------------------------------------------------------------------------------

_OWN_CRITERIA = (Criterion(id="timing"), Criterion(id="fit & größe", ways=("demo", "pilot"), weight=3))
FRAMEWORKS: tuple[Framework, ...] = (FOUR_CRITERIA, FOUR_CRITERIA.adding("five", _OWN_CRITERIA))


def _shape(opened: int, holds: int, won: int, lost: int) -> tuple[str, ...]:
    return ("open",) * opened + ("hold",) * holds + ("won",) * won + ("lost",) * lost


_shapes = st.builds(
    _shape,
    st.integers(1, 8),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(0, 3),
)
_heads = st.tuples(
    st.sampled_from([Opportunity, Opportunity, Deal, Lead, Customer]),
    st.sampled_from(FRAMEWORKS),
    texts,
    st.sampled_from(["1", "2026-01 β"]),
)
_some_rules: st.SearchStrategy[list[Recipe]] = st.one_of(st.just([]), st.just([]), st.lists(rules, max_size=2))
_lives = st.sampled_from(["active"] * 8 + ["deprecated", "retired"])
_labels = st.sampled_from([{}, {"fr": "étape"}])


@st.composite
def templates(draw: Draw) -> Template:
    """Templates without a contradiction: one to eight open stages, holds, several ways to close, every policy."""
    shapes: tuple[str, ...] = draw(_shapes)
    assert len(shapes) <= SLOTS
    record, framework, label, version = draw(_heads)
    ids = tuple(draw(names(slot)) for slot in range(len(shapes)))
    words = Words(record, ids, tuple(each.id for each in framework.criteria))
    stages = [_stage(draw, slot, shape, words) for slot, shape in enumerate(shapes)]
    return StageTemplate(
        id=f"t{label}",
        version=version,
        record=record,
        stages=tuple(draw(st.permutations(stages))),
        moves=_moves(draw, stages, words),
        policy=_policy(draw, stages),
        framework=framework,
        label=label,
    )


@cache
def _parts(slot: int) -> st.SearchStrategy[Any]:
    return st.tuples(_some_rules, st.booleans(), aliases(slot), _lives, _labels)


def _made(recipes: list[Recipe], words: Words) -> tuple[Any, ...]:
    return tuple(recipe(words) for recipe in recipes)


_OUTCOMES: dict[str, Outcome] = {"won": "won", "lost": "lost"}


def _stage(draw: Draw, slot: int, shape: str, words: Words) -> Stage:
    recipes, skippable, had, life, labels = draw(_parts(slot))
    return Stage(
        id=words.stages[slot],
        labels=labels,
        outcome=_OUTCOMES.get(shape),
        hold=shape == "hold",
        rules=_made(recipes, words),
        skippable=shape == "open" and skippable,
        aliases=had,
        life=life,
    )


_pairs = st.lists(st.tuples(st.integers(0, 7), st.integers(0, SLOTS)), max_size=4)
_move_parts = st.tuples(texts, st.lists(rules, max_size=1), st.sampled_from([(), (), ("director",)]), st.booleans())


def _moves(draw: Draw, stages: list[Stage], words: Words) -> tuple[Move, ...]:
    sources = [stage.id for stage in stages if stage.open and not stage.hold]
    ids = [stage.id for stage in stages]
    drawn: list[tuple[int, int]] = draw(_pairs)
    chosen = {(sources[one % len(sources)], ids[other % len(ids)]) for one, other in drawn}
    by_target: dict[str, list[str]] = {}
    for source, target in sorted(chosen):
        if source != target:
            by_target.setdefault(target, []).append(source)
    return tuple(_move(draw, tuple(starts), target, words) for target, starts in by_target.items())


def _move(draw: Draw, sources: tuple[str, ...], target: str, words: Words) -> Move:
    name, recipes, roles, ground = draw(_move_parts)
    return Move(sources=sources, target=target, name=name, rules=_made(recipes, words), roles=roles, ground=ground)


_places = st.lists(st.integers(0, 7), max_size=3)
_exceptions = st.sampled_from(["with_ground", "never", "free", "with_ground"])
_policies = st.fixed_dictionaries(
    {
        "next": st.sampled_from(["free", "free", "free", "declared"]),
        "skip": _exceptions,
        "back": _exceptions,
        "lose": st.sampled_from(["any_time", "any_time", "declared"]),
        "lock_closed": st.booleans(),
        "start_at": _places,
        "reopen_to": st.lists(st.integers(0, 7), min_size=1, max_size=3) | _places,
        "reopen_from": st.none() | st.none() | _places,
    }
)


def _pick(places: list[int] | None, ids: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids[place % len(ids)] for place in places or () if ids))


def _policy(draw: Draw, stages: list[Stage]) -> Policy:
    order = [stage.id for stage in stages if stage.open and not stage.hold]
    closed = [stage.id for stage in stages if stage.outcome]
    usable = any(stage.life == "active" for stage in stages if stage.id in order)
    said = draw(_policies)
    starts = _pick(said["start_at"], order) or (() if usable else (order[0],))
    closing = None if said["reopen_from"] is None else _pick(said["reopen_from"], closed)
    places = {"start_at": starts or None, "reopen_to": _pick(said["reopen_to"], order), "reopen_from": closing}
    return Policy.model_validate({**said, **places})


# -- requests -----------------------------------------------------------------------------------------------

_aims = st.sampled_from(
    ["next", "next", "next", "previous", "left", "won", "lost", "hold", "reopen", "reopen", "out"]
).map(Aim)
_anywhere = st.integers(0, 30).map(Nth)
targets: st.SearchStrategy[Any] = mostly(mostly(_aims, _anywhere, one_in=4), st.just("nowhere"), one_in=25)
"""Where to: mostly somewhere that makes sense, else any stage, an alias, or nowhere that is known."""

_junk = st.sampled_from([(), (), ("move.skip",), ("ground.missing", "nonsense"), ("present.amount",)])
_few = st.builds(Keys, st.lists(st.integers(0, 30), max_size=3).map(tuple), _junk)
overrides: st.SearchStrategy[Any] = st.one_of(st.just(()), st.just(()), st.just(Keys()), _few)
"""Nothing mostly; every key there is; a few; keys of what nobody may override."""

GROWING = ("activities", "objections", "approvals", "qualification")
"""The fields that are added to: an update tells them relative to the record."""
_INVALID = (
    Patch({"stage": "won"}),
    Patch({"history": (), "closed_at": None}),
    Patch({"nam": "x", "name": 5}),
    Patch({"amount": "a lot"}),
    Patch({"fields": {"x": float("nan")}}),
    Patch({"name": "nul \x00"}),
    Patch(cut=("activities",)),
    Patch(cut=("answers",)),
    Patch(cut=("approvals", "objections")),
)


def _fixed(record: type[Record]) -> st.SearchStrategy[Patch]:
    parts: dict[str, st.SearchStrategy[Any]] = {
        "amount": st.none() | amounts | amounts.map(lambda money: money.model_dump(mode="json")),
        "loss": losses,
        "fields": free_fields,
        "name": texts,
    }
    own: dict[str, st.SearchStrategy[Any]] = {
        "offer": offers,
        "expected_close": st.dates().map(str),
        "seats": st.integers(0, 900),
        "tags": st.just(["b"]),
    }
    parts |= {name: drawn for name, drawn in own.items() if name in record.model_fields}
    return st.one_of(*(st.fixed_dictionaries({name: drawn}).map(Patch) for name, drawn in parts.items()))


def _grown(framework: Framework) -> st.SearchStrategy[Patch]:
    parts: dict[str, st.SearchStrategy[Any]] = {
        "activities": activities,
        "objections": objections,
        "approvals": approvals,
        "answers": answers(framework.criteria),
    }
    some = {name: st.lists(drawn, max_size=2).map(tuple) for name, drawn in parts.items()}
    return st.one_of(*(st.fixed_dictionaries({name: drawn}).map(_growth) for name, drawn in some.items()))


def _growth(grown: dict[str, Any]) -> Patch:
    return Patch(grown=grown)


@cache
def patches(record: type[Record], framework: Any) -> st.SearchStrategy[Patch]:
    """Updates: mostly valid ones, in the form of objects and of JSON."""
    known = {name: value for name, value in complete(record, framework).items() if name not in GROWING}
    plain = st.sampled_from([Patch(known), Patch(known), Patch(resolved=True), Patch()])
    fixed, grown = _fixed(record), _grown(framework)
    return mostly(st.one_of(fixed, grown, fixed, grown, plain), st.sampled_from(_INVALID), one_in=8)


_whom: dict[str, st.SearchStrategy[Any]] = {
    "by": actors,
    "ground": grounds | st.sampled_from(["ok", "ok"]),
    "zone": st.sampled_from(ZONES),
    "pause": pauses,
}
_eager = st.builds(Request, to=targets, pause=pauses, by=st.just(BOSS), ground=st.just("ok"), override=overrides)
_bold = st.builds(Request, to=targets, pause=pauses, by=actors, ground=st.just("ok"), override=st.just(Keys()))
_late = st.builds(Request, to=targets, pause=backwards)
_odd = st.sampled_from([Request(zone=None), Request(by=5), Request(ground="\x00"), Request(override="x")])  # type: ignore[arg-type]


def requests(template: Template) -> st.SearchStrategy[Request]:
    """One request: to move, with or without an update, or to update alone; sometimes with something wrong in it."""
    kind: type[Record] = template.record
    framework: Any = template.framework
    return _requests(kind, framework)


@cache
def _requests(record: type[Record], framework: Any) -> st.SearchStrategy[Request]:
    patch = patches(record, framework)
    maybe = mostly(st.none(), patch, one_in=3)
    move = st.builds(Request, to=targets, patch=maybe, override=overrides, **_whom)
    update = st.builds(Request, verb=st.just("update"), patch=patch, **_whom)
    apt = st.one_of(_eager, move, _eager, move, _bold, update)
    return mostly(apt, _late | _odd, one_in=20)


_left = st.one_of(st.none(), st.none(), _anywhere, st.just("nowhere"))
adoptions = st.builds(Request, verb=st.just("adopt"), to=_anywhere, left=_left, by=actors, pause=pauses)
"""Requests to take over a record where it sits; some name a stage that it cannot have left."""
_start = st.builds(Request, by=st.just(BOSS) | actors, ground=st.just("ok") | grounds, pause=pauses, override=overrides)


@cache
def _asked(record: type[Record], framework: Any, most: int, *, entering: bool) -> st.SearchStrategy[Any]:
    asked = _requests(record, framework)
    some = st.lists(asked, min_size=2, max_size=most).map(tuple)
    first = mostly(mostly(_start, adoptions, one_in=5), asked, one_in=12)
    return st.tuples(first, some).map(lambda both: (both[0], *both[1])) if entering else some


def requests_for(template: Template, *, entering: bool) -> st.SearchStrategy[tuple[Request, ...]]:
    """A few requests one after the other, the first to start where a record is not started."""
    kind: type[Record] = template.record
    framework: Any = template.framework
    return _asked(kind, framework, 6, entering=entering)


SHIPPED: tuple[Template, ...] = tuple(catalogue.get(name) for name in catalogue.names())
_any_template = mostly(templates(), st.sampled_from(SHIPPED), one_in=8)


@st.composite
def walks(draw: Draw, *, of: st.SearchStrategy[Template] = _any_template, most: int = 6) -> Walk:
    """A template with a record and requests: from before its start, or from any place that it may stand in.

    Of any template, drawn or shipped, unless told which.
    """
    template = draw(of)
    fresh = draw(st.sampled_from([True, True, False]))
    record = draw(unstarted(template) if fresh else placed(template))
    kind: type[Record] = template.record
    return Walk(template, record, draw(_asked(kind, template.framework, most, entering=fresh)))


def standing(template: Template) -> st.SearchStrategy[Record]:
    """Records anywhere: not started, or in any stage."""
    return unstarted(template) | placed(template)
