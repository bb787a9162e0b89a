"""Fields of Pipedrive: what a field is called here, and where Pipedrive asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from salesflow.crm._payload import Node

FIELDS = {
    "title": "name",
    "value": "amount",
    "user_id": "owner",
    "owner_id": "owner",
    "expected_close_date": "expected_close",
    "lost_reason": "loss.reason",
}
"""What the fields of a deal are called here; all others are free fields."""


_PATH = r"[A-Za-z][A-Za-z.]*[A-Za-z0-9_ -]{1,100}"


class Asked(NamedTuple):
    """A field that Pipedrive asks for: in a stage, before an outcome in a pipeline, or, with neither, everywhere."""

    path: str
    stage: str = ""
    pipeline: str = ""
    outcome: str = ""
    place: str = ""

    @property
    def where(self) -> tuple[str, str] | None:
        """The stage or the pipeline, with its id; None where it is asked for everywhere."""
        return ("stage", self.stage) if self.stage else ("pipeline", self.pipeline) if self.pipeline else None


def asked(fields: Iterable[Node]) -> list[Asked]:
    """Return where each field is asked for. Raises BadField."""
    return [each for field in fields for each in _asked(field)]


def _asked(field: Node) -> Iterator[Asked]:
    required = field.get("required_fields")
    if required.empty or not required.get("enabled").flag():
        return
    code = field.need("field_code").name()
    path = FIELDS.get(code, f"fields.{code}")
    if not re.fullmatch(_PATH, path):
        field.get("field_code").bad("payload.value", f"no field is called {path!r:.100}")
    stages, statuses = required.get("stage_ids"), required.get("statuses")
    found = [Asked(path, stage=each.name(), place=each.place) for each in (() if stages.empty else stages.each())]
    for pipeline, outcomes in () if statuses.empty else statuses.entries():
        found += [Asked(path, pipeline=pipeline, outcome=each.name(), place=each.place) for each in outcomes.each()]
    yield from found or [Asked(path, place=required.place)]
