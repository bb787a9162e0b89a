"""Bulk audits: event logs in columns, of any size, judged as `audit_log` judges their rows. Needs the extra `bulk`."""

try:
    from salesflow.bulk._audits import audit, violations
    from salesflow.bulk._result import BulkAudit
    from salesflow.bulk._snapshot import audit_snapshot
except ModuleNotFoundError as _missing:
    if (_missing.name or "").partition(".")[0] not in {"numpy", "pyarrow"}:
        raise
    raise ModuleNotFoundError(
        "salesflow.bulk needs its extra: pip install 'salesflow[bulk]' [extra.missing]", name=_missing.name
    ) from None

__all__ = ["BulkAudit", "audit", "audit_snapshot", "violations"]
