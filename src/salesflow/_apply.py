"""Application: what a record is after an update, and after a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, PydanticUserError, TypeAdapter, ValidationError
from pydantic_core import to_json

from salesflow._compile import Table
from salesflow._nearest import nearest
from salesflow._phrases import phrase
from salesflow.history import Change
from salesflow.money import Money, is_exact
from salesflow.qualification import Qualification
from salesflow.records import RESERVED, LossReport, Objection, Offer, Record
from salesflow.values import FrozenMap, freeze, is_mapping, said_by, shown, thaw
from salesflow.verdict import Refusal, refusal

R = TypeVar("R", bound=Record)


@lru_cache(maxsize=4096)
def _adapter(cls: type[Record], field: str) -> TypeAdapter[Any]:
    info = cls.model_fields[field]
    annotated: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(annotated, config=cls.model_config)
    except PydanticUserError:
        # a model of its own goes by its own configuration
        adapter = TypeAdapter(annotated)
    return adapter


_OURS = frozenset({LossReport, Money, Offer, Qualification})
"""Values that pydantic takes as they are, money that is exact among them."""


@lru_cache(maxsize=4096)
def _taken_as_they_are(cls: type[Record], field: str) -> frozenset[type]:
    """Return the classes of values that a field takes as they are."""
    info = cls.model_fields[field]
    return frozenset() if info.metadata else _OURS.intersection(get_args(info.annotation) or (info.annotation,))


@lru_cache(maxsize=1024)
def validates_itself(cls: type[Record]) -> bool:
    """Tell whether a class has validators of its own, which must hold after every move."""
    own = cls.__pydantic_decorators__
    return bool(own.field_validators or own.model_validators or own.validators or own.root_validators) or (
        cls.model_post_init is not BaseModel.model_post_init
    )


def first_error(error: Exception) -> str:
    """Return what is wrong, of pydantic's errors the first with its place."""
    if not isinstance(error, ValidationError):
        return said_by(error)
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return said_at(first["msg"], first["loc"])


def read_update(record: Record, update: object) -> tuple[dict[str, Any], list[Refusal]]:
    """Validate an update: the values by field, and a refusal for each field that cannot be set. Never raises."""
    try:
        raw: dict[Any, Any] | None = dict(update) if is_mapping(update) else None
    except Exception as error:  # noqa: BLE001 - a stranger's mapping may raise anything
        return {}, [refusal("update.invalid", "update", error=first_error(error))]
    if raw is None:
        wanted = phrase("sent.fields", type=type(update).__name__)
        return {}, [refusal("update.invalid", "update", error=wanted)]
    cls = type(record)
    fields = cls.model_fields
    fit = {name: value for name, value in raw.items() if name in fields and name not in RESERVED}
    unfit = [] if len(fit) == len(raw) else [why for name in raw if (why := unsettable(cls, name))]
    read = _read_whole if validates_itself(type(record)) else _read_fields
    values, refusals = read(record, fit)
    cut = [why for name in values if (why := _cut(record, name, values[name]))]
    return values, [*unfit, *refusals, *cut]


def unsettable(cls: type[Record], name: object) -> Refusal | None:
    """Say why nobody but a template sets a field of that name, or that there is none."""
    fields = cls.model_fields
    if not isinstance(name, str) or name not in fields:
        near = nearest(name, fields) if isinstance(name, str) else None
        more = {"why": "near", "near": near} if near else {}
        return refusal("update.unknown", shown(name), **more)
    return refusal("update.reserved", name) if name in RESERVED else None


def _read_fields(record: Record, raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Refusal]]:
    values: dict[str, Any] = {}
    refusals: list[Refusal] = []
    cls = type(record)
    for name, value in raw.items():
        try:
            sound = type(value) in _taken_as_they_are(cls, name) and (type(value) is not Money or is_exact(value))
            values[name] = value if sound else _adapter(cls, name).validate_python(value)
        except Exception as error:  # noqa: BLE001 - a host's validator may raise anything; a check never does
            refusals.append(refusal("update.invalid", name, error=first_error(error)))
    return values, refusals


def _read_whole(record: Record, raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Refusal]]:
    """Let the class's own validators read the update: what they make of it is what is set."""
    try:
        made = validated({**dict(record), **raw}, type(record))
    except ValidationError as error:
        return {}, [_whose(each, record, raw) for each in error.errors(include_url=False, include_input=False)]
    except Exception as error:  # noqa: BLE001 - a host's validator may raise anything; a check never does
        return {}, [refusal("record.broken", error=first_error(error))]
    return {name: getattr(made, name) for name in raw}, []


def _whose(error: Any, record: Record, raw: Mapping[str, Any]) -> Refusal:
    """Lay an error at the door of the field that was set, or of the record as a whole."""
    first, *deeper = error["loc"] or ("",)
    fields = type(record).model_fields
    name = next((each for each in raw if first in (each, fields[each].alias, fields[each].validation_alias)), None)
    if name is None:
        return refusal("record.broken", error=said_at(error["msg"], error["loc"]))
    return refusal("update.invalid", name, error=said_at(error["msg"], deeper))


def said_at(words: str, place: Iterable[object]) -> str:
    """Return what pydantic says of a value, with the place inside of it."""
    where = shown(".".join(shown(part) for part in place))
    said = words.removeprefix("Value error, ")[:400]
    return f"{said} @ {where}" if where else said


def validated(fields: Mapping[str, Any], cls: type[R]) -> R:
    """Return a record made anew by its class, with all of its validators. Raises what they raise."""
    own = {name: value for name, value in fields.items() if name in cls.model_fields}
    return cls.model_validate(own, by_alias=True, by_name=True)


def _cut(record: Record, name: str, now: Any) -> Refusal | None:
    before = getattr(record, name)
    if name == _ONCE.get(record.kind) and before is not None and before != now:
        return refusal("update.cut", name, why="link", was=shown(before))
    return None if _kept(name, before, now) else refusal("update.cut", name)


_ONCE = {"lead": "opportunity"}
"""Set once and never again, by the kind of record: a lead is converted once only."""


def _kept(name: str, before: Any, now: Any) -> bool:
    """Tell whether nothing that was on record is gone, where a field is added to and never cut."""
    if name == "qualification":
        before, now = before.answers, now.answers
    elif name not in _GROWING:
        return True
    return len(now) >= len(before) and all(map(_same_or_resolved, before, now))


_GROWING = frozenset({"activities", "objections", "approvals"})
"""Added to and never cut, as the answers are, so that a past move can be judged by what was known then."""


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
        {
            name: freeze(_adapter(cls, name).dump_python(value, mode="json", by_alias=False))
            for name, value in values.items()
        }
    )


def snapshot(record: Record) -> FrozenMap[Any]:
    """Return every field of a record that is not at its default, in JSON form: what a history starts from."""
    fields = type(record).model_fields
    own = {name: getattr(record, name) for name in fields if name not in RESERVED}
    return as_json(record, {name: value for name, value in own.items() if value != fields[name].default})


def changed(before: Record, now: Record) -> set[str]:
    """Name the fields in which two records of one class differ."""
    return {name for name in type(now).model_fields if getattr(before, name) != getattr(now, name)}


def from_json(cls: type[Record], name: str, value: Any) -> Any:
    """Read a field back from the JSON form that a change holds. Raises ValueError, and KeyError for no field."""
    return _adapter(cls, name).validate_json(to_json(thaw(value)), by_alias=True, by_name=True)


_slots = vars(BaseModel)
_put_fields, _put_set = _slots["__dict__"].__set__, _slots["__pydantic_fields_set__"].__set__
_put_extra, _put_private = _slots["__pydantic_extra__"].__set__, _slots["__pydantic_private__"].__set__
"""A frozen model is filled through its slots, as pydantic itself does; by name that takes three times as long."""


def with_values(record: R, values: Mapping[str, Any]) -> R:
    """Return a record with validated values in place of its own."""
    if not values:
        return record
    cls = type(record)
    kept, known = record.__dict__, record.__pydantic_fields_set__
    if len(kept) != len(cls.__pydantic_fields__):
        # a cached_property of a subclass lies among the fields, and would go stale
        kept = {name: kept[name] for name in cls.__pydantic_fields__}
    made = cls.__new__(cls)
    _put_fields(made, {**kept, **values})
    _put_set(made, known if values.keys() <= known else known | values.keys())
    _put_extra(made, _own(record.__pydantic_extra__))
    _put_private(made, _own(record.__pydantic_private__))
    return made


def _own(items: dict[str, Any] | None) -> dict[str, Any] | None:
    """Copy what a class keeps beside its fields, so that one record cannot change another's."""
    return dict(items) if items else items


def dressed(made: R, like: R) -> R:
    """Give a record made anew what its class keeps beside the fields: private attributes, and which were set."""
    object.__setattr__(made, "__pydantic_private__", like.__pydantic_private__)
    object.__setattr__(made, "__pydantic_extra__", like.__pydantic_extra__)
    object.__setattr__(made, "__pydantic_fields_set__", like.__pydantic_fields_set__)
    return made


def after(record: R, change: Change, values: Mapping[str, Any], table: Table) -> R:
    """Return the record as a change leaves it."""
    moved = place(record, change, table)
    moved["template"] = change.template
    # a sum copies a long history once, where an unpacking copies it twice
    moved["history"] = record.history + (change,)  # noqa: RUF005
    return with_values(record, {**values, **moved} if values else moved)


def place(record: Record, change: Change, table: Table) -> dict[str, Any]:
    """Return the fields that say where a record stands once a change has happened."""
    kind, source = change.kind, change.source
    if kind == "updated":
        return {}
    closed = change.target in table.closing
    if kind == "migrated":
        # what closed it, and when, happened under the template before
        since = (record.closed_at or change.at) if closed else None
        return {"stage": change.target, "left": change.set.get("left"), "closed_at": since}
    leaving = None
    if closed or kind == "held":
        leaving = record.left or (None if source in table.names.holds else source)
    moved: dict[str, Any] = {
        "stage": change.target,
        "left": source if kind == "adopted" else leaving,
        "closed_at": change.at if closed else None,
    }
    if kind == "reopened":
        moved["reopenings"] = record.reopenings + 1
    return moved
