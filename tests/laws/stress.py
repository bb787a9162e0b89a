"""Templates that are hard to walk: every form of rule, deep groups, bounds on time, routes that rules ask for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from salesflow import (
    Customer,
    Lead,
    Money,
    Move,
    Policy,
    Stage,
    StageTemplate,
    all_of,
    any_of,
    compare,
    none_of,
    present,
    qualified,
    role,
)
from salesflow.qualification import FOUR_CRITERIA, Criterion
from salesflow.rules import activity, approved, objections_resolved, time_in_stage, visited
from salesflow.testing._host import Deal, credit_check

_hour, _day = timedelta(hours=1), timedelta(days=1)

EVERY_FORM = StageTemplate(
    id="every-form",
    version="1",
    record=Deal,
    framework=FOUR_CRITERIA.adding("five", (Criterion(id="fit", ways=("demo", "pilot")),)),
    stages=(
        Stage(id="new", aliases=("neu", "C2:NEW")),
        Stage(
            id="worked",
            rules=(
                all_of(present("owner"), all_of(present("name"), compare("offer.months", "ge", 12))),
                activity("call", at_least=3, within=7 * _day),
            ),
        ),
        Stage(
            id="pilot",
            rules=(qualified("fit", at_least="verified"), time_in_stage(at_least=2 * _day, at_most=30 * _day)),
        ),
        Stage(
            id="priced",
            rules=(
                qualified("need", "fit", "authority"),
                compare("amount", "gt", Money.of(5000, "CHF")),
                compare("offer.sent_at", "le", "2026-12-31T00:00:00+01:00"),
                compare("expected_close", "ge", "2026-02-01"),
                any_of(
                    all_of(approved("discount", roles=("director",)), none_of(compare("fields.risk", "ge", 7))),
                    compare("fields.region", "eq", "EU"),
                    none_of(present("segment"), visited("worked")),
                ),
            ),
        ),
        Stage(
            id="checked",
            rules=(
                none_of(
                    any_of(role("intern"), compare("fields.vip", "eq", value=False)),
                    all_of(present("loss.reason"), present("loss.competitor")),
                ),
                credit_check,
                visited("pilot"),
                compare("seats", "ne", 13),
                present("tags"),
            ),
        ),
        Stage(id="parked", hold=True, rules=(present("fields.until"), role("rep", "director"))),
        Stage(id="asleep", hold=True),
        Stage(
            id="won",
            outcome="won",
            rules=(objections_resolved(), approved("contract"), role("director"), present("offer.items")),
        ),
        Stage(id="won small", outcome="won", rules=(compare("fields.seats", "lt", "10.5"),)),
        Stage(
            id="lost",
            outcome="lost",
            rules=(present("loss.reason"), present("loss.account"), present("loss.lesson", severity="warn")),
        ),
        Stage(id="never was one", outcome="lost", rules=(none_of(visited("priced")),)),
    ),
    moves=(
        Move(sources=("new", "worked"), target="priced", name="in haste", roles=("director",), ground=True),
        Move(
            sources=("pilot",),
            target="won small",
            rules=(time_in_stage(at_least=_hour), present("amount", overridable_by=("director", "rep"))),
        ),
    ),
    policy=Policy(skip="with_ground", back="free", reopen_to=("worked", "checked"), lock_closed=True),
)

BY_MOVES_ALONE = StageTemplate(
    id="by-moves-alone",
    version="1",
    record=Lead,
    stages=(
        Stage(id="captured"),
        Stage(id="nurtured", rules=(present("email"),)),
        Stage(id="called", rules=(activity("call", within=_day),)),
        Stage(id="converted", outcome="won", rules=(qualified("need"), any_of(visited("nurtured"), present("phone")))),
        Stage(id="abandoned", outcome="lost"),
    ),
    moves=(
        Move(sources=("captured",), target="nurtured"),
        Move(sources=("captured", "nurtured"), target="called", roles=("rep",)),
        Move(sources=("called",), target="captured", name="recycle", ground=True),
        Move(sources=("called",), target="converted", rules=(compare("company", "ne", ""),)),
        Move(sources=("nurtured",), target="abandoned"),
    ),
    policy=Policy(next="declared", lose="declared", reopen_to=("captured",)),
)

FREE_FOR_ALL = StageTemplate(
    id="free-for-all",
    version="1",
    record=Customer,
    stages=(
        Stage(id="onboarding"),
        Stage(id="adopting", skippable=True, rules=(activity("training"), present("fields.users"))),
        Stage(id="active", rules=(time_in_stage(at_least=_hour), qualified("value", at_least="verified"))),
        Stage(id="old", life="retired", rules=(present("fields.fax"),)),
        Stage(id="renewal due", rules=(present("contract_end"), compare("contract_end", "gt", "2026-01-01"))),
        Stage(id="paused", hold=True),
        Stage(id="renewed", outcome="won", rules=(objections_resolved(),)),
        Stage(id="churned", outcome="lost", rules=(present("loss"),)),
    ),
    policy=Policy(
        start_at=("onboarding", "active"),
        skip="free",
        back="free",
        reopen_from=("churned", "renewed"),
        reopen_to=("onboarding", "active", "renewal due"),
    ),
)

STRESS: tuple[StageTemplate[Any], ...] = (EVERY_FORM, BY_MOVES_ALONE, FREE_FOR_ALL)
