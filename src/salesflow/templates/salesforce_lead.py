"""The lead statuses that come with Salesforce.

Source: the metadata of a Salesforce organisation (the standard value set LeadStatus). Use it where leads have the
standard statuses.

- Ids are the names of the statuses, as `Status` holds them.
- Conversion is kept on the status, as converted. That a lead is lost is kept nowhere: it is what Closed - Not
  Converted says to people.
- Salesforce refuses every change to a converted lead. Nothing asks that here, where a lead may be linked to its
  opportunity after it was won.
- Chosen, since Salesforce lets a lead go from any status to any other: the next status is free, and a skip, a step
  back and a reopening state their ground. A lead is lost at any time, and reopened in any open status.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Lead
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="salesforce-lead",
    version="1",
    record=Lead,
    label="Salesforce: lead status",
    stages=(
        Stage(id="Open - Not Contacted"),
        Stage(id="Working - Contacted"),
        Stage(id="Closed - Converted", outcome="won"),
        Stage(id="Closed - Not Converted", outcome="lost"),
    ),
    policy=Policy(skip="with_ground", back="with_ground", reopen_to=("Open - Not Contacted", "Working - Contacted")),
)
