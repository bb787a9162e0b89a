"""Logs: histories in the shapes in which they come from anywhere, read as event logs, and templates found in them.

The functions are pure: rows are mappings of columns to cells, and XES is text.
"""

from __future__ import annotations

from salesflow.logs._dates import Order
from salesflow.logs._discovery import discovered
from salesflow.logs._fields import changes
from salesflow.logs._rows import moves, spans
from salesflow.logs._snapshot import snapshot
from salesflow.logs._wide import wide
from salesflow.logs._xes_in import read_xes
from salesflow.logs._xes_out import write_xes

__all__ = ["Order", "changes", "discovered", "moves", "read_xes", "snapshot", "spans", "wide", "write_xes"]
