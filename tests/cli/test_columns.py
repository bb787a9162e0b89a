"""Logs in columns: what is found in them is what is found row by row, whichever way the command takes."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.running import Run
from cli.test_hostile import folder  # noqa: F401 - a fixture
from salesflow._cells import Columns
from salesflow.cli import _asked, _columns
from salesflow.cli._words import in_words

pa = pytest.importorskip("pyarrow")
from pyarrow import parquet  # noqa: E402

TOLD = ("--template", "acme.json")
STAGES = ["contact", "talk", "offer", "deal", "wait", "won", "lost", "nowhere", ""]
TIMES = ["2026-01-05T09:00Z", "2026-01-06T09:00Z", "2026-01-06 09:00", "5.1.2026", ""]
ROW = st.tuples(
    st.sampled_from(["D-1", "D-2", "007", ""]),
    st.sampled_from(STAGES),
    st.sampled_from(TIMES),
    st.sampled_from(["", "5", "5 EUR", "x"]),
)


def lines(text: str) -> list[str]:
    return sorted(text.splitlines())


def test_a_long_log_is_judged_in_columns_where_the_findings_are_in_english_and_without_refusals() -> None:
    def asked(form: str, told: str) -> _asked.Asked:
        name = f"{__file__}" if form == "csv" else "log.parquet"
        columns = Columns("deal", "stage", "at")
        form_told = _asked.Format(told)
        return _asked.Asked(files=(name,), form=form, columns=columns, delimiter=",", zone=None, format=form_told)

    def quick(form: str, told: str, language: str = "") -> bool:
        return _columns.in_columns(asked(form, told), in_words(language))

    assert [quick("parquet", told) for told in ("table", "csv", "jsonl", "json")] == [True, True, True, False]
    assert [quick("parquet", told, "fr") for told in ("table", "csv")] == [False, True]
    # this very file is no long one
    assert not quick("csv", "csv")


def both(run: Run, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[Any, Any]:
    """Return how the command ends in columns, and row by row."""
    with monkeypatch.context() as patch:
        patch.setattr(_columns, "LONG", 0)
        quick = run(*arguments)
        patch.setattr(_columns, "installed", lambda: False)
        return quick, run(*arguments)


LOG = "deal,stage,at,amount\n" + "".join(
    f"D-{number},{stage},2026-01-{day:02}T09:00Z,{amount}\n"
    for number in range(20)
    for day, stage, amount in [
        (5, "contact", ""),
        (6, STAGES[number % 9] or "talk", "5" if number % 2 else ""),
        (7, STAGES[number % 7], "5"),
    ]
)


@pytest.mark.parametrize("form", ["table", "csv", "jsonl"])
def test_the_two_ways_tell_the_same_of_a_log(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    (place / "log.csv").write_text(LOG, "utf-8")
    quick, slow = both(run, monkeypatch, "audit", "log.csv", *TOLD, "--format", form)
    assert (quick.code, lines(quick.out), quick.err) == (slow.code, lines(slow.out), slow.err)
    if form == "table":
        assert quick.out == slow.out


@pytest.mark.parametrize(
    "log",
    [
        "deal,stage,at\nD-1,contact,2026-01-05T09:00Z,more\nD-1,won,2026-01-05T09:00Z\n",
        "deal,stage\nD-1,contact\n",
        "deal,stage,at\nD-1,contact,2026-01-05 09:00\n",
        "deal,stage,at\n",
        "deal,stage,at\nD-1,contact,2026-01-05T09:00Z\n\0",
        'deal,stage,at\nD-1,"contact,2026-01-05T09:00Z\n',
    ],
)
def test_the_two_ways_say_the_same_of_a_log_that_is_none(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch, log: str
) -> None:
    (place / "log.csv").write_text(log, "utf-8")
    quick, slow = both(run, monkeypatch, "audit", "log.csv", *TOLD)
    assert quick == slow


@given(rows=st.lists(ROW, min_size=1, max_size=12))
def test_the_two_ways_tell_the_same_of_any_rows(folder: Path, rows: list[tuple[str, ...]]) -> None:  # noqa: F811
    from cli.test_hostile import ends  # noqa: PLC0415

    log, out = folder / "rows.csv", folder / "out.csv"
    log.write_text("deal,stage,at,amount\n" + "".join(f"{','.join(row)}\n" for row in rows), "utf-8")
    told = ("audit", str(log), "--template", str(folder / "acme.json"), "--output", str(out))
    found = []
    for quick in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_columns, "LONG", 0 if quick else 1 << 60)
            out.unlink(missing_ok=True)
            found.append((ends(*told), lines(out.read_text("utf-8")) if out.exists() else None))
    assert found[0] == found[1]


def test_several_files_are_one_log_in_columns_too(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head, *rows = LOG.splitlines(keepends=True)
    (place / "a.csv").write_text(head + "".join(rows[:31]), "utf-8")
    (place / "b.csv").write_text(head + "".join(rows[31:]), "utf-8")
    quick, slow = both(run, monkeypatch, "audit", "a.csv", "b.csv", *TOLD, "--format", "csv")
    assert lines(quick.out) == lines(slow.out)
    assert quick.out.splitlines()[0].endswith(",file")
    (place / "b.csv").write_text("deal\n1\n", "utf-8")
    quick, slow = both(run, monkeypatch, "audit", "a.csv", "b.csv", *TOLD, "--format", "csv")
    assert quick == slow


def write(file: Path, log: str = LOG) -> None:
    head, *rows = (line.split(",") for line in log.splitlines())
    columns = {name: [row[place] or None for row in rows] for place, name in enumerate(head)}
    parquet.write_table(pa.table(columns), file)


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_parquet_is_a_log_as_csv_is(run: Run, place: Path, form: str) -> None:
    write(place / "log.parquet")
    (place / "log.csv").write_text(LOG, "utf-8")
    got, as_csv = (run("audit", f"log.{ending}", *TOLD, "--format", form) for ending in ("parquet", "csv"))
    assert got.code == as_csv.code
    assert lines(got.out.replace("parquet", "csv")) == lines(as_csv.out)


def test_what_is_no_parquet_is_told(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "log.parquet").write_text("deal,stage,at\n", "utf-8")
    assert run("audit", "log.parquet", *TOLD).err.endswith("[file.unreadable]\n")
    write(place / "log.parquet", "deal,x\n1,2\n")
    assert "there is no column 'stage'" in run("audit", "log.parquet", *TOLD).err
    write(place / "log.parquet")
    whole = (place / "log.parquet").read_bytes()
    (place / "log.parquet").write_bytes(whole[:4] + bytes(60) + whole[64:])
    assert run("audit", "log.parquet", *TOLD).err.endswith("[file.unreadable]\n")
    assert run("audit", "log.parquet", *TOLD, "--format", "json").err.endswith("[file.unreadable]\n")
    monkeypatch.setattr(_columns, "installed", lambda: False)
    message = "salesflow: Parquet needs an extra: pip install 'salesflow[bulk]' [extra.bulk]\n"
    assert run("audit", "log.parquet", *TOLD) == (2, "", message)


def test_findings_are_written_as_columns(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("salesflow.cli._parquet.TOGETHER", 7)
    (place / "log.csv").write_text(LOG, "utf-8")
    assert run("audit", "log.csv", *TOLD, "--output", "out.parquet") == (1, "", "")
    lines_of = run("audit", "log.csv", *TOLD, "--format", "jsonl").out.splitlines()
    table = parquet.read_table(place / "out.parquet")
    assert table.column_names == [*json.loads(lines_of[0])]
    assert table.column("code").to_pylist() == [json.loads(line)["code"] for line in lines_of]
    assert str(table.schema.field("at").type) == "timestamp[us, tz=UTC]"


def test_parquet_is_written_into_a_file_alone_and_with_the_extra(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("audit", "log.csv", *TOLD, "--format", "parquet").err.endswith("[output.binary]\n")
    monkeypatch.setattr(_asked, "installed", lambda: False)
    assert run("audit", "log.csv", *TOLD, "--output", "out.parquet").err.endswith("[extra.bulk]\n")


def test_the_extra_is_looked_for_without_loading_it() -> None:
    assert _asked.installed() is (importlib.util.find_spec("pyarrow") is not None)


def test_an_error_without_a_text_is_told_by_its_kind() -> None:
    assert (_columns._said(OSError()), _columns._said(OSError("a\nb"))) == ("OSError", "a")
