"""A template moves the host's own type, whether the type is inferred from `record=` or written out."""

from datetime import UTC, datetime
from typing import assert_type

from salesflow import Actor, Customer, Lead, Money, Opportunity, Policy, Stage, StageTemplate, Verdict, present, rule
from salesflow.rules import Present, PythonRule


class MyDeal(Opportunity):
    region: str = ""


NOW = datetime(2026, 1, 5, tzinfo=UTC)
STAGES = (Stage(id="contact"), Stage(id="won", outcome="won", rules=(present("region"),)))

inferred = StageTemplate(id="t", version="1", record=MyDeal, stages=STAGES, policy=Policy(skip="free"))
written = StageTemplate[MyDeal](id="t", version="1", record=MyDeal, stages=STAGES)
assert_type(inferred, StageTemplate[MyDeal])
assert_type(written, StageTemplate[MyDeal])
assert_type(StageTemplate(id="t", version="1", record=Opportunity, stages=STAGES), StageTemplate[Opportunity])
assert_type(StageTemplate(id="t", version="1", record=Lead, stages=STAGES), StageTemplate[Lead])
assert_type(StageTemplate[Customer](id="t", version="1", record=Customer, stages=STAGES), StageTemplate[Customer])

deal = MyDeal(id="D-1", region="north")
rep = Actor(id="u-7", roles=("rep",))

for template in (inferred, written):
    started = template.start(deal, at=NOW, by=rep)
    assert_type(started, MyDeal)
    assert_type(started.region, str)
    assert_type(template.move(started, to="won", at=NOW, update={"amount": Money.of(5, "EUR")}), MyDeal)
    assert_type(template.update(started, {"region": "south"}, at=NOW), MyDeal)
    assert_type(template.adopt(deal, stage="won", at=NOW), MyDeal)
    assert_type(template.replay(deal, started.history), MyDeal)
    assert_type(template.check(started, to="won", at=NOW, ground="why", override=("present.region",)), Verdict)
    assert_type(template.options(started, at=NOW), dict[str, Verdict])
    assert_type(template.record, type[MyDeal])

base = StageTemplate(id="t", version="1", record=Opportunity, stages=STAGES)
bound = base.bind(MyDeal)
assert_type(bound, StageTemplate[MyDeal])
assert_type(bound.start(deal, at=NOW), MyDeal)


@rule(reads=("region",), text="the region is not ours")
def ours(record: MyDeal, /, *, at: datetime, by: Actor | None) -> bool | None:
    return record.region == "north" and by is not None and at > NOW


assert_type(ours, PythonRule)
assert_type(present("amount"), Present)
bound.bind(MyDeal, rules=(ours,))

# a template of one kind moves no record of another
inferred.start(Lead(id="L-1"), at=NOW)  # type: ignore[arg-type]
inferred.move(Opportunity(id="D-1"), to="won", at=NOW)  # type: ignore[arg-type]
# and nothing but a record
inferred.check("D-1", to="won", at=NOW)  # type: ignore[arg-type]
StageTemplate(id="t", version="1", record=int, stages=STAGES)  # type: ignore[type-var]
