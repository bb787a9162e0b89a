"""The subcommand `migrate`: a plan drafted, tried and applied, with nothing guessed and nothing lost."""

from pathlib import Path

import pytest

from acme import NOW, days, process
from cli.running import Run
from salesflow import Opportunity, audit, present
from salesflow.loading import dump_template
from salesflow.migration import MigrationPlan, drafted

OLD = process(skip="with_ground")
NEW = process({"talk": {"rules": (present("amount"),)}}, more={"version": "2"})
AT = "2026-03-01T09:00+01:00"


def deals() -> list[Opportunity]:
    """Return deals in the first stage, in the one that asks for an amount, and on hold."""
    first = [OLD.start(Opportunity(id=f"D-{number}"), at=NOW) for number in range(4)]
    return [
        *first[:2],
        *(OLD.move(deal, to=to, at=days(1)) for deal, to in zip(first[2:], ("talk", "wait"), strict=True)),
    ]


@pytest.fixture
def files(place: Path) -> Path:
    """The templates, a plan that is total and one that leaves a stage open, and the records."""
    (place / "old.json").write_text(dump_template(OLD), "utf-8")
    (place / "new.json").write_text(dump_template(NEW), "utf-8")
    for name, mapping in (("plan", {}), ("open", {"wait": None})):
        (place / f"{name}.json").write_text(drafted(OLD, NEW, mapping, ground="spring").model_dump_json(), "utf-8")
    lines = [deal.model_dump_json() for deal in deals()]
    (place / "deals.jsonl").write_text("\n".join([lines[0], "", *lines[1:]]), "utf-8")
    return place


def records(text: str) -> list[Opportunity]:
    return [Opportunity.model_validate_json(line) for line in text.splitlines()]


def test_a_plan_is_drafted_and_can_be_read_again(run: Run, files: Path) -> None:
    got = run("migrate", "--draft", "old.json", "new.json", "--ground", "spring", "--output", "made.json")
    assert got == (0, "", "")
    assert MigrationPlan.model_validate_json((files / "made.json").read_text("utf-8")) == drafted(
        OLD, NEW, ground="spring"
    )


def test_what_a_draft_leaves_open_is_told(run: Run, files: Path) -> None:
    text = dump_template(NEW).replace('"id": "wait"', '"id": "on ice"').replace('"outcome": "lost"', '"outcome": "won"')
    (files / "odd.json").write_text(text, "utf-8")
    got = run("migrate", "--draft", "old.json", "odd.json")
    assert got.code == 1
    assert got.err == (
        "salesflow: the plan leaves open where 'wait' leads: say it under mapping\n"
        "salesflow: 'lost' changes its outcome: if that is meant, say so under changes_outcome, with a ground\n"
    )
    assert MigrationPlan.model_validate_json(got.out).unmapped == ("wait",)


@pytest.mark.usefixtures("files")
def test_a_dry_run_counts_verdicts_and_names_who_needs_somebody(run: Run) -> None:
    got = run("migrate", "--plan", "open.json", "--dry-run", "deals.jsonl")
    assert (got.code, got.err) == (1, "")
    assert got.out == (
        "code        count  example\n"
        "───────────────────────────\n"
        "fine            2  D-0\n"
        "needs_data      1  D-2\n"
        "unmapped        1  D-3\n"
        "\n"
        "D-2: 'talk' becomes 'talk', whose rules are not met [needs_data]\n"
        "- amount is missing [present.amount]\n"
        "D-3: the plan leaves open where it leads [unmapped]\n"
        "- the plan does not say where 'wait' leads [migration.unmapped.wait]\n"
    )


def test_a_dry_run_in_which_all_is_well_ends_with_0(run: Run, files: Path) -> None:
    (files / "deals.jsonl").write_text(deals()[0].model_dump_json(), "utf-8")
    assert run("migrate", "--plan", "plan.json", "--dry-run", "--at", AT, "deals.jsonl").code == 0
    (files / "deals.jsonl").write_text("\n", "utf-8")
    assert run("migrate", "--plan", "plan.json", "--dry-run", "deals.jsonl") == (0, "there are no records\n", "")
    assert run("migrate", "--plan", "plan.json", "--dry-run", "deals.jsonl", "--language", "fr").out == (
        "il n\N{RIGHT SINGLE QUOTATION MARK}y a aucune fiche\n"
    )


def test_records_are_migrated_and_an_audit_clears_them(run: Run, files: Path) -> None:
    got = run("migrate", "--plan", "plan.json", "--at", AT, "--by", "rosa", "deals.jsonl", "--output", "moved.jsonl")
    assert got == (0, "", "")
    moved = records((files / "moved.jsonl").read_text("utf-8"))
    assert [(each.id, each.stage, str(each.template)) for each in moved] == [
        ("D-0", "contact", "acme 2"),
        ("D-1", "contact", "acme 2"),
        ("D-2", "talk", "acme 2"),
        ("D-3", "wait", "acme 2"),
    ]
    last = moved[3].history[-1]
    assert (last.by and last.by.id, last.ground, moved[3].left) == ("rosa", "spring", "contact")
    assert list(audit([OLD, NEW], moved)) == []
    assert records(run("migrate", "--plan", "plan.json", "--at", AT, "moved.jsonl").out) == moved


@pytest.mark.usefixtures("files")
def test_a_record_that_is_refused_is_told_and_written_as_it_was(run: Run) -> None:
    got = run("migrate", "--plan", "open.json", "--at", AT, "deals.jsonl")
    assert got.code == 1
    assert got.err == (
        "salesflow: D-3 may not be migrated:\n- the plan does not say where 'wait' leads [migration.unmapped.wait]\n"
    )
    moved = records(got.out)
    assert [str(each.template) for each in moved] == ["acme 2"] * 3 + ["acme 1"]
    assert moved[3] == deals()[3]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("deals.jsonl",), "plan.missing"),
        (("--plan", "plan.json"), "records.missing"),
        (("--plan", "plan.json", "deals.jsonl"), "at.missing"),
        (("--plan", "plan.json", "deals.jsonl", "--at", "2026-03-01T09:00"), "at.invalid"),
        (("--plan", "plan.json", "deals.jsonl", "--at", AT, "--by", "a\tb"), "by.invalid"),
        (("--plan", "old.json", "deals.jsonl", "--dry-run"), "plan.invalid"),
        (("--plan", "deals.jsonl", "deals.jsonl", "--dry-run"), "plan.invalid"),
        (("--plan", "none.json", "deals.jsonl", "--dry-run"), "file.missing"),
        (("--plan", "plan.json", "none.jsonl", "--dry-run"), "file.missing"),
        (("--plan", "plan.json", "old.json", "--dry-run"), "json.line"),
        (("--plan", "plan.json", "deals.jsonl", "--at", AT, "--output", "deals.jsonl"), "output.read"),
        *(
            (("--draft", "old.json", "new.json", *beside), "draft.alone")
            for beside in (("--plan", "plan.json"), ("--dry-run",), ("--at", AT), ("--by", "rosa"), ("deals.jsonl",))
        ),
        (("--draft", "old.json", "old.json"), "plan.invalid"),
        (("--draft", "old.json", "none"), "template.unknown"),
    ],
)
@pytest.mark.usefixtures("files")
def test_bad_use_has_its_code_in_both_languages(run: Run, arguments: tuple[str, ...], code: str) -> None:
    got = run("migrate", *arguments)
    assert (got.code, got.err.rpartition(" ")[2]) == (2, f"[{code}]\n")
    assert run("migrate", *arguments, "--language", "fr").err.rpartition(" ")[2] == f"[{code}]\n"


def test_templates_that_contradict_themselves_are_told(run: Run, files: Path) -> None:
    text = (files / "plan.json").read_text("utf-8").replace('"skip":"with_ground"', '"reopen_to":["nowhere"]')
    (files / "plan.json").write_text(text, "utf-8")
    assert "[stage.unknown]" in run("migrate", "--plan", "plan.json", "--dry-run", "deals.jsonl").err


def test_a_line_that_is_too_long_is_told(run: Run, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salesflow.cli._migrate.LONGEST", 20)
    got = run("migrate", "--plan", "plan.json", "--dry-run", "deals.jsonl")
    assert got.err == "salesflow: 'deals.jsonl' breaks in line 1: it is longer than 20 bytes [json.line]\n"


@pytest.mark.usefixtures("files")
def test_a_folder_is_no_file_of_records(run: Run, place: Path) -> None:
    (place / "folder").mkdir()
    assert "[file.irregular]" in run("migrate", "--plan", "plan.json", "--dry-run", "folder").err


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file here opens and then cannot be read")
@pytest.mark.usefixtures("files")
def test_a_file_that_breaks_on_the_way_is_told(run: Run) -> None:
    got = run("migrate", "--plan", "plan.json", "--dry-run", "/proc/self/mem")
    assert got == (2, "", "salesflow: '/proc/self/mem' cannot be read: Input/output error [file.unreadable]\n")
