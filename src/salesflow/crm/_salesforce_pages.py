"""Pages of Salesforce: answers to queries, and rows of exports, whose columns may be written in any case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from salesflow.crm._pages import pages
from salesflow.crm._payload import Node

ALL = "OpportunityStage"
"""The id of the pipeline of all stages."""


def answers(payload: Any) -> list[Node]:
    """Return the answers in a payload; bare rows stand as they are. Raises BadField for an answer that is an error."""
    found = [*pages(payload)]
    for page in found:
        if page.has("errorCode"):
            page.bad("payload.error", f"the answer is an error: {page.get('message').value!r:.200}")
    return found


def rows_of(page: Node) -> list[Node]:
    """Return the rows of an answer, or the one that it is. Raises BadField."""
    return [*page.get("records").each()] if page.has("records") else [page]


def more(page: Node) -> bool:
    """Tell whether an answer says that there is another page. Raises BadField."""
    return not page.need("done").flag()


def named(row: Node, names: Iterable[str]) -> Node:
    """Return a row with the columns under their names, as exports may write them in capitals. Raises BadField."""
    known = {name.casefold(): name for name in names}
    tree = {known.get(key.casefold(), key): each.value for key, each in row.entries()}
    return Node(tree, row.parts)
