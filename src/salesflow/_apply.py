"""Application: what a record is after an update, and after a change."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from salesflow._nearest import nearest
from salesflow.history import Change
from salesflow.qualification import Qualification
from salesflow.records import RESERVED, Objection, Record
from salesflow.values import FrozenMap, freeze, is_listing, is_mapping
from salesflow.verdict import Refusal, refusal

R = TypeVar("R", bound=Record)


@lru_cache(maxsize=4096)
def _adapter(cls: type[Record], field: str) -> TypeAdapter[Any]:
    info = cls.model_fields[field]
    annotated: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    adapter: TypeAdapter[Any] = TypeAdapter(annotated)
    return adapter


@lru_cache(maxsize=1024)
def validates_itself(cls: type[Record]) -> bool:
    """Tell whether a class has validators of its own, which must hold after every move."""
    own = cls.__pydantic_decorators__
    return bool(own.field_validators or own.model_validators or own.validators or own.root_validators) or (
        cls.model_post_init is not BaseModel.model_post_init
    )


def first_error(error: ValidationError) -> str:
    """Return what pydantic found first, with its place."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    said = first["msg"].removeprefix("Value error, ")
    return f"{said} @ {place}" if place else said


def read_update(record: Record, update: object) -> tuple[dict[str, Any], list[Refusal]]:
    """Validate an update: the values by field, and a refusal for each field that cannot be set."""
    if not is_mapping(update):
        return {}, [
            refusal("update.invalid", "update", error=f"fields by name are wanted, not {type(update).__name__}")
        ]
    values: dict[str, Any] = {}
    refusals: list[Refusal] = []
    for name, raw in update.items():
        value, why = _read_field(record, name, raw)
        if why:
            refusals.append(why)
        else:
            values[name] = value
    return values, refusals


def _read_field(record: Record, name: object, raw: object) -> tuple[Any, Refusal | None]:
    cls = type(record)
    if not isinstance(name, str) or name not in cls.model_fields:
        return None, _unknown_field(ascii(name)[:128].strip("'"), cls)
    if name in RESERVED:
        return None, refusal("update.reserved", name)
    try:
        value = _adapter(cls, name).validate_python(raw)
    except ValidationError as error:
        return None, refusal("update.invalid", name, error=first_error(error)[:500])
    if not _only_added(getattr(record, name), value):
        return None, refusal("update.cut", name)
    return value, None


def _unknown_field(shown: str, cls: type[Record]) -> Refusal:
    near = nearest(shown, cls.model_fields)
    return refusal("update.unknown", shown, why="near", near=near) if near else refusal("update.unknown", shown)


def _only_added(before: Any, now: Any) -> bool:
    """Tell whether nothing that was on record is gone. An open objection may be resolved."""
    if isinstance(before, Qualification):
        return isinstance(now, Qualification) and _only_added(before.answers, now.answers)
    if not is_listing(before) or not is_listing(now):
        return True
    return len(now) >= len(before) and all(map(_same_or_resolved, before, now))


def _same_or_resolved(before: Any, now: Any) -> bool:
    if before == now:
        return True
    if not isinstance(before, Objection) or not isinstance(now, Objection) or before.resolved_at:
        return False
    resolved = {"resolved_at": None, "resolution": before.resolution}
    return now.resolved_at is not None and now.model_copy(update=resolved) == before


def as_json(record: Record, values: Mapping[str, Any]) -> FrozenMap[Any]:
    """Return the values of fields in their JSON form, frozen."""
    cls = type(record)
    return FrozenMap(
        {name: freeze(_adapter(cls, name).dump_python(value, mode="json")) for name, value in values.items()}
    )


def snapshot(record: Record) -> FrozenMap[Any]:
    """Return every field of a record that is not at its default, in JSON form: what a history starts from."""
    held = record.model_dump(mode="json", exclude_defaults=True, exclude=set(RESERVED))
    return FrozenMap({name: freeze(value) for name, value in held.items()})


def from_json(cls: type[Record], name: str, value: Any) -> Any:
    """Read a field back from the JSON form that a change holds. Raises ValidationError."""
    return _adapter(cls, name).validate_python(value)


def with_values(record: R, values: Mapping[str, Any]) -> R:
    """Return a record with validated values in place of its own."""
    if not values:
        return record
    cls = type(record)
    kept = record.__dict__
    if len(kept) != len(cls.__pydantic_fields__):
        # a cached_property of a subclass lies among the fields, and would go stale
        kept = {name: kept[name] for name in cls.__pydantic_fields__}
    made = cls.__new__(cls)
    put = object.__setattr__
    put(made, "__dict__", {**kept, **values})
    put(made, "__pydantic_fields_set__", record.__pydantic_fields_set__ | values.keys())
    put(made, "__pydantic_extra__", record.__pydantic_extra__)
    put(made, "__pydantic_private__", record.__pydantic_private__)
    return made


def after(record: R, change: Change, values: Mapping[str, Any], *, closed: bool) -> R:
    """Return the record as a change leaves it; `closed` tells whether the change arrives in a closed stage."""
    place = _place(record, change, closed=closed)
    return with_values(record, {**values, **place, "template": change.template, "history": (*record.history, change)})


def _place(record: Record, change: Change, *, closed: bool) -> dict[str, Any]:
    kind = change.kind
    if kind == "updated":
        return {}
    leaving = (record.left or change.source) if closed or kind == "held" else None
    left = change.source if kind == "adopted" else leaving
    place: dict[str, Any] = {
        "stage": change.target,
        "left": left,
        "closed_at": change.at if closed else None,
    }
    if kind == "reopened":
        place["reopenings"] = record.reopenings + 1
    return place
