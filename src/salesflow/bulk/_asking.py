"""What is asked on the ways of a template, and which columns of a log decide it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from salesflow._compile import Edge, Table
from salesflow.bulk._alike import Likeness
from salesflow.rules import AnyRule, Compare, Present, PythonRule, Qualified, TimeInStage, Visited, walk

_ITSELF = frozenset({"qualification", "history", "changes_before", "activities", "objections", "approvals"})
"""What a row seen as a record holds of its own."""


class Asked(NamedTuple):
    """What the rules of some ways depend on."""

    columns: frozenset[str] = frozenset()
    opaque: bool = False
    """Whether more decides than the stages that a deal went through and the cells of one row."""
    back: bool = False
    """Whether the stages that a deal went through decide."""

    def and_(self, other: Asked) -> Asked:
        """Return what either depends on."""
        return Asked(self.columns | other.columns, self.opaque or other.opaque, self.back or other.back)


NOTHING_ASKED = Asked()
MOST_WAYS = 4096
"""Where a stage may be reached in more ways than this, all rules of the template are taken to be asked there."""


@dataclass(slots=True, eq=False)
class Asking:
    """What is asked where, of logs that have certain columns."""

    table: Table
    there: frozenset[str]
    """The columns that rules may read and the log has."""
    rules: tuple[AnyRule, ...]
    """Every rule of the template."""
    likeness: dict[str, Likeness] = field(default_factory=dict[str, Likeness])
    """By column."""
    _into: dict[str, Asked] = field(default_factory=dict[str, Asked])
    _rules: dict[AnyRule, Asked] = field(default_factory=dict[AnyRule, Asked])
    _written: dict[int, AnyRule] = field(default_factory=dict[int, AnyRule])
    """The rule that each guard was made of, by the guard's identity."""

    def __post_init__(self) -> None:
        """Find out which rules read a column before the first of its cells is looked at."""
        self._all(self.rules)

    def by(self, rules: Iterable[AnyRule]) -> Asked:
        """Return what rules depend on."""
        return self._all(rules)

    def on(self, way: Edge) -> Asked:
        """Return what a way depends on, whether or not a ground is stated."""
        return self._all(self._of(way))

    def into(self, stage: str) -> Asked:
        """Return what any way into a stage depends on."""
        if stage not in self._into:
            many = (len(self.table.stages) + 1) * (len(self.table.order) + 1) > MOST_WAYS
            rules = self.rules if many else (rule for way in self._ways(stage) for rule in self._of(way))
            self._into[stage] = self._all(rules)
        return self._into[stage]

    def _of(self, way: Edge) -> list[AnyRule]:
        guards = [id(guard) for guard in (*way.guards, *way.waived)]
        if not self._written.keys() >= set(guards):
            self._written = {id(guard): rule for rule, guard in self.table.made()}
        return [self._written[guard] for guard in guards]

    def _ways(self, stage: str) -> Iterator[Edge]:
        table = self.table
        for source in (None, *table.stages):
            for left in (None, *table.order):
                way = table.way(source, left, stage)
                if isinstance(way, Edge):
                    yield way

    def _all(self, rules: Iterable[AnyRule]) -> Asked:
        found = NOTHING_ASKED
        for rule in rules:
            if rule not in self._rules:
                self._rules[rule] = self._one(rule)
            found = found.and_(self._rules[rule])
        return found

    def _one(self, rule: AnyRule) -> Asked:
        found = NOTHING_ASKED
        for each in walk(rule):
            found = found.and_(self._leaf(each))
        return found

    def _leaf(self, rule: AnyRule) -> Asked:
        if isinstance(rule, Present | Compare):
            return self._field(rule)
        if isinstance(rule, Qualified):
            paths = {f"qualification.{each}": each for each in rule.criteria}
            for path in self.there & paths.keys():
                self._reads(path, rule.model_copy(update={"criteria": (paths[path],)}))
            return Asked(self.there & paths.keys())
        if isinstance(rule, Visited):
            return Asked(back=True)
        return Asked(opaque=isinstance(rule, TimeInStage) or (isinstance(rule, PythonRule) and rule.call is not None))

    def _field(self, rule: Present | Compare) -> Asked:
        column = self._column(rule.field)
        if column is None:
            return Asked(opaque=True)
        if column:
            self._reads(column, rule)
        return Asked(frozenset({column} if column else ()))

    def _column(self, path: str) -> str | None:
        """Return the one column that decides a field; empty where none does, None where it is not that simple."""
        first, *rest = path.split(".")
        if first in _ITSELF or len(rest) > 1:
            return None
        if not rest:
            inside = any(each.startswith(f"{first}.") for each in self.there)
            return path if path in self.there else None if inside or first == "fields" else ""
        if first in self.there:
            return None
        names = (path, rest[0]) if first == "fields" else (path,)
        return next((name for name in names if name in self.there), "")

    def _reads(self, column: str, rule: AnyRule) -> None:
        known = self.likeness.get(column)
        if known is None:
            self.likeness[column] = Likeness(column, (rule,), self.table)
        elif rule not in known.rules:
            known.rules = (*known.rules, rule)
