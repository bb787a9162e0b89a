"""Dynamics 365: stages with the outcome beside them, and paths of which only the ends have times."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.holes import read_and_holes
from crm.mutating import mutated, or_refused
from salesflow import Actor, LoadError, Money, audit_log
from salesflow.crm import dynamics365

AT = "2026-01-05T09:00:00Z"


def stage(id: str, name: str, category: Any, process: str = "p") -> dict[str, Any]:
    return {"processstageid": id, "stagename": name, "stagecategory": category, "_processid_value": process}


STAGES = {"value": [stage("B", "Develop", 1), stage("a", "Qualify", 0), stage("c", "Propose", 2)]}


def instance(path: str, **more: Any) -> dict[str, Any]:
    return {
        "businessprocessflowinstanceid": "i1",
        "_opportunityid_value": "D1",
        "_processid_value": "p",
        "_activestageid_value": path.rsplit(",", maxsplit=1)[-1],
        "traversedpath": path,
        "createdon": AT,
        "activestagestartedon": "2026-01-07T09:00:00Z",
        **more,
    }


PATHS = {"value": [instance("a,b,c"), instance("a,c", businessprocessflowinstanceid="i2", _opportunityid_value="D2")]}
CLOSED = {"value": [{"opportunityid": "d1", "statuscode": 3, "actualclosedate": "2026-02-01"}]}


def codes(report: Any) -> list[tuple[str, str]]:
    return [(note.code, note.kind) for note in report.notes]


def test_the_option_sets_are_read_with_the_status_reasons_as_closing_stages(shared: Path) -> None:
    told = (shared / "crm" / "payloads" / "dynamics365" / "opportunity_option_sets.json").read_text("utf-8")
    reading = dynamics365.pipelines(json.loads(told))
    assert [(each.id, each.outcome, each.hold) for each in reading.items[0].stages] == [
        ("Qualify", None, False), ("Develop", None, False), ("Propose", None, False), ("Close", None, False),
        ("On Hold", None, True), ("Won", "won", False), ("Canceled", "lost", False), ("Out-Sold", "lost", False),
    ]  # fmt: skip
    assert codes(reading.report) == [("stage.added", "assumed")] * 4


def test_a_status_reason_of_the_account_is_left_out_and_without_any_the_systems_own_are_added() -> None:
    sets = {"opportunity_salesstage": {"1": "B", "0": "A"}}
    own = dynamics365.pipelines({**sets, "opportunity_statuscode": {"1": "Busy", "3": "Sold", "100001": "Gone"}})
    assert [each.id for each in own.items[0].stages] == ["A", "B", "Sold"]
    assert codes(own.report) == [("stage.outcome", "dropped"), ("stage.added", "assumed")]
    assert [each.id for each in dynamics365.pipelines(sets).items[0].stages][2:] == [
        "On Hold", "Won", "Canceled", "Out-Sold"
    ]  # fmt: skip


def test_each_process_is_a_template_with_its_stages_by_category_and_by_name_where_that_is_one_stages_own() -> None:
    rows = [*STAGES["value"], stage("d", "", None), stage("x", "One", 0, "q"), stage("y", "One", 1, "q")]
    rows += [{"processstageid": "z", "stagename": "Won", "stagecategory": 2, "processid": "q"}, stage("a", "again", 0)]
    reading = dynamics365.pipelines([{"value": rows[:3], "@odata.nextLink": "…"}, {"value": rows[3:]}])
    first, second = reading.items
    assert (first.id, [(each.id, each.aliases) for each in first.stages][:4]) == (
        "p", [("a", ("Qualify",)), ("b", ("Develop",)), ("c", ("Propose",)), ("d", ())]
    )  # fmt: skip
    assert [(each.id, each.aliases) for each in second.stages][:3] == [("x", ()), ("y", ()), ("z", ())]
    assert codes(reading.report)[0] == ("row.repeated", "dropped")
    assert codes(dynamics365.pipelines({**STAGES, "@odata.nextLink": "…"}).report)[0] == ("page.more", "odd")


def test_a_path_is_a_log_that_its_process_audits() -> None:
    (template,) = dynamics365.pipelines(STAGES).items
    log = dynamics365.history(PATHS, opportunities=CLOSED)
    found = audit_log(template, log.of("p").rows, **log.columns)
    assert [(each.deal, each.source, each.target, each.code) for each in found] == [("d2", "a", "c", "skip")]
    assert (found.deals, found.moves) == (2, 4)
    assert [(note.code, note.kind, note.count) for note in log.report.notes] == [("time.path", "assumed", 2)]


@pytest.mark.parametrize(
    ("opportunity", "expected"),
    [
        ({"statuscode": 1}, []),
        ({}, []),
        ({"statuscode": 2, "modifiedon": "2026-01-20T09:00:00Z"}, [("On Hold", "2026-01-20")]),
        ({"statuscode": "4", "actualclosedate": "2026-01-01"}, [("Canceled", "2026-01-07")]),
        ({"statuscode": 5}, [("Out-Sold", "2026-01-07")]),
        ({"statuscode": 77}, []),
    ],
    ids=["open", "untold", "hold", "a day before", "no day", "another reason"],
)
def test_a_status_reason_closes_a_deal_after_its_last_stage(opportunity: Any, expected: list[Any]) -> None:
    log = dynamics365.history({"value": [instance("a,b")]}, opportunities=[{"opportunityid": "D1", **opportunity}])
    assert [(row["stage"], str(row["at"])[:10]) for row in log.rows][2:] == expected


def test_what_is_odd_about_a_path_is_told() -> None:
    lone = instance("", _activestageid_value="b", activestagestartedon=None, createdon="2026-01-05 09:00:00")
    astray = instance("a,b", _activestageid_value="c", businessprocessflowinstanceid="i2", _opportunityid_value="D2")
    bad = instance("a,b", createdon="soon", businessprocessflowinstanceid="i3")
    log = dynamics365.history({"value": [lone, astray, bad, lone], "@odata.nextLink": "…"})
    rows, holes = read_and_holes(log)
    assert [(row["deal"], row["stage"]) for row in rows] == [("d1", "b"), ("d2", "a"), ("d2", "b")]
    assert holes == ["d1"]
    assert codes(log.report) == [
        ("page.more", "odd"), ("row.repeated", "dropped"), ("time.zone", "assumed"), ("time.path", "assumed"),
        ("history.gap", "odd"), ("time.unreadable", "dropped"),
    ]  # fmt: skip


def test_an_opportunity_is_adopted_where_it_stands() -> None:
    told = {
        "opportunityid": "D1", "name": "Acme", "_ownerid_value": "u1", "estimatedvalue": 1200.5, "salesstage": 1,
        "estimatedclosedate": "2026-03-01", "statuscode": 1,
    }  # fmt: skip
    (deal,) = dynamics365.records({"value": [told, told]}, currency="EUR").items
    assert (deal.id, deal.name, deal.owner, deal.amount) == ("d1", "Acme", "u1", Money.of("1200.5", "EUR"))
    (template,) = dynamics365.pipelines({"opportunity_salesstage": {"0": "A", "1": "B"}}).items
    adopted = template.adopt(deal, stage="B", at=deal_time(), by=Actor(id="u1"))
    assert (adopted.stage, dict(adopted.fields)) == ("B", {"salesstage": "1", "statuscode": "1"})
    (bare,) = dynamics365.records({**told, "estimatedclosedate": None}).items
    assert (bare.amount, bare.expected_close, bare.fields["amount"]) == (None, None, "1200.5")


def deal_time() -> Any:
    return dynamics365.history({"value": [instance("a")]}).rows[0]["at"]


@pytest.mark.parametrize("bad", [None, "x", {}, {"results": []}, {"value": 5}, {"value": [{"id": 1}]}])
def test_another_payload_is_refused(bad: Any) -> None:
    for read in (dynamics365.pipelines, dynamics365.history, dynamics365.records):
        with pytest.raises(LoadError, match="Dynamics 365"):
            read(bad)


@given(st.permutations(range(3)), st.permutations(range(2)))
def test_the_order_of_rows_changes_nothing(stages: list[int], paths: list[int]) -> None:
    (template,) = dynamics365.pipelines({"value": [STAGES["value"][place] for place in stages]}).items
    log = dynamics365.history([{"value": [PATHS["value"][place]]} for place in paths])
    found = audit_log(template, log.rows, **log.columns)
    assert sorted((each.deal, each.code) for each in found) == [("d2", "skip")]


@given(mutated(STAGES), mutated(PATHS), mutated(CLOSED))
def test_spoilt_payloads_are_read_or_refused(stages: Any, paths: Any, closed: Any) -> None:
    or_refused(dynamics365.pipelines, stages)
    or_refused(dynamics365.records, closed)
    log = or_refused(lambda payload: dynamics365.history(payload, opportunities=closed), paths)
    assert log is None or log.report.rows >= 0
