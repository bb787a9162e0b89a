"""The default lead statuses of HubSpot, the values of the contact property `hs_lead_status`.

Source: the eight values as client programs of HubSpot list them. Use it where a contact's lead status is kept; the
pipeline of HubSpot's lead records (New, Attempting, Connected, Qualified, Disqualified) is another.

- Ids are the internal values of the property.
- HubSpot shows the values in an order that is not that of the work: In Progress, Open Deal and Unqualified come
  before Attempted to Contact and Connected. Here the order is that of the work.
- The outcome is not kept at all. Assumed: Open Deal is won, since a deal was made of the lead, and Unqualified is
  lost.
- Bad Timing is a hold here: the lead is set aside, and resumes what it left when its time comes.
- Chosen, since HubSpot lets a lead go from any status to any other: the next status is free, and a skip, a step back
  and a reopening state their ground. A lead is lost at any time, and reopened in any open status.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Lead
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="hubspot-lead",
    version="1",
    record=Lead,
    label="HubSpot: lead status",
    stages=(
        Stage(id="NEW", label="New"),
        Stage(id="OPEN", label="Open"),
        Stage(id="ATTEMPTED_TO_CONTACT", label="Attempted to Contact"),
        Stage(id="CONNECTED", label="Connected"),
        Stage(id="IN_PROGRESS", label="In Progress"),
        Stage(id="BAD_TIMING", label="Bad Timing", hold=True),
        Stage(id="OPEN_DEAL", label="Open Deal", outcome="won"),
        Stage(id="UNQUALIFIED", label="Unqualified", outcome="lost"),
    ),
    policy=Policy(
        skip="with_ground",
        back="with_ground",
        reopen_to=("NEW", "OPEN", "ATTEMPTED_TO_CONTACT", "CONNECTED", "IN_PROGRESS"),
    ),
)
