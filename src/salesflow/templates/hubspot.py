"""The default deal pipeline of HubSpot, "Sales Pipeline", with the ids that its API uses.

Source: a recorded answer of HubSpot's pipelines API (v3). Use it where deals live in HubSpot's first pipeline, whose
id is `default`; in pipelines made later, HubSpot numbers the stages.

- Ids, labels, order and chances to win are HubSpot's; it writes a chance as a text between "0.0" and "1.0".
- The outcome is kept on the stage: it is closed, and its chance to win says which way.
- Not from the pipeline: a category of a forecast, which HubSpot keeps on the deal.
- Chosen, since HubSpot lets a deal go from any stage to any other: the next stage is free, and a skip, a step back
  and a reopening state their ground. A deal is lost at any time, and reopened in any open stage.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Opportunity
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="hubspot",
    version="1",
    record=Opportunity,
    label="HubSpot: Sales Pipeline",
    stages=(
        Stage(id="appointmentscheduled", label="Appointment Scheduled", probability=20),
        Stage(id="qualifiedtobuy", label="Qualified To Buy", probability=40),
        Stage(id="presentationscheduled", label="Presentation Scheduled", probability=60),
        Stage(id="decisionmakerboughtin", label="Decision Maker Bought-In", probability=80),
        Stage(id="contractsent", label="Contract Sent", probability=90),
        Stage(id="closedwon", label="Closed Won", outcome="won", probability=100),
        Stage(id="closedlost", label="Closed Lost", outcome="lost", probability=0),
    ),
    policy=Policy(
        skip="with_ground",
        back="with_ground",
        reopen_to=(
            "appointmentscheduled",
            "qualifiedtobuy",
            "presentationscheduled",
            "decisionmakerboughtin",
            "contractsent",
        ),
    ),
)
