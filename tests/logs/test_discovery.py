"""Discovery: a log of walks in a template gives one under which it is clean, or whose report names what is not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.mutating import mutated, or_refused
from salesflow import LoadError, Opportunity, Policy, Stage, StageTemplate, audit_log
from salesflow.crm import Reading
from salesflow.logs import discovered
from salesflow.logs._outcomes import hold, outcome

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
COLUMNS: dict[str, Any] = {"deal": "deal", "stage": "stage", "at": "at"}


def logged(*deals: str) -> list[dict[str, Any]]:
    """Return a log of deals, each a text of its stages with a day between."""
    return [
        {"deal": f"D{number}", "stage": stage, "at": AT + timedelta(days=day)}
        for number, told in enumerate(deals)
        for day, stage in enumerate(told.split())
    ]


def ids(reading: Reading[Any]) -> list[str]:
    return [each.id for each in reading.items[0].stages]


def told(reading: Reading[Any], code: str) -> list[str]:
    return [note.text for note in reading.report.notes if note.code == code]


def unsure(reading: Reading[Any]) -> list[tuple[str, str, int]]:
    notes = (note for note in reading.report.notes if note.code == "discovery.finding")
    return sorted((note.text.rpartition(": ")[2], note.place, note.count) for note in notes)


def test_a_straight_log_gives_its_pipeline_with_outcomes_by_name() -> None:
    rows = logged("a b c won", "a b lost", "a b c won", "a")
    reading = discovered(rows, **COLUMNS)
    (template,) = reading.items
    assert [(each.id, each.outcome) for each in template.stages] == [
        ("a", None), ("b", None), ("c", None), ("won", "won"), ("lost", "lost")
    ]  # fmt: skip
    assert [*audit_log(template, rows, **COLUMNS)] == []
    assert (template.moves, template.policy.start_at, reading.report.rows) == ((), ("a",), 12)
    assert told(reading, "discovery.move") == [
        "'a' to 'b': 3 of 3 (100%) of those that leave it",
        "'b' to 'c': 2 of 3 (67%) of those that leave it",
        "'c' to 'won': 2 of 2 (100%) of those that leave it",
        "'b' to 'lost': 1 of 3 (33%) of those that leave it",
    ]
    assert told(reading, "discovery.start") == ["4 of 4 deals (100%) begin in 'a'"]
    assert told(reading, "discovery.outcome") == ["'lost' is lost, by its name", "'won' is won, by its name"]


def test_a_usual_way_is_declared_and_a_rare_one_is_what_the_report_is_unsure_of() -> None:
    rows = logged(*["a b c won"] * 29, *["a c b c won"] * 3, "a won", "b a b c won")
    reading = discovered(rows, **COLUMNS)
    (template,) = reading.items
    assert [(each.sources, each.target) for each in template.moves] == [(("c",), "b"), (("a",), "c")]
    assert unsure(reading) == [
        ("skip", "a → won", 1), ("starts_in_the_middle", "b", 1), ("step_back", "b → a", 1)
    ]  # fmt: skip


def test_a_reopening_is_usual_or_rare_as_any_move() -> None:
    often = discovered(logged(*["a b won"] * 9, "a b won a b won"), **COLUMNS).items[0]
    assert often.policy.reopen_from == ("won",)
    ending = discovered(logged(*["a b won"] * 5, "a b lost b won"), **COLUMNS).items[0]
    assert ending.policy.reopen_from == ("lost",)
    rare = discovered(logged(*["a b won b won"], *["a b won x lost"] * 40), **COLUMNS).items[0]
    assert "won" in (rare.policy.reopen_from or ())


def test_where_the_log_does_not_settle_the_order_that_is_told() -> None:
    reading = discovered(logged("a b d won", "a c d won", "a d lost"), **COLUMNS)
    assert ids(reading) == ["a", "b", "c", "d", "won", "lost"]
    assert told(reading, "discovery.order") == ["the log does not settle the order of 'b', 'c'"]
    circle = discovered(logged("a b", "b c", "c a"), **COLUMNS)
    assert told(circle, "discovery.order") == ["the log does not settle the order of 'a', 'b', 'c'"]


def test_stages_on_hold_are_no_part_of_the_order() -> None:
    rows = logged("a b On-Hold b won", "a b won")
    reading = discovered(rows, **COLUMNS)
    assert [(each.id, each.hold) for each in reading.items[0].stages][2] == ("On-Hold", True)
    assert [*audit_log(reading.items[0], rows, **COLUMNS)] == []
    assert "'On-Hold' is a hold, by its name" in told(reading, "discovery.outcome")


def test_where_no_name_tells_an_outcome_the_report_names_where_deals_end() -> None:
    reading = discovered(logged("1 2 3", "1 2", "1 2 3"), **COLUMNS)
    assert told(reading, "discovery.outcome") == [
        "no stage is won by its name; deals end in '3' 2, '2' 1",
        "no stage is lost by its name; deals end in '3' 2, '2' 1",
    ]  # fmt: skip
    closed = discovered(logged("won", "lost"), **COLUMNS)
    assert [each.outcome for each in closed.items[0].stages] == [None, None]


def test_a_log_that_tells_the_stage_before_is_read_with_it() -> None:
    rows = [
        {"deal": "1", "stage": "b", "at": AT, "from": "a", "made": "x"},
        {"deal": "1", "stage": "won", "at": AT + timedelta(days=1), "from": "b", "made": "x"},
        {"deal": "1", "stage": "", "at": AT, "from": "", "made": "x"},
        {"deal": "2", "stage": "b", "at": AT, "from": "c", "made": "x"},
    ]
    reading = discovered(rows, **COLUMNS, source="from", created="made")
    assert ids(reading)[:1] == ["a"]
    assert "'a' to 'b': 1 of 1 (100%) of those that leave it" in told(reading, "discovery.move")
    assert reading.report.dropped == 0


def test_what_cannot_be_read_is_dropped_and_told() -> None:
    rows = [*logged("a b"), {"deal": "", "stage": "a", "at": AT}, {"deal": "1", "stage": "a", "at": "soon"}]
    reading = discovered(rows, **COLUMNS)
    assert [(note.code, note.place) for note in reading.report.notes if note.kind == "dropped"] == [
        ("row.unreadable", "rows[2]"), ("row.unreadable", "rows[3]")
    ]  # fmt: skip
    assert {code for code, _, _ in unsure(reading)} == {"bad_row", "bad_time"}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "no row can be read: there is none"),
        ([{"deal": "1", "stage": "a", "at": "soon"}], "no row can be read: column 'at' holds 'soon'"),
        ([{"deal": "1"}], "the field 'stage' is missing"),
        ([5], "a row is a mapping of columns to cells, not int"),
        ([{"deal": "1", "stage": "x" * 129, "at": AT}], "stages"),
        ([{"deal": "1", "stage": f"s{number}", "at": AT} for number in range(257)], "256"),
    ],
    ids=["nothing", "no times", "no stage", "no rows", "long", "many"],
)
def test_what_is_no_log_is_refused(rows: Any, said: str) -> None:
    with pytest.raises(LoadError, match=said):
        discovered(rows, **COLUMNS)


def test_an_unknown_zone_is_a_bad_argument() -> None:
    with pytest.raises(ValueError, match="there is no time zone"):
        discovered(logged("a"), **COLUMNS, zone="Nowhere")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Closed Won", ("won", False)), ("CLOSED_LOST", ("lost", False)), ("closedwon", ("won", False)),
        ("Gagnée", ("won", False)), ("Perdu", ("lost", False)), ("On hold", (None, True)), ("En attente", (None, True)),
        ("Won or lost", (None, False)), ("Wonderful", (None, False)), ("Lost on hold", ("lost", False)),
    ],
)  # fmt: skip
def test_a_name_tells_an_outcome_by_its_words(name: str, expected: Any) -> None:
    assert (outcome(name), hold(name)) == expected


# -- laws ---------------------------------------------------------------------------------------------------


@st.composite
def walked(draw: st.DrawFn, *, straight: bool) -> tuple[StageTemplate[Any], list[dict[str, Any]]]:
    """Draw a template and a log of legal walks in it; straight ones go from stage to stage, and some to the end."""
    names = draw(st.permutations(["lead", "demo", "offer", "talks", "legal"]))[: draw(st.integers(2, 5))]
    kinds = ["never"] if straight else ["never", "free"]
    stages = (*(Stage(id=name) for name in names), Stage(id="won", outcome="won"), Stage(id="lost", outcome="lost"))
    policy = Policy(
        skip=draw(st.sampled_from(kinds)),
        back=draw(st.sampled_from(kinds)),
        reopen_to=() if straight else draw(st.sampled_from([(), names])),
    )
    template = StageTemplate(id="t", version="1", record=Opportunity, stages=stages, policy=policy)
    rows: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 8))):
        deal = template.start(Opportunity(id=f"D{number}"), at=AT)
        rows.append({"deal": deal.id, "stage": deal.stage, "at": AT})
        for day in range(1, len(names) + 1 if straight and number == 0 else draw(st.integers(1, 9))):
            at = AT + timedelta(days=day)
            ways = [to for to, verdict in template.options(deal, at=at, ground="because").items() if verdict]
            if not ways:
                break
            to = ways[0] if straight and number == 0 else draw(st.sampled_from(ways))
            deal = template.move(deal, to=to, at=at, ground="because")
            rows.append({"deal": deal.id, "stage": to, "at": at})
    return template, rows


@given(walked(straight=True))
def test_a_log_of_straight_walks_gives_its_template_and_is_clean_under_it(case: Any) -> None:
    template, rows = case
    reading = discovered(rows, **COLUMNS)
    in_play = [each.id for each in reading.items[0].stages if each.open]
    assert in_play == [each.id for each in template.stages if each.open]
    assert [*audit_log(reading.items[0], rows, **COLUMNS)] == []
    assert unsure(reading) == []


@given(walked(straight=False), st.randoms())
def test_a_log_of_any_walks_has_no_findings_but_those_that_the_report_is_unsure_of(case: Any, random: Any) -> None:
    _, rows = case
    reading = discovered(rows, **COLUMNS)
    audit = audit_log(reading.items[0], rows, **COLUMNS)
    found = {(each.code, f"{each.source or ''} → {each.target or ''}") for each in audit}
    assert found == {(code, place) for code, place, _ in unsure(reading)}
    # eight deals at most: of a stage that is left so seldom every way is usual, and only the closed ones ask for more
    assert {code for code, _ in found} <= {"reopened_without_ground", "out_of_won"}
    random.shuffle(rows)
    assert discovered(rows, **COLUMNS) == reading


@given(mutated(logged("a b won", "a b lost", "a c won")))
def test_spoilt_rows_are_read_or_refused(rows: Any) -> None:
    reading = or_refused(lambda given: discovered(given, **COLUMNS), rows)
    assert reading is None or reading.report.rows == len(rows)


def test_a_share_of_nearly_all_is_not_all_and_one_of_hardly_any_is_not_none() -> None:
    rows = [{"d": str(deal), "s": "a" if deal else "b", "t": "2026-01-05T09:00Z"} for deal in range(1000)]
    told = [note.text for note in discovered(rows, deal="d", stage="s", at="t").report.notes]
    assert "999 of 1,000 deals (99%) begin in 'a'" in told
    assert "1 of 1,000 deals (under 1%) begin in 'b'" in told
