"""The default pipeline of Close, "Sales".

Source: a recorded answer of Close's pipeline API of June 2026. Use it where opportunities live in the pipeline that
Close made.

- Ids are the labels of the statuses: Close gives each a random id by account, as in `stat_…`. Put yours in their
  place.
- The outcome is kept on the stage, as its type: active, won, lost.
- There are no chances to win on stages: Close asks for a confidence on each opportunity.
- The first stage is a demo that is done; what comes before it is told by the status of the lead.
- Chosen, since Close lets a deal go from any stage to any other: the next stage is free, and a skip, a step back and
  a reopening state their ground. A deal is lost at any time, and reopened in any open stage.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Opportunity
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="close",
    version="1",
    record=Opportunity,
    label="Close: Sales",
    stages=(
        Stage(id="Demo Completed"),
        Stage(id="Proposal Sent"),
        Stage(id="Contract Sent"),
        Stage(id="Won", outcome="won"),
        Stage(id="Lost", outcome="lost"),
    ),
    policy=Policy(
        skip="with_ground",
        back="with_ground",
        reopen_to=("Demo Completed", "Proposal Sent", "Contract Sent"),
    ),
)
