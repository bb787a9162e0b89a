"""CRMs: what other systems give out, read as templates and event logs, with a report on what was not taken as it stood.

One module a system, each with the same functions over parsed payloads: `pipelines(payload)` gives templates and
`history(payload)` an event log. They are pure: no network, no files.
"""

from __future__ import annotations

from pkgutil import iter_modules

from salesflow.crm._reading import Log, Note, Reading, Report

__all__ = ["Log", "Note", "Reading", "Report", "names"]


def names() -> tuple[str, ...]:
    """Return the names of the systems that are read, each a module here, without loading one."""
    return tuple(sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_")))
