"""Exports: `salesflow` holds the everyday names, sorted, each told once."""

import importlib
import pkgutil
from pathlib import Path

import pytest

import salesflow

FOLDER = Path(salesflow.__file__).parent


def test_the_everyday_names_are_sorted_and_there() -> None:
    assert list(salesflow.__all__) == sorted(set(salesflow.__all__))
    assert [name for name in salesflow.__all__ if not hasattr(salesflow, name)] == []


def test_nothing_else_is_everyday() -> None:
    modules = {each.name for each in pkgutil.iter_modules([str(FOLDER)])}
    public = {name for name in vars(salesflow) if not name.startswith("_")}
    assert public - modules == set(salesflow.__all__) - modules


def test_what_is_loaded_on_use_is_listed_and_its_module_does_not_hide_it() -> None:
    assert set(salesflow._ON_USE) < set(salesflow.__all__) <= set(dir(salesflow))
    assert [name for name, module in salesflow._ON_USE.items() if name == module] == []


def test_a_name_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(AttributeError, match="module 'salesflow' has no attribute 'nothing'"):
        _ = salesflow.nothing  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(salesflow.__all__))
def test_an_everyday_name_is_told_in_its_docstring(name: str) -> None:
    assert (getattr(salesflow, name).__doc__ or "").strip()


# the command needs an extra, and running it is what importing `__main__` does
MODULES = sorted({each.name for each in pkgutil.iter_modules([str(FOLDER)])} - {"cli", "__main__"})


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is_in_its_first_line(name: str) -> None:
    first, *_ = (importlib.import_module(f"salesflow.{name}").__doc__ or "").splitlines()
    assert (": " in first, first[:1].isupper(), first[-1] in ".?") == (True, True, True)


@pytest.mark.parametrize("name", [name for name in MODULES if not name.startswith("_")])
def test_a_public_module_says_which_of_its_names_are_public(name: str) -> None:
    module = importlib.import_module(f"salesflow.{name}")
    assert len(module.__all__) == len(set(module.__all__)) > 0
    assert [each for each in module.__all__ if not hasattr(module, each)] == []


def test_the_package_is_typed() -> None:
    assert (FOLDER / "py.typed").is_file()
