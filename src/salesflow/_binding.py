"""Bindings: a host's mutable object read as a record, and written as a move leaves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from enum import Enum
from typing import Any, Generic, TypeVar
from uuid import UUID

from salesflow import _apply
from salesflow._judge import Request, Ruling, judge
from salesflow._texts import listed
from salesflow.errors import MoveRefused
from salesflow.records import RESERVED, Record
from salesflow.template import StageTemplate
from salesflow.values import Actor, composed, shown
from salesflow.verdict import Refusal, Verdict, refusal

R = TypeVar("R", bound=Record)

UNSTARTED, UNKNOWN = "unstarted", "unknown"
"""The states of an object that is in no stage yet, and of one in a stage that the template does not have."""

_KEYS = frozenset({"id", "owner", "lead", "opportunity", "customer", "referred_by"})
"""Fields that refer to a row: a host's own numbers and UUIDs are read as text there."""

_FOLLOWING = ("left", "closed_at", "reopenings", "template")
"""The fields that follow from a whole history."""


class Binding(Generic[R]):
    """One object of a host's, seen through a template.

    The object's attributes have the names of the record's fields, or those that `attributes` gives them; a field of
    which the object has no attribute keeps its default, and so does one whose attribute is None.
    """

    __slots__ = ("_attributes", "_before", "_codes", "_court", "host", "template")

    def __init__(
        self, host: Any, template: StageTemplate[R], attributes: Mapping[str, str | None], codes: Mapping[str, str]
    ) -> None:
        self.host = host
        self.template = template
        self._court = template._judged_by()  # noqa: SLF001
        self._attributes = attributes
        self._codes = codes
        self._before: list[tuple[str, Any]] | None = None
        """The attributes that the move under way wrote, with what they held before it; None where none is."""
        if not self._has("stage"):
            raise AttributeError(f"{type(host).__name__} has no attribute {attributes['stage']!r} to hold its stage")

    def __reduce__(self) -> tuple[Any, ...]:
        return Binding, (self.host, self.template, self._attributes, self._codes)

    def __repr__(self) -> str:
        return repr(self.host)

    # -- what the machine sees of it: its state ------------------------------------------------------------

    @property
    def state(self) -> str:
        """The state that stands for the object's stage."""
        stage = self._stage()
        if stage is None:
            return UNSTARTED
        return self._codes.get(composed(stage), UNKNOWN) if isinstance(stage, str) else UNKNOWN

    @state.setter
    def state(self, code: str) -> None:
        """Take a state: while a move is under way, another one than it has written means that it failed."""
        if code == self.state:
            return
        if self._before is None:
            raise AttributeError(f"a stage is reached by moves alone, and nothing moved to {code!r}")
        self.take_back()

    def _stage(self) -> Any:
        stage = self._get("stage")
        # a column of text that must not be null holds "" until the record is started
        return (stage.value if isinstance(stage, Enum) else stage) or None

    # -- reading -------------------------------------------------------------------------------------------

    def record(self) -> R:
        """Read the object as a record. Raises what its attributes raise, and ValidationError where they make none."""
        return self._made(self._held())

    def _held(self) -> dict[str, Any]:
        held = {field: value for field in self._attributes if (value := self._get(field)) is not None}
        held |= {field: str(held[field]) for field in _KEYS & held.keys() if isinstance(held[field], int | UUID)}
        held["stage"] = self._stage()
        if held["stage"] is not None and not self._has("history"):
            # how it came there is known to the host alone: rules that look back must say so
            held["changes_before"] = held.get("changes_before") or 1
        return held

    def _made(self, held: dict[str, Any]) -> R:
        record = self.template.record.model_validate(held, from_attributes=True, by_alias=True, by_name=True)
        return self._standing(record)

    def _get(self, field: str) -> Any:
        """Return what the object holds for a field; None where it has no such attribute."""
        name = self._attributes[field]
        if name is None:
            return None
        try:
            return getattr(self.host, name)
        except AttributeError as error:
            # a property that looks for another attribute in vain is broken, not absent
            if error.name not in {name, None} or (error.name is None and _declares(self.host, name)):
                raise
            return None

    def _has(self, field: str) -> bool:
        name = self._attributes[field]
        return name is not None and (_declares(self.host, name) or hasattr(self.host, name))

    def _standing(self, record: R) -> R:
        """Work out from the history what the object has no attribute for: what it left, when it was closed."""
        absent = [field for field in _FOLLOWING if not self._has(field)]
        if not absent or not record.history:
            return record
        walked = _apply.with_values(record, {field: type(record).model_fields[field].default for field in _FOLLOWING})
        for change in record.history:
            placed = _apply.place(walked, change, self._court.table)
            walked = _apply.with_values(walked, {**placed, "template": change.template})
        return _apply.with_values(record, {field: getattr(walked, field) for field in absent})

    # -- deciding ------------------------------------------------------------------------------------------

    def judge(self, request: Request) -> tuple[R | None, Ruling[R]]:
        """Return the record as it is read, and the answer on a move with the record after it.

        Raises what the object's attributes raise, and nothing else.
        """
        held = self._held()
        try:
            record = self._made(held)
        except Exception as error:  # noqa: BLE001 - whatever the record's class says of them
            return None, self._no(held["stage"], request.to, refusal("host.broken", error=_apply.first_error(error)))
        edited = self._edited(record)
        if edited is not None:
            return record, self._no(record.stage, request.to, edited)
        ruling = judge(self._court, record, request)
        lacking = tuple(self._lacking(record, ruling.moved)) if ruling.moved is not None else ()
        if lacking:
            ruling = Ruling[R](ruling.verdict.model_copy(update={"refusals": lacking}), None)
        return record, ruling

    def _no(self, source: object, target: object, why: Refusal) -> Ruling[R]:
        named = source if isinstance(source, str) else None
        return Ruling[R](Verdict(source=named, target=shown(target), refusals=(why,)), None)

    def _edited(self, record: R) -> Refusal | None:
        """Say when somebody set the stage of an object that keeps its history, and no move did."""
        if not record.history:
            return None
        names, ended = self._court.table.canonical, record.history[-1].target
        if names.get(ended, ended) == names.get(record.stage or "", record.stage):
            return None
        return refusal("host.edited", stage=record.stage, ended=ended)

    def _lacking(self, before: R, after: R) -> Iterator[Refusal]:
        for field in sorted(_apply.changed(before, after) - RESERVED):
            if not self._has(field):
                yield refusal("host.lacks", field)

    # -- writing -------------------------------------------------------------------------------------------

    def update(self, values: Mapping[str, Any], *, at: datetime, by: Actor | None, ground: str | None) -> R:
        """Set fields without a move. Raises MoveRefused."""
        before = self.record()
        after = self.template.update(before, values, at=at, by=by, ground=ground)
        lacking = tuple(self._lacking(before, after))
        if lacking:
            raise MoveRefused(before, Verdict(source=before.stage, target=before.stage or "", refusals=lacking))
        return self._finally(before, after)

    def adopt(self, *, at: datetime, by: Actor | None, left: str | None, ground: str | None) -> R:
        """Take the object over where it sits. Raises MoveRefused."""
        before = self.record()
        bare = before if before.history else _apply.with_values(before, {"stage": None, "changes_before": 0})
        stage: Any = before.stage
        return self._finally(before, self.template.adopt(bare, stage=stage, at=at, by=by, left=left, ground=ground))

    def _finally(self, before: R, after: R) -> R:
        self.write(before, after)
        self.settle()
        return after

    def write(self, before: R, after: R) -> None:
        """Write what a move changed; an attribute that refuses leaves all of them as they were."""
        self.begin()
        if not self._has("history"):
            # an object that keeps no changes may count them
            after = _apply.with_values(after, {"history": (), "changes_before": after.history[-1].number})
        try:
            changed = _apply.changed(before, after)
            for field in type(after).model_fields:
                if field in changed and self._has(field):
                    self._put(self._attributes[field] or "", getattr(after, field))
        except BaseException:
            self.take_back()
            raise

    def begin(self) -> None:
        """Let a move be under way, of which nothing is written yet."""
        self._before = []

    def settle(self) -> None:
        """Make the move under way final."""
        self._before = None

    @property
    def moving(self) -> bool:
        """Whether a move is under way."""
        return self._before is not None

    def _put(self, attribute: str, value: Any) -> None:
        held = getattr(self.host, attribute)
        self._before = [*(self._before or []), (attribute, held)]
        # where the stages are an enumeration of the host's, so is the next one
        setattr(self.host, attribute, type(held)(value) if isinstance(held, Enum) else value)

    def take_back(self) -> None:
        """Put back what the move under way wrote. Raises RuntimeError where an attribute does not take it."""
        written, self._before = self._before or [], None
        stuck = [attribute for attribute, value in reversed(written) if not self._put_back(attribute, value)]
        if stuck:
            raise RuntimeError(f"a move failed, and the object does not take back {listed(stuck, 'and')}")

    def _put_back(self, attribute: str, value: Any) -> bool:
        """Tell whether an attribute holds again what it held. A setter that raises may have set it all the same."""
        if not _same(getattr(self.host, attribute), value):
            with suppress(Exception):
                setattr(self.host, attribute, value)
        return _same(getattr(self.host, attribute), value)


def _declares(host: object, name: str) -> bool:
    """Tell whether an object's class has an attribute, whatever reading it would do."""
    return hasattr(host.__class__, name)


def _same(one: Any, other: Any) -> bool:
    return one is other or bool(one == other)
