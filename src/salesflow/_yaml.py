"""YAML from strangers: a tree of bounded size, or the name of every flaw; and in which line a part of it stands.

Read from the parser's events, so that nothing is built of what is refused: anchors, aliases, merge keys, tags and
further documents. Every scalar is a text, unless it stands without quotes where a schema asks for something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from salesflow._heard import heard
from salesflow._phrases import counted
from salesflow._trees import Flaw, Limits, Parts, decoded, flaws, path_of, refuse, refuse_flaws, whole
from salesflow.values import is_listing, is_mapping

MAX_BYTES = 256 * 1024
"""How large a YAML text may be: where PyYAML comes without its C library, it reads 60,000 parts of a text a second."""
MAX_VALUES = 20_000
"""How many values a YAML text may hold."""

CODES: dict[str, str] = {
    "yaml.missing": "PyYAML is not installed",
    "yaml.syntax": "it is not YAML",
    "yaml.alias": "an anchor or an alias, by which a small text can stand for a huge one",
    "yaml.tag": "a tag, which would choose a type",
    "yaml.merge": "a merge key",
    "yaml.documents": "there is more than one document",
    "yaml.key": "a key is no text",
}
"""Every code of a problem that only YAML has, and what it means."""


def read_yaml(text: str | bytes, *, place: str, limits: Limits, schema: dict[str, Any]) -> Any:
    """Return what the text holds; a JSON Schema says where numbers, booleans and nulls are. Raises LoadError.

    A text in YAML may be no larger than `MAX_BYTES` and hold no more than `MAX_VALUES`, whatever the limits.
    """
    plain = decoded(place, text, min(limits.bytes, MAX_BYTES))
    refuse_flaws(place, flaws(plain))
    walk = _Walk(place, Limits(limits.bytes, min(limits.values, MAX_VALUES), limits.depth))
    tree = _typed(_document(walk, plain), schema, schema)
    refuse_flaws(place, flaws(tree))
    return tree


def outline(text: str) -> Iterator[tuple[Parts, int]]:
    """Yield every place of a text that is YAML, with its line."""
    walk = _Walk("", Limits(MAX_BYTES, MAX_VALUES, MAX_VALUES))
    _document(walk, text)
    return iter(walk.lines.items())


# -- events -------------------------------------------------------------------------------------------------


class _Bare(str):
    """A text that stands without quotes."""

    __slots__ = ()


@dataclass(slots=True)
class _Walk:
    """How far a text is read, and in which line each place begins."""

    place: str
    limits: Limits
    values: int = 0
    lines: dict[Parts, int] = field(default_factory=dict[Parts, int])


def _document(walk: _Walk, text: str) -> Any:
    try:
        # an extra, loaded on use
        import yaml
    except ModuleNotFoundError:
        refuse(walk.place, "yaml.missing", advises="yaml.missing")
    try:
        events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return _only(walk, _refused(walk, events))
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # without its C library, PyYAML takes any number for that of a character
        said, path = _said(error)
    return refuse(walk.place, "yaml.syntax", path=path, said=heard(said, "yaml"))


def _said(error: Any) -> tuple[str, str]:
    """Return what a parser says is wrong, and where."""
    mark = getattr(error, "problem_mark", None)
    path = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    words = getattr(error, "problem", None) or getattr(error, "reason", None) or "this is not YAML"
    return words, path


def _refused(walk: _Walk, events: Iterator[Any]) -> Iterator[Any]:
    """Yield the events that hold values; refuse what no template needs."""
    documents = 0
    for event in events:
        kind, line = type(event).__name__, f"line {event.start_mark.line + 1}"
        documents += kind == "DocumentStartEvent"
        if documents > 1:
            refuse(walk.place, "yaml.documents", path=line)
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            refuse(walk.place, "yaml.alias", path=line, advises="write_out")
        if getattr(event, "tag", None):
            refuse(walk.place, "yaml.tag", path=line, advises="leave_out")
        if kind not in _FRAME:
            yield event


_FRAME = {"StreamStartEvent", "StreamEndEvent", "DocumentStartEvent", "DocumentEndEvent"}


def _only(walk: _Walk, events: Iterator[Any]) -> Any:
    first = next(events, None)
    if first is None:
        refuse(walk.place, "text.empty")
    tree = _built(walk, events, first, ())
    # the parser has not looked at what follows yet
    next(events, None)
    return tree


def _built(walk: _Walk, events: Iterator[Any], event: Any, parts: Parts) -> Any:
    line = event.start_mark.line + 1
    walk.lines[parts] = line
    _count(walk, parts, line)
    return _BUILDERS[type(event).__name__](walk, events, event, parts)


def _count(walk: _Walk, parts: Parts, line: int) -> None:
    walk.values += 1
    if walk.values > walk.limits.values:
        refuse(walk.place, "text.many", path=f"line {line}", most=counted(walk.limits.values))
    if len(parts) > walk.limits.depth:
        refuse(walk.place, "text.deep", path=f"line {line}", why="yaml", most=walk.limits.depth)


def _scalar(_walk: _Walk, _events: Iterator[Any], event: Any, _parts: Parts) -> str:
    # the type of a text without quotes and without a tag is implicit in the first sense only
    return _Bare(event.value) if event.implicit[0] else str(event.value)


def _list(walk: _Walk, events: Iterator[Any], _event: Any, parts: Parts) -> list[Any]:
    made: list[Any] = []
    while type(event := next(events)).__name__ != "SequenceEndEvent":
        made.append(_built(walk, events, event, (*parts, len(made))))
    return made


def _mapping(walk: _Walk, events: Iterator[Any], _event: Any, parts: Parts) -> dict[str, Any]:
    made: dict[str, Any] = {}
    while type(event := next(events)).__name__ != "MappingEndEvent":
        key = _key(walk, event, parts)
        value = _built(walk, events, next(events), (*parts, key))
        walk.lines[(*parts, key)] = event.start_mark.line + 1
        made[key] = Flaw("key.duplicate") if key in made else value
    return made


_BUILDERS: dict[str, Callable[[_Walk, Iterator[Any], Any, Parts], Any]] = {
    "ScalarEvent": _scalar,
    "SequenceStartEvent": _list,
    "MappingStartEvent": _mapping,
}


def _key(walk: _Walk, event: Any, parts: Parts) -> str:
    line = event.start_mark.line + 1
    if type(event).__name__ != "ScalarEvent":
        refuse(walk.place, "yaml.key", path=f"line {line}")
    if event.implicit[0] and event.value == "<<":
        refuse(walk.place, "yaml.merge", path=path_of((*parts, "<<")), advises="write_out")
    return str(event.value)


# -- types --------------------------------------------------------------------------------------------------

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")


def _typed(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> Any:
    """Return the tree with the numbers, booleans and nulls that the schema asks for."""
    forms = list(_forms(value, schema, root))
    if is_mapping(value):
        return {key: _typed(item, _under(forms, "properties", key), root) for key, item in value.items()}
    if is_listing(value):
        return [_typed(item, _under(forms, "items"), root) for item in value]
    return _meant(value, {str(form.get("type")) for form in forms}) if isinstance(value, _Bare) else value


def _forms(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the forms among which a schema lets a value choose; of rules the one that the value names."""
    if "$ref" in schema:
        yield from _forms(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    elif "allOf" in schema:
        word = _rule_of(value)
        named = (each["then"] for each in schema["allOf"] if each["if"]["properties"]["rule"]["const"] == word)
        yield from (form for each in named for form in _forms(value, each, root))
    elif "anyOf" in schema:
        yield from (form for each in schema["anyOf"] for form in _forms(value, each, root))
    else:
        yield schema


def _rule_of(value: Any) -> str:
    named = value.get("rule") if is_mapping(value) else None
    return named if isinstance(named, str) else ""


def _under(forms: list[dict[str, Any]], kind: str, key: str = "") -> dict[str, Any]:
    """Return the schema of what lies in a list, or in an object under a key."""
    for form in forms:
        if kind in form and (kind == "items" or key in form[kind]):
            found: dict[str, Any] = form[kind][key] if key else form[kind]
            return found
    return {}


def _meant(text: _Bare, types: set[str]) -> Any:
    if "null" in types and text in {"", "~", "null"}:
        return None
    if "boolean" in types and text in {"true", "false"}:
        return text == "true"
    if "integer" in types and _WHOLE.fullmatch(text):
        return whole(text)
    return str(text)
