"""Keys: short texts as numbers, which are compared and sorted many times as quickly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from salesflow.bulk._arrow import Array, pa, pc

Words = NDArray[np.uint64]
LONGEST = 64
"""Texts of more bytes than this are left as they are."""
_MIX = np.uint64(0x9E3779B97F4A7C15)
_TURN = np.uint64(32)
_MIDDLE = np.uint64(1 << 63)


def words_of(texts: Array) -> Words | None:
    """Return a row of numbers for each text, equal where the texts are; None where some text is long.

    Texts are without NUL, and none is null.
    """
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    lengths = np.diff(offsets)
    longest = int(lengths.max(initial=0))
    if not 0 < longest <= LONGEST:
        return None
    data = np.frombuffer(texts.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    padded = np.zeros((len(texts), -(-longest // 8) * 8), np.uint8)
    if int(lengths.min()) == longest:
        padded[:, :longest] = data.reshape(len(texts), longest)
    else:
        padded[np.arange(padded.shape[1]) < lengths[:, None]] = data
    return padded.view(np.uint64)


def keys_of(words: Words) -> Words:
    """Return a number for each row of words: like rows have the same, and unlike ones hardly ever.

    Words without anything at the end of a row change nothing.
    """
    keys = words[:, -1] * _MIX
    for word in words.T[-2::-1]:
        keys ^= keys >> _TURN
        keys += word
        keys *= _MIX
    return keys


def repeated(keys: Words) -> bool:
    """Tell whether some key comes twice: only those that share a slot of a table are compared."""
    bits = max(len(keys).bit_length() + 1, 8)
    slots = (keys >> np.uint64(64 - bits)).astype(np.intp)
    numbers = np.arange(len(keys), dtype=np.int32)
    last = np.zeros(1 << bits, np.int32)
    last[slots] = numbers
    shared = np.zeros(1 << bits, np.bool_)
    shared[slots[last[slots] != numbers]] = True
    doubtful = np.sort(keys[shared[slots]])
    return bool((doubtful[1:] == doubtful[:-1]).any())


def all_once(keys: Sequence[Words | None], texts: Sequence[Array]) -> bool:
    """Tell whether it is sure that all texts are different; of some the keys are known."""
    found = [_keys(each) if known is None else known for known, each in zip(keys, texts, strict=True)]
    there = [each for each in found if each is not None]
    if len(there) < len(found):
        return False
    whole = np.concatenate([np.zeros(0, np.uint64), *there])
    lower = whole < _MIDDLE
    halves = [whole[half] << np.uint64(1) for half in (lower, ~lower)]
    with ThreadPoolExecutor(2) as threads:
        return not any(threads.map(repeated, halves))


def _keys(texts: Array) -> Words | None:
    words = words_of(texts)
    return None if words is None else keys_of(words)


# -- deals, as texts or as words ----------------------------------------------------------------------------

Heads = Any
"""The deals of runs of rows: an array of texts, or a row of words for each."""


def in_words(heads: Heads) -> Words | None:
    """Return deals that are held as words; None where they are held as texts."""
    return cast("Words", heads) if isinstance(heads, np.ndarray) else None


def ascending(texts: Array) -> bool:
    """Tell whether each is greater than the one before, so that none comes twice."""
    return len(texts) < 2 or bool(pc.all(pc.less(texts[:-1], texts[1:])).as_py())


def kept(heads: Heads, chosen: NDArray[np.bool_]) -> Heads:
    """Return the deals chosen."""
    words = in_words(heads)
    return heads.filter(pa.array(chosen)) if words is None else words[chosen]


def name_of(head: Heads) -> str:
    """Return one deal of an array of texts, or of the rows of words."""
    words = in_words(head)
    return str(head.as_py()) if words is None else words.tobytes().rstrip(b"\0").decode()


def texts_of(heads: Heads) -> Array:
    """Return deals as texts."""
    words = in_words(heads)
    if words is None:
        return heads
    held = np.ascontiguousarray(words).view(np.uint8)
    there = held != 0
    ends = np.cumsum(np.count_nonzero(there, axis=1), dtype=np.int32)
    offsets = np.concatenate((np.zeros(1, np.int32), ends))
    return pa.StringArray.from_buffers(len(heads), pa.py_buffer(offsets), pa.py_buffer(held[there]))


def all_words(several: list[Heads]) -> Words | None:
    """Return all deals as words in one array; None where some text is long. Words are taken out of the list."""
    found = [words_of(each) if in_words(each) is None else in_words(each) for each in several]
    rows = [each for each in found if each is not None]
    if len(rows) < len(found):
        return None
    several[:] = [each for each in several if in_words(each) is None]
    del found
    joined = np.zeros((sum(map(len, rows)), max(each.shape[1] for each in rows)), np.uint64)
    begin = 0
    for each in _let_go(rows):
        joined[begin : begin + len(each), : each.shape[1]] = each
        begin += len(each)
    return joined


def _let_go(rows: list[Words]) -> Iterator[Words]:
    """Yield arrays and let go of them, so that what is made of them takes their memory."""
    rows.reverse()
    while rows:
        yield rows.pop()


def all_texts(several: list[Heads]) -> Array:
    """Return all deals as one array of texts."""
    return pa.chunked_array([NO_TEXTS, *map(texts_of, several)], pa.string()).combine_chunks()


NO_TEXTS = pa.array([], pa.string())
