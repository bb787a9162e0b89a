"""Pairs: which stage of a new template is which of an old one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from salesflow._soundness import placed_rules
from salesflow.rules import AnyRule, walk
from salesflow.stage import Stage
from salesflow.template import StageTemplate

Template = StageTemplate[Any]


def every_rule(template: Template) -> Iterator[AnyRule]:
    """Yield every rule of a template, those inside of others too."""
    for _, rule in placed_rules(template.stages, template.moves):
        yield from walk(rule)


@dataclass(frozen=True)
class Pairs:
    """An old and a new template. A stage is the same where its old id is known in the new one, as id or alias."""

    old: Template
    new: Template

    @cached_property
    def now(self) -> dict[str, str]:
        """Return what each old stage that has a place is called in the new template."""
        known = {name: stage.id for stage in self.new.stages for name in (stage.id, *stage.aliases)}
        return {stage.id: known[stage.id] for stage in self.old.stages if stage.id in known}

    @cached_property
    def was(self) -> dict[str, str]:
        """Return which old stage each new one is: that of its own id, or else the first of those that became it."""
        first: dict[str, str] = {}
        for old, new in self.now.items():
            first.setdefault(new, old)
        return first | {id: id for id in first if id in self.now}

    @cached_property
    def places(self) -> dict[str, int]:
        """Return where each old stage stands."""
        return {stage.id: place for place, stage in enumerate(self.old.stages)}

    @property
    def kept(self) -> list[tuple[int, Stage, Stage]]:
        """Return the stages that are in both: the place in the new one, the old stage and the new one."""
        new = enumerate(self.new.stages)
        return [(place, self.old.stage(self.was[each.id]), each) for place, each in new if each.id in self.was]

    @property
    def added(self) -> list[tuple[int, Stage]]:
        """Return the new stages, with their places."""
        return [(place, stage) for place, stage in enumerate(self.new.stages) if stage.id not in self.was]

    @property
    def removed(self) -> list[tuple[int, Stage]]:
        """Return the old stages that have no place any more, with their old places."""
        return [(place, stage) for place, stage in enumerate(self.old.stages) if stage.id not in self.now]

    @property
    def merged(self) -> list[tuple[int, Stage, str]]:
        """Return the old stages that became part of another one, with their old places and that stage."""
        now = ((place, stage, self.now.get(stage.id)) for place, stage in enumerate(self.old.stages))
        return [(place, stage, to) for place, stage, to in now if to is not None and self.was[to] != stage.id]

    def called(self, old: str) -> str:
        """Return what an old stage is called in the new template, or its old id where it is none of its own there."""
        now = self.now.get(old)
        return now if now is not None and self.was[now] == old else old
