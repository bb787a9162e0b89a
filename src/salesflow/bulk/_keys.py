"""Keys: short texts as numbers, which are compared and sorted many times as quickly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from salesflow.bulk._arrow import Array, pa

Words = NDArray[np.uint64]
LONGEST = 64
"""Texts of more bytes than this are left as they are."""
_MIX = np.uint64(0x9E3779B97F4A7C15)
_TURN = np.uint64(32)


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
    """Return a number for each row of words: like rows have the same, and unlike ones hardly ever."""
    keys = words[:, 0].copy()
    for word in words.T[1:]:
        keys *= _MIX
        keys ^= keys >> _TURN
        keys += word
    return keys


NO_TEXTS = pa.array([], pa.string())
