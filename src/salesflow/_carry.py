"""Carrying: a new record, made of what is declared to come over from the one before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from salesflow import _apply
from salesflow._fields import has_path, paths_of
from salesflow._nearest import nearest
from salesflow._phrases import Phrase, phrase
from salesflow._sight import UNREADABLE, has_value, reader
from salesflow.records import RESERVED, Record
from salesflow.values import is_mapping, shown
from salesflow.verdict import Refusal, refusal

R = TypeVar("R", bound=Record)


def carried_over(
    cls: type[R], source: Record, carry: object, update: object, *, plain: Mapping[str, Any], links: Mapping[str, Any]
) -> tuple[R | None, list[Refusal]]:
    """Make a record of what `carry` takes from `source`, of `update` on top, and of `links`, which nothing replaces.

    `plain` is what holds where neither says otherwise. Returns the record, or None and every reason. Never raises.
    """
    paths, no_ways = _read("carry", carry, lambda target, path: _no_way(cls, type(source), links, target, path))
    given, unfit = _read("update", {} if update is None else update, lambda name, _: _unfit(cls, links, name))
    values = {**plain, **_values(source, paths), **given, **links}
    made, broken = _made(cls, values, set(given), _fields_of(paths))
    refused = [*no_ways, *unfit, *broken]
    return (None, refused) if refused else (made, [])


def _read(
    what: str, items: object, fault: Callable[[Any, Any], Refusal | None]
) -> tuple[dict[str, Any], list[Refusal]]:
    """Split what a caller sent into the items that are fit, and why the others are not."""
    try:
        raw: dict[Any, Any] | None = dict(items) if is_mapping(items) else None
    except Exception as error:  # noqa: BLE001 - a stranger's mapping may raise anything
        return {}, [_unread(what, _apply.first_error(error))]
    if raw is None:
        return {}, [_unread(what, phrase("sent.mapping", type=type(items).__name__))]
    faults = {name: why for name, value in raw.items() if (why := fault(name, value))}
    return {name: value for name, value in raw.items() if name not in faults}, list(faults.values())


def _unread(what: str, error: Phrase) -> Refusal:
    variant = {"why": "mapping"} if what == "carry" else {}
    return refusal(f"{what}.invalid", what, error=error, **variant)


def _unfit(cls: type[Record], links: Mapping[str, Any], name: object) -> Refusal | None:
    linked = isinstance(name, str) and name in links and name not in RESERVED
    return refusal("update.reserved", shown(name), why="link") if linked else _apply.unsettable(cls, name)


def _no_way(
    cls: type[Record], source: type[Record], links: Mapping[str, Any], target: object, path: object
) -> Refusal | None:
    """Say why a field cannot be carried from a path: no such field, one that is not the caller's, no such path."""
    if not isinstance(target, str) or not _settable(cls, target):
        return _no_field("carry.unknown", target, cls.model_fields)
    if target in RESERVED or target in links:
        return refusal("carry.reserved", target)
    if not isinstance(path, str) or not _readable(source, path):
        return _no_field("carry.source", path, paths_of(source))
    return None


def _settable(cls: type[Record], target: str) -> bool:
    first, _, rest = target.partition(".")
    return target in cls.model_fields or (first == "fields" and bool(rest))


def _readable(source: type[Record], path: str) -> bool:
    # as long as a rule's path may be: a class that holds itself would be asked for ever deeper
    return len(path) <= 128 and all(path.split(".")) and has_path(source, path)


def _no_field(code: str, name: object, known: Iterable[str]) -> Refusal:
    near = nearest(name, known) if isinstance(name, str) else None
    more = {"why": "near", "near": near} if near else {}
    return refusal(code, shown(name), **more)


def _values(source: Record, paths: Mapping[str, str]) -> dict[str, Any]:
    """Read what is carried over; a path without a value gives nothing."""
    fields = frozenset(type(source).model_fields)
    read = {target: reader(path, fields)(source) for target, path in paths.items()}
    return _gathered({target: value for target, value in read.items() if value is not UNREADABLE and has_value(value)})


def _gathered(values: dict[str, Any]) -> dict[str, Any]:
    """Put what goes to `fields.name` into `fields`, beside what is carried there as a whole."""
    free = {target.partition(".")[2]: value for target, value in values.items() if "." in target}
    whole = values.get("fields", {})
    plain = {target: value for target, value in values.items() if "." not in target}
    return {**plain, "fields": {**whole, **free}} if free and is_mapping(whole) else plain


def _fields_of(paths: Iterable[str]) -> set[str]:
    return {target.partition(".")[0] for target in paths}


def _made(
    cls: type[R], values: Mapping[str, Any], given: set[str], carried: set[str]
) -> tuple[R | None, list[Refusal]]:
    try:
        return _apply.validated(values, cls), []
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False, include_context=False)
        return None, [_blamed(each, cls, given, carried) for each in told]
    except Exception as error:  # noqa: BLE001 - a host's validator may raise anything
        return None, [refusal("record.broken", error=_apply.first_error(error))]


def _blamed(error: Any, cls: type[Record], given: set[str], carried: set[str]) -> Refusal:
    """Lay an error at the door of who gave the value: the update, what is carried, or nobody."""
    first, *deeper = error["loc"] or ("",)
    named = cls.model_fields.items()
    name = next((each for each, field in named if first in (each, field.alias, field.validation_alias)), "")
    said = _apply.said_at(error["msg"], deeper)
    if error["type"] == "missing" and name and not deeper:
        return refusal("carry.missing", name, missing=(name,))
    if name in given:
        return refusal("update.invalid", name, error=said)
    if name in carried:
        return refusal("carry.invalid", name, error=said)
    return refusal("record.broken", error=_apply.said_at(error["msg"], error["loc"]))
