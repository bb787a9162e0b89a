"""The default deal pipeline of Bitrix24, category 0, with the status ids of its API.

Source: the example of crm.status.list in Bitrix24's REST documentation. Use it where deals live in the first
pipeline; those of another carry its number before the id, as in `C9:NEW`.

- The outcome is kept on the stage, as its semantics: S is won, F is lost.
- There are two lost stages: LOSE, and APOLOGY, the analysis of why a deal failed. In Bitrix24 a deal may go from the
  one to the other. Here both are closed, and a deal goes straight to either of them.
- The work is done inside this pipeline: what precedes winning is the final invoice, and no stage is a negotiation.
- There are no chances to win in the API.
- Chosen, since Bitrix24 lets a deal go from any stage to any other: the next stage is free, and a skip, a step back
  and a reopening state their ground. A deal is lost at any time, and reopened in any open stage.
"""

from __future__ import annotations

from salesflow.moves import Policy
from salesflow.records import Opportunity
from salesflow.stage import Stage
from salesflow.template import StageTemplate

TEMPLATE = StageTemplate(
    id="bitrix24",
    version="1",
    record=Opportunity,
    label="Bitrix24: deals",
    stages=(
        Stage(id="NEW", label="New"),
        Stage(id="PREPARATION", label="Document preparation"),
        Stage(id="PREPAYMENT_INVOICE", label="Prepayment invoice"),
        Stage(id="EXECUTING", label="In progress"),
        Stage(id="FINAL_INVOICE", label="Final invoice"),
        Stage(id="WON", label="Deal successful", outcome="won"),
        Stage(id="LOSE", label="Deal failed", outcome="lost"),
        Stage(id="APOLOGY", label="Failure reason analysis", outcome="lost"),
    ),
    policy=Policy(
        skip="with_ground",
        back="with_ground",
        reopen_to=("NEW", "PREPARATION", "PREPAYMENT_INVOICE", "EXECUTING", "FINAL_INVOICE"),
    ),
)
