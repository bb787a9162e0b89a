"""The opportunity stages that come with Salesforce, with their chances to win and forecast categories.

Source: the metadata of a Salesforce organisation (the standard value set OpportunityStage). Use it where a sales
process holds the standard stages; a process of your own is a selection of them.

- Ids are the names of the stages, as `StageName` holds them. A stage that is renamed later stays under its old name
  in old rows: name it in `aliases`.
- That metadata also holds the stage Closed, a second one that is won at 100 %. It is left out here, since
  Closed Won says the same and says it is won: add it where your deals have it.
- The outcome is kept on the stage, as closed and won.
- Two stages in a row have the same chance to win: Prospecting and Qualification, 10 %.
- Every open stage counts in the category Pipeline, up to 90 %. Best Case and Commit are for people to choose.
- Chosen, since Salesforce lets a deal go from any stage to any other: the next stage is free, and a skip, a step back
  and a reopening state their ground. A deal is lost at any time, and reopened in any open stage.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Opportunity
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="salesforce",
    version="1",
    record=Opportunity,
    label="Salesforce: opportunity stages",
    stages=(
        Stage(id="Prospecting", probability=10, forecast="pipeline"),
        Stage(id="Qualification", probability=10, forecast="pipeline"),
        Stage(id="Needs Analysis", probability=20, forecast="pipeline"),
        Stage(id="Value Proposition", probability=50, forecast="pipeline"),
        Stage(id="Id. Decision Makers", probability=60, forecast="pipeline"),
        Stage(id="Perception Analysis", probability=70, forecast="pipeline"),
        Stage(id="Proposal/Price Quote", probability=75, forecast="pipeline"),
        Stage(id="Negotiation/Review", probability=90, forecast="pipeline"),
        Stage(id="Closed Won", outcome="won", probability=100, forecast="closed"),
        Stage(id="Closed Lost", outcome="lost", probability=0, forecast="omitted"),
    ),
    policy=Policy(
        skip="with_ground",
        back="with_ground",
        reopen_to=(
            "Prospecting",
            "Qualification",
            "Needs Analysis",
            "Value Proposition",
            "Id. Decision Makers",
            "Perception Analysis",
            "Proposal/Price Quote",
            "Negotiation/Review",
        ),
    ),
)
