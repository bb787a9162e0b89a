"""Differences: what is another in one template than in another, with a code, and what it means for deals in flight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

from salesflow._phrases import Phrase, phrase, spoken
from salesflow.history import FrozenJson
from salesflow.values import Frozen, FrozenMap, is_mapping

Impact = Literal["none", "labels", "new_only", "in_flight", "breaking"]
"""What a difference means for deals in flight, from nothing to the worst. The reference says each exactly."""

IMPACTS: tuple[Impact, ...] = get_args(Impact)


class Difference(Frozen):
    """One thing that is another in a new template."""

    code: str
    """What kind of thing: `stage_removed`, `rule_tightened`. Stable."""
    path: str = ""
    """Where: `stages[2].rules`. In the new template; in the old one for what is gone."""
    impact: Impact
    params: FrozenJson = FrozenMap[Any]()
    """The values in the text; `words` holds the text itself as data, to be said in other languages."""
    text: str

    def __str__(self) -> str:
        return f"{self.text}{f' @ {self.path}' if self.path else ''} [{self.code}]"


def difference(
    code: str,
    path: str,
    impact: Impact,
    *,
    why: str = "",
    effect: Phrase = None,
    ways: Mapping[str, Any] = FrozenMap[Any](),
    **params: Phrase,
) -> Difference:
    """Make a difference with its text, in the variant that `why` names; `effect` says what it did to `ways`."""
    said = phrase(f"difference.{code}.{why}" if why else f"difference.{code}", **params)
    if effect is not None:
        said = phrase("line.note", detail=said, note=effect)
    told = {name: spoken(value) if is_mapping(value) else value for name, value in params.items()}
    told |= {"ways": ways} if ways else {}
    return Difference(code=code, path=path, impact=impact, params={**told, "words": {"text": said}}, text=spoken(said))


def worst(impacts: Iterable[Impact]) -> Impact:
    """Return the worst of several impacts; `none` where there are none."""
    return IMPACTS[max(map(IMPACTS.index, impacts), default=0)]
