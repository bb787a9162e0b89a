"""Priority: who comes first follows from value, readiness and staleness, and each part says why."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal, localcontext
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from acme import NEW, NOW, OPEN, sitting
from salesflow import Answer, Lead, Money, Opportunity, Qualification, StageTemplate, due, priority
from salesflow.qualification import Certainty
from salesflow.ranking import Ranked, Weights
from salesflow.records import Activity, Record
from waiting import HOUR, any_time, ending, hours, stories, templates, timed

STAGED = timed(
    {"contact": {"follow": 10}, "talk": {"age": 20}, "offer": {"probability": 70}, "deal": {"follow": 4, "age": 8}}
)
LEADS = StageTemplate(id="leads", version="1", record=Lead, stages=STAGED.stages)
EUROS = Money.of(1000, "EUR")


def deal(id: str = "D-1", stage: str = "contact", **fields: Any) -> Any:
    return sitting(STAGED, stage, NEW.model_copy(update={"id": id, **fields}))


def answered(*certainties: Certainty, at: datetime = NOW) -> Qualification:
    criteria = ("need", "value", "budget", "authority")
    pairs = zip(criteria, certainties, strict=False)
    return Qualification(answers=tuple(Answer(criterion=name, certainty=sure, at=at) for name, sure in pairs))


def called(record: Any, *at: datetime) -> Any:
    calls = tuple(Activity(kind="call", at=each) for each in at)
    return record.model_copy(update={"activities": (*record.activities, *calls)})


def ids(ranked: list[Ranked[Any]]) -> list[str]:
    return [each.record.id for each in ranked]


def points(ranked: Ranked[Any]) -> tuple[str, str, str]:
    parts = ranked.parts
    return f"{parts.value.points}", f"{parts.readiness.points}", f"{parts.staleness.points}"


def only(record: Record, at: datetime = NOW, template: Any = STAGED) -> Ranked[Any]:
    """Rank one record alone."""
    (found,) = priority([record], template, at=at)
    return found


# -- the parts ----------------------------------------------------------------------------------------------


def test_the_score_is_the_mean_of_the_parts_by_their_weights_and_says_why() -> None:
    small = called(deal("D-1", amount=Money.of(250, "EUR"), qualification=answered("verified", "claimed")), hours(2))
    large = deal("D-2", "offer", amount=EUROS)
    first, second = priority([small, large], STAGED, at=hours(5))
    assert str(first) == (
        "D-2: 54.0: value 100.0 (1,000.00 EUR; the largest is 1,000.00 EUR), "
        "readiness 35.0 (qualified to 0.0 of 100; 'offer' has a probability of 70 %), "
        "staleness 0.0 (untouched for 5 hours; 'offer' sets no time)"
    )
    assert str(second) == (
        "D-1: 27.5: value 25.0 (250.00 EUR; the largest is 1,000.00 EUR), "
        "readiness 28.8 (qualified to 37.5 of 100; 'contact' is stage 1 of 4), "
        "staleness 30.0 (untouched for 3 hours; a follow-up every 10 hours is wanted)"
    )


def test_the_value_is_a_share_of_the_largest_amount_of_its_own_currency() -> None:
    amounts = {"A": Money.of(500, "EUR"), "B": EUROS, "C": Money.of(3, "JPY"), "D": None, "E": Money.of(-2, "USD")}
    ranked = priority([deal(id, amount=amount) for id, amount in amounts.items()], STAGED, at=NOW)
    parts = {each.record.id: each.parts.value for each in ranked}
    assert {id: str(part.points) for id, part in parts.items()} == {
        "A": "50.0", "B": "100.0", "C": "100.0", "D": "0.0", "E": "0.0",
    }  # fmt: skip
    assert {id: parts[id].why for id in "CDE"} == {
        "C": "3 JPY; the largest is 3 JPY",
        "D": "no amount is known",
        "E": "-2.00 USD",
    }


def test_an_amount_that_is_not_ranked_makes_nobody_smaller() -> None:
    won = deal("D-2", "won", amount=Money.of(9000, "EUR"))
    (found,) = priority([deal(amount=EUROS), won], STAGED, at=NOW)
    assert points(found)[0] == "100.0"


@pytest.mark.parametrize(
    ("stage", "certainties", "expected"),
    [
        ("contact", (), "10.0"),
        ("talk", ("unknown", "no"), "20.0"),
        ("deal", ("verified",) * 4, "90.0"),
        ("offer", ("verified",) * 4, "85.0"),
        ("offer", ("claimed",), "41.2"),
    ],
)
def test_readiness_is_half_qualification_and_half_progress(
    stage: str, certainties: tuple[Certainty, ...], expected: str
) -> None:
    record = deal(stage=stage, qualification=answered(*certainties))
    assert points(only(record))[1] == expected


def test_an_answer_that_is_still_to_come_does_not_count() -> None:
    record = deal(qualification=answered("verified", at=hours(2)))
    assert [points(only(record, hours(hour)))[1] for hour in (1, 2)] == ["10.0", "22.5"]


@pytest.mark.parametrize(
    ("stage", "hour", "expected", "why"),
    [
        ("contact", 5, "50.0", "untouched for 5 hours; a follow-up every 10 hours is wanted"),
        ("contact", 99, "100.0", "untouched for 4 days and 3 hours; a follow-up every 10 hours is wanted"),
        ("talk", 5, "25.0", "untouched for 5 hours; 'talk' should last 20 hours at most"),
        ("deal", 1, "25.0", "untouched for 1 hour; a follow-up every 4 hours is wanted"),
        ("offer", 5, "0.0", "untouched for 5 hours; 'offer' sets no time"),
        ("contact", 0, "0.0", "untouched for less than a second; a follow-up every 10 hours is wanted"),
    ],
)
def test_staleness_is_the_time_since_the_last_touch_against_what_the_stage_asks_for(
    stage: str, hour: float, expected: str, why: str
) -> None:
    found = only(deal(stage=stage), hours(hour))
    assert (points(found)[2], found.parts.staleness.why) == (expected, why)


def test_time_on_hold_makes_nothing_stale() -> None:
    record = STAGED.move(STAGED.move(deal(), to="wait", at=hours(2)), to="contact", at=hours(300))
    assert points(only(record, hours(301)))[2] == "30.0"


def test_in_a_tail_staleness_is_what_is_certain() -> None:
    record = STAGED.update(deal(), {"name": "Acme"}, at=hours(2))
    tail = record.model_copy(update={"history": record.history[1:], "changes_before": 1})
    found = only(tail, hours(5)).parts.staleness
    assert (str(found.points), found.why) == (
        "30.0",
        "untouched for at least 3 hours; a follow-up every 10 hours is wanted",
    )


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (Weights(), "27.0"),
        (Weights(value=1, readiness=0, staleness=0), "50.0"),
        (Weights(value=0, readiness=1, staleness=0), "10.0"),
        (Weights(value=0, readiness=0, staleness=7), "15.0"),
        (Weights(value=1, readiness=1, staleness=1), "25.0"),
        (Weights(value=1000, readiness=2, staleness=0), "49.9"),
    ],
)
def test_weights_say_how_much_each_part_counts(weights: Weights, expected: str) -> None:
    pair = [deal(amount=Money.of(500, "EUR")), deal("D-2", amount=EUROS)]
    scores = {each.record.id: each.score for each in priority(pair, STAGED, at=hours(1.5), weights=weights)}
    assert str(scores["D-1"]) == expected


def test_weights_that_weigh_nothing_are_refused() -> None:
    with pytest.raises(ValidationError, match="at least one weight is above 0"):
        Weights(value=0, readiness=0, staleness=0)


def test_halves_are_rounded_to_the_even_digit() -> None:
    # 0.25 % and 0.75 % of the largest
    pair = [deal(f"D-{amount}", amount=Money.of(amount, "JPY")) for amount in (1, 3, 400)]
    values = {each.record.id: points(each)[0] for each in priority(pair, STAGED, at=NOW)}
    assert values == {"D-1": "0.2", "D-3": "0.8", "D-400": "100.0"}


# -- who is ranked ------------------------------------------------------------------------------------------


def test_only_what_is_started_open_and_not_on_hold_is_ranked() -> None:
    stages = {stage: deal(stage, stage) for stage in (*OPEN, "wait", "won", "lost")}
    ranked = priority([NEW, *stages.values()], STAGED, at=NOW)
    assert set(ids(ranked)) == set(OPEN)


def test_records_are_ranked_as_they_stood_then() -> None:
    start = STAGED.start(NEW.model_copy(update={"amount": EUROS}), at=NOW)
    talk = STAGED.move(start, to="talk", at=hours(5), update={"amount": Money.of(1, "EUR")})
    other = deal("D-2", amount=Money.of(500, "EUR"))
    for then in (STAGED.move(talk, to="wait", at=hours(6)), STAGED.move(talk, to="lost", at=hours(6)), talk, start):
        ranked = {each.record.id: points(each) for each in priority([other, then], STAGED, at=hours(4))}
        assert ranked == {"D-1": ("100.0", "10.0", "40.0"), "D-2": ("50.0", "10.0", "40.0")}
    assert priority([talk], STAGED, at=hours(-1)) == []


def test_a_record_is_ranked_as_closed_until_it_was_reopened() -> None:
    reopened = STAGED.move(deal(stage="lost"), to="talk", at=hours(5), ground="they called")
    assert [ids(priority([reopened], STAGED, at=hours(hour))) for hour in (4, 5)] == [[], ["D-1"]]


def test_each_record_is_ranked_by_its_own_template() -> None:
    lead = LEADS.adopt(Lead(id="L-1"), stage="talk", at=NOW)
    ranked = priority([deal(), lead], [STAGED, LEADS], at=NOW)
    assert {each.record.id: points(each)[1] for each in ranked} == {"D-1": "10.0", "L-1": "20.0"}


def test_nothing_in_play_is_left_out_in_silence() -> None:
    lead = LEADS.adopt(Lead(id="L-1"), stage="talk", at=NOW)
    bare = Opportunity(id="D-9", stage="talk")
    with pytest.raises(
        ValueError, match=r"^no template was given for 'L-1' \(leads 1\) and 'D-9' \(which no template has moved\)$"
    ):
        priority([deal(), lead, bare], STAGED, at=NOW)


def test_what_is_not_in_play_needs_no_template() -> None:
    closed = LEADS.adopt(Lead(id="L-1"), stage="lost", at=NOW)
    assert priority([Lead(id="L-2"), closed], STAGED, at=NOW) == []


def test_a_record_in_a_stage_that_its_template_does_not_know_is_ranked_by_what_is_known() -> None:
    lost_track = deal(amount=EUROS).model_copy(update={"stage": "nowhere", "history": (), "changes_before": 1})
    found = only(lost_track)
    assert points(found) == ("100.0", "0.0", "0.0")
    assert found.parts.readiness.why == "qualified to 0.0 of 100; the stage 'nowhere' is unknown to acme 1"
    assert found.parts.staleness.why == "when it was last touched is not on record"


@pytest.mark.parametrize(
    ("records", "at", "says"),
    [
        ([None], NOW, "a record is wanted, not NoneType"),
        ([], datetime(2026, 1, 5), "time 2026-01-05T00:00:00 has no zone"),  # noqa: DTZ001
    ],
    ids=["no record", "naive"],
)
def test_a_wrong_argument_is_told(records: Any, at: datetime, says: str) -> None:
    with pytest.raises(ValueError, match=f"^{says}$"):
        priority(records, STAGED, at=at)


DEAL = deal()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"records": STAGED, "templates": [DEAL]}, "each of templates is a StageTemplate, not Opportunity"),
        ({"records": STAGED}, "records are a list of records, not StageTemplate"),
        ({"records": DEAL}, "records are a list of records, not Opportunity"),
        ({"records": None}, "records are a list of records, not NoneType"),
        ({"templates": DEAL}, "templates are a list of templates, not Opportunity"),
        ({"templates": None}, "templates are a list of templates, not NoneType"),
        ({"templates": "acme"}, "each of templates is a StageTemplate, not str"),
        ({"weights": {"value": 1}}, "weights is a Weights, not dict"),
        ({"weights": None}, "weights is a Weights, not NoneType"),
    ],
    ids=["swapped", "template", "record", "nothing", "one record", "no template", "text", "dict", "none"],
)
def test_an_argument_of_another_type_is_told_by_its_name(given: dict[str, Any], says: str) -> None:
    how: dict[str, Any] = {"records": [DEAL], "templates": STAGED, **given}
    with pytest.raises(ValueError, match=f"^{says}$"):
        priority(how.pop("records"), how.pop("templates"), at=NOW, **how)


# -- the order ----------------------------------------------------------------------------------------------


def test_equal_scores_stand_by_id() -> None:
    assert ids(priority([deal(id) for id in ("b", "c", "a")], STAGED, at=NOW)) == ["a", "b", "c"]


def test_records_of_one_id_and_score_stand_in_one_order() -> None:
    twins = [deal("D-1", name=name) for name in ("y", "z", "x")]
    orders = [priority(each, STAGED, at=NOW) for each in (twins, twins[::-1])]
    assert [[each.record.name for each in one] for one in orders] == [["x", "y", "z"]] * 2


def test_a_ranking_is_written_with_the_whole_record_and_read_back() -> None:
    found = only(deal(amount=EUROS, lead="L-7"), hours(3))
    assert Ranked[Opportunity].model_validate_json(found.model_dump_json()) == found


# -- laws ---------------------------------------------------------------------------------------------------

CERTAINTIES: tuple[Certainty, ...] = ("unknown", "no", "claimed", "verified")
amounts = st.builds(Money.of, st.integers(-5, 2000), st.sampled_from(("EUR", "EUR", "JPY")))
# few different times, so that scores are often equal
earlier = st.integers(0, 6).map(lambda count: hours(5 * count))
moments = earlier | st.timedeltas(timedelta(0), 60 * HOUR).map(lambda span: NOW + span)
weights = st.builds(Weights, value=st.integers(0, 9), readiness=st.integers(1, 9), staleness=st.integers(0, 9))
answers = st.builds(
    Answer,
    criterion=st.sampled_from(("need", "value", "budget", "authority", "luck")),
    certainty=st.sampled_from(CERTAINTIES),
    at=earlier,
)


@st.composite
def deals(draw: st.DrawFn, ids: st.SearchStrategy[str]) -> Any:
    """Draw a deal that sits in any stage, with what is known of it."""
    made: Any = NEW.model_copy(
        update={
            "id": draw(ids),
            "amount": draw(amounts | st.none()),
            "qualification": Qualification(answers=tuple(draw(st.lists(answers, max_size=4)))),
            "activities": tuple(Activity(kind="call", at=at) for at in draw(st.lists(earlier, max_size=2))),
        }
    )
    return STAGED.adopt(made, stage=draw(st.sampled_from((*OPEN, *OPEN, "wait", "lost"))), at=draw(earlier))


lists = st.lists(deals(st.text("abc", min_size=1, max_size=2)), max_size=8)
one_deal = deals(st.just("me"))


def scores(records: list[Any], at: datetime, by: Weights = Weights()) -> dict[str, Ranked[Any]]:  # noqa: B008
    return {each.record.id: each for each in priority(records, STAGED, at=at, weights=by)}


@given(lists, moments, weights, st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(records: list[Any], at: datetime, by: Weights, random: Random) -> None:
    shuffled = [*records]
    random.shuffle(shuffled)
    expected = priority(records, STAGED, at=at, weights=by)
    assert priority(iter(shuffled), iter([STAGED]), at=at, weights=by) == expected
    assert priority(records, STAGED, at=at, weights=by) == expected


@given(lists, moments, weights)
def test_scores_lie_between_0_and_100_fall_and_are_made_of_the_parts_shown(
    records: list[Any], at: datetime, by: Weights
) -> None:
    ranked = priority(records, STAGED, at=at, weights=by)
    total = by.value + by.readiness + by.staleness
    for each in ranked:
        parts = [part.points for _, part in each.parts]
        assert [point for point in (each.score, *parts) if not 0 <= point <= 100 or point != round(point, 1)] == []
        mean = sum(weight * point for (_, weight), point in zip(by, parts, strict=True)) / total
        assert abs(each.score - mean) <= Decimal("0.05")
    assert ranked == sorted(ranked, key=lambda each: (-each.score, each.record.id))


@given(lists, one_deal, moments, weights, st.integers(0, 3000))
def test_a_larger_amount_never_lowers_the_score(
    records: list[Any], mine: Any, at: datetime, by: Weights, more: int
) -> None:
    amount = mine.amount or Money.of(1, "EUR")
    larger = mine.model_copy(update={"amount": amount + Money.of(more, amount.currency)})
    before, after = (scores([*records, each], at, by).get("me") for each in (mine, larger))
    assert (after is None) == (before is None)
    assert before is None or after is None or after.score >= before.score


@given(one_deal, moments, st.data())
def test_a_more_certain_answer_never_lowers_readiness(mine: Any, at: datetime, data: st.DataObject) -> None:
    criterion = data.draw(st.sampled_from(("need", "value", "budget", "authority")))
    known = mine.qualification.answer(criterion, at=at)
    place = CERTAINTIES.index(known.certainty) if known else 0
    sure = data.draw(st.sampled_from(CERTAINTIES[place:]))
    surer = mine.qualification.answered(Answer(criterion=criterion, certainty=sure, at=at))
    before, after = (scores([each], at) for each in (mine, mine.model_copy(update={"qualification": surer})))
    assert after.keys() == before.keys()
    for id in before:
        assert after[id].parts.readiness.points >= before[id].parts.readiness.points


@given(one_deal, moments)
def test_an_activity_just_now_never_leaves_anything_stale(mine: Any, at: datetime) -> None:
    for each in scores([called(mine, at)], at).values():
        assert each.parts.staleness.points == 0


@given(one_deal, moments, st.timedeltas(timedelta(0), 30 * HOUR))
def test_while_nothing_happens_staleness_only_grows(mine: Any, at: datetime, more: timedelta) -> None:
    quiet = max(at, *(each.at for each in (*mine.activities, *mine.history)))
    before, after = (scores([mine], moment) for moment in (quiet, quiet + more))
    for id in before:
        assert after[id].parts.staleness.points >= before[id].parts.staleness.points


@given(one_deal, moments, st.timedeltas(timedelta(microseconds=1), 30 * HOUR), answers)
def test_what_is_still_to_come_changes_no_score(mine: Any, at: datetime, ahead: timedelta, answer: Answer) -> None:
    coming = mine.qualification.answered(answer.model_copy(update={"at": at + ahead}))
    wiser = called(mine.model_copy(update={"qualification": coming}), at + ahead)
    before, after = (scores([each], at) for each in (mine, wiser))
    assert {id: each.parts for id, each in after.items()} == {id: each.parts for id, each in before.items()}


@given(lists, one_deal, moments)
def test_readiness_and_staleness_depend_on_nobody_else_and_value_on_the_same_currency_alone(
    records: list[Any], mine: Any, at: datetime
) -> None:
    rivals = [each for each in records if each.amount and mine.amount and each.amount.currency == mine.amount.currency]
    among, with_rivals, alone = (scores([*others, mine], at).get("me") for others in (records, rivals, []))
    assert among == with_rivals
    assert (among and points(among)[1:]) == (alone and points(alone)[1:])


@given(templates, stories(any_time), st.timedeltas(timedelta(0), 30 * HOUR))
def test_a_deal_is_quite_stale_when_its_follow_up_is_due_and_not_before(
    template: StageTemplate[Any], events: list[Any], pause: timedelta
) -> None:
    end, record = ending(template, events)
    at = end + pause
    every = template.stage(record.stage).follow_up_every
    if every is not None:
        for each in priority([record], template, at=at):
            now, soon = ([one.kind for one in due(record, template, at=moment)] for moment in (at, at + every / 2000))
            quite = each.parts.staleness.points == 100
            # 99.95 and more of 100 are shown as 100.0
            assert ("follow_up" in now) <= quite <= ("follow_up" in soon)


@given(lists, moments)
def test_the_zone_of_the_time_and_the_host_s_precision_change_nothing(records: list[Any], at: datetime) -> None:
    expected = priority(records, STAGED, at=at)
    with localcontext() as context:
        context.prec = 3
        assert priority(records, STAGED, at=at.astimezone(timezone(5 * HOUR))) == expected
