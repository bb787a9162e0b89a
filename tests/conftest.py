"""What all tests share: Hypothesis profiles, and the folder of reference data beside the repository."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

ROOT = Path(__file__).parent.parent

# Time decides nothing here, neither a deadline nor "too slow": a busy machine is no bug.
COMMON = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("few", COMMON, max_examples=10)
settings.register_profile("dev", COMMON, max_examples=50)
settings.register_profile("ci", COMMON, max_examples=200, derandomize=False)
settings.register_profile("thorough", COMMON, max_examples=2000)
# Which branches are reached is the same each time: none of them waits to be drawn.
settings.register_profile("measured", COMMON, max_examples=20, derandomize=True, database=None)
# Mutants are told apart by the tests alone: the same few examples each time, and none that an earlier mutant left.
MUTANTS = settings(COMMON, max_examples=15, derandomize=True, database=None, report_multiple_bugs=False)
settings.register_profile("mutants", MUTANTS, phases=[Phase.explicit, Phase.generate])
settings.load_profile(os.environ.get("SALESFLOW_HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data: `SALESFLOW_SHARED`, or `../shared` beside the repository."""
    named = os.environ.get("SALESFLOW_SHARED")
    folder = Path(named) if named else ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("../shared is absent")
    return folder
