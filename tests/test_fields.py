"""Fields: a path that a class has can be read, and no other is taken."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel, Field

from salesflow import Customer, Lead, Opportunity
from salesflow._fields import has_path, paths_of


class Buyer(BaseModel):
    """A part of the host's own."""

    name: str = ""
    chief: "Buyer | None" = None


class MyDeal(Opportunity):
    """A deal of the host's own."""

    buyer: Buyer | None = None
    notes: dict[str, str] = Field(default_factory=dict)
    bare: dict = Field(default_factory=dict)  # type: ignore[type-arg]
    view: Mapping[str, int] | None = None
    anything: Any = None


PATHS = [
    "amount",
    "amount.currency",
    "loss.reason",
    "offer.price.amount",
    "fields",
    "fields.any thing",
    "qualification.answers",
]
HOST_PATHS = ["buyer.name", "buyer.chief.chief.name", "notes.x", "bare.x", "view.x", "anything"]


@pytest.mark.parametrize("path", PATHS)
def test_a_deal_has_its_declared_fields_at_any_depth(path: str) -> None:
    assert has_path(Opportunity, path)


@pytest.mark.parametrize(
    "path", ["", "amounts", "amount.euro", "id.upper", "name.x", "stage.x", "loss.reason.x", "__class__"]
)
def test_nothing_else_is_a_field(path: str) -> None:
    assert not has_path(Opportunity, path)


@pytest.mark.parametrize("path", HOST_PATHS)
def test_a_host_s_own_fields_count_and_all_that_lies_in_a_mapping(path: str) -> None:
    assert (has_path(MyDeal, path), has_path(Opportunity, path)) == (True, False)


def test_the_inside_of_a_field_of_any_type_is_not_known() -> None:
    assert not has_path(MyDeal, "anything.x")


def test_each_kind_has_fields_of_its_own() -> None:
    found = [
        [has_path(kind, path) for kind in (Lead, Opportunity, Customer)] for path in ("email", "offer", "contract_end")
    ]
    assert found == [[True, False, False], [False, True, False], [False, False, True]]


def test_a_tuple_has_no_fields_inside() -> None:
    assert not has_path(Opportunity, "activities.kind")


def test_the_paths_of_a_class_are_its_fields_and_those_one_level_inside() -> None:
    paths = paths_of(MyDeal)
    assert {"amount", "amount.currency", "offer.price", "buyer.name", "buyer.chief"} <= set(paths)
    assert [path for path in paths if not has_path(MyDeal, path)] == []
    assert {path for path in paths if path.count(".") > 1 or path.startswith(("notes.", "activities."))} == set()
