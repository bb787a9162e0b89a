"""Labels compared: what people read, in every language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from salesflow._difference import Difference, difference
from salesflow._phrases import Phrase, names
from salesflow._trees import path_of
from salesflow.moves import Move


def relabelled(code: str, path: str, old: Any, new: Any, **more: Phrase) -> Iterator[Difference]:
    """Yield what a stage, a move or a template is called otherwise: one difference, with the first label of them."""
    before, after = _labels(old), _labels(new)
    changed = [language for language in {**before, **after} if before.get(language) != after.get(language)]
    if changed:
        first, codes = changed[0], [language for language in changed if language]
        field = "name" if isinstance(new, Move) else "label"
        where = path_of((*(() if first else (field,)), *(("labels", first) if first else ())))
        told: dict[str, Any] = {"old": _shown(old, before, first), "new": _shown(new, after, first)}
        told |= {"languages": names(codes, "and")} if codes else {}
        why = "in" if first else "too" if codes else ""
        yield difference(code, f"{path}.{where}".removeprefix("."), "labels", why=why, **told, **more)


def _labels(holder: Any) -> dict[str, str]:
    """Return labels by language; the plain one under none."""
    return {"": holder.name if isinstance(holder, Move) else holder.label, **holder.labels}


def _shown(holder: Any, labels: dict[str, str], language: str) -> str:
    return labels.get(language) or labels[""] or ("" if isinstance(holder, Move) else str(holder.id))
