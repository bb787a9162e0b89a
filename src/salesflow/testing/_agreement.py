"""Agreement: what a CRM tells of a deal beside what the template and the model expect of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import zip_longest
from typing import Any

from pydantic import ValidationError

from salesflow.history import Change
from salesflow.records import Record
from salesflow.testing._books import GROUND, Difference, Expected, Standing, canonical, moves_of
from salesflow.testing._model import every_key
from salesflow.testing._system import Ask, Reasons, Seen
from salesflow.values import is_listing, is_mapping

Template = Any


# -- the answer ---------------------------------------------------------------------------------------------


def answer_differs(template: Template, expected: Expected, came: Reasons, *, told: bool) -> Iterator[Difference]:
    """Yield what is wrong with the answer to a request; `told` where the CRM tells its reasons."""
    if expected.after is not None:
        if came is not None:
            yield Difference("the answer", "done", answer_told(came))
        return
    reasons = expected.reasons
    wanted = f"refused: {', '.join(sorted(reasons))}" if reasons else "refused"
    if came is None:
        yield Difference("the answer", wanted, "done")
    elif told and not came:
        yield Difference("the answer", wanted, "refused without a reason")
    elif told and reasons is not None and frozenset(came) & (every_key(template) | {GROUND}) != reasons:
        yield Difference("the answer", wanted, answer_told(came))


def answer_told(came: Reasons) -> str:
    """Return an answer as a line of a walk tells it."""
    return "done" if came is None else f"refused: {', '.join(came) or 'no reason told'}"


def options_differ(template: Template, expected: Collection[str], came: Collection[str]) -> Iterator[Difference]:
    """Yield what is wrong with the stages that are offered."""
    offered = {canonical(template, each) for each in came}
    if offered != {*expected}:
        yield Difference("the options", _names(expected), _names(offered))


def _names(stages: Collection[str]) -> str:
    return ", ".join(repr(each) for each in sorted(stages)) or "none"


# -- what is stored -----------------------------------------------------------------------------------------


def seen_differs(standing: Standing, seen: Seen) -> Iterator[Difference]:
    """Yield what is told of a deal and is not so."""
    yield from _stage_differs(standing, seen.stage)
    for name, value in seen.fields.items():
        yield from _field_differs(standing.record, name, value)
    yield from _history_differs(standing, seen.history)


def seen_changed(deal: str, before: Seen, now: Seen) -> Iterator[Difference]:
    """Yield what is told of a deal and was told otherwise, though nobody changed it."""
    for each in fields(Seen):
        was, came = getattr(before, each.name), getattr(now, each.name)
        if was != came:
            yield Difference(f"the {each.name} of {deal!r}", f"as it was: {was!r}", repr(came))


def _stage_differs(standing: Standing, stage: str) -> Iterator[Difference]:
    found = canonical(standing.template, stage)
    if found != standing.record.stage:
        known = found in {each.id for each in standing.template.stages}
        more = "" if known else ", which is no stage of the template"
        yield Difference("the stage", repr(standing.record.stage), f"{stage!r}{more}")


def _field_differs(record: Any, path: str, value: object) -> Iterator[Difference]:
    cls: type[Record] = record.__class__
    if path.partition(".")[0] not in cls.model_fields:
        yield Difference(f"the field {path!r}", f"a field of {cls.__name__}", "none such")
        return
    wanted = _at(record, path)
    if value != wanted and not (_blank(value) and _blank(wanted)):
        read = _read(record, path, value)
        if read != wanted:
            yield Difference(f"the field {path!r}", repr(wanted), read if isinstance(read, str) else repr(read))


def _at(record: Any, path: str) -> Any:
    """Return what stands at a path, which has one dot at most; None where nothing does."""
    name, _, rest = path.partition(".")
    held: Any = getattr(record, name)
    if not rest:
        return held
    return held.get(rest) if is_mapping(held) else getattr(held, rest, None)


def _blank(value: object) -> bool:
    return value is None or value in ("", ())


def _read(record: Any, path: str, value: object) -> Any:
    """Return a value as the record's own class reads it there; where it cannot, how that is told."""
    name, _, rest = path.partition(".")
    held, cls = record.model_dump(mode="json", include={name})[name], record.__class__
    try:
        read: Any = cls.model_validate({**dict(record), name: {**(held or {}), rest: value} if rest else value})
    except ValidationError as error:
        return f"{value!r}, which cannot be read: {error.errors()[0]['msg']}"
    return _at(read, path)


def _history_differs(standing: Standing, rows: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
    with_updates = any(row.get("kind") == "updated" for row in rows)
    changes = standing.record.history if with_updates else moves_of(standing.record.history)
    for number, (change, row) in enumerate(zip_longest(changes, rows), start=1):
        what = f"the history, row {number} of {len(rows)}"
        if change is None:
            yield Difference(what, "no such row", _row(row))
        elif row is None:
            yield Difference(what, _row(_told(change)), "no such row")
        else:
            yield from _row_differs(standing.template, what, change, row)


def _row_differs(template: Template, what: str, change: Change, row: Mapping[str, Any]) -> Iterator[Difference]:
    wanted = _told(change)
    for name, value in row.items():
        if name not in wanted:
            yield Difference(what, f"one of {', '.join(wanted)}", repr(name))
        elif (fault := _PLAIN.get(name, _same)(template, wanted[name], value)) is not None:
            yield Difference(f"{what}: {name}", _shown(wanted[name]), fault)


def _told(change: Change) -> dict[str, Any]:
    """Return a change as a row of a history."""
    return {
        "kind": change.kind,
        "source": change.source,
        "target": change.target,
        "at": change.at,
        "by": change.by.id if change.by else None,
        "ground": change.ground,
        "overrode": change.overrode,
    }


def _row(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_shown(value)}" for name, value in row.items() if value)


def _shown(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else repr(value)


def _same(_: Template, wanted: object, value: object) -> str | None:
    return None if (value or None) == (wanted or None) else _shown(value)


def _same_stage(template: Template, wanted: object, value: Any) -> str | None:
    return None if value is wanted is None or canonical(template, value) == wanted else _shown(value)


def _same_time(_: Template, wanted: Any, value: Any) -> str | None:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if moment.utcoffset() is None:
        return f"{_shown(value)}, which has no zone"
    return None if moment == wanted else _shown(value)


def _same_keys(_: Template, wanted: Any, value: Any) -> str | None:
    return None if sorted(value or ()) == sorted(wanted) else _shown(value)


_PLAIN: dict[str, Callable[[Template, Any, Any], str | None]] = {
    "source": _same_stage,
    "target": _same_stage,
    "at": _same_time,
    "overrode": _same_keys,
}


# -- the walk as it is told ---------------------------------------------------------------------------------


def told(verb: str, ask: Ask, why: str) -> str:
    """Return a request as a line of a walk tells it."""
    parts = [
        f"{verb} {ask.deal}" + (f" {'in' if verb == 'create' else 'to'} {ask.to!r}" if ask.to else ""),
        f"at {ask.at.isoformat()} by {ask.by!r}" + (f" ({', '.join(ask.roles)})" if ask.roles else ""),
        *([f"with {_lean(ask.fields)}"] if ask.fields else []),
        *([f"ground {ask.ground!r}"] if ask.ground else []),
        *([f"override {', '.join(ask.override)}"] if ask.override else []),
        *([why] if why else []),
    ]
    return "; ".join(parts)


def _lean(value: Any) -> Any:
    """Return a value in its JSON form without what is empty within it."""
    if is_mapping(value):
        return {name: _lean(each) for name, each in value.items() if each or each is False or each == 0}
    return [_lean(each) for each in value] if is_listing(value) else value
