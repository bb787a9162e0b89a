"""Examples: the scripts run as they stand and say what is true, and the deals are what their maker writes."""

import csv
import importlib.util
import itertools
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import salesflow
from salesflow import Opportunity, Policy, Stage, StageTemplate, audit_log
from salesflow.templates import get
from salesflow.verdict import Finding

EXAMPLES = Path(__file__).parent.parent / "examples"
REUSED_IDS = {"399956", "554294", "556338", "851850", "955417"}


def load(name: str) -> ModuleType:
    """Import an example, which lies in no package."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(name: str, *arguments: str, cwd: Path) -> str:
    """Run an example from some folder; return what it printed."""
    command = [sys.executable, str(EXAMPLES / f"{name}.py"), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(salesflow.__file__).parent.parent)}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=cwd, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


# -- the story ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return run("story", cwd=tmp_path_factory.mktemp("elsewhere")).splitlines()


def after(lines: list[str], heading: str) -> list[str]:
    """Return the lines of a paragraph after its heading."""
    rest = lines[lines.index(heading) + 1 :]
    return rest[: rest.index("")]


def test_the_deal_of_the_story_is_refused_with_every_reason(story: list[str]) -> None:
    assert after(story, "D-1 may not move from 'qualification' to 'negotiation':") == [
        "- the need is unknown [qualified.need]",
        "- the value is unknown [qualified.value]",
        "- the budget is unknown [qualified.budget]",
        "- the authority is unknown [qualified.authority]",
        "- amount is missing [present.amount]",
        "- this takes the role account_manager [role.account_manager]",
        "- a ground must be stated: 'proposal' would be skipped [ground.missing]",
    ]


def test_nothing_skips_out_of_lost_in_the_story(story: list[str]) -> None:
    heading = "D-1 may not move from 'lost' to 'won':"
    assert after(story, heading) == ["- 'lost' is closed, and is not reopened to 'won' [move.closed.won]"]


def test_the_history_of_the_story_is_a_table_of_eight_changes(story: list[str]) -> None:
    rows = (re.split(r"  +", line) for line in story)
    changes = [(row[0], row[2]) for row in rows if row[0].isdecimal() and len(row) > 5]
    kinds = "started advanced advanced lost reopened advanced advanced won".split()
    assert changes == [(str(number), kind) for number, kind in enumerate(kinds, 1)]


def test_the_story_ends_in_an_audit_of_the_deals(story: list[str]) -> None:
    (summary,) = (line for line in story if line.startswith("The audit of deals.csv: "))
    assert re.search(rf": {len(exported())} rows, \d+ deals, \d+ moves\.$", summary)
    assert any(re.match(r"\d+ deals \(\d\d%\) obey the template 'classic-pipeline'; ", line) for line in story)
    told = Counter(
        {(row[1], row[2]): int(row[0]) for row in map(str.split, story) if row[2:3] in (["violation"], ["warning"])}
    )
    assert told == Counter((finding.code, finding.level) for finding in audited(exported()))


# -- the deals ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    return load("make_deals")


def audited(rows: Iterable[Mapping[str, Any]]) -> list[Finding]:
    audit = audit_log(
        get("classic-pipeline"),
        rows,
        deal="deal_id",
        stage="stage",
        at="entered_at",
        ground="ground",
        created="created_at",
        zone=UTC,
        as_of=datetime(2026, 1, 5, tzinfo=UTC),
    )
    return list(audit)


def exported() -> list[dict[str, str]]:
    with (EXAMPLES / "deals.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_deals_are_what_their_maker_writes(maker: ModuleType) -> None:
    assert (EXAMPLES / "deals.csv").read_bytes().decode() == maker.written(maker.export())


def test_the_deals_are_many_and_not_grouped() -> None:
    ids = [row["deal_id"] for row in exported()]
    runs = 1 + sum(one != other for one, other in itertools.pairwise(ids))
    assert len(set(ids)) >= 200
    assert runs > 2 * len(set(ids))


@pytest.mark.parametrize("seed", range(50))
def test_a_deal_in_order_obeys(maker: ModuleType, seed: int) -> None:
    found = audited(maker.deal_in_order(maker.Chance(seed), "1"))
    assert [finding for finding in found if finding.level == "violation"] == []


@pytest.mark.parametrize("exception", ["known_before", "held", "reopened"])
def test_an_exception_that_the_template_allows_obeys(maker: ModuleType, exception: str) -> None:
    deals = [maker.deal_in_order(maker.Chance(seed), "1") for seed in range(50)]
    changed = [getattr(maker, exception)(maker.Chance(seed), rows) for seed, rows in enumerate(deals)]
    found = [finding for rows in changed if rows for finding in audited(rows) if finding.level == "violation"]
    assert sum(map(bool, changed)) >= 5
    assert found == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("reopened_silently", "reopened_without_ground"),
        ("skipped", "skip"),
        ("stepped_back", "step_back"),
        ("left_won", "out_of_won"),
        ("renamed", "unknown_stage"),
        ("undated", "bad_time"),
        ("dated_otherwise", "bad_time"),
        ("doubled", "duplicate"),
        ("reused", "reused_id"),
        ("without_budget", "rule_not_met"),
        ("without_price", "rule_not_met"),
        ("without_reason", "rule_not_met"),
        ("begun_elsewhere", "incomplete"),
    ],
)
def test_a_fault_is_found_wherever_it_was_made(maker: ModuleType, fault: str, code: str) -> None:
    deals = [maker.deal_in_order(maker.Chance(seed), "1") for seed in range(50)]
    changed = [getattr(maker, fault)(maker.Chance(1000 + seed), rows) for seed, rows in enumerate(deals)]
    found = [{finding.code for finding in audited(rows)} for rows in changed if rows]
    assert len(found) >= 5
    assert [codes for codes in found if code not in codes] == []


def test_the_deals_hold_each_fault_as_often_as_it_was_made(maker: ModuleType) -> None:
    made = {change.__name__: count for change, count in maker.CHANGES.items()}
    found = Counter(finding.code for finding in audited(exported()))
    assert found["bad_time"] == made["undated"] + made["dated_otherwise"]
    assert found["unknown_stage"] == made["renamed"]
    assert found["duplicate"] == made["doubled"]
    assert found["reused_id"] == made["reused"]
    assert found["out_of_won"] == made["left_won"]
    assert found["out_of_lost"] + found["reopened_without_ground"] == made["left_lost"] + made["reopened_silently"]
    assert found["step_back"] == made["stepped_back"]
    assert 0 < found["ambiguous_order"] <= made["tied"]
    assert found["closing_date_passed"] > 0


# -- a change log of Pipedrive --------------------------------------------------------------------------------

LOG = """\
deal_id,change_time,changed_field_key,new_value
2,2024-03-01 09:00:00,add_time,2024-03-01T09:00:00
1,2024-03-02 09:00:00,add_time,2024-03-02T09:00:00
1,2024-03-02 10:00:00,user_id,7
1,2024-03-03 09:00:00,stage_id,1
2,2024-03-03 09:00:00,stage_id,1
1,2024-03-09 09:00:00,lost_reason,4
2,2024-03-05 09:00:00,stage_id,3
2,2024-03-06 09:00:00,stage_id,2
"""


def test_a_pipedrive_log_is_audited_strictly_and_leniently(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(LOG, "utf-8-sig")
    assert run("audit_pipedrive", "log.csv", cwd=tmp_path).splitlines() == [
        "strict: 2 deals, 3 moves, 1 skips, 1 steps back; 1 ids with findings: 2",
        "lenient: 2 deals, 3 moves, 1 skips, 1 steps back; 1 ids with findings: 2",
    ]


def changes_of(log: Path) -> dict[str, list[tuple[str, str]]]:
    """Return the times and stages of each id in the order of time, and a creation as an empty stage."""
    found = defaultdict(list)
    with log.open(encoding="utf-8", newline="") as file:
        for id, at, key, value in list(csv.reader(file))[1:]:
            if key in {"stage_id", "lost_reason", "add_time"}:
                found[id].append((at, {"stage_id": value, "lost_reason": "lost"}.get(key, "")))
    return {id: sorted(changes) for id, changes in found.items()}


def lives_of(log: Path) -> list[list[str]]:
    """Return the stages of each deal: an id that is created again is another deal."""
    lives: list[list[str]] = []
    for changes in changes_of(log).values():
        created = False
        lives.append([])
        for _, stage in changes:
            if stage:
                lives[-1].append(stage)
            elif created:
                lives.append([])
            created = created or not stage
    return lives


def figures_of(lives: list[list[str]]) -> Counter[str]:
    """Count moves by what they do, with nothing of the library: the figures that audits must agree with."""
    count: Counter[str] = Counter(deals=len(lives))
    for stages in lives:
        for source, target in itertools.pairwise(stages):
            count["moves"] += 1
            if source == "lost":
                count["out of lost"] += target != "lost"
            elif target == "lost":
                count["lost"] += 1
            else:
                step = int(target) - int(source)
                count["back" if step < 0 else "same" if step == 0 else "next" if step == 1 else "skips"] += 1
    return count


def log_of(shared: Path) -> Path:
    return shared / "data" / "pipedrive_deal_changes.csv"


def test_the_audits_of_pipedrive_agree_with_a_plain_loop(shared: Path, tmp_path: Path) -> None:
    count = figures_of(lives_of(log_of(shared)))
    figures = f"{count['deals']} deals, {count['moves']} moves, {count['skips']} skips, {count['back']} steps back"
    strict, lenient = run("audit_pipedrive", str(log_of(shared)), cwd=tmp_path).splitlines()
    assert strict.startswith(f"strict: {figures}; 1684 ids with findings: ")
    assert lenient == f"lenient: {figures}; 5 ids with findings: {', '.join(sorted(REUSED_IDS))}"


def test_an_audit_without_creations_agrees_with_a_plain_loop(shared: Path) -> None:
    changes = changes_of(log_of(shared))
    rows = [{"id": id, "at": at, "stage": stage} for id in changes for at, stage in changes[id] if stage]
    assert Counter(row["stage"] == "lost" for row in rows) == {False: 8906, True: 2000}
    count = figures_of([[stage for _, stage in each if stage] for each in changes.values()])
    numbers = [Stage(id=str(number)) for number in range(1, 10)]
    closing = [Stage(id="won", outcome="won"), Stage(id="lost", outcome="lost")]
    template = StageTemplate(
        id="pipedrive", version="1", record=Opportunity, stages=(*numbers, *closing), policy=Policy(skip="free")
    )
    audit = audit_log(template, rows, deal="id", stage="stage", at="at", zone=UTC)
    found = list(audit)
    codes = Counter(finding.code for finding in found)
    assert {finding.deal for finding in found} == REUSED_IDS
    assert (audit.deals, audit.moves) == (count["deals"], count["moves"])
    assert audit.kinds == {
        "started": 1995,
        "advanced": count["next"],
        "skipped": count["skips"],
        "lost": count["lost"],
    }
    assert (count["next"], count["skips"], count["lost"], count["back"]) == (4398, 2502, 1999, 5)
    assert (codes["step_back"], codes["out_of_lost"]) == (count["back"], count["out of lost"])
