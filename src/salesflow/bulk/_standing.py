"""Standings: how each deal of a log stands, once it is judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesflow.bulk._arrow import Array, Codes, Ints, listed, pa
from salesflow.bulk._held import Held
from salesflow.bulk._told import Text, Told

VERDICTS = ("conforms", "incomplete", "conforms_in_some_order", "undecidable", "violates")
"""From the kindest to the harshest: the harshest that holds is a deal's verdict."""
_BY_CODE = {"incomplete": 1, "ambiguous_order": 2, "rule_undecidable": 3}


@dataclass(slots=True, eq=False)
class Standing:
    """The deals of one held log."""

    ids: Array
    events: Ints
    told: Told
    violations: Ints
    warnings: Ints
    verdict: Codes

    @staticmethod
    def of(held: Held, told: Told) -> Standing:
        """Begin with deals against which nothing is said."""
        count = len(held.ids)
        none = np.zeros(count, np.int64)
        return Standing(held.ids, np.diff(held.ends, prepend=0), told, none, none.copy(), np.zeros(count, np.int32))

    def add(self, deals: Ints, what: Codes) -> None:
        """Take down what was told of deals."""
        used, places = np.unique(what, return_inverse=True)
        told = [self.told.tellings[each] for each in listed(used)]
        hard = np.asarray([each.level == "violation" for each in told], np.bool_)[places]
        worth = np.asarray([4 * (each.level == "violation") or _BY_CODE.get(each.code, 0) for each in told], np.int32)
        np.add.at(self.violations, deals[hard], 1)
        np.add.at(self.warnings, deals[~hard], 1)
        np.maximum.at(self.verdict, deals, worth[places])

    def doubt(self, deals: Ints) -> None:
        """Take down that something about deals cannot be decided."""
        np.maximum.at(self.verdict, deals, 3)

    def also(self, name: str, what: Codes) -> None:
        """Take down a deal of which no row could be read in columns."""
        self.ids = pa.concat_arrays([self.ids, pa.array([name], pa.string())])
        self.events = np.append(self.events, 0)
        self.violations = np.append(self.violations, 0)
        self.warnings = np.append(self.warnings, 0)
        self.verdict = np.append(self.verdict, np.int32(3))
        self.add(np.full(len(what), len(self.ids) - 1), what)

    def table(self) -> Array:
        """Return a row a deal."""
        verdict = pa.DictionaryArray.from_arrays(pa.array(self.verdict, pa.int32()), pa.array(VERDICTS))
        columns = [self.ids, verdict, self.events, self.violations, self.warnings]
        return pa.table(columns, schema=STANDINGS)


STANDINGS = pa.schema(
    [
        ("deal", pa.string()),
        ("verdict", Text),
        ("events", pa.int64()),
        ("violations", pa.int64()),
        ("warnings", pa.int64()),
    ]
)
