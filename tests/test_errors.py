"""Errors: one for each noun, none of them pydantic's to swallow, all of them told in lines."""

import copy
import pickle
from collections.abc import Callable

import pytest

from acme import NEW, NOW, days, process, sitting
from salesflow import HistoryError, LoadError, MoveRefused, SalesflowError, Stage, TemplateError, present, qualified
from salesflow import errors as module
from salesflow.verdict import Finding, Problem


def caught(call: Callable[[], object]) -> SalesflowError:
    with pytest.raises(SalesflowError) as found:
        call()
    return found.value


def move_refused() -> SalesflowError:
    template = process({"talk": {"rules": (qualified("budget"), present("amount"))}})
    return caught(lambda: template.move(sitting(template, "contact"), to="talk", at=NOW))


def history_error() -> SalesflowError:
    template = process()
    return caught(lambda: template.replay(NEW, sitting(template, "contact").history * 2))


def template_error() -> SalesflowError:
    return caught(lambda: process({"Talk": {}}))


def load_error() -> SalesflowError:
    return LoadError(
        "deals.json", (Problem(code="json.syntax", path="line 3", text="a comma is missing", advice="add it"),)
    )


MESSAGES = {
    move_refused: """\
D-1 may not move from 'contact' to 'talk':
- the budget is unknown [qualified.budget]
- amount is missing [present.amount]""",
    history_error: """\
the history does not hold together:
- D-1 @ 1: change 1 stands where 2 is due [number_gap]
- D-1 @ 1: a record in 'contact' cannot be adopted [wrong_start]""",
    template_error: """\
template 'acme' contradicts itself:
- stage 'Talk' looks like 'talk'; see stages[1] @ stages[7] [stage.lookalike]""",
    load_error: """\
deals.json cannot be read:
- a comma is missing; add it @ line 3 [json.syntax]""",
}
EVERY = pytest.mark.parametrize("make", MESSAGES, ids=lambda make: make.__name__)


@pytest.mark.parametrize(("make", "message"), MESSAGES.items(), ids=lambda each: getattr(each, "__name__", "text"))
def test_an_error_tells_every_reason_on_a_line_of_its_own(make: Callable[[], SalesflowError], message: str) -> None:
    assert str(make()) == message


@EVERY
def test_an_error_survives_pickle_and_copies(make: Callable[[], SalesflowError]) -> None:
    error = make()
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
        assert (type(again), str(again), again.args) == (type(error), str(error), error.args)


@EVERY
def test_no_error_is_a_value_error_which_pydantic_would_swallow(make: Callable[[], SalesflowError]) -> None:
    assert not isinstance(make(), ValueError)


def test_the_tree_in_the_module_s_docstring_is_the_tree_of_classes() -> None:
    drawn = [line.strip("├└─ ").split()[0] for line in (module.__doc__ or "").splitlines() if "──" in line]
    classes = [cls.__name__ for cls in SalesflowError.__subclasses__() if cls.__module__ == module.__name__]
    assert drawn == classes


def test_errors_carry_objects() -> None:
    refused, broken = move_refused(), history_error()
    assert isinstance(refused, MoveRefused)
    assert (refused.record.id, refused.verdict.target) == ("D-1", "talk")
    assert isinstance(broken, HistoryError)
    assert [type(each) for each in broken.findings] == [Finding, Finding]
    contradiction = template_error()
    assert isinstance(contradiction, TemplateError)
    assert (contradiction.template, contradiction.problems[0].code) == ("acme", "stage.lookalike")


def test_a_refusal_says_what_was_tried() -> None:
    template = process()
    there = sitting(template, "contact")
    tried = [
        lambda: template.start(NEW, to="talk", at=NOW),
        lambda: template.move(there, to="deal", at=days(1)),
        lambda: template.update(there, {"zebra": 1}, at=days(1)),
    ]
    assert [str(caught(call)).splitlines()[0] for call in tried] == [
        "D-1 may not enter 'talk':",
        "D-1 may not move from 'contact' to 'deal':",
        "D-1 may not change in 'contact':",
    ]


def test_what_is_no_record_is_told_in_a_few_words() -> None:
    long: list[Stage] = [Stage(id="x" * 128)] * 100
    message = str(caught(lambda: process().move(long, to="talk", at=NOW)))
    assert message.splitlines()[0].endswith("… may not enter 'talk':") or len(message) < 300
