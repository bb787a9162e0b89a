"""Fields: which dotted paths a record class has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from salesflow.values import FrozenMap


def has_path(cls: type[BaseModel], path: str) -> bool:
    """Tell whether a class has a field at a dotted path; whatever lies inside a mapping counts.

    >>> from salesflow.records import Opportunity
    >>> has_path(Opportunity, "loss.reason"), has_path(Opportunity, "loss.raisin")
    (True, False)
    """
    first, _, rest = path.partition(".")
    field = cls.model_fields.get(first)
    if field is None:
        return False
    return not rest or any(_inside(each, rest) for each in _alternatives(field.annotation))


def paths_of(cls: type[BaseModel]) -> list[str]:
    """Return the fields of a class, and those one level inside, as somebody may have meant them."""
    inside = (
        f"{name}.{deeper}"
        for name, field in cls.model_fields.items()
        for part in _alternatives(field.annotation)
        if issubclass(part, BaseModel)
        for deeper in part.model_fields
    )
    return [*cls.model_fields, *inside]


def _alternatives(annotation: Any) -> list[Any]:
    if isinstance(annotation, type) and not get_args(annotation):
        return [annotation]
    origin = get_origin(annotation)
    if origin in {tuple, list, set, frozenset}:
        # a rule reads one field, not one in each of many
        return []
    if isinstance(origin, type) and issubclass(origin, Mapping | FrozenMap):
        return [origin]
    return [each for part in get_args(annotation) for each in _alternatives(part)]


def _inside(cls: type, rest: str) -> bool:
    if issubclass(cls, Mapping):
        return True
    return issubclass(cls, BaseModel) and has_path(cls, rest)
