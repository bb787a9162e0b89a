"""What all benchmarks share: Django's settings, turns, and a heap that is the same for each."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from benchmarks.timing import TURNS, Clock, Notes

# django-viewflow reads Django's settings as it is imported; nothing in them matters here.
settings.configure()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take turns: all that is timed in a file once, then all of it again."""
    if "turn" in metafunc.fixturenames:
        once = metafunc.config.getoption("benchmark_disable")
        metafunc.parametrize("turn", range(1 if once else TURNS), scope="module")


@pytest.fixture
def clock(benchmark: Any, turn: int) -> Iterator[Clock]:  # noqa: ARG001 - each turn is a benchmark of its own
    """Begin with nothing that waits to be collected, and leave what is there out of every collection.

    The collector stays switched on: what it costs a user, it costs here.
    """
    gc.collect()
    gc.freeze()
    yield Clock(benchmark)
    gc.unfreeze()


@pytest.fixture
def notes(benchmark: Any) -> Notes:
    return Notes(benchmark)
