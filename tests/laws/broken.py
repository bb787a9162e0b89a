"""Broken engines: templates that break one promise each, so that every law can be seen to bite."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count
from typing import Any

import pytest

from salesflow import Actor, MoveRefused, StageTemplate, Verdict, _compile
from salesflow.history import Change, TemplateRef
from salesflow.records import Record
from salesflow.testing import _laws_of_steps as laws
from salesflow.testing import _laws_of_templates as laws_of_templates
from salesflow.testing._asking import Template, in_order
from salesflow.testing._laws_of_steps import Law
from salesflow.values import FrozenMap

Engine = Callable[[Template], Template]


class Sound(StageTemplate[Any]):
    """An engine that breaks nothing yet; those below override a method or what `after` makes of a move."""

    def after(self, _before: Any, after: Any) -> Any:
        """Return the record that a move or an update leaves."""
        return after

    def move(self, record: Any, **asked: Any) -> Any:
        return self.after(record, super().move(record, **asked))

    def update(self, record: Any, values: Any, **asked: Any) -> Any:
        return self.after(record, super().update(record, values, **asked))


def with_last(record: Any, **fields: Any) -> Any:
    """Return a record of which the last change is another."""
    return record.model_copy(update={"history": (*record.history[:-1], replace(record.history[-1], **fields))})


def forged(template: Template, record: Any, to: str, kind: Any, asked: dict[str, Any], **fields: Any) -> Any:
    """Return the record in another stage, however that may be."""
    change = Change(
        number=record.changes_before + len(record.history) + 1,
        kind=kind,
        source=record.stage,
        target=to,
        at=asked["at"],
        by=asked.get("by"),
        ground=asked.get("ground"),
        template=template.ref,
    )
    history = (*record.history, change)
    return record.model_copy(update={"stage": to, "template": template.ref, "history": history, **fields})


# -- where a record may go ----------------------------------------------------------------------------------


class LostGoesToWon(Sound):
    """Lets a lost deal be won."""

    def move(self, record: Any, **asked: Any) -> Any:
        to, stages = asked["to"], {stage.id: stage for stage in self.stages}
        outcomes = [stages[id].outcome if id in stages else None for id in (record.stage, to)]
        if outcomes == ["lost", "won"]:
            return forged(self, record, to, "won", asked)
        return super().move(record, **asked)


class NeedsNoGround(Sound):
    """Takes a skip, a step back or a reopening without its ground."""

    def move(self, record: Any, **asked: Any) -> Any:
        try:
            return super().move(record, **asked)
        except MoveRefused as refused:
            if [each.code for each in refused.verdict.refusals] != ["ground.missing"]:
                raise
            return with_last(super().move(record, **{**asked, "ground": "whatever"}), ground=None)


class ResumesElsewhere(Sound):
    """Resumes another stage than the one that was left."""

    def after(self, _before: Any, after: Any) -> Any:
        others = [id for id in in_order(self) if id != after.stage]
        if after.history[-1].kind != "resumed" or not others:
            return after
        return with_last(after.model_copy(update={"stage": others[0]}), target=others[0])


class ForgetsWhatWasLeft(Sound):
    """Judges a hold from the first stage, whatever it left."""

    def check(self, record: Any, **asked: Any) -> Verdict:
        held = isinstance(record, Record) and any(stage.hold and stage.id == record.stage for stage in self.stages)
        return super().check(record.model_copy(update={"left": None}) if held else record, **asked)


# -- answers ------------------------------------------------------------------------------------------------


class NamesTheFirstReason(Sound):
    """Names only the first failing rule."""

    def check(self, record: Any, **asked: Any) -> Verdict:
        verdict = super().check(record, **asked)
        return verdict.model_copy(update={"refusals": verdict.refusals[:1]})


class NamesNoReason(Sound):
    """Loses the rules that fail when a ground is missing too."""

    def check(self, record: Any, **asked: Any) -> Verdict:
        verdict = super().check(record, **asked)
        missing = tuple(each for each in verdict.refusals if each.code == "ground.missing")
        return verdict.model_copy(update={"refusals": missing or verdict.refusals})


class SaysYes(Sound):
    """Says yes where a ground is missing, and refuses the move."""

    def check(self, record: Any, **asked: Any) -> Verdict:
        verdict = super().check(record, **asked)
        only = [each.code for each in verdict.refusals] == ["ground.missing"]
        return verdict.model_copy(update={"refusals": ()}) if only else verdict


class OptionsForgetTheGround(Sound):
    """Shows the options as if no ground had been stated."""

    def options(self, record: Any, **asked: Any) -> dict[str, Verdict]:
        return super().options(record, **{**asked, "ground": None})


class OptionsForgetAStage(Sound):
    """Leaves the stage where the record is out of the options."""

    def options(self, record: Any, **asked: Any) -> dict[str, Verdict]:
        return {id: verdict for id, verdict in super().options(record, **asked).items() if id != record.stage}


class ChangesItsMind(Sound):
    """Says yes every third time, whatever is asked."""

    def check(self, record: Any, **asked: Any) -> Verdict:
        verdict = super().check(record, **asked)
        return verdict.model_copy(update={"refusals": ()}) if next(_asked) % 3 == 0 else verdict


_asked = count()


class RaisesOnOddInput(Sound):
    """Looks the target up before it looks at it."""

    def check(self, record: Any, **asked: Any) -> Verdict:
        self.stage(asked["to"])
        return super().check(record, **asked)


# -- refusals -----------------------------------------------------------------------------------------------


class MutatesOnRefusal(Sound):
    """Notes on the record that somebody tried."""

    def move(self, record: Any, **asked: Any) -> Any:
        try:
            return super().move(record, **asked)
        except MoveRefused:
            object.__setattr__(record, "name", f"{record.name}!")
            raise


class WritesHistoryFirst(Sound):
    """Writes the history before it knows whether the move is refused."""

    def move(self, record: Any, **asked: Any) -> Any:
        try:
            return super().move(record, **asked)
        except MoveRefused:
            if record.history:
                object.__setattr__(record, "history", (*record.history, record.history[-1]))
            raise


class EmptiesTheUpdate(Sound):
    """Takes the fields out of the update that was sent."""

    def move(self, record: Any, **asked: Any) -> Any:
        try:
            return super().move(record, **asked)
        finally:
            (asked["update"] or {}).clear()


# -- history ------------------------------------------------------------------------------------------------


class ForgetsAChange(Sound):
    """Keeps no change of a step back."""

    def after(self, before: Any, after: Any) -> Any:
        dull = after.history[-1].kind in {"moved_back", "updated"}
        return after.model_copy(update={"history": before.history}) if dull else after


class MiscountsChanges(Sound):
    """Numbers changes by what the record carries, as if nothing had come before."""

    def after(self, _before: Any, after: Any) -> Any:
        return with_last(after, number=len(after.history))


class ForgetsTheSource(Sound):
    """Says of every change that it came from the first stage."""

    def after(self, before: Any, after: Any) -> Any:
        return with_last(after, source=self.stages[0].id) if before.stage else after


class ForgetsFields(Sound):
    """Keeps no record of the fields that were set."""

    def after(self, _before: Any, after: Any) -> Any:
        return with_last(after, set=FrozenMap[Any]())


class ForgetsRoles(Sound):
    """Keeps who acted, and not the roles held at that moment."""

    def after(self, _before: Any, after: Any) -> Any:
        by = after.history[-1].by
        return with_last(after, by=Actor(id=by.id, name=by.name)) if by else after


class OverridesWithoutGround(Sound):
    """Keeps no ground of an override."""

    def after(self, _before: Any, after: Any) -> Any:
        return with_last(after, ground=None) if after.history[-1].overrode else after


class OverridesForAnybody(Sound):
    """Lets anybody override what only some may."""

    def move(self, record: Any, **asked: Any) -> Any:
        try:
            return super().move(record, **asked)
        except MoveRefused as refused:
            denied = [each for each in refused.verdict.refusals if each.code == "override.denied"]
            if not denied:
                raise
            roles = tuple(role for each in refused.verdict.refusals for role in each.overridable_by)
            return with_last(super().move(record, **{**asked, "by": Actor(id="x", roles=roles)}), by=asked["by"])


# -- fields -------------------------------------------------------------------------------------------------


class KeepsTheLoss(Sound):
    """Leaves the loss report on a reopened deal."""

    def after(self, before: Any, after: Any) -> Any:
        return after.model_copy(update={"loss": before.loss}) if after.history[-1].kind == "reopened" else after


class KeepsTheClosingDate(Sound):
    """Leaves the closing date on a reopened deal."""

    def after(self, before: Any, after: Any) -> Any:
        kept = {"closed_at": before.closed_at or after.closed_at}
        return after.model_copy(update=kept) if after.history[-1].kind == "reopened" else after


class CountsNoReopening(Sound):
    """Does not count how often a deal is reopened."""

    def after(self, before: Any, after: Any) -> Any:
        return after.model_copy(update={"reopenings": before.reopenings})


class CutsActivities(Sound):
    """Keeps no more than three activities."""

    def after(self, _before: Any, after: Any) -> Any:
        return after.model_copy(update={"activities": after.activities[-3:]})


# -- templates ----------------------------------------------------------------------------------------------


class DigestsNames(Sound):
    """Digests the ids of the stages alone, and no rule."""

    @property
    def ref(self) -> TemplateRef:
        return TemplateRef(self.id, self.version, sha256(repr([each.id for each in self.stages]).encode()).hexdigest())


class DumpsNoPolicy(Sound):
    """Leaves the policy out of its JSON."""

    def model_dump_json(self, **how: Any) -> str:
        return super().model_dump_json(exclude={"policy"}, **how)


def engine(kind: type[StageTemplate[Any]]) -> Callable[[pytest.MonkeyPatch], Engine]:
    """Return how to break: make every template one of that kind."""
    return lambda _: lambda template: kind(**dict(template))


def skips_past_qualification(patch: pytest.MonkeyPatch) -> Engine:
    """Ask no rule of a stage that is passed over."""
    patch.setattr(_compile, "_asked", lambda _: ([], []))
    return lambda template: template.model_copy()


def json_loses(pattern: str, instead: str, kind: type[Any]) -> Callable[[pytest.MonkeyPatch], Engine]:
    """Return how to break: what JSON says of that kind lacks something."""

    def lossy(patch: pytest.MonkeyPatch) -> Engine:
        whole = kind.model_dump_json
        patch.setattr(kind, "model_dump_json", lambda self: re.sub(pattern, instead, whole(self)))
        return lambda template: template

    return lossy


@dataclass(frozen=True)
class Break:
    """A way to break a promise, and the law that must notice."""

    law: Law
    broken: Callable[[pytest.MonkeyPatch], Engine]
    name: str
    error: type[Exception] = AssertionError


def _breaks(law: Law, *kinds: type[StageTemplate[Any]]) -> Iterable[Break]:
    return (Break(law, engine(kind), kind.__name__) for kind in kinds)


BREAKS: tuple[Break, ...] = (
    *_breaks(laws.law_a_closed_record_moves_only_by_reopening, LostGoesToWon),
    *_breaks(laws.law_an_exception_has_its_ground, NeedsNoGround),
    Break(laws.law_no_rule_is_passed_over, skips_past_qualification, "skips past qualification"),
    *_breaks(laws.law_a_refusal_changes_nothing, MutatesOnRefusal, WritesHistoryFirst, EmptiesTheUpdate),
    *_breaks(laws.law_move_does_what_check_says, SaysYes, ForgetsWhatWasLeft),
    *_breaks(laws.law_options_are_checks, OptionsForgetTheGround, OptionsForgetAStage),
    *_breaks(laws.law_the_same_answer_twice, ChangesItsMind),
    *_breaks(laws.law_every_reason_is_named, NamesTheFirstReason, NamesNoReason),
    *_breaks(laws.law_history_is_contiguous, ForgetsAChange, MiscountsChanges, ForgetsTheSource),
    *_breaks(laws.law_replay_gives_the_record_back, ForgetsFields),
    *_breaks(laws.law_a_change_tells_what_was_asked, ForgetsRoles),
    *_breaks(laws.law_an_override_is_on_record, OverridesWithoutGround, OverridesForAnybody),
    *_breaks(laws.law_a_hold_resumes_what_it_left, ResumesElsewhere),
    *_breaks(laws.law_closing_and_reopening_keep_the_books, KeepsTheLoss, KeepsTheClosingDate, CountsNoReopening),
    *_breaks(laws.law_what_grows_is_never_cut, CutsActivities),
    Break(laws.law_a_record_survives_every_form, json_loses(r"\.\d+Z", "Z", Record), "JSON loses microseconds"),
    Break(
        laws.law_a_record_survives_every_form, json_loses(r'"roles":\[[^]]*', '"roles":[', Record), "JSON loses roles"
    ),
    Break(
        laws.law_a_verdict_survives_json,
        json_loses('"code":"', '"code":"x', Verdict),
        "a verdict's JSON has other codes",
    ),
    *_breaks(laws.law_engine_and_model_agree, NeedsNoGround, ResumesElsewhere),
    *_breaks(laws_of_templates.law_a_template_survives_every_form, DumpsNoPolicy),
    *_breaks(laws_of_templates.law_the_digest_tells_behaviour, DigestsNames),
    Break(laws_of_templates.law_check_never_raises, engine(RaisesOnOddInput), "RaisesOnOddInput", KeyError),
)
