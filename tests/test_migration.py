"""Migrations: records in flight come under another template in one change, and nothing is guessed on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

import pytest
from pydantic import ValidationError, model_validator

from acme import BOSS, NEW, NOW, days, process, sitting, stages
from salesflow import (
    Actor,
    HistoryError,
    Lead,
    LossReport,
    Money,
    MoveRefused,
    Opportunity,
    Policy,
    Stage,
    StageTemplate,
    TemplateError,
    _passage,
    audit,
    compare,
    due,
    present,
    role,
    rule,
)
from salesflow.languages import FRENCH, say
from salesflow.migration import MigrationPlan, drafted, would_refuse
from salesflow.rules import time_in_stage, visited
from salesflow.values import FrozenMap
from salesflow.verdict import MIGRATES, MigrationCode, MigrationVerdict
from test_languages import ENGLISH_WORDS, in_french, plain

OLD = process(skip="with_ground", back="free", reopen_to=("talk",))


def newer(
    changed: Any = None, *, without: tuple[str, ...] = (), version: str = "2", **policy: Any
) -> StageTemplate[Any]:
    """Return the next version of the process, with stages changed, added and taken away."""
    return StageTemplate(
        id="acme",
        version=version,
        record=Opportunity,
        stages=tuple(stage for stage in stages_of(changed, without) if stage.id not in without),
        policy=Policy.model_validate({"reopen_to": ("contact",), **policy}),
    )


def stages_of(changed: Any, without: tuple[str, ...]) -> list[Stage]:
    """Return the stages, a renamed one where the one was that bears its name no longer."""
    own = {name: Stage(id=name, **fields) for name, fields in (changed or {}).items()}
    renamed = {alias: stage for stage in own.values() for alias in stage.aliases if alias in without}
    kept = {name: changed[name] for name, stage in own.items() if stage not in renamed.values()}
    return [renamed.get(each.id, each) for each in stages(kept)]


def in_flight(*stages: str, **fields: Any) -> Opportunity:
    deal: Opportunity = OLD.start(NEW.model_copy(update=fields), at=NOW)
    for number, stage in enumerate(stages, 1):
        deal = OLD.move(deal, to=stage, at=days(number), ground="because")
    return deal


def codes(template: Any, record: Any) -> list[str]:
    return [each.code for each in audit(template, [record])]


@rule(text="has been in contact")
def met_before(record: Any, *, at: datetime, by: Actor | None) -> bool:
    return any(change.target == "contact" for change in record.history)


@rule(text="is in contact")
def in_contact(record: Any, *, at: datetime, by: Actor | None) -> bool:
    return bool(record.stage == "contact")


@rule(text="has an owner")
def owned(record: Any, *, at: datetime, by: Actor | None) -> bool:
    return record.owner is not None


def test_a_rule_in_python_that_asks_how_a_record_came_there_is_undecided() -> None:
    new = newer({"talk": {"rules": (met_before, in_contact, owned)}})
    (verdict,) = drafted(OLD, new).dry_run([in_flight("talk")])
    assert ([each.code for each in verdict.undecided], [each.code for each in verdict.refusals]) == (
        ["met_before", "in_contact"], ["owned"]
    )  # fmt: skip


def refused(call: Callable[[], object]) -> list[str]:
    with pytest.raises(MoveRefused) as caught:
        call()
    return [each.key for each in caught.value.verdict.refusals]


def verdict(plan: MigrationPlan, record: Any, **how: Any) -> MigrationVerdict:
    (found,) = plan.dry_run([record], **how)
    return found


# -- drafting -----------------------------------------------------------------------------------------------


def test_a_stage_leads_to_the_one_of_its_id_and_a_renamed_one_to_the_one_that_has_its_name_as_an_alias() -> None:
    plan = drafted(OLD, newer({"talks": {"aliases": ("talk",)}}, without=("talk",)), ground="renamed")
    assert plan.mapping == {name: name for name in ("contact", "offer", "deal", "wait", "won", "lost")} | {
        "talk": "talks"
    }
    assert (plan.unmapped, plan.unsaid, plan.ground) == ((), (), "renamed")


def test_a_stage_that_took_back_an_earlier_name_is_found_by_it() -> None:
    old = process({"talks": {"aliases": ("chat",)}})
    assert drafted(old, newer({"chat": {}})).mapping["talks"] == "chat"
    several = process({"talks": {"aliases": ("chat", "call")}})
    assert drafted(several, newer({"chat": {}, "call": {}})).unmapped == ("talks",)


def test_what_nothing_tells_is_left_open() -> None:
    assert drafted(OLD, newer(without=("talk", "wait"))).unmapped == ("talk", "wait")


def test_what_is_said_goes_first_and_may_leave_a_stage_open() -> None:
    new = newer({"talks": {"aliases": ("chat",)}})
    plan = drafted(OLD, new, {"talk": "chat", "offer": None})
    assert (plan.mapping["talk"], plan.unmapped) == ("talks", ("offer",))


@pytest.mark.parametrize(
    ("mapping", "how", "said"),
    [
        ({"tlak": "talk"}, {}, "there is no stage 'tlak' in acme 1; 'talk' is near"),
        ({"talk": "zebra"}, {}, "there is no stage 'zebra' in acme 2"),
        ({}, {"changes_outcome": ("lots",), "ground": "x"}, "there is no stage 'lots' in acme 1; 'lost' is near"),
        ({}, {"changes_outcome": ("lost",)}, "a plan that changes outcomes states its ground"),
        ({}, {"changes_outcome": ("lost",), "ground": " "}, "a plan that changes outcomes states its ground"),
    ],
)
def test_a_draft_names_what_is_not_there(mapping: Any, how: Any, said: str) -> None:
    with pytest.raises(ValueError, match=f"(^|Value error, ){said}"):
        drafted(OLD, newer(), mapping, **how)


def test_two_names_of_a_stage_lead_to_one_place() -> None:
    old = process({"talk": {"aliases": ("chat",)}})
    assert drafted(old, newer(), {"talk": "offer", "chat": "offer"}).mapping["talk"] == "offer"
    with pytest.raises(ValueError, match=r"^the mapping leads 'talk' to 'offer' and, as 'chat', to 'contact'$"):
        drafted(old, newer(), {"talk": "offer", "chat": "contact"})


def test_what_is_wrong_with_a_plan_is_said_all_at_once() -> None:
    tree = drafted(OLD, newer()).model_dump(mode="json")
    tree["mapping"] = {"contact": "contacts", "won": "won", "zebra": None}
    tree["changes_outcome"] = ["won"]
    with pytest.raises(ValidationError) as caught:
        MigrationPlan.model_validate(tree)
    assert caught.value.errors()[0]["msg"] == (
        "Value error, there is no stage 'zebra' in acme 1; there is no stage 'contacts' in acme 2; 'contact' is near; "
        "the mapping does not name 'deal'; the mapping does not name 'lost'; the mapping does not name 'offer'; "
        "the mapping does not name 'talk'; the mapping does not name 'wait'; "
        "a plan that changes outcomes states its ground"
    )


def test_a_plan_leads_from_one_definition_to_another_of_one_kind_of_record() -> None:
    with pytest.raises(ValidationError, match="acme 1 is the source and the target"):
        drafted(OLD, OLD)
    with pytest.raises(ValidationError, match="two definitions of acme 1: give the new one a new version"):
        drafted(OLD, newer(version="1"))
    leads = process(record=Lead, more={"version": "2"})
    with pytest.raises(
        ValidationError, match="acme 1 moves records of the kind 'opportunity', and acme 2 of the kind 'lead'"
    ):
        drafted(OLD, leads)


def test_a_plan_that_was_read_from_json_is_the_plan_and_contradictions_in_its_templates_are_told() -> None:
    plan = drafted(OLD, newer(without=("wait",)), changes_outcome=("lost",), ground="merged")
    assert MigrationPlan.model_validate_json(plan.model_dump_json()) == plan
    tree = plan.model_dump(mode="json")
    tree["target"]["policy"] = {"reopen_to": ["nowhere"]}
    with pytest.raises(TemplateError):
        MigrationPlan.model_validate(tree)


# -- applying -----------------------------------------------------------------------------------------------


def test_a_record_is_migrated_in_one_change_that_rewrites_nothing() -> None:
    new, deal = (
        newer({"talks": {"aliases": ("talk",), "rules": (present("amount"),)}}, without=("talk",)),
        in_flight("talk"),
    )
    plan = drafted(OLD, new, ground="the second quarter")
    moved = plan.apply(deal, at=days(9), by=BOSS)
    change = moved.history[-1]
    assert moved.history[:-1] == deal.history
    assert (change.number, change.kind, change.source, change.target) == (3, "migrated", "talk", "talks")
    assert (change.at, change.by, change.ground, change.overrode) == (days(9), BOSS, "the second quarter", ())
    assert (change.set, change.template) == ({}, new.ref)
    assert (moved.stage, moved.left, moved.closed_at, moved.template) == ("talks", None, None, new.ref)
    assert codes([OLD, new], moved) == []
    assert new.replay(NEW, moved.history, earlier=[OLD]) == moved


def test_again_it_is_the_same_record() -> None:
    plan = drafted(OLD, newer())
    moved = plan.apply(in_flight("talk"), at=days(9))
    assert plan.apply(moved, at=days(1)) is moved
    later = plan.target.move(moved, to="offer", at=days(10))
    assert plan.apply(later, at=days(11)) is later


def test_a_held_record_resumes_what_it_left_by_its_new_name() -> None:
    new = newer({"talks": {"aliases": ("talk",)}, "ice": {"hold": True}}, without=("talk", "wait"))
    plan = drafted(OLD, new, {"wait": "ice"})
    moved = plan.apply(in_flight("talk", "wait"), at=days(3))
    assert (moved.stage, moved.left, moved.history[-1].set) == ("ice", "talks", {"left": "talks"})
    resumed = new.move(moved, to="talks", at=days(4))
    assert resumed.history[-1].kind == "resumed"
    assert codes([OLD, new], resumed) == []
    assert new.replay(NEW, resumed.history, earlier=[OLD]) == resumed


def test_a_closed_record_stays_closed_since_when_it_was() -> None:
    new = newer({"gone": {"outcome": "lost"}}, without=("lost",))
    lost = OLD.move(in_flight("talk"), to="lost", at=days(5), update={"loss": LossReport(reason="price")})
    moved = drafted(OLD, new, {"lost": "gone"}).apply(lost, at=days(9))
    assert (moved.stage, moved.left, moved.closed_at, moved.loss) == ("gone", "talk", days(5), lost.loss)
    assert codes([OLD, new], moved) == []
    assert new.replay(NEW, moved.history, earlier=[OLD]) == moved
    again = new.move(moved, to="contact", at=days(10), ground="they called")
    assert (again.history[-1].kind, again.reopenings, codes([OLD, new], again)) == ("reopened", 1, [])


def test_a_record_that_left_what_is_closed_now_has_left_nothing() -> None:
    new = newer()
    plan = drafted(OLD, new, {"talk": "won"})
    moved = plan.apply(in_flight("talk", "wait"), at=days(3))
    assert (moved.stage, moved.left, codes([OLD, new], moved)) == ("wait", None, [])


TURNS = {
    "a lost one opens": (("talk", "lost"), {"lost": "talk"}, None),
    "a won one is lost": (("talk", "offer", "deal", "won"), {"won": "lost"}, days(4)),
    "a lost one is won": (("talk", "lost"), {"lost": "won"}, days(2)),
    "an open one is won": (("talk",), {"talk": "won"}, days(9)),
}


@pytest.mark.parametrize(("stages", "mapping", "closed"), TURNS.values(), ids=TURNS)
def test_an_outcome_changes_only_where_the_plan_says_so(stages: Any, mapping: Any, closed: datetime | None) -> None:
    new, deal = newer(), in_flight(*stages)
    if deal.stage == "lost":
        deal = OLD.update(deal, {"loss": LossReport(reason="price")}, at=days(3))
    (source, target), *_ = mapping.items()
    shut = drafted(OLD, new, mapping)
    assert (shut.unsaid, verdict(shut, deal).code) == ((source,), "outcome_change")
    assert refused(lambda: shut.apply(deal, at=days(9))) == [f"migration.outcome.{source}"]
    said = drafted(OLD, new, mapping, changes_outcome=(source,), ground="two stages became one")
    moved = said.apply(deal, at=days(9))
    assert (said.unsaid, moved.stage, moved.closed_at, moved.loss) == ((), target, closed, None)
    assert (moved.history[-1].overrode, moved.reopenings) == ((f"migration.outcome.{source}",), 0)
    assert codes([OLD, new], moved) == []
    assert new.replay(NEW, moved.history, earlier=[OLD]) == moved


def test_a_change_of_outcome_that_only_the_plan_knew_of_is_forged() -> None:
    new = newer()
    plan = drafted(OLD, new, {"lost": "talk"}, changes_outcome=("lost",), ground="a merger")
    moved = plan.apply(in_flight("talk", "lost"), at=days(9))

    def forged(**fields: Any) -> list[str]:
        history = (*moved.history[:-1], replace(moved.history[-1], **fields))
        return codes([OLD, new], moved.model_copy(update={"history": history}))

    assert forged(overrode=()) == ["outcome_changed"]
    assert forged(ground=None) == ["ground_missing"]
    assert forged(template=OLD.ref) == ["wrong_kind", "wrong_end"]


@pytest.mark.parametrize(
    ("record", "at", "by", "keys"),
    [
        (lambda: NEW, NOW, None, ["record.not_started"]),
        (lambda: NEW.model_copy(update={"stage": "talk"}), NOW, None, ["record.without_history"]),
        (lambda: in_flight("talk").model_copy(update={"stage": "zebra"}), days(9), None, ["stage.unknown.zebra"]),
        (lambda: in_flight("talk"), NOW, None, ["time.back"]),
        (lambda: in_flight("talk"), "now", "bob", ["time.invalid", "actor.invalid"]),
        (lambda: in_flight("wait"), days(9), None, ["migration.unmapped.wait"]),
        (lambda: in_flight("wait", "won"), days(9), None, []),
        (lambda: Lead(id="L-1"), days(9), None, ["record.invalid"]),
        (lambda: 5, days(9), None, ["record.invalid"]),
        (
            lambda: sitting(process(more={"version": "0"}), "talk"),
            days(9),
            None,
            ["template.other"],
        ),
        (lambda: sitting(process(skip="free"), "talk"), NOW, None, ["template.changed"]),
    ],
)
def test_what_stands_against_it_is_said_all_at_once(record: Any, at: Any, by: Any, keys: list[str]) -> None:
    plan = drafted(OLD, newer(without=("wait",)))
    if keys:
        assert refused(lambda: plan.apply(record(), at=at, by=by)) == keys
    else:
        assert plan.apply(record(), at=at, by=by).stage == "won"


def test_what_a_held_record_left_must_be_said_too() -> None:
    plan = drafted(OLD, newer(without=("talk",)))
    assert refused(lambda: plan.apply(in_flight("talk", "wait"), at=days(9))) == ["migration.unmapped.talk"]
    assert verdict(plan, in_flight("talk", "wait")).code == "unmapped"


def test_a_tail_of_a_history_is_enough() -> None:
    plan, deal = drafted(OLD, newer()), in_flight("talk", "wait")
    tail = deal.model_copy(update={"history": (), "changes_before": 3})
    moved = plan.apply(tail, at=days(9))
    assert (moved.history[-1].number, moved.left, codes([OLD, plan.target], moved)) == (4, "talk", [])
    assert verdict(plan, tail).code == "fine"


def test_the_refusal_is_told_in_words() -> None:
    plan = drafted(OLD, newer(without=("talk",)))
    with pytest.raises(MoveRefused) as caught:
        plan.apply(in_flight("talk"), at=days(9))
    assert str(caught.value) == (
        "D-1 may not be migrated:\n- the plan does not say where 'talk' leads [migration.unmapped.talk]"
    )
    shut = drafted(OLD, newer(), {"lost": "talk"})
    with pytest.raises(MoveRefused) as caught:
        shut.apply(in_flight("lost"), at=days(9))
    assert plain(say(caught.value, FRENCH)) == (
        "D-1 ne peut pas être migrée :\n- « lost » est perdue et « talk » est ouverte, et le plan ne dit pas que c'est "
        "voulu [migration.outcome.lost]"
    )


def test_the_new_template_moves_on_what_the_old_one_no_longer_does() -> None:
    plan = drafted(OLD, newer())
    moved = plan.apply(in_flight("talk"), at=days(9))
    assert [each.key for each in OLD.check(moved, to="offer", at=days(10)).refusals] == ["template.other"]
    assert plan.target.check(moved, to="offer", at=days(10))


def test_a_migration_to_another_pipeline_is_the_same() -> None:
    other = StageTemplate(
        id="partners", version="7", record=Opportunity, stages=(Stage(id="in"), Stage(id="won", outcome="won"))
    )
    plan = drafted(OLD, other, {"talk": "in"})
    moved = plan.apply(in_flight("talk"), at=days(9))
    assert (moved.stage, moved.template, codes([OLD, other], moved)) == ("in", other.ref, [])


@pytest.mark.parametrize(
    "fields", [{"id": 5}, {"stage": ["x"]}, {"history": 5}, {"history": (5,)}, {"left": ["x"]}, {"template": "acme"}]
)
def test_a_record_that_was_put_together_behind_its_classs_back_is_refused(fields: Any) -> None:
    broken = in_flight("talk", "lost").model_copy(update=fields)
    plan = drafted(OLD, newer(without=("lost",)))
    assert not verdict(plan, broken)
    assert refused(lambda: plan.apply(broken, at=days(9)))


def test_a_fault_of_the_engine_is_not_laid_at_the_door_of_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a fault of the engine")

    monkeypatch.setattr(_passage, "conclude", broken)
    with pytest.raises(RuntimeError):
        drafted(OLD, newer()).apply(in_flight("talk"), at=days(9))


class Careful(Opportunity):
    """A record whose class forbids one thing and derives another."""

    seats: int = 0

    @model_validator(mode="after")
    def _no_deal(self) -> Careful:
        if self.stage == "deal":
            raise ValueError("no deals")
        return self


def test_the_validators_of_a_class_hold_after_a_migration() -> None:
    old = OLD.bind(Careful)
    plan = drafted(OLD, newer(), {"talk": "deal"}).bind(Careful)
    deal = old.move(old.start(Careful(id="D-1"), at=NOW), to="talk", at=days(1))
    assert refused(lambda: plan.apply(deal, at=days(9))) == ["record.broken"]
    assert verdict(plan, deal).code == "refused"
    assert refused(lambda: plan.apply(in_flight("talk"), at=days(9))) == ["record.invalid"]


@rule(reads=("amount",))
def big(record: Any, *, at: datetime, by: Actor | None) -> bool | None:
    """The amount is over a thousand."""
    return bool(record.amount and record.amount.amount > 1000)


def test_a_plan_that_was_read_is_given_the_functions_of_its_rules() -> None:
    new = newer({"talk": {"rules": (big,)}})
    plan = MigrationPlan.model_validate_json(drafted(OLD, new).model_dump_json())
    deal = in_flight("talk")
    assert [each.key for each in verdict(plan, deal).undecided] == ["big"]
    bound = plan.bind(Opportunity, rules=(big,))
    assert (verdict(bound, deal).code, verdict(bound, deal).undecided) == ("needs_data", ())
    assert bound == plan
    with pytest.raises(TemplateError):
        drafted(OLD, newer()).bind(Opportunity, rules=(big,))


# -- a dry run ----------------------------------------------------------------------------------------------


def test_a_dry_run_says_which_rules_of_the_new_stage_are_not_met_and_what_they_miss() -> None:
    rules = (present("amount"), present("owner", severity="warn"), compare("name", "eq", "Acme"), role("boss"))
    more = (time_in_stage(at_least=days(1) - NOW), visited("deal"))
    plan = drafted(OLD, newer({"talk": {"rules": (*rules, *more)}}))
    found = verdict(plan, in_flight("talk", name="Bolt"))
    assert (found.code, found.source, found.target, bool(found)) == ("needs_data", "talk", "talk", True)
    assert found.missing == ("amount",)
    assert [each.key for each in found.refusals] == ["present.amount", "compare.name"]
    assert [each.code for each in found.undecided] == ["role", "time_in_stage", "visited"]
    assert verdict(plan, in_flight("talk", name="Acme", amount=Money.of(5, "EUR"))).code == "fine"


def test_a_dry_run_names_dead_ends() -> None:
    new = newer(next="declared", lose="declared", skip="never")
    assert verdict(drafted(OLD, new), in_flight("talk")).code == "dead_end"


def test_a_dry_run_asks_as_of_a_time() -> None:
    plan = drafted(OLD, newer())
    assert verdict(plan, in_flight("talk"), at=NOW).code == "refused"
    assert verdict(plan, in_flight("talk"), at="now").code == "refused"
    assert verdict(plan, in_flight("talk"), at=days(5)).code == "fine"


def every_verdict() -> list[MigrationVerdict]:
    """Return a verdict of each code."""
    new = newer({"offer": {"rules": (present("amount"),)}, "limbo": {"hold": False}}, without=("wait",))
    new = StageTemplate.model_validate(
        {
            **dict(new),
            "policy": {"next": "declared", "lose": "declared"},
            "moves": [{"sources": ["offer", "contact"], "target": "won"}],
        }
    )
    plan = drafted(OLD, new, {"lost": "talk"})
    deals = (in_flight(), in_flight("talk", "offer"), in_flight("talk"), plan.apply(in_flight("talk"), at=days(9)))
    return list(plan.dry_run([*deals, in_flight("wait"), in_flight("lost"), 5, NEW]))  # type: ignore[list-item]


def test_each_verdict_has_its_words_in_both_languages_and_survives_json() -> None:
    found = every_verdict()
    assert tuple(each.code for each in found) == get_args(MigrationCode)
    assert [bool(each) for each in found] == [each.code in MIGRATES for each in found]
    for each in found:
        assert say(each) == str(each)
        assert ENGLISH_WORDS.findall(in_french(say(each, FRENCH), {})) == []
        assert MigrationVerdict.model_validate_json(each.model_dump_json()) == each
    assert str(found[4]) == (
        "D-1: the plan leaves open where it leads [unmapped]\n"
        "- the plan does not say where 'wait' leads [migration.unmapped.wait]"
    )


# -- two plans in a row -------------------------------------------------------------------------------------


def test_two_plans_make_one_that_goes_both_ways() -> None:
    second = newer({"talks": {"aliases": ("talk",)}}, without=("talk",))
    third = newer({"demo": {}}, without=("talk", "wait"), version="3")
    first, then = drafted(OLD, second, ground="one"), drafted(second, third, {"talks": "demo"}, ground="two")
    both = first.then(then)
    assert both == drafted(OLD, third, {"talk": "demo"}, ground="one; two")
    assert both.unmapped == ("wait",)
    read = [MigrationPlan.model_validate_json(each.model_dump_json()) for each in (first, then)]
    assert read[0].then(read[1]) == both
    deal = in_flight("talk")
    one, two = both.apply(deal, at=days(9)), then.apply(first.apply(deal, at=days(9)), at=days(9))
    assert (one.stage, one.template) == (two.stage, two.template)
    assert codes([OLD, third], one) == codes([OLD, second, third], two) == []


def test_two_plans_in_a_row_change_an_outcome_only_where_each_says_so() -> None:
    second, third = newer(), newer(version="3")
    opens: dict[str, Any] = {"mapping": {"lost": "talk"}, "changes_outcome": ("lost",), "ground": "one"}
    said, shut = drafted(OLD, second, **opens), drafted(OLD, second, {"lost": "talk"})
    closes = drafted(second, third, {"talk": "lost"}, changes_outcome=("talk",), ground="one")
    assert said.then(drafted(second, third)).changes_outcome == ("lost",)
    assert (said.then(closes).unmapped, said.then(closes).changes_outcome) == ((), ("talk",))
    assert shut.then(closes).unmapped == ("lost",)
    assert said.then(drafted(second, third, {"talk": "lost"})).unmapped == ("talk", "lost")
    assert said.then(closes).ground == "one"


def test_the_second_plan_goes_on_where_the_first_one_ends() -> None:
    with pytest.raises(ValueError, match="the first plan leads to acme 2, and the second one from acme 3"):
        drafted(OLD, newer()).then(drafted(newer(version="3"), newer(version="4")))


# -- the past under another template ------------------------------------------------------------------------


def told(template: Any, *records: Any, **how: Any) -> list[tuple[int | None, str, str | None]]:
    return [
        (each.row, each.code, each.refusal.key if each.refusal else None)
        for each in would_refuse(template, records, **how)
    ]


def test_the_template_itself_would_have_refused_nothing() -> None:
    assert told(OLD, in_flight("talk", "wait", "talk", "offer", "contact", "lost", "talk")) == []


def test_a_past_move_is_judged_by_the_new_rules_and_by_what_was_known_then() -> None:
    new = newer({"offer": {"rules": (present("amount"),)}}, skip="never", reopen_to=())
    deal = in_flight("offer", "lost", "talk", "offer")
    deal = OLD.update(deal, {"amount": Money.of(5, "EUR")}, at=days(9))
    later = OLD.move(OLD.move(deal, to="talk", at=days(10)), to="offer", at=days(11))
    assert told(new, later) == [
        (2, "skip", "move.skip.offer"),
        (4, "out_of_lost", "move.closed.talk"),
        (5, "rule_not_met", "present.amount"),
        (7, "step_back", "move.back.talk"),
    ]


def test_a_new_stage_on_the_way_makes_a_step_a_skip() -> None:
    new = newer({"demo": {}})
    order = [*new.stages[:2], new.stages[-1], *new.stages[2:-1]]
    new = StageTemplate.model_validate({**dict(new), "stages": order, "policy": {"skip": "with_ground"}})
    deal = OLD.move(in_flight("talk"), to="offer", at=days(2))
    assert told(new, deal) == [(3, "skip", "ground.missing")]
    assert told(new, in_flight("talk", "offer")) == []


def test_renamed_stages_go_by_the_mapping_of_a_plan_or_by_aliases() -> None:
    renamed = newer({"talks": {"aliases": ("talk",)}}, without=("talk",))
    deal = in_flight("talk", "wait", "talk")
    assert told(renamed, deal) == []
    bare = newer({"chat": {}, "ice": {"hold": True}}, without=("talk", "wait"), next="free", skip="free")
    assert [code for _, code, _ in told(bare, deal)] == ["unknown_stage"] * 3
    assert told(bare, deal, mapping=drafted(OLD, bare, {"talk": "chat", "wait": "ice"}).mapping) == []


def test_two_stages_that_became_one_are_no_move() -> None:
    new = newer({"offer": {"rules": (present("amount"),)}}, without=("talk",))
    deal = OLD.move(in_flight("talk"), to="offer", at=days(3), update={"amount": Money.of(5, "EUR")})
    assert told(new, deal, mapping={"talk": "contact"}) == []
    assert told(new, in_flight("talk"), mapping={"talk": "contact"}) == []


def test_what_was_adopted_set_and_migrated_is_no_move_but_a_lock_is_asked() -> None:
    lost = OLD.adopt(NEW, stage="lost", left="talk", at=NOW)
    lost = OLD.update(lost, {"name": "Acme"}, at=days(1))
    new = newer(
        {"gone": {"outcome": "lost"}, "talks": {}}, without=("lost", "talk"), lock_closed=True, reopen_to=("talks",)
    )
    mapping = {"lost": "gone", "talk": "talks"}
    assert told(new, lost, mapping=mapping) == [(2, "updated_while_closed", None)]
    migrated = drafted(OLD, newer()).apply(in_flight("talk", "wait"), at=days(3))
    third = newer({"talks": {}, "ice": {"hold": True}}, without=("talk", "wait"), version="3", skip="free")
    resumed = newer().move(migrated, to="talk", at=days(4))
    assert told(third, resumed, mapping={"talk": "talks", "wait": "ice"}) == []


def test_a_tail_convicts_nobody_of_what_it_does_not_tell() -> None:
    deal = in_flight("talk", "wait", "talk", "offer")
    for cut in range(len(deal.history) + 1):
        tail = deal.model_copy(update={"history": deal.history[cut:], "changes_before": cut})
        assert told(OLD, tail) == []


@pytest.mark.parametrize("left", [["talk"], {"stage": "talk"}, 5, None])
def test_a_history_that_says_what_no_stage_is_called_is_judged_all_the_same(left: Any) -> None:
    deal = in_flight("talk", "wait")
    odd = replace(deal.history[-1], set=FrozenMap({**deal.history[-1].set, "left": left}))
    assert told(OLD, deal.model_copy(update={"history": (*deal.history[:-1], odd)})) == []


def test_a_record_of_another_kind_is_told_and_what_was_looked_at_is_counted() -> None:
    judged = would_refuse(OLD, [Lead(id="L-1"), in_flight("talk", "wait")])
    assert [(each.row, each.code) for each in judged] == [(1, "bad_row")]
    assert (judged.deals, judged.rows, judged.moves) == (1, 3, 2)


# -- clocks, replays and tails ------------------------------------------------------------------------------


def test_the_clock_of_a_stage_starts_anew_at_the_migration_also_on_hold() -> None:
    old = process({"talk": {"rules": ()}})
    new = newer({"talks": {"max_age": days(3) - NOW}, "ice": {"hold": True}}, without=("talk", "wait"), skip="free")
    new = StageTemplate.model_validate(
        {**dict(new), "stages": [*new.stages[:1], new.stage("talks"), *(s for s in new.stages[1:] if s.id != "talks")]}
    )
    rules = {"offer": (time_in_stage(at_least=days(2) - NOW),)}
    asking: StageTemplate[Any] = StageTemplate.model_validate(
        {**dict(new), "stages": [s.model_copy(update={"rules": rules.get(s.id, ())}) for s in new.stages]}
    )
    plan = drafted(old, asking, {"talk": "talks", "wait": "ice"})
    deal = old.move(old.start(NEW, at=NOW), to="talk", at=days(1))
    moved = plan.apply(deal, at=days(10))
    assert due(moved, asking, at=days(12)) == ()
    (late,) = due(moved, asking, at=days(14))
    assert (late.kind, late.since, late.exact) == ("overstayed", days(13), True)
    assert [each.code for each in asking.check(moved, to="offer", at=days(11)).refusals] == ["time_in_stage"]
    assert asking.check(moved, to="offer", at=days(12))
    held = plan.apply(old.move(deal, to="wait", at=days(5)), at=days(10))
    resumed = asking.move(held, to="talks", at=days(20))
    assert due(resumed, asking, at=days(22)) == ()
    assert [each.since for each in due(resumed, asking, at=days(24))] == [days(23)]
    assert [each.code for each in asking.check(resumed, to="offer", at=days(21)).refusals] == ["time_in_stage"]
    assert asking.check(resumed, to="offer", at=days(22))


def replayed(template: Any, record: Any, **how: Any) -> list[str]:
    with pytest.raises(HistoryError) as caught:
        template.replay(NEW, record.history, **how)
    return [each.code for each in caught.value.findings]


def test_a_replay_of_a_migration_needs_the_template_that_it_came_from() -> None:
    new = newer()
    moved = drafted(OLD, new).apply(in_flight("talk", "wait"), at=days(9))
    assert replayed(new, moved) == ["unknown_template"]
    assert replayed(OLD, moved) == ["unknown_template"]
    forged = replace(moved.history[-1], set=FrozenMap({"left": "won"}))
    edited = moved.model_copy(update={"history": (*moved.history[:-1], forged)})
    assert replayed(new, edited, earlier=[OLD]) == ["unreadable_field"]


def test_a_rule_that_looks_back_sees_what_came_before_the_migration() -> None:
    new = newer({"offer": {"rules": (visited("talk"),)}}, skip="with_ground")
    moved = drafted(OLD, new).apply(in_flight("talk", "contact"), at=days(9))
    offered = new.move(moved, to="offer", at=days(10), ground="they know us")
    assert codes([OLD, new], offered) == []
    skipped = drafted(OLD, new).apply(in_flight(), at=days(9))
    assert [each.code for each in new.check(skipped, to="offer", at=days(10), ground="x").refusals] == ["visited"]


def test_a_migration_from_a_stage_that_was_not_there_is_told() -> None:
    new = newer()
    moved = drafted(OLD, new).apply(in_flight("talk"), at=days(9))
    forged = replace(moved.history[-1], source="zebra")
    edited = moved.model_copy(update={"history": (*moved.history[:-1], forged)})
    assert codes([OLD, new], edited) == ["gap", "unknown_stage"]
