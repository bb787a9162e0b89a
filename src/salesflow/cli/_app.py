"""The application: subcommands, their arguments and options, and how each ends."""

from __future__ import annotations

import os
import sys
from importlib import metadata
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from salesflow._cells import Columns
from salesflow.cli import _audit, _diff, _discover, _lint, _migrate, _new, _pipelines, _schema, _show, _templates
from salesflow.cli._asked import Asked, Format, Shape, checked_zone, columns_of, form_of, format_of
from salesflow.cli._bad_use import BadUse, complained
from salesflow.cli._console import lenient
from salesflow.cli._show import Form
from salesflow.cli._words import ENGLISH, in_words
from salesflow.languages import Language


class _Commands(TyperGroup):
    """Subcommands return their exit code. Bad use ends in 2 and one message; what ends them from outside, quietly."""

    def invoke(self, ctx: Any) -> None:
        """Run the subcommand, and end."""
        lenient()
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BadUse as bad:
            code = complained(bad, ctx.obj or ENGLISH)
        except OSError as error:
            code = _unwritten(error, ctx.obj)
        except KeyboardInterrupt:
            code = 130
        raise typer.Exit(code or 0)


def _unwritten(error: OSError, words: Language | None) -> int:
    """Give up output, which alone can fail by now, and return the exit code."""
    # Python would complain at exit about what is still to be written
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return 141
    return complained(BadUse("output.failed", why=error.strerror), words or ENGLISH)


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def version_of(package: str) -> str:
    """Return the version of what is installed under that name."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _say_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it by position
    if wanted:
        typer.echo(f"salesflow {version_of('salesflow')}")
        raise typer.Exit


_TEMPLATE = "The name of a template that is built in or installed, or a file in TOML, YAML or JSON."


def _speak(context: typer.Context, language: str) -> str:
    """Keep the language where the command finds it too when it complains."""
    context.find_root().obj = in_words(language)
    return language


_LANGUAGE = typer.Option(
    metavar="CODE",
    envvar="SALESFLOW_LANGUAGE",
    callback=_speak,
    is_eager=True,
    help="The language of what is told, such as 'fr'.",
)
_VERSION = typer.Option("--version", callback=_say_version, is_eager=True, help="Show the version and end.")


@app.callback()
def salesflow(*, version: Annotated[bool, _VERSION] = False) -> None:
    """Check deal histories against a sales process, and look at such processes."""


_FILES = "Files, or - for standard input: a log, or what a system gives out."
_FROM = (
    "What the files are: a system such as hubspot, or csv, jsonl, parquet, xes, snapshot, wide, spans or changes. "
    "By their ending otherwise."
)
_DELIMITER = "What parts the cells, or 'tab'."
_DEAL = typer.Option(metavar="COLUMN", help="Which deal. [default: deal]")
_STAGE = typer.Option(metavar="COLUMN", help="The stage that it came to. [default: stage]")
_AT = typer.Option(metavar="COLUMN", help="When, in ISO 8601; of wide tables how such columns begin. [default: at]")
_SOURCE = typer.Option(metavar="COLUMN", help="The stage that it left.")
_CREATED = typer.Option(metavar="COLUMN", help="When the deal was created.")
_END = typer.Option(metavar="COLUMN", help="When the deal left the stage, in --from spans.")
_FIELD = typer.Option(metavar="COLUMN", help="Which field changed, in --from changes; --stage says its name there.")
_VALUE = typer.Option(metavar="COLUMN", help="What the field became, in --from changes.")
_OUTCOME = typer.Option(
    metavar="FIELD=STAGE", help="A field that closes a deal, in --from changes, and the stage then."
)
_DATES = typer.Option(
    metavar="COLUMN=ORDER", help="How a column of a wide table, of spans or changes writes dates: dmy, mdy or ymd."
)
_ZONE = typer.Option(metavar="ZONE", help="The zone of times that name none.")


@app.command()
def audit(  # noqa: PLR0913 - one argument for each option
    file: Annotated[list[str], typer.Argument(metavar="FILE...", help=_FILES)],
    *,
    form: Annotated[str | None, typer.Option("--from", metavar="FORM", help=_FROM)] = None,
    template: Annotated[str | None, typer.Option(metavar="NAME_OR_FILE", help=_TEMPLATE)] = None,
    pipeline: Annotated[str, typer.Option(metavar="ID", help="Only the deals of this pipeline of a system.")] = "",
    deal: Annotated[str, _DEAL] = "",
    stage: Annotated[str, _STAGE] = "",
    at: Annotated[str, _AT] = "",
    source: Annotated[str | None, _SOURCE] = None,
    by: Annotated[str | None, typer.Option(metavar="COLUMN", help="Who moved it.")] = None,
    ground: Annotated[str | None, typer.Option(metavar="COLUMN", help="The ground that was stated.")] = None,
    created: Annotated[str | None, _CREATED] = None,
    end: Annotated[str | None, _END] = None,
    field: Annotated[str | None, _FIELD] = None,
    value: Annotated[str | None, _VALUE] = None,
    outcome: Annotated[list[str] | None, _OUTCOME] = None,
    dates: Annotated[list[str] | None, _DATES] = None,
    zone: Annotated[str | None, _ZONE] = None,
    as_of: Annotated[str | None, typer.Option(metavar="TIME", help="Stands for now: tells what is overdue.")] = None,
    told: Annotated[Format | None, typer.Option("--format", help="How findings are told. [default: table]")] = None,
    output: Annotated[str | None, typer.Option(metavar="FILE", help="Where findings are written.")] = None,
    delimiter: Annotated[str, typer.Option(metavar="CHARACTER", help=_DELIMITER)] = ",",
    language: Annotated[str, _LANGUAGE] = "",
) -> int:
    """Audit a log, or what a system gives out: do the moves of its deals obey the template?

    Ends with 0 if they do, with 1 if there are violations, with 2 if there is no answer.
    """
    kind, shape = form_of(file, form), Shape(end, field, value, tuple(outcome or ()), tuple(dates or ()))
    asked = Asked(
        files=tuple(file),
        form=kind,
        template=template,
        pipeline=pipeline,
        columns=columns_of(Columns(deal, stage, at, source, by, ground, created), shape, kind),
        shape=shape,
        delimiter=delimiter,
        zone=checked_zone(zone),
        as_of=as_of,
        format=format_of(told, output),
        output=output,
    )
    return _audit.run(asked, in_words(language))


_RECORDS = "Files, or - for standard input: records, one JSON object a line."
_DRAFT = "Write a plan from one template to another: names, or files."
_TEMPLATE_FILE = "Where to write it: NAME.toml, NAME.yaml or NAME.json; standard output in TOML otherwise."


@app.command()
def import_pipeline(
    file: Annotated[list[str], typer.Argument(metavar="FILE...", help="What the system gives out of its pipelines.")],
    *,
    form: Annotated[str, typer.Option("--from", metavar="SYSTEM", help="The system, such as hubspot.")],
    pipeline: Annotated[str, typer.Option(metavar="ID", help="Which pipeline, where there are several.")] = "",
    output: Annotated[str | None, typer.Option(metavar="FILE", help=_TEMPLATE_FILE)] = None,
    delimiter: Annotated[str, typer.Option(metavar="CHARACTER", help=_DELIMITER)] = ",",
    language: Annotated[str, _LANGUAGE] = "",
) -> int:
    """Write the pipeline of a system as a template, with what was not taken as it stood in comments."""
    return _pipelines.run(file, form, pipeline, delimiter, output, in_words(language))


@app.command()
def discover(  # noqa: PLR0913 - one argument for each option
    file: Annotated[list[str], typer.Argument(metavar="FILE...", help=_FILES)],
    *,
    form: Annotated[str | None, typer.Option("--from", metavar="FORM", help=_FROM)] = None,
    pipeline: Annotated[str, typer.Option(metavar="ID", help="Only the deals of this pipeline of a system.")] = "",
    deal: Annotated[str, _DEAL] = "",
    stage: Annotated[str, _STAGE] = "",
    at: Annotated[str, _AT] = "",
    source: Annotated[str | None, _SOURCE] = None,
    created: Annotated[str | None, _CREATED] = None,
    end: Annotated[str | None, _END] = None,
    field: Annotated[str | None, _FIELD] = None,
    value: Annotated[str | None, _VALUE] = None,
    outcome: Annotated[list[str] | None, _OUTCOME] = None,
    dates: Annotated[list[str] | None, _DATES] = None,
    zone: Annotated[str | None, _ZONE] = None,
    output: Annotated[str | None, typer.Option(metavar="FILE", help=_TEMPLATE_FILE)] = None,
    delimiter: Annotated[str, typer.Option(metavar="CHARACTER", help=_DELIMITER)] = ",",
    language: Annotated[str, _LANGUAGE] = "",
) -> int:
    """Propose a template for a log, with the moves seen, and what the log does not settle, in comments."""
    kind, shape = form_of(file, form), Shape(end, field, value, tuple(outcome or ()), tuple(dates or ()))
    asked = Asked(
        files=tuple(file),
        form=kind,
        pipeline=pipeline,
        columns=columns_of(Columns(deal, stage, at, source, None, None, created), shape, kind),
        shape=shape,
        delimiter=delimiter,
        zone=checked_zone(zone),
        output=output,
    )
    return _discover.run(asked, in_words(language))


@app.command()
def migrate(
    file: Annotated[list[str] | None, typer.Argument(metavar="[FILE...]", help=_RECORDS)] = None,
    *,
    plan: Annotated[str | None, typer.Option(metavar="FILE", help="The plan, in JSON.")] = None,
    draft: Annotated[tuple[str, str] | None, typer.Option(metavar="OLD NEW", help=_DRAFT)] = None,
    ground: Annotated[str | None, typer.Option(metavar="TEXT", help="The ground that a drafted plan states.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would become of each record.")] = False,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="When they are migrated, in ISO 8601.")] = None,
    by: Annotated[str | None, typer.Option(metavar="ID", help="Who migrates them.")] = None,
    output: Annotated[str | None, typer.Option(metavar="FILE", help="Where it is written.")] = None,
    language: Annotated[str, _LANGUAGE] = "",
) -> int:
    """Draft a plan for records in flight whose template changes, try it on records, or apply it to them.

    Ends with 0 if all is well, with 1 if something is left open, misses data or is refused, with 2 if there is no
    answer.
    """
    wanted = _migrate.Wanted(plan, draft, file or (), ground, dry_run, at, by, output)
    return _migrate.run(wanted, in_words(language))


@app.command()
def show(
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help=_TEMPLATE)],
    *,
    language: Annotated[str, _LANGUAGE] = "",
    form: Annotated[Form, typer.Option("--format", help="A table to read, a picture, a page or a file.")] = Form.table,
    rules: Annotated[bool, typer.Option("--rules", help="Say in a picture what each arrow asks.")] = False,
) -> int:
    """Show a template: its stages, what they ask, its moves and its policy."""
    return _show.run(template, form, in_words(language), rules=rules)


@app.command()
def lint(
    templates: Annotated[list[str], typer.Argument(metavar="TEMPLATE...", help=f"{_TEMPLATE} Several are taken.")],
    *,
    language: Annotated[str, _LANGUAGE] = "",
) -> int:
    """Name every problem of templates, with the line in the file.

    Ends with 0 if all are sound, with 1 if there are problems, with 2 if there is one that cannot be linted.
    """
    return _lint.run(templates, in_words(language))


_OLD_TEMPLATE = f"The template that deals run through. {_TEMPLATE}"
_FAIL_ON = "End with 1 if anything has this impact or a worse one."


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help=_OLD_TEMPLATE)],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The template that is to follow it.")],
    *,
    fail_on: Annotated[_diff.FailOn | None, typer.Option("--fail-on", help=_FAIL_ON)] = None,
    form: Annotated[_diff.Form, typer.Option("--format", help="A list to read, a page, a picture, or data.")] = (
        _diff.Form.table
    ),
    language: Annotated[str, _LANGUAGE] = "",
) -> int:
    """Tell what is another in a new template, and what that means for deals in flight.

    Ends with 0, with 1 if there is what --fail-on names, with 2 if a template cannot be read.
    """
    return _diff.run(old, new, form, fail_on, in_words(language))


@app.command()
def new(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Where to write it: NAME.toml, NAME.yaml or NAME.json.")],
    *,
    language: Annotated[str, _LANGUAGE] = "",
    start: Annotated[
        str, typer.Option("--from", metavar="NAME", help="A template that is built in or installed.")
    ] = "",
) -> int:
    """Write a template to start from, with comments where the form has them; an existing file is left alone."""
    return _new.run(file, start, in_words(language))


@app.command()
def schema() -> int:
    """Print the JSON Schema of template files, for editors."""
    return _schema.run()


@app.command()
def templates() -> int:
    """List the templates that are built in or installed, one name a line."""
    return _templates.run()
