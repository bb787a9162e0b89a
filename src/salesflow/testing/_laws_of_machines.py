"""Laws of live machines: a host's own object is moved as the table moves a record, or not touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from salesflow import MoveRefused
from salesflow.machine import machine_class
from salesflow.testing import _model as model
from salesflow.testing._asking import Asked, Template, Walk, attempt, steps
from salesflow.testing._expect import holds, same
from salesflow.testing._once import once


def plain(record: Any) -> Any:
    """Make an object of a host that has every field of a record as an attribute."""
    return SimpleNamespace(**dict(record))


def held(host: Any) -> dict[str, Any]:
    """Return every attribute of an object, as the object that it is."""
    names: list[str] = [*(getattr(host, "__slots__", None) or vars(host))]
    return {name: getattr(host, name) for name in names}


@once(16)
def _class(template: Template, prefixed: bool) -> Any:  # noqa: FBT001 - by position, as what is kept is told apart
    fields = template.record.model_fields
    return machine_class(template, attributes={name: f"deal_{name}" for name in fields} if prefixed else {})


def machine_over(template: Template, host: Any) -> Any:
    """Make a live machine over an object, whose attributes may all begin with `deal_`."""
    prefixed = hasattr(host, "deal_id")
    return _class(template, prefixed)(host, state_field="deal_stage" if prefixed else "stage")


def by_machine(template: Template, host: Any, asked: Asked) -> Any:
    """Return the record after a move through a machine, or the verdict that refuses it."""
    try:
        machine_over(template, host).send(asked.to, **asked.arguments)
    except MoveRefused as refused:
        return refused.verdict
    return machine_over(template, host).record


def moves(walk: Walk, template: Template) -> Iterator[tuple[Any, Asked]]:
    """Yield the record before each move of a walk, with the move; names of declared moves are events of their own."""
    named = {move.name for move in template.moves}
    return (
        (record, asked) for record, asked in steps(walk, template) if asked.verb == "move" and asked.to not in named
    )


def law_a_machine_agrees(walk: Walk, host_of: Callable[[Any], Any], of: Template | None = None) -> None:
    """A live machine does what the table does; what it refuses leaves the host as it was."""
    template = of or walk.template
    for record, asked in moves(walk, template):
        host = host_of(record)
        before = held(host)
        answer = by_machine(template, host, asked)
        after, refused = attempt(template, record, asked)
        same(answer, refused if after is None else after, "what a live machine makes of it, as the table does")
        judged = model.judge(template, model.Deal.of(record), asked)
        same(after is not None, judged.allowed, "whether it may be, as the model says")
        if after is None:
            kept = all(value is before[name] for name, value in held(host).items())
            holds(kept, "what a live machine refuses leaves the host's object as it was")
