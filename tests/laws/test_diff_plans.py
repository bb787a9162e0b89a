"""A diff and its plan: where a diff breaks nothing, no deal in flight is an open question."""

from __future__ import annotations

from hypothesis import event, given

from laws.draw_changes import evolved
from laws.test_evolution import Both
from salesflow import diff
from salesflow.evolve import IMPACTS
from salesflow.testing._asking import Template


def next_version(template: Template, before: Template) -> Template:
    renewed: Template = type(template).model_validate({**dict(template), "version": f"{before.version} and on"})
    return renewed


@given(both=evolved())
def test_a_plan_leaves_open_only_what_its_diff_calls_breaking(both: Both) -> None:
    old, new = both[0], next_version(both[1], both[0])
    found = diff(old, new)
    if old.record.kind != new.record.kind:
        return
    plan = found.plan()
    event(found.impact)
    assert set(plan.mapping) == {stage.id for stage in old.stages}
    assert (plan.unmapped, plan.unsaid) == ((), ()) or found.impact == IMPACTS[-1]
    assert plan.source == found.old
    assert plan.target == found.new
