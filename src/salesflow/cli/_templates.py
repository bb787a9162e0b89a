"""The subcommand `templates`: the names of what there is to start from."""

from __future__ import annotations

import sys

from salesflow.templates import names


def run() -> int:
    """Print one name a line, so that other programs can read them too."""
    sys.stdout.writelines(f"{name}\n" for name in names())
    return 0
