"""Exports and payloads of others, audited from the command with the figures that they have."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.running import Run

Summary = Callable[..., tuple[object, dict[str, Any]]]

FUNNEL = """
id = "funnel"
version = "1"
record = "opportunity"
stages = [
  { id = "Lead" },
  { id = "Qualified" },
  { id = "Proposal" },
  { id = "Closed Won", outcome = "won" },
  { id = "Closed Lost", outcome = "lost" },
]
"""
SALES = """
id = "sales"
version = "1"
record = "opportunity"
stages = [
  { id = "Prospecting" },
  { id = "Engaging", rules = [{ rule = "present", field = "fields.account" }] },
  { id = "Won", outcome = "won", rules = [{ rule = "present", field = "fields.close_value" }] },
  { id = "Lost", outcome = "lost" },
]
"""


@pytest.fixture
def summary(run: Run) -> Summary:
    """The summary of an audit, with its exit code."""

    def audited(*arguments: str) -> tuple[object, dict[str, Any]]:
        got = run("audit", *arguments, "--format", "json")
        assert got.err == ""
        return got.code, json.loads(got.out)["summary"]

    return audited


def figures(summary: dict[str, Any]) -> tuple[int, ...]:
    return tuple(summary[name] for name in ("rows", "deals", "deals_that_obey", "moves"))


def codes(summary: dict[str, Any]) -> dict[str, int]:
    return {each["code"]: each["count"] for each in summary["findings_by_code"]}


def test_a_clean_export_is_clean_also_by_the_template_that_it_proposes(
    run: Run, summary: Summary, shared: Path, place: Path
) -> None:
    (place / "funnel.toml").write_text(FUNNEL, "utf-8")
    log = (str(shared / "data" / "tiny_funnel.csv"), "--deal", "lead_id", "--at", "stage_date", "--zone", "UTC")
    assert run("discover", *log, "--output", "proposed.toml").code == 0
    for template in ("funnel.toml", "proposed.toml"):
        code, told = summary(*log, "--template", template)
        assert (code, figures(told), codes(told)) == (0, (13, 5, 5, 8), {})


def test_a_pipedrive_change_log_is_audited_with_its_stages(summary: Summary, shared: Path) -> None:
    files = [str(shared / "data" / f"pipedrive_{name}.csv") for name in ("deal_changes", "stages", "fields")]
    code, told = summary(*files, "--from", "pipedrive")
    # 1,995 ids, five of which two deals bear each
    assert (code, figures(told)) == (1, (12_906, 2_000, 1_995, 8_907))
    assert codes(told) == {
        "reused_id": 5,
        "starts_in_the_middle": 4,
        "skip": 2_501,
        "step_back": 5,
        "reopened_without_ground": 4,
        "repeated_stage": 3,
    }
    reading = told["reading"]
    assert (reading["rows"], reading["dropped"]) == (15_406, 2_500)
    assert [note["code"] for note in reading["notes"]] == [
        "payload.other",
        "pipeline.unnamed",
        "stage.order",
        "stage.added",
        "stage.added",
        "time.zone",
        "row.other",
        "outcome.reason",
    ]


def test_a_warehouse_of_hubspot_whose_deals_lie_in_stages_that_are_not_there(summary: Summary, shared: Path) -> None:
    files = sorted(str(file) for file in (shared / "data" / "hubspot_warehouse").glob("*.csv"))
    code, told = summary(*files, "--from", "hubspot")
    assert (code, figures(told), codes(told)) == (1, (14, 14, 0, 0), {"unknown_stage": 14})
    notes = {note["code"] for note in told["reading"]["notes"]}
    assert {"stage.deleted", "pipeline.unlisted", "time.zone", "stage.unclosed", "stage.order"} <= notes


def test_a_snapshot_tells_which_deals_lack_what_their_stage_asks(summary: Summary, shared: Path, place: Path) -> None:
    (place / "sales.toml").write_text(SALES, "utf-8")
    export = str(shared / "data" / "snapshot_sales_pipeline.csv")
    columns = ("--deal", "opportunity_id", "--stage", "deal_stage", "--as-of", "2018-01-01T00:00Z")
    code, told = summary(export, "--from", "snapshot", "--template", "sales.toml", *columns)
    assert (code, figures(told), codes(told)) == (1, (8_800, 8_800, 7_712, 0), {"rule_not_met": 1_088})


PAIRS: dict[str, tuple[list[str], object, tuple[int, ...], dict[str, int]]] = {
    "bitrix24": (["status_list", "category_list", "stagehistory_list"], 0, (1, 1, 1, 0), {}),
    "frappe": (
        ["default_deal_statuses", "RECONSTRUCTED_deal_with_status_change_log"],
        0,
        (3, 1, 1, 2),
        {"skip": 2},
    ),
    "hubspot": (["pipelines_deals_v3", "RECONSTRUCTED_deal_with_dealstage_history"], 0, (3, 1, 1, 2), {"skip": 1}),
    "salesforce": (
        ["RECONSTRUCTED_OpportunityStage_query", "RECONSTRUCTED_OpportunityHistory_query"],
        1,
        (2, 1, 0, 1),
        {"unknown_stage": 1},
    ),
    "salesforce metadata": (
        [
            "OpportunityStage.standardValueSet-meta.xml",
            "LeadStatus.standardValueSet-meta.xml",
            "renewal.businessProcess-meta.xml",
            "RECONSTRUCTED_OpportunityFieldHistory_query",
        ],
        0,
        (2, 1, 1, 1),
        {"skip": 1},
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_the_pipelines_and_the_history_of_a_system_are_audited(summary: Summary, shared: Path, name: str) -> None:
    files, code, told, found = PAIRS[name]
    system = name.partition(" ")[0]
    folder = shared / "crm" / "payloads" / system
    paths = [str(folder / (file if file.endswith(".xml") else f"{file}.json")) for file in files]
    got = summary(*paths, "--from", system)
    assert (got[0], figures(got[1]), codes(got[1])) == (code, told, found)


ODOO_MESSAGES = [{"id": 99, "model": "crm.lead", "res_id": 7}]


def test_the_tracked_changes_of_odoo_are_audited_once_their_messages_tell_the_lead(
    run: Run, summary: Summary, shared: Path, place: Path
) -> None:
    folder = shared / "crm" / "payloads" / "odoo"
    files = [str(folder / name) for name in ("crm_stage_data.xml", "RECONSTRUCTED_mail_tracking_value.json")]
    alone = run("audit", *files, "--from", "odoo")
    assert (alone.code, alone.out) == (2, "")
    assert "rows of mail.message are wanted beside it, which tell the lead" in alone.err
    (place / "messages.json").write_text(json.dumps(ODOO_MESSAGES), "utf-8")
    code, told = summary(*files, "messages.json", "--from", "odoo")
    assert (code, figures(told), codes(told)) == (0, (1, 1, 1, 1), {"incomplete": 1})


def changed(file: Path, into: Path, edit: Callable[[Any], Any]) -> str:
    """A documented answer, in which something else happened."""
    payload = json.loads(file.read_text("utf-8"))
    edit(payload)
    into.write_text(json.dumps(payload), "utf-8")
    return str(into)


def to_another_stage(flow: Any) -> None:
    flow["data"][0]["data"].update(field_key="stage_id", old_value="1", new_value=2)


def test_a_documented_flow_in_which_the_stage_changes_is_audited(summary: Summary, shared: Path, place: Path) -> None:
    folder = shared / "crm" / "payloads" / "pipedrive"
    flow = changed(folder / "deal_flow.json", place / "flow.json", to_another_stage)
    code, told = summary(
        *(str(folder / f"{name}_v2_doc.json") for name in ("stages", "pipelines")), flow, "--from", "pipedrive"
    )
    assert (code, figures(told), codes(told)) == (1, (1, 1, 0, 1), {"incomplete": 1, "unknown_stage": 1})


def test_a_documented_changelog_in_which_the_deal_is_lost_is_audited(
    summary: Summary, shared: Path, place: Path
) -> None:
    folder = shared / "crm" / "payloads" / "pipedrive"

    def lost(changelog: Any) -> None:
        first, second = changelog["data"]
        first.update(field_key="status", old_value="open", new_value="lost")
        second.update(field_key="stage_id", old_value="2", new_value="1")

    log = changed(folder / "deal_changelog.json", place / "deal-120.json", lost)
    code, told = summary(str(folder / "stages_v2_doc.json"), log, "--from", "pipedrive")
    assert (code, figures(told), codes(told)) == (1, (2, 1, 0, 2), {"incomplete": 1, "unknown_stage": 1})


def test_a_documented_page_of_activities_in_which_a_stage_changes_is_audited(
    summary: Summary, shared: Path, place: Path
) -> None:
    folder = shared / "crm" / "payloads" / "copper"

    def to_the_second_stage(activities: Any) -> None:
        change = {"type": {"id": 3, "category": "system"}, "parent": {"id": 7, "type": "opportunity"}}
        activities[0].update(change, old_value="987790", new_value="987791")

    activities = changed(folder / "activities_search.json", place / "activities.json", to_the_second_stage)
    code, told = summary(str(folder / "pipelines.json"), activities, "--from", "copper")
    assert (code, figures(told), codes(told)) == (0, (1, 1, 1, 1), {"incomplete": 1})
    assert (told["reading"]["rows"], told["reading"]["dropped"]) == (10, 9)


NO_MOVES = {
    "copper": [
        "pipelines.json",
        "pipeline_stages.json",
        "lead_statuses.json",
        "loss_reasons.json",
        "activities_search.json",
    ],
    "pipedrive": [
        "stages_v2_doc.json",
        "pipelines_v2_doc.json",
        "deal_fields.json",
        "deals_v2_doc.json",
        "deal_flow.json",
    ],
}
"""Payloads whose histories tell no move of a deal, or not of which."""


@pytest.mark.parametrize("system", NO_MOVES)
def test_a_history_that_tells_no_move_gives_no_answer(run: Run, shared: Path, system: str) -> None:
    paths = [str(shared / "crm" / "payloads" / system / name) for name in NO_MOVES[system]]
    got = run("audit", *paths, "--from", system)
    assert (got.code, got.out) == (2, "")
    assert got.err.endswith("[payload.no_moves]\n")


def test_a_changelog_is_audited_once_its_deal_is_named(run: Run, shared: Path, place: Path) -> None:
    folder = shared / "crm" / "payloads" / "pipedrive"
    stages, changelog = str(folder / "stages_v2_doc.json"), folder / "deal_changelog.json"
    assert run("audit", stages, str(changelog), "--from", "pipedrive").err.endswith("[deal.unnamed]\n")
    (place / "deal-120.json").write_bytes(changelog.read_bytes())
    # a title and a value were changed, and no stage
    assert run("audit", stages, "deal-120.json", "--from", "pipedrive").err.endswith("[payload.no_moves]\n")


SHAPES = {
    "bitrix24": ["category_list.json", "stagehistory_list.json", "status_entity_items.json", "status_list.json"],
    "close": ["pipeline_list.json"],
    "copper": ["activities_search.json", "lead_statuses.json", "pipeline_stages.json", "pipelines.json"],
    "dynamics365": ["opportunity_option_sets.json"],
    "espocrm": ["Opportunity_stage_fields.json"],
    "frappe": [
        "RECONSTRUCTED_deal_with_status_change_log.json",
        "default_deal_statuses.json",
        "default_lead_statuses.json",
    ],
    "hubspot": ["RECONSTRUCTED_deal_with_dealstage_history.json", "pipelines_deals_v3.json"],
    "odoo": ["RECONSTRUCTED_mail_tracking_value.json", "crm_stage_data.xml"],
    "pipedrive": [
        "deal_changelog.json",
        "deal_fields.json",
        "deal_flow.json",
        "pipelines_v2_doc.json",
        "stages_v2_doc.json",
    ],
    "salesforce": [
        "OpportunityStage.standardValueSet-meta.xml",
        "RECONSTRUCTED_OpportunityFieldHistory_query.json",
        "RECONSTRUCTED_OpportunityHistory_query.json",
        "RECONSTRUCTED_OpportunityStage_query.json",
        "renewal.businessProcess-meta.xml",
    ],
    "twenty": ["opportunity_stage_options.json"],
    "zoho": ["settings_pipeline_v7.json"],
}
"""Answers that no other system gives in this shape."""


@pytest.mark.parametrize("system", SHAPES)
def test_what_another_system_gives_is_told_to_be_its(run: Run, shared: Path, system: str) -> None:
    for name in SHAPES[system]:
        path = str(shared / "crm" / "payloads" / system / name)
        for other in SHAPES.keys() - {system}:
            got = run("audit", path, "--from", other)
            assert (got.code, got.out) == (2, "")
            assert got.err.endswith(f"; it looks like what is read with --from {system} [payload.other]\n")


PIPELINES = {
    "bitrix24/status_entity_items.json": "DEAL_STAGE",
    "close/pipeline_list.json": "pipe_4RR4Vuxbp8jRIcQEzEzcEJ",
    "copper/pipelines.json": "213215",
    "dynamics365/opportunity_option_sets.json": "dynamics365",
    "espocrm/Opportunity_stage_fields.json": "espocrm",
    "frappe/default_deal_statuses.json": "frappe",
    "hubspot/pipelines_deals_v3.json": "default",
    "odoo/crm_stage_data.xml": "odoo",
    "pipedrive/stages_v2_doc.json": "1",
    "salesforce/OpportunityStage.standardValueSet-meta.xml": "OpportunityStage",
    "twenty/opportunity_stage_options.json": "twenty",
    "zoho/settings_pipeline_v7.json": "Pipeline1",
}


@pytest.mark.parametrize("path", PIPELINES)
def test_the_pipeline_of_every_system_becomes_a_template_that_can_be_linted(
    run: Run, shared: Path, place: Path, path: str
) -> None:
    payload = str(shared / "crm" / "payloads" / path)
    system, id = path.partition("/")[0], PIPELINES[path]
    got = run("import-pipeline", payload, "--from", system, "--pipeline", id, "--output", "made.toml")
    assert (got.code, got.err) == (0, "")
    assert run("lint", "made.toml").code in {0, 1}
