"""Keys: short texts as numbers, which are compared and sorted many times as quickly."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import cast

import numpy as np
from numpy.typing import NDArray

from salesflow.bulk._arrow import Array, pa, pc
from salesflow.bulk._at_once import at_once, blocks

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
    offsets, lengths = _offsets(texts), _lengths(texts)
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


def _offsets(texts: Array) -> NDArray[np.int32]:
    return np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]


def _lengths(texts: Array) -> NDArray[np.int32]:
    return np.diff(_offsets(texts))


def keys_of(words: Words) -> Words:
    """Return a number for each row of words: like rows have the same, and unlike ones hardly ever.

    Words without anything at the end of a row change nothing.
    """
    return np.concatenate([NO_KEYS, *at_once(lambda some: _keys_of(words[some]), blocks(0, len(words)))])


NO_KEYS = np.zeros(0, np.uint64)


def _keys_of(words: Words) -> Words:
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
    found = [_keys(some) if known is None else known for known, some in zip(keys, texts, strict=True)]
    there = [some for some in found if some is not None]
    if len(there) < len(found):
        return False
    whole = np.concatenate([NO_KEYS, *there])
    lower = whole < _MIDDLE
    return not any(at_once(lambda half: repeated(whole[half] << np.uint64(1)), (lower, ~lower)))


def _keys(texts: Array) -> Words | None:
    words = words_of(texts)
    return None if words is None else keys_of(words)


# -- many texts ---------------------------------------------------------------------------------------------


def ascending(texts: Array) -> bool:
    """Tell whether each is greater than the one before, so that none comes twice."""
    return len(texts) < 2 or bool(pc.all(pc.less(texts[:-1], texts[1:])).as_py())


def all_texts(several: Sequence[Array]) -> Array:
    """Return all texts as one array."""
    return pa.chunked_array([NO_TEXTS, *several], pa.string()).combine_chunks()


NO_TEXTS = pa.array([], pa.string())


def all_words(several: list[Array]) -> Words | None:
    """Return a row of numbers for each text, which are taken out of the list; None where some text is long."""
    longest = max((int(_lengths(texts).max(initial=0)) for texts in several), default=0)
    if not 0 < longest <= LONGEST:
        return None
    ends = list(accumulate(map(len, several)))
    joined = np.zeros((ends[-1], -(-longest // 8)), np.uint64)

    def put(place: int) -> None:
        words = cast("Words", words_of(several[place]))
        several[place] = NO_TEXTS
        joined[ends[place] - len(words) : ends[place], : words.shape[1]] = words

    at_once(put, range(len(several)))
    several.clear()
    # what held the texts lies idle, and to group rows takes as much
    pa.default_memory_pool().release_unused()
    return joined


def texts_of(words: Words, rows: NDArray[np.int64]) -> Array:
    """Return the texts that some rows of numbers stand for."""
    return pa.concat_arrays([NO_TEXTS, *at_once(lambda some: _texts_of(words[rows[some]]), blocks(0, len(rows)))])


def _texts_of(words: Words) -> Array:
    held = np.ascontiguousarray(words).view(np.uint8)
    there = held != 0
    ends = np.cumsum(np.count_nonzero(there, axis=1), dtype=np.int32)
    offsets = np.concatenate((np.zeros(1, np.int32), ends))
    return pa.StringArray.from_buffers(len(words), pa.py_buffer(offsets), pa.py_buffer(held[there]))
