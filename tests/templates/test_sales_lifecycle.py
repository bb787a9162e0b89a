"""The sales life cycle: what it says beyond the list of its stages."""

from acme import NOW
from salesflow.records import Objection
from templates.selling import answered, complete, got, refusals, sitting, warnings

CYCLE = got("sales-lifecycle")


def test_nobody_is_researched_who_does_not_fit_the_ideal_customer_profile() -> None:
    stranger = sitting(CYCLE, "prospecting", complete(CYCLE, qualification=answered()))
    fitting = sitting(CYCLE, "prospecting", complete(CYCLE, qualification=answered("profile")))
    assert refusals(CYCLE, stranger, "research") == ["qualified.profile"]
    assert refusals(CYCLE, fitting, "research") == []


def test_winning_warns_where_no_objection_was_ever_raised() -> None:
    raised = Objection(id="O-1", raised_at=NOW, resolved_at=NOW)
    assert warnings(CYCLE, sitting(CYCLE, "handling-objections"), "won") == ["present.objections"]
    resolved = sitting(CYCLE, "handling-objections", complete(CYCLE, objections=(raised,)))
    assert warnings(CYCLE, resolved, "won") == []


def test_a_deal_stands_between_15_and_30_percent_until_it_is_qualified() -> None:
    chances = [CYCLE.stage(name).probability for name in ("prospecting", "research", "first-contact", "demo")]
    assert chances == [15, 15, 20, 30]
