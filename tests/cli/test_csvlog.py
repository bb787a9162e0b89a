"""CSV files: what can be read is read, and what cannot be is named with its place."""

import os
import threading
from pathlib import Path

import pytest

from cli.running import LEGAL, Run
from salesflow.cli import _csvlog
from salesflow.cli._bad_use import BadUse
from salesflow.cli._csvlog import opened

HEAD = "deal,stage,at\n"
ROW = "D-1,contact,2026-01-05T09:00Z\n"


def read(file: Path, delimiter: str = ",") -> tuple[list[dict[str, str]], str]:
    """Return the rows of a file, and why there are no more."""
    with opened(str(file), delimiter) as rows:
        found = list(rows)
        return found, str(rows.failure or "")


@pytest.mark.parametrize(
    "log",
    [
        LEGAL.encode("utf-8-sig"),
        LEGAL.replace("\n", "\r\n").encode(),
        LEGAL.replace("\n", "\r").encode(),
        LEGAL.replace("\n", "\n\n").encode(),
        LEGAL.rstrip("\n").encode(),
        "".join(f'"{line.replace(",", chr(34) + "," + chr(34))}"\n' for line in LEGAL.splitlines()).encode(),
    ],
    ids=["BOM", "CRLF", "CR", "empty lines", "no last line break", "quotes"],
)
def test_how_a_file_was_saved_changes_no_row(place: Path, log: bytes) -> None:
    expected = read(place / "log.csv")
    (place / "other.csv").write_bytes(log)
    assert read(place / "other.csv") == expected
    assert len(expected[0]) == 2


@pytest.mark.parametrize(("delimiter", "character"), [(";", ";"), ("tab", "\t"), (r"\t", "\t"), ("|", "|"), ("§", "§")])
def test_cells_are_parted_by_the_delimiter(place: Path, delimiter: str, character: str) -> None:
    expected = read(place / "log.csv")
    (place / "other.csv").write_text(LEGAL.replace(",", character), "utf-8")
    assert read(place / "other.csv", delimiter) == expected


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n", "\r", "tabs"])
def test_a_delimiter_is_one_character(audit: Run, delimiter: str) -> None:
    message = f"salesflow: a delimiter is one character or 'tab', not {delimiter!r} [delimiter.invalid]\n"
    assert audit(LEGAL, "--delimiter", delimiter) == (2, "", message)


UTF_8 = "export it as CSV in UTF-8"
ENCODING = f"; {UTF_8} [csv.encoding]"
QUOTES = "; is a quote never closed? [csv.quotes]"
BROKEN: dict[str, tuple[bytes, str]] = {
    "Latin-1": (
        HEAD.encode() + ROW.encode() + "D-2,négo,2026-01-05T09:00Z\n".encode("latin-1"),
        f"'log.csv' is not UTF-8: byte 0xe9 at position 49, in line 3{ENCODING}",
    ),
    "UTF-16": (HEAD.encode("utf-16"), f"'log.csv' is not UTF-8: byte 0xff at position 0, in line 1{ENCODING}"),
    "a bad byte after a BOM": (
        b"\xef\xbb\xbf" + HEAD.encode() + b"\x80\n",
        f"'log.csv' is not UTF-8: byte 0x80 at position 17, in line 2{ENCODING}",
    ),
    "a bad byte far into the file": (
        HEAD.encode() + ROW.encode() * 1000 + b"D-2,\xff",
        f"'log.csv' is not UTF-8: byte 0xff at position 30018, in line 1002{ENCODING}",
    ),
    "a character that is cut off": (
        HEAD.encode() + "D-é".encode()[:-1],
        f"'log.csv' is not UTF-8: byte 0xc3 at position 16, in line 2{ENCODING}",
    ),
    "a NUL": (
        HEAD.encode() + ROW.encode() + b"D-2,con\0tact,2026-01-05T09:00Z\n",
        f"'log.csv' holds a NUL character in line 3: it is no text; {UTF_8} [csv.nul]",
    ),
    "UTF-16 without its mark": (
        HEAD.encode("utf-16-le"),
        f"'log.csv' holds a NUL character in line 1: it is no text; {UTF_8} [csv.nul]",
    ),
    "a quote that never closes": (
        (HEAD + ROW + '"D-2,contact,2026-01-05T09:00Z\n' + ROW * 5).encode(),
        f"'log.csv' is no CSV: the row after line 2 breaks in line 8, unexpected end of data{QUOTES}",
    ),
    "a quote that never closes in a long file": (
        (HEAD + ROW + '\n\n"D-2,contact,2026-01-05T09:00Z\n' + ROW * 6000).encode(),
        (
            "'log.csv' is no CSV: the row after line 2 breaks in line 4374, "
            f"field larger than field limit (131072){QUOTES}"
        ),
    ),
    "a quote within a cell": (
        (HEAD + '"D"2,contact,2026-01-05T09:00Z\n').encode(),
        f"'log.csv' is no CSV: the row after line 1 breaks in line 2, ',' expected after '\"'{QUOTES}",
    ),
    "a quote in the heading": (
        ('"deal,stage,at\n' + ROW).encode(),
        f"'log.csv' is no CSV: the row after line 0 breaks in line 2, unexpected end of data{QUOTES}",
    ),
    "nothing": (b"", "'log.csv' is empty: its first line must name the columns [csv.empty]"),
    "a BOM alone": (b"\xef\xbb\xbf", "'log.csv' is empty: its first line must name the columns [csv.empty]"),
    "empty lines": (b"\n\n\n", "'log.csv' is empty: its first line must name the columns [csv.empty]"),
    "a heading alone": (HEAD.encode(), "'log.csv' has a heading and no rows [csv.no_rows]"),
    "a heading and empty lines": ((HEAD + "\n\n").encode(), "'log.csv' has a heading and no rows [csv.no_rows]"),
    "doubled columns": (
        b"deal,stage,at,stage,deal,,\n",
        "'log.csv' names a column twice: 'deal', 'stage' [csv.doubled]",
    ),
    "semicolons": (
        LEGAL.replace(",", ";").encode(),
        "'log.csv' has one column, 'deal;stage;at': say what parts its cells with --delimiter ';' [csv.delimiter]",
    ),
    "tabs": (
        LEGAL.replace(",", "\t").encode(),
        (
            r"'log.csv' has one column, 'deal\tstage\tat': say what parts its cells with --delimiter 'tab'"
            " [csv.delimiter]"
        ),
    ),
}


@pytest.mark.parametrize(("log", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_file_that_is_no_log_is_told_with_the_place_and_gives_no_answer(audit: Run, log: bytes, message: str) -> None:
    assert audit(log) == (2, "", f"salesflow: {message}\n")


def test_columns_without_a_name_are_no_columns(audit: Run) -> None:
    assert audit("deal,stage,at,,\nD-1,contact,2026-01-05T09:00Z,,\n")[0] == 0


def test_blanks_around_the_names_of_columns_are_no_part_of_them(place: Path, audit: Run) -> None:
    (place / "other.csv").write_text(LEGAL, "utf-8")
    expected = read(place / "other.csv")
    assert audit(LEGAL.replace(HEAD, "deal , stage,\u00a0at \t\n"))[::2] == (0, "")
    assert read(place / "log.csv") == expected


def test_columns_whose_names_differ_in_blanks_alone_are_doubled(audit: Run) -> None:
    message = "salesflow: 'log.csv' names a column twice: 'stage' [csv.doubled]\n"
    assert audit("deal,stage,at, stage \n") == (2, "", message)


def test_only_rows_that_cannot_be_read_are_told_before_a_file_breaks(audit: Run) -> None:
    log = f"{HEAD}{ROW},talk,2026-01-05T09:00Z\nD-1,won,2026-01-06T09:00Z\n\0"
    code, out, err = audit(log, "--format", "csv")
    assert (code, [line.partition(",")[0] for line in out.splitlines()]) == (2, ["code", "bad_row"])
    assert err.endswith("in line 5: it is no text; export it as CSV in UTF-8 [csv.nul]\n")


def test_a_line_that_never_ends_is_not_read_to_its_end(audit: Run) -> None:
    got = audit(HEAD + "x" * (_csvlog.LONGEST + 1))
    assert got == (2, "", "salesflow: 'log.csv' is no CSV: line 2 is longer than 10,000,000 characters [csv.line]\n")


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("nowhere.csv", "there is no file 'nowhere.csv' [file.missing]"),
        ("log.csv/x", "'log.csv/x' cannot be read: Not a directory [file.unreadable]"),
        (".", "'.' is a folder, not a file [file.irregular]"),
    ],
)
def test_a_file_that_cannot_be_opened_is_told(run: Run, file: str, message: str) -> None:
    assert run("audit", file, "--template", "acme.json") == (2, "", f"salesflow: {message}\n")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(run: Run, place: Path) -> None:
    (place / "log.csv").chmod(0)
    got = run("audit", "log.csv", "--template", "acme.json")
    assert got == (2, "", "salesflow: 'log.csv' may not be read [file.denied]\n")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file here opens and then cannot be read")
def test_a_file_that_opens_and_cannot_be_read_is_told(run: Run) -> None:
    got = run("audit", "/proc/self/mem", "--template", "acme.json")
    assert got == (2, "", "salesflow: '/proc/self/mem' cannot be read: Input/output error [file.unreadable]\n")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_read_like_a_file(place: Path) -> None:
    expected = read(place / "log.csv")
    os.mkfifo(place / "pipe")
    writer = threading.Thread(target=(place / "pipe").write_text, args=(LEGAL,))
    writer.start()
    got = read(place / "pipe")
    writer.join()
    assert got == expected


def test_rows_that_broke_stay_broken(place: Path) -> None:
    (place / "log.csv").write_bytes(HEAD.encode() + b"\0" + ROW.encode())
    with opened("log.csv", ",") as rows:
        assert (list(rows), list(rows)) == ([], [])
        with pytest.raises(BadUse) as raised:
            rows.check()
    assert raised.value.code == "csv.nul"
