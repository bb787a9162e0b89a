"""Laws: the promises on one step of a record's life, each a plain function that any engine can be put to.

A law takes a template, a record and what is asked, and fails where the promise is broken.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC
from typing import Any

from salesflow import Verdict
from salesflow.history import Change
from salesflow.records import Record
from salesflow.testing import _model as model
from salesflow.testing._asking import Asked, Template, attempt, in_order
from salesflow.testing._model import Deal

Law = Callable[[Template, Any, Asked], None]

# -- 1, 7: where a record may go ----------------------------------------------------------------------------


def law_a_closed_record_moves_only_by_reopening(template: Template, record: Any, asked: Asked) -> None:
    """Nothing skips out of lost, or out of won: not but to a stage that the policy names, with a ground."""
    after, _ = attempt(template, record, asked)
    if after is None or record.stage is None or asked.verb != "move":
        return
    source = template.stage(record.stage)
    if source.outcome is None:
        return
    lost = tuple(stage.id for stage in template.stages if stage.outcome == "lost")
    policy, change = template.policy, after.history[-1]
    assert change.kind == "reopened"
    assert source.id in (lost if policy.reopen_from is None else policy.reopen_from)
    assert after.stage in policy.reopen_to
    assert template.stage(after.stage).open
    assert (change.ground or "").strip()


def law_an_exception_has_its_ground(template: Template, record: Any, asked: Asked) -> None:
    """A skip, a step back or a reopening is refused without a ground where the policy asks for one."""
    after, _ = attempt(template, record, asked)
    if after is None or (after.history[-1].ground or "").strip():
        return
    policy, change = template.policy, after.history[-1]
    declared = {(source, move.target) for move in template.moves for source in move.sources}
    if (_judged_from(template, record), after.stage) in declared:
        return
    assert change.kind != "reopened"
    assert change.kind != "moved_back" or policy.back == "free"
    assert change.kind != "skipped" or policy.skip == "free"


def law_no_rule_is_passed_over(template: Template, record: Any, asked: Asked) -> None:
    """Whoever is ahead has met the criteria on the way, but for skippable stages with a ground, and overrides."""
    after, _ = attempt(template, record, asked)
    if after is None or after.history[-1].kind not in {"started", "advanced", "skipped", "won", "reopened"}:
        return
    change, deal = after.history[-1], Deal.of(record)
    facts, _ = model.updated(deal.facts, asked.update)
    target = template.stage(after.stage)
    rules = [*target.rules]
    for stage in _passed(template, record, after):
        rules += () if stage.skippable and (change.ground or "").strip() else stage.rules
    unmet = {each.key for each in model.against_rules(template, deal, asked, facts, tuple(rules))}
    assert unmet <= set(change.overrode)


def _judged_from(template: Template, record: Any) -> str | None:
    if record.stage is None:
        return None
    here = template.stage(record.stage)
    if here.open and not here.hold:
        return here.id
    if record.left in in_order(template):
        return str(record.left)
    return in_order(template)[0] if here.hold else None


def _passed(template: Template, record: Any, after: Any) -> list[Any]:
    source = _judged_from(template, record)
    if any(source in move.sources and move.target == after.stage for move in template.moves):
        return []
    target = template.stage(after.stage)
    return model.passed_over(template, template.stage(source) if source else None, target)


# -- 2: a refusal -------------------------------------------------------------------------------------------


def law_a_refusal_changes_nothing(template: Template, record: Any, asked: Asked) -> None:
    """A refused move changes nothing that anyone can reach: not the record, the template or what was sent."""
    told, copies = _told(template, record, asked), (deepcopy(record), deepcopy(asked))
    after, verdict = attempt(template, record, asked)
    if after is None:
        assert verdict is not None
        assert not verdict
    assert _told(template, record, asked) == told
    assert (record, asked) == copies


def _told(template: Template, record: Any, asked: Asked) -> tuple[str, str, str]:
    return repr(template), repr(record), repr(asked)


# -- 3, 11: check, options, move ----------------------------------------------------------------------------


def law_move_does_what_check_says(template: Template, record: Any, asked: Asked) -> None:
    """`move` succeeds exactly when `check` says yes, and is refused for the very same reasons."""
    if asked.verb != "move":
        return
    verdict = asked.check(template, record)
    after, refused = attempt(template, record, asked)
    assert (after is not None) == bool(verdict)
    if after is None:
        assert refused == verdict
    else:
        assert after.history[-1].kind == verdict.kind
        assert after.history[-1].overrode == verdict.overrode
        assert after.stage == verdict.target


def law_options_are_checks(template: Template, record: Any, asked: Asked) -> None:
    """`options` holds exactly what `check` says, for every stage in the order of the template."""
    ids = [stage.id for stage in template.stages]
    options = template.options(record, **asked.arguments)
    assert list(options) == ids
    assert options == {id: template.check(record, to=id, **asked.arguments) for id in ids}


def law_the_same_answer_twice(template: Template, record: Any, asked: Asked) -> None:
    """Checking the same thing twice gives the same answer, whoever asks: a fresh copy of the template too."""
    first = asked.check(template, record)
    attempt(template, record, asked)
    assert asked.check(template, record) == first
    assert asked.check(template.model_copy(), deepcopy(record)) == first


# -- 4: reasons ---------------------------------------------------------------------------------------------

_OTHER_CODES = ("ground.missing", "override.denied", "override.never", "record.broken", "update.")
"""What a verdict may name beside the rules of a way that exists."""


def law_every_reason_is_named(template: Template, record: Any, asked: Asked) -> None:
    """A refusal names at least one reason, all rules that fail and all that is wrong with the request."""
    if asked.verb != "move":
        return
    verdict, answer = asked.check(template, record), model.judge(template, Deal.of(record), asked)
    assert answer.allowed or verdict.refusals
    codes = {each.code for each in verdict.refusals}
    for fault in answer.faults:
        assert any(code.startswith(fault) for code in codes), fault
    # of an update that cannot be, nobody can say what its rules would say
    if answer.facts is not None and not any(code.startswith(("update.", "record.broken")) for code in codes):
        rules = {each.key for each in verdict.refusals if not each.code.startswith(_OTHER_CODES)}
        assert rules == answer.standing
    assert len(set(verdict.refusals)) == len(verdict.refusals)
    assert all(each.text and each.code for each in verdict.refusals)


# -- 5, 6: history ------------------------------------------------------------------------------------------


def law_history_is_contiguous(template: Template, record: Any, asked: Asked) -> None:
    """Each change leaves where the last arrived, numbered without gaps, never back in time, and ends at the stage."""
    after, _ = attempt(template, record, asked)
    if after is None:
        return
    assert after.history[:-1] == record.history
    numbers = [change.number for change in after.history]
    first = after.changes_before + 1
    assert numbers == list(range(first, first + len(numbers)))
    assert after.history[-1].target == after.stage
    for earlier, later in zip(after.history, after.history[1:], strict=False):
        assert earlier.at <= later.at
        assert later.source == earlier.target
    assert (after.history[0].kind in {"started", "adopted"}) == (numbers[0] == 1)


def law_replay_gives_the_record_back(template: Template, record: Any, asked: Asked) -> None:
    """Replaying the changes gives back the stage and every field that moves and updates set."""
    after, _ = attempt(template, record, asked)
    if after is None:
        return
    assert template.replay(record, after.history[-1:]) == after
    if after.history[0].kind == "started":
        assert repr(template.replay(type(after)(id=after.id), after.history)) == repr(after)


def law_a_change_tells_what_was_asked(template: Template, record: Any, asked: Asked) -> None:
    """A change keeps who acted with all roles, when, to where, on what ground, and what it set, by which template."""
    after, _ = attempt(template, record, asked)
    if after is None:
        return
    change: Change = after.history[-1]
    stated = (asked.ground or "").strip()
    assert (change.at, change.by, change.ground) == (asked.at, asked.by, asked.ground if stated else None)
    assert change.at.tzinfo is UTC
    assert change.template == template.ref == after.template
    if change.kind != "updated":
        assert change.target == template.stage(asked.to).id
    told = {"loss"} if change.kind == "reopened" else set[str]()
    if change.kind not in {"started", "adopted"}:
        assert set(change.set) - told == set(asked.update or {}) - told


def law_an_override_is_on_record(template: Template, record: Any, asked: Asked) -> None:
    """An override passes over codes that were named, by somebody with a role that may, on a ground."""
    after, _ = attempt(template, record, asked)
    if after is None or not after.history[-1].overrode:
        return
    change: Change = after.history[-1]
    bare = template.check(record, to=asked.to, at=asked.at, by=asked.by, update=asked.update, ground=asked.ground)
    by_key = {each.key: each for each in bare.refusals}
    assert set(change.overrode) == set(by_key) <= set(asked.override)
    assert (change.ground or "").strip()
    for key in change.overrode:
        assert set(by_key[key].overridable_by) & set(change.by.roles if change.by else ())


# -- what a stage leaves on the record ----------------------------------------------------------------------


def law_a_hold_resumes_what_it_left(template: Template, record: Any, asked: Asked) -> None:
    """A held deal may always resume the stage it left, without questions, and nothing but that is resuming."""
    after, _ = attempt(template, record, asked)
    if after is None:
        return
    change = after.history[-1]
    assert after.left is None or after.left in in_order(template)
    if change.kind == "held":
        assert after.left == (record.left if template.stage(record.stage).hold else record.stage)
        back = template.check(after, to=after.left or "", at=change.at)
        assert (bool(back), back.kind) == (True, "resumed")
    if change.kind == "resumed":
        assert after.stage == _judged_from(template, record)
        assert after.left is None


def law_closing_and_reopening_keep_the_books(template: Template, record: Any, asked: Asked) -> None:
    """A closed record has its closing date; a reopened one has neither date nor loss report, and is counted."""
    after, _ = attempt(template, record, asked)
    if after is None:
        return
    change, closed = after.history[-1], not template.stage(after.stage).open
    assert (after.closed_at is not None) == closed
    assert after.closed_at == (record.closed_at if change.kind == "updated" else change.at if closed else None)
    assert after.reopenings == record.reopenings + (change.kind == "reopened")
    if change.kind == "reopened" and "loss" not in (asked.update or {}):
        assert after.loss is None
        assert record.loss is None or "loss" in change.set


def law_what_grows_is_never_cut(template: Template, record: Any, asked: Asked) -> None:
    """Answers, activities, objections and approvals are added to and never taken away."""
    after, _ = attempt(template, record, asked)
    if after is None:
        return
    for name in ("activities", "approvals"):
        assert getattr(after, name)[: len(getattr(record, name))] == getattr(record, name)
    old, new = record.qualification.answers, after.qualification.answers
    assert new[: len(old)] == old
    assert [each.id for each in after.objections][: len(record.objections)] == [each.id for each in record.objections]


# -- 8: forms -----------------------------------------------------------------------------------------------


def law_a_record_survives_every_form(template: Template, record: Any, asked: Asked) -> None:
    """A record survives JSON, pickle and deepcopy: equal, hash equal, every value of its type, and judged the same."""
    after, _ = attempt(template, record, asked)
    kept: Record = after or record
    copies = (
        type(kept).model_validate_json(kept.model_dump_json()),
        pickle.loads(pickle.dumps(kept)),
        deepcopy(kept),
    )
    for copy in copies:
        assert copy == kept
        assert hash(copy) == hash(kept)
        assert repr(copy) == repr(kept)
        assert template.options(copy, at=asked.at, by=asked.by) == template.options(kept, at=asked.at, by=asked.by)


def law_a_verdict_survives_json(template: Template, record: Any, asked: Asked) -> None:
    """Verdicts serialise to JSON for a host's API, and come back equal."""
    verdict = asked.check(template, record)
    again = Verdict.model_validate_json(verdict.model_dump_json())
    assert again == verdict
    assert hash(again) == hash(verdict)
    assert str(again) == str(verdict)


# -- 9: the model -------------------------------------------------------------------------------------------

_ANSWERS = {"move": model.judge, "update": model.update, "adopt": model.adoption}


def law_engine_and_model_agree(template: Template, record: Any, asked: Asked) -> None:
    """The table and the independent model agree whether a request is allowed, what kind it is and what comes of it."""
    deal = Deal.of(record)
    answer = _ANSWERS[asked.verb](template, deal, asked)
    after, _ = attempt(template, record, asked)
    assert (after is not None) == answer.allowed
    if asked.verb == "move":
        verdict = asked.check(template, record)
        assert (verdict.kind, bool(verdict)) == (answer.way.kind if answer.way else None, answer.allowed)
    if after is not None:
        assert after.history[-1].overrode == answer.overrode
        assert Deal.of(after) == model.moved(template, deal, asked, answer)


STEP_LAWS: tuple[Law, ...] = tuple(found for name, found in list(globals().items()) if name.startswith("law_"))
"""Every law on a step."""
