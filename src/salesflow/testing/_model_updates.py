"""The model's reading of updates: which fields of a record are facts, and what an update makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from salesflow.records import Record

STANDING = ("stage", "left", "closed_at", "reopenings", "template")
PLACE = (*STANDING, "history", "changes_before")
"""The fields of a record that say where it is; all others are facts."""
NOWHERE = {name: Record.model_fields[name].default for name in PLACE}
"""What those fields hold before a record starts."""
NEVER_SET = ("id", *PLACE)
NEVER_CUT = ("activities", "objections", "approvals")


def updated(facts: Any, update: Any) -> tuple[Any, frozenset[str]]:
    """Return the facts with an update applied, None where it cannot be, and the codes of what is wrong with it."""
    wanted: dict[str, Any] = dict(update or {})
    known = _fields(facts)
    unknown = {"update.unknown" for name in wanted if name not in known}
    reserved = {"update.reserved" for name in wanted if name in NEVER_SET}
    fit = {name: value for name, value in wanted.items() if name in known and name not in NEVER_SET}
    read, wrong = as_read(facts, fit)
    if read is None:
        return None, frozenset(unknown | reserved | wrong)
    now = facts.model_copy(update={name: getattr(read, name) for name in fit})
    cut = {"update.cut"} if _cut(facts, now) else set[str]()
    return now, frozenset(unknown | reserved | cut)


def _fields(facts: Record) -> Mapping[str, Any]:
    return type(facts).model_fields


def as_read(facts: Record, fields: Mapping[str, Any]) -> tuple[Any, set[str]]:
    """Let the record's own class read some fields: what it makes of them, or whether it was a field that it refused."""
    known = _fields(facts)
    names = {told for name in fields for told in (name, known[name].alias, known[name].validation_alias)}
    try:
        return type(facts).model_validate({**dict(facts), **fields}, by_alias=True, by_name=True), set()
    except ValidationError as error:
        blamed = any(each["loc"][:1] and each["loc"][0] in names for each in error.errors())
        return None, {"update.invalid"} if blamed else set()
    except Exception:  # noqa: BLE001 - a host's validator may raise anything
        return None, set()


def _cut(before: Any, now: Any) -> bool:
    pairs = [(getattr(before, name), getattr(now, name)) for name in NEVER_CUT]
    pairs.append((before.qualification.answers, now.qualification.answers))
    return any(len(old) > len(new) or not all(map(_kept, old, new)) for old, new in pairs)


def _kept(old: Any, new: Any) -> bool:
    if old == new:
        return True
    resolves = getattr(old, "resolved_at", "") is None and new.resolved_at is not None
    return resolves and (old.id, old.text, old.raised_at) == (new.id, new.text, new.raised_at)
