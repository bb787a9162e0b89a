"""Outcomes by name: which words say that a stage is won, lost, or a hold."""

from __future__ import annotations

import re
from unicodedata import combining, normalize

from salesflow.stage import Outcome

_WORDS: dict[Outcome | None, frozenset[str]] = {
    "won": frozenset("won closedwon converted customer success gagne gagnee gewonnen ganado ganada vinto".split()),
    "lost": frozenset(
        "lost lose closedlost abandoned canceled cancelled declined dead disqualified junk rejected unqualified "
        "perdu perdue verloren perdido perdida perso abandonne annule".split()
    ),
    None: frozenset("hold onhold pause paused parked attente".split()),
}


def _words(name: str) -> frozenset[str]:
    plain = "".join(letter for letter in normalize("NFKD", name) if not combining(letter)).casefold()
    return frozenset(re.findall(r"[^\W_]+", plain))


def outcome(name: str) -> Outcome | None:
    """Return what the name of a stage says of its outcome; None where it says nothing, or two things.

    >>> outcome("Closed - Lost"), outcome("Gagnée"), outcome("Offer")
    ('lost', 'won', None)
    """
    words = _words(name)
    found: list[Outcome] = [each for each in _WORDS if each and words & _WORDS[each]]
    return found[0] if len(found) == 1 else None


def hold(name: str) -> bool:
    """Tell whether the name of a stage says that a deal rests there."""
    return outcome(name) is None and bool(_words(name) & _WORDS[None])
