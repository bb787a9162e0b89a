"""The default pipeline of Odoo CRM, with a stage for what Odoo archives.

Source: the data that Odoo's module crm installs (crm_stage_data.xml). Use it where opportunities live in the stages
that Odoo made.

- Ids are the names of the stages: Odoo numbers stages by database.
- Won is a stage, marked `is_won`. Lost is none: a lost opportunity is archived with a chance of 0 % and keeps its
  stage. So the stage `lost` is added here, named as the value of `won_status`.
- There are no chances to win on stages: Odoo works them out for each opportunity. Old versions had chances on
  these stages: 10, 30, 70 and 100 %.
- Chosen, since Odoo lets a deal go from any stage to any other: the next stage is free, and a skip, a step back and a
  reopening state their ground. A deal is lost at any time, and reopened in any open stage.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Opportunity
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="odoo",
    version="1",
    record=Opportunity,
    label="Odoo CRM: Pipeline",
    stages=(
        Stage(id="New"),
        Stage(id="Qualified"),
        Stage(id="Proposition"),
        Stage(id="Won", outcome="won"),
        Stage(id="lost", label="Lost", outcome="lost"),
    ),
    policy=Policy(skip="with_ground", back="with_ground", reopen_to=("New", "Qualified", "Proposition")),
)
