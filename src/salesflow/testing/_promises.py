"""Promises: what every template keeps, eleven of them, each a law on a walk through it.

A law takes a template and a walk, and raises AssertionError where the promise is broken. It is the template that is
judged; the walk was made up over it, or over another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from types import MappingProxyType
from typing import Any

from salesflow.audits import audit
from salesflow.eventlog import audit_log
from salesflow.linting import lint
from salesflow.testing import _laws_of_steps as of_steps
from salesflow.testing import _laws_of_templates as of_templates
from salesflow.testing._asking import Asked, Template, Walk, attempt, in_order, steps
from salesflow.testing._beginnings import bare
from salesflow.testing._draw_values import T0
from salesflow.testing._expect import among, same
from salesflow.testing._forgeries import FORGERIES
from salesflow.testing._laws_of_journeys import end_of, law_no_plea_opens
from salesflow.testing._laws_of_machines import law_a_machine_agrees, plain
from salesflow.testing._logs import COLUMNS, rows_of
from salesflow.testing._once import once
from salesflow.values import Actor

Law = Callable[[Template, Walk], None]


def closed_records_stay_closed(template: Template, walk: Walk) -> None:
    """A closed record moves only by reopening: out of lost nothing skips, not to won, not to where no policy leads."""
    for record, asked in steps(walk, template):
        of_steps.law_a_closed_record_moves_only_by_reopening(template, record, asked)
    record = end_of(walk, template)
    if record.stage and not template.stage(record.stage).open:
        law_no_plea_opens(template, record)


def refusals_change_nothing(template: Template, walk: Walk) -> None:
    """A refused move changes nothing that anyone can reach: no record, no template, nothing that was sent."""
    _on_each_step(template, walk, of_steps.law_a_refusal_changes_nothing)


def moves_do_what_check_says(template: Template, walk: Walk) -> None:
    """`move` succeeds exactly when `check` says yes; `options` holds exactly what `check` says, for every stage."""
    _on_each_step(template, walk, of_steps.law_move_does_what_check_says, of_steps.law_options_are_checks)


def every_reason_is_named(template: Template, walk: Walk) -> None:
    """A refusal names at least one reason, and all rules that fail, not the first."""
    _on_each_step(template, walk, of_steps.law_every_reason_is_named)


def history_is_contiguous(template: Template, walk: Walk) -> None:
    """Each change leaves where the last arrived, numbered without gaps, never back in time; it tells what was asked."""
    _on_each_step(
        template,
        walk,
        of_steps.law_history_is_contiguous,
        of_steps.law_a_change_tells_what_was_asked,
        of_steps.law_what_grows_is_never_cut,
        of_steps.law_closing_and_reopening_keep_the_books,
    )
    if walk.record.stage is None:
        for asked in _adoptions(template):
            of_steps.law_a_change_tells_what_was_asked(template, walk.record, asked)
            of_steps.law_engine_and_model_agree(template, walk.record, asked)


def _adoptions(template: Template) -> Iterator[Asked]:
    """Yield that a record is taken over in each stage, and what it left where that is closed or a hold."""
    for stage in template.stages:
        left = None if stage.open and not stage.hold else in_order(template)[-1]
        yield Asked("adopt", stage.id, T0, by=Actor(id="u-1", roles=("boss",)), ground="it was there", left=left)


def histories_replay_and_audit(template: Template, walk: Walk) -> None:
    """The history gives the record back; a legal one has no findings, and every corruption of it has the right one."""
    _on_each_step(template, walk, of_steps.law_replay_gives_the_record_back)
    record = end_of(walk, template)
    if walk.record.stage is not None or not record.history:
        return
    if record.history[0].kind == "started":
        same(template.replay(bare(record), record.history), record, "the record after all changes, replayed")
    same([*audit(template, [record])], [], "what an audit finds in a legal history")
    for forgery in FORGERIES:
        for forged, codes in islice(forgery(template, record), len(record.history)):
            found = {each.code for each in audit(template, [forged])}
            among(bool(codes & found), (True,), f"{forgery.__doc__} An audit finds one of {sorted(codes)}: {found}")


def exceptions_have_their_ground(template: Template, walk: Walk) -> None:
    """A skip, a step back or a reopening has its ground; no way passes rules by, but by an override on record."""
    _on_each_step(
        template,
        walk,
        of_steps.law_an_exception_has_its_ground,
        of_steps.law_no_rule_is_passed_over,
        of_steps.law_an_override_is_on_record,
        of_steps.law_a_hold_resumes_what_it_left,
    )


def every_form_is_equal(template: Template, walk: Walk) -> None:
    """Records and templates survive JSON, deepcopy and pickle, the last where their class can be imported."""
    taken = [*steps(walk, template)]
    for record, asked in taken:
        of_steps.law_a_verdict_survives_json(template, record, asked)
    for record, asked in taken[-1:]:
        of_steps.law_a_record_survives_every_form(template, record, asked)
        of_templates.law_a_template_survives_every_form(template, record, asked)
        of_templates.law_the_digest_tells_behaviour(template, record, asked)


def engines_agree(template: Template, walk: Walk) -> None:
    """The table, a live machine, audits of the log (also in bulk, with that extra) and a model agree on every move."""
    if walk.path is not None:
        _comes_about(template, walk, walk.path)
    _on_each_step(template, walk, of_steps.law_engine_and_model_agree)
    law_a_machine_agrees(walk, plain, template)
    rows, columns = rows_of(end_of(walk, template)), dict[str, Any](COLUMNS)
    found = [{_said(each) for each in audit_log(template, order, **columns)} for order in (rows, rows[::-1])]
    same(found[1], found[0], "what an audit of the log finds when its rows come the other way round")
    if rows and _has_bulk():
        same(_found_in_bulk(template, rows, columns), found[0], "what the bulk audit of the log finds")


def outcomes_can_be_reached(template: Template, walk: Walk) -> None:
    """From every open stage of a sound template some outcome can be reached; of another, lint names what is stuck."""
    _closes(template)


def answers_repeat(template: Template, walk: Walk) -> None:
    """Checking the same thing twice gives the same answer, whoever asks, and `check` never raises."""
    _on_each_step(template, walk, of_steps.law_the_same_answer_twice, of_templates.law_check_never_raises)


def _on_each_step(template: Template, walk: Walk, *laws: Callable[[Template, Any, Asked], None]) -> None:
    for record, asked in steps(walk, template):
        for law in laws:
            law(template, record, asked)


def _comes_about(template: Template, walk: Walk, path: tuple[str, ...]) -> None:
    record: Any = walk.record
    for request, stage in zip(walk.requests, path, strict=True):
        after, refused = attempt(template, record, request.on(template, record))
        same(refused, None, "what stands against a legal request")
        same(getattr(after, "stage", None), stage, "the stage after a legal request")
        record = after


def _has_bulk() -> bool:
    return all(find_spec(name) for name in ("numpy", "pyarrow"))


def _found_in_bulk(template: Template, rows: list[dict[str, Any]], columns: dict[str, Any]) -> set[tuple[Any, ...]]:
    # by name and on use: it is an extra
    table = import_module("salesflow.bulk._arrow").pa.Table.from_pylist(rows)
    found = import_module("salesflow.bulk").audit(template, table, **columns).findings
    return {tuple(each.values()) for each in found.select(["code", "level", "source", "target", "at"]).to_pylist()}


def _said(finding: Any) -> tuple[Any, ...]:
    return finding.code, finding.level, finding.source, finding.target, finding.at


@once(256)
def _closes(template: Template) -> None:
    of_templates.law_a_sound_template_closes(template, lint)


_ALL: tuple[Law, ...] = (
    closed_records_stay_closed,
    refusals_change_nothing,
    moves_do_what_check_says,
    every_reason_is_named,
    history_is_contiguous,
    histories_replay_and_audit,
    exceptions_have_their_ground,
    every_form_is_equal,
    engines_agree,
    outcomes_can_be_reached,
    answers_repeat,
)
LAWS: Mapping[str, Law] = MappingProxyType({law.__name__.replace("_", "-"): law for law in _ALL})
"""The eleven promises, by name."""
