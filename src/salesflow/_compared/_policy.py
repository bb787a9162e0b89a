"""Policies compared: what follows otherwise from the order of the stages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from salesflow._compared._pairs import Pairs, Template
from salesflow._compared._routes import POLICY, Effects
from salesflow._compile import starts_of
from salesflow._difference import Difference, Impact, difference
from salesflow._phrases import Phrase, names


def policy(pairs: Pairs, effects: Effects) -> Iterator[Difference]:
    """Yield what is another in the policy, and which ways that opened and closed."""
    yield from _starts(pairs)
    for code in ("next_changed", "skip_changed", "back_changed", "lose_changed"):
        [name] = POLICY[code]
        before, after = getattr(pairs.old.policy, name), getattr(pairs.new.policy, name)
        if before != after:
            yield effects.told(code, "", f"policy.{name}", "new_only", why=after)
    yield from _reopening(pairs, effects)
    yield from _lock(pairs)


def _starts(pairs: Pairs) -> Iterator[Difference]:
    before, after = (starts_of(each.stages, each.policy) for each in (pairs.old, pairs.new))
    # a start at a stage that is gone is told with the stage as well: the new start stands here alone
    if tuple(map(pairs.called, before)) != after:
        yield difference("start_changed", "policy.start_at", "new_only", old=_named(before), new=_named(after))


def _named(ids: Any) -> Phrase:
    return names(ids, "and", quoted=True)


def _reopening(pairs: Pairs, effects: Effects) -> Iterator[Difference]:
    closed, opened = _reopenable(pairs.new)
    before = tuple([*map(pairs.called, each)] for each in _reopenable(pairs.old))
    if before != (closed, opened):
        impact = effects.impact("reopening_changed", "", "new_only")
        told = {"closed": _named(closed), "stages": _named(opened)} if opened else {}
        yield difference("reopening_changed", "policy.reopen_to", impact, why="" if told else "never", **told)


def _reopenable(template: Template) -> tuple[list[str], list[str]]:
    """Return the closed stages that may be reopened and where to; nothing at all where either is missing."""
    named = template.policy.reopen_from
    lost = [stage.id for stage in template.stages if stage.outcome == "lost"]
    closed = lost if named is None else list(named)
    return (closed, list(template.policy.reopen_to)) if closed and template.policy.reopen_to else ([], [])


def _lock(pairs: Pairs) -> Iterator[Difference]:
    after = pairs.new.policy.lock_closed
    if pairs.old.policy.lock_closed != after:
        impact: Impact = "in_flight" if any(stage.outcome for stage in pairs.new.stages) else "new_only"
        yield difference("lock_changed", "policy.lock_closed", impact, why="" if after else "never")
