"""HubSpot: its real pipeline is read whole, and each thing that is not what it claims is named with its place."""

import json
from pathlib import Path
from typing import Any

import pytest

from salesflow import LoadError, audit_log
from salesflow.crm import hubspot


def stage(id: str, order: Any, *, closed: str = "false", probability: Any = "0.5", **more: Any) -> dict[str, Any]:
    metadata = {"isClosed": closed, "probability": probability}
    return {"id": id, "label": id.title(), "displayOrder": order, "metadata": metadata, "archived": False, **more}


def payload(*stages: dict[str, Any], id: Any = "default") -> dict[str, Any]:
    return {"results": [{"id": id, "label": "Sales", "stages": list(stages)}]}


def deal(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "properties": {"pipeline": "default"},
        "propertiesWithHistory": {"dealstage": list(changes)},
        **more,
    }


def test_the_recorded_pipeline_is_read_and_the_history_beside_it_audited(shared: Path) -> None:
    folder = shared / "crm" / "payloads" / "hubspot"
    reading = hubspot.pipelines(json.loads((folder / "pipelines_deals_v3.json").read_text("utf-8")))
    (template,) = reading.items
    assert [(each.id, each.outcome, each.probability) for each in template.stages] == [
        ("appointmentscheduled", None, 20),
        ("qualifiedtobuy", None, 40),
        ("presentationscheduled", None, 60),
        ("decisionmakerboughtin", None, 80),
        ("contractsent", None, 90),
        ("closedwon", "won", 100),
        ("closedlost", "lost", 0),
    ]
    assert (reading.report.rows, reading.report.notes) == (7, ())
    told = (folder / "RECONSTRUCTED_deal_with_dealstage_history.json").read_text("utf-8")
    log = hubspot.history(json.loads(told))
    assert (log.report.rows, log.report.notes) == (3, ())
    found = audit_log(template, log.of("default").rows, **log.columns)
    assert [(each.deal, each.source, each.target, each.code) for each in found] == [
        ("9001", "appointmentscheduled", "contractsent", "skip")
    ]


def test_stages_stand_in_their_display_order_and_keep_the_outcome_that_metadata_tells() -> None:
    won, lost = stage("w", 3, closed="true", probability="1.0"), stage("l", 4, closed="true", probability="0.0")
    (template,) = hubspot.pipelines(payload(won, lost, stage("b", 2), stage("a", 1))).items
    assert [(each.id, each.outcome) for each in template.stages] == [
        ("a", None), ("b", None), ("w", "won"), ("l", "lost")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({}, "the field 'results' is missing; there are none [payload.missing]"),
        ({"results": 5}, "a list is wanted here, not 5 @ results [payload.shape]"),
        ("x", "an object is wanted here, not 'x' [payload.shape]"),
        (payload(stage("a", "first")), "results[0].stages[0].displayOrder [payload.value]"),
        (payload({"id": "a"}), "the field 'metadata' is missing; there are 'id' @ results[0].stages[0]"),
    ],
    ids=["nothing", "no list", "a text", "no number", "no metadata"],
)
def test_what_is_no_payload_of_hubspot_is_named_with_its_place(bad: Any, said: str) -> None:
    with pytest.raises(LoadError) as caught:
        hubspot.pipelines(bad)
    assert said in str(caught.value)


def test_a_change_that_cannot_be_read_is_dropped_and_told() -> None:
    good = {"value": "a", "timestamp": "2026-01-05T09:00:00Z"}
    log = hubspot.history([deal(good, {"value": "b", "timestamp": "soon"}, {"timestamp": "2026-01-06T09:00:00Z"})])
    assert [row["stage"] for row in log.rows] == ["a"]
    assert (log.report.rows, log.report.dropped) == (3, 2)
    assert [(note.code, note.place) for note in log.report.notes] == [
        ("time.unreadable", "[0].propertiesWithHistory.dealstage[1].timestamp"),
        ("payload.missing", "[0].propertiesWithHistory.dealstage[2]"),
    ]
