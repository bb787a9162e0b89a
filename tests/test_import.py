"""`import salesflow` loads pydantic and nothing heavier."""

import subprocess
import sys

import pytest

# What pydantic itself loads for one model is the measure, for third parties and for the standard library.
PYDANTIC = "import pydantic; pydantic.create_model('Deal', name=(str, ...))"
HEAVY = {
    "asyncio",
    "concurrent",
    "http",
    "logging",
    "multiprocessing",
    "socket",
    "sqlite3",
    "ssl",
    "tomllib",
    "unittest",
    "urllib",
    "xml",
}


def loaded_by(statement: str) -> set[str]:
    """Name the top-level modules that a fresh interpreter holds after the statement."""
    program = f"{statement}; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.fixture(scope="module")
def added() -> set[str]:
    return loaded_by("import salesflow") - loaded_by(PYDANTIC)


def test_import_adds_no_third_party_to_pydantic(added: set[str]) -> None:
    assert added - set(sys.stdlib_module_names) == {"salesflow"}


def test_import_adds_nothing_heavy_of_the_standard_library(added: set[str]) -> None:
    assert added & HEAVY == set()
