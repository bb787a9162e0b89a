"""Pages of Pipedrive: answers `{success, data, additional_data}`, bare rows, and whether there is more."""

from __future__ import annotations

from typing import Any

from salesflow.crm._pages import pages
from salesflow.crm._payload import Node


def answers(payload: Any) -> list[Node]:
    """Return the answers in a payload; bare rows stand as they are. Raises BadField for an answer that is an error."""
    found = [*pages(payload)]
    for page in found:
        if page.has("success") and not page.get("success").flag():
            page.bad("payload.error", f"the answer is an error: {page.get('error').value!r:.200}")
    return found


def items(page: Node) -> list[Node]:
    """Return what an answer holds: nothing where its data is null. Raises BadField."""
    if not page.has("data"):
        return [page]
    data = page.get("data")
    return [] if data.empty else [*data.each()]


def more(page: Node) -> bool:
    """Tell whether an answer says that there is another page. Raises BadField."""
    beside = page.get("additional_data")
    if beside.empty:
        return False
    paging = beside.get("pagination")
    return not beside.get("next_cursor").empty or (not paging.empty and paging.get("more_items_in_collection").flag())
