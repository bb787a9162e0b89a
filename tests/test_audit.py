"""Audits of records: each way in which a stored history can disagree has its code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from salesflow import (
    Actor,
    Answer,
    Lead,
    LossReport,
    Money,
    Move,
    Opportunity,
    Policy,
    Qualification,
    Stage,
    StageTemplate,
    audit,
    audits,
    diff,
    none_of,
    present,
    qualified,
    role,
    rule,
)
from salesflow._acquit import Chart
from salesflow.findings import Audit, Tally
from salesflow.history import Change, TemplateRef
from salesflow.rules import time_in_stage, visited

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
REP = Actor(id="u-1", roles=("rep",))
BOSS = Actor(id="u-2", roles=("director",))
STAGES = (
    Stage(id="new"),
    Stage(id="talk"),
    Stage(
        id="offer",
        rules=(qualified("need"), present("amount", overridable_by=("director",)), role("rep", "director")),
    ),
    Stage(id="pause", hold=True),
    Stage(id="won", outcome="won"),
    Stage(id="lost", outcome="lost", rules=(present("loss.reason"),)),
)
TEMPLATE = StageTemplate(
    id="t",
    version="1",
    record=Opportunity,
    stages=STAGES,
    policy=Policy(skip="with_ground", back="with_ground", reopen_to=("talk",), lock_closed=True),
)
PLAIN = StageTemplate(
    id="plain",
    version="1",
    record=Opportunity,
    stages=(
        *(Stage(id=id) for id in ("a", "b", "c")),
        Stage(id="h", hold=True),
        Stage(id="won", outcome="won"),
        Stage(id="lost", outcome="lost"),
    ),
    policy=Policy(skip="with_ground", reopen_to=("b",)),
)


def later(days: float) -> datetime:
    return DAY + timedelta(days=days)


def deal() -> Opportunity:
    """A deal that was qualified, held, offered, lost, reopened and won."""
    made = TEMPLATE.start(Opportunity(id="D", name="Acme"), at=DAY, by=REP)
    made = TEMPLATE.move(made, to="talk", at=later(1), by=REP)
    need = Answer(criterion="need", certainty="claimed", at=later(2))
    made = TEMPLATE.update(made, {"qualification": made.qualification.answered(need)}, at=later(2), by=REP)
    made = TEMPLATE.move(made, to="pause", at=later(3), by=REP)
    made = TEMPLATE.move(made, to="talk", at=later(4), by=REP)
    made = TEMPLATE.move(made, to="offer", at=later(5), by=REP, update={"amount": Money.of(5, "EUR")})
    made = TEMPLATE.move(made, to="lost", at=later(6), by=REP, update={"loss": LossReport(reason="price")})
    made = TEMPLATE.move(made, to="talk", at=later(7), by=REP, ground="they called")
    made = TEMPLATE.move(made, to="offer", at=later(8), by=REP)
    return TEMPLATE.move(made, to="won", at=later(9), by=REP)


def plain_deal() -> Opportunity:
    made = PLAIN.start(Opportunity(id="P"), at=DAY)
    made = PLAIN.move(made, to="h", at=later(1))
    made = PLAIN.move(made, to="a", at=later(2))
    made = PLAIN.move(made, to="c", at=later(3), ground="known")
    made = PLAIN.move(made, to="lost", at=later(4))
    return PLAIN.move(made, to="b", at=later(5), ground="again")


def with_changes(record: Opportunity, edit: Callable[[list[Change]], object]) -> Opportunity:
    """Return the record with its history edited behind the template's back."""
    changes = list(record.history)
    edit(changes)
    return record.model_copy(update={"history": tuple(changes)})


def edited(record: Opportunity, number: int, /, **fields: Any) -> Opportunity:
    def edit(changes: list[Change]) -> None:
        changes[number - 1] = replace(changes[number - 1], **fields)

    return with_changes(record, edit)


def codes(record: object, template: Any = TEMPLATE) -> list[str]:
    return [each.code for each in audit(template, [record])]  # type: ignore[list-item]


@rule(text="ran through version 1")
def ran_through_the_first(record: Any, *, at: datetime, by: Actor | None) -> bool:
    return record.template is not None and record.template.version == "1"


def by_template(version: str) -> StageTemplate[Any]:
    """Return a process that asks by which template a record ran so far."""
    stages = (
        Stage(id="new", rules=(none_of(present("template")),)),
        Stage(id="talk", rules=(present("template"), ran_through_the_first)),
        Stage(id="won", outcome="won", rules=(present("template"),)),
    )
    return StageTemplate(id="t", version=version, record=Opportunity, stages=stages)


def test_a_past_move_is_judged_by_the_template_that_the_record_ran_through_then() -> None:
    old, new = by_template("1"), by_template("2")
    record = old.move(old.start(Opportunity(id="D-1"), at=DAY), to="talk", at=later(1))
    assert codes(record, old) == []
    migrated = new.move(diff(old, new).plan().apply(record, at=later(2)), to="won", at=later(3))
    assert [each.code for each in audit((old, new), [migrated])] == []


def test_before_it_starts_a_record_runs_through_no_template() -> None:
    stages = (Stage(id="new", rules=(present("template"),)), Stage(id="won", outcome="won"))
    judge = StageTemplate(id="t", version="1", record=Opportunity, stages=stages)
    free = StageTemplate(id="t", version="1", record=Opportunity, stages=(Stage(id="new"), stages[1]))
    begun = free.start(Opportunity(id="D-1"), at=DAY)
    (start,) = begun.history
    forged = begun.model_copy(update={"template": judge.ref, "history": (replace(start, template=judge.ref),)})
    assert codes(forged, judge) == ["rule_not_met"]


@pytest.mark.parametrize(("kept", "undecided"), [(1, 1), (2, 2)])
def test_by_which_template_a_record_ran_before_its_tail_is_not_known(kept: int, undecided: int) -> None:
    old = by_template("1")
    record = old.move(old.start(Opportunity(id="D-1"), at=DAY), to="talk", at=later(1))
    record = old.move(record, to="won", at=later(2))
    assert codes(tail(record, kept), old) == ["rule_undecidable"] * undecided


def test_a_legal_history_has_no_findings_and_is_counted() -> None:
    judged = audit((TEMPLATE, PLAIN), [deal(), plain_deal(), plain_deal()])
    assert list(judged) == []
    assert (judged.deals, judged.rows, judged.moves) == (3, 10 + 6 + 6, 8 + 5 + 5)
    assert judged.kinds == {
        "started": 3,
        "advanced": 3,
        "held": 3,
        "resumed": 3,
        "skipped": 2,
        "lost": 3,
        "reopened": 3,
        "won": 1,
    }


@pytest.mark.parametrize("record", [deal, plain_deal])
@pytest.mark.parametrize(
    ("number", "fields", "expected"),
    [
        (2, {"number": 7}, ["number_gap", "number_gap"]),
        (2, {"source": "won"}, ["gap", "out_of_won"]),
        (2, {"at": later(-1)}, ["time_back"]),
        (1, {"kind": "advanced", "source": "won"}, ["wrong_start", "out_of_won"]),
        (2, {"kind": "started"}, ["wrong_start", "starts_in_the_middle"]),
        (2, {"template": TemplateRef("x", "1", "0" * 64)}, ["unknown_template"]),
        (2, {"set": {"nameless": "x"}}, ["unknown_field"]),
        (2, {"set": {"stage": "won"}}, ["unknown_field"]),
        (2, {"set": {"amount": 5}}, ["unreadable_field"]),
        (2, {"set": {"name": "\ud800"}}, ["unreadable_field"]),
        (2, {"overrode": ("present.amount",)}, ["ground_missing"]),
    ],
)
def test_each_corruption_has_its_code(
    record: Callable[[], Opportunity], number: int, fields: dict[str, Any], expected: list[str]
) -> None:
    judge = TEMPLATE if record is deal else PLAIN
    if record is plain_deal and fields.get("kind") == "started":
        expected = ["wrong_start", "starts_in_the_middle"]
    assert codes(edited(record(), number, **fields), judge) == expected


@pytest.mark.parametrize(
    ("number", "fields", "says"),
    [
        (2, {"number": 7}, "change 7 stands where 2 is due"),
        (2, {"source": "won"}, "it leaves 'won', and the record was in 'new'"),
        (2, {"at": later(-1)}, "it happened before the change at 2026-03-02T09:00:00+00:00"),
        (2, {"kind": "started"}, "change 2 cannot be 'started'"),
        (1, {"kind": "advanced", "source": "new"}, "change 1 cannot be 'advanced'"),
        (2, {"template": TemplateRef("x", "1", "0" * 64)}, "no template x 1 was given"),
        (2, {"template": replace(TEMPLATE.ref, digest="0" * 64)}, "t 1 is not the definition given"),
        (2, {"set": {"nameless": "x"}}, "there is no field 'nameless'"),
        (2, {"set": {"stage": "won"}}, "stage is set by templates alone"),
        (2, {"set": {"amount": 5}}, "amount: Input should be an object"),
        (2, {"overrode": ("a", "b")}, "a, b was overridden without a ground"),
        (2, {"kind": "moved_back"}, "this move is 'advanced', and is recorded as 'moved_back'"),
        (3, {"target": "offer"}, "an update stays in its stage, and this one reaches 'offer'"),
        (6, {"by": None}, "this takes the role rep or director, and who acts is not said"),
        (8, {"ground": None}, "a ground must be stated: a reopening"),
    ],
)
def test_a_finding_says_where_it_is_and_what_is_told_and_what_should_be(
    number: int, fields: dict[str, Any], says: str
) -> None:
    record = edited(deal(), number, **fields)
    found, change = next(audit(TEMPLATE, [record])), record.history[number - 1]
    assert found.detail == says
    assert (found.deal, found.row) == ("D", change.number)
    assert (found.source, found.target, found.at) == (change.source, change.target, change.at)


def test_a_finding_on_the_end_says_what_the_history_tells_and_what_the_record_says() -> None:
    record = deal().model_copy(update={"stage": "talk", "left": "new"})
    found = list(audit(TEMPLATE, [record]))
    assert [each.detail for each in found] == [
        "its history ends in 'won', and it is in 'talk'",
        "its history left 'offer', and it says 'new'",
    ]
    ends = {(each.deal, each.row, each.source, each.target, each.at) for each in found}
    assert ends == {("D", None, "won", "talk", later(9))}


def test_a_change_under_another_definition_of_the_same_version_is_told() -> None:
    ref = replace(TEMPLATE.ref, digest="0" * 64)
    assert codes(edited(deal(), 2, template=ref)) == ["changed_template"]


def test_a_wrong_kind_is_told() -> None:
    assert codes(edited(deal(), 2, kind="moved_back")) == ["wrong_kind"]
    assert codes(edited(deal(), 3, target="offer")) == ["wrong_kind"]


def test_a_wrong_last_stage_and_a_wrong_stage_left_are_told() -> None:
    won = deal()
    assert codes(won.model_copy(update={"stage": "talk"})) == ["wrong_end"]
    assert codes(won.model_copy(update={"left": "new"})) == ["wrong_end"]
    assert codes(plain_deal().model_copy(update={"stage": "c"}), PLAIN) == ["wrong_end"]
    assert codes(with_changes(won, lambda changes: changes.pop())) == ["wrong_end", "wrong_end"]


def test_a_forgotten_change_leaves_a_gap() -> None:
    found = codes(with_changes(deal(), lambda changes: changes.pop(3)))
    assert found[:2] == ["number_gap", "gap"]


def test_a_reopening_and_a_skip_without_their_ground_are_told() -> None:
    assert codes(edited(deal(), 8, ground=None)) == ["reopened_without_ground"]
    assert codes(edited(plain_deal(), 4, ground=" "), PLAIN) == ["skip"]
    assert codes(edited(plain_deal(), 6, ground=""), PLAIN) == ["reopened_without_ground"]


def test_nothing_skips_out_of_lost_unnoticed() -> None:
    lost = PLAIN.move(PLAIN.start(Opportunity(id="P"), at=DAY), to="lost", at=DAY)
    change = replace(lost.history[-1], number=3, kind="won", source="lost", target="won")
    forged = lost.model_copy(update={"stage": "won", "left": "a", "history": (*lost.history, change)})
    (found,) = audit(PLAIN, [forged])
    assert (found.code, found.deal, found.row, found.source, found.target) == ("out_of_lost", "P", 3, "lost", "won")
    assert str(found) == "P @ 3: 'lost' is closed, and is not reopened to 'won' [out_of_lost]"


def test_an_unknown_stage_is_told_on_the_way_in_and_does_not_hide_what_follows() -> None:
    found = list(audit(TEMPLATE, [edited(deal(), 2, target="tlak")]))
    assert [each.code for each in found] == ["unknown_stage", "gap", "gap"]
    assert found[0].detail == "there is no stage 'tlak'; 'talk' is near"


def test_a_source_that_the_template_does_not_know_is_told() -> None:
    assert codes(edited(deal(), 2, source="never")) == ["gap", "unknown_stage"]


def test_a_start_that_claims_to_leave_a_stage_is_a_gap() -> None:
    assert codes(edited(deal(), 1, source="talk")) == ["gap"]
    assert codes(edited(deal(), 1, source="never")) == ["gap"]


def test_a_move_out_of_nowhere_is_a_gap_and_judged_no_further() -> None:
    assert codes(edited(deal(), 2, source=None)) == ["gap"]


def test_a_past_move_is_judged_by_what_was_known_then() -> None:
    late = Answer(criterion="need", certainty="claimed", at=later(30))
    forged = deal()
    forged = edited(forged, 3, set={"qualification": Qualification(answers=(late,)).model_dump(mode="json")})
    found = list(audit(TEMPLATE, [forged]))
    assert [(each.code, each.row) for each in found] == [("rule_not_met", 6), ("rule_not_met", 9)]
    assert found[0].refusal is not None
    assert found[0].refusal.key == "qualified.need"


def test_who_acted_then_is_judged_by_the_roles_held_then() -> None:
    assert codes(edited(deal(), 6, by=Actor(id="u-9"))) == ["rule_not_met"]
    assert codes(edited(deal(), 6, by=None)) == ["rule_not_met"]


def test_an_override_excuses_exactly_the_rule_that_its_actor_could_override() -> None:
    made = deal().model_copy(update={"amount": None})
    assert codes(edited(made, 6, set={})) == ["rule_not_met", "rule_not_met"]
    excused = {"set": {}, "overrode": ("present.amount",), "ground": "a friend"}
    assert codes(edited(made, 6, **excused, by=BOSS)) == ["rule_not_met"]
    assert codes(edited(made, 6, **excused)) == ["rule_not_met", "rule_not_met"]
    assert codes(edited(made, 6, **{**excused, "ground": ""}, by=BOSS)) == ["ground_missing", "rule_not_met"]


def test_a_locked_record_that_was_updated_after_closing_is_told() -> None:
    won = deal()
    change = replace(won.history[-1], number=11, kind="updated", source="won", target="won", at=later(10))
    (found,) = audit(TEMPLATE, [won.model_copy(update={"history": (*won.history, change)})])
    assert str(found) == "D @ 11: 'won' is closed, and the policy locks what is closed [updated_while_closed]"


def test_an_adopted_record_is_taken_as_it_came() -> None:
    adopted = TEMPLATE.adopt(Opportunity(id="A"), stage="lost", left="offer", at=DAY, by=REP)
    assert codes(adopted) == []
    assert codes(TEMPLATE.adopt(Opportunity(id="A"), stage="offer", at=DAY)) == []
    assert codes(edited(adopted, 1, set={"nameless": "x"})) == ["unknown_field"]


def test_a_record_that_never_started_is_clean_and_one_without_its_template_is_told() -> None:
    assert codes(Opportunity(id="N")) == []
    assert set(codes(plain_deal())) == {"unknown_template"}
    assert codes(edited(deal(), 2, template=None).model_copy(update={"template": None})) == ["unknown_template"]


def test_each_change_is_judged_by_the_version_valid_when_it_was_made() -> None:
    strict = StageTemplate(
        id="plain", version="2", record=Opportunity, stages=PLAIN.stages, policy=Policy(skip="never", reopen_to=("b",))
    )
    record = plain_deal()
    assert codes(record, (PLAIN, strict)) == []
    moved = edited(record, 4, template=strict.ref)
    # nothing migrated it there and back
    assert codes(moved, (PLAIN, strict)) == ["unmigrated", "skip", "unmigrated"]


# -- the close look, which the short way mostly spares ------------------------------------------------------


def closely(template: StageTemplate[Any], *records: Any) -> Audit:
    """Audit records without the short way."""
    courts, tally = {(template.id, template.version): template._judged_by()}, Tally()
    return Audit((each for record in records for each in audits._findings(courts, record, tally)), tally)


@pytest.mark.parametrize("template", [TEMPLATE, PLAIN], ids=lambda template: template.id)
def test_a_close_look_at_what_agrees_finds_nothing_and_counts_the_same(template: StageTemplate[Any]) -> None:
    made = deal() if template is TEMPLATE else plain_deal()
    adopted = template.adopt(Opportunity(id="A"), stage="lost", at=DAY)
    records = [made, adopted, Opportunity(id="N"), made]
    close, short = closely(template, *records), audit(template, records)
    assert (list(close), list(short)) == ([], [])
    assert (close.moves, close.kinds) == (short.moves, short.kinds)


def test_a_history_that_agrees_is_acquitted_without_a_close_look() -> None:
    charts = {("t", "1"): Chart(TEMPLATE._judged_by())}
    assert audits._acquitted(charts, deal(), Tally())
    assert not audits._acquitted(charts, edited(deal(), 2, number=7), Tally())
    assert not audits._acquitted(charts, plain_deal(), Tally())


def test_a_rule_sees_in_an_audit_what_it_saw_at_the_move() -> None:
    seen: list[Any] = []

    @rule(reads=("amount", "owner", "history"))
    def looks(record: Any, *, at: Any, by: Any) -> bool:
        seen.append((record.stage, record.left, record.closed_at, record.reopenings, record.amount, record.owner))
        seen.append(record.history)
        return True

    judge = StageTemplate(
        id="looks",
        version="1",
        record=Opportunity,
        stages=tuple(each.model_copy(update={"rules": (looks,)}) for each in PLAIN.stages),
        policy=PLAIN.policy,
    )
    made = judge.start(Opportunity(id="P", owner="u-1"), at=DAY)
    made = judge.move(made, to="h", at=later(1), update={"amount": Money.of(5, "EUR")})
    made = judge.update(made, {"owner": "u-2"}, at=later(1.5))
    for day, to in enumerate(("a", "c", "lost", "b", "c", "won"), 2):
        made = judge.move(made, to=to, at=later(day), ground="known")
    at_the_moves, seen[:] = list(dict.fromkeys(seen)), []
    assert list(closely(judge, made)) == []
    assert list(dict.fromkeys(seen)) == at_the_moves


def test_what_a_ground_waives_is_asked_of_a_past_move_only_without_one() -> None:
    judge = StageTemplate(
        id="waives",
        version="1",
        record=Opportunity,
        stages=(Stage(id="a"), Stage(id="b", skippable=True, rules=(present("amount"),)), Stage(id="c")),
        policy=Policy(skip="free"),
    )
    made = judge.move(judge.start(Opportunity(id="W"), at=DAY), to="c", at=later(1), ground="known")
    assert [each.code for each in closely(judge, made)] == []
    assert [each.code for each in closely(judge, edited(made, 2, ground=None))] == ["rule_not_met"]


def test_a_hold_that_resumes_elsewhere_is_told() -> None:
    held = PLAIN.move(PLAIN.start(Opportunity(id="H"), at=DAY), to="b", at=later(1))
    held = PLAIN.move(held, to="h", at=later(2))
    change = replace(held.history[-1], number=4, kind="resumed", source="h", target="c", at=later(3))
    forged = held.model_copy(update={"stage": "c", "left": None, "history": (*held.history, change)})
    assert codes(forged, PLAIN) == ["wrong_kind"]
    # a tail tells it too, as long as it holds the change that left the stage
    assert codes(tail(forged, 2), PLAIN) == ["wrong_kind"]
    assert codes(tail(forged, 1), PLAIN) == []


# -- tails --------------------------------------------------------------------------------------------------


def tail(record: Opportunity, kept: int) -> Opportunity:
    cut = len(record.history) - kept
    return record.model_copy(update={"history": record.history[cut:], "changes_before": cut})


@pytest.mark.parametrize("kept", range(1, 11))
def test_the_tail_of_a_legal_history_convicts_nobody(kept: int) -> None:
    found = list(audit(TEMPLATE, [tail(deal(), kept)]))
    assert {each.code for each in found} <= {"rule_undecidable"}
    assert all(each.level == "warning" for each in found)


@pytest.mark.parametrize("kept", range(1, 7))
def test_the_tail_of_a_plain_history_is_clean(kept: int) -> None:
    assert codes(tail(plain_deal(), kept), PLAIN) == []


def test_nobody_is_convicted_of_what_a_stage_left_before_the_tail_would_allow() -> None:
    judge = StageTemplate(
        id="declared",
        version="1",
        record=Opportunity,
        stages=PLAIN.stages,
        moves=(Move(sources=("b",), target="lost"),),
        policy=Policy(skip="never", lose="declared"),
    )
    held = judge.start(Opportunity(id="T"), at=DAY)
    for to in ("b", "c", "h"):
        held = judge.move(held, to=to, at=later(1))
    assert codes(tail(judge.move(held, to="won", at=later(2)), 1), judge) == []
    back = judge.move(judge.move(judge.start(Opportunity(id="U"), at=DAY), to="b", at=later(1)), to="h", at=later(2))
    lost = judge.move(back, to="lost", at=later(3))
    assert codes(tail(lost, 1), judge) == []
    assert codes(edited(tail(lost, 1), 1, target="h", source="c"), judge) == ["wrong_kind", "wrong_end"]
    assert codes(edited(tail(lost, 1), 1, source="won"), judge) == ["out_of_won"]


def test_nobody_is_asked_for_a_ground_that_another_stage_left_would_not_need() -> None:
    held = PLAIN.start(Opportunity(id="T"), at=DAY)
    for day, to in enumerate(("b", "c", "h", "won"), 1):
        held = PLAIN.move(held, to=to, at=later(day))
    assert codes(tail(held, 1), PLAIN) == []


def test_a_record_of_which_no_change_is_kept_is_clean() -> None:
    assert codes(tail(deal(), 0)) == []


def test_a_record_that_starts_where_others_have_gone_before_is_told() -> None:
    assert codes(edited(tail(plain_deal(), 5), 1, kind="started", source=None, target="a"), PLAIN)[0] == "wrong_start"


def test_a_tail_decides_what_it_knows_and_no_more() -> None:
    judge = StageTemplate(
        id="dim",
        version="1",
        record=Opportunity,
        stages=(Stage(id="a"), Stage(id="b", rules=(present("amount"),)), Stage(id="c", rules=(present("amount"),))),
    )
    five, six = Money.of(5, "EUR"), Money.of(6, "EUR")
    made = judge.start(Opportunity(id="T", amount=five), at=DAY)
    made = judge.move(made, to="b", at=later(1))
    made = judge.update(made, {"amount": six, "owner": "u-1"}, at=later(2))
    made = judge.move(made, to="c", at=later(3))
    made = judge.update(made, {"owner": "u-2"}, at=later(4))
    # the amount at the first move of the tail is not on record; at the second it is
    assert [(each.code, each.row) for each in audit(judge, [tail(made, 4)])] == [("rule_undecidable", 2)]
    assert codes(tail(made, 2), judge) == []
    # a whole history knows that there was none
    nothing = edited(made, 1, set={name: raw for name, raw in made.history[0].set.items() if name != "amount"})
    assert [(each.code, each.row) for each in audit(judge, [nothing])] == [("rule_not_met", 2)]


def test_a_tail_judges_by_fields_that_nothing_in_it_sets() -> None:
    judge = StageTemplate(
        id="dim",
        version="1",
        record=Opportunity,
        stages=(Stage(id="a"), Stage(id="b", rules=(present("amount"), present("name"), present("owner")))),
    )
    made = judge.start(Opportunity(id="T", name="Acme", owner="u-1", amount=Money.of(5, "EUR")), at=DAY)
    made = judge.update(judge.move(made, to="b", at=later(1)), {"amount": None}, at=later(2))
    forged = tail(made, 2).model_copy(update={"name": ""})
    assert codes(forged, judge) == ["rule_undecidable", "rule_not_met"]


def test_a_tail_still_tells_what_it_can() -> None:
    reopened = edited(tail(deal(), 3), 1, ground=None)
    assert codes(reopened) == ["reopened_without_ground"]
    assert codes(edited(tail(deal(), 1), 1, source="lost")) == ["out_of_lost"]


def test_rules_that_look_back_are_undecidable_in_a_tail() -> None:
    judge = StageTemplate(
        id="t2",
        version="1",
        record=Opportunity,
        stages=(
            Stage(id="a"),
            Stage(id="b"),
            Stage(id="c", rules=(visited("a"), time_in_stage(at_least=timedelta(days=1)))),
            Stage(id="won", outcome="won"),
        ),
    )
    record = judge.start(Opportunity(id="T"), at=DAY)
    record = judge.move(record, to="b", at=later(1))
    record = judge.move(record, to="c", at=later(2))
    assert codes(record, judge) == []
    assert codes(tail(record, 1), judge) == ["rule_undecidable", "rule_undecidable"]


# -- input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("thing", ["a record", None, {"id": "D"}, 5])
def test_what_is_no_record_becomes_a_finding(thing: object) -> None:
    (found,) = audit(TEMPLATE, [thing])  # type: ignore[list-item]
    assert (found.code, found.row) == ("bad_row", 1)


def test_what_is_no_record_is_told_by_its_type_and_hides_nothing_that_follows() -> None:
    forged = edited(deal(), 2, number=7)
    found = list(audit(TEMPLATE, ["a record", forged]))  # type: ignore[list-item]
    assert [str(each) for each in found] == [
        "None @ 1: a record is wanted, not str [bad_row]",
        "D @ 7: change 7 stands where 2 is due [number_gap]",
        "D @ 3: change 3 stands where 8 is due [number_gap]",
    ]


def test_a_record_of_a_class_of_the_host_s_own_is_a_record() -> None:
    class MyDeal(Opportunity):
        """A deal of the host's own."""

    assert codes(MyDeal.model_validate(deal().model_dump())) == []
    mine = MyDeal.model_validate(edited(deal(), 2, number=7).model_dump())
    assert codes(mine) == ["number_gap", "number_gap"]


def test_nothing_is_read_before_a_finding_is_asked_for() -> None:
    asked: list[int] = []

    def records() -> Any:
        asked.append(1)
        yield deal()

    judged = audit(TEMPLATE, records())
    assert asked == []
    assert list(judged) == []
    assert asked == [1]


def test_closing_dates_that_have_passed_are_told_with_as_of() -> None:
    open_deal = PLAIN.start(Opportunity(id="P", expected_close=date(2026, 3, 1)), at=DAY)
    closed = PLAIN.move(open_deal, to="lost", at=DAY)
    fresh = PLAIN.start(Opportunity(id="Q", expected_close=date(2026, 4, 1)), at=DAY)
    unknown = Opportunity(id="R", expected_close=date(2026, 3, 1))
    today = PLAIN.start(Opportunity(id="T", expected_close=date(2026, 3, 2)), at=DAY)
    (found,) = audit(PLAIN, [open_deal, closed, fresh, today, unknown], as_of=DAY)
    assert str(found) == "P: it was expected to close on 2026-03-01 [closing_date_passed]"
    assert (found.level, found.source, found.target, found.at) == ("warning", "a", None, DAY)
    assert list(audit(PLAIN, [open_deal])) == []
    with pytest.raises(ValueError, match="has no zone"):
        audit(PLAIN, [], as_of=datetime(2026, 1, 1))  # noqa: DTZ001


def test_only_opportunities_have_closing_dates_that_pass() -> None:
    judge = StageTemplate(id="leads", version="1", record=Lead, stages=(Stage(id="a"),))
    assert list(audit(judge, [judge.start(Lead(id="L"), at=DAY)], as_of=later(900))) == []


def test_a_declared_move_without_its_ground_has_a_code_of_its_own() -> None:
    judge = StageTemplate(
        id="m",
        version="1",
        record=Opportunity,
        stages=STAGES[:2] + STAGES[4:5],
        moves=(Move(sources=("new",), target="won", ground=True), Move(sources=("talk",), target="new", ground=True)),
    )
    record = judge.move(judge.start(Opportunity(id="M"), at=DAY), to="talk", at=DAY)
    record = judge.move(record, to="new", at=DAY, ground="again")
    assert codes(record, judge) == []
    assert codes(edited(record, 3, ground=None), judge) == ["step_back"]


def test_a_migration_leads_to_another_version() -> None:
    newer = PLAIN.model_copy(update={"version": "2"})
    moved = plain_deal()

    def migrated(ref: TemplateRef) -> Opportunity:
        change = Change(
            number=7, kind="migrated", source="b", target="b", at=later(6), ground="new version", template=ref
        )
        return moved.model_copy(update={"history": (*moved.history, change), "template": ref})

    assert codes(migrated(PLAIN.ref), [PLAIN, newer]) == ["wrong_kind"]
    assert codes(migrated(newer.ref), [PLAIN, newer]) == []
