"""Frameworks: what each asks, and what is known in one as another tells it."""

import re
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acme import NEW, days, process, said, sitting
from salesflow import Answer, Qualification, qualified
from salesflow.frameworks import (
    ANUM,
    BANT,
    CHAMP,
    FAINT,
    FRAMEWORKS,
    GPCTBA_CI,
    MEDDIC,
    MEDDPICC,
    NEAT,
    SPICED,
    Reading,
    counterparts,
    read_in,
)
from salesflow.loading import dump_template, parse_template
from salesflow.qualification import FOUR_CRITERIA, Certainty, Criterion, Framework

START = datetime(2026, 1, 5, tzinfo=UTC)
EVERY = list(FRAMEWORKS.values())
PAIRS = list(permutations(EVERY, 2))


def ids(framework: Framework) -> tuple[str, ...]:
    return tuple(each.id for each in framework.criteria)


def named(value: Any) -> str:
    return value.id if isinstance(value, Framework) else ""


# -- what each asks -----------------------------------------------------------------------------------------

ASKED = """
four-criteria: need value budget authority
BANT: budget authority need timeline
ANUM: authority need urgency money
CHAMP: challenges authority money prioritization
MEDDIC: metrics economic_buyer decision_criteria decision_process identify_pain champion
MEDDPICC: metrics economic_buyer decision_criteria decision_process paper_process identify_pain champion competition
FAINT: funds authority interest need timing
GPCTBA/C&I: goals plans challenges timeline budget authority consequences implications
SPICED: situation pain impact critical_event decision
NEAT: need economic_impact access_to_authority timeline
"""


def test_each_framework_asks_what_its_letters_stand_for_in_their_order() -> None:
    rows = (line.split(": ") for line in ASKED.strip().splitlines())
    written = {id: tuple(criteria.split()) for id, criteria in rows}
    assert {id: ids(framework) for id, framework in FRAMEWORKS.items()} == written


def test_the_constants_are_the_frameworks() -> None:
    constants = [FOUR_CRITERIA, BANT, ANUM, CHAMP, MEDDIC, MEDDPICC, FAINT, GPCTBA_CI, SPICED, NEAT]
    assert list(FRAMEWORKS.items()) == [(each.id, each) for each in constants]


@pytest.mark.parametrize("framework", EVERY, ids=named)
def test_each_criterion_is_put_as_one_question_of_its_own(framework: Framework) -> None:
    questions = [each.question for each in framework.criteria]
    assert [each for each in questions if not re.fullmatch(r"[A-Z][^.?]+\?", each)] == []
    assert len(set(questions)) == len(questions)


def test_an_id_means_one_thing_in_every_framework_so_that_a_record_may_hold_answers_on_several() -> None:
    meant = {(each.id, each.meaning) for framework in EVERY for each in framework.criteria}
    assert len(meant) == len({id for id, _ in meant})


@pytest.mark.parametrize("framework", EVERY, ids=named)
def test_a_template_may_ask_for_every_criterion_of_each(framework: Framework) -> None:
    template = process({"talk": {"rules": (qualified(*ids(framework)),)}}, more={"framework": framework})
    verdict = template.check(sitting(template, "contact"), to="talk", at=days(1))
    assert [each.subject for each in verdict.refusals] == list(ids(framework))


# -- what is read from what ---------------------------------------------------------------------------------

READ_IN_FOUR = {
    #               need              value                 budget      authority
    "BANT": (("need",), (), ("budget",), ("authority",)),
    "ANUM": (("need",), (), ("money",), ("authority",)),
    "CHAMP": (("challenges",), (), ("money",), ("authority",)),
    "MEDDIC": (("identify_pain",), ("metrics",), (), ("economic_buyer",)),
    "MEDDPICC": (("identify_pain",), ("metrics",), (), ("economic_buyer",)),
    "FAINT": (("need",), (), ("funds",), ("authority",)),
    "GPCTBA/C&I": (("challenges",), ("implications",), ("budget",), ("authority",)),
    "SPICED": (("pain",), ("impact",), (), ()),
    "NEAT": (("need",), ("economic_impact",), (), ("access_to_authority",)),
}
"""Written by hand: this is what people in sales mean by the letters."""


def test_each_framework_reads_in_the_four_criteria() -> None:
    four = ("need", "value", "budget", "authority")
    written = {id: dict(zip(four, parts, strict=True)) for id, parts in READ_IN_FOUR.items()}
    others = [each for each in EVERY if each != FOUR_CRITERIA]
    assert {each.id: dict(counterparts(source=each, target=FOUR_CRITERIA)) for each in others} == written


SHARED = """
               need           value            budget  authority            timing
four-criteria  need           value            budget  authority            -
BANT           need           -                budget  authority            timeline
ANUM           need           -                money   authority            urgency
CHAMP          challenges     -                money   authority            prioritization
MEDDIC         identify_pain  metrics          -       economic_buyer       -
MEDDPICC       identify_pain  metrics          -       economic_buyer       -
FAINT          need           -                funds   authority            timing
GPCTBA/C&I     challenges     implications     budget  authority            timeline
SPICED         pain           impact           -       -                    critical_event
NEAT           need           economic_impact  -       access_to_authority  timeline
"""
SHARED_BY_ID = dict(zip([framework.id for framework in EVERY], SHARED.strip().splitlines()[1:], strict=True))
DECISION = ("decision_criteria", "decision_process")
APART: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
    ("MEDDIC", "MEDDPICC"): {each: (each,) for each in (*DECISION, "champion")},
    ("MEDDPICC", "MEDDIC"): {each: (each,) for each in (*DECISION, "champion")},
    ("MEDDIC", "SPICED"): {"decision": DECISION},
    ("MEDDPICC", "SPICED"): {"decision": (*DECISION, "paper_process")},
}
"""What only some pairs share."""


def carried(source: Framework, target: Framework) -> dict[str, tuple[str, ...]]:
    """Return by the tables above which criteria of the target are read, and from which ones."""
    rows = zip(SHARED_BY_ID[target.id].split()[1:], SHARED_BY_ID[source.id].split()[1:], strict=True)
    return {to: (of,) for to, of in rows if "-" not in {to, of}} | APART.get((source.id, target.id), {})


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=named)
def test_every_framework_reads_in_every_other_as_the_tables_say(source: Framework, target: Framework) -> None:
    found = counterparts(source=source, target=target)
    assert {id: parts for id, parts in found.items() if parts} == carried(source, target)
    assert tuple(found) == ids(target)


def test_a_criterion_of_the_same_id_and_another_meaning_is_another_criterion() -> None:
    source = Framework(id="source", criteria=(Criterion(id="need"), Criterion(id="worth", means="value")))
    target = Framework(id="target", criteria=(Criterion(id="need", means="value"), Criterion(id="pain", means="need")))
    assert dict(counterparts(source=source, target=target)) == {"need": ("worth",), "pain": ("need",)}


def test_a_team_s_own_criterion_is_read_by_its_meaning_and_the_native_one_comes_first() -> None:
    ours = BANT.adding("ours", [Criterion(id="worth", means="value"), Criterion(id="pain", means="need")])
    assert dict(counterparts(source=ours, target=FOUR_CRITERIA)) == {
        "need": ("need",),
        "value": ("worth",),
        "budget": ("budget",),
        "authority": ("authority",),
    }


# -- a reading ----------------------------------------------------------------------------------------------


def answer(criterion: str, certainty: Any = "claimed", day: int = 0, **more: Any) -> Answer:
    return Answer(criterion=criterion, certainty=certainty, at=START + timedelta(days=day), **more)


def of(*answers: Answer) -> Qualification:
    return Qualification(answers=answers)


def test_an_answer_keeps_all_but_its_criterion() -> None:
    told = {"evidence": "a note", "source": "phone", "by": "rosa"}
    reading = read_in(of(answer("identify_pain", "verified", 3, **told)), source=MEDDIC, target=BANT)
    assert reading.answers == (answer("need", "verified", 3, **told),)


def test_a_reading_names_what_is_missing_and_what_has_no_place() -> None:
    known = of(answer("champion"), answer("metrics", "no"), answer("identify_pain", "unknown"), answer("fun"))
    reading = read_in(known, source=MEDDIC, target=FOUR_CRITERIA)
    assert reading == Reading(
        answers=(answer("need", "unknown"), answer("value", "no")),
        missing=("need", "budget", "authority"),
        unread=(answer("champion"), answer("fun")),
        qualification=known.answered(answer("need", "unknown"), answer("value", "no")),
    )


@pytest.mark.parametrize(("way", "kept"), [("access", "access"), ("by mail", None), (None, None)])
def test_a_way_is_kept_where_the_target_knows_it(way: str | None, kept: str | None) -> None:
    reading = read_in(of(answer("economic_buyer", way=way)), source=MEDDIC, target=FOUR_CRITERIA)
    assert reading.answers == (answer("authority", way=kept),)


def test_an_answer_on_the_same_criterion_is_left_as_it_is() -> None:
    known = of(answer("authority", way="by mail"))
    assert read_in(known, source=BANT, target=FOUR_CRITERIA).answers == known.answers


ONE, TWO = DECISION


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([answer(ONE, "verified"), answer(TWO, "claimed", 1)], answer("decision", "claimed", 1)),
        ([answer(ONE, "claimed", 1), answer(TWO, "verified")], answer("decision", "claimed", 1)),
        ([answer(ONE, "claimed"), answer(TWO, "claimed", 1)], answer("decision", "claimed", 1)),
        ([answer(ONE, "claimed", 1), answer(TWO, "claimed")], answer("decision", "claimed", 1)),
        ([answer(ONE, "verified", 1), answer(TWO, "no")], answer("decision", "no")),
        ([answer(ONE, "unknown", 1), answer(TWO, "no")], answer("decision", "no")),
        ([answer(ONE, "unknown", 1), answer(TWO, "verified")], answer("decision", "unknown", 1)),
        ([answer(TWO, "no")], answer("decision", "no")),
        ([answer(TWO, "verified")], None),
        ([], None),
    ],
)
def test_the_parts_of_a_meaning_combine_as_rules_in_all_of_do(parts: list[Answer], whole: Answer | None) -> None:
    reading = read_in(of(*parts), source=MEDDIC, target=SPICED)
    assert reading.answers == (() if whole is None else (whole,))
    assert reading.unread == (tuple(parts) if whole is None else ())


def test_an_answer_on_the_whole_says_nothing_of_a_part() -> None:
    decision = answer("decision", "verified")
    reading = read_in(of(decision), source=SPICED, target=MEDDIC)
    assert (reading.answers, reading.unread) == ((), (decision,))


def test_a_later_answer_of_the_target_s_own_stands() -> None:
    known = of(answer("identify_pain", "claimed", 1), answer("metrics", "claimed", 3), answer("economic_buyer", day=2))
    own = [answer("need", "no", 1), answer("value", "no", 2)]
    reading = read_in(known.answered(*own), source=MEDDIC, target=FOUR_CRITERIA)
    assert reading.qualification == known.answered(*own, answer("value", "claimed", 3), answer("authority", day=2))


def test_reading_again_keeps_the_way_in_which_the_target_s_own_answer_is_met() -> None:
    known = of(answer("authority", day=1, way="access"), answer("economic_buyer", "verified", 2))
    reading = read_in(known, source=MEDDPICC, target=FOUR_CRITERIA)
    assert reading.qualification.answer("authority") == answer("authority", "verified", 2, way="access")


@pytest.mark.parametrize(
    ("own", "later", "way"),
    [
        (answer("authority", way="by mail"), answer("economic_buyer", day=1), None),
        (answer("authority", "no", way="access"), answer("economic_buyer", day=1), None),
        (answer("authority", way="access"), answer("economic_buyer", "no", 1), None),
        (answer("authority", way="access"), answer("economic_buyer", day=1, way="decider"), "decider"),
    ],
    ids=["no way of the target's", "not met before", "not met any more", "another way"],
)
def test_a_way_is_not_kept_where_it_no_longer_tells_how_the_criterion_is_met(
    own: Answer, later: Answer, way: str | None
) -> None:
    found = read_in(of(own, later), source=MEDDIC, target=FOUR_CRITERIA).qualification.answer("authority")
    assert found == later.model_copy(update={"criterion": "authority", "way": way})


def test_a_reading_by_the_wrong_framework_leaves_everything_unread_but_the_target_s_own_answers() -> None:
    strange = (answer("identify_pain"), answer("metrics", day=1))
    known = of(answer("metrics"), *strange, answer("need"))
    reading = read_in(known, source=SPICED, target=FOUR_CRITERIA)
    assert (reading.answers, reading.unread) == ((), (strange[1], strange[0]))
    assert read_in(known, source=SPICED, target=FOUR_CRITERIA, at=START).unread == (answer("metrics"), strange[0])


@pytest.mark.parametrize(
    ("odd", "says"),
    [
        ({"qualification": NEW}, "qualification is a Qualification, not Opportunity"),
        ({"qualification": (answer("need"),)}, "qualification is a Qualification, not tuple"),
        ({"source": "MEDDPICC"}, "source is a Framework, not str"),
        ({"target": None}, "target is a Framework, not NoneType"),
        ({"at": "now"}, "a time is a datetime with a zone, not str"),
        ({"at": datetime(2026, 1, 5)}, "time 2026-01-05T00:00:00 has no zone"),  # noqa: DTZ001
    ],
    ids=["record", "tuple", "text", "none", "no time", "naive"],
)
def test_a_wrong_argument_is_told(odd: dict[str, Any], says: str) -> None:
    given = {"qualification": of(), "source": MEDDIC, "target": BANT, **odd}
    with pytest.raises(ValueError, match=f"^{says}$"):
        read_in(given.pop("qualification"), **given)


def test_what_is_no_framework_has_no_counterparts() -> None:
    with pytest.raises(ValueError, match=r"^source is a Framework, not str$"):
        counterparts(source="MEDDIC", target=BANT)  # type: ignore[arg-type]


# -- laws ---------------------------------------------------------------------------------------------------

MEANS = st.sampled_from([None, "a", "x"])
CRITERIA = st.builds(Criterion, id=st.sampled_from("abcd"), means=MEANS)
OWN = st.lists(CRITERIA, min_size=1, max_size=4, unique_by=lambda each: each.id).map(
    lambda criteria: Framework(id="drawn", criteria=tuple(criteria))
)
"""Frameworks that share few ids and meanings, and disagree on what an id means."""
KNOWN = st.sampled_from(list(FRAMEWORKS)).map(lambda id: FRAMEWORKS[id])
Pairs = st.SearchStrategy[tuple[Framework, Framework]]
PARTS = Framework(id="parts", criteria=(Criterion(id="p", means="x"), Criterion(id="q", means="x")))
WHOLE = Framework(id="whole", criteria=(Criterion(id="x"),))
SPLIT: Pairs = st.sampled_from([(PARTS, WHOLE), (WHOLE, PARTS), (MEDDPICC, SPICED)])
"""Frameworks of which one asks in parts what another asks as a whole."""
FRAMES: Pairs = st.tuples(KNOWN | OWN, KNOWN | OWN) | SPLIT


def agreeing(meanings: dict[str, str | None]) -> Pairs:
    """Draw two frameworks in which an id means one thing."""
    criteria = st.lists(st.sampled_from(sorted(meanings)), min_size=1, unique=True)
    framework = criteria.map(
        lambda ids: Framework(id="drawn", criteria=tuple(Criterion(id=id, means=meanings[id]) for id in ids))
    )
    return st.tuples(framework, framework)


AGREEING: Pairs = st.tuples(KNOWN, KNOWN) | st.fixed_dictionaries(dict.fromkeys("abcd", MEANS)).flatmap(agreeing)


def answers_to(criterion: str) -> st.SearchStrategy[Answer]:
    return st.builds(
        answer,
        st.just(criterion),
        st.sampled_from(get_args(Certainty)),
        st.integers(0, 3),
        way=st.sampled_from([None, "access"]),
        evidence=st.sampled_from(["", "a note"]),
    )


def answers_on(source: Framework, target: Framework) -> st.SearchStrategy[Qualification]:
    """Draw an answer on most criteria of the source, and then some on either framework and on none."""
    first = st.tuples(*(st.none() | answers_to(id) | answers_to(id) for id in ids(source)))
    more = st.lists(st.sampled_from([*ids(source), *ids(target), "stray"]).flatmap(answers_to), max_size=4)
    return st.tuples(first, more).map(lambda drawn: of(*filter(None, drawn[0]), *drawn[1]))


Case = tuple[Framework, Framework, Qualification]


@st.composite
def cases(draw: st.DrawFn, *, pairs: Pairs = FRAMES) -> Case:
    """Draw two frameworks, and answers on either."""
    source, target = draw(pairs)
    return source, target, draw(answers_on(source, target))


def latest(known: Qualification, framework: Framework) -> tuple[Answer, ...]:
    found = (known.answer(id) for id in ids(framework))
    return tuple(each for each in found if each)


def strangers(known: Qualification, *frameworks: Framework) -> tuple[Answer, ...]:
    """Return the latest answers on what no framework asks, in the order in which it was first answered."""
    asked = {id for framework in frameworks for id in ids(framework)}
    strange = dict.fromkeys(each.criterion for each in known.answers if each.criterion not in asked)
    return tuple(known.answer(id) or answer(id) for id in strange)


SURE: dict[str, int] = {"no": 0, "unknown": 0, "claimed": 1, "verified": 2}


@given(cases())
def test_a_framework_read_in_itself_says_its_latest_answers(case: Case) -> None:
    source, _, known = case
    reading = read_in(known, source=source, target=source)
    strange = strangers(known, source)
    assert (reading.answers, reading.unread, reading.qualification) == (latest(known, source), strange, known)


@given(cases())
def test_what_is_read_was_answered_under_another_id_and_is_no_surer_than_any_part(
    case: Case,
) -> None:
    source, target, known = case
    origins = counterparts(source=source, target=target)
    for read in read_in(known, source=source, target=target).answers:
        parts = [known.answer(part) for part in origins[read.criterion]]
        nameless = {"criterion": "any", "way": None}
        assert read.model_copy(update=nameless) in [each.model_copy(update=nameless) for each in parts if each]
        assert SURE[read.certainty] <= min(SURE[each.certainty if each else "unknown"] for each in parts)


@given(cases())
def test_a_no_is_never_hidden_and_never_made_up(case: Case) -> None:
    source, target, known = case
    denied = {each.criterion for each in latest(known, source) if each.certainty == "no"}
    reading = read_in(known, source=source, target=target)
    origins = counterparts(source=source, target=target)
    told = {each.criterion for each in reading.answers if each.certainty == "no"}
    assert told == {id for id, parts in origins.items() if denied.intersection(parts)}


@given(cases())
def test_a_criterion_is_read_from_criteria_of_its_own_meaning(case: Case) -> None:
    source, target, _ = case
    meanings = {each.id: each.meaning for each in source.criteria}
    for criterion in target.criteria:
        parts = counterparts(source=source, target=target)[criterion.id]
        assert {meanings[part] for part in parts} <= {criterion.meaning}


@given(cases())
def test_missing_is_what_no_answer_settles(case: Case) -> None:
    source, target, known = case
    reading = read_in(known, source=source, target=target)
    settled = {each.criterion for each in reading.answers if each.certainty != "unknown"}
    assert reading.missing == tuple(id for id in ids(target) if id not in settled)
    assert reading.missing == target.score(of(*reading.answers)).unanswered


@given(cases())
def test_every_latest_answer_is_either_read_or_named_as_unread(
    case: Case,
) -> None:
    source, target, known = case
    reading = read_in(known, source=source, target=target)
    origins = counterparts(source=source, target=target)
    read = {part for each in reading.answers for part in origins[each.criterion]}
    unread = (each for each in latest(known, source) if each.criterion not in read)
    assert reading.unread == (*unread, *strangers(known, source, target))


@given(cases())
def test_there_and_back_again_nothing_is_invented(case: Case) -> None:
    source, target, known = case
    there = read_in(known, source=source, target=target)
    back = read_in(of(*there.answers), source=target, target=source)
    wayless = {each.model_copy(update={"way": None}) for each in latest(known, source)}
    assert {each.model_copy(update={"way": None}) for each in back.answers} <= wayless


@given(cases(), st.integers(-1, 4))
def test_a_reading_of_the_past_knows_what_was_known_then(case: Case, day: int) -> None:
    source, target, known = case
    at = START + timedelta(days=day)
    then = of(*(each for each in known.answers if each.at <= at))
    past, expected = read_in(known, source=source, target=target, at=at), read_in(then, source=source, target=target)
    assert (past.answers, past.missing, past.unread) == (expected.answers, expected.missing, expected.unread)


@given(cases())
def test_a_reading_takes_no_answer_away(case: Case) -> None:
    source, target, known = case
    after = read_in(known, source=source, target=target).qualification
    assert after.answers[: len(known.answers)] == known.answers


@given(cases())
def test_a_reading_adds_what_is_later_than_the_target_s_own_answer_and_nothing_else(
    case: Case,
) -> None:
    source, target, known = case
    reading = read_in(known, source=source, target=target)
    for read in reading.answers:
        own = known.answer(read.criterion)
        found = reading.qualification.answer(read.criterion) or read
        added = read.model_copy(update={"way": found.way})
        assert found == (own if own and own.at >= read.at else added)


AUTHORITIES = {"MEDDIC": "economic_buyer", "MEDDPICC": "economic_buyer", "NEAT": "access_to_authority"}
"""What asks about authority under another name, without its ways."""


@given(st.sampled_from(list(AUTHORITIES)), st.data())
def test_a_reading_closes_no_rule_that_the_target_s_own_answers_meet_unless_what_is_read_is_not_met(
    id: str, data: st.DataObject
) -> None:
    drawn = data.draw(st.lists(st.sampled_from(["authority", AUTHORITIES[id]]).flatmap(answers_to), max_size=6))
    template = process({"talk": {"rules": (qualified("authority"),)}})
    reading = read_in(of(*drawn), source=FRAMEWORKS[id], target=FOUR_CRITERIA)
    deals = (of_deal(template, each) for each in (of(*drawn), reading.qualification))
    before, after = (template.check(deal, to="talk", at=days(9)).allowed for deal in deals)
    assert after or not before or [each.met for each in reading.answers] == [False]


def of_deal(template: Any, known: Qualification) -> Any:
    return sitting(template, "contact", NEW.model_copy(update={"qualification": known}))


@given(cases(pairs=AGREEING))
def test_reading_again_adds_nothing_where_an_id_means_one_thing(
    case: Case,
) -> None:
    source, target, known = case
    once = read_in(known, source=source, target=target).qualification
    assert read_in(once, source=source, target=target).qualification == once


# -- in templates -------------------------------------------------------------------------------------------


def test_a_deal_moves_by_a_template_of_another_framework_with_its_reading() -> None:
    template = process({"talk": {"rules": (qualified("need", "value", "authority"),)}})
    known = of(answer("identify_pain"), answer("metrics", "verified"), answer("economic_buyer"))
    deal = sitting(template, "contact", NEW.model_copy(update={"qualification": known}))
    update = {"qualification": read_in(known, source=MEDDIC, target=FOUR_CRITERIA).qualification}
    verdict = template.check(deal, to="talk", at=days(1), update=update)
    assert said(verdict) == [
        "how the authority is met is not said: by decider or access [qualified.authority]",
    ]
    way = answer("authority", day=1, way="decider")
    update["qualification"] = update["qualification"].answered(way)
    moved = template.move(deal, to="talk", at=days(1), update=update)
    assert (moved.stage, moved.qualification.answers[:3]) == ("talk", known.answers)


@pytest.mark.parametrize("framework", EVERY, ids=named)
def test_what_a_criterion_means_survives_a_file(framework: Framework) -> None:
    ours = framework.adding("ours", [Criterion(id="worth", means="value", weight=2)])
    template = process(more={"framework": ours})
    assert parse_template(dump_template(template)).framework == ours


def test_a_file_says_what_a_criterion_means_only_where_its_id_does_not() -> None:
    text = dump_template(process(more={"framework": BANT}))
    assert re.findall(r'"means": "(\w+)"', text) == ["timing"]


# -- the page -----------------------------------------------------------------------------------------------

PAGE = (Path(__file__).parent.parent / "docs" / "reference" / "frameworks.md").read_text("utf-8")


def tables(text: str) -> list[list[list[str]]]:
    """Return the tables of a text, each as its rows of cells, without the quotes of code."""
    found = re.findall(r"^\| --- .*\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [
        [[cell.strip() for cell in line.replace("`", "")[1:-1].split("|")] for line in each.splitlines()]
        for each in found
    ]


def test_the_page_tells_every_framework_as_it_is() -> None:
    told = re.findall(r"^### `([^`]+)`\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL)
    assert {id: [row[1:] for row in tables(text)[0]] for id, text in told} == {
        id: [[each.id, each.question, each.meaning] for each in framework.criteria]
        for id, framework in FRAMEWORKS.items()
    }
    letters = {id: "".join(row[0] for row in tables(text)[0]) for id, text in told}
    assert letters == {id: re.sub("[^A-Z]", "", id) for id in FRAMEWORKS}


def test_the_page_tells_every_meaning_that_an_id_does_not_say() -> None:
    meanings = {each.means for framework in EVERY for each in framework.criteria if each.means}
    assert {row[0] for row in tables(PAGE)[0]} == meanings


def test_the_page_tells_how_the_frameworks_overlap() -> None:
    words = [row[0] for row in tables(PAGE)[0]]

    def row(framework: Framework) -> list[str]:
        found = {each.id: each.meaning if each.meaning in words else "further" for each in framework.criteria}
        return [", ".join(id for id, word in found.items() if word == column) for column in [*words, "further"]]

    assert tables(PAGE)[-1] == [[framework.id, *row(framework)] for framework in EVERY]
