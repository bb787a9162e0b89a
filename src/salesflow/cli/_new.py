"""The subcommand `new`: a file to start a template from, with comments where its form has them."""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

from salesflow import _files
from salesflow._trees import shown
from salesflow._writing import quoted
from salesflow.cli._bad_use import BadUse
from salesflow.cli._template import shipped
from salesflow.errors import LoadError
from salesflow.languages import Language
from salesflow.loading import Form, dump_template, parse_template
from salesflow.template import StageTemplate


def run(name: str, start: str, words: Language) -> int:
    """Write a file, and say how to go on. Raises BadUse, also where the file is there already."""
    file = Path(name)
    if file.suffix.casefold() not in _files.FORMS:
        raise BadUse("new.kind", file=name)
    try:
        text = _text(file, start)
    except LoadError as error:
        raise BadUse("template.invalid", why=error) from None
    write(file, text)
    sys.stdout.write(f"{words.text('new.written', {'file': shown(name)})}\n")
    return 0


def _text(file: Path, start: str) -> str:
    form = _files.form_of(file)
    template = _named(shipped(start) if start else parse_template(_source("toml"), form="toml"), file)
    if form == "json":
        return dump_template(template)
    if start:
        head = f"# From the template {start!r} of salesflow: adapt it, and check it with `salesflow lint`.\n\n"
        return head + dump_template(template, form=form)
    return _source(form).replace('"my-process"', quoted(file.stem))


def _source(form: Form) -> str:
    return (files("salesflow.cli") / f"starting.{form}").read_text("utf-8")


def _named(template: StageTemplate[Any], file: Path) -> StageTemplate[Any]:
    """Return the template with the name of its file as its id. Raises LoadError for a name that is none."""
    tree = {**json.loads(dump_template(template)), "id": file.stem}
    return parse_template(json.dumps(tree), place=shown(str(file)))


def write(file: Path, text: str) -> None:
    """Write a file that is not there yet. Raises BadUse."""
    try:
        with file.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    except FileExistsError:
        raise BadUse("new.exists", file=str(file)) from None
    except (OSError, ValueError) as error:
        raise BadUse("new.unwritable", file=str(file), why=getattr(error, "strerror", None) or error) from None
