"""Machines give back the host's own class of records."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, assert_type

from salesflow import Opportunity, Stage, StageTemplate, Verdict, machine_class


class Deal(Opportunity):
    """A host's own class."""

    seats: int = 0


TEMPLATE = StageTemplate(id="t", version="1", record=Deal, stages=(Stage(id="a"), Stage(id="won", outcome="won")))
DealMachine = machine_class(TEMPLATE, attributes={"amount": "price", "history": None})


class Row:
    """An object of the host's."""

    id = 1
    stage = ""


machine = DealMachine(Row(), state_field="stage", listeners=[object()])
assert_type(machine.record, Deal)
assert_type(machine.check("won", at=datetime(2026, 1, 5, tzinfo=UTC)), Verdict)
assert_type(machine.send("won", at=datetime(2026, 1, 5, tzinfo=UTC)), Any)
