"""A hand-over gives back the host's own types, each process its own."""

from datetime import UTC, datetime
from typing import assert_type

from salesflow import Customer, Lead, Opportunity, Stage, StageTemplate, convert, hand_over, refer, same_lead
from salesflow.contacts import LeadKeys, SameLead, lead_keys
from salesflow.handover import LEAD_TO_OPPORTUNITY, Conversion, HandOver


class MyLead(Lead):
    campaign: str = ""


class MyDeal(Opportunity):
    region: str = ""


class MyCustomer(Customer):
    tier: str = ""


NOW = datetime(2026, 1, 5, tzinfo=UTC)
STAGES = (Stage(id="new"), Stage(id="won", outcome="won"))
leads = StageTemplate(id="l", version="1", record=MyLead, stages=STAGES)
deals = StageTemplate(id="d", version="1", record=MyDeal, stages=STAGES)
care = StageTemplate(id="c", version="1", record=MyCustomer, stages=STAGES)
lead = leads.start(MyLead(id="L-1"), at=NOW)

conversion = convert(lead, deals, leads=leads, id="D-1", at=NOW, carry={**LEAD_TO_OPPORTUNITY, "region": "campaign"})
assert_type(conversion, Conversion[MyLead, MyDeal])
assert_type(conversion.opportunity.region, str)
lead, deal = conversion
assert_type(lead, MyLead)
assert_type(deal, MyDeal)

done = hand_over(deal, care, deals=deals, id="C-1", at=NOW, won="won")
assert_type(done, HandOver[MyDeal, MyCustomer])
deal, customer = done
assert_type(customer.tier, str)

friend = refer(customer, leads, id="L-2", at=NOW)
assert_type(friend, MyLead)

found = same_lead(friend, [lead], calling_code="49")
assert_type(found, SameLead[MyLead] | None)
assert_type(lead_keys(friend), LeadKeys)
if found:
    assert_type(found.lead.campaign, str)

# each process moves its own records
convert(deal, deals, leads=leads, id="D-1", at=NOW)  # type: ignore[misc]
convert(lead, care, leads=leads, id="D-1", at=NOW)  # type: ignore[type-var]
refer(lead, leads, id="L-3", at=NOW)  # type: ignore[arg-type]
