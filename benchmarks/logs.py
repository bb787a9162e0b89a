"""Logs: seeded deal histories in columns, with the ways that deals of a real pipeline take, good and bad."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from salesflow import Opportunity, Policy, Stage, StageTemplate

ORDER = ("contact", "qualification", "proposal", "negotiation")
TEMPLATE: StageTemplate[Opportunity] = StageTemplate(
    id="bulk",
    version="1",
    record=Opportunity,
    stages=(
        *(Stage(id=each) for each in ORDER),
        Stage(id="won", outcome="won"),
        Stage(id="lost", outcome="lost"),
    ),
    policy=Policy(skip="never", back="free", reopen_to=("contact", "qualification")),
)
"""Six stages; a skip, a way out of won and a start in the middle are bad."""
STAGES = (*ORDER, "won", "lost", "on ice")
"""By number; the last is a stage that the template does not know."""
WON, LOST, STRANGE = 4, 5, 6
BAD = 0.08
"""The share of deals that are bad."""
_FIRST = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())


def allowed() -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return for each pair of stages whether a deal may go from the one to the other, as peers need it.

    A row for each stage that is left, the last for none; reopening a lost deal asks for a ground, which the log does
    not tell, so that it is no violation.
    """
    table = np.zeros((len(STAGES) + 1, len(STAGES)), np.bool_)
    for here in range(4):
        table[here, : here + 2] = True
        table[here, LOST] = True
    table[LOST, :2] = True
    table[range(6), range(6)] = True
    table[len(STAGES), 0] = True
    return table


def log(deals: int, *, grouped: bool, seed: int = 1) -> Any:
    """Return a table of deals, stages and times: by deal and time, or shuffled.

    >>> log(1_000, grouped=True).column_names
    ['deal', 'stage', 'at']
    """
    draw = np.random.default_rng(seed)
    stage, lengths = _walks(draw, deals)
    whose = np.repeat(np.arange(deals), lengths)
    first = np.cumsum(lengths) - lengths
    hours = draw.integers(1, 400, len(stage))
    passed = np.cumsum(hours)
    passed -= np.repeat(passed[first], lengths)
    at = _FIRST + np.repeat(draw.integers(0, 600 * 86_400, deals), lengths) + passed * 3_600
    # ids as a CRM gives them, not in the order of anything
    number = draw.permutation(deals)[whose] * 7919 + 10_000_000
    order = np.arange(len(stage)) if grouped else draw.permutation(len(stage))
    ids = pa.array(number[order]).cast(pa.string())
    names = pa.array(STAGES).take(pa.array(stage[order]))
    return pa.table(
        {"deal": pa.compute.binary_join_element_wise("D", ids, "-"), "stage": names, "at": _times(at[order])}
    )


def _times(seconds: np.ndarray[Any, Any]) -> Any:
    return pa.array(seconds * 1_000_000).view(pa.timestamp("us", "UTC"))


def _walks(draw: np.random.Generator, deals: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the stages of all deals, one deal after the other, and how many each has."""
    longest = 16
    ways = np.full((deals, longest), -1, np.int8)
    ways[:, 0] = 0
    here = np.zeros(deals, np.int8)
    going = np.ones(deals, np.bool_)
    for step in range(1, longest):
        here = _next(draw, here)
        going &= here >= 0
        ways[going, step] = here[going]
        here = np.where(going, here, -1)
    lengths = (ways >= 0).sum(axis=1)
    _spoil(draw, ways, lengths)
    return ways[ways >= 0].astype(np.int64), lengths


def _next(draw: np.random.Generator, here: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Go on from every stage: mostly to the next, at times to lost or back, or stay where it is; -1 is the end."""
    luck = draw.random(len(here))
    on = np.where(
        luck < 0.85, here + 1, np.where(luck < 0.955, LOST, np.where(luck < 0.999, np.maximum(here - 1, 0), here))
    )
    again = np.where(luck < 0.04, 1, -1)
    there = np.where(here == LOST, again, np.where((here == WON) | (here < 0), -1, on))
    return np.asarray(there, np.int8)


def _spoil(draw: np.random.Generator, ways: np.ndarray[Any, Any], lengths: np.ndarray[Any, Any]) -> None:
    """Make some deals bad: one skips, comes out of won, starts in the middle, or is in a stage that nobody knows."""
    bad = np.flatnonzero(draw.random(len(ways)) < BAD)
    for place, deal in enumerate(bad):
        last = int(lengths[deal]) - 1
        if place % 4 == 0 and last >= 2:
            ways[deal, 1 : last + 1] = (2, *ways[deal, 2 : last + 1])
        elif place % 4 == 1:
            ways[deal, last] = WON
            ways[deal, min(last + 1, 15)] = 1
            lengths[deal] = min(last + 2, 16)
        elif place % 4 == 2:
            ways[deal, 0] = 3
        else:
            ways[deal, last] = STRANGE
