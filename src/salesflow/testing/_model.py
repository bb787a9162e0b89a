"""An independent model: what may happen to a deal, told in the plainest way and with no code of the engine's.

It reads the data of templates, records and rules, and asks the record's own class whether an update is valid.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from salesflow.history import Change
from salesflow.testing._model_rules import Anyone, Complaint, Sight, complaints, keys
from salesflow.testing._model_updates import NOWHERE, STANDING, as_read, updated


@dataclass(frozen=True)
class Event:
    """A change, as far as the model looks at it."""

    kind: str
    source: str | None
    target: str
    at: datetime


@dataclass(frozen=True)
class Deal:
    """A record, taken apart: its facts, where it is, and how it came there."""

    facts: Any
    stage: str | None
    left: str | None
    closed_at: datetime | None
    reopenings: int
    events: tuple[Event, ...]
    before: int
    template: Any
    history: tuple[Change, ...] = field(default=(), compare=False)
    """The changes as they are written down, for rules in Python; the model judges by the events."""

    @classmethod
    def of(cls, record: Any) -> Deal:
        """Take a record apart."""
        facts = record.model_copy(update=NOWHERE)
        events = tuple(Event(each.kind, each.source, each.target, each.at) for each in record.history)
        place = {name: getattr(record, name) for name in STANDING}
        return cls(facts=facts, events=events, before=record.changes_before, history=record.history, **place)

    @property
    def stands(self) -> dict[str, Any]:
        """What no update sets: where it is, and how it came there."""
        place = {name: getattr(self, name) for name in STANDING}
        return {**place, "history": self.history, "changes_before": self.before}


@dataclass(frozen=True)
class Way:
    """A way that exists: what the change would be, which rules are asked, and whether a ground is."""

    kind: str
    rules: tuple[Any, ...] = ()
    waived: tuple[Any, ...] = ()
    """Asked unless a ground is given."""
    ground: bool = False


@dataclass(frozen=True)
class Answer:
    """What the model says of a request."""

    allowed: bool
    way: Way | None = None
    faults: frozenset[str] = frozenset()
    """What is wrong with the request itself, by code."""
    standing: frozenset[str] = frozenset()
    """The keys of the rules that stand against it."""
    overrode: tuple[str, ...] = ()
    facts: Any = None
    """The facts once the update is applied; None where it cannot be."""


# -- where to -----------------------------------------------------------------------------------------------


def named(template: Any, name: object) -> Any:
    """Return the stage of that id or alias, or None."""
    return next((stage for stage in template.stages if name in (stage.id, *stage.aliases)), None)


def ordered(template: Any) -> list[Any]:
    """Return the open stages in their order."""
    return [stage for stage in template.stages if stage.outcome is None and not stage.hold]


def passed_over(template: Any, source: Any, target: Any) -> list[Any]:
    """Return the stages between; no source stands before the first, a closed target behind the last."""
    order = ordered(template)
    place = {stage.id: index for index, stage in enumerate(order)}
    first = -1 if source is None else place.get(source.id, -1)
    last = place.get(target.id, len(order))
    return [stage for stage in order[first + 1 : last] if stage.life != "retired"]


def way(template: Any, deal: Deal, to: object) -> Way | None:
    """Return the way to a stage, or None where there is none."""
    target = named(template, to) if isinstance(to, str) else None
    if target is None:
        return None
    if deal.stage is None:
        return _start(template, target)
    source = named(template, deal.stage)
    return None if source is None or source is target else _onward(template, deal, source, target)


def _start(template: Any, target: Any) -> Way | None:
    first = [stage.id for stage in ordered(template) if stage.life == "active"][:1]
    starts = first if template.policy.start_at is None else template.policy.start_at
    if target.id not in starts or target.life != "active":
        return None
    return _with_rules("started", passed_over(template, None, target), target)


def _onward(template: Any, deal: Deal, source: Any, target: Any) -> Way | None:
    left = named(template, deal.left)
    judged_from = (left or ordered(template)[0]) if source.hold else source
    if source.hold and target is judged_from:
        return Way("resumed")
    if target.life == "retired":
        return None
    if source.outcome:
        return _reopening(template, source, left, target)
    if source.hold and target.hold:
        return None
    return _from(template, judged_from, target)


def _from(template: Any, source: Any, target: Any) -> Way | None:
    for move in template.moves:
        if target.id == move.target and source.id in move.sources:
            return _declared(template, move, source, target)
    if target.hold:
        return Way("held", target.rules)
    if target.outcome == "lost":
        return Way("lost", target.rules) if template.policy.lose == "any_time" else None
    if _behind(template, source, target):
        policy = template.policy.back
        return None if policy == "never" else Way("moved_back", ground=policy == "with_ground")
    return _ahead(template, source, target)


def _behind(template: Any, source: Any, target: Any) -> bool:
    ids = [stage.id for stage in ordered(template)]
    return target.id in ids and ids.index(target.id) < ids.index(source.id)


def _declared(template: Any, move: Any, source: Any, target: Any) -> Way:
    kind = "moved_back" if _behind(template, source, target) else "advanced"
    anyone = (Anyone(move.roles),) if move.roles else ()
    rules = (*target.rules, *move.rules, *anyone)
    return Way(target.outcome or ("held" if target.hold else kind), rules, ground=move.ground)


def _ahead(template: Any, source: Any, target: Any) -> Way | None:
    passed, policy = passed_over(template, source, target), template.policy
    if not passed:
        return Way(target.outcome or "advanced", target.rules) if policy.next == "free" else None
    if policy.skip == "never" and not all(stage.skippable for stage in passed):
        return None
    return _with_rules(target.outcome or "skipped", passed, target, ground=policy.skip != "free")


def _reopening(template: Any, source: Any, left: Any, target: Any) -> Way | None:
    policy = template.policy
    lost = [stage.id for stage in template.stages if stage.outcome == "lost"]
    if source.id not in (lost if policy.reopen_from is None else policy.reopen_from):
        return None
    if target.id not in policy.reopen_to:
        return None
    # where it came from is unknown: as if it had passed nothing
    return _with_rules("reopened", passed_over(template, left, target), target, ground=True)


def _with_rules(kind: str, passed: list[Any], target: Any, *, ground: bool = False) -> Way:
    strict = tuple(rule for stage in passed if not stage.skippable for rule in stage.rules)
    # where a ground must be given in any case, it waives these
    waived = () if ground else tuple(rule for stage in passed if stage.skippable for rule in stage.rules)
    return Way(kind, (*strict, *target.rules), waived, ground)


# -- may it -------------------------------------------------------------------------------------------------


def judge(template: Any, deal: Deal, asked: Any) -> Answer:
    """Say whether a move is allowed, and what stands against it."""
    found = way(template, deal, asked.to)
    facts, refused = updated(deal.facts, asked.update)
    faults = _faults(template, deal, asked)
    if found is None or faults or facts is None:
        return Answer(allowed=False, way=found, faults=faults | refused)
    stated = isinstance(asked.ground, str) and bool(asked.ground.strip())
    against = against_rules(template, deal, asked, facts, (*found.rules, *(() if stated else found.waived)))
    standing, overrode = _override(against, asked)
    needs_ground = not stated and (found.ground or bool(overrode))
    allowed = not (standing or refused or needs_ground)
    answer = Answer(allowed, found, frozenset(refused), frozenset(standing), overrode, facts)
    return accepted(template, deal, asked, answer)


def against_rules(template: Any, deal: Deal, asked: Any, facts: Any, rules: tuple[Any, ...]) -> list[Complaint]:
    """Return what the blocking rules among these say against a move."""
    sight = Sight(template, facts, deal.events, deal.before, asked.at, asked.by, deal.stands)
    return [each for rule in rules for each in complaints(rule, sight) if each.blocks]


def _override(against: list[Complaint], asked: Any) -> tuple[set[str], tuple[str, ...]]:
    roles = set[str](asked.by.roles if asked.by else ())
    stuck = {each.key for each in against if each.key not in asked.override or not roles & set(each.overridable_by)}
    passed = {each.key for each in against} - stuck
    return stuck, tuple(sorted(passed))


def accepted(template: Any, deal: Deal, asked: Any, answer: Answer) -> Answer:
    """Return what becomes of an answer once the record's own class has read what a change leaves, or refused it."""
    if not answer.allowed:
        return answer
    after = moved(template, deal, asked, answer)
    facts, _ = as_read(after.facts, {name: getattr(after, name) for name in STANDING})
    return replace(answer, allowed=False) if facts is None else replace(answer, facts=facts.model_copy(update=NOWHERE))


def every_key(template: Any) -> set[str]:
    """Return every key that some rule of a template may refuse with."""
    own = (Anyone(move.roles) for move in template.moves if move.roles)
    rules = (rule for holder in (*template.stages, *template.moves) for rule in holder.rules)
    return {key for rule in (*rules, *own) for key in keys(rule)}


def _faults(template: Any, deal: Deal, asked: Any) -> frozenset[str]:
    naive = asked.at.tzinfo is None or asked.at.utcoffset() is None
    wrong = {
        "template": deal.template not in (None, template.ref),
        "record.without_history": deal.stage is not None and not deal.events and not deal.before,
        "time.naive": naive,
        "time.back": not naive and any(asked.at < event.at for event in deal.events[-1:]),
        "actor.invalid": asked.by is not None and not hasattr(asked.by, "roles"),
        "ground.invalid": not _clean(asked.ground),
        "override.invalid": not isinstance(asked.override, tuple | list | set | frozenset),
        "override.unknown": not isinstance(asked.override, str) and not set(asked.override) <= every_key(template),
    }
    return frozenset(code for code, found in wrong.items() if found)


def _clean(ground: Any) -> bool:
    bad = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return ground is None or all(c in "\n\t\r\u200c\u200d" or unicodedata.category(c) not in bad for c in ground)


# -- updates and adoptions --------------------------------------------------------------------------------


def update(template: Any, deal: Deal, asked: Any) -> Answer:
    """Say whether an update without a move is allowed."""
    facts, refused = updated(deal.facts, asked.update)
    here = named(template, deal.stage)
    locked = here is None or (here.outcome is not None and template.policy.lock_closed)
    faults = _faults(template, deal, asked) | refused
    allowed = not (faults or locked or facts is None)
    return accepted(template, deal, asked, Answer(allowed, Way("updated"), faults, facts=facts))


def adoption(template: Any, deal: Deal, asked: Any) -> Answer:
    """Say whether a record may be taken over in a stage."""
    stage, left = named(template, asked.to), named(template, asked.left)
    fits = asked.left is None or (left in ordered(template) and (stage.hold or stage.outcome is not None))
    faults = _faults(template, deal, asked)
    answer = Answer(fits and deal.stage is None and not faults, Way("adopted"), faults, facts=deal.facts)
    return accepted(template, deal, asked, answer)


# -- what comes of it ---------------------------------------------------------------------------------------


def moved(template: Any, deal: Deal, asked: Any, answer: Answer) -> Deal:
    """Return the deal after a request that is allowed."""
    assert answer.way is not None
    kind = answer.way.kind
    target: Any = deal.stage if kind == "updated" else named(template, asked.to).id
    source = deal.stage if kind != "adopted" else named(template, asked.left).id if asked.left else None
    event = Event(kind, source, target, asked.at)
    after = replace(deal, facts=answer.facts, events=(*deal.events, event), template=template.ref)
    if kind == "updated":
        return after
    closed = named(template, target).outcome is not None
    after = replace(
        after, stage=target, closed_at=asked.at if closed else None, left=_left(template, deal, source, target)
    )
    return _reopened(deal, asked, after) if kind == "reopened" else after


def _left(template: Any, deal: Deal, source: str | None, target: str) -> str | None:
    stage, from_ = named(template, target), named(template, source)
    if stage.outcome is None and not stage.hold:
        return None
    from_hold = from_ is not None and from_.hold
    return deal.left if from_hold else source


def _reopened(deal: Deal, asked: Any, after: Deal) -> Deal:
    loss = after.facts.loss if "loss" in (asked.update or {}) else None
    facts = after.facts.model_copy(update={"loss": loss})
    return replace(after, facts=facts, reopenings=deal.reopenings + 1)
