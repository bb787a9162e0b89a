"""The default deal statuses of Frappe CRM.

Source: what Frappe CRM installs (add_default_deal_statuses). Use it where deals live in the statuses that Frappe CRM
made.

- Ids are the names of the statuses, which Frappe stores.
- The outcome is kept on the status, as its type: Open, Ongoing, On Hold, Won, Lost.
- No default status has the type On Hold, though Frappe CRM knows it: the stage On Hold is added here, so that a deal
  may rest.
- Enforced by Frappe CRM and so asked here: a lost deal names its reason. Where that is Other, Frappe CRM asks for
  notes too, which nothing asks here.
- Chosen, since Frappe CRM lets a deal go from any stage to any other: the next stage is free, and a skip, a step back
  and a reopening state their ground. A deal is lost at any time, and reopened in any open stage.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Opportunity
from salesflow.rules import present
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="frappe",
    version="1",
    record=Opportunity,
    label="Frappe CRM: deals",
    stages=(
        Stage(id="Qualification", probability=10),
        Stage(id="Demo/Making", probability=25),
        Stage(id="Proposal/Quotation", probability=50),
        Stage(id="Negotiation", probability=70),
        Stage(id="Ready to Close", probability=90),
        Stage(id="On Hold", hold=True),
        Stage(id="Won", outcome="won", probability=100),
        Stage(id="Lost", outcome="lost", probability=0, rules=(present("loss.reason"),)),
    ),
    policy=Policy(
        skip="with_ground",
        back="with_ground",
        reopen_to=("Qualification", "Demo/Making", "Proposal/Quotation", "Negotiation", "Ready to Close"),
    ),
)
