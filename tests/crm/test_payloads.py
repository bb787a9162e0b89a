"""Payloads of others: every one that was collected is read by some test, and this is the table of who reads it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from crm import test_copper, test_frappe, test_hubspot, test_zoho
from salesflow.crm import (
    bitrix24,
    close,
    copper,
    dynamics365,
    espocrm,
    frappe,
    hubspot,
    odoo,
    pipedrive,
    salesforce,
    twenty,
    zoho,
)

Read = Callable[[Any], Any]


def as_message_of_a_lead(payload: Any) -> Any:
    return odoo.history(payload, messages=[{"id": 99, "model": "crm.lead", "res_id": 7}])


def named_by(categories: Any) -> Any:
    stages = [{"ENTITY_ID": "DEAL_STAGE_10", "STATUS_ID": "C10:NEW", "SORT": "10", "SEMANTICS": None}]
    return bitrix24.pipelines({"result": stages}, categories=categories)


def of_the_stage(pipelines: Any) -> Any:
    stage = {"id": 1, "order_nr": 1, "name": "Stage Name", "is_deleted": False, "pipeline_id": 1}
    return pipedrive.pipelines([{"data": [stage]}, pipelines])


def of_all_stages(process: Any) -> Any:
    names = re.findall("<fullName>(.*)</fullName>", process)[1:]
    told = "<standardValue><fullName>{}</fullName><closed>false</closed><won>false</won></standardValue>"
    stages = "".join(told.format(unquote(name)) for name in names)
    return salesforce.pipelines([f"<StandardValueSet>{stages}</StandardValueSet>", process])


def of_deal_120(payload: Any) -> Any:
    return pipedrive.history({"120": payload})


PAYLOADS: dict[str, tuple[Read, int]] = {
    "bitrix24/category_list.json": (named_by, 1),
    "bitrix24/stagehistory_list.json": (bitrix24.history, 1),
    "bitrix24/status_entity_items.json": (bitrix24.pipelines, 8),
    "bitrix24/status_list.json": (bitrix24.pipelines, 8),
    "close/pipeline_list.json": (close.pipelines, 5),
    "copper/activities_search.json": (copper.history, 10),
    "copper/lead_statuses.json": (copper.pipelines, 4),
    "copper/loss_reasons.json": (lambda told: copper.records([test_copper.DEAL], loss_reasons=told), 1),
    "copper/pipeline_stages.json": (copper.pipelines, 9),
    "copper/pipelines.json": (copper.pipelines, 9),
    "dynamics365/opportunity_option_sets.json": (dynamics365.pipelines, 4),
    "espocrm/Opportunity_stage_fields.json": (espocrm.pipelines, 6),
    "frappe/RECONSTRUCTED_deal_with_status_change_log.json": (frappe.history, 3),
    "frappe/default_deal_statuses.json": (frappe.pipelines, 7),
    "frappe/default_lead_statuses.json": (frappe.lead_pipelines, 7),
    "hubspot/RECONSTRUCTED_deal_with_dealstage_history.json": (hubspot.history, 3),
    "hubspot/pipelines_deals_v3.json": (hubspot.pipelines, 7),
    "odoo/RECONSTRUCTED_mail_tracking_value.json": (as_message_of_a_lead, 1),
    "odoo/crm_stage_data.xml": (odoo.pipelines, 4),
    "pipedrive/deal_changelog.json": (of_deal_120, 2),
    "pipedrive/deal_fields.json": (pipedrive.pipelines, 0),
    "pipedrive/deal_flow.json": (pipedrive.history, 3),
    "pipedrive/deals_v2_doc.json": (pipedrive.records, 1),
    "pipedrive/pipelines_v2_doc.json": (of_the_stage, 1),
    "pipedrive/stages_v2_doc.json": (pipedrive.pipelines, 1),
    "salesforce/LeadStatus.standardValueSet-meta.xml": (salesforce.pipelines, 4),
    "salesforce/OpportunityStage.standardValueSet-meta.xml": (salesforce.pipelines, 11),
    "salesforce/RECONSTRUCTED_OpportunityFieldHistory_query.json": (salesforce.history, 2),
    "salesforce/RECONSTRUCTED_OpportunityHistory_query.json": (salesforce.history, 2),
    "salesforce/RECONSTRUCTED_OpportunityStage_query.json": (salesforce.pipelines, 3),
    "salesforce/renewal.businessProcess-meta.xml": (of_all_stages, 10),
    "twenty/opportunity_stage_options.json": (twenty.pipelines, 5),
    "zoho/settings_pipeline_v7.json": (zoho.pipelines, 17),
}
"""What reads each answer, and how many rows it finds."""

DESCRIPTIONS: dict[str, Callable[..., None]] = {
    "copper/webhook_notification.template.txt": (
        test_copper.test_the_documented_body_of_a_webhook_is_read_once_it_is_filled_in
    ),
    "frappe/crm_status_change_log.doctype.json": test_frappe.test_a_log_of_the_schemas_fields_is_one_that_is_read,
    "hubspot/ValueWithTimestamp_schema.json": test_hubspot.test_a_value_of_a_history_has_the_fields_of_the_schema,
    "hubspot/pipeline_governance_schemas.json": (
        test_hubspot.test_whatever_the_schema_of_the_rules_allows_makes_a_template
    ),
    "zoho/schema_blueprint_v8.openapi.json": test_zoho.test_whatever_the_schema_allows_is_read_or_refused,
    "zoho/schema_pipeline_v8.openapi.json": test_zoho.test_whatever_the_schema_allows_is_read_or_refused,
    "zoho/schema_timelines_v8.openapi.json": test_zoho.test_whatever_the_schema_allows_is_read_or_refused,
}
"""Schemas and forms to fill in, which are no answers, and the test that makes answers of each."""


def test_every_payload_is_read_by_some_test(shared: Path) -> None:
    folder = shared / "crm" / "payloads"
    there = {path.relative_to(folder).as_posix() for path in folder.glob("*/*")}
    assert there == {*PAYLOADS, *DESCRIPTIONS}


@pytest.mark.parametrize("path", PAYLOADS)
def test_a_payload_is_read_whole(shared: Path, path: str) -> None:
    text = (shared / "crm" / "payloads" / path).read_text("utf-8")
    read, rows = PAYLOADS[path]
    assert read(text if path.endswith(".xml") else json.loads(text)).report.rows == rows
