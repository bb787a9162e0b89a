"""The default pipeline of Copper for sales, "Sales", with its opportunity statuses as closing stages.

Source: the example of Copper's pipelines API. Use it where opportunities live in the pipeline Sales. Copper comes
with a second one, Business Development, which is not this one.

- Ids are the names of the stages: Copper numbers stages by account. Put your numbers in their place.
- The outcome is kept beside the stage, as the status of the opportunity (Open, Won, Lost, Abandoned). So three stages
  are added here, named as those statuses; Abandoned is a second way to lose.
- A lost opportunity keeps its stage and its chance to win in Copper, so the added stages have none here.
- The contract is sent before the negotiation. Negotiation is also the name of a stage of the other pipeline.
- Chosen, since Copper lets a deal go from any stage to any other: the next stage is free, and a skip, a step back and
  a reopening state their ground. A deal is lost at any time, and reopened in any open stage.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Opportunity
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="copper",
    version="1",
    record=Opportunity,
    label="Copper: Sales",
    stages=(
        Stage(id="Qualified", probability=5),
        Stage(id="Follow-up", probability=10),
        Stage(id="Presentation", probability=20),
        Stage(id="Contract Sent", probability=40),
        Stage(id="Negotiation", probability=80),
        Stage(id="Won", outcome="won"),
        Stage(id="Lost", outcome="lost"),
        Stage(id="Abandoned", outcome="lost"),
    ),
    policy=Policy(
        skip="with_ground",
        back="with_ground",
        reopen_to=("Qualified", "Follow-up", "Presentation", "Contract Sent", "Negotiation"),
    ),
)
