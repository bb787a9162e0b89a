"""Loading: stage templates from files that nobody has vouched for, and the form in which they are written."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Literal, cast, get_args

from pydantic import ValidationError

from salesflow import _files, _invalid, _json, _schema, _toml, _trees, _writing, _yaml, rules
from salesflow._invalid import problems_of
from salesflow._nearest import nearest
from salesflow._phrases import joined
from salesflow._trees import Flaw, Found, Limits, Parts, capped, inside, refuse_flaws, shown
from salesflow.errors import LoadError, TemplateError
from salesflow.template import StageTemplate
from salesflow.values import is_listing, is_mapping
from salesflow.verdict import Problem, problem

__all__ = ["MAX_BYTES", "Form", "dump_template", "load_template", "parse_template", "template_schema"]

Form = Literal["json", "toml", "yaml"]

MAX_BYTES = 1024 * 1024
"""How large a file may be; one in YAML a quarter of it."""
MAX_VALUES = 50_000
"""How many values a file may hold, empty lists and objects counted double; fewer in TOML and YAML."""
MAX_DEPTH = 4 + 2 * rules.MAX_DEPTH
"""How many brackets may be open at once: four around and inside a rule, and two for each level of one."""

_LIMITS = Limits(MAX_BYTES, MAX_VALUES, MAX_DEPTH)
_TEMPLATE = cast("type[StageTemplate[Any]]", StageTemplate)

CODES: dict[str, str] = {
    **_files.CODES,
    **_trees.CODES,
    **_json.CODES,
    **_toml.CODES,
    **_yaml.CODES,
    **_invalid.CODES,
}
"""Every code of a problem that loading finds, and what it means; a template's contradictions have their own."""


def load_template(path: str | os.PathLike[str]) -> StageTemplate[Any]:
    """Read a template from a file in UTF-8. Raises LoadError and nothing else, whatever the file holds.

    Its form follows from its ending: `.json`, `.toml`, `.yaml` or `.yml`, which needs the extra `yaml`.
    Rules in Python come without their functions: `template.bind` gives them. A file has at most 1 MiB (`MAX_BYTES`).
    """
    file = _files.named(path)
    text = _files.read(file, most=MAX_BYTES)
    return parse_template(text, place=shown(str(file)), form=_files.form_of(file))


def parse_template(text: str | bytes, *, place: str = "<text>", form: Form = "json") -> StageTemplate[Any]:
    """Read a template from its text; `place` is what a LoadError names. Raises LoadError and nothing else."""
    tree = _without_schema(_tree(text, place, form))
    refuse_flaws(place, _functions(tree))
    try:
        return _TEMPLATE.model_validate(tree)
    except ValidationError as error:
        problems = capped(problems_of(error, tree, form))
    except TemplateError as error:
        problems = capped(error.problems)
    # raised outside of the handlers, so that it does not drag along what pydantic says of 100,000 values
    raise LoadError(place, problems)


def dump_template(template: StageTemplate[Any], *, form: Form = "json") -> str:
    """Write a template as the text that `load_template` reads: without defaults, a line break at the end.

    A class of the host's own is written as its kind, and a rule in Python by its name. Raises ValueError for a form
    that there is not.
    """
    text = template.model_dump_json(indent=2, exclude_defaults=True)
    if form == "json":
        return text + "\n"
    tree = json.loads(text)
    if form == "toml":
        return _writing.toml(tree)
    if form == "yaml":
        return _writing.yaml(tree)
    raise ValueError(_uncoded(_no_form(form)))


def template_schema() -> dict[str, Any]:
    """Return the JSON Schema of a template's file, for editors and other programs.

    What a schema cannot say is found by `parse_template` alone: what refers to something, looks like something or
    lies beyond a sum.
    """
    return _schema.described(deepcopy(_schema.made()))


def _tree(text: str | bytes, place: str, form: str) -> Any:
    if form == "json":
        return _json.read_json(text, place=place, limits=_LIMITS)
    if form == "toml":
        return _toml.read_toml(text, place=place, limits=_LIMITS)
    if form == "yaml":
        return _yaml.read_yaml(text, place=place, limits=_LIMITS, schema=_schema.made())
    raise LoadError(place, (_no_form(form),))


def _no_form(form: object) -> Problem:
    known = get_args(Form)
    near = nearest(form, known) if isinstance(form, str) else None
    named: dict[str, Any] = {"advises": "near", "near": near} if near else {}
    return problem("file.kind", why="form", known=joined(known, quoted=True), form=shown(repr(form)), **named)


def _uncoded(told: Problem) -> str:
    return str(told).removesuffix(f" [{told.code}]")


def _without_schema(tree: Any) -> Any:
    """Leave out the key by which an editor finds the schema."""
    named = is_mapping(tree) and isinstance(tree.get("$schema"), str)
    return {key: value for key, value in tree.items() if key != "$schema"} if named else tree


def _functions(value: object, parts: Parts = ()) -> Iterator[Found]:
    """Look for rules that bring a function along: those are bound in Python, and nothing else may take its place."""
    items = dict(inside(value))
    if items.get("rule") == "python" and "call" in items:
        yield (*parts, "call"), Flaw("key.unknown")
    for part, item in items.items():
        # most of what lies in a large file holds nothing
        if is_mapping(item) or is_listing(item):
            yield from _functions(item, (*parts, part))
