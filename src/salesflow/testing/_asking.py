"""Requests: what is asked of a template in one step of a walk, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Literal

from salesflow import Actor, MoveRefused, StageTemplate, Verdict
from salesflow.records import Objection, Record
from salesflow.testing._draw_values import T0
from salesflow.testing._model_rules import keys

Template = StageTemplate[Any]


@dataclass(frozen=True)
class Patch:
    """An update told relative to the record that it meets, since collections are added to."""

    fixed: dict[str, Any] = field(default_factory=dict[str, Any])
    grown: dict[str, tuple[Any, ...]] = field(default_factory=dict[str, tuple[Any, ...]])
    cut: tuple[str, ...] = ()
    """Collections of which the last entry is taken away."""
    resolved: bool = False
    """Whether every open objection is resolved."""

    def on(self, record: Record, at: datetime) -> dict[str, Any]:
        """Return the update for this record."""
        update = dict(self.fixed)
        update |= {name: (*getattr(record, name), *more) for name, more in self.grown.items() if name != "answers"}
        update |= {name: getattr(record, name)[:-1] for name in self.cut if name != "answers"}
        if "answers" in self.grown:
            update["qualification"] = record.qualification.answered(*self.grown["answers"])
        if "answers" in self.cut:
            update["qualification"] = {"answers": record.qualification.answers[:-1]}
        if self.resolved:
            update["objections"] = [
                each if each.resolved_at else resolved(each, at=at, resolution="met") for each in record.objections
            ]
        return update


def resolved(objection: Objection, *, at: datetime, resolution: str) -> Objection:
    """Return an objection as it is once it is met."""
    return Objection.model_validate({**dict(objection), "resolved_at": at, "resolution": resolution})


@dataclass(frozen=True)
class Nth:
    """A target told by its place among all the names of stages."""

    place: int

    def on(self, template: Template, _record: Record) -> str:
        """Return that name, counted round and round."""
        known = [name for stage in template.stages for name in (stage.id, *stage.aliases)]
        return known[self.place % len(known)]


@dataclass(frozen=True)
class Keys:
    """An override told before it is known what may be overridden: some of the keys of overridable rules, or all."""

    places: tuple[int, ...] | None = None
    more: tuple[str, ...] = ()

    def on(self, template: Template, _record: Record) -> tuple[str, ...]:
        """Return the keys to name."""
        every = override_keys(template)
        if self.places is None or not every:
            return (*every, *self.more)
        return (*(every[place % len(every)] for place in self.places), *self.more)


def override_keys(template: Template) -> tuple[str, ...]:
    """Return every key that some overridable rule of a template may refuse with."""
    holders: list[Any] = [*template.stages, *template.moves]
    found = (rule for holder in holders for rule in holder.rules if rule.overridable_by)
    return tuple(dict.fromkeys(key for rule in found for key in keys(rule)))


@dataclass(frozen=True)
class Aim:
    """A target told relative to where the record is: a key of `_AIMS`."""

    name: str

    def on(self, template: Template, record: Record) -> str:
        """Return the stage that is meant; where there is none such, the next one."""
        found = [*_AIMS[self.name](template, record)] if record.stage else []
        return next(iter((*found, *_onward(template, record))), template.stages[0].id)


def in_order(template: Template) -> list[str]:
    """Return the ids of the open stages that stand in the order."""
    return [stage.id for stage in template.stages if stage.outcome is None and not stage.hold]


def _onward(template: Template, record: Record) -> list[str]:
    """Return where a record goes if all goes well: a start, the stage after, a way to win, or back into play."""
    order = in_order(template)
    if record.stage is None:
        return [id for id in (*(template.policy.start_at or ()), *order) if template.stage(id).life == "active"]
    if record.stage in order:
        return [*order[order.index(record.stage) + 1 :], *_closed_as(template, "won")]
    return _left(template, record) if template.stage(record.stage).hold else [*template.policy.reopen_to]


def _previous(template: Template, record: Record) -> list[str]:
    order = in_order(template)
    return order[: order.index(record.stage)][::-1] if record.stage in order else []


def _left(template: Template, record: Record) -> list[str]:
    return [record.left or in_order(template)[0]]


def _closed_as(template: Template, outcome: str) -> list[str]:
    return [stage.id for stage in template.stages if stage.outcome == outcome]


_AIMS: dict[str, Callable[[Template, Record], Iterable[str]]] = {
    "next": _onward,
    "previous": _previous,
    "left": _left,
    "won": lambda template, _: _closed_as(template, "won"),
    "lost": lambda template, _: _closed_as(template, "lost"),
    "hold": lambda template, _: [each.id for each in template.stages if each.hold],
    "reopen": lambda template, _: template.policy.reopen_to,
    "out": lambda template, record: _closed_as(template, "won" if record.closed_at and record.loss else "lost"),
}


@dataclass(frozen=True)
class Asked:
    """A request as a template gets it."""

    verb: Literal["move", "update", "adopt"]
    to: Any
    at: Any
    by: Any = None
    update: Any = None
    ground: Any = None
    override: Any = ()
    left: str | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """What `check`, `options` and `move` take beside the target."""
        return {"at": self.at, "by": self.by, "update": self.update, "ground": self.ground, "override": self.override}

    def check(self, template: Template, record: Any) -> Verdict:
        """Ask whether it may be done."""
        return template.check(record, to=self.to, **self.arguments)

    def do(self, template: Template, record: Any) -> Any:
        """Do it. Raises MoveRefused."""
        if self.verb == "move":
            return template.move(record, to=self.to, **self.arguments)
        common = {"at": self.at, "by": self.by, "ground": self.ground}
        if self.verb == "update":
            return template.update(record, self.update, **common)
        return template.adopt(record, stage=self.to, left=self.left, **common)


@dataclass(frozen=True)
class Request:
    """A request as it is drawn: before anybody knows what record it will meet."""

    verb: Literal["move", "update", "adopt"] = "move"
    to: Any = Aim("next")
    pause: timedelta = timedelta(0)
    zone: tzinfo | None = UTC
    """None for a time without a zone, which is a fault."""
    by: Actor | None = None
    patch: Patch | None = None
    ground: Any = None
    override: Any = ()
    left: Any = None

    def on(self, template: Template, record: Record) -> Asked:
        """Return what this request asks of a record."""
        clock = record.history[-1].at if record.history else T0
        moment = (clock + self.pause).astimezone(self.zone or UTC)
        return Asked(
            verb=self.verb,
            to=_told(self.to, template, record),
            at=moment if self.zone else moment.replace(tzinfo=None),
            by=self.by,
            update=self.patch.on(record, moment) if self.patch else None,
            ground=self.ground,
            override=_told(self.override, template, record),
            left=_told(self.left, template, record),
        )


def _told(value: Any, template: Template, record: Record) -> Any:
    return value.on(template, record) if isinstance(value, Aim | Nth | Keys) else value


def attempt(template: Template, record: Any, asked: Asked) -> tuple[Any | None, Verdict | None]:
    """Do what is asked: the record after it, or the verdict that refuses it."""
    try:
        return asked.do(template, record), None
    except MoveRefused as refused:
        return None, refused.verdict


@dataclass(frozen=True)
class Walk:
    """A template, a record, and what is asked of them one after the other."""

    template: Template
    record: Record
    requests: tuple[Request, ...]
    path: tuple[str, ...] | None = None
    """The stage after each request, where each is legal; None where that is not known."""


def steps(walk: Walk, template: Template) -> Iterator[tuple[Any, Asked]]:
    """Yield the record before each request of a walk, with the request; refused ones leave it as it is."""
    record: Any = walk.record
    for request in walk.requests:
        asked = request.on(template, record)
        yield record, asked
        record = attempt(template, record, asked)[0] or record
