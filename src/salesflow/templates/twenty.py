"""The default opportunity stages of Twenty, with a lost stage that Twenty does not have.

Source: the definition of the field `stage` in Twenty's own code. Use it where opportunities live in the stages that
Twenty made.

- Ids are the values of the field, which Twenty stores.
- Twenty keeps no outcome, neither on the stage nor beside it. Assumed: who comes to CUSTOMER has bought, so it is
  won; and a lost deal needs a place, so LOST is added. In Twenty such a deal is deleted or left where it is.
- There are no chances to win.
- Chosen, since Twenty lets a deal go from any stage to any other: the next stage is free, and a skip, a step back and
  a reopening state their ground. A deal is lost at any time, and reopened in any open stage.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Opportunity
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="twenty",
    version="1",
    record=Opportunity,
    label="Twenty: opportunities",
    stages=(
        Stage(id="NEW", label="New"),
        Stage(id="SCREENING", label="Screening"),
        Stage(id="MEETING", label="Meeting"),
        Stage(id="PROPOSAL", label="Proposal"),
        Stage(id="CUSTOMER", label="Customer", outcome="won"),
        Stage(id="LOST", label="Lost", outcome="lost"),
    ),
    policy=Policy(skip="with_ground", back="with_ground", reopen_to=("NEW", "SCREENING", "MEETING", "PROPOSAL")),
)
