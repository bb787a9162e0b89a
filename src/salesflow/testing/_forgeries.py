"""Forgeries: legal histories with one thing in them that is not as it was, and what an audit must find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

from salesflow import StageTemplate
from salesflow.history import Kind

Forged = tuple[Any, frozenset[str]]
"""A record, and the codes of which an audit must find one."""
Forgery = Callable[[StageTemplate[Any], Any], Iterator[Forged]]


def edited(record: Any, place: int, **fields: Any) -> Any:
    """Return a record of which one change is another."""
    changes = list(record.history)
    changes[place] = replace(changes[place], **fields)
    return record.model_copy(update={"history": tuple(changes)})


def without(record: Any, place: int) -> Any:
    """Return a record of which one change is gone."""
    return record.model_copy(update={"history": (*record.history[:place], *record.history[place + 1 :])})


def _others(template: StageTemplate[Any], stage: str | None) -> list[str]:
    return [*(each.id for each in template.stages if stage not in {each.id, *each.aliases}), "nowhere at all"]


def _places(record: Any, *, first: int = 0, but: tuple[str, ...] = ()) -> list[int]:
    return [place for place in range(first, len(record.history)) if record.history[place].kind not in but]


def number(template: StageTemplate[Any], record: Any) -> Iterator[Forged]:
    """Number a change otherwise."""
    for place in _places(record):
        yield edited(record, place, number=record.history[place].number + 1 + place), frozenset({"number_gap"})


def forgotten(template: StageTemplate[Any], record: Any) -> Iterator[Forged]:
    """Forget a change."""
    for place in _places(record):
        last = place == len(record.history) - 1
        if not last or record.history[place].kind != "updated":
            yield without(record, place), frozenset({"wrong_end"} if last else {"number_gap"})


def source(template: StageTemplate[Any], record: Any) -> Iterator[Forged]:
    """Leave another stage than the one that was arrived at."""
    for place in _places(record, first=1):
        for stage in _others(template, record.history[place].source):
            yield edited(record, place, source=stage), frozenset({"gap"})


def target(template: StageTemplate[Any], record: Any) -> Iterator[Forged]:
    """Arrive at another stage than the one that is left next."""
    for place in _places(record, but=("updated", "adopted")):
        last = place == len(record.history) - 1
        for stage in _others(template, record.history[place].target):
            yield edited(record, place, target=stage), frozenset({"wrong_end"} if last else {"gap", "wrong_end"})


def time(template: StageTemplate[Any], record: Any) -> Iterator[Forged]:
    """Go back in time."""
    for place in _places(record, first=1):
        at = record.history[place - 1].at - timedelta(microseconds=1)
        yield edited(record, place, at=at), frozenset({"time_back"})


def kind(template: StageTemplate[Any], record: Any) -> Iterator[Forged]:
    """Call a change by another kind."""
    entering = {"started", "adopted"}
    for place in _places(record):
        was = record.history[place].kind
        for now in get_args(Kind):
            if now != was and not (place == 0 and {now, was} == entering):
                yield edited(record, place, kind=now), frozenset({_misnamed(was, now, place)})


def _misnamed(was: str, now: str, place: int) -> str:
    if (now in {"started", "adopted"}) != (place == 0):
        return "wrong_start"
    return "repeated_stage" if was == "updated" and now != "migrated" else "wrong_kind"


def start(template: StageTemplate[Any], record: Any) -> Iterator[Forged]:
    """Begin in the middle."""
    if len(record.history) > 1:
        yield without(record, 0), frozenset({"wrong_start"})


def end(template: StageTemplate[Any], record: Any) -> Iterator[Forged]:
    """Stand elsewhere than the history ends."""
    for stage in _others(template, record.stage) if record.history else ():
        yield record.model_copy(update={"stage": stage}), frozenset({"wrong_end"})


FORGERIES: tuple[Forgery, ...] = (number, forgotten, source, target, time, kind, start, end)
