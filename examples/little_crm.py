"""A little CRM: deals and their moves in SQLite, with the rules of the process written by hand.

It knows nothing of salesflow; `test_little_crm.py` puts it to the test.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

STAGES = ["contact", "offer", "negotiation", "won"]
"""The way of a deal that goes well. It may also be parked, and it may be lost."""
NEEDS = {"offer": ["amount"], "negotiation": ["expected_close"], "lost": ["loss_reason"]}
"""What must be known of a deal in a stage; a stage that is passed over asks for it too."""

SCHEMA = """
CREATE TABLE deals (
    id TEXT PRIMARY KEY, stage TEXT, parked_from TEXT, closed_at TEXT, version INTEGER,
    amount TEXT, currency TEXT, expected_close TEXT, loss_reason TEXT
);
CREATE TABLE moves (deal TEXT, source TEXT, target TEXT, at TEXT, by TEXT, reason TEXT);
CREATE TABLE requests (key TEXT PRIMARY KEY);
"""

Deal = dict[str, Any]


class RefusedError(Exception):
    """A deal may not be moved or changed; `reasons` holds every reason."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons


def connect(path: str = ":memory:") -> sqlite3.Connection:
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    db.executescript(SCHEMA)
    return db


def create_deal(db: sqlite3.Connection, deal: str, *, at: datetime, by: str) -> None:
    with db:
        db.execute("INSERT INTO deals (id, stage, version) VALUES (?, 'contact', 1)", [deal])
        write_move(db, deal, None, "contact", at=at, by=by, reason=None)


def read_deal(db: sqlite3.Connection, deal: str) -> Deal:
    return dict(db.execute("SELECT * FROM deals WHERE id = ?", [deal]).fetchone())


def read_moves(db: sqlite3.Connection, deal: str) -> list[Deal]:
    return [dict(row) for row in db.execute("SELECT * FROM moves WHERE deal = ? ORDER BY rowid", [deal])]


def move_deal(  # noqa: PLR0913 - what a form sends
    db: sqlite3.Connection,
    deal: str,
    to: str,
    *,
    at: datetime,
    by: str,
    roles: Sequence[str] = (),
    changes: Mapping[str, Any] | None = None,
    reason: str | None = None,
    version: int | None = None,
    key: str | None = None,
) -> None:
    """Move a deal and set some of its columns. Raises RefusedError.

    `version` is that of the deal as the user saw it; a `key` that was sent before does nothing a second time.
    """
    with db:
        if already_done(db, key):
            return
        before = read_deal(db, deal)
        after = {**before, **(changes or {})}
        check_version(before, version)
        reasons = why_not(after, to, roles, reason)
        if reasons:
            raise RefusedError(*reasons)
        if before["stage"] == "lost":
            after["loss_reason"] = (changes or {}).get("loss_reason")
        after["parked_from"] = before["stage"] if to == "parked" else None
        after["closed_at"] = at.isoformat() if to in {"won", "lost"} else None
        write_deal(db, {**after, "stage": to})
        write_move(db, deal, before["stage"], to, at=at, by=by, reason=reason)


def change_deal(
    db: sqlite3.Connection, deal: str, changes: Mapping[str, Any], *, version: int | None = None, key: str | None = None
) -> None:
    """Set some columns of a deal without moving it. Raises RefusedError."""
    with db:
        if already_done(db, key):
            return
        before = read_deal(db, deal)
        check_version(before, version)
        write_deal(db, {**before, **changes})


def why_not(deal: Deal, to: str, roles: Sequence[str], reason: str | None) -> list[str]:
    """Return every reason why a deal may not go to a stage."""
    here, ground = deal["parked_from"] or deal["stage"], [] if reason else ["ground"]
    if deal["stage"] == "lost":
        return ground if to == "contact" else ["closed"]
    if deal["stage"] in {"won", to} or to not in {*STAGES, "parked", "lost"}:
        return ["no way"]
    if to == "parked" or to == deal["parked_from"]:
        return []
    if to == "lost":
        return missing(deal, [to])
    start, end = STAGES.index(here), STAGES.index(to)
    if end < start:
        return ground
    boss = ["boss"] if to == "won" and "boss" not in roles else []
    return missing(deal, STAGES[start + 1 : end + 1]) + boss + (ground if end > start + 1 else [])


def allowed(db: sqlite3.Connection, deal: str, *, roles: Sequence[str], reason: str | None) -> list[str]:
    """Return the stages that a deal may go to now: the buttons of a form."""
    read = read_deal(db, deal)
    return [to for to in [*STAGES, "parked", "lost"] if not why_not(read, to, roles, reason)]


def missing(deal: Deal, stages: Sequence[str]) -> list[str]:
    return [column for stage in stages for column in NEEDS.get(stage, []) if not deal[column]]


def already_done(db: sqlite3.Connection, key: str | None) -> bool:
    """Remember the key of a request; where the request fails, the transaction forgets it again."""
    return db.execute("INSERT OR IGNORE INTO requests VALUES (?)", [key]).rowcount == 0


def check_version(deal: Deal, version: int | None) -> None:
    if version is not None and version != deal["version"]:
        raise RefusedError("stale")


def write_deal(db: sqlite3.Connection, deal: Deal) -> None:
    columns = ", ".join(f"{name} = :{name}" for name in deal if name not in {"id", "version"})
    db.execute(f"UPDATE deals SET {columns}, version = version + 1 WHERE id = :id", deal)  # noqa: S608 - our own names


def write_move(
    db: sqlite3.Connection, deal: str, source: str | None, target: str, *, at: datetime, by: str, reason: str | None
) -> None:
    db.execute("INSERT INTO moves VALUES (?, ?, ?, ?, ?, ?)", [deal, source, target, at.isoformat(), by, reason])
