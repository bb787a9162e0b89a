"""Templates compared: everything that is another in a new one, and what it means for deals in flight."""

from __future__ import annotations

from typing import Any

from salesflow._compared._moves import moves
from salesflow._compared._pairs import Pairs
from salesflow._compared._policy import policy
from salesflow._compared._routes import effects
from salesflow._compared._stages import stages
from salesflow._compared._whole import framework, graph, head
from salesflow._difference import IMPACTS, Difference, difference, worst
from salesflow.template import StageTemplate


def differences(old: StageTemplate[Any], new: StageTemplate[Any]) -> tuple[Difference, ...]:
    """Return everything that is another in a new template, the worst first; nothing where the two are equal."""
    if old == new:
        return ()
    pairs = Pairs(old, new)
    met = effects(pairs)
    found = [
        *head(pairs),
        *stages(pairs, met),
        *moves(pairs, met),
        *policy(pairs, met),
        *framework(pairs),
        *graph(pairs),
    ]
    decided = old.ref.digest == new.ref.digest or IMPACTS.index(worst(each.impact for each in found)) > _LABELS
    if not (found and decided):
        # an order of moves, of criteria or of names, which decides nothing
        found.append(difference("rewritten", "", "new_only"))
    return tuple(sorted(found, key=lambda each: -IMPACTS.index(each.impact)))


_LABELS = IMPACTS.index("labels")
