"""Tables of other shapes, from the command: columns of entry dates, rows with start and end, changes of fields."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.running import Run

WIDE = "id,name,in_contact,in_talk,in_offer\n1,A,2026-01-05,2026-01-07,\n2,B,2026-01-05,,2026-01-06\n"
SPANS = (
    "deal,stage,entered,left\n"
    "1,contact,2026-01-05T09:00Z,2026-01-06T09:00Z\n1,talk,2026-01-06T09:00Z,\n"
    "2,contact,2026-01-05T09:00Z,2026-01-04T09:00Z\n2,offer,2026-01-06T09:00Z,9999-12-31\n"
)
CHANGES = (
    "deal,field,new,old,at,who\n"
    "1,made,x,,2026-01-05T09:00Z,u\n1,phase,contact,,2026-01-05T09:00Z,u\n"
    "1,phase,talk,contact,2026-01-06T09:00Z,u\n1,reason,price,,2026-01-07T09:00Z,u\n1,owner,b,a,2026-01-08T09:00Z,u\n"
    "2,made,x,,2026-01-05T09:00Z,u\n2,phase,contact,,2026-01-05T09:00Z,u\n2,phase,offer,contact,2026-01-06T09:00Z,u\n"
)
OF_CHANGES = ("--field", "field", "--value", "new", "--stage", "phase", "--created", "made", "--outcome", "reason=lost")
TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "wide": (WIDE, ("--deal", "id", "--at", "in_")),
    "spans": (SPANS, ("--at", "entered", "--end", "left")),
    "changes": (CHANGES, (*OF_CHANGES, "--source", "old", "--by", "who")),
}


def audited(run: Run, place: Path, shape: str, *more: str) -> tuple[object, dict[str, Any]]:
    text, options = TABLES[shape]
    (place / "a.csv").write_text(text, "utf-8")
    got = run("audit", "a.csv", "--from", shape, "--template", "acme.json", *options, *more, "--format", "json")
    assert got.err == ""
    return got.code, json.loads(got.out)


@pytest.mark.parametrize(("shape", "rows", "moves"), [("wide", 4, 2), ("spans", 4, 2), ("changes", 7, 3)])
def test_a_table_of_another_shape_is_audited(run: Run, place: Path, shape: str, rows: int, moves: int) -> None:
    code, told = audited(run, place, shape)
    found = sorted((each["deal"], each["target"], each["code"], each["level"]) for each in told["findings"])
    assert found == [("2", "offer", "rule_undecidable", "warning"), ("2", "offer", "skip", "warning")]
    assert (told["summary"]["rows"], told["summary"]["deals"], told["summary"]["moves"]) == (rows, 2, moves)
    assert code in {0, 1}


def test_what_a_table_leaves_open_is_told_with_its_file_and_row(run: Run, place: Path) -> None:
    notes = {note["code"]: note["place"] for note in audited(run, place, "spans")[1]["summary"]["reading"]["notes"]}
    assert notes == {"cell.open": "", "time.back": "a.csv: row 3.left"}
    notes = {note["code"]: note["count"] for note in audited(run, place, "wide")[1]["summary"]["reading"]["notes"]}
    assert notes == {"history.partial": 1, "time.zone": 4}


def test_a_table_in_several_files_is_one_and_its_rows_are_those_of_each_file(run: Run, place: Path) -> None:
    lines = SPANS.splitlines()
    (place / "a.csv").write_text("\n".join(lines[:3]), "utf-8")
    (place / "b.csv").write_text("\n".join([lines[0], *lines[3:], "3,contact,soon,"]), "utf-8")
    got = run("audit", "a.csv", "b.csv", "--from", "spans", *TABLES["spans"][1], "--template", "acme.json")
    assert "@ b.csv: row 1.left" in " ".join(got.out.split())
    assert "b.csv: row 3" in " ".join(got.out.split())


def test_a_table_may_be_json_lines(run: Run, place: Path) -> None:
    (place / "a.jsonl").write_text('{"deal": 1, "stage": "contact", "at": "2026-01-05T09:00Z", "end": null}\n', "utf-8")
    got = run("audit", "a.jsonl", "--from", "spans", "--end", "end", "--template", "acme.json")
    assert (got.code, got.err) == (0, "")


@pytest.mark.parametrize("shape", TABLES)
def test_a_template_is_discovered_in_a_table(run: Run, place: Path, shape: str) -> None:
    text, options = TABLES[shape]
    (place / "a.csv").write_text(text, "utf-8")
    if "--by" in options:
        options = options[:-2]
    got = run("discover", "a.csv", "--from", shape, *options)
    assert (got.code, got.err) == (0, "")
    assert 'id = "contact"' in got.out


IN_NUMBERS = {
    "wide": ("id,in_contact,in_talk\n1,03/04/2026,05/06/2026\n", ("--deal", "id", "--at", "in_")),
    "spans": ("deal,stage,entered,left\n1,contact,03/04/2026,\n", ("--at", "entered", "--end", "left")),
    "changes": (
        "deal,field,new,at\n1,phase,contact,03/04/2026\n",
        ("--field", "field", "--value", "new", "--stage", "phase"),
    ),
}


@pytest.mark.parametrize("shape", IN_NUMBERS)
def test_dates_that_can_be_read_in_two_ways_are_read_as_is_said(run: Run, place: Path, shape: str) -> None:
    text, options = IN_NUMBERS[shape]
    (place / "a.csv").write_text(text, "utf-8")
    asked = ("audit", "a.csv", "--from", shape, "--template", "acme.json", "--zone", "UTC", *options)
    got = run(*asked)
    column = {"wide": "in_contact", "spans": "entered", "changes": "at"}[shape]
    assert got.code == 2
    assert f"say which: --dates {column}=dmy or {column}=mdy" in got.err
    dates = [each for name in ("in_contact", "in_talk", "entered", "left", "at") for each in ("--dates", f"{name}=MDY")]
    as_of = ("--as-of", "2026-03-20T00:00Z")
    late = [run(*asked, *dates, *as_of), run(*asked, *(each.replace("MDY", "dmy") for each in dates), *as_of)]
    assert ["future_time" in each.out for each in late] == [shape == "wide", True]


BAD: dict[str, tuple[tuple[str, ...], str]] = {
    "an option too many": (
        ("wide", "--ground", "why"),
        "--ground says nothing of what is read with --from wide [column.shape]",
    ),
    "an option of another shape": (
        ("csv", "--field", "x"),
        "--field says nothing of what is read with --from csv [column.shape]",
    ),
    "an option wanting": (("spans",), "what is read with --from spans takes --end as well [column.wanted]"),
    "no outcome": (
        ("changes", "--field", "field", "--value", "new", "--outcome", "lost"),
        "such as lost_reason=lost, not 'lost' [outcome.invalid]",
    ),
    "no order of dates": (
        ("spans", "--at", "entered", "--end", "left", "--dates", "entered=myd"),
        "such as entered=dmy, not 'entered=myd' [dates.invalid]",
    ),
    "no column of dates": (
        ("spans", "--at", "entered", "--end", "left", "--dates", "dmy"),
        "such as entered=dmy, not 'dmy' [dates.invalid]",
    ),
    "no such column": (
        ("spans", "--at", "start", "--end", "left"),
        "the field 'start' is missing; there are 'deal', 'stage', 'entered', 'left' @ a.csv: row 1 [payload.missing]",
    ),
    "no such columns": (("wide", "--at", "hs_"), "- no column begins with 'hs_'; there are 'deal', 'stage'"),
    "no template": (("spans", "--at", "entered", "--end", "left"), "[template.missing]"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_asked_in_vain_of_a_table_is_told(run: Run, place: Path, name: str) -> None:
    options, said = BAD[name]
    (place / "a.csv").write_text(CHANGES if options[0] == "changes" else SPANS, "utf-8")
    got = run("audit", "a.csv", "--from", *options)
    assert (got.code, got.out) == (2, "")
    assert said in got.err
