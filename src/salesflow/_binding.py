"""Bindings: a host's mutable object read as a record, and written as a move leaves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar
from uuid import UUID

from salesflow import _apply
from salesflow._judge import Request, Ruling, judge
from salesflow.errors import HistoryError
from salesflow.records import RESERVED, Record
from salesflow.template import StageTemplate
from salesflow.values import shown
from salesflow.verdict import Finding, Refusal, Verdict, refusal

R = TypeVar("R", bound=Record)

_KEYS = frozenset({"id", "owner", "lead", "opportunity", "customer", "referred_by"})
"""Fields that refer to a row: a host's own numbers and UUIDs are read as text there."""


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
        self._before: list[tuple[str, Any]] = []
        """The attributes that the last move wrote, with what they held before it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Binding, (self.host, self.template, self._attributes, self._codes)

    # -- what the machine sees of it: its state ------------------------------------------------------------

    @property
    def state(self) -> str:
        """The state that stands for the object's stage. Raises HistoryError where the template has no such stage."""
        stage = self._stage()
        if stage is None:
            return UNSTARTED
        code = self._codes.get(stage) if isinstance(stage, str) else None
        if code is None:
            detail = f"the object is in {shown(stage)!r}, and {self.template.id!r} has no such stage"
            deal = shown(getattr(self.host, self._attributes["id"] or "", None))
            raise HistoryError((Finding(code="unknown_stage", deal=deal, detail=detail),))
        return code

    @state.setter
    def state(self, code: str) -> None:
        """Take a state. A machine asks for another one than a move has written only to undo that move."""
        if code == self.state:
            return
        if not self._before:
            raise AttributeError(f"a stage is reached by moves alone, and nothing moved to {code!r}")
        self._undo()

    def _stage(self) -> Any:
        # a column of text that must not be null holds "" until the record is started
        return getattr(self.host, self._attributes["stage"] or "") or None

    # -- reading -------------------------------------------------------------------------------------------

    def record(self) -> R:
        """Read the object as a record. Raises what the record's class raises."""
        held = {field: value for field in self._attributes if (value := self._read(field)) is not None}
        held["stage"] = self._stage()
        if held["stage"] is not None and not self._has("history"):
            # how it came there is known to the host alone: rules that look back must say so
            held["changes_before"] = held.get("changes_before") or 1
        record = self.template.record.model_validate(held, from_attributes=True, by_alias=True, by_name=True)
        return self._standing(record)

    def _read(self, field: str) -> Any:
        value = getattr(self.host, self._attributes[field] or "", None)
        return str(value) if field in _KEYS and isinstance(value, int | UUID) else value

    def _has(self, field: str) -> bool:
        return hasattr(self.host, self._attributes[field] or "")

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
        """Return the record as it is read, and the answer on a move with the record after it. Never raises."""
        try:
            record = self.record()
        except Exception as error:  # noqa: BLE001 - whatever a host's attributes and validators say
            why = refusal("record.broken", error=_apply.first_error(error))
            return None, Ruling(Verdict(source=None, target=shown(request.to), refusals=(why,)), None)
        ruling = judge(self._court, record, request)
        if ruling.moved is None:
            return record, ruling
        lacking = tuple(self._lacking(_apply.changed(record, ruling.moved)))
        if lacking:
            return record, Ruling(ruling.verdict.model_copy(update={"refusals": lacking}), None)
        return record, ruling

    def _lacking(self, fields: Iterable[str]) -> Iterable[Refusal]:
        return (
            refusal("host.lacks", field) for field in sorted(fields) if field not in RESERVED and not self._has(field)
        )

    # -- writing -------------------------------------------------------------------------------------------

    def write(self, before: R, after: R) -> None:
        """Write what a move changed; an attribute that refuses leaves all of them as they were."""
        self._before = []
        if not self._has("history"):
            # an object that keeps no changes may count them
            after = _apply.with_values(after, {"history": (), "changes_before": after.history[-1].number})
        try:
            for field in _apply.changed(before, after):
                if self._has(field):
                    self._put(self._attributes[field] or "", getattr(after, field))
        except BaseException:
            self._undo()
            raise

    def settle(self) -> None:
        """Forget what was there before the last move: nothing undoes it any more."""
        self._before = []

    def _put(self, attribute: str, value: Any) -> None:
        self._before.append((attribute, getattr(self.host, attribute)))
        setattr(self.host, attribute, value)

    def _undo(self) -> None:
        while self._before:
            attribute, value = self._before.pop()
            if getattr(self.host, attribute) is not value:
                setattr(self.host, attribute, value)


UNSTARTED = "unstarted"
"""The state of an object that is in no stage yet."""

_FOLLOWING = ("left", "closed_at", "reopenings", "template")
"""The fields that follow from a whole history."""
