"""The package is found and typed: without `py.typed` mypy refuses this import."""

from typing import assert_type

import salesflow

assert_type(salesflow.__name__, str)
