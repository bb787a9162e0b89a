"""Policies in words: what follows from the order of a template's stages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from salesflow._compile import starts_of
from salesflow._phrases import names, spoken
from salesflow.cli._words import ENGLISH
from salesflow.languages import Language
from salesflow.template import StageTemplate


def sentences(template: StageTemplate[Any], words: Language = ENGLISH) -> Iterator[str]:
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
