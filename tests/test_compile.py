"""Compilation: which ways the order of the stages, the policy and declared moves open, and what each asks."""

from datetime import timedelta
from typing import Any

import pytest

from acme import BOSS, NEW, NOW, OPEN, REP, days, process, said, sitting
from salesflow import Move, Opportunity, Stage, StageTemplate, any_of, compare, present, role, rule
from salesflow._compile import Edge, Table
from salesflow.rules import time_in_stage, visited
from salesflow.verdict import Refusal, Verdict

EVERY = (*OPEN, "wait", "won", "lost")
GROUND = "they asked"
AMOUNT: dict[str, Any] = {"rules": (present("amount"),)}
NAME: dict[str, Any] = {"rules": (present("name"),)}


def check(template: StageTemplate[Any], stage: str, to: str, *, left: str | None = None, **how: Any) -> Verdict:
    """Judge a move of a record that was taken over in a stage."""
    return template.check(sitting(template, stage, left=left), to=to, at=days(1), **how)


def ways(
    template: StageTemplate[Any], stage: str, *, left: str | None = None, ground: str | None = None
) -> dict[str, str]:
    """Return the kind of every move that is allowed from a stage."""
    there = sitting(template, stage, left=left)
    options = template.options(there, at=days(1), ground=ground)
    return {to: str(verdict.kind) for to, verdict in options.items() if verdict}


# -- the next step, skipping, stepping back -----------------------------------------------------------------


def test_by_default_a_record_takes_the_next_step_or_is_held_or_lost() -> None:
    template = process()
    assert [ways(template, stage) for stage in OPEN] == [
        {"talk": "advanced", "wait": "held", "lost": "lost"},
        {"offer": "advanced", "wait": "held", "lost": "lost"},
        {"deal": "advanced", "wait": "held", "lost": "lost"},
        {"wait": "held", "won": "won", "lost": "lost"},
    ]


def test_no_way_leads_where_the_record_is() -> None:
    assert said(check(process(), "talk", "talk")) == ["the record is in 'talk' already [stage.same.talk]"]


def test_skipping_is_refused_with_the_names_of_what_would_be_skipped() -> None:
    assert said(check(process(), "contact", "deal")) == [
        "'deal' may not be reached from 'contact': 'talk' and 'offer' would be skipped [move.skip.deal]"
    ]
    assert said(check(process(), "offer", "won")) == [
        "'won' may not be reached from 'offer': 'deal' would be skipped [move.skip.won]"
    ]


def test_skipping_with_a_ground_asks_for_one() -> None:
    template = process(skip="with_ground")
    assert said(check(template, "contact", "offer")) == [
        "a ground must be stated: 'talk' would be skipped [ground.missing]"
    ]
    assert ways(template, "contact", ground=GROUND) == {
        "talk": "advanced",
        "offer": "skipped",
        "deal": "skipped",
        "won": "won",
        "wait": "held",
        "lost": "lost",
    }


@pytest.mark.parametrize("blank", ["", "  ", "\n\t"])
def test_a_blank_ground_is_none(blank: str) -> None:
    assert not check(process(skip="with_ground"), "contact", "offer", ground=blank)


def test_skipping_freely_asks_for_no_ground() -> None:
    assert ways(process(skip="free"), "contact")["deal"] == "skipped"


@pytest.mark.parametrize(("skip", "ground"), [("with_ground", GROUND), ("free", None), ("free", GROUND)])
def test_a_skip_asks_the_rules_of_every_stage_passed_over(skip: str, ground: str | None) -> None:
    template = process({"talk": AMOUNT, "offer": NAME, "deal": {"rules": (present("owner"),)}}, skip=skip)
    assert said(check(template, "contact", "deal", ground=ground)) == [
        "amount is missing [present.amount]",
        "name is missing [present.name]",
        "owner is missing [present.owner]",
    ]


def test_a_ground_waives_the_rules_of_a_skippable_stage() -> None:
    changed = {"talk": {"skippable": True, **AMOUNT}, "offer": NAME}
    found = {
        skip: check(process(changed, skip=skip), "contact", "offer", ground=GROUND)
        for skip in ("never", "with_ground", "free")
    }
    assert {tuple(said(verdict)) for verdict in found.values()} == {("name is missing [present.name]",)}
    no_ground = {skip: said(check(process(changed, skip=skip), "contact", "offer")) for skip in found}
    asks = "a ground must be stated: 'talk' would be skipped [ground.missing]"
    assert no_ground == {
        "never": ["name is missing [present.name]", asks],
        "with_ground": ["name is missing [present.name]", asks],
        "free": ["name is missing [present.name]", "amount is missing [present.amount]"],
    }


def test_a_rule_that_the_target_asks_too_is_waived_by_no_ground() -> None:
    changed = {"talk": {"skippable": True, **AMOUNT}, "offer": AMOUNT}
    assert said(check(process(changed, skip="free"), "contact", "offer", ground=GROUND)) == [
        "amount is missing [present.amount]"
    ]


def test_a_way_that_passes_one_stage_that_is_not_skippable_stays_closed() -> None:
    template = process({"talk": {"skippable": True}})
    assert said(check(template, "contact", "deal", ground=GROUND)) == [
        "'deal' may not be reached from 'contact': 'talk' and 'offer' would be skipped [move.skip.deal]"
    ]


def test_stepping_back_is_never_with_a_ground_or_free_and_asks_nothing_more() -> None:
    asking = {"contact": AMOUNT}
    assert said(check(process(asking), "offer", "contact")) == [
        "'contact' lies before 'offer', and nothing steps back [move.back.contact]"
    ]
    assert said(check(process(asking, back="with_ground"), "offer", "contact")) == [
        "a ground must be stated: a step back [ground.missing]"
    ]
    assert ways(process(asking, back="with_ground"), "offer", ground=GROUND)["contact"] == "moved_back"
    assert ways(process(asking, back="free"), "offer")["contact"] == "moved_back"


def test_the_next_step_may_have_to_be_declared() -> None:
    template = process(moves=(Move(sources=("contact",), target="talk"),), next="declared")
    assert check(template, "contact", "talk")
    assert said(check(template, "talk", "offer")) == ["no move leads from 'talk' to 'offer' [move.undeclared.offer]"]
    assert said(check(template, "deal", "won")) == ["no move leads from 'deal' to 'won' [move.undeclared.won]"]


def test_a_retired_stage_is_left_and_never_entered_nor_passed() -> None:
    template = process({"talk": {"life": "retired", **AMOUNT}}, back="free")
    assert said(check(template, "contact", "talk")) == ["'talk' is retired: it can only be left [stage.retired.talk]"]
    assert ways(template, "contact")["offer"] == "advanced"
    assert ways(template, "talk") == {"contact": "moved_back", "offer": "advanced", "wait": "held", "lost": "lost"}


def test_a_deprecated_stage_is_entered_by_what_is_on_its_way() -> None:
    template = process({"talk": {"life": "deprecated"}})
    assert ways(template, "contact")["talk"] == "advanced"


# -- starting -----------------------------------------------------------------------------------------------


def starts(template: StageTemplate[Any], to: str, **how: Any) -> list[str]:
    return said(template.check(NEW, to=to, at=NOW, **how))


def test_records_start_in_the_first_open_active_stage() -> None:
    assert [each for each in EVERY if not starts(process(), each)] == ["contact"]
    assert starts(process(), "talk") == ["nothing starts in 'talk', but in 'contact' [start.elsewhere.talk]"]
    assert starts(process({"contact": {"life": "deprecated"}}), "talk") == []


def test_records_start_where_the_policy_says() -> None:
    template = process(start_at=("talk", "contact"))
    assert [each for each in EVERY if not starts(template, each)] == ["contact", "talk"]
    assert starts(template, "won") == ["nothing starts in 'won', but in 'talk' or 'contact' [start.elsewhere.won]"]
    assert template.start(NEW, at=NOW).stage == "talk"


def test_nothing_starts_in_a_deprecated_or_retired_stage() -> None:
    template = process({"contact": {"life": "deprecated"}, "talk": {"life": "retired"}}, start_at=("contact", "talk"))
    assert [starts(template, each) for each in ("contact", "talk")] == [
        ["'contact' is deprecated: nothing starts there any more [stage.deprecated.contact]"],
        ["'talk' is retired: it can only be left [stage.retired.talk]"],
    ]


def test_starting_later_asks_the_rules_of_what_is_passed_over() -> None:
    changed = {"contact": AMOUNT, "talk": {"skippable": True, **NAME}, "offer": {"rules": (present("owner"),)}}
    template = process(changed, start_at=("offer",))
    owner, amount, name = (f"{field} is missing [present.{field}]" for field in ("owner", "amount", "name"))
    assert starts(template, "offer") == [amount, owner, name]
    assert starts(template, "offer", ground=GROUND) == [amount, owner]


# -- losing and winning -------------------------------------------------------------------------------------


def test_losing_at_any_time_asks_the_rules_of_the_lost_stage_alone() -> None:
    template = process({"talk": NAME, "deal": NAME, "lost": {"rules": (present("loss.reason"),)}})
    assert {tuple(said(check(template, stage, "lost"))) for stage in OPEN} == {
        ("loss.reason is missing [present.loss.reason]",)
    }


def test_losing_may_have_to_be_declared() -> None:
    template = process(moves=(Move(sources=("contact",), target="lost"),), lose="declared")
    assert check(template, "contact", "lost").kind == "lost"
    assert said(check(template, "deal", "lost")) == ["no move leads from 'deal' to 'lost' [move.undeclared.lost]"]
    assert said(check(template, "wait", "lost", left="deal")) == [
        "no move leads from 'wait' to 'lost' [move.undeclared.lost]"
    ]


def test_winning_early_is_a_skip_and_its_change_says_won() -> None:
    template = process({"deal": AMOUNT}, skip="with_ground")
    assert said(check(template, "offer", "won", ground=GROUND)) == ["amount is missing [present.amount]"]
    template = process(skip="with_ground")
    assert template.move(sitting(template, "contact"), to="won", at=days(1), ground=GROUND).history[-1].kind == "won"


# -- closed -------------------------------------------------------------------------------------------------


def test_nothing_leaves_a_closed_stage_unless_the_policy_reopens_it() -> None:
    free = process(skip="free", back="free")
    assert [ways(free, closed, ground=GROUND) for closed in ("won", "lost")] == [{}, {}]
    assert said(check(free, "lost", "won", ground=GROUND)) == [
        "'lost' is closed, and is not reopened to 'won' [move.closed.won]"
    ]


def test_what_is_lost_is_reopened_to_the_stages_that_the_policy_names() -> None:
    template = process(reopen_to=("contact", "talk"))
    assert ways(template, "lost", ground=GROUND) == {"contact": "reopened", "talk": "reopened"}
    assert ways(template, "won", ground=GROUND) == {}
    assert said(check(template, "lost", "contact")) == ["a ground must be stated: a reopening [ground.missing]"]


def test_the_policy_says_which_closed_stages_may_be_reopened() -> None:
    template = process(reopen_to=("talk",), reopen_from=("won",))
    assert [ways(template, closed, ground=GROUND) for closed in ("won", "lost")] == [{"talk": "reopened"}, {}]


def test_a_reopening_asks_the_target_and_what_lies_between_it_and_the_stage_that_was_left() -> None:
    changed = {"talk": AMOUNT, "offer": {"skippable": True, **NAME}, "deal": {"rules": (present("owner"),)}}
    template = process(changed, reopen_to=("contact", "deal"))
    amount, owner = "amount is missing [present.amount]", "owner is missing [present.owner]"
    assert said(check(template, "lost", "deal", left="contact", ground=GROUND)) == [amount, owner]
    assert said(check(template, "lost", "deal", left="talk", ground=GROUND)) == [owner]
    assert said(check(template, "lost", "deal", ground=GROUND)) == [amount, owner]
    assert said(check(template, "lost", "contact", left="deal", ground=GROUND)) == []


def test_a_retired_stage_is_not_reopened() -> None:
    template = process({"talk": {"life": "retired"}}, reopen_to=("talk",))
    assert said(check(template, "lost", "talk", ground=GROUND)) == [
        "'talk' is retired: it can only be left [stage.retired.talk]"
    ]


# -- holds --------------------------------------------------------------------------------------------------


def test_every_open_stage_may_be_held_and_a_hold_asks_its_rules() -> None:
    template = process({"wait": AMOUNT})
    assert {tuple(said(check(template, stage, "wait"))) for stage in OPEN} == {("amount is missing [present.amount]",)}


def test_leaving_a_hold_resumes_the_stage_that_was_left_without_new_questions() -> None:
    template = process({"talk": AMOUNT, "offer": NAME})
    assert ways(template, "wait", left="talk") == {"talk": "resumed", "lost": "lost"}
    assert said(check(template, "wait", "offer", left="talk")) == ["name is missing [present.name]"]


def test_every_other_target_is_judged_from_the_stage_that_was_left() -> None:
    template = process(back="with_ground", skip="with_ground")
    assert ways(template, "wait", left="talk", ground=GROUND) == {
        "contact": "moved_back",
        "talk": "resumed",
        "offer": "advanced",
        "deal": "skipped",
        "won": "won",
        "lost": "lost",
    }
    declared = process(moves=(Move(sources=("contact",), target="deal"),))
    assert ways(declared, "wait", left="contact")["deal"] == "advanced"


def test_a_hold_of_unknown_origin_is_judged_as_if_it_had_passed_no_stage() -> None:
    assert ways(process(), "wait") == {"contact": "resumed", "talk": "advanced", "lost": "lost"}


def test_a_retired_stage_is_still_resumed() -> None:
    template = process({"talk": {"life": "retired"}})
    assert ways(template, "wait", left="talk")["talk"] == "resumed"


def test_nothing_goes_from_hold_to_hold() -> None:
    template = process({"wait too": {"hold": True}})
    assert said(check(template, "wait", "wait too")) == ["'wait' is a hold already: resume first [move.hold.wait too]"]


def test_a_record_lost_on_hold_is_reopened_from_the_stage_that_it_had_left() -> None:
    template = process({"talk": AMOUNT}, reopen_to=("talk",))
    held = sitting(template, "wait", left="talk")
    lost = template.move(held, to="lost", at=days(1))
    assert (lost.left, said(template.check(lost, to="talk", at=days(2), ground=GROUND))) == (
        "talk",
        ["amount is missing [present.amount]"],
    )


def test_a_record_of_unknown_origin_lost_on_hold_can_still_be_judged() -> None:
    template = process(reopen_to=("contact",))
    lost = template.move(sitting(template, "wait"), to="lost", at=days(1))
    assert template.check(lost, to="contact", at=days(2), ground=GROUND)


@pytest.mark.parametrize(("stage", "left"), [("wait", "won"), ("wait", "wait"), ("lost", "wait"), ("lost", "won")])
def test_a_stored_record_that_claims_to_have_left_a_closed_stage_or_a_hold_is_judged(stage: str, left: str) -> None:
    template = process(reopen_to=("contact",))
    broken = sitting(template, stage).model_copy(update={"left": left})
    assert len(template.options(broken, at=days(1), ground=GROUND)) == len(EVERY)


def test_a_stored_record_that_left_a_stage_of_no_template_is_of_unknown_origin() -> None:
    template = process()
    strange = sitting(template, "wait").model_copy(update={"left": "nowhere"})
    assert template.check(strange, to="contact", at=days(1)).kind == "resumed"


# -- declared moves -----------------------------------------------------------------------------------------


def test_a_declared_move_replaces_the_policy_for_its_pairs_alone() -> None:
    template = process(
        moves=(Move(sources=("contact", "talk"), target="deal"), Move(sources=("deal",), target="contact"))
    )
    assert [ways(template, stage).get("deal") for stage in OPEN] == ["advanced", "advanced", "advanced", None]
    assert ways(template, "deal")["contact"] == "moved_back"


def test_a_declared_move_asks_the_target_s_rules_and_its_own_and_nothing_else() -> None:
    jump = Move(sources=("contact",), target="deal", rules=(present("owner"),), roles=("director",), ground=True)
    template = process({"talk": AMOUNT, "deal": NAME}, moves=(jump,))
    assert said(check(template, "contact", "deal")) == [
        "name is missing [present.name]",
        "owner is missing [present.owner]",
        "this takes the role director, and who acts is not said [role.director]",
        "a ground must be stated: 'contact' to 'deal' asks for one [ground.missing]",
    ]
    there = sitting(template, "contact", Opportunity(id="D-1", name="x", owner="u"))
    assert not template.check(there, to="deal", at=days(1), by=REP, ground=GROUND)
    assert template.check(there, to="deal", at=days(1), by=BOSS, ground=GROUND)


def test_a_declared_way_to_hold_to_win_and_to_lose_keeps_its_kind() -> None:
    template = process(
        moves=tuple(Move(sources=("contact",), target=target, ground=True) for target in ("wait", "won", "lost"))
    )
    assert [ways(template, "contact").get(target) for target in ("wait", "won", "lost")] == [None] * 3
    assert [ways(template, "contact", ground=GROUND)[target] for target in ("wait", "won", "lost")] == [
        "held",
        "won",
        "lost",
    ]


# -- names --------------------------------------------------------------------------------------------------


def test_an_unknown_stage_is_refused_with_the_nearest_one() -> None:
    assert said(check(process(), "contact", "tlak")) == [
        "there is no stage 'tlak'; 'talk' is near [stage.unknown.tlak]"
    ]
    assert said(check(process(), "contact", "zebra")) == ["there is no stage 'zebra' [stage.unknown.zebra]"]


def test_an_alias_names_its_stage_as_target_and_as_place() -> None:
    template = process({"talk": {"aliases": ("conversation",)}, "offer": {"aliases": ("quote",)}})
    verdict = check(template, "contact", "conversation")
    assert (verdict.source, verdict.target, bool(verdict)) == ("contact", "talk", True)
    under_alias = sitting(template, "talk").model_copy(update={"stage": "conversation"})
    verdict = template.check(under_alias, to="quote", at=days(1))
    assert (verdict.source, verdict.target, bool(verdict)) == ("talk", "offer", True)
    assert said(template.check(under_alias, to="talk", at=days(1))) == [
        "the record is in 'talk' already [stage.same.talk]"
    ]


def test_a_rule_asked_twice_is_named_once() -> None:
    template = process({"talk": AMOUNT, "offer": AMOUNT}, skip="free")
    assert said(check(template, "contact", "offer")) == ["amount is missing [present.amount]"]


def test_every_pair_of_stages_has_one_answer_however_often_it_is_asked() -> None:
    template = process(skip="with_ground", back="free", reopen_to=("talk",))
    first = {stage: template.options(sitting(template, stage), at=days(1)) for stage in EVERY}
    again = {stage: template.options(sitting(template, stage), at=days(1)) for stage in EVERY}
    assert first == again


def test_a_template_of_the_most_stages_answers_for_all_of_them() -> None:
    many = StageTemplate(
        id="many",
        version="1",
        record=Opportunity,
        stages=tuple(Stage(id=f"s{count}", rules=(present("amount"),)) for count in range(256)),
    )
    record = many.adopt(NEW, stage="s0", at=NOW)
    assert [
        to
        for to, verdict in many.options(record, at=days(1), update={"amount": {"amount": 1, "currency": "EUR"}}).items()
        if verdict
    ] == ["s1"]


def test_a_stage_is_found_in_whatever_form_of_unicode_it_is_typed() -> None:
    template = process({"talk": {"aliases": ("\u00e9t\u00e9",)}})
    assert check(template, "contact", "e\u0301te\u0301").target == "talk"
    assert check(template, "contact", "e\u0301te\u0301")


@pytest.mark.parametrize("stage", ["wait", "lost"])
def test_a_record_that_left_a_stage_of_no_template_is_judged_as_one_of_which_nothing_is_known(stage: str) -> None:
    template = process(skip="with_ground", back="with_ground", reopen_to=("talk",))
    there = sitting(template, stage)
    strange = there.model_copy(update={"left": "zebra"})
    told, silent = (template.options(each, at=days(1), ground=GROUND) for each in (strange, there))
    assert told == silent
    # one entry of the table serves whatever a stranger says
    assert (stage, "zebra") not in template._judged_by().table.rows


# -- the table itself ---------------------------------------------------------------------------------------

OUT_OF_PLAY = ("wait", "won", "lost")
PLACES = [
    *((source, None) for source in (None, *OPEN)),
    *((source, left) for source in OUT_OF_PLAY for left in (None, "contact", "deal", "wait")),
]


def table_of(template: StageTemplate[Any]) -> Table:
    return template._judged_by().table


def all_ways(table: Table) -> dict[tuple[str | None, str | None, str], Edge | Refusal]:
    """Return the way of every pair of stages, whatever a held or closed record left."""
    return {(source, left, to): table.way(source, left, to) for source, left in PLACES for to in EVERY}


PROCESSES: dict[str, dict[str, Any]] = {
    "asks nothing": {},
    "asks everywhere": {"changed": dict.fromkeys(EVERY, AMOUNT), "skip": "with_ground", "back": "with_ground"},
    "is free": {
        "changed": {"talk": {"skippable": True, **NAME}, "deal": {"rules": (present("owner"), present("amount"))}},
        "skip": "free",
        "back": "free",
        "reopen_to": ("talk", "deal"),
    },
    "declares": {
        "changed": {"talk": {"life": "retired"}, "wait too": {"hold": True}},
        "moves": (Move(sources=("contact", "offer"), target="deal", rules=(present("owner"),)),),
        "next": "declared",
        "lose": "declared",
        "reopen_to": ("contact",),
    },
}


@pytest.fixture(params=PROCESSES)
def table(request: pytest.FixtureRequest) -> Table:
    """A table that nobody has asked yet."""
    return table_of(process(**PROCESSES[request.param]))


def test_a_way_leads_there_exactly_where_there_is_one(table: Table) -> None:
    found = all_ways(table)
    assert {each: table.leads(*each) for each in found} == {each: isinstance(way, Edge) for each, way in found.items()}
    assert table.leads("contact", None, "zebra") is False


def test_a_way_is_worked_out_once_and_then_kept(table: Table) -> None:
    first, again = all_ways(table), all_ways(table)
    assert [each for each in first if again[each] is not first[each]] == []


def test_what_a_stranger_asks_for_is_answered_and_not_kept(table: Table) -> None:
    assert table.way("wait", "zebra", "talk") is table.way("wait", None, "talk")
    assert [isinstance(table.way(source, None, "zebra"), Edge) for source in (None, "contact")] == [False] * 2
    assert [place for place, row in table.rows.items() if "zebra" in (*place, *row)] == []


def test_the_ways_that_ask_nothing_but_guards_are_open_to_the_short_way(table: Table) -> None:
    found = all_ways(table)
    plain = {
        (source if left is None else (source, left), to): way
        for (source, left, to), way in found.items()
        if isinstance(way, Edge) and not (way.ground or way.waived or way.warns)
    }
    assert {(key, to): way for key, ways in table.open.items() for to, way in ways.items()} == plain


def test_a_way_asks_its_rules_one_guard_each_and_all_of_them_in_one(table: Table) -> None:
    for way in all_ways(table).values():
        if isinstance(way, Edge):
            assert len(way.guards) == len(set(way.rules))
            assert (way.whole is None) == (way.guards == ())
            apart = [each for guard in way.guards for each in guard(NEW, NOW, None)]
            assert list(way.whole(NEW, NOW, None) if way.whole else ()) == apart


def test_where_nobody_knows_what_was_left_any_stage_that_allows_the_way_is_the_one(table: Table) -> None:
    pairs = [(source, to) for source in (None, "talk", *OUT_OF_PLAY) for to in EVERY]
    allowed = {
        (source, to): any(isinstance(table.way(source, left, to), Edge) for left in (to, *OPEN)) for source, to in pairs
    }
    kindest = {(source, to): table.kindest(source, to) for source, to in pairs}
    assert {pair: isinstance(way, Edge) for pair, way in kindest.items()} == allowed
    assert {to: table.kindest("wait", to) for to in OPEN if allowed["wait", to]} == {
        to: table.way("wait", to, to) for to in OPEN if allowed["wait", to]
    }
    assert {pair: way for pair, way in kindest.items() if not allowed[pair]} == {
        (source, to): table.way(source, to, to) for source, to in pairs if not allowed[source, to]
    }


def test_the_table_tells_which_rules_it_has_compiled(table: Table) -> None:
    asked = {rule for way in all_ways(table).values() if isinstance(way, Edge) for rule in way.rules}
    assert asked <= {rule for rule, _ in table.made()}
    assert [rule for rule, guard in table.made() if table.guards([rule]) != (guard,)] == []


def test_the_verdict_of_every_way_names_its_two_ends(table: Table) -> None:
    ends = {
        (source, to): (way.allowed.source, way.allowed.target, way.allowed.kind)
        for (source, _, to), way in all_ways(table).items()
        if isinstance(way, Edge)
    }
    assert {pair: (source, target) for pair, (source, target, _) in ends.items()} == {pair: pair for pair in ends}
    assert {kind for (source, _), (_, _, kind) in ends.items() if source is None} == {"started"}


def test_a_ground_that_is_not_stated_is_what_is_missing() -> None:
    assert check(process(back="with_ground"), "offer", "contact").missing == ("ground",)


def test_a_rule_that_only_warns_is_no_guard() -> None:
    template = process({"talk": {"rules": (present("amount", severity="warn"), present("owner"))}})
    way = table_of(template).way("contact", None, "talk")
    assert isinstance(way, Edge)
    assert [[str(each) for guard in some for each in guard(NEW, NOW, None)] for some in (way.guards, way.warns)] == [
        ["owner is missing [present.owner]"],
        ["amount is missing [present.amount]"],
    ]


def test_a_waived_rule_that_only_warns_is_never_asked() -> None:
    softly = {"skippable": True, "rules": (present("amount", severity="warn"), present("owner"))}
    template = process({"talk": softly, "offer": {"rules": (present("owner"),)}}, skip="free")
    way = table_of(template).way("contact", None, "offer")
    assert isinstance(way, Edge)
    assert (len(way.guards), way.waived, way.warns) == (1, (), ())


@rule(reads=("name",))
def has_a_name(record: Any, *, at: Any, by: Any) -> bool | None:
    return bool(record.name)


@pytest.mark.parametrize(
    ("asked", "looks"),
    [
        (present("amount"), False),
        (present("loss.reason"), False),
        (role("rep"), False),
        (present("template.version"), True),
        (present("history"), True),
        (compare("changes_before", "le", 3), True),
        (visited("talk"), True),
        (time_in_stage(at_most=timedelta(days=3)), True),
        (has_a_name, True),
        (any_of(present("amount"), visited("talk")), True),
    ],
    ids=str,
)
def test_a_table_knows_whether_a_rule_may_ask_for_what_lies_behind(asked: Any, looks: bool) -> None:
    known = {"host_fields": ("template.version",)}
    assert table_of(process({"deal": {"rules": (asked,)}}, more=known)).looks_back is looks
    declared = Move(sources=("contact",), target="deal", rules=(asked,))
    assert table_of(process(moves=(declared,), more=known)).looks_back is looks
