"""The default lead statuses of EspoCRM.

Source: the definition of the entity Lead in EspoCRM's own metadata. Use it where leads have the statuses that EspoCRM
made.

- Ids are the names of the statuses, which EspoCRM stores.
- The outcome is told by the statuses' names: Converted is won, Recycled and Dead are lost. A recycled lead is given
  back to be worked later: it is reopened.
- A converted lead stays, with its status.
- Chosen, since EspoCRM lets a lead go from any status to any other: the next status is free, and a skip, a step back
  and a reopening state their ground. A lead is lost at any time, and reopened in any open status.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Lead
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="espocrm-lead",
    version="1",
    record=Lead,
    label="EspoCRM: leads",
    stages=(
        Stage(id="New"),
        Stage(id="Assigned"),
        Stage(id="In Process"),
        Stage(id="Converted", outcome="won"),
        Stage(id="Recycled", outcome="lost"),
        Stage(id="Dead", outcome="lost"),
    ),
    policy=Policy(skip="with_ground", back="with_ground", reopen_to=("New", "Assigned", "In Process")),
)
