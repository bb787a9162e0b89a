"""Moves compared: which are declared, and what each asks."""

from __future__ import annotations

from collections.abc import Iterator

from salesflow._compared._labels import relabelled
from salesflow._compared._pairs import Pairs
from salesflow._compared._routes import Effects, Placed, Way, new_moves, old_moves
from salesflow._compared._rules import Place, Rules, compared, in_new_words
from salesflow._difference import Difference, difference
from salesflow._phrases import Phrase, names, phrase
from salesflow.moves import Move
from salesflow.rules import Role


def moves(pairs: Pairs, effects: Effects) -> Iterator[Difference]:
    """Yield what is another with declared moves, as the new template lists them, and then those that are gone."""
    old, new = old_moves(pairs), new_moves(pairs)
    for place, move in enumerate(pairs.new.moves):
        added = [way for way in _ways(move) if way not in old]
        if added:
            yield effects.told("move_added", place, f"moves[{place}]", "in_flight", **_said(added))
        yield from _kept(pairs, place, old)
    for place, ways in _gone(pairs, old, new).items():
        yield effects.told("move_removed", place, f"moves[{place}]", "in_flight", **_said(ways))


def _ways(move: Move) -> list[Way]:
    return [(source, move.target) for source in move.sources]


def _said(ways: list[Way]) -> dict[str, Phrase]:
    return {"sources": names([source for source, _ in ways], "and", quoted=True), "target": ways[0][1]}


def _gone(pairs: Pairs, old: Placed, new: Placed) -> dict[int, list[Way]]:
    """Return the ways between stages of the new template that are declared no more, by the place of the old move."""
    here = {stage.id for stage in pairs.new.stages}
    found: dict[int, list[Way]] = {}
    for way, (place, _) in old.items():
        if way not in new and here.issuperset(way):
            found.setdefault(place, []).append(way)
    return found


def _kept(pairs: Pairs, place: int, old: Placed) -> Iterator[Difference]:
    """Yield what is another with one move on the ways that it declared before, by the old moves that did."""
    move = pairs.new.moves[place]
    by_old: dict[int, list[Way]] = {}
    for way in _ways(move):
        if way in old:
            by_old.setdefault(old[way][0], []).append(way)
    for was, ways in by_old.items():
        yield from _one(pairs, place, pairs.old.moves[was], ways)


def _one(pairs: Pairs, place: int, old: Move, ways: list[Way]) -> Iterator[Difference]:
    new, path, said = pairs.new.moves[place], f"moves[{place}]", _said(ways)
    asked = Place(f"{path}.rules", phrase("difference.at.move", **said), "in_flight")
    yield from compared(in_new_words(pairs, _asked(old)), _asked(new), asked)
    if old.ground != new.ground:
        why = "" if new.ground else "never"
        yield difference("move_ground_changed", f"{path}.ground", "in_flight", why=why, **said)
    yield from relabelled("move_relabelled", path, old, new, **said)


def _asked(move: Move) -> Rules:
    return (*move.rules, Role(roles=move.roles)) if move.roles else move.rules
