"""Records, from bare ones to such as nearly every rule lets pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st
from pydantic import ValidationError

from salesflow import Answer, LossReport, Money, Offer, Qualification, StageTemplate
from salesflow.history import Change, Kind
from salesflow.qualification import Certainty, Criterion, Framework
from salesflow.records import Activity, Approval, Item, Objection, Record
from salesflow.testing._beginnings import begun
from salesflow.testing._draw_rules import ACTIVITIES, APPROVALS
from salesflow.testing._draw_values import BOSS, KNOWN, T0, actors, moments, texts

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]

_ids = st.sampled_from(["u-1", "u-boss", "Ü 7"])

amounts = st.sampled_from(
    [
        Money.of("1234.50", "EUR"),
        Money.of(1000, "EUR"),
        Money.of(-5, "USD"),
        Money.of("0.001", "KWD"),
        Money.of(9, "JPY"),
    ]
)
scalars = st.one_of(
    st.sampled_from([True, 1, 1.0, 0, False, None, "", "EU", 7.5, 50, 10**14, -0.0, 5e-324, "1"]),
    st.floats(-1e14, 1e14),
    texts,
)
free_fields = st.dictionaries(st.sampled_from(["score", "vip", "region", "é x"]), scalars, max_size=3)
losses = st.builds(LossReport, reason=texts, competitor=texts)
activities = st.builds(
    Activity,
    kind=st.sampled_from(ACTIVITIES),
    at=moments,
    by=st.none() | _ids,
    duration=st.none() | st.timedeltas(timedelta(microseconds=1), timedelta(days=2)),
)
objections = st.builds(
    Objection,
    id=st.sampled_from(["price", "timing"]),
    raised_at=moments,
    resolved_at=st.none() | moments,
    resolution=texts,
)
approvals = st.builds(
    Approval,
    what=st.sampled_from(APPROVALS),
    granted=st.booleans(),
    at=moments,
    by=st.sampled_from([BOSS, BOSS.model_copy(update={"id": "u-1", "roles": ()})]),
)
offers = st.builds(
    Offer,
    items=st.lists(st.builds(Item, name=texts, price=st.none() | amounts), max_size=2).map(tuple),
    price=st.none() | amounts,
    months=st.none() | st.integers(1, 48),
    sent_at=st.none() | moments,
)


@cache
def answers(criteria: tuple[Criterion, ...]) -> st.SearchStrategy[Answer]:
    """Answers of every certainty, by a way of the criterion, by a wrong one or by none."""
    asked = [(each.id, way) for each in criteria for way in (*each.ways, None, "hearsay")]
    return st.builds(
        _answer,
        st.sampled_from(asked),
        st.sampled_from(["verified", "claimed", "no", "unknown"]),
        moments,
    )


def _answer(asked: tuple[str, str | None], certainty: Certainty, at: datetime) -> Answer:
    return Answer(criterion=asked[0], certainty=certainty, at=at, way=asked[1])


def _several(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(strategy, max_size=2).map(tuple)


def _several_of(names: Iterable[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(sorted(names)), max_size=4, unique=True)


@cache
def _loose(record: type[Record], criteria: tuple[Criterion, ...]) -> dict[str, st.SearchStrategy[Any]]:
    several = _several(answers(criteria))
    parts: dict[str, st.SearchStrategy[Any]] = {
        "name": texts,
        "owner": _ids,
        "amount": amounts,
        "source": texts,
        "qualification": st.builds(Qualification, answers=several),
        "activities": _several(activities),
        "objections": _several(objections),
        "approvals": _several(approvals),
        "loss": losses,
        "lessons": texts,
        "fields": free_fields,
    }
    own = record.model_fields
    of_class = {"offer": offers, "expected_close": st.dates(date(2026, 1, 1), date(2027, 1, 1))}
    of_class |= {"contract_end": st.dates(), "email": texts, "tags": _several(texts)}
    return parts | {name: drawn for name, drawn in of_class.items() if name in own}


def complete(record: type[Record], framework: Framework) -> dict[str, Any]:
    """The fields of a record that satisfies nearly every rule drawn here."""
    month = timedelta(days=30)
    of_class: dict[str, Any] = {"expected_close": T0.date() + 2 * month, "seats": 40, "tags": ("east", "new")}
    of_class["offer"] = Offer(price=Money.of(1200, "EUR"), months=12, sent_at=KNOWN - month)
    facts: dict[str, Any] = {
        "owner": "u-boss",
        "amount": Money.of(1200, "EUR"),
        "source": "referral",
        "qualification": Qualification(
            answers=tuple(
                Answer(criterion=each.id, certainty="verified", at=KNOWN, way=next(iter(each.ways), None))
                for each in framework.criteria
            )
        ),
        "activities": tuple(Activity(kind=kind, at=KNOWN) for kind in ACTIVITIES * 2),
        "objections": (Objection(id="price", raised_at=KNOWN, resolved_at=KNOWN),),
        "approvals": tuple(Approval(what=what, granted=True, at=KNOWN, by=BOSS) for what in APPROVALS),
        "lessons": "listen",
        "fields": {"score": 80, "vip": True, "region": "EU"},
    }
    return facts | {name: value for name, value in of_class.items() if name in record.model_fields}


@st.composite
def unstarted(draw: Draw[Any], template: StageTemplate[Any]) -> Record:
    """Records that are not started: bare, complete, and everything between."""
    known = draw(st.sampled_from(["all", "all", "all", "most", "some", "none"]))
    kind: type[Record] = template.record
    facts = complete(kind, template.framework) if known in {"all", "most"} else {}
    loose = _loose(kind, template.framework.criteria)
    some: list[str] = draw(_several_of(loose)) if known in {"most", "some"} else []
    facts |= {name: draw(loose[name]) for name in some}
    return begun(kind, facts, complete(kind, template.framework), draw)


@st.composite
def placed(
    draw: Draw[Any], template: StageTemplate[Any], beginnings: st.SearchStrategy[Record] | None = None
) -> Record:
    """Records that stand in some stage as a store may give them back: with the tail of their history, or none of it.

    Not started where their class does not accept them there.
    """
    bare: Record = draw(unstarted(template) if beginnings is None else beginnings)
    # mostly closed or held: by chance that is rare, and it matters most
    where = draw(st.sampled_from(["closed", "closed", "held", "anywhere"]))
    fit = [each for each in template.stages if (each.outcome if where == "closed" else each.hold)]
    stage = draw(st.sampled_from(template.stages if where == "anywhere" else fit or template.stages))
    in_order = [each.id for each in template.stages if each.open and not each.hold]
    left = None if stage.open and not stage.hold else draw(st.sampled_from([None, *in_order]))
    known_as = draw(st.sampled_from([stage.id, *stage.aliases]))
    before = draw(st.sampled_from([0, 3]))
    tail = [] if before and draw(st.booleans()) else [_entry(template, before + 1, known_as, draw)]
    place = {
        "stage": known_as,
        "left": left,
        "closed_at": T0 if stage.outcome else None,
        "loss": draw(losses) if stage.outcome == "lost" else bare.loss,
        "template": template.ref,
        "history": tuple(tail),
        "changes_before": before,
    }
    kind: type[Record] = template.record
    try:
        return kind.model_validate({**dict(bare), **place}, by_alias=True, by_name=True)
    except ValidationError:
        return bare


def _entry(template: StageTemplate[Any], number: int, stage: str, draw: Draw[Any]) -> Change:
    kind: Kind = "adopted" if number == 1 else "advanced"
    source = None if number == 1 else draw(st.sampled_from([each.id for each in template.stages]))
    return Change(number=number, kind=kind, source=source, target=stage, at=T0, by=draw(actors), template=template.ref)
