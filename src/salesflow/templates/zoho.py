"""The default deal pipeline of Zoho CRM, "Standard (Standard)".

Source: the example of Zoho's pipelines API (v7), and chances to win as recorded in an account, since that API does
not tell them. Use it where deals live in the pipeline Standard.

- Ids are the actual values, which deals carry. Two labels differ from them: Identify Decision Makers, and Closed-Lost
  to Competition.
- The outcome is kept on the stage, as its forecast type. There are two lost stages.
- The open stages count in the forecast category Pipeline, won in Closed, lost in Omitted.
- Chosen, since Zoho lets a deal go from any stage to any other: the next stage is free, and a skip, a step back and a
  reopening state their ground. A deal is lost at any time, and reopened in any open stage.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Opportunity
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="zoho",
    version="1",
    record=Opportunity,
    label="Zoho CRM: Standard",
    stages=(
        Stage(id="Qualification", probability=10, forecast="pipeline"),
        Stage(id="Needs Analysis", probability=20, forecast="pipeline"),
        Stage(id="Value Proposition", probability=40, forecast="pipeline"),
        Stage(id="Id. Decision Makers", label="Identify Decision Makers", probability=60, forecast="pipeline"),
        Stage(id="Proposal/Price Quote", probability=75, forecast="pipeline"),
        Stage(id="Negotiation/Review", probability=90, forecast="pipeline"),
        Stage(id="Closed Won", outcome="won", probability=100, forecast="closed"),
        Stage(id="Closed Lost", outcome="lost", probability=0, forecast="omitted"),
        Stage(
            id="Closed Lost to Competition",
            label="Closed-Lost to Competition",
            outcome="lost",
            probability=0,
            forecast="omitted",
        ),
    ),
    policy=Policy(
        skip="with_ground",
        back="with_ground",
        reopen_to=(
            "Qualification",
            "Needs Analysis",
            "Value Proposition",
            "Id. Decision Makers",
            "Proposal/Price Quote",
            "Negotiation/Review",
        ),
    ),
)
