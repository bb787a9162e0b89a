"""One deal's story, refused and reopened on the way to won; then an audit of the deals in `deals.csv`.

Run it with the package installed: `python examples/story.py`.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import shorten

from salesflow import (
    Actor,
    Answer,
    LossReport,
    Money,
    MoveRefused,
    Opportunity,
    Policy,
    Stage,
    StageTemplate,
    audit_log,
    present,
    qualified,
    role,
)
from salesflow.templates import get
from salesflow.verdict import Finding

DEALS = Path(__file__).with_name("deals.csv")
UNREAD = {"bad_row", "bad_time", "naive_time"}
"""Findings on rows that cannot be read, which convict no deal."""

B2B = StageTemplate(
    id="acme-b2b",
    version="1",
    record=Opportunity,
    stages=(
        Stage(id="contact"),
        Stage(id="qualification"),
        Stage(id="proposal", rules=(qualified("need", "value", "budget", "authority"), present("amount"))),
        Stage(id="negotiation", rules=(role("account_manager"),)),
        Stage(id="won", outcome="won"),
        Stage(id="lost", outcome="lost", rules=(present("loss.reason"),)),
    ),
    policy=Policy(skip="with_ground", reopen_to=("qualification",)),
)

REP = Actor(id="rosa", roles=("rep",))
MANAGER = Actor(id="marc", roles=("account_manager",))
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


def day(number: int) -> datetime:
    """Return the time of day `number` of the story."""
    return MONDAY + timedelta(days=number - 1)


def tell(deal: Opportunity, what: str) -> None:
    print(f"\n{deal.history[-1].at:%d %b}  {what}: {deal.id} is in {deal.stage!r}.")


def refused(deal: Opportunity, *, to: str, at: datetime, by: Actor) -> None:
    """Try a move that may not happen, and print why."""
    try:
        B2B.move(deal, to=to, at=at, by=by)
    except MoveRefused as refusal:
        print(f"\n{at:%d %b}  {by.id} tries {to!r}.\n{refusal}")


def run_deal() -> Opportunity:
    """Take one deal from its start through lost to won."""
    deal = B2B.start(Opportunity(id="D-1", name="Acme, 40 seats"), at=day(1), by=REP)
    tell(deal, "A first call")
    deal = B2B.move(deal, to="qualification", at=day(2), by=REP)
    tell(deal, "They want to know more")
    refused(deal, to="negotiation", at=day(2), by=REP)
    deal = qualify(deal)
    return reopen_and_win(lose(deal))


def qualify(deal: Opportunity) -> Opportunity:
    """Record what a meeting brought, and go on to the proposal in the same step."""
    answers = (
        Answer(criterion="need", certainty="verified", at=day(4), source="meeting"),
        Answer(criterion="value", certainty="claimed", at=day(4), source="meeting"),
        Answer(criterion="budget", certainty="claimed", at=day(4), source="meeting"),
        Answer(criterion="authority", certainty="claimed", way="access", at=day(4), source="meeting"),
    )
    known = {"qualification": deal.qualification.answered(*answers), "amount": Money.of(12_000, "EUR")}
    deal = B2B.move(deal, to="proposal", at=day(4), by=REP, update=known)
    tell(deal, "Qualified in a meeting")
    return deal


def lose(deal: Opportunity) -> Opportunity:
    refused(deal, to="lost", at=day(20), by=REP)
    report = LossReport(reason="price", competitor="Umbra", lesson="name the price before the demo")
    deal = B2B.move(deal, to="lost", at=day(20), by=REP, update={"loss": report})
    tell(deal, "They buy elsewhere")
    return deal


def reopen_and_win(deal: Opportunity) -> Opportunity:
    refused(deal, to="won", at=day(50), by=MANAGER)
    deal = B2B.move(deal, to="qualification", at=day(50), by=REP, ground="the competitor did not deliver")
    tell(deal, "They call again")
    deal = B2B.move(deal, to="proposal", at=day(52), by=REP)
    deal = B2B.move(deal, to="negotiation", at=day(54), by=MANAGER, update={"amount": Money.of(10_800, "EUR")})
    deal = B2B.move(deal, to="won", at=day(60), by=MANAGER)
    tell(deal, "Signed")
    return deal


def print_table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under a heading, each column as wide as its widest cell."""
    cells = [tuple(heading), *(tuple(str(cell) for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, tuple("-" * width for width in widths))
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_history(deal: Opportunity) -> None:
    print(f"\nThe history of {deal.id}, {deal.name}:\n")
    print_table(
        ("no", "day", "kind", "from", "to", "by", "set", "ground"),
        (
            (
                change.number,
                f"{change.at:%d %b}",
                change.kind,
                change.source or "",
                change.target,
                change.by.id if change.by else "",
                ", ".join(change.set),
                change.ground or "",
            )
            for change in deal.history
        ),
    )


def print_audit() -> None:
    """Audit the moves of an export by a template that the package ships, and print a summary."""
    with DEALS.open(encoding="utf-8", newline="") as file:
        audit = audit_log(
            get("classic-pipeline"),
            csv.DictReader(file),
            deal="deal_id",
            stage="stage",
            at="entered_at",
            ground="ground",
            created="created_at",
            zone=UTC,
            as_of=datetime(2026, 1, 5, tzinfo=UTC),
        )
        findings = list(audit)
    faulty = {each.deal for each in findings if each.level == "violation" and each.code not in UNREAD}
    obey = audit.deals - len(faulty)
    print(f"\nThe audit of {DEALS.name}: {audit.rows} rows, {audit.deals} deals, {audit.moves} moves.")
    print(f"{obey} deals ({obey / audit.deals:.0%}) obey the template 'classic-pipeline'; {len(findings)} findings:\n")
    print_findings(findings)


def print_findings(findings: Sequence[Finding]) -> None:
    """Print how often each code was found, violations first, with an example of each."""
    examples = {each.code: f"{each.deal}: {each.detail}" for each in reversed(findings)}
    counted = Counter((each.level, each.code) for each in findings)
    print_table(
        ("found", "code", "level", "for example"),
        (
            (count, code, level, shorten(examples[code], 76, placeholder=" ..."))
            for (level, code), count in sorted(counted.items(), key=lambda item: (item[0][0], -item[1]))
        ),
    )


if __name__ == "__main__":
    print_history(run_deal())
    print_audit()
