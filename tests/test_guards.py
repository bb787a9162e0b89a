"""Guards: what each rule says of a record, with every reason and nothing else."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import Field

from acme import BOSS, NOW, REP, asked, asking, days, process, said, shown, sitting
from salesflow import (
    Actor,
    Answer,
    LossReport,
    Money,
    Opportunity,
    Qualification,
    TemplateError,
    all_of,
    any_of,
    compare,
    none_of,
    present,
    qualified,
    role,
    rule,
)
from salesflow._guards import Names, guard_of
from salesflow._keys import keys_of
from salesflow._rowview import RowView
from salesflow._sight import UNREADABLE, View, has_value
from salesflow.languages import say
from salesflow.qualification import FOUR_CRITERIA
from salesflow.records import Activity, Approval, Objection
from salesflow.rules import (
    AnyRule,
    PythonRule,
    activity,
    approved,
    objections_resolved,
    parts,
    time_in_stage,
    visited,
)


def deal(**fields: Any) -> Opportunity:
    return Opportunity.model_validate({"id": "D-1", **fields})


def with_fields(**fields: Any) -> Opportunity:
    return deal(fields=fields)


class MyDeal(Opportunity):
    """A deal with fields of every type that rules compare."""

    flag: bool | None = None
    ratio: float | None = None
    signed: date | None = None
    demo: datetime | None = None
    colours: list[str] = Field(default_factory=list)
    labels: frozenset[str] = frozenset()


# -- present ------------------------------------------------------------------------------------------------

HELD = [("name", "x"), ("amount", Money.of(0, "EUR")), ("fields", {"a": None}), ("loss", LossReport(reason="x"))]


@pytest.mark.parametrize(("field", "value"), HELD, ids=shown)
def test_a_field_with_a_value_is_present_and_an_empty_one_is_missing(field: str, value: object) -> None:
    assert said(asked(present(field), deal(**{field: value}))) == []
    assert said(asked(present(field))) == [f"{field} is missing [present.{field}]"]


@pytest.mark.parametrize("value", [0, False, 0.0, " "], ids=shown)
def test_nought_and_no_are_values(value: object) -> None:
    assert said(asked(present("fields.x"), with_fields(x=value))) == []


@pytest.mark.parametrize("empty", [None, ""])
def test_nothing_and_empty_text_are_none(empty: object) -> None:
    assert said(asked(present("fields.x"), with_fields(x=empty))) == ["fields.x is missing [present.fields.x]"]


@pytest.mark.parametrize("empty", ["colours", "labels"])
def test_an_empty_collection_of_the_host_s_own_is_missing(empty: str) -> None:
    assert said(asked(present(empty), MyDeal(id="D-1"))) == [f"{empty} is missing [present.{empty}]"]


def test_a_field_deeper_down_is_missing_where_the_way_to_it_is() -> None:
    missing = ["loss.reason is missing [present.loss.reason]"]
    assert said(asked(present("loss.reason"))) == missing
    assert said(asked(present("loss.reason"), deal(loss=LossReport(reason="")))) == missing
    assert said(asked(present("loss.reason"), deal(loss=LossReport(reason="price")))) == []


def test_having_a_value_calls_nothing_of_the_value_s_own() -> None:
    class Proud:
        def __eq__(self, other: object) -> bool:
            raise AssertionError

        def __hash__(self) -> int:
            raise AssertionError

        def __bool__(self) -> bool:
            raise AssertionError

    assert has_value(Proud())


@pytest.mark.parametrize("path", ["fields.x.upper", "fields.x.__class__"])
def test_a_rule_looks_up_no_attribute(path: str) -> None:
    assert not asked(present(path), with_fields(x="text"))


# -- compare ------------------------------------------------------------------------------------------------

EURO = Money.of(1000, "EUR")
COMPARED: list[tuple[str, Any, Any]] = [
    ("amount", Money.of(1000, "EUR"), EURO),
    ("name", "abc", "abc"),
    ("fields.x", 5, 5),
    ("fields.x", 5, "5.0"),
    ("fields.x", 0.1, Decimal("0.1")),
    ("fields.x", True, True),
    ("reopenings", 0, 0),
    ("expected_close", date(2026, 1, 5), "2026-01-05"),
]


def holding(field: str, value: object) -> Opportunity:
    first, _, rest = field.partition(".")
    return deal(**{first: {rest: value} if rest else value})


@pytest.mark.parametrize(("field", "actual", "wanted"), COMPARED, ids=shown)
def test_a_value_is_equal_to_itself_whatever_its_type(field: str, actual: Any, wanted: Any) -> None:
    got = {
        op: bool(asked(compare(field, op, wanted), holding(field, actual)))
        for op in ("eq", "ne", "le", "ge", "lt", "gt")
    }
    assert got == {"eq": True, "ne": False, "le": True, "ge": True, "lt": False, "gt": False}


@pytest.mark.parametrize(
    ("field", "actual", "wanted"),
    [
        ("amount", Money.of(999, "EUR"), EURO),
        ("fields.x", 4, 5),
        ("fields.x", 0.05, Decimal("0.1")),
        ("fields.x", "abc", "abe"),
        ("expected_close", date(2026, 1, 4), date(2026, 1, 5)),
    ],
    ids=shown,
)
def test_a_smaller_value_is_smaller(field: str, actual: Any, wanted: Any) -> None:
    got = {
        op: bool(asked(compare(field, op, wanted), holding(field, actual)))
        for op in ("eq", "ne", "le", "ge", "lt", "gt")
    }
    assert got == {"eq": False, "ne": True, "le": True, "ge": False, "lt": True, "gt": False}


def test_a_refused_comparison_says_what_is_and_what_must_be() -> None:
    rule = compare("amount", "ge", EURO)
    assert said(asked(rule, deal(amount=Money.of(5, "EUR")))) == [
        "amount is 5.00 EUR, not at least 1,000.00 EUR [compare.amount]"
    ]
    assert said(asked(rule)) == ["amount is missing, and must be at least 1,000.00 EUR [compare.amount]"]
    assert said(asked(rule, deal(amount=Money.of(5000, "USD")))) == [
        "amount is 5,000.00 USD, which cannot be compared with at least 1,000.00 EUR [compare.amount]"
    ]


@pytest.mark.parametrize(
    ("actual", "wanted"),
    [(5, "five"), ("5", 5), (True, 1), (1, True), ("x", True), (5, EURO), (1.5, "nan"), (1, "1E+999999999")],
    ids=shown,
)
def test_unlike_values_are_not_compared_and_the_rule_cannot_tell(actual: object, wanted: Any) -> None:
    refusals = asked(compare("fields.x", "eq", wanted), with_fields(x=actual)).refusals
    assert [(each.key, each.status) for each in refusals] == [("compare.fields.x", "unreadable")]
    assert "which cannot be compared with" in refusals[0].text


class Appointment(Opportunity):
    when: datetime | None = None
    score: Annotated[float | None, Field(allow_inf_nan=True)] = None


def test_an_hour_that_comes_twice_is_the_moment_it_is() -> None:
    twice = Appointment(id="D-1", when=datetime(2025, 10, 26, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")))
    read = Appointment.model_validate_json(twice.model_dump_json())
    for record in (twice, read):
        template = asking(compare("when", "eq", "2025-10-26T00:30:00+00:00"), record=Appointment)
        assert template.check(sitting(template, "contact", record), to="talk", at=days(1))


@pytest.mark.parametrize("op", ["eq", "ne", "lt", "ge"])
def test_what_is_no_number_is_compared_with_none(op: Any) -> None:
    template = asking(compare("score", op, 5), record=Appointment)
    record = sitting(template, "contact", Appointment(id="D-1", score=float("nan")))
    assert [each.status for each in template.check(record, to="talk", at=days(1)).refusals] == ["unreadable"]


def test_text_is_read_as_the_type_of_the_host_s_field() -> None:
    mine = MyDeal(id="D-1", flag=False, ratio=0.1, signed=date(2026, 1, 5), demo=NOW)
    rules = [
        compare("flag", "eq", False),  # noqa: FBT003
        compare("ratio", "eq", "0.1"),
        compare("signed", "eq", "2026-01-05"),
        compare("demo", "eq", NOW),
        compare("demo", "eq", "2026-01-05T10:00:00+01:00"),
        compare("demo", "eq", "2026-01-05T09:00:00"),
        compare("demo", "gt", "2026-01-05"),
    ]
    assert [said(asked(each, mine)) for each in rules] == [[]] * len(rules)


@pytest.mark.parametrize("field", ["demo", "signed", "ratio", "colours"])
def test_text_that_is_not_of_the_field_s_type_cannot_be_compared(field: str) -> None:
    mine = MyDeal(id="D-1", ratio=0.1, signed=date(2026, 1, 5), demo=NOW, colours=["red"])
    (refusal,) = asked(compare(field, "eq", "tomorrow"), mine).refusals
    assert (refusal.status, "cannot be compared" in refusal.text) == ("unreadable", True)


def test_a_naive_time_of_the_host_s_cannot_be_compared() -> None:
    naive = MyDeal(id="D-1", demo=datetime(2026, 1, 5))  # noqa: DTZ001
    assert not asked(compare("demo", "ge", "2026-01-01"), naive)


# -- qualified ----------------------------------------------------------------------------------------------


def answered(*answers: tuple[str, str], day: float = 0, way: str | None = None) -> Opportunity:
    made = tuple(Answer(criterion=c, certainty=k, at=days(day), way=way) for c, k in answers)  # type: ignore[arg-type]
    return deal(qualification=Qualification(answers=made))


@pytest.mark.parametrize(
    ("certainty", "claimed", "verified"),
    [
        ("unknown", ["the need is unknown [qualified.need]"], ["the need is unknown [qualified.need]"]),
        ("no", ["the need is answered with no [qualified.need]"], ["the need is answered with no [qualified.need]"]),
        ("claimed", [], ["the need is claimed, not verified [qualified.need]"]),
        ("verified", [], []),
    ],
)
def test_a_criterion_is_met_by_an_answer_that_is_sure_enough(
    certainty: str, claimed: list[str], verified: list[str]
) -> None:
    record = answered(("need", certainty))
    assert said(asked(qualified("need"), record)) == claimed
    assert said(asked(qualified("need", at_least="verified"), record)) == verified


def test_every_unmet_criterion_is_named() -> None:
    record = answered(("need", "claimed"), ("budget", "no"))
    assert said(asked(qualified("need", "value", "budget"), record)) == [
        "the value is unknown [qualified.value]",
        "the budget is answered with no [qualified.budget]",
    ]


def test_an_answer_that_meets_authority_says_how() -> None:
    assert [
        said(asked(qualified("authority"), answered(("authority", "verified"), way=way))) for way in (None, "friend")
    ] == [
        ["how the authority is met is not said: by decider or access [qualified.authority]"],
        ["the authority is met by decider or access, and not by 'friend' [qualified.authority]"],
    ]
    assert [
        bool(asked(qualified("authority"), answered(("authority", "claimed"), way=way)))
        for way in ("decider", "access")
    ] == [True, True]


def test_an_answer_of_later_is_not_known_yet() -> None:
    record = answered(("need", "verified"), day=2)
    assert [bool(asked(qualified("need"), record, at=days(day))) for day in (1, 2)] == [False, True]


# -- role ---------------------------------------------------------------------------------------------------


def test_a_role_is_held_by_who_acts() -> None:
    rule = role("director", "cfo")
    assert [said(asked(rule, by=by)) for by in (None, REP, BOSS)] == [
        ["this takes the role director or cfo, and who acts is not said [role.director|cfo]"],
        ["this takes the role director or cfo [role.director|cfo]"],
        [],
    ]


# -- activity -----------------------------------------------------------------------------------------------


def active(*at: float, kind: str = "demo") -> Opportunity:
    return deal(activities=tuple(Activity(kind=kind, at=days(day)) for day in at))


def test_an_activity_is_on_record_often_enough() -> None:
    assert said(asked(activity("demo"), active(kind="call"))) == ["demo is on record 0 times, not 1 [activity.demo]"]
    assert [bool(asked(activity("demo", at_least=2), active(*[0] * count))) for count in range(4)] == [
        False,
        False,
        True,
        True,
    ]


def test_an_activity_counts_once_it_has_happened_and_while_it_is_recent() -> None:
    rule = activity("demo", within=timedelta(days=7))
    assert [bool(asked(rule, active(2), at=days(day))) for day in (1, 2, 9, 9.1)] == [False, True, True, False]
    assert said(asked(rule, active(0), at=days(8))) == [
        "demo is on record 0 times, not 1 within 7 days, 0:00:00 [activity.demo]"
    ]


# -- objections ---------------------------------------------------------------------------------------------


def test_every_objection_that_stands_is_named() -> None:
    price, law, later = (
        Objection(id=name, raised_at=days(day)) for name, day in (("price", 0), ("law", 0.5), ("later", 5))
    )
    over = Objection(id="over", raised_at=NOW, resolved_at=days(0.5))
    assert said(asked(objections_resolved(), deal(objections=(price, over, law, later)))) == [
        "objections are still open: price, law [objections_resolved]"
    ]
    assert said(asked(objections_resolved(), deal(objections=(over, later)))) == []


# -- time in stage ------------------------------------------------------------------------------------------


def test_a_stage_lasts_between_its_bounds() -> None:
    rule = time_in_stage(at_least=timedelta(days=1), at_most=timedelta(days=3))
    assert [bool(asked(rule, at=days(day))) for day in (0.9, 1, 3, 3.1)] == [False, True, True, False]
    assert said(asked(rule, at=days(4))) == [
        "the stage has lasted 4 days, 0:00:00, not at least 1 day and at most 3 days [time_in_stage]"
    ]


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        (time_in_stage(at_least=timedelta(days=2)), [False, True]),
        (time_in_stage(at_most=timedelta(days=2)), [True, False]),
    ],
    ids=["at least", "at most"],
)
def test_one_bound_is_enough(rule: AnyRule, allowed: list[bool]) -> None:
    assert [bool(asked(rule, at=days(day))) for day in (1, 3)] == allowed


def test_how_long_is_not_known_where_the_history_does_not_reach_back() -> None:
    template = asking(time_in_stage(at_least=timedelta(days=1)))
    there = sitting(template, "contact")
    tail = there.model_copy(update={"history": (), "changes_before": 1})
    (refusal,) = template.check(tail, to="talk", at=days(5)).refusals
    assert (str(refusal), refusal.status) == (
        "how long the stage has lasted is not on record [time_in_stage]",
        "unreadable",
    )


def test_a_hold_does_not_count_towards_the_stage_that_is_resumed() -> None:
    template = asking(time_in_stage(at_least=timedelta(days=3)))
    held = template.move(sitting(template, "contact"), to="wait", at=days(1))
    back = template.move(held, to="contact", at=days(10))
    assert [bool(template.check(back, to="talk", at=days(day))) for day in (11, 12)] == [False, True]


def test_a_hold_does_not_count_towards_a_move_that_leaves_it() -> None:
    template = asking(time_in_stage(at_least=timedelta(days=3)))
    held = template.move(sitting(template, "contact"), to="wait", at=days(1))
    assert not template.check(held, to="talk", at=days(10))


# -- visited ------------------------------------------------------------------------------------------------


def test_a_stage_was_visited_or_not_or_nobody_knows() -> None:
    template = process({"offer": {"rules": (visited("contact"),)}})
    been = template.move(sitting(template, "contact"), to="talk", at=days(1))
    never = sitting(template, "talk")
    tail = never.model_copy(update={"changes_before": 4})
    assert [said(template.check(each, to="offer", at=days(2))) for each in (been, never, tail)] == [
        [],
        ["the stage 'contact' was never visited [visited.contact]"],
        ["whether the stage 'contact' was visited is not on record [visited.contact]"],
    ]


def test_a_stage_was_visited_under_an_earlier_name_too() -> None:
    old = process({"contact": {}}, more={})
    record = old.move(sitting(old, "contact"), to="talk", at=days(1))
    new = process({"contact": {"aliases": ("first talk",)}, "offer": {"rules": (visited("contact"),)}})
    renamed = tuple(
        each.__class__(
            number=each.number, kind=each.kind, source=each.source and "first talk", target=each.target, at=each.at
        )
        for each in record.history
    )
    been = record.model_copy(update={"template": None, "history": (renamed[0],)})
    assert new.check(been, to="offer", at=days(2))
    elsewhere = renamed[0].__class__(number=1, kind="adopted", source=None, target="first talk", at=NOW)
    assert new.check(been.model_copy(update={"history": (elsewhere,)}), to="offer", at=days(2))


# -- approved -----------------------------------------------------------------------------------------------


def decided(*decisions: tuple[bool, float], by: Actor = BOSS, what: str = "discount") -> Opportunity:
    return deal(approvals=tuple(Approval(what=what, granted=yes, at=days(day), by=by) for yes, day in decisions))


def test_an_approval_is_there_or_not_and_the_latest_counts() -> None:
    rule = approved("discount")
    assert said(asked(rule, decided((True, 0), what="other"))) == ["discount is not approved yet [approved.discount]"]
    assert said(asked(rule, decided((False, 0.5), (True, 0)))) == ["discount was turned down [approved.discount]"]
    assert said(asked(rule, decided((False, 0), (True, 0.5)))) == []
    assert said(asked(rule, decided((True, 5)))) == ["discount is not approved yet [approved.discount]"]


def test_an_approval_is_given_by_the_right_role() -> None:
    rule = approved("discount", roles=("director", "cfo"))
    assert said(asked(rule, decided((True, 0), by=REP))) == [
        "discount is approved by u-7, not by the role director or cfo [approved.discount]"
    ]
    assert said(asked(rule, decided((True, 0)))) == []


def test_of_two_approvals_at_one_moment_the_last_counts() -> None:
    assert not asked(approved("discount"), decided((True, 0), (False, 0)))


# -- what a refusal tells beside its text --------------------------------------------------------------------

NEED, AUTHORITY = "qualification.need", "qualification.authority"


@pytest.mark.parametrize(
    ("each", "record", "status", "missing"),
    [
        (compare("amount", "ge", EURO), deal(), "unknown", ("amount",)),
        (compare("amount", "ge", EURO), deal(amount=Money.of(5, "EUR")), "fails", ()),
        (qualified("need"), deal(), "unknown", (NEED,)),
        (qualified("need"), answered(("need", "no")), "fails", ()),
        (qualified("need", at_least="verified"), answered(("need", "claimed")), "fails", (NEED,)),
        (qualified("authority"), answered(("authority", "claimed")), "unknown", (AUTHORITY,)),
        (qualified("authority"), answered(("authority", "claimed"), way="friend"), "unknown", (AUTHORITY,)),
        (role("rep"), deal(), "unknown", ("by",)),
        (activity("demo"), deal(), "fails", ("activities.demo",)),
        (approved("discount"), deal(), "unknown", ("approvals.discount",)),
        (approved("discount"), decided((False, 0)), "fails", ()),
        (approved("discount", roles=("cfo",)), decided((True, 0)), "fails", ("approvals.discount",)),
        (PythonRule(name="host_rule", reads=("amount",), call=lambda *_, **__: None), deal(), "unknown", ("amount",)),
        (PythonRule(name="host_rule", reads=("amount",), call=lambda *_, **__: "yes"), deal(), "unknown", ()),
    ],
)
def test_a_refusal_tells_whether_it_fails_for_certain_and_what_would_cure_it(
    each: AnyRule, record: Opportunity, status: str, missing: tuple[str, ...]
) -> None:
    (refusal,) = asked(each, record).refusals
    assert (refusal.status, refusal.missing) == (status, missing)


def test_amounts_and_times_are_told_in_the_reader_s_language() -> None:
    (amount,) = asked(compare("amount", "ge", EURO), deal(amount=Money.of(1234, "USD"))).refusals
    (lasted,) = asked(time_in_stage(at_least=timedelta(days=9)), at=days(4)).refusals
    assert typed(say(amount, "fr")).startswith("« amount » vaut 1 234,00 USD, ")
    assert typed(say(lasted, "fr")).startswith("l'étape a duré 4 jours ; ")


def test_a_number_that_is_none_cannot_be_compared() -> None:
    assert in_the_dark(compare("fields.x", "lt", 5), Dark(fields={"x": float("nan")})) == [
        ("fields.x is nan, which cannot be compared with < 5 [compare.fields.x]", "unreadable")
    ]


def test_two_criteria_are_asked_both() -> None:
    assert said(asked(qualified("need", "value"), answered(("need", "claimed")))) == [
        "the value is unknown [qualified.value]"
    ]


def test_a_criterion_that_the_framework_does_not_know_is_met_in_any_way() -> None:
    guard = guard_of(qualified("timing"), NAMES)
    assert guard(answered(("timing", "claimed"), way="friend"), NOW, None) == ()


def test_a_stage_that_no_template_knows_goes_by_its_own_name() -> None:
    record = sitting(process(), "talk")
    found = [guard_of(visited(stage), NAMES)(record, NOW, None) for stage in ("talk", "offer")]
    assert [[str(each) for each in reasons] for reasons in found] == [
        [],
        ["the stage 'offer' was never visited [visited.offer]"],
    ]


def test_an_approval_counts_from_its_own_moment_on() -> None:
    assert [bool(asked(approved("discount"), decided((True, 2)), at=days(day))) for day in (1.9, 2)] == [False, True]


# -- groups -------------------------------------------------------------------------------------------------


def test_all_of_names_every_rule_that_does_not_hold() -> None:
    rule = all_of(present("amount"), present("name"), role("rep"))
    assert said(asked(rule, deal(name="x"))) == [
        "amount is missing [present.amount]",
        "this takes the role rep, and who acts is not said [role.rep]",
    ]


def test_any_of_asks_for_one_and_names_every_way() -> None:
    rule = any_of(present("amount"), all_of(present("name"), role("rep")))
    assert [bool(asked(rule, deal(name="x"), by=REP)), bool(asked(rule, deal(amount=EURO)))] == [True, True]
    assert said(asked(rule)) == [
        (
            "one of these is needed: amount is present or (name is present and done by rep)"
            " [any_of.present.amount|(present.name&role.rep)]"
        )
    ]


def test_the_ways_of_an_any_of_are_told_apart() -> None:
    verdict = asked(any_of(present("amount"), all_of(present("name"), role("rep"))))
    assert verdict.alternatives == ((("amount",), ("name", "by")),)
    assert (verdict.missing, verdict.possible) == ((), True)


def test_none_of_asks_that_no_rule_holds() -> None:
    rule = none_of(present("loss"), compare("fields.x", "gt", 5))
    assert [
        said(asked(rule, each))
        for each in (with_fields(x=5), with_fields(x=6), deal(), deal(loss=LossReport(reason="x")))
    ] == [
        [],
        ["this must not hold: loss is present or fields.x > 5 [none_of.present.loss|compare.fields.x]"],
        [
            (
                "this must not hold, and it is unknown whether it does: loss is present or fields.x > 5"
                " [none_of.present.loss|compare.fields.x]"
            )
        ],
        ["this must not hold: loss is present or fields.x > 5 [none_of.present.loss|compare.fields.x]"],
    ]


@pytest.mark.parametrize(
    ("group", "key"),
    [
        (
            any_of(role("account_manager"), compare("amount", "lt", Money.of(5000, "EUR"))),
            "role.account_manager|compare.amount",
        ),
        (any_of(role("a", "b"), time_in_stage(at_most=timedelta(hours=1))), "(role.a|b)|time_in_stage"),
        (any_of(qualified("need", "value"), present("name")), "(qualified.need&qualified.value)|present.name"),
        (any_of(all_of(present("name")), none_of(present("id"))), "present.name|none_of.present.id"),
        (
            any_of(any_of(present("loss"), present("name")), visited("offer")),
            "(any_of.present.loss|present.name)|visited.offer",
        ),
        (any_of(compare("amount", "lt", 5), compare("amount", "gt", 9)), "compare.amount|compare.amount"),
        (any_of(PythonRule(name="checked"), approved("discount")), "checked|approved.discount"),
    ],
    ids=str,
)
def test_the_key_of_a_group_is_made_of_the_keys_of_its_rules(group: AnyRule, key: str) -> None:
    assert keys_of(group) == tuple(each.key for each in asked(group).refusals) == (f"any_of.{key}",)
    assert keys_of(none_of(*parts(group))) == (f"none_of.{key}",)


def test_the_key_of_a_group_says_nothing_that_a_change_of_words_or_values_would_change() -> None:
    one, other = (any_of(role("boss"), compare("amount", "lt", value)) for value in (5, 500))
    assert keys_of(one) == keys_of(other)


def typed(text: str) -> str:
    """Return a text with spaces and apostrophes as a keyboard has them."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def test_an_any_of_says_what_is_needed_and_its_ways_what_stands_in_theirs() -> None:
    """A refusal lists the conditions as they are written, and never what fails of them under the word none."""
    (refused,) = asked(any_of(role("account_manager"), compare("amount", "lt", Money.of(5000, "EUR"))), by=REP).refusals
    assert refused.text == "one of these is needed: done by account_manager or amount < 5,000.00 EUR"
    assert typed(say(refused, "fr")).partition(" [")[0] == (
        "il faut l'une de ces conditions : fait par account_manager ou « amount » < 5 000,00 EUR"
    )
    assert [[str(each) for each in way] for way in refused.alternatives] == [
        ["this takes the role account_manager [role.account_manager]"],
        ["amount is missing, and must be < 5,000.00 EUR [compare.amount]"],
    ]


HOLDS, FAILS, UNKNOWN = present("id"), visited("offer"), compare("fields.x", "eq", 1)


@pytest.mark.parametrize(
    ("group", "status"),
    [
        (any_of(FAILS, FAILS), "fails"),
        (any_of(FAILS, UNKNOWN), "unknown"),
        (any_of(FAILS, HOLDS, UNKNOWN), None),
        (none_of(FAILS, FAILS), None),
        (none_of(FAILS, UNKNOWN), "unknown"),
        (none_of(FAILS, HOLDS, UNKNOWN), "fails"),
        (none_of(all_of(FAILS, UNKNOWN)), None),
        (none_of(none_of(UNKNOWN)), "unknown"),
        (any_of(none_of(HOLDS)), "fails"),
    ],
    ids=str,
)
def test_groups_follow_kleene_s_logic(group: AnyRule, status: str | None) -> None:
    refusals = asked(group).refusals
    assert [each.status for each in refusals] == ([status] if status else [])


def test_a_group_of_many_rules_still_has_a_short_name_of_its_own() -> None:
    names = [f"fields.field number {count}" for count in range(20)]
    one, other = any_of(*map(present, names)), any_of(*map(present, [*names[:-1], "fields.other"]))
    (first,), (second,) = asked(one).refusals, asked(other).refusals
    assert len(first.subject) <= 200
    assert first.subject != second.subject
    assert asked(one).refusals[0].key == first.key


def overridable(one: Any, _other: Any) -> AnyRule:
    return all_of(one, overridable_by=("director",))


@pytest.mark.parametrize("group", [all_of, any_of, none_of, overridable])
def test_a_group_asks_its_rules_of_the_record_the_moment_and_who_acts(group: Callable[..., AnyRule]) -> None:
    seen: list[tuple[Any, ...]] = []

    @rule()
    def looking(record: Opportunity, /, *, at: datetime, by: Actor | None) -> bool:
        seen.append((record.name, at, by))
        return True

    asked(group(looking, looking), deal(name="x"), by=REP)
    assert set(seen) == {("x", days(1), REP)}


@pytest.mark.parametrize("long", [199, 200])
def test_a_subject_of_200_characters_is_kept_as_it_is(long: int) -> None:
    names = [f"fields.{letter * count}" for letter, count in (("a", 60), ("b", 60), ("c", long - 167))]
    subject = "|".join(f"present.{name}" for name in names)
    assert (len(subject), keys_of(any_of(*map(present, names)))) == (long, (f"any_of.{subject}",))


def test_the_key_of_a_long_group_is_the_same_for_ever() -> None:
    (key,) = keys_of(any_of(*(present(f"fields.field number {count}") for count in range(20))))
    known = "|".join(f"present.fields.field number {count}" for count in range(6))
    assert key == f"any_of.{known}|… c6c0a589aa83"


def test_a_subject_of_201_characters_is_cut() -> None:
    (key,) = keys_of(
        any_of(present(f"fields.{'a' * 60}"), present(f"fields.{'b' * 60}"), present("fields." + "c" * 34))
    )
    assert len(key) == len("any_of.") + 194


def test_a_group_of_too_many_words_is_told_by_its_keys() -> None:
    (refused,) = asked(any_of(*(present(f"fields.field number {count}") for count in range(20)))).refusals
    assert refused.text == f"one of these is needed: {refused.subject}"


# -- rules in Python ----------------------------------------------------------------------------------------


def function(answer: Any, **how: Any) -> PythonRule:
    @rule(name="host_rule", **how)
    def made(record: Opportunity, /, *, at: datetime, by: Actor | None) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return made


def test_a_rule_in_python_says_yes_no_or_cannot_tell() -> None:
    told = {"text": "the credit check is not passed", "reads": ("fields.credit",)}
    assert [said(asked(function(answer, **told))) for answer in (True, False, None)] == [
        [],
        ["the credit check is not passed [host_rule]"],
        ["the credit check is not passed: unknown [host_rule]"],
    ]


def test_a_rule_in_python_without_a_text_is_told_by_its_name() -> None:
    assert [said(asked(function(answer))) for answer in (False, None)] == [
        ["the rule 'host_rule' does not hold [host_rule]"],
        ["host_rule: unknown [host_rule]"],
    ]


def test_a_refusal_of_a_rule_in_python_names_the_rule_for_texts_of_your_own() -> None:
    assert [asked(function(answer)).refusals[0].params["rule"] for answer in (False, None, "no")] == ["host_rule"] * 3


def test_a_rule_in_python_that_answers_something_else_is_no_yes() -> None:
    assert said(asked(function("yes"))) == ["host_rule answered yes, and not True, False or None [host_rule]"]


def test_a_rule_in_python_that_cannot_tell_asks_for_what_it_reads() -> None:
    verdict = asked(function(None, reads=("fields.credit", "amount")))
    assert (verdict.missing, verdict.possible) == (("fields.credit", "amount"), True)


def test_a_rule_in_python_that_breaks_is_a_reason_and_no_exception() -> None:
    verdict = asked(function(ZeroDivisionError("division by zero")))
    assert said(verdict) == ["host_rule failed with ZeroDivisionError: division by zero [host_rule]"]
    assert verdict.refusals[0].status == "unknown"


class Unprintable(Exception):
    """An error that cannot even be told."""

    def __str__(self) -> str:
        raise RuntimeError


class Ambiguous:
    """What numpy's arrays and pandas' NA do."""

    def __bool__(self) -> bool:
        raise ValueError


@pytest.mark.parametrize(
    "answer", [ValueError("\ud800"), Unprintable(), Ambiguous()], ids=["surrogate", "unprintable", "bool"]
)
def test_nothing_that_a_rule_in_python_does_makes_check_raise(answer: object) -> None:
    verdict = asked(function(answer))
    assert verdict.model_dump_json()
    assert str(verdict).encode()
    assert not verdict


def test_a_rule_that_is_not_bound_refuses_and_says_how_to_bind() -> None:
    (refusal,) = asked(PythonRule(name="host_rule")).refusals
    assert str(refusal) == "the rule 'host_rule' is not bound: template.bind(rules=(…,)) [host_rule]"
    assert (refusal.status, refusal.missing) == ("unreadable", ())


def test_a_rule_in_python_knows_the_record_the_moment_and_who_acts() -> None:
    seen: list[tuple[Any, datetime, Actor | None]] = []

    @rule()
    def looking(record: Opportunity, /, *, at: datetime, by: Actor | None) -> bool:
        seen.append((record, at, by))
        return True

    template = asking(looking)
    there = sitting(template, "contact")
    east = days(1).astimezone(ZoneInfo("Asia/Tokyo"))
    template.check(there, to="talk", at=east, by=REP, update={"name": "as it would be"})
    assert [(record.name, at, at.tzinfo, by) for record, at, by in seen] == [("as it would be", days(1), UTC, REP)]


# -- fields that the data at hand does not tell -------------------------------------------------------------


class Dark(View, SimpleNamespace):
    """A view whose fields are those that it was given; no other can be read."""

    def __getattr__(self, name: str) -> Any:
        return UNREADABLE


DARK = Dark(
    qualification=UNREADABLE,
    activities=UNREADABLE,
    objections=UNREADABLE,
    approvals=UNREADABLE,
    amount=UNREADABLE,
    fields=UNREADABLE,
    history=(),
    changes_before=1,
)
NAMES = Names(FOUR_CRITERIA, {})


def in_the_dark(rule: AnyRule, record: Any = DARK) -> list[tuple[str, str]]:
    by: Any = UNREADABLE
    return [(str(each), each.status) for each in guard_of(rule, NAMES)(record, NOW, by)]


@pytest.mark.parametrize(
    "each",
    [
        present("amount"),
        present("not_even_there"),
        present("fields.x"),
        compare("amount", "ge", 1),
        compare("fields.x", "ge", 1),
        qualified("need"),
        role("rep"),
        activity("demo"),
        objections_resolved(),
        approved("discount"),
        visited("talk"),
        time_in_stage(at_least=timedelta(1)),
        any_of(present("amount"), present("name")),
        none_of(present("amount")),
        all_of(present("amount")),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_told_from_what_is_unknown(each: AnyRule) -> None:
    assert {status for _, status in in_the_dark(each)} == {"unreadable"}


def test_an_unreadable_field_is_named() -> None:
    assert in_the_dark(present("amount")) == [
        ("present amount cannot be judged from the data at hand [present.amount]", "unreadable")
    ]


@pytest.mark.parametrize(
    ("each", "told"),
    [
        (compare("amount", "ge", 1), "compare amount"),
        (qualified("need"), "qualified need"),
        (role("rep", "boss"), "role rep|boss"),
        (activity("demo"), "activity demo"),
        (objections_resolved(), "objections_resolved"),
        (approved("discount"), "approved discount"),
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_judged_goes_by_its_own_key(each: AnyRule, told: str) -> None:
    (key,) = keys_of(each)
    assert in_the_dark(each) == [(f"{told} cannot be judged from the data at hand [{key}]", "unreadable")]


def test_of_a_row_each_criterion_is_read_by_itself() -> None:
    row = RowView((("qualification.value", "claimed"),), (), 0, NOW)
    assert in_the_dark(qualified("need", "value"), row) == [
        ("qualified need cannot be judged from the data at hand [qualified.need]", "unreadable")
    ]


def test_a_rule_that_fails_for_certain_needs_no_light() -> None:
    record = Dark(amount=UNREADABLE, history=(), changes_before=0)
    assert [status for _, status in in_the_dark(any_of(present("amount"), visited("talk")), record)] == ["unreadable"]
    assert [status for _, status in in_the_dark(none_of(present("amount"), none_of(visited("talk"))), record)] == [
        "fails"
    ]


def test_an_unreadable_value_shows_itself() -> None:
    assert repr(UNREADABLE) == "UNREADABLE"


def test_what_kind_of_thing_an_unreadable_value_is_can_be_asked() -> None:
    assert not hasattr(UNREADABLE, "__array__")
    with pytest.raises(LookupError, match=r"^rate of a field that cannot be read here$"):
        _ = UNREADABLE.rate


USES: dict[str, Callable[[Any], object]] = {
    "truth": bool,
    "text": str,
    "length": len,
    "items": list,
    "equality": lambda it: it == "passed",
    "order": lambda it: it < 5,
    "membership": lambda it: "a" in it,
    "number": float,
    "whole number": int,
    "sum": lambda it: 5 + it,
    "share": lambda it: it / 2,
}


@pytest.mark.parametrize("use", USES)
def test_nothing_that_a_rule_does_with_an_unreadable_value_passes_for_an_answer(use: str) -> None:
    with pytest.raises(LookupError):
        USES[use](UNREADABLE)


@pytest.mark.parametrize("use", USES)
def test_a_rule_in_python_that_reads_what_cannot_be_read_is_undecided_as_any_other_is(use: str) -> None:
    @rule(name="host_rule")
    def looking(record: Any, /, *, at: datetime, by: Actor | None) -> bool:
        return bool(USES[use](record.amount))

    told = "host_rule cannot be judged from the data at hand [host_rule]"
    assert in_the_dark(looking) == [(told, "unreadable")]
    assert typed(say(guard_of(looking, NAMES)(DARK, NOW, None)[0], "fr")) == (
        "les données disponibles ne permettent pas de juger la règle « host_rule » [host_rule]"
    )


def test_a_rule_in_python_that_breaks_of_its_own_on_a_view_says_how() -> None:
    assert in_the_dark(function(KeyError("x"))) == [("host_rule failed with KeyError: 'x' [host_rule]", "unreadable")]


def test_of_a_view_every_field_is_read_and_of_any_other_thing_none() -> None:
    record = Dark(amount=EURO, loss=Dark(reason="price"), offer=SimpleNamespace(months=5))
    assert in_the_dark(all_of(present("amount"), present("loss.reason")), record) == []
    assert {status for _, status in in_the_dark(present("offer.months"), record)} == {"unreadable"}


def test_what_lies_in_a_number_cannot_be_read() -> None:
    assert said(asked(present("fields.x.y"), with_fields(x=5))) == [
        "present fields.x.y cannot be judged from the data at hand [present.fields.x.y]"
    ]
    assert said(asked(compare("fields.x.y", "eq", 1), with_fields(x=5))) == [
        "compare fields.x.y cannot be judged from the data at hand [compare.fields.x.y]"
    ]


# -- one rule, one guard ------------------------------------------------------------------------------------


def at_least(seats: int) -> PythonRule:
    @rule()
    def enough(record: Opportunity, /, *, at: datetime, by: Actor | None) -> bool:
        return int(record.fields["seats"]) >= seats

    return enough


def test_two_functions_of_one_name_are_a_contradiction() -> None:
    with pytest.raises(TemplateError) as caught:
        process({"talk": {"rules": (at_least(5),)}, "offer": {"rules": (at_least(50),)}})
    assert [str(each) for each in caught.value.problems] == [
        "two rules in Python are named 'enough'; give one another name @ stages[2].rules[0] [rule.twice]"
    ]


def test_one_function_answers_wherever_its_rule_stands() -> None:
    enough = at_least(5)
    template = process({"talk": {"rules": (enough,)}, "offer": {"rules": (all_of(enough, present("fields.seats")),)}})
    for seats, allowed in ((4, False), (5, True)):
        record = with_fields(seats=seats)
        assert bool(template.check(sitting(template, "contact", record), to="talk", at=days(1))) is allowed
        assert bool(template.check(sitting(template, "talk", record), to="offer", at=days(1))) is allowed


def test_a_rule_that_asks_for_one_is_no_rule_that_asks_for_true() -> None:
    one, true = compare("fields.x", "eq", 1), compare("fields.x", "eq", True)  # noqa: FBT003
    template = process({"talk": {"rules": (one,)}, "offer": {"rules": (true,)}})
    yes = with_fields(x=True)
    assert not template.check(sitting(template, "contact", yes), to="talk", at=days(1))
    assert template.check(sitting(template, "talk", yes), to="offer", at=days(1))


def test_comparisons_are_equal_when_their_values_are_and_of_one_type() -> None:
    one, true = compare("fields.x", "eq", 1), compare("fields.x", "eq", True)  # noqa: FBT003
    assert (one == true, one != compare("fields.x", "eq", "1"), one == present("fields.x")) == (False, True, False)
    again = compare("fields.x", "eq", 1)
    assert (one == again, hash(one) == hash(again), len({one, true, again})) == (True, True, 2)
    other = [
        compare("fields.y", "eq", 1),
        compare("fields.x", "ne", 1),
        compare("fields.x", "eq", 2),
        compare("fields.x", "eq", 1, severity="warn"),
        compare("fields.x", "eq", 1, overridable_by=("director",)),
    ]
    assert one not in other


# -- missing ------------------------------------------------------------------------------------------------


def supply(path: str) -> Mapping[str, object]:
    """Return the arguments that supply what a verdict names as missing."""
    if path == "by":
        return {"by": BOSS}
    if path == "ground":
        return {"ground": "they asked"}
    first, _, rest = path.partition(".")
    return {"update": {first: _SUPPLIED[first](rest)}}


_SUPPLIED: dict[str, Any] = {
    "amount": lambda _: EURO,
    "name": lambda _: "x",
    "loss": lambda rest: {rest: "price"},
    "fields": lambda rest: {rest: 1},
    "qualification": lambda rest: {
        "answers": [{"criterion": rest, "certainty": "verified", "at": NOW, "way": "access"}]
    },
    "activities": lambda rest: [{"kind": rest, "at": NOW}],
    "approvals": lambda rest: [{"what": rest, "granted": True, "at": NOW, "by": BOSS}],
}
CURABLE = [
    present("amount"),
    present("loss.reason"),
    present("fields.x"),
    compare("amount", "ge", EURO),
    qualified("need"),
    qualified("authority"),
    qualified("need", at_least="verified"),
    role("director"),
    activity("demo"),
    approved("discount", roles=("director",)),
    any_of(present("amount"), visited("offer")),
    all_of(present("name")),
]


@pytest.mark.parametrize("each", CURABLE, ids=str)
def test_supplying_what_is_missing_makes_the_refusal_vanish(each: AnyRule) -> None:
    before = asked(each)
    assert (bool(before), before.possible) == (False, True)
    paths = before.missing or before.alternatives[0][0]
    supplied: dict[str, Any] = {}
    for path in paths:
        supplied.update(supply(path))
    assert said(asked(each, **supplied)) == []


@pytest.mark.parametrize(
    "each",
    [objections_resolved(), time_in_stage(at_least=timedelta(days=9)), visited("offer"), none_of(present("id"))],
    ids=str,
)
def test_what_nobody_can_supply_is_not_possible(each: AnyRule) -> None:
    record = deal(objections=(Objection(id="price", raised_at=NOW),))
    verdict = asked(each, record)
    assert (bool(verdict), verdict.missing, verdict.possible) == (False, (), False)


def test_a_ground_that_is_missing_is_named_and_cures() -> None:
    template = process(skip="with_ground")
    there = sitting(template, "contact")
    before = template.check(there, to="offer", at=days(1))
    assert (before.missing, before.possible) == (("ground",), True)
    assert template.check(there, to="offer", at=days(1), **supply("ground"))  # type: ignore[arg-type]
