"""Laws on walks with an aim: what is legal comes about, what lacks one thing is refused for it, and two ways stay shut.

A journey is made up over one template and put to another: itself, or one that is broken.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from salesflow import Actor, audit
from salesflow.records import Record
from salesflow.rules import Role, walk
from salesflow.testing._asking import Asked, Template, Walk, attempt, in_order, override_keys, steps
from salesflow.testing._beginnings import bare
from salesflow.testing._draw_records import complete
from salesflow.testing._draw_values import T0
from salesflow.testing._expect import among, holds, same
from salesflow.testing._gaps import Gap
from salesflow.testing._journeys import Journey
from salesflow.testing._laws_of_steps import STEP_LAWS, Law, law_engine_and_model_agree, law_every_reason_is_named
from salesflow.testing._routes import units


def end(journey: Journey, template: Template) -> Any:
    """Return the record at the end of a journey."""
    return end_of(journey.walk, template)


def end_of(walk: Walk, template: Template) -> Any:
    """Return the record at the end of a walk."""
    record: Any = walk.record
    for request in walk.requests:
        record = attempt(template, record, request.on(template, record))[0] or record
    return record


def law_what_is_legal_comes_about(journey: Journey, template: Template) -> None:
    """Each request of a journey is granted, and the record comes to each of its stages and to its end."""
    record: Any = journey.walk.record
    for request, stage in zip(journey.walk.requests, journey.path, strict=True):
        asked = request.on(template, record)
        after, refused = attempt(template, record, asked)
        same(refused, None, "what stands against a legal request")
        same(getattr(after, "stage", None), stage, "the stage after it")
        law_engine_and_model_agree(template, record, asked)
        record = after


def law_the_books_are_in_order(journey: Journey, template: Template) -> None:
    """At the end of a journey the audit finds nothing, the history gives the record back, and every form keeps it."""
    record: Record = end(journey, template)
    same([*audit(template, [record])], [], "what an audit finds in a legal history")
    same(template.replay(bare(record), record.history), record, "the record after all changes, replayed")
    same(type(record).model_validate_json(record.model_dump_json()), record, "the record, as JSON and back")
    same([each.target for each in record.history], [*journey.path], "the stages of the history")
    same(record, journey.end, "the record at the end, as the model has it")


def law_what_is_left_out_is_named(gap: Gap, template: Template) -> None:
    """A request that lacks one needed thing is refused, and names exactly that."""
    record = end(gap.journey, template)
    asked = gap.request.on(template, record)
    verdict = asked.check(template, record)
    same({each.key for each in verdict.refusals}, set(gap.keys), "the keys of the refusal")
    same(attempt(template, record, asked), (None, verdict), "what the move says")
    # and with nothing at all, everything
    law_every_reason_is_named(template, record, Asked(asked.verb, asked.to, asked.at))


# -- nothing skips out of lost ------------------------------------------------------------------------------


def law_a_closed_record_stays_where_it_is(journey: Journey, template: Template) -> None:
    """Whoever asks, on whatever ground, with every override: a closed record goes where the policy says, or stays."""
    law_no_plea_opens(template, end(journey, template))


def law_no_plea_opens(template: Template, record: Any) -> None:
    """The same of one record, which is closed."""
    source, policy = template.stage(record.stage), template.policy
    holds(source.outcome, f"a record is closed in {source.id!r}")
    opens = source.outcome == "lost" if policy.reopen_from is None else source.id in policy.reopen_from
    for asked in _pleas(template, record):
        after, _ = attempt(template, record, asked)
        if after is not None:
            holds(opens, f"{source.id!r} is not reopened, and {after.stage!r} was entered from there")
            among(after.stage, policy.reopen_to, "the stage that was reopened to")
            same((after.history[-1].kind, after.closed_at), ("reopened", None), "the change, and the closing date")


def _pleas(template: Template, record: Any) -> Iterator[Asked]:
    """Yield what may be said for every stage by every name: nothing, and all there is to say."""
    at = (record.history[-1].at if record.history else T0) + timedelta(days=1)
    known = complete(template.record, template.framework)
    added = {"qualification", "activities", "objections", "approvals"}
    update = {name: value for name, value in known.items() if name not in added}
    boss = Actor(id="u-boss", roles=roles_of(template))
    for name in [name for stage in template.stages for name in (stage.id, *stage.aliases)]:
        yield Asked("move", name, at)
        yield Asked("move", name, at, boss, update, "it must be", override_keys(template))


def roles_of(template: Template) -> tuple[str, ...]:
    """Return every role that a template names."""
    holders: list[Any] = [*template.stages, *template.moves]
    rules = [each for holder in holders for rule in holder.rules for each in walk(rule)]
    asked = [role for rule in rules if isinstance(rule, Role) for role in rule.roles]
    may = [role for holder in holders for rule in holder.rules for role in rule.overridable_by]
    return tuple(dict.fromkeys((*asked, *may, *(role for move in template.moves for role in move.roles))))


# -- nothing passes qualification ---------------------------------------------------------------------------


def criteria_of(template: Template) -> tuple[str, ...]:
    """Return the criteria that some stage asks and nobody may override."""
    found = (each for stage in template.stages for each in _asked_by(stage))
    return tuple(dict.fromkeys(found))


def _asked_by(stage: Any) -> list[str]:
    hard = [rule for rule in stage.rules if rule.severity == "block" and not rule.overridable_by]
    return [unit.criteria[0] for rule in hard for unit in units(rule) if unit.rule == "qualified"]


def law_nothing_passes_without(criterion: str, walk: Walk, template: Template) -> None:
    """Without the answer nothing comes to a stage that asks for it, nor past it.

    Except by a move that is declared over it, and past a stage that is skippable. A step back asks nothing.
    """
    record = end_of(walk, template)
    for stage in template.stages:
        if criterion not in _asked_by(stage) or stage.life == "retired":
            continue
        beyond = _beyond(template, stage)
        leapt = {move.target for move in template.moves if move.target in beyond - {stage.id}}
        changes = [each for each in record.history if each.kind not in {"moved_back", "resumed", "updated"}]
        reached = {each.target for each in changes}
        holds(stage.id not in reached or reached & leapt, f"without {criterion!r} nothing enters {stage.id!r}")
        past = reached & beyond and not stage.skippable and not reached & leapt
        holds(not past, f"without {criterion!r} nothing comes past {stage.id!r}")


def _beyond(template: Template, stage: Any) -> set[str]:
    """Return the stages that are entered by way of this one: itself, those after it, and all that are won."""
    order = in_order(template)
    if stage.id not in order:
        return {stage.id}
    return {*order[order.index(stage.id) :], *(each.id for each in template.stages if each.outcome == "won")}


# -- all laws -----------------------------------------------------------------------------------------------


def law_every_step_obeys(journey: Journey, template: Template, laws: tuple[Law, ...] = STEP_LAWS) -> None:
    """Each step of a journey obeys every law on steps."""
    for record, asked in steps(journey.walk, template):
        for law in laws:
            law(template, record, asked)
