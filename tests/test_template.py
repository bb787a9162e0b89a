"""Templates: data that survives every journey, and a face that answers the same however it is reached."""

import copy
import json
import pickle
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from pydantic import ConfigDict, ValidationError, computed_field

from acme import BOSS, NEW, NOW, REP, days, process, said, shown, sitting
from salesflow import (
    Actor,
    Customer,
    Lead,
    Move,
    MoveRefused,
    Opportunity,
    Policy,
    Stage,
    StageTemplate,
    TemplateError,
    all_of,
    compare,
    diagram,
    none_of,
    present,
    rule,
)
from salesflow.qualification import FOUR_CRITERIA, Criterion
from salesflow.records import Record
from salesflow.rules import PythonRule


@rule(reads=("fields.credit",), text="the credit check is not passed")
def credit_check(record: Opportunity, /, *, at: datetime, by: Actor | None) -> bool:
    return record.fields.get("credit") == "passed"


class MyDeal(Opportunity):
    """A deal of the host's own."""

    region: str = ""


def rich(**changed: Any) -> StageTemplate[Any]:
    """Return a template with something of everything."""
    fields: dict[str, Any] = {
        "id": "rich",
        "version": "2026-01",
        "record": Opportunity,
        "stages": (
            Stage(id="a", label="A", labels={"fr": "Â"}, probability=10, follow_up_every=timedelta(days=3)),  # type: ignore[arg-type]
            Stage(
                id="b",
                rules=(all_of(present("amount"), compare("fields.x", "ge", "1.50")), credit_check),
                aliases=("old",),
            ),
            Stage(id="won", outcome="won"),
            Stage(id="lost", outcome="lost"),
        ),
        "moves": (Move(sources=("a",), target="won", ground=True, rules=(none_of(present("loss")),), roles=("boss",)),),
        "policy": Policy(skip="with_ground", reopen_to=("a",)),
        "framework": FOUR_CRITERIA.adding("ours", [Criterion(id="timing")]),
        "label": "Rich",
        "description": "two\nlines",
    }
    return StageTemplate(**{**fields, **changed})


JOURNEYS: dict[str, Callable[[StageTemplate[Any]], StageTemplate[Any]]] = {
    "json": lambda template: StageTemplate.model_validate_json(template.model_dump_json()),
    "short json": lambda template: StageTemplate.model_validate_json(template.model_dump_json(exclude_defaults=True)),
    "python": lambda template: StageTemplate.model_validate(template.model_dump()),
    "pickle": lambda template: pickle.loads(pickle.dumps(template)),  # noqa: S301
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
    "model_copy": lambda template: template.model_copy(),
}


@pytest.mark.parametrize("travel", JOURNEYS.values(), ids=JOURNEYS)
def test_a_template_survives_every_journey(travel: Callable[[StageTemplate[Any]], StageTemplate[Any]]) -> None:
    before = rich()
    after = travel(before)
    assert (after, after.ref, hash(after)) == (before, before.ref, hash(before))
    there = sitting(before, "a")
    assert after.check(there, to="old", at=days(1)).missing == before.check(there, to="old", at=days(1)).missing != ()


@pytest.mark.parametrize("name", ["pickle", "deepcopy", "copy", "model_copy"])
def test_a_template_keeps_its_functions_and_its_class_inside_a_program(name: str) -> None:
    after = JOURNEYS[name](process({"talk": {"rules": (credit_check,)}}, record=MyDeal))
    passed = MyDeal.model_validate({"id": "D-1", "fields": {"credit": "passed"}})
    assert after.check(sitting(after, "contact", passed), to="talk", at=days(1))
    assert after.record is MyDeal


def test_a_file_holds_the_kind_of_the_record_and_no_import_path() -> None:
    stored = json.loads(process(record=MyDeal).model_dump_json())
    assert stored["record"] == "opportunity"
    assert "MyDeal" not in json.dumps(stored)


@pytest.mark.parametrize(("kind", "record"), [("lead", Lead), ("opportunity", Opportunity), ("customer", Customer)])
def test_a_kind_names_its_class(kind: str, record: type[Record]) -> None:
    data = {"id": "t", "version": "1", "record": kind, "stages": [{"id": "a"}]}
    read: StageTemplate[Any] = StageTemplate.model_validate(data)
    assert read.record is record


# -- equality and digest ------------------------------------------------------------------------------------


def test_templates_are_equal_when_all_that_they_say_is() -> None:
    assert rich() == rich()
    assert rich(label="x") != rich()
    assert rich(version="x") != rich()
    assert rich() != "rich"


def test_the_kind_of_record_is_part_of_what_a_template_says() -> None:
    assert process(record=Lead) != process(record=Customer)


def test_the_fields_of_a_host_s_class_are_no_part_of_what_a_template_says() -> None:
    assert rich(host_fields=("region",)) == rich()


def test_equal_templates_have_equal_hashes() -> None:
    assert hash(rich()) == hash(rich())
    assert len({rich(), rich(), process()}) == 2


def test_what_is_equal_has_an_equal_hash_whatever_it_compares_with() -> None:
    one, true = (process({"talk": {"rules": (compare("fields.x", "eq", value),)}}) for value in (1, True))
    assert (one == true) <= (hash(one) == hash(true))


def test_rules_of_one_name_make_equal_templates_with_an_equal_hash() -> None:
    one, other = (process({"talk": {"rules": (PythonRule(name="credit", text=text),)}}) for text in ("a", "b"))
    assert (one == other) <= (hash(one) == hash(other))


BEHAVIOUR: dict[str, dict[str, Any]] = {
    "rule": {"talk": {"rules": (present("amount"),)}},
    "severity": {"talk": {"rules": (present("amount", severity="warn"),)}},
    "override": {"talk": {"rules": (present("amount", overridable_by=("x",)),)}},
    "skippable": {"talk": {"skippable": True}},
    "alias": {"talk": {"aliases": ("old",)}},
    "life": {"talk": {"life": "deprecated"}},
    "stage": {"more": {}},
    "text 1": {"talk": {"rules": (compare("fields.x", "eq", "1"),)}},
    "number 1": {"talk": {"rules": (compare("fields.x", "eq", 1),)}},
    "true": {"talk": {"rules": (compare("fields.x", "eq", True),)}},  # noqa: FBT003
}


def test_every_change_of_behaviour_changes_the_digest() -> None:
    digests = [process(changed).ref.digest for changed in BEHAVIOUR.values()]
    more = [
        process(back="free"),
        process(start_at=("talk",)),
        process(moves=(Move(sources=("contact",), target="deal"),)),
        process(moves=(Move(sources=("contact",), target="deal", ground=True),)),
        process(more={"framework": FOUR_CRITERIA.adding("ours", [Criterion(id="timing")])}),
    ]
    found = {process().ref.digest, *digests, *(each.ref.digest for each in more)}
    assert len(found) == 1 + len(digests) + len(more)


def test_labels_and_reminders_change_no_digest() -> None:
    changed = {
        "talk": {
            "label": "x",
            "labels": {"fr": "y"},
            "description": "z",
            "probability": 5,
            "max_age": "P3D",
            "follow_up_every": "P1D",
            "roles": ("rep",),
        }
    }
    same = [
        process(changed),
        process(more={"label": "x", "labels": {"fr": "y"}, "description": "z"}),
        process(record=MyDeal),
        process(more={"host_fields": ("x",)}),
    ]
    assert {each.ref for each in same} == {process().ref}
    named = Move(sources=("contact",), target="deal", name="jump", labels={"fr": "saut"})  # type: ignore[arg-type]
    assert process(moves=(named,)).ref == process(moves=(Move(sources=("contact",), target="deal"),)).ref


def test_the_wording_of_questions_changes_no_digest() -> None:
    worded = tuple(each.model_copy(update={"question": "?"}) for each in FOUR_CRITERIA.criteria)
    ours = FOUR_CRITERIA.model_copy(update={"criteria": worded})
    assert process(more={"framework": ours}).ref == process().ref


def test_what_a_criterion_means_changes_no_digest() -> None:
    told = tuple(each.model_copy(update={"means": "fun"}) for each in FOUR_CRITERIA.criteria)
    ours = FOUR_CRITERIA.model_copy(update={"criteria": told})
    assert process(more={"framework": ours}).ref == process().ref


def test_the_ways_of_a_criterion_change_the_digest() -> None:
    first, *rest = FOUR_CRITERIA.criteria
    other = FOUR_CRITERIA.model_copy(update={"criteria": (first.model_copy(update={"ways": ("by mail",)}), *rest)})
    assert process(more={"framework": other}).ref.digest != process().ref.digest


def test_what_a_rule_in_python_says_and_reads_changes_no_digest_and_its_name_does() -> None:
    def digest(each: PythonRule) -> str:
        return process({"talk": {"rules": (each,)}, "offer": {"rules": (all_of(present("name"), each),)}}).ref.digest

    bare, told = PythonRule(name="credit"), PythonRule(name="credit", text="no", reads=("amount",))
    assert digest(bare) == digest(told)
    assert digest(bare) != digest(PythonRule(name="other"))


def test_a_reference_names_id_version_and_digest() -> None:
    ref = rich().ref
    assert (ref.id, ref.version, len(ref.digest), set(ref.digest) <= set("0123456789abcdef")) == (
        "rich",
        "2026-01",
        64,
        True,
    )


def test_a_digest_says_the_same_in_every_process_and_for_ever() -> None:
    assert process().ref.digest == "1fa040c53c0fd932f1c16fa9d46e21723a742d1b23ebe1b70cc759c718c8c99d"


def test_a_copy_with_another_version_is_another_template() -> None:
    other = process().model_copy(update={"version": "2"})
    assert (other.ref.version, process().ref.version) == ("2", "1")


# -- the face -----------------------------------------------------------------------------------------------


def test_a_template_never_changes() -> None:
    template = rich()
    for name in StageTemplate.model_fields:
        with pytest.raises(ValidationError):
            setattr(template, name, None)
    assert template == rich()


def test_a_stage_is_found_by_its_id_or_alias() -> None:
    template = rich()
    assert (template.stage("b").id, template.stage("old").id) == ("b", "b")
    with pytest.raises(KeyError):
        template.stage("zebra")


def test_options_hold_what_check_says_of_every_stage_in_the_order_of_the_template() -> None:
    template = process()
    there = sitting(template, "contact")
    options = template.options(there, at=days(1), by=REP, update={"name": "x"}, ground="y", override=("z",))
    assert [*options] == [stage.id for stage in template.stages]
    assert options == {
        to: template.check(there, to=to, at=days(1), by=REP, update={"name": "x"}, ground="y", override=("z",))
        for to in options
    }


def test_options_of_what_is_not_started_are_its_starts() -> None:
    template = process(start_at=("contact", "talk"))
    assert [to for to, verdict in template.options(NEW, at=NOW).items() if verdict] == ["contact", "talk"]


def test_checking_twice_gives_the_same_answer() -> None:
    template = rich()
    there = sitting(template, "a")
    assert (
        template.options(there, at=days(1)) == template.options(there, at=days(1)) == rich().options(there, at=days(1))
    )


def test_a_ground_is_recorded_also_where_none_is_asked() -> None:
    template = process()
    there = sitting(template, "contact")
    # a way that was asked for before is where the short way begins
    assert template.check(there, to="talk", at=days(1))
    moved = template.move(there, to="talk", at=days(1), ground="they asked")
    assert (moved.history[-1].ground, moved.stage) == ("they asked", "talk")


@pytest.mark.parametrize("ground", [None, "they asked"])
def test_an_override_of_what_no_rule_is_called_stops_a_move_as_it_stops_a_check(ground: str | None) -> None:
    template = process()
    there = sitting(template, "contact")
    assert template.check(there, to="talk", at=days(1))
    how: dict[str, Any] = {"to": "talk", "at": days(1), "ground": ground, "override": ("zebra",)}
    with pytest.raises(MoveRefused) as caught:
        template.move(there, **how)
    assert caught.value.verdict == template.check(there, **how)
    assert said(caught.value.verdict) == ["no rule of the template has the key 'zebra' [override.unknown.zebra]"]


def test_who_is_nobody_at_all_may_not_move_a_record_that_anybody_may_move() -> None:
    template = process()
    there, nobody = sitting(template, "contact"), cast("Any", "u-7")
    assert template.check(there, to="talk", at=days(1))
    assert said(template.check(there, to="talk", at=days(1), by=nobody)) == [
        "who acts is an Actor, not str [actor.invalid]"
    ]


def test_a_ground_that_is_no_text_is_refused_also_where_none_is_asked() -> None:
    template = process()
    there = sitting(template, "contact")
    assert template.check(there, to="talk", at=days(1))
    assert said(template.check(there, to="talk", at=days(1), ground="a\0")) == [
        "the ground is not clean text: text may not hold the character U+0000 at position 1 [ground.invalid]"
    ]


def test_a_template_that_is_asked_for_what_it_has_not_names_it() -> None:
    with pytest.raises(AttributeError, match="zebra"):
        _ = cast("Any", rich()).zebra


@pytest.mark.parametrize("wrong", ["zebra", [], {}, 5, None], ids=shown)
def test_what_is_neither_a_class_nor_a_kind_cannot_be_moved(wrong: object) -> None:
    with pytest.raises(ValidationError) as caught:
        StageTemplate.model_validate({"id": "t", "version": "1", "record": wrong, "stages": [{"id": "a"}]})
    assert [each["loc"] for each in caught.value.errors()] == [("record",)]


def test_a_class_with_a_field_called_kind_cannot_be_moved() -> None:
    with pytest.warns(UserWarning, match="shadows"):

        class Leased(Opportunity):
            kind: str = "full"  # type: ignore[misc, assignment]

    with pytest.raises(ValidationError, match="Leased has a field 'kind', and that says what a template moves"):
        process(record=Leased)


def test_a_class_that_writes_what_it_does_not_read_cannot_be_moved() -> None:
    class Counted(Opportunity):
        @computed_field
        @property
        def count(self) -> int:
            return 1

    class Ignoring(Counted):
        model_config = ConfigDict(extra="ignore")

    with pytest.raises(ValidationError, match="Counted writes count to JSON and could not read that back"):
        process(record=Counted)
    assert process(record=Ignoring).record is Ignoring


def test_a_record_of_no_kind_cannot_be_moved() -> None:
    with pytest.raises(ValidationError, match="Lead, Opportunity, Customer or a subclass, not Record"):
        process(record=Record)


def test_a_notebook_shows_the_picture_of_a_template() -> None:
    assert rich()._repr_svg_() == diagram.svg(rich())


# -- binding ------------------------------------------------------------------------------------------------

FROM_FILE: dict[str, Any] = {
    "id": "file",
    "version": "1",
    "record": "opportunity",
    "host_fields": ["region"],
    "stages": [
        {"id": "a"},
        {
            "id": "b",
            "rules": [
                {"rule": "python", "name": "credit_check", "severity": "block", "overridable_by": ["director"]},
                {
                    "rule": "any_of",
                    "rules": [{"rule": "python", "name": "credit_check"}, {"rule": "present", "field": "region"}],
                },
            ],
        },
    ],
    "moves": [{"sources": ["b"], "target": "a", "rules": [{"rule": "python", "name": "credit_check"}]}],
}


def from_file() -> StageTemplate[Any]:
    return StageTemplate.model_validate_json(json.dumps(FROM_FILE))


def passed(credit: str = "passed", **fields: Any) -> MyDeal:
    return MyDeal.model_validate({"id": "D-1", "fields": {"credit": credit}, **fields})


def test_a_template_from_a_file_is_bound_to_a_class_and_to_functions() -> None:
    bound = from_file().bind(MyDeal, rules=(credit_check,))
    there = bound.adopt(passed(), stage="a", at=NOW)
    moved = bound.move(there, to="b", at=days(1))
    assert (type(moved), moved.stage, bound.record) == (MyDeal, "b", MyDeal)
    assert bound.check(moved, to="a", at=days(2))
    failed = bound.adopt(passed("failed"), stage="a", at=NOW)
    verdict = bound.check(failed, to="b", at=days(1))
    assert said(verdict)[0] == "the credit check is not passed [credit_check]"
    assert verdict.refusals[0].overridable_by == ("director",)
    near = bound.adopt(passed("failed", region="north"), stage="a", at=NOW)
    assert bound.check(near, to="b", at=days(1), by=BOSS, ground="x", override=("credit_check",)).overrode == (
        "credit_check",
    )


def test_a_template_that_is_not_bound_refuses_where_a_function_is_needed() -> None:
    template = from_file()
    assert said(template.check(template.adopt(NEW, stage="a", at=NOW), to="b", at=days(1)))[0] == (
        "the rule 'credit_check' is not bound: template.bind(rules=(…,)) [credit_check]"
    )
    again = template.bind(MyDeal)
    assert not again.check(again.adopt(passed(), stage="a", at=NOW), to="b", at=days(1))


def test_binding_changes_neither_equality_nor_hash() -> None:
    template = from_file()
    assert template.bind(MyDeal, rules=(credit_check,)) == template == template.bind(MyDeal)
    assert hash(template.bind(MyDeal)) == hash(template)


def test_binding_changes_no_digest() -> None:
    template = from_file()
    bound = template.bind(MyDeal, rules=(credit_check,))
    assert bound.ref == template.ref
    assert bound.check(template.adopt(passed(), stage="a", at=NOW), to="b", at=days(1))


def test_what_was_unbound_stays_as_it_was() -> None:
    template = from_file()
    before = template.model_dump_json()
    template.bind(MyDeal, rules=(credit_check,))
    assert (template.model_dump_json(), template.record) == (before, Opportunity)


@pytest.mark.parametrize(
    "make",
    [
        lambda: process().bind(MyDeal),
        lambda: StageTemplate[MyDeal](id="t", version="1", record=MyDeal, stages=(Stage(id="a"),)),
    ],
    ids=["bound", "typed"],
)
def test_a_bound_or_typed_template_survives_pickle(make: Callable[[], StageTemplate[Any]]) -> None:
    template = make()
    read = pickle.loads(pickle.dumps(template))  # noqa: S301
    assert (read, read.record) == (template, MyDeal)


def test_a_template_that_was_pickled_tells_what_it_was_given_and_what_are_defaults() -> None:
    template = process(back="free")
    again = pickle.loads(pickle.dumps(template))  # noqa: S301
    assert again.model_fields_set == template.model_fields_set
    assert again.model_dump_json(exclude_unset=True) == template.model_dump_json(exclude_unset=True)


def test_a_function_brings_along_what_it_reads_and_says() -> None:
    bound = from_file().bind(MyDeal, rules=(credit_check,))
    first, group = bound.stages[1].rules
    rules = [first, group.rules[0], bound.moves[0].rules[0]]  # type: ignore[union-attr]
    told = [(each.call, each.reads, each.text) for each in rules]  # type: ignore[union-attr]
    assert told == [(credit_check.call, ("fields.credit",), "the credit check is not passed")] * 3


def test_a_bound_template_survives_copies() -> None:
    bound = process().bind(MyDeal)
    assert [copy.deepcopy(bound), bound.model_copy()] == [bound, bound]


def bind_error(**how: Any) -> list[str]:
    with pytest.raises(TemplateError) as caught:
        from_file().bind(**{"record": MyDeal, **how})
    assert str(caught.value).startswith("template 'file' contradicts itself")
    return [str(each) for each in caught.value.problems]


def test_a_class_of_another_kind_cannot_be_bound() -> None:
    assert bind_error(record=Lead) == ["the template moves records of the kind 'opportunity' @ record [record.kind]"]


def test_all_that_is_wrong_with_what_is_bound_is_told_at_once() -> None:
    assert bind_error(record=Lead, rules=(5,)) == [
        "the template moves records of the kind 'opportunity' @ record [record.kind]",
        "no rule of the template is named '5' @ rules [rule.unknown]",
    ]


def test_a_class_that_lacks_what_rules_read_cannot_be_bound() -> None:
    assert bind_error(record=Opportunity) == ["Opportunity has no field 'region' @ record [field.unknown]"]


def test_a_rule_that_the_template_does_not_name_cannot_be_bound() -> None:
    other = rule(name="other")(credit_check.call)
    assert bind_error(rules=(other, credit_check)) == [
        "no rule of the template is named 'other' @ rules [rule.unknown]"
    ]


@pytest.mark.parametrize(
    "how",
    [{"record": int}, {"record": "opportunity"}, {"record": Record}, {"rules": (5,)}, {"rules": (credit_check.call,)}],
    ids=["int", "text", "base", "number", "function"],
)
def test_what_is_no_class_or_no_rule_cannot_be_bound(how: dict[str, Any]) -> None:
    with pytest.raises((TemplateError, ValidationError)):
        from_file().bind(**{"record": MyDeal, **how})


def test_a_template_written_for_a_host_s_class_says_which_fields_of_it_rules_read() -> None:
    template = process({"talk": {"rules": (present("region"), present("amount"), present("region"))}}, record=MyDeal)
    assert template.host_fields == ("region",)
    read: StageTemplate[Any] = StageTemplate.model_validate_json(template.model_dump_json())
    assert (read.record, read.host_fields, read) == (Opportunity, ("region",), template)
    assert read.bind(MyDeal).record is MyDeal


# -- malformed ----------------------------------------------------------------------------------------------

WRONG = [
    {"id": ""},
    {"id": "\0"},
    {"id": 5},
    {"version": 1},
    {"record": "project"},
    {"record": 5},
    {"record": int},
    {"record": NEW},
    {"stages": ()},
    {"stages": 5},
    {"stages": [{"id": 5}]},
    {"moves": 5},
    {"policy": 5},
    {"policy": {"skip": "x"}},
    {"framework": {"id": "x", "criteria": []}},
    {"host_fields": 5},
    {"host_fields": ["x"] * 1025},
    {"unknown": 1},
]


@pytest.mark.parametrize("wrong", WRONG, ids=shown)
def test_a_malformed_template_is_refused(wrong: dict[str, Any]) -> None:
    good = {"id": "t", "version": "1", "record": "opportunity", "stages": [{"id": "a"}]}
    with pytest.raises(ValidationError) as caught:
        StageTemplate.model_validate({**good, **wrong})
    assert str(caught.value)


@pytest.mark.parametrize("body", [{}, {"kind": "project"}], ids=["none", "other"])
def test_a_record_class_is_of_one_of_the_three_kinds(body: dict[str, Any]) -> None:
    other = type("Other", (Record,), {"__module__": __name__, **body})
    with pytest.raises((TemplateError, ValidationError)):
        process(record=other)
