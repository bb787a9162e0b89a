"""Due: what needs somebody is told from the moment on at which it does, and the clock stops on hold."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acme import NEW, NOW, days, process, sitting
from salesflow import Customer, Lead, Opportunity, StageTemplate, due
from salesflow.history import time_in_stage
from salesflow.records import Activity, Record
from salesflow.reminders import Due
from waiting import (
    CLOSING,
    HOUR,
    Event,
    Model,
    Place,
    any_time,
    briefly,
    ending,
    hours,
    stories,
    templates,
    timed,
    told,
    whole_hours,
)

TICK = timedelta(microseconds=1)


def kinds(found: tuple[Due, ...]) -> list[str]:
    return [each.kind for each in found]


@given(templates, stories(whole_hours))
def test_what_is_due_is_what_somebody_finds_who_walks_through_the_story_hour_by_hour(
    template: StageTemplate[Any], events: list[Event]
) -> None:
    then = [*told(template, events)]
    end, last = then[-1]
    until = round((end - NOW) / HOUR) + 15
    model = Model(template, events)
    for hour in range(until + 1):
        expected = model.at_hour(hour)
        so_far = [record for at, record in then if at <= hours(hour)][-1]
        now, past = (due(record, template, at=hours(hour)) for record in (so_far, last))
        assert set(briefly(now)) == expected
        assert past == now


# -- laws ---------------------------------------------------------------------------------------------------


@given(templates, stories(any_time), st.timedeltas(timedelta(0), 40 * HOUR), st.timedeltas(timedelta(0), 40 * HOUR))
def test_while_nothing_happens_what_is_due_stays_due_and_is_only_later(
    template: StageTemplate[Any], events: list[Event], pause: timedelta, more: timedelta
) -> None:
    end, record = ending(template, events)
    before = due(record, template, at=end + pause)
    after = {each.kind: each for each in due(record, template, at=end + pause + more)}
    for each in before:
        assert (after[each.kind].since, after[each.kind].overdue) == (each.since, each.overdue + more)


@given(templates, stories(any_time))
def test_a_thing_is_due_from_since_on_and_not_a_microsecond_before(
    template: StageTemplate[Any], events: list[Event]
) -> None:
    end, record = ending(template, events)
    for each in due(record, template, at=end + 50 * HOUR):
        if each.since > end:
            on_time = {one.kind: one.overdue for one in due(record, template, at=each.since)}
            assert on_time[each.kind] == timedelta(0)
            assert each.kind not in kinds(due(record, template, at=each.since - TICK))


@given(templates, stories(any_time), st.data(), st.timedeltas(TICK, timedelta(days=900)))
def test_a_hold_of_any_length_shifts_what_is_due_of_the_stage_and_changes_nothing_else(
    template: StageTemplate[Any], events: list[Event], data: st.DataObject, length: timedelta
) -> None:
    events = [each for each in events if each[1] not in CLOSING]
    place, open_places = Place(), [0]
    for index, (_, action) in enumerate(events, 1):
        place.tried(action)
        open_places += [] if place.held or place.lost else [index]
    index = data.draw(st.sampled_from(open_places))
    early = data.draw(st.timedeltas(timedelta(0), events[index][0] if index < len(events) else 20 * HOUR))
    begins = NOW + sum((pause for pause, _ in events[:index]), early)
    rest = [(events[index][0] - early, events[index][1]), *events[index + 1 :]] if index < len(events) else []
    with_hold = [*events[:index], (early, "hold"), (length, "resume"), *rest]

    end, record = ending(template, events)
    at = max(end, begins) + data.draw(st.timedeltas(timedelta(0), 20 * HOUR))
    _, held = ending(template, with_hold)
    expected = {(one.kind, one.since + (length if one.since > begins else 0 * HOUR), one.overdue)
                for one in due(record, template, at=at)}  # fmt: skip
    assert {(one.kind, one.since, one.overdue) for one in due(held, template, at=at + length)} == expected


@given(templates, stories(any_time), st.timedeltas(timedelta(0), 30 * HOUR))
def test_a_stage_is_overstayed_once_the_time_in_it_reaches_its_age(
    template: StageTemplate[Any], events: list[Event], pause: timedelta
) -> None:
    end, record = ending(template, events)
    lasted = time_in_stage(record.history, end + pause, frozenset({"wait"}))
    most = None if record.stage == "wait" else template.stage(record.stage).max_age
    expected = [lasted - most] if most is not None and lasted is not None and lasted >= most else []
    found = due(record, template, at=end + pause)
    assert [each.overdue for each in found if each.kind == "overstayed" and each.stage != "wait"] == expected


@given(templates, stories(any_time), st.timedeltas(timedelta(0), 30 * HOUR), st.data())
def test_the_tail_of_a_history_tells_nothing_that_the_whole_does_not_tell(
    template: StageTemplate[Any], events: list[Event], pause: timedelta, data: st.DataObject
) -> None:
    end, record = ending(template, events)
    cut = data.draw(st.integers(0, len(record.history)))
    tail = record.model_copy(update={"history": record.history[cut:], "changes_before": cut})
    whole = {each.kind: each for each in due(record, template, at=end + pause)}
    for each in due(tail, template, at=end + pause):
        known = whole[each.kind]
        if each.exact:
            assert each == known
        else:
            assert (known.since <= each.since, known.overdue >= each.overdue) == (True, True)


@given(templates, stories(any_time), st.timedeltas(timedelta(0), 30 * HOUR))
def test_the_same_question_has_the_same_answer_and_changes_nothing(
    template: StageTemplate[Any], events: list[Event], pause: timedelta
) -> None:
    end, record = ending(template, events)
    stored = record.model_dump_json()
    first, again = (due(record, template, at=end + pause) for _ in range(2))
    read = due(Opportunity.model_validate_json(stored), template, at=(end + pause).astimezone(timezone(9 * HOUR)))
    assert (again, read, record.model_dump_json()) == (first, first, stored)


# -- the two clocks -----------------------------------------------------------------------------------------

PATIENT = timed(
    {"talk": {"follow": 3, "age": 10, "aliases": ("chat",)}, "wait": {"follow": 30, "age": 60}, "lost": {"age": 1}}
)
MEASURED = due(sitting(PATIENT, "talk"), PATIENT, at=hours(5))


def called(record: Any, hour: float) -> Any:
    return record.model_copy(update={"activities": (*record.activities, Activity(kind="call", at=hours(hour)))})


def test_a_follow_up_is_due_after_its_interval_since_the_entry() -> None:
    assert briefly(MEASURED) == [("follow_up", 3, 2)]
    assert [(each.deal, each.stage, each.exact) for each in MEASURED] == [("D-1", "talk", True)]


def test_what_is_due_reads_well() -> None:
    talking = sitting(PATIENT, "talk").model_copy(update={"expected_close": date(2026, 1, 5)})
    assert [str(each) for each in due(talking, PATIENT, at=hours(25))] == [
        "D-1: a follow-up every 3 hours is wanted in 'talk', and one has been due for 22 hours [follow_up]",
        "D-1: 'talk' should last 10 hours at most, and has lasted longer by 15 hours [overstayed]",
        "D-1: it was expected to close by 2026-01-05, a day that is over for 10 hours [closing_date]",
    ]


def test_what_is_due_comes_with_the_longest_due_first() -> None:
    assert briefly(due(sitting(PATIENT, "talk"), PATIENT, at=hours(12))) == [("follow_up", 3, 9), ("overstayed", 10, 2)]


def test_the_latest_activity_counts_and_one_that_is_still_to_come_does_not() -> None:
    talking = called(called(called(sitting(PATIENT, "talk"), 2), 1), 100)
    assert briefly(due(talking, PATIENT, at=hours(6))) == [("follow_up", 5, 1)]


def test_an_activity_before_the_entry_does_not_count() -> None:
    assert due(called(sitting(PATIENT, "talk"), -50), PATIENT, at=hours(5)) == MEASURED


def test_an_update_is_no_touch() -> None:
    noted = PATIENT.update(sitting(PATIENT, "talk"), {"name": "Acme"}, at=hours(2))
    assert due(noted, PATIENT, at=hours(5)) == MEASURED


def test_a_held_record_is_due_for_what_the_hold_says_and_not_for_what_it_left() -> None:
    held = PATIENT.move(sitting(PATIENT, "talk"), to="wait", at=hours(20))
    assert due(held, PATIENT, at=hours(49)) == ()
    assert briefly(due(held, PATIENT, at=hours(81))) == [("follow_up", 50, 31), ("overstayed", 80, 1)]
    assert {each.stage for each in due(held, PATIENT, at=hours(81))} == {"wait"}
    assert briefly(due(called(held, 45), PATIENT, at=hours(81))) == [("follow_up", 75, 6), ("overstayed", 80, 1)]


def test_a_resumed_record_goes_on_where_its_clock_stopped() -> None:
    held = PATIENT.move(sitting(PATIENT, "talk"), to="wait", at=hours(2))
    resumed = PATIENT.move(held, to="talk", at=hours(102))
    assert briefly(due(resumed, PATIENT, at=hours(104))) == [("follow_up", 103, 1)]
    assert briefly(due(called(resumed, 50), PATIENT, at=hours(106))) == [("follow_up", 105, 1)]


def test_an_adopted_record_counts_from_its_adoption() -> None:
    held = sitting(PATIENT, "wait", left="talk")
    resumed = PATIENT.move(held, to="talk", at=hours(100))
    assert briefly(due(resumed, PATIENT, at=hours(104))) == [("follow_up", 103, 1)]
    assert due(resumed, PATIENT, at=hours(104))[0].exact


def test_a_stage_under_its_old_name_is_the_same_stage() -> None:
    talking = sitting(PATIENT, "talk")
    (entry,) = talking.history
    renamed = talking.model_copy(
        update={"stage": "chat", "history": (type(entry)(1, "adopted", None, "chat", NOW, template=PATIENT.ref),)}
    )
    assert due(renamed, PATIENT, at=hours(5)) == MEASURED


def test_a_closed_record_and_one_that_never_started_have_nothing_due() -> None:
    late = {"expected_close": date(2020, 1, 1)}
    assert due(NEW.model_copy(update=late), PATIENT, at=hours(500)) == ()
    assert due(sitting(PATIENT, "lost").model_copy(update=late), PATIENT, at=hours(500)) == ()


def test_nothing_is_due_before_a_record_started() -> None:
    late = sitting(PATIENT, "talk").model_copy(update={"expected_close": date(2020, 1, 1)})
    assert due(late, PATIENT, at=hours(-1)) == ()


# -- dates --------------------------------------------------------------------------------------------------

DAY = {"expected_close": date(2026, 1, 7)}
CLOSING_TALK = sitting(PATIENT, "deal").model_copy(update=DAY)
MIDNIGHT = datetime(2026, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (MIDNIGHT - TICK, []),
        (MIDNIGHT, [("closing_date", 63, 0)]),
        (MIDNIGHT + 2 * HOUR, [("closing_date", 63, 2)]),
        # the same moment in Tokyo, where the day ended nine hours ago
        ((MIDNIGHT - TICK).astimezone(timezone(9 * HOUR)), []),
    ],
)
def test_a_closing_date_has_passed_once_its_day_is_over_in_utc(at: datetime, expected: list[Any]) -> None:
    assert briefly(due(CLOSING_TALK, PATIENT, at=at)) == expected


def test_the_calendar_does_not_stop_on_hold() -> None:
    held = PATIENT.move(CLOSING_TALK, to="wait", at=hours(10))
    assert briefly(due(held, PATIENT, at=MIDNIGHT)) == [("follow_up", 40, 23), ("closing_date", 63, 0)]


def test_the_last_day_of_the_calendar_is_never_over() -> None:
    last = CLOSING_TALK.model_copy(update={"expected_close": date.max})
    assert due(last, PATIENT, at=datetime.max.replace(tzinfo=UTC)) == ()


def test_the_end_of_a_contract_is_due_for_a_customer_until_it_renews() -> None:
    template = process(record=Customer)
    customer = sitting(template, "talk", Customer(id="C-1", contract_end=date(2026, 1, 7)))
    (found,) = due(customer, template, at=MIDNIGHT + HOUR)
    assert str(found) == "C-1: the contract ran until 2026-01-07, a day that is over for 1 hour [contract_end]"
    assert due(template.move(customer, to="lost", at=days(1)), template, at=days(30)) == ()


def test_a_lead_has_no_date() -> None:
    template = process(record=Lead)
    assert due(sitting(template, "talk", Lead(id="L-1")), template, at=days(900)) == ()


def test_a_date_is_read_as_it_was_known_then() -> None:
    record = PATIENT.update(sitting(PATIENT, "deal"), {"expected_close": date(2026, 1, 6)}, at=hours(1))
    record = PATIENT.update(record, {"expected_close": date(2026, 3, 1)}, at=days(4))
    assert [kinds(due(record, PATIENT, at=at)) for at in (days(3), days(5))] == [["closing_date"], []]
    tail = record.model_copy(update={"history": record.history[2:], "changes_before": 2})
    assert due(tail, PATIENT, at=days(3)) == ()


def test_a_stored_date_that_cannot_be_read_is_not_due() -> None:
    record = PATIENT.update(sitting(PATIENT, "deal"), {"expected_close": date(2026, 1, 6)}, at=hours(1))
    record = PATIENT.update(record, {"expected_close": date(2026, 3, 1)}, at=days(4))
    first, change, last = record.history
    forged = type(change)(2, "updated", "deal", "deal", change.at, set={"expected_close": "soon"}, template=PATIENT.ref)
    broken = record.model_copy(update={"history": (first, forged, last)})
    assert due(broken, PATIENT, at=days(3)) == ()


class Vague(Opportunity):
    """A deal of a host that keeps its date as text."""

    expected_close: Any = None


def test_a_date_of_another_type_is_not_due() -> None:
    template = process(record=Vague)
    assert due(sitting(template, "talk", Vague(id="V", expected_close="March")), template, at=days(900)) == ()


# -- what the history does not tell -------------------------------------------------------------------------


def tail(record: Record, kept: int) -> Any:
    cut = len(record.history) - kept
    return record.model_copy(update={"history": record.history[cut:], "changes_before": cut})


def noted(hour: float) -> Any:
    """A deal in `talk` since NOW of which the tail of one update is kept."""
    return tail(PATIENT.update(sitting(PATIENT, "talk"), {"name": "Acme"}, at=hours(hour)), 1)


def test_a_tail_that_alone_lasts_long_enough_tells_since_when_at_the_latest() -> None:
    found = due(noted(2), PATIENT, at=hours(13))
    assert briefly(found) == [("follow_up", 5, 8), ("overstayed", 12, 1)]
    assert [each.exact for each in found] == [False, False]
    assert found[1].text == "'talk' should last 10 hours at most, and has lasted longer by at least 1 hour"
    assert kinds(due(noted(2), PATIENT, at=hours(12) - TICK)) == ["follow_up"]


@pytest.mark.parametrize(("hour", "exact"), [(1, False), (2, True), (3, True)])
def test_in_a_tail_an_activity_is_certain_and_the_entry_is_not(hour: float, exact: bool) -> None:
    (found,) = due(called(noted(2), hour), PATIENT, at=hours(9))
    assert (briefly((found,)), found.exact) == ([("follow_up", max(hour, 2) + 3, 6 - max(hour, 2))], exact)


def test_a_tail_that_holds_the_entry_is_certain() -> None:
    moved = PATIENT.move(sitting(PATIENT, "contact"), to="talk", at=NOW)
    assert due(tail(moved, 1), PATIENT, at=hours(5)) == MEASURED


def test_a_record_without_its_history_is_due_for_its_dates_alone() -> None:
    bare = Opportunity(id="D-1", stage="talk", expected_close=date(2026, 1, 7))
    assert kinds(due(bare, PATIENT, at=MIDNIGHT)) == ["closing_date"]
    assert kinds(due(tail(CLOSING_TALK, 0), PATIENT, at=MIDNIGHT)) == ["closing_date"]


def test_in_a_stage_that_the_template_does_not_know_nothing_is_due() -> None:
    assert due(Opportunity(id="D-1", stage="nowhere", expected_close=date(2020, 1, 1)), PATIENT, at=days(9)) == ()


def test_a_history_out_of_order_raises_nothing() -> None:
    record = PATIENT.move(sitting(PATIENT, "contact"), to="talk", at=hours(5))
    mixed = record.model_copy(update={"history": record.history[::-1]})
    assert due(mixed, PATIENT, at=hours(4)) == ()


# -- what a caller sends ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "template", "at", "says"),
    [
        (NEW, PATIENT, datetime(2026, 1, 5), "time 2026-01-05T00:00:00 has no zone"),  # noqa: DTZ001
        (NEW, PATIENT, "today", "a time is a datetime with a zone, not str"),
        (None, PATIENT, NOW, "a record is wanted, not NoneType"),
        (Lead(id="L"), Lead(id="L"), NOW, "template is a StageTemplate, not Lead"),
        (Lead(id="L"), PATIENT, NOW, "'L' is a record of the kind 'lead', and the template moves 'opportunity'"),
        (Record(id="R"), PATIENT, NOW, "'R' is a record of the kind None, and the template moves 'opportunity'"),
    ],
    ids=["naive", "no time", "no record", "no template", "another kind", "no kind"],
)
def test_a_wrong_argument_is_told(record: Any, template: Any, at: Any, says: str) -> None:
    with pytest.raises(ValueError, match=f"^{says}$"):
        due(record, template, at=at)


def test_a_record_of_another_version_is_not_judged_by_this_one() -> None:
    other = PATIENT.model_copy(update={"version": "2"})
    with pytest.raises(ValueError, match=r"^'D-1' runs through acme 1, not through acme 2$"):
        due(sitting(PATIENT, "talk"), other, at=NOW)


def test_spans_may_change_under_the_same_version_and_the_template_given_counts() -> None:
    slower = timed({"talk": {"follow": 4}})
    assert briefly(due(sitting(PATIENT, "talk"), slower, at=hours(5))) == [("follow_up", 4, 1)]


def test_what_is_due_survives_json_and_pickle() -> None:
    (one,) = MEASURED
    assert Due.model_validate_json(one.model_dump_json()) == one
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301
