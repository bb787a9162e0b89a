"""Blueprints of Zoho CRM: the ways out of a stage, as declared moves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from salesflow.crm._pages import pages
from salesflow.crm._payload import Node
from salesflow.crm._pipeline import Pipeline, Tree
from salesflow.crm._reading import Note


@dataclass(frozen=True, slots=True)
class Way:
    """A transition of a blueprint. Without a target, it only says that the ways out of the source are told."""

    source: str
    target: str
    name: str
    rules: tuple[Tree, ...]
    place: str


def ways(payload: Any) -> Iterator[Way | Note]:
    """Yield the ways of one answer or several, and the notes on them. Raises BadField."""
    for page in pages([] if payload is None else payload):
        blueprint = page.need("blueprint")
        info = blueprint.need("process_info")
        if info.get("api_name").optional() not in {"", "Stage"}:
            text = f"the blueprint is one of {info.get('api_name').name()!r}, not of the stage"
            yield Note(code="move.other", kind="dropped", place=info.place, text=text)
            continue
        source = info.need("field_value").name()
        yield Way(source, "", "", (), info.place)
        for node in blueprint.need("transitions").each():
            yield from _way(source, node)


def _way(source: str, node: Node) -> Iterator[Way | Note]:
    name, target = node.get("name").optional(), node.need("next_field_value").optional()
    criteria = node.get("criteria_message").optional()
    if criteria:
        text = f"{name!r} out of {source!r} asks what is not judged here: {criteria[:200]}"
        yield Note(code="move.criteria", kind="dropped", place=node.place, text=text)
    if target in {"", source}:
        text = f"{name!r} out of {source!r} leads nowhere else"
        yield Note(code="move.other", kind="dropped", place=node.place, text=text)
    else:
        yield Way(source, target, name, tuple(_rules(node.get("fields"))), node.place)


_OWN = {"Amount": "amount", "Closing_Date": "expected_close", "Deal_Name": "name", "Owner": "owner"}


def _rules(fields: Node) -> Iterator[Tree]:
    for field in () if fields.empty else fields.each():
        name = field.get("api_name").optional()
        asked = field.get("mandatory").flag() or field.get("system_mandatory").flag()
        if asked and name != "Stage" and re.fullmatch("[A-Za-z0-9_]{1,100}", name):
            yield {"rule": "present", "field": _OWN.get(name, f"fields.{name}")}


# -- a pipeline with its ways -------------------------------------------------------------------------------


def declared(pipeline: Pipeline, told: list[Way]) -> Iterator[Pipeline | Note]:
    """Yield the pipeline with the ways that lie in it, after the notes on them."""
    ids = {name: row.id for row in pipeline.stages for name in (*row.aliases, row.id)}
    inside = [way for way in told if way.source in ids and (way.target in ids or not way.target)]
    if not inside:
        yield pipeline
        return
    closed = {row.id for row in pipeline.stages if row.outcome}
    chosen: dict[tuple[str, str], Way] = {}
    for way in (each for each in inside if each.target):
        pair = ids[way.source], ids[way.target]
        other = chosen.get(pair)
        if pair[0] in closed:
            text = f"{way.name!r} out of {way.source!r} is a reopening, which the policy tells"
            yield Note(code="move.reopening", kind="dropped", place=way.place, text=text)
        elif other is None:
            chosen[pair] = way
        elif (other.name, other.rules) != (way.name, way.rules):
            text = f"{way.name!r} goes from {way.source!r} to {way.target!r}, as {other.name!r} does: the first counts"
            yield Note(code="move.twice", kind="dropped", place=way.place, text=text)
    sources = {ids[way.source] for way in inside}
    whole = sources >= {row.id for row in pipeline.stages} - closed
    yield _scope(pipeline, sources, whole=whole)
    yield replace(pipeline, moves=_moves(chosen), policy=_DECLARED if whole else {})


_DECLARED: Tree = {"next": "declared", "skip": "never", "back": "never", "lose": "declared"}


def _moves(chosen: Mapping[tuple[str, str], Way]) -> tuple[Tree, ...]:
    return tuple(
        {"sources": (source,), "target": target, "name": way.name, "rules": way.rules}
        for (source, target), way in chosen.items()
    )


def _scope(pipeline: Pipeline, sources: set[str], *, whole: bool) -> Note:
    named = ", ".join(repr(row.id) for row in pipeline.stages if row.id in sources)
    rest = "no other way is open" if whole else "the ways out of other stages follow from their order"
    text = f"{pipeline.label!r}: the blueprint tells the ways out of {named}; {rest}"
    return Note(code="move.declared", kind="assumed", place=pipeline.place, text=text)


def strangers(pipelines: list[Pipeline], told: list[Way]) -> Iterator[Note]:
    """Yield a note on each way that lies in no pipeline."""
    known = [{name for row in each.stages for name in (*row.aliases, row.id)} for each in pipelines]
    for way in told:
        if not any({way.source, way.target or way.source} <= ids for ids in known):
            text = f"no pipeline has {way.source!r}" + (f" and {way.target!r}" if way.target else "")
            yield Note(code="move.stage", kind="dropped", place=way.place, text=text)
