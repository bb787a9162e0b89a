"""Loading: stage templates from files that nobody has vouched for, and the form in which they are written."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from salesflow import _invalid, _json, rules
from salesflow._invalid import problems_of
from salesflow._json import Limits, Parts, capped, inside, path_of, read_json, refuse, refuse_any, shown
from salesflow.errors import LoadError, TemplateError
from salesflow.template import StageTemplate
from salesflow.verdict import Problem

__all__ = ["MAX_BYTES", "dump_template", "load_template", "parse_template"]

MAX_BYTES = 1024 * 1024
"""How large a file may be."""
MAX_VALUES = 100_000
"""How many values a file may hold, empty lists and objects counted double."""
MAX_DEPTH = 4 + 2 * rules.MAX_DEPTH
"""How many brackets may be open at once: four around and inside a rule, and two for each level of one."""

_LIMITS = Limits(MAX_BYTES, MAX_VALUES, MAX_DEPTH)
_TEMPLATE = cast("type[StageTemplate[Any]]", StageTemplate)

CODES: dict[str, str] = {
    "file.name": "what was given names no file",
    "file.kind": "the ending of the name is not one that is read",
    "file.missing": "there is no such file",
    "file.irregular": "it is a folder, a pipe or a device",
    "file.denied": "the file may not be read",
    "file.unreadable": "the file could not be read",
    **_json.CODES,
    **_invalid.CODES,
}
"""Every code of a problem that loading finds, and what it means; a template's contradictions have their own."""


def load_template(path: str | os.PathLike[str]) -> StageTemplate[Any]:
    """Read a template from a JSON file in UTF-8. Raises LoadError and nothing else, whatever the file holds.

    Rules in Python come without their functions: `template.bind` gives them. A file has at most 1 MiB (`MAX_BYTES`).
    """
    file = _file(path)
    return parse_template(_read(file), place=shown(str(file)))


def parse_template(text: str | bytes, *, place: str = "<text>") -> StageTemplate[Any]:
    """Read a template from JSON; `place` is what a LoadError names. Raises LoadError and nothing else."""
    tree = read_json(text, place=place, limits=_LIMITS)
    refuse_any(place, _functions(tree))
    try:
        return _TEMPLATE.model_validate(tree)
    except ValidationError as error:
        problems = capped(problems_of(error, tree))
    except TemplateError as error:
        problems = capped(error.problems)
    # raised outside of the handlers, so that it does not drag along what pydantic says of 100,000 values
    raise LoadError(place, problems)


def dump_template(template: StageTemplate[Any]) -> str:
    """Write a template as the JSON that `load_template` reads: indented, without defaults, a line break at the end.

    A class of the host's own is written as its kind, and a rule in Python by its name.
    """
    return template.model_dump_json(indent=2, exclude_defaults=True) + "\n"


def _file(path: object) -> Path:
    try:
        file = Path(os.fsdecode(path))  # type: ignore[arg-type]
    except TypeError:
        refuse(shown(repr(path)), "file.name", f"a file is named by its path, not by {type(path).__name__}")
    if file.suffix.casefold() != ".json":
        said = f"the ending {shown(file.suffix)!r} is not read"
        refuse(shown(str(file)), "file.kind", said, advice="templates are read from '.json'")
    return file


def _read(file: Path) -> bytes:
    place = shown(str(file))
    try:
        # to open a pipe is to wait for its writer, for ever
        if not stat.S_ISREG(file.stat().st_mode):
            refuse(place, "file.irregular", "this is not a regular file")
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except FileNotFoundError:
        refuse(place, "file.missing", "there is no such file")
    except PermissionError:
        refuse(place, "file.denied", "this may not be read")
    except (OSError, ValueError) as error:
        refuse(place, "file.unreadable", f"this could not be read: {shown(str(error))}")


def _functions(value: object, parts: Parts = ()) -> Iterator[Problem]:
    """Look for rules that bring a function along: those are bound in Python, and nothing else may take its place."""
    items = dict(inside(value))
    if items.get("rule") == "python" and "call" in items:
        yield Problem(code="key.unknown", path=path_of((*parts, "call")), text="there is no such key")
    for part, item in items.items():
        yield from _functions(item, (*parts, part))
