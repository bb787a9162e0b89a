"""Near misses: the known name that somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 40
"""Names longer than this are not compared: the time grows with the square of the length."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name` whatever its case, or None when none is near."""
    if len(name) > _LONGEST:
        return None
    # a slip is rare, and a program that makes none need not load this
    from difflib import get_close_matches

    by_fold = {other.casefold(): other for other in known}
    match = get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[match[0]] if match else None
