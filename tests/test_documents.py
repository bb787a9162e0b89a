"""Documents: the reference names what the code can say, no more and no less, and the pages hold together."""

import ast
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib import import_module
from inspect import Parameter, signature
from io import StringIO
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic_core import PydanticUndefined

import salesflow
from salesflow import (
    Actor,
    Answer,
    Customer,
    Lead,
    LossReport,
    Money,
    Offer,
    Opportunity,
    Policy,
    Qualification,
    Stage,
    StageTemplate,
    diagram,
    findings,
    loading,
    present,
    qualified,
    role,
    templates,
)
from salesflow._difference_texts import DIFFERENCES
from salesflow._texts import TEXTS
from salesflow.evolve import IMPACTS
from salesflow.history import Kind
from salesflow.linting import CODES as LINT_CODES
from salesflow.loading import dump_template
from salesflow.records import Activity, Approval, Item, Objection, Record
from salesflow.reminders import DueKind
from salesflow.rules import AnyRule
from salesflow.values import Frozen, FrozenMap
from salesflow.verdict import MIGRATES, FindingCode, MigrationCode

ROOT = Path(__file__).parent.parent
SOURCE = Path(salesflow.__file__).parent
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*.md")])


def sections(page: str) -> list[str]:
    """Return the codes that have a section of their own."""
    return re.findall(r"^### `([^`]+)`$", (REFERENCE / page).read_text("utf-8"), re.MULTILINE)


def table_rows(page: str) -> list[list[str]]:
    """Return the cells of the rows that begin with a code, the code without its quotes."""
    lines = (REFERENCE / page).read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]
    return [[row[0].strip("`"), *row[1:]] for row in rows]


# -- codes in the source ------------------------------------------------------------------------------------

MODULES = sorted(path.relative_to(SOURCE).with_suffix("").as_posix() for path in SOURCE.rglob("*.py"))
IN_RECORDS = {"findings", "audits", "_enter", "_hindsight", "_retelling"}
IN_LOGS = {"findings", "_logwalk", "_cells", "eventlog"}
IN_EXPORTS = {"bulk/_days", "bulk/_snapshot"}

FINDINGS = {"Fault": 0, "fault": 0, "BadCell": 0, "Finding": 0}
PROBLEMS = {"Problem": 0, "problem": 0, "_unknown": 0, "_named": 4}
"""The makers of findings and problems, and which argument is the code; it may be the keyword `code` as well."""

NO_MAKERS = {
    ("_guards", "_named"),
    ("_carry", "fault"),
    ("_enter", "_unknown"),
    ("_logwalk", "_unknown"),
    ("templates/__init__", "_unknown"),
}
"""Functions that bear the name of a maker and make something else."""

PASSED_ON = {"code", "fault.code", "bad.code", "flaw.code"}
"""Expressions that only hand on a code which is read at its origin."""

COMPUTED: dict[tuple[str, str], set[str]] = {
    ("findings", "_CLOSED[outcome]"): {"out_of_won", "out_of_lost"},
    ("findings", "CODES[said.code]"): set(findings.CODES.values()),
    ("findings", "code"): {*findings._WITHOUT_GROUND.values(), "ground_missing"},
}
"""Expressions that make a code: a new one fails these tests until what it can make stands here."""


def calls(module: str, makers: dict[str, int]) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Yield the calls of makers in a module, each with the expression of its code."""
    for node in ast.walk(ast.parse((SOURCE / f"{module}.py").read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers:
            place = makers[node.func.id]
            given = [*(each.value for each in node.keywords if each.arg == "code"), *node.args[place : place + 1]]
            if given and (module, node.func.id) not in NO_MAKERS:
                yield node, given[0]


def codes_of(module: str, makers: dict[str, int]) -> set[str]:
    """Return every code that makers are given in a module."""
    found: set[str] = set()
    for _, code in calls(module, makers):
        made = ast.unparse(code)
        if isinstance(code, ast.Constant):
            found.add(str(code.value))
        elif (module, made) in COMPUTED or made not in PASSED_ON:
            found |= COMPUTED[module, made]
    return found


def levels_of(module: str) -> Iterator[tuple[str, str]]:
    """Yield every plain code of a fault in a module, with its level."""
    for call, code in calls(module, {"Fault": 0, "fault": 0}):
        levels = [*call.args[2:3], *(each.value for each in call.keywords if each.arg == "level")]
        if isinstance(code, ast.Constant):
            yield str(code.value), ast.literal_eval(levels[0]) if levels else "violation"


# -- the reference ------------------------------------------------------------------------------------------


def test_every_refusal_code_has_its_section() -> None:
    variants = {key for key in TEXTS if key.rpartition(".")[0] in TEXTS}
    # these are texts alone: the refusal takes the code of its rule, or the name of a rule in Python
    codes = TEXTS.keys() - variants - {"python", "unreadable"}
    assert sorted(sections("refusal-codes.md")) == sorted(codes)


def test_every_finding_code_has_its_row_and_says_where_it_is_found() -> None:
    made = {module: codes for module in MODULES if (codes := codes_of(module, FINDINGS))}
    assert made.keys() == IN_RECORDS | IN_LOGS | IN_EXPORTS
    records = {code for module in IN_RECORDS for code in made[module]}
    logs = {code for module in IN_LOGS for code in made[module]}
    exports = {code for module in IN_EXPORTS for code in made[module]}
    several = {"records": records, "logs": logs, "exports": exports}
    places = {code: [name for name, codes in several.items() if code in codes] for code in records | logs | exports}
    told = {code: found_in for code, _, found_in, _ in table_rows("finding-codes.md")}
    assert told == {code: ", ".join(found_in) for code, found_in in places.items()}


def test_every_finding_code_that_is_declared_can_be_found_and_is_told() -> None:
    assert {row[0] for row in table_rows("finding-codes.md")} == set(get_args(FindingCode))


def test_every_finding_is_told_with_its_level() -> None:
    made = {pair for module in MODULES for pair in levels_of(module)}
    told = {code: level for code, level, *_ in table_rows("finding-codes.md")}
    assert {(code, told[code]) for code, _ in made} == made


def test_every_problem_code_has_its_row() -> None:
    made = {code for module in MODULES for code in codes_of(module, PROBLEMS)}
    told = {row[0] for row in table_rows("problem-codes.md")}
    assert told == made | LINT_CODES.keys() | loading.CODES.keys()


def test_every_difference_has_its_row_and_every_impact_its_own() -> None:
    codes = {code.partition(".")[0] for code in DIFFERENCES}
    rows = [row[0] for row in table_rows("diff-codes.md")]
    assert rows[: len(IMPACTS)] == [*IMPACTS]
    assert sorted(rows[len(IMPACTS) :]) == sorted(codes)


def test_every_kind_of_due_has_its_row() -> None:
    assert tuple(row[0] for row in table_rows("kinds-of-due.md")) == get_args(DueKind)


def test_every_verdict_on_a_migration_has_its_row_and_says_whether_it_is_true() -> None:
    told = {row[0]: row[1] for row in table_rows("migration-verdicts.md")}
    assert told == {code: "yes" if code in MIGRATES else "no" for code in get_args(MigrationCode)}


@pytest.mark.parametrize("page", ["finding-codes.md", "problem-codes.md", "diff-codes.md"])
def test_no_code_is_told_twice(page: str) -> None:
    codes = [row[0] for row in table_rows(page)]
    assert sorted(set(codes)) == sorted(codes)


def test_every_form_of_rule_has_its_section() -> None:
    tags = [each.model_fields["rule"].default for each in get_args(AnyRule)]
    assert sorted(sections("rules.md")) == sorted(tags)


def test_every_template_of_the_catalogue_has_its_row() -> None:
    assert sorted(row[0] for row in table_rows("catalogue.md")) == list(templates.names())


def test_the_row_of_a_process_tells_whom_it_is_for_and_its_stages_in_order() -> None:
    page = (REFERENCE / "catalogue.md").read_text("utf-8")
    section = page.partition("\n## Processes\n")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `([^`]+)` \| (\w+) \| (.+?) \|", section, re.MULTILINE)
    assert told
    for name, whom, stages in told:
        template = templates.get(name)
        opened = [f"`{stage.id}`" for stage in template.stages if stage.open and not stage.hold]
        closed = [f"`{stage.id}`" for stage in template.stages if stage.outcome]
        plurals = {"lead": "leads", "opportunity": "opportunities", "customer": "customers"}
        assert (whom, stages) == (plurals[template.record.kind], " → ".join([*opened, " or ".join(closed)]))


RECORDS: tuple[type[Frozen], ...] = (Record, Lead, Opportunity, Customer)
HELD: tuple[type[Frozen], ...] = (
    Qualification, Answer, Offer, Item, Activity, Objection, Approval, LossReport, Money, Actor
)  # fmt: skip


def rows_by_section(page: str) -> dict[str, list[tuple[str, ...]]]:
    """Return of each section that is named by code the first three cells of its rows."""
    parts = re.split(r"^##+ (.+)$", (REFERENCE / page).read_text("utf-8"), flags=re.MULTILINE)[1:]
    rows = {title: re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|", text, re.MULTILINE) for title, text in pairs(parts)}
    return {title.strip("`"): found for title, found in rows.items() if title[0] == "`"}


def pairs(parts: list[str]) -> Iterator[tuple[str, str]]:
    return zip(parts[::2], parts[1::2], strict=True)


def type_told(written: str) -> str:
    """Return a type as the pages tell it: without bounds, which stand in words beside it."""
    return " or ".join(f"`{each}`" for each in re.sub(r"Annotated\[(\w+), .*\]", r"\1", written).split(" | "))


def default_told(value: object) -> str:
    if value in (PydanticUndefined, Parameter.empty):
        return "required"
    if isinstance(value, str):
        return f'`"{value}"`'
    # a model of pydantic's shows every field, and a mapping its class
    plain = {Qualification(): "Qualification()", FrozenMap[Any](): "{}"}
    return f"`{plain.get(value, repr(value))}`"


def test_every_field_of_a_record_and_of_what_it_holds_is_told_with_its_type_and_default() -> None:
    own = {
        cls.__name__: [
            (name, type_told(cls.__annotations__[name]), default_told(field.default))
            for name, field in cls.model_fields.items()
            if name in cls.__annotations__
        ]
        for cls in (*RECORDS, *HELD)
    }
    assert rows_by_section("records.md") == own


def method_told(name: str) -> tuple[str, list[tuple[str, ...]]]:
    """Return the heading and the rows of a method: its arguments, without the template itself."""
    asked = signature(getattr(StageTemplate, name))
    arguments = [each for each in asked.parameters.values() if each.name != "self"]
    plain = asked.replace(
        parameters=[each.replace(annotation=Parameter.empty) for each in arguments], return_annotation=Parameter.empty
    )
    rows = [(each.name, type_told(each.annotation), default_told(each.default)) for each in arguments]
    return f"{name}{plain}", rows  # type: ignore[return-value]


METHODS = ("start", "check", "options", "move", "adopt", "update", "replay", "bind")


def test_every_method_of_a_template_is_told_with_its_arguments() -> None:
    assert rows_by_section("templates.md") == dict(map(method_told, METHODS))
    told = re.findall(r"^Returns `(.+?)`:", (REFERENCE / "templates.md").read_text("utf-8"), re.MULTILINE)
    assert told == [signature(getattr(StageTemplate, name)).return_annotation for name in METHODS]


def test_no_other_method_of_a_template_does_anything_with_a_record() -> None:
    own = {name for name, held in vars(StageTemplate).items() if callable(held) and name[0] != "_"}
    assert own - {"stage", "model_post_init"} == set(METHODS)


def names_told() -> dict[str, list[str]]:
    """Return the names that the page of names tells, by module."""
    text = (REFERENCE / "names.md").read_text("utf-8")
    found = re.findall(r"^### `([^`]+)`\n\n[^`\n]+\n\n(`[^\n]+`)$", text, re.MULTILINE)
    assert [module for module, _ in found] == sections("names.md")
    return {module: names.strip("`").split("`, `") for module, names in found}


def test_every_public_name_of_every_public_module_is_told_and_no_other() -> None:
    names = [re.sub(r"(^|/)__init__$", "", module) for module in MODULES]
    public = [".".join(["salesflow", *name.split("/")]).rstrip(".") for name in names if not re.match(r"_|.*/_", name)]
    modules = {name: vars(import_module(name)) for name in public}
    assert names_told() == {name: list(held["__all__"]) for name, held in modules.items() if "__all__" in held}


def test_every_kind_of_change_is_in_the_glossary() -> None:
    glossary = (ROOT / "docs" / "explanation" / "glossary.md").read_text("utf-8")
    assert tuple(re.findall(r"^\*\*`(\w+)`\*\*:", glossary, re.MULTILINE)) == get_args(Kind)


# -- the pages ----------------------------------------------------------------------------------------------


def prose(page: Path) -> list[str]:
    """Return the lines outside of blocks of code and tables, without code in them."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [re.sub(r"`[^`]*`", "code", line) for line in text.splitlines() if not line.startswith("|")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_sources_of_pages_have_one_sentence_a_line(page: Path) -> None:
    assert [line for line in prose(page) if re.search(r"[a-z)][.?!] [A-Z]", line)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_links_of_pages_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
    # where the tests run against the installed package, only what they need lies beside them
    elsewhere = set() if (ROOT / "src").exists() else {"LICENSE", "../../ARCHITECTURE.md"}
    assert [link for link in links if link not in elsewhere and not (page.parent / link).exists()] == []


def test_the_readme_the_tutorial_and_the_story_tell_of_one_process() -> None:
    expected = StageTemplate(
        id="acme-b2b",
        version="1",
        record=Opportunity,
        stages=(
            Stage(id="contact"),
            Stage(id="qualification"),
            Stage(id="proposal", rules=(qualified("need", "value", "budget", "authority"), present("amount"))),
            Stage(id="negotiation", rules=(role("account_manager"),)),
            Stage(id="won", outcome="won"),
            Stage(id="lost", outcome="lost", rules=(present("loss.reason"),)),
        ),
        policy=Policy(skip="with_ground", reopen_to=("qualification",)),
    )
    for page in (ROOT / "README.md", ROOT / "docs" / "tutorial" / "one-deal.md"):
        first = re.search(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        namespace: dict[str, object] = {}
        exec(first[1] if first else "", namespace)  # noqa: S102 - the page's own example
        assert namespace["b2b"] == expected
    assert runpy.run_path(str(ROOT / "examples" / "story.py"))["B2B"] == expected


def test_the_readme_shows_its_template_in_toml_too() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    (written,) = blocks("toml", text)
    assert dump_template(runpy.run_path(str(ROOT / "examples" / "story.py"))["B2B"], form="toml") == written


def test_the_page_on_template_files_shows_one_template_in_every_form() -> None:
    text = (ROOT / "docs" / "how-to" / "write-a-template-file.md").read_text("utf-8")
    shown = {form: blocks(form, text) for form in get_args(loading.Form)}
    assert {form: len(found) for form, found in shown.items()} == {"json": 1, "toml": 1, "yaml": 1}
    assert len({loading.parse_template(found[0], form=form) for form, found in shown.items()}) == 1


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs" / "how-to" / "draw-a-template.md"], ids=str)
def test_the_picture_of_a_page_is_that_of_its_template(page: Path) -> None:
    text = page.read_text("utf-8")
    namespace: dict[str, Any] = {}
    with redirect_stdout(StringIO()):
        exec(blocks("python", text)[0], namespace)  # noqa: S102 - the page's own example
    template = next(each for each in namespace.values() if isinstance(each, StageTemplate))
    assert blocks("mermaid", text) == [diagram.mermaid(template)]


def readme_section(heading: str) -> str:
    text = (ROOT / "README.md").read_text("utf-8")
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def blocks(language: str, text: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_first_command_of_the_readme_runs_the_story_and_the_second_the_tests() -> None:
    install = readme_section("Install")
    commands = blocks("sh", install)
    assert [command.split()[-1] for command in commands] == ["examples/story.py", ".venv/bin/pytest"]
    assert install.count("```") == 4


def test_the_command_of_the_readme_finds_faults_in_the_deals() -> None:
    (command,) = blocks("sh", readme_section("Audit the deals that you already have"))
    _, *arguments = command.replace("\\\n", " ").split()
    program = "import sys; from salesflow.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "out_of_lost" in done.stdout
