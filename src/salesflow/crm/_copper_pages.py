"""Pages of Copper: bare lists, one or several, and answers that are errors."""

from __future__ import annotations

from typing import Any

from salesflow.crm._payload import Node
from salesflow.values import is_listing


def items(payload: Any) -> list[Node]:
    """Return what a list holds, or lists of a list, or the one thing that it is. Raises BadField."""
    found = [Node(payload)] if not is_listing(payload) else _flat(Node(payload))
    for each in found:
        if each.has("success") and not each.get("success").flag():
            each.bad("payload.error", f"the answer is an error: {each.get('message').value!r:.200}")
    return found


def _flat(several: Node) -> list[Node]:
    return [inner for each in several.each() for inner in (each.each() if is_listing(each.value) else (each,))]
