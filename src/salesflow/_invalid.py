"""Invalid files: what pydantic found in a template's tree, as problems with their places in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from salesflow._heard import heard
from salesflow._nearest import nearest
from salesflow._phrases import Phrase, joined, names, phrase
from salesflow._trees import ABSENT, MAX_PROBLEMS, Parts, child, path_of
from salesflow.money import Money
from salesflow.moves import Move, Policy
from salesflow.qualification import Criterion, Framework
from salesflow.records import KINDS
from salesflow.rules import AnyRule
from salesflow.stage import Stage
from salesflow.template import StageTemplate
from salesflow.values import is_listing, is_mapping
from salesflow.verdict import Problem, problem

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

_WANTED = {
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "this should be an object"),
    **dict.fromkeys(("tuple_type",), "this should be a list"),
    **dict.fromkeys(("string_type",), "this should be a text"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "this should be true or false"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "this should be a whole number"),
}
"""What should stand there, by pydantic's type of error."""
_TYPES = frozenset(_WANTED.values())
_IN_FILES = {
    "a duration is a timedelta, or its ISO 8601 text such as 'P3D'": "a duration is ISO 8601 text such as 'P3D'"
}
"""What is said of a value to who writes Python, and to who writes a file."""
_SUBJECTS = {"Input": "this", "Tuple": "this list", "String": "this text"}
"""What stands there, by the first word of pydantic's message."""
_SAID = {
    "missing": ("key.missing", ""),
    "extra_forbidden": ("key.unknown", ""),
    "union_tag_invalid": ("rule.form", ""),
    "union_tag_not_found": ("rule.form", "unsaid"),
    "is_subclass_of": ("record.unknown", ""),
}
"""Code and variant of the text, by pydantic's type of error; every other is of a value."""
_VALUE = ("value.invalid", "")
_PARAMS: dict[tuple[str, str], dict[str, Phrase]] = {
    ("rule.form", ""): {"forms": names(_RULES, quoted=True)},
    ("record.unknown", ""): {"kinds": names(KINDS, quoted=True)},
}
"""What the texts name."""
_COUNTED = Problem(code="problems.more", text="")
"""What stands for each problem past the cap: those are only counted, and near misses and texts of 60,000 would take
seconds."""


def problems_of(error: ValidationError, tree: Any, form: str = "") -> Iterator[Problem]:
    """Yield one problem for each place in the tree and code, in pydantic's order; past the cap, one for each error.

    `form` is that of the file, where its brackets may be what is wrong.
    """
    found, rest = _texts(error, tree)
    holders = {parts[:-1] for _, parts in found if parts}
    for (says, parts), texts in found.items():
        if (told := _closest(texts, within=parts in holders)) or says != _VALUE:
            yield _problem(says, parts, told, tree, form)
    yield from repeat(_COUNTED, rest)


def _texts(error: ValidationError, tree: Any) -> tuple[dict[tuple[tuple[str, str], Parts], list[str]], int]:
    """Return what is said of each place in the tree, by code, up to the cap; and how many errors are past it."""
    found: dict[tuple[tuple[str, str], Parts], list[str]] = {}
    walked: dict[Parts, _Walked] = {(): ((), tree, None)}
    errors = error.errors(include_url=False, include_input=False, include_context=False)
    for number, each in enumerate(errors):
        says = _SAID.get(each["type"], _VALUE)
        parts = _place(each["loc"], walked, missing=each["type"] == "missing")
        if each["type"] == "too_short" and _at(tree, parts):
            # pydantic counts what is left of a list once its invalid items are gone; those have errors of their own
            continue
        if len(found) == MAX_PROBLEMS and (says, parts) not in found:
            return found, len(errors) - number
        texts = found.setdefault((says, parts), [])
        if says == _VALUE:
            texts.append(_WANTED.get(each["type"]) or _said(each["msg"]))
    return found, 0


def _closest(texts: list[str], *, within: bool) -> list[str]:
    """Leave out what other branches of a union would be, where one branch went on to find fault with the value."""
    own = [text for text in texts if text not in _TYPES]
    return own if own or within else texts


def _problem(says: tuple[str, str], parts: Parts, texts: list[str], tree: Any, form: str) -> Problem:
    code, why = says
    near = _near(code, parts, tree)
    advises: dict[str, Any] = {"advises": "near", "near": near} if near else _bracketed(parts, texts, tree, form)
    params = {"said": _heard(texts)} if texts else _PARAMS.get(says, {})
    return problem(code, path_of(parts), why=why, **advises, **params)


def _heard(texts: list[str]) -> Phrase:
    """Make the phrase of what is wrong: a value that fits no branch of a union has a text for each of them."""
    several = [heard(text, "value") for text in dict.fromkeys(texts)]
    said = [phrase("value.other", error=each) if isinstance(each, str) else each for each in several]
    return joined(said, "; or")


def _bracketed(parts: Parts, texts: list[str], tree: Any, form: str) -> dict[str, Any]:
    """Advise on the brackets of a table in TOML, where one stands for several or several for one."""
    value, name = _at(tree, parts), ".".join(part for part in parts if isinstance(part, str))
    if form != "toml" or not parts:
        return {}
    if texts == [_WANTED["tuple_type"]] and is_mapping(value):
        return {"advises": "brackets", "table": f"[[{name}]]"}
    if texts == [_WANTED["model_type"]] and is_listing(value) and all(map(is_mapping, value)):
        return {"advises": "brackets", "table": f"[{name}]"}
    return {}


def _said(message: str) -> str:
    said = message.removeprefix("Value error, ").replace(" after validation", "")
    said = _IN_FILES.get(said, said)
    first, _, rest = said.partition(" ")
    return f"{_SUBJECTS.get(first, first.lower())} {rest}"


def _near(code: str, parts: Parts, tree: Any) -> str | None:
    """Return what was meant, if something like it is known."""
    if code == "key.unknown":
        return _nearest(parts[-1], _keys(parts[:-1], tree))
    if code == "rule.form":
        return _nearest(_at(tree, (*parts, "rule")), _RULES)
    return _nearest(_at(tree, parts), KINDS) if code == "record.unknown" else None


def _nearest(name: object, known: Iterable[str]) -> str | None:
    return nearest(name, known) if isinstance(name, str) else None


def _keys(parts: Parts, tree: Any) -> Iterable[str]:
    """Return the keys that belong into the object at a place."""
    within = next((part for part in reversed(parts) if isinstance(part, str)), "")
    model = _RULES[_at(tree, (*parts, "rule"))] if within == "rules" else _MODELS[within]
    return (name for name, field in model.model_fields.items() if not field.exclude)


def _at(tree: Any, parts: Parts) -> Any:
    for part in parts:
        tree = child(tree, part)
    return tree


_Walked = tuple[Parts, Any, object]
"""A place, what lies there, and the last part of the way to it, as pydantic names it."""


def _place(loc: Parts, walked: dict[Parts, _Walked], *, missing: bool) -> Parts:
    """Return where an error lies: among the keys pydantic names the branches of unions."""
    parts = _step(_way(loc[:-1], walked), loc[-1])[0] if loc else ()
    return (*parts, loc[-1]) if missing else parts


def _way(loc: Parts, walked: dict[Parts, _Walked]) -> _Walked:
    # kept, since thousands of errors may lie in one object
    if loc not in walked:
        walked[loc] = _step(_way(loc[:-1], walked), loc[-1])
    return walked[loc]


def _step(here: _Walked, part: str | int) -> _Walked:
    parts, value, before = here
    branch = isinstance(before, int) and part == child(value, "rule")
    found = ABSENT if branch else child(value, part)
    return (parts, value, part) if found is ABSENT else ((*parts, part), found, part)
