"""Makes `deals.csv`: an export of invented deals, most of them in order, some with the faults of real exports.

`python examples/make_deals.py` writes the file anew, always the same.
"""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

FILE = Path(__file__).with_name("deals.csv")
SEED = 20260105
DEALS = 260
FIRST_DAY = datetime(2025, 1, 6)  # noqa: DTZ001 - like many exports, this one names no zone
EXPORTED = datetime(2026, 1, 5)  # noqa: DTZ001
STAGES = ("prospecting", "qualified-lead", "demo", "proposal", "negotiation", "won")
PEOPLE = ("jonas", "lena", "mira", "rosa", "sami", "tomek")
LOSSES = ("price", "no answer", "bought elsewhere", "project stopped", "no budget this year")
REOPENED = {"ground": "they have a budget again", "loss.reason": ""}
GROUNDS = ("known from an earlier project", "recommended by a customer", "asked for an offer at once")
PRODUCTS = ("scheduling, 40 seats", "scheduling, 120 seats", "payroll", "payroll and scheduling", "training, 3 days")
ANSWERS = ("qualification.fit", "qualification.budget", "qualification.authority", "qualification.relevance")
OFFER = ("offer.items", "offer.price")
COLUMNS = (
    "deal_id",
    "created_at",
    "stage",
    "entered_at",
    "changed_by",
    "expected_close",
    *ANSWERS,
    *OFFER,
    "loss.reason",
    "ground",
)

Row = dict[str, str]
"""A row as text; its key `when` is the true time, which is not exported."""

T = TypeVar("T")


class Chance:
    """Choices that are the same on every Python: of `Random`, only `random()` promises its sequence."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - invented deals are no secrets

    def below(self, limit: int) -> int:
        return int(self._random.random() * limit)

    def pick(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def in_percent(self, share: int) -> bool:
        return self.below(100) < share


# -- deals in order -----------------------------------------------------------------------------------------


def deal_in_order(chance: Chance, id: str) -> list[Row]:
    """Make the rows of one deal that obeys the template, oldest first."""
    created = FIRST_DAY + timedelta(days=chance.below(330), minutes=8 * 60 + chance.below(600))
    closing = created + timedelta(days=90 + chance.below(240))
    common = {"deal_id": id, "created_at": shown(created), "expected_close": closing.date().isoformat()}
    rows: list[Row] = []
    at = created
    for stage in path(chance):
        before = rows[-1] if rows else dict.fromkeys(COLUMNS, "")
        row = {**before, **common, "stage": stage, "changed_by": chance.pick(PEOPLE)}
        rows.append(timed({**row, **learnt(chance, stage)}, at))
        at += timedelta(days=1 + chance.below(21), minutes=chance.below(300), seconds=chance.below(60))
    return [row for row in rows if row["when"] < shown(EXPORTED)]


def shown(moment: datetime) -> str:
    return moment.isoformat(" ", "seconds")


def timed(row: Row, at: datetime) -> Row:
    return {**row, "entered_at": shown(at), "when": shown(at)}


def path(chance: Chance) -> list[str]:
    """Choose the stages that a deal goes through: to won, to lost from anywhere, or not closed yet."""
    if chance.in_percent(30):
        return list(STAGES)
    reached = list(STAGES[: 1 + chance.below(5)])
    return [*reached, "lost"] if chance.in_percent(75) else reached


def learnt(chance: Chance, stage: str) -> Row:
    """Return the fields that are filled in at a stage; a later row keeps them."""
    if stage == "qualified-lead":
        found = {name: chance.pick(("claimed", "claimed", "verified")) for name in ANSWERS}
        return {**found, "qualification.authority": chance.pick(("claimed/access", "verified/decider"))}
    if stage == "lost":
        return {"loss.reason": chance.pick(LOSSES)}
    price = f"{50 * (20 + chance.below(900))} EUR"
    return {"offer.items": chance.pick(PRODUCTS), "offer.price": price} if stage == "proposal" else {}


# -- exceptions and faults: from the rows of a deal in order to others, or None where they do not fit ---------

Change = Callable[[Chance, list[Row]], list[Row] | None]


def stages(rows: list[Row]) -> list[str]:
    return [row["stage"] for row in rows]


def known_before(chance: Chance, rows: list[Row]) -> list[Row] | None:
    """Pass over the qualification of somebody already known, with a ground: no fault."""
    if "demo" not in stages(rows):
        return None
    plain = [{**row, **dict.fromkeys(ANSWERS, "")} for row in rows if row["stage"] != "qualified-lead"]
    return [{**row, "ground": chance.pick(GROUNDS)} if row["stage"] == "demo" else row for row in plain]


def skipped(chance: Chance, rows: list[Row]) -> list[Row] | None:
    left_out = chance.pick(("qualified-lead", "demo", "proposal"))
    after = {"qualified-lead": "demo", "demo": "proposal", "proposal": "negotiation"}[left_out]
    return [row for row in rows if row["stage"] != left_out] if after in stages(rows) else None


def held(chance: Chance, rows: list[Row]) -> list[Row] | None:
    """Let a deal rest: no fault."""
    return [*rows, again(chance, rows, "on-hold")] if rows[-1]["stage"] in STAGES[1:5] else None


def reopened(chance: Chance, rows: list[Row]) -> list[Row] | None:
    """Reopen a lost deal to where the template lets it, with a ground: no fault."""
    fits = rows[-1]["stage"] == "lost" and len(rows) > 2
    return [*rows, {**again(chance, rows, "qualified-lead"), **REOPENED}] if fits else None


def reopened_silently(chance: Chance, rows: list[Row]) -> list[Row] | None:
    fits = rows[-1]["stage"] == "lost" and len(rows) > 2
    return [*rows, again(chance, rows, "qualified-lead")] if fits else None


def stepped_back(chance: Chance, rows: list[Row]) -> list[Row] | None:
    return [*rows, again(chance, rows, rows[-2]["stage"])] if rows[-1]["stage"] in STAGES[2:5] else None


def left_lost(chance: Chance, rows: list[Row]) -> list[Row] | None:
    fits = rows[-1]["stage"] == "lost" and len(rows) > 2
    return [*rows, again(chance, rows, chance.pick(("won", rows[-2]["stage"])))] if fits else None


def left_won(chance: Chance, rows: list[Row]) -> list[Row] | None:
    return [*rows, again(chance, rows, "negotiation")] if rows[-1]["stage"] == "won" else None


def again(chance: Chance, rows: list[Row], stage: str) -> Row:
    later = datetime.fromisoformat(rows[-1]["when"]) + timedelta(days=2 + chance.below(30))
    return timed({**rows[-1], "stage": stage}, min(later, EXPORTED - timedelta(hours=9)))


def renamed(_: Chance, rows: list[Row]) -> list[Row] | None:
    """Write a stage as it was once called."""
    if "negotiation" not in stages(rows):
        return None
    return [{**row, "stage": "Negotiating"} if row["stage"] == "negotiation" else row for row in rows]


def undated(chance: Chance, rows: list[Row]) -> list[Row] | None:
    at = chance.below(len(rows))
    return [*rows[:at], {**rows[at], "entered_at": ""}, *rows[at + 1 :]]


def dated_otherwise(chance: Chance, rows: list[Row]) -> list[Row] | None:
    """Write a date as a spreadsheet does that somebody opened the export in."""
    at = chance.below(len(rows))
    there = f"{datetime.fromisoformat(rows[at]['when']):%d/%m/%Y %H:%M}"
    return [*rows[:at], {**rows[at], "entered_at": there}, *rows[at + 1 :]]


def tied(chance: Chance, rows: list[Row]) -> list[Row] | None:
    """Enter two stages in one go: which came first is not told."""
    if len(rows) < 3:
        return None
    at = 1 + chance.below(len(rows) - 2)
    return [*rows[:at], timed(rows[at], datetime.fromisoformat(rows[at + 1]["when"])), *rows[at + 1 :]]


def doubled(chance: Chance, rows: list[Row]) -> list[Row] | None:
    return [*rows, chance.pick(rows)]


def reused(chance: Chance, rows: list[Row]) -> list[Row] | None:
    """Give the id to a second deal."""
    return [*rows, *deal_in_order(chance, rows[0]["deal_id"])]


def without_budget(_: Chance, rows: list[Row]) -> list[Row] | None:
    fits = "qualified-lead" in stages(rows)
    return [{**row, "qualification.budget": ""} for row in rows] if fits else None


def without_price(_: Chance, rows: list[Row]) -> list[Row] | None:
    return [{**row, "offer.price": ""} for row in rows] if "proposal" in stages(rows) else None


def without_reason(_: Chance, rows: list[Row]) -> list[Row] | None:
    return [{**row, "loss.reason": ""} for row in rows] if "lost" in stages(rows) else None


def begun_elsewhere(_: Chance, rows: list[Row]) -> list[Row] | None:
    """Leave out what happened before the CRM was introduced."""
    return rows[2:] if len(rows) > 3 else None


CHANGES: dict[Change, int] = {
    known_before: 12,
    held: 8,
    reopened: 5,
    reopened_silently: 3,
    skipped: 14,
    stepped_back: 6,
    left_lost: 5,
    left_won: 3,
    renamed: 7,
    undated: 5,
    dated_otherwise: 3,
    tied: 9,
    doubled: 7,
    reused: 4,
    without_budget: 8,
    without_price: 5,
    without_reason: 4,
    begun_elsewhere: 7,
}
"""How many deals are changed in each way."""


# -- the export ---------------------------------------------------------------------------------------------


def export() -> list[Row]:
    """Make the rows of all deals, in the order in which they were entered."""
    chance = Chance(SEED)
    deals = [deal_in_order(chance, str(10_400 + 7 * number)) for number in range(DEALS)]
    in_order = list(range(DEALS))
    for change in (each for each, count in CHANGES.items() for _ in range(count)):
        place, rows = changed(chance, change, deals, in_order)
        deals[place] = rows
        in_order.remove(place)
    return sorted((row for rows in deals for row in rows), key=lambda row: row["when"])


def changed(chance: Chance, change: Change, deals: list[list[Row]], places: list[int]) -> tuple[int, list[Row]]:
    """Return the place of some deal that the change fits, and its rows once changed."""
    while True:
        place = chance.pick(places)
        rows = change(chance, deals[place])
        if rows is not None:
            return place, rows


def written(rows: list[Row]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


if __name__ == "__main__":
    FILE.write_text(written(export()), encoding="utf-8", newline="\n")
