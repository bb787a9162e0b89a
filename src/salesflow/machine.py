"""Machines: a template as a live python-statemachine class, over the host's own mutable objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar, cast

from salesflow.records import Record
from salesflow.template import StageTemplate

if TYPE_CHECKING:
    from salesflow._live import TemplateMachine

__all__ = ["machine_class"]

R = TypeVar("R", bound=Record)


def machine_class(
    template: StageTemplate[R], *, attributes: Mapping[str, str | None] | None = None
) -> type[TemplateMachine[R]]:
    """Make a python-statemachine class that drives objects of the host's own through a template.

    `attributes` says which attribute of the object holds a field of the record, where the two names differ, and None
    for a field that is not to be read or written: `{"amount": "price", "history": None}`. Raises ValueError for a
    field that records of the template do not have, and for what names no attribute.

    A class of 100 stages takes seconds to make: make it once, as you would write it once.
    """
    import gettext

    if not isinstance(cast("object", template), StageTemplate):
        raise TypeError(f"a machine is made from a StageTemplate, not from {type(template).__name__}")
    domain = gettext.textdomain()
    try:
        from salesflow._live_class import live
    finally:
        # importing python-statemachine makes its own translations those of the whole program
        gettext.textdomain(domain)
    return live(template, attributes or {})
