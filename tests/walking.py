"""Walks: where records get to when every move is tried."""

from collections.abc import Iterable
from typing import Any

from salesflow import StageTemplate
from salesflow.records import Record


def reached(template: StageTemplate[Any], records: Iterable[Record], **how: Any) -> set[str]:
    """Return every stage that these records can be moved to, step by step, and those where they are."""
    waiting = list(records)
    seen = {(record.stage, record.left) for record in waiting}
    while waiting:
        record = waiting.pop()
        allowed = [to for to, verdict in template.options(record, **how).items() if verdict]
        moved = [template.move(record, to=to, **how) for to in allowed]
        waiting += [each for each in moved if (each.stage, each.left) not in seen]
        seen |= {(each.stage, each.left) for each in moved}
    return {stage for stage, _ in seen if stage}
