"""Summaries: what is counted as findings come is what counting them all at once would give."""

import re
import tracemalloc
from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from salesflow import _cells
from salesflow.cli._summary import UNREAD, WORST, Kind, Summary, Way, by_code
from salesflow.verdict import Finding

STAGES = st.sampled_from([None, "a", "b"])
FINDINGS = st.lists(
    st.builds(
        Finding,
        code=st.sampled_from(["skip", "gap", "rule_undecidable", "bad_row", "bad_time"]),
        level=st.sampled_from(["violation", "warning"]),
        deal=st.sampled_from([None, *(f"D-{number}" for number in range(14))]),
        row=st.integers(1, 9),
        source=STAGES,
        target=STAGES,
    )
)


def later_first(findings: list[Finding]) -> list[Finding]:
    """Return findings so that of those on the first row the first one comes last."""
    return sorted(findings, key=lambda each: each.row or 0)[::-1]


def summed(findings: list[Finding]) -> Summary:
    summary = Summary()
    for finding in findings:
        summary.add(finding)
    return summary


def kind(finding: Finding) -> Kind:
    return Kind(finding.level, finding.code)


def convicts(finding: Finding) -> bool:
    return finding.level == "violation" and finding.code not in UNREAD


@given(FINDINGS)
def test_every_finding_is_counted_once_under_its_level(findings: list[Finding]) -> None:
    summary = summed(findings)
    levels = Counter(finding.level for finding in findings)
    assert {level: summary.count(level) for level in ("violation", "warning")} == {
        "violation": 0,
        "warning": 0,
        **levels,
    }


@given(FINDINGS)
def test_every_kind_is_told_with_its_findings_and_its_deals(findings: list[Finding]) -> None:
    expected = {
        (
            kind(one),
            sum(1 for finding in findings if kind(finding) == kind(one)),
            len({finding.deal for finding in findings if kind(finding) == kind(one)} - {None}),
        )
        for one in findings
    }
    told = summed(findings).by_kind()
    assert (len(told), set(told)) == (len(expected), expected)


@given(FINDINGS)
def test_violations_stand_before_warnings_and_the_frequent_before_the_rare(findings: list[Finding]) -> None:
    told = [(each.level, -times) for each, times, _ in summed(findings).by_kind()]
    assert told == sorted(told)


@given(FINDINGS)
def test_the_example_of_a_kind_is_that_of_the_first_row(findings: list[Finding]) -> None:
    first = {kind(finding): finding for finding in later_first(findings)}
    assert summed(findings).examples == first


@given(FINDINGS)
def test_every_finding_on_a_row_that_was_judged_is_counted_under_its_move(findings: list[Finding]) -> None:
    ways = (Way(each.source, each.target, each.code) for each in findings if each.code not in UNREAD)
    told = summed(findings).by_way()
    assert dict(told) == Counter(ways)
    assert [times for _, times in told] == sorted((times for _, times in told), reverse=True)


@given(FINDINGS, st.integers(20, 30))
def test_a_deal_obeys_without_a_violation_in_what_was_judged(findings: list[Finding], deals: int) -> None:
    guilty = {finding.deal for finding in findings if convicts(finding)} - {None}
    assert summed(findings).obedient(deals) == deals - len(guilty)


@given(FINDINGS)
def test_the_worst_deals_have_the_most_violations(findings: list[Finding]) -> None:
    violations = Counter(finding.deal for finding in findings if convicts(finding) and finding.deal)
    told = summed(findings).worst()
    assert [times for _, times, _ in told] == sorted(violations.values(), reverse=True)[:WORST]
    assert {deal: times for deal, times, _ in told}.items() <= violations.items()


@given(FINDINGS)
def test_the_rows_that_were_not_judged_are_counted(findings: list[Finding]) -> None:
    assert summed(findings).unread == sum(1 for finding in findings if finding.code in UNREAD)


def test_the_codes_of_rows_that_cannot_be_judged_are_those_of_cells() -> None:
    source = Path(_cells.__file__).read_text("utf-8")
    codes = set(re.findall(r'"([a-z]+_[a-z]+)"', source))
    assert codes == UNREAD


def test_a_code_is_counted_over_its_levels_the_most_frequent_first() -> None:
    kinds = Counter({Kind("violation", "gap"): 2, Kind("warning", "skip"): 2, Kind("violation", "skip"): 1})
    assert list(by_code(kinds).items()) == [("skip", 3), ("gap", 2)]


def test_of_a_deal_like_many_others_little_is_kept() -> None:
    names = [f"D-{number}" for number in range(20_000)]
    findings = [Finding(code=code, level="violation") for code in ("skip", "gap", "step_back")]
    summary = Summary()
    tracemalloc.start()
    for finding in findings:
        for name in names:
            summary.add(finding.model_copy(update={"deal": name}))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert summary.obedient(20_000) == 0
    assert kept < 120 * len(names)
