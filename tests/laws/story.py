"""One rich template by hand: everything that a template may hold stands here once, and every stage can be reached."""

from __future__ import annotations

from datetime import timedelta

from salesflow import Money, Move, Policy, Stage, StageTemplate, any_of, compare, none_of, present, qualified, role
from salesflow.rules import activity, approved, objections_resolved, time_in_stage, visited
from salesflow.testing._host import Deal, credit_check, own_deals_only

_DIRECTOR = ("director",)

STORY: StageTemplate[Deal] = StageTemplate(
    id="story",
    version="1",
    record=Deal,
    stages=(
        Stage(id="inbox", life="deprecated"),
        Stage(id="contact", aliases=("lead-in", "Kontakt"), follow_up_every=timedelta(days=3)),
        Stage(
            id="qualification",
            rules=(
                activity("call", overridable_by=_DIRECTOR),
                none_of(compare("fields.region", "eq", "US"), role("intern")),
            ),
        ),
        Stage(id="fax", life="retired", rules=(present("fields.fax"),)),
        Stage(
            id="demo",
            skippable=True,
            rules=(activity("démo", within=timedelta(days=7)), time_in_stage(at_least=timedelta(hours=1))),
        ),
        Stage(
            id="proposal",
            rules=(
                qualified("need", "budget", "authority"),
                compare("amount", "ge", Money.of(1000, "EUR"), overridable_by=_DIRECTOR),
                compare("fields.vip", "eq", value=True, severity="warn"),
            ),
        ),
        Stage(
            id="negotiation",
            rules=(
                any_of(approved("discount", roles=_DIRECTOR), compare("fields.vip", "eq", 1), overridable_by=_DIRECTOR),
                time_in_stage(at_most=timedelta(days=30), overridable_by=("account_manager", "director")),
            ),
        ),
        Stage(id="on hold", hold=True, rules=(own_deals_only,)),
        Stage(id="Legal/Compliance", hold=True),
        Stage(id="won", outcome="won", rules=(objections_resolved(), credit_check)),
        Stage(id="pilot won", outcome="won", rules=(visited("demo"),)),
        Stage(id="lost", outcome="lost", rules=(present("loss.reason"),)),
        Stage(id="spam", outcome="lost"),
    ),
    moves=(
        Move(
            sources=("contact", "demo"), target="negotiation", name="fast lane", roles=("account_manager",), ground=True
        ),
        Move(sources=("negotiation",), target="qualification", rules=(approved("contract text"),)),
        Move(sources=("proposal",), target="spam", roles=_DIRECTOR),
        Move(sources=("demo",), target="pilot won"),
    ),
    policy=Policy(
        start_at=("contact", "qualification"),
        skip="with_ground",
        back="with_ground",
        reopen_from=("won", "lost"),
        reopen_to=("qualification", "negotiation"),
        lock_closed=True,
    ),
)
