"""The default lead statuses of Copper, with a stage for what Copper converts.

Source: the example of Copper's lead statuses API. Use it where leads have the statuses that Copper made.

- Ids are the names of the statuses: Copper numbers statuses by account. Put your numbers in their place.
- Conversion is kept nowhere: Copper makes a person of the lead, and removes the lead. So the stage Converted is added
  here.
- Unqualified and Junk are two ways to lose, which Copper tells by their names alone.
- Chosen, since Copper lets a lead go from any status to any other: the next status is free, and a skip, a step back
  and a reopening state their ground. A lead is lost at any time, and reopened in any open status.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Lead
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="copper-lead",
    version="1",
    record=Lead,
    label="Copper: lead status",
    stages=(
        Stage(id="New"),
        Stage(id="Open"),
        Stage(id="Converted", outcome="won"),
        Stage(id="Unqualified", outcome="lost"),
        Stage(id="Junk", outcome="lost"),
    ),
    policy=Policy(skip="with_ground", back="with_ground", reopen_to=("New", "Open")),
)
