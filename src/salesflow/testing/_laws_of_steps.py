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
from salesflow.testing._beginnings import bare
from salesflow.testing._expect import among, holds, same, typed
from salesflow.testing._forms import importable
from salesflow.testing._model import Deal
from salesflow.testing._model_updates import as_read, updated

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
    same(change.kind, "reopened", "the kind of the change by which a closed record moved")
    opened_from = lost if policy.reopen_from is None else policy.reopen_from
    among(source.id, opened_from, "the stage that was reopened from")
    among(after.stage, policy.reopen_to, "the stage that was reopened to")
    holds(template.stage(after.stage).open, f"what is reopened is open: {after.stage!r}")
    holds((change.ground or "").strip(), "a reopening has a ground")


def law_an_exception_has_its_ground(template: Template, record: Any, asked: Asked) -> None:
    """A skip, a step back or a reopening is refused without a ground where the policy asks for one."""
    after, _ = attempt(template, record, asked)
    if after is None or (after.history[-1].ground or "").strip():
        return
    policy, change = template.policy, after.history[-1]
    declared = {(source, move.target) for move in template.moves for source in move.sources}
    if (_judged_from(template, record), after.stage) in declared:
        return
    holds(change.kind != "reopened", "a reopening without a ground is refused")
    holds(change.kind != "moved_back" or policy.back == "free", "a step back without a ground is refused")
    holds(change.kind != "skipped" or policy.skip == "free", "a skip without a ground is refused")


def law_no_rule_is_passed_over(template: Template, record: Any, asked: Asked) -> None:
    """Whoever is ahead has met the criteria on the way, but for skippable stages with a ground, and overrides."""
    after, _ = attempt(template, record, asked)
    if after is None or after.history[-1].kind not in {"started", "advanced", "skipped", "won", "reopened"}:
        return
    change, deal = after.history[-1], Deal.of(record)
    facts, _ = updated(deal.facts, asked.update)
    target = template.stage(after.stage)
    rules = [*target.rules]
    for stage in _passed(template, record, after):
        rules += () if stage.skippable and (change.ground or "").strip() else stage.rules
    unmet = {each.key for each in model.against_rules(template, deal, asked, facts, tuple(rules))}
    among(unmet, change.overrode, "the rules on the way that were not met, of those that were overridden")


def _judged_from(template: Template, record: Any) -> str | None:
    if record.stage is None:
        return None
    here = template.stage(record.stage)
    if here.open and not here.hold:
        return here.id
    left = model.named(template, record.left)
    if left is not None and left.id in in_order(template):
        return str(left.id)
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
        holds(verdict is not None and not verdict, "a refusal carries the verdict that refuses")
    same(_told(template, record, asked), told, "the template, the record and the request after it was asked")
    same((record, asked), copies, "the record and the request after it was asked")


def _told(template: Template, record: Any, asked: Asked) -> tuple[str, str, str]:
    return repr(template), repr(record), repr(asked)


# -- 3, 11: check, options, move ----------------------------------------------------------------------------


def law_move_does_what_check_says(template: Template, record: Any, asked: Asked) -> None:
    """`move` succeeds exactly when `check` says yes, and is refused for the very same reasons."""
    if asked.verb != "move":
        return
    verdict = asked.check(template, record)
    after, refused = attempt(template, record, asked)
    same(after is not None, bool(verdict), f"whether the move is made as `check` says ({verdict})")
    if after is None:
        same(refused, verdict, "the reasons of `move` and of `check`")
    else:
        same(after.history[-1].kind, verdict.kind, "the kind of the change, as `check` said")
        same(after.history[-1].overrode, verdict.overrode, "what was overridden, as `check` said")
        same(after.stage, verdict.target, "the stage after the move, as `check` said")


def law_options_are_checks(template: Template, record: Any, asked: Asked) -> None:
    """`options` holds exactly what `check` says, for every stage in the order of the template."""
    ids = [stage.id for stage in template.stages]
    options = template.options(record, **asked.arguments)
    same(list(options), ids, "the stages of `options`")
    checks = {id: template.check(record, to=id, **asked.arguments) for id in ids}
    same(options, checks, "`options` and `check` of every stage")


def law_the_same_answer_twice(template: Template, record: Any, asked: Asked) -> None:
    """Checking the same thing twice gives the same answer, whoever asks: a fresh copy of the template too."""
    first = asked.check(template, record)
    attempt(template, record, asked)
    same(asked.check(template, record), first, "the answer when asked again")
    same(asked.check(template.model_copy(), deepcopy(record)), first, "the answer on a copy, of a copy")


# -- 4: reasons ---------------------------------------------------------------------------------------------

_OTHER_CODES = ("ground.missing", "override.denied", "override.never", "record.broken", "update.")
"""What a verdict may name beside the rules of a way that exists."""


def law_every_reason_is_named(template: Template, record: Any, asked: Asked) -> None:
    """A refusal names at least one reason, all rules that fail and all that is wrong with the request."""
    if asked.verb != "move":
        return
    verdict, answer = asked.check(template, record), model.judge(template, Deal.of(record), asked)
    holds(answer.allowed or verdict.refusals, "a refusal names a reason")
    codes = {each.code for each in verdict.refusals}
    for fault in answer.faults:
        holds(any(code.startswith(fault) for code in codes), f"what is wrong with the request is named: {fault}")
    # of an update that cannot be, nobody can say what its rules would say
    if answer.facts is not None and not any(code.startswith(("update.", "record.broken")) for code in codes):
        rules = {each.key for each in verdict.refusals if not each.code.startswith(_OTHER_CODES)}
        same(rules, set(answer.standing), "the rules that the refusal names")
    same(len(set(verdict.refusals)), len(verdict.refusals), "how many reasons are named, each once")
    holds(all(each.text and each.code for each in verdict.refusals), "each reason has a text and a code")


# -- 5, 6: history ------------------------------------------------------------------------------------------


def law_history_is_contiguous(template: Template, record: Any, asked: Asked) -> None:
    """Each change leaves where the last arrived, numbered without gaps, never back in time, and ends at the stage."""
    after, _ = attempt(template, record, asked)
    if after is None:
        return
    same(after.history[:-1], record.history, "the changes before the last one")
    numbers = [change.number for change in after.history]
    first = after.changes_before + 1
    same(numbers, list(range(first, first + len(numbers))), "the numbers of the changes")
    same(after.history[-1].target, after.stage, "where the last change ends, and where the record is")
    for earlier, later in zip(after.history, after.history[1:], strict=False):
        holds(earlier.at <= later.at, f"change {later.number} does not come before change {earlier.number}")
        same(later.source, earlier.target, f"the stage that change {later.number} leaves")
    entered = after.history[0].kind in {"started", "adopted"}
    same(entered, numbers[0] == 1, "whether the history begins with a start or an adoption")


def law_replay_gives_the_record_back(template: Template, record: Any, asked: Asked) -> None:
    """Replaying the changes gives back the stage and every field that moves and updates set."""
    after, _ = attempt(template, record, asked)
    if after is None:
        return
    same(template.replay(record, after.history[-1:]), after, "the record after the last change, replayed")
    if after.history[0].kind == "started":
        replayed = template.replay(bare(after), after.history)
        same(typed(replayed), typed(after), "the record after all changes, replayed")


def law_a_change_tells_what_was_asked(template: Template, record: Any, asked: Asked) -> None:
    """A change keeps who acted with all roles, when, to where, on what ground, and what it set, by which template."""
    after, _ = attempt(template, record, asked)
    if after is None:
        return
    change: Change = after.history[-1]
    stated = (asked.ground or "").strip()
    wanted = (asked.at, asked.by, asked.ground if stated else None)
    same((change.at, change.by, change.ground), wanted, "when, by whom and on what ground")
    holds(change.at.tzinfo is UTC, "the time of a change is in UTC")
    same(
        (change.template, after.template), (template.ref, template.ref), "the template on the change and on the record"
    )
    if change.kind != "updated":
        same(change.target, template.stage(asked.to).id, "the stage that the change tells")
    told = _derived(record, asked) | ({"loss"} if change.kind == "reopened" else set[str]())
    if change.kind not in {"started", "adopted"}:
        same(set(change.set) - told, set(asked.update or {}) - told, "the fields that the change sets")


def _derived(record: Any, asked: Asked) -> set[str]:
    """Return the fields that the record's own validators make of others."""
    facts, _ = updated(Deal.of(record).facts, asked.update)
    read, _ = as_read(facts, {})
    return {name for name, value in read if value != getattr(facts, name)}


def law_an_override_is_on_record(template: Template, record: Any, asked: Asked) -> None:
    """An override passes over codes that were named, by somebody with a role that may, on a ground."""
    after, _ = attempt(template, record, asked)
    if after is None or not after.history[-1].overrode:
        return
    change: Change = after.history[-1]
    bare = template.check(record, to=asked.to, at=asked.at, by=asked.by, update=asked.update, ground=asked.ground)
    by_key = {each.key: each for each in bare.refusals}
    same(set(change.overrode), set(by_key), "what was overridden, and what stood against the move")
    among(set(change.overrode), asked.override, "what was overridden, of what was named")
    holds((change.ground or "").strip(), "an override has a ground")
    for key in change.overrode:
        roles = set(change.by.roles if change.by else ())
        holds(roles & set(by_key[key].overridable_by), f"who overrides {key!r} has a role that may")


# -- what a stage leaves on the record ----------------------------------------------------------------------


def law_a_hold_resumes_what_it_left(template: Template, record: Any, asked: Asked) -> None:
    """A held deal may always resume the stage it left, without questions, and nothing but that is resuming."""
    after, _ = attempt(template, record, asked)
    if after is None:
        return
    change = after.history[-1]
    names = (name for stage in model.ordered(template) for name in (stage.id, *stage.aliases))
    among(after.left, (None, *names), "the stage that was left")
    if change.kind == "held":
        left = record.left if template.stage(record.stage).hold else record.stage
        same(after.left, left, "the stage that was left for the hold")
        back = template.check(after, to=after.left or "", at=change.at)
        same((bool(back), back.kind), (True, "resumed"), "whether the stage that was left can be resumed")
    if change.kind == "resumed":
        same(after.stage, _judged_from(template, record), "the stage that is resumed")
        same(after.left, None, "what was left, once it is resumed")


def law_closing_and_reopening_keep_the_books(template: Template, record: Any, asked: Asked) -> None:
    """A closed record has its closing date; a reopened one has neither date nor loss report, and is counted."""
    after, _ = attempt(template, record, asked)
    if after is None:
        return
    change, closed = after.history[-1], not template.stage(after.stage).open
    same(after.closed_at is not None, closed, "whether the record has a closing date")
    when = record.closed_at if change.kind == "updated" else change.at if closed else None
    same(after.closed_at, when, "the closing date")
    same(after.reopenings, record.reopenings + (change.kind == "reopened"), "how often it was reopened")
    if change.kind == "reopened" and "loss" not in (asked.update or {}):
        same(after.loss, None, "the loss report of what is reopened")
        holds(record.loss is None or "loss" in change.set, "a reopening tells that it cleared the loss report")


def law_what_grows_is_never_cut(template: Template, record: Any, asked: Asked) -> None:
    """Answers, activities, objections and approvals are added to and never taken away."""
    after, _ = attempt(template, record, asked)
    if after is None:
        return
    for name in ("activities", "approvals"):
        same(getattr(after, name)[: len(getattr(record, name))], getattr(record, name), f"the {name} there were")
    old, new = record.qualification.answers, after.qualification.answers
    same(new[: len(old)], old, "the answers there were")
    before = [each.id for each in record.objections]
    same([each.id for each in after.objections][: len(before)], before, "the objections there were")


# -- 8: forms -----------------------------------------------------------------------------------------------


def law_a_record_survives_every_form(template: Template, record: Any, asked: Asked) -> None:
    """A record survives JSON, pickle and deepcopy: equal, hash equal, every value of its type, and judged the same."""
    after, _ = attempt(template, record, asked)
    kept: Record = after or record
    copies = [type(kept).model_validate_json(kept.model_dump_json(), by_alias=True, by_name=True), deepcopy(kept)]
    if importable(type(kept)):
        copies.append(pickle.loads(pickle.dumps(kept)))
    options = template.options(kept, at=asked.at, by=asked.by)
    for copy in copies:
        same(copy, kept, "the record, kept and read again")
        same(hash(copy), hash(kept), "its hash")
        same(typed(copy), typed(kept), "every value of it")
        same(template.options(copy, at=asked.at, by=asked.by), options, "what it may do")


def law_a_verdict_survives_json(template: Template, record: Any, asked: Asked) -> None:
    """Verdicts serialise to JSON for a host's API, and come back equal."""
    verdict = asked.check(template, record)
    again = Verdict.model_validate_json(verdict.model_dump_json())
    same(again, verdict, "the verdict, as JSON and back")
    same(hash(again), hash(verdict), "its hash")
    same(str(again), str(verdict), "its text")


# -- 9: the model -------------------------------------------------------------------------------------------

_ANSWERS = {"move": model.judge, "update": model.update, "adopt": model.adoption}


def law_engine_and_model_agree(template: Template, record: Any, asked: Asked) -> None:
    """The table and the independent model agree whether a request is allowed, what kind it is and what comes of it."""
    deal = Deal.of(record)
    answer = _ANSWERS[asked.verb](template, deal, asked)
    after, _ = attempt(template, record, asked)
    same(after is not None, answer.allowed, "whether it may be, as the model says")
    if asked.verb == "move":
        verdict = asked.check(template, record)
        told = (answer.way.kind if answer.way else None, answer.allowed)
        same((verdict.kind, bool(verdict)), told, "what kind of move it is and whether it may be, as the model says")
    if after is not None:
        same(after.history[-1].overrode, answer.overrode, "what was overridden, as the model says")
        same(Deal.of(after), model.moved(template, deal, asked, answer), "the record after it, as the model has it")


STEP_LAWS: tuple[Law, ...] = tuple(found for name, found in list(globals().items()) if name.startswith("law_"))
"""Every law on a step."""
