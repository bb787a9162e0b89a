"""The default lead statuses of Zoho CRM, with a stage for what Zoho converts.

Source: the values of the field Lead_Status as recorded in an account; Junk Lead and Not Qualified are general
knowledge of it. Use it where leads have the statuses that Zoho made.

- Ids are the values of the field.
- Zoho sorts the statuses by the alphabet. Here the order is that of the work.
- Conversion is kept beside the status, and cannot be undone. So the stage Converted is added here. Lost Lead, Junk
  Lead and Not Qualified are three ways to lose, which Zoho tells by their names alone.
- Contact in Future is a hold here: the lead is set aside, and resumes what it left when its time comes.
- Chosen, since Zoho lets a lead go from any status to any other: the next status is free, and a skip, a step back and
  a reopening state their ground. A lead is lost at any time, and reopened in any open status.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Lead
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="zoho-lead",
    version="1",
    record=Lead,
    label="Zoho CRM: lead status",
    stages=(
        Stage(id="Not Contacted"),
        Stage(id="Attempted to Contact"),
        Stage(id="Contacted"),
        Stage(id="Pre-Qualified"),
        Stage(id="Contact in Future", hold=True),
        Stage(id="Converted", outcome="won"),
        Stage(id="Lost Lead", outcome="lost"),
        Stage(id="Junk Lead", outcome="lost"),
        Stage(id="Not Qualified", outcome="lost"),
    ),
    policy=Policy(
        skip="with_ground",
        back="with_ground",
        reopen_to=("Not Contacted", "Attempted to Contact", "Contacted", "Pre-Qualified"),
    ),
)
