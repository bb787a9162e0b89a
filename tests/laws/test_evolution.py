"""Evolution: what a diff says of deals in flight is so, whatever was done to a template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from laws.draw_changes import evolved
from salesflow import diff
from salesflow.evolve import Diff
from salesflow.testing._asking import Template
from salesflow.testing._draw_records import placed
from salesflow.testing._draw_values import actors, grounds, pauses

Both = tuple[Template, Template]


def nature(stage: Any) -> Any:
    """Return what a stage is to a record: open, a hold, or closed in some way."""
    return stage.hold, stage.outcome


def table(template: Template) -> Any:
    return template._judged_by().table


# -- what breaks, told once more ------------------------------------------------------------------------------


def known_as(old: Template, new: Template, stage: Any) -> Any:
    """Return the stage of the new template that an old one is; None where its id means nothing there."""
    id = table(new).canonical.get(stage.id)
    return None if id is None else new.stage(id)


def lost_places(old: Template, new: Template) -> Iterator[str]:
    """Yield the names of the old template under which a record may stand that has no place in the new one."""
    for stage in old.stages:
        now = known_as(old, new, stage)
        for name in (stage.id, *stage.aliases):
            if now is None or table(new).canonical.get(name) != now.id or nature(now) != nature(stage):
                yield name


def lost_ways(old: Template, new: Template) -> Iterator[tuple[str, str | None, str]]:
    """Yield the ways of records in flight that the old template has and the new one has not."""
    ids = [stage.id for stage in old.stages]
    for source in ids:
        for left in (None, *table(old).order) if old.stage(source).hold else (None,):
            for target in ids:
                if table(old).leads(source, left, target) and not table(new).leads(source, left, target):
                    yield source, left, target


def breaks(old: Template, new: Template) -> bool:
    if old.record.kind != new.record.kind or any(lost_places(old, new)):
        return True
    return any(lost_ways(old, new))


# -- the laws -------------------------------------------------------------------------------------------------


@settings(max_examples=300)
@given(both=evolved())
def test_it_breaks_exactly_where_a_place_or_a_way_is_gone(both: Both) -> None:
    found = diff(*both)
    event(found.impact)
    assert (found.impact == "breaking") == breaks(*both)


@given(both=evolved())
def test_what_is_told_of_labels_or_of_nothing_leaves_the_digest_alone(both: Both) -> None:
    old, new = both
    found = diff(old, new)
    assert (found.impact in {"none", "labels"}) == (old.ref.digest == new.ref.digest)


@given(both=evolved())
def test_nothing_is_told_exactly_of_equal_templates(both: Both) -> None:
    old, new = both
    assert bool(diff(old, new)) == (old != new)
    assert not diff(new, new)
    assert not diff(old, old.model_copy())


@given(both=evolved())
def test_a_diff_survives_json(both: Both) -> None:
    found = diff(*both)
    read = Diff.model_validate_json(found.model_dump_json())
    assert (read, [*read], read.old, read.new) == (found, [*found], *both)


def _asked(data: st.DataObject, old: Template, new: Template) -> Iterator[tuple[Any, Any]]:
    """Yield what both templates answer a record in flight that was carried over as it is."""
    record: Any = data.draw(placed(old))
    at = (record.history[-1].at if record.history else record.closed_at) or data.draw(st.none())
    if at is None or known_as(old, new, old.stage(record.stage)) is None:
        return
    more: dict[str, Any] = {"at": at + data.draw(pauses), "by": data.draw(actors), "ground": data.draw(grounds)}
    there = record.model_copy(update={"template": new.ref})
    for stage in old.stages:
        yield old.check(record, to=stage.id, **more), new.check(there, to=stage.id, **more)


@settings(max_examples=300)
@given(both=evolved(most=2), data=st.data())
def test_where_no_deal_in_flight_is_met_both_give_it_the_same_answers(both: Both, data: st.DataObject) -> None:
    old, new = both
    if diff(old, new).impact in {"none", "labels", "new_only"}:
        for before, after in _asked(data, old, new):
            assert (bool(before), before.kind) == (bool(after), after.kind)


RULES_ONLY = {"rule_tightened": (1, 0), "rule_loosened": (0, 1), "rule_rewritten": (1, 1)}
"""Whether whatever the old template refuses the new one does too, and the other way round."""


@settings(max_examples=300)
@given(both=evolved(most=2), data=st.data())
def test_what_asks_more_allows_nothing_new_and_what_asks_less_refuses_nothing_new(
    both: Both, data: st.DataObject
) -> None:
    old, new = both
    codes = {each.code for each in diff(old, new) if each.impact not in {"none", "labels"}}
    for code, (no_more, no_less) in RULES_ONLY.items():
        if codes == {code}:
            event(code)
            for before, after in _asked(data, old, new):
                assert not (no_more and after and not before)
                assert not (no_less and before and not after)


@given(both=evolved())
def test_a_way_is_told_once_by_its_cause(both: Both) -> None:
    told = Counter(tuple(way) for each in diff(*both) for ways in each.params.get("ways", {}).values() for way in ways)
    assert [way for way, times in told.items() if times > 1] == []
