"""Types: Hypothesis draws each by its name alone, once it is told of them."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesflow import Customer, Lead, Opportunity
from salesflow._hypothesis import TYPES, register
from salesflow.testing._types import _DRAWN

ROOT = Path(__file__).parent.parent.parent
NAMED = [getattr(import_module(f"salesflow.{module}"), name) for module, names in TYPES.items() for name in names]
register()


@pytest.mark.parametrize("cls", NAMED, ids=lambda cls: cls.__name__)
@settings(max_examples=5)
@given(data=st.data())
def test_a_type_is_drawn_by_its_name(cls: type[Any], data: st.DataObject) -> None:
    assert isinstance(data.draw(st.from_type(cls)), cls)


def test_what_is_told_of_is_what_is_drawn() -> None:
    assert set(NAMED) == set(_DRAWN)


@settings(max_examples=20)
@given(record=st.from_type(Opportunity) | st.from_type(Lead) | st.from_type(Customer))
def test_records_keep_to_their_histories(record: Any) -> None:
    assert (record.stage is None) == (record.history == ())


def test_hypothesis_is_told_by_an_entry_point() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["hypothesis"] == {"salesflow": "salesflow._hypothesis:register"}


def test_to_tell_of_types_loads_nothing_that_draws() -> None:
    program = (
        "from salesflow._hypothesis import register; register(); import sys; print('salesflow.testing' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_hypothesis_the_kit_says_what_it_needs() -> None:
    program = "import sys; sys.modules['hypothesis'] = None; import salesflow, salesflow.testing"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "salesflow.testing needs its extra: pip install 'salesflow[testing]' [extra.missing]" in done.stderr


def test_what_else_is_missing_is_said_as_it_is() -> None:
    program = "import sys; sys.modules['salesflow.testing._check'] = None; import salesflow.testing"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "import of salesflow.testing._check halted" in done.stderr
