"""Graphs: what can be reached from where. Knows nothing of sales."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping


def reachable(starts: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    """Return every node that some start leads to, the starts included."""
    seen = set(starts)
    waiting = deque(seen)
    while waiting:
        fresh = set(edges.get(waiting.popleft(), ())) - seen
        seen |= fresh
        waiting.extend(fresh)
    return seen


def reversed_edges(edges: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Return the same graph with every arrow turned round."""
    turned: dict[str, set[str]] = {}
    for source, targets in edges.items():
        for target in targets:
            turned.setdefault(target, set()).add(source)
    return turned
