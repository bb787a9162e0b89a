"""The model's reading of rules: which of them stand against a move, by key, in Kleene's three values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from operator import eq, ge, gt, le, lt, ne
from typing import Any

# what a group is called in a key is text, and the text is the library's
from salesflow import Money

Truth = bool | None
"""Kleene's three values: true, false, and None for unknown."""


@dataclass(frozen=True)
class Sight:
    """What rules look at."""

    template: Any
    facts: Any
    events: tuple[Any, ...]
    before: int
    at: datetime
    by: Any
    stands: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What no update sets: where the record is, and how it came there."""

    @property
    def record(self) -> Any:
        """The record with these facts, where it is."""
        return self.facts.model_copy(update=self.stands)


@dataclass(frozen=True)
class Complaint:
    """One reason that a rule gives: known to fail (False), or not known to hold (None)."""

    key: str
    truth: bool | None
    blocks: bool = True
    overridable_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Anyone:
    """What a declared move asks beside its rules: somebody with one of its roles."""

    roles: tuple[str, ...]

    @property
    def key(self) -> str:
        """The key that it refuses with."""
        return f"role.{_short('|'.join(self.roles))}"


def complaints(rule: Any, sight: Sight) -> list[Complaint]:
    """Return everything that an outermost rule says against a move."""
    if isinstance(rule, Anyone):
        return [] if _role(rule.roles, sight.by) else [Complaint(rule.key, truth=False)]
    blocks, roles = rule.severity == "block", rule.overridable_by
    return [Complaint(key, truth, blocks, roles) for key, truth in _against(rule, sight)]


def keys(rule: Any) -> list[str]:
    """Return every key that an outermost rule may refuse with."""
    if isinstance(rule, Anyone):
        return [rule.key]
    if rule.rule == "all_of":
        return [key for part in rule.rules for key in keys(part)]
    return [f"qualified.{each}" for each in rule.criteria] if rule.rule == "qualified" else [_key(rule)]


_SUBJECTS: dict[str, Callable[[Any], str]] = {
    "present": lambda rule: f".{rule.field}",
    "compare": lambda rule: f".{rule.field}",
    "role": lambda rule: f".{_short('|'.join(rule.roles))}",
    "activity": lambda rule: f".{rule.kind}",
    "visited": lambda rule: f".{rule.stage}",
    "approved": lambda rule: f".{rule.what}",
    "any_of": lambda rule: f".{_short('|'.join(map(_within, rule.rules)))}",
    "none_of": lambda rule: f".{_short('|'.join(map(_within, rule.rules)))}",
}


def _key(rule: Any) -> str:
    if rule.rule == "python":
        return str(rule.name)
    return str(rule.rule) + (_SUBJECTS[rule.rule](rule) if rule.rule in _SUBJECTS else "")


def _within(rule: Any) -> str:
    """Return how the key of a group names one of its rules."""
    key = "&".join(keys(rule))
    return f"({key})" if {"&", "|"} & set(key) else key


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:180]}… {sha256(text.encode()).hexdigest()[:12]}"


def _against(rule: Any, sight: Sight) -> list[tuple[str, bool | None]]:
    if rule.rule == "all_of":
        return [each for part in rule.rules for each in _against(part, sight)]
    if rule.rule == "qualified":
        truths = [(f"qualified.{each}", _criterion(each, rule.at_least, sight)) for each in rule.criteria]
    else:
        truths = [(_key(rule), _TRUTHS[rule.rule](rule, sight))]
    return [(key, truth) for key, truth in truths if truth is not True]


def holds(rule: Any, sight: Sight) -> bool | None:
    """Tell whether a rule holds: true, false or unknown."""
    truths = [truth for _, truth in _against(rule, sight)]
    return False if False in truths else None if truths else True


# -- one reading a form -------------------------------------------------------------------------------------


def _any(truths: list[bool | None]) -> bool | None:
    return True if True in truths else None if None in truths else False


def _not(truth: Truth) -> bool | None:
    return None if truth is None else not truth


def _read(sight: Sight, path: str) -> Any:
    facts = sight.record if path.partition(".")[0] in sight.stands else sight.facts
    for name in path.split("."):
        if facts is None:
            return None
        noted = getattr(facts, "get", None)
        facts = noted(name) if noted else getattr(facts, name)
    return None if hasattr(facts, "__len__") and not facts else facts


_OPS = {"eq": eq, "ne": ne, "lt": lt, "le": le, "gt": gt, "ge": ge}


def _compare(rule: Any, sight: Sight) -> bool | None:
    actual = _read(sight, rule.field)
    alike = next((_ALIKE[kind] for kind in actual.__class__.__mro__ if kind in _ALIKE), None)
    pair = alike(actual, rule.value) if alike else None
    return None if pair is None else bool(_OPS[rule.op](*pair))


def _numbers(actual: Any, wanted: Any) -> tuple[Any, Any] | None:
    digits = str(wanted).replace(".", "").replace("-", "")
    number = Decimal(str(actual))
    return None if number.is_nan() or not digits.isdigit() else (number, Decimal(str(wanted)))


def _money(actual: Any, wanted: Any) -> tuple[Any, Any] | None:
    same = getattr(wanted, "currency", None) == actual.currency
    return (actual.amount, wanted.amount) if same else None


_ALIKE: dict[type, Callable[[Any, Any], tuple[Any, Any] | None]] = {
    Money: _money,
    int: _numbers,
    float: _numbers,
    Decimal: _numbers,
    bool: lambda actual, wanted: (actual, wanted) if type(wanted) is bool else None,
    str: lambda actual, wanted: (actual, wanted) if type(wanted) is str else None,
    datetime: lambda actual, wanted: (actual.astimezone(UTC), datetime.fromisoformat(wanted).astimezone(UTC)),
    date: lambda actual, wanted: (actual, date.fromisoformat(wanted)),
}
"""By the type of a field: what to compare with what, or None where the two are not alike."""


def _criterion(criterion: str, least: str, sight: Sight) -> bool | None:
    known = [each for each in sight.facts.qualification.answers if each.criterion == criterion and each.at <= sight.at]
    # sorting is stable: of two at one moment, the one added later counts
    latest = sorted(known, key=lambda each: each.at)[-1:]
    if not latest or latest[0].certainty == "unknown":
        return None
    if latest[0].certainty == "no":
        return False
    ways = next(each.ways for each in sight.template.framework.criteria if each.id == criterion)
    if ways and latest[0].way not in ways:
        return None
    return bool(least == "claimed" or latest[0].certainty == "verified")


def _role(roles: tuple[str, ...], by: Any) -> bool | None:
    return None if by is None else bool(set(roles) & set(by.roles))


def _activity(rule: Any, sight: Sight) -> bool:
    ages = [sight.at - each.at for each in sight.facts.activities if each.kind == rule.kind]
    return bool(sum(timedelta(0) <= age <= (rule.within or timedelta.max) for age in ages) >= rule.at_least)


def _no_objection(rule: Any, sight: Sight) -> bool:
    raised = [each for each in sight.facts.objections if each.raised_at <= sight.at]
    return all(each.resolved_at is not None and each.resolved_at <= sight.at for each in raised)


def stay(events: tuple[Any, ...], holds: set[str], at: datetime) -> timedelta | None:
    """Return how long the stage that a move would leave has lasted, holds left out; None when that is not on record.

    On hold that is the stage that was left for the hold.
    """
    total: timedelta | None = None
    running_since: datetime | None = None
    for event in (each for each in events if each.kind != "updated"):
        on_hold = event.target in holds
        if not on_hold and event.kind != "resumed":
            total = timedelta(0)
        elif total is not None and running_since is not None:
            total += event.at - running_since
        running_since = None if on_hold else event.at
    if total is None or running_since is None:
        return total
    return total + (at - running_since)


def _time_in_stage(rule: Any, sight: Sight) -> bool | None:
    holds = {name for stage in sight.template.stages if stage.hold for name in (stage.id, *stage.aliases)}
    lasted = stay(sight.events, holds, sight.at)
    if lasted is None:
        return None
    return (rule.at_least or lasted) <= lasted <= (rule.at_most or lasted)


def _visited(rule: Any, sight: Sight) -> bool | None:
    stage = next(each for each in sight.template.stages if each.id == rule.stage)
    been = any(event.target in (stage.id, *stage.aliases) for event in sight.events)
    return been or (None if sight.before else False)


def _approved(rule: Any, sight: Sight) -> bool | None:
    known = [each for each in sight.facts.approvals if each.what == rule.what and each.at <= sight.at]
    latest = sorted(known, key=lambda each: each.at)[-1:]
    if not latest:
        return None
    return bool(latest[0].granted and (not rule.roles or set(rule.roles) & set(latest[0].by.roles)))


def _python(rule: Any, sight: Sight) -> bool | None:
    try:
        said = rule.call(sight.record, at=sight.at, by=sight.by)
    except Exception:  # noqa: BLE001 - a rule that breaks cannot tell
        return None
    return said if isinstance(said, bool) else None


_TRUTHS: dict[str, Callable[[Any, Sight], bool | None]] = {
    "present": lambda rule, sight: _read(sight, rule.field) is not None,
    "compare": _compare,
    "role": lambda rule, sight: _role(rule.roles, sight.by),
    "activity": _activity,
    "objections_resolved": _no_objection,
    "time_in_stage": _time_in_stage,
    "visited": _visited,
    "approved": _approved,
    "any_of": lambda rule, sight: _any([holds(part, sight) for part in rule.rules]),
    "none_of": lambda rule, sight: _not(_any([holds(part, sight) for part in rule.rules])),
    "python": _python,
}
