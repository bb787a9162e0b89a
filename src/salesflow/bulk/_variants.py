"""Variants: deals that went the same way, found by numbers and told apart by looking."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from salesflow.bulk._arrow import Bools, Codes, Ints

_MIX = np.uint64(0x9E3779B97F4A7C15)
_TURN = np.uint64(29)


class Variants(NamedTuple):
    """Which deals are alike."""

    examples: Ints
    """By variant: one of its deals."""
    of: Ints
    """By deal: its variant."""
    sure: Bools
    """By deal: whether it is its variant's very likeness, and no accident of numbers."""


def variants_of(columns: list[Codes], starts: Ints, lengths: Ints) -> Variants:
    """Group deals, of one event or more each, whose events say the same in every column."""
    count = int(lengths.sum())
    place = np.arange(count) - np.repeat(starts, lengths)
    seen = np.zeros(count, np.uint64)
    for column in columns:
        seen += column.astype(np.uint64)
        seen *= _MIX
        seen ^= seen >> _TURN
    powers = np.cumprod(np.full(int(lengths.max(initial=0)) + 1, _MIX), dtype=np.uint64)
    seen *= powers[place]
    keys = np.add.reduceat(seen, starts) ^ (lengths.astype(np.uint64) * _MIX)
    _, examples, of = np.unique(keys, return_index=True, return_inverse=True)
    return Variants(examples, of, _alike(columns, starts, lengths, examples[of], place))


def _alike(columns: list[Codes], starts: Ints, lengths: Ints, examples: Ints, place: Ints) -> Bools:
    """Compare every deal with the example of its variant."""
    sure: Bools = lengths == lengths[examples]
    beside = np.repeat(starts[examples], lengths) + place
    beside[~np.repeat(sure, lengths)] = 0
    for column in columns:
        sure &= np.logical_and.reduceat(column == column[beside], starts)
    return sure
