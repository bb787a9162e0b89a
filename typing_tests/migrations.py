"""Types of migrations: a record keeps the host's own type on its way to another template."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, assert_type

from salesflow import Audit, Opportunity, StageTemplate
from salesflow.migration import MigrationPlan, drafted, would_refuse
from salesflow.verdict import MigrationVerdict


class Deal(Opportunity):
    """A deal as a host has it."""

    seats: int = 0


def migrate(old: StageTemplate[Any], new: StageTemplate[Deal], deal: Deal, at: datetime) -> None:
    """Draft a plan, try it, and apply it."""
    plan = drafted(old, new, {"talks": "demo", "waiting": None})
    assert_type(plan, MigrationPlan)
    assert_type(plan.dry_run([deal]), Iterator[MigrationVerdict])
    assert_type(plan.apply(deal, at=at), Deal)
    assert_type(plan.then(plan), MigrationPlan)
    assert_type(plan.bind(Deal), MigrationPlan)
    assert_type(would_refuse(new, [deal], mapping=plan.mapping), Audit)
