"""The seven-step sale: what it is said to ask."""

from acme import NOW, days
from salesflow.records import Objection
from templates.selling import complete, got, refusals, sitting

SEVEN = got("seven-step")


def test_a_deal_without_objections_passes_through_their_handling_without_a_question() -> None:
    record = complete(SEVEN, objections=())
    assert refusals(SEVEN, sitting(SEVEN, "presentation", record), "handling-objections", by=None) == []
    assert refusals(SEVEN, sitting(SEVEN, "handling-objections", record), "won", by=None) == []


def test_an_objection_stands_until_it_is_resolved() -> None:
    raised = Objection(id="O-1", text="too dear", raised_at=NOW)
    record = sitting(SEVEN, "handling-objections", complete(SEVEN, objections=(raised,)))
    answered = {**dict(raised), "resolved_at": days(1), "resolution": "paid by the month"}
    assert refusals(SEVEN, record, "won") == ["objections_resolved"]
    assert refusals(SEVEN, record, "won", update={"objections": (answered,)}) == []
