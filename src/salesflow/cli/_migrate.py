"""The subcommand `migrate`: a plan drafted, tried on records, and applied to them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError

from salesflow import Actor
from salesflow._apply import first_error
from salesflow._json import read_json
from salesflow._trees import Limits
from salesflow.cli._bad_use import BadUse, unopened
from salesflow.cli._console import Plain, printable, table
from salesflow.cli._output import output
from salesflow.cli._source import source_of, whole
from salesflow.cli._template import template_of
from salesflow.errors import LoadError, MoveRefused, TemplateError
from salesflow.languages import Language, say
from salesflow.migration import MigrationPlan, drafted
from salesflow.records import Record
from salesflow.values import to_utc
from salesflow.verdict import MigrationVerdict

LIMITS = Limits(bytes=16 * 2**20, values=500_000, depth=64)
"""How much a plan may hold: two templates, the largest that a file may hold."""

LONGEST = 16 * 2**20
"""How many bytes a record may have on its line."""

MOST_TOLD = 20
"""How many records are told of one by one."""


class Wanted(NamedTuple):
    """What was asked for."""

    plan: str | None
    draft: tuple[str, str] | None
    files: Sequence[str]
    ground: str | None
    dry: bool
    at: str | None
    by: str | None
    output: str | None


def run(wanted: Wanted, words: Language) -> int:
    """Draft a plan, try it, or apply it; return 1 where something is left open, or is refused. Raises BadUse."""
    if wanted.draft is not None:
        _asked_alone(wanted)
        return _drafted(wanted.draft, wanted, words)
    if wanted.plan is None:
        raise BadUse("plan.missing")
    if not wanted.files:
        raise BadUse("records.missing")
    plan, at = _plan(wanted.plan), _moment(wanted.at)
    if wanted.dry:
        return _tried(plan, wanted, at, words)
    if at is None:
        raise BadUse("at.missing")
    return _applied(plan, wanted, at, words)


# -- a plan -------------------------------------------------------------------------------------------------


def _drafted(names: tuple[str, str], wanted: Wanted, words: Language) -> int:
    old, new = map(template_of, names)
    try:
        plan = drafted(old, new, ground=wanted.ground)
    except ValidationError as error:
        raise BadUse("plan.invalid", file=" → ".join(names), why=first_error(error)) from None
    with output(wanted.output, readers=names, programs=True) as out:
        out.write(plan.model_dump_json(indent=2, exclude_defaults=True) + "\n")
    for code, stages in (("unmapped", plan.unmapped), ("unsaid", plan.unsaid)):
        for stage in stages:
            sys.stderr.write(f"salesflow: {printable(words.text(f'migrate.{code}', {'stage': stage}))}\n")
    return int(bool(plan.unmapped or plan.unsaid))


def _asked_alone(wanted: Wanted) -> None:
    """Refuse what a draft would leave out of account. Raises BadUse."""
    others = {
        "--plan": wanted.plan,
        "--dry-run": wanted.dry,
        "--at": wanted.at,
        "--by": wanted.by,
        "FILE": wanted.files,
    }
    for option, given in others.items():
        if given:
            raise BadUse("draft.alone", option=option)


def _plan(file: str) -> MigrationPlan:
    try:
        return MigrationPlan.model_validate(read_json(whole(file), place=file, limits=LIMITS))
    except (LoadError, TemplateError) as error:
        raise BadUse("plan.invalid", file=file, why=error) from None
    except ValidationError as error:
        raise BadUse("plan.invalid", file=file, why=first_error(error)) from None


def _moment(given: str | None) -> datetime | None:
    try:
        return None if given is None else to_utc(datetime.fromisoformat(given))
    except ValueError:
        raise BadUse("at.invalid", given=given) from None


# -- records ------------------------------------------------------------------------------------------------


def _records(plan: MigrationPlan, files: Iterable[str]) -> Iterator[Record]:
    """Read the records of files, one JSON object a line. Raises BadUse."""
    cls: type[Record] = plan.source.record
    for file in files:
        for number, line in enumerate(_lines(file), 1):
            if len(line) > LONGEST:
                raise BadUse("json.line", file=file, line=number, why=f"it is longer than {LONGEST:,} bytes")
            if line.strip():
                yield _record(cls, file, number, line)


def _lines(file: str) -> Iterator[bytes]:
    with source_of(file) as source:
        try:
            while line := source.readline(LONGEST + 1):
                yield line
        except OSError as error:
            raise unopened(file, error) from None


def _record(cls: type[Record], file: str, number: int, line: bytes) -> Record:
    try:
        return cls.model_validate_json(line)
    except ValidationError as error:
        raise BadUse("json.line", file=file, line=number, why=first_error(error)) from None


def _tried(plan: MigrationPlan, wanted: Wanted, at: datetime | None, words: Language) -> int:
    """Tell how many records each verdict has, and of the first ones that need somebody."""
    counts: Counter[str] = Counter()
    first: dict[str, MigrationVerdict] = {}
    told: list[MigrationVerdict] = []
    for verdict in plan.dry_run(_records(plan, wanted.files), at=at):
        counts[verdict.code] += 1
        first.setdefault(verdict.code, verdict)
        if verdict.code not in _SETTLED and len(told) < MOST_TOLD:
            told.append(verdict)
    with output(wanted.output, readers=_read(wanted), programs=False) as out:
        console = Plain(out)
        rows = [(code, f"{count:,}", printable(str(first[code].deal))) for code, count in counts.most_common()]
        made = table(("code", "count", "example"), rows, ("count",), words=words) if rows else None
        console.print(made or words.text("migrate.none"))
        if told:
            console.print()
        for verdict in told:
            console.print(printable(say(verdict, words)), soft_wrap=True)
    return int(any(code not in _SETTLED for code in counts))


_SETTLED = frozenset({"fine", "already_done"})
"""The verdicts on records that need nobody."""


def _applied(plan: MigrationPlan, wanted: Wanted, at: datetime, words: Language) -> int:
    """Write every record, those that were refused as they were; tell of these on standard error."""
    try:
        by = None if wanted.by is None else Actor(id=wanted.by)
    except ValidationError as error:
        raise BadUse("by.invalid", why=first_error(error)) from None
    refused = 0
    with output(wanted.output, readers=_read(wanted), programs=True) as out:
        for record in _records(plan, wanted.files):
            moved = record
            try:
                moved = plan.apply(record, at=at, by=by)
            except MoveRefused as error:
                refused += 1
                sys.stderr.write(f"salesflow: {printable(say(error, words))}\n")
            out.write(moved.model_dump_json() + "\n")
    return int(refused > 0)


def _read(wanted: Wanted) -> tuple[str, ...]:
    return (wanted.plan or "", *wanted.files)
