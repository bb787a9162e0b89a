"""Templates compared as wholes: what they are called, what they move, what they qualify by, and where they lead."""

from __future__ import annotations

from collections.abc import Iterator

from salesflow._compared._labels import relabelled
from salesflow._compared._pairs import Pairs, Template, every_rule
from salesflow._difference import Difference, Impact, difference
from salesflow._phrases import Phrase, names, phrase
from salesflow._reach import dead_ends, unreached, ways
from salesflow.qualification import Criterion
from salesflow.rules import Qualified


def head(pairs: Pairs) -> Iterator[Difference]:
    """Yield what is another in the names and the kind of a template."""
    old, new = pairs.old, pairs.new
    for name in ("id", "version"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield difference(f"{name}_changed", name, "none", old=before, new=after)
    if old.record.kind != new.record.kind:
        kinds = {"old": phrase(f"kind.{old.record.kind}"), "new": phrase(f"kind.{new.record.kind}")}
        yield difference("record_changed", "record", "breaking", **kinds)
    yield from relabelled("template_relabelled", "", old, new)
    if old.description != new.description:
        yield difference("template_described", "description", "labels")


# -- the framework ------------------------------------------------------------------------------------------


def framework(pairs: Pairs) -> Iterator[Difference]:
    """Yield what is another in the framework; a criterion counts in flight where some rule asks for it."""
    old, new = pairs.old.framework, pairs.new.framework
    if old.id != new.id:
        yield difference("framework_renamed", "framework.id", "labels", old=old.id, new=new.id)
    for place, criterion in enumerate(new.criteria):
        before = old.criterion(criterion.id)
        path = f"framework.criteria[{place}]"
        if before is None:
            yield difference("criterion_added", path, "new_only", name=criterion.id)
        else:
            yield from _criterion(pairs, path, before, criterion)
    for place, criterion in enumerate(old.criteria):
        if new.criterion(criterion.id) is None:
            yield difference("criterion_removed", f"framework.criteria[{place}]", "new_only", name=criterion.id)


def _criterion(pairs: Pairs, path: str, old: Criterion, new: Criterion) -> Iterator[Difference]:
    if set(old.ways) != set(new.ways):
        asked = any(_asks(template, new.id) for template in (pairs.old, pairs.new))
        impact: Impact = "in_flight" if asked else "new_only"
        told = {"old": _ways(old), "new": _ways(new)}
        yield difference("criterion_ways_changed", f"{path}.ways", impact, name=new.id, **told)
    if old.model_copy(update={"ways": new.ways}) != new:
        yield difference("criterion_relabelled", path, "labels", name=new.id)


def _ways(criterion: Criterion) -> Phrase:
    return names(criterion.ways) if criterion.ways else phrase("difference.anything")


def _asks(template: Template, criterion: str) -> bool:
    return any(isinstance(each, Qualified) and criterion in each.criteria for each in every_rule(template))


# -- where it leads -----------------------------------------------------------------------------------------


def graph(pairs: Pairs) -> Iterator[Difference]:
    """Yield the stages that are cut off, and those from which no outcome can be reached, as they were not before."""
    old_ways, new_ways = ways(pairs.old), ways(pairs.new)
    lonely, stuck = unreached(pairs.old, old_ways), dead_ends(pairs.old, old_ways)
    places = {stage.id: place for place, stage in enumerate(pairs.new.stages)}
    for id in unreached(pairs.new, new_ways):
        if pairs.was.get(id) not in lonely:
            yield difference("stage_cut_off", f"stages[{places[id]}]", "new_only", name=id)
    for id in dead_ends(pairs.new, new_ways):
        was = pairs.was.get(id)
        if was not in stuck:
            left = was is not None and pairs.old.stage(was).open
            yield difference("dead_end", f"stages[{places[id]}]", "breaking" if left else "in_flight", name=id)
