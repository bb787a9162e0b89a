"""XML from strangers, whole: a tree of names and texts, as JSON is one.

An element without others inside is its text, and one with others an object by their names; those that stand more than
once, or that the caller names, are lists. Attributes and prefixes are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from salesflow.crm._elements import Bounds, Element, elements
from salesflow.crm._payload import Node

WHOLE = Bounds(16_000_000, 500_000)
"""A document that is held at once."""


def read_xml(text: str | bytes, *, several: Collection[str] = ()) -> Node:
    """Return a document as an object of one key, the name of its outermost element. Raises BadField.

    `several` are the names of elements that are lists, also where one stands alone.
    """
    return Node(_by_name(elements(text, bounds=WHOLE), several))


def _by_name(found: Iterable[Element], several: Collection[str]) -> dict[str, Any]:
    named: dict[str, list[Any]] = {}
    for each in found:
        inside = _by_name(each.children, several)
        named.setdefault(each.name, []).append(inside or each.text)
    return {name: values if len(values) > 1 or name in several else values[0] for name, values in named.items()}
