"""Entry point of Hypothesis: which types of salesflow it can draw. What draws them is loaded when it first does."""

from __future__ import annotations

from importlib import import_module
from typing import Any

TYPES: dict[str, tuple[str, ...]] = {
    "values": ("Actor",),
    "money": ("Money",),
    "qualification": ("Answer", "Criterion", "Framework", "Qualification"),
    "records": ("Activity", "Approval", "Customer", "Lead", "LossReport", "Objection", "Offer", "Opportunity"),
    "stage": ("Stage",),
    "moves": ("Move", "Policy"),
    "template": ("StageTemplate",),
}
"""By module, the types that `from_type` draws."""


def register() -> None:
    """Tell Hypothesis of every type; it calls this when it is imported itself."""
    from hypothesis.strategies import register_type_strategy

    for module, names in TYPES.items():
        for name in names:
            register_type_strategy(getattr(import_module(f"salesflow.{module}"), name), _drawn)


def _drawn(cls: type[Any]) -> Any:
    # by name and on use: who imports Hypothesis need not load the whole kit
    return import_module("salesflow.testing._types").values_of(cls)
