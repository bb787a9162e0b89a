"""A shop: a CRM that embeds a template, with its deals in a dict, a version that counts, and keys that it remembers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from salesflow import Actor, MoveRefused, StageTemplate
from salesflow.history import Change
from salesflow.testing import Ask, Reasons, Seen


class Shop:
    """Breaks nothing; the faulty ones override one method each."""

    def __init__(self, template: StageTemplate[Any]) -> None:
        self.template = template
        self.deals: dict[str, Any] = {}
        self.keys: set[str] = set()

    def create(self, ask: Ask) -> Reasons:
        return self.save(ask, lambda _: self.moved(self.template.record(id=ask.deal), ask))

    def move(self, ask: Ask) -> Reasons:
        return self.save(ask, lambda deal: self.moved(deal, ask))

    def update(self, ask: Ask) -> Reasons:
        return self.save(ask, lambda deal: self.template.update(deal, ask.fields, **self.asked(ask)))

    def moved(self, deal: Any, ask: Ask) -> Any:
        return self.template.move(deal, to=ask.to, update=ask.fields, override=ask.override, **self.asked(ask))

    def asked(self, ask: Ask) -> dict[str, Any]:
        return {"at": ask.at, "by": Actor(id=ask.by, roles=ask.roles), "ground": ask.ground}

    def save(self, ask: Ask, act: Callable[[Any], Any]) -> Reasons:
        """Do something with a deal, once, unless somebody else changed it in the meantime."""
        before = self.deals.get(ask.deal)
        if ask.key in self.keys:
            return None
        if before is not None and ask.version != self.version(before):
            return ["stale"]
        try:
            self.deals[ask.deal] = self.kept(before, act(before))
        except MoveRefused as refused:
            return self.refused(ask, [each.key for each in refused.verdict.refusals])
        self.keys.add(ask.key)
        return None

    def refused(self, _ask: Ask, reasons: list[str]) -> Reasons:
        return reasons

    def kept(self, _before: Any, after: Any) -> Any:
        return after

    def version(self, deal: Any) -> Any:
        return len(deal.history)

    def read(self, id: str) -> Seen:
        deal = self.deals[id]
        fields = {name: value for name, value in deal if name not in {"stage", "history", "template", "changes_before"}}
        history = [self.row(each) for each in deal.history]
        return Seen(stage=deal.stage, history=history, fields=fields, version=self.version(deal))

    def row(self, change: Change) -> dict[str, Any]:
        names = ("kind", "source", "target", "at", "ground", "overrode")
        return {name: getattr(change, name) for name in names} | {"by": change.by.id if change.by else None}

    def options(self, ask: Ask) -> list[str]:
        offered = self.template.options(self.deals[ask.deal], **self.asked(ask))
        return [id for id, verdict in offered.items() if verdict]
