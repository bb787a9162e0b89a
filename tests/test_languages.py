"""Languages: each text there is in French, filled in from the same parameters, with no English left over."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acme import BOSS, NEW, NOW, REP, asked, days, process, sitting
from salesflow import Money, any_of, compare, none_of, present, role
from salesflow._french import TEXTS as FRENCH_TEXTS
from salesflow._french import typeset
from salesflow._phrases import number, spoken
from salesflow.languages import _ENGLISH, ENGLISH, FRENCH, LANGUAGES, Language, fields_of, language_of, say
from salesflow.loading import parse_template
from salesflow.migration import drafted
from salesflow.rules import rule
from salesflow.verdict import Finding, Problem, Refusal
from test_texts import PRODUCED


def plain(text: str) -> str:
    """Return a text with spaces and apostrophes as a keyboard has them."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


# -- every text ---------------------------------------------------------------------------------------------


def test_each_text_there_is_in_french_and_no_other() -> None:
    assert FRENCH_TEXTS.keys() == _ENGLISH.keys()


@pytest.mark.parametrize("code", _ENGLISH)
def test_a_text_takes_the_same_parameters_in_french(code: str) -> None:
    unsaid = {"line.finding.bare": {"deal"}, "line.finding.bare.row": {"deal"}}.get(code, set())
    assert fields_of(FRENCH_TEXTS[code]) == fields_of(_ENGLISH[code]) - unsaid


@pytest.mark.parametrize("code", FRENCH_TEXTS)
def test_a_french_text_is_set_as_french_is(code: str) -> None:
    text = FRENCH_TEXTS[code]
    assert re.findall("« | [»:;!?%]", text) == []
    assert re.findall(r"[^\W\d_]'[^\W\d_]", text) == []


def test_typesetting_leaves_code_alone() -> None:
    assert typeset("l'étape a outcome='won' : « x »") == "l\u2019étape a outcome='won'\u00a0: «\u00a0x\u00a0»"


# -- what is worked out again -------------------------------------------------------------------------------


@pytest.mark.parametrize("code", PRODUCED)
def test_in_english_a_refusal_is_worked_out_as_it_was_said(code: str) -> None:
    refusals = PRODUCED[code]()
    assert [say(each) for each in refusals] == [str(each) for each in refusals]


@pytest.mark.parametrize("code", PRODUCED)
def test_the_words_of_a_refusal_say_in_english_what_stands_beside_them(code: str) -> None:
    for each in PRODUCED[code]():
        words = each.params.get("words", {})
        beside = {name: each.params[name] for name in words}
        assert {name: spoken(words[name]) for name in beside} == beside


ENGLISH_WORDS = re.compile(
    r"\b(the|is|are|not|and|or|of|by|at|there|must|missing|near|would|cannot|within|least|most|done|holds?|asks?|"
    r"days?|this|that|which|was|were|has|have|been|with|from|only|already|leads?|opportunit(y|ies)|customers?)\b"
)
FOREIGN = ("error", "answer", "roles", "open", "rule", "by")
"""Parameters that hold names or somebody else's words."""


def in_french(said: str, params: Any) -> str:
    """Return a text without what is no salesflow's: quoted names, the key in brackets, somebody else's words."""
    for name in FOREIGN:
        said = said.replace(str(params.get(name, "\0")), "") if "words" not in params else said
    return re.sub(r"« [^»]* »", "", plain(said)).partition(" [")[0]


@pytest.mark.parametrize("code", PRODUCED)
def test_nothing_english_is_left_in_french(code: str) -> None:
    for each in PRODUCED[code]():
        assert ENGLISH_WORDS.findall(in_french(say(each, FRENCH), each.params)) == []
        assert say(each, FRENCH).endswith(f" [{each.key}]")


@pytest.mark.parametrize("code", PRODUCED)
def test_what_was_stored_is_said_alike(code: str) -> None:
    refusals = PRODUCED[code]()
    stored = [Refusal.model_validate_json(each.model_dump_json()) for each in refusals]
    assert [say(each, FRENCH) for each in stored] == [say(each, FRENCH) for each in refusals]


def test_a_rule_is_said_in_words_as_deep_as_it_goes() -> None:
    refused = asked(none_of(any_of(present("id"), compare("amount", "lt", Money.of(1234, "EUR")))))
    assert plain(say(refused.refusals[0], FRENCH)).partition(" [")[0] == (
        "ceci doit ne pas être le cas : (« id » est renseigné ou « amount » < 1 234,00 EUR)"
    )


def test_a_rule_too_long_to_say_is_named_by_its_key() -> None:
    (refusal,) = asked(
        none_of(*(any_of(present("id"), compare("name", "ne", "x" * n)) for n in range(60, 64)))
    ).refusals
    assert f": {refusal.subject} [" in plain(say(refusal, FRENCH))


def test_numbers_are_written_as_a_language_does() -> None:
    assert number(1234567) == "1,234,567"
    assert plain(number(1234567, FRENCH.text)) == "1 234 567"


# -- what is around them ------------------------------------------------------------------------------------


def test_a_verdict_is_said_in_french() -> None:
    template = process()
    deal = sitting(template, "deal")
    assert plain(say(template.check(deal, to="won", at=days(1)), "fr")) == "le passage de « deal » à « won » est permis"
    assert plain(say(template.check(deal, to="contact", at=days(1)), "fr-CA")) == (
        "le passage de « deal » à « contact » est refusé :\n"
        "- « contact » précède « deal », et rien ne revient en arrière [move.back.contact]"
    )


@pytest.mark.parametrize(
    ("source", "to"), [(None, "contact"), (None, "talk"), ("contact", "talk"), ("contact", "contact")]
)
def test_in_english_a_verdict_is_worked_out_as_it_was_said(source: str | None, to: str) -> None:
    template = process()
    verdict = template.check(sitting(template, source) if source else NEW, to=to, at=days(1))
    assert say(verdict) == str(verdict)
    assert ENGLISH_WORDS.findall(in_french(say(verdict, FRENCH), {})) == []


def errors() -> dict[str, Exception]:
    """Return an error of each class, and of each kind of sentence."""
    template, found = process(), dict[str, Exception]()
    deal = sitting(template, "contact")
    calls: dict[str, Callable[[], object]] = {
        "enter": lambda: template.start(NEW, to="talk", at=NOW),
        "update": lambda: template.update(NEW, {}, at=NOW),
        "change": lambda: template.update(deal, {"stage": "won"}, at=days(1)),
        "migrate": lambda: drafted(template, process({"talk": {"skippable": True}}, more={"version": "2"})).apply(
            NEW, at=NOW
        ),
        "move": lambda: template.move(deal, to="deal", at=days(1)),
        "template": lambda: process({"talk ": {}, "contact": {"hold": True, "outcome": "won"}}),
        "load": lambda: parse_template("{"),
        "history": lambda: template.replay(NEW, deal.history[:1] * 2),
    }
    for name, call in calls.items():
        try:
            call()
        except Exception as error:  # noqa: BLE001 - each is looked at
            found[name] = error
    assert found.keys() == calls.keys()
    return found


@pytest.mark.parametrize("name", ["enter", "update", "change", "migrate", "move", "template", "load", "history"])
def test_an_error_is_said_in_both_languages(name: str) -> None:
    error: Any = errors()[name]
    assert say(error) == str(error)
    assert ENGLISH_WORDS.findall(in_french(say(error, FRENCH), {})) == []


def test_an_error_of_a_move_in_french() -> None:
    error: Any = errors()["move"]
    assert plain(say(error, FRENCH)) == (
        "D-1 ne peut pas passer de « contact » à « deal » :\n- "
        "on ne peut pas atteindre « deal » depuis « contact » : ce serait sauter « talk » et « offer » [move.skip.deal]"
    )


@pytest.mark.parametrize("thing", ["text", None, ValueError("x")], ids=repr)
def test_nothing_else_is_said(thing: Any) -> None:
    with pytest.raises(
        TypeError, match=r"^a refusal, a verdict, a finding, a problem, a difference or an error is said, not "
    ):
        say(thing)


# -- texts of a host ----------------------------------------------------------------------------------------

MISSING = PRODUCED["present"]()[0]


def test_a_host_replaces_a_text_and_keeps_the_others() -> None:
    ours = FRENCH.with_texts({"present": "il manque {subject}"})
    assert say(MISSING, ours) == "il manque amount [present.amount]"
    assert say(PRODUCED["time.naive"]()[0], ours) == say(PRODUCED["time.naive"]()[0], FRENCH)


def test_a_host_answers_by_a_function_or_lets_another_answer() -> None:
    def ours(code: str, params: Any) -> str | None:
        return f"{params['subject']}!" if code == "present" else None

    assert say(MISSING, ENGLISH.with_texts(ours)) == "amount! [present.amount]"
    assert say(PRODUCED["time.naive"]()[0], ENGLISH.with_texts(ours)) == "the time has no zone [time.naive]"


def test_the_first_of_several_texts_is_taken() -> None:
    assert say(MISSING, FRENCH.with_texts({"present": "a"}, {"present": "b"})) == "a [present.amount]"
    assert say(MISSING, FRENCH.with_texts({"present": "b"}).with_texts({"present": "a"})) == "a [present.amount]"


def test_what_a_language_lacks_is_english() -> None:
    german = Language("de").with_texts({"present": "{subject} fehlt"})
    assert say(MISSING, german) == "amount fehlt [present.amount]"
    assert say(PRODUCED["time.naive"]()[0], german) == "the time has no zone [time.naive]"


def test_words_in_a_text_of_a_host_are_of_its_language() -> None:
    german = Language("de").with_texts({"role": "nur {roles}", "word.or": "bzw"})
    assert say(asked(role("a", "b"), by=REP).refusals[0], german) == "nur a bzw b [role.a|b]"


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"present": "{sbj}"}, "the text of 'present' has no parameter 'sbj': it knows 'subject'"),
        ({"time.naive": "{x}"}, "the text of 'time.naive' has no parameter 'x': it knows none"),
        ({"present": "{subject.__class__}"}, "the text of 'present' has no parameter 'subject.__class__'"),
        ({"our_rule": "{}"}, "the text of 'our_rule' has no parameter ''"),
    ],
    ids=["a slip", "none", "an attribute", "a number"],
)
def test_a_text_with_a_parameter_that_is_not_there_is_told_at_once(texts: Any, message: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        FRENCH.with_texts(texts)


@rule(name="credit_check", text="the credit is checked")
def credit_check(record: Any, /, *, at: Any, by: Any) -> bool | None:
    return None if by is None else False


def test_a_rule_of_the_host_is_said_in_its_own_words() -> None:
    ours = FRENCH.with_texts({"credit_check": "le crédit n'est pas vérifié"})
    failed, unknown = asked(credit_check, by=BOSS).refusals[0], asked(credit_check).refusals[0]
    assert say(failed, FRENCH) == "the credit is checked [credit_check]"
    assert say(failed, ours) == "le crédit n'est pas vérifié [credit_check]"
    assert plain(say(unknown, ours)) == "le crédit n'est pas vérifié : réponse inconnue [credit_check]"


def test_a_text_that_is_nowhere_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        FRENCH.text("nothing of the kind")


@pytest.mark.parametrize("code", ["fr", "FR", "fr-CA", "fr_FR.UTF-8", " fr "])
def test_a_language_is_found_by_its_code_whatever_the_region(code: str) -> None:
    assert language_of(code) is FRENCH


def test_a_language_that_salesflow_lacks_speaks_english() -> None:
    assert language_of("de-AT") == Language("de")
    assert say(MISSING, "de") == str(MISSING)


# -- what others stored -------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["code", "list", "word", "join", "span", "lasted", "money", "quoted"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
STORED = st.dictionaries(
    st.sampled_from(["why", "words", "rule", "said", "record", "wanted", "says", "notes", "advises", "name"]),
    JSON | st.dictionaries(st.sampled_from(["wanted", "name"]), JSON, max_size=2),
    max_size=5,
)


@given(st.sampled_from(["present", "compare", "stage.unknown", "x"]), STORED)
def test_whatever_was_stored_is_said(code: str, params: Any) -> None:
    refusal = Refusal(code=code, text="as it was", params=params)
    finding = Finding(code="gap", detail="as it was", params=params, refusal=refusal)
    for language in LANGUAGES.values():
        assert say(refusal, language).endswith(f"[{code}]")
        assert say(finding, language).endswith("[gap]")
        assert say(Problem(code=code, text="as it was", params=params), language).endswith(f"[{code}]")


def test_what_has_no_parameters_is_said_as_it_was() -> None:
    assert say(Refusal(code="compare", text="as it was"), FRENCH) == "as it was [compare]"
    assert plain(say(Finding(code="gap", deal="D", detail="as it was"), FRENCH)) == "D : as it was [gap]"
    assert say(Problem(code="c", text="as it was", advice="mend it"), ENGLISH) == "as it was; mend it [c]"


# -- the process that it runs in ----------------------------------------------------------------------------


def test_no_language_of_the_process_is_touched() -> None:
    """Importing and using salesflow, a live machine included, leaves gettext and the locale as they were."""
    program = """
import builtins, gettext, locale
def state():
    domain = gettext.textdomain()
    return domain, gettext.bindtextdomain(domain), locale.setlocale(locale.LC_ALL), "_" in vars(builtins)
before = state()
from datetime import UTC, datetime
from types import SimpleNamespace
import salesflow, salesflow.languages as languages
from salesflow.templates import get
template = get("classic-pipeline")
machine = salesflow.machine_class(template)(SimpleNamespace(id="D-1", stage=None))
print(languages.say(template.check(salesflow.Opportunity(id="D"), to="won", at=datetime(2026, 1, 5, tzinfo=UTC)), "fr"))
salesflow.lint(template)
assert state() == before, (before, state())
"""
    env = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, env=env)
    assert (done.returncode, done.stderr) == (0, b"")


def test_words_of_another_version_are_said_as_they_stand_beside() -> None:
    words = {"wanted": {"code": "bound.of_the_future", "value": "5"}, "actual": {"span": "long"}}
    params = {"wanted": "5", "actual": "4", "words": words}
    told = Refusal(code="compare", subject="amount", text="as it was", params=params)
    assert plain(say(told, FRENCH)) == "« amount » vaut 4 ; valeur demandée : 5 [compare.amount]"


def test_rules_whose_words_are_of_another_version_are_said_as_they_stand_beside() -> None:
    params = {"rules": "a holds", "words": {"rules": {"span": 5}}}
    told = Refusal(code="none_of", subject="a", text="as it was", params=params)
    assert plain(say(told, FRENCH)) == "ceci doit ne pas être le cas : a holds [none_of.a]"


def test_a_text_that_cannot_be_filled_in_is_passed_over() -> None:
    told = Refusal(code="stage.same", subject="a", text="as it was", params={"words": {"subject": "b"}})
    assert say(told, ENGLISH.with_texts({"stage.same": "{subject:d}"})) == "the record is in 'b' already [stage.same.a]"
