"""Books: what a walk through somebody's CRM has done so far, as the template and the independent model keep them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from salesflow.history import Change
from salesflow.records import Record
from salesflow.testing import _model as model
from salesflow.testing._asking import Asked, Template, attempt
from salesflow.testing._draw_values import T0
from salesflow.testing._model import Deal
from salesflow.testing._once import once
from salesflow.testing._routes import START, Place, entered, graph, ways_from
from salesflow.testing._system import Ask
from salesflow.values import Actor

GROUND = "ground.missing"

Verb = str
"""`create`, `move` or `update`."""

_ANSWERS = {"create": model.judge, "move": model.judge, "update": model.update}


@dataclass(frozen=True)
class Difference:
    """One thing that is not as expected."""

    what: str
    expected: str
    came: str

    def __str__(self) -> str:
        return f"{self.what}\n  expected: {self.expected}\n  came:     {self.came}"


class DisagreementError(AssertionError):
    """The template and the independent model do not say the same."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(str(difference))
        self.difference = difference


@dataclass(frozen=True)
class Standing:
    """Where a deal stands: the template's record of it, the model's, and its place on the map."""

    template: Template
    record: Record
    deal: Deal
    place: Place = START


@dataclass(frozen=True)
class Expected:
    """What is to come of a request: the deal after it, or why it is refused."""

    after: Standing | None
    reasons: frozenset[str] | None = None
    """The keys that a refusal must name; None where any reason will do."""


@dataclass(frozen=True)
class Moment:
    """A moment of the walk at which somebody may have looked at the deal."""

    key: str
    """The key of the request after which it was."""
    version: Any
    stage: str | None


@dataclass
class Books:
    """The books of one walk."""

    template: Template
    standing: Standing
    now: datetime = T0
    favourite: str = ""
    """What this walk is inclined to."""
    number: int = 0
    """How many requests there were."""
    covered: set[tuple[str | None, str | None, str]] = field(default_factory=set[Any])
    """From which stages, having left which, what kinds of change were made."""
    refused: set[tuple[str | None, str]] = field(default_factory=set[Any])
    """From which stage to which something was refused."""
    kinds: Counter[str] = field(default_factory=Counter[str])
    moments: list[Moment] = field(default_factory=list[Moment])
    done: list[Ask] = field(default_factory=list[Ask])
    """What was granted since the deal was created."""

    @property
    def deal(self) -> str:
        """The id of the deal."""
        return self.standing.record.id

    @property
    def started(self) -> bool:
        """Whether there is a deal yet."""
        return self.standing.record.stage is not None

    def anew(self, deal: str) -> Books:
        """Return the books for going on with another deal, which is not created yet."""
        return replace(self, standing=_unborn(self.template, deal), moments=[], done=[])

    def take(self, ask: Ask, after: Standing) -> None:
        """Write down a request that was done, and where it led."""
        place, last = self.standing.place, after.record.history[-1]
        self.covered.add((place.stage, place.left, last.kind))
        self.kinds[last.kind] += 1
        if place != START:
            self.done.append(ask)
        self.standing = after

    def fresh(self, place: Place, to: str) -> bool:
        """Whether a step would be something new, or only the second of its kind."""
        kind = ways_from(self.template, place)[to].kind
        return (place.stage, place.left, kind) not in self.covered or self.kinds[kind] < 2


def begun(template: Template) -> Books:
    """Return the books of a walk whose deal is not created yet."""
    return Books(template, _unborn(template, "D-1"))


def _unborn(template: Template, deal: str) -> Standing:
    record = template.record(id=deal)
    return Standing(template, record, Deal.of(record))


def expected(standing: Standing, verb: Verb, ask: Ask) -> Expected:
    """Return what is to come of a request. Raises DisagreementError where template and model part."""
    template, record = standing.template, standing.record
    asked = Asked(
        verb="update" if verb == "update" else "move",
        to=ask.to or None,
        at=ask.at,
        by=Actor(id=ask.by, roles=ask.roles),
        update=dict(ask.fields) or ({} if verb == "update" else None),
        ground=ask.ground,
        override=ask.override,
    )
    answer = _ANSWERS[verb](template, standing.deal, asked)
    after, verdict = attempt(template, record, asked)
    _agree("whether it may be done", answer.allowed, after is not None)
    if after is None:
        told = frozenset(each.key for each in verdict.refusals) if verdict is not None else frozenset[str]()
        return Expected(None, _reasons(template, asked, answer, told))
    deal = model.moved(template, standing.deal, asked, answer)
    _agree("what comes of it", deal, Deal.of(after))
    _agree("how many changes there are", len(deal.events), len(after.history))
    deal = replace(deal, history=after.history)
    return Expected(replace(standing, record=after, deal=deal, place=_place(standing, verb, after)))


def may_enter(standing: Standing, ask: Ask) -> list[str]:
    """Return the stages that the template lets a deal enter, asked just so."""
    by = Actor(id=ask.by, roles=ask.roles)
    options = standing.template.options(standing.record, at=ask.at, by=by, ground=ask.ground)
    return [id for id, verdict in options.items() if verdict]


def _place(standing: Standing, verb: Verb, after: Any) -> Place:
    return standing.place if verb == "update" else entered(standing.template, standing.place, after.stage)


def _agree(what: str, model_says: object, template_says: object) -> None:
    if model_says != template_says:
        raise DisagreementError(Difference(f"the template itself, {what}", str(model_says), str(template_says)))


def _reasons(template: Template, asked: Asked, answer: model.Answer, told: frozenset[str]) -> frozenset[str] | None:
    """Return the keys that a refusal must name, where it is a matter of rules and grounds alone."""
    if answer.way is None or answer.faults or asked.verb == "update" or "record.broken" in told:
        return None
    rules = answer.standing
    _agree("the rules that stand against it", sorted(rules), sorted(told & model.every_key(template)))
    return rules | (told & {GROUND})


def canonical(template: Template, name: str) -> str:
    """Return the id of the stage of that name; a name that is unknown as it is."""
    stage = model.named(template, name)
    return stage.id if stage else name


@once(256)
def kinds_of(template: Template) -> frozenset[str]:
    """Return every kind of change that can be made somewhere."""
    return frozenset(ways_from(template, place)[to].kind for place, ways in graph(template).items() for to in ways)


def moves_of(history: tuple[Change, ...]) -> list[Change]:
    """Return the changes that are moves."""
    return [each for each in history if each.kind != "updated"]


def later(books: Books, pause: timedelta) -> datetime:
    """Return a time after all that was asked, in whole seconds."""
    moment = max(books.now, *(each.at for each in books.standing.deal.events[-1:]), T0) + pause
    return moment if moment.microsecond == 0 else moment.replace(microsecond=0) + timedelta(seconds=1)
