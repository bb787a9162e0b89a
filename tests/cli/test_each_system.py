"""Each system from the command: a small pair of its own pipelines and its own history."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.running import Run

CLOSE = {
    "data": [
        {
            "id": "pipe_1",
            "name": "Sales",
            "statuses": [
                {"id": "s1", "label": "New", "type": "active"},
                {"id": "s2", "label": "Offer", "type": "active"},
                {"id": "s3", "label": "Won", "type": "won"},
                {"id": "s4", "label": "Lost", "type": "lost"},
            ],
        }
    ]
}
CLOSE_CHANGE = {
    "_type": "OpportunityStatusChange",
    "id": "acti_1",
    "opportunity_id": "oppo_1",
    "date_created": "2026-01-06T09:00:00",
    "old_status_id": "s4",
    "new_status_id": "s3",
    "old_pipeline_id": "pipe_1",
    "new_pipeline_id": "pipe_1",
}
COPPER = [
    {"id": 1, "name": "Sales", "stages": [{"id": 11, "name": "New"}, {"id": 12, "name": "Offer"}]},
]
COPPER_HOOKS = [
    {"ids": [7], "type": "opportunity", "event": "new", "received_at": 1767600000},
    {
        "ids": [7],
        "type": "opportunity",
        "event": "update",
        "received_at": 1767700000,
        "updated_attributes": {"status": ["Open", "Lost"], "pipeline_stage_id": [11, 12]},
    },
]
DYNAMICS = {
    "value": [
        {"processstageid": "a", "stagename": "Qualify", "stagecategory": 0, "_processid_value": "p"},
        {"processstageid": "b", "stagename": "Close", "stagecategory": 1, "_processid_value": "p"},
    ]
}
DYNAMICS_PATH = {
    "value": [
        {
            "businessprocessflowinstanceid": "i1",
            "_opportunityid_value": "o1",
            "_activestageid_value": "b",
            "_processid_value": "p",
            "traversedpath": "a,b",
            "createdon": "2026-01-05T09:00:00Z",
            "activestagestartedon": "2026-01-06T09:00:00Z",
        }
    ]
}
DYNAMICS_DEALS = {"value": [{"opportunityid": "o1", "statuscode": 3, "actualclosedate": "2026-01-09"}]}
ESPO = {"fields": {"stage": {"options": ["New", "Won", "Lost"], "probabilityMap": {"New": 10, "Won": 100, "Lost": 0}}}}
FRAPPE = {
    "Qualification": {"type": "Open", "position": 1},
    "Won": {"type": "Won", "position": 2},
    "Lost": {"type": "Lost", "position": 3},
}
FRAPPE_LEADS = {
    "data": [
        {"lead_status": "New", "type": "Open", "position": 1},
        {"lead_status": "Converted", "type": "Won", "position": 2},
    ]
}
FRAPPE_DEAL = {
    "name": "CRM-1",
    "status_change_log": [
        {"from": "Qualification", "from_date": "2026-01-05 09:00:00", "to": "Lost", "to_date": "2026-01-06 09:00:00"},
        {"from": "Lost", "from_date": "2026-01-06 09:00:00", "to": "Won", "to_date": "2026-01-07 09:00:00"},
    ],
}
ODOO = [
    {"id": 1, "name": "New", "sequence": 0, "is_won": False},
    {"id": 2, "name": "Won", "sequence": 1, "is_won": True},
]
ODOO_XML = (
    '<odoo><record model="crm.stage" id="stage_lead1"><field name="name">New</field></record>'
    '<record model="crm.stage" id="stage_lead2"><field name="name">Won</field>'
    '<field name="is_won" eval="True"/></record></odoo>'
)
ODOO_CHANGE = {
    "id": 1,
    "field_id": [4711, "Stage (crm.lead)"],
    "old_value_integer": 1,
    "old_value_char": "New",
    "new_value_integer": 2,
    "new_value_char": "Won",
    "mail_message_id": [99, "x"],
    "create_date": "2026-01-06 09:00:00",
}
ODOO_MESSAGES = [{"id": 99, "res_id": 7, "model": "crm.lead"}]
ODOO_LEADS = [{"id": 7, "stage_id": [2, "Won"], "create_date": "2026-01-05 09:00:00"}]
ODOO_FIELDS = [{"id": 4711, "name": "stage_id", "model": "crm.lead"}]
SALESFORCE = {
    "done": True,
    "records": [
        {"MasterLabel": "New", "ApiName": "New", "IsClosed": False, "IsWon": False, "SortOrder": 1},
        {"MasterLabel": "Won", "ApiName": "Won", "IsClosed": True, "IsWon": True, "SortOrder": 2},
        {"MasterLabel": "Lost", "ApiName": "Lost", "IsClosed": True, "IsWon": False, "SortOrder": 3},
    ],
}
SALESFORCE_ROWS = (
    "OPPORTUNITYID,CREATEDDATE,STAGENAME\n6,2026-01-05T09:00:00Z,New\n"
    "6,2026-01-06T09:00:00Z,Lost\n6,2026-01-07T09:00:00Z,Won\n"
)
TWENTY = [{"value": "NEW", "label": "New", "position": 0}, {"value": "CUSTOMER", "label": "Customer", "position": 1}]
BITRIX = {
    "result": [
        {"ENTITY_ID": "DEAL_STAGE", "STATUS_ID": "NEW", "SORT": 10, "SEMANTICS": None},
        {"ENTITY_ID": "DEAL_STAGE", "STATUS_ID": "WON", "SORT": 20, "SEMANTICS": "S"},
        {"ENTITY_ID": "DEAL_STAGE", "STATUS_ID": "LOSE", "SORT": 30, "SEMANTICS": "F"},
    ]
}
BITRIX_ITEMS = [
    {"ID": 1, "TYPE_ID": 1, "OWNER_ID": 21, "CREATED_TIME": "2026-01-05T09:00:00+00:00", "STAGE_ID": "NEW"},
    {"ID": 2, "TYPE_ID": 3, "OWNER_ID": 21, "CREATED_TIME": "2026-01-06T09:00:00+00:00", "STAGE_ID": "LOSE"},
    {"ID": 3, "TYPE_ID": 3, "OWNER_ID": 21, "CREATED_TIME": "2026-01-07T09:00:00+00:00", "STAGE_ID": "WON"},
]
WAREHOUSE = (
    "stage_id,pipeline_id,display_order,is_closed,closed_won,probability\na,p,0,false,false,0.2\nw,p,1,true,true,1.0\n"
)

PAIRS: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "bitrix24": ({"a.json": BITRIX, "b.json": {"result": {"items": BITRIX_ITEMS}}}, [("21", "out_of_lost")]),
    "close": ({"a.json": CLOSE, "b.json": {"data": [CLOSE_CHANGE]}}, [("oppo_1", "out_of_lost")]),
    "copper": ({"a.json": COPPER, "b.json": COPPER_HOOKS}, []),
    "dynamics365": ({"a.json": DYNAMICS, "b.json": DYNAMICS_PATH, "c.json": DYNAMICS_DEALS}, []),
    "frappe": ({"a.json": FRAPPE, "b.json": FRAPPE_DEAL, "c.json": FRAPPE_LEADS}, [("CRM-1", "out_of_lost")]),
    "odoo": (
        {"a.json": ODOO, "b.json": [ODOO_CHANGE], "c.json": ODOO_MESSAGES, "d.json": ODOO_LEADS, "e.json": ODOO_FIELDS},
        [],
    ),
    "odoo by name": ({"a.xml": ODOO_XML, "b.json": [ODOO_CHANGE], "c.json": ODOO_MESSAGES}, []),
    "salesforce": ({"a.json": SALESFORCE, "b.csv": SALESFORCE_ROWS}, [("6", "out_of_lost")]),
    "hubspot": (
        {
            "a.csv": WAREHOUSE,
            "b.csv": "pipeline_id,label\np,Sales\n",
            "c.csv": "deal_id,value,date_entered\n1,a,2026-01-05 09:00\n1,w,2026-01-06 09:00\n1,a,2026-01-07 09:00\n",
            "d.csv": "deal_id,merged_deal_id\n5,1\n",
        },
        [("1", "out_of_won")],
    ),
}


def written(place: Path, files: dict[str, Any]) -> list[str]:
    for name, payload in files.items():
        (place / name).write_text(payload if isinstance(payload, str) else json.dumps(payload), "utf-8")
    return [*files]


@pytest.mark.parametrize("name", PAIRS)
def test_the_pipelines_and_the_history_of_a_system_are_audited_together(run: Run, place: Path, name: str) -> None:
    files, expected = PAIRS[name]
    got = run("audit", *written(place, files), "--from", name.partition(" ")[0], "--format", "json")
    assert got.err == ""
    document = json.loads(got.out)
    violations = [(each["deal"], each["code"]) for each in document["findings"] if each["level"] == "violation"]
    assert (violations, document["summary"]["deals"]) == (expected, 1)


@pytest.mark.parametrize(("system", "payload"), [("espocrm", ESPO), ("twenty", TWENTY)])
def test_a_system_without_a_history_has_pipelines_to_take_over(
    run: Run, place: Path, system: str, payload: Any
) -> None:
    files = written(place, {"a.json": payload})
    assert run("import-pipeline", *files, "--from", system).code == 0
    assert run("audit", *files, "--from", system).err.endswith("[payload.no_history]\n")


def test_many_files_and_pipelines_are_counted_in_the_heading(run: Run, place: Path) -> None:
    files, _ = PAIRS["hubspot"]
    got = run("audit", *written(place, files), "--from", "hubspot")
    assert got.out.startswith("4 files judged by Sales\n")


def test_a_reading_without_notes_tells_its_rows_alone(run: Run, place: Path) -> None:
    files, _ = PAIRS["bitrix24"]
    got = run("audit", *written(place, files), "--from", "bitrix24")
    assert got.out.endswith("What was not taken as it stood\n3 rows read, 0 dropped\n")
