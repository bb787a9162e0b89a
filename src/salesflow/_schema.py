"""Schema: the form of a template's file as a JSON Schema, made from the model itself."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from salesflow.moves import Policy
from salesflow.qualification import Framework
from salesflow.records import KINDS
from salesflow.template import StageTemplate
from salesflow.values import is_listing, is_mapping

_END = r"$(?!\n)"
"""How a pattern ends: with `$` alone Python lets a line break follow."""
_DURATION: dict[str, Any] = {
    "type": "string",
    "format": "duration",
    # only the last figure may have a fraction
    "pattern": r"^P(?=..)([0-9]+[YMWD])*([0-9]+[.,][0-9]*[YMWD]T?|T([0-9]+[HMS])*([0-9]+[.,][0-9]*[HMS])?)?" + _END,
}
_AMOUNT: dict[str, Any] = {
    "anyOf": [
        {"type": "number", "exclusiveMinimum": -(10**15), "exclusiveMaximum": 10**15},
        {"type": "string", "pattern": r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)" + _END, "maxLength": 64},
    ]
}
_WHOLE: dict[str, Any] = {"type": "integer", "exclusiveMinimum": -(10**15), "exclusiveMaximum": 10**15}
_UNSAID = frozenset({"title", "gt", "le"})
"""What pydantic says and a schema does not need: names said twice, and bounds that are no words of JSON Schema."""


@cache
def made() -> dict[str, Any]:
    """Make the schema. The one object is shared: change a copy."""
    for default in (Policy, Framework):
        # an older pydantic cannot write the default of a field while the class of that default is not built
        default.model_rebuild()
    model = cast("type[StageTemplate[Any]]", StageTemplate)
    schema: dict[str, Any] = _without_noise(model.model_json_schema())
    properties = {"$schema": {"type": "string"}, **schema["properties"]}
    properties["record"] = {"enum": list(KINDS)}
    for name in ("policy", "framework"):
        properties[name] = {"$ref": properties[name]["$ref"]}
    schema["properties"] = properties
    definitions = schema["$defs"]
    definitions["PythonRule"]["properties"].pop("call")
    definitions["Money"]["properties"] = {
        "amount": _AMOUNT,
        "currency": {"type": "string", "pattern": "^[A-Z]{3}" + _END},
    }
    definitions["Compare"]["properties"]["value"]["anyOf"][2] = _WHOLE
    for each in definitions.values():
        if "rule" in each["properties"]:
            each["required"] = ["rule", *each.get("required", ())]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A salesflow template", **schema}


def _without_noise(value: Any) -> Any:
    if is_listing(value):
        return [_without_noise(each) for each in value]
    if not is_mapping(value):
        return value
    if value.get("format") == "duration":
        return _DURATION
    return {name: _said(name, item) for name, item in value.items() if not _noise(name, item)}


def _noise(name: str, item: Any) -> bool:
    return name in _UNSAID and not isinstance(item, dict)


def _said(name: str, item: Any) -> Any:
    if name == "pattern" and isinstance(item, str):
        return item.removesuffix("$") + _END
    # the first paragraph of a docstring: the others are for readers of Python
    first = name == "description" and isinstance(item, str)
    return item.partition("\n\n")[0].replace("`", "") if first else _without_noise(item)
