"""Invalid files: what pydantic found in a template's tree, as problems with their places in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from salesflow._nearest import nearest
from salesflow._texts import listed
from salesflow._trees import ABSENT, MAX_PROBLEMS, Parts, child, path_of
from salesflow.moves import Move, Policy
from salesflow.qualification import Criterion, Framework
from salesflow.records import KINDS
from salesflow.rules import AnyRule
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.values import Money
from salesflow.verdict import Problem

CODES: dict[str, str] = {
    "key.missing": "a key is missing",
    "key.unknown": "there is no such key here",
    "rule.form": "a rule is of no form that there is, or does not say of which",
    "record.unknown": "what is to be moved is no kind of record",
    "value.invalid": "a value is not what belongs here",
}
"""Every code of a problem found here, and what it means."""

_RULES: dict[str, type[BaseModel]] = {each.model_fields["rule"].default: each for each in get_args(AnyRule)}
_MODELS: dict[str, type[BaseModel]] = {
    "": StageTemplate,
    "stages": Stage,
    "moves": Move,
    "policy": Policy,
    "framework": Framework,
    "criteria": Criterion,
    "value": Money,
}
"""What an object is, by the key under which it or its list stands."""

_OBJECT, _TEXT, _BOOL, _WHOLE = "an object", "a text", "true or false", "a whole number"
_WANTED = {
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), _OBJECT),
    **dict.fromkeys(("tuple_type",), "a list"),
    **dict.fromkeys(("string_type",), _TEXT),
    **dict.fromkeys(("bool_type", "bool_parsing"), _BOOL),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), _WHOLE),
}
"""What should stand there, by pydantic's type of error."""
_SUBJECTS = {"Input": "this", "Tuple": "this list", "String": "this text"}
"""What stands there, by the first word of pydantic's message."""
_SAID = {
    "missing": ("key.missing", "this key is missing"),
    "extra_forbidden": ("key.unknown", "there is no such key"),
    "union_tag_invalid": ("rule.form", f"a rule is one of {listed([repr(name) for name in _RULES])}"),
    "union_tag_not_found": ("rule.form", "a rule says by its key 'rule' of which form it is"),
    "is_subclass_of": ("record.unknown", f"a template moves {listed([repr(kind) for kind in KINDS])}"),
}
"""Code and text, by pydantic's type of error."""


def problems_of(error: ValidationError, tree: Any) -> Iterator[Problem]:
    """Yield one problem for each place in the tree and code, in pydantic's order."""
    found: dict[tuple[str, Parts], list[str]] = {}
    for each in error.errors(include_url=False, include_input=False, include_context=False):
        code, text = _SAID.get(each["type"]) or ("value.invalid", _said(each["type"], each["msg"]))
        parts = _place(each["loc"], tree, missing=code == "key.missing")
        if each["type"] == "too_short" and _at(tree, parts):
            # pydantic counts what is left of a list once its invalid items are gone; those have errors of their own
            continue
        found.setdefault((code, parts), []).append(text)
    for number, ((code, parts), texts) in enumerate(found.items()):
        # a value that fits no branch of a union has a text for each of them
        text = "; or ".join(dict.fromkeys(texts))
        # near misses of 60,000 unknown keys would take seconds, and the problems past the cap are only counted
        advice = _advice(code, parts, tree) if number < MAX_PROBLEMS else ""
        yield Problem(code=code, path=path_of(parts), text=text, advice=advice)


def _said(kind: str, message: str) -> str:
    if kind in _WANTED:
        return f"this should be {_WANTED[kind]}"
    said = message.removeprefix("Value error, ").replace(" after validation", "")
    first, _, rest = said.partition(" ")
    return f"{_SUBJECTS.get(first, first.lower())} {rest}"


def _advice(code: str, parts: Parts, tree: Any) -> str:
    if code == "key.unknown":
        return _near(parts[-1], _keys(parts[:-1], tree))
    if code == "rule.form":
        return _near(_at(tree, (*parts, "rule")), _RULES)
    return _near(_at(tree, parts), KINDS) if code == "record.unknown" else ""


def _near(name: object, known: Iterable[str]) -> str:
    near = nearest(name, known) if isinstance(name, str) else None
    return f"{near!r} is near" if near else ""


def _keys(parts: Parts, tree: Any) -> Iterable[str]:
    """Return the keys that belong into the object at a place."""
    within = next((part for part in reversed(parts) if isinstance(part, str)), "")
    model = _RULES[_at(tree, (*parts, "rule"))] if within == "rules" else _MODELS[within]
    return (name for name, field in model.model_fields.items() if not field.exclude)


def _at(tree: Any, parts: Parts) -> Any:
    for part in parts:
        tree = child(tree, part)
    return tree


def _place(loc: Parts, tree: Any, *, missing: bool) -> Parts:
    """Return where an error lies: among the keys pydantic names the branches of unions."""
    parts: Parts = ()
    here, before = tree, None
    for part in loc:
        branch = isinstance(before, int) and part == child(here, "rule")
        found = ABSENT if branch else child(here, part)
        before = part
        if found is not ABSENT:
            parts, here = (*parts, part), found
    return (*parts, loc[-1]) if missing else parts
