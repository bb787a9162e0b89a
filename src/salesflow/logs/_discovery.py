"""Discovery: a template that is proposed for a log, with everything that the log does not settle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import Any, NamedTuple, NoReturn

from salesflow._cells import BadCell, name_cell, time_cell, zone_of
from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._pipeline import Pipeline, StageRow, Tree, as_template
from salesflow.crm._reading import Note, Reading, Report, parted, summed
from salesflow.eventlog import audit_log
from salesflow.logs._cells import listed
from salesflow.logs._outcomes import hold, outcome
from salesflow.logs._precedence import in_order
from salesflow.template import MAX_STAGES, StageTemplate

USUAL = 0.05
"""From which share of the ways out of a stage on a move is proposed as allowed, and not as an exception."""


def discovered(  # noqa: PLR0913 - one argument a column
    rows: Iterable[Mapping[str, Any]],
    *,
    deal: str,
    stage: str,
    at: str,
    source: str | None = None,
    by: str | None = None,
    ground: str | None = None,
    created: str | None = None,
    zone: str | tzinfo | None = None,
    id: str = "discovered",
    version: str = "1",
) -> Reading[StageTemplate[Any]]:
    """Propose a template for a log; the columns are those of `audit_log`.

    Stages stand in the order in which deals come to them first, and are closed or on hold by their names. Ways that
    5 % or more of those out of a stage take are allowed; rarer ones against the order are not. The report holds each
    move seen with its share (`discovery.move`), what is assumed, and what is unsure: above all the findings that the
    log itself has under the template (`discovery.finding`). Raises ValueError for an unknown zone, and LoadError for
    rows that are no log.
    """
    use = {"source": source, "by": by, "ground": ground, "created": created}
    columns: dict[str, Any] = {"deal": deal, "stage": stage, "at": at}
    columns |= {name: column for name, column in use.items() if column}
    local = zone_of(zone)
    try:
        nodes = listed(rows, columns.values())
        seen, unread = _looked_at(nodes, columns, local)
    except BadField as bad:
        raise refused("the log", bad) from None
    (template,), notes = parted(as_template(_pipeline(seen, id), version=version))
    audit = audit_log(template, [node.value for node in nodes], **columns, zone=zone)
    told = (*summed([*unread, *notes]), *_doubts(seen), *_moves(seen), *_findings(audit))
    return Reading((template,), Report(rows=len(nodes), notes=told))


def _looked_at(nodes: list[Node], columns: Mapping[str, str], zone: tzinfo | None) -> tuple[_Seen, list[Note]]:
    """Return what rows show, and what was left out of them. Raises BadField where no template can be made of it."""
    steps, unread = parted(each for node in nodes for each in _step(node, columns, zone))
    number = len({each.stage for each in steps})
    if number > MAX_STAGES:
        _bad("payload.shape", f"{number:,} stages are more than the {MAX_STAGES} of a template")
    seen = _seen(steps)
    if not seen.order:
        why = unread[0].text if unread else "there is none"
        _bad("payload.missing", f"no row can be read: {why}")
    return seen, unread


def _bad(code: str, text: str) -> NoReturn:
    Node(None, ("rows",)).bad(code, text)


# -- what the log shows -------------------------------------------------------------------------------------


class _Step(NamedTuple):
    """A deal came to a stage."""

    deal: tuple[str, str]
    at: datetime
    stage: str
    source: str | None


def _step(node: Node, columns: Mapping[str, str], zone: tzinfo | None) -> Iterator[_Step | Note]:
    row = node.value
    try:
        deal, stage = name_cell(row, columns["deal"]), name_cell(row, columns["stage"])
        created = name_cell(row, columns["created"]) if "created" in columns else ""
        source = name_cell(row, columns["source"]) if "source" in columns else None
        at = time_cell(row, columns["at"], zone)
    except BadCell as bad:
        yield Note(code="row.unreadable", kind="dropped", place=node.place, text=bad.detail)
        return
    if deal and stage:
        yield _Step((deal, created), at, stage, source)
    elif not (deal and created):
        yield Note(code="row.unreadable", kind="dropped", place=node.place, text="the row names no deal or no stage")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a log shows of its stages."""

    order: tuple[str, ...]
    """The stages where deals are in play."""
    unsure: tuple[tuple[str, ...], ...]
    closed: tuple[str, ...]
    holds: tuple[str, ...]
    starts: Counter[str]
    ends: Counter[str]
    moves: Counter[tuple[str, str]]

    @property
    def leaving(self) -> Counter[str]:
        """How often each stage was left."""
        left: Counter[str] = Counter()
        for (source, _), number in self.moves.items():
            left[source] += number
        return left


def _seen(steps: list[_Step]) -> _Seen:
    deals: dict[tuple[str, str], list[_Step]] = {}
    for step in steps:
        deals.setdefault(step.deal, []).append(step)
    names = dict.fromkeys(sorted(name for step in steps for name in (step.source, step.stage) if name))
    closed = tuple(name for name in names if outcome(name))
    holds = tuple(name for name in names if hold(name))
    if len(closed) + len(holds) == len(names):
        closed, holds = (), ()
    order, unsure = in_order(_firsts(several, {*closed, *holds}) for several in deals.values())
    rank = {name: place for place, name in enumerate((*order, *holds, *closed))}
    starts, ends, moves = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    for several in deals.values():
        walked = sorted(set(several), key=lambda step: (step.at, rank[step.stage]))
        starts[walked[0].source or walked[0].stage] += 1
        ends[walked[-1].stage] += 1
        moves.update(_walked(walked))
    return _Seen(tuple(order), tuple(unsure), closed, holds, starts, ends, moves)


def _firsts(steps: list[_Step], apart: set[str]) -> dict[str, datetime]:
    """Return when a deal came to each stage in play first; one that it left before all others is before them."""
    first: dict[str, datetime] = {}
    for step in sorted(steps, key=lambda step: step.at):
        if step.source and not first:
            first[step.source] = datetime.min.replace(tzinfo=step.at.tzinfo)
        first.setdefault(step.stage, step.at)
    for step in steps:
        if step.source:
            first.setdefault(step.source, step.at)
    return {stage: at for stage, at in first.items() if stage not in apart}


def _walked(steps: list[_Step]) -> Iterator[tuple[str, str]]:
    if steps[0].source:
        yield steps[0].source, steps[0].stage
    for before, step in pairwise(steps):
        yield step.source or before.stage, step.stage


# -- the template -------------------------------------------------------------------------------------------


def _pipeline(seen: _Seen, id: str) -> Pipeline:
    names = (*seen.order, *seen.holds, *sorted(seen.closed, key=lambda name: (outcome(name) != "won", name)))
    rows = (
        StageRow(
            name,
            "",
            place,
            outcome=outcome(name) if name in seen.closed else None,
            hold=name in seen.holds,
        )
        for place, name in enumerate(names)
    )
    return Pipeline(id, id, tuple(rows), policy=_policy(seen), moves=tuple(_declared(seen)))


def _policy(seen: _Seen) -> Tree:
    number = seen.starts.total()
    usual = tuple(name for name in seen.order if seen.starts[name] / number >= USUAL)
    starts = usual or tuple(sorted(seen.order, key=lambda name: -seen.starts[name])[:1])
    reopened = tuple(
        name
        for name in seen.closed
        if outcome(name) == "lost" or any(_share(seen, name, to) >= USUAL for to in seen.order)
    )
    return {"start_at": starts, "reopen_from": reopened}


def _share(seen: _Seen, source: str, target: str) -> float:
    return seen.moves[source, target] / (seen.leaving[source] or 1)


def _declared(seen: _Seen) -> Iterator[Tree]:
    """Declare the moves that are usual and do not follow from the order: those that skip, go back, or win early."""
    for target in (*seen.order, *(name for name in seen.closed if outcome(name) == "won")):
        sources = tuple(
            source
            for source in seen.order
            if _share(seen, source, target) >= USUAL and not _follows(seen, source, target)
        )
        if sources:
            yield {"sources": sources, "target": target}


def _follows(seen: _Seen, source: str, target: str) -> bool:
    place = seen.order.index(source)
    return (
        source == target
        or target in seen.order[place + 1 : place + 2]
        or (target not in seen.order and source == seen.order[-1])
    )


# -- the report ---------------------------------------------------------------------------------------------


def _doubts(seen: _Seen) -> Iterator[Note]:
    yield from _named(seen)
    for group in seen.unsure:
        text = f"the log does not settle the order of {', '.join(map(repr, group))}"
        yield Note(code="discovery.order", kind="odd", text=text)
    number = seen.starts.total()
    for name, often in _often(seen.starts):
        text = f"{often:,} of {number:,} deals ({_percent(often, number)}) begin in {name!r}"
        yield Note(code="discovery.start", kind="assumed", place=name, text=text)


def _named(seen: _Seen) -> Iterator[Note]:
    for name in (*seen.closed, *seen.holds):
        text = f"{name!r} is {outcome(name) or 'a hold'}, by its name"
        yield Note(code="discovery.outcome", kind="assumed", place=name, text=text)
    for wanted in ("won", "lost"):
        if wanted not in map(outcome, seen.closed):
            ends = ", ".join(f"{name!r} {number:,}" for name, number in _often(seen.ends)[:5])
            text = f"no stage is {wanted} by its name; deals end in {ends}"
            yield Note(code="discovery.outcome", kind="odd", text=text)


def _often(counted: Counter[Any]) -> list[tuple[Any, int]]:
    """Return what was counted, the most frequent first, whatever the order of the rows."""
    return sorted(counted.items(), key=lambda each: (-each[1], each[0]))


def _percent(part: int, whole: int) -> str:
    """Return a share in percent: 100 % means all, and what is left is never none."""
    rounded = f"{part / whole:.0%}"
    return {"100%": "99%", "0%": "under 1%"}.get(rounded, rounded) if part < whole else rounded


def _moves(seen: _Seen) -> Iterator[Note]:
    leaving = seen.leaving
    for (source, target), often in _often(seen.moves):
        share = f"{often:,} of {leaving[source]:,} ({_percent(often, leaving[source])})"
        text = f"{source!r} to {target!r}: {share} of those that leave it"
        yield Note(code="discovery.move", kind="assumed", place=f"{source} → {target}", text=text)


def _findings(findings: Iterable[Any]) -> Iterator[Note]:
    found: Counter[tuple[str, str, str]] = Counter()
    for each in findings:
        found[each.code, each.source or "", each.target or ""] += 1
    for (code, source, target), often in _often(found):
        text = f"the log itself is not clean under this template: {code}"
        place = " → ".join(name for name in (source, target) if name)
        yield Note(code="discovery.finding", kind="odd", place=place, text=text, count=often)
