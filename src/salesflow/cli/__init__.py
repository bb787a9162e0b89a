"""The command `salesflow`: exports audited, templates shown and linted, from a terminal."""

from __future__ import annotations

import sys

MISSING = "salesflow: the command needs its extra: pip install 'salesflow[cli]' [extra.missing]"


def main() -> None:
    """Run the command. Where typer or rich is missing, say how to install them and exit with 2."""
    try:
        from salesflow.cli._app import app
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in {"typer", "rich"}:
            raise
        sys.stderr.write(f"{MISSING}\n")
        sys.exit(2)
    app(prog_name="salesflow")
