"""Snapshots: deals as they are, without a history, judged by the stage in which each lies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from salesflow._cells import Columns
from salesflow.eventlog import audit_log
from salesflow.findings import Audit
from salesflow.moves import Policy
from salesflow.template import StageTemplate
from salesflow.verdict import Finding

AT, GROUND = "--as-of", "--ground"
"""The columns of the time and of a ground, which are the same for all; no export has one of that name."""


def judged_now(
    template: StageTemplate[Any], rows: Iterable[Mapping[Any, Any]], columns: Columns, now: datetime | None
) -> tuple[Audit, Iterator[Finding]]:
    """Judge what each deal must have where it lies: a stage that there is, and what is asked on entering it."""
    told = ({**row, AT: now, GROUND: "a snapshot"} for row in rows)
    audit = audit_log(_anywhere(template), told, **columns._replace(at=AT, ground=GROUND)._asdict(), as_of=now)
    closed = {name for stage in template.stages if not stage.open for name in (stage.id, *stage.aliases)}
    found = (each for each in audit if each.code != "closing_date_passed" or each.target not in closed)
    return audit, found


def _anywhere(template: StageTemplate[Any]) -> StageTemplate[Any]:
    """Return a template with the same stages, in each of which a deal may begin: how it came there is not told.

    What a stage asks that it may have passed over is waived by a ground.
    """
    plain = {"outcome": None, "hold": False, "life": "active", "skippable": True}
    stages = tuple(stage.model_copy(update=plain) for stage in template.stages)
    policy = Policy(start_at=tuple(stage.id for stage in stages), skip="with_ground")
    return template.model_copy(update={"stages": stages, "moves": (), "policy": policy})
