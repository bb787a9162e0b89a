"""The opportunity sales process of Dynamics 365, with its status reasons as closing stages.

Source: the option sets of the entity opportunity (`salesstage`, `statuscode`). Use it where opportunities follow the
Opportunity Sales Process.

- Ids are the names of the options. Their values, which the description of each stage tells, are no ids, since 2 and 3
  stand in both sets.
- The outcome is kept beside the stage, as the state of the opportunity and its status reason. So Won, Canceled and
  Out-Sold are added here as stages, the last two of them lost.
- On Hold is a status reason too. An opportunity on hold keeps its sales stage, and resumes it.
- The stage Close is open: an opportunity there is about to be closed, and not closed yet.
- There are no chances to win on stages.
- Chosen, since Dynamics 365 lets a deal go from any stage to any other: the next stage is free, and a skip, a step
  back and a reopening state their ground. A deal is lost at any time, and reopened in any open stage.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Opportunity
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="dynamics365",
    version="1",
    record=Opportunity,
    label="Dynamics 365: Opportunity Sales Process",
    stages=(
        Stage(id="Qualify", description="salesstage 0"),
        Stage(id="Develop", description="salesstage 1"),
        Stage(id="Propose", description="salesstage 2"),
        Stage(id="Close", description="salesstage 3"),
        Stage(id="On Hold", hold=True, description="statuscode 2"),
        Stage(id="Won", outcome="won", description="statuscode 3"),
        Stage(id="Canceled", outcome="lost", description="statuscode 4"),
        Stage(id="Out-Sold", outcome="lost", description="statuscode 5"),
    ),
    policy=Policy(skip="with_ground", back="with_ground", reopen_to=("Qualify", "Develop", "Propose", "Close")),
)
