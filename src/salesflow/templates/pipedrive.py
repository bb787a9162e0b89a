"""The default pipeline of Pipedrive, "Pipeline", with its deal statuses as closing stages.

Source: a recorded account of May 2026; what a new account gets varies. Use it where deals live in the pipeline that
Pipedrive made.

- Ids are the names of the stages: Pipedrive numbers stages by account. Put your numbers in their place.
- The outcome is kept beside the stage, as the status of the deal (open, won, lost, deleted). So the stages `won` and
  `lost` are added here, named as those statuses. A lost deal keeps its stage in Pipedrive, and here in `left`.
- There are no chances to win: every stage of the account says 100 %, and they are switched off on the pipeline.
- Two names are close to each other: Qualified comes first, Prospect Qualified third.
- Chosen, since Pipedrive lets a deal go from any stage to any other: the next stage is free, and a skip, a step back
  and a reopening state their ground. A deal is lost at any time, and reopened in any open stage.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Opportunity
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="pipedrive",
    version="1",
    record=Opportunity,
    label="Pipedrive: Pipeline",
    stages=(
        Stage(id="Qualified"),
        Stage(id="Contact Made"),
        Stage(id="Prospect Qualified"),
        Stage(id="Needs Defined"),
        Stage(id="Proposal Made"),
        Stage(id="Negotiations Started"),
        Stage(id="won", label="Won", outcome="won"),
        Stage(id="lost", label="Lost", outcome="lost"),
    ),
    policy=Policy(
        skip="with_ground",
        back="with_ground",
        reopen_to=(
            "Qualified",
            "Contact Made",
            "Prospect Qualified",
            "Needs Defined",
            "Proposal Made",
            "Negotiations Started",
        ),
    ),
)
