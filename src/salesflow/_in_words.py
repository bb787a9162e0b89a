"""Templates in words: what they are, what their stages and moves ask, and what their policy allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from salesflow import _phrases
from salesflow._compile import starts_of
from salesflow._phrases import joined, names, spoken
from salesflow._wording import wording
from salesflow.languages import Language
from salesflow.moves import Move
from salesflow.rules import AnyRule
from salesflow.stage import Stage
from salesflow.template import StageTemplate


def title(template: StageTemplate[Any], words: Language) -> str:
    """Name a template, its version and what it moves."""
    label = template.labels.get(words.id) or template.label
    name = words.text("told.label", {"label": label, "name": template.id}) if label else template.id
    kind = words.text(f"kind.{template.record.kind}")
    return words.text("told.title", {"name": name, "version": template.version, "kind": kind})


def traits(stage: Stage, words: Language) -> Iterator[str]:
    """Say what sets a stage apart from others."""
    if stage.outcome:
        yield words.text(f"outcome.{stage.outcome}")
    if stage.hold:
        yield words.text("trait.hold")
    if stage.skippable:
        yield words.text("trait.skippable")
    if stage.life != "active":
        yield words.text(f"life.{stage.life}")


def forecast(stage: Stage, words: Language) -> str:
    """Say in which category of a forecast a stage is counted, if in one."""
    return words.text(f"forecast.{stage.forecast}") if stage.forecast else ""


def asked(rule: AnyRule, words: Language) -> str:
    """Say what a rule requires, and how it can be passed over."""
    said = spoken(wording(rule), words.text)
    if rule.severity == "warn":
        said = words.text("told.warns", {"rule": said})
    if rule.overridable_by:
        roles = spoken(joined(rule.overridable_by, "or"), words.text)
        said = words.text("told.overridden", {"rule": said, "roles": roles})
    return said


def all_asked(move: Move, words: Language) -> list[str]:
    """Say what a declared move asks beside the rules of its target, but for its roles."""
    said = [asked(rule, words) for rule in move.rules]
    return [*said, words.text("told.ground")] if move.ground else said


def span(time: timedelta | None, words: Language) -> str:
    """Say a span of time, if there is one."""
    return spoken(_phrases.span(time), words.text) if time else ""


# -- policies -----------------------------------------------------------------------------------------------


def sentences(template: StageTemplate[Any], words: Language) -> Iterator[str]:
    """Say what the policy allows, one thing a sentence."""
    policy = template.policy
    yield words.text("policy.start", {"stages": _named(starts_of(template.stages, policy), words)})
    yield words.text(f"policy.next.{policy.next}")
    yield words.text(f"policy.skip.{policy.skip}")
    yield from _exceptions(template, words)
    yield words.text(f"policy.back.{policy.back}")
    if any(stage.outcome == "lost" for stage in template.stages):
        yield words.text(f"policy.lose.{policy.lose}")
    yield _reopening(template, words)
    if policy.lock_closed:
        yield words.text("policy.locked")


def _exceptions(template: StageTemplate[Any], words: Language) -> Iterator[str]:
    """Say what stands outside the order: stages that a ground passes over, and holds."""
    skippable = [stage.id for stage in template.stages if stage.skippable]
    if skippable:
        yield words.text("policy.skippable", {"stages": _named(skippable, words)})
    holds = [stage.id for stage in template.stages if stage.hold]
    if holds:
        yield words.text("policy.hold", {"stages": _named(holds, words)})


def _reopening(template: StageTemplate[Any], words: Language) -> str:
    policy = template.policy
    lost = [stage.id for stage in template.stages if stage.outcome == "lost"]
    closed = lost if policy.reopen_from is None else policy.reopen_from
    if not closed or not policy.reopen_to:
        return words.text("policy.reopen.never")
    told = {"closed": _named(closed, words), "stages": _named(policy.reopen_to, words)}
    return words.text("policy.reopen", told)


def _named(ids: Iterable[str], words: Language) -> str:
    return spoken(names(ids, quoted=True), words.text)
