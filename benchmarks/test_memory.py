"""Memory of changes: what histories hold on to, made by moves or read back from JSON.

Counted is everything that goes when the histories go: changes, their times, texts, grounds and the fields that they
set, and the tuples they lie in. Actors and templates that are shared count once.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterable

from benchmarks.deals import b2b_life, unruled_life
from benchmarks.timing import Notes
from salesflow import Opportunity
from salesflow.history import Change

Histories = list[tuple[Change, ...]]


def bytes_of_a_change(make: Callable[[], Iterable[Opportunity]]) -> float:
    """Return the bytes that the histories of records take, by change; the records themselves are let go."""
    gc.collect()
    tracemalloc.start()
    histories: Histories = [record.history for record in make()]
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken / sum(map(len, histories))


def after_moves(notes: Notes, life: Callable[[int], Opportunity], *, histories: int) -> None:
    numbers = range(notes.many(histories))
    life(0)
    notes.take(bytes_of_a_change(lambda: map(life, numbers)))


def after_json(notes: Notes, life: Callable[[int], Opportunity], *, histories: int) -> None:
    texts = [life(number).model_dump_json() for number in range(notes.many(histories))]
    Opportunity.model_validate_json(texts[0])
    notes.take(bytes_of_a_change(lambda: map(Opportunity.model_validate_json, texts)))


def test_moved(notes: Notes) -> None:
    """Deals that wrote down name, owner and amount when they started, and then moved, now and then with a ground."""
    after_moves(notes, unruled_life, histories=10_000)


def test_moved_json(notes: Notes) -> None:
    after_json(notes, unruled_life, histories=10_000)


def test_answered(notes: Notes) -> None:
    """Deals of which four changes in seven set fields: answers, an amount, the reason of a loss."""
    after_moves(notes, b2b_life, histories=2_000)


def test_answered_json(notes: Notes) -> None:
    after_json(notes, b2b_life, histories=2_000)
