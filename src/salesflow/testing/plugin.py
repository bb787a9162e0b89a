"""A pytest plug-in, for whoever asks for it: how many walks `check_template` tries, from the command line.

`pytest_plugins = ["salesflow.testing.plugin"]` in the conftest.py at the root switches it on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from salesflow.testing import Checked
from salesflow.testing import check_template as checked

__all__ = ["check_template", "pytest_addoption"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    words = "how many walks of every manner the fixture check_template tries (default: 40)"
    parser.addoption("--salesflow-examples", type=int, default=40, metavar="N", help=words)


@pytest.fixture
def check_template(request: pytest.FixtureRequest) -> Callable[..., Checked]:
    """`salesflow.testing.check_template`, with as many examples as the command line says."""
    examples: int = request.config.option.salesflow_examples
    return partial(checked, examples=examples)
