"""Waiting: stories told by the hour, and a model that walks through them and counts the hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from acme import NEW, NOW, OPEN, process
from salesflow import Opportunity, StageTemplate
from salesflow.records import Activity
from salesflow.reminders import Due

HOUR = timedelta(hours=1)


def hours(count: float) -> datetime:
    """Return the moment that many hours after NOW."""
    return NOW + count * HOUR


def timed(stages: dict[str, dict[str, Any]], record: type[Any] = Opportunity) -> StageTemplate[Any]:
    """Return a template whose stages have spans in hours: `follow` and `age`."""
    names = {"follow": "follow_up_every", "age": "max_age"}
    changed = {
        id: {names.get(name, name): value * HOUR if name in names else value for name, value in spans.items()}
        for id, spans in stages.items()
    }
    return process(changed, record=record, skip="free", back="free", reopen_to=("talk",))


def briefly(found: tuple[Due, ...]) -> list[tuple[str, float, float]]:
    """Return kind, since and overdue of each, in hours after NOW."""
    return [(each.kind, (each.since - NOW) / HOUR, each.overdue / HOUR) for each in found]


# -- stories ------------------------------------------------------------------------------------------------

Event = tuple[timedelta, str]
"""How long after the event before, and what somebody tries to do then."""
ACTIONS = ("next", "next", "back", "hold", "hold", "resume", "resume", "elsewhere", "touch", "touch", "note", "lose")
CLOSING = {"close yesterday": -1, "close today": 0, "close tomorrow": 1, "close never": None}
"""What is set as the closing date: how many days away."""


@dataclass
class Place:
    """Where the deal of a story is: all that the model knows of the process."""

    stage: str = OPEN[0]
    held: bool = False
    lost: bool = False

    def tried(self, action: str) -> str | None:
        """Go where an action leads, and return the stage that is entered; None where it leads nowhere."""
        if self.lost:
            return self._reopened(action)
        if action == "lose":
            self.lost, self.held = True, False
            return "lost"
        return self._held(action) if action in {"hold", "resume"} else self._walked(action)

    def _reopened(self, action: str) -> str | None:
        if action not in {"next", "resume"}:
            return None
        self.stage, self.lost = "talk", False
        return self.stage

    def _held(self, action: str) -> str | None:
        if self.held == (action == "hold"):
            return None
        self.held = not self.held
        return "wait" if self.held else self.stage

    def _walked(self, action: str) -> str | None:
        step = {"elsewhere": 2} if self.held else {"next": 1, "back": -1}
        to = OPEN.index(self.stage) + step.get(action, 99)
        if to not in range(len(OPEN)):
            return None
        self.stage, self.held = OPEN[to], False
        return self.stage


def told(template: StageTemplate[Any], events: list[Event]) -> Iterator[tuple[datetime, Any]]:
    """Yield the record as it starts and as each event of a story leaves it, with the time."""
    now, place, record = NOW, Place(), template.start(NEW, at=NOW)
    yield now, record
    for pause, action in events:
        now += pause
        record = _done(template, record, action, place, now)
        yield now, record


def _done(template: StageTemplate[Any], record: Any, action: str, place: Place, now: datetime) -> Any:
    if action == "touch":
        calls = (*record.activities, Activity(kind="call", at=now))
        return template.update(record, {"activities": calls}, at=now)
    if action == "note":
        return template.update(record, {"lessons": "none"}, at=now)
    if action in CLOSING:
        return template.update(record, {"expected_close": closing_day(action, now)}, at=now)
    to = place.tried(action)
    return record if to is None else template.move(record, to=to, at=now, ground="so it goes")


def closing_day(action: str, now: datetime) -> date | None:
    """Return the day that an action sets as the closing date."""
    shift = CLOSING[action]
    return None if shift is None else (now + timedelta(days=shift)).date()


def ending(template: StageTemplate[Any], events: list[Event]) -> tuple[datetime, Any]:
    """Return the time of the last event of a story, and the record then."""
    return [*told(template, events)][-1]


spans = st.fixed_dictionaries({}, optional={"follow": st.integers(1, 6), "age": st.integers(1, 12)})
templates = st.fixed_dictionaries(dict.fromkeys((*OPEN, "wait"), spans)).map(timed)
whole_hours = st.integers(0, 9).map(lambda count: count * HOUR)
any_time = st.one_of(whole_hours, st.timedeltas(timedelta(0), 9 * HOUR))


def stories(pauses: st.SearchStrategy[timedelta]) -> st.SearchStrategy[list[Event]]:
    """Draw what happens to a deal, each a pause after the last."""
    return st.lists(st.tuples(pauses, st.sampled_from((*ACTIONS, *CLOSING))), max_size=10)


# -- the model ----------------------------------------------------------------------------------------------

Brief = tuple[str, float, float]


class Counter:
    """Hours counted up to a span, and the hour at which it was reached."""

    def __init__(self, span: timedelta | None) -> None:
        self.wanted = None if span is None else span // HOUR
        self.count = 0
        self.since: int | None = None

    def tick(self, hour: int) -> None:
        """Count one hour more, which is over at `hour`."""
        self.count += 1
        if self.count == self.wanted:
            self.since = hour

    def told(self, kind: str) -> set[Brief]:
        """Return what is due."""
        if self.since is None or self.wanted is None:
            return set()
        return {(kind, self.since, self.count - self.wanted)}


class Watch:
    """The two counters of one stay."""

    def __init__(self, template: StageTemplate[Any], stage: str) -> None:
        self.stage = template.stage(stage)
        self.age = Counter(self.stage.max_age)
        self.touch()

    def touch(self) -> None:
        """Begin to wait anew."""
        self.idle = Counter(self.stage.follow_up_every)

    def tick(self, hour: int) -> None:
        """Let one hour pass."""
        self.age.tick(hour)
        self.idle.tick(hour)


class Model:
    """Somebody who sits beside the deal hour after hour."""

    def __init__(self, template: StageTemplate[Any], events: list[Event]) -> None:
        self.template = template
        self.waiting = [*events]
        self.clock = 0.0
        self.place = Place()
        self.closing: date | None = None
        self.stay = Watch(template, self.place.stage)
        self.hold = Watch(template, "wait")

    @property
    def watch(self) -> Watch:
        """The watch that runs now."""
        return self.hold if self.place.held else self.stay

    def at_hour(self, hour: int) -> set[Brief]:
        """Go on by one hour (to the first one at 0), and return what is due."""
        if hour:
            self.watch.tick(hour)
        while self.waiting and self.clock + self.waiting[0][0] / HOUR == hour:
            self.happens(self.waiting.pop(0)[1], hour)
            self.clock = hour
        if self.place.lost:
            return set()
        return {*self.watch.idle.told("follow_up"), *self.watch.age.told("overstayed"), *self.date_passed(hour)}

    def happens(self, action: str, hour: int) -> None:
        """See what somebody does."""
        if action == "touch":
            self.stay.touch()
            self.hold.touch()
        elif action in CLOSING:
            self.closing = closing_day(action, hours(hour))
        else:
            self.goes(action)

    def goes(self, action: str) -> None:
        """See the deal go, or stay where it is."""
        was_held, entered = self.place.held, self.place.tried(action)
        if entered == "wait":
            self.hold = Watch(self.template, "wait")
        elif entered and not (was_held and action == "resume"):
            self.stay = Watch(self.template, self.place.stage)

    def date_passed(self, hour: int) -> set[Brief]:
        """Count the hours back to the midnight at which the closing date was over."""
        closing = self.closing
        if closing is None or hours(hour).date() <= closing:
            return set()
        midnight = next(each for each in range(hour - 999, hour + 1) if hours(each).date() > closing)
        return {("closing_date", midnight, hour - midnight)}
