"""At once: work on columns that all processors share; numpy and Arrow let go of Python while they count."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice, pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

A = TypeVar("A")
B = TypeVar("B")

PROCESSORS = min(os.cpu_count() or 1, 4)
"""So many share a piece of work: more would wait for memory."""
BLOCK = 1 << 18
"""So many rows are a piece of work: what is worked out of them fits into a processor's memory."""


def blocks(first: int, last: int) -> list[slice]:
    """Return the places from `first` to before `last` in blocks."""
    return [slice(begin, min(begin + BLOCK, last)) for begin in range(first, last, BLOCK)]


def at_once(work: Callable[[A], B], pieces: Iterable[A]) -> list[B]:
    """Return what comes of each piece, in their order; raises what the first that fails raises."""
    several = list(pieces)
    if len(several) < 2:
        return [work(piece) for piece in several]
    with ThreadPoolExecutor(min(PROCESSORS, len(several))) as threads:
        return list(threads.map(work, several))


def sort(numbers: NDArray[Any]) -> None:
    """Sort numbers where they lie: each processor those between two of them."""
    cuts = [len(numbers) * part // PROCESSORS for part in range(PROCESSORS + 1)]
    if len(cuts) > 2:
        numbers.partition(cuts[1:-1])
    at_once(np.ndarray.sort, [numbers[first:last] for first, last in pairwise(cuts)])


def by_turns(work: Callable[[A], B], pieces: Iterable[A]) -> Iterator[B]:
    """Yield what comes of each piece, in their order; only as much is worked out before it is wanted as is at once."""
    waiting = iter(pieces)
    while several := list(islice(waiting, PROCESSORS)):
        yield from at_once(work, several)


def ahead(coming: Iterator[A]) -> Iterator[A]:
    """Yield what comes, while the next of it is made ready."""
    with ThreadPoolExecutor(1) as thread:
        promised = thread.submit(list[A], islice(coming, 1))
        while one := promised.result():
            promised = thread.submit(list[A], islice(coming, 1))
            yield one[0]
