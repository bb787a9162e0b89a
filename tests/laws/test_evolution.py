"""Evolution: what a diff says of deals in flight is so, whatever was done to a template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from laws.draw_changes import evolved
from salesflow import MoveRefused, diff
from salesflow.evolve import Diff
from salesflow.testing._asking import Template
from salesflow.testing._draw_records import placed
from salesflow.testing._draw_values import BOSS, T0, actors, grounds, pauses

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


@dataclass(frozen=True)
class Deal:
    """A record in flight, and what is asked of it."""

    record: Any
    more: dict[str, Any]


def _when(record: Any, pause: Any) -> Any:
    return (record.history[-1].at if record.history else T0) + pause


def _opened(record: Any, stage: Any) -> Any:
    """Return a record in an open stage, whatever it was in: most that is asked is asked there."""
    history = tuple(replace(change, target=stage.id) for change in record.history)
    return record.model_copy(update={"stage": stage.id, "left": None, "closed_at": None, "history": history})


def deals(old: Template) -> st.SearchStrategy[Deal]:
    """Records that stand somewhere in the old template, and when, by whom and with which ground they are asked."""
    line = [stage for stage in old.stages if nature(stage) == (False, None)]
    opened = st.builds(_opened, placed(old), st.sampled_from(line))
    return st.builds(
        lambda record, pause, by, ground: Deal(record, {"at": _when(record, pause), "by": by, "ground": ground}),
        st.one_of(opened, opened, placed(old)),
        pauses,
        st.just(BOSS) | actors,
        st.just("ok") | grounds,
    )


Answer = tuple[bool, Any]


def answers(old: Template, new: Template, deal: Deal) -> Iterator[tuple[Answer, Answer]]:
    """Yield what both templates answer a deal that was carried over as it is: on every move, and on an update."""
    if known_as(old, new, old.stage(deal.record.stage)) is None or old.record.kind != new.record.kind:
        return
    carried = deal.record.model_copy(update={"template": new.ref})
    for stage in old.stages:
        before, after = old.check(deal.record, to=stage.id, **deal.more), new.check(carried, to=stage.id, **deal.more)
        yield (bool(before), before.kind), (bool(after), after.kind)
    yield (_updates(old, deal.record, deal), "updated"), (_updates(new, carried, deal), "updated")


def _updates(template: Template, record: Any, deal: Deal) -> bool:
    try:
        template.update(record, {"name": "x"}, at=deal.more["at"])
    except MoveRefused:
        return False
    return True


def answers_alike(old: Template, new: Template, deal: Deal) -> bool:
    """Where no deal in flight is met, both give it the same answers."""
    met = diff(old, new).impact not in {"none", "labels", "new_only"}
    return met or all(before == after for before, after in answers(old, new, deal))


MONOTONE = {"rule_tightened": (1, 0), "rule_loosened": (0, 1)}
"""Whether whatever the old template refuses the new one does too, and the other way round."""


def asks_as_told(old: Template, new: Template, deal: Deal) -> bool:
    """Where all that decides is tighter nothing new is allowed, and where it is looser nothing new is refused."""
    codes = {each.code for each in diff(old, new).at_least("new_only")}
    no_more, no_less = MONOTONE[min(codes)] if len(codes) == 1 and codes <= MONOTONE.keys() else (0, 0)
    return all(
        not (no_more and after and not before) and not (no_less and before and not after)
        for (before, _), (after, _) in answers(old, new, deal)
    )


@settings(max_examples=300)
@given(both=evolved(most=2), data=st.data())
def test_where_no_deal_in_flight_is_met_both_give_it_the_same_answers(both: Both, data: st.DataObject) -> None:
    event(diff(*both).impact)
    assert answers_alike(*both, data.draw(deals(both[0])))


@settings(max_examples=300)
@given(both=evolved(most=2), data=st.data())
def test_what_asks_more_allows_nothing_new_and_what_asks_less_refuses_nothing_new(
    both: Both, data: st.DataObject
) -> None:
    assert asks_as_told(*both, data.draw(deals(both[0])))


@given(both=evolved())
def test_a_way_is_told_once_by_its_cause(both: Both) -> None:
    told = Counter(tuple(way) for each in diff(*both) for ways in each.params.get("ways", {}).values() for way in ways)
    assert [way for way, times in told.items() if times > 1] == []
