"""What the test kit meets seldom: each case made on purpose, so that none waits to be drawn."""

from __future__ import annotations

import importlib
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import pretty
from pydantic import ValidationError, model_validator

from acme import BOSS, NOW, OPEN, asking, days, process, sitting
from salesflow import (
    Actor,
    Answer,
    Lead,
    Opportunity,
    Policy,
    Qualification,
    Stage,
    StageTemplate,
    bulk,
    compare,
    none_of,
    present,
    qualified,
    role,
    rule,
)
from salesflow.qualification import Criterion, Framework
from salesflow.rules import time_in_stage
from salesflow.testing import (
    _filling,
    _forgeries,
    _model_rules,
    _model_updates,
    _telling,
    _walks,
    check_template,
    event_logs,
    records,
    template_state_machine,
    walks,
)
from salesflow.testing._asking import Asked, Request, Walk
from salesflow.testing._beginnings import Unfillable, bare
from salesflow.testing._draw_records import placed
from salesflow.testing._expect import among, holds, same
from salesflow.testing._forms import importable
from salesflow.testing._gaps import Need, _lacking
from salesflow.testing._host import Deal
from salesflow.testing._invalid_templates import _python
from salesflow.testing._journeys import Tale, _closed
from salesflow.testing._laws_of_steps import (
    law_a_hold_resumes_what_it_left,
    law_a_record_survives_every_form,
    law_an_override_is_on_record,
)
from salesflow.testing._laws_of_templates import forms
from salesflow.testing._model_rules import Sight
from salesflow.testing._promises import engines_agree, histories_replay_and_audit
from salesflow.testing._routes import START, graph, unavoidable
from salesflow.testing._system import Ask

T0 = days(0)
QUIET = settings(database=None, phases=[Phase.generate], max_examples=200)


def first(strategy: st.SearchStrategy[Any]) -> Any:
    """Draw what comes first."""
    return find(strategy, lambda _: True, settings=QUIET)


def sight(template: Any = None, **facts: Any) -> Sight:
    return Sight(template or process(), Opportunity(id="D-1", **facts), (), 0, T0, None)


# -- where the extra is missing -----------------------------------------------------------------------------


def imported_without(missing: str, monkeypatch: pytest.MonkeyPatch) -> ModuleNotFoundError:
    for name in [name for name in sys.modules if name.startswith("salesflow.testing")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ModuleNotFoundError) as caught:
        importlib.import_module("salesflow.testing")
    return caught.value


def test_without_hypothesis_the_kit_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "salesflow[testing]" in str(imported_without("hypothesis", monkeypatch))


def test_another_module_that_is_missing_is_named_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "salesflow[testing]" not in str(imported_without("salesflow.testing._cases", monkeypatch))


# -- record classes that refuse -----------------------------------------------------------------------------


class Unplaceable(Opportunity):
    @model_validator(mode="after")
    def _never_in_talk(self) -> Unplaceable:
        if self.stage == "talk":
            raise ValueError("never in talk")
        return self


class Broken(Opportunity):
    @model_validator(mode="after")
    def _breaks(self) -> Broken:
        if self.owner:
            raise RuntimeError("a fault of the host's")
        return self


class Forgetful(Opportunity):
    @model_validator(mode="before")
    @classmethod
    def _forgets(cls, fields: Any) -> Any:
        return {**fields, "owner": None}


def two(record: type[Any], *rules: Any, outcome: Any = None) -> StageTemplate[Any]:
    return StageTemplate(
        id="t",
        version="1",
        record=record,
        stages=(Stage(id="new"), Stage(id="talk", rules=rules, outcome=outcome)),
        policy=Policy(lose="any_time"),
    )


def test_a_record_whose_class_refuses_its_place_has_not_started() -> None:
    assert find(placed(two(Unplaceable)), lambda record: record.stage is None, settings=QUIET).stage is None


class Named(Opportunity):
    @model_validator(mode="after")
    def _has_a_name(self) -> Named:
        if not self.name:
            raise ValueError("a deal has a name")
        return self


def test_where_a_class_refuses_a_bare_record_it_keeps_its_facts() -> None:
    assert bare(Named(id="D-1", name="Roof", stage="talk")) == Named(id="D-1", name="Roof")


def test_a_class_that_pickle_cannot_find_is_not_asked_to_be_pickled() -> None:
    class Hidden(Opportunity):
        pass

    assert not importable(Hidden)
    template = two(Hidden)
    assert forms(template) == [template] * 5
    law_a_record_survives_every_form(template, Hidden(id="D-1"), Asked("move", "new", T0))


def tale(template: StageTemplate[Any]) -> Tale:
    return Tale(template, template.record(id="D-1"), first)


@pytest.mark.parametrize("template", [two(Unplaceable), two(Forgetful, present("owner"))], ids=["place", "field"])
def test_what_a_class_never_accepts_cannot_be_led_to(template: StageTemplate[Any]) -> None:
    told = tale(template)
    told.step("new")
    with pytest.raises(Unfillable, match="does not accept in 'talk'"):
        told.step("talk")


def test_an_update_that_a_class_refuses_is_left_out() -> None:
    told = tale(two(Broken))
    told.step("new")
    seen = told.sight()
    told.update(Sight(seen.template, seen.facts.model_copy(update={"owner": "u-1"}), (), 0, seen.at, None))
    assert told.path == ["new"]


def test_whatever_a_validator_raises_is_a_refusal() -> None:
    assert _model_updates.as_read(Broken(id="D-1"), {"owner": "u-1"}) == (None, set())


def test_a_large_deal_of_the_story_needs_an_owner() -> None:
    with pytest.raises(ValidationError, match="more than 500 seats need an owner"):
        Deal(id="D-1", seats=501)


def test_where_nothing_closes_a_walk_stays_open() -> None:
    told = tale(two(Opportunity))
    told.step("new")
    _closed(told, first)
    assert told.path == ["new"]


# -- rules --------------------------------------------------------------------------------------------------


def test_rules_that_exclude_each_other_leave_a_log_empty() -> None:
    shut = (present("owner"), none_of(present("owner")))
    template = StageTemplate(id="t", version="1", record=Lead, stages=(Stage(id="new", rules=shut),))
    assert find(event_logs(template), lambda log: not log.rows, settings=QUIET).rows == ()


def test_where_rules_exclude_each_other_no_record_has_started() -> None:
    shut = (present("owner"), none_of(present("owner")))
    template = StageTemplate(id="t", version="1", record=Lead, stages=(Stage(id="new", rules=shut),))
    assert find(records(template), lambda _: True, settings=QUIET).stage is None


def test_where_rules_exclude_each_other_nothing_is_left_out() -> None:
    shut = [present("owner"), none_of(present("owner"))]
    told = tale(two(Opportunity))
    assert _lacking(told, shut, Need("talk", "name", present("name")), first) == told.sight()


def test_what_is_always_there_is_not_left_out() -> None:
    with pytest.raises(Unfillable, match="cannot be left out in 'talk'"):
        _walks._lacking(first, two(Opportunity, present("id")), None)


@pytest.mark.parametrize(
    "rule", [present("id"), present("stage"), compare("reopenings", "le", 1), compare("id", "eq", "D-2")]
)
def test_rules_on_what_no_update_sets_break_no_promise(rule: Any) -> None:
    check_template(two(Opportunity, rule), examples=20)


@rule(reads=("history",), text="it has changed too often")
def short(record: Any, *, at: datetime, by: Actor | None) -> bool:
    return record.stage is None or len(record.history) + record.changes_before < 4


def test_rules_in_python_see_where_a_record_stands_and_how_it_came_there() -> None:
    check_template(process({name: {"rules": (short,)} for name in OPEN}, back="free"), examples=20)


class Timed(Opportunity):
    when: datetime | None = None
    since: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    naive: datetime = datetime(2026, 1, 1)  # noqa: DTZ001 - a host may have such a field


@rule(text="says neither yes nor no")
def vague(record: Any, *, at: datetime, by: Actor | None) -> Any:
    return "yes"


@pytest.mark.parametrize("template", [two(Timed, present("when")), two(Opportunity, vague)], ids=["times", "vague"])
def test_an_odd_template_that_is_sound_is_not_accused(template: StageTemplate[Any]) -> None:
    check_template(template, examples=5)


class AdoptsWithoutLeft(StageTemplate[Any]):
    def adopt(self, record: Any, *, left: str | None = None, **how: Any) -> Any:
        return super().adopt(record, left=None, **how)


class AdoptsWithoutGround(StageTemplate[Any]):
    def adopt(self, record: Any, *, ground: str | None = None, **how: Any) -> Any:
        return super().adopt(record, **how)


@pytest.mark.parametrize("broken", [AdoptsWithoutLeft, AdoptsWithoutGround])
def test_what_an_adoption_writes_down_is_looked_at(broken: Any) -> None:
    with pytest.raises(AssertionError, match="breaks 'history-is-contiguous'"):
        check_template(broken(**dict(process())), examples=2)


def test_what_a_crm_may_lack_is_named_rightly() -> None:
    with pytest.raises(ValueError, match="without names version: it may name versions, keys, reasons"):
        template_state_machine(process(), system=lambda: None, without=("version",))  # type: ignore[arg-type, return-value]


def test_what_was_overridden_is_on_record() -> None:
    template = asking(present("owner", overridable_by=("director",)))
    plea = Asked("move", "talk", days(1), by=BOSS, ground="they asked", override=("present.owner",))
    law_an_override_is_on_record(template, sitting(template, "contact"), plea)


def test_a_history_that_began_elsewhere_is_neither_replayed_nor_audited() -> None:
    template = process()
    histories_replay_and_audit(template, Walk(template, sitting(template, "contact"), (), None))


def test_a_bulk_audit_that_finds_something_else_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    template = process()
    walk = Walk(template, Opportunity(id="D-1"), (Request(), Request()), None)
    engines_agree(template, walk)
    found = bulk.audit(
        process(), pa.table({"d": ["1"], "s": ["gone"], "t": ["2026-01-05T09Z"]}), deal="d", stage="s", at="t"
    )
    monkeypatch.setattr(bulk, "audit", lambda *_, **__: found)
    with pytest.raises(AssertionError, match="what the bulk audit of the log finds"):
        engines_agree(template, walk)


def test_the_history_of_what_was_adopted_is_audited() -> None:
    template = process()
    adopting = Request("adopt", "contact")
    histories_replay_and_audit(template, Walk(template, Opportunity(id="D-1"), (adopting,), None))


def test_nothing_is_put_into_what_is_not_there() -> None:
    bare = Opportunity(id="D-1")
    assert _filling._put(bare, "offer.months", None, lambda cls: cls()) == bare


def test_what_is_only_ever_added_to_is_not_taken_away() -> None:
    seen = sight()
    assert _filling._present(present("activities"), wanted=False, sight=seen, draw=first) == seen


def test_a_pause_that_was_long_enough_is_made_shorter() -> None:
    template = process()
    record = sitting(template, "talk")
    seen = Sight(template, record, record.history, 0, days(10), None)
    wanted = time_in_stage(at_least=timedelta(days=2))
    shown = _filling.made(wanted, not _model_rules.holds(wanted, seen), seen, first)
    assert (_model_rules.holds(wanted, shown), shown.at > NOW) == (False, True)


def test_who_acts_may_be_unknown() -> None:
    assert _filling._role(role("boss"), None, sight(), first).by is None


def test_an_answer_by_a_way_that_does_not_count_is_no_answer() -> None:
    framework = Framework(id="f", criteria=(Criterion(id="need", question="?", ways=("call",)),))
    template = StageTemplate(id="t", version="1", record=Lead, stages=(Stage(id="new"),), framework=framework)
    by_mail = Qualification(answers=(Answer(criterion="need", certainty="verified", way="mail", at=T0),))
    assert _model_rules.holds(qualified("need"), sight(template, qualification=by_mail)) is None


def test_nobody_comes_past_a_rule_that_every_way_asks() -> None:
    rule = present("owner")
    template = two(Opportunity, rule)
    beyond = [place for place in graph(template) if place.stage == "talk"]
    assert unavoidable(template, rule, beyond)
    assert not unavoidable(template, rule, [place for place in graph(template) if place.stage == "new"])
    assert not unavoidable(template, rule, [START])


@pytest.mark.parametrize("answer", [True, False])
def test_a_rule_in_python_of_an_invalid_template_answers(answer: bool) -> None:
    call = _python("present", answer=answer).call
    assert call is not None
    assert call(Opportunity(id="D-1"), at=T0, by=None) is answer


# -- what is expected ---------------------------------------------------------------------------------------


def test_what_is_not_as_expected_says_what_came() -> None:
    with pytest.raises(AssertionError, match=r"^the sum\nexpected: 5\ncame: 4$"):
        same(4, 5, "the sum")
    with pytest.raises(AssertionError, match=r"^the sum\nexpected: of .*5.*\ncame: 4$"):
        among(4, (5, 6), "the sum")
    with pytest.raises(AssertionError, match=r"^it adds up$"):
        holds(said=False, what="it adds up")


# -- names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["lost", "wait"])
def test_a_stage_that_was_left_under_its_alias_is_left(to: str) -> None:
    template = process({"talk": {"aliases": ("conversation",)}})
    record = sitting(template, "talk").model_copy(update={"stage": "conversation"})
    asked = Asked("move", to, days(9), ground="why not")
    law_a_hold_resumes_what_it_left(template, record, asked)
    after = asked.do(template, record)
    assert after.left == "conversation"
    if to == "wait":
        law_a_hold_resumes_what_it_left(template, after, Asked("move", "talk", days(10)))


# -- histories and what is told -----------------------------------------------------------------------------


@pytest.mark.parametrize("forge", _forgeries.FORGERIES)
@pytest.mark.parametrize("updated", [False, True])
def test_each_forgery_is_made_of_every_change_it_fits(forge: Any, updated: bool) -> None:
    template = process()
    record = template.start(Opportunity(id="D-1"), at=T0)
    record = template.move(record, to="talk", at=days(1)) if record.stage != "talk" else record
    if updated:
        record = template.update(record, {"owner": "u-1"}, at=days(2))
    forged = [*forge(template, record)]
    assert [found for found, codes in forged if not codes or found == record] == []


class Raising(StageTemplate[Any]):
    def check(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("a fault of the template's")

    move = check
    start = check


def test_what_a_template_raises_is_told() -> None:
    plain = two(Opportunity)
    broken = Raising(**dict(plain))
    walk = find(walks(plain), lambda walk: bool(walk.requests), settings=QUIET)
    assert isinstance(walk, Walk)
    asked = Asked("move", "new", T0)
    assert _telling._came(broken, Opportunity(id="D-1"), asked) == "raised RuntimeError: a fault of the template's"


def test_a_request_is_printed_with_what_it_says_alone() -> None:
    asked = Ask(deal="D-1", at=T0, by="u-1")
    assert pretty(asked) == repr(asked)


# -- pytest -------------------------------------------------------------------------------------------------


def test_the_plug_in_gives_the_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    file = tmp_path / "test_mine_alone.py"
    file.write_text(
        "from salesflow.templates import get\n\n"
        "def test_mine(check_template):\n"
        "    assert check_template(get('four-step'), laws={}).walks\n",
        "utf-8",
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    plugin = ("-p", "salesflow.testing.plugin", "--salesflow-examples", "2")
    assert pytest.main(["-q", "-p", "no:cacheprovider", "-c", str(tmp_path / "pytest.ini"), *plugin, str(file)]) == 0
