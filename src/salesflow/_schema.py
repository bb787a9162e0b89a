"""Schema: the form of a template's file as a JSON Schema, made from the model itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from inspect import cleandoc, getsource
from itertools import pairwise
from textwrap import dedent
from typing import Any, cast, get_args

from pydantic import BaseModel

from salesflow.money import Money
from salesflow.moves import Move, Policy
from salesflow.qualification import Criterion, Framework
from salesflow.records import KINDS
from salesflow.rules import AnyRule
from salesflow.stage import Stage
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

_RULES: dict[str, str] = {each.model_fields["rule"].default: each.__name__ for each in get_args(AnyRule)}
"""The definition of each form of rule, by its word."""
_CLASSES: tuple[type[BaseModel], ...] = (Stage, Move, Policy, Framework, Criterion, Money, *get_args(AnyRule))


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
    for each in _RULES.values():
        definitions[each]["required"] = ["rule", *definitions[each].get("required", ())]
    definitions["Rule"] = _rule()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A salesflow template", **schema}


def _rule() -> dict[str, Any]:
    """Make the form of any rule: its word says of which form it is, so that only that form is held against it."""
    forms = [
        {"if": {"properties": {"rule": {"const": word}}, "required": ["rule"]}, "then": {"$ref": f"#/$defs/{name}"}}
        for word, name in _RULES.items()
    ]
    return {"type": "object", "properties": {"rule": {"enum": list(_RULES)}}, "required": ["rule"], "allOf": forms}


# -- what an editor shows -----------------------------------------------------------------------------------


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """Put what the source says of each field into a schema, for who reads it in an editor."""
    definitions = schema["$defs"]
    for model in _CLASSES:
        of = definitions[model.__name__]
        _describe(of["properties"], {"rule": of["description"], **field_texts(model)})
    _describe(definitions["Rule"]["properties"], {"rule": "Which form of rule it is."})
    _describe(schema["properties"], {"$schema": "Where an editor finds this schema.", **field_texts(StageTemplate)})
    return schema


def _describe(properties: dict[str, Any], texts: dict[str, str]) -> None:
    for name in properties.keys() & texts.keys():
        properties[name]["description"] = texts[name]


def field_texts(model: type[BaseModel]) -> dict[str, str]:
    """Return the text under each field of a model, read from its source; none where that did not come along."""
    try:
        sources = [getsource(each) for each in reversed(model.mro()) if each.__module__.startswith("salesflow.")]
    except OSError:
        return {}
    return {name: text for source in sources for name, text in _texts_in(source)}


def _texts_in(source: str) -> Iterator[tuple[str, str]]:
    body = cast("ast.ClassDef", ast.parse(dedent(source)).body[0]).body
    for field, below in pairwise(body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, " ".join(_plain(cleandoc(text)).split())
            case _:
                pass


def _plain(text: str) -> str:
    """Return the first paragraph of a docstring: the others are for readers of Python."""
    return text.partition("\n\n")[0].replace("`", "")


def _without_noise(value: Any) -> Any:
    if is_listing(value):
        return [_without_noise(each) for each in value]
    if not is_mapping(value):
        return value
    if value.get("format") == "duration":
        return _DURATION
    if "discriminator" in value:
        return {"$ref": "#/$defs/Rule"}
    return {name: _said(name, item) for name, item in value.items() if not _noise(name, item)}


def _noise(name: str, item: Any) -> bool:
    return name in _UNSAID and not isinstance(item, dict)


def _said(name: str, item: Any) -> Any:
    if name == "pattern" and isinstance(item, str):
        return item.removesuffix("$") + _END
    return _plain(item) if name == "description" and isinstance(item, str) else _without_noise(item)
