"""Pages: a paged API's answers, one or several, and the same page sent twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from salesflow.crm._payload import BadField, Node
from salesflow.crm._reading import Hole, Note
from salesflow.values import is_listing, is_mapping

T = TypeVar("T")


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


def read_each(nodes: Iterable[Node], read: Callable[[Node], T]) -> list[T | Note]:
    """Read rows, each by itself: one that cannot be read is dropped.

    Raises BadField where not a single one can be read: that is another payload.
    """
    found: list[T | Note] = []
    bad: list[BadField] = []
    for node in nodes:
        try:
            found.append(read(node))
        except BadField as error:
            bad.append(error)
            found.append(error.note())
    if bad and len(bad) == len(found):
        raise bad[0]
    return found


def read_all(nodes: Iterable[Node], read: Callable[[Node], Iterable[T | Note]]) -> list[T | Note]:
    """Read rows that each give several things, as `read_each` does. Raises BadField as it does."""
    several = read_each(nodes, lambda node: [*read(node)])
    return [each for found in several for each in ([found] if isinstance(found, Note) else found)]


def read_moves(
    nodes: Iterable[Node],
    read: Callable[[Node], Iterable[T | Note | Hole]],
    whose: Callable[[Node], Iterable[str | Hole]],
) -> list[T | Note | Hole]:
    """Read rows of a history, as `read_all` does; one that is dropped leaves a hole in the deals that are its own."""
    listed = [*nodes]
    found: list[T | Note | Hole] = []
    for node, told in zip(listed, read_each(listed, lambda node: [*read(node)]), strict=True):
        found += [told, *holes(node, whose)] if isinstance(told, Note) else told
    return found


def holes(node: Node, whose: Callable[[Node], Iterable[str | Hole]]) -> list[Hole]:
    """Return the holes that a row leaves where it tells whose it is."""
    try:
        return [each if isinstance(each, Hole) else Hole(each) for each in whose(node)]
    except BadField:
        return []


def last_missing(pages: Sequence[Node], more: Callable[[Node], bool]) -> Iterator[Note]:
    """Yield a note where each page says that another follows. Raises BadField."""
    if pages and all(more(page) for page in pages):
        yield unfinished(pages[-1])


def by_deal(
    pages: Iterable[Node], rows: Callable[[Node], Iterable[Node]], whose: Callable[[Node], Iterable[str]]
) -> list[list[Node]]:
    """Return the pages of each deal; one that names none goes on where the one before it ended. Raises BadField."""
    found: dict[str, list[Node]] = {}
    deal = ""
    for page in pages:
        deal = next((each.deal for row in rows(page) for each in holes(row, whose)), deal)
        found.setdefault(deal, []).append(page)
    return [*found.values()]


def unfinished(page: Node) -> Note:
    """Return the note on a last page that says that more follow."""
    text = "this answer says that more pages follow, and they were not given"
    return Note(code="page.more", kind="odd", place=page.place, text=text)
