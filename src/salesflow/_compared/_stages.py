"""Stages compared: which are new, gone, renamed or turned into something else, and what they ask and show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from salesflow._compared._labels import relabelled
from salesflow._compared._pairs import Pairs, Template, every_rule
from salesflow._compared._routes import Effects
from salesflow._compared._rules import Place, compared, in_new_words
from salesflow._difference import Difference, Impact, difference
from salesflow._phrases import Phrase, joined, names, phrase, span
from salesflow.rules import TimeInStage, Visited
from salesflow.stage import Stage


def stages(pairs: Pairs, effects: Effects) -> Iterator[Difference]:
    """Yield what is another with stages, by kind and in the order of the templates."""
    yield from _gone(pairs, effects)
    yield from _come(pairs, effects)
    yield from _order(pairs, effects)
    for place, old, new in pairs.kept:
        path = f"stages[{place}]"
        yield from _names(pairs, path, old, new)
        yield from _turns(effects, path, old, new)
        asked = Place(f"{path}.rules", phrase("difference.at.stage", name=new.id), _met(pairs, new.id))
        yield from compared(in_new_words(pairs, old.rules), new.rules, asked)
        yield from _shown(path, old, new)


# -- which there are ----------------------------------------------------------------------------------------


def _gone(pairs: Pairs, effects: Effects) -> Iterator[Difference]:
    for place, stage in pairs.removed:
        yield effects.told("stage_removed", stage.id, f"stages[{place}]", "breaking", name=stage.id)
    for place, stage, to in pairs.merged:
        least: Impact = "in_flight" if _nature(stage) == _nature(pairs.new.stage(to)) else "breaking"
        yield effects.told("stage_merged", stage.id, f"stages[{place}]", least, old=stage.id, name=to)
        yield from _names_gone(f"stages[{place}]", stage, pairs.new.stage(to))


def _come(pairs: Pairs, effects: Effects) -> Iterator[Difference]:
    order = [stage.id for stage in pairs.new.stages if _nature(stage) == "open"]
    for place, stage in pairs.added:
        before = order[: order.index(stage.id)][-1:] if stage.id in order else []
        why = _nature(stage) if stage.id not in order else "after" if before else "first"
        told = {"name": stage.id, **({"before": before[0]} if before else {})}
        yield effects.told("stage_added", stage.id, f"stages[{place}]", "in_flight", why=why, **told)


def _order(pairs: Pairs, effects: Effects) -> Iterator[Difference]:
    kept = [(pairs.places[old.id], new) for _, old, new in pairs.kept]
    places = [place for place, _ in kept]
    if places != sorted(places):
        line = [place for place, new in kept if _nature(new) == "open"]
        # holds and closed stages may stand anywhere
        least: Impact = "new_only" if line == sorted(line) else "in_flight"
        order = names([new.id for _, new in kept], "and", quoted=True)
        yield effects.told("stages_reordered", "", "stages", least, order=order)


# -- names --------------------------------------------------------------------------------------------------


def _names(pairs: Pairs, path: str, old: Stage, new: Stage) -> Iterator[Difference]:
    # a history may tell of a name that only the new template knows
    least: Impact = "in_flight" if _remembered(pairs, new) else "new_only"
    if old.id != new.id:
        yield difference("stage_renamed", f"{path}.id", least, old=old.id, name=new.id)
    for alias in new.aliases:
        # the name of another old stage is told with that stage
        if alias not in (old.id, *old.aliases, *pairs.now):
            yield difference("alias_added", f"{path}.aliases", least, alias=alias, name=new.id)
    yield from _names_gone(f"stages[{pairs.places[old.id]}]", old, new)


def _names_gone(path: str, old: Stage, new: Stage) -> Iterator[Difference]:
    """Yield the names of an old stage by which nobody knows the new one."""
    for alias in old.aliases:
        if alias not in (new.id, *new.aliases):
            yield difference("alias_removed", f"{path}.aliases", "breaking", alias=alias, name=new.id)


def _remembered(pairs: Pairs, stage: Stage) -> bool:
    """Tell whether a rule looks for a stage in the history, by any of its names, or leaves its time out."""
    return any(
        (isinstance(each, Visited) and each.stage == stage.id) or (stage.hold and isinstance(each, TimeInStage))
        for each in every_rule(pairs.new)
    )


# -- what they are ------------------------------------------------------------------------------------------


def _nature(stage: Stage) -> str:
    return "hold" if stage.hold else stage.outcome or "open"


def _nature_said(stage: Stage) -> Phrase:
    return phrase(f"outcome.{stage.outcome}") if stage.outcome else phrase(f"difference.{_nature(stage)}")


def _turns(effects: Effects, path: str, old: Stage, new: Stage) -> Iterator[Difference]:
    if _nature(old) != _nature(new):
        said = {"name": new.id, "old": _nature_said(old), "new": _nature_said(new)}
        where = "hold" if old.outcome == new.outcome else "outcome"
        yield effects.told("outcome_changed", new.id, f"{path}.{where}", "breaking", **said)
    if old.skippable != new.skippable:
        least: Impact = "in_flight" if old.rules or new.rules else "new_only"
        why = "" if new.skippable else "never"
        yield effects.told("skippable_changed", new.id, f"{path}.skippable", least, why=why, name=new.id)
    if old.life != new.life:
        least = "in_flight" if "retired" in (old.life, new.life) else "new_only"
        yield effects.told("life_changed", new.id, f"{path}.life", least, why=new.life, name=new.id)


def _met(pairs: Pairs, id: str) -> Impact:
    """Return what it means that a stage asks something else: the first one may ask only what starts there."""
    both = (pairs.old, pairs.was[id]), (pairs.new, id)
    return "new_only" if all(_only_starts(template, name) for template, name in both) else "in_flight"


def _only_starts(template: Template, id: str) -> bool:
    first = next((stage.id for stage in template.stages if _nature(stage) == "open"), None)
    return id == first and not template.policy.reopen_to and all(move.target != id for move in template.moves)


# -- what is told of them -----------------------------------------------------------------------------------


def _shown(path: str, old: Stage, new: Stage) -> Iterator[Difference]:
    yield from relabelled("stage_relabelled", path, old, new, name=new.id)
    if old.description != new.description:
        yield difference("stage_described", f"{path}.description", "labels", name=new.id)
    for code, (name, said) in _TOLD.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            told = {"old": _said(said, before), "new": _said(said, after)}
            yield difference(code, f"{path}.{name}", "labels", name=new.id, **told)


_TOLD: dict[str, tuple[str, Callable[[Any], Phrase]]] = {
    "probability_changed": ("probability", lambda chance: phrase("difference.percent", number=chance)),
    "forecast_changed": ("forecast", lambda category: phrase(f"forecast.{category}")),
    "follow_up_changed": ("follow_up_every", lambda each: phrase("difference.every", span=span(each))),
    "max_age_changed": ("max_age", span),
    "stage_roles_changed": ("roles", lambda roles: joined(roles, "or")),
}
"""What is known of a stage and decides nothing, by the code of the difference: its field, and how it is said."""


def _said(said: Callable[[Any], Phrase], value: Any) -> Phrase:
    return phrase("difference.nothing") if value is None or value == () else said(value)
