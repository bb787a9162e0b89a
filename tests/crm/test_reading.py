"""Readings: what came out, and a report that stays short however much was odd."""

from importlib import import_module

from salesflow.crm import Log, Note, Report, names
from salesflow.crm._reading import MOST_PLACES, Hole, gathered, logged, summed


def note(place: str, code: str = "row.repeated", text: str = "it came before") -> Note:
    return Note(code=code, kind="dropped", place=place, text=text)


def test_what_was_read_is_parted_from_the_notes_on_it() -> None:
    reading = gathered(["a", note("[1]"), "b"], rows=3)
    assert reading.items == ("a", "b")
    assert reading.report == Report(rows=3, notes=(note("[1]"),))


def test_equal_notes_are_told_once_with_their_number() -> None:
    (told,) = summed([note("[1]"), note("[1]"), note("[1]")])
    assert told == note("[1]").model_copy(update={"count": 3})


def test_of_each_code_the_first_places_are_named_and_the_rest_is_counted() -> None:
    many = [note(f"[{place}]") for place in range(MOST_PLACES + 5)]
    *named, rest = summed([*many, note("x", "history.empty")])[: MOST_PLACES + 1]
    assert [each.place for each in named] == [f"[{place}]" for place in range(MOST_PLACES)]
    assert (rest.place, rest.text, rest.count) == ("", "and elsewhere: it came before", 5)
    assert summed([*many, note("x", "history.empty")])[-1] == note("x", "history.empty")


def test_the_report_counts_every_row_that_was_dropped_and_no_other() -> None:
    odd = Note(code="stage.order", kind="odd", text="same place")
    report = Report(rows=1234, notes=(note("[1]").model_copy(update={"count": 1000}), odd))
    assert report.dropped == 1000
    assert str(report) == (
        "1,234 rows, 1,000 dropped\n"
        "- dropped: it came before (1,000 times) @ [1] [row.repeated]\n"
        "- odd: same place [stage.order]"
    )


def test_a_log_names_the_columns_that_the_system_tells_and_gives_the_rows_of_one_pipeline() -> None:
    rows = [{"deal": "1", "pipeline": "a"}, {"deal": "2", "pipeline": "b"}, {"deal": "3"}]
    log = logged([*rows, note("[9]")], rows=4, told=["by"])
    assert dict(log.columns) == {"deal": "deal", "stage": "stage", "at": "at", "by": "by"}
    assert log.of("b") == Log((rows[1],), log.columns, log.report)
    assert log.report.rows == 4


def test_a_hole_stands_behind_all_rows_in_each_pipeline_of_its_deal() -> None:
    rows = [{"deal": "1", "pipeline": "a"}, {"deal": "2", "pipeline": "a"}, {"deal": "1", "pipeline": "b"}]
    log = logged([Hole("1"), *rows, Hole("3"), Hole("1")], rows=6, told=["by"])
    hole = {"stage": "", "at": None, "by": ""}
    assert [*log.rows] == [
        *rows, {**hole, "deal": "1", "pipeline": "a"}, {**hole, "deal": "1", "pipeline": "b"}, {**hole, "deal": "3"}
    ]  # fmt: skip


def test_every_system_has_a_module_that_reads_its_pipelines_or_its_history() -> None:
    modules = {name: import_module(f"salesflow.crm.{name}") for name in names()}
    assert "hubspot" in modules
    assert [name for name, module in modules.items() if not {"pipelines", "history"} & set(module.__all__)] == []
