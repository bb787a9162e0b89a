"""The default lead statuses of Bitrix24, with the status ids of its API.

Source: the statuses that Bitrix24's module crm makes, and the labels of its REST documentation; what a portal shows
varies by version. Use it where leads have the statuses that Bitrix24 made.

- The outcome is kept on the status, as its semantics: S is won, F is lost.
- Bitrix24's documentation counts six statuses by default and names only some: here are the five that the module makes.
- Old portals have more open statuses, such as ASSIGNED, DETAILS or CANNOT_CONTACT: add those that yours has.
- In Bitrix24's simple mode there are no leads to move: each is converted as soon as it is made.
- Chosen, since Bitrix24 lets a lead go from any status to any other: the next status is free, and a skip, a step back
  and a reopening state their ground. A lead is lost at any time, and reopened in any open status.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Lead
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="bitrix24-lead",
    version="1",
    record=Lead,
    label="Bitrix24: leads",
    stages=(
        Stage(id="NEW", label="Not Processed"),
        Stage(id="IN_PROCESS", label="In Progress"),
        Stage(id="PROCESSED", label="Processed"),
        Stage(id="CONVERTED", label="Converted", outcome="won"),
        Stage(id="JUNK", label="Low-Quality Lead", outcome="lost"),
    ),
    policy=Policy(skip="with_ground", back="with_ground", reopen_to=("NEW", "IN_PROCESS", "PROCESSED")),
)
