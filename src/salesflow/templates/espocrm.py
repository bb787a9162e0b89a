"""The default opportunity stages of EspoCRM.

Source: the definition of the entity Opportunity in EspoCRM's own metadata. Use it where opportunities live in the
stages that EspoCRM made.

- Ids are the names of the stages, which EspoCRM stores.
- The outcome follows from the chance to win: 100 % is won, 0 % is lost. Here it is written on the stages.
- EspoCRM keeps the last open stage of a lost opportunity in `lastStage`, and salesflow in `left`.
- EspoCRM wants a closing date on every opportunity, from the first stage on. That belongs to the form and not to a
  stage, so no rule asks for it.
- Chosen, since EspoCRM lets a deal go from any stage to any other: the next stage is free, and a skip, a step back
  and a reopening state their ground. A deal is lost at any time, and reopened in any open stage.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Opportunity
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="espocrm",
    version="1",
    record=Opportunity,
    label="EspoCRM: opportunities",
    stages=(
        Stage(id="Prospecting", probability=10),
        Stage(id="Qualification", probability=20),
        Stage(id="Proposal", probability=50),
        Stage(id="Negotiation", probability=80),
        Stage(id="Closed Won", outcome="won", probability=100),
        Stage(id="Closed Lost", outcome="lost", probability=0),
    ),
    policy=Policy(
        skip="with_ground",
        back="with_ground",
        reopen_to=("Prospecting", "Qualification", "Proposal", "Negotiation"),
    ),
)
