"""Systems: their default pipelines and lead statuses are what the systems keep, and each can be walked to its ends."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from acme import NOW, days
from salesflow import Actor, Lead, LossReport, Opportunity, Stage, StageTemplate, templates
from salesflow.handover import convert
from salesflow.linting import lint
from walking import reached

ROOT = Path(__file__).parent.parent.parent
REP = Actor(id="rosa", roles=("rep",))

Fact = tuple[str, str, int | None, str | None]
"""The id of a stage, what it is (open, hold, won, lost), its chance to win in percent, its category of a forecast."""

FACTS: dict[str, tuple[Fact, ...]] = {
    "hubspot": (
        ("appointmentscheduled", "open", 20, None),
        ("qualifiedtobuy", "open", 40, None),
        ("presentationscheduled", "open", 60, None),
        ("decisionmakerboughtin", "open", 80, None),
        ("contractsent", "open", 90, None),
        ("closedwon", "won", 100, None),
        ("closedlost", "lost", 0, None),
    ),
    "salesforce": (
        ("Prospecting", "open", 10, "pipeline"),
        ("Qualification", "open", 10, "pipeline"),
        ("Needs Analysis", "open", 20, "pipeline"),
        ("Value Proposition", "open", 50, "pipeline"),
        ("Id. Decision Makers", "open", 60, "pipeline"),
        ("Perception Analysis", "open", 70, "pipeline"),
        ("Proposal/Price Quote", "open", 75, "pipeline"),
        ("Negotiation/Review", "open", 90, "pipeline"),
        ("Closed Won", "won", 100, "closed"),
        ("Closed Lost", "lost", 0, "omitted"),
    ),
    "zoho": (
        ("Qualification", "open", 10, "pipeline"),
        ("Needs Analysis", "open", 20, "pipeline"),
        ("Value Proposition", "open", 40, "pipeline"),
        ("Id. Decision Makers", "open", 60, "pipeline"),
        ("Proposal/Price Quote", "open", 75, "pipeline"),
        ("Negotiation/Review", "open", 90, "pipeline"),
        ("Closed Won", "won", 100, "closed"),
        ("Closed Lost", "lost", 0, "omitted"),
        ("Closed Lost to Competition", "lost", 0, "omitted"),
    ),
    "pipedrive": (
        ("Qualified", "open", None, None),
        ("Contact Made", "open", None, None),
        ("Prospect Qualified", "open", None, None),
        ("Needs Defined", "open", None, None),
        ("Proposal Made", "open", None, None),
        ("Negotiations Started", "open", None, None),
        ("won", "won", None, None),
        ("lost", "lost", None, None),
    ),
    "bitrix24": (
        ("NEW", "open", None, None),
        ("PREPARATION", "open", None, None),
        ("PREPAYMENT_INVOICE", "open", None, None),
        ("EXECUTING", "open", None, None),
        ("FINAL_INVOICE", "open", None, None),
        ("WON", "won", None, None),
        ("LOSE", "lost", None, None),
        ("APOLOGY", "lost", None, None),
    ),
    "copper": (
        ("Qualified", "open", 5, None),
        ("Follow-up", "open", 10, None),
        ("Presentation", "open", 20, None),
        ("Contract Sent", "open", 40, None),
        ("Negotiation", "open", 80, None),
        ("Won", "won", None, None),
        ("Lost", "lost", None, None),
        ("Abandoned", "lost", None, None),
    ),
    "close": (
        ("Demo Completed", "open", None, None),
        ("Proposal Sent", "open", None, None),
        ("Contract Sent", "open", None, None),
        ("Won", "won", None, None),
        ("Lost", "lost", None, None),
    ),
    "dynamics365": (
        ("Qualify", "open", None, None),
        ("Develop", "open", None, None),
        ("Propose", "open", None, None),
        ("Close", "open", None, None),
        ("On Hold", "hold", None, None),
        ("Won", "won", None, None),
        ("Canceled", "lost", None, None),
        ("Out-Sold", "lost", None, None),
    ),
    "odoo": (
        ("New", "open", None, None),
        ("Qualified", "open", None, None),
        ("Proposition", "open", None, None),
        ("Won", "won", None, None),
        ("lost", "lost", None, None),
    ),
    "frappe": (
        ("Qualification", "open", 10, None),
        ("Demo/Making", "open", 25, None),
        ("Proposal/Quotation", "open", 50, None),
        ("Negotiation", "open", 70, None),
        ("Ready to Close", "open", 90, None),
        ("On Hold", "hold", None, None),
        ("Won", "won", 100, None),
        ("Lost", "lost", 0, None),
    ),
    "espocrm": (
        ("Prospecting", "open", 10, None),
        ("Qualification", "open", 20, None),
        ("Proposal", "open", 50, None),
        ("Negotiation", "open", 80, None),
        ("Closed Won", "won", 100, None),
        ("Closed Lost", "lost", 0, None),
    ),
    "twenty": (
        ("NEW", "open", None, None),
        ("SCREENING", "open", None, None),
        ("MEETING", "open", None, None),
        ("PROPOSAL", "open", None, None),
        ("CUSTOMER", "won", None, None),
        ("LOST", "lost", None, None),
    ),
    "hubspot-lead": (
        ("NEW", "open", None, None),
        ("OPEN", "open", None, None),
        ("ATTEMPTED_TO_CONTACT", "open", None, None),
        ("CONNECTED", "open", None, None),
        ("IN_PROGRESS", "open", None, None),
        ("BAD_TIMING", "hold", None, None),
        ("OPEN_DEAL", "won", None, None),
        ("UNQUALIFIED", "lost", None, None),
    ),
    "salesforce-lead": (
        ("Open - Not Contacted", "open", None, None),
        ("Working - Contacted", "open", None, None),
        ("Closed - Converted", "won", None, None),
        ("Closed - Not Converted", "lost", None, None),
    ),
    "zoho-lead": (
        ("Not Contacted", "open", None, None),
        ("Attempted to Contact", "open", None, None),
        ("Contacted", "open", None, None),
        ("Pre-Qualified", "open", None, None),
        ("Contact in Future", "hold", None, None),
        ("Converted", "won", None, None),
        ("Lost Lead", "lost", None, None),
        ("Junk Lead", "lost", None, None),
        ("Not Qualified", "lost", None, None),
    ),
    "bitrix24-lead": (
        ("NEW", "open", None, None),
        ("IN_PROCESS", "open", None, None),
        ("PROCESSED", "open", None, None),
        ("CONVERTED", "won", None, None),
        ("JUNK", "lost", None, None),
    ),
    "copper-lead": (
        ("New", "open", None, None),
        ("Open", "open", None, None),
        ("Converted", "won", None, None),
        ("Unqualified", "lost", None, None),
        ("Junk", "lost", None, None),
    ),
    "frappe-lead": (
        ("New", "open", None, None),
        ("Contacted", "open", None, None),
        ("Nurture", "open", None, None),
        ("Qualified", "won", None, None),
        ("Converted", "won", None, None),
        ("Unqualified", "lost", None, None),
        ("Junk", "lost", None, None),
    ),
    "espocrm-lead": (
        ("New", "open", None, None),
        ("Assigned", "open", None, None),
        ("In Process", "open", None, None),
        ("Converted", "won", None, None),
        ("Recycled", "lost", None, None),
        ("Dead", "lost", None, None),
    ),
}

ADDED = {
    "pipedrive": {"won", "lost"},
    "copper": {"Won", "Lost", "Abandoned"},
    "odoo": {"lost"},
    "frappe": {"On Hold"},
    "twenty": {"LOST"},
    "zoho-lead": {"Converted"},
    "copper-lead": {"Converted"},
}
"""The stages that stand for what a system keeps beside the stage, or does not keep at all."""

DISPUTED: dict[str, tuple[str, ...]] = {}
"""The problems that lint is to find, by the template: the quirks of a real pipeline. None of them has one today."""

EVERY = pytest.mark.parametrize("name", FACTS)


def kind(stage: Stage) -> str:
    return "hold" if stage.hold else stage.outcome or "open"


def fact(stage: Stage) -> Fact:
    return stage.id, kind(stage), stage.probability, stage.forecast


def template_of(name: str) -> StageTemplate[Any]:
    return templates.get(name)


def of_kind(name: str, *kinds: str) -> list[str]:
    return [stage.id for stage in template_of(name).stages if kind(stage) in kinds]


# -- what the systems keep ----------------------------------------------------------------------------------


@EVERY
def test_a_template_states_the_facts_of_its_system(name: str) -> None:
    assert tuple(fact(stage) for stage in template_of(name).stages) == FACTS[name]


@EVERY
def test_leads_move_through_lead_statuses_and_opportunities_through_pipelines(name: str) -> None:
    assert template_of(name).record is (Lead if name.endswith("-lead") else Opportunity)


SHOWN: dict[str, Callable[[Stage], object]] = {
    "id": lambda stage: stage.id,
    "label": lambda stage: stage.name(),
    "kind": kind,
    "won": lambda stage: stage.outcome == "won",
    "probability": lambda stage: stage.probability,
    "forecast": lambda stage: stage.forecast,
    "description": lambda stage: stage.description,
}
"""What a payload may tell of a stage."""

Told = dict[str, object]
OUTCOME = {"Open": "open", "Ongoing": "open", "active": "open", None: "open", "S": "won", "F": "lost"}
SALESFORCE = "{http://soap.sforce.com/2006/04/metadata}"


def outcome(said: str | None) -> object:
    return OUTCOME.get(said, str(said).casefold().removeprefix("closed "))


def hubspot(folder: Path) -> list[Told]:
    found = json.loads((folder / "pipelines_deals_v3.json").read_text("utf-8"))["results"]
    stages = next(pipeline for pipeline in found if pipeline["id"] == "default")["stages"]
    return [hubspot_stage(stage) for stage in sorted(stages, key=lambda stage: stage["displayOrder"])]


def hubspot_stage(stage: Any) -> Told:
    chance, closed = float(stage["metadata"]["probability"]), stage["metadata"]["isClosed"] == "true"
    ends = {1.0: "won", 0.0: "lost"}[chance] if closed else "open"
    return {"id": stage["id"], "label": stage["label"], "kind": ends, "probability": round(chance * 100)}


def values_of(file: Path) -> list[dict[str, str]]:
    found = ET.parse(file).getroot().iter(f"{SALESFORCE}standardValue")  # noqa: S314 - reference data, not a stranger's
    return [{each.tag.removeprefix(SALESFORCE): each.text or "" for each in value} for value in found]


def salesforce(folder: Path) -> list[Told]:
    values = values_of(folder / "OpportunityStage.standardValueSet-meta.xml")
    # "Closed" is that organisation's own: no sales process has it, and Salesforce does not come with it
    return [salesforce_stage(value) for value in values if value["fullName"] != "Closed"]


def salesforce_stage(value: dict[str, str]) -> Told:
    ends = {("true", "true"): "won", ("true", "false"): "lost"}.get((value["closed"], value["won"]), "open")
    told = {"id": value["fullName"], "label": value["label"], "kind": ends, "probability": int(value["probability"])}
    return {**told, "forecast": value["forecastCategory"].casefold()}


def salesforce_lead(folder: Path) -> list[Told]:
    values = values_of(folder / "LeadStatus.standardValueSet-meta.xml")
    return [{"id": value["fullName"], "label": value["label"], "won": value["converted"] == "true"} for value in values]


def zoho(folder: Path) -> list[Told]:
    found = json.loads((folder / "settings_pipeline_v7.json").read_text("utf-8"))["pipeline"]
    stages = next(pipeline for pipeline in found if pipeline["default"])["maps"]
    return [zoho_stage(stage) for stage in sorted(stages, key=lambda stage: stage["sequence_number"])]


def zoho_stage(stage: Any) -> Told:
    told = {"id": stage["actual_value"], "label": stage["display_value"], "kind": outcome(stage["forecast_type"])}
    return {**told, "forecast": stage["forecast_category"]["name"].casefold()}


def bitrix24(folder: Path) -> list[Told]:
    found = json.loads((folder / "status_list.json").read_text("utf-8"))["result"]
    stages = sorted(found, key=lambda stage: int(stage["SORT"]))
    return [{"id": each["STATUS_ID"], "label": each["NAME"], "kind": outcome(each["SEMANTICS"])} for each in stages]


def copper(folder: Path) -> list[Told]:
    found = json.loads((folder / "pipelines.json").read_text("utf-8"))
    stages = next(pipeline for pipeline in found if pipeline["name"] == "Sales")["stages"]
    return [{"id": each["name"], "probability": each["win_probability"], "kind": "open"} for each in stages]


def copper_lead(folder: Path) -> list[Told]:
    found = json.loads((folder / "lead_statuses.json").read_text("utf-8"))
    return [{"id": each["name"], "label": each["name"]} for each in sorted(found, key=lambda each: each["order"])]


def close(folder: Path) -> list[Told]:
    (pipeline,) = json.loads((folder / "pipeline_list.json").read_text("utf-8"))["data"]
    return [{"id": each["label"], "kind": outcome(each["type"])} for each in pipeline["statuses"]]


def dynamics365(folder: Path) -> list[Told]:
    sets = json.loads((folder / "opportunity_option_sets.json").read_text("utf-8"))
    named = [("salesstage", sets["opportunity_salesstage"]), ("statuscode", sets["opportunity_statuscode"])]
    options = [(f"{place} {value}", label) for place, options in named for value, label in options.items()]
    # being in progress is what every open stage is
    return [{"id": label, "description": value} for value, label in options if label != "In Progress"]


def odoo(folder: Path) -> list[Told]:
    root = ET.parse(folder / "crm_stage_data.xml").getroot()  # noqa: S314 - reference data, not a stranger's
    found = [{field.get("name"): field.text for field in record} for record in root.iter("record")]
    stages = sorted(found, key=lambda stage: int(stage["sequence"] or 0))
    return [{"id": each["name"], "kind": "won" if each.get("is_won") == "True" else "open"} for each in stages]


def frappe(folder: Path) -> list[Told]:
    return [{**told, "probability": status["probability"]} for told, status in frappe_statuses(folder, "deal")]


def frappe_lead(folder: Path) -> list[Told]:
    return [told for told, _ in frappe_statuses(folder, "lead")]


def frappe_statuses(folder: Path, what: str) -> list[tuple[Told, Any]]:
    found = json.loads((folder / f"default_{what}_statuses.json").read_text("utf-8"))
    in_order = sorted(found.items(), key=lambda item: item[1]["position"])
    return [({"id": name, "kind": outcome(status["type"])}, status) for name, status in in_order]


def espocrm(folder: Path) -> list[Told]:
    field = json.loads((folder / "Opportunity_stage_fields.json").read_text("utf-8"))["stage"]
    chances = field["probabilityMap"]
    ends = {100: "won", 0: "lost"}
    options = [(option, chances[option]) for option in field["options"]]
    return [{"id": option, "probability": chance, "kind": ends.get(chance, "open")} for option, chance in options]


def twenty(folder: Path) -> list[Told]:
    found = json.loads((folder / "opportunity_stage_options.json").read_text("utf-8"))
    return [{"id": each["value"], "label": each["label"]} for each in sorted(found, key=lambda each: each["position"])]


PAYLOADS: dict[str, Callable[[Path], list[Told]]] = {
    "hubspot": hubspot,
    "salesforce": salesforce,
    "salesforce-lead": salesforce_lead,
    "zoho": zoho,
    "bitrix24": bitrix24,
    "copper": copper,
    "copper-lead": copper_lead,
    "close": close,
    "dynamics365": dynamics365,
    "odoo": odoo,
    "frappe": frappe,
    "frappe-lead": frappe_lead,
    "espocrm": espocrm,
    "twenty": twenty,
}
"""How to read what a system says of its stages, in the system's order."""


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_template_is_what_the_system_answers(name: str, shared: Path) -> None:
    told = PAYLOADS[name](shared / "crm" / "payloads" / name.removesuffix("-lead"))
    own = [stage for stage in template_of(name).stages if stage.id not in ADDED.get(name, set())]
    assert [{field: SHOWN[field](stage) for field in told[0]} for stage in own] == told


def test_a_sales_process_of_salesforce_is_a_selection_of_the_stages(shared: Path) -> None:
    file = shared / "crm" / "payloads" / "salesforce" / "renewal.businessProcess-meta.xml"
    values = ET.parse(file).getroot().iter(f"{SALESFORCE}values")  # noqa: S314 - reference data, not a stranger's
    named = [value.findtext(f"{SALESFORCE}fullName", "").replace("%2E", ".").replace("%2F", "/") for value in values]
    assert named == sorted(fact[0] for fact in FACTS["salesforce"])


NOTED = {
    "pipedrive": "Qualified · Contact Made · Prospect Qualified · Needs Defined · Proposal Made · Negotiations Started",
    "hubspot-lead": "NEW, OPEN, IN_PROGRESS, OPEN_DEAL, UNQUALIFIED, ATTEMPTED_TO_CONTACT, CONNECTED, BAD_TIMING",
    "zoho-lead": "Attempted to Contact, Contact in Future, Contacted, Lost Lead, Not Contacted, Pre-Qualified",
    "espocrm-lead": "New, Assigned, In Process, Converted, Recycled, Dead",
}
"""What is noted of systems without a payload."""


@pytest.mark.parametrize("name", NOTED)
def test_a_template_has_every_stage_that_is_noted_of_its_system(name: str, shared: Path) -> None:
    assert NOTED[name] in (shared / "crm" / "FORMATS.md").read_text("utf-8")
    noted = set(NOTED[name].replace(" · ", ", ").split(", "))
    further = {"Junk Lead", "Not Qualified"} if name == "zoho-lead" else set()
    assert {fact[0] for fact in FACTS[name]} == noted | further | ADDED.get(name, set())


# -- laws of all of them ------------------------------------------------------------------------------------


def fresh(name: str) -> Any:
    """Return a record that lacks nothing."""
    return template_of(name).record(id="X-1", loss=LossReport(reason="price"))


def sitting(name: str, stage: str) -> Any:
    return template_of(name).adopt(fresh(name), stage=stage, at=NOW)


def refusals(name: str, record: Any, to: str, **how: Any) -> list[str]:
    verdict = template_of(name).check(record, **{"to": to, "at": days(1), "by": REP, **how})
    return [refusal.key for refusal in verdict.refusals]


def declared(name: str) -> set[tuple[str, str]]:
    return {(source, move.target) for move in template_of(name).moves for source in move.sources}


@EVERY
def test_a_template_has_the_problems_of_its_pipeline_and_none_of_its_own(name: str) -> None:
    assert tuple(problem.code for problem in lint(template_of(name))) == DISPUTED.get(name, ())


@EVERY
def test_a_record_can_come_to_every_stage(name: str) -> None:
    template = template_of(name)
    started = template.start(fresh(name), at=NOW, by=REP)
    everywhere = {stage.id for stage in template.stages}
    assert reached(template, [started], at=NOW, by=REP, ground="because") == everywhere


@EVERY
def test_the_next_stage_is_free_and_every_other_takes_a_ground(name: str) -> None:
    order, won = of_kind(name, "open"), of_kind(name, "won")
    for place, source in enumerate(order):
        following = won if source == order[-1] else [order[place + 1]]
        for to in {*order, *won} - {source}:
            free = to in following or (source, to) in declared(name)
            assert refusals(name, sitting(name, source), to) == ([] if free else ["ground.missing"])
            assert refusals(name, sitting(name, source), to, ground="because") == []


@EVERY
def test_a_record_is_lost_at_any_time_and_reopened_with_a_ground_wherever_it_was(name: str) -> None:
    template = template_of(name)
    for source in of_kind(name, "open", "hold"):
        for end in of_kind(name, "lost"):
            lost = template.move(sitting(name, source), to=end, at=days(1), by=REP)
            for to in of_kind(name, "open"):
                assert refusals(name, lost, to) == ["ground.missing"]
                back = template.move(lost, to=to, at=days(2), by=REP, ground="they called")
                assert [change.kind for change in back.history] == ["adopted", "lost", "reopened"]


@EVERY
def test_a_won_record_stays_won(name: str) -> None:
    for end in of_kind(name, "won"):
        options = template_of(name).options(sitting(name, end), at=days(1), by=REP, ground="because")
        assert [to for to, verdict in options.items() if verdict] == []


@pytest.mark.parametrize("name", [name for name in FACTS if of_kind(name, "hold")])
def test_a_held_record_resumes_what_it_left(name: str) -> None:
    template = template_of(name)
    for source in of_kind(name, "open"):
        for hold in of_kind(name, "hold"):
            held = template.move(sitting(name, source), to=hold, at=days(1), by=REP)
            resumed = template.move(held, to=source, at=days(2), by=REP)
            assert [change.kind for change in resumed.history] == ["adopted", "held", "resumed"]


def test_holds_are_where_the_systems_have_them() -> None:
    holds = {name: of_kind(name, "hold") for name in FACTS if of_kind(name, "hold")}
    assert holds == {
        "dynamics365": ["On Hold"],
        "frappe": ["On Hold"],
        "hubspot-lead": ["BAD_TIMING"],
        "zoho-lead": ["Contact in Future"],
    }


def test_no_rule_is_asked_that_the_system_does_not_ask() -> None:
    asked = {
        (name, stage.id): [each.rule for each in stage.rules]
        for name in FACTS
        for stage in template_of(name).stages
        if stage.rules
    }
    assert asked == {("frappe", "Lost"): ["present"]}
    nameless = sitting("frappe", "Negotiation").model_copy(update={"loss": None})
    assert refusals("frappe", nameless, "Lost") == ["present.loss.reason"]


LEADS = {name: name.removesuffix("-lead") for name in FACTS if name.endswith("-lead")}


@pytest.mark.parametrize("name", LEADS)
def test_a_lead_converts_into_a_deal_of_the_same_system(name: str) -> None:
    leads, deals = template_of(name), template_of(LEADS[name])
    lead = sitting(name, of_kind(name, "open")[-1])
    # which of two won statuses is meant must be said
    won = "Qualified" if name == "frappe-lead" else None
    done = convert(lead, deals, leads=leads, id="D-1", at=days(1), by=REP, won=won)
    assert (done.lead.stage, done.lead.opportunity) == (won or of_kind(name, "won")[0], "D-1")
    assert (done.opportunity.stage, done.opportunity.lead) == (deals.stages[0].id, "X-1")


# -- what the pages say -------------------------------------------------------------------------------------


def rows(page: Path) -> dict[str, Sequence[str]]:
    """Return the cells behind the first, by the name in the first, of the rows that begin with a name."""
    lines = [line.strip("|").split("|") for line in page.read_text("utf-8").splitlines() if line.startswith("| `")]
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in lines}


@EVERY
def test_the_catalogue_shows_the_stages_in_order(name: str) -> None:
    shown = rows(ROOT / "docs" / "reference" / "catalogue.md")[name][0]
    assert shown.split(" · ") == [stage.name() for stage in template_of(name).stages]


@EVERY
def test_a_declaration_names_every_stage_that_it_adds(name: str) -> None:
    told = " ".join(declaration(name).split())
    assert [each for each in ADDED.get(name, set()) if each not in told] == []
    assert ("added" in told) == (name in ADDED or name == "dynamics365")


def declaration(name: str) -> str:
    file = Path(templates.__path__[0]) / f"{name.replace('-', '_')}.py"
    return file.read_text("utf-8").split('"""')[1]
