"""EspoCRM: the stages of opportunities, as the definition of the entity has them.

Won and lost follow from the chance to win, 100 and 0 percent, as in EspoCRM itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from salesflow.crm._payload import BadField, Node, refused
from salesflow.crm._pipeline import Pipeline, StageRow, templates
from salesflow.crm._reading import Note, Reading, gathered
from salesflow.template import StageTemplate

__all__ = ["pipelines"]


def pipelines(payload: Any, *, version: str = "1") -> Reading[StageTemplate[Any]]:
    """Read `GET /api/v1/Metadata?key=entityDefs.Opportunity`: the definition of the entity, or its `fields` alone.

    Raises LoadError for a payload that is not what it claims to be.
    """
    try:
        whole = Node(payload)
        stage = (whole.get("fields") if whole.has("fields") else whole).need("stage")
        found = [*_stages(stage)]
    except BadField as bad:
        raise refused("EspoCRM", bad) from None
    rows = tuple(each for each in found if isinstance(each, StageRow))
    made = templates([Pipeline("espocrm", "EspoCRM: opportunities", rows, place=stage.place)], version=version)
    return gathered((*(each for each in found if isinstance(each, Note)), *made), rows=len(found))


def _stages(stage: Node) -> Iterator[StageRow | Note]:
    chances = stage.need("probabilityMap")
    for place, option in enumerate(stage.need("options").each()):
        if option.empty:
            yield Note(code="stage.empty", kind="dropped", place=option.place, text="an option without a name")
        else:
            yield from _stage(option, chances.get(option.name()), place)


def _stage(option: Node, chance: Node, place: int) -> Iterator[StageRow | Note]:
    name, probability = option.name(), None if chance.empty else chance.number()
    if probability is None:
        yield Note(code="stage.probability", kind="odd", place=option.place, text=f"{name!r} has no chance to win")
    outcome = None if probability is None else _OUTCOMES.get(int(probability) if probability % 1 == 0 else -1)
    yield StageRow(name, name, place, outcome=outcome, probability=probability, place=option.place)


_OUTCOMES: dict[int, Any] = {100: "won", 0: "lost"}
