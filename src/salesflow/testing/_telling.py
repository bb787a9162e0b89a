"""Telling: a walk as numbered lines, for whoever has to find out what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from salesflow.records import Record
from salesflow.testing._asking import Asked, Template, Walk, attempt, steps


def told(walk: Walk, template: Template) -> str:
    """Return a walk as text: the record before it, and each request with what came of it."""
    return "\n".join([f"   {_named(walk.record)}", *_lines(walk, template)])


def _lines(walk: Walk, template: Template) -> Iterator[str]:
    for number, (record, asked) in enumerate(steps(walk, template), 1):
        yield f"{number:2}. {_request(asked)}"
        yield f"    {_came(template, record, asked)}"


def _named(record: Record) -> str:
    fields = {name: value for name, value in record if name not in {"id", "history", "template"}}
    blank = {name: field.default for name, field in type(record).model_fields.items()}
    known = {name: value for name, value in fields.items() if value != blank[name]}
    return f"{type(record).__name__} {record.id!r}{_with(known)}"


def _with(fields: Mapping[str, Any]) -> str:
    return "".join(f", {name} = {value!r}" for name, value in fields.items())


def _request(asked: Asked) -> str:
    who = asked.by.id if hasattr(asked.by, "id") else asked.by
    target = "" if asked.verb == "update" else f" {asked.to!r}"
    said = {"ground": asked.ground, "override": asked.override or None, "left": asked.left, "update": asked.update}
    return f"{asked.verb}{target} at {asked.at} by {who!r}{_with({name: it for name, it in said.items() if it})}"


def _came(template: Template, record: Any, asked: Asked) -> str:
    try:
        after, refused = attempt(template, record, asked)
    except Exception as error:  # noqa: BLE001 - a template that is broken may raise anything, and this tells of it
        return f"raised {type(error).__name__}: {error}"
    if after is None:
        return "refused: " + "; ".join(f"{each}" for each in (refused.refusals if refused else ()))
    return f"{after.history[-1].kind}, now in {after.stage!r}"
