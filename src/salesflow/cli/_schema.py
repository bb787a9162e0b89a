"""The subcommand `schema`: what an editor needs to check a template while it is written."""

from __future__ import annotations

import json
import sys

from salesflow.loading import template_schema


def run() -> int:
    """Print the schema as JSON."""
    sys.stdout.write(f"{json.dumps(template_schema(), indent=2)}\n")
    return 0
