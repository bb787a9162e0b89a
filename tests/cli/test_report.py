"""The report: what people read of an audit, to the letter."""

import pytest
from rich.cells import cell_len

from cli.running import Run, figures
from salesflow.cli import _report

HEAD = "deal,stage,at\n"


def section(report: str, title: str) -> list[str]:
    """Return the lines below a title."""
    return report.partition(f"\n{title}\n")[2].partition("\n\n")[0].splitlines()


def test_a_clean_log_is_told_in_figures_alone(run: Run) -> None:
    assert run("audit", "log.csv", "--template", "acme.json").out == (
        "log.csv judged by acme 1\n"
        "rows             2\n"
        "deals            1\n"
        "deals that obey  1  100.0 %\n"
        "moves            1\n"
        "violations       0\n"
        "warnings         0\n"
    )


MANY_FAULTS = (
    "deal,stage,at,amount\n"
    "D-1,contact,2026-01-05T09:00Z,\n"
    "D-1,offer,2026-01-06T09:00Z,\n"
    "D-1,lost,2026-01-07T09:00Z,\n"
    "D-1,deal,2026-01-08T09:00Z,\n"
    "D-2,contact,2026-01-05T09:00Z,\n"
    "D-2,offer,2026-01-06T09:00Z,\n"
    "D-3,contact,2026-01-05T09:00Z,\n"
    "D-3,talk,2026-01-06T09:00Z,\n"
    "D-3,contact,2026-01-06T09:00Z,\n"
    ",contact,2026-01-05T09:00Z,\n"
    "D-4,contact,5.1.2026,\n"
    "D-5,contact,2026-01-05 09:00,\n"
)


def test_a_log_with_faults_is_told_part_by_part(audit: Run) -> None:
    code, out, err = audit(MANY_FAULTS)
    assert (code, err) == (1, "")
    assert out == (
        "log.csv judged by acme 1\n"
        "rows             12  3 not judged\n"
        "deals             3\n"
        "deals that obey   1  33.3 %\n"
        "moves             6\n"
        "violations        6\n"
        "warnings          4\n"
        "\n"
        "Findings by code\n"
        "code             level      count  deals  example\n"
        "───────────────────────────────────────────────────\n"
        "rule_not_met     violation      2      2  D-1 @ 2\n"
        "bad_row          violation      1      0  row 10\n"
        "bad_time         violation      1      1  D-4 @ 11\n"
        "naive_time       violation      1      1  D-5 @ 12\n"
        "out_of_lost      violation      1      1  D-1 @ 4\n"
        "skip             warning        2      2  D-1 @ 2\n"
        "ambiguous_order  warning        1      1  D-3 @ 9\n"
        "repeated_stage   warning        1      1  D-3 @ 9\n"
        "\n"
        "Findings by move\n"
        "from     to       code             count\n"
        "─────────────────────────────────────────\n"
        "contact  offer    rule_not_met         2\n"
        "contact  offer    skip                 2\n"
        "-        contact  ambiguous_order      1\n"
        "contact  contact  repeated_stage       1\n"
        "lost     deal     out_of_lost          1\n"
        "\n"
        "Deals with the most violations\n"
        "deal  violations  codes\n"
        "──────────────────────────────────────────────────\n"
        "D-1            2  out_of_lost, rule_not_met, skip\n"
        "D-2            1  rule_not_met, skip\n"
        "\n"
        "What could not be decided\n"
        "- 2 x no column tells whether a ground was stated: name it with --ground [skip]\n"
        "- 1 x a row could not be read [bad_row]\n"
        "- 1 x a time could not be read [bad_time]\n"
        "- 1 x a time has no zone: say which with --zone [naive_time]\n"
        "- 1 x events at one time, whose order decides what is found: judged by the\n"
        "  kindest [ambiguous_order]\n"
    )


@pytest.mark.parametrize(
    ("obedient", "deals", "share"),
    [(0, 0, ""), (0, 3, "0.0 %"), (1, 3, "33.3 %"), (1999, 2000, "99.9 %"), (2, 2, "100.0 %")],
)
def test_a_share_is_rounded_down_so_that_100_percent_means_all(obedient: int, deals: int, share: str) -> None:
    assert _report._share(obedient, deals) == share


def test_what_a_rule_cannot_decide_is_told_with_its_first_case(audit: Run) -> None:
    deal = "{0},contact,2026-01-05T09:00Z\n{0},talk,2026-01-06T09:00Z\n{0},offer,2026-01-07T09:00Z\n"
    out = audit(HEAD + deal.format("D-2") + deal.format("D-1")).out
    assert section(out, "What could not be decided") == [
        "- D-1 @ 6: present amount cannot be judged from the data at hand; asked 2 times",
        "  in this log, first here [rule_undecidable]",
    ]


def test_labels_are_text_whatever_they_look_like(audit: Run) -> None:
    rows = "[red]x[/red],[link=http://x]y[/link],2026-01-05T09:00Z\n:smile:,[/],2026-01-05T09:00Z\n\\[b],[bold],2026-01-05T09:00Z\n"
    out = audit(HEAD + rows).out
    assert section(out, "Findings by move")[2:] == [
        "-     [/]                      unknown_stage      1",
        "-     [bold]                   unknown_stage      1",
        "-     [link=http://x]y[/link]  unknown_stage      1",
    ]
    assert section(out, "Deals with the most violations")[2:] == [
        ":smile:                1  unknown_stage",
        "[red]x[/red]           1  unknown_stage",
        "\\[b]                   1  unknown_stage",
    ]


def test_long_and_wide_names_fit_80_columns_and_are_shown_whole(audit: Run) -> None:
    deal, stage, other = "漢字" * 30, "s" * 100, "0123456789" * 9
    out = audit(f"{HEAD}{deal},{stage},2026-01-05T09:00Z\n{deal},{other},2026-01-06T09:00Z\n").out
    assert max(map(cell_len, out.splitlines())) <= 80
    columns = [line.split() for line in section(out, "Findings by move")[2:]]
    assert "".join(part for line in columns for part in line if set(part) <= {"s"}).count("s") == 200
    assert "".join(section(out, "Deals with the most violations")[2:]).count("漢") == 30


def test_a_name_beyond_all_measure_is_shown_by_its_ends(audit: Run) -> None:
    deal = f"D-{'x' * 15_000}-9"
    out = audit(f"{HEAD}{deal},won,2026-01-05T09:00Z\n").out
    assert len(out) < 2_000
    assert "-9 @ 1" in out.replace("\n", "").replace(" ", "").replace("@", " @ ")


def test_a_long_list_is_cut_and_says_by_how_much(audit: Run) -> None:
    rows = "".join(f"D-1,stage {number:02},2026-01-{number:02}T09:00Z\n" for number in range(1, 26))
    out = audit(HEAD + rows).out
    moves = section(out, "Findings by move")
    assert (len(moves) - 3, moves[-1]) == (_report.MOST, "and 5 more: see --format json")


def test_the_worst_ten_deals_are_told(audit: Run) -> None:
    rows = "".join(
        f"D-{deal:02},stage {day},2026-01-{1 + day:02}T09:00Z\n" for deal in range(12) for day in range(1 + deal % 3)
    )
    out = audit(HEAD + rows).out
    told = [line.split()[:2] for line in section(out, "Deals with the most violations")[2:]]
    assert told == [[f"D-{deal:02}", str(1 + deal % 3)] for deal in (2, 5, 8, 11, 1, 4, 7, 10, 0, 3)]


def test_large_figures_are_told_in_groups_of_three(audit: Run) -> None:
    rows = "".join(f"D-{number},nowhere,2026-01-05T09:00Z\n" for number in range(1234))
    out = audit(HEAD + rows).out
    assert "violations       1,234\n" in out
    assert figures(out)["deals"] == 1234


def test_on_no_terminal_nothing_is_coloured(audit: Run) -> None:
    assert "\x1b" not in audit(MANY_FAULTS).out


def test_a_file_with_a_hostile_name_is_told_by_what_can_be_printed(run: Run) -> None:
    name = "[red]\x1b[31m.csv"
    with open(name, "w", encoding="utf-8") as log:  # noqa: PTH123 - relative, as the command sees it
        log.write(f"{HEAD}D-1,contact,2026-01-05T09:00Z\n")
    got = run("audit", name, "--template", "acme.json")
    assert (got.code, got.out.splitlines()[0]) == (0, r"[red]\x1b[31m.csv judged by acme 1")
