"""The process in which desks are sold."""

from salesflow import Opportunity, Stage, StageTemplate, present

DESK_SALES = StageTemplate(
    id="desk-sales",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="contact"),
        Stage(id="offer", rules=(present("amount"),)),
        Stage(id="won", outcome="won"),
        Stage(id="lost", outcome="lost"),
    ),
)
