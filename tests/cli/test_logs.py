"""Logs of several files and forms: judged as one log, each finding with its file, and broken files told."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.running import LEGAL, Run, figures

HEAD = "deal,stage,at\n"
FIRST = f"{HEAD}D-1,contact,2026-01-05T09:00Z\nD-2,contact,2026-01-05T09:00Z\n"
SECOND = f"{HEAD}D-2,lost,2026-01-06T09:00Z\nD-1,talk,2026-01-06T09:00Z\nD-2,won,2026-01-07T09:00Z\n"
TOLD = ("--template", "acme.json")


@pytest.fixture
def several(place: Path) -> None:
    (place / "a.csv").write_text(FIRST, "utf-8")
    (place / "b.csv").write_text(SECOND, "utf-8")


@pytest.mark.usefixtures("several")
def test_several_files_are_one_log_and_a_finding_tells_its_file_and_the_row_in_it(run: Run) -> None:
    got = run("audit", "a.csv", "b.csv", *TOLD, "--format", "csv")
    assert (got.code, got.err) == (1, "")
    assert got.out == (
        "code,level,deal,row,source,target,at,detail,file\n"
        "out_of_lost,violation,D-2,3,lost,won,2026-01-07T09:00:00Z,"
        "\"'lost' is closed, and is not reopened to 'won'\",b.csv\n"
    )
    table = run("audit", "a.csv", "b.csv", *TOLD).out
    assert (figures(table)["rows"], figures(table)["deals"]) == (5, 2)


@pytest.mark.usefixtures("several")
def test_json_tells_the_file_too_and_a_finding_on_no_row_has_none(run: Run, place: Path) -> None:
    got = run("audit", "a.csv", "b.csv", *TOLD, "--format", "json")
    assert [each["file"] for each in json.loads(got.out)["findings"]] == ["b.csv"]


@pytest.mark.usefixtures("several")
def test_a_file_that_breaks_or_lacks_a_column_gives_no_answer(run: Run, place: Path) -> None:
    (place / "c.csv").write_text("deal,at\nD-1,2026-01-05T09:00Z\n", "utf-8")
    got = run("audit", "a.csv", "c.csv", "b.csv", *TOLD)
    assert got == (2, "", "salesflow: 'c.csv' lacks columns that 'a.csv' has: 'stage' [csv.columns]\n")
    (place / "c.csv").write_text(f'{HEAD}"D-1', "utf-8")
    assert run("audit", "a.csv", "c.csv", "b.csv", *TOLD).err.startswith("salesflow: 'c.csv' is no CSV: ")
    assert run("audit", "a.csv", "none.csv", *TOLD).err == "salesflow: there is no file 'none.csv' [file.missing]\n"


def test_times_that_cannot_be_read_are_told_with_the_file(run: Run, place: Path) -> None:
    (place / "a.csv").write_text(HEAD, "utf-8")
    (place / "b.csv").write_text(f"{HEAD}D-1,contact,5.1.2026\n", "utf-8")
    assert run("audit", "a.csv", "b.csv", *TOLD).err.startswith("salesflow: 'b.csv' has no time that can be read")
    (place / "b.csv").write_text(f"{HEAD}D-1,contact,2026-01-05\n", "utf-8")
    assert run("audit", "a.csv", "b.csv", *TOLD).err.startswith("salesflow: 'b.csv' has times without a zone")


def test_standard_input_is_a_log_where_its_form_is_said(run: Run, piped: Callable[[bytes], None]) -> None:
    piped(LEGAL.encode())
    got = run("audit", "-", "--from", "csv", *TOLD)
    assert (got.code, figures(got.out)["rows"]) == (0, 2)


# -- JSON lines ---------------------------------------------------------------------------------------------


def lines(*objects: object) -> str:
    return "".join(f"{json.dumps(each)}\n" for each in objects)


def row(deal: object, stage: str, at: str, **more: object) -> dict[str, object]:
    return {"deal": deal, "stage": stage, "at": at, **more}


def test_json_lines_are_a_log_whose_cells_have_types(run: Run, place: Path) -> None:
    first = row(1, "contact", "2026-01-05T09:00Z", amount=None)
    (place / "log.jsonl").write_text(
        lines(first)
        + "\n"
        + lines(row("1", "talk", "2026-01-06T09:00Z"), row(1, "offer", "2026-01-07T09:00Z", amount=5)),
        "utf-8",
    )
    got = run("audit", "log.jsonl", *TOLD)
    assert (got.code, figures(got.out)["deals"], figures(got.out)["moves"]) == (0, 1, 2)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b'{"deal": "D-1", "sta', "unterminated string starting at"),
        (b"[1]", "this is no object"),
        (b'{"deal": 1, "deal": 2}', "this key stands twice"),
        (b"\xff", "the byte 0xFF is not UTF-8"),
        (b'"' + b"x" * 1_000_001 + b'"', "this is larger than 1,000,000 bytes"),
    ],
)
def test_a_line_that_is_no_object_gives_no_answer(run: Run, place: Path, line: bytes, why: str) -> None:
    legal = lines(row("D-1", "contact", "2026-01-05T09:00Z")).encode()
    (place / "log.jsonl").write_bytes(legal + line)
    got = run("audit", "log.jsonl", *TOLD)
    assert (got.code, got.out) == (2, "")
    assert got.err.startswith(f"salesflow: 'log.jsonl' breaks in line 2: {why}") or b"\xff" in line
    assert got.err.endswith("[json.line]\n")


def test_json_lines_of_nothing_and_a_file_that_cannot_be_read_are_told(run: Run, place: Path) -> None:
    (place / "log.jsonl").write_text("\n", "utf-8")
    assert run("audit", "log.jsonl", *TOLD).code == 2
    if Path("/proc/self/mem").exists():
        got = run("audit", "/proc/self/mem", "--from", "jsonl", *TOLD)
        assert got.err.endswith("[file.unreadable]\n")
        got = run("audit", "/proc/self/mem", "--from", "hubspot", *TOLD)
        assert got.err.endswith("[file.unreadable]\n")


# -- snapshots ----------------------------------------------------------------------------------------------

SNAPSHOT = (
    "deal,stage,amount,expected_close\n"
    "D-1,contact,,\nD-2,offer,,\nD-3,offer,5,2026-01-01\nD-4,won,,2026-01-01\nD-5,lost,,\nD-6,nowhere,,\n"
)
NOW = ("--as-of", "2026-02-01T00:00Z")


def test_a_snapshot_is_judged_by_the_stage_in_which_each_deal_lies(run: Run, place: Path) -> None:
    (place / "now.csv").write_text(SNAPSHOT, "utf-8")
    got = run("audit", "now.csv", "--from", "snapshot", *TOLD, *NOW, "--format", "csv")
    assert [line.split(",")[:3] for line in got.out.splitlines()[1:]] == [
        ["rule_not_met", "violation", "D-2"],
        ["closing_date_passed", "warning", "D-3"],
        ["unknown_stage", "violation", "D-6"],
    ]


def test_a_snapshot_wants_a_time_and_no_columns_of_a_history(run: Run) -> None:
    told = ("audit", "log.csv", "--from", "snapshot", *TOLD)
    assert (
        run(*told).err
        == "salesflow: a snapshot shows how deals are at some time: say when with --as-of [as_of.missing]\n"
    )
    got = run(*told, *NOW, "--at", "when")
    assert got.err == "salesflow: --at names a column of a history, and a snapshot has none [column.snapshot]\n"


# -- discover -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("several")
def test_a_log_proposes_a_template_that_can_be_used(run: Run, place: Path) -> None:
    got = run("discover", "a.csv", "b.csv", "--output", "seen.toml")
    assert (got.code, got.out) == (0, "seen.toml is written; check it with: salesflow lint seen.toml\n")
    text = (place / "seen.toml").read_text("utf-8")
    assert text.startswith("# assumed: 'lost' is lost, by its name @ lost [discovery.outcome]\n")
    assert "(50%)" in text
    assert run("audit", "a.csv", "b.csv", "--template", "seen.toml").code in {0, 1}
    again = run("discover", "a.csv", "--output", "seen.toml")
    assert again.err == "salesflow: 'seen.toml' is there already, and nothing is written over it [new.exists]\n"


def test_what_is_no_log_proposes_nothing(run: Run, place: Path) -> None:
    (place / "a.csv").write_text("x,y\n1,2\n", "utf-8")
    got = run("discover", "a.csv")
    assert (got.code, got.out) == (2, "")
    assert got.err.startswith("salesflow: a.csv cannot be read:\n- the field 'deal' is missing")


def test_a_template_is_discovered_where_times_have_a_zone_and_there_is_a_history(run: Run, place: Path) -> None:
    (place / "a.csv").write_text("deal,stage,at\n1,new,2026-01-05\n1,won,2026-01-06\n", "utf-8")
    got = run("discover", "a.csv")
    assert (got.code, got.out) == (2, "")
    assert got.err.startswith("salesflow: 'a.csv' has times without a zone (2 of its first 2 rows")
    assert run("discover", "a.csv", "--zone", "UTC").code == 0
    (place / "b.csv").write_text("deal,stage,at\n1,new,2026-01-05\n1,won,soon\n1,won,2026-01-06T09:00Z\n", "utf-8")
    assert run("discover", "b.csv").code == 0
    (place / "c.csv").write_text("deal,stage,at\n1,new,soon\n", "utf-8")
    assert "no row can be read: column 'at' holds 'soon'" in run("discover", "c.csv").err
    now = run("discover", "a.csv", "--from", "snapshot")
    assert now.err == (
        "salesflow: no history of deals is in 'a.csv', so there is nothing to judge: give it as a file too "
        "[payload.no_history]\n"
    )


# -- output -------------------------------------------------------------------------------------------------


def test_findings_are_written_into_a_file_in_the_format_of_its_ending(run: Run, place: Path, several: None) -> None:
    for ending in ("csv", "jsonl", "json", "txt"):
        got = run("audit", "b.csv", *TOLD, "--output", f"out.{ending}")
        assert (got.code, got.out, got.err) == (1, "", "")
    shown = run("audit", "b.csv", *TOLD, "--format", "csv").out
    assert (place / "out.csv").read_text("utf-8") == shown
    (line, *_) = (place / "out.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["code"] == shown.splitlines()[1].split(",")[0]
    assert json.loads((place / "out.json").read_text("utf-8"))["summary"]["deals"] == 2
    assert (place / "out.txt").read_text("utf-8").startswith("b.csv judged by acme 1")


def test_an_output_is_not_begun_where_there_is_no_answer(run: Run, place: Path) -> None:
    (place / "log.csv").write_text(f"{LEGAL}\0", "utf-8")
    assert run("audit", "log.csv", *TOLD, "--output", "out.csv").code == 2
    assert sorted(file.name for file in place.iterdir()) == ["acme.json", "log.csv"]


def test_an_output_is_no_input_and_lies_in_a_folder_that_is_there(run: Run, place: Path) -> None:
    got = run("audit", "log.csv", *TOLD, "--output", "./log.csv")
    assert got == (2, "", "salesflow: './log.csv' is read, and cannot be written as well [output.read]\n")
    got = run("audit", "log.csv", *TOLD, "--output", "no/out.csv")
    assert got.err == "salesflow: 'no/out.csv' cannot be written: No such file or directory [new.unwritable]\n"
    (place / "folder").mkdir()
    got = run("audit", "log.csv", *TOLD, "--output", "folder", "--format", "csv")
    assert got.err.endswith("[new.unwritable]\n")
    assert sorted(file.name for file in place.iterdir()) == ["acme.json", "folder", "log.csv"]
