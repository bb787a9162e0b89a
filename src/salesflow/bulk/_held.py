"""Held logs: the events of many deals as numbers, those of a deal together and in the order of time.

An event takes 14 to 24 bytes, and a deal the length of its id and 8 more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any, NamedTuple, cast

import numpy as np

from salesflow.bulk._arrow import Array, Bools, Codes, Ints, pa
from salesflow.bulk._at_once import at_once, blocks, sort
from salesflow.bulk._keys import NO_KEYS, Words, all_texts, all_words, ascending, keys_of, repeated, texts_of
from salesflow.bulk._names import changes
from salesflow.bulk._part import Part, scanty


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Events, grouped by deal."""

    ids: Array
    """The deals, each once; as rows lie, one may come again."""
    ends: Ints
    """Where the events of each deal end, in `order`."""
    order: Ints | None
    """The place of each event in the columns below; None where they lie in that order."""
    at: Ints
    stage: Codes
    source: Codes | None
    created: Codes | None
    ground: Bools | None
    rows: Ints | range
    cells: Array | None
    keys: Words | None = None
    """A number for each deal, which hardly any other has; None where they were not looked for."""

    def numbers(self, places: Ints) -> Ints:
        """Return the number in the log of the events at those places of the columns."""
        return places + self.rows.start if isinstance(self.rows, range) else self.rows[places]


def held(parts: list[Part]) -> Held:
    """Put parts together and group their events by deal; `parts` is empty then, as their memory is wanted."""
    heads, lengths, _ = _merged(parts)
    parts[:] = [part._replace(heads=None) for part in parts]
    groups = _grouped(heads, lengths)
    log = _columns(parts, groups)
    parts.clear()
    return log


def as_it_lies(parts: list[Part]) -> Held:
    """Put parts together as if each run of rows were a deal; whether one comes again is for others to find out."""
    heads, lengths, keys = _merged(parts)
    ids = all_texts(heads)
    if keys is None or (keys[1:] == keys[:-1]).any():
        # two runs beside each other may be of one deal, whose name was written in two ways
        unlike = np.concatenate((np.ones(min(len(ids), 1), np.bool_), changes(ids)))
        if not unlike.all():
            ids, keys = ids.filter(pa.array(unlike)), None
            lengths = np.add.reduceat(lengths, np.flatnonzero(unlike))
    return _columns(parts, Groups(ids, None, lengths, keys))


def part_of(log: Held) -> Part:
    """Return the rows of a log, those of a deal together."""
    places = slice(None) if log.order is None else log.order
    return Part(
        heads=log.ids,
        lengths=np.diff(log.ends, prepend=0),
        at=log.at[places],
        stage=log.stage[places],
        source=None if log.source is None else log.source[places],
        created=None if log.created is None else log.created[places],
        ground=None if log.ground is None else log.ground[places],
        rows=log.rows if log.order is None else log.numbers(log.order),
        cells=log.cells if log.cells is None or log.order is None else log.cells.take(pa.array(log.order)),
    )


class Groups(NamedTuple):
    """Which deals there are, the order in which the events of each stand together, and how many each has."""

    ids: Array
    order: Ints | None
    counts: Ints
    keys: Words | None = None


def _columns(parts: list[Part], groups: Groups) -> Held:
    cells = [part.cells for part in parts if part.cells is not None]
    return Held(
        ids=groups.ids,
        ends=np.cumsum(groups.counts),
        order=groups.order,
        keys=groups.keys,
        at=np.concatenate([np.zeros(0, np.int64), *(part.at for part in parts)]),
        stage=_joined([part.stage for part in parts]),
        source=_some([part.source for part in parts if part.source is not None]),
        created=_some([part.created for part in parts if part.created is not None]),
        ground=np.concatenate(grounds) if (grounds := [p.ground for p in parts if p.ground is not None]) else None,
        rows=_rows([part.rows for part in parts]),
        cells=pa.concat_tables(cells, promote_options="permissive") if cells else None,
    )


def _some(columns: list[Codes]) -> Codes | None:
    return _joined(columns) if columns else None


def _joined(columns: list[Codes]) -> Codes:
    return cast("Codes", np.concatenate([np.zeros(0, np.uint8), *columns]))


def _rows(parts: list[Ints | range]) -> Ints | range:
    ranges = [each for each in parts if isinstance(each, range)]
    follow = all(one.stop == other.start for one, other in pairwise(ranges))
    if len(ranges) == len(parts) and follow:
        return range(ranges[0].start, ranges[-1].stop) if ranges else range(0)
    return np.concatenate([np.asarray(each, np.int64) for each in parts])


# -- grouping -----------------------------------------------------------------------------------------------


def _merged(parts: Sequence[Part]) -> tuple[list[Array], Ints, Words | None]:
    """Return the runs of all parts, and their keys if known; a run that goes on in the next part is one."""
    heads: list[Array] = []
    keys: list[Words | None] = [NO_KEYS]
    lengths: list[Any] = [np.zeros(0, np.int32)]
    for part in parts:
        if not len(part.heads):
            continue
        goes_on = bool(heads) and heads[-1][-1] == part.heads[0]
        if goes_on:
            last = lengths[-1].copy()
            last[-1] += part.lengths[0]
            lengths[-1] = last
        if len(part.heads) > goes_on:
            heads.append(part.heads[int(goes_on) :])
            lengths.append(part.lengths[int(goes_on) :])
            keys.append(None if part.keys is None else part.keys[int(goes_on) :])
    known = [each for each in keys if each is not None]
    return heads, cast("Ints", np.concatenate(lengths)), np.concatenate(known) if len(known) == len(keys) else None


def _all_ascend(several: list[Array]) -> bool:
    """Tell whether all deals ascend, so that none comes twice."""
    between = (pa.concat_arrays([one[-1:], other[:1]]) for one, other in pairwise(several))
    return all(map(ascending, chain(several, between)))


def _grouped(heads: list[Array], lengths: Ints) -> Groups:
    """Group runs by deal; texts may be taken out of the list, as their memory is wanted."""
    if _all_ascend(heads):
        return Groups(all_texts(heads), None, lengths)
    scattered = scanty(len(lengths), int(lengths.sum()))
    texts = None if scattered else all_texts(heads)
    words = all_words(heads)
    if words is None:
        return _by_dictionary(all_texts(heads), lengths)
    if scattered:
        # rows one by one take less than to tell which runs have several
        if len(words) < int(lengths.sum()):
            words = np.repeat(words, lengths, axis=0)
        return _by_key(words, cast("Ints", np.ones(len(words), np.int32)))
    return _by_key(words, lengths) if repeated(keys_of(words)) else Groups(texts, None, lengths)


def _by_key(words: Words, lengths: Ints) -> Groups:
    """Group runs by what their keys begin with, and look at those of two deals that begin alike."""
    turn, unlike = _in_groups(words)
    first = np.flatnonzero(unlike)
    as_it_is = np.flatnonzero(_unlike(words, None))
    if len(as_it_is) == len(first):
        return Groups(texts_of(words, as_it_is), None, np.add.reduceat(lengths, as_it_is))
    del unlike, as_it_is
    counts = np.diff(first, append=len(turn)) if _all_single(lengths) else np.add.reduceat(lengths[turn], first)
    ids = texts_of(words, turn[first])
    return Groups(ids, _rows_of(turn, lengths), counts)


def _in_groups(words: Words) -> tuple[Ints, Bools]:
    """Return an order in which the runs of each deal stand together, and which of them are the first of one."""
    turn, begins = _sorted(words)
    unlike = _unlike(words, turn)
    mixed = unlike & ~begins
    if mixed.any():
        places = _told_apart(words, turn, begins, mixed)
        unlike[places] = (words[turn[places]] != words[turn[places - 1]]).any(axis=1)
    return turn, unlike


def _sorted(words: Words) -> tuple[Ints, Bools]:
    """Return the order of runs by key, and which of them have another key than the one before."""
    keys = keys_of(words)
    bits = np.uint64(len(keys).bit_length())
    keys >>= bits
    keys <<= bits
    keys |= np.arange(len(keys), dtype=np.uint64)
    # a key and the place of its run in one number are sorted twice as quickly as places by keys
    sort(keys)
    begins = np.ones(len(keys), np.bool_)

    def compare(some: slice) -> None:
        begins[some] = (keys[some] ^ keys[some.start - 1 : some.stop - 1]) >> bits > 0

    at_once(compare, blocks(1, len(keys)))
    keys &= (np.uint64(1) << bits) - np.uint64(1)
    return keys.view(np.int64), begins


def _all_single(lengths: Ints) -> bool:
    return len(lengths) == int(lengths.sum())


def _unlike(words: Words, turn: Ints | None) -> Bools:
    """Tell which runs, in that order, are of another deal than the one before; the first always is."""
    found = np.zeros(len(words), np.bool_)
    found[0] = True

    def compare(some: slice) -> None:
        for word in words.T:
            here = slice(some.start - 1, some.stop)
            turned = word[here] if turn is None else word[turn[here]]
            found[some] |= turned[1:] != turned[:-1]

    at_once(compare, blocks(1, len(words)))
    return found


def _told_apart(words: Words, turn: Ints, begins: Bools, mixed: Bools) -> Ints:
    """Put the runs of each deal together where those of several share a key; return the places that this changes."""
    group = np.cumsum(begins)
    several = np.zeros(int(group[-1]) + 1, np.bool_)
    several[group[mixed]] = True
    places = np.flatnonzero(several[group])
    runs = turn[places]
    turn[places] = runs[np.lexsort((runs, *words[runs].T, group[places]))]
    return places[places > 0]


def _rows_of(turn: Ints, lengths: Ints) -> Ints:
    """Return the rows of runs that are taken in another order."""
    if _all_single(lengths):
        return turn
    counts = lengths[turn]
    ends = np.cumsum(counts)
    begins = (np.cumsum(lengths) - lengths)[turn]
    rows: Ints = np.arange(int(ends[-1])) + np.repeat(begins - (ends - counts), counts)
    return rows


def _by_dictionary(heads: Array, lengths: Ints) -> Groups:
    known = heads.dictionary_encode()
    if len(known.dictionary) == len(heads):
        return Groups(heads, None, lengths)
    codes = np.asarray(known.indices)
    turn = np.argsort(codes, kind="stable")
    counts = np.bincount(codes, weights=lengths, minlength=len(known.dictionary)).astype(np.int64)
    return Groups(known.dictionary, _rows_of(turn, lengths), counts)


def slices(held: Held, most: int) -> Iterator[tuple[int, int]]:
    """Yield the first deal and the one after the last of slices of whole deals with about so many events."""
    first, count = 0, len(held.ids)
    while first < count:
        begin = int(held.ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(held.ends, begin + most, "right")))
        yield first, last
        first = last
