"""Placements: every moment has its pipeline."""

from acme import days
from salesflow.crm._placed import ALWAYS, pipeline_at, ways

PLACED = [(days(1), "a"), (days(2), "b"), (days(3), "b"), (days(4), "a")]


def test_a_moment_lies_in_the_pipeline_that_was_last_entered() -> None:
    assert [pipeline_at(PLACED, days(day)) for day in (1, 1.5, 2, 3.5, 4, 9)] == ["a", "a", "b", "b", "a", "a"]
    assert pipeline_at([(ALWAYS, "x")], days(-9)) == "x"


def test_before_the_first_that_is_told_it_is_the_first_and_where_none_is_told_none() -> None:
    assert (pipeline_at(PLACED, days(0)), pipeline_at([], days(0))) == ("a", "")


def test_the_way_through_pipelines_is_told_where_there_is_one() -> None:
    assert [ways(PLACED), ways(PLACED[:1]), ways(PLACED[1:3]), ways([])] == ["a, then b, then a", "", "", ""]
