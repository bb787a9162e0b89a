"""Opening: logs as the command line describes them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from salesflow.cli import _columns, _csvlog, _jsonlines
from salesflow.cli._asked import ENDINGS, TABLES, Asked
from salesflow.cli._logs import Logs, Open, opened

_OPEN: dict[str, Open] = {"jsonl": _jsonlines.opened, "parquet": _columns.opened}


def logs_of(asked: Asked) -> AbstractContextManager[Logs]:
    """Open the logs that are asked for, one after the other. Raises BadUse."""
    form = ENDINGS.get(Path(asked.files[0]).suffix.casefold()) if asked.form in TABLES else asked.form
    return opened(asked.files, _OPEN.get(form or "csv") or partial(_csvlog.opened, delimiter=asked.delimiter))
