"""Digests: whether two templates behave alike."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from salesflow.values import is_listing, is_mapping

_STAGE_BEHAVIOUR = {"id", "aliases", "outcome", "hold", "rules", "skippable", "life"}


def digest(template: Any) -> str:
    """Return the sha256 of a template's behaviour in canonical JSON: no labels, no reminders, no defaults."""
    import json  # noqa: PLC0415 - only who makes a template needs it

    dump = template.model_dump(
        mode="json",
        exclude_defaults=True,
        include={
            "stages": {"__all__": _STAGE_BEHAVIOUR},
            "moves": {"__all__": {"sources", "target", "rules", "roles", "ground"}},
            "policy": True,
        },
    )
    dump["framework"] = [[criterion.id, *criterion.ways] for criterion in template.framework.criteria]
    canonical = json.dumps(_without_words(dump), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(canonical.encode()).hexdigest()


def _without_words(dump: Any) -> Any:
    """Leave out what a rule in Python says and reads: `bind` brings it, and it decides nothing."""
    if is_listing(dump):
        return [_without_words(each) for each in dump]
    if not is_mapping(dump):
        return dump
    words = {"text", "reads"} if dump.get("rule") == "python" else set[str]()
    return {name: _without_words(each) for name, each in dump.items() if name not in words}
