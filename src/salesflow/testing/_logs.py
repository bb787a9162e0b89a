"""Event logs as people have them: rows of moves, read off histories."""

from __future__ import annotations

from typing import Any

COLUMNS = {"deal": "deal", "stage": "stage", "at": "at", "source": "source", "by": "by", "ground": "ground"}
"""What `audit_log` is to be told of the columns of these rows."""


def rows_of(record: Any) -> list[dict[str, Any]]:
    """Return the moves of a record as the rows of a log; an update is no move."""
    return [_row(record.id, change) for change in record.history if change.kind != "updated"]


def _row(deal: str, change: Any) -> dict[str, Any]:
    return {
        "deal": deal,
        "stage": change.target,
        "at": change.at.isoformat(),
        "source": change.source or "",
        "by": change.by.id if change.by else "",
        "ground": change.ground or "",
    }
