"""Acme: the process, the people and the moment that the tests tell of."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from salesflow import Actor, Opportunity, Policy, Stage, StageTemplate
from salesflow.records import Record
from salesflow.verdict import Verdict

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
REP = Actor(id="u-7", roles=("rep",))
BOSS = Actor(id="u-1", roles=("director",))
NEW = Opportunity(id="D-1")
OPEN = ("contact", "talk", "offer", "deal")


def days(count: float) -> datetime:
    """Return the moment that many days after NOW."""
    return NOW + timedelta(days=count)


def stages(changed: Mapping[str, Mapping[str, Any]] | None = None) -> tuple[Stage, ...]:
    """Return four open stages, a hold, won and lost, each with what is changed of it; new ones come last."""
    plain: dict[str, dict[str, Any]] = {name: {} for name in OPEN}
    plain |= {"wait": {"hold": True}, "won": {"outcome": "won"}, "lost": {"outcome": "lost"}}
    merged = plain | {name: {**plain.get(name, {}), **new} for name, new in (changed or {}).items()}
    return tuple(Stage.model_validate({"id": name, **fields}) for name, fields in merged.items())


def process(
    changed: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    record: type[Any] = Opportunity,
    moves: tuple[Any, ...] = (),
    more: Mapping[str, Any] | None = None,
    **policy: Any,
) -> StageTemplate[Any]:
    """Return a template of those stages; the other arguments are its policy."""
    return StageTemplate(
        **{"id": "acme", "version": "1", **(more or {})},
        record=record,
        stages=stages(changed),
        moves=moves,
        policy=Policy.model_validate(policy),
    )


def asking(*rules: Any, record: type[Any] = Opportunity) -> StageTemplate[Any]:
    """Return a template whose stage `talk` asks these rules."""
    return process({"talk": {"rules": rules}}, record=record)


def sitting(template: StageTemplate[Any], stage: str, record: Record = NEW, **how: Any) -> Any:
    """Return a record that the template took over in that stage at NOW."""
    return template.adopt(record, stage=stage, at=NOW, **how)


def asked(rule: Any, record: Record = NEW, **how: Any) -> Verdict:
    """Return what a template says whose stage `talk` asks the rule, of a record that sits in `contact`."""
    template = asking(rule, record=type(record))
    return template.check(sitting(template, "contact", record), **{"to": "talk", "at": days(1), **how})


def said(verdict: Verdict) -> list[str]:
    """Return the refusals as people read them."""
    return [str(each) for each in verdict.refusals]


def shown(value: object) -> str:
    """Name a case of a test in a few characters that every terminal can print."""
    try:
        # pytest escapes a backslash anew each time that it collects, and then does not find the case by its name
        return ascii(value)[:60].replace("\\", "/")
    except ValueError:
        return "a number too long to print"
