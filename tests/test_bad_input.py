"""Bad input: whatever is sent is refused with its place named; nothing changes, nothing hangs."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from acme import NEW, NOW, REP, asking, days, process, said, shown, sitting
from processor import at_once
from salesflow import (
    Move,
    MoveRefused,
    Offer,
    Opportunity,
    Policy,
    Stage,
    StageTemplate,
    TemplateError,
    Verdict,
    compare,
    lint,
    present,
)
from salesflow.qualification import Criterion
from salesflow.rules import ActivityDone, Compare
from salesflow.values import FrozenMap


class Sly(dict[Any, Any]):
    """A dict that says something else at every look."""

    def __iter__(self) -> Iterator[Any]:
        return iter(["stage"])

    def __getitem__(self, key: Any) -> Any:
        return "won"

    def keys(self) -> Any:
        return ["stage"]


class Rude(Mapping[str, Any]):
    """A mapping that refuses to be read."""

    def __getitem__(self, key: str) -> Any:
        raise RuntimeError("no")

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("no")

    def __len__(self) -> int:
        return 1


JUNK: dict[str, Any] = {
    "none": None,
    "number": 5,
    "float": 1.5,
    "nan": float("nan"),
    "inf": float("inf"),
    "huge decimal": Decimal("1e999999999"),
    "signalling nan": Decimal("sNaN"),
    "long int": 10**100_000,
    "bytes": b"\xff",
    "empty": "",
    "nul": "\0",
    "surrogate": "\ud800",
    "bidi": "\u202eabc",
    "long text": "x" * 10**6,
    "naive": datetime(2027, 1, 1),  # noqa: DTZ001
    "first moment": datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    "last moment": datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    "date": date(2026, 1, 5),
    "list": [1, [2]],
    "dict": {"a": {"b": 1}},
    "class": dict,
    "object": object(),
    "function": print,
    "record": NEW,
    "frozen map": FrozenMap({"a": 1}),
    "sly": Sly(name="x"),
}
EVERY = pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
LONG = JUNK["long int"]
TEMPLATE = process(skip="with_ground", back="free", reopen_to=("talk",))
THERE = sitting(TEMPLATE, "contact")
BEFORE = THERE.model_dump_json()


def printable(verdict: Verdict) -> bool:
    """Tell whether a verdict can be printed, sent and read again, and is no book."""
    return Verdict.model_validate_json(verdict.model_dump_json()) == verdict and len(str(verdict).encode()) < 5000


@pytest.mark.parametrize("argument", ["to", "at", "by", "update", "ground", "override"])
@EVERY
def test_check_and_options_never_raise_and_move_raises_its_verdict(argument: str, junk: Any) -> None:
    how = {"to": "talk", "at": days(1), argument: junk}
    with at_once(2):
        verdict = TEMPLATE.check(THERE, **how)
        assert printable(verdict)
        found = outcome(lambda: TEMPLATE.move(THERE, **how))
        assert found == verdict or (verdict and found.stage == verdict.target)
        target = how.pop("to")
        options = TEMPLATE.options(THERE, **how)
    assert options["talk"] == verdict or target != "talk"
    assert THERE.model_dump_json() == BEFORE


@EVERY
def test_no_entry_point_takes_junk_for_a_record(junk: Any) -> None:
    if junk is NEW or junk is LONG:
        pytest.skip("a record is none; for the number see test_a_number_too_long_to_print_is_no_name")
    entries: list[Callable[[], object]] = [
        lambda: TEMPLATE.move(junk, to="talk", at=NOW),
        lambda: TEMPLATE.start(junk, at=NOW),
        lambda: TEMPLATE.adopt(junk, stage="talk", at=NOW),
        lambda: TEMPLATE.update(junk, {}, at=NOW),
    ]
    for enter in entries:
        with at_once(2), pytest.raises(MoveRefused) as caught:
            enter()
        assert printable(caught.value.verdict)
        assert len(str(caught.value).encode("ascii", "backslashreplace")) < 1000


@pytest.mark.parametrize("argument", ["to", "at", "by", "update", "ground"])
@EVERY
def test_start_refuses_junk(argument: str, junk: Any) -> None:
    entered(lambda: TEMPLATE.start(NEW, **{"at": NOW, argument: junk}))


@pytest.mark.parametrize("argument", ["stage", "at", "by", "left", "ground"])
@EVERY
def test_adopt_refuses_junk(argument: str, junk: Any) -> None:
    entered(lambda: TEMPLATE.adopt(NEW, **{"stage": "wait", "at": NOW, argument: junk}))


@pytest.mark.parametrize("argument", ["values", "at", "by", "ground"])
@EVERY
def test_update_refuses_junk(argument: str, junk: Any) -> None:
    entered(lambda: TEMPLATE.update(THERE, **{"values": {}, "at": days(1), argument: junk}))


def entered(call: Callable[[], Any]) -> None:
    """Ask that a call gives a sound record or a refusal that can be told."""
    with at_once(2):
        found = outcome(call)
    if isinstance(found, Verdict):
        assert printable(found)
    else:
        assert Opportunity.model_validate_json(found.model_dump_json()) == found


def outcome(call: Callable[[], Any]) -> Any:
    """Return the record that a call gives, or the verdict with which it is refused."""
    try:
        return call()
    except MoveRefused as error:
        return error.verdict


@pytest.mark.parametrize("field", [name for name in Opportunity.model_fields if name != "kind"])
@EVERY
def test_a_field_set_to_junk_is_refused_or_sound(field: str, junk: Any) -> None:
    with at_once(2):
        verdict = TEMPLATE.check(THERE, to="talk", at=days(1), update={field: junk})
        assert printable(verdict)
        if verdict:
            moved = TEMPLATE.move(THERE, to="talk", at=days(1), update={field: junk})
            assert Opportunity.model_validate_json(moved.model_dump_json()) == moved


INSIDE = ["fields", "amount", "offer", "loss", "qualification", "activities", "objections", "approvals"]


@pytest.mark.parametrize("field", INSIDE)
@EVERY
def test_junk_inside_a_field_is_refused_or_sound(field: str, junk: Any) -> None:
    names = ["a", "amount", "currency", "months", "items", "reason", "answers"]
    with at_once(4):
        for value in (dict.fromkeys(names, junk), *({name: junk} for name in names), [junk], [{"kind": junk}]):
            assert printable(TEMPLATE.check(THERE, to="talk", at=days(1), update={field: value}))


@pytest.mark.parametrize("junk", ["\0", "\ud800", "x" * 10**6, "\u202e", "stage", 5, None, ("a",)], ids=shown)
def test_a_field_of_a_junk_name_is_refused(junk: Any) -> None:
    for update in ({junk: 1}, {"fields": {junk: 1}}, {"loss": {"reason": "x", junk: 1}}):
        verdict = TEMPLATE.check(THERE, to="talk", at=days(1), update=update)
        assert printable(verdict)
        assert not verdict or update == {"fields": {"stage": 1}}


NAMELESS = [
    pytest.param(lambda: TEMPLATE.move(THERE, to=LONG, at=days(1)), id="move"),
    pytest.param(lambda: TEMPLATE.start(NEW, to=LONG, at=days(1)), id="start"),
    pytest.param(lambda: TEMPLATE.adopt(NEW, stage=LONG, at=days(1)), id="adopt"),
    pytest.param(lambda: TEMPLATE.move(LONG, to="talk", at=days(1)), id="record"),
    pytest.param(lambda: TEMPLATE.update(THERE, {LONG: 1}, at=days(1)), id="update"),
]


@pytest.mark.parametrize("call", NAMELESS)
def test_a_number_too_long_to_print_is_no_name(call: Callable[[], object]) -> None:
    with pytest.raises(MoveRefused) as caught:
        call()
    assert len(str(caught.value)) < 1000


def test_a_mapping_that_refuses_to_be_read_is_a_reason() -> None:
    verdict = TEMPLATE.check(THERE, to="talk", at=days(1), update=Rude())
    assert said(verdict) == ["update cannot be set: RuntimeError: no [update.invalid.update]"]


class Unprintable:
    """Something that cannot be shown."""

    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize("how", [{"to": Unprintable()}, {"update": {Unprintable(): 1}}], ids=["to", "update"])
def test_what_cannot_be_shown_is_a_reason(how: dict[str, Any]) -> None:
    assert not TEMPLATE.check(THERE, **{"to": "talk", "at": days(1), **how})


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text()
    | st.binary()
    | st.datetimes()
    | st.sampled_from(["name", "amount", "fields", "stage", "talk"]),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text() | st.sampled_from([*Opportunity.model_fields, "a"]), inner)
        | st.tuples(inner)
    ),
    max_leaves=10,
)


@given(st.fixed_dictionaries(dict.fromkeys(("to", "at", "by", "update", "ground", "override"), ANYTHING)))
def test_check_never_raises_whatever_it_is_asked(how: dict[str, Any]) -> None:
    assert printable(TEMPLATE.check(THERE, **how))
    assert printable(TEMPLATE.check(THERE, **{**how, "to": "talk", "at": days(1), "by": REP}))


# -- much -----------------------------------------------------------------------------------------------------


def test_much_in_one_update_is_refused_or_taken_at_once() -> None:
    with at_once(5):
        taken = TEMPLATE.update(THERE, {"fields": {f"field {count}": count for count in range(10_000)}}, at=days(1))
        assert len(taken.fields) == 10_000
        refused = TEMPLATE.check(THERE, to="talk", at=days(1), update={f"field {count}": count for count in range(500)})
        assert len(refused.refusals) == 500
        deep: Any = 1
        for _ in range(3000):
            deep = [deep]
        assert not TEMPLATE.check(THERE, to="talk", at=days(1), update={"activities": deep, "fields": {"x": deep}})


@pytest.mark.parametrize(
    "stages",
    [[{"id": f"s{count}"} for count in range(10_000)], tuple(Stage(id=f"s{count}") for count in range(10_000))],
    ids=["dicts", "stages"],
)
def test_ten_thousand_stages_are_refused_at_once_in_one_line(stages: Any) -> None:
    with at_once(2), pytest.raises(ValidationError, match="at most 256 items") as caught:
        StageTemplate(id="t", version="1", record=Opportunity, stages=stages)
    assert (caught.value.error_count(), len(str(caught.value)) < 1000) == (1, True)


def test_ten_thousand_stages_in_json_are_refused_at_once() -> None:
    stages = json.dumps(
        {"id": "t", "version": "1", "record": "opportunity", "stages": [{"id": f"s{n}"} for n in range(10_000)]}
    )
    with at_once(2), pytest.raises(ValidationError, match="at most 256 items"):
        StageTemplate.model_validate_json(stages)


def test_a_template_full_of_wrong_names_is_refused_at_once() -> None:
    stages = tuple(Stage(id=f"stage number {count} of the pipeline") for count in range(256))
    wrong = tuple(Move(sources=(f"stage no. {count} of the pipelines",), target=stages[0].id) for count in range(500))
    with at_once(2), pytest.raises(TemplateError):
        StageTemplate(id="t", version="1", record=Opportunity, stages=stages, moves=wrong)


LARGEST = (
    *(Stage(id=f"stage {count}") for count in range(254)),
    Stage(id="won", outcome="won"),
    Stage(id="lost", outcome="lost"),
)
"""As many stages as there may be."""  # fmt: skip
OPEN = tuple(stage.id for stage in LARGEST if stage.open)
LARGE: dict[str, dict[str, Any]] = {
    "moves from all others": {
        "moves": tuple(
            Move(sources=tuple(each for each in OPEN if each != to), target=to, roles=("boss",)) for to in OPEN[:190]
        )
    },
    "free": {"policy": Policy(skip="free", back="free", reopen_to=OPEN)},
    "with a ground": {"policy": Policy(skip="with_ground", back="with_ground", reopen_to=OPEN)},
}


@pytest.mark.parametrize("large", LARGE.values(), ids=LARGE)
def test_the_largest_template_is_linted_at_once(large: dict[str, Any]) -> None:
    template = StageTemplate(id="t", version="1", record=Opportunity, stages=LARGEST, **large)
    with at_once(1):
        assert lint(template) == ()


def test_a_number_of_many_digits_is_refused_at_once() -> None:
    with at_once(0.05):
        assert not TEMPLATE.check(
            THERE, to="talk", at=days(1), update={"amount": {"amount": 10**200_000, "currency": "EUR"}}
        )


MILLION = Decimal("1e1000000")
WHOLE: dict[str, Callable[[], object]] = {
    "months": lambda: Offer(months=MILLION),  # type: ignore[arg-type]
    "reopenings": lambda: Opportunity(id="D-1", reopenings=MILLION),  # type: ignore[arg-type]
    "changes_before": lambda: Opportunity(id="D-1", changes_before=MILLION),  # type: ignore[arg-type]
    "probability": lambda: Stage(id="a", probability=MILLION),  # type: ignore[arg-type]
    "weight": lambda: Criterion(id="a", weight=MILLION),  # type: ignore[arg-type]
    "at_least": lambda: ActivityDone(kind="a", at_least=MILLION),  # type: ignore[arg-type]
    "value": lambda: Compare(field="fields.x", op="eq", value=MILLION),  # type: ignore[arg-type]
    "number": lambda: Opportunity.model_validate(
        {"id": "D-1", "history": [{"number": MILLION, "kind": "started", "source": None, "target": "a", "at": NOW}]}
    ),
    "update": lambda: TEMPLATE.update(THERE, {"offer": {"months": MILLION}}, at=days(1)),
}


@pytest.mark.parametrize("make", WHOLE.values(), ids=WHOLE)
def test_a_whole_number_is_no_decimal_of_a_million_digits(make: Callable[[], object]) -> None:
    with at_once(0.02), pytest.raises((ValidationError, MoveRefused)):
        make()


# -- numbers in rules -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", [Decimal("1e999999999"), Decimal("NaN"), "1e999999999", "nan", 1e308, float("inf")], ids=shown
)
def test_a_rule_that_compares_with_junk_refuses_every_number(value: Any) -> None:
    for actual in (5, 1.5, "text"):
        template = asking(compare("fields.x", "le", value))
        there = sitting(template, "contact", Opportunity.model_validate({"id": "D-1", "fields": {"x": actual}}))
        with at_once(2):
            verdict = template.check(there, to="talk", at=days(1))
        assert printable(verdict)
        assert not verdict or actual == "text"


def test_a_rule_that_compares_with_a_number_of_many_digits_is_refused_where_it_stands() -> None:
    with pytest.raises(ValidationError) as caught:
        compare("fields.x", "eq", 10**5000)
    assert "4300" not in str(caught.value)


# -- names in templates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["\ud800", "\0", "", "__class__"], ids=shown)
def test_a_field_of_the_host_s_has_the_name_of_a_field(name: str) -> None:
    with pytest.raises(ValidationError):
        StageTemplate(id="t", version="1", record=Opportunity, stages=(Stage(id="a"),), host_fields=(name,))


def test_a_field_that_is_said_to_be_the_host_s_and_is_none_cannot_be_read() -> None:
    template = process({"talk": {"rules": (present("model_dump"),)}}, more={"host_fields": ("model_dump",)})
    assert said(template.check(sitting(template, "contact"), to="talk", at=days(1))) == [
        "present model_dump cannot be judged from the data at hand [present.model_dump]"
    ]
