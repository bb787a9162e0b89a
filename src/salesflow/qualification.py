"""Qualification: criteria as data, answers with their certainty, and a weighted score."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from salesflow.values import Frozen, FrozenMap, Id, Prose, Text, Time, Whole

__all__ = ["CREDIT", "FOUR_CRITERIA", "Answer", "Certainty", "Criterion", "Framework", "Qualification", "Score"]

Certainty = Literal["unknown", "no", "claimed", "verified"]
"""How sure an answer is: not known, known to be missing, said by somebody, backed by evidence."""

CREDIT: FrozenMap[Decimal] = FrozenMap(
    {"unknown": Decimal(0), "no": Decimal(0), "claimed": Decimal("0.5"), "verified": Decimal(1)}
)
"""What part of a criterion's weight each certainty earns in the score."""


class Criterion(Frozen):
    """One question that decides whether a lead goes on."""

    id: Id
    """How rules and answers name it."""
    question: Text = ""
    """What to ask, for people."""
    ways: tuple[Id, ...] = ()
    """Where a criterion can be met in more than one way, an answer that meets it names the way."""
    weight: Annotated[Whole, Field(ge=1, le=1000)] = 1
    """How much it counts in the score, beside the others."""
    means: Id | None = None
    """What it asks about in the words that frameworks share, where its id says something else: `need`, `timing`."""

    @property
    def meaning(self) -> str:
        """What it asks about: `means`, or else its id. Criteria of one meaning can be read in one another."""
        return self.means or self.id


class Answer(Frozen):
    """What was known of one criterion from a moment on. Later answers replace earlier ones, which stay on record."""

    criterion: Id
    certainty: Certainty
    at: Time
    way: Id | None = None
    """How the criterion is met, where it has several ways: `decider` or `access` for authority."""
    evidence: Prose = ""
    source: Text = ""
    """Where the answer comes from: phone, video, web form, in person."""
    by: Id | None = None

    @property
    def met(self) -> bool:
        """Whether somebody at least claims that the criterion holds."""
        return self.certainty in {"claimed", "verified"}


class Qualification(Frozen):
    """The answers on one record so far, oldest first; answers are added and never taken away."""

    answers: tuple[Answer, ...] = ()

    def answered(self, *answers: Answer) -> Qualification:
        """Return a qualification with these answers added."""
        return Qualification(answers=(*self.answers, *answers))

    def answer(self, criterion: str, *, at: datetime | None = None) -> Answer | None:
        """Return the latest answer on a criterion as known at `at` (default: the latest of all), or None."""
        found = None
        for answer in self.answers:
            if answer.criterion == criterion and (at is None or answer.at <= at):
                found = answer if found is None or answer.at >= found.at else found
        return found


class Score(Frozen):
    """A weighted score from 0 to 100, and what each criterion gave to it."""

    value: Decimal
    parts: FrozenMap[Decimal]
    unanswered: tuple[Id, ...]


class Framework(Frozen):
    """A named set of criteria. A team adds its own with `adding`."""

    id: Id
    """How people call it."""
    criteria: tuple[Criterion, ...] = Field(min_length=1, max_length=64)
    """What is asked, in the order in which it is asked."""

    def criterion(self, id: str) -> Criterion | None:
        """Return the criterion of that id, or None."""
        return next((criterion for criterion in self.criteria if criterion.id == id), None)

    def adding(self, id: str, criteria: Iterable[Criterion]) -> Framework:
        """Return a framework of another id with criteria added; one of the same id replaces the old one."""
        merged = {criterion.id: criterion for criterion in (*self.criteria, *criteria)}
        return Framework(id=id, criteria=tuple(merged.values()))

    def score(self, qualification: Qualification, *, at: datetime | None = None) -> Score:
        """Weigh the answers known at `at`: 100 x sum of weight x credit / sum of weights, to one decimal.

        The credit is 1 for a verified answer, 0.5 for a claimed one, else 0 (`CREDIT`).

        >>> from datetime import UTC, datetime
        >>> now = datetime(2026, 1, 5, tzinfo=UTC)
        >>> need = Answer(criterion="need", certainty="verified", at=now)
        >>> FOUR_CRITERIA.score(Qualification(answers=(need,))).value
        Decimal('25.0')
        """
        answers = {criterion.id: qualification.answer(criterion.id, at=at) for criterion in self.criteria}
        total = sum(criterion.weight for criterion in self.criteria)
        parts = {criterion.id: _credit(answers[criterion.id]) * criterion.weight for criterion in self.criteria}
        open_questions = (id for id, answer in answers.items() if answer is None or answer.certainty == "unknown")
        return Score(
            value=_percent(sum(parts.values(), Decimal(0)), total),
            parts=FrozenMap({id: _percent(part, total) for id, part in parts.items()}),
            unanswered=tuple(open_questions),
        )


def _credit(answer: Answer | None) -> Decimal:
    return CREDIT[answer.certainty] if answer else Decimal(0)


def _percent(part: Decimal, total: int) -> Decimal:
    return round(100 * part / total, 1)


# constructed, for validation would build the schemas of models in every program that imports salesflow
FOUR_CRITERIA = Framework.model_construct(
    id="four-criteria",
    criteria=(
        Criterion.model_construct(id="need", question="Does the lead really need the product or service?"),
        Criterion.model_construct(id="value", question="Does the lead understand what the solution is worth to it?"),
        Criterion.model_construct(id="budget", question="Has the lead a budget set aside for it?"),
        Criterion.model_construct(
            id="authority",
            question="Is the lead the person who decides, or has it direct access to that person?",
            ways=("decider", "access"),
        ),
    ),
)
"""Need, value, budget, authority: the default. Authority is met by the decider or by direct access to the decider."""
