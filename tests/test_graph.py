"""Graphs: reaching is the closure of the edges, and turning round twice changes nothing."""

from hypothesis import given
from hypothesis import strategies as st

from salesflow._graph import reachable, reversed_edges

NODE = st.sampled_from("abcdef")
EDGES = st.dictionaries(NODE, st.sets(NODE, min_size=1))


def test_reaching_follows_arrows_and_includes_the_starts() -> None:
    edges = {"a": ["b"], "b": ["c", "a"], "d": ["a"]}
    assert reachable(["a"], edges) == {"a", "b", "c"}
    assert reachable([], edges) == set()
    assert reachable(["lonely"], edges) == {"lonely"}


def test_reversing_turns_every_arrow() -> None:
    assert reversed_edges({"a": ["b", "c"], "b": ["c"]}) == {"b": {"a"}, "c": {"a", "b"}}


@given(EDGES)
def test_turning_every_arrow_twice_gives_the_same_graph(edges: dict[str, set[str]]) -> None:
    assert reversed_edges(reversed_edges(edges)) == edges


@given(NODE, EDGES)
def test_whoever_is_reached_reaches_back_in_the_reversed_graph(start: str, edges: dict[str, set[str]]) -> None:
    turned = reversed_edges(edges)
    assert all(start in reachable([node], turned) for node in reachable([start], edges))


@given(NODE, EDGES)
def test_what_is_reached_leads_nowhere_else(start: str, edges: dict[str, set[str]]) -> None:
    reached = reachable([start], edges)
    assert {target for node in reached for target in edges.get(node, ())} <= reached
