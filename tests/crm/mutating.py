"""Mutations: a payload in which something is replaced, left out or sent twice."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, TypeVar

from hypothesis import strategies as st

from salesflow import LoadError

T = TypeVar("T")

JUNK: tuple[Any, ...] = (
    None, "", " ", 0, -1, 5, 1.5, True, False, "x", "\ud800", "a\x00b", "x" * 600, [], {}, [{}], {"id": []}, [[]],
    float("nan"), 10**40, "NaN", "1e999", "2026-01-05", "2026-01-05T09:00:00Z", "2026-01-05 09:00", 1767603600000,
)  # fmt: skip


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every object and list of a tree, with each of its keys or positions."""
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in list(inside):
        yield tree, key
        yield from places(value)


@st.composite
def mutated(draw: st.DrawFn, payload: Any) -> Any:
    """Draw the payload with one to four places spoilt."""
    tree = deepcopy(payload)
    for _ in range(draw(st.integers(1, 4))):
        spots = [*places(tree)]
        if not spots:
            break
        held, key = spots[draw(st.integers(0, len(spots) - 1))]
        spoil = draw(st.sampled_from(["replace", "replace", "leave out", "twice"]))
        if spoil == "replace":
            held[key] = deepcopy(draw(st.sampled_from(JUNK)))
        elif spoil == "leave out":
            del held[key]
        elif isinstance(held, list):
            held.append(deepcopy(held[key]))
        else:
            held[f"{key}2"] = held.pop(key)
    return tree


def or_refused(read: Callable[[Any], T], payload: Any) -> T | None:
    """Return what is read, or None where the payload is refused; every other error is a bug."""
    try:
        return read(payload)
    except LoadError:
        return None
