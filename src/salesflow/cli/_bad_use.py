"""Bad use: what the command answers, with exit code 2, to what it cannot work with."""

from __future__ import annotations

import sys
from typing import Any

from salesflow.cli._notes import noted
from salesflow.cli._words import ENGLISH
from salesflow.errors import SalesflowError
from salesflow.languages import Language, detail_of, say, text_of
from salesflow.verdict import Finding, Problem

TEXTS: dict[str, str] = {
    "file.missing": "there is no file {file!r}",
    "file.irregular": "{file!r} is a folder, not a file",
    "file.denied": "{file!r} may not be read",
    "file.unreadable": "{file!r} cannot be read: {why}",
    "file.empty": "there is nothing in {file!r}",
    "file.large": "{file!r} is larger than {most} MiB, which is as much as is held whole: give it in parts, or as rows "
    "in CSV or JSON lines",
    "from.missing": "what {file!r} holds cannot be told by its ending: say it with --from, such as --from hubspot or "
    "--from csv",
    "from.unknown": "nothing is read with --from {given!r}{near}; it takes {known}",
    "from.several": "{file!r} and {other!r} are of two forms: a log is of one, and the files of a system are told by "
    "--from",
    "json.line": "{file!r} breaks in line {line}: {why}",
    "csv.cells": "{file!r} has more cells in row {row} than columns",
    "csv.columns": "{file!r} lacks columns that {first!r} has: {names}",
    "csv.encoding": "{file!r} is not UTF-8: byte 0x{byte:02x} at position {position}, in line {line}; "
    "export it as CSV in UTF-8",
    "csv.nul": "{file!r} holds a NUL character in line {line}: it is no text; export it as CSV in UTF-8",
    "csv.line": "{file!r} is no CSV: line {line} is longer than {longest:,} characters",
    "csv.quotes": "{file!r} is no CSV: the row after line {after} breaks in line {line}, {why}; "
    "is a quote never closed?",
    "csv.empty": "{file!r} is empty: its first line must name the columns",
    "csv.no_rows": "{file!r} has a heading and no rows",
    "csv.doubled": "{file!r} names a column twice: {names}",
    "csv.delimiter": "{file!r} has one column, {heading!r}: say what parts its cells with --delimiter {named!r}",
    "delimiter.invalid": "a delimiter is one character or 'tab', not {delimiter!r}",
    "column.missing": "{file!r} lacks what is to be read:{lines}",
    "column.known": "--{option} names a column of a log, and what is read with --from {given} has columns of its own",
    "column.snapshot": "--{option} names a column of a history, and a snapshot has none",
    "column.shape": "--{option} says nothing of what is read with --from {given}",
    "column.wanted": "what is read with --from {given} takes --{option} as well",
    "outcome.invalid": "--outcome takes a field and the stage where it closes a deal, such as lost_reason=lost, "
    "not {given!r}",
    "dates.invalid": "--dates takes a column and the order in which it writes dates, dmy, mdy or ymd, such as "
    "entered=dmy, not {given!r}",
    "as_of.missing": "a snapshot shows how deals are at some time: say when with --as-of",
    "payload.other": "{file!r}{place} is nothing that is read of {system}: it holds {why}{like}",
    "payload.invalid": "{why}",
    "payload.no_history": "no history of deals is in {files}, so there is nothing to judge: give it as a file too",
    "payload.no_moves": "nothing in {files} tells that a deal moved{notes}",
    "payload.unjudged": "no row of {files} lies in a pipeline that is told, so nothing was judged{notes}",
    "deal.unnamed": "{file!r} does not say of which deal it is, as answers of {system} do not: name it after the deal, "
    "such as deal-120.json",
    "zone.unknown": "there is no time zone {zone!r}: use an IANA name such as 'Europe/Paris' or 'UTC'",
    "zone.missing": "{file!r} has times without a zone ({count} of its first {rows} rows, and none of these rows "
    "can be used): say where they were written down with --zone, such as --zone Europe/Paris",
    "time.unreadable": "{file!r} has no time that can be read ({count} of its first {rows} rows, and none of these "
    "rows can be used): in row {row}, {why}; write times in ISO 8601, such as 2026-01-31T09:00",
    "as_of.invalid": "--as-of takes an ISO 8601 time with a zone, such as 2026-01-05T09:00Z, not {given!r}",
    "template.unknown": "there is no template {name!r}{near}; `salesflow templates` lists what there is, and a file of "
    "your own ends in .toml, .yaml, .yml or .json or is given with its folder: ./{name}",
    "template.invalid": "{why}",
    "template.missing": "nothing says what the stages are: name a template with --template{or_file}",
    "pipeline.none": "no pipeline is told in {files}",
    "pipeline.unknown": "there is no pipeline {id!r}{near}; there are:{pipelines}",
    "pipeline.several": "several pipelines are told: say which with --pipeline:{pipelines}",
    "new.exists": "{file!r} is there already, and nothing is written over it",
    "new.kind": "{file!r} is no name for a template: it is written to .json, .toml, .yaml or .yml",
    "new.unwritable": "{file!r} cannot be written: {why}",
    "plan.missing": "nothing says where the stages lead: name a plan with --plan, or write one with --draft",
    "draft.alone": "--draft writes a plan and no more, so it does not take {option}",
    "plan.invalid": "{file!r} makes no plan: {why}",
    "records.missing": "nothing is to be migrated: name a file of records, one JSON object a line",
    "at.missing": "records are migrated at some time: say when with --at, or try it with --dry-run",
    "at.invalid": "--at takes an ISO 8601 time with a zone, such as 2026-01-05T09:00Z, not {given!r}",
    "by.invalid": "--by names nobody: {why}",
    "output.binary": "Parquet is no text: say with --output which file is to be written",
    "output.read": "{file!r} is read, and cannot be written as well",
    "extra.bulk": "Parquet needs an extra: pip install 'salesflow[bulk]'",
    "output.failed": "the output cannot be written: {why}",
}
"""What each code says. The codes are public: the how-to page lists them."""

_PREFIXED = {f"bad_use.{code}": text for code, text in TEXTS.items()}


class BadUse(Exception):
    """A reason to stop before there is an answer."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def said(self, words: Language) -> str:
        """Return the complaint in a language."""
        params = {name: _said(name, value, words) for name, value in self.params.items()}
        english = Language(words.id, (*words.sources, _PREFIXED))
        return f"{english.text(f'bad_use.{self.code}', params)} [{self.code}]"

    def __str__(self) -> str:
        return self.said(ENGLISH)


def _said(name: str, value: Any, words: Language) -> Any:
    """Return a parameter in words: what stands in a complaint may itself have something to say."""
    if isinstance(value, SalesflowError):
        return say(value, words)
    if isinstance(value, Finding):
        return detail_of(value, words)
    if name in _PHRASES:
        return words.text(name, {_PHRASES[name]: value}) if value else ""
    if name == "pipelines":
        return "".join(f"\n- {id!r}{f' ({label})' if label else ''}" for id, label in dict(value).items())
    if name == "notes":
        return "".join(f"\n- {noted(note, words)}" for note in value)
    return value if name != "lines" else "".join(f"\n- {_lacking(each, words)}" for each in value)


_PHRASES = {"near": "near", "or_file": "system", "like": "others"}
"""Parameters that are said in a phrase of their own, where they are not empty, with what the phrase calls them."""


def _lacking(problem: Problem, words: Language) -> str:
    return words.text("name_it", {"problem": text_of(problem, words), "option": problem.path})


def complained(bad: BadUse, words: Language) -> int:
    """Tell on standard error what is wrong, and return the exit code."""
    sys.stderr.write(f"salesflow: {bad.said(words)}\n")
    return 2


def unopened(file: str, error: OSError) -> BadUse:
    """Say why a file cannot be read."""
    code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), "file.unreadable")
    return BadUse(code, file=file, why=error.strerror)


_CODES: dict[type[OSError], str] = {
    FileNotFoundError: "file.missing",
    IsADirectoryError: "file.irregular",
    PermissionError: "file.denied",
}
