"""The subcommand `audit`: what it asks of its options, and how it ends."""

from pathlib import Path

import pytest

from cli.running import LEGAL, Run, figures
from salesflow import Opportunity, Stage, StageTemplate
from salesflow.cli import _audit
from salesflow.cli._asked import Format
from salesflow.loading import dump_template

HEAD = "deal,stage,at\n"
TEXTS = [form for form in Format if form is not Format.parquet]


def naive(rows: int) -> str:
    return "".join(f"D-{number},contact,2026-01-05 09:00\n" for number in range(rows))


def test_a_log_without_violations_ends_with_0(run: Run) -> None:
    assert run("audit", "log.csv", "--template", "acme.json")[::2] == (0, "")


def test_warnings_alone_are_no_fault(audit: Run) -> None:
    code, out, _ = audit(LEGAL + "D-1,contact,2026-01-05T09:00Z\n", "--format", "csv")
    assert (code, out.splitlines()[1]) == (
        0,
        'duplicate,warning,D-1,3,,contact,2026-01-05T09:00:00Z,"the same deal, stage and time as another row"',
    )


@pytest.mark.parametrize("form", TEXTS)
def test_violations_end_with_1_in_every_format(audit: Run, form: str) -> None:
    assert audit(LEGAL + "D-1,contact,2026-01-07T09:00Z\n", "--format", form)[::2] == (1, "")


@pytest.mark.parametrize("form", TEXTS)
def test_a_violation_before_warnings_counts_in_every_format(audit: Run, form: str) -> None:
    log = f"{LEGAL},talk,2026-01-06T09:00Z\nD-1,contact,2026-01-05T09:00Z\n"
    assert audit(log, "--format", form)[::2] == (1, "")


# -- columns ------------------------------------------------------------------------------------------------

MAPPED = "id,to,when,from,who,why,born\n"


def test_every_column_can_be_named(audit: Run) -> None:
    row = "D-1,{},{},{},u-7,{},2026-01-05T09:00Z\n"
    log = (
        MAPPED
        + row.format("contact", "2026-01-05T09:00Z", "", "")
        + row.format("deal", "2026-01-06T09:00Z", "contact", "they hurry")
    )
    options = ("--deal=id", "--stage=to", "--at=when", "--source=from", "--by=who", "--ground=why", "--created=born")
    code, out, _ = audit(log, *options, "--format", "csv")
    # the ground was read: what remains is the rule of the stage passed over, which has no column
    assert (code, [line.split(",")[:3] for line in out.splitlines()[1:]]) == (
        0,
        [["rule_undecidable", "warning", "D-1"]],
    )


def test_a_ground_that_is_missing_in_its_column_is_a_violation(audit: Run) -> None:
    log = "deal,stage,at,why,amount\nD-1,contact,2026-01-05T09:00Z,,\nD-1,offer,2026-01-06T09:00Z,,5\n"
    assert (audit(log)[0], audit(log, "--ground", "why")[0]) == (0, 1)


def test_two_creations_under_one_id_are_two_deals(audit: Run) -> None:
    log = "deal,stage,at,born\nD-1,contact,2026-01-05T09:00Z,a\nD-1,contact,2026-01-06T09:00Z,b\n"
    code, out, _ = audit(log, "--created", "born")
    assert code == 1
    assert "reused_id" in out
    assert figures(out)["deals"] == 2


def test_columns_that_are_missing_are_all_named_with_their_options(run: Run, place: Path) -> None:
    (place / "log.csv").write_text("deal_id,stage,time\nD-1,contact,2026-01-05T09:00Z\n", "utf-8")
    got = run("audit", "log.csv", "--template", "acme.json", "--ground", "why")
    assert got == (
        2,
        "",
        (
            "salesflow: 'log.csv' lacks what is to be read:\n"
            "- there is no column 'deal'; 'deal_id' is near: name it with --deal\n"
            "- there is no column 'at'; there are 'deal_id', 'stage', 'time': name it with --at\n"
            "- there is no column 'why'; there are 'deal_id', 'stage', 'time': name it with --ground [column.missing]\n"
        ),
    )


# -- times --------------------------------------------------------------------------------------------------

HINT = "say where they were written down with --zone, such as --zone Europe/Paris [zone.missing]\n"
NONE = "and none of these rows can be used"


@pytest.mark.parametrize("form", TEXTS)
def test_a_log_whose_times_have_no_zone_gives_no_answer(audit: Run, form: str) -> None:
    message = f"salesflow: 'log.csv' has times without a zone (3 of its first 3 rows, {NONE}): {HINT}"
    assert audit(HEAD + naive(3), "--format", form) == (2, "", message)


def test_other_faults_beside_times_without_a_zone_hide_no_hint(audit: Run) -> None:
    log = f"{HEAD}{naive(1)}D-2,contact,5.1.2026\n{naive(1)}"
    message = f"salesflow: 'log.csv' has times without a zone (2 of its first 3 rows, {NONE}): {HINT}"
    assert audit(log) == (2, "", message)


def test_a_long_log_without_zones_is_not_read_to_its_end(audit: Run) -> None:
    many = _audit.ENOUGH
    message = f"salesflow: 'log.csv' has times without a zone ({many} of its first {many} rows, {NONE}): {HINT}"
    assert audit(HEAD + naive(many + 5) + "\0") == (2, "", message)


@pytest.mark.parametrize("after", ["", naive(2)])
@pytest.mark.parametrize("before", ["", naive(2), "D-0,contact,5.1.2026\n"])
def test_one_row_that_can_be_used_makes_an_answer(audit: Run, before: str, after: str) -> None:
    log = f"{HEAD}{before}D-9,contact,2026-01-05T09:00Z\n{after}"
    code, out, err = audit(log)
    assert (code, err) == (int(bool(before or after)), "")
    assert figures(out)["deals"] == 1


UNREADABLE = "column 'at' holds {!r}, not an ISO 8601 time; write times in ISO 8601, such as 2026-01-31T09:00"


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize("zone", [(), ("--zone", "Europe/Paris")])
def test_a_log_in_which_no_time_can_be_read_gives_no_answer(audit: Run, form: str, zone: tuple[str, ...]) -> None:
    log = f"{HEAD},contact,2026-01-05T09:00Z\nD-1,contact,05/01/2026\nD-2,contact,13/01/2026\n"
    message = f"'log.csv' has no time that can be read (2 of its first 3 rows, {NONE}): in row 2, "
    expected = (2, "", f"salesflow: {message}{UNREADABLE.format('05/01/2026')} [time.unreadable]\n")
    assert audit(log, "--format", form, *zone) == expected


def test_a_long_log_of_times_that_cannot_be_read_is_not_read_to_its_end(audit: Run) -> None:
    many = _audit.ENOUGH
    message = f"'log.csv' has no time that can be read ({many} of its first {many} rows, {NONE}): in row 1, "
    log = HEAD + "D-1,contact,\n" * (many + 5) + "\0"
    assert audit(log) == (2, "", f"salesflow: {message}{UNREADABLE.format('')} [time.unreadable]\n")


def test_rows_that_cannot_be_used_for_other_reasons_make_an_answer(audit: Run) -> None:
    code, out, err = audit(f"{HEAD},contact,2026-01-05T09:00Z\n,contact,2026-01-06T09:00Z\n")
    assert (code, err) == (1, "")
    assert figures(out) == {"rows": 2, "deals": 0, "deals that obey": 0, "moves": 0, "violations": 2, "warnings": 0}


def test_times_without_a_zone_are_read_in_the_zone_given(audit: Run) -> None:
    log = f"{HEAD}D-1,contact,2026-01-05 09:00\nD-1,won,2026-07-05 09:00\n"
    code, out, _ = audit(log, "--zone", "Europe/Paris", "--format", "csv")
    assert (code, out.splitlines()[1].split(",")[6]) == (0, "2026-07-05T07:00:00Z")


@pytest.mark.parametrize("zone", ["Europe/Pariss", "", "../zone", "Europe", "/etc/passwd", "[red]"])
def test_a_zone_that_is_none_is_told(audit: Run, zone: str) -> None:
    message = f"salesflow: there is no time zone {zone!r}: use an IANA name such as 'Europe/Paris' or 'UTC'"
    assert audit(LEGAL, "--zone", zone) == (2, "", f"{message} [zone.unknown]\n")


@pytest.mark.parametrize("time", ["now", "2026-01-05", "2026-01-05T09:00", "", "0001-01-01T00:00+14:00", "5.1.2026"])
def test_a_now_that_is_no_moment_is_told(audit: Run, time: str) -> None:
    message = f"--as-of takes an ISO 8601 time with a zone, such as 2026-01-05T09:00Z, not {time!r} [as_of.invalid]"
    assert audit(LEGAL, "--as-of", time) == (2, "", f"salesflow: {message}\n")


def test_what_is_overdue_by_then_is_told_with_a_now(audit: Run) -> None:
    log = "deal,stage,at,expected_close\nD-1,contact,2026-01-05T09:00Z,2026-02-01\n"
    told = [figures(audit(log, *now).out)["warnings"] for now in ((), ("--as-of", "2026-02-02T00:00Z"))]
    assert told == [0, 1]


# -- an export of somebody's --------------------------------------------------------------------------------


def test_a_clean_export_is_clean_to_the_command(run: Run, place: Path, shared: Path) -> None:
    stages = [Stage(id=id) for id in ("Lead", "Qualified", "Proposal")]
    closing = [Stage(id="Closed Won", outcome="won"), Stage(id="Closed Lost", outcome="lost")]
    funnel = StageTemplate(id="funnel", version="1", record=Opportunity, stages=(*stages, *closing))
    (place / "funnel.json").write_text(dump_template(funnel), "utf-8")
    columns = ("--deal", "lead_id", "--at", "stage_date", "--zone", "UTC")
    code, out, err = run("audit", str(shared / "data" / "tiny_funnel.csv"), "--template", "funnel.json", *columns)
    assert (code, err) == (0, "")
    told = figures(out)
    assert (told["deals"], told["deals that obey"], told["violations"]) == (5, 5, 0)
