"""Formats for programs: nothing is lost, and nothing runs in a spreadsheet."""

import csv
import json
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.running import Run
from salesflow import audit_log
from salesflow.cli._formats import COLUMNS, _harmless
from salesflow.loading import load_template

LOG = (
    "deal,stage,at,amount\n"
    "D-1,contact,2026-01-05T09:00Z,\n"
    "D-1,offer,2026-01-06T09:00Z,\n"
    'D-2,"a ""b"", c",2026-01-05T09:00Z,\n'
    "é漢,lost,5.1.2026,\n"
    "D-3,lost,2026-01-05T09:00Z,\n"
    "D-3,talk,2026-01-06T09:00Z,5\n"
)
"""A log with several faults, among them one of a rule, with all that a refusal holds."""


def found() -> list[dict[str, object]]:
    """Return what the library finds in `log.csv`."""
    rows = csv.DictReader(StringIO(LOG))
    audit = audit_log(load_template("acme.json"), rows, deal="deal", stage="stage", at="at")
    return [finding.model_dump(mode="json") for finding in audit]


def test_json_tells_every_finding_as_the_library_gives_it(audit: Run) -> None:
    code, out, _ = audit(LOG, "--format", "json")
    document = json.loads(out)
    assert (code, document["findings"]) == (1, found())
    assert any(each["refusal"] for each in document["findings"])


def test_json_sums_up_what_it_told(audit: Run) -> None:
    summary = json.loads(audit(LOG, "--format", "json").out)["summary"]
    assert summary["findings_by_code"][0] == {"code": "bad_time", "level": "violation", "count": 1, "deals": 1}
    assert summary["findings_by_move"][0] == {
        "source": None,
        "target": 'a "b", c',
        "code": "unknown_stage",
        "count": 1,
    }
    assert summary["worst_deals"][0] == {"deal": "D-1", "violations": 1, "codes": {"rule_not_met": 1, "skip": 1}}
    assert {name: value for name, value in summary.items() if not isinstance(value, list)} == {
        "rows": 6,
        "rows_not_judged": 1,
        "deals": 3,
        "deals_that_obey": 0,
        "moves": 2,
        "kinds": {"started": 1, "skipped": 1, "reopened": 1},
        "violations": 4,
        "warnings": 2,
    }


def test_json_of_a_clean_log_is_a_document_too(run: Run) -> None:
    code, out, _ = run("audit", "log.csv", "--template", "acme.json", "--format", "json")
    document = json.loads(out)
    assert (code, document["findings"]) == (0, [])
    assert out.startswith('{"findings": [], "summary": {\n')
    assert (document["summary"]["deals"], document["summary"]["deals_that_obey"]) == (1, 1)


def test_json_has_one_finding_a_line(audit: Run) -> None:
    opening, *lines = audit(LOG, "--format", "json").out.splitlines()
    told = [json.loads(line.rstrip(",")) for line in lines[: len(found())]]
    assert (opening, told, lines[len(found())]) == ('{"findings": [', found(), '], "summary": {')


def test_csv_tells_every_finding_without_its_rule(audit: Run) -> None:
    code, out, _ = audit(LOG, "--format", "csv")
    told = list(csv.DictReader(StringIO(out)))
    expected = [{name: "" if each[name] is None else str(each[name]) for name in COLUMNS} for each in found()]
    assert (code, told) == (1, expected)


def test_csv_of_a_clean_log_is_its_heading(run: Run) -> None:
    got = run("audit", "log.csv", "--template", "acme.json", "--format", "csv")
    assert got == (0, "code,level,deal,row,source,target,at,detail\n", "")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+x", "'+x"),
        ("-x", "'-x"),
        ("-1-x", "'-1-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("-5", "-5"),
        ("+49", "+49"),
        ("-1.5", "-1.5"),
        ("a=b", "a=b"),
        ("", ""),
        (None, None),
        (5, 5),
    ],
)
def test_text_that_a_spreadsheet_would_run_has_an_apostrophe_put_before_it(text: object, cell: object) -> None:
    assert _harmless(text) == cell


@given(st.text())
def test_no_text_begins_like_a_formula_unless_it_is_a_number(text: str) -> None:
    cell = str(_harmless(text))
    assert cell[:1] not in {"=", "@", "\t", "\r"}
    assert cell[:1] not in {"+", "-"} or float(cell.replace(",", ".")) == float(text.replace(",", "."))
    assert cell.removeprefix("'") == text.removeprefix("'")


def test_a_formula_in_a_log_is_told_as_text(audit: Run) -> None:
    out = audit('deal,stage,at\n"=HYPERLINK(""x"")",@won,2026-01-05T09:00Z\n', "--format", "csv").out
    (row,) = csv.DictReader(StringIO(out))
    assert (row["deal"], row["target"]) == ('\'=HYPERLINK("x")', "'@won")
