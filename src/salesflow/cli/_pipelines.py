"""The subcommand `import-pipeline`: a system's pipeline as a template file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from salesflow import _files
from salesflow._nearest import nearest
from salesflow.cli._asked import form_of
from salesflow.cli._bad_use import BadUse
from salesflow.cli._console import printable
from salesflow.cli._new import write
from salesflow.cli._notes import noted
from salesflow.cli._payloads import read_files
from salesflow.cli._systems import SYSTEMS
from salesflow.crm import Note
from salesflow.errors import LoadError
from salesflow.languages import Language
from salesflow.loading import Form, dump_template
from salesflow.template import StageTemplate


def run(files: Sequence[str], form: str, pipeline: str, delimiter: str, output: str | None, words: Language) -> int:
    """Write the template of a pipeline, to standard output in TOML or to a file in the form of its ending."""
    known = _system(files, form)
    system = SYSTEMS[known]
    found = read_files(files, known, name=system.name, delimiter=delimiter)
    stages = list(system.pipelines(found.given))
    template = _one([each for stage in stages for each in stage.items], pipeline, files)
    notes = (*found.notes, *(note for stage in stages for note in stage.report.notes))
    put(template, notes, output, words)
    return 0


def _system(files: Sequence[str], form: str) -> str:
    known = form_of(files, form)
    if known not in SYSTEMS:
        raise BadUse("from.unknown", given=form, near="", known=", ".join(sorted(SYSTEMS)))
    return known


def _one(templates: Sequence[StageTemplate[Any]], pipeline: str, files: Sequence[str]) -> StageTemplate[Any]:
    """Return the pipeline that is meant. Raises BadUse."""
    known = {template.id: template for template in templates}
    labels = {id: template.label for id, template in known.items()}
    if not templates:
        raise BadUse("pipeline.none", files=", ".join(map(repr, files)))
    if pipeline and pipeline not in known:
        raise BadUse("pipeline.unknown", id=pipeline, near=nearest(pipeline, known) or "", pipelines=labels)
    if len(known) > 1 and not pipeline:
        raise BadUse("pipeline.several", pipelines=labels)
    return known[pipeline] if pipeline else templates[0]


def put(template: StageTemplate[Any], notes: Sequence[Note], output: str | None, words: Language) -> None:
    """Write a template with notes on it: as comments, and in JSON, which has none, on standard error. Raises BadUse."""
    lines = [printable(noted(note, words)) for note in notes]
    file, form = _named(output)
    text = dump_template(template, form=form)
    if form == "json":
        sys.stderr.writelines(f"salesflow: {line}\n" for line in lines)
    else:
        text = "".join(f"# {line}\n" for line in lines) + ("\n" if lines else "") + text
    if file is None:
        sys.stdout.write(text)
    else:
        write(file, text)
        sys.stdout.write(f"{words.text('new.written', {'file': printable(str(file))})}\n")


def _named(output: str | None) -> tuple[Path | None, Form]:
    if output is None:
        return None, "toml"
    try:
        file = _files.named(output)
    except LoadError as error:
        raise BadUse("template.invalid", why=error) from None
    return file, _files.form_of(file)
