"""Frameworks: the known ways to qualify a deal, as data, and how one of them reads in another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from salesflow._wanted import moment, wanted
from salesflow.qualification import FOUR_CRITERIA, Answer, Criterion, Framework, Qualification
from salesflow.values import Frozen, FrozenMap, Id

__all__ = [
    "ANUM",
    "BANT",
    "CHAMP",
    "FAINT",
    "FRAMEWORKS",
    "GPCTBA_CI",
    "MEDDIC",
    "MEDDPICC",
    "NEAT",
    "SPICED",
    "Reading",
    "counterparts",
    "read_in",
]

# -- the known frameworks, their criteria in the order of the letters ---------------------------------------

BANT = Framework(
    id="BANT",
    criteria=(
        Criterion(id="budget", question="Is there money for it, and how much?"),
        Criterion(id="authority", question="Does the person we talk to decide, or who does?"),
        Criterion(id="need", question="Which problem of theirs would it solve?"),
        Criterion(id="timeline", question="By when do they want it in use?", means="timing"),
    ),
)
"""Budget, authority, need, timeline."""

ANUM = Framework(
    id="ANUM",
    criteria=(
        Criterion(id="authority", question="Do we talk to somebody who can say yes?"),
        Criterion(id="need", question="What do they need that they do not have?"),
        Criterion(id="urgency", question="Why now and not next year?", means="timing"),
        Criterion(id="money", question="Can they pay for it, and out of which pot?", means="budget"),
    ),
)
"""Authority, need, urgency, money."""

CHAMP = Framework(
    id="CHAMP",
    criteria=(
        Criterion(id="challenges", question="What is in their way that we can help with?", means="need"),
        Criterion(id="authority", question="Who takes part in the decision, and who takes it?"),
        Criterion(id="money", question="What would they spend, and is it set aside?", means="budget"),
        Criterion(
            id="prioritization", question="How high does it stand among their plans, and for when?", means="timing"
        ),
    ),
)
"""Challenges, authority, money, prioritization."""

MEDDIC = Framework(
    id="MEDDIC",
    criteria=(
        Criterion(id="metrics", question="Which figures of theirs will improve, and by how much?", means="value"),
        Criterion(id="economic_buyer", question="Who may release the money, and have we met?", means="authority"),
        Criterion(id="decision_criteria", question="By what do they compare the offers?", means="decision"),
        Criterion(
            id="decision_process", question="Which steps lead to their decision, and who takes them?", means="decision"
        ),
        Criterion(id="identify_pain", question="What hurts enough to be changed?", means="need"),
        Criterion(id="champion", question="Who inside argues for us when we are not in the room?"),
    ),
)
"""Metrics, economic buyer, decision criteria, decision process, identify pain, champion."""

MEDDPICC = Framework(
    id="MEDDPICC",
    criteria=(
        *MEDDIC.criteria[:4],
        Criterion(
            id="paper_process",
            question="Which papers and approvals lie between a yes and a signature?",
            means="decision",
        ),
        *MEDDIC.criteria[4:],
        Criterion(id="competition", question="Who else is asked, doing nothing and doing it themselves included?"),
    ),
)
"""MEDDIC with the paper process, after the decision process, and the competition."""

FAINT = Framework(
    id="FAINT",
    criteria=(
        Criterion(id="funds", question="Could they pay for it, budgeted or not?", means="budget"),
        Criterion(id="authority", question="Can the person we talk to commit these funds?"),
        Criterion(id="interest", question="Do they want to hear how it could be better?"),
        Criterion(id="need", question="Which need of theirs have we found that we can meet?"),
        Criterion(id="timing", question="When do they intend to buy?"),
    ),
)
"""Funds, authority, interest, need, timing."""

GPCTBA_CI = Framework(
    id="GPCTBA/C&I",
    criteria=(
        Criterion(id="goals", question="What do they have to reach, in figures?"),
        Criterion(id="plans", question="What do they intend to do for it?"),
        Criterion(id="challenges", question="What keeps these plans from getting them there?", means="need"),
        Criterion(id="timeline", question="By when must the goals be reached?", means="timing"),
        Criterion(id="budget", question="What do they spend on it now, and what would they spend?"),
        Criterion(id="authority", question="Who decides, and who is asked before?"),
        Criterion(id="consequences", question="What happens to them if the goals are missed?"),
        Criterion(id="implications", question="What do they gain once the goals are reached?", means="value"),
    ),
)
"""Goals, plans, challenges, timeline, budget, authority, negative consequences, positive implications."""

SPICED = Framework(
    id="SPICED",
    criteria=(
        Criterion(id="situation", question="What are the facts about them, and how do they work today?"),
        Criterion(id="pain", question="What of it troubles them?", means="need"),
        Criterion(id="impact", question="What would be different for them, and what is that worth?", means="value"),
        Criterion(
            id="critical_event", question="By which date must it be there, and what if it is not?", means="timing"
        ),
        Criterion(id="decision", question="How will they decide, by what, and who takes part?"),
    ),
)
"""Situation, pain, impact, critical event, decision."""

NEAT = Framework(
    id="NEAT",
    criteria=(
        Criterion(id="need", question="What do they need at heart, behind what they ask for?"),
        Criterion(
            id="economic_impact", question="What is solving it worth to them, and not solving it?", means="value"
        ),
        Criterion(
            id="access_to_authority",
            question="Do we reach those who decide, ourselves or through somebody?",
            means="authority",
        ),
        Criterion(id="timeline", question="Which date compels them to decide?", means="timing"),
    ),
)
"""Need, economic impact, access to authority, timeline."""

FRAMEWORKS: FrozenMap[Framework] = FrozenMap(
    {
        framework.id: framework
        for framework in (FOUR_CRITERIA, BANT, ANUM, CHAMP, MEDDIC, MEDDPICC, FAINT, GPCTBA_CI, SPICED, NEAT)
    }
)
"""Every framework that comes with salesflow, by its id."""

# -- one framework read in another --------------------------------------------------------------------------


class Reading(Frozen):
    """A qualification in the criteria of another framework. It says nothing that was not answered."""

    answers: tuple[Answer, ...]
    """An answer for each criterion of the target that can be read, in the order of the target."""
    missing: tuple[Id, ...]
    """The criteria of the target that are still to be asked: nothing answers them, or the answer is `unknown`."""
    unread: tuple[Answer, ...]
    """The latest answers that no answer here was read from, those on criteria that neither framework has among them."""
    qualification: Qualification
    """All answers that there were, and those read where there was none so late: an update of the record takes it."""


def counterparts(*, source: Framework, target: Framework) -> FrozenMap[tuple[Id, ...]]:
    """Return for each criterion of the target the criteria of the source that it is read from.

    The criterion of the same id and meaning; or else all of that meaning, if the target has only one of it. A target
    that splits a meaning is not read from the whole: an answer on the whole does not say which part it is about.

    Raises ValueError for what is no framework.

    >>> dict(counterparts(source=MEDDIC, target=BANT))
    {'budget': (), 'authority': ('economic_buyer',), 'need': ('identify_pain',), 'timeline': ()}
    """
    _wanted_frameworks(source, target)
    return FrozenMap({criterion.id: _parts(criterion, source, target) for criterion in target.criteria})


def _wanted_frameworks(source: object, target: object) -> None:
    wanted("source", source, Framework)
    wanted("target", target, Framework)


def _parts(criterion: Criterion, source: Framework, target: Framework) -> tuple[str, ...]:
    alike = tuple(each.id for each in source.criteria if each.meaning == criterion.meaning)
    if criterion.id in alike:
        return (criterion.id,)
    whole = sum(each.meaning == criterion.meaning for each in target.criteria) == 1
    return alike if whole else ()


def read_in(
    qualification: Qualification, *, source: Framework, target: Framework, at: datetime | None = None
) -> Reading:
    """Read the answers on one framework in another, as known at `at` (default: the latest).

    What is read is an answer of the source under another id: its certainty, evidence, time, source and actor stay, its
    way only where the target knows it. Several criteria that are read as one combine as `all_of` combines rules: a no
    is enough, else all must be answered, and the least certain one is read, of equally certain ones the latest.

    In `qualification` an answer that names no way keeps the one that the target's own answer states, if both are met.
    Raises ValueError for what is no qualification, no framework, and no time with a zone.
    """
    wanted("qualification", qualification, Qualification)
    _wanted_frameworks(source, target)
    at = None if at is None else moment(at)
    latest = (qualification.answer(each.id, at=at) for each in source.criteria)
    known = {answer.criterion: answer for answer in latest if answer}
    origins = counterparts(source=source, target=target)
    joined = ((each, _joined([known.get(part) for part in origins[each.id]])) for each in target.criteria)
    read = {criterion.id: _renamed(answer, criterion) for criterion, answer in joined if answer}
    used = {part for id in read for part in origins[id]}
    return Reading(
        answers=tuple(read.values()),
        missing=tuple(id for id in origins if id not in read or read[id].certainty == "unknown"),
        unread=(
            *(answer for id, answer in known.items() if id not in used),
            *_strange(qualification, (source, target), at),
        ),
        qualification=_with_later(qualification, read.values(), target),
    )


def _strange(qualification: Qualification, frameworks: tuple[Framework, ...], at: datetime | None) -> Iterator[Answer]:
    """Yield the latest answers on criteria that none of the frameworks has."""
    named = dict.fromkeys(answer.criterion for answer in qualification.answers)
    strange = (id for id in named if not any(each.criterion(id) for each in frameworks))
    yield from filter(None, (qualification.answer(id, at=at) for id in strange))


_CERTAINTIES = ("no", "unknown", "claimed", "verified")
"""From what decides against the whole to what leaves it as certain as its other parts."""


def _joined(parts: list[Answer | None]) -> Answer | None:
    latest_first = sorted((answer for answer in parts if answer), key=lambda answer: answer.at, reverse=True)
    weakest = min(latest_first, key=lambda answer: _CERTAINTIES.index(answer.certainty), default=None)
    settled = weakest is not None and (weakest.certainty == "no" or len(latest_first) == len(parts))
    return weakest if settled else None


def _renamed(answer: Answer, criterion: Criterion) -> Answer:
    if answer.criterion == criterion.id:
        return answer
    way = answer.way if answer.way in criterion.ways else None
    return answer.model_copy(update={"criterion": criterion.id, "way": way})


def _with_later(qualification: Qualification, answers: Iterable[Answer], target: Framework) -> Qualification:
    """Add the answers that are later than what is on record, so that none of the target's own is overruled."""
    known = ((answer, qualification.answer(answer.criterion)) for answer in answers)
    later = ((answer, own) for answer, own in known if own is None or answer.at > own.at)
    return qualification.answered(*(_with_way(answer, own, target) for answer, own in later))


def _with_way(answer: Answer, own: Answer | None, target: Framework) -> Answer:
    """Keep the way that the target's own answer states: an answer in other terms takes none back."""
    criterion = target.criterion(answer.criterion)
    stated = own.way if own and own.met and criterion and own.way in criterion.ways else None
    kept = stated is not None and answer.way is None and answer.met
    return answer.model_copy(update={"way": stated}) if kept else answer
