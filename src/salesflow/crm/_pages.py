"""Pages: a paged API's answers, one or several, and the same page sent twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from salesflow.crm._payload import Node
from salesflow.crm._reading import Note
from salesflow.values import is_listing, is_mapping


def pages(payload: Any) -> tuple[Node, ...]:
    """Return the pages of a payload: several in a list, or the one that it is."""
    several = is_listing(payload) and all(is_mapping(page) for page in payload)
    return tuple(Node(page, (place,)) for place, page in enumerate(payload)) if several else (Node(payload),)


def once(nodes: Sequence[Node], key: str = "id") -> Iterator[Node | Note]:
    """Yield what has an id of its own, and a note on each that came before. Raises BadField where there is no id."""
    seen: set[str] = set()
    for node in nodes:
        id = node.need(key).name()
        if id in seen:
            yield Note(code="row.repeated", kind="dropped", place=node.place, text=f"{key} {id!r} came before")
        else:
            seen.add(id)
            yield node
