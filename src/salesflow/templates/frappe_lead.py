"""The default lead statuses of Frappe CRM.

Source: what Frappe CRM installs (add_default_lead_statuses). Use it where leads have the statuses that Frappe CRM
made.

- Ids are the names of the statuses, which Frappe stores.
- The outcome is kept on the status, as its type. There are two won statuses, Qualified and Converted, and two lost
  ones. Frappe CRM sets Qualified when a lead is converted. So `convert(…, won="Qualified")` names which.
- Nurture stands last of the open statuses, and is no step that every lead takes. So a lead is won from Contacted too,
  without a ground.
- Chosen, since Frappe CRM lets a lead go from any status to any other: the next status is free, and a skip, a step
  back and a reopening state their ground. A lead is lost at any time, and reopened in any open status.
"""

from __future__ import annotations

from salesflow.moves import Move, Policy
from salesflow.records import Lead
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="frappe-lead",
    version="1",
    record=Lead,
    label="Frappe CRM: leads",
    stages=(
        Stage(id="New"),
        Stage(id="Contacted"),
        Stage(id="Nurture"),
        Stage(id="Qualified", outcome="won"),
        Stage(id="Converted", outcome="won"),
        Stage(id="Unqualified", outcome="lost"),
        Stage(id="Junk", outcome="lost"),
    ),
    moves=(
        Move(sources=("Contacted",), target="Qualified"),
        Move(sources=("Contacted",), target="Converted"),
    ),
    policy=Policy(skip="with_ground", back="with_ground", reopen_to=("New", "Contacted", "Nurture")),
)
