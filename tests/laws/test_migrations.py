"""Migrations: what a plan says happens, nothing else does, and audits and replays see through it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from laws.draw_plans import Voyage, onward, rewritten, voyages, walked
from salesflow import Actor, MoveRefused, audit
from salesflow.migration import MigrationPlan, would_refuse
from salesflow.records import RESERVED
from salesflow.testing._asking import Walk
from salesflow.testing._draw_values import T0
from salesflow.testing._strategies import walks
from salesflow.values import FrozenMap

BOSS = Actor(id="u-boss", roles=("director",))


def after(record: Any) -> datetime:
    """Return a time a day after the last change."""
    return (record.history[-1].at if record.history else T0) + timedelta(days=1)


def applied(plan: MigrationPlan, record: Any) -> Any:
    """Return the record under the new template, or None where that is refused."""
    try:
        return plan.apply(record, at=after(record), by=BOSS)
    except MoveRefused:
        return None


def migrated(voyage: Voyage) -> Any:
    moved = applied(voyage.plans[0], voyage.record)
    assume(moved is not None)
    return moved


def outcome(template: Any, record: Any) -> str | None:
    found: str | None = template.stage(record.stage).outcome
    return found


def codes(voyage: Voyage, record: Any) -> list[str]:
    return [each.code for each in audit(voyage.templates, [record])]


@given(voyage=voyages())
def test_a_dry_run_is_true_exactly_where_the_plan_applies(voyage: Voyage) -> None:
    (plan,), record = voyage.plans, voyage.record
    (verdict,) = plan.dry_run([record], at=after(record))
    moved = applied(plan, record)
    event(verdict.code)
    assert bool(verdict) == (moved is not None)
    if moved is None:
        with pytest.raises(MoveRefused) as caught:
            plan.apply(record, at=after(record))
        assert caught.value.verdict.refusals == verdict.refusals != ()
    else:
        assert (moved.stage, verdict.target) == (plan.mapping[plan.source.stage(record.stage).id],) * 2
        (again,) = plan.dry_run([moved])
        assert again.code == "already_done"


@given(voyage=voyages())
def test_a_migration_adds_one_change_and_touches_nothing_else(voyage: Voyage) -> None:
    (plan,), record, moved = voyage.plans, voyage.record, migrated(voyage)
    *before, change = moved.history
    assert tuple(before) == record.history
    told = (change.number, change.kind, change.source, change.target, change.at, change.by, change.ground)
    assert told == (len(before) + 1, "migrated", record.stage, moved.stage, after(record), BOSS, plan.ground)
    assert change.template == moved.template == plan.target.ref
    facts = [name for name in type(record).model_fields if name not in RESERVED | {"loss"}]
    assert [getattr(moved, name) for name in facts] == [getattr(record, name) for name in facts]
    assert moved.loss in {record.loss, None}
    assert moved.reopenings == record.reopenings
    assert applied(plan, moved) is moved


@given(voyage=voyages())
def test_a_closed_record_stays_closed_since_when_it_was_unless_the_plan_says_otherwise(voyage: Voyage) -> None:
    (plan,), record, moved = voyage.plans, voyage.record, migrated(voyage)
    was, now = outcome(plan.source, record), outcome(plan.target, moved)
    event(f"{was} to {now}")
    stage = plan.source.stage(record.stage).id
    assert was == now or stage in plan.changes_outcome
    assert moved.closed_at == (None if now is None else record.closed_at or after(record))
    assert moved.history[-1].overrode == (() if was == now else (f"migration.outcome.{stage}",))
    assert moved.loss == (None if was == "lost" != now else record.loss)


@given(voyage=voyages())
def test_what_a_record_left_goes_by_the_plan_too(voyage: Voyage) -> None:
    (plan,), record, moved = voyage.plans, voyage.record, migrated(voyage)
    left = None if record.left is None else plan.mapping[plan.source.stage(record.left).id]
    assert record.left is None or left is not None
    here, order = plan.target.stage(moved.stage), [s.id for s in plan.target.stages if s.open and not s.hold]
    assert moved.left == (left if (here.hold or here.outcome) and left in order else None)


@given(voyage=voyages(legs=2))
def test_whatever_it_goes_through_its_history_is_clean_gives_it_back_and_survives_json(voyage: Voyage) -> None:
    record = voyage.record
    for plan in voyage.plans:
        record = applied(plan, record) or record
    assume(record.template == voyage.templates[-1].ref)
    record = onward(record, voyage.templates[-1], voyage.then)
    event(f"{sum(change.kind == 'migrated' for change in record.history)} migrations")
    assert codes(voyage, record) == []
    assert type(record).model_validate_json(record.model_dump_json()) == record
    if record.history[0].kind == "started":
        *earlier, last = voyage.templates
        assert last.replay(type(record)(id=record.id), record.history, earlier=earlier) == record
    for cut in range(len(record.history) + 1):
        tail = record.model_copy(update={"history": record.history[cut:], "changes_before": cut})
        assert {each.code for each in audit(voyage.templates, [tail])} <= {"rule_undecidable"}


@given(voyage=voyages())
def test_a_plan_that_was_read_from_json_is_the_plan(voyage: Voyage) -> None:
    (plan,), record = voyage.plans, voyage.record
    read = MigrationPlan.model_validate_json(plan.model_dump_json())
    assert read == plan
    assert (read.unmapped, read.unsaid) == (plan.unmapped, plan.unsaid)
    # its templates move records of the host's class too, since that is one of the same kind
    assert applied(read, record) == applied(plan, record)


@given(voyage=voyages(legs=2))
def test_two_plans_in_one_lead_where_both_would_and_refuse_what_either_refuses(voyage: Voyage) -> None:
    first, second = voyage.plans
    both = first.then(second)
    between = applied(first, voyage.record)
    one, two = applied(both, voyage.record), between and applied(second, between)
    event(f"{one is not None} {two is not None}")
    if one is not None:
        assert (two.stage, two.template) == (one.stage, one.template)
    elif voyage.record.left is None:
        assert two is None
    named = {each.code for each in voyage_refusals(both, voyage.record)}
    if two is not None and one is None:
        # what it left on the way is forgotten on the way, and by the plan in one step left open
        assert named == {"migration.unmapped"}


def voyage_refusals(plan: MigrationPlan, record: Any) -> tuple[Any, ...]:
    (verdict,) = plan.dry_run([record], at=after(record))
    return verdict.refusals


@given(walk=walks(most=9))
def test_a_template_would_refuse_none_of_its_own_moves_and_none_under_other_names(walk: Walk) -> None:
    record, template = walked(walk), walk.template
    assert list(would_refuse(template, [record])) == []
    strangers = rewritten(template, {stage.id: "forgotten" for stage in template.stages})
    names = {old.id: new.id for old, new in zip(template.stages, strangers.stages, strict=True)}
    assert list(would_refuse(strangers, [record], mapping=names)) == []


# -- what is forged -----------------------------------------------------------------------------------------

Forgery = Callable[[Any, MigrationPlan, st.DataObject], tuple[Any, set[str]]]
"""From a migrated record to one of which the migration is forged, and the codes of which an audit finds one."""


def edited(record: Any, **fields: Any) -> Any:
    *before, last = record.history
    return record.model_copy(update={"history": (*before, replace(last, **fields))})


def silent(record: Any, plan: MigrationPlan, data: st.DataObject) -> tuple[Any, set[str]]:
    """Change the outcome without a word."""
    was = outcome(plan.source, record.model_copy(update={"stage": record.history[-1].source}))
    others = [each.id for each in plan.target.stages if each.outcome != was]
    assume(others)
    forged = edited(record, target=data.draw(st.sampled_from(others)), overrode=(), set=FrozenMap())
    return forged, {"outcome_changed"}


def groundless(record: Any, plan: MigrationPlan, data: st.DataObject) -> tuple[Any, set[str]]:
    return edited(record, overrode=("migration.outcome.x",), ground=None), {"ground_missing"}


def elsewhere(record: Any, plan: MigrationPlan, data: st.DataObject) -> tuple[Any, set[str]]:
    return edited(record, target="nowhere at all"), {"unknown_stage"}


def at_home(record: Any, plan: MigrationPlan, data: st.DataObject) -> tuple[Any, set[str]]:
    return edited(record, template=plan.source.ref), {"wrong_kind", "unknown_stage", "wrong_end"}


def unsaid(record: Any, plan: MigrationPlan, data: st.DataObject) -> tuple[Any, set[str]]:
    kind = data.draw(st.sampled_from(["advanced", "updated", "held", "won", "lost", "reopened", "resumed"]))
    return edited(record, kind=kind), {"unmigrated"}


def forgotten(record: Any, plan: MigrationPlan, data: st.DataObject) -> tuple[Any, set[str]]:
    return record.model_copy(update={"history": record.history[:-1]}), {"wrong_end"}


def resuming_elsewhere(record: Any, plan: MigrationPlan, data: st.DataObject) -> tuple[Any, set[str]]:
    others = [each.id for each in plan.target.stages if each.id != record.left]
    assume(others)
    left = data.draw(st.sampled_from(["nowhere at all", *others]))
    return edited(record, set=FrozenMap({"left": left})), {"wrong_end", "unreadable_field"}


FORGERIES: tuple[Forgery, ...] = (silent, groundless, elsewhere, at_home, unsaid, forgotten, resuming_elsewhere)


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda each: each.__name__)
@given(voyage=voyages(), data=st.data())
def test_a_forged_migration_is_found_under_its_code(voyage: Voyage, data: st.DataObject, forgery: Forgery) -> None:
    forged, expected = forgery(migrated(voyage), voyage.plans[0], data)
    assert expected.intersection(codes(voyage, forged))
