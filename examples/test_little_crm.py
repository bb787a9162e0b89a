"""Tests of the little CRM: it is driven through thousands of steps, and compared with a template of its process.

Run them with the extra `testing` installed: `python -m pytest examples`.
"""

from collections.abc import Callable
from typing import Any

import little_crm as crm
from salesflow import Opportunity, Policy, Stage, StageTemplate, present, role
from salesflow.testing import Ask, Reasons, Seen, template_state_machine

PROCESS = StageTemplate(
    id="little-crm",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="contact"),
        Stage(id="offer", rules=(present("amount"),)),
        Stage(id="negotiation", rules=(present("expected_close"),)),
        Stage(id="parked", hold=True),
        Stage(id="won", outcome="won", rules=(role("boss"),)),
        Stage(id="lost", outcome="lost", rules=(present("loss.reason"),)),
    ),
    policy=Policy(skip="with_ground", back="with_ground", reopen_to=("contact",)),
)

KEYS = {
    "amount": "present.amount",
    "expected_close": "present.expected_close",
    "loss_reason": "present.loss.reason",
    "boss": "role.boss",
    "ground": "ground.missing",
}
"""What the CRM's reasons are called in the template; others are its own."""


class LittleCrm:
    """The little CRM behind the five methods of `salesflow.testing.System`."""

    def __init__(self) -> None:
        self.db = crm.connect()

    def close(self) -> None:
        self.db.close()

    def create(self, ask: Ask) -> Reasons:
        if ask.to != "contact":
            return ["it starts in 'contact'"]
        return refused(lambda: crm.create_deal(self.db, ask.deal, at=ask.at, by=ask.by))

    def move(self, ask: Ask) -> Reasons:
        sent: dict[str, Any] = {"at": ask.at, "by": ask.by, "roles": ask.roles, "reason": ask.ground}
        sent |= {"changes": columns(ask), "version": ask.version, "key": ask.key}
        return refused(lambda: crm.move_deal(self.db, ask.deal, ask.to, **sent))

    def update(self, ask: Ask) -> Reasons:
        return refused(lambda: crm.change_deal(self.db, ask.deal, columns(ask), version=ask.version, key=ask.key))

    def read(self, deal: str) -> Seen:
        row = crm.read_deal(self.db, deal)
        fields = {name: row[name] for name in ("expected_close", "closed_at")}
        fields["amount"] = {"amount": row["amount"], "currency": row["currency"]} if row["amount"] else None
        fields["loss.reason"] = row["loss_reason"]
        history = [
            {name: move[name] for name in ("source", "target", "at", "by")} | {"ground": move["reason"]}
            for move in crm.read_moves(self.db, deal)
        ]
        return Seen(stage=row["stage"], history=history, fields=fields, version=row["version"])

    def options(self, ask: Ask) -> list[str]:
        return crm.allowed(self.db, ask.deal, roles=ask.roles, reason=ask.ground)


def columns(ask: Ask) -> dict[str, Any]:
    """Return what is to be set, as columns of the CRM."""
    changes: dict[str, Any] = {}
    if "amount" in ask.fields:
        amount = ask.fields["amount"] or {"amount": None, "currency": None}
        changes |= amount
    if "expected_close" in ask.fields:
        changes["expected_close"] = ask.fields["expected_close"]
    if "loss" in ask.fields:
        changes["loss_reason"] = (ask.fields["loss"] or {"reason": None})["reason"]
    return changes


def refused(act: Callable[[], None]) -> Reasons:
    """Do something in the CRM; return why not, in the words of the template."""
    try:
        act()
    except crm.RefusedError as refusal:
        return [KEYS.get(reason, reason) for reason in refusal.reasons]
    return None


TestLittleCrm = template_state_machine(PROCESS, system=LittleCrm).TestCase
