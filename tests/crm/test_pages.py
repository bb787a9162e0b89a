"""Pages: one answer or several, and what came twice, is told once."""

import pytest

from salesflow.crm._pages import once, pages, read_each, unfinished
from salesflow.crm._payload import BadField, Node
from salesflow.crm._reading import Note


def test_one_answer_is_a_page_and_a_list_of_answers_are_several() -> None:
    assert [(page.value, page.place) for page in pages({"a": 1})] == [({"a": 1}, "")]
    assert [(page.value, page.place) for page in pages([{"a": 1}, {"b": 2}])] == [({"a": 1}, "[0]"), ({"b": 2}, "[1]")]


@pytest.mark.parametrize("value", ["text", 5, None, [1, {}]])
def test_what_is_no_page_is_told_where_it_is_looked_into(value: object) -> None:
    (page,) = pages(value)
    with pytest.raises(BadField):
        page.get("results")


def test_what_came_before_is_dropped_and_told_also_where_its_id_is_a_number() -> None:
    first, second, third = (Node({"id": id}, (place,)) for place, id in enumerate((7, "8", "7")))
    *kept, note = once([first, second, third])
    assert kept == [first, second]
    assert note == Note(code="row.repeated", kind="dropped", place="[2]", text="id '7' came before")


def test_what_has_no_id_is_refused() -> None:
    with pytest.raises(BadField, match="'ID' is missing"):
        [*once([Node({"id": 1})], "ID")]


def test_a_row_that_cannot_be_read_is_dropped_and_told_in_its_place() -> None:
    found = read_each([Node("a", (0,)), Node(5.5, (1,)), Node("b", (2,))], Node.name)
    assert [each if isinstance(each, str) else each.place for each in found] == ["a", "[1]", "b"]
    assert read_each([], Node.name) == []


def test_rows_of_which_none_can_be_read_are_another_payload() -> None:
    with pytest.raises(BadField, match="not nothing"):
        read_each([Node(None, (0,)), Node({}, (1,))], Node.name)


def test_an_answer_that_is_not_the_last_says_so() -> None:
    note = unfinished(Node({}, (3,)))
    assert (note.code, note.kind, note.place) == ("page.more", "odd", "[3]")
